//! Tables as a workbook (.xlsx): numbers and days as themselves, and no text that is a formula.

use questionnaires::results::harmless;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

/// What a workbook is, as browsers are told.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A cell: what a spreadsheet counts with is no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Words(String),
    Number(i64),
    /// A day, as `2026-12-04`.
    Day(String),
}

impl Cell {
    /// As a table of text has it: words that no spreadsheet takes for a formula, numbers and days
    /// as they are.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Words(words) => harmless(words),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.clone(),
        }
    }
}

/// One table of a workbook.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// At most 31 characters, and none of `[]:*?/\`.
    pub name: String,
    pub rows: Vec<Vec<Cell>>,
}

/// The largest number that a spreadsheet holds exactly. What is larger is written as words.
const LARGEST: u64 = 1 << 53;

/// These tables as one file, made away from the threads that answer people.
///
/// # Errors
/// When it cannot be written.
pub async fn workbook(sheets: Vec<Sheet>) -> Result<Vec<u8>, sqlx::Error> {
    let made = tokio::task::spawn_blocking(move || written(&sheets))
        .await
        .map_err(|_panicked| sqlx::Error::WorkerCrashed)?;
    made.map_err(|error| sqlx::Error::Encode(error.into()))
}

fn written(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let as_day = Format::new().set_num_format("dd/mm/yyyy");
    for Sheet { name, rows } in sheets {
        let sheet = workbook.add_worksheet().set_name(name)?;
        for (nth, row) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(row) {
                match cell {
                    Cell::Number(number) if number.unsigned_abs() <= LARGEST => {
                        sheet.write_number(nth, column, *number as f64)?;
                    }
                    // A spreadsheet has no days before 1900.
                    Cell::Day(day) => match ExcelDateTime::parse_from_str(day) {
                        Ok(at) => {
                            sheet.write_datetime_with_format(nth, column, at, &as_day)?;
                        }
                        Err(_too_early) => {
                            sheet.write_string(nth, column, day)?;
                        }
                    },
                    // A text is never a formula, whatever it begins with; it stays harmless too
                    // when it is saved as a table.
                    Cell::Words(_) | Cell::Number(_) => {
                        sheet.write_string(nth, column, cell.text())?;
                    }
                }
            }
        }
    }
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_days_are_no_text_and_words_are_no_formula() {
        assert_eq!(Cell::Number(-3).text(), "-3");
        assert_eq!(Cell::Day("2026-12-04".into()).text(), "2026-12-04");
        assert_eq!(Cell::Words("-3+4".into()).text(), "'-3+4");
        let rows = vec![vec![
            Cell::Number(-3),
            Cell::Number(i64::MIN),
            Cell::Day("2026-12-04".into()),
            Cell::Day("0001-01-01".into()),
            Cell::Words("=1+1".into()),
        ]];
        let sheet = |name: &str| Sheet { name: name.to_owned(), rows: rows.clone() };
        assert!(written(&[sheet("One"), sheet("Two")]).is_ok());
    }
}
