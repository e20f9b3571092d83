//! The questions of a consultation as a list that is changed in one write: for the forms, and for
//! the organisers' program, whose steps are refused where somebody else has changed the list since.

use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ui::rendered;
use leptos::prelude::*;
use questionnaires::answers::{self, Answers};
use questionnaires::{Question, Questionnaire, each, edit, other, piping, steps};

use super::build::keep_changed;
use super::kinds::on_screen::{self, AskedQuestion};
use super::question::keys_had;
use super::store::{self, Consultation};

/// One step of the program.
#[derive(Clone, Debug)]
pub enum Step {
    /// The question with this key to this place, the first being 0.
    Move { key: String, to: usize },
    /// Without the question with this key.
    Remove { key: String },
    /// The question with this key as a form holds it; without a key a new one, after that of
    /// another.
    Save { key: Option<String>, after: String, sent: Sent },
    /// The whole list as it was.
    PutBack(Questionnaire),
}

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Changed {
    /// It is kept; the list as it was before.
    Kept { before: Questionnaire },
    /// Something must be corrected first.
    Refused(Refusals),
    /// Somebody else has changed the list since.
    Meanwhile,
    /// Somebody has answered, or parents could not answer it like that while it is open.
    Frozen,
}

/// Takes a step on the list that was changed so many times.
///
/// # Errors
/// When the database fails.
pub async fn take(
    house: &House,
    consultation: &Consultation,
    edits: i64,
    step: Step,
) -> Result<Changed, Error> {
    let had = keys_had(house, consultation).await?;
    change(house, consultation, Some(edits), move |questions| after(questions, step, &had)).await
}

/// Changes the list in one write. `edits`: how often it was changed when this change was made;
/// `None` for a form, which names its question and works on the list as it is.
///
/// # Errors
/// When the database fails.
pub async fn change(
    house: &House,
    consultation: &Consultation,
    edits: Option<i64>,
    change: impl FnOnce(&Questionnaire) -> Result<Questionnaire, Refusals> + Send,
) -> Result<Changed, Error> {
    let (id, version) = (&consultation.id, consultation.version);
    let mut tx = house.db.begin().await?;
    let before = store::questions(&mut tx, id, version).await?;
    if let Some(edits) = edits
        && store::edits(&mut tx, id, version).await? != edits
    {
        tx.roll_back().await?;
        return Ok(Changed::Meanwhile);
    }
    let changed = match change(&before) {
        Ok(changed) => changed,
        Err(refusals) => {
            tx.roll_back().await?;
            return Ok(Changed::Refused(refusals));
        }
    };
    if !keep_changed(&mut tx, consultation, &changed).await? {
        tx.roll_back().await?;
        return Ok(Changed::Frozen);
    }
    tx.commit().await?;
    Ok(Changed::Kept { before })
}

/// The list after a step. `had`: keys that no new question may have.
fn after(before: &Questionnaire, step: Step, had: &[String]) -> Result<Questionnaire, Refusals> {
    match step {
        Step::Move { key, to } => Ok(steps::placed(before, &key, to)),
        Step::Remove { key } => Ok(edit::without(before, &key)),
        Step::PutBack(questions) => Ok(questions),
        Step::Save { key: Some(key), sent, .. } => {
            let Some(known) = before.question(&key) else {
                return Err(Refusals::one(
                    "text",
                    "Someone has removed this question. Copy your words, then add it again",
                ));
            };
            let earlier: Vec<&Question> =
                before.questions().take_while(|question| question.key != key).collect();
            let headed = edit::question(&sent, &key, Some(known), &earlier)?;
            Ok(More::read(&sent)?.of(&edit::with(before, headed), &key, had))
        }
        Step::Save { key: None, after, sent } => {
            let keys = before.questions().map(|question| question.key.as_str());
            let taken: Vec<&str> = keys.chain(had.iter().map(String::as_str)).collect();
            let all: Vec<&Question> = before.questions().collect();
            let at = all.iter().position(|question| question.key == after);
            let earlier = &all[..at.map_or(all.len(), |at| at + 1)];
            let key = edit::fresh_key(&taken);
            let headed = edit::question(&sent, &key, None, earlier)?;
            Ok(More::read(&sent)?.of(&steps::put_in(before, headed, &after), &key, had))
        }
    }
}

/// What a form asks for besides the question itself.
#[derive(Clone, Debug)]
pub struct More {
    /// The things that the same is asked about; none where it is asked once.
    each: Vec<String>,
    /// Whether people can choose something else, and say what.
    has_other: bool,
}

impl More {
    /// Reads it from what was sent.
    ///
    /// # Errors
    /// What to do.
    pub fn read(sent: &Sent) -> Result<Self, Refusals> {
        let each = each::read(sent.typed("each"));
        let each = each.map_err(|what_to_do| Refusals::one("each", what_to_do))?;
        Ok(Self { each, has_other: sent.typed("other") == "yes" })
    }

    /// The list with the question of this key and what the form asks for besides. `had`: keys that
    /// no new question may have.
    #[must_use]
    pub fn of(&self, questions: &Questionnaire, key: &str, had: &[String]) -> Questionnaire {
        let (mut questions, keys) = each::with_each(questions, key, &self.each, had);
        if self.has_other {
            for key in &keys {
                questions = other::with_other(&questions, key, had);
            }
        }
        questions
    }
}

