//! A LimeSurvey survey (`.lss`): tables as XML. Since version 4 the words are in tables of their
//! own, one row for each language. `tables` reads them, and notes which fields were taken; `names`
//! says of the others why they can't be imported.

mod names;
mod tables;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, ParsingOptions};

use self::tables::{Row, Rows, Survey, by};
use super::text::with_answers;
use super::{
    Asked, Builder, Imported, LARGEST, Means, Options, Unread, cut, expression, once_each, plain,
};
use crate::{Choice, Condition, Question, QuestionKind};

/// The most elements and texts that are read.
const MOST_ELEMENTS: u32 = 400_000;
/// The most elements inside one another. A survey has five.
const DEEPEST: usize = 50;
/// The longest tag, in bytes: the parser compares each of its attributes with all others.
const LONGEST_TAG: usize = 2_000;
/// The most tags that name a namespace: each element inside them takes all of them over.
const MOST_NAMESPACES: usize = 10;
/// The longest name of a question that conditions can refer to, in characters.
const LONGEST_NAME: usize = 100;

/// Reads a survey.
///
/// # Errors
/// What to do, where it is not one, or no question of it can be imported.
pub fn limesurvey(file: &[u8]) -> Result<Imported, Unread> {
    if file.len() > LARGEST {
        return Err("Choose a smaller file: up to 20 MB".to_owned());
    }
    let text = std::str::from_utf8(file)
        .map_err(|_| "This is not a LimeSurvey survey: it is not a text file".to_owned())?;
    if !is_plain(text) {
        return Err("This is not a LimeSurvey survey: its parts lie too deep inside one another, \
            or are too long"
            .to_owned());
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_ELEMENTS,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| format!("This is not a LimeSurvey survey: {error}"))?;
    let of_a_survey = document
        .root_element()
        .children()
        .any(|node| node.has_tag_name("LimeSurveyDocType") && node.text() == Some("Survey"));
    if !of_a_survey {
        return Err(
            "Choose a survey exported from LimeSurvey as .lss. This is another kind of file"
                .to_owned(),
        );
    }
    Reader::of(&Survey::of(&document)).imported()
}

/// Whether an XML text is as flat as a survey: what costs its parser more than its length is
/// refused before. What else is wrong with it, the parser says.
fn is_plain(text: &str) -> bool {
    let (mut rest, mut depth, mut namespaces) = (text, 0_usize, 0);
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .into_iter()
            .find(|(begin, _)| rest.starts_with(begin));
        if let Some((_, end)) = skipped {
            let Some(at) = rest.find(end) else { return true };
            rest = &rest[at + end.len()..];
            continue;
        }
        let Some(length) = length_of_tag(rest) else { return rest.len() < LONGEST_TAG };
        let (tag, after) = rest.split_at(length);
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.starts_with("<!") && !tag.ends_with("/>") {
            depth += 1;
        }
        namespaces += usize::from(tag.contains("xmlns"));
        if depth > DEEPEST || namespaces > MOST_NAMESPACES {
            return false;
        }
        rest = after;
    }
    true
}

/// How many bytes the tag has with which this begins; `None` where it is too long. A `>` in an
/// attribute does not end it.
fn length_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// What the questions of a survey become.
struct Reader<'s> {
    survey: &'s Survey,
    builder: Builder,
    /// What names mean in conditions and in words.
    meant: BTreeMap<String, Meant>,
    /// Attributes that nobody took: their names, with the questions and the first value.
    attributes: BTreeMap<String, (Vec<String>, String)>,
}

/// What the name of a question, or of a line of it, means.
#[derive(Clone)]
enum Meant {
    /// Its key here, and its options by their values in the file.
    Question { key: String, options: BTreeMap<String, String>, can_be_shown: bool },
    /// Nobody is asked it.
    NeverAsked,
}

/// The questions of a group, and who is asked them.
struct Group {
    conditions: Vec<Condition>,
    is_never: bool,
}

