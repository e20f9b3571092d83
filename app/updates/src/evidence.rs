//! Evidence for what was said: links, files, and a number over time. Pure.

use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use ground::files::{self, FileKind};
use ground::ids::{EvidenceFile, Id};
use serde::{Deserialize, Serialize};

const MOST_LINKS: usize = 10;
const MOST_FILES: usize = 5;
const MOST_NUMBERS: usize = 24;

/// A file that was added as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredFile", into = "StoredFile")]
pub struct Attached {
    pub id: Id<EvidenceFile>,
    pub file: files::SavedFile,
}

/// It as it is stored. `flatten` would let fields pass that this program does not know.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredFile {
    id: Id<EvidenceFile>,
    hash: String,
    name: String,
    kind: FileKind,
    size: i64,
}

impl From<StoredFile> for Attached {
    fn from(StoredFile { id, hash, name, kind, size }: StoredFile) -> Self {
        Self { id, file: files::SavedFile { hash, name, kind, size } }
    }
}

impl From<Attached> for StoredFile {
    fn from(Attached { id, file }: Attached) -> Self {
        let files::SavedFile { hash, name, kind, size } = file;
        Self { id, hash, name, kind, size }
    }
}

/// Evidence for what was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Links to where people can read more.
    pub links: Vec<String>,
    pub files: Vec<Attached>,
    /// A number before and after.
    #[serde(deserialize_with = "Option::deserialize")]
    pub numbers: Option<Numbers>,
}

/// Reads what was sent. `told`: the files of the words published now; `own`: those that the writer
/// added.
pub fn evidence(
    sent: &Sent,
    told: &[Attached],
    own: &[Attached],
    now: Moment,
    refusals: &mut Refusals,
) -> Evidence {
    let links = refusals.take("links", links(sent.typed("links"))).unwrap_or_default();
    let files = refusals.take("file", files(sent, &[told, own].concat())).unwrap_or_default();
    Evidence { links, files, numbers: numbers(sent, now, refusals) }
}

/// The files that were named, of those that can be.
fn files(sent: &Sent, known: &[Attached]) -> Result<Vec<Attached>, String> {
    let named = sent.all("files");
    let files: Vec<Attached> = named
        .iter()
        .filter_map(|id| known.iter().find(|file| file.id == id.as_str()).cloned())
        .collect();
    match files.len() {
        found if found < named.len() => {
            Err("Choose the file again. We no longer have it".to_owned())
        }
        0..=MOST_FILES => Ok(files),
        many => Err(format!("Use {MOST_FILES} files or fewer. You have {many}")),
    }
}

/// One thing that is counted or measured, in several places and on several days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// What is counted, with its unit, as in "Weeks waited for occupational therapy".
    pub what: String,
    pub source: String,
    /// (where, day as `2026-12-04`, number as it was written), in the order of the places as they
    /// were named, then of the days.
    pub rows: Vec<(String, String, String)>,
}

/// A place, and its number on each day of the table.
pub type Row = (String, Vec<Option<String>>);

impl Numbers {
    /// The days of all rows, in order, and for each place its number on each of them.
    #[must_use]
    pub fn table(&self) -> (Vec<String>, Vec<Row>) {
        let mut days: Vec<String> = self.rows.iter().map(|(_, day, _)| day.clone()).collect();
        days.sort();
        days.dedup();
        let mut places: Vec<Row> = Vec::new();
        for (place, day, number) in &self.rows {
            let nth = if let Some(nth) = places.iter().position(|(known, _)| known == place) {
                nth
            } else {
                places.push((place.clone(), vec![None; days.len()]));
                places.len() - 1
            };
            if let Ok(day) = days.binary_search(day) {
                places[nth].1[day] = Some(number.clone());
            }
        }
        (days, places)
    }
}

