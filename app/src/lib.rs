//! Alongside: what people ask, answer and are told in one local area, and how it looks.
//!
//! # Layout
//!
//! One folder beside this one for each room; `lib.rs` of each says what it is about and names its
//! doors. They lie on floors, and a crate can only name what lies below it.
//!
//! * here: what shows many rooms at once. [`routes`] is the list of all addresses, [`jobs`] that of
//!   what is done in the background; `home`, `desks`, `account`, `emails`, `task_emails`, `said`,
//!   `services` and the administrator's `admin`, `service` and `roles` are the pages; `about` says
//!   who runs this and what becomes of people's data; [`export`] gives people all of theirs to take
//!   away; [`erase`] is how somebody leaves; `takedown` takes down what everyone could read;
//!   [`search`] finds things in every room; `found` is what search engines and phones read;
//!   `guides` are those of `docs/`, for whoever works here;
//!   [`problem`] is the page for an answer that has none of its own
//! * above the rooms too: [`record`], and [`organisers`], whose pages have a program of their own
//! * the rooms: [`topics`], [`rounds`], [`plans`], [`consultations`], [`notices`],
//!   [`subscriptions`], [`updates`], [`local_offer`], [`duties`], [`representatives`]; below them
//!   what several of them show or do: [`outcomes`], `safeguarding`
//! * people and area: [`accounts`], [`area`], [`deliveries`], `subscribers`
//! * the ground: [`ground`]
//! * what runs in a browser: `islands`
//! * pure rules, without a database or a page: [`calendar`], [`forms`], [`id`], [`voting`],
//!   `disclosure`, `questionnaires`, `involvement`

mod about;
mod account;
mod admin;
mod desks;
mod emails;
pub mod erase;
pub mod export;
mod found;
mod guides;
mod home;
pub mod jobs;
mod roles;
pub mod routes;
mod said;
pub mod search;
mod service;
mod services;
mod standing;
mod store;
mod takedown;
mod task_emails;

pub use standing::problem;
