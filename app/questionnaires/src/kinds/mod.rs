//! The kinds of questions, with one file for each: what an organiser writes of it, what must be
//! corrected in that, how an answer is read, and what an answer is like. How it is asked on a
//! screen and on paper, how answers are worded and counted, and who is asked what, hangs on that
//! alone: [`Shape`].
//!
//! [`QuestionKind`] is how a question is kept, and each match on it is here. `options` and
//! `words` are what several kinds share.

mod amount;
mod date;
mod long_text;
mod number;
mod one_of;
mod options;
mod page;
mod picture;
mod place;
mod rank;
mod scale;
mod several_of;
mod short_text;
mod words;
mod yes_no;

use forms::{Named, Refusals, Sent};
use id::picture_name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answers::Answer;
use super::{Choice, Question};

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Kind")]
pub enum QuestionKind {
    /// One of some options.
    OneOf {
        /// Two or more.
        options: Vec<Choice>,
    },
    /// Several of some options.
    SeveralOf {
        /// Two or more.
        options: Vec<Choice>,
        /// How many at the most; `None` for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<usize>,
    },
    /// "Yes" or "no"; their keys are `yes` and `no`.
    YesNo {},
    /// One of some steps with words, from the one end to the other.
    Scale {
        /// Two or more.
        options: Vec<Choice>,
    },
    /// Options in the order of what matters most.
    Rank {
        /// Two or more.
        options: Vec<Choice>,
    },
    /// A whole number.
    Number {
        /// The least it can be.
        least: i64,
        /// The most it can be.
        most: i64,
    },
    /// A whole number of something.
    Amount {
        /// The least it can be.
        least: i64,
        /// The most it can be.
        most: i64,
        /// What is counted, such as hours or miles.
        unit: String,
    },
    /// One line.
    ShortText {},
    /// Several lines.
    LongText {},
    /// A day.
    Date {},
    /// One of the area's places.
    Place {},
    /// A page of text to read; it has no answer.
    Page {
        /// The text.
        words: String,
    },
    /// A picture; it has no answer.
    Picture {
        /// The file's name.
        file: String,
        /// What it shows, in words, for those who do not see it.
        words: String,
    },
}

/// What an answer is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// There is none: it is there to be read.
    Nothing,
    /// Exactly one option.
    OneOption,
    /// One option or more.
    SomeOptions {
        /// How many at the most; `None` for all.
        at_most: Option<usize>,
    },
    /// Options, what matters most first.
    Ranked,
    /// One of the area's places.
    Place,
    /// A whole number.
    Number,
    /// A day.
    Day,
    /// Somebody's own words.
    OwnWords {
        /// The longest, in characters.
        longest: usize,
        /// Whether they are written in several lines.
        in_lines: bool,
    },
}

/// What a kind is called, and what it says.
struct About {
    /// Its word in forms. In files it has the same.
    word: &'static str,
    /// As an organiser chooses it.
    title: &'static str,
    /// What to do where an answer is needed and there is none.
    what_is_needed: &'static str,
}

/// What can be changed in a kind.
#[derive(Default)]
struct Parts<'k> {
    options: Option<&'k mut Vec<Choice>>,
    /// Whether people choose freely among them, so that one more can be added.
    can_be_more: bool,
    /// The words that are there to be read in place of an answer.
    words: Option<&'k mut String>,
}

/// What each kind knows of itself. Nothing has a default, so that a new kind is asked for all
/// of it.
trait Own {
    /// What it is called, and what it says.
    fn about(&self) -> &'static About;

    /// What an answer is like.
    fn shape(&self) -> Shape;

    /// What there is to choose from or to rank; nothing where there is no such thing.
    fn choices(&self, places: &[Named]) -> Vec<Choice>;

    /// Its own fields in the form of an organiser, as `written` reads them; without its options.
    fn fields(&self) -> Vec<(&'static str, String)>;

    /// What must be corrected before it can be asked.
    fn faults(&self) -> Vec<String>;

    /// Reads an answer; `None` when nothing was answered. The error says what to do.
    fn read(
        &self,
        question: &Question,
        sent: &Sent,
        places: &[Named],
    ) -> Result<Option<Answer>, String>;

    /// About how long it takes on a phone.
    fn seconds(&self) -> u64;
}

/// What an organiser wrote of a question.
struct Written<'w> {
    sent: &'w Sent,
    /// The question as it was.
    before: Option<&'w Question>,
    /// What needs correcting.
    refusals: &'w mut Refusals,
}

