//! What a form sent, and what must be put right before it can be accepted.
//!
//! Reading never fails: a missing field is empty, a repeated one gives its first value, wrong bytes
//! are replaced. What a field may hold is each room's rule; the cleaning every text goes through is
//! here.

mod address;
mod link;
mod mailbox;
pub mod redaction;

use std::collections::HashSet;

use http::Uri;
use unicode_normalization::UnicodeNormalization as _;

pub use self::address::{address, addresses};
pub use self::link::link;
pub use self::mailbox::mailbox;

/// The most fields that are read: a consultation with every option ticked has 12,000.
const MOST_FIELDS: usize = 20_000;

/// What was sent, without the one character that PostgreSQL has no place for in a text: NUL. Nobody
/// types it, and nothing shows it.
fn storable(sent: &str) -> String {
    sent.replace('\0', "")
}

/// The fields a form sent, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent(Vec<(String, String)>);

impl Sent {
    /// Reads a form's body.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let fields = form_urlencoded::parse(body).take(MOST_FIELDS);
        Self(fields.map(|(name, value)| (storable(&name), storable(&value))).collect())
    }

    /// Reads what comes after the `?` of an address, where a form that only searches puts its
    /// fields.
    #[must_use]
    pub fn query(address: &Uri) -> Self {
        Self::read(address.query().unwrap_or_default().as_bytes())
    }

    /// Fields as if they had been sent, to fill a form with what is saved.
    #[must_use]
    pub fn of(fields: &[(&str, &str)]) -> Self {
        Self(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(field, _)| field != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with one more value under this name, beside those it has.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((storable(name), storable(value)));
        self
    }

    /// The first value sent under this name, as it was typed; empty when there is none.
    #[must_use]
    pub fn typed(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// The value as one clean line.
    #[must_use]
    pub fn line(&self, name: &str) -> String {
        line(self.typed(name))
    }

    /// Every value sent under this name, each once, in their order.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        let mut known = HashSet::new();
        let values = self
            .0
            .iter()
            .filter(|(field, value)| field == name && !value.is_empty())
            .map(|(_, value)| value);
        values.filter(|value| known.insert(value.as_str())).cloned().collect()
    }

    /// What makes two sendings one: the page's own key with all that was sent. A double tap sends
    /// the same again; someone who goes back and changes something sends something else.
    #[must_use]
    pub fn once(&self) -> String {
        let Some(key) = id::parse(self.typed("form_key")) else { return id::fresh() };
        let fields = self.0.iter().filter(|(name, _)| name != "step" && name != "form_key");
        id::hash(&form_urlencoded::Serializer::new(key).extend_pairs(fields).finish())
    }

    /// The same fields in the form a hidden field can carry.
    #[must_use]
    pub fn packed(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// The fields, to be written out again as hidden ones.
    pub fn fields(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }
}

/// The number of the page that an address asks for, the first being 1.
#[must_use]
pub fn page_number(sent: &Sent) -> i64 {
    sent.typed("page").parse().ok().filter(|page| (1..=1_000).contains(page)).unwrap_or(1)
}

/// What must be put right, in the order of the fields: the field's id, and what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals(Vec<(&'static str, String)>);

impl Refusals {
    /// One thing to put right.
    #[must_use]
    pub fn one(field: &'static str, what_to_do: impl Into<String>) -> Self {
        Self(vec![(field, what_to_do.into())])
    }

    /// Adds what to do about a field.
    pub fn add(&mut self, field: &'static str, what_to_do: impl Into<String>) {
        self.0.push((field, what_to_do.into()));
    }

    /// Takes a rule's answer: the value, or its refusal added to the list and `None`.
    pub fn take<T>(&mut self, field: &'static str, answer: Result<T, String>) -> Option<T> {
        answer.map_err(|what_to_do| self.add(field, what_to_do)).ok()
    }

    /// Takes the answer of several rules: the value, or all their refusals added to the list and
    /// `None`.
    pub fn take_all<T>(&mut self, answer: Result<T, Self>) -> Option<T> {
        answer.map_err(|refusals| self.extend(refusals)).ok()
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// What to do about this field, if anything.
    #[must_use]
    pub fn about(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, what_to_do)| what_to_do.as_str())
    }

    /// Whether all is well.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, what_to_do)| (*field, what_to_do.as_str()))
    }
}

