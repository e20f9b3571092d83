//! A CSV file in which each line is about a place, read as a whole or refused line by line. Pure.

use csv::{ReaderBuilder, Trim};

use super::items::AreaItem;
use super::rules::nearest;

/// The largest file that is read, in bytes, and the most lines of it.
pub const LARGEST: usize = 100 * 1024;
const MOST_LINES: usize = 500;
/// The most faults that are named at once.
pub(super) const MOST_FAULTS: usize = 20;

/// Reads a file. Its first line names these columns, in any order and among others; `one` gets
/// their cells of each later line that has something in it, as clean lines.
///
/// # Errors
/// What is wrong with which line, in the words the page shows. Then nothing is taken over.
pub fn read<const N: usize, T>(
    file: &[u8],
    columns: [&str; N],
    mut one: impl FnMut([String; N]) -> Result<T, String>,
) -> Result<Vec<T>, Vec<String>> {
    let refused = |fault: String| Err(vec![fault]);
    if file.len() > LARGEST {
        return refused("Choose a smaller file: up to 100 kB".to_owned());
    }
    let Ok(text) = std::str::from_utf8(file) else {
        return refused("Save the file as “CSV UTF-8” and choose it again".to_owned());
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut records = lines.records();
    let first = columns.join(",");
    let Some(Ok(header)) = records.next() else {
        return refused(format!("The first line must be: {first}"));
    };
    let at = columns.map(|column| header.iter().position(|cell| cell.eq_ignore_ascii_case(column)));
    if at.contains(&None) {
        return refused(format!("Line 1: the first line must be: {first}"));
    }
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    for (nth, record) in records.enumerate() {
        if nth >= MOST_LINES {
            faults.push(format!("Use {MOST_LINES} lines or fewer"));
            break;
        }
        let Ok(record) = record else {
            faults.push(format!("Line {}: it can't be read. Check its quotation marks", nth + 2));
            break;
        };
        let line = record.position().map_or(nth as u64 + 2, csv::Position::line);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cell = |at: Option<usize>| forms::line(at.and_then(|at| record.get(at)).unwrap_or(""));
        match one(at.map(cell)) {
            Ok(read) => all.push(read),
            Err(what_to_do) => faults.push(format!("Line {line}: {what_to_do}")),
        }
    }
    if all.is_empty() && faults.is_empty() {
        return refused("The file has no places in it. Add a line for each".to_owned());
    }
    if faults.is_empty() {
        return Ok(all);
    }
    let more = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    if more > 0 {
        faults.push(format!("And {more} more lines like these"));
    }
    Err(faults)
}

/// Which of these places has this name.
///
/// # Errors
/// That none has, and which may be meant.
pub fn place(name: &str, places: &[AreaItem]) -> Result<usize, String> {
    places.iter().position(|known| known.name == name).ok_or_else(|| {
        let meant = nearest(name, places).map(|place| format!(". Do you mean {}?", place.name));
        let named = forms::beginning(name, 40);
        format!("there is no place called “{named}”{}", meant.unwrap_or_default())
    })
}

/// A whole number in a cell, with or without its commas.
///
/// # Errors
/// That it is none.
pub fn whole_number(cell: &str) -> Result<i64, String> {
    super::rules::whole_number(cell)
        .map_err(|_| format!("“{}” is not a whole number, like 1,250", forms::beginning(cell, 40)))
}

/// Rows as a CSV file; the first names the columns.
#[must_use]
pub fn written(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // It writes to memory, where nothing fails.
        let _ = csv.write_record(&row);
    }
    csv.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
