//! An XLSForm workbook (<https://xlsform.org>): a sheet `survey` with a question a row, and a sheet
//! `choices` with the options. `names` has the names of columns and types, `sheet` notes what was
//! taken of them.

mod names;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use calamine::{Data, DataRef, Reader as _, Xlsx};

use self::names::{CHOICES, Head, SETTINGS, SURVEY};
use self::sheet::{Cells, Row, Sheet, row_of_heading};
use super::html::{Plain, plain};
use super::report::rows_in_words;
use super::text::{with_answers, without_markdown};
use super::{
    Asked, Builder, Imported, LARGEST, LONGEST_CELL, Means, Options, Unread, cut, expression,
    once_each,
};
use crate::{Condition, Question, QuestionKind};

/// The most rows of a sheet that are read.
const MOST_ROWS: u32 = 20_000;
/// The most columns; anything further right is not read.
const MOST_COLUMNS: u32 = 200;
/// The most cells of a sheet with something in them.
const MOST_CELLS: usize = 200_000;
/// The longest text of a sheet, in bytes. A workbook holds a text once for all cells that show it,
/// so this can be far more than it unpacks to.
const LONGEST_SHEET: usize = LARGEST;
/// The most files in a workbook.
const MOST_FILES: usize = 1_000;
/// The most groups inside one another whose conditions are taken over.
const DEEPEST_GROUP: usize = 20;
const TOO_LARGE: &str = "Choose a smaller workbook: up to 20 MB when unpacked";
const ONE_LANGUAGE: &str = "only one language is imported, the one in the settings or English";

/// Reads a workbook.
///
/// # Errors
/// What to do, where it is not one, or no question of it can be imported.
pub fn xlsform(file: &[u8]) -> Result<Imported, Unread> {
    if file.len() > LARGEST || !unpacks_within(file, LARGEST) {
        return Err(TOO_LARGE.to_owned());
    }
    let not_one = |why: String| format!("This is not an XLSForm workbook (.xlsx): {why}");
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(file)).map_err(|error| not_one(error.to_string()))?;
    let mut others: Vec<String> = workbook.sheet_names();
    let mut far_out = Vec::new();
    let mut sheet = |name: &str| -> Result<Option<Cells>, Unread> {
        let is_this = |known: &String| known.trim().eq_ignore_ascii_case(name);
        let Some(at) = others.iter().position(is_this) else { return Ok(None) };
        let Ok(mut all) = workbook.worksheet_cells_reader(&others.remove(at)) else {
            return Ok(None);
        };
        let (mut cells, mut long, mut far) = (Cells::new(), 0, 0_usize);
        while let Ok(Some(cell)) = all.next_cell() {
            let (row, column) = cell.get_position();
            let text = text_of(cell.get_value());
            if row > MOST_ROWS || column >= MOST_COLUMNS {
                far += usize::from(!text.trim().is_empty());
                continue;
            }
            long += text.len();
            if !text.trim().is_empty() {
                cells.insert((row, column), text.trim().to_owned());
            }
            if long > LONGEST_SHEET || cells.len() > MOST_CELLS {
                return Err(TOO_LARGE.to_owned());
            }
        }
        if far > 0 {
            far_out.push((name.to_owned(), far));
        }
        Ok(Some(cells))
    };
    let survey =
        sheet("survey")?.ok_or_else(|| not_one("it has no sheet called survey".to_owned()))?;
    has_headings(&survey)?;
    let (choices, settings) =
        (sheet("choices")?.unwrap_or_default(), sheet("settings")?.unwrap_or_default());
    let mut form = Form::of(choices, settings);
    let mut survey = Sheet::of(survey, |text| Head::of(text, SURVEY));
    for row in &mut survey.rows {
        form.row(row);
    }
    for (sheet, many) in far_out {
        let why = format!("{many} cells far down or far to the right were not read");
        form.builder.report.name(&format!("The sheet {sheet}"), &why);
    }
    let why = "These sheets were not read, because only survey, choices and settings are";
    form.builder.report.name_all("The workbook", why, others);
    form.done(&survey)
}

/// Whether the first row names the columns; otherwise what to do.
fn has_headings(survey: &Cells) -> Result<(), Unread> {
    match row_of_heading(survey, "type", |text| Head::of(text, SURVEY)) {
        Some((first, row)) if first == row => Ok(()),
        Some((_, row)) => Err(format!(
            "Put the headings type, name and label into the first row of the sheet survey. They \
             are in row {}: delete the rows above it, save the workbook and import it again",
            row + 1
        )),
        None => Err("This is not an XLSForm workbook (.xlsx): the sheet survey has no column \
                     called type"
            .to_owned()),
    }
}

