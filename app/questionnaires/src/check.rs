//! What must be corrected before a consultation opens: what is missing, and branches that lead
//! nowhere.

use std::collections::{BTreeMap, BTreeSet};

use super::{Condition, Question, Questionnaire, piping};

/// The most questions.
pub const MOST_QUESTIONS: usize = 200;
/// The most options of a question.
pub const MOST_OPTIONS: usize = 60;
/// The longest question, option or heading, in characters.
pub const LONGEST_LINE: usize = 300;
/// The longest help or page of text, in characters.
pub const LONGEST_TEXT: usize = 4_000;

/// Something to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key of the question; empty for all of it.
    pub question: String,
    pub what_to_do: String,
}

/// Everything to correct, in the order of the questions; nothing when it can open.
#[must_use]
pub fn check(questionnaire: &Questionnaire) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut all = |question: &str, what_to_do: String| {
        faults.push(Fault { question: question.to_owned(), what_to_do });
    };
    let questions: Vec<&Question> = questionnaire.questions().collect();
    if !questions.iter().any(|question| question.kind.has_answer()) {
        all("", "Ask at least one question".to_owned());
    }
    if questions.len() > MOST_QUESTIONS {
        all("", format!("Ask {MOST_QUESTIONS} questions or fewer"));
    }
    for section in
        questionnaire.sections.iter().filter(|section| section.title.chars().count() > LONGEST_LINE)
    {
        all(
            "",
            format!(
                "Make the heading shorter: {}",
                section.title.chars().take(40).collect::<String>()
            ),
        );
    }
    let mut earlier: BTreeMap<&str, (&Question, Branch)> = BTreeMap::new();
    for question in questions {
        own_faults(question).into_iter().for_each(|fault| all(&question.key, fault));
        if earlier.contains_key(question.key.as_str()) {
            all(
                &question.key,
                "Two questions have this key. Give one of them a different key".to_owned(),
            );
            continue;
        }
        for fault in shown_answers(question, &earlier) {
            all(&question.key, fault);
        }
        let branch = match branch(question, &earlier) {
            Ok(branch) => branch,
            Err(fault) => {
                all(&question.key, fault);
                Branch::default()
            }
        };
        earlier.insert(&question.key, (question, branch));
    }
    faults
}

/// The keys of the questions that nobody would ever be asked, or that depend on what is not there.
#[must_use]
pub fn dead_ends(questionnaire: &Questionnaire) -> BTreeSet<String> {
    let mut dead = BTreeSet::new();
    let mut earlier: BTreeMap<&str, (&Question, Branch)> = BTreeMap::new();
    for question in questionnaire.questions() {
        let branch = branch(question, &earlier).unwrap_or_else(|_fault| {
            dead.insert(question.key.clone());
            Branch::default()
        });
        earlier.entry(&question.key).or_insert((question, branch));
    }
    dead
}

/// What must be corrected in single questions, whoever is asked them.
pub(crate) fn of_each(questionnaire: &Questionnaire) -> Vec<Fault> {
    let (mut keys, mut faults) = (BTreeSet::new(), Vec::new());
    for question in questionnaire.questions() {
        let mut own = own_faults(question);
        if !keys.insert(question.key.as_str()) {
            own.push("Two questions have this key. Give one of them a different key".to_owned());
        }
        let of_it = |what_to_do| Fault { question: question.key.clone(), what_to_do };
        faults.extend(own.into_iter().map(of_it));
    }
    faults
}

/// What is wrong with the earlier answers that are in the words of a question.
fn shown_answers(
    question: &Question,
    earlier: &BTreeMap<&str, (&Question, Branch)>,
) -> Vec<String> {
    let has_answer = |key: &String| {
        earlier.get(key.as_str()).is_some_and(|(before, _)| before.kind.has_answer())
    };
    let wrong: BTreeSet<String> =
        piping::keys(question).into_iter().filter(|key| !has_answer(key)).collect();
    let fault = |key: String| {
        format!(
            "Only the answer to an earlier question can be shown. {key} is none that comes before \
             it. Take {} out of the words",
            piping::mark(&key)
        )
    };
    wrong.into_iter().map(fault).collect()
}

