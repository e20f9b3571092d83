//! The ground that every room stands on.
//!
//! * [`house`]: what every room is handed; [`settings`]: what an area sets for itself; [`contact`]:
//!   who runs this and how people reach them
//! * [`routes`]: the table of addresses as a type, each with who may use it; [`viewer`]: who asks
//! * [`jobs`]: what is done again and again in the background
//! * [`functions`]: typed functions for programs in the browser
//! * [`kept_figures`]: what everyone may see, as it was counted last
//! * [`council`]: the council with which its officers may sign in, by OpenID Connect
//! * [`ids`]: what an id is the id of
//! * [`sent`]: what a browser sent; [`cookie`]: its cookies; [`token`]: the secret in a link;
//!   [`files`]: files people put in; [`unchanged`]: what a program asks for again and again
//! * [`aside`]: work that takes long, away from the threads that answer people; [`evenly`]: answers
//!   whose time tells nothing
//! * [`db`]: the only door to the database; [`audit`]: the log that shows what was done to it;
//!   [`erasing`]: what is left in it of an account that is erased
//! * [`takedown`]: what the forum takes down after everyone could read it; [`changes`]: a date that
//!   is changed after others planned by it; [`passing`]: a named person who goes past a rule
//! * [`personal`]: what is kept about a person, table by table
//! * [`text`]: HTML of the Markdown people write, bounded
//! * [`ui`]: the page and its parts, the form kit, the style
//! * [`error`]: which error where; [`health`]: how the process is
//! * [`return_address`]: the address an email comes back to; [`day_key`]: the key of hashes that
//!   nobody is to undo

pub mod aside;
pub mod audit;
pub mod changes;
pub mod contact;
pub mod cookie;
pub mod council;
pub mod day_key;
pub mod db;
pub mod erasing;
pub mod error;
pub mod evenly;
pub mod files;
pub mod functions;
pub mod health;
pub mod house;
pub mod ids;
pub mod jobs;
pub mod kept_figures;
pub mod passing;
pub mod personal;
pub mod return_address;
pub mod routes;
pub mod sent;
pub mod settings;
pub mod takedown;
pub mod text;
pub mod token;
pub mod ui;
pub mod unchanged;
pub mod viewer;
