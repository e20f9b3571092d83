//! A questionnaire as one JSON file, to export here and import there. Its schema is
//! `docs/questionnaire.schema.json`.

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use super::check::{Fault, MOST_OPTIONS, MOST_QUESTIONS, check, of_each};
use super::{Questionnaire, Section};

/// What the file says it is.
const FORMAT: &str = "alongside-questionnaire/1";
/// The largest file that is read, in bytes.
pub const LARGEST: usize = 1024 * 1024;

/// The most conditions of a question.
const MOST_CONDITIONS: usize = 50;

/// The questions of a consultation of Alongside.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// `alongside-questionnaire/1`
    format: String,
    /// The questions, in sections.
    sections: Vec<Section>,
}

/// The file.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn write(questionnaire: &Questionnaire) -> serde_json::Result<String> {
    let file = File { format: FORMAT.to_owned(), sections: questionnaire.sections.clone() };
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}

/// Reads a file.
///
/// # Errors
/// What to correct: with the line where it is not such a file, otherwise with the question.
pub fn read(file: &[u8]) -> Result<Questionnaire, Vec<Fault>> {
    let questionnaire = parsed(file)?;
    let faults = check(&questionnaire);
    if faults.is_empty() { Ok(questionnaire) } else { Err(faults) }
}

/// Reads a list that is still being written: it may be empty, and branches may lead nowhere, but
/// each question is one.
///
/// # Errors
/// As for [`read`].
pub fn read_unfinished(file: &[u8]) -> Result<Questionnaire, Vec<Fault>> {
    let questionnaire = parsed(file)?;
    let faults = of_each(&questionnaire);
    if faults.is_empty() { Ok(questionnaire) } else { Err(faults) }
}

/// What is in a file, if it is no more than can be asked.
#[expect(clippy::disallowed_methods, reason = "a file that somebody sends")]
fn parsed(file: &[u8]) -> Result<Questionnaire, Vec<Fault>> {
    let all = |what_to_do: String| vec![Fault { question: String::new(), what_to_do }];
    if file.len() > LARGEST {
        return Err(all("Choose a smaller file: up to 1 MB".to_owned()));
    }
    let file: File = serde_json::from_slice(file)
        .map_err(|error| all(format!("This is not a file of questions: {error}")))?;
    if file.format != FORMAT {
        return Err(all(format!("The file is in another format. It should say {FORMAT}")));
    }
    let questionnaire = Questionnaire { sections: file.sections };
    if is_too_much(&questionnaire) {
        return Err(all(format!(
            "There is too much in this file. Ask {MOST_QUESTIONS} questions or fewer, with \
             {MOST_OPTIONS} options or fewer"
        )));
    }
    Ok(questionnaire)
}

/// Whether there is more than can ever be asked. What is less is compared with each other.
fn is_too_much(questionnaire: &Questionnaire) -> bool {
    questionnaire.questions().count() > MOST_QUESTIONS
        || questionnaire.questions().any(|question| {
            question.kind.options().len() > MOST_OPTIONS
                || question.only_if.len() > MOST_CONDITIONS
                || question.only_if.iter().any(|condition| condition.any_of.len() > MOST_OPTIONS)
        })
}

/// The schema of the file (JSON Schema, draft 2020-12).
#[must_use]
pub fn schema() -> Schema {
    schema_for!(File)
}

#[cfg(test)]
mod tests {
    use super::super::check::tests::{asked, choices, of};
    use super::super::kinds::tests::samples;
    use super::super::{Question, QuestionKind};
    use super::*;

    fn every_kind() -> Questionnaire {
        let mut questions: Vec<Question> = samples()
            .into_iter()
            .enumerate()
            .map(|(nth, sample)| asked(&format!("q{nth}"), sample.kind, &[]))
            .collect();
        questions[3].only_if = asked("x", QuestionKind::YesNo {}, &[("q0", &["a"])]).only_if;
        questions[3].may_decline = true;
        of(questions)
    }

    #[test]
    fn what_is_taken_out_is_put_in_as_it_was() {
        let all = every_kind();
        assert_eq!(read(write(&all).expect("a file").as_bytes()), Ok(all));
    }

