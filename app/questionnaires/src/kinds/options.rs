//! Options to choose from or to rank, and the kinds that consist of them.

use forms::{Named, Sent};

use super::{About, Input, Own, Shape, Written};
use crate::answers::{Answer, field};
use crate::check::{LONGEST_LINE, MOST_OPTIONS, is_key};
use crate::{Choice, Question};

/// Reads an answer that is made of these options.
type Read = fn(&Question, &Sent, &[Choice]) -> Result<Option<Answer>, String>;

/// A kind of which an organiser writes options and nothing else.
pub(super) struct OfOptions<'k> {
    pub(super) about: &'static About,
    pub(super) options: &'k [Choice],
    pub(super) can_be_more: bool,
    pub(super) shape: Shape,
    pub(super) read: Read,
    pub(super) seconds: u64,
}

impl Own for OfOptions<'_> {
    fn about(&self) -> &'static About {
        self.about
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn input(&self) -> Option<Input> {
        None
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        self.options.to_vec()
    }

    fn can_be_more(&self) -> bool {
        self.can_be_more
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn faults(&self) -> Vec<String> {
        faults(self.options)
    }

    fn read(
        &self,
        question: &Question,
        sent: &Sent,
        _: &[Named],
    ) -> Result<Option<Answer>, String> {
        (self.read)(question, sent, self.options)
    }

    fn seconds(&self) -> u64 {
        self.seconds
    }
}

/// Reads the options that an organiser wrote.
pub(super) fn written(form: &mut Written<'_>) -> Option<Vec<Choice>> {
    form.refusals.take("options", read(form.sent, form.before))
}

/// One option on each line. An option whose words did not change keeps its key, so that branches
/// still lead from it.
fn read(sent: &Sent, before: Option<&Question>) -> Result<Vec<Choice>, String> {
    let known = before.map(|question| question.kind.options()).unwrap_or_default();
    let lines = sent.typed("options").lines().map(forms::line).filter(|line| !line.is_empty());
    // Each is compared with all others.
    let lines: Vec<String> = lines.take(MOST_OPTIONS + 1).collect();
    if lines.len() > MOST_OPTIONS {
        return Err(format!("Write {MOST_OPTIONS} answers or fewer"));
    }
    let mut options: Vec<Choice> = Vec::new();
    for text in lines {
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
        _ => Ok(options),
    }
}

/// What must be corrected in options.
pub(super) fn faults(options: &[Choice]) -> Vec<String> {
    let mut faults = Vec::new();
    if options.len() < 2 {
        faults.push("Give at least two options".to_owned());
    }
    if options.len() > MOST_OPTIONS {
        faults.push(format!("Give {MOST_OPTIONS} options or fewer"));
    }
    for (nth, option) in options.iter().enumerate() {
        if !is_key(&option.key) {
            faults
                .push(format!("Give option {} a key of 1 to 40 letters, digits, - and _", nth + 1));
        }
        if option.text.is_empty() || option.text.chars().count() > LONGEST_LINE {
            faults.push(format!(
                "Give option {} a text of {LONGEST_LINE} characters or fewer",
                nth + 1
            ));
        }
        if options[..nth]
            .iter()
            .any(|before| before.key == option.key || before.text == option.text)
        {
            faults.push(format!("Option {} is in the list twice. Change one of them", nth + 1));
        }
    }
    faults
}

/// The one that was chosen.
pub(super) fn one(
    question: &Question,
    sent: &Sent,
    choices: &[Choice],
) -> Result<Option<Answer>, String> {
    chosen(&sent.all(&field(question)), choices, 1)
}

/// Those that were chosen, in their own order.
pub(super) fn chosen(
    sent: &[String],
    choices: &[Choice],
    most: usize,
) -> Result<Option<Answer>, String> {
    let sent: Vec<&String> = sent.iter().filter(|sent| !sent.is_empty()).collect();
    if sent.iter().any(|sent| choices.iter().all(|choice| choice.key != **sent)) {
        return Err("Choose again. That is not one of the answers".to_owned());
    }
    let chosen: Vec<String> = choices
        .iter()
        .filter(|choice| sent.iter().any(|sent| **sent == choice.key))
        .map(|choice| choice.key.clone())
        .collect();
    match chosen.len() {
        0 => Ok(None),
        some if some > most => Err(if most == 1 {
            "Choose only one".to_owned()
        } else {
            format!("Choose {most} or fewer")
        }),
        _ => Ok(Some(Answer::Chosen(chosen))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::QuestionKind;
    use super::super::tests::faults;
    use super::*;
    use crate::check::tests::{asked, choices};

    #[test]
    fn there_are_two_or_more_and_each_is_there_once() {
        let of = |keys: &[&str]| faults(QuestionKind::OneOf { options: choices(keys) });
        assert_eq!(of(&["a"]), ["Give at least two options"]);
        assert_eq!(of(&["a", "a"]), ["Option 2 is in the list twice. Change one of them"]);
        assert_eq!(of(&["a", "a key"]).len(), 1);
        assert_eq!(of(&["a", "b"]), Vec::<String>::new());
    }

    #[test]
    fn an_option_whose_words_stay_keeps_its_key() {
        let before = asked("q", QuestionKind::OneOf { options: choices(&["x", "y"]) }, &[]);
        let sent = Sent::of(&[("options", "Another\n\nThe option y")]);
        let keys: Vec<String> = read(&sent, Some(&before))
            .expect("options")
            .into_iter()
            .map(|option| option.key)
            .collect();
        assert_eq!(keys, ["option-1", "y"]);
        assert!(read(&Sent::of(&[("options", "one\n \n")]), None).is_err());
    }

    #[test]
    fn hostile_options_without_end_are_refused_before_they_are_compared() {
        let many = "an option\n".repeat(100_000);
        let refused = read(&Sent::of(&[("options", &many)]), None).expect_err("too many");
        assert_eq!(refused, format!("Write {MOST_OPTIONS} answers or fewer"));
    }
}
