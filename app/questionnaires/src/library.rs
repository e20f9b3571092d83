//! Well-worded questions to start from, grouped by what they are for. They are a questionnaire like
//! any other, to copy from.

use super::{Questionnaire, file};

#[must_use]
pub fn library() -> Questionnaire {
    file::read(include_bytes!("library.json")).unwrap_or_default()
}

/// How the title of the section with the yearly survey begins.
const YEARLY: &str = "The yearly survey";

/// The keys of the questions of the yearly survey, which mirror what an area inspection looks at:
/// they stay the same, so that a year can be put beside the one before.
#[must_use]
pub fn yearly() -> Vec<String> {
    let sections = library().sections.into_iter();
    let survey = sections.filter(|section| section.title.starts_with(YEARLY));
    survey.flat_map(|section| section.questions).map(|question| question.key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_can_be_asked_and_what_asks_about_a_person_can_be_declined() {
        assert_eq!(file::read(include_bytes!("library.json")).expect("no faults"), library());
        assert!(library().sections.len() >= 5);
        assert_eq!(yearly(), ["needs-found", "decisions", "right-help", "next-steps", "belonging"]);
        for section in
            library().sections.iter().filter(|section| section.title.starts_with("About"))
        {
            assert!(
                section
                    .questions
                    .iter()
                    .all(|question| question.may_decline && !question.is_required),
                "{}",
                section.title
            );
        }
    }
}
