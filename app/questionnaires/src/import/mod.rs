//! Questions written elsewhere: an XLSForm workbook, or a survey of LimeSurvey. What both sides
//! know is imported; for everything else there is a line that says what and why.
//!
//! Nothing is lost without a word, by the way it is read: a reader takes each cell and each field
//! by its name, which notes it as taken over, and what nobody took is named in the end. `text` has
//! the words, `expression` who is asked what, and each format a table of the names it uses
//! (`names`).

pub mod expression;
mod limesurvey;
mod text;
mod xlsform;

pub use limesurvey::limesurvey;
pub use xlsform::xlsform;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use serde::{Deserialize, Serialize};

use super::check::{LONGEST_LINE, LONGEST_TEXT, MOST_OPTIONS, MOST_QUESTIONS, is_key};
use super::{Choice, Condition, Question, Questionnaire, Section, file};

/// What was read of a file. It is kept while an organiser decides what becomes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The questions, as far as they could be imported. [`super::check::check`] finds what is left
    /// to correct.
    pub questionnaire: Questionnaire,
    /// The columns, fields and settings that were taken over, by their names in the file.
    pub taken: Vec<String>,
    /// What could not be imported as it was, in the order of the file.
    pub not_taken: Vec<NotTaken>,
}

/// Something that could not be imported as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotTaken {
    /// Where it is in the file: a row, a question, a column.
    pub at: String,
    /// What became of it, and why.
    pub what: String,
}

/// Why a file could not be read at all, and what to do.
pub type Unread = String;

/// The largest file, in bytes; also of what is in a workbook, unpacked.
pub const LARGEST: usize = 20 * 1024 * 1024;
/// The longest text of a cell or a field that is read, in characters.
const LONGEST_CELL: usize = 20_000;
/// After so many things that could not be imported, the rest of a file is not read.
const MOST_NOT_TAKEN: usize = 300;
/// The longest line that names what was left out, in characters.
const LONGEST_REASON: usize = 400;

/// What to do with a file that is none of these.
const NO_FILE: &str = "Choose a file of questions: one saved from Alongside (.json), an XLSForm \
    (.xlsx) or a LimeSurvey survey (.lss)";

/// Reads a file by what is in it.
///
/// # Errors
/// What to do, where nothing can be imported from it.
pub fn read(name: &str, file: &[u8]) -> Result<Imported, Unread> {
    if let Some(what_to_do) = another_kind(name, file) {
        return Err(what_to_do.to_owned());
    }
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    match file.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => match file::read(file) {
            Ok(questionnaire) => Ok(Imported { questionnaire, ..Imported::default() }),
            Err(faults) => {
                Err(faults.into_iter().map(|fault| fault.what_to_do).next().unwrap_or_default())
            }
        },
        Some(b'<') => limesurvey(file),
        Some(b'P') => xlsform(file),
        _ => Err(NO_FILE.to_owned()),
    }
}

/// What to do with a file of a kind that people take for one of ours.
fn another_kind(name: &str, file: &[u8]) -> Option<&'static str> {
    let name = name.to_lowercase();
    let ends = |end: &str| name.ends_with(end);
    if file.iter().all(u8::is_ascii_whitespace) {
        return Some("This file is empty. Choose another one");
    }
    if file.starts_with(b"\xd0\xcf\x11\xe0") {
        return Some(
            "This is an old Excel workbook (.xls), or one with a password. Open it, save it as an \
             Excel workbook (.xlsx) without a password, and import that",
        );
    }
    if file.starts_with(b"\xff\xfe") || file.starts_with(b"\xfe\xff") {
        return Some(
            "This file is in UTF-16. Save it as UTF-8, or export it again, and import that",
        );
    }
    if file.starts_with(b"PK") {
        return another_zip(file);
    }
    let is_text = !file.starts_with(b"<") && !file.starts_with(b"{");
    if is_text && (ends(".csv") || ends(".tsv")) {
        return Some(
            "This is a CSV file, which can't hold the sheets of a form. Open it in a spreadsheet \
             program, name its sheet survey, put the options in a sheet called choices, and save \
             it as .xlsx",
        );
    }
    (is_text && ends(".txt")).then_some(
        "This is a text file. In LimeSurvey choose Export, then Survey structure (.lss), and \
         import that",
    )
}