/// Who comes to a question: for each question before it with one choice, the options that lead
/// here. All of them hold.
type Branch = BTreeMap<String, BTreeSet<String>>;

/// Who is asked a question, or why nobody ever is.
fn branch(
    question: &Question,
    earlier: &BTreeMap<&str, (&Question, Branch)>,
) -> Result<Branch, String> {
    let mut branch = Branch::new();
    for Condition { question: on, any_of } in &question.only_if {
        let Some((before, leads)) = earlier.get(on.as_str()) else {
            return Err(format!(
                "Only an earlier question can decide who is asked this. {on} does not come before \
                 it"
            ));
        };
        if !before.kind.can_branch() {
            return Err(format!(
                "Only a question with options can decide who is asked this. {on} has none to \
                 choose from"
            ));
        }
        let options = before.kind.options();
        if let Some(unknown) =
            any_of.iter().find(|key| options.iter().all(|option| option.key != **key))
        {
            return Err(format!("{on} has no option {unknown}. Choose again who is asked this"));
        }
        if any_of.is_empty() {
            return Err(format!("Choose at least one answer to {on} that leads here"));
        }
        let chosen = before
            .kind
            .is_one_choice()
            .then(|| (on.clone(), any_of.iter().cloned().collect::<BTreeSet<_>>()));
        for (on, any_of) in leads.clone().into_iter().chain(chosen) {
            let both = branch.get(&on).map_or_else(|| any_of.clone(), |before| before & &any_of);
            if both.is_empty() {
                return Err(format!(
                    "Nobody would ever be asked this: no answer to {on} leads here"
                ));
            }
            branch.insert(on, both);
        }
    }
    Ok(branch)
}

fn own_faults(question: &Question) -> Vec<String> {
    let mut faults = Vec::new();
    if !is_key(&question.key) {
        faults.push("Give it a key of 1 to 40 letters, digits, - and _".to_owned());
    }
    let lengths =
        [(&question.text, LONGEST_LINE, "question"), (&question.help, LONGEST_TEXT, "help")];
    for (text, longest, what) in
        lengths.into_iter().filter(|(text, longest, _)| text.chars().count() > *longest)
    {
        faults.push(format!(
            "Keep the {what} to {longest} characters or fewer. It has {}",
            text.chars().count()
        ));
    }
    if question.text.is_empty() {
        faults.push("Write the question".to_owned());
    }
    if !question.kind.has_answer() && (question.is_required || question.may_decline) {
        faults.push(
            "People don't answer this, so an answer can't be required or declined".to_owned(),
        );
    }
    faults.extend(question.kind.faults());
    faults
}

