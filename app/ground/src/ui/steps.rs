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
    /// The steps with these words, each done or not: the first that is not done is the one that is
    /// under way.
    #[must_use]
    pub fn each(steps: impl IntoIterator<Item = (&'static str, bool)>) -> Vec<Self> {
        let mut is_next = true;
        let steps = steps.into_iter().map(|(words, is_done)| {
            let mark = match (is_done, is_next) {
                (true, _) => StepMark::Done,
                (false, true) => StepMark::Now,
                (false, false) => StepMark::ToCome,
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
        let steps = Step::each([("a", true), ("b", false), ("c", true), ("d", false)]);
        let marks: Vec<StepMark> = steps.iter().map(|step| step.mark).collect();
        assert_eq!(marks, [StepMark::Done, StepMark::Now, StepMark::Done, StepMark::ToCome]);
        assert!(Step::each([]).is_empty());
    }

    #[test]
    fn a_step_is_read_with_its_mark_and_the_one_under_way_says_so() {
        let steps = Step::each([("Written", true), ("Open", false)]);
        let html = crate::ui::rendered(|| view! { <Steps steps /> });
        assert!(html.contains("<li>✓ Written</li>"), "{html}");
        assert!(html.contains("<li aria-current=\"step\">● Open</li>"), "{html}");
    }
}
