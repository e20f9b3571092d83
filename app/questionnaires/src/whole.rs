//! Everything that was heard as one set of questions and answers: every version of the questions,
//! how each response came in, and what answers in people's own words are about. Pure.
//!
//! Versions, channels and themes become questions of their own, so that one rule hides what must be
//! hidden in all of them.

use std::collections::BTreeMap;

use crate::answers::{Answer, Answers, counted};
use crate::results::{Channel, Heard, Theme};
use crate::tally::ANSWERED;
use crate::{Choice, Condition, Question, QuestionKind, Questionnaire, Section, piping};

/// The key of the question about which version was answered. No question of an organiser has a key
/// with an `@`.
const VERSION: &str = "@version";
/// The key of the question about how a response came in.
const CHANNEL: &str = "@channel";
/// What the key of a question begins with that says what answers are about; the key of their
/// question follows.
pub const THEMES: &str = "@themes.";

/// A question as all versions that asked it did.
struct Asked {
    question: Question,
    versions: Vec<i64>,
}

/// Questions of all versions, and for each response the answers that count. A question that was
/// changed in a later version is another question there; one that only some versions asked was
/// asked of those who answered them.
#[must_use]
pub fn whole(
    versions: &[(i64, Questionnaire)],
    heard: &[Heard],
    themes: &[Theme],
) -> (Questionnaire, Vec<Answers>) {
    let (asked, names) = merged(versions);
    let all: Vec<i64> = versions.iter().map(|(version, _)| *version).collect();
    let mut questions = Vec::new();
    if all.len() > 1 {
        let options = all
            .iter()
            .map(|version| Choice { key: version.to_string(), text: format!("Version {version}") })
            .collect();
        questions.push(own(
            VERSION,
            "Which version of the questions people answered",
            QuestionKind::OneOf { options },
        ));
    }
    for asked_of in &asked {
        questions.push(of_its_versions(asked_of, &asked, &all));
        // By its title, which is one of its kind: a theme that is taken away and put in again is
        // the same one to whoever compares.
        let about: Vec<Choice> = of_question(themes, &asked_of.question.key)
            .map(|theme| Choice { key: theme.title.clone(), text: theme.title.clone() })
            .collect();
        if !about.is_empty() {
            let key = format!("{THEMES}{}", asked_of.question.key);
            let answered = Condition {
                question: asked_of.question.key.clone(),
                any_of: vec![ANSWERED.to_owned()],
            };
            let text = format!("What these answers are about: {}", asked_of.question.text);
            questions.push(Question {
                only_if: vec![answered],
                ..own(&key, &text, QuestionKind::SeveralOf { options: about, at_most: None })
            });
        }
    }
    let has_channels = heard.iter().any(|heard| heard.channel != Channel::Online);
    if has_channels {
        let options = Channel::ALL
            .map(|(_, word, title)| Choice { key: word.to_owned(), text: title.to_owned() })
            .to_vec();
        questions.push(own(CHANNEL, "How the answers came in", QuestionKind::OneOf { options }));
    }
    let answers = heard.iter().map(|heard| {
        let Some((_, questionnaire)) =
            versions.iter().find(|(version, _)| *version == heard.version)
        else {
            return Answers::new();
        };
        let mut answers = Answers::new();
        for (key, answer) in counted(questionnaire, &heard.answers) {
            let Some(name) = names.get(&(heard.version, key)) else { continue };
            let about: Vec<String> = of_question(themes, name)
                .filter(|theme| theme.responses.contains(&heard.response_id))
                .map(|theme| theme.title.clone())
                .collect();
            if !about.is_empty() {
                answers.insert(format!("{THEMES}{name}"), Answer::Chosen(about));
            }
            answers.insert(name.clone(), answer);
        }
        let own = [
            (all.len() > 1).then(|| (VERSION, heard.version.to_string())),
            has_channels.then(|| (CHANNEL, heard.channel.word().to_owned())),
        ];
        answers.extend(
            own.into_iter()
                .flatten()
                .map(|(key, chosen)| (key.to_owned(), Answer::Chosen(vec![chosen]))),
        );
        answers
    });
    let all = Questionnaire { sections: vec![Section { title: String::new(), questions }] };
    // Nobody reads in results what one person answered before.
    (piping::without(&all), answers.collect())
}

