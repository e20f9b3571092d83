//! Alongside: what is asked, answered and told in one local area, and how it looks.
//!
//! # Layout
//!
//! One folder a room; `mod.rs` of each says what it is about and names its doors.
//!
//! * [`topics`]: what parents want planned, from proposal to publication
//! * [`rounds`]: a period of proposing and then voting; support, the close, what was counted
//! * [`plans`]: what leaders plan, tied to topics; the gate, drafts, the rung
//! * [`consultations`]: what the forum asks, how parents answer, what may be published of it
//! * [`notices`]: a change to a service on a day, told before it to those who asked; the ledger
//! * [`subscriptions`]: addresses that want to be told before a service changes
//! * [`updates`]: you said, we did: what came of it, and the forum's word on that
//! * [`record`]: whether parents were in from the start and told in time; the evidence pack
//! * [`local_offer`]: comments on the published list of support, and what the authority answers
//! * [`disclosure`]: the one door for published numbers
//! * [`accounts`]: people, signing up and in, sessions, roles, invitations
//! * [`area`]: the services, places and organisations of this local area
//! * [`desk`]: what each role has to do next; home and the standing pages
//! * [`deliveries`]: letters owed, claimed, sent, failed
//! * [`ui`]: the form kit, the page and its parts
//! * [`browser`]: what the islands share
//! * [`house`], [`routes`]: what every room is handed, and the list of all addresses with who may
//!   use them
//! * [`forms`], [`files`], [`db`], [`clock`], [`id`], [`audit`], [`error`]: reading what was sent,
//!   files people put in, the database's only door, time, names and secrets, the audit log, which
//!   error where
//!
//! Built for a browser (`hydrate`), only the islands are in it.

pub mod browser;
pub mod rounds;

#[cfg(feature = "ssr")]
pub mod accounts;
#[cfg(feature = "ssr")]
pub mod area;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod clock;
#[cfg(feature = "ssr")]
pub mod consultations;
#[cfg(not(feature = "ssr"))]
pub mod consultations {
    //! Only the island is in the program for the browser.
    pub mod island;
}
#[cfg(feature = "ssr")]
pub mod db;
#[cfg(feature = "ssr")]
pub mod deliveries;
#[cfg(feature = "ssr")]
pub mod desk;
#[cfg(feature = "ssr")]
pub mod disclosure;
#[cfg(feature = "ssr")]
pub mod error;
#[cfg(feature = "ssr")]
pub mod files;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod house;
#[cfg(feature = "ssr")]
pub mod id;
#[cfg(feature = "ssr")]
pub mod local_offer;
#[cfg(feature = "ssr")]
pub mod notices;
#[cfg(feature = "ssr")]
pub mod plans;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod subscriptions;
#[cfg(feature = "ssr")]
pub mod topics;
#[cfg(feature = "ssr")]
pub mod ui;
#[cfg(feature = "ssr")]
pub mod updates;

/// Called once by the browser when the program has loaded; each island is then hydrated by name.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