/// What stands in a cell, cut to what is read.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => cut(text, LONGEST_CELL),
        other => cut(&Data::from(other.clone()).to_string(), LONGEST_CELL),
    }
}

/// Whether a zip holds no more than this, measured as it unpacks and not as it claims, in files
/// that do not share their bytes. What is not a zip holds nothing.
fn unpacks_within(file: &[u8], most: usize) -> bool {
    if has_many_files(file) {
        return false;
    }
    let Ok(mut zip) = zip::ZipArchive::new(Cursor::new(file)) else { return true };
    let (mut left, mut packed) = (most as u64, file.len() as u64);
    (0..zip.len()).all(|nth| {
        let Ok(entry) = zip.by_index(nth) else { return true };
        let Some(rest) = packed.checked_sub(entry.compressed_size()) else { return false };
        packed = rest;
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink()).unwrap_or(0);
        let fits = read <= left;
        left = left.saturating_sub(read);
        fits
    })
}

/// Whether a zip holds so many files that making a list of them costs too much memory.
pub(super) fn has_many_files(file: &[u8]) -> bool {
    // How the list of the files marks each of them.
    file.windows(4).filter(|bytes| **bytes == *b"PK\x01\x02").count() > MOST_FILES
}

struct Form {
    choices: Sheet,
    /// Where in the sheet of choices each list is.
    lists: BTreeMap<String, Vec<usize>>,
    /// The lists that a question has.
    used: BTreeSet<String>,
    settings: Sheet,
    language: String,
    builder: Builder,
    /// What the names of questions mean in conditions and in words.
    meant: BTreeMap<String, Meant>,
    /// The groups we are in.
    groups: Vec<Group>,
}

/// What the name of a question means.
enum Meant {
    /// Its key here, and its options by their names in the file. `has_other`: whether people can
    /// also choose something else, which is a question of its own here.
    Question { key: String, options: BTreeMap<String, String>, has_answer: bool, has_other: bool },
    /// Nobody is asked it.
    NeverAsked,
}

#[derive(Default)]
struct Group {
    title: String,
    conditions: Vec<Condition>,
    /// Why nobody is asked what is in it; `None` where somebody is.
    is_never: Option<&'static str>,
}

const NEVER: &str = "Left out: its condition says that nobody is ever asked it";
const SWITCHED_OFF: &str = "Left out: it is switched off in the file";
const ONLY_HEADINGS: &str =
    "Left out: it only shows the words of options, above questions that have them here";

impl Form {
    fn of(choices: Cells, settings: Cells) -> Self {
        let choices = Sheet::of(choices, |text| Head::of(text, CHOICES));
        let mut settings = Sheet::of(settings, |text| Head::of(text, SETTINGS));
        let mut builder = Builder::default();
        let mut lists: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (nth, row) in choices.rows.iter().enumerate() {
            match row.look("list_name") {
                "" => {
                    let at = format!("Row {} of choices", row.number);
                    builder.report(&at, "Left out: it says no list");
                }
                list => lists.entry(list.to_owned()).or_default().push(nth),
            }
        }
        settings.rows.iter_mut().for_each(Row::read);
        let language = settings.rows.first_mut().map(|row| row.take("default_language"));
        Self {
            choices,
            lists,
            used: BTreeSet::new(),
            settings,
            language: language.unwrap_or_default(),
            builder,
            meant: BTreeMap::new(),
            groups: Vec::new(),
        }
    }

    /// What was read, with everything that nobody took.
    fn done(mut self, survey: &Sheet) -> Result<Imported, Unread> {
        for list in self.lists.keys().filter(|list| !self.used.contains(*list)) {
            self.builder.report(&format!("The list {list}"), "Left out: no question here uses it");
        }
        let sheets = [
            ("survey", SURVEY, survey),
            ("choices", CHOICES, &self.choices),
            ("settings", SETTINGS, &self.settings),
        ];
        for (name, known, sheet) in sheets {
            let taken = sheet.taken().into_iter().map(|head| format!("{head} ({name})"));
            self.builder.taken.extend(taken);
            for mut left in sheet.left() {
                let is_words = ["label", "hint"].contains(&left.head.name.as_str());
                let why = if is_words && !left.head.language.is_empty() {
                    left.by_one_value();
                    ONE_LANGUAGE
                } else {
                    names::why(known, &left.head.name)
                };
                let at = format!("Column {} of {name}", cut(&left.head.written, 50));
                let in_rows = |rows: &[u32]| -> Vec<String> {
                    rows_in_words(rows).into_iter().map(|rows| format!("in {rows}")).collect()
                };
                let values = left.values.iter().map(|(like, rows)| (like.clone(), in_rows(rows)));
                let values: Vec<(String, Vec<String>)> = values.collect();
                self.builder.report.name_values(&at, why, &values);
            }
        }
        self.builder.done()
    }

