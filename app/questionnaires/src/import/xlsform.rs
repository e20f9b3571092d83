//! An XLSForm workbook (<https://xlsform.org>): a sheet `survey` with a question a row, and a sheet
//! `choices` with the options.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use calamine::{Data, DataRef, Reader as _, Xlsx};

use super::{Builder, Imported, LARGEST, LONGEST_CELL, Unread, as_key, cut, plain};
use crate::check::LONGEST_LINE;
use crate::{Condition, Question, QuestionKind};

/// The most rows of a sheet that are read.
const MOST_ROWS: usize = 20_000;
/// The most columns; anything further right is not read.
const MOST_COLUMNS: u32 = 200;
/// The most cells of a sheet with something in them.
const MOST_CELLS: usize = 200_000;
/// The longest text of a sheet, in bytes. A workbook holds a text once for all cells that show it,
/// so this can be far more than it unpacks to.
const LONGEST_SHEET: usize = LARGEST;
/// The most files in a workbook.
const MOST_FILES: usize = 1_000;
/// The longest name of a column, in characters.
const LONGEST_HEAD: usize = 100;
/// The most groups inside one another whose conditions are taken over.
const DEEPEST_GROUP: usize = 20;
const TOO_LARGE: &str = "Choose a smaller workbook: up to 20 MB when unpacked";