/// The same for what is packed as a workbook is.
fn another_zip(file: &[u8]) -> Option<&'static str> {
    if xlsform::has_many_files(file) {
        return None;
    }
    let zip = zip::ZipArchive::new(Cursor::new(file)).ok()?;
    let has = |is: fn(&[u8]) -> bool| zip.file_names_raw().any(is);
    if has(|name| name.ends_with(b".lss")) {
        return Some(
            "This is a LimeSurvey archive (.lsa), with answers in it. In LimeSurvey choose Export, \
             then Survey structure (.lss), and import that",
        );
    }
    if has(|name| name == b"content.xml") {
        return Some(
            "This is an OpenDocument file (.ods). Save it as an Excel workbook (.xlsx), and import \
             that",
        );
    }
    has(|name| name == b"word/document.xml").then_some(NO_FILE)
}

/// A questionnaire that grows, with what could not be imported.
#[derive(Default)]
struct Builder {
    imported: Imported,
    keys: BTreeSet<String>,
    taken: BTreeSet<String>,
    /// What nobody took: it is named, however much else there is.
    unread: Vec<NotTaken>,
}

/// Who is asked a question of a file.
#[derive(Debug)]
enum Asked {
    /// Those for whom all of these hold.
    If(Vec<Condition>),
    Nobody,
}

/// What a name and a value in a condition of a file mean.
enum Means {
    /// An option of a question, by their keys.
    Chosen(String, String),
    /// What nobody is asked, so that it never holds.
    NeverAsked,
}

/// The options of a question, and the key that each has here, by its name in the file.
#[derive(Debug, Default)]
struct Options {
    choices: Vec<Choice>,
    keys: BTreeMap<String, String>,
}

impl Builder {
    fn report(&mut self, at: &str, what: impl Into<String>) {
        if self.imported.not_taken.len() < MOST_NOT_TAKEN {
            self.imported.not_taken.push(not_taken(at, &what.into()));
        } else if !self.is_full() {
            self.imported.not_taken.push(NotTaken {
                at: "The rest of the file".to_owned(),
                what: "Left out, because so much before it couldn't be imported".to_owned(),
            });
        }
    }

    /// Names what nobody took.
    fn name(&mut self, at: &str, what: &str) {
        self.unread.push(not_taken(at, what));
    }

    /// Names many things at once, in as many lines as that takes.
    fn name_all(&mut self, at: &str, why: &str, names: impl IntoIterator<Item = String>) {
        let mut line = String::new();
        for name in names {
            let name = cut(&name, 60);
            if line.chars().count() + name.chars().count() + why.len() > LONGEST_REASON - 10 {
                self.name(at, &format!("{why}: {line}"));
                line.clear();
            }
            if !line.is_empty() {
                line.push_str(", ");
            }
            line.push_str(&name);
        }
        if !line.is_empty() {
            self.name(at, &format!("{why}: {line}"));
        }
    }

    /// What was read, where there is a question in it.
    fn done(mut self) -> Result<Imported, Unread> {
        self.imported.not_taken.append(&mut self.unread);
        self.imported.taken = self.taken.into_iter().collect();
        let questionnaire = &mut self.imported.questionnaire;
        questionnaire.sections.retain(|section| !section.questions.is_empty());
        if questionnaire.questions().any(|question| question.kind.has_answer()) {
            return Ok(self.imported);
        }
        let why = self.imported.not_taken.iter().take(3);
        let why = why.map(|not| format!(" {}: {}.", not.at, not.what)).collect::<String>();
        Err(format!("There is no question in this file that we can import.{why}"))
    }

    /// Whether so much could not be imported that the rest is not read.
    fn is_full(&self) -> bool {
        self.imported.not_taken.len() > MOST_NOT_TAKEN
    }

    /// Whether there is room for one more question; if not, it is reported.
    fn has_room(&mut self, at: &str) -> bool {
        let has_room = self.imported.questionnaire.questions().count() < MOST_QUESTIONS;
        if !has_room {
            self.report(at, format!("Left out: there are more than {MOST_QUESTIONS} questions"));
        }
        has_room
    }