    #[test]
    fn a_list_that_is_being_written_may_have_gaps_and_no_question_that_is_none() {
        let unfinished = |all: &Questionnaire| {
            let file = write(all).expect("a file");
            (read(file.as_bytes()).is_ok(), read_unfinished(file.as_bytes()).is_ok())
        };
        assert_eq!(unfinished(&of(Vec::new())), (false, true));
        let lost = || asked("a", QuestionKind::YesNo {}, &[("gone", &["yes"])]);
        assert_eq!(unfinished(&of(vec![lost()])), (false, true));
        assert_eq!(unfinished(&of(vec![lost(), lost()])), (false, false), "two have one key");
        let empty = asked("a", QuestionKind::OneOf { options: choices(&["x"]) }, &[]);
        assert_eq!(unfinished(&of(vec![empty])), (false, false));
        assert!(read_unfinished(b"no list").is_err());
    }

    #[test]
    fn a_file_that_is_none_says_the_line_and_a_question_that_is_none_says_which() {
        let first = |file: &str| read(file.as_bytes()).expect_err("faults")[0].clone();
        assert!(
            first("{\n  \"format\": 1\n}").what_to_do.contains("line 2"),
            "{:?}",
            first("{\n  \"format\": 1\n}")
        );
        assert!(
            first("{\"format\": \"lss\", \"sections\": []}").what_to_do.contains("another format")
        );
        let unknown = write(&every_kind()).expect("a file").replace(
            "\"text\": \"What about q1?\"",
            "\"text\": \"What about q1?\", \"script\": \"x\"",
        );
        assert!(first(&unknown).what_to_do.contains("script"));
        let empty = write(&every_kind()).expect("a file").replace("What about q1?", "");
        assert_eq!(
            (first(&empty).question.as_str(), first(&empty).what_to_do.as_str()),
            ("q1", "Write the question")
        );
        assert!(first(&" ".repeat(LARGEST + 1)).what_to_do.contains("smaller file"));
        assert!(read(&[0xFF, 0xFE]).is_err());
    }

    #[test]
    fn more_than_can_be_asked_is_refused_before_it_is_compared() {
        let too_much = |questions: Vec<Question>| {
            let faults =
                read(write(&of(questions)).expect("a file").as_bytes()).expect_err("too much");
            assert_eq!(faults.len(), 1);
            faults[0].what_to_do.starts_with("There is too much")
        };
        let yes_no = |nth: usize| asked(&format!("q{nth}"), QuestionKind::YesNo {}, &[]);
        assert!(too_much((0..=MOST_QUESTIONS).map(yes_no).collect()));
        let keys: Vec<String> = (0..=MOST_OPTIONS).map(|nth| format!("o{nth}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert!(too_much(vec![asked("q", QuestionKind::OneOf { options: choices(&keys) }, &[])]));
        assert!(too_much(vec![
            yes_no(0),
            asked("q", QuestionKind::YesNo {}, &[("q0", keys.as_slice())])
        ]));
        let conditions: Vec<(&str, &[&str])> =
            vec![("q0", &["yes"] as &[&str]); MOST_CONDITIONS + 1];
        assert!(too_much(vec![yes_no(0), asked("q", QuestionKind::YesNo {}, &conditions)]));
    }

    #[test]
    fn hostile_files_are_read_or_refused() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/questions");
        let mut files = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
            for bytes in [bytes.clone(), bytes.repeat(1_000)] {
                let read = read(&bytes);
                assert!(read.is_err() || read.is_ok_and(|all| check(&all).is_empty()));
            }
            files += 1;
        }
        assert!(files >= 3, "{files}");
    }

    /// To write the file again: `UPDATE_SCHEMA=1 cargo test -p questionnaires --lib schema`
    #[test]
    fn the_published_schema_is_the_one_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/questionnaire.schema.json");
        let now = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &now).expect("the file");
        }
        assert_eq!(std::fs::read_to_string(path).expect("the file"), now);
    }
}
