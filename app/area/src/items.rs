//! A service, a place or an organisation with all that is known of it.

use calendar::clock::Millis;

/// A service, a place or an organisation, as an administrator sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AreaItem {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Children and young people with SEND who live there; for places.
    pub baseline: Option<i64>,
    /// Who says so; empty where there is no number.
    pub source: String,
    /// The day they counted, as `2026-01-31`; empty where there is none.
    pub day: String,
    /// Since when it can't be chosen.
    pub retired_at: Option<Millis>,
}
