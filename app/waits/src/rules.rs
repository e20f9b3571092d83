//! What a leader may publish about how long families wait, typed in or from a CSV file. Pure.

use std::collections::HashSet;

use area::items::AreaItem;
use area::lines;
use calendar::clock::Moment;
use forms::{Refusals, Sent};
use ground::ids::{Id, Place};

use super::figures::{Figure, Told};
use super::months::Month;

pub const COLUMNS: [&str; 5] = ["place", "month", "waiting", "median", "longest"];

/// The longest wait that can be published, in weeks: twenty years.
const LONGEST: i64 = 1_040;
/// The longest target, in weeks.
const LONGEST_TARGET: i64 = 520;
/// How many people can wait in one place.
const MOST_WAITING: i64 = 1_000_000;
/// What somebody writes for few people, so that the number never leaves their office.
const FEW: &str = "fewer than 10";

/// A place in a month, to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub place_id: Id<Place>,
    pub place: String,
    pub month: Month,
    pub figure: Figure,
}

/// What is to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Each place and month once; never empty.
    pub lines: Vec<Line>,
    /// In weeks.
    pub target: Option<i64>,
    pub source: String,
}

/// What becomes of what everyone reads about a place and a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing was published yet.
    New,
    /// The same is published.
    Same,
    /// Something else is published, which stays in sight.
    Corrects(Figure),
}

impl Change {
    /// What a line does to what is known.
    #[must_use]
    pub fn of(line: &Line, known: &[Told]) -> Self {
        let same = |told: &&Told| told.place_id == line.place_id && told.month == line.month;
        match known.iter().filter(same).max_by_key(|told| told.nth) {
            None => Self::New,
            Some(told) if told.figure == line.figure => Self::Same,
            Some(told) => Self::Corrects(told.figure),
        }
    }
}

/// Where the numbers of a form are.
#[derive(Clone, Copy, Debug)]
pub enum Numbers<'f> {
    /// In its fields, for one month.
    Typed,
    /// In a CSV file.
    File(&'f [u8]),
    /// In the page on which they were checked.
    Checked,
}

/// Reads what is to be published.
///
/// # Errors
/// What to do about it, field by field, and for a file line by line.
pub fn report(
    sent: &Sent,
    from: Numbers<'_>,
    places: &[AreaItem],
    now: Moment,
) -> Result<Report, Refusals> {
    let mut refusals = Refusals::default();
    let lines = match from {
        Numbers::Typed => refusals.take_all(typed(sent, places, now)),
        Numbers::File(file) => match of_file(file, places, now) {
            Ok(lines) => Some(lines),
            Err(faults) => {
                faults.into_iter().for_each(|fault| refusals.add("file", fault));
                None
            }
        },
        Numbers::Checked => refusals.take("file", checked(sent, places, now)),
    };
    let target = refusals.take("target", target(&sent.line("target")));
    let say = "Say where these numbers are from";
    let source = refusals.take("source", forms::within(sent.line("source"), 200, say));
    match (lines, target, source) {
        (Some(lines), Some(target), Some(source)) => Ok(Report { lines, target, source }),
        _ => Err(refusals),
    }
}

fn target(typed: &str) -> Result<Option<i64>, String> {
    if typed.is_empty() {
        return Ok(None);
    }
    let weeks =
        lines::whole_number(typed).ok().filter(|weeks| (1..=LONGEST_TARGET).contains(weeks));
    let what_to_do = || "Enter the target in whole weeks, like 18, or leave it empty".to_owned();
    weeks.map(Some).ok_or_else(what_to_do)
}

/// The name of a field for a number of a place.
#[must_use]
pub fn field(column: &str, place_id: &str) -> String {
    format!("{column}-{place_id}")
}