/// Reads a workbook.
///
/// # Errors
/// What to do, where it is not one.
pub fn xlsform(file: &[u8]) -> Result<Imported, Unread> {
    if file.len() > LARGEST || !unpacks_within(file, LARGEST) {
        return Err(TOO_LARGE.to_owned());
    }
    let not_one = |why: String| format!("This is not an XLSForm workbook (.xlsx): {why}");
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(file)).map_err(|error| not_one(error.to_string()))?;
    let mut sheet = |name: &str| -> Result<Option<Sheet>, Unread> {
        let mut names = workbook.sheet_names().into_iter();
        let known = names.find(|known| known.trim().eq_ignore_ascii_case(name));
        let Some(known) = known else { return Ok(None) };
        let Ok(mut all) = workbook.worksheet_cells_reader(&known) else { return Ok(None) };
        let (mut cells, mut long) = (BTreeMap::new(), 0);
        while let Ok(Some(cell)) = all.next_cell() {
            let (row, column) = cell.get_position();
            if row as usize > MOST_ROWS || column >= MOST_COLUMNS {
                continue;
            }
            let text = text_of(cell.get_value());
            long += text.len();
            if !text.trim().is_empty() {
                cells.insert((row, column), text.trim().to_owned());
            }
            if long > LONGEST_SHEET || cells.len() > MOST_CELLS {
                return Err(TOO_LARGE.to_owned());
            }
        }
        Ok(Some(Sheet::of(cells)))
    };
    let survey =
        sheet("survey")?.ok_or_else(|| not_one("it has no sheet called survey".to_owned()))?;
    let (choices, settings) =
        (sheet("choices")?.unwrap_or_default(), sheet("settings")?.unwrap_or_default());
    let mut lists: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (nth, row) in choices.rows.iter().enumerate() {
        lists.entry(row.get("list_name").to_owned()).or_default().push(nth);
    }
    let language =
        settings.rows.first().map(|row| row.get("default_language")).unwrap_or_default().to_owned();
    let mut form = Form {
        choices,
        lists,
        language,
        builder: Builder::default(),
        meant: BTreeMap::new(),
        groups: Vec::new(),
    };
    for (nth, row) in survey.rows.iter().enumerate() {
        form.row(&format!("Row {} of survey", nth + 2), row);
        if form.builder.is_full() {
            break;
        }
    }
    if survey.languages() > 1 {
        form.builder.report(
            "survey",
            "Only one language was imported: the one in the settings, or English",
        );
    }
    Ok(form.builder.imported)
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
    // How the list of the files marks each of them. Making the list costs memory for each.
    let marks = file.windows(4).filter(|bytes| **bytes == *b"PK\x01\x02").count();
    if marks > MOST_FILES {
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

/// A sheet: its rows by the names of the columns.
#[derive(Default)]
struct Sheet {
    rows: Vec<Row>,
}

#[derive(Default)]
struct Row(BTreeMap<String, String>);

impl Sheet {
    /// The cells that are not empty, by their row and column. The first row names the columns.
    fn of(cells: BTreeMap<(u32, u32), String>) -> Self {
        let Some(&(first, _)) = cells.keys().next() else { return Self::default() };
        let (mut heads, mut rows) = (BTreeMap::new(), Vec::new());
        for ((row, column), text) in cells {
            if row == first {
                let head = cut(&text, LONGEST_HEAD).to_lowercase().replace(' ', "_");
                heads.insert(column, head);
                continue;
            }
            // Rows between that are empty have a number too.
            rows.resize_with((row - first) as usize, Row::default);
            if let (Some(head), Some(row)) = (heads.get(&column), rows.last_mut()) {
                row.0.insert(head.clone(), text);
            }
        }
        Self { rows }
    }

    fn languages(&self) -> usize {
        let heads =
            self.rows.iter().flat_map(|row| row.0.keys()).filter(|head| head.starts_with("label"));
        heads.collect::<std::collections::BTreeSet<_>>().len()
    }
}

impl Row {
    fn get(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    /// Words that can be in several languages, as in the columns `label` and `label::English (en)`.
    fn words(&self, column: &str, language: &str) -> String {
        let language = language.to_lowercase().replace(' ', "_");
        let of = |wanted: &str| {
            let found = self.0.iter().find(|(head, _)| {
                let spoken = head.strip_prefix(column).and_then(|rest| rest.strip_prefix(':'));
                !wanted.is_empty()
                    && spoken.is_some_and(|spoken| {
                        spoken.trim_matches(':').trim_matches('_').starts_with(wanted)
                    })
            });
            found.map(|(_, words)| words.clone())
        };
        let any = || {
            self.0
                .iter()
                .find(|(head, _)| {
                    head.strip_prefix(column).is_some_and(|rest| rest.starts_with(':'))
                })
                .map(|(_, words)| words.clone())
        };
        let own = || self.0.get(column).cloned();
        let words =
            of(&language).or_else(own).or_else(|| of("english")).or_else(|| of("en")).or_else(any);
        plain(&words.unwrap_or_default())
    }
}

struct Form {
    choices: Sheet,
    /// Where in the sheet of choices each list is.
    lists: BTreeMap<String, Vec<usize>>,
    language: String,
    builder: Builder,
    /// What a name means in conditions: the key here, and the keys of its options.
    meant: BTreeMap<String, (String, Vec<String>)>,
    /// The conditions of the groups we are in.
    groups: Vec<Vec<Condition>>,
}

impl Form {
    fn row(&mut self, at: &str, row: &Row) {
        let typed = row
            .get("type")
            .to_lowercase()
            .replace("select one", "select_one")
            .replace("select multiple", "select_multiple");
        let (what, rest) = typed.split_once(char::is_whitespace).unwrap_or((&typed, ""));
        let list = row
            .get("type")
            .split_whitespace()
            .nth(if row.get("type").to_lowercase().starts_with("select ") { 2 } else { 1 })
            .unwrap_or("");
        let is_begin_or_end = what.starts_with("begin") || what.starts_with("end");
        if what.is_empty() || (!is_begin_or_end && !self.builder.has_room(at)) {
            return;
        }
        let text = row.words("label", &self.language);
        let kind = match (what, rest) {
            ("begin_group" | "begin_repeat", _) | ("begin", "group" | "repeat") => {
                return self.begin(at, row, typed.contains("repeat"), &text);
            }
            ("end_group" | "end_repeat", _) | ("end", "group" | "repeat") => {
                self.groups.pop();
                return self.builder.section(String::new());
            }
            (
                "start" | "end" | "today" | "deviceid" | "username" | "phonenumber" | "email"
                | "simserial" | "subscriberid" | "start-geopoint" | "audit",
                _,
            ) => {
                return self.builder.report(
                    at,
                    format!("Left out: it would record “{what}” about the person answering"),
                );
            }
            ("select_one", _) if row.get("appearance").contains("likert") => {
                QuestionKind::Scale { options: self.options(at, list) }
            }
            ("select_one", _) => QuestionKind::OneOf { options: self.options(at, list) },
            ("select_multiple", _) => {
                QuestionKind::SeveralOf { options: self.options(at, list), at_most: None }
            }
            ("rank", _) => QuestionKind::Rank { options: self.options(at, list) },
            ("text", _) if row.get("appearance").contains("multiline") => QuestionKind::LongText {},
            ("text", _) => QuestionKind::ShortText {},
            ("integer" | "decimal", _) => self.number(at, row, what),
            ("range", _) => {
                let limit = |name: &str| {
                    row.get("parameters")
                        .split_whitespace()
                        .find_map(|part| part.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
                };
                QuestionKind::Number {
                    least: limit("start").unwrap_or(0),
                    most: limit("end").unwrap_or(10),
                }
            }
            ("date", _) => QuestionKind::Date {},
            ("time" | "datetime", _) => {
                self.builder.report(at, "People will write the time as text");
                QuestionKind::ShortText {}
            }
            ("note", _) => QuestionKind::Page { words: text.clone() },
            ("acknowledge" | "trigger", _) => {
                self.builder.report(at, "It was a box to tick. Here it is a yes or no question");
                QuestionKind::YesNo {}
            }
            _ => {
                return self.builder.report(
                    at,
                    format!("Left out: there is no kind of question here like {}", row.get("type")),
                );
            }
        };
        let question = self.question(at, row, &text, kind);
        self.builder.put(at, question.clone());
        if rest.ends_with("or_other") {
            self.something_else(at, question);
        }
    }

    /// The question of a row.
    fn question(&mut self, at: &str, row: &Row, text: &str, kind: QuestionKind) -> Question {
        let key = self.builder.key(row.get("name"));
        let mut only_if: Vec<Condition> =
            self.groups.iter().take(DEEPEST_GROUP).flatten().cloned().collect();
        only_if.extend(self.condition(at, row));
        let only_if = once_each(only_if);
        let not_taken = [
            ("constraint", "The rule for what people can answer"),
            ("calculation", "The calculation"),
            ("choice_filter", "The rule for which options are shown"),
        ];
        for (column, what) in not_taken {
            let is_read = column == "constraint" && kind.is_number();
            if !row.get(column).is_empty() && !is_read {
                self.builder
                    .report(at, format!("{what} was left out: {}", cut(row.get(column), 120)));
            }
        }
        let options: Vec<String> = kind.options().into_iter().map(|option| option.key).collect();
        self.meant.entry(row.get("name").to_owned()).or_insert_with(|| (key.clone(), options));
        let is_page = !kind.has_answer();
        Question {
            key,
            text: if is_page { "Please read".to_owned() } else { forms::line(text) },
            help: row.words("hint", &self.language),
            is_required: !is_page
                && matches!(
                    row.get("required").to_lowercase().as_str(),
                    "yes" | "true" | "true()" | "1"
                ),
            kind,
            may_decline: false,
            only_if,
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

    fn begin(&mut self, at: &str, row: &Row, is_repeat: bool, title: &str) {
        self.builder.section(cut(&forms::line(title), LONGEST_LINE));
        if is_repeat {
            self.builder.report(at, "It could be answered several times. Here it is asked once");
        }
        let conditions = self.condition(at, row);
        if self.groups.len() >= DEEPEST_GROUP && !conditions.is_empty() {
            self.builder
                .report(at, "Everyone will be asked: too many groups are inside one another");
        }
        self.groups.push(conditions);
    }

    fn condition(&mut self, at: &str, row: &Row) -> Vec<Condition> {
        let relevant = row.get("relevant").to_owned();
        if relevant.is_empty() {
            return Vec::new();
        }
        let meant = &self.meant;
        let find = |name: &str, value: &str| {
            let (key, options) = meant.get(name)?;
            let option = as_key(value);
            options.contains(&option).then(|| (key.clone(), option))
        };
        self.builder.only_if(at, &relevant, find)
    }

    fn options(&mut self, at: &str, list: &str) -> Vec<super::Choice> {
        let Self { choices, lists, language, builder, .. } = self;
        // Read one after the other, as far as they are wanted: there may be a great many.
        let options = lists.get(list).into_iter().flatten().map(|nth| {
            let row = &choices.rows[*nth];
            let name = if row.get("name").is_empty() { row.get("value") } else { row.get("name") };
            (name.to_owned(), row.words("label", language))
        });
        builder.options(at, options)
    }

    /// A whole number, with the limits of a rule like `. >= 0 and . <= 120`.
    fn number(&mut self, at: &str, row: &Row, what: &str) -> QuestionKind {
        if what == "decimal" {
            self.builder.report(at, "People can only answer with whole numbers here");
        }
        let (mut least, mut most) = (0, 1_000_000);
        let rule = row.get("constraint");
        let is_read = rule.is_empty()
            || rule.split(" and ").all(|part| {
                let part = part.replace([' ', '(', ')'], "");
                let limit = |sign: &str| {
                    part.strip_prefix(sign).and_then(|number| number.parse::<i64>().ok())
                };
                match (limit(".>="), limit(".<="), limit(".>"), limit(".<")) {
                    (Some(number), ..) => least = number,
                    (_, Some(number), ..) => most = number,
                    (_, _, Some(number), _) => least = number.saturating_add(1),
                    (_, _, _, Some(number)) => most = number.saturating_sub(1),
                    _ => return false,
                }
                true
            });
        if !is_read || least > most {
            self.builder.report(
                at,
                format!("The rule for what people can answer was left out: {}", cut(rule, 120)),
            );
            (least, most) = (0, 1_000_000);
        }
        QuestionKind::Number { least, most }
    }
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::check::check;

    /// A workbook as spreadsheet programs write it, with its texts in the cells.
    fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let mut put = |name: &str, text: &str| {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
            zip.write_all(text.as_bytes()).expect("its text");
        };
        let relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let (mut listed, mut related) = (String::new(), String::new());
        for (nth, (name, rows)) in sheets.iter().enumerate() {
            let nth = nth + 1;
            listed += &format!("<sheet name=\"{name}\" sheetId=\"{nth}\" r:id=\"r{nth}\"/>");
            related += &format!(
                "<Relationship Id=\"r{nth}\" Type=\"{relationships}/worksheet\" \
                 Target=\"worksheets/sheet{nth}.xml\"/>"
            );
            let mut cells = String::new();
            for (row, texts) in rows.iter().enumerate() {
                cells += &format!("<row r=\"{}\">", row + 1);
                for (column, text) in texts.iter().enumerate() {
                    let place = format!(
                        "{}{}",
                        char::from(b'A' + u8::try_from(column).expect("few columns")),
                        row + 1
                    );
                    cells += &format!(
                        "<c r=\"{place}\" t=\"inlineStr\"><is><t>{}</t></is></c>",
                        html_escape::encode_text(text)
                    );
                }
                cells += "</row>";
            }
            put(
                &format!("xl/worksheets/sheet{nth}.xml"),
                &format!("<worksheet xmlns=\"{main}\"><sheetData>{cells}</sheetData></worksheet>"),
            );
        }
        put(
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{main}\" \
                 xmlns:r=\"{relationships}\"><sheets>{listed}</sheets></workbook>"
            ),
        );
        let packages = "http://schemas.openxmlformats.org/package/2006/relationships";
        put(
            "xl/_rels/workbook.xml.rels",
            &format!("<Relationships xmlns=\"{packages}\">{related}</Relationships>"),
        );
        let document = format!(
            "<Relationship Id=\"r\" Type=\"{relationships}/officeDocument\" \
             Target=\"xl/workbook.xml\"/>"
        );
        put(
            "_rels/.rels",
            &format!("<Relationships xmlns=\"{packages}\">{document}</Relationships>"),
        );
        zip.finish().expect("a zip").into_inner()
    }

    #[test]
    fn the_kinds_both_know_are_taken_over_with_their_groups_and_branches() {
        let survey: &[&[&str]] = &[
            &[
                "type",
                "name",
                "label::English (en)",
                "label::Polski (pl)",
                "hint",
                "required",
                "relevant",
                "constraint",
                "appearance",
            ],
            &["start", "start", "", "", "", "", "", "", ""],
            &[
                "select_one yes_no",
                "waits",
                "Do you <b>wait</b>?",
                "Czekasz?",
                "Now, or lately.",
                "yes",
                "",
                "",
                "",
            ],
            &["begin_group", "g", "Waiting", "", "", "", "${waits} = 'yes'", "", ""],
            &["integer", "weeks", "How many weeks?", "", "", "", "", ". >= 0 and . <= 104", ""],
            &[
                "select_multiple who or_other",
                "for",
                "For whom?",
                "",
                "",
                "",
                "${waits} = 'yes'",
                "",
                "",
            ],
            &["end_group", "", "", "", "", "", "", "", ""],
            &[
                "text",
                "why",
                "Why?",
                "",
                "",
                "",
                "selected(${for}, 'child') and ${waits} = 'yes'",
                "",
                "multiline",
            ],
            &["note", "n", "Thank you.", "", "", "", "${weeks} > 5", "", ""],
            &["image", "photo", "A photo", "", "", "", "", "", ""],
        ];
        let choices: &[&[&str]] = &[
            &["list_name", "name", "label::English (en)"],
            &["yes_no", "yes", "Yes"],
            &["yes_no", "no", "No"],
            &["who", "child", "A child"],
            &["who", "young person", "A young person"],
        ];
        let imported =
            xlsform(&workbook(&[("survey", survey), ("choices", choices)])).expect("a form");
        assert_eq!(check(&imported.questionnaire), [], "{:?}", imported.questionnaire);
        let sections: Vec<(&str, Vec<&str>)> = imported
            .questionnaire
            .sections
            .iter()
            .map(|section| {
                (
                    section.title.as_str(),
                    section.questions.iter().map(|question| question.key.as_str()).collect(),
                )
            })
            .collect();
        assert_eq!(
            sections,
            [
                ("", vec!["waits"]),
                ("Waiting", vec!["weeks", "for", "for-other"]),
                ("", vec!["why", "n"])
            ]
        );
        let by_key = |key: &str| imported.questionnaire.question(key).expect("a question").clone();
        assert_eq!(
            (
                by_key("waits").text.as_str(),
                by_key("waits").help.as_str(),
                by_key("waits").is_required
            ),
            ("Do you wait?", "Now, or lately.", true)
        );
        assert_eq!(by_key("weeks").kind, QuestionKind::Number { least: 0, most: 104 });
        let condition = |question: &str, option: &str| Condition {
            question: question.into(),
            any_of: vec![option.into()],
        };
        assert_eq!(
            by_key("for").only_if,
            [condition("waits", "yes")],
            "the group's condition and its own are the same"
        );
        assert_eq!(by_key("why").only_if, [condition("for", "child"), condition("waits", "yes")]);
        let not_taken: Vec<String> =
            imported.not_taken.iter().map(|not| format!("{}: {}", not.at, not.what)).collect();
        assert_eq!(
            not_taken,
            [
                "Row 2 of survey: Left out: it would record “start” about the person answering",
                "Row 6 of survey: “Something else” has become a separate question, for everyone \
                 who is asked this one",
                "Row 9 of survey: Everyone will be asked: this condition could not be imported: \
                 ${weeks} > 5",
                "Row 10 of survey: Left out: there is no kind of question here like image",
                "survey: Only one language was imported: the one in the settings, or English",
            ]
        );
    }

    #[test]
    fn a_cell_far_out_fills_no_memory() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let survey = workbook.add_worksheet().set_name("survey").expect("a sheet");
        for (row, cells) in [["type", "name", "label"], ["text", "why", "Why?"]].iter().enumerate()
        {
            for (column, cell) in cells.iter().enumerate() {
                survey.write_string(row as u32, column as u16, *cell).expect("a cell");
            }
        }
        survey.write_string(1_048_575, 16_383, "far out").expect("a cell");
        let read = xlsform(&workbook.save_to_buffer().expect("a workbook")).expect("questions");
        assert_eq!(
            read.questionnaire
                .questions()
                .map(|question| question.text.as_str())
                .collect::<Vec<_>>(),
            ["Why?"]
        );
    }

    #[test]
    fn a_workbook_that_unpacks_to_too_much_or_is_none_is_refused() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default())
            .expect("an entry");
        let zeros = vec![0_u8; 1024 * 1024];
        (0..21).for_each(|_| zip.write_all(&zeros).expect("zeros"));
        let bomb = zip.finish().expect("a zip").into_inner();
        assert!(bomb.len() < 100_000);
        assert_eq!(
            xlsform(&bomb),
            Err("Choose a smaller workbook: up to 20 MB when unpacked".to_owned())
        );
        assert!(
            xlsform(b"no workbook")
                .expect_err("none")
                .starts_with("This is not an XLSForm workbook")
        );
        assert!(
            xlsform(&workbook(&[("other", &[&["type"]])]))
                .expect_err("none")
                .contains("no sheet called survey")
        );
    }

    #[test]
    fn a_text_that_a_workbook_holds_once_for_many_cells_fills_no_memory() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let survey = workbook.add_worksheet().set_name("survey").expect("a sheet");
        let long = "long ".repeat(6_000);
        for row in 0..1_200 {
            survey.write_string(row, 0, &long).expect("a cell");
        }
        let file = workbook.save_to_buffer().expect("a workbook");
        assert!(file.len() < 1_000_000);
        assert_eq!(xlsform(&file), Err(TOO_LARGE.to_owned()));
    }

    #[test]
    fn a_workbook_of_a_great_many_files_is_refused() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for nth in 0..=MOST_FILES {
            zip.start_file(format!("{nth}"), zip::write::SimpleFileOptions::default())
                .expect("an entry");
        }
        let file = zip.finish().expect("a zip").into_inner();
        assert_eq!(xlsform(&file), Err(TOO_LARGE.to_owned()));
    }

    #[test]
    fn the_same_list_without_end_is_read_to_an_end() {
        let mut survey: Vec<&[&str]> = vec![&["type", "name", "label"]];
        survey.extend((0..2_000).map(|_| &["select_one a", "q", "Why?"] as &[&str]));
        let mut choices: Vec<&[&str]> = vec![&["list_name", "name", "label"]];
        choices.extend((0..2_000).map(|_| &["a", "b", "<div><div>B"] as &[&str]));
        let read =
            xlsform(&workbook(&[("survey", survey.as_slice()), ("choices", choices.as_slice())]));
        let read = read.expect("questions");
        assert_eq!(read.not_taken.len(), super::super::MOST_NOT_TAKEN + 1);
        assert_eq!(read.questionnaire.questions().count(), 1);
    }

    #[test]
    fn groups_inside_one_another_without_end_are_read() {
        let mut survey: Vec<&[&str]> =
            vec![&["type", "name", "label", "relevant"], &["select_one yes_no", "a", "A?", ""]];
        survey.extend((0..5_000).map(|_| &["begin_group", "g", "G", "${a} = 'yes'"] as &[&str]));
        survey.push(&["text", "why", "Why?", ""]);
        let choices: &[&[&str]] =
            &[&["list_name", "name", "label"], &["yes_no", "yes", "Yes"], &["yes_no", "no", "No"]];
        let read = xlsform(&workbook(&[("survey", survey.as_slice()), ("choices", choices)]));
        let read = read.expect("questions");
        assert_eq!(read.not_taken.len(), super::super::MOST_NOT_TAKEN + 1);
        let few = xlsform(&workbook(&[("survey", &survey[..22]), ("choices", choices)]));
        assert_eq!(few.expect("questions").not_taken, [], "twenty groups are taken over");
    }

    #[test]
    fn hostile_sheets_are_read_or_refused() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/workbook");
        let mut read = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
            let _ = xlsform(&bytes);
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<Vec<&str>> =
                text.lines().map(|line| line.split('|').take(26).collect()).collect();
            let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
            let _ =
                xlsform(&workbook(&[("survey", lines.as_slice()), ("choices", lines.as_slice())]));
            read += 1;
        }
        assert!(read >= 3, "{read}");
    }
}
