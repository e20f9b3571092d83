//! The page and its parts: what every room builds its pages from.
//!
//! `page` is the document around a room's own words; `frame` what stands around a page that is
//! opened from another; `described` what a page says of itself where it is passed on; `direction`
//! gives each paragraph that of its own letters; `check` the page before a date is set; `fields`
//! the form kit, after the behaviour of the GOV.UK components; `parts` banner, card, labels, share,
//! pager, timeline, table with bars; `steps` how far a thing has come; `drawings` our own pictures;
//! `style` the CSS and the content policy; `qr` a code for a phone's camera.

mod check;
mod described;
mod direction;
mod drawings;
mod fields;
mod frame;
mod page;
mod parts;
mod qr;
mod steps;
mod style;

pub use check::{CONFIRMED, Check, Next};
pub use drawings::{Checked, Saying, Scene, Told};
pub use fields::{
    Area, Choice, Choices, CodeField, Field, FormKey, Select, Summary, Upload, hidden,
};
pub use frame::Frame;
pub use page::{BEGINNING, Page, document, rendered, titled};
pub use parts::{
    Banner, Bar, Bars, Card, Done, Labels, Mark, Pager, SecondStepSoon, Share, ShareBar, Timeline,
    When, advice_links, capital, who_advises,
};
pub use qr::qr;
pub use steps::{Step, StepMark, Steps};
pub use style::{Script, colour, content_policy, css};
