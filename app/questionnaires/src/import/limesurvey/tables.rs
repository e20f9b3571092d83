//! The tables of a survey, in one language. Whoever takes a field notes that it is taken over, so
//! that what nobody took can be named.

use std::cell::Cell;
use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use super::super::{LONGEST_CELL, cut};
use super::{LONGEST_NAME, names};

/// A row as it is in the file.
pub(super) type Raw = BTreeMap<String, String>;

/// What is read of the tables.
pub(super) struct Survey {
    pub groups: Vec<Row>,
    pub questions: Vec<Row>,
    pub subquestions: Vec<Row>,
    pub answers: Vec<Row>,
    /// What answers are filled in with from the start.
    pub defaults: Vec<Row>,
    /// The languages that are not read.
    pub other_languages: Vec<String>,
    /// The tables that are not read, each with the fields that have something in them, and the
    /// first of it.
    pub other_tables: Vec<(String, Raw)>,
    attributes: BTreeMap<String, Raw>,
    conditions: BTreeMap<String, Vec<Raw>>,
}

/// A row of a table that is read.
pub(super) struct Row {
    fields: BTreeMap<String, Field>,
    state: Cell<State>,
}

struct Field {
    text: String,
    is_taken: Cell<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nobody has looked at it.
    Unread,
    /// What nobody took of it is lost.
    Read,
    /// It was left out, which was said.
    LeftOut,
}

impl Row {
    fn of(raw: Raw) -> Self {
        let field = |(name, text)| (name, Field { text, is_taken: Cell::new(false) });
        Self { fields: raw.into_iter().map(field).collect(), state: Cell::new(State::Unread) }
    }

    /// What is in a field. It counts as taken over.
    pub fn get(&self, name: &str) -> &str {
        if self.state.get() == State::Unread {
            self.state.set(State::Read);
        }
        let field = self.fields.get(name);
        field.map_or("", |field| {
            field.is_taken.set(true);
            field.text.as_str()
        })
    }

    /// What is in a field, without taking it.
    pub fn look(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |field| field.text.as_str())
    }

    /// Says that the row was left out, so that nothing of it need be named.
    pub fn leave_out(&self) {
        self.state.set(State::LeftOut);
    }

    /// Whether somebody has looked at it.
    pub fn is_read(&self) -> bool {
        self.state.get() != State::Unread
    }

    /// Its fields that are not empty, and whether each was taken; none where it was left out.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let is_read = self.state.get() == State::Read;
        let fields = self.fields.iter().filter(move |(_, field)| is_read && !field.text.is_empty());
        fields.map(|(name, field)| (name.as_str(), field.text.as_str(), field.is_taken.get()))
    }

    /// What the file calls it.
    pub fn called(&self) -> &str {
        let names = ["title", "code", "group_name", "gid"].map(|name| self.look(name));
        names.into_iter().find(|name| !name.is_empty()).unwrap_or("one row")
    }
}

/// Rows by the value of a field.
pub(super) type Rows<'r> = BTreeMap<&'r str, Vec<&'r Row>>;

pub(super) fn by<'r>(field: &str, rows: impl Iterator<Item = &'r Row>) -> Rows<'r> {
    let mut all = Rows::new();
    for row in rows {
        all.entry(row.look(field)).or_default().push(row);
    }
    all
}

impl Survey {
    pub fn of(document: &Document<'_>) -> Self {
        let root = document.root_element();
        let rows = |table: &str| -> Vec<Raw> {
            let tables = root.children().filter(|node| node.has_tag_name(table));
            tables.flat_map(rows_of).map(raw).collect()
        };
        let (language, other_languages) = languages(document);
        let is_spoken =
            |row: &Raw| row.get("language").is_none_or(|of| *of == language || of.is_empty());
        // Words of one language: from the row itself in old files, from the table of words in new
        // ones.
        let in_words = |table: &str, words: &str, id: &str, order: [&str; 2]| -> Vec<Row> {
            let mut words: BTreeMap<String, Raw> = rows(words)
                .into_iter()
                .filter(is_spoken)
                .filter_map(|row| Some((row.get(id)?.clone(), row)))
                .collect();
            let mut all: Vec<Raw> = rows(table).into_iter().filter(is_spoken).collect();
            for row in &mut all {
                let more = row.get(id).and_then(|id| words.remove(id)).unwrap_or_default();
                for (field, text) in more {
                    row.entry(field).or_insert(text);
                }
            }
            all.sort_by_key(|row| order.map(|field| number(row, field)));
            all.into_iter().map(Row::of).collect()
        };
        let mut attributes: BTreeMap<String, Raw> = BTreeMap::new();
        for row in rows("question_attributes").iter().filter(|row| is_spoken(row)) {
            let field = |name: &str| row.get(name).cloned().unwrap_or_default();
            let (of, name, value) = (field("qid"), field("attribute"), field("value"));
            let known = attributes.entry(of).or_default().entry(name).or_default();
            if !value.is_empty() {
                *known = value;
            }
        }
        let mut conditions: BTreeMap<String, Vec<Raw>> = BTreeMap::new();
        for row in rows("conditions") {
            conditions.entry(row.get("qid").cloned().unwrap_or_default()).or_default().push(row);
        }
        let scaled = ["scale_id", "question_order"];
        Self {
            groups: in_words("groups", "group_l10ns", "gid", ["group_order"; 2]),
            questions: in_words("questions", "question_l10ns", "qid", ["question_order"; 2]),
            subquestions: in_words("subquestions", "question_l10ns", "qid", scaled),
            answers: in_words("answers", "answer_l10ns", "aid", ["scale_id", "sortorder"]),
            defaults: in_words("defaultvalues", "defaultvalue_l10ns", "dvid", ["qid", "sqid"]),
            other_languages,
            other_tables: other_tables(root),
            attributes,
            conditions,
        }
    }