/// What belongs to a question.
struct Around<'s> {
    lines: &'s [&'s Row],
    answers: &'s [&'s Row],
    attributes: BTreeMap<&'s str, &'s str>,
    /// The attributes that were taken over.
    taken: RefCell<BTreeSet<&'static str>>,
}

impl Around<'_> {
    /// What an attribute is, where it can be imported. It counts as taken over.
    fn take<T>(&self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value: &str = self.attributes.get(name)?;
        let value = read(value)?;
        self.taken.borrow_mut().insert(name);
        Some(value)
    }
}

const NEVER: &str = "Left out: its condition says that nobody is ever asked it";
const NO_CALCULATION: &str = "Left out: calculations can't be made here";
const OTHER: &str = "other";

impl<'s> Reader<'s> {
    fn of(survey: &'s Survey) -> Self {
        Self {
            survey,
            builder: Builder::default(),
            meant: BTreeMap::new(),
            attributes: BTreeMap::new(),
        }
    }

    fn imported(mut self) -> Result<Imported, Unread> {
        let survey = self.survey;
        let is_own = |row: &&Row| matches!(row.look("parent_qid"), "" | "0");
        let is_line = |row: &&Row| !is_own(row);
        let questions = by("gid", survey.questions.iter().filter(is_own));
        let lines = survey.subquestions.iter().chain(survey.questions.iter().filter(is_line));
        let (lines, answers) = (by("parent_qid", lines), by("qid", survey.answers.iter()));
        for row in &survey.groups {
            let group = self.group(row);
            for row in of(&questions, row.look("gid")) {
                let id = row.look("qid");
                let around = Around {
                    lines: of(&lines, id),
                    answers: of(&answers, id),
                    attributes: survey.attributes_of(id),
                    taken: RefCell::default(),
                };
                self.row(row, &around, &group);
                if self.builder.is_full() {
                    return self.builder.done();
                }
            }
        }
        self.done()
    }

    /// Begins the section of a group, with what it says before its questions.
    fn group(&mut self, row: &Row) -> Group {
        let name = self.words("Group", row.get("group_name"));
        let (title, at) = (forms::line(&name), format!("Group {}", cut(&name, 60)));
        // Groups follow one another: one without questions leaves no heading to the next.
        self.builder.section(&at, "");
        self.builder.section(&at, &title);
        let group = match self.asked(&at, row.get("grelevance")) {
            Asked::If(conditions) => Group { conditions, is_never: false },
            Asked::Nobody => {
                self.builder.report(&at, NEVER);
                Group { conditions: Vec::new(), is_never: true }
            }
        };
        let words = self.words(&at, row.get("description"));
        if !words.is_empty() && !group.is_never {
            let key = self.builder.key("");
            let page = Question {
                key,
                text: "Please read".to_owned(),
                help: String::new(),
                kind: QuestionKind::Page { words },
                is_required: false,
                may_decline: false,
                only_if: group.conditions.clone(),
            };
            self.builder.put(&at, page);
        }
        group
    }

    fn row(&mut self, row: &Row, around: &Around<'_>, group: &Group) {
        let at = format!("Question {}", row.get("title"));
        if !self.builder.has_room(&at) {
            return row.leave_out();
        }
        if around.take("hidden", expression::constant) == Some(true) {
            row.leave_out();
            let why = "Left out: it is hidden, so that nobody would see it";
            return self.builder.report(&at, why);
        }
        let relevance = match row.get("relevance") {
            "" | "1" => self.survey.condition_of(row.look("qid")),
            relevance => relevance.to_owned(),
        };
        let own = if group.is_never { Asked::Nobody } else { self.asked(&at, &relevance) };
        let Asked::If(own) = own else {
            row.leave_out();
            self.never(row, around);
            return self.builder.report(&at, NEVER);
        };
        let only_if = once_each(group.conditions.iter().cloned().chain(own).collect());
        if !self.ask(&at, row, around, &only_if) {
            row.leave_out();
            return;
        }
        self.keep_unread(row.look("title"), around);
    }

