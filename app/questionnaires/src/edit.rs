//! Changing what is asked: a question added, changed, moved or removed, and reading one from a
//! form. Pure.

use forms::{Refusals, Sent};
use id::picture_name;

use super::check::{LONGEST_LINE, LONGEST_TEXT, MOST_OPTIONS};
use super::{Choice, Condition, Kind, Question, Questionnaire, Section};

/// The kinds of questions, as a form sends them and as it shows them.
pub const KINDS: [(&str, &str); 12] = [
    ("one-of", "Choose one"),
    ("several-of", "Choose several"),
    ("yes-no", "Yes or no"),
    ("scale", "A scale with words"),
    ("rank", "Put in order of what matters most"),
    ("number", "A number"),
    ("short-text", "One line of text"),
    ("long-text", "Several lines of text"),
    ("date", "A date"),
    ("place", "A part of the area"),
    ("page", "Not a question: a page to read"),
    ("picture", "Not a question: a picture"),
];

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
        // A branch leads from a question that need not be here.
        flat.push((None, Question { key, only_if: Vec::new(), ..copy.clone() }));
    }
    in_sections(flat)
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
    let kind = kind(sent, before, &mut refusals);
    let help = forms::prose(sent.typed("help"));
    if help.chars().count() > LONGEST_TEXT {
        refusals.add("help", format!("Use {LONGEST_TEXT} characters or fewer"));
    }
    let (Some(text), Some(kind)) = (text, kind) else { return Err(refusals) };
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let is = |field: &str| sent.typed(field) == "yes" && kind.has_answer();
    let (is_needed, may_decline) = (is("needed"), is("decline"));
    let question = Question {
        key: key.to_owned(),
        text,
        help,
        kind,
        is_needed,
        may_decline,
        only_if: only_if(sent, earlier),
    };
    Ok(((!heading.is_empty()).then_some(heading), question))
}

fn kind(sent: &Sent, before: Option<&Question>, refusals: &mut Refusals) -> Option<Kind> {
    let word = sent.typed("kind");
    if !KINDS.iter().any(|(known, _)| *known == word) {
        refusals.add("kind", "Choose how people answer it");
        return None;
    }
    let number = |field: &str| sent.line(field).parse::<i64>().ok();
    Some(match word {
        "yes-no" => Kind::YesNo {},
        "short-text" => Kind::ShortText {},
        "long-text" => Kind::LongText {},
        "date" => Kind::Date {},
        "place" => Kind::Place {},
        "page" => {
            let words = forms::within(
                forms::prose(sent.typed("words")),
                LONGEST_TEXT,
                "Write what people will read",
            );
            Kind::Page { words: refusals.take("words", words)? }
        }
        "picture" => {
            let words = forms::within(
                forms::prose(sent.typed("words")),
                LONGEST_TEXT,
                "Say what the picture shows, for people who can't see it",
            );
            let file = sent.line("file");
            let file = picture_name(&file)
                .map(|_| file.clone())
                .ok_or_else(|| "Choose a picture".to_owned());
            let (words, file) = (refusals.take("words", words), refusals.take("picture", file));
            Kind::Picture { file: file?, words: words? }
        }
        "number" => {
            let range = number("least").zip(number("most")).filter(|(least, most)| least < most);
            let (least, most) = refusals.take(
                "least",
                range.ok_or_else(|| "Enter the smallest and the largest it can be".to_owned()),
            )?;
            Kind::Number { least, most }
        }
        _ => {
            let options = refusals.take("options", options(sent, before))?;
            match word {
                "several-of" => Kind::SeveralOf {
                    at_most: sent
                        .line("at_most")
                        .parse()
                        .ok()
                        .filter(|most| (1..options.len()).contains(most)),
                    options,
                },
                "scale" => Kind::Scale { options },
                "rank" => Kind::Rank { options },
                _ => Kind::OneOf { options },
            }
        }
    })
}

/// One option on each line. An option whose words did not change keeps its key, so that branches
/// still lead from it.
fn options(sent: &Sent, before: Option<&Question>) -> Result<Vec<Choice>, String> {
    let known = before.map(|question| question.kind.options()).unwrap_or_default();
    let mut options: Vec<Choice> = Vec::new();
    for text in sent.typed("options").lines().map(forms::line).filter(|line| !line.is_empty()) {
        let key = known.iter().find(|option| option.text == text).map(|option| option.key.clone());
        let taken = |key: &String| options.iter().chain(&known).any(|option| option.key == *key);
        let key = key
            .or_else(|| (1..).map(|nth| format!("option-{nth}")).find(|key| !taken(key)))
            .unwrap_or_default();
        if text.chars().count() > LONGEST_LINE {
            return Err(format!("Use {LONGEST_LINE} characters or fewer on each line"));
        }
        options.push(Choice { key, text });
    }
    match options.len() {
        0 | 1 => Err("Write at least two answers to choose from, one on each line".to_owned()),
        many if many > MOST_OPTIONS => Err(format!("Write {MOST_OPTIONS} answers or fewer")),
        _ => Ok(options),
    }
}

