//! How many children and young people with SEND live in each place, from a CSV. Pure.

use calendar::clock::{self, Moment};

use super::items::AreaItem;
use super::lines;
use super::place_facts::PlaceFacts;

const COLUMNS: [&str; 4] = ["place", "children", "source", "day"];

/// The file that everyone can begin from: the places with what is known of each.
#[must_use]
pub fn written(places: &[AreaItem]) -> String {
    let rows = places.iter().filter(|place| place.retired_at.is_none()).map(|place| {
        let facts = place.facts.clone();
        let children = facts.baseline.map_or_else(String::new, |number| number.to_string());
        vec![place.name.clone(), children, facts.baseline_source, facts.baseline_day]
    });
    lines::written(std::iter::once(COLUMNS.map(str::to_owned).to_vec()).chain(rows))
}

/// Reads a file: for each line the place, by its number among `places`, and what is known of it.
///
/// # Errors
/// What is wrong with which line, in the words the page shows. Then nothing is taken over.
pub fn read(
    file: &[u8],
    places: &[AreaItem],
    now: Moment,
) -> Result<Vec<(usize, PlaceFacts)>, Vec<String>> {
    let mut before = Vec::new();
    lines::read(file, COLUMNS, |cells| {
        let read = one_line(cells, places, now)?;
        if before.contains(&read.0) {
            return Err(format!("{} is in the file twice", places[read.0].name));
        }
        before.push(read.0);
        Ok(read)
    })
}

fn one_line(
    [place, children, source, day]: [String; 4],
    places: &[AreaItem],
    now: Moment,
) -> Result<(usize, PlaceFacts), String> {
    let known = lines::place(&place, places)?;
    let children = lines::whole_number(&children)?;
    let source = forms::within(source, 120, "say where the number is from")?;
    let known_at = clock::read(&iso(&day), "00:00")
        .ok_or_else(|| "write the day like 31/01/2026 or 2026-01-31".to_owned())?;
    if known_at > now {
        return Err("the day is in the future".to_owned());
    }
    // What else is known stays.
    let mut facts = places[known].facts.clone();
    facts.baseline = Some(children);
    facts.baseline_source = source;
    facts.baseline_day = clock::fields(known_at).0;
    Ok((known, facts))
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

    fn now() -> Moment {
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
        let faults = [
            "Line 2: there is no place called “Nroth Sefton”. Do you mean North Sefton?",
            "Line 3: “many” is not a whole number, like 1,250",
            "Line 4: say where the number is from",
            "Line 5: write the day like 31/01/2026 or 2026-01-31",
            "Line 6: the day is in the future",
            "Line 8: South Sefton is in the file twice",
        ];
        for csv in [csv.to_owned(), csv.replace('\n', "\r\n")] {
            assert_eq!(read(csv.as_bytes(), &places(), now()).expect_err("faults"), faults);
        }
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
                    Err(faults) => assert!((1..=lines::MOST_FAULTS + 1).contains(&faults.len())),
                }
            }
            files += 1;
        }
        assert!(files >= 3, "{files}");
    }
}