/// Text as one line: NFC, no control or direction marks, spaces folded, trimmed. Where nothing of
/// it can be seen, it is empty.
#[must_use]
pub fn line(text: &str) -> String {
    let letters = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let letters = letters.filter(|c| may_stand(*c));
    // ASCII has one form, and most of what is read again for a page is that.
    let clean: String = if text.is_ascii() { letters.collect() } else { letters.nfc().collect() };
    if !clean.chars().any(is_seen) {
        return String::new();
    }
    clean.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a character shows anything by itself: not spaces, nor what joins, varies or steers
/// others, nor the letters that are there to be empty.
fn is_seen(c: char) -> bool {
    const UNSEEN: [(char, char); 18] = [
        ('\u{ad}', '\u{ad}'),
        ('\u{34f}', '\u{34f}'),
        ('\u{115f}', '\u{1160}'),
        ('\u{17b4}', '\u{17b5}'),
        ('\u{180b}', '\u{180f}'),
        ('\u{200b}', '\u{200f}'),
        ('\u{202a}', '\u{202e}'),
        ('\u{2060}', '\u{206f}'),
        ('\u{2800}', '\u{2800}'),
        ('\u{3164}', '\u{3164}'),
        ('\u{fe00}', '\u{fe0f}'),
        ('\u{feff}', '\u{feff}'),
        ('\u{ffa0}', '\u{ffa0}'),
        ('\u{fff0}', '\u{fffb}'),
        ('\u{1bca0}', '\u{1bca3}'),
        ('\u{1d159}', '\u{1d159}'),
        ('\u{1d173}', '\u{1d17a}'),
        ('\u{e0000}', '\u{e0fff}'),
    ];
    // A mark alone stands on nothing.
    !c.is_whitespace()
        && !unicode_normalization::char::is_combining_mark(c)
        && !UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// The beginning of a text as one line of at most so many characters, cut between words.
#[must_use]
pub fn beginning(text: &str, most: usize) -> String {
    // Of a long text so much is enough, but where most of it shows nothing.
    let enough = text.char_indices().nth(2 * most).map(|(at, _)| line(&text[..at]));
    let is_enough = |line: &String| line.chars().count() > most;
    let line = enough.filter(is_enough).unwrap_or_else(|| line(text));
    if line.chars().count() <= most {
        return line;
    }
    let cut: String = line.chars().take(most - 2).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole} …")
}

/// Text of several lines: as [`line`], with at most one empty line between paragraphs.
#[must_use]
pub fn prose(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for text in text.replace("\r\n", "\n").split(['\n', '\r']) {
        let clean = line(text);
        if !clean.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(clean);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// Text whose line breaks and spaces matter, as in Markdown: NFC, no control or direction
/// marks, all line breaks alike. Where nothing of it can be seen, it is empty.
#[must_use]
pub fn markup(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let clean: String =
        lines.chars().filter(|c| matches!(c, '\n' | '\t') || may_stand(*c)).nfc().collect();
    if clean.chars().any(is_seen) { clean.trim_end().to_owned() } else { String::new() }
}

/// A text that must be there and not too long, counted in characters. `what_to_do` is said when it
/// is empty.
///
/// # Errors
/// What to do about it, in the words the page shows.
pub fn within(text: String, longest: usize, what_to_do: &str) -> Result<String, String> {
    let long = text.chars().count();
    if long == 0 {
        Err(what_to_do.to_owned())
    } else if long > longest {
        Err(format!("Use {longest} characters or fewer. You've used {long}"))
    } else {
        Ok(text)
    }
}

/// Several in a row, as a sentence has them: "a, b and c", where the `last` comes after an "and".
#[must_use]
pub fn listed<W: AsRef<str>>(words: impl IntoIterator<Item = W>, last: &str) -> String {
    let words: Vec<W> = words.into_iter().collect();
    let mut text = String::new();
    for (nth, word) in words.iter().enumerate() {
        match words.len() - nth {
            _ if nth == 0 => {}
            1 => text += &format!(" {last} "),
            _ => text += ", ",
        }
        text += word.as_ref();
    }
    text
}

/// Text folded for comparing and searching: lower case, no accents.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A text that may be empty, and is not too long.
///
/// # Errors
/// What to do about it, in the words the page shows.
pub fn optional(text: String, longest: usize) -> Result<String, String> {
    if text.is_empty() { Ok(text) } else { within(text, longest, "") }
}

/// Direction overrides can make a text read as another; joiners stay, since emoji and Urdu need
/// them.
fn may_stand(c: char) -> bool {
    // XML does not allow the last two code points of each plane.
    !c.is_control()
        && u32::from(c) & 0xfffe != 0xfffe
        && !matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fff9}'..='\u{fffb}')
}

/// A service or a place, as people choose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The texts that `cargo fuzz run forms` begins with, and what every text must keep.
    #[test]
    fn a_character_that_no_database_takes_is_in_nothing_that_was_sent() {
        let sent = Sent::read(b"about=topic%3A%00&na%00me=a%00b").and("part", "c\0d");
        assert_eq!(
            [sent.typed("about"), sent.typed("name"), sent.typed("part")],
            ["topic:", "ab", "cd"]
        );
    }

    #[test]
    fn several_in_a_row_have_a_word_before_the_last() {
        assert_eq!(listed([] as [&str; 0], "and"), "");
        assert_eq!(listed(["name"], "and"), "name");
        assert_eq!(listed(["name", "place"], "and"), "name and place");
        assert_eq!(listed(["one", "two", "three"], "or"), "one, two or three");
    }

    #[test]
    fn hostile_texts_are_cleaned_and_fields_without_end_are_not_read() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/forms");
        let mut texts = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
            for bytes in [bytes.clone(), bytes.repeat(500)] {
                let text = String::from_utf8_lossy(&bytes);
                assert!(!line(&text).contains(['\n', '\u{202e}']));
                assert_eq!(line(&line(&text)), line(&text), "clean once is clean");
                assert!(!prose(&text).contains("\n\n\n") && !markup(&text).contains('\r'));
                assert!(address(&text).is_err() || text.len() < 400);
                let sent = Sent::read(&bytes);
                assert!(sent.fields().count() <= bytes.len());
            }
            texts += 1;
        }
        assert!(texts >= 3, "{texts}");
        assert_eq!(Sent::read(&b"a=b&".repeat(100_000)).fields().count(), MOST_FIELDS);
    }

    #[test]
    fn a_missing_field_is_empty_and_a_repeated_one_gives_its_first_value() {
        let sent = Sent::read(b"title=one&title=two&service=a&service=b&service=a");
        assert_eq!(sent.typed("title"), "one");
        assert_eq!(sent.typed("reason"), "");
        assert_eq!(sent.all("service"), ["a", "b"]);
    }

    #[test]
    fn the_same_form_sent_twice_is_one_and_changed_it_is_another() {
        let key = id::fresh();
        let once = |rest: &str| Sent::read(format!("form_key={key}&{rest}").as_bytes()).once();
        assert_eq!(once("title=a&step=send"), once("title=a&step=check"));
        assert_ne!(once("title=a"), once("title=b"));
        assert_ne!(
            Sent::read(b"title=a").once(),
            Sent::read(b"title=a").once(),
            "without a key each is its own"
        );
    }

    #[test]
    fn control_and_direction_marks_are_taken_out_and_emoji_stay() {
        assert_eq!(line("  a\u{0}b\u{202e}c \t d👩‍👧 "), "abc d👩‍👧");
        assert_eq!(prose("one\r\n\r\n\r\n two\n"), "one\n\ntwo");
        assert_eq!(markup("* one\r\n\t* t\u{0}w\u{202e}o  \r\n\r\n\r\n"), "* one\n\t* two");
        assert_eq!(folded("CAFÉ"), "cafe");
        assert_eq!((line("cafe\u{202e}\u{301}").as_str(), line("café").as_str()), ("café", "café"));
    }

    #[test]
    fn what_cannot_be_seen_is_no_text_and_what_joins_letters_and_emoji_stays() {
        for unseen in [
            "\u{200b}",
            " \u{200d}\u{2060} ",
            "\u{3164}",
            "\u{2800}",
            "\u{ad}\u{fe0f}",
            "\u{1d159}\u{1d173}",
            "\u{301}",
            "\u{fff0}",
        ] {
            assert_eq!((line(unseen).as_str(), markup(unseen).as_str()), ("", ""));
            assert!(within(line(unseen), 60, "Enter a name").is_err());
            assert_eq!(prose(&format!("one\n{unseen}\n{unseen}\ntwo")), "one\n\ntwo");
        }
        let flag_of_england = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";
        for seen in ["👩‍👧", flag_of_england, "می\u{200c}خواهم", "❤\u{fe0f}"] {
            assert_eq!(line(seen), seen);
        }
        assert_eq!(line("abc\u{61c}d"), "abcd");
    }

    #[test]
    fn a_beginning_is_cut_between_words_and_never_longer_than_it_may_be() {
        assert_eq!(beginning(" one\ntwo ", 7), "one two");
        assert_eq!(beginning("one two three", 10), "one two …");
        assert_eq!(beginning("oneword-without-end", 8), "onewor …");
        assert_eq!(beginning("é é é é é é", 6), "é é …");
        assert_eq!(beginning(&format!("{}one two", " ".repeat(100)), 10), "one two");
        assert_eq!(beginning(&"one two three ".repeat(1_000), 10), "one two …");
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read_and_packed_again(body: Vec<u8>) {
            let sent = Sent::read(&body);
            prop_assert_eq!(Sent::read(sent.packed().as_bytes()), sent);
        }

        #[test]
        fn cleaning_twice_changes_nothing(text: String) {
            prop_assert_eq!(line(&line(&text)), line(&text));
            prop_assert_eq!(prose(&prose(&text)), prose(&text));
        }
    }
}
