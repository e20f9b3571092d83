//! The step between a form and what everyone reads, where its words may mean a few people.

use forms::{Refusals, Sent};
use ground::ui::Next;

/// What the button sends as `step` with which somebody says that no small group is meant.
pub const NO_SMALL_GROUP: &str = "no small group";

/// What comes after a form whose words everyone will read: where they may say that fewer than ten
/// people are meant, nothing is kept before whoever wrote them says that it is no such group.
#[must_use]
pub fn next_of<T>(
    sent: &Sent,
    read: Result<T, Refusals>,
    groups: fn(&T) -> Vec<String>,
) -> Next<T> {
    match Next::of(sent, read) {
        Next::Check(read) if sent.typed("step") == NO_SMALL_GROUP => Next::Keep(read),
        Next::Keep(read) if !groups(&read).is_empty() => Next::Check(read),
        next => next,
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::small_groups;
    use super::*;

    #[test]
    fn what_may_be_a_small_group_is_kept_only_once_somebody_says_that_it_is_not() {
        let next = |affected: &str, step: &str| {
            let sent = Sent::of(&[("step", step)]);
            match next_of(&sent, Ok(affected.to_owned()), |words| small_groups(words)) {
                Next::Form(_) => "form",
                Next::Check(_) => "check",
                Next::Keep(_) => "keep",
            }
        };
        for (step, of_few, of_many) in [
            ("", "check", "check"),
            ("confirm", "check", "keep"),
            (NO_SMALL_GROUP, "keep", "keep"),
            ("change", "form", "form"),
        ] {
            assert_eq!(next("4 families lose a lift.", step), of_few, "{step}");
            assert_eq!(next("40 families lose a lift.", step), of_many, "{step}");
        }
    }
}
