//! The page and its parts: what every room builds its pages from.
//!
//! `page` is the document around a room's own words; `fields` the form kit, after the behaviour of
//! the GOV.UK components; `parts` banner, card, labels, pager, timeline, table with bars; `style`
//! the CSS and the content policy; `text` makes HTML of the Markdown people write.

mod fields;
mod page;
mod parts;
mod style;
mod text;

pub use fields::{Area, Choice, Choices, Field, FormKey, Select, Summary, Upload, hidden};
pub use page::Page;
pub use parts::{Banner, Bars, Card, Labels, Mark, Pager, Timeline, When, capital};
pub use style::{content_policy, css};
pub use text::{Piece, Sort, markdown, pieces};