/// Who is asked it, from fields `if` with the keys of a question and one of its options, with a
/// space between.
fn only_if(sent: &Sent, earlier: &[&Question]) -> Vec<Condition> {
    let ticked = sent.all("if");
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
    let (least, most) = match question.kind {
        Kind::Number { least, most } => (least.to_string(), most.to_string()),
        _ => (String::new(), String::new()),
    };
    let at_most = match question.kind {
        Kind::SeveralOf { at_most: Some(most), .. } => most.to_string(),
        _ => String::new(),
    };
    let (words, file) = match &question.kind {
        Kind::Page { words } => (words.as_str(), ""),
        Kind::Picture { words, file } => (words.as_str(), file.as_str()),
        _ => ("", ""),
    };
    let kind = kind_word(&question.kind);
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
        ("kind", kind),
        ("options", &options),
        ("at_most", &at_most),
        ("least", &least),
        ("most", &most),
        ("words", words),
        ("file", file),
        ("needed", yes(question.is_needed)),
        ("decline", yes(question.may_decline)),
    ];
    fields.extend(ifs.iter().map(|condition| ("if", condition.as_str())));
    Sent::of(&fields)
}

/// The word of a kind in [`KINDS`].
#[must_use]
pub fn kind_word(kind: &Kind) -> &'static str {
    match kind {
        Kind::OneOf { .. } => "one-of",
        Kind::SeveralOf { .. } => "several-of",
        Kind::YesNo {} => "yes-no",
        Kind::Scale { .. } => "scale",
        Kind::Rank { .. } => "rank",
        Kind::Number { .. } => "number",
        Kind::ShortText {} => "short-text",
        Kind::LongText {} => "long-text",
        Kind::Date {} => "date",
        Kind::Place {} => "place",
        Kind::Page { .. } => "page",
        Kind::Picture { .. } => "picture",
    }
}

/// The key of a new question: no other has it.
#[must_use]
pub fn fresh_key(taken: &[&str]) -> String {
    let key = |nth: usize| format!("question-{nth}");
    (1..).map(key).find(|key| !taken.contains(&key.as_str())).unwrap_or_else(id::fresh)
}

#[cfg(test)]
mod tests {
    use super::super::check::tests::{asked, choices, of};
    use super::*;

    fn keys(questionnaire: &Questionnaire) -> Vec<&str> {
        questionnaire.questions().map(|question| question.key.as_str()).collect()
    }

    fn three() -> Questionnaire {
        let all = of(vec![
            asked("a", Kind::YesNo {}, &[]),
            asked("b", Kind::YesNo {}, &[("a", &["yes"])]),
            asked("c", Kind::YesNo {}, &[]),
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
        let parent = asked("a", Kind::OneOf { options: choices(&["x", "y"]) }, &[]);
        let kinds = [
            Kind::OneOf { options: choices(&["x", "y"]) },
            Kind::SeveralOf { options: choices(&["x", "y", "z"]), at_most: Some(2) },
            Kind::YesNo {},
            Kind::Scale { options: choices(&["x", "y"]) },
            Kind::Rank { options: choices(&["x", "y"]) },
            Kind::Number { least: -1, most: 5 },
            Kind::ShortText {},
            Kind::LongText {},
            Kind::Date {},
            Kind::Place {},
            Kind::Page { words: "Read this.".into() },
        ];
        for kind in kinds {
            let mut question = asked("b", kind, &[("a", &["y"])]);
            question.is_needed = question.kind.has_answer();
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
        let copies =
            [asked("b", Kind::YesNo {}, &[("a", &["yes"])]), asked("new", Kind::YesNo {}, &[])];
        let all = with_copies(&three(), &copies, &["question-1".to_owned()]);
        assert_eq!(
            keys(&all),
            ["a", "b", "c", "question-2", "new"],
            "nor one that another version had"
        );
        assert!(all.question("question-2").expect("a copy").only_if.is_empty());
    }
}
