//! Changing what is asked: a question added, changed, moved or removed, and reading one from a
//! form. Pure.

use std::collections::{BTreeMap, BTreeSet};

use forms::{Refusals, Sent};

use super::check::{LONGEST_LINE, LONGEST_TEXT};
use super::{Condition, Question, Questionnaire, Section, kinds, piping};

/// A question, and the heading that begins above it.
pub type Headed = (Option<String>, Question);

/// All questions in one row, each with the heading that begins above it.
#[must_use]
pub fn flat(questionnaire: &Questionnaire) -> Vec<Headed> {
    let section = |section: &Section| {
        let heading = (!section.title.is_empty()).then(|| section.title.clone());
        let headings = std::iter::once(heading).chain(std::iter::repeat(None));
        headings.zip(section.questions.clone()).collect::<Vec<_>>()
    };
    questionnaire.sections.iter().flat_map(section).collect()
}

/// Back to sections, from questions in one row.
#[must_use]
pub fn in_sections(flat: Vec<Headed>) -> Questionnaire {
    let mut sections = vec![Section::default()];
    for (heading, question) in flat {
        if let Some(title) = heading {
            sections.push(Section { title, questions: Vec::new() });
        }
        if let Some(last) = sections.last_mut() {
            last.questions.push(question);
        }
    }
    if sections.len() > 1 {
        sections.retain(|section| !section.questions.is_empty());
    }
    Questionnaire { sections }
}

/// One question earlier or later by one place.
#[must_use]
pub fn moved(questionnaire: &Questionnaire, key: &str, earlier: bool) -> Questionnaire {
    let mut flat = flat(questionnaire);
    let at = flat.iter().position(|(_, question)| question.key == key);
    let to = at
        .and_then(|at| if earlier { at.checked_sub(1) } else { Some(at + 1) })
        .filter(|to| *to < flat.len());
    if let Some((at, to)) = at.zip(to) {
        let (one, other) = (flat[at].1.clone(), flat[to].1.clone());
        // Headings stay where they are.
        (flat[at].1, flat[to].1) = (other, one);
    }
    in_sections(flat)
}

/// Without one question, and without the branches that lead from it.
#[must_use]
pub fn without(questionnaire: &Questionnaire, key: &str) -> Questionnaire {
    let mut flat = flat(questionnaire);
    if let Some(at) = flat.iter().position(|(_, question)| question.key == key) {
        let (heading, _) = flat.remove(at);
        if let Some((next, _)) = flat.get_mut(at) {
            *next = next.take().or(heading);
        }
    }
    for (_, question) in &mut flat {
        question.only_if.retain(|condition| condition.question != key);
    }
    in_sections(flat)
}

/// With this question in place of the one with its key, or at the end.
#[must_use]
pub fn with(questionnaire: &Questionnaire, headed: Headed) -> Questionnaire {
    let mut flat = flat(questionnaire);
    match flat.iter_mut().find(|(_, question)| question.key == headed.1.key) {
        Some(place) => *place = headed,
        None => flat.push(headed),
    }
    in_sections(flat)
}

/// With copies of these questions at the end, under keys that nothing has or had: `had` are those
/// of other versions.
#[must_use]
pub fn with_copies(
    questionnaire: &Questionnaire,
    copies: &[Question],
    had: &[String],
) -> Questionnaire {
    let mut flat = flat(questionnaire);
    for copy in copies {
        let own = flat.iter().map(|(_, question)| question.key.as_str());
        let taken: Vec<&str> = own.chain(had.iter().map(String::as_str)).collect();
        let key =
            if taken.contains(&copy.key.as_str()) { fresh_key(&taken) } else { copy.key.clone() };
        // A branch leads from a question that need not be here, and so does an earlier answer.
        let bare = piping::without_in(copy);
        flat.push((None, Question { key, only_if: Vec::new(), ..bare }));
    }
    in_sections(flat)
}

