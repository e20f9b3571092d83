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
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = line_of(text, error.position());
                faults.push(format!("Line {line}: it can't be read. Check its quotation marks"));
                break;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cell = |at: Option<usize>| forms::line(at.and_then(|at| record.get(at)).unwrap_or(""));
        match one(at.map(cell)) {
            Ok(read) => all.push(read),
            Err(what_to_do) => {
                let line = line_of(text, record.position());
                faults.push(format!("Line {line}: {what_to_do}"));
            }
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

/// The line in which a record begins, as a spreadsheet counts. The reader takes a record to begin
/// where the one before stopped: the rest of that line's end and empty lines are still ahead of it.
fn line_of(text: &str, position: Option<&csv::Position>) -> usize {
    let bytes = text.as_bytes();
    let from = position.and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(0);
    let is_end = |byte: u8| matches!(byte, b'\r' | b'\n');
    let begins = (from..bytes.len()).find(|at| !is_end(bytes[*at])).unwrap_or(bytes.len());
    let ends_a_line = |at: &usize| is_end(bytes[*at]) && !bytes[*at..].starts_with(b"\r\n");
    1 + (0..begins).filter(ends_a_line).count()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the lines that are refused, where each is.
    fn refused(file: &str) -> Vec<String> {
        let all = read(file.as_bytes(), ["place", "note"], |[place, _]| Err::<(), _>(place));
        all.expect_err("faults")
    }

    #[test]
    fn a_line_is_counted_as_in_a_spreadsheet_however_lines_end_and_with_empty_ones_between() {
        for mark in ["", "\u{feff}"] {
            for end in ["\n", "\r\n", "\r"] {
                let file = ["place,note", "a,", "", "b,\"two\nlines\"", "", "", "c,", " ,", "d,"];
                let file = format!("{mark}{}", file.join(end));
                let faults = ["Line 2: a", "Line 4: b", "Line 8: c", "Line 10: d"];
                assert_eq!(refused(&file), faults, "{end:?} {mark:?}");
            }
        }
    }
}