/// One month, place by place. A place about which nothing is typed is left out.
fn typed(sent: &Sent, places: &[AreaItem], now: Moment) -> Result<Vec<Line>, Refusals> {
    let mut refusals = Refusals::default();
    let month = refusals.take("month", over(&sent.line("month"), now));
    let mut all = Vec::new();
    for place in places {
        let [waiting, median, longest] =
            ["waiting", "median", "longest"].map(|column| sent.line(&field(column, &place.id)));
        if waiting.is_empty() && median.is_empty() && longest.is_empty() {
            continue;
        }
        match figure(&waiting, &median, &longest) {
            Ok(figure) => all.push((place, figure)),
            Err(what_to_do) => refusals.add("places", format!("{}: {what_to_do}", place.name)),
        }
    }
    if all.is_empty() && refusals.about("places").is_none() {
        refusals.add("places", "Enter the numbers for a place, or choose a CSV file");
    }
    let Some(month) = month.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    let line = |(place, figure): (&AreaItem, Figure)| Line {
        place_id: place.id.as_str().into(),
        place: place.name.clone(),
        month,
        figure,
    };
    Ok(all.into_iter().map(line).collect())
}

/// Every line of a file, or none.
fn of_file(file: &[u8], places: &[AreaItem], now: Moment) -> Result<Vec<Line>, Vec<String>> {
    let mut before: Vec<(usize, Month)> = Vec::new();
    lines::read(file, COLUMNS, |[place, month, waiting, median, longest]| {
        let known = lines::place(&place, places)?;
        let month = over(&month, now)?;
        let name = &places[known].name;
        if before.contains(&(known, month)) {
            return Err(format!("{name} in {} is in the file twice", month.words()));
        }
        before.push((known, month));
        let place_id = places[known].id.as_str().into();
        let figure = figure(&waiting, &median, &longest)?;
        Ok(Line { place_id, place: name.clone(), month, figure })
    })
}

/// A month that is over.
fn over(typed: &str, now: Moment) -> Result<Month, String> {
    let month = Month::read(typed).ok_or_else(|| {
        let typed = forms::beginning(typed, 40);
        format!("“{typed}” is not a month. Write it like May 2026 or 2026-05")
    })?;
    if month > Month::last_over(now) {
        return Err(format!("{} is not over yet", month.words()));
    }
    Ok(month)
}

/// The numbers of a place in a month. What they say about few people goes no further.
fn figure(waiting: &str, median: &str, longest: &str) -> Result<Figure, String> {
    if waiting.eq_ignore_ascii_case(FEW) {
        return Ok(Figure::FewerThanTen);
    }
    if waiting.is_empty() {
        return Err("say how many are waiting, or leave the place out".to_owned());
    }
    let waiting = lines::whole_number(waiting)?;
    if Figure::of(waiting, 0, 0) == Figure::FewerThanTen {
        return Ok(Figure::FewerThanTen);
    }
    if waiting > MOST_WAITING {
        return Err("check how many are waiting. That is too many".to_owned());
    }
    let (median, longest) = (weeks(median)?, weeks(longest)?);
    if median > longest {
        return Err("the longest wait can't be shorter than the median".to_owned());
    }
    Ok(Figure::of(waiting, median, longest))
}

/// Weeks, to the nearest whole one.
fn weeks(cell: &str) -> Result<i64, String> {
    let (whole, rest) = cell.split_once('.').unwrap_or((cell, "0"));
    let up = match rest.bytes().next() {
        Some(first) if rest.bytes().all(|byte| byte.is_ascii_digit()) => i64::from(first >= b'5'),
        _ => -1,
    };
    let whole = lines::whole_number(whole).ok().filter(|_| up >= 0).map(|whole| whole + up);
    whole.filter(|weeks| *weeks <= LONGEST).ok_or_else(|| {
        format!("“{}” is not a number of weeks, like 24", forms::beginning(cell, 40))
    })
}

impl Line {
    /// As the page on which it is checked sends it on.
    #[must_use]
    pub fn packed(&self) -> String {
        let numbers = match self.figure {
            Figure::FewerThanTen => "few".to_owned(),
            Figure::Weeks { waiting, median, longest } => format!("{waiting};{median};{longest}"),
        };
        format!("{};{};{numbers}", self.place_id, self.month)
    }