    /// Begins a section. A heading without questions of its own stays in that of the next one.
    fn section(&mut self, at: &str, title: &str) {
        let sections = &mut self.imported.questionnaire.sections;
        let last = sections.last().filter(|last| last.questions.is_empty());
        let before = last.map(|last| last.title.clone()).filter(|_| !title.is_empty());
        let whole = match before.as_deref() {
            Some(before) if !before.is_empty() => format!("{before} – {title}"),
            _ => title.to_owned(),
        };
        let title = cut_words(&whole, LONGEST_LINE);
        let is_cut = title != whole;
        match sections.last_mut().filter(|last| last.questions.is_empty()) {
            Some(last) => last.title = title,
            None => sections.push(Section { title, questions: Vec::new() }),
        }
        if is_cut {
            self.report(at, "The heading is too long. The end of it was left out");
        }
    }

    /// A key that no question has yet: the name it has, or one of our own from its place.
    fn key(&mut self, name: &str) -> String {
        let place = self.keys.len() + 1;
        let own = (place..).map(|nth| format!("question-{nth}"));
        let is_free = |key: &String| is_key(key) && !self.keys.contains(key);
        let key = std::iter::once(name.to_owned()).chain(own).find(is_free).unwrap_or_default();
        self.keys.insert(key.clone());
        key
    }

    /// Adds a question, with its words cut to what fits; none beyond the limit.
    fn put(&mut self, at: &str, mut question: Question) {
        if !self.has_room(at) {
            return;
        }
        if question.text.chars().count() > LONGEST_LINE {
            self.report(at, "The question is too long. The full text is in the help");
            question.help = [question.text.as_str(), &question.help].join("\n\n").trim().to_owned();
            question.text = cut_words(&question.text, LONGEST_LINE);
        }
        if question.text.is_empty() {
            self.report(at, "It has no text. Its name is used instead");
            question.text.clone_from(&question.key);
        }
        let long = question.kind.words_mut().map_or(0, |words| words.chars().count());
        if long.max(question.help.chars().count()) > LONGEST_TEXT {
            self.report(at, "The text to read is too long. The end of it was left out");
        }
        question.help = cut_words(&question.help, LONGEST_TEXT);
        if let Some(words) = question.kind.words_mut() {
            *words = cut_words(if words.is_empty() { &question.text } else { words }, LONGEST_TEXT);
        }
        if self.imported.questionnaire.sections.is_empty() {
            self.section(at, "");
        }
        if let Some(section) = self.imported.questionnaire.sections.last_mut() {
            section.questions.push(question);
        }
    }

    /// Options with their words cut to what fits. Each is known by the whole of its name.
    fn options(&mut self, at: &str, options: impl Iterator<Item = (String, String)>) -> Options {
        let mut all = Options::default();
        for (name, words) in options {
            if self.is_full() {
                break;
            }
            let line = forms::line(if words.is_empty() { &name } else { &words });
            let text = cut_words(&line, LONGEST_LINE);
            let is_there = all.choices.iter().any(|known| known.text == text);
            if text.is_empty() {
                self.report(at, "Left out: an option has no words");
            } else if is_there || all.keys.contains_key(&name) {
                self.report(at, format!("Left out: the option {text} is in the list twice"));
            } else if all.choices.len() == MOST_OPTIONS {
                self.report(
                    at,
                    format!(
                        "Left out: the options from {text} on, because there are more than \
                         {MOST_OPTIONS}"
                    ),
                );
                break;
            } else {
                if text != line {
                    self.report(at, format!("The option {text} is too long. Its end was left out"));
                }
                let key = all.fresh_key(&name);
                all.keys.insert(name, key.clone());
                all.choices.push(Choice { key, text });
            }
        }
        all
    }