    /// The tables that are read, by their names.
    pub fn read_tables(&self) -> [(&'static str, &[Row]); 4] {
        [
            ("groups", self.groups.as_slice()),
            ("questions", self.questions.as_slice()),
            ("subquestions", self.subquestions.as_slice()),
            ("answers", self.answers.as_slice()),
        ]
    }

    /// The attributes of a question.
    pub fn attributes_of(&self, id: &str) -> BTreeMap<&str, &str> {
        let all = self.attributes.get(id).into_iter().flatten();
        all.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Who is asked a question, by the conditions of files older than version 1.92, as an
    /// expression: one of the values of each question that it hangs on, in one of the scenarios.
    pub fn condition_of(&self, id: &str) -> String {
        let rows = self.conditions.get(id).map_or(&[] as &[Raw], Vec::as_slice);
        let field = |row: &Raw, name: &str| row.get(name).cloned().unwrap_or_default();
        let mut scenarios: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
        for row in rows {
            let (name, value) = (field(row, "cfieldname"), field(row, "value"));
            let term = match field(row, "method").trim() {
                "==" | "=" | "" => format!("{} == \"{value}\"", name.trim_start_matches('+')),
                method => format!("{name} {method} {value}"),
            };
            let questions = scenarios.entry(field(row, "scenario")).or_default();
            questions.entry(field(row, "cqid")).or_default().push(term);
        }
        let each = scenarios.values().map(|questions| {
            let all = questions.values().map(|terms| format!("({})", terms.join(" or ")));
            all.collect::<Vec<_>>().join(" and ")
        });
        match each.collect::<Vec<_>>().as_slice() {
            [one] => one.clone(),
            several => {
                let several = several.iter().map(|one| format!("({one})"));
                several.collect::<Vec<_>>().join(" or ")
            }
        }
    }
}

/// The language that is read, English if there is one, and the others.
fn languages(document: &Document<'_>) -> (String, Vec<String>) {
    let is_language = |node: &Node<'_, '_>| {
        node.has_tag_name("language")
            && node.parent().is_some_and(|parent| parent.has_tag_name("languages"))
    };
    let all = document.descendants().filter(is_language);
    let mut all: Vec<String> =
        all.filter_map(|node| node.text().map(|text| text.trim().to_owned())).collect();
    let english = all.iter().position(|language| language.starts_with("en")).unwrap_or(0);
    if all.is_empty() { (String::new(), all) } else { (all.remove(english), all) }
}

/// The rows of a table.
fn rows_of<'a, 'd: 'a>(table: Node<'a, 'd>) -> impl Iterator<Item = Node<'a, 'd>> {
    let rows = table.children().filter(|node| node.has_tag_name("rows"));
    rows.flat_map(|rows| rows.children()).filter(|node| node.has_tag_name("row"))
}

fn raw(row: Node<'_, '_>) -> Raw {
    let fields = row.children().filter(Node::is_element);
    let field = |field: Node<'_, '_>| {
        let text = field.text().unwrap_or_default().trim();
        (cut(field.tag_name().name(), LONGEST_NAME), cut(text, LONGEST_CELL))
    };
    fields.map(field).collect()
}

/// The tables that are not read and have something in them.
fn other_tables(root: Node<'_, '_>) -> Vec<(String, Raw)> {
    let is_other =
        |node: &Node<'_, '_>| node.is_element() && !names::READ.contains(&node.tag_name().name());
    let table = |node: Node<'_, '_>| {
        let mut fields = Raw::new();
        for (name, value) in rows_of(node).flat_map(raw).filter(|(_, value)| !value.is_empty()) {
            fields.entry(name).or_insert(value);
        }
        let text = node.text().unwrap_or_default().trim();
        if !text.is_empty() {
            fields.insert(cut(text, 60), String::new());
        }
        (node.tag_name().name().to_owned(), fields)
    };
    let tables = root.children().filter(is_other).map(table);
    tables.filter(|(_, fields)| !fields.is_empty()).collect()
}

fn number(row: &Raw, field: &str) -> i64 {
    row.get(field).and_then(|number| number.parse().ok()).unwrap_or_default()
}
