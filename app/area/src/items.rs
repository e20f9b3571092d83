//! A service, a place or an organisation with all that is known of it.

use calendar::clock::Moment;

use super::place_facts::PlaceFacts;

/// A service, a place or an organisation, as an administrator sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AreaItem {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What else is known; for places.
    #[sqlx(flatten)]
    pub facts: PlaceFacts,
    /// Since when it can't be chosen.
    pub retired_at: Option<Moment>,
}
