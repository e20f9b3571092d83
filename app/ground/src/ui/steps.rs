//! How far a thing has come: its steps in a row, in words with a mark before each.

use leptos::prelude::*;

/// How far one step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepMark {
    Done,
    /// It is the next to be done, or under way.
    Now,
    ToCome,
}

impl StepMark {
    /// The mark, which a screen reader reads too.
    fn sign(self) -> &'static str {
        match self {
            Self::Done => "✓ ",
            Self::Now => "● ",
            Self::ToCome => "○ ",
        }
    }
}

/// One step of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub words: &'static str,
    pub mark: StepMark,
}

impl Step {
    /// The steps, each with what it is called while it is under way, what it is called once done,
    /// and whether it is: the first that is not done is the one under way.
    #[must_use]
    pub fn each(steps: impl IntoIterator<Item = (&'static str, &'static str, bool)>) -> Vec<Self> {
        let mut is_next = true;
        let steps = steps.into_iter().map(|(now, done, is_done)| {
            let (mark, words) = match (is_done, is_next) {
                (true, _) => (StepMark::Done, done),
                (false, true) => (StepMark::Now, now),
                (false, false) => (StepMark::ToCome, done),
            };
            is_next &= is_done;
            Self { words, mark }
        });
        steps.collect()
    }
}

/// The steps of one thing, in a row.
#[component]
pub fn Steps(steps: Vec<Step>) -> impl IntoView {
    let steps = steps
        .into_iter()
        .map(|step| {
            let current = (step.mark == StepMark::Now).then_some("step");
            view! { <li aria-current=current>{step.mark.sign()}{step.words}</li> }
        })
        .collect_view();
    view! {
        <ol class="steps" aria-label="Its steps">
            {steps}
        </ol>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_that_is_not_done_is_the_one_under_way_and_later_ones_stay_as_they_are() {
        let steps = Step::each([
            ("Writing", "Written", true),
            ("Open", "Closed", false),
            ("Counting", "Counted", true),
            ("Checking", "Checked", false),
        ]);
        let marks: Vec<StepMark> = steps.iter().map(|step| step.mark).collect();
        assert_eq!(marks, [StepMark::Done, StepMark::Now, StepMark::Done, StepMark::ToCome]);
        let words: Vec<&str> = steps.iter().map(|step| step.words).collect();
        assert_eq!(words, ["Written", "Open", "Counted", "Checked"], "what is open isn't closed");
        assert!(Step::each([]).is_empty());
    }

    #[test]
    fn a_step_is_read_with_its_mark_and_the_one_under_way_says_so() {
        let steps = Step::each([("Writing", "Written", true), ("Open", "Closed", false)]);
        let html = crate::ui::rendered(|| view! { <Steps steps /> });
        assert!(html.contains("<li>✓ Written</li>"), "{html}");
        assert!(html.contains("<li aria-current=\"step\">● Open</li>"), "{html}");
    }
}