/// Reads a kind from what an organiser wrote; `None` where something needs correcting.
type Read = fn(&mut Written<'_>) -> Option<QuestionKind>;

/// Each kind with how it is read, in the order of the form.
const ALL: &[(&About, Read)] = &[
    (&one_of::ABOUT, one_of::written),
    (&several_of::ABOUT, several_of::written),
    (&yes_no::ABOUT, yes_no::written),
    (&scale::ABOUT, scale::written),
    (&rank::ABOUT, rank::written),
    (&number::ABOUT, number::written),
    (&amount::ABOUT, amount::written),
    (&short_text::ABOUT, short_text::written),
    (&long_text::ABOUT, long_text::written),
    (&date::ABOUT, date::written),
    (&place::ABOUT, place::written),
    (&page::ABOUT, page::written),
    (&picture::ABOUT, picture::written),
];

/// The kinds, as a form sends them and as it shows them.
pub fn offered() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.iter().map(|(about, _)| (about.word, about.title))
}

/// The word of the kind that an organiser sends a picture for.
pub const PICTURE: &str = picture::ABOUT.word;

/// Reads a kind from what an organiser wrote. `before`: the question as it was, whose options keep
/// their keys.
pub(crate) fn written(
    sent: &Sent,
    before: Option<&Question>,
    refusals: &mut Refusals,
) -> Option<QuestionKind> {
    let word = sent.typed("kind");
    let Some((_, written)) = ALL.iter().find(|(about, _)| about.word == word) else {
        refusals.add("kind", "Choose how people answer it");
        return None;
    };
    written(&mut Written { sent, before, refusals })
}

impl QuestionKind {
    /// Asks what this kind knows of itself.
    fn ask<R>(&self, ask: impl FnOnce(&dyn Own) -> R) -> R {
        match self {
            Self::OneOf { options } => ask(&one_of::own(options)),
            Self::SeveralOf { options, at_most } => {
                ask(&several_of::SeveralOf { options, at_most: *at_most })
            }
            Self::YesNo {} => ask(&yes_no::YesNo),
            Self::Scale { options } => ask(&scale::own(options)),
            Self::Rank { options } => ask(&rank::own(options)),
            Self::Number { least, most } => ask(&number::Number { least: *least, most: *most }),
            Self::Amount { least, most, unit } => {
                let range = number::Number { least: *least, most: *most };
                ask(&amount::Amount { range, unit })
            }
            Self::ShortText {} => ask(&short_text::OWN),
            Self::LongText {} => ask(&long_text::OWN),
            Self::Date {} => ask(&date::OWN),
            Self::Place {} => ask(&place::Place),
            Self::Page { words } => ask(&page::Page { words }),
            Self::Picture { file, words } => ask(&picture::Picture { file, words }),
        }
    }