/// The questions as parents see them who gave these answers, to be tried: nothing is kept.
#[must_use]
pub fn tried(questionnaire: &Questionnaire, sent: &Sent, places: &[Named]) -> String {
    let read = answers::read_all(questionnaire, Answers::new(), sent, places);
    let given: Answers = read
        .answered
        .into_iter()
        .filter_map(|(key, answer)| answer.map(|answer| (key, answer)))
        .collect();
    let asked = answers::asked(questionnaire, &given);
    let flat = edit::flat(&piping::filled(questionnaire, &given, places));
    rendered(|| {
        let questions =
            flat.iter().filter(|(_, question)| asked.iter().any(|asked| asked.key == question.key));
        let questions = questions.map(|(heading, question)| {
            // Nobody has pressed a button yet: what is empty is not wrong.
            let error = read
                .problems
                .get(&question.key)
                .filter(|_| !answers::is_blank(question, sent))
                .map(String::as_str);
            view! {
                {heading.clone().map(|heading| view! { <h2>{heading}</h2> })}
                {on_screen::question(AskedQuestion {
                    question,
                    kept: None,
                    sent,
                    error,
                    places,
                })}
            }
        });
        questions.collect_view()
    })
}

#[cfg(test)]
mod tests {
    use questionnaires::check;

    use super::*;

    fn sent(text: &str) -> Sent {
        Sent::of(&[("text", text), ("kind", "yes-no")])
    }

    fn new(after: &str, text: &str) -> Step {
        Step::Save { key: None, after: after.to_owned(), sent: sent(text) }
    }

    fn texts(questionnaire: &Questionnaire) -> Vec<&str> {
        questionnaire.questions().map(|question| question.text.as_str()).collect()
    }

    #[test]
    fn questions_are_added_below_others_changed_moved_and_removed() {
        let had = ["question-2".to_owned()];
        let step = |before: &Questionnaire, step: Step| after(before, step, &had).expect("a list");
        let one = step(&Questionnaire::default(), new("", "One?"));
        let two = step(&one, new("", "Two?"));
        let keys: Vec<&str> = two.questions().map(|question| question.key.as_str()).collect();
        assert_eq!(keys, ["question-1", "question-3"], "no key that another version had");
        let three = step(&two, new("question-1", "Between?"));
        assert_eq!(texts(&three), ["One?", "Between?", "Two?"]);
        let save = Step::Save {
            key: Some("question-3".to_owned()),
            after: String::new(),
            sent: sent("Second?").and("if", "question-1 yes"),
        };
        let changed = step(&three, save);
        assert_eq!(texts(&changed), ["One?", "Between?", "Second?"]);
        assert_eq!(changed.question("question-3").expect("it").only_if.len(), 1);
        let moved = step(&changed, Step::Move { key: "question-3".to_owned(), to: 0 });
        assert_eq!(texts(&moved), ["Second?", "One?", "Between?"]);
        assert_eq!(check::check(&moved).len(), 1, "a dead end is kept while it is written");
        let removed = step(&moved, Step::Remove { key: "question-1".to_owned() });
        assert_eq!(texts(&removed), ["Second?", "Between?"]);
        assert_eq!(step(&removed, Step::PutBack(two.clone())), two);
    }

    #[test]
    fn the_same_is_asked_about_several_things_and_each_can_be_something_else() {
        let sent = Sent::of(&[
            ("text", "How do you find these?"),
            ("kind", "one-of"),
            ("options", "Good\nBad"),
            ("each", "Buses\nClubs"),
            ("other", "yes"),
        ]);
        let save = Step::Save { key: None, after: String::new(), sent };
        let all = after(&Questionnaire::default(), save, &[]).expect("a list");
        assert_eq!(
            texts(&all),
            [
                "Buses",
                "Buses: if something else, what is it?",
                "Clubs",
                "Clubs: if something else, what is it?"
            ]
        );
        assert!(check::check(&all).is_empty());
        let long = "x\n".repeat(100);
        let sent = Sent::of(&[("text", "How?"), ("kind", "yes-no"), ("each", &long)]);
        let save = Step::Save { key: None, after: String::new(), sent };
        let refused = after(&Questionnaire::default(), save, &[]).expect_err("refusals");
        assert!(refused.about("each").is_some());
    }

    #[test]
    fn what_needs_correcting_and_what_is_gone_is_said() {
        let empty = Step::Save { key: None, after: String::new(), sent: Sent::default() };
        let refused = after(&Questionnaire::default(), empty, &[]).expect_err("refusals");
        assert!(refused.about("text").is_some() && refused.about("kind").is_some());
        let gone =
            Step::Save { key: Some("gone".to_owned()), after: String::new(), sent: sent("Words?") };
        let refused = after(&Questionnaire::default(), gone, &[]).expect_err("refusals");
        assert!(refused.about("text").is_some_and(|words| words.contains("removed")));
    }

    #[test]
    fn answers_that_are_tried_open_the_questions_that_depend_on_them() {
        let one = after(&Questionnaire::default(), new("", "Do you wait?"), &[]).expect("a list");
        let sent_two = sent("How long?").and("if", "question-1 yes");
        let two = Step::Save { key: None, after: String::new(), sent: sent_two };
        let two = after(&one, two, &[]).expect("a list");
        let tried = |sent: &[(&str, &str)]| super::tried(&two, &Sent::of(sent), &[]);
        assert!(tried(&[]).contains("Do you wait?") && !tried(&[]).contains("How long?"));
        assert!(tried(&[("q.question-1", "yes")]).contains("How long?"));
        let wrong = tried(&[("q.question-1", "perhaps")]);
        assert!(wrong.contains("not one of the answers") && !wrong.contains("How long?"));
    }
}