/// With all of these after the questions there are, with their headings, their branches and what
/// they show of earlier answers. A key that something has or had becomes another: `had` are those
/// of other versions.
#[must_use]
pub fn with_others(
    questionnaire: &Questionnaire,
    others: &Questionnaire,
    had: &[String],
) -> Questionnaire {
    let own = questionnaire.questions().map(|question| question.key.clone());
    let mut taken: BTreeSet<String> = own.chain(had.iter().cloned()).collect();
    let mut keys = BTreeMap::new();
    let wanted: BTreeSet<String> = others.questions().map(|other| other.key.clone()).collect();
    for key in &wanted {
        if taken.contains(key) {
            let all: Vec<&str> = taken.iter().chain(&wanted).map(String::as_str).collect();
            let fresh = fresh_key(&all);
            taken.insert(fresh.clone());
            keys.insert(key.clone(), fresh);
        }
    }
    let under_new_keys = |question: &Question| {
        let mut question = piping::renamed(question, &keys);
        let conditions = question.only_if.iter_mut().map(|condition| &mut condition.question);
        for key in conditions.chain([&mut question.key]) {
            if let Some(new) = keys.get(key.as_str()) {
                key.clone_from(new);
            }
        }
        question
    };
    let added = others.sections.iter().map(|section| Section {
        title: piping::renamed_in(&section.title, &keys),
        questions: section.questions.iter().map(&under_new_keys).collect(),
    });
    let there = questionnaire.sections.iter().cloned();
    let mut sections: Vec<Section> = there.chain(added).collect();
    sections.retain(|section| !section.questions.is_empty());
    Questionnaire { sections }
}

/// Reads a question from what was sent. `before`: the question as it was, whose key and options it
/// keeps; `earlier`: the questions that can decide who is asked it.
///
/// # Errors
/// What to correct, in the order of the fields.
pub fn question(
    sent: &Sent,
    key: &str,
    before: Option<&Question>,
    earlier: &[&Question],
) -> Result<Headed, Refusals> {
    let mut refusals = Refusals::default();
    let heading = sent.line("heading");
    if heading.chars().count() > LONGEST_LINE {
        refusals.add("heading", format!("Use {LONGEST_LINE} characters or fewer"));
    }
    let text = refusals
        .take("text", forms::within(sent.line("text"), LONGEST_LINE, "Write your question"));
    let kind = kinds::written(sent, before, &mut refusals);
    let help = forms::prose(sent.typed("help"));
    if help.chars().count() > LONGEST_TEXT {
        refusals.add("help", format!("Use {LONGEST_TEXT} characters or fewer"));
    }
    let (Some(text), Some(kind)) = (text, kind) else { return Err(refusals) };
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let is = |field: &str| sent.typed(field) == "yes" && kind.has_answer();
    let (is_required, may_decline) = (is("needed"), is("decline"));
    let question = Question {
        key: key.to_owned(),
        text,
        help,
        kind,
        is_required,
        may_decline,
        only_if: only_if(sent, earlier),
    };
    Ok(((!heading.is_empty()).then_some(heading), question))
}

/// Who is asked it, from fields `if` with the keys of a question and one of its options, with a
/// space between.
fn only_if(sent: &Sent, earlier: &[&Question]) -> Vec<Condition> {
    let ticked: BTreeSet<String> = sent.all("if").into_iter().collect();
    let chosen = |question: &&&Question| {
        let any_of: Vec<String> =
            question.kind.options().into_iter().map(|option| option.key).collect();
        let any_of = any_of
            .into_iter()
            .filter(|option| ticked.contains(&format!("{} {option}", question.key)))
            .collect::<Vec<_>>();
        (!any_of.is_empty()).then(|| Condition { question: question.key.clone(), any_of })
    };
    earlier
        .iter()
        .filter(|question| question.kind.can_branch())
        .filter_map(|question| chosen(&question))
        .collect()
}

/// A question as the fields of its form hold it.
#[must_use]
pub fn fields((heading, question): &Headed) -> Sent {
    let own = question.kind.fields();
    let options = question
        .kind
        .options()
        .into_iter()
        .map(|option| option.text)
        .collect::<Vec<_>>()
        .join("\n");
    let ifs: Vec<String> = question
        .only_if
        .iter()
        .flat_map(|condition| {
            condition.any_of.iter().map(|option| format!("{} {option}", condition.question))
        })
        .collect();
    let yes = |is: bool| if is { "yes" } else { "" };
    let mut fields = vec![
        ("heading", heading.as_deref().unwrap_or_default()),
        ("text", question.text.as_str()),
        ("help", &question.help),
        ("kind", question.kind.word()),
        ("options", &options),
        ("needed", yes(question.is_required)),
        ("decline", yes(question.may_decline)),
    ];
    fields.extend(own.iter().map(|(field, value)| (*field, value.as_str())));
    fields.extend(ifs.iter().map(|condition| ("if", condition.as_str())));
    Sent::of(&fields)
}

/// The key of a new question: no other has it.
#[must_use]
pub fn fresh_key(taken: &[&str]) -> String {
    let key = |nth: usize| format!("question-{nth}");
    (1..).map(key).find(|key| !taken.contains(&key.as_str())).unwrap_or_else(id::fresh)
}