    fn unpacked(row: &str, places: &[AreaItem], now: Moment) -> Option<Self> {
        let parts: Vec<&str> = row.split(';').collect();
        let (place_id, month, figure) = match parts[..] {
            [place_id, month, "few"] => (place_id, month, Figure::FewerThanTen),
            [place_id, month, waiting, median, longest] => {
                (place_id, month, figure(waiting, median, longest).ok()?)
            }
            _ => return None,
        };
        let place = places.iter().find(|place| place.id == place_id)?;
        let month = over(month, now).ok()?;
        Some(Self { place_id: place_id.into(), place: place.name.clone(), month, figure })
    }
}

/// What was checked, read again: a page can be changed on its way.
fn checked(sent: &Sent, places: &[AreaItem], now: Moment) -> Result<Vec<Line>, String> {
    let rows = sent.all("row");
    let lines: Option<Vec<Line>> =
        rows.iter().map(|row| Line::unpacked(row, places, now)).collect();
    let is_twice = |lines: &[Line]| {
        let mut before = HashSet::new();
        !lines.iter().all(|line| before.insert((&line.place_id, line.month)))
    };
    lines
        .filter(|lines| !lines.is_empty() && !is_twice(lines))
        .ok_or_else(|| "Enter the numbers again. A place is no longer in the list".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use area::PlaceFacts;
    use calendar::clock;

    fn places() -> Vec<AreaItem> {
        ["North Sefton", "South Sefton"]
            .map(|name| AreaItem {
                id: format!("id of {name}"),
                name: name.to_owned(),
                facts: PlaceFacts::default(),
                retired_at: None,
            })
            .to_vec()
    }

    fn now() -> Moment {
        clock::read("2026-12-01", "10:00").expect("a time")
    }

    fn of(sent: &Sent, from: Numbers<'_>) -> Result<Report, Vec<String>> {
        report(sent, from, &places(), now())
            .map_err(|refusals| refusals.iter().map(|(_, words)| words.to_owned()).collect())
    }

    fn sourced() -> Sent {
        Sent::of(&[("source", "The waiting list"), ("target", "18")])
    }

    #[test]
    fn a_file_is_read_with_commas_a_mark_at_its_beginning_and_the_dates_of_spreadsheets() {
        let csv = "\u{feff}Place,Month,Waiting,Median,Longest,Notes\r\n\
            North Sefton,May-26,\"1,250\",9,31,as counted\r\n\r\n\
            South Sefton,01/05/2026,57,24.5,40,\r\n\
            South Sefton,2026-06,9,24,40,\r\n\
            North Sefton,46174,Fewer than 10,,,\r\n";
        let report = of(&sourced(), Numbers::File(csv.as_bytes())).expect("a file");
        let lines: Vec<String> = report
            .lines
            .iter()
            .map(|line| format!("{} {} {:?}", line.place, line.month, line.figure))
            .collect();
        assert_eq!(
            lines,
            [
                "North Sefton 2026-05 Weeks { waiting: 1250, median: 9, longest: 31 }",
                "South Sefton 2026-05 Weeks { waiting: 57, median: 25, longest: 40 }",
                "South Sefton 2026-06 FewerThanTen",
                "North Sefton 2026-06 FewerThanTen",
            ]
        );
        assert_eq!((report.target, report.source.as_str()), (Some(18), "The waiting list"));
    }

    #[test]
    fn every_line_that_is_wrong_is_named_with_what_to_do_and_nothing_is_taken_over() {
        let csv = "place,month,waiting,median,longest\n\
            Nroth Sefton,2026-05,57,24,40\n\
            South Sefton,5/31/2026,57,24,40\n\
            South Sefton,2026-12,57,24,40\n\
            South Sefton,2026-05,many,24,40\n\
            South Sefton,2026-06,57,,40\n\
            South Sefton,2026-07,57,41,40\n\
            South Sefton,2026-08,57,24,40\n\
            South Sefton,Aug-26,58,24,40\n\
            South Sefton,2026-09,,24,40\n\
            South Sefton,2026-10,57,24.x,40\n";
        let faults = of(&sourced(), Numbers::File(csv.as_bytes())).expect_err("faults");
        assert_eq!(
            faults,
            [
                "Line 2: there is no place called “Nroth Sefton”. Do you mean North Sefton?",
                "Line 3: “5/31/2026” is not a month. Write it like May 2026 or 2026-05",
                "Line 4: December 2026 is not over yet",
                "Line 5: “many” is not a whole number, like 1,250",
                "Line 6: “” is not a number of weeks, like 24",
                "Line 7: the longest wait can't be shorter than the median",
                "Line 9: South Sefton in August 2026 is in the file twice",
                "Line 10: say how many are waiting, or leave the place out",
                "Line 11: “24.x” is not a number of weeks, like 24",
            ]
        );
    }

    #[test]
    fn what_is_typed_is_for_one_month_and_a_place_can_be_left_out() {
        let sent = sourced()
            .with("month", "october 2026")
            .with("waiting-id of South Sefton", "57")
            .with("median-id of South Sefton", "24")
            .with("longest-id of South Sefton", "40");
        let report = of(&sent, Numbers::Typed).expect("numbers");
        assert_eq!(report.lines.len(), 1);
        let faults =
            of(&Sent::default().with("target", "soon"), Numbers::Typed).expect_err("faults");
        assert_eq!(
            faults,
            [
                "“” is not a month. Write it like May 2026 or 2026-05",
                "Enter the numbers for a place, or choose a CSV file",
                "Enter the target in whole weeks, like 18, or leave it empty",
                "Say where these numbers are from",
            ]
        );
    }

    #[test]
    fn what_was_checked_is_the_same_when_it_is_sent_on_and_nothing_else_is_taken() {
        let csv = "place,month,waiting,median,longest\n\
            North Sefton,2026-05,57,24,40\nSouth Sefton,2026-05,3,2,1\n";
        let report = of(&sourced(), Numbers::File(csv.as_bytes())).expect("a file");
        let rows =
            report.lines.iter().fold(sourced(), |sent, line| sent.and("row", &line.packed()));
        assert_eq!(of(&rows, Numbers::Checked), Ok(report));
        for row in ["", "id of North Sefton;2026-05", "elsewhere;2026-05;few", "a;b;c;d;e"] {
            assert!(of(&sourced().and("row", row), Numbers::Checked).is_err(), "{row}");
        }
        let twice = rows.and("row", "id of North Sefton;2026-05;58;24;40");
        assert!(of(&twice, Numbers::Checked).is_err());
        let few = sourced().and("row", "id of North Sefton;2026-05;3;2;1");
        let lines = of(&few, Numbers::Checked).expect("numbers").lines;
        assert_eq!(lines[0].figure, Figure::FewerThanTen, "a small number is not taken on any way");
    }

    #[test]
    fn a_line_is_new_the_same_or_corrects_what_was_published_last() {
        let known = crate::figures::tests::told(&[
            (1, "North Sefton", "2026-05", 30),
            (2, "North Sefton", "2026-05", 24),
        ]);
        let line = |month: &str, weeks| Line {
            place_id: "North Sefton".into(),
            place: "North Sefton".to_owned(),
            month: month.parse().expect("a month"),
            figure: Figure::of(40, weeks, weeks + 9),
        };
        assert_eq!(Change::of(&line("2026-06", 24), &known), Change::New);
        assert_eq!(Change::of(&line("2026-05", 24), &known), Change::Same);
        let corrects = Change::Corrects(Figure::of(40, 24, 33));
        assert_eq!(Change::of(&line("2026-05", 30), &known), corrects);
    }

    /// The files that `cargo fuzz run waits` begins with.
    #[test]
    fn hostile_files_are_read_or_refused_in_few_words() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/waits");
        let mut files = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
            for bytes in [bytes.clone(), bytes.repeat(1_000)] {
                match of(&sourced(), Numbers::File(&bytes)) {
                    Ok(report) => assert!(report.lines.len() <= 500),
                    Err(faults) => assert!((1..=21).contains(&faults.len())),
                }
            }
            files += 1;
        }
        assert!(files >= 3, "{files}");
    }
}