    fn row(&mut self, row: &mut Row) {
        let at = format!("Row {} of survey", row.number);
        let written = row.take("type");
        let kind = names::kind(&written);
        match kind.what {
            "begin group" => return self.begin(&at, row, false),
            "begin repeat" => return self.begin(&at, row, true),
            "end group" => {
                row.leave_out();
                self.groups.pop();
                let title = self.groups.last().map_or("", |group| &group.title).to_owned();
                return self.builder.section(&at, &title);
            }
            _ => {}
        }
        let is_off = self.is_switched_off(&at, row);
        let has_no_words = is_headings(row, &kind) && row.words("label", &self.language).is_empty();
        let why = match kind.what {
            _ if written.is_empty() => Some("Left out: it has no type".to_owned()),
            _ if is_off => Some(SWITCHED_OFF.to_owned()),
            _ if has_no_words => Some(ONLY_HEADINGS.to_owned()),
            "about the person" => Some(format!(
                "Left out: it would record “{}” about the person answering",
                cut(&written, 60)
            )),
            "calculation" => Some("Left out: calculations can't be made here".to_owned()),
            "" | "options in a file" => Some(format!(
                "Left out: there is no kind of question here like {}",
                cut(&written, 100)
            )),
            _ => self.groups.iter().find_map(|group| group.is_never).map(str::to_owned),
        };
        if let Some(why) = why {
            self.leave_out(&at, row, why, is_off);
        } else if self.builder.has_room(&at) {
            self.ask(&at, row, &kind);
        } else {
            row.leave_out();
        }
    }

    fn is_switched_off(&mut self, at: &str, row: &mut Row) -> bool {
        let disabled = row.take("disabled");
        let is_off = expression::constant(&disabled);
        if is_off.is_none() && !disabled.is_empty() {
            let what = format!("It is asked: “{}” says neither yes nor no", cut(&disabled, 60));
            self.builder.report(at, what);
        }
        is_off == Some(true)
    }

    /// Leaves out a row, and says so. `is_never`: what hangs on it is never asked either.
    fn leave_out(&mut self, at: &str, row: &mut Row, why: impl Into<String>, is_never: bool) {
        let name = row.take("name");
        row.leave_out();
        if is_never || self.groups.iter().any(|group| group.is_never.is_some()) {
            self.meant.entry(name).or_insert(Meant::NeverAsked);
        }
        self.builder.report(at, why);
    }

    /// Asks what is in a row.
    fn ask(&mut self, at: &str, row: &mut Row, kind: &names::Kind) {
        let relevant = row.take("relevant");
        let groups = self.groups.iter().take(DEEPEST_GROUP);
        let around: Vec<Condition> = groups.flat_map(|group| group.conditions.clone()).collect();
        let Asked::If(own) = self.asked(at, &relevant, &around) else {
            return self.leave_out(at, row, NEVER, true);
        };
        let only_if = once_each(around.into_iter().chain(own).collect());
        let (name, words) = (row.take("name"), row.words("label", &self.language));
        let text = self.words(at, &words);
        let hint = row.words("hint", &self.language);
        let help = self.words(at, &hint);
        self.builder.note_name(at, &name);
        if !kind.unread().is_empty() {
            let what = format!("Not all of its type was read: {}", cut(kind.unread(), 60));
            self.builder.report(at, what);
        }
        let (own, options) = self.kind(at, row, kind, &text);
        let key = self.builder.key(&name);
        let has_answer = own.has_answer();
        let question = Question {
            key: key.clone(),
            text: if has_answer { forms::line(&text) } else { "Please read".to_owned() },
            help,
            is_required: self.is_required(at, row, has_answer),
            kind: own,
            may_decline: false,
            only_if,
        };
        let has_other = kind.has_other();
        let means = Meant::Question { key, options, has_answer, has_other };
        self.meant.entry(name).or_insert(means);
        self.builder.put(at, question.clone());
        if has_other {
            self.something_else(at, question);
        }
    }