#[cfg(test)]
mod tests {
    use super::super::QuestionKind;
    use super::super::check::tests::{asked, choices, of};
    use super::super::kinds::tests::samples;
    use super::*;

    fn keys(questionnaire: &Questionnaire) -> Vec<&str> {
        questionnaire.questions().map(|question| question.key.as_str()).collect()
    }

    fn three() -> Questionnaire {
        let all = of(vec![
            asked("a", QuestionKind::YesNo {}, &[]),
            asked("b", QuestionKind::YesNo {}, &[("a", &["yes"])]),
            asked("c", QuestionKind::YesNo {}, &[]),
        ]);
        let mut flat = flat(&all);
        flat[1].0 = Some("Second".into());
        in_sections(flat)
    }

    #[test]
    fn a_question_moves_by_one_place_and_headings_stay() {
        let all = three();
        assert_eq!(in_sections(flat(&all)), all);
        let moved_up = moved(&all, "b", true);
        assert_eq!(keys(&moved_up), ["b", "a", "c"]);
        assert_eq!((moved_up.sections.len(), moved_up.sections[1].title.as_str()), (2, "Second"));
        assert_eq!(keys(&moved(&all, "a", true)), ["a", "b", "c"]);
        assert_eq!(keys(&moved(&all, "c", false)), ["a", "b", "c"]);
        assert_eq!(keys(&moved(&all, "gone", false)), ["a", "b", "c"]);
    }

    #[test]
    fn what_is_taken_out_leaves_its_heading_and_no_branch_behind() {
        let all = without(&three(), "a");
        assert_eq!(keys(&all), ["b", "c"]);
        assert!(all.question("b").expect("b").only_if.is_empty());
        let all = without(&three(), "b");
        assert_eq!(all.sections[1].title, "Second");
        assert_eq!(
            without(&without(&all, "a"), "c").sections.len(),
            1,
            "there is always a section to write in"
        );
    }

    #[test]
    fn a_question_is_read_from_its_own_fields_again() {
        let parent = asked("a", QuestionKind::OneOf { options: choices(&["x", "y"]) }, &[]);
        for kind in samples().into_iter().map(|sample| sample.kind) {
            let mut question = asked("b", kind, &[("a", &["y"])]);
            question.is_required = question.kind.has_answer();
            let headed = (Some("Heading".to_owned()), question.clone());
            assert_eq!(
                super::question(&fields(&headed), "b", Some(&question), &[&parent]),
                Ok(headed)
            );
        }
    }

    #[test]
    fn what_is_missing_of_a_question_is_named() {
        let about = |sent: &[(&str, &str)]| {
            question(&Sent::of(sent), "k", None, &[])
                .expect_err("refusals")
                .iter()
                .map(|(field, _)| field)
                .collect::<Vec<_>>()
        };
        assert_eq!(about(&[]), ["text", "kind"]);
        assert_eq!(
            about(&[("text", "?"), ("kind", "one-of"), ("options", "one\n \n")]),
            ["options"]
        );
        assert_eq!(
            about(&[("text", "?"), ("kind", "number"), ("least", "5"), ("most", "1")]),
            ["least"]
        );
        assert_eq!(about(&[("text", "?"), ("kind", "page")]), ["words"]);
    }

    #[test]
    fn copies_get_keys_of_their_own_and_lose_their_branches() {
        let copies = [
            asked("b", QuestionKind::YesNo {}, &[("a", &["yes"])]),
            asked("new", QuestionKind::YesNo {}, &[]),
        ];
        let all = with_copies(&three(), &copies, &["question-1".to_owned()]);
        assert_eq!(
            keys(&all),
            ["a", "b", "c", "question-2", "new"],
            "nor one that another version had"
        );
        assert!(all.question("question-2").expect("a copy").only_if.is_empty());
    }

    #[test]
    fn added_questions_keep_their_branches_and_what_they_show_under_keys_of_their_own() {
        let mut shows = asked("new", QuestionKind::YesNo {}, &[("a", &["yes"])]);
        shows.text = "Why {{a}}?".into();
        let others = of(vec![asked("a", QuestionKind::YesNo {}, &[]), shows]);
        let all = with_others(&three(), &others, &["question-1".to_owned()]);
        assert_eq!(keys(&all), ["a", "b", "c", "question-2", "new"]);
        let new = all.question("new").expect("it");
        assert_eq!(new.text, "Why {{question-2}}?");
        assert_eq!(new.only_if[0].question, "question-2");
        assert_eq!(super::super::check::check(&all), []);
        let alone =
            with_others(&Questionnaire { sections: vec![Section::default()] }, &others, &[]);
        assert_eq!(alone, others, "where nothing was, nothing is left of it");
    }
}
