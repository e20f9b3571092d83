//! What is said in place of what nobody may read any more. What everyone may read is in the views
//! `public_topics`, `listed_topics` and `public_comments`, which every statement asks that shows
//! such a thing to everyone. Whoever opens one at its address is asked the same by
//! `TopicFacts::is_public` in `topics/rules.rs` and `CommentFacts::is_public` in
//! `local_offer/rules.rs`.

/// What is shown in place of the title of a topic that is not in `public_topics`, wherever
/// something else names it. The statements that do so say it themselves.
pub const WITHDRAWN: &str = "A topic that has been withdrawn";