    /// How the question of a row is answered, and its options by their names in the file.
    fn kind(
        &mut self,
        at: &str,
        row: &mut Row,
        kind: &names::Kind,
        text: &str,
    ) -> (QuestionKind, BTreeMap<String, String>) {
        let list = kind.list();
        let none = BTreeMap::new();
        let (line, text_of_lines) = (QuestionKind::ShortText {}, QuestionKind::LongText {});
        match kind.what {
            _ if is_headings(row, kind) => {
                row.take("appearance");
                let what = "Nobody answers it in the file: it shows the words of options, above \
                            questions that have them here. It is a page to read";
                self.builder.report(at, what);
                (QuestionKind::Page { words: text.to_owned() }, none)
            }
            "select_one" => self.options(at, list).or_words(line, |options| {
                if looks(row, "likert") {
                    QuestionKind::Scale { options }
                } else {
                    QuestionKind::OneOf { options }
                }
            }),
            "select_multiple" => self.options(at, list).or_words(text_of_lines, |options| {
                QuestionKind::SeveralOf { options, at_most: None }
            }),
            "rank" => self
                .options(at, list)
                .or_words(text_of_lines, |options| QuestionKind::Rank { options }),
            "integer" | "decimal" => (self.number(at, row, kind.what), none),
            "range" => (self.range(at, row), none),
            "date" => (QuestionKind::Date {}, none),
            "time" | "datetime" => {
                self.builder.report(at, "People will write the time as text");
                (QuestionKind::ShortText {}, none)
            }
            "note" => (QuestionKind::Page { words: text.to_owned() }, none),
            "acknowledge" => {
                self.builder.report(at, "It was a box to tick. Here it is a yes or no question");
                (QuestionKind::YesNo {}, BTreeMap::from([("OK".to_owned(), "yes".to_owned())]))
            }
            _ if looks(row, "multiline") => (QuestionKind::LongText {}, none),
            _ => (QuestionKind::ShortText {}, none),
        }
    }

    fn is_required(&mut self, at: &str, row: &mut Row, has_answer: bool) -> bool {
        let required = row.take("required");
        match expression::constant(&required) {
            Some(true) if !has_answer => {
                self.builder.report(at, "It is only there to be read, so people can leave it out");
                false
            }
            Some(is_required) => is_required,
            None if required.is_empty() => false,
            None => {
                let rule = cut(&required, 120);
                self.builder.report(
                    at,
                    format!(
                        "People don't have to answer it: this rule could not be imported: {rule}"
                    ),
                );
                false
            }
        }
    }

    /// A question of its own for who chose “something else” in this one.
    fn something_else(&mut self, at: &str, question: Question) {
        let key = self.builder.key(&format!("{}-other", question.key));
        self.builder.report(
            at,
            "“Something else” has become a separate question, for everyone who is asked this one",
        );
        let other = Question {
            key,
            text: "If something else, what?".to_owned(),
            help: String::new(),
            is_required: false,
            kind: QuestionKind::ShortText {},
            ..question
        };
        self.builder.put(at, other);
    }

    fn begin(&mut self, at: &str, row: &mut Row, is_repeat: bool) {
        row.take("name");
        if !self.builder.has_room(at) {
            row.leave_out();
            return self.groups.push(Group::default());
        }
        let mut is_never = self.is_switched_off(at, row).then_some(SWITCHED_OFF);
        let words = row.words("label", &self.language);
        let title = forms::line(&self.words(at, &words));
        if is_repeat {
            self.builder.report(at, "It could be answered several times. Here it is asked once");
        }
        let relevant = row.take("relevant");
        let groups = self.groups.iter().take(DEEPEST_GROUP);
        let around: Vec<Condition> = groups.flat_map(|group| group.conditions.clone()).collect();
        let conditions = match self.asked(at, &relevant, &around) {
            Asked::If(conditions) => conditions,
            Asked::Nobody => {
                is_never = is_never.or(Some(NEVER));
                Vec::new()
            }
        };
        if self.groups.len() >= DEEPEST_GROUP && !conditions.is_empty() {
            self.builder
                .report(at, "Everyone will be asked: too many groups are inside one another");
        }
        if let Some(why) = is_never {
            self.builder.report(at, why);
        }
        self.builder.section(at, &title);
        self.groups.push(Group { title, conditions, is_never });
    }

    /// Who is asked something, from its condition.
    fn asked(&mut self, at: &str, relevant: &str, around: &[Condition]) -> Asked {
        let meant = &self.meant;
        let find = |name: &str, value: &str| match meant.get(name)? {
            Meant::Question { key, options, has_other, .. } => match options.get(value) {
                Some(option) => Some(Means::Chosen(key.clone(), option.clone())),
                None if options.is_empty() || (*has_other && value == "other") => None,
                None => Some(Means::NoOption(key.clone())),
            },
            Meant::NeverAsked => Some(Means::NeverAsked),
        };
        self.builder.asked(at, relevant, around, find)
    }