    /// Who is asked a question, from an expression of the file. `find`: what a name and a value
    /// mean. Where it cannot be imported, everyone is asked the question.
    fn asked(
        &mut self,
        at: &str,
        expression: &str,
        find: impl Fn(&str, &str) -> Option<Means>,
    ) -> Asked {
        match expression::constant(expression) {
            Some(true) => return Asked::If(Vec::new()),
            Some(false) => return Asked::Nobody,
            None if expression.is_empty() => return Asked::If(Vec::new()),
            None => {}
        }
        let (mut conditions, mut is_known) = (Vec::new(), true);
        match expression::terms(expression) {
            None => is_known = false,
            Some(terms) => {
                for (name, values) in terms {
                    let means: Option<Vec<Means>> =
                        values.iter().map(|value| find(&name, value)).collect();
                    match means.as_deref() {
                        Some([Means::NeverAsked, ..]) => return Asked::Nobody,
                        means => match means.and_then(condition) {
                            Some(condition) => conditions.push(condition),
                            None => is_known = false,
                        },
                    }
                }
            }
        }
        if is_known {
            return Asked::If(conditions);
        }
        let expression = cut(expression, 120);
        self.report(
            at,
            format!("Everyone will be asked: this condition could not be imported: {expression}"),
        );
        Asked::If(Vec::new())
    }
}

impl Options {
    /// The key of the next option: the name it has, or one of our own from its place.
    fn fresh_key(&self, name: &str) -> String {
        let own = (self.choices.len() + 1..).map(|nth| format!("option-{nth}"));
        let is_free =
            |key: &String| is_key(key) && self.choices.iter().all(|known| known.key != *key);
        std::iter::once(name.to_owned()).chain(own).find(is_free).unwrap_or_default()
    }
}

/// That one of these options of one question was chosen.
fn condition(means: &[Means]) -> Option<Condition> {
    let mut condition: Option<Condition> = None;
    for one in means {
        let Means::Chosen(question, option) = one else { return None };
        let known = condition
            .get_or_insert_with(|| Condition { question: question.clone(), any_of: Vec::new() });
        if known.question != *question {
            return None;
        }
        known.any_of.push(option.clone());
    }
    condition
}

fn not_taken(at: &str, what: &str) -> NotTaken {
    NotTaken { at: cut(at, 80), what: cut(what, LONGEST_REASON) }
}

fn once_each(conditions: Vec<Condition>) -> Vec<Condition> {
    let mut once: Vec<Condition> = Vec::new();
    for condition in conditions {
        if !once.contains(&condition) {
            once.push(condition);
        }
    }
    once
}

/// The beginning of words, without half of what shows an earlier answer.
fn cut_words(words: &str, longest: usize) -> String {
    let short = cut(words, longest);
    match short.rfind("{{") {
        Some(at) if short != words && !short[at..].contains("}}") => format!("{}…", &short[..at]),
        _ => short,
    }
}

/// Words of the file as plain text: without marks of HTML, with its line breaks. Reads each sign
/// once: the words were sent by someone, and elements can lie inside one another a million deep.
fn plain(words: &str) -> String {
    let cut = cut(words, LONGEST_CELL);
    let (mut bare, mut rest) = (String::new(), cut.as_str());
    while let Some((before, mark)) = rest.split_once('<') {
        bare.push_str(before);
        if !mark.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            bare.push('<');
            rest = mark;
            continue;
        }
        let Some((name, after)) = mark.split_once('>') else {
            rest = "";
            break;
        };
        let name = name.to_ascii_lowercase();
        let is = |begin: &str| name.starts_with(begin);
        if is("br") || is("/p") || is("/li") || is("/div") {
            bare.push('\n');
        }
        rest = after;
        if is("script") || is("style") {
            // What is in them is no words, and ends with the next mark.
            rest = after.find("</").map_or("", |end| &after[end..]);
        }
    }
    bare.push_str(rest);
    forms::prose(&html_escape::decode_html_entities(&bare))
}