/// The name that a question has among those of all versions; `None` where that version has no such
/// question.
#[must_use]
pub fn name(versions: &[(i64, Questionnaire)], version: i64, question: &str) -> Option<String> {
    merged(versions).1.remove(&(version, question.to_owned()))
}

/// A question of ours, asked of everyone.
fn own(key: &str, text: &str, kind: QuestionKind) -> Question {
    Question {
        key: key.to_owned(),
        text: text.to_owned(),
        help: String::new(),
        kind,
        is_required: false,
        may_decline: false,
        only_if: Vec::new(),
    }
}

/// The themes of a question, under whichever name it has.
fn of_question<'t>(themes: &'t [Theme], name: &str) -> impl Iterator<Item = &'t Theme> {
    let key = name.split('@').next().unwrap_or_default().to_owned();
    themes.iter().filter(move |theme| theme.question == key)
}

/// The questions of all versions, and for each version and key the name it has among them.
fn merged(versions: &[(i64, Questionnaire)]) -> (Vec<Asked>, BTreeMap<(i64, String), String>) {
    let (mut all, mut names): (Vec<Asked>, BTreeMap<(i64, String), String>) =
        (Vec::new(), BTreeMap::new());
    for (version, questionnaire) in versions {
        for question in questionnaire.questions() {
            let mut named = question.clone();
            for condition in &mut named.only_if {
                if let Some(name) = names.get(&(*version, condition.question.clone())) {
                    condition.question.clone_from(name);
                }
            }
            let is_same = |asked: &&mut Asked| {
                let (one, base) = (&asked.question, asked.question.key.split('@').next());
                base == Some(named.key.as_str())
                    && (&one.text, &one.kind, one.is_required, one.may_decline, &one.only_if)
                        == (
                            &named.text,
                            &named.kind,
                            named.is_required,
                            named.may_decline,
                            &named.only_if,
                        )
            };
            let name = match all.iter_mut().find(is_same) {
                Some(asked) => {
                    asked.versions.push(*version);
                    asked.question.key.clone()
                }
                None => {
                    if all.iter().any(|asked| asked.question.key == named.key) {
                        named.key = format!("{}@{version}", named.key);
                    }
                    let name = named.key.clone();
                    all.push(Asked { question: named, versions: vec![*version] });
                    name
                }
            };
            names.insert((*version, question.key.clone()), name);
        }
    }
    (all, names)
}