    /// What hangs on a question that nobody is asked is never asked either.
    fn never(&mut self, row: &Row, around: &Around<'_>) {
        let lines = around.lines.iter().flat_map(|line| names_of_line(row, line));
        for name in names_of(row).into_iter().chain(lines) {
            self.meant.entry(name).or_insert(Meant::NeverAsked);
        }
    }

    /// Asks a question; false where there is no kind of question like it, which is reported.
    fn ask(&mut self, at: &str, row: &Row, around: &Around<'_>, only_if: &[Condition]) -> bool {
        let text = self.words(at, row.get("question"));
        let help = self.words(at, row.get("help"));
        let is_required = self.is_required(at, row);
        let question = |key: String, text: &str, kind: QuestionKind| Question {
            key,
            text: forms::line(text),
            help: help.clone(),
            is_required: is_required && kind.has_answer(),
            kind,
            may_decline: false,
            only_if: only_if.to_vec(),
        };
        let what = row.get("type");
        if matches!(what, "F" | "H" | "A" | "B" | "C" | "E" | "Q" | "K") {
            let (kind, values) = self.kind_of_lines(at, what, around);
            self.builder.report(at, "Each line has become a separate question");
            for line in around.lines {
                if self.builder.is_full() {
                    break;
                }
                let name = format!("{}_{}", row.look("title"), line.get("title"));
                let key = self.builder.key(&name);
                let words = self.words(at, line.get("question"));
                let asked = question(key.clone(), &format!("{text} {words}"), kind.clone());
                self.learn(names_of_line(row, line), &key, &values, true);
                self.builder.put(at, asked);
            }
            return true;
        }
        let Some((mut kind, mut values)) = self.kind(at, what, around) else { return false };
        let key = self.builder.key(row.look("title"));
        let other = self.with_other(row, around, &mut kind, &mut values);
        if let Some(words) = kind.words_mut() {
            words.clone_from(&text);
        }
        let has_answer = kind.has_answer();
        if matches!(what, "M" | "P") {
            for line in around.lines {
                let code = line.get("title");
                let chosen = values.get(code).map(|option| ("Y".to_owned(), option.clone()));
                let chosen = BTreeMap::from_iter(chosen);
                self.learn(names_of_line(row, line), &key, &chosen, false);
            }
        }
        self.learn(names_of(row), &key, &values, has_answer);
        let heading = if has_answer { text.as_str() } else { "Please read" };
        self.builder.put(at, question(key.clone(), heading, kind));
        if let Some(other) = other {
            let only_if = vec![Condition { question: key.clone(), any_of: vec![other] }];
            let name = self.builder.key(&format!("{key}-other"));
            let what_else = Question {
                only_if,
                is_required: false,
                help: String::new(),
                ..question(name, "What else?", QuestionKind::ShortText {})
            };
            self.builder.put(at, what_else);
        }
        true
    }

    fn is_required(&mut self, at: &str, row: &Row) -> bool {
        let mandatory = row.get("mandatory");
        if !matches!(mandatory, "" | "N" | "Y") {
            self.builder.report(at, "An answer was only asked for once more. Here it isn't needed");
        }
        mandatory == "Y"
    }

