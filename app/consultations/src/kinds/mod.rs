//! What pages show of each kind of question: `to_write` to the organiser who writes one,
//! `on_screen` to whoever answers it, and `on_paper` where it is filled in by hand. What a kind is,
//! and how its answers are read, is in [`questionnaires::kinds`]. Nothing here tells the kinds
//! apart, but only what an answer is like, and which field of a browser it goes into:
//! [`questionnaires::kinds::Shape`] and [`questionnaires::kinds::Input`].

pub mod on_paper;
pub mod on_screen;
pub mod to_write;
