//! How many children and young people with SEND live in each place, from a CSV. Pure.

use calendar::clock::{self, Millis};
use csv::{ReaderBuilder, StringRecord, Trim};

use super::items::AreaItem;
use super::place_facts::PlaceFacts;
use super::rules::{nearest, whole_number};

/// The largest file that is read, in bytes, and the most lines of it.
pub const LARGEST: usize = 100 * 1024;
const MOST_LINES: usize = 500;
/// The most faults that are named at once.
const MOST_FAULTS: usize = 20;

const COLUMNS: [&str; 4] = ["place", "children", "source", "day"];

/// The file that everyone can begin from: the places with what is known of each.
#[must_use]
pub fn written(places: &[AreaItem]) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    rows.extend(places.iter().filter(|place| place.retired_at.is_none()).map(|place| {
        let PlaceFacts { baseline, baseline_source, baseline_day } = place.facts.clone();
        let children = baseline.map_or_else(String::new, |number| number.to_string());
        [place.name.clone(), children, baseline_source, baseline_day]
    }));
    for row in &rows {
        // It writes to memory, where nothing fails.
        let _ = csv.write_record(row);
    }
    csv.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Reads a file: for each line the place, by its number among `places`, and what is known of it.
///
/// # Errors
/// What is wrong with which line, in the words the page shows. Then nothing is taken over.
pub fn read(
    file: &[u8],
    places: &[AreaItem],
    now: Millis,
) -> Result<Vec<(usize, PlaceFacts)>, Vec<String>> {
    let one = |fault: &str| Err(vec![fault.to_owned()]);
    if file.len() > LARGEST {
        return one("Choose a smaller file: up to 100 kB");
    }
    let Ok(text) = std::str::from_utf8(file) else {
        return one("Save the file as “CSV UTF-8” and choose it again");
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut records = lines.records();
    let Some(Ok(header)) = records.next() else {
        return one("The first line must be: place,children,source,day");
    };
    let position = |column: &str| header.iter().position(|cell| cell.eq_ignore_ascii_case(column));
    let [Some(place), Some(children), Some(source), Some(day)] = COLUMNS.map(position) else {
        return one("Line 1: the first line must be: place,children,source,day");
    };
    let at = [place, children, source, day];
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
        match one_line(&record, at, places, now) {
            Ok((known, _)) if all.iter().any(|(before, _)| *before == known) => {
                faults.push(format!("Line {line}: {} is in the file twice", places[known].name));
            }
            Ok(read) => all.push(read),
            Err(what_to_do) => faults.push(format!("Line {line}: {what_to_do}")),
        }
    }
    if all.is_empty() && faults.is_empty() {
        return one("The file has no places in it. Add a line for each");
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

fn one_line(
    record: &StringRecord,
    [place, children, source, day]: [usize; 4],
    places: &[AreaItem],
    now: Millis,
) -> Result<(usize, PlaceFacts), String> {
    let cell = |nth: usize| forms::line(record.get(nth).unwrap_or_default());
    let name = cell(place);
    let Some(known) = places.iter().position(|known| known.name == name) else {
        let meant = nearest(&name, places).map(|place| format!(". Do you mean {}?", place.name));
        return Err(format!(
            "there is no place called “{}”{}",
            forms::beginning(&name, 40),
            meant.unwrap_or_default()
        ));
    };
    let children = cell(children);
    let children = whole_number(&children).map_err(|_| {
        format!("“{}” is not a whole number, like 1,250", forms::beginning(&children, 40))
    })?;
    let baseline_source = forms::within(cell(source), 120, "say where the number is from")?;
    let day = iso(&cell(day));
    let known_at = clock::read(&day, "00:00")
        .ok_or_else(|| "write the day like 31/01/2026 or 2026-01-31".to_owned())?;
    if known_at > now {
        return Err("the day is in the future".to_owned());
    }
    let baseline_day = clock::fields(known_at).0;
    Ok((known, PlaceFacts { baseline: Some(children), baseline_source, baseline_day }))
}

/// A day as the tables have it, also where a spreadsheet wrote 31/01/2026.
fn iso(day: &str) -> String {
    match day.split('/').collect::<Vec<_>>()[..] {
        [day, month, year] => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => day.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Vec<AreaItem> {
        ["North Sefton", "South Sefton"]
            .map(|name| AreaItem {
                id: name.to_owned(),
                name: name.to_owned(),
                facts: PlaceFacts::default(),
                retired_at: None,
            })
            .to_vec()
    }

    fn now() -> Millis {
        clock::read("2026-12-01", "10:00").expect("a time")
    }

    #[test]
    fn each_line_is_a_place_with_its_number_its_source_and_its_day() {
        let csv = "\u{feff}Place,Children,Source,Day\r\n\
            North Sefton,\"1,250\",School census,31/01/2026\r\n\r\n\
            South Sefton,900,School census,2026-01-31\r\n";
        let known = |children| PlaceFacts {
            baseline: Some(children),
            baseline_source: "School census".to_owned(),
            baseline_day: "2026-01-31".to_owned(),
        };
        assert_eq!(
            read(csv.as_bytes(), &places(), now()),
            Ok(vec![(0, known(1250)), (1, known(900))])
        );
    }

    #[test]
    fn every_line_that_is_wrong_is_named_with_what_to_do_and_nothing_is_taken_over() {
        let csv = "place,children,source,day\n\
            Nroth Sefton,12,Census,2026-01-31\n\
            South Sefton,many,Census,2026-01-31\n\
            South Sefton,12,,2026-01-31\n\
            South Sefton,12,Census,31 January\n\
            South Sefton,12,Census,2027-01-31\n\
            South Sefton,12,Census,2026-01-31\n\
            South Sefton,13,Census,2026-01-31\n";
        assert_eq!(
            read(csv.as_bytes(), &places(), now()).expect_err("faults"),
            [
                "Line 2: there is no place called “Nroth Sefton”. Do you mean North Sefton?",
                "Line 3: “many” is not a whole number, like 1,250",
                "Line 4: say where the number is from",
                "Line 5: write the day like 31/01/2026 or 2026-01-31",
                "Line 6: the day is in the future",
                "Line 8: South Sefton is in the file twice",
            ]
        );
    }

    #[test]
    fn a_file_without_its_first_line_or_in_another_alphabet_says_what_to_do() {
        for file in [&b""[..], b"North Sefton,12\n", b"place,children\n"] {
            let faults = read(file, &places(), now()).expect_err("faults");
            assert!(faults[0].contains("place,children,source,day"), "{faults:?}");
        }
        let faults = read(b"place,children,source,day\nSt. Ann\xe9s,1,a,b", &places(), now());
        assert!(faults.expect_err("faults")[0].contains("CSV UTF-8"));
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let mut places = places();
        for place in &mut places {
            place.facts = PlaceFacts {
                baseline: Some(7),
                baseline_source: "A “count”, by hand".to_owned(),
                baseline_day: "2026-01-31".to_owned(),
            };
        }
        let read = read(written(&places).as_bytes(), &places, now()).expect("a file");
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].1.baseline_source, "A “count”, by hand");
    }

    /// The files that `cargo fuzz run baselines` begins with.
    #[test]
    fn hostile_files_are_read_or_refused_in_few_words() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/baselines");
        let mut files = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
            for bytes in [bytes.clone(), bytes.repeat(1_000)] {
                match read(&bytes, &places(), now()) {
                    Ok(all) => assert!(all.len() <= 2),
                    Err(faults) => assert!((1..=MOST_FAULTS + 1).contains(&faults.len())),
                }
            }
            files += 1;
        }
        assert!(files >= 3, "{files}");
    }
}