    /// How a question is answered, and its options by their values in the file.
    fn kind(
        &mut self,
        at: &str,
        what: &str,
        around: &Around<'_>,
    ) -> Option<(QuestionKind, BTreeMap<String, String>)> {
        let none = BTreeMap::new();
        if matches!(what, "O" | "P") {
            self.builder.report(at, "Its comment field was left out");
        }
        Some(match what {
            "L" | "!" | "O" => {
                let Options { choices: options, keys } = self.answers(at, around);
                (QuestionKind::OneOf { options }, keys)
            }
            "M" | "P" => {
                let Options { choices: options, keys } = self.lines(at, around);
                let most = around.take("max_answers", |most| most.parse::<usize>().ok());
                if most.is_some_and(|most| most < 2) {
                    self.builder.report(at, "How many people can choose was left out");
                }
                let at_most = most.filter(|most| (2..=options.len()).contains(most));
                (QuestionKind::SeveralOf { options, at_most }, keys)
            }
            "R" => {
                let Options { choices: options, keys } = self.answers(at, around);
                (QuestionKind::Rank { options }, keys)
            }
            "Y" => {
                let values = [("Y", "yes"), ("N", "no")];
                (QuestionKind::YesNo {}, owned(&values))
            }
            "G" => {
                let words = [("F", "Female"), ("M", "Male")];
                let words = words.map(|(code, words)| (code.to_owned(), words.to_owned()));
                let Options { choices: options, keys } =
                    self.builder.options(at, words.into_iter());
                (QuestionKind::OneOf { options }, keys)
            }
            "5" => scale(&["1", "2", "3", "4", "5"], &["1", "2", "3", "4", "5"]),
            "S" => (QuestionKind::ShortText {}, none),
            "T" | "U" => (QuestionKind::LongText {}, none),
            "N" => (self.number(at, around), none),
            "D" => (QuestionKind::Date {}, none),
            "X" => (QuestionKind::Page { words: String::new() }, none),
            "*" => {
                self.builder.report(at, NO_CALCULATION);
                return None;
            }
            other => {
                let title = cut(other, 20);
                self.builder.report(
                    at,
                    format!("Left out: there is no kind of question here like type {title}"),
                );
                return None;
            }
        })
    }

    /// How each line of an array is answered.
    fn kind_of_lines(
        &mut self,
        at: &str,
        what: &str,
        around: &Around<'_>,
    ) -> (QuestionKind, BTreeMap<String, String>) {
        const TEN: &[&str] = &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
        match what {
            "F" | "H" => {
                let Options { choices: options, keys } = self.answers(at, around);
                (QuestionKind::Scale { options }, keys)
            }
            "A" => scale(&TEN[..5], &TEN[..5]),
            "B" => scale(TEN, TEN),
            "C" => scale(&["Y", "U", "N"], &["Yes", "Uncertain", "No"]),
            "E" => scale(&["I", "S", "D"], &["Increase", "Same", "Decrease"]),
            "Q" => (QuestionKind::ShortText {}, BTreeMap::new()),
            _ => (self.number(at, around), BTreeMap::new()),
        }
    }

    /// Adds “something else” to the options of a question that has it; its key.
    fn with_other(
        &mut self,
        row: &Row,
        around: &Around<'_>,
        kind: &mut QuestionKind,
        values: &mut BTreeMap<String, String>,
    ) -> Option<String> {
        if row.look("other") != "Y" || !kind.can_be_more() {
            return None;
        }
        let words = around.take("other_replace_text", |words| Some(forms::line(&plain(words))));
        let words = words.unwrap_or_default();
        let text = if words.is_empty() { "Something else".to_owned() } else { words };
        let all = Options { choices: kind.options(), keys: BTreeMap::new() };
        if all.choices.iter().any(|known| known.text == text) {
            return None;
        }
        row.get("other");
        let key = all.fresh_key(OTHER);
        kind.add_option(Choice { key: key.clone(), text });
        values.insert("-oth-".to_owned(), key.clone());
        Some(key)
    }

    fn number(&mut self, at: &str, around: &Around<'_>) -> QuestionKind {
        let is_whole = around.take("num_value_int_only", expression::constant);
        if is_whole != Some(true) {
            self.builder.report(at, "People can only answer with whole numbers here");
        }
        let limit = |name: &'static str| around.take(name, |number| number.parse::<i64>().ok());
        let (least, most) = (limit("min_num_value_n"), limit("max_num_value_n"));
        let (least, most) = (least.unwrap_or(0), most.unwrap_or(1_000_000));
        if least < most {
            QuestionKind::Number { least, most }
        } else {
            self.builder.report(at, "The smallest and the largest number were left out");
            QuestionKind::Number { least: 0, most: 1_000_000 }
        }
    }

