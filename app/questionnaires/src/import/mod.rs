//! Questions written elsewhere: an XLSForm workbook, or a survey of LimeSurvey. What both sides
//! know is imported; for everything else there is a line that says what and why.
//!
//! Nothing is lost without a word, by the way it is read: a reader takes each cell and each field
//! by its name, which notes it as taken over, and what nobody took is named in the end. `html` and
//! `text` have the words, `expression` who is asked what, `report` the lines of what could not be
//! imported, and each format a table of the names it uses (`names`).

pub mod expression;
mod html;
mod limesurvey;
mod report;
mod text;
mod xlsform;

pub use limesurvey::limesurvey;
pub use xlsform::xlsform;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use serde::{Deserialize, Serialize};

use self::expression::Term;
use self::html::Plain;
use self::report::Report;
use super::check::{LONGEST_LINE, LONGEST_TEXT, MOST_OPTIONS, MOST_QUESTIONS, is_key};
use super::{Choice, Condition, Question, QuestionKind, Questionnaire, Section, file};

/// What was read of a file. It is kept while an organiser decides what becomes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
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
/// The longest text of an option that is read. A list can be read for many questions.
const LONGEST_OPTION: usize = 2_000;
/// So many numbers there are to enter where a file names no end of them.
const MOST_NUMBERS: i64 = 1_000_000;

const NOT_SAYABLE: &str = "this condition could not be imported";

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
    if is_text && is_limesurvey_in_columns(file) {
        return Some(LIMESURVEY_AS_TEXT);
    }
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

const LIMESURVEY_AS_TEXT: &str = "This is a LimeSurvey survey as a table of text. In LimeSurvey \
    choose Export, then Survey structure (.lss), and import that";

/// Whether its first line has the columns of a survey that LimeSurvey exports as text.
fn is_limesurvey_in_columns(file: &[u8]) -> bool {
    let first = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(&first[..first.len().min(1_000)]);
    let columns = first.trim_start_matches('\u{feff}').split('\t');
    let columns = columns.map(|column| column.trim().trim_matches('"'));
    columns.filter(|column| ["class", "type/scale"].contains(column)).count() == 2
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
    /// The names that questions have in the file.
    names: BTreeSet<String>,
    /// The same by the numbers that conditions of the file have for them.
    by_number: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    report: Report,
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
    /// A value that the question with this key has no option for.
    NoOption(String),
    /// What nobody is asked, so that it never holds.
    NeverAsked,
}

/// What one condition of a file says.
enum Says {
    Only(Condition),
    Always,
    Never,
    /// It can never hold, because this is no option.
    NoOption(String),
    /// What no branch can say.
    Unknown,
}

/// The options of a question, and the key that each has here, by its name in the file.
#[derive(Debug, Default)]
struct Options {
    choices: Vec<Choice>,
    keys: BTreeMap<String, String>,
    /// Whether there are more than people can choose from here. Then none of them is here.
    are_too_many: bool,
}

impl Builder {
    fn report(&mut self, at: &str, what: impl Into<String>) {
        self.report.say(at, &what.into());
    }

    /// Reports what was in words beside them.
    fn words(&mut self, at: &str, read: Plain) -> String {
        for left in read.left {
            self.report(at, left);
        }
        read.words
    }

