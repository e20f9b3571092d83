//! The kinds of questions, with one file for each: what an organiser writes of it, what must be
//! corrected in that, how an answer is read, and what an answer is like. How it is asked on a
//! screen and on paper, how answers are worded and counted, and who is asked what, hangs on that
//! alone: [`Shape`].
//!
//! [`QuestionKind`] is how a question is kept: one row of `kinds!` for each kind, and nothing else
//! tells them apart. `options` and `words` are what several kinds share.

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

use std::any::Any;

use forms::{Named, Refusals, Sent};
use id::picture_name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answers::Answer;
use super::{Choice, Question};

/// Makes [`QuestionKind`], and all that goes through its kinds, from one row for each. A row says
/// how a question of the kind is kept, which file knows the kind, and as what that is asked about
/// such a question:
///
/// ```text
/// /// A whole number.
/// Number {
///     /// The least it can be.
///     least: i64,
///     /// The most it can be.
///     most: i64,
/// } in number => number::Number { least: *least, most: *most };
/// ```
///
/// The file has an `ABOUT`, a function `written`, and a `sample` in its tests. Fields of some names
/// mean the same in each kind: `options` are its options, `words` are there to be read in place of
/// an answer, and `unit` is what a number counts.
macro_rules! kinds {
    ($(
        $(#[$kind_doc:meta])*
        $kind:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }
            in $file:ident => $own:expr;
    )*) => {
        /// How a question is answered.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
        #[schemars(rename = "Kind")]
        pub enum QuestionKind {
            $($(#[$kind_doc])* $kind { $($(#[$field_doc])* $field: $type),* },)*
        }

        /// Each kind with how it is read, in the order of the form.
        const ALL: &[(&About, Read)] = &[$((&$file::ABOUT, $file::written)),*];

        impl QuestionKind {
            /// Asks what this kind knows of itself.
            fn ask<R>(&self, ask: impl FnOnce(&dyn Own) -> R) -> R {
                match self {
                    $(Self::$kind { $($field),* } => ask(&$own),)*
                }
            }

            /// How it is kept: its fields by name, to change them.
            fn parts_mut(&mut self) -> Vec<(&'static str, &mut dyn Any)> {
                match self {
                    $(Self::$kind { $($field),* } => {
                        vec![$((stringify!($field), $field as &mut dyn Any)),*]
                    })*
                }
            }
        }

        /// One of each kind, for tests.
        #[cfg(test)]
        pub(crate) fn samples() -> Vec<tests::Sample> {
            vec![$($file::tests::sample()),*]
        }
    };
}

kinds! {
    /// One of some options.
    OneOf {
        /// Two or more.
        options: Vec<Choice>,
    } in one_of => one_of::own(options);

    /// Several of some options.
    SeveralOf {
        /// Two or more.
        options: Vec<Choice>,
        /// How many at the most; `None` for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<usize>,
    } in several_of => several_of::SeveralOf { options, at_most: *at_most };

    /// "Yes" or "no"; their keys are `yes` and `no`.
    YesNo {} in yes_no => yes_no::YesNo;

    /// One of some steps with words, from the one end to the other.
    Scale {
        /// Two or more.
        options: Vec<Choice>,
    } in scale => scale::own(options);

    /// Options in the order of what matters most.
    Rank {
        /// Two or more.
        options: Vec<Choice>,
    } in rank => rank::own(options);

    /// A whole number.
    Number {
        /// The least it can be.
        least: i64,
        /// The most it can be.
        most: i64,
    } in number => number::Number { least: *least, most: *most };

    /// A whole number of something.
    Amount {
        /// The least it can be.
        least: i64,
        /// The most it can be.
        most: i64,
        /// What is counted, such as hours or miles.
        unit: String,
    } in amount => amount::own(*least, *most, unit);

    /// One line.
    ShortText {} in short_text => short_text::OWN;

    /// Several lines.
    LongText {} in long_text => long_text::OWN;

    /// A day.
    Date {} in date => date::OWN;

    /// One of the area's places.
    Place {} in place => place::Place;

    /// A page of text to read; it has no answer.
    Page {
        /// The text.
        words: String,
    } in page => page::Page { words };

    /// A picture; it has no answer.
    Picture {
        /// The file's name.
        file: String,
        /// What it shows, in words, for those who do not see it.
        words: String,
    } in picture => picture::Picture { file, words };
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
    Number {
        /// The least it can be.
        least: i64,
        /// The most it can be.
        most: i64,
    },
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

/// The field of a browser into which an answer is put in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its type, as in `text`.
    pub kind: &'static str,
    /// Which keys a phone shows for it, where the type does not say that.
    pub keys: Option<&'static str>,
    /// The least and the most it can be, where its type takes them, as `range` does.
    pub limits: Option<(i64, i64)>,
}

impl Input {
    pub const TEXT: Self = Self { kind: "text", keys: None, limits: None };
    pub const NUMBER: Self = Self { keys: Some("numeric"), ..Self::TEXT };
    pub const DATE: Self = Self { kind: "date", ..Self::TEXT };
}

/// What a kind is called, and what it says.
struct About {
    /// Its word in forms. In files it has the same.
    word: &'static str,
    /// As an organiser chooses it.
    title: &'static str,
    /// The fields of an organiser's form that it has beside those of every question.
    asks: &'static [&'static str],
    /// What to do where an answer is needed and there is none.
    what_is_needed: &'static str,
}

/// What each kind knows of itself. Nothing has a default, so that a new kind is asked for all
/// of it.
trait Own {
    /// What it is called, and what it says.
    fn about(&self) -> &'static About;

    /// What an answer is like.
    fn shape(&self) -> Shape;

    /// The field it is put into on a screen; `None` where that is no single line.
    fn input(&self) -> Option<Input>;

    /// What there is to choose from or to rank; nothing where there is no such thing.
    fn choices(&self, places: &[Named]) -> Vec<Choice>;

    /// Whether people choose freely among options of its own, so that one more can be added: steps
    /// of a scale and what is ranked belong together.
    fn can_be_more(&self) -> bool;

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

/// The kinds, as a form sends them and as it shows them.
pub fn offered() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.iter().map(|(about, _)| (about.word, about.title))
}

/// The fields of an organiser's form that the kind with this word has beside those of every
/// question.
#[must_use]
pub fn asks(word: &str) -> &'static [&'static str] {
    let kind = ALL.iter().find(|(about, _)| about.word == word);
    kind.map(|(about, _)| about.asks).unwrap_or_default()
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
    /// What is kept of it under this name, where it has that.
    fn part_mut<T: 'static>(&mut self, name: &str) -> Option<&mut T> {
        let part = self.parts_mut().into_iter().find(|(part, _)| *part == name);
        part.and_then(|(_, part)| part.downcast_mut())
    }

    /// The options of its own, to put their words right; none where it has no words of its own.
    pub fn options_mut(&mut self) -> &mut [Choice] {
        match self.part_mut::<Vec<Choice>>("options") {
            Some(options) => options,
            None => &mut [],
        }
    }

    /// Whether people choose freely among options of its own, so that one more can be added.
    pub(crate) fn can_be_more(&self) -> bool {
        self.ask(|own| own.can_be_more())
    }

    /// Adds an option to choose. False where there can be no more.
    pub(crate) fn add_option(&mut self, option: Choice) -> bool {
        if !self.can_be_more() {
            return false;
        }
        let options = self.part_mut::<Vec<Choice>>("options");
        options.map(|options| options.push(option)).is_some()
    }

    /// The words that are there to be read in place of an answer, to change them.
    pub(crate) fn words_mut(&mut self) -> Option<&mut String> {
        self.part_mut("words")
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
    pub fn unit(&self) -> Option<String> {
        self.fields().into_iter().find(|(field, _)| *field == "unit").map(|(_, unit)| unit)
    }

    /// The least and the most that a number can be; `None` where there is no number.
    #[must_use]
    pub fn limits(&self) -> Option<(i64, i64)> {
        match self.shape() {
            Shape::Number { least, most } => Some((least, most)),
            Shape::Nothing
            | Shape::OneOption
            | Shape::SomeOptions { .. }
            | Shape::Ranked
            | Shape::Place
            | Shape::Day
            | Shape::OwnWords { .. } => None,
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

    /// The field it is put into on a screen; `None` where that is no single line.
    #[must_use]
    pub fn input(&self) -> Option<Input> {
        self.ask(|own| own.input())
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
            | Shape::Number { .. }
            | Shape::Day => true,
            Shape::Nothing | Shape::OwnWords { .. } => false,
        }
    }

    /// How many options people can choose, where they can't choose all that are true.
    #[must_use]
    pub fn at_most(&self) -> Option<usize> {
        match self.shape() {
            Shape::SomeOptions { at_most } => at_most,
            Shape::Nothing
            | Shape::OneOption
            | Shape::Ranked
            | Shape::Place
            | Shape::Number { .. }
            | Shape::Day
            | Shape::OwnWords { .. } => None,
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
        matches!(self.shape(), Shape::Number { .. } | Shape::Day)
    }

    /// Whether options are put in order.
    #[must_use]
    pub fn is_ranking(&self) -> bool {
        self.shape() == Shape::Ranked
    }

    /// Whether the answer is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self.shape(), Shape::Number { .. })
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

    pub(crate) use super::samples;

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
    fn each_kind_says_which_fields_an_organiser_fills_in() {
        for Sample { mut kind, .. } in samples() {
            let mut filled: Vec<&str> = Vec::new();
            filled.extend((!kind.options_mut().is_empty()).then_some("options"));
            filled.extend(kind.can_be_more().then_some("other"));
            filled.extend(kind.fields().into_iter().map(|(field, _)| field));
            assert_eq!(asks(kind.word()), filled, "{}", kind.word());
        }
    }

    #[test]
    fn each_kind_can_be_asked_as_it_is() {
        for Sample { kind, .. } in samples() {
            assert_eq!(kind.faults(), Vec::<String>::new(), "{}", kind.word());
        }
    }
}