    fn answers(&mut self, at: &str, around: &Around<'_>) -> Options {
        self.options(at, around.answers, ("code", "answer"))
    }

    fn lines(&mut self, at: &str, around: &Around<'_>) -> Options {
        self.options(at, around.lines, ("title", "question"))
    }

    /// Codes and words, read one after the other: there may be a great many.
    fn options(&mut self, at: &str, rows: &[&Row], (code, words): (&str, &str)) -> Options {
        let Self { builder, meant, .. } = self;
        let mut unknown = Vec::new();
        let options = rows.iter().map(|row| {
            let (words, mut more) = shown(meant, row.get(words));
            unknown.append(&mut more);
            (row.get(code).to_owned(), words)
        });
        let options = builder.options(at, options);
        for unknown in unknown {
            builder.report(at, not_shown(&unknown));
        }
        options
    }

    /// Who is asked something, from its condition.
    fn asked(&mut self, at: &str, relevance: &str) -> Asked {
        let meant = &self.meant;
        let find = |name: &str, value: &str| {
            let name = name.split('.').next().unwrap_or_default();
            match meant.get(name)? {
                Meant::Question { key, options, .. } => {
                    Some(Means::Chosen(key.clone(), options.get(value)?.clone()))
                }
                Meant::NeverAsked => Some(Means::NeverAsked),
            }
        };
        self.builder.asked(at, relevance, find)
    }

    /// Words as people read them, with earlier answers in them.
    fn words(&mut self, at: &str, written: &str) -> String {
        let (words, unknown) = shown(&self.meant, written);
        for unknown in unknown {
            self.builder.report(at, not_shown(&unknown));
        }
        words
    }

    /// What these names mean from now on.
    fn learn(
        &mut self,
        names: [String; 2],
        key: &str,
        options: &BTreeMap<String, String>,
        can_be_shown: bool,
    ) {
        for name in names {
            self.meant.entry(name).or_insert_with(|| Meant::Question {
                key: key.to_owned(),
                options: options.clone(),
                can_be_shown,
            });
        }
    }

    /// Keeps in mind which attributes of a question nobody took.
    fn keep_unread(&mut self, title: &str, around: &Around<'_>) {
        for (name, value) in &around.attributes {
            if around.taken.borrow().contains(*name) {
                self.builder.taken.insert(format!("{name} (attribute)"));
                continue;
            }
            if names::is_usual_attribute(name, value) {
                continue;
            }
            let left = self.attributes.entry(cut(name, 60));
            let left = left.or_insert_with(|| (Vec::new(), (*value).to_owned()));
            left.0.push(cut(title, 40));
        }
    }

    /// What was read, with everything that nobody took.
    fn done(mut self) -> Result<Imported, Unread> {
        let survey = self.survey;
        for row in survey.questions.iter().filter(|row| !row.is_read()) {
            let at = format!("Question {}", row.look("title"));
            self.builder.report(&at, "Left out: it is in no group");
        }
        let more = [("lines", &survey.subquestions), ("options", &survey.answers)];
        for (what, rows) in more {
            let many = rows.iter().filter(|row| !row.is_read()).count();
            if many > 0 {
                let why = format!("{many} of them belong to no question here that has {what}");
                self.builder.name(&format!("The {what} of questions"), &why);
            }
        }
        for (name, (questions, value)) in std::mem::take(&mut self.attributes) {
            let (why, value) = (names::why(&name), cut(&value, 60));
            let questions = in_words(&questions);
            let what = format!("Left out of {questions}: {why}. It says “{value}”");
            self.builder.name(&format!("Attribute {name}"), &what);
        }
        for (table, rows) in survey.read_tables() {
            self.name_fields(table, rows);
        }
        if !survey.other_languages.is_empty() {
            let why = "Only one language is imported, English if there is one. Left out";
            self.builder.name_all("Languages", why, survey.other_languages.iter().cloned());
        }
        for (table, fields) in &survey.other_tables {
            let at = format!("Table {}", cut(table, 60));
            self.builder.name_all(&at, names::why_table(table), fields.iter().cloned());
        }
        self.builder.done()
    }