    /// Words as people read them, with earlier answers in them.
    fn words(&mut self, at: &str, written: &str) -> String {
        let words = shown(&self.meant, written);
        self.builder.words(at, words)
    }

    fn options(&mut self, at: &str, list: &str) -> Options {
        let Self { choices, lists, used, language, builder, meant, .. } = self;
        used.insert(list.to_owned());
        let rows = lists.get(list);
        if rows.is_none() {
            let what =
                format!("Its options are missing: there is no list called {}", cut(list, 60));
            builder.report(at, what);
        }
        let options = rows.into_iter().flatten().map(|nth| {
            let row = &mut choices.rows[*nth];
            row.take("list_name");
            (row.take("name"), row.words("label", language))
        });
        builder.options(at, options.collect(), |words| shown(meant, words))
    }

    /// A whole number, with the limits of a rule like `. >= 0 and . <= 120`.
    fn number(&mut self, at: &str, row: &mut Row, what: &str) -> QuestionKind {
        if what == "decimal" {
            self.builder.report(at, "People can only answer with whole numbers here");
        }
        let (mut least, mut most) = (None, None);
        let rule = row.take("constraint");
        let is_read = rule.is_empty()
            || rule.split(" and ").all(|part| {
                let part = part.replace([' ', '(', ')'], "");
                let limit = |sign: &str| {
                    part.strip_prefix(sign).and_then(|number| number.parse::<i64>().ok())
                };
                match (limit(".>="), limit(".<="), limit(".>"), limit(".<")) {
                    (Some(number), ..) => least = Some(number),
                    (_, Some(number), ..) => most = Some(number),
                    (_, _, Some(number), _) => least = Some(number.saturating_add(1)),
                    (_, _, _, Some(number)) => most = Some(number.saturating_sub(1)),
                    _ => return false,
                }
                true
            });
        if !is_read || least.zip(most).is_some_and(|(least, most)| least > most) {
            self.builder.report(
                at,
                format!("The rule for what people can answer was left out: {}", cut(&rule, 120)),
            );
            (least, most) = (None, None);
        }
        let (least, most) = self.builder.limits(at, least, most);
        QuestionKind::Number { least, most }
    }

    /// A whole number, with the limits of parameters like `start=0 end=10 step=1`; where they say
    /// none, those that forms of this kind then have.
    fn range(&mut self, at: &str, row: &mut Row) -> QuestionKind {
        let (mut least, mut most, mut is_read) = (1, 10, true);
        let parameters = row.take("parameters");
        for part in parameters.split([' ', ',', ';']).filter(|part| !part.is_empty()) {
            match part.split_once('=').map(|(name, number)| (name, number.parse::<i64>())) {
                Some(("start", Ok(number))) => least = number,
                Some(("end", Ok(number))) => most = number,
                Some(("step", Ok(1))) => {}
                _ => is_read = false,
            }
        }
        if !is_read || least >= most {
            let what = format!("Not all of its range was imported: {}", cut(&parameters, 120));
            self.builder.report(at, what);
        }
        if least >= most {
            (least, most) = self.builder.limits(at, None, None);
        }
        QuestionKind::Number { least, most }
    }
}

/// Whether a question is to look like this, in a way that it does here too.
fn looks(row: &mut Row, like: &str) -> bool {
    let looks = row.look("appearance").contains(like);
    looks && !row.take("appearance").is_empty()
}

/// Whether a row has options that nobody chooses from: they are the headings of the columns of the
/// questions after it.
fn is_headings(row: &Row, kind: &names::Kind) -> bool {
    matches!(kind.what, "select_one" | "select_multiple")
        && row.look("appearance").split_whitespace().any(|looks| looks == "label")
}

/// Words as people read them, and what else was in them.
fn shown(meant: &BTreeMap<String, Meant>, written: &str) -> Plain {
    let find = |name: &str| match meant.get(name)? {
        Meant::Question { key, has_answer: true, .. } => Some(key.clone()),
        Meant::Question { .. } | Meant::NeverAsked => None,
    };
    let Plain { words, mut left } = plain(written);
    let (words, unknown) = with_answers(&without_markdown(&words), "${", find);
    left.extend(unknown.iter().map(|unknown| not_shown(unknown)));
    Plain { words, left }
}

fn not_shown(name: &str) -> String {
    format!(
        "Its words show {}, which can't be worked out here. They have “…” in its place",
        cut(name, 60)
    )
}