    /// What can be changed in it.
    fn parts_mut(&mut self) -> Parts<'_> {
        let none = Parts::default();
        match self {
            Self::OneOf { options } | Self::SeveralOf { options, .. } => {
                Parts { options: Some(options), can_be_more: true, ..none }
            }
            Self::Scale { options } | Self::Rank { options } => {
                Parts { options: Some(options), ..none }
            }
            Self::Page { words } | Self::Picture { words, .. } => {
                Parts { words: Some(words), ..none }
            }
            Self::YesNo {}
            | Self::Number { .. }
            | Self::Amount { .. }
            | Self::ShortText {}
            | Self::LongText {}
            | Self::Date {}
            | Self::Place {} => none,
        }
    }

    /// The options of its own, to put their words right; none where it has no words of its own.
    pub fn options_mut(&mut self) -> &mut [Choice] {
        match self.parts_mut().options {
            Some(options) => options,
            None => &mut [],
        }
    }

    /// Adds an option to choose. False where people do not choose freely among options of its own:
    /// steps of a scale and what is ranked belong together.
    pub(crate) fn add_option(&mut self, option: Choice) -> bool {
        match self.parts_mut() {
            Parts { options: Some(options), can_be_more: true, .. } => {
                options.push(option);
                true
            }
            _ => false,
        }
    }

    /// The words that are there to be read in place of an answer, to cut them.
    pub(crate) fn words_mut(&mut self) -> Option<&mut String> {
        self.parts_mut().words
    }

    /// What is there to be read in place of an answer: words, and the file of the picture that they
    /// describe, if it is one.
    #[must_use]
    pub fn to_read(&self) -> (String, Option<String>) {
        let (mut words, mut picture) = (String::new(), None);
        for (field, value) in self.fields() {
            match field {
                "words" => words = value,
                "file" if picture_name(&value).is_some() => picture = Some(value),
                _ => {}
            }
        }
        (words, picture)
    }

    /// What a number counts, such as hours or miles; `None` where that is not said, and where there
    /// is no number.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        match self {
            Self::Amount { unit, .. } => Some(unit),
            Self::OneOf { .. }
            | Self::SeveralOf { .. }
            | Self::YesNo {}
            | Self::Scale { .. }
            | Self::Rank { .. }
            | Self::Number { .. }
            | Self::ShortText {}
            | Self::LongText {}
            | Self::Date {}
            | Self::Place {}
            | Self::Page { .. }
            | Self::Picture { .. } => None,
        }
    }

    /// The least and the most that a number can be; `None` where there is no number.
    #[must_use]
    pub fn limits(&self) -> Option<(i64, i64)> {
        match self {
            Self::Number { least, most } | Self::Amount { least, most, .. } => {
                Some((*least, *most))
            }
            Self::OneOf { .. }
            | Self::SeveralOf { .. }
            | Self::YesNo {}
            | Self::Scale { .. }
            | Self::Rank { .. }
            | Self::ShortText {}
            | Self::LongText {}
            | Self::Date {}
            | Self::Place {}
            | Self::Page { .. }
            | Self::Picture { .. } => None,
        }
    }

    /// Its word in forms and in files.
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.ask(|own| own.about().word)
    }

    /// As an organiser chooses it.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.ask(|own| own.about().title)
    }

    /// What to do where an answer is needed and there is none.
    pub(crate) fn what_is_needed(&self) -> &'static str {
        self.ask(|own| own.about().what_is_needed)
    }

    /// What an answer is like.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.ask(|own| own.shape())
    }

    /// What there is to choose from or to rank in an area with these places.
    #[must_use]
    pub fn choices(&self, places: &[Named]) -> Vec<Choice> {
        self.ask(|own| own.choices(places))
    }

    /// The options that the question itself has; none where there are none.
    #[must_use]
    pub fn options(&self) -> Vec<Choice> {
        self.choices(&[])
    }

    /// Its own fields in the form of an organiser.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        self.ask(|own| own.fields())
    }

    /// What must be corrected before it can be asked.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.ask(|own| own.faults())
    }

    /// Reads the answer to a question of this kind; `None` when nothing was answered.
    pub(crate) fn read(
        &self,
        question: &Question,
        sent: &Sent,
        places: &[Named],
    ) -> Result<Option<Answer>, String> {
        self.ask(|own| own.read(question, sent, places))
    }

    /// About how long it takes on a phone.
    pub(crate) fn seconds(&self) -> u64 {
        self.ask(|own| own.seconds())
    }

    /// Whether it has an answer.
    #[must_use]
    pub fn has_answer(&self) -> bool {
        self.shape() != Shape::Nothing
    }

    /// Whether exactly one option is chosen.
    #[must_use]
    pub fn is_one_choice(&self) -> bool {
        self.shape() == Shape::OneOption
    }

    /// Whether a later question may be asked only of those who chose an option of it.
    #[must_use]
    pub fn can_branch(&self) -> bool {
        matches!(self.shape(), Shape::OneOption | Shape::SomeOptions { .. })
    }

    /// Whether the answers to others can be shown by it: everyone is in one part.
    #[must_use]
    pub fn can_split(&self) -> bool {
        matches!(self.shape(), Shape::OneOption | Shape::Place)
    }

    /// Whether it is counted how many gave which answer, and not only how many answered.
    #[must_use]
    pub fn is_counted_by_answers(&self) -> bool {
        match self.shape() {
            Shape::OneOption
            | Shape::SomeOptions { .. }
            | Shape::Ranked
            | Shape::Place
            | Shape::Number
            | Shape::Day => true,
            Shape::Nothing | Shape::OwnWords { .. } => false,
        }
    }

    /// How many options people can choose, where they can't choose all that are true.
    #[must_use]
    pub fn at_most(&self) -> Option<usize> {
        match self.shape() {
            Shape::SomeOptions { at_most } => at_most,
            _ => None,
        }
    }

    /// Whether the answer is one of the area's places.
    #[must_use]
    pub fn is_place(&self) -> bool {
        self.shape() == Shape::Place
    }

    /// Whether answers are counted by the range that they are in.
    #[must_use]
    pub fn has_ranges(&self) -> bool {
        matches!(self.shape(), Shape::Number | Shape::Day)
    }

    /// Whether options are put in order.
    #[must_use]
    pub fn is_ranking(&self) -> bool {
        self.shape() == Shape::Ranked
    }

    /// Whether the answer is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.shape() == Shape::Number
    }

    /// Whether an answer is in somebody's own words.
    #[must_use]
    pub fn is_in_own_words(&self) -> bool {
        matches!(self.shape(), Shape::OwnWords { .. })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::answers::{self, in_words};
    use crate::check::tests::asked;

    /// A question of one kind under the key `a`, and what people send as an answer to it.
    pub struct Sample {
        /// The kind. Options have the keys `a`, `b` and `c`.
        pub kind: QuestionKind,
        /// What is sent, the answer it is, and the answer in words.
        pub answered: Option<(Sent, Answer, &'static str)>,
        /// What is sent that is no answer, and what to do.
        pub refused: Option<(Sent, &'static str)>,
    }

    /// One of each kind.
    pub fn samples() -> Vec<Sample> {
        vec![
            one_of::tests::sample(),
            several_of::tests::sample(),
            yes_no::tests::sample(),
            scale::tests::sample(),
            rank::tests::sample(),
            number::tests::sample(),
            amount::tests::sample(),
            short_text::tests::sample(),
            long_text::tests::sample(),
            date::tests::sample(),
            place::tests::sample(),
            page::tests::sample(),
            picture::tests::sample(),
        ]
    }

    pub fn chosen(keys: &[&str]) -> Answer {
        Answer::Chosen(keys.iter().map(|key| (*key).into()).collect())
    }

    pub fn north() -> Vec<Named> {
        vec![Named { id: "north".into(), name: "North".into() }]
    }

    /// Reads what was sent as the answer to a question of this kind.
    pub fn read(kind: &QuestionKind, sent: &[(&str, &str)]) -> Result<Option<Answer>, String> {
        answers::read(&asked("a", kind.clone(), &[]), &Sent::of(sent), &north())
    }

    /// The faults of a question of this kind.
    pub fn faults(kind: QuestionKind) -> Vec<String> {
        kind.faults()
    }

    #[test]
    fn every_kind_is_offered_and_tried_under_the_word_it_has_in_files() {
        let schema = serde_json::to_value(schemars::schema_for!(QuestionKind)).expect("a schema");
        let in_files = schema["oneOf"].as_array().expect("the kinds").iter();
        let in_files: Vec<&str> = in_files
            .map(|kind| kind["properties"]["is"]["const"].as_str().expect("a word"))
            .collect();
        assert_eq!(offered().map(|(word, _)| word).collect::<Vec<_>>(), in_files);
        let tried: Vec<&str> = samples().iter().map(|sample| sample.kind.word()).collect();
        assert_eq!(tried, in_files);
    }

    #[test]
    fn each_kind_reads_its_answers_and_says_what_to_do_about_others() {
        for Sample { kind, answered, refused } in samples() {
            let question = asked("a", kind, &[]);
            let read = |sent: &Sent| answers::read(&question, sent, &north());
            let word = question.kind.word();
            assert_eq!(read(&Sent::default()), Ok(None), "{word}");
            assert_eq!(answered.is_some(), question.kind.has_answer(), "{word}");
            if let Some((sent, answer, words)) = answered {
                assert_eq!(read(&sent), Ok(Some(answer.clone())), "{word}");
                assert_eq!(in_words(&question, Some(&answer), &north()), words, "{word}");
            }
            if let Some((sent, what_to_do)) = refused {
                assert_eq!(read(&sent), Err(what_to_do.to_owned()), "{word}");
            }
        }
    }

    #[test]
    fn what_is_there_to_be_read_is_words_or_a_picture_with_words() {
        for Sample { mut kind, .. } in samples() {
            let (words, picture) = kind.to_read();
            assert_eq!(kind.words_mut().map(std::mem::take).unwrap_or_default(), words);
            assert_eq!(picture.is_some(), kind.word() == PICTURE, "{}", kind.word());
        }
    }

    #[test]
    fn each_kind_can_be_asked_as_it_is() {
        for Sample { kind, .. } in samples() {
            assert_eq!(kind.faults(), Vec::<String>::new(), "{}", kind.word());
        }
    }
}