    /// Names what nobody took of the rows of a table that were read.
    fn name_fields(&mut self, table: &str, rows: &[Row]) {
        let mut left: BTreeMap<&str, (Vec<String>, &str)> = BTreeMap::new();
        for row in rows {
            for (field, value, is_taken) in row.fields() {
                if is_taken {
                    self.builder.taken.insert(format!("{field} ({table})"));
                } else if !names::INNER.contains(&field) && !names::is_usual(field, value) {
                    let (of, _) = left.entry(field).or_insert_with(|| (Vec::new(), value));
                    of.push(cut(row.called(), 40));
                }
            }
        }
        for (field, (of, value)) in left {
            let (why, value) = (names::why(field), cut(value, 60));
            let of = in_words(&of);
            let what = format!("Left out of {of}: {why}. It says “{value}”");
            self.builder.name(&format!("Field {} of {table}", cut(field, 50)), &what);
        }
    }
}

/// The rows that belong to this.
fn of<'r>(rows: &'r Rows<'r>, id: &str) -> &'r [&'r Row] {
    rows.get(id).map_or(&[] as &[&Row], Vec::as_slice)
}

/// The two names of a question in conditions: its own, and one of the numbers it has.
fn names_of(row: &Row) -> [String; 2] {
    let number = format!("{}X{}X{}", row.look("sid"), row.look("gid"), row.look("qid"));
    [cut(row.look("title"), LONGEST_NAME), cut(&number, LONGEST_NAME)]
}

/// The same of a line of it.
fn names_of_line(row: &Row, line: &Row) -> [String; 2] {
    let ([name, number], line) = (names_of(row), line.look("title"));
    [cut(&format!("{name}_{line}"), LONGEST_NAME), cut(&format!("{number}{line}"), LONGEST_NAME)]
}

/// Steps with these words, by the values they have in the file.
fn scale(values: &[&str], words: &[&str]) -> (QuestionKind, BTreeMap<String, String>) {
    let keys: Vec<String> = (1..=words.len()).map(|nth| nth.to_string()).collect();
    let step = |(key, words): (&String, &&str)| Choice { key: key.clone(), text: (*words).into() };
    let options = keys.iter().zip(words).map(step).collect();
    let values = values.iter().map(|value| (*value).to_owned()).zip(keys.iter().cloned());
    (QuestionKind::Scale { options }, values.collect())
}

fn owned(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values.iter().map(|(value, key)| ((*value).to_owned(), (*key).to_owned())).collect()
}

/// Words as people read them, and the expressions in them that can't be worked out.
fn shown(meant: &BTreeMap<String, Meant>, written: &str) -> (String, Vec<String>) {
    let find = |inner: &str| {
        let inner = inner.strip_prefix("INSERTANS:").unwrap_or(inner);
        let (name, part) = inner.split_once('.').unwrap_or((inner, "shown"));
        match meant.get(name)? {
            Meant::Question { key, can_be_shown: true, .. }
                if matches!(part, "shown" | "NAOK" | "value" | "valueNAOK" | "code") =>
            {
                Some(key.clone())
            }
            _ => None,
        }
    };
    with_answers(&plain(written), "{", find)
}

fn not_shown(expression: &str) -> String {
    format!(
        "Its words show {}, which can't be worked out here. They have “…” in its place",
        cut(expression, 60)
    )
}

/// Some of these, and how many more there are.
fn in_words(names: &[String]) -> String {
    let once: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let named = once.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    match once.len() {
        many if many > 5 => format!("{named} and {} more", many - 5),
        _ => named,
    }
}
