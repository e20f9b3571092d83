//! The desks: the first page of everyone who works for the area, one for each role. It says what
//! waits for them, oldest first and by when; what they wait for from others; what comes in the next
//! four weeks; and how far everything has come that is under way, with a button for what is next.
//!
//! `organisers`, `leaders`, `safeguarding` and `administration` are the pages; `first_steps` is
//! what an area needs before anyone can use it, and `test_email` one of these steps. `parts` is
//! what the pages are made of, and `store` what waits and what comes, from every room.

mod administration;
mod first_steps;
mod leaders;
mod organisers;
mod parts;
mod safeguarding;
mod store;
mod test_email;

pub use administration::administration_desk;
pub use leaders::leaders_desk;
pub use organisers::organisers_desk;
pub use safeguarding::safeguarding_desk;
pub use test_email::{send_test_email, test_email_form};