    /// What was read, where there is a question in it.
    fn done(mut self) -> Result<Imported, Unread> {
        self.imported.not_taken = self.report.done();
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

    /// Whether there is room for one more question; if not, it is reported.
    fn has_room(&mut self, at: &str) -> bool {
        let has_room = self.imported.questionnaire.questions().count() < MOST_QUESTIONS;
        if !has_room {
            self.report(at, format!("Left out: there are more than {MOST_QUESTIONS} questions"));
        }
        has_room
    }

    /// Says where a name is that of an earlier question too. It means the earlier one.
    fn note_name(&mut self, at: &str, name: &str) {
        if !name.is_empty() && !self.names.insert(name.to_owned()) {
            let name = cut(name, 60);
            self.report(
                at,
                format!(
                    "Another question before it has the name {name} too. Conditions on {name} and \
                     answers in words are those of the first"
                ),
            );
        }
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

    /// Adds a question, with its words cut to what fits; none beyond the limit, and no page that
    /// says nothing.
    fn put(&mut self, at: &str, mut question: Question) {
        if !self.has_room(at) {
            return;
        }
        let is_bare = |words: &str| !words.contains(char::is_alphanumeric);
        let says_nothing = question.kind.words_mut().is_some_and(|words| is_bare(words));
        if says_nothing && is_bare(&question.help) {
            return self.report(at, "Left out: it has no words to read");
        }
        if question.text.chars().count() > LONGEST_LINE {
            self.report(at, "The question is too long. The full text is in the help");
            question.help = [question.text.as_str(), &question.help].join("\n\n").trim().to_owned();
            question.text = cut_words(&question.text, LONGEST_LINE);
        }
        // A question can be nothing but what can't be worked out.
        if question.text.is_empty() || (is_bare(&question.text) && question.text.contains('…')) {
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

    /// Options with their words cut to what fits. Each is known by the whole of its name, and what
    /// has another name or other words in the file is another option. `read`: words of the file.
    fn options(
        &mut self,
        at: &str,
        rows: Vec<(String, String)>,
        read: impl Fn(&str) -> Plain,
    ) -> Options {
        let (rows, twice) = once_each_row(rows);
        for name in twice {
            self.report(at, format!("Left out: the option {name} is in the list twice"));
        }
        if rows.len() > MOST_OPTIONS {
            return self.too_many_options(at, &rows, read);
        }
        let mut all = Options::default();
        for (name, words) in rows {
            let words = self.words(at, read(&cut(&words, LONGEST_OPTION)));
            let line = forms::line(if words.is_empty() { &name } else { &words });
            let text = cut_words(&line, LONGEST_LINE);
            let code = cut(&name, 60);
            if text.is_empty() {
                self.report(at, "Left out: an option has no words");
                continue;
            }
            if words.is_empty() {
                self.report(
                    at,
                    format!("The option {code} has no words. Its name is used instead"),
                );
            }
            if text != line {
                self.report(at, format!("The option {text} is too long. Its end was left out"));
            }
            if all.choices.iter().any(|known| known.text == text) {
                let what = format!("Two options read the same: {text}. Change one of them");
                self.report(at, what);
            }
            let key = all.fresh_key(&name);
            match all.keys.entry(name) {
                Entry::Vacant(free) => _ = free.insert(key.clone()),
                Entry::Occupied(_) => {
                    let what = format!(
                        "Two options have the name {code}. Conditions on it are those of the first"
                    );
                    self.report(at, what);
                }
            }
            all.choices.push(Choice { key, text });
        }
        all
    }

    /// Says that people can't choose from so many options, and which those are.
    fn too_many_options(
        &mut self,
        at: &str,
        rows: &[(String, String)],
        read: impl Fn(&str) -> Plain,
    ) -> Options {
        let text = |row: Option<&(String, String)>| {
            row.map_or_else(String::new, |(name, words)| {
                let words = read(&cut(words, LONGEST_OPTION)).words;
                cut(&forms::line(if words.is_empty() { name } else { &words }), 60)
            })
        };
        let (many, first, last) = (rows.len(), text(rows.first()), text(rows.last()));
        self.report(
            at,
            format!(
                "People will write their answer: the list has {many} options, from “{first}” to \
                 “{last}”, and {MOST_OPTIONS} is the most here"
            ),
        );
        Options { are_too_many: true, ..Options::default() }
    }

    /// The least and the most that people can enter, where a file says one of them or none.
    fn limits(&mut self, at: &str, least: Option<i64>, most: Option<i64>) -> (i64, i64) {
        let from = |most: i64| if most > 0 { 0 } else { most.saturating_sub(MOST_NUMBERS) };
        let to = |least: i64| least.max(0).saturating_add(MOST_NUMBERS);
        let (what, (least, most)) = match (least, most) {
            (Some(least), Some(most)) => return (least, most),
            (Some(least), None) => ("largest", (least, to(least))),
            (None, Some(most)) => ("smallest", (from(most), most)),
            (None, None) => ("smallest and the largest", (0, MOST_NUMBERS)),
        };
        self.report(
            at,
            format!(
                "The file doesn't say the {what} number. People can enter {least} to {most}: \
                 change that if somebody may need another number"
            ),
        );
        (least, most)
    }

    /// Who is asked a question, from an expression of the file. `around`: what holds for all of
    /// them already; `find`: what a name and a value mean. Where it cannot be imported, everyone is
    /// asked the question.
    fn asked(
        &mut self,
        at: &str,
        expression: &str,
        around: &[Condition],
        find: impl Fn(&str, &str) -> Option<Means>,
    ) -> Asked {
        match expression::constant(expression) {
            Some(true) => return Asked::If(Vec::new()),
            Some(false) => return Asked::Nobody,
            None if expression.is_empty() => return Asked::If(Vec::new()),
            None => {}
        }
        let terms = expression::terms(expression).ok_or_else(|| NOT_SAYABLE.to_owned());
        let why = match terms.and_then(|terms| self.conditions(&terms, around, find)) {
            Ok(asked) => return asked,
            Err(why) => why,
        };
        let expression = cut(&self.by_name(expression), 120);
        self.report(at, format!("Everyone will be asked: {why}: {expression}"));
        Asked::If(Vec::new())
    }

    /// An expression as people can read it: with names where it has numbers.
    fn by_name(&self, expression: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let (mut read, mut rest) = (String::new(), expression);
        while let Some(at) = rest.find(is_part) {
            let (before, after) = rest.split_at(at);
            let (word, after) =
                after.split_at(after.find(|c: char| !is_part(c)).unwrap_or(after.len()));
            read.push_str(before);
            read.push_str(self.by_number.get(word).map_or(word, String::as_str));
            rest = after;
        }
        read + rest
    }

    /// Who is asked by these conditions, or why they can't be imported.
    fn conditions(
        &self,
        terms: &[Term],
        around: &[Condition],
        find: impl Fn(&str, &str) -> Option<Means>,
    ) -> Result<Asked, String> {
        let mut conditions = Vec::new();
        for term in terms {
            match self.says(term, around, &find) {
                Says::Only(condition) => conditions.push(condition),
                Says::Always => {}
                Says::Never => return Ok(Asked::Nobody),
                Says::NoOption(value) => {
                    let value = cut(&value, 60);
                    return Err(format!(
                        "in the file this condition never holds, as {value} is not an option"
                    ));
                }
                Says::Unknown => return Err(NOT_SAYABLE.to_owned()),
            }
        }
        Ok(Asked::If(conditions))
    }

    /// What one condition says. That nothing was chosen, no branch can say.
    fn says(
        &self,
        term: &Term,
        around: &[Condition],
        find: impl Fn(&str, &str) -> Option<Means>,
    ) -> Says {
        let (mut chosen, mut missing): (Option<Condition>, Option<&str>) = (None, None);
        for (name, value) in &term.any_of {
            match find(name, value) {
                Some(Means::NeverAsked) if !value.is_empty() => {}
                Some(Means::NoOption(question)) if value.is_empty() => {
                    let is_answered = term.is_not && term.any_of.len() == 1;
                    return if is_answered { self.answered(question) } else { Says::Unknown };
                }
                Some(Means::NoOption(_)) => missing = Some(value),
                Some(Means::Chosen(question, option)) => {
                    let known = chosen
                        .get_or_insert(Condition { question: question.clone(), any_of: vec![] });
                    if known.question != question {
                        return Says::Unknown;
                    }
                    known.any_of.push(option);
                }
                Some(Means::NeverAsked) | None => return Says::Unknown,
            }
        }
        let can_branch = |on: &Condition| {
            let before = self.imported.questionnaire.question(&on.question);
            before.is_some_and(|before| before.kind.can_branch())
        };
        match (chosen, missing) {
            (Some(condition), _) if !can_branch(&condition) => Says::Unknown,
            (Some(condition), _) if term.is_not => self.another(&condition, around),
            (Some(condition), _) => Says::Only(condition),
            (None, _) if term.is_not => Says::Always,
            (None, Some(value)) => Says::NoOption(value.to_owned()),
            (None, None) => Says::Never,
        }
    }

    /// That something was chosen in a question.
    fn answered(&self, question: String) -> Says {
        let before = self.imported.questionnaire.question(&question);
        let Some(before) = before.filter(|before| before.kind.can_branch()) else {
            return Says::Unknown;
        };
        let any_of: Vec<String> =
            before.kind.options().into_iter().map(|option| option.key).collect();
        Says::Only(Condition { question, any_of })
    }

    /// That something else was chosen: what the opposite of a condition says where everyone who
    /// could be asked has answered, with one option.
    fn another(&self, not: &Condition, around: &[Condition]) -> Says {
        let Some(before) = self.imported.questionnaire.question(&not.question) else {
            return Says::Unknown;
        };
        let is_asked = before.only_if.iter().all(|condition| around.contains(condition));
        let others = before.kind.options().into_iter().map(|option| option.key);
        let any_of: Vec<String> = others.filter(|key| !not.any_of.contains(key)).collect();
        if before.is_required && is_asked && before.kind.is_one_choice() && !any_of.is_empty() {
            Says::Only(Condition { question: not.question.clone(), any_of })
        } else {
            Says::Unknown
        }
    }
}

impl Options {
    /// The kind of question that has these options; `instead` where there are too many.
    fn or_words(
        self,
        instead: QuestionKind,
        kind: impl FnOnce(Vec<Choice>) -> QuestionKind,
    ) -> (QuestionKind, BTreeMap<String, String>) {
        let kind = if self.are_too_many { instead } else { kind(self.choices) };
        (kind, self.keys)
    }

    /// The key of the next option: the name it has, or one of our own from its place.
    fn fresh_key(&self, name: &str) -> String {
        let own = (self.choices.len() + 1..).map(|nth| format!("option-{nth}"));
        let is_free =
            |key: &String| is_key(key) && self.choices.iter().all(|known| known.key != *key);
        std::iter::once(name.to_owned()).chain(own).find(is_free).unwrap_or_default()
    }
}

/// Each row of a list once, by its name and its words in the file, and the names of those that were
/// there again.
fn once_each_row(rows: Vec<(String, String)>) -> (Vec<(String, String)>, BTreeSet<String>) {
    let (mut known, mut once, mut twice) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for row in rows {
        if known.insert(row.clone()) {
            once.push(row);
        } else {
            twice.insert(cut(&row.0, 60));
        }
    }
    (once, twice)
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

    /// Words as they are.
    fn bare(words: &str) -> Plain {
        Plain { words: words.to_owned(), left: Vec::new() }
    }

    fn rows(rows: &[(&str, &str)]) -> Vec<(String, String)> {
        rows.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect()
    }

    /// What is read of a list of options, and what is said of it.
    fn read_options(rows: Vec<(String, String)>) -> (Options, Vec<String>) {
        let mut builder = Builder::default();
        let options = builder.options("a list", rows, bare);
        (options, builder.report.done().into_iter().map(|not| not.what).collect())
    }

    #[test]
    fn options_that_look_alike_stay_apart_and_only_the_same_row_again_is_left_out() {
        let alike = [("1", "Very"), ("2", "Very"), ("2", "Not at all"), ("3", "So"), ("3", "So")];
        let (options, said) = read_options(rows(&alike));
        let texts: Vec<&str> = options.choices.iter().map(|choice| choice.text.as_str()).collect();
        assert_eq!(texts, ["Very", "Very", "Not at all", "So"]);
        assert_eq!(options.keys["2"], options.choices[1].key, "conditions go by the first");
        assert_eq!(
            said,
            [
                "Left out: the option 3 is in the list twice",
                "Two options read the same: Very. Change one of them",
                "Two options have the name 2. Conditions on it are those of the first",
            ]
        );
    }

    #[test]
    fn a_list_too_long_to_choose_from_is_not_cut_but_answered_in_words() {
        let countries = |many: usize| {
            let row = |nth: usize| (format!("c{nth}"), format!("Country {nth}"));
            (1..=many).map(row).collect::<Vec<_>>()
        };
        let (options, said) = read_options(countries(MOST_OPTIONS));
        assert_eq!((options.choices.len(), said.len()), (MOST_OPTIONS, 0));
        let (options, said) = read_options(countries(249));
        assert_eq!(
            said,
            ["People will write their answer: the list has 249 options, from “Country 1” to \
              “Country 249”, and 60 is the most here"]
        );
        let of = |options| QuestionKind::OneOf { options };
        assert_eq!(options.or_words(QuestionKind::ShortText {}, of).0, QuestionKind::ShortText {});
        let twice = std::iter::repeat_n(("a".to_owned(), "A".to_owned()), 100_000).collect();
        assert_eq!(read_options(twice).0.choices.len(), 1, "each row is read once");
    }

    #[test]
    fn options_keep_the_whole_of_their_names_and_get_keys_of_our_own() {
        let names = ["0-5", "0_5", "0+5", "<5", ">5", "так", "ні", "option-9"];
        let long = ["x".repeat(41), format!("{}y", "x".repeat(40))];
        let all = names.iter().map(|name| (*name).to_owned()).chain(long);
        let (options, _) = read_options(all.map(|name| (name.clone(), name)).collect());
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
        let lime = |kind: &str| {
            let file = "<document><LimeSurveyDocType>KIND</LimeSurveyDocType></document>";
            file.replace("KIND", kind).into_bytes()
        };
        let said = |name: &str, file: &[u8]| read(name, file).expect_err("what to do");
        for (name, file, says) in [
            ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1".to_vec(), "old Excel workbook (.xls)"),
            ("a.csv", b"type,name,label\ntext,a,A?".to_vec(), "This is a CSV file"),
            ("a.lsa", zip_of("survey_1.lss"), "LimeSurvey archive (.lsa)"),
            ("a.ods", zip_of("content.xml"), "OpenDocument file (.ods)"),
            ("a.docx", zip_of("word/document.xml"), "Choose a file of questions"),
            ("a.txt", b"id\trelated_id".to_vec(), "Survey structure (.lss)"),
            ("a.tsv", b"class\ttype/scale\tname\n".to_vec(), "Survey structure (.lss)"),
            ("a", b"\"class\"\t\"type/scale\"\t\"name\"\n".to_vec(), "a table of text"),
            ("a.lsq", lime("Question"), "one question"),
            ("a.lsg", lime("Group"), "one group"),
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
