//! A sheet of a workbook, its cells by the names of their columns. Whoever takes what is in a cell
//! notes that it is taken over, so that what nobody took can be named.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::cut;
use super::super::text::folded;
use super::names::Head;

/// The cells that are not empty, by their row and column, both from 0.
pub(super) type Cells = BTreeMap<(u32, u32), String>;

/// The longest name of a column, in characters.
const LONGEST_HEAD: usize = 100;
/// The longest beginning of a cell by which it is named, in characters.
const LONGEST_VALUE: usize = 60;
/// Among so many rows at the top a row of headings is looked for.
const MOST_ABOVE: u32 = 20;

#[derive(Default)]
pub(super) struct Sheet {
    pub rows: Vec<Row>,
}

/// A row below the headings.
pub(super) struct Row {
    /// Its number in a spreadsheet program.
    pub number: u32,
    cells: Vec<Cell>,
    state: State,
}

struct Cell {
    head: Rc<Head>,
    text: String,
    is_taken: bool,
}

#[derive(PartialEq, Eq)]
enum State {
    /// Nobody has looked at it.
    Unread,
    /// What nobody took of it is lost.
    Read,
    /// It was left out, which was said.
    LeftOut,
}

/// What nobody took from one column.
pub(super) struct Left {
    pub head: Rc<Head>,
    /// What is in these cells, each with the rows that have it.
    pub values: Vec<(String, Vec<u32>)>,
}

impl Left {
    /// Says all of it by the first: where only the column matters.
    pub fn by_one_value(&mut self) {
        let rows = self.values.iter().flat_map(|(_, rows)| rows.clone()).collect();
        self.values.truncate(1);
        if let Some((_, first)) = self.values.first_mut() {
            *first = rows;
        }
    }
}

impl Sheet {
    /// The first row names the columns; `read` makes a heading of a name.
    pub fn of(cells: Cells, read: impl Fn(&str) -> Head) -> Self {
        let Some(&(first, _)) = cells.keys().next() else { return Self::default() };
        let mut heads: BTreeMap<u32, Rc<Head>> = BTreeMap::new();
        let mut rows: Vec<Row> = Vec::new();
        for ((row, column), text) in cells {
            if row == first {
                heads.insert(column, Rc::new(read(&cut(&text, LONGEST_HEAD))));
                continue;
            }
            let head = heads.entry(column).or_insert_with(|| Rc::new(without_heading(column)));
            let cell = Cell { head: Rc::clone(head), text, is_taken: false };
            match rows.last_mut().filter(|last| last.number == row + 1) {
                Some(last) => last.cells.push(cell),
                None => {
                    rows.push(Row { number: row + 1, cells: vec![cell], state: State::Unread });
                }
            }
        }
        Self { rows }
    }

    /// The headings from which something was taken.
    pub fn taken(&self) -> BTreeSet<String> {
        let cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.filter(|cell| cell.is_taken).map(|cell| cell.head.written.clone()).collect()
    }

    /// What nobody took from rows that were read, column by column.
    pub fn left(&self) -> Vec<Left> {
        let mut all: Vec<Left> = Vec::new();
        // Which of them has the cells of a column, and where in it a value is.
        let mut columns: BTreeMap<*const Head, (usize, BTreeMap<String, usize>)> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.state == State::Read) {
            for cell in row.cells.iter().filter(|cell| !cell.is_taken) {
                let (column, known) = columns.entry(Rc::as_ptr(&cell.head)).or_insert_with(|| {
                    all.push(Left { head: Rc::clone(&cell.head), values: Vec::new() });
                    (all.len() - 1, BTreeMap::new())
                });
                let values = &mut all[*column].values;
                let like = cut(&cell.text, LONGEST_VALUE);
                let at = *known.entry(like.clone()).or_insert_with(|| {
                    values.push((like, Vec::new()));
                    values.len() - 1
                });
                values[at].1.push(row.number);
            }
        }
        all
    }
}

impl Row {
    /// What is under a heading, without taking it.
    pub fn look(&self, name: &str) -> &str {
        self.place(name).map_or("", |at| &self.cells[at].text)
    }

    /// What is under a heading. It counts as taken over.
    pub fn take(&mut self, name: &str) -> String {
        self.read();
        self.place(name).map(|at| self.taken(at)).unwrap_or_default()
    }

