//! The page between what was typed and what is done: everything once more in words, and the way
//! back. For what others plan by, such as a date.

use forms::{Refusals, Sent};
use leptos::prelude::*;

use super::{Page, hidden};

/// What the button of a check page sends as `step`, most often.
pub const CONFIRMED: &str = "confirm";

/// What comes after a form whose words are checked before they count.
#[derive(Debug)]
pub enum Next<T> {
    /// The form again, with what needs correcting, or to change something.
    Form(Refusals),
    /// The check page.
    Check(T),
    /// It is done.
    Keep(T),
}

impl<T> Next<T> {
    /// By the button that was pressed, and what was read.
    #[must_use]
    pub fn of(sent: &Sent, read: Result<T, Refusals>) -> Self {
        match (read, sent.typed("step")) {
            (Err(refusals), _) => Self::Form(refusals),
            (Ok(_), "change") => Self::Form(Refusals::default()),
            (Ok(read), CONFIRMED) => Self::Keep(read),
            (Ok(read), _) => Self::Check(read),
        }
    }
}

/// What a check page shows.
#[derive(Debug)]
pub struct Check<'a> {
    pub title: &'static str,
    /// What is about to be set: a label and the words.
    pub rows: Vec<(&'static str, String)>,
    /// What may be wrong with it, though it is allowed.
    pub warnings: Vec<String>,
    /// What can and cannot be changed once it is done.
    pub after: &'static str,
    /// Where it is sent: the address of the form.
    pub to: String,
    /// What was typed; it goes with the button.
    pub sent: &'a Sent,
    /// The words of the button, and what it sends as `step`.
    pub does: (&'static str, &'static str),
}

impl Check<'_> {
    /// The page. Its other button sends `step=change`, for the form with what was typed.
    #[must_use]
    pub fn page(self) -> Page {
        let Self { title, rows, warnings, after, to, sent, does: (does, step) } = self;
        let fields = hidden(sent.fields().filter(|(name, _)| name != "step"));
        let page = Page::new(title, || {
            let rows = rows.into_iter().map(|(label, words)| {
                view! {
                    <div>
                        <dt>{label}</dt>
                        <dd class="lines">{words}</dd>
                    </div>
                }
            });
            let warnings = warnings
                .into_iter()
                .map(|warning| view! { <p class="panel warn">{warning}</p> })
                .collect_view();
            view! {
                <div class="stack">
                    <h1>{title}</h1>
                    {warnings}
                    <dl class="answers">{rows.collect_view()}</dl>
                    <p>{after}</p>
                    <form method="post" action=to class="stack">
                        {fields}
                        <button class="button" name="step" value=step>
                            {does}
                        </button>
                        <button class="button quiet" name="step" value="change">
                            "Change something"
                        </button>
                    </form>
                </div>
            }
        });
        page.kept_for_going_back()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_done_before_it_was_read_and_checked() {
        let pressed = |step: &str, read: Result<&'static str, Refusals>| {
            Next::of(&Sent::of(&[("step", step)]), read)
        };
        assert!(matches!(pressed("check", Ok("later")), Next::Check("later")));
        assert!(matches!(pressed("", Ok("later")), Next::Check("later")));
        assert!(matches!(pressed(CONFIRMED, Ok("later")), Next::Keep("later")));
        assert!(matches!(pressed("change", Ok("later")), Next::Form(none) if none.is_empty()));
        for step in ["check", CONFIRMED, "change"] {
            let refused = pressed(step, Err(Refusals::one("due_day", "Enter a day")));
            assert!(matches!(refused, Next::Form(refusals) if !refusals.is_empty()), "{step}");
        }
    }
}
