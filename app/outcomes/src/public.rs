//! What everyone may read of what parents wrote: one rule for each thing, as a condition that every
//! statement asks which shows it to everyone. Whoever opens one at its address is asked the same
//! by `Facts::is_public` in `topics/rules.rs` and in `local_offer/rules.rs`.

/// Whether everyone may read the topic `t` at its address. One that was joined with another after
/// it was published keeps its words.
pub const TOPIC: &str = "t.published_at IS NOT NULL AND t.passed_on_at IS NULL
     AND t.declined_at IS NULL AND t.withdrawn_at IS NULL";

/// Whether the topic `t` is in lists, is found and can be supported, answered and planned. One that
/// was joined with another gives its place to that.
pub const LISTED_TOPIC: &str = "t.published_at IS NOT NULL AND t.passed_on_at IS NULL
     AND t.declined_at IS NULL AND t.withdrawn_at IS NULL AND t.merged_at IS NULL";

/// What is shown in place of the title of a topic that nobody may read any more.
pub const WITHDRAWN: &str = "A topic that has been withdrawn";

/// The title of the topic `t` as everyone may read it, wherever something else names it.
pub const TOPIC_TITLE: &str = "CASE WHEN t.published_at IS NOT NULL AND t.passed_on_at IS NULL
     AND t.declined_at IS NULL AND t.withdrawn_at IS NULL THEN t.title
     WHEN t.id IS NOT NULL THEN 'A topic that has been withdrawn' END";

/// Whether everyone may read the comment `c` on the Local Offer.
pub const COMMENT: &str = "c.published_at IS NOT NULL AND c.passed_on_at IS NULL
     AND c.declined_at IS NULL AND c.withdrawn_at IS NULL";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_or_named_by_its_title_can_be_read() {
        assert!(LISTED_TOPIC.starts_with(TOPIC));
        assert!(TOPIC_TITLE.starts_with(&format!("CASE WHEN {TOPIC} THEN t.title")));
        assert!(TOPIC_TITLE.contains(&format!("'{WITHDRAWN}'")));
    }
}