/// One link on each line. Only what a browser opens safely.
fn links(typed: &str) -> Result<Vec<String>, String> {
    let typed = forms::prose(typed);
    let lines: Vec<&str> = typed.lines().filter(|line| !line.is_empty()).collect();
    if lines.len() > MOST_LINKS {
        return Err(format!("Use {MOST_LINKS} links or fewer. You have {}", lines.len()));
    }
    let link = |line: &&str| {
        forms::link(line).ok_or_else(|| {
            format!(
                "Write each link in full, like https://www.example.org/report. \
                This is not a link: {line}"
            )
        })
    };
    lines.iter().map(link).collect()
}

/// "North Sefton; 2026-09-01; 18.5", one on each line, and what it is. Nothing if every field is
/// empty.
fn numbers(sent: &Sent, now: Moment, refusals: &mut Refusals) -> Option<Numbers> {
    let (what, source, typed) = (
        sent.line("numbers_what"),
        sent.line("numbers_source"),
        forms::prose(sent.typed("numbers")),
    );
    if what.is_empty() && source.is_empty() && typed.is_empty() {
        return None;
    }
    let what = refusals.take(
        "numbers_what",
        forms::within(what, 120, "Say what is counted, and the unit: weeks, children, pounds"),
    );
    let source = refusals
        .take("numbers_source", forms::within(source, 200, "Say where the numbers come from"));
    let rows = refusals.take("numbers", rows(&typed, now));
    Some(Numbers { what: what?, source: source?, rows: rows? })
}

