//! The building: process, settings, router, security headers, mailer, worker.
//!
//! # Layout
//!
//! * [`settings`]: what the environment says, checked at the start; [`all_settings`]: their list
//! * [`front`]: what a request meets first; [`edge`]: what surrounds the rooms: limits, pages for
//!   errors; [`callers`]: who calls, and whether too often; [`security_headers`]; [`pasted`]:
//!   addresses as people paste them; [`unread`]: what was sent and nobody has read
//! * [`kept_pages`]: public pages, made once for all who ask at the same time; [`packing`]: how
//!   an answer is packed; [`packed_pages`]: how all pages begin, packed once
//! * [`browser`]: the browser's program, embedded
//! * [`mailer`]: hands emails over, to a folder or by SMTP
//! * [`mailbox`]: emails that came back
//! * [`worker`]: the background work; [`jobs`]: the list of what it does again and again;
//!   `post_office`: handing emails over in lots; [`tasks`]: started again after a fault; [`watch`]:
//!   whether the process can do its job
//! * [`backup`]: everything out into a folder and in again; [`copying`]: into another database
//! * [`figures`]: what Prometheus reads; [`retention`]: what is erased, and when
//! * [`demonstration`]: the demonstration area; [`days_ahead`]: as it will be after some days
//! * [`serve`]: the process from start to stop; [`listen`]: its connections; [`say`]: its words and
//!   its log; [`setting_names`]: slips in the names of settings

// They panic when nobody reads any more; `say` does not.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod all_settings;
pub mod backup;
pub mod browser;
pub mod callers;
pub mod copying;
pub mod days_ahead;
pub mod demonstration;
pub mod edge;
pub mod figures;
pub mod front;
pub mod jobs;
pub mod kept_pages;
pub mod listen;
pub mod mailbox;
pub mod mailer;
pub mod packed_pages;
pub mod packing;
pub mod pasted;
mod post_office;
pub mod retention;
pub mod say;
pub mod security_headers;
pub mod serve;
pub mod setting_names;
pub mod settings;
pub mod tasks;
pub mod unread;
pub mod watch;
pub mod worker;
