//! The forum's promise to whoever sends it something: how soon someone reads or answers it. Pages,
//! emails, desks and the reminders of tasks take it from here.

/// As people read it.
pub const WITHIN: &str = "within five working days";

/// The same in days as they pass: among five working days there is a weekend.
pub const DAYS: i64 = 7;
