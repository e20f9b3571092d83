//! The rooms behind the real router, each test on SQLite and on PostgreSQL.
//!
//! One file a room, as in `app/src`; `world` is what they stand in.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "a test reads what it was answered")]

mod access;
mod accounts;
mod administration;
mod attacks;
mod audit;
mod backups;
mod bad_input;
mod builder;
mod canaries;
mod consultations;
mod consultations_after;
mod consultations_again;
mod consultations_careful;
mod consultations_import;
mod consultations_watched;
mod corrections;
mod council;
mod dates;
mod deliveries;
mod demonstration;
mod desks;
mod device;
mod duties;
mod edge;
mod emails;
mod erase;
mod erased;
mod evidence;
mod export;
mod faults;
mod first_act;
mod fixtures;
mod forum_year;
mod found;
mod headers;
mod histories;
mod jobs;
mod kept;
mod kept_pages;
mod limits;
mod lives;
mod local_offer;
mod mailboxes;
mod names;
mod notices;
mod page;
mod passkeys;
mod people;
mod plans;
mod public;
mod record;
mod representatives;
mod rounds;
mod running;
mod search;
mod second_step;
mod sessions;
mod statements;
mod subscriptions;
mod takedowns;
mod tasks;
mod things;
mod topics;
mod unreadable;
mod updates;
mod views;
mod waits;
mod walk;
mod world;
mod worlds;
mod year;
