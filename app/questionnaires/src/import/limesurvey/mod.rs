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
use super::html::{Plain, plain};
use super::report::lists;
use super::text::with_answers;
use super::{
    Asked, Builder, Imported, LARGEST, LONGEST_OPTION, Means, Options, Unread, cut, expression,
    once_each,
};
use crate::check::{LONGEST_LINE, MOST_OPTIONS};
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

const WHOLE: &str = "In LimeSurvey open the survey it is in, choose Export, then Survey structure \
    (.lss), and import that";

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
    let kind = document.root_element().children();
    let kind = kind.filter(|node| node.has_tag_name("LimeSurveyDocType"));
    match kind.filter_map(|node| node.text()).map(str::trim).next() {
        Some("Survey") => {}
        Some("Question") => {
            return Err(format!("This is one question of a survey (.lsq). {WHOLE}"));
        }
        Some("Group") => return Err(format!("This is one group of a survey (.lsg). {WHOLE}")),
        _ => {
            return Err(
                "Choose a survey exported from LimeSurvey as .lss. This is another kind of file"
                    .to_owned(),
            );
        }
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
    /// Attributes that nobody took: their names and values, with the questions.
    attributes: BTreeMap<String, BTreeMap<String, Vec<String>>>,
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
    title: String,
    conditions: Vec<Condition>,
    is_never: bool,
}