    /// Likewise words that can be in several languages, as under `label` and `label::English (en)`:
    /// in this language, or in none, or in English, or in the first there is.
    pub fn words(&mut self, name: &str, language: &str) -> String {
        self.read();
        let wanted = folded(language).to_lowercase().replace(' ', "_");
        let begins = |begin: &str| {
            let is = |cell: &Cell| cell.head.name == name && cell.head.language.starts_with(begin);
            (!begin.is_empty()).then(|| self.cells.iter().position(is)).flatten()
        };
        let any = || self.cells.iter().position(|cell| cell.head.name == name);
        let at = begins(&wanted)
            .or_else(|| self.place(name))
            .or_else(|| begins("english"))
            .or_else(|| begins("en"))
            .or_else(any);
        at.map(|at| self.taken(at)).unwrap_or_default()
    }

    /// Says that the row was left out, so that nothing of it need be named.
    pub fn leave_out(&mut self) {
        self.state = State::LeftOut;
    }

    /// Says that what nobody takes of this row is lost.
    pub fn read(&mut self) {
        if self.state == State::Unread {
            self.state = State::Read;
        }
    }

    /// The cell under a heading without a language; the one with its own name before others.
    fn place(&self, name: &str) -> Option<usize> {
        let of = |cell: &Cell| cell.head.name == name && cell.head.language.is_empty();
        let own = self.cells.iter().position(|cell| of(cell) && cell.head.is_own);
        own.or_else(|| self.cells.iter().position(of))
    }

    fn taken(&mut self, at: usize) -> String {
        self.cells[at].is_taken = true;
        self.cells[at].text.clone()
    }
}

/// The row that has a heading of this name, among the first ones; both counted from 0.
pub(super) fn row_of_heading(
    cells: &Cells,
    name: &str,
    read: impl Fn(&str) -> Head,
) -> Option<(u32, u32)> {
    let first = cells.keys().next()?.0;
    let mut near = cells.range(..(first + MOST_ABOVE, 0));
    let is = |text: &str| text.chars().count() <= LONGEST_HEAD && read(text).name == name;
    near.find(|(_, text)| is(text)).map(|((row, _), _)| (first, *row))
}

fn without_heading(column: u32) -> Head {
    let name = letters_of(column);
    Head {
        written: format!("{name} without a heading"),
        name: String::new(),
        language: String::new(),
        is_own: false,
    }
}

/// A column as spreadsheet programs name it: A to Z, then AA.
fn letters_of(column: u32) -> String {
    let letter = |nth: u32| char::from_u32(u32::from('A') + nth).unwrap_or('?');
    let (before, last) = (column / 26, column % 26);
    before.checked_sub(1).map(letter).into_iter().chain([letter(last)]).collect()
}

#[cfg(test)]
mod tests {
    use super::super::names::SURVEY;
    use super::*;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let mut cells = Cells::new();
        for (row, texts) in (0..).zip(rows) {
            for (column, text) in (0..).zip(*texts) {
                if !text.is_empty() {
                    cells.insert((row, column), (*text).to_owned());
                }
            }
        }
        Sheet::of(cells, |text| Head::of(text, SURVEY))
    }

    #[test]
    fn what_nobody_took_is_named_with_its_rows_and_what_was_left_out_is_not() {
        let mut sheet = sheet(&[
            &["type", "name", "odd"],
            &["text", "a", "one", "two"],
            &["text", "", "three"],
            &["text", "b", "four"],
            &["text", "c", "one"],
        ]);
        for row in &mut sheet.rows {
            assert_eq!(row.take("type"), "text");
            row.take("name");
        }
        sheet.rows[1].leave_out();
        let left: Vec<String> = sheet
            .left()
            .into_iter()
            .flat_map(|left| {
                let head = left.head.written.clone();
                left.values.into_iter().map(move |(like, rows)| format!("{head}, {rows:?}: {like}"))
            })
            .collect();
        assert_eq!(left, ["odd, [2, 5]: one", "odd, [4]: four", "D without a heading, [2]: two"]);
        assert_eq!(sheet.taken().into_iter().collect::<Vec<_>>(), ["name", "type"]);
    }

    #[test]
    fn words_are_taken_in_one_language() {
        let rows: &[&[&str]] =
            &[&["type", "label::Polski (pl)", "label::English"], &["text", "Kto?", "Who?"]];
        assert_eq!(sheet(rows).rows[0].words("label", ""), "Who?");
        assert_eq!(sheet(rows).rows[0].words("label", "Polski (pl)"), "Kto?");
        assert_eq!(sheet(rows).rows[0].words("label", "Deutsch"), "Who?");
    }

    #[test]
    fn columns_are_named_as_spreadsheet_programs_do() {
        assert_eq!([0, 25, 26, 199].map(letters_of), ["A", "Z", "AA", "GR"]);
    }
}