/// The question, asked only of those who answered a version that has it. What leads to it says so
/// already where it is in the same versions.
fn of_its_versions(asked: &Asked, all: &[Asked], versions: &[i64]) -> Question {
    let mut question = asked.question.clone();
    let is_said = question.only_if.iter().any(|condition| {
        all.iter().any(|before| {
            before.question.key == condition.question && before.versions == asked.versions
        })
    });
    if asked.versions != versions && !is_said {
        let any_of = asked.versions.iter().map(ToString::to_string).collect();
        question.only_if.push(Condition { question: VERSION.to_owned(), any_of });
    }
    question
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::{asked, choices, of};
    use crate::tally::{Counting, tally};

    fn heard(id: &str, version: i64, answers: &[(&str, Answer)]) -> Heard {
        let answers =
            answers.iter().map(|(key, answer)| ((*key).to_owned(), answer.clone())).collect();
        Heard {
            response_id: id.to_owned(),
            version,
            channel: Channel::Online,
            may_quote: false,
            answers,
        }
    }

    fn chosen(key: &str) -> Answer {
        Answer::Chosen(vec![key.to_owned()])
    }

    /// For each list its key and its counts.
    fn counts(
        versions: &[(i64, Questionnaire)],
        heard: &[Heard],
        themes: &[Theme],
    ) -> Vec<(String, Vec<u64>)> {
        let (asked, answers) = whole(versions, heard, themes);
        let tally = tally(&asked, &answers, &[], &[], &Counting::default()).expect("counts");
        assert!(tally.left_out.is_empty(), "{:?}", tally.left_out);
        tally.counts.lists().iter().map(|list| (list.key.clone(), list.parts.clone())).collect()
    }

    #[test]
    fn what_stayed_the_same_is_counted_together_and_what_changed_by_its_version() {
        let yes_no = |key: &str| asked(key, QuestionKind::YesNo {}, &[]);
        let one = of(vec![
            yes_no("same"),
            asked("changed", QuestionKind::OneOf { options: choices(&["a", "b"]) }, &[]),
        ]);
        let two = of(vec![
            yes_no("same"),
            asked("changed", QuestionKind::OneOf { options: choices(&["a", "b", "c"]) }, &[]),
            yes_no("new"),
        ]);
        let all = [
            heard("r1", 1, &[("same", chosen("yes")), ("changed", chosen("a"))]),
            heard(
                "r2",
                2,
                &[("same", chosen("yes")), ("changed", chosen("c")), ("new", chosen("no"))],
            ),
            heard("r3", 2, &[("same", chosen("no"))]),
        ];
        let expected: Vec<(String, Vec<u64>)> = vec![
            ("@version".into(), vec![1, 2, 0]),
            ("same".into(), vec![2, 1, 0]),
            ("changed".into(), vec![1, 0, 0]),
            ("changed@2".into(), vec![0, 0, 1, 1]),
            ("new".into(), vec![0, 1, 1]),
        ];
        assert_eq!(counts(&[(1, one), (2, two)], &all, &[]), expected);
    }

    #[test]
    fn no_results_show_an_earlier_answer_in_the_words_of_a_question() {
        let mut school = asked("school", QuestionKind::YesNo {}, &[]);
        school.text = "Does {{child|your child}} go to school?".into();
        let all = of(vec![asked("child", QuestionKind::ShortText {}, &[]), school]);
        let heard = heard("r1", 1, &[("child", Answer::Text("Sam".into()))]);
        let (asked, _) = whole(&[(1, all)], &[heard], &[]);
        let text = &asked.question("school").expect("it").text;
        assert_eq!(text, "Does your child go to school?");
    }

    #[test]
    fn themes_are_counted_of_those_who_wrote_and_channels_where_some_came_otherwise() {
        let questions = of(vec![asked("why", QuestionKind::LongText {}, &[])]);
        let text = || Answer::Text("So.".into());
        let mut all = vec![
            heard("r1", 1, &[("why", text())]),
            heard("r2", 1, &[("why", text())]),
            heard("r3", 1, &[]),
        ];
        all[2].channel = Channel::Paper;
        let theme = Theme {
            id: "t".into(),
            question: "why".into(),
            title: "Waiting".into(),
            responses: vec!["r1".into(), "r3".into()],
        };
        let expected: Vec<(String, Vec<u64>)> = vec![
            ("why".into(), vec![2, 1]),
            ("@themes.why.Waiting".into(), vec![1, 1]),
            ("@channel".into(), vec![2, 1, 0, 0, 0]),
        ];
        assert_eq!(counts(&[(1, questions)], &all, &[theme]), expected);
    }

    #[test]
    fn a_branch_of_a_question_that_changed_is_counted_of_its_own_version() {
        let ask = |options: &[&str]| {
            of(vec![
                asked("how", QuestionKind::OneOf { options: choices(options) }, &[]),
                asked("why", QuestionKind::YesNo {}, &[("how", &["a"])]),
            ])
        };
        let all = [
            heard("r1", 1, &[("how", chosen("a")), ("why", chosen("yes"))]),
            heard("r2", 2, &[("how", chosen("a")), ("why", chosen("no"))]),
        ];
        let counted = counts(&[(1, ask(&["a", "b"])), (2, ask(&["a", "c"]))], &all, &[]);
        let why: Vec<_> =
            counted.iter().filter(|(key, _)| key.starts_with("why")).cloned().collect();
        assert_eq!(why, [("why".to_owned(), vec![1, 0, 0]), ("why@2".to_owned(), vec![0, 1, 0])]);
    }
}