/// What belongs to a question.
struct Around<'s> {
    lines: &'s [&'s Row],
    answers: &'s [&'s Row],
    defaults: &'s [&'s Row],
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
/// The longest unit of a number, in characters.
const LONGEST_UNIT: usize = 30;

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
        let (own, lines): (Vec<&Row>, Vec<&Row>) =
            survey.questions.iter().partition(|row| is_own(row));
        let questions = by("gid", own.into_iter());
        let lines = survey.subquestions.iter().chain(lines);
        let (lines, answers) = (by("parent_qid", lines), by("qid", survey.answers.iter()));
        let defaults = by("qid", survey.defaults.iter());
        let mut known = BTreeSet::new();
        for row in &survey.groups {
            if !known.insert(row.look("gid")) {
                row.leave_out();
                let at = format!("Group {}", cut(row.look("group_name"), 60));
                self.builder.report(&at, "Left out: another group has the same number");
                continue;
            }
            let group = self.group(row);
            for row in of(&questions, row.look("gid")) {
                let id = row.look("qid");
                let around = Around {
                    lines: of(&lines, id),
                    answers: of(&answers, id),
                    defaults: of(&defaults, id),
                    attributes: survey.attributes_of(id),
                    taken: RefCell::default(),
                };
                self.row(row, &around, &group);
            }
        }
        self.done()
    }

    /// Begins the section of a group, with what it says before its questions.
    fn group(&mut self, row: &Row) -> Group {
        let name = forms::line(&plain(&cut(row.get("group_name"), LONGEST_OPTION)).words);
        let at = format!("Group {}", cut(&name, 60));
        if !self.builder.has_room(&at) {
            row.leave_out();
            return Group { title: String::new(), conditions: Vec::new(), is_never: false };
        }
        let title = forms::line(&self.words(&at, row.get("group_name")));
        // Groups follow one another: one without questions leaves no heading to the next.
        self.builder.section(&at, "");
        self.builder.section(&at, &title);
        let group = match self.asked(&at, row.get("grelevance"), &[]) {
            Asked::If(conditions) => Group { title, conditions, is_never: false },
            Asked::Nobody => {
                self.builder.report(&at, NEVER);
                Group { title, conditions: Vec::new(), is_never: true }
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
        let [name, number] = names_of(row);
        self.builder.by_number.entry(number).or_insert(name);
        if around.take("hidden", expression::constant) == Some(true) {
            row.leave_out();
            let why = "Left out: it is hidden, so that nobody would see it";
            return self.builder.report(&at, why);
        }
        let has_lines = around.lines.iter().any(|line| is_first_scale(line));
        if let Some(why) = no_kind(row.get("type"), has_lines) {
            row.leave_out();
            return self.builder.report(&at, why);
        }
        let relevance = match row.get("relevance") {
            "" | "1" => self.survey.condition_of(row.look("qid")),
            relevance => relevance.to_owned(),
        };
        let own = if group.is_never {
            Asked::Nobody
        } else {
            self.asked(&at, &relevance, &group.conditions)
        };
        let Asked::If(own) = own else {
            row.leave_out();
            self.never(row, around);
            return self.builder.report(&at, NEVER);
        };
        let only_if = once_each(group.conditions.iter().cloned().chain(own).collect());
        self.builder.note_name(&at, row.look("title"));
        if names::is_table(row.look("type")) {
            self.ask_lines(&at, row, around, (&group.title, &only_if));
        } else {
            self.ask(&at, row, around, &only_if);
        }
        self.name_defaults(&at, around);
        self.name_rows_of_no_use(&at, around);
        self.keep_unread(row, around);
    }

    /// What hangs on a question that nobody is asked is never asked either.
    fn never(&mut self, row: &Row, around: &Around<'_>) {
        let lines = around.lines.iter().flat_map(|line| names_of_line(row, line));
        for name in names_of(row).into_iter().chain(lines) {
            self.meant.entry(name).or_insert(Meant::NeverAsked);
        }
    }

    /// Asks a question that is one here too.
    fn ask(&mut self, at: &str, row: &Row, around: &Around<'_>, only_if: &[Condition]) {
        let text = self.words(at, row.get("question"));
        let help = self.words(at, row.get("help"));
        let is_required = self.is_required(at, row);
        let what = row.get("type");
        let (mut kind, mut values) = self.kind(at, what, around);
        let key = self.builder.key(row.look("title"));
        let other = self.with_other(at, row, around, &mut kind, &mut values);
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
        let question = Question {
            key: key.clone(),
            text: forms::line(heading),
            help,
            is_required: is_required && has_answer,
            kind,
            may_decline: false,
            only_if: only_if.to_vec(),
        };
        self.builder.put(at, question.clone());
        if let Some(other) = other {
            let what_else = Question {
                key: self.builder.key(&format!("{key}-other")),
                text: "What else?".to_owned(),
                help: String::new(),
                is_required: false,
                kind: QuestionKind::ShortText {},
                only_if: vec![Condition { question: key, any_of: vec![other] }],
                ..question
            };
            self.builder.put(at, what_else);
        }
    }

    /// Asks each line of a table by itself, with the words of the table before it. Where that is
    /// too long, they are above them all, and whole in the help of each.
    fn ask_lines(
        &mut self,
        at: &str,
        row: &Row,
        around: &Around<'_>,
        (group, only_if): (&str, &[Condition]),
    ) {
        let text = forms::line(&self.words(at, row.get("question")));
        let help = self.words(at, row.get("help"));
        let is_required = self.is_required(at, row);
        let (kind, values) = self.kind_of_lines(at, row.get("type"), around);
        let lines: Vec<(&Row, String)> = around
            .lines
            .iter()
            .filter(|line| is_first_scale(line))
            .map(|line| (*line, forms::line(&self.words(at, line.get("question")))))
            .collect();
        self.builder.report(at, "Each line has become a separate question");
        let whole = |line: &str| forms::line(&format!("{text} {line}"));
        let is_long = !text.is_empty()
            && lines.iter().any(|(_, line)| whole(line).chars().count() > LONGEST_LINE);
        let help = if is_long { format!("{text}\n\n{help}").trim().to_owned() } else { help };
        if is_long {
            self.builder.report(
                at,
                "Its text is too long to be in each question. It is the heading, and whole in the \
                 help of each",
            );
            self.builder.section(at, &text);
        }
        for (line, words) in lines {
            if !self.builder.has_room(&format!("{at}_{}", line.look("title"))) {
                line.leave_out();
                continue;
            }
            let key = self.builder.key(&format!("{}_{}", row.look("title"), line.get("title")));
            self.learn(names_of_line(row, line), &key, &values, true);
            let text = if is_long && !words.is_empty() { words } else { whole(&words) };
            let asked = Question {
                key,
                text,
                help: help.clone(),
                is_required: is_required && kind.has_answer(),
                kind: kind.clone(),
                may_decline: false,
                only_if: only_if.to_vec(),
            };
            self.builder.put(at, asked);
        }
        if is_long {
            self.builder.section(at, group);
        }
    }

    /// Names what its answer is filled in with from the start, line by line.
    fn name_defaults(&mut self, at: &str, around: &Around<'_>) {
        for row in around.defaults {
            let value = forms::line(&plain(&cut(row.look("defaultvalue"), LONGEST_OPTION)).words);
            let line = around.lines.iter().find(|line| line.look("qid") == row.look("sqid"));
            let line = line.map_or_else(|| row.look("specialtype"), |line| line.called());
            let of = if line.is_empty() { "" } else { " of " };
            if !value.is_empty() {
                let value = cut(&value, 60);
                let what = format!(
                    "Left out: the answer{of}{} was filled in from the start with “{value}”. \
                     Answers never are here",
                    cut(line, 40)
                );
                self.builder.report(at, what);
            }
        }
    }

    /// Names lines and options that a question has in the file and can't have by its kind.
    fn name_rows_of_no_use(&mut self, at: &str, around: &Around<'_>) {
        for (what, rows, words) in
            [("lines", around.lines, "question"), ("options", around.answers, "answer")]
        {
            let unread = rows.iter().filter(|row| !row.is_read());
            let names: Vec<String> = unread
                .map(|row| {
                    row.leave_out();
                    with_words(row, words)
                })
                .collect();
            for list in lists(&names) {
                let what = format!("Left out: a question of its kind has no such {what}: {list}");
                self.builder.report(at, what);
            }
        }
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
    ) -> (QuestionKind, BTreeMap<String, String>) {
        let none = BTreeMap::new();
        if matches!(what, "O" | "P") {
            self.builder.report(at, "Its comment field was left out");
        }
        let (line, text) = (QuestionKind::ShortText {}, QuestionKind::LongText {});
        match what {
            "L" | "!" | "O" => {
                self.answers(at, around).or_words(line, |options| QuestionKind::OneOf { options })
            }
            "M" | "P" => {
                let options = self.lines(at, around);
                let most = around.take("max_answers", |most| most.parse::<usize>().ok());
                if most.is_some_and(|most| most < 2) {
                    self.builder.report(at, "How many people can choose was left out");
                }
                options.or_words(text, |options| {
                    let at_most = most.filter(|most| (2..=options.len()).contains(most));
                    QuestionKind::SeveralOf { options, at_most }
                })
            }
            "R" if around.answers.is_empty() => {
                self.lines(at, around).or_words(text, |options| QuestionKind::Rank { options })
            }
            "R" => {
                self.answers(at, around).or_words(text, |options| QuestionKind::Rank { options })
            }
            "Y" => {
                let values = [("Y", "yes"), ("N", "no")];
                (QuestionKind::YesNo {}, owned(&values))
            }
            "G" => {
                let words = [("F", "Female"), ("M", "Male")];
                let words = words.map(|(code, words)| (code.to_owned(), words.to_owned()));
                let as_it_is = |words: &str| Plain { words: words.to_owned(), left: Vec::new() };
                self.builder
                    .options(at, words.into(), as_it_is)
                    .or_words(line, |options| QuestionKind::OneOf { options })
            }
            "5" => scale(&["1", "2", "3", "4", "5"], &["1", "2", "3", "4", "5"]),
            "T" | "U" => (text, none),
            "N" => (self.number(at, around), none),
            "D" if around.take("date_format", with_time).is_some() => {
                self.builder.report(at, "People will write the time as text");
                (line, none)
            }
            "D" => (QuestionKind::Date {}, none),
            "X" => (QuestionKind::Page { words: String::new() }, none),
            _ => (line, none),
        }
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
            "F" | "H" => self
                .answers(at, around)
                .or_words(QuestionKind::ShortText {}, |options| QuestionKind::Scale { options }),
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
        at: &str,
        row: &Row,
        around: &Around<'_>,
        kind: &mut QuestionKind,
        values: &mut BTreeMap<String, String>,
    ) -> Option<String> {
        if row.look("other") != "Y" || !kind.can_be_more() {
            return None;
        }
        if kind.options().len() >= MOST_OPTIONS {
            let what = format!("“Something else” was left out: {MOST_OPTIONS} options is the most");
            self.builder.report(at, what);
            return None;
        }
        let words = around.take("other_replace_text", |words| Some(plain(words)));
        let words = self.builder.words(at, words.unwrap_or_default());
        let words = forms::line(&words);
        let text = if words.is_empty() { "Something else".to_owned() } else { words };
        let all = Options { choices: kind.options(), ..Options::default() };
        if all.choices.iter().any(|known| known.text == text) {
            let what = format!("Two options read the same: {text}. Change one of them");
            self.builder.report(at, what);
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
        let (mut least, mut most) = self.builder.limits(at, least, most);
        if least >= most {
            self.builder.report(at, "The smallest and the largest number were left out");
            (least, most) = self.builder.limits(at, None, None);
        }
        let unit = around.take("suffix", |words| {
            let unit = forms::line(&plain(words).words);
            (1..=LONGEST_UNIT).contains(&unit.chars().count()).then_some(unit)
        });
        match unit {
            Some(unit) => QuestionKind::Amount { least, most, unit },
            None => QuestionKind::Number { least, most },
        }
    }

    fn answers(&mut self, at: &str, around: &Around<'_>) -> Options {
        self.options(at, around.answers, ("code", "answer"))
    }

    fn lines(&mut self, at: &str, around: &Around<'_>) -> Options {
        self.options(at, around.lines, ("title", "question"))
    }

    /// Codes and words.
    fn options(&mut self, at: &str, rows: &[&Row], (code, words): (&str, &str)) -> Options {
        let Self { builder, meant, .. } = self;
        let rows = rows.iter().filter(|row| is_first_scale(row));
        let rows = rows.map(|row| (row.get(code).to_owned(), row.get(words).to_owned()));
        builder.options(at, rows.collect(), |words| shown(meant, words))
    }

    /// Who is asked something, from its condition.
    fn asked(&mut self, at: &str, relevance: &str, around: &[Condition]) -> Asked {
        let meant = &self.meant;
        let find = |name: &str, value: &str| {
            let name = name.split('.').next().unwrap_or_default();
            match meant.get(name)? {
                Meant::Question { key, options, .. } => match options.get(value) {
                    Some(option) => Some(Means::Chosen(key.clone(), option.clone())),
                    None => (!options.is_empty()).then(|| Means::NoOption(key.clone())),
                },
                Meant::NeverAsked => Some(Means::NeverAsked),
            }
        };
        self.builder.asked(at, relevance, around, find)
    }

    /// Words as people read them, with earlier answers in them.
    fn words(&mut self, at: &str, written: &str) -> String {
        let words = shown(&self.meant, written);
        self.builder.words(at, words)
    }

    /// What these names mean from now on.
    fn learn(
        &mut self,
        names: [String; 2],
        key: &str,
        options: &BTreeMap<String, String>,
        can_be_shown: bool,
    ) {
        let [name, number] = names.clone();
        self.builder.by_number.entry(number).or_insert(name);
        for name in names {
            self.meant.entry(name).or_insert_with(|| Meant::Question {
                key: key.to_owned(),
                options: options.clone(),
                can_be_shown,
            });
        }
    }

    /// Keeps in mind which attributes of a question nobody took.
    fn keep_unread(&mut self, row: &Row, around: &Around<'_>) {
        for (name, value) in &around.attributes {
            // Old files have the condition of a question twice.
            let is_again = *name == "relevance" && *value == row.look("relevance");
            if is_again || around.taken.borrow().contains(*name) {
                self.builder.taken.insert(format!("{name} (attribute)"));
                continue;
            }
            if names::is_usual_attribute(name, value) {
                continue;
            }
            let values = self.attributes.entry(cut(name, 60)).or_default();
            values.entry(cut(value, 60)).or_default().push(cut(row.look("title"), 40));
        }
    }

    /// What was read, with everything that nobody took.
    fn done(mut self) -> Result<Imported, Unread> {
        let survey = self.survey;
        let (own, lines): (Vec<&Row>, Vec<&Row>) =
            survey.questions.iter().partition(|row| is_own(row));
        for row in own.iter().filter(|row| !row.is_read()) {
            let at = format!("Question {}", row.look("title"));
            self.builder.report(&at, "Left out: it is in no group");
        }
        let ids: BTreeSet<&str> = own.iter().map(|row| row.look("qid")).collect();
        let lines: Vec<&Row> = survey.subquestions.iter().chain(lines).collect();
        let options: Vec<&Row> = survey.answers.iter().collect();
        let both =
            [("Lines", lines, "parent_qid", "question"), ("Options", options, "qid", "answer")];
        for (what, rows, of, words) in both {
            let lost = rows.iter().filter(|row| !row.is_read() && !ids.contains(row.look(of)));
            let names = lost.map(|row| with_words(row, words));
            let why = "Left out, because the file has no question that they belong to";
            self.builder.report.name_all(&format!("{what} of questions"), why, names);
        }
        let lost = survey.defaults.iter().filter(|row| !ids.contains(row.look("qid")));
        let lost = lost.map(|row| cut(row.look("defaultvalue"), 60));
        let why = "Left out, because answers are never filled in from the start";
        self.builder.report.name_all("Table defaultvalues", why, lost);
        for (name, values) in std::mem::take(&mut self.attributes) {
            let why = names::why(&name);
            let values: Vec<_> =
                values.into_iter().map(|(value, of)| (value, of_these(&of))).collect();
            self.builder.report.name_values(&format!("Attribute {name}"), why, &values);
        }
        for (table, rows) in survey.read_tables() {
            self.name_fields(table, rows);
        }
        if !survey.other_languages.is_empty() {
            let why = "Only one language is imported, English if there is one. Left out";
            self.builder.report.name_all("Languages", why, survey.other_languages.iter().cloned());
        }
        for (table, fields) in &survey.other_tables {
            self.name_table(table, fields);
        }
        self.builder.done()
    }

    /// Names what nobody took of the rows of a table that were read.
    fn name_fields(&mut self, table: &str, rows: &[Row]) {
        let own = self.survey.questions.iter().filter(|row| is_own(row));
        let titles: BTreeMap<&str, &str> =
            own.map(|row| (row.look("qid"), row.look("title"))).collect();
        // A line or an option is called after its question, too.
        let parent = if table == "answers" { "qid" } else { "parent_qid" };
        let called = |row: &Row| match titles.get(row.look(parent)) {
            Some(title) => format!("{title}_{}", row.called()),
            None => row.called().to_owned(),
        };
        let mut left: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
        for row in rows {
            for (field, value, is_taken) in row.fields() {
                if is_taken {
                    self.builder.taken.insert(format!("{field} ({table})"));
                } else if !names::INNER.contains(&field) && !names::is_usual_in(table, field, value)
                {
                    let of = left.entry(field).or_default().entry(value).or_default();
                    of.push(cut(&called(row), 40));
                }
            }
        }
        for (field, values) in left {
            let at = format!("Field {} of {table}", cut(field, 50));
            let values: Vec<_> =
                values.into_iter().map(|(value, of)| (value.to_owned(), of_these(&of))).collect();
            self.builder.report.name_values(&at, names::why(field), &values);
        }
    }

    /// Names what is in a table that is not read; words that people would have read first.
    fn name_table(&mut self, table: &str, fields: &BTreeMap<String, String>) {
        let at = format!("Table {}", cut(table, 60));
        let (words, others): (Vec<_>, Vec<_>) =
            fields.iter().partition(|(field, _)| names::READ_BY_PEOPLE.contains(&field.as_str()));
        for (field, value) in words {
            // Where it is a picture alone, that is what is said of it.
            let Plain { words, left } = plain(value);
            let words = std::iter::once(forms::line(&words)).chain(left);
            let words: Vec<String> = words.filter(|words| !words.is_empty()).collect();
            let words = words.join(" ");
            let what =
                format!("{field} was left out. You can say it under “Change the details”: {words}");
            self.builder.report.name(&at, &what);
        }
        let others = others.into_iter().filter(|(field, value)| {
            !table.starts_with("survey") || !names::is_usual_setting(field, value)
        });
        let others = others.map(|(field, _)| field.clone());
        self.builder.report.name_all(&at, names::why_table(table), others);
    }
}

/// Why nothing can be asked like this type; `None` where it can.
fn no_kind(what: &str, has_lines: bool) -> Option<String> {
    match what {
        "*" => Some(NO_CALCULATION.to_owned()),
        table if names::is_table(table) && !has_lines => {
            Some("Left out: this table has no lines".to_owned())
        }
        known if names::is_table(known) || names::KINDS.contains(&known) => None,
        other => {
            let title = cut(other, 20);
            Some(format!("Left out: there is no kind of question here like type {title}"))
        }
    }
}

/// Whether a row of questions is one, and not a line of another: old files have both in one table.
fn is_own(row: &Row) -> bool {
    matches!(row.look("parent_qid"), "" | "0")
}

/// Whether a line or an option is on the first scale. Only types that we don't have use the second.
fn is_first_scale(row: &Row) -> bool {
    matches!(row.look("scale_id"), "" | "0")
}

/// A line or an option by its code and its words.
fn with_words(row: &Row, words: &str) -> String {
    let words = forms::line(&plain(&cut(row.look(words), LONGEST_OPTION)).words);
    format!("{} ({})", cut(row.called(), 40), cut(&words, 60))
}

/// Questions by their names, as what was left out of them is said.
fn of_these(names: &[String]) -> Vec<String> {
    lists(names).into_iter().map(|list| format!("of {list}")).collect()
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

/// A form of dates in which people enter a time, too.
fn with_time(form: &str) -> Option<()> {
    form.contains(['H', 'h']).then_some(())
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

/// Words as people read them, and what else was in them.
fn shown(meant: &BTreeMap<String, Meant>, written: &str) -> Plain {
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
    let Plain { words, mut left } = plain(written);
    let (words, unknown) = with_answers(&words, "{", find);
    left.extend(unknown.iter().map(|unknown| not_shown(unknown)));
    Plain { words, left }
}

fn not_shown(expression: &str) -> String {
    format!(
        "Its words show {}, which can't be worked out here. They have “…” in its place",
        cut(expression, 60)
    )
}
