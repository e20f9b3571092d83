//! A question about a notice: anyone asks, the team named in it gets it by email, a leader answers
//! it for everyone, and the answer goes to those who asked.
//!
//! Its life: asked → shown to everyone while it waits, if a leader says so in words that name
//! nobody, and wanted by others too → answered, by itself or with others of its kind, or set aside.
//! Nobody sees who asked or who else wants to know. The address, and who wanted to know, are erased
//! as soon as the answer is owed or the question is set aside, and in any case after
//! [`KEPT_UNANSWERED`]; an email says so. `ask` and `too` are everyone's, `answer` is the leaders'
//! page, `telling` is what the worker does, `store`, `wanted` and `taking_down` hold the SQL.

mod answer;
mod ask;
pub mod store;
pub mod taking_down;
mod telling;
mod too;
pub mod wanted;

pub use telling::{answer_due, forget_due};
pub use too::{open_questions, take_down_link, waited_for};

use calendar::clock::{DAY, Millis};
use forms::{Refusals, Sent};
use ground::ids::{Id, NoticeQuestion};
use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// How long the address of a question without an answer is kept.
pub const KEPT_UNANSWERED: Millis = 28 * DAY;

/// What somebody chose who presses "I want to know this too" before they are signed in.
const TOO: &str = "hear the answer to a question";

/// The addresses of questions.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only, SignedIn};
    let leader = Only(&[Role::Leader]);
    Routes::new()
        .get("/notices/{id}/questions/new", Anyone, ask::ask_form)
        .post("/notices/{id}/questions/new", Anyone, ask::ask_question)
        .post_first("/notices/{id}/questions/too", SignedIn, TOO, too::want_answer_too)
        .get("/notices/{id}/questions/too", Anyone, too::back_to_notice)
        .get("/lead/notices/{id}/questions", leader, answer::questions_page)
        .post("/lead/notices/{id}/questions", leader, answer::answer_or_set_aside)
}

/// Reads a question: (question, address). Someone who is signed in has an address.
///
/// # Errors
/// What to put right.
pub fn question(sent: &Sent, own: Option<&str>) -> Result<(String, String), Refusals> {
    let mut refusals = Refusals::default();
    let question = refusals.take(
        "question",
        forms::within(forms::prose(sent.typed("question")), 1_000, "Write your question"),
    );
    let email = match own {
        Some(own) => Some(own.to_owned()),
        None => refusals.take("email", forms::address(sent.typed("email"))),
    };
    question.zip(email).ok_or(refusals)
}

/// An answer as a leader writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAnswer {
    /// The same key twice is one answer.
    pub form_key: String,
    /// Those it answers; at least one.
    pub questions: Vec<Id<NoticeQuestion>>,
    /// The question as everyone will read it.
    pub question: String,
    pub answer: String,
}

/// Reads an answer to some of the questions that wait.
///
/// # Errors
/// What to put right.
pub fn answer(sent: &Sent, waiting: &[store::WaitingQuestion]) -> Result<NewAnswer, Refusals> {
    let mut refusals = Refusals::default();
    let questions: Vec<Id<NoticeQuestion>> = sent
        .all("questions")
        .into_iter()
        .map(Id::<NoticeQuestion>::from)
        .filter(|id| waiting.iter().any(|waiting| waiting.id == *id))
        .collect();
    let none = Err(if waiting.is_empty() {
        "Read what a colleague answered: no questions are waiting now. Your answer is below"
    } else {
        "Choose the questions this answers"
    });
    let none = none.map_err(str::to_owned);
    let questions =
        refusals.take("questions", if questions.is_empty() { none } else { Ok(questions) });
    let question = refusals.take("question", question_for_everyone(sent));
    let answer = refusals.take(
        "answer",
        forms::within(forms::prose(sent.typed("answer")), 4_000, "Write the answer"),
    );
    match (questions, question, answer) {
        (Some(questions), Some(question), Some(answer)) => {
            Ok(NewAnswer { form_key: sent.once(), questions, question, answer })
        }
        _ => Err(refusals),
    }
}

/// Reads which question everyone is to read while it waits, and how: (which, the words).
///
/// # Errors
/// What to put right.
pub fn to_show(
    sent: &Sent,
    waiting: &[store::WaitingQuestion],
) -> Result<(Id<NoticeQuestion>, String), Refusals> {
    let mut refusals = Refusals::default();
    let chosen = sent.all("questions");
    let question = match chosen.as_slice() {
        [id] if waiting.iter().any(|waiting| waiting.id == id.as_str()) => {
            Ok(Id::from(id.as_str()))
        }
        [_] => Err("Choose another question: this one is not waiting any more".to_owned()),
        _ => Err("Choose one question to show. You can answer similar ones together".to_owned()),
    };
    let question = refusals.take("questions", question);
    let words = refusals.take("question", question_for_everyone(sent));
    question.zip(words).ok_or(refusals)
}

fn question_for_everyone(sent: &Sent) -> Result<String, String> {
    let question = forms::prose(sent.typed("question"));
    forms::within(question, 1_000, "Write the question as everyone will read it")
}

#[cfg(test)]
mod tests {
    use calendar::clock::Moment;

    use super::*;

    #[test]
    fn a_question_needs_words_and_from_a_stranger_an_address() {
        let about = |sent: &[(&str, &str)], own| {
            question(&Sent::of(sent), own)
                .map_err(|refusals| refusals.iter().map(|(field, _)| field).collect::<Vec<_>>())
        };
        assert_eq!(about(&[], None), Err(vec!["question", "email"]));
        assert_eq!(
            about(&[("question", "Which stop?")], Some("one@example.org")),
            Ok(("Which stop?".into(), "one@example.org".into()))
        );
        assert_eq!(
            about(&[("question", " "), ("email", "one@example.org")], None),
            Err(vec!["question"])
        );
    }

    fn waiting(id: &str) -> store::WaitingQuestion {
        store::WaitingQuestion {
            id: id.into(),
            question: "Which stop?".into(),
            asked_at: Moment::from_millis(0),
            shown_as: None,
            wanted: 0,
        }
    }

    #[test]
    fn one_question_that_waits_is_shown_in_words_for_everyone() {
        let waiting = [waiting("q"), waiting("r")];
        let show = |sent: &[(&str, &str)]| {
            to_show(&Sent::of(sent), &waiting)
                .map_err(|refusals| refusals.iter().map(|(field, _)| field).collect::<Vec<_>>())
        };
        let words = ("question", "Which stop is it?");
        assert_eq!(
            show(&[("questions", "q"), words]),
            Ok(("q".into(), "Which stop is it?".to_owned()))
        );
        assert_eq!(show(&[("questions", "q"), ("questions", "r"), words]), Err(vec!["questions"]));
        assert_eq!(show(&[("questions", "gone"), words]), Err(vec!["questions"]));
        assert_eq!(show(&[]), Err(vec!["questions", "question"]));
    }

    #[test]
    fn an_answer_is_to_questions_that_still_wait() {
        let waiting = [waiting("q")];
        let words = [
            ("questions", "q"),
            ("questions", "gone"),
            ("question", "Which stop?"),
            ("answer", "The old one."),
        ];
        assert_eq!(answer(&Sent::of(&words), &waiting).expect("an answer").questions, ["q"]);
        let refused = answer(&Sent::of(&words[1..]), &waiting).expect_err("refusals");
        assert_eq!(refused.about("questions"), Some("Choose the questions this answers"));
    }
}