/// Whether something can be a key, of a question or of an option.
pub(crate) fn is_key(key: &str) -> bool {
    (1..=40).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::answers::{self, Answer, Answers};
    use super::super::{Choice, QuestionKind, Section};
    use super::*;

    pub fn choices(keys: &[&str]) -> Vec<Choice> {
        keys.iter()
            .map(|key| Choice { key: (*key).into(), text: format!("The option {key}") })
            .collect()
    }

    pub fn asked(key: &str, kind: QuestionKind, only_if: &[(&str, &[&str])]) -> Question {
        let only_if = only_if.iter().map(|(question, any_of)| Condition {
            question: (*question).into(),
            any_of: any_of.iter().map(|option| (*option).into()).collect(),
        });
        Question {
            key: key.into(),
            text: format!("What about {key}?"),
            help: String::new(),
            kind,
            is_required: false,
            may_decline: false,
            only_if: only_if.collect(),
        }
    }

    pub fn of(questions: Vec<Question>) -> Questionnaire {
        Questionnaire { sections: vec![Section { title: String::new(), questions }] }
    }

    fn faults(questions: Vec<Question>) -> Vec<String> {
        check(&of(questions))
            .into_iter()
            .map(|fault| format!("{}: {}", fault.question, fault.what_to_do))
            .collect()
    }

    #[test]
    fn a_questionnaire_with_branches_that_lead_somewhere_can_open() {
        let waits = asked("waits", QuestionKind::YesNo {}, &[]);
        let how_long = asked(
            "how-long",
            QuestionKind::OneOf { options: choices(&["weeks", "months"]) },
            &[("waits", &["yes"])],
        );
        let why = asked(
            "why",
            QuestionKind::LongText {},
            &[("how-long", &["months"]), ("waits", &["yes", "no"])],
        );
        assert_eq!(faults(vec![waits, how_long, why]), Vec::<String>::new());
    }

    #[test]
    fn a_question_that_nobody_is_ever_asked_is_found_also_by_a_detour() {
        let first =
            || asked("first", QuestionKind::OneOf { options: choices(&["a", "b", "c"]) }, &[]);
        let of_a = || asked("of-a", QuestionKind::YesNo {}, &[("first", &["a"])]);
        let both =
            asked("both", QuestionKind::ShortText {}, &[("first", &["a"]), ("first", &["b"])]);
        assert_eq!(
            faults(vec![first(), both]),
            ["both: Nobody would ever be asked this: no answer to first leads here"]
        );
        let detour = asked(
            "detour",
            QuestionKind::ShortText {},
            &[("of-a", &["yes"]), ("first", &["b", "c"])],
        );
        assert_eq!(
            faults(vec![first(), of_a(), detour]),
            ["detour: Nobody would ever be asked this: no answer to first leads here"]
        );
        let several = asked(
            "several",
            QuestionKind::SeveralOf { options: choices(&["a", "b"]), at_most: None },
            &[],
        );
        let of_both = asked(
            "of-both",
            QuestionKind::ShortText {},
            &[("several", &["a"]), ("several", &["b"])],
        );
        assert_eq!(faults(vec![several, of_both]), Vec::<String>::new(), "one can choose both");
    }

    #[test]
    fn a_branch_on_itself_on_what_comes_later_or_on_what_is_not_there_is_refused() {
        let first = || asked("first", QuestionKind::YesNo {}, &[("second", &["yes"])]);
        let second = || asked("second", QuestionKind::YesNo {}, &[("first", &["yes"])]);
        assert_eq!(
            faults(vec![first(), second()]),
            ["first: Only an earlier question can decide who is asked this. second does not \
                 come before it"],
            "so there are no loops"
        );
        let own = asked("own", QuestionKind::YesNo {}, &[("own", &["yes"])]);
        assert_eq!(faults(vec![own]).len(), 1);
        let maybe = asked("maybe", QuestionKind::YesNo {}, &[("second", &["maybe"])]);
        let second = || asked("second", QuestionKind::YesNo {}, &[]);
        assert_eq!(
            faults(vec![second(), maybe]),
            ["maybe: second has no option maybe. Choose again who is asked this"]
        );
        let text = asked("text", QuestionKind::ShortText {}, &[]);
        let of_text = asked("of-text", QuestionKind::ShortText {}, &[("text", &["yes"])]);
        assert_eq!(faults(vec![text, of_text]).len(), 1);
        assert_eq!(
            faults(vec![
                second(),
                asked("of-none", QuestionKind::ShortText {}, &[("second", &[])])
            ])
            .len(),
            1
        );
    }

    #[test]
    fn a_dead_end_is_told_from_other_faults() {
        let first = asked("first", QuestionKind::OneOf { options: choices(&["a", "b"]) }, &[]);
        let both: [(&str, &[&str]); 2] = [("first", &["a"]), ("first", &["b"])];
        let dead = asked("dead", QuestionKind::ShortText {}, &both);
        let empty = Question { text: String::new(), ..asked("e", QuestionKind::YesNo {}, &[]) };
        let ends = dead_ends(&of(vec![first, dead, empty]));
        assert_eq!(ends.into_iter().collect::<Vec<_>>(), ["dead"]);
        assert!(dead_ends(&of(Vec::new())).is_empty());
    }

    #[test]
    fn only_the_answer_to_an_earlier_question_can_be_in_the_words_of_a_question() {
        let first = || asked("first", QuestionKind::ShortText {}, &[]);
        let shows = |key: &str| Question {
            text: format!("Why {{{{{key}}}}}?"),
            ..asked("second", QuestionKind::ShortText {}, &[])
        };
        assert_eq!(faults(vec![first(), shows("first")]), Vec::<String>::new());
        let page = asked("page", QuestionKind::Page { words: "Read this".into() }, &[]);
        for wrong in [vec![shows("first"), first()], vec![shows("gone")], vec![page, shows("page")]]
        {
            let faults = faults(wrong);
            assert!(
                faults.len() == 1 && faults[0].contains("Only the answer to an earlier"),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn what_is_missing_twice_or_too_long_is_said() {
        assert_eq!(faults(vec![]), [": Ask at least one question"]);
        let same = || asked("same", QuestionKind::YesNo {}, &[]);
        assert_eq!(
            faults(vec![same(), same()]),
            ["same: Two questions have this key. Give one of them a different key"]
        );
        assert_eq!(
            faults(vec![asked("one", QuestionKind::OneOf { options: choices(&["a"]) }, &[])]),
            ["one: Give at least two options"]
        );
        assert_eq!(faults(vec![asked("a key", QuestionKind::YesNo {}, &[])]).len(), 1);
        let long = Question { text: "x".repeat(301), ..same() };
        assert_eq!(
            faults(vec![long]),
            ["same: Keep the question to 300 characters or fewer. It has 301"]
        );
        let many =
            (0..201).map(|nth| asked(&format!("q{nth}"), QuestionKind::YesNo {}, &[])).collect();
        assert_eq!(faults(many), [": Ask 200 questions or fewer"]);
    }

    proptest! {
        #[test]
        fn a_question_is_called_a_dead_end_exactly_when_no_answers_lead_to_it(
            branches in vec(vec((0_usize..4, vec(0_usize..3, 1..3)), 0..3), 5),
        ) {
            let options = ["a", "b", "c"];
            let questions = branches.iter().enumerate().map(|(nth, branches)| {
                let earlier = branches.iter().filter(|(on, _)| *on < nth);
                let only_if = earlier.map(|(on, any_of)| Condition {
                    question: format!("q{on}"),
                    any_of: any_of.iter().map(|option| options[*option].to_owned()).collect(),
                });
                let kind = QuestionKind::OneOf { options: choices(&options) };
                Question { only_if: only_if.collect(), ..asked(&format!("q{nth}"), kind, &[]) }
            });
            let all = of(questions.collect());
            let everybody = (0..3_usize.pow(5)).map(|person| {
                let answer = |nth: u32| {
                    let option = options[person / 3_usize.pow(nth) % 3].to_owned();
                    (format!("q{nth}"), Answer::Chosen(vec![option]))
                };
                (0..5).map(answer).collect::<Answers>()
            });
            let come: BTreeSet<String> = everybody
                .flat_map(|answers| {
                    let asked = answers::asked(&all, &answers).into_iter();
                    asked.map(|question| question.key.clone()).collect::<Vec<_>>()
                })
                .collect();
            let faults = check(&all).into_iter();
            let dead: BTreeSet<String> = faults.map(|fault| fault.question).collect();
            // What hangs on a dead end is not called one too, so that one fault is one line.
            for question in all.questions() {
                let mut conditions = question.only_if.iter();
                if conditions.all(|condition| come.contains(&condition.question)) {
                    let (comes, is_dead) =
                        (come.contains(&question.key), dead.contains(&question.key));
                    prop_assert_eq!(comes, !is_dead, "{}", question.key);
                }
            }
        }
    }
}