fn rows(typed: &str, now: Moment) -> Result<Vec<(String, String, String)>, String> {
    const LIKE: &str = "like this: North Sefton; 2026-09-01; 18.5";
    let lines: Vec<&str> = typed.lines().filter(|line| !line.is_empty()).collect();
    // Each is compared with all others.
    if lines.len() > MOST_NUMBERS {
        return Err(format!("Use {MOST_NUMBERS} numbers or fewer. You have {}", lines.len()));
    }
    let mut rows: Vec<(String, String, String)> = Vec::new();
    for (nth, line) in lines.into_iter().enumerate() {
        let nth = nth + 1;
        let fields: Vec<String> = line.split(';').map(forms::line).collect();
        let [place, day, number] = fields.as_slice() else {
            return Err(format!("Write line {nth} {LIKE}"));
        };
        let day =
            clock::read(day, "00:00").filter(|day| *day <= now).map(|day| clock::fields(day).0);
        let Some(day) = day else {
            return Err(format!("Use a date that has passed in line {nth}, {LIKE}"));
        };
        let is_number =
            number.parse::<f64>().is_ok_and(|number| number.is_finite() && number.abs() < 1e12);
        if !is_number || number.contains(['e', 'E', '+']) || number.len() > 16 {
            return Err(format!("Write a number in line {nth}, {LIKE}"));
        }
        if place.is_empty() || place.chars().count() > 60 {
            return Err(format!("Write a place of 60 characters or fewer in line {nth}, {LIKE}"));
        }
        if rows.iter().any(|(known, on, _)| known == place && *on == day) {
            return Err(format!("Remove line {nth}. That place already has a number for that day"));
        }
        rows.push((place.clone(), day, number.clone()));
    }
    let has_two_days = rows
        .iter()
        .any(|(place, day, _)| rows.iter().any(|(other, on, _)| other == place && on != day));
    match rows.len() {
        0 => Err(format!("Write a line for each number, {LIKE}")),
        _ if !has_two_days => {
            Err("Give a place one number before and one after: two lines with the same place and \
                different dates"
                .to_owned())
        }
        _ => Ok(rows),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ground::db;
    use ground::files::SavedFile;

    fn read(fields: &[(&str, &str)]) -> Result<Evidence, Refusals> {
        let (now, mut refusals) =
            (clock::read("2026-12-03", "10:00").expect("a time"), Refusals::default());
        let evidence =
            evidence(&Sent::of(fields), &[], &[file("a"), file("b")], now, &mut refusals);
        if refusals.is_empty() { Ok(evidence) } else { Err(refusals) }
    }

    fn about(fields: &[(&str, &str)]) -> Vec<&'static str> {
        read(fields).expect_err("refusals").iter().map(|(field, _)| field).collect()
    }

    fn file(id: &str) -> Attached {
        let file = SavedFile {
            hash: id.repeat(64),
            name: "report.pdf".to_owned(),
            kind: FileKind::Pdf,
            size: 5,
        };
        Attached { id: id.into(), file }
    }

    #[test]
    fn what_a_newer_program_kept_of_a_file_is_an_error() {
        let evidence = Evidence { files: vec![file("a")], ..Evidence::default() };
        let hash = "a".repeat(64);
        let file =
            format!(r#"{{"id":"a","hash":"{hash}","name":"report.pdf","kind":"pdf","size":5}}"#);
        let kept = format!(r#"{{"links":[],"files":[{file}],"numbers":null}}"#);
        assert_eq!(db::json(&evidence).expect("JSON"), kept, "as it was always kept");
        let read = |kept: &str| db::read_json::<Evidence>(kept, "evidence");
        assert_eq!(read(&kept).expect("evidence"), evidence);
        for (was, becomes) in [
            (r#""size":5"#, r#""size":5,"pages":1"#),
            (r#""numbers":null"#, r#""numbers":null,"pictures":[]"#),
            (r#","numbers":null"#, ""),
            (r#""kind":"pdf""#, r#""kind":"film""#),
        ] {
            assert!(read(&kept.replace(was, becomes)).is_err(), "{becomes}");
        }
    }

    #[test]
    fn only_files_that_were_put_in_can_be_named() {
        let files = read(&[("files", "b"), ("files", "a")]).expect("evidence").files;
        assert_eq!(files.iter().map(|file| file.id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(about(&[("files", "a"), ("files", "another")]), ["file"]);
    }
    #[test]
    fn lines_beyond_the_most_are_counted_and_not_read() {
        let now = clock::read("2026-12-03", "10:00").expect("a time");
        let lines = "no number\n".repeat(75_000);
        assert_eq!(
            rows(&lines, now),
            Err(format!("Use {MOST_NUMBERS} numbers or fewer. You have 75000"))
        );
    }

    #[test]
    fn numbers_are_read_line_by_line_and_make_a_table_over_time() {
        let lines = "North Sefton; 2026-09-01; 9\nSouth Sefton;2026-09-01;24\nNorth Sefton; \
            2026-06-01; 11.5";
        let fields =
            [("numbers_what", "Weeks waited"), ("numbers_source", "The trust"), ("numbers", lines)];
        let numbers = read(&fields).expect("evidence").numbers.expect("numbers");
        let (days, places) = numbers.table();
        assert_eq!(days, ["2026-06-01", "2026-09-01"]);
        let cell = |text: &str| Some(text.to_owned());
        let (north, south) = (
            ("North Sefton".to_owned(), vec![cell("11.5"), cell("9")]),
            ("South Sefton".to_owned(), vec![None, cell("24")]),
        );
        assert_eq!(places, [north, south]);
        for wrong in [
            "North",
            "North; 2026-09-01; many",
            "North; 2027-09-01; 1",
            "; 2026-09-01; 1",
            "N; 2026-09-01; 1\nN; 2026-09-01; 2",
            "N; 2026-09-01; 1e3",
            "N; 2026-09-01; 1\nS; 2026-08-01; 2",
        ] {
            assert_eq!(
                about(&[&fields[..2], &[("numbers", wrong)]].concat()),
                ["numbers"],
                "{wrong}"
            );
        }
        assert_eq!(about(&[("numbers", lines)]), ["numbers_what", "numbers_source"]);
    }

    #[test]
    fn a_link_is_an_address_that_a_browser_opens() {
        let links = |typed: &str| read(&[("links", typed)]).map(|evidence| evidence.links);
        assert_eq!(
            links("https://example.org/a\n\nhttp://example.org"),
            Ok(vec!["https://example.org/a".into(), "http://example.org/".into()])
        );
        for wrong in [
            "javascript:alert(1)",
            "example.org",
            "data:text/html,x",
            "https://user:secret@example.org",
            "file:///etc",
        ] {
            assert!(links(wrong).is_err(), "{wrong}");
        }
    }
}