/// The beginning of a text; what is beyond it is not looked at.
fn cut(text: &str, longest: usize) -> String {
    if text.chars().nth(longest).is_none() {
        text.to_owned()
    } else {
        text.chars().take(longest - 1).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_marks_and_keep_their_lines() {
        for (marked, bare) in [
            ("Do you <b>wait</b>?", "Do you wait?"),
            ("one<br />two<BR>three", "one\ntwo\nthree"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("a < b and b > a", "a < b and b > a"),
            ("5 <3 &amp; &lt;b&gt;", "5 <3 & <b>"),
            ("<style>p { color: red }</style>Why?", "Why?"),
            ("<script>if (a < b) go()</script>Why?", "Why?"),
            ("cut off <span class", "cut off"),
            ("no end <", "no end <"),
        ] {
            assert_eq!(plain(marked), bare, "{marked}");
        }
    }

    #[test]
    fn marks_inside_one_another_without_end_are_read_once_and_long_texts_are_cut() {
        assert_eq!(plain(&"<div>".repeat(1_000_000)), "");
        assert_eq!(plain(&"<".repeat(1_000_000)).chars().count(), LONGEST_CELL);
        assert_eq!(plain(&"<a".repeat(1_000_000)), "");
    }

    #[test]
    fn what_could_not_be_imported_ends_somewhere() {
        let mut builder = Builder::default();
        (0..10_000).for_each(|nth| builder.report(&"row".repeat(1_000), format!("{nth}")));
        assert_eq!(builder.imported.not_taken.len(), MOST_NOT_TAKEN + 1);
        assert!(builder.is_full());
        assert!(builder.imported.not_taken.iter().all(|not| not.at.chars().count() <= 80));
        let twice = std::iter::repeat_n(("a".to_owned(), "A".to_owned()), 1_000_000);
        assert_eq!(builder.options("a list", twice).choices, [], "nothing more is read");
        let many = (0..1_000_000).map(|nth: u32| (nth.to_string(), nth.to_string()));
        assert_eq!(Builder::default().options("a list", many).choices.len(), MOST_OPTIONS);
    }

    #[test]
    fn options_keep_the_whole_of_their_names_and_get_keys_of_our_own() {
        let names = ["0-5", "0_5", "0+5", "<5", ">5", "так", "ні", "option-9"];
        let long = ["x".repeat(41), format!("{}y", "x".repeat(40))];
        let all = names.iter().map(|name| (*name).to_owned()).chain(long);
        let options = Builder::default().options("a list", all.map(|name| (name.clone(), name)));
        assert_eq!(options.choices.len(), 10, "{options:?}");
        let keys: BTreeSet<&String> = options.choices.iter().map(|option| &option.key).collect();
        assert_eq!(keys.len(), 10);
        for (name, key) in &options.keys {
            let is_its_own = |choice: &Choice| choice.key == *key && choice.text == *name;
            assert!(options.choices.iter().any(is_its_own), "{name}");
        }
        assert_eq!(options.keys["0-5"], "0-5");
        assert_eq!(options.keys["0+5"], "option-3");
    }

    #[test]
    fn what_shows_an_answer_is_not_cut_in_half() {
        assert_eq!(cut_words("Why {{child}}?", 300), "Why {{child}}?");
        assert_eq!(cut_words("Why {{child}}?", 9), "Why …");
    }

    #[test]
    fn a_file_of_another_kind_is_answered_with_what_to_do() {
        let zip_of = |name: &str| {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
            zip.finish().expect("a zip").into_inner()
        };
        let said = |name: &str, file: &[u8]| read(name, file).expect_err("what to do");
        for (name, file, says) in [
            ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1".to_vec(), "old Excel workbook (.xls)"),
            ("a.csv", b"type,name,label\ntext,a,A?".to_vec(), "This is a CSV file"),
            ("a.lsa", zip_of("survey_1.lss"), "LimeSurvey archive (.lsa)"),
            ("a.ods", zip_of("content.xml"), "OpenDocument file (.ods)"),
            ("a.docx", zip_of("word/document.xml"), "Choose a file of questions"),
            ("a.txt", b"id\trelated_id".to_vec(), "Survey structure (.lss)"),
            ("a.lss", b"\xff\xfe<\0".to_vec(), "UTF-16"),
            ("a.lss", b"\xfe\xff\0<".to_vec(), "UTF-16"),
            ("a.json", b"  \n".to_vec(), "This file is empty"),
            ("a.pdf", b"%PDF".to_vec(), "Choose a file of questions"),
        ] {
            assert!(said(name, &file).contains(says), "{name}: {}", said(name, &file));
        }
        let json = file::write(&Questionnaire { sections: vec![] }).expect("a file");
        let marked = [b"\xef\xbb\xbf", json.as_bytes()].concat();
        assert!(said("a.json", &marked).contains("Ask at least one question"));
    }
}
