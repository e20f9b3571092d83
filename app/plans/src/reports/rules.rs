//! What a report and its recommendations are, as they are typed or pasted. Pure.

use calendar::clock::{self, Moment};
use forms::{Named, Refusals, Sent, within};
use ground::ids::{Id, PlanKind};

/// The most recommendations of a report.
const MOST: usize = 100;
/// The most lines that are named as wrong.
const MOST_NAMED: usize = 20;
/// The longest words of one, in characters.
const LONGEST: usize = 1_000;
/// The longest number, and the longest page.
const LONGEST_NUMBER: usize = 12;
const DAY: &str = "Enter the day it was published";

/// A report as it is put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport {
    /// The same key twice is one report.
    pub form_key: String,
    pub title: String,
    /// As `2026-12-04`.
    pub published_on: String,
    /// Where everyone can read it.
    pub source: String,
    /// What kind of plan must answer it.
    pub kind_id: Id<PlanKind>,
    /// In their order; never empty.
    pub recommendations: Vec<NewRecommendation>,
}

/// One recommendation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecommendation {
    /// As the report has it: "3", "R2".
    pub number: String,
    pub page: String,
    pub words: String,
}

/// Reads a report.
///
/// # Errors
/// What must be corrected; of the recommendations line by line.
pub fn report(sent: &Sent, kinds: &[Named], now: Moment) -> Result<NewReport, Refusals> {
    let mut refusals = Refusals::default();
    let title = within(sent.line("title"), 160, "Enter what the report is called");
    let title = refusals.take("title", title);
    let published_on = match clock::read(sent.typed("published_on"), "00:00") {
        Some(at) if at > now => Err("Add it once the report is published".to_owned()),
        Some(at) if at.millis() >= 0 => Ok(clock::fields(at).0),
        _ => Err(DAY.to_owned()),
    };
    let published_on = refusals.take("published_on", published_on);
    let source = refusals.take("source", source(sent.line("source")));
    let kind = kinds.iter().find(|kind| kind.id == sent.typed("kind"));
    let kind = kind.ok_or_else(|| "Choose which plans must answer it".to_owned());
    let kind = refusals.take("kind", kind);
    let recommendations = match recommendations(sent.typed("lines")) {
        Ok(recommendations) => Some(recommendations),
        Err(faults) => {
            faults.into_iter().for_each(|fault| refusals.add("lines", fault));
            None
        }
    };
    match (title, published_on, source, kind, recommendations) {
        (Some(title), Some(published_on), Some(source), Some(kind), Some(recommendations)) => {
            Ok(NewReport {
                form_key: sent.once(),
                title,
                published_on,
                source,
                kind_id: kind.id.as_str().into(),
                recommendations,
            })
        }
        _ => Err(refusals),
    }
}

fn source(typed: String) -> Result<String, String> {
    let source = within(typed, 300, "Enter where everyone can read it")?;
    let is_address = source.starts_with("https://") && !source.contains(' ');
    is_address.then_some(source).ok_or_else(|| "Enter an address that begins with https://".into())
}

/// Reads recommendations, one a line.
///
/// # Errors
/// What is wrong, line by line.
pub fn recommendations(typed: &str) -> Result<Vec<NewRecommendation>, Vec<String>> {
    let typed = typed.replace("\r\n", "\n").replace('\r', "\n");
    let lines = typed.split('\n').enumerate().filter(|(_, line)| !forms::line(line).is_empty());
    let (mut all, mut faults): (Vec<NewRecommendation>, Vec<String>) = (Vec::new(), Vec::new());
    for (nth, line) in lines.take(MOST + 1) {
        let read = recommendation(line).and_then(|read| {
            let is_there = all.iter().any(|earlier| earlier.number == read.number);
            if is_there {
                Err(format!("there is a number {} already", read.number))
            } else {
                Ok(read)
            }
        });
        match read {
            Ok(read) => all.push(read),
            Err(fault) => faults.push(format!("Line {}: {fault}", nth + 1)),
        }
    }
    if all.len() + faults.len() > MOST {
        faults = vec![format!("Add at most {MOST} recommendations")];
    } else if all.is_empty() && faults.is_empty() {
        faults = vec!["Enter the recommendations, one on each line".to_owned()];
    }
    faults.truncate(MOST_NAMED);
    if faults.is_empty() { Ok(all) } else { Err(faults) }
}

/// One line: "1 | 12 | The partnership should …", the same from a spreadsheet, or "1. The
/// partnership should … (page 12)".
fn recommendation(line: &str) -> Result<NewRecommendation, String> {
    let cells = |mark: char| line.split(mark).map(forms::line).collect::<Vec<_>>();
    let cells = if line.contains('|') { cells('|') } else { cells('\t') };
    let [number, page, words] = match cells.as_slice() {
        [number, page, words] => [number.clone(), page.clone(), words.clone()],
        [whole] => in_words(whole)?,
        _ => return Err("write its number, its page and its words, with | between them".into()),
    };
    let number = number.trim_end_matches(['.', ')', ':']).to_owned();
    if !is_number(&number) {
        return Err("begin with its number in the report, as in “3.”".to_owned());
    }
    let page = pages(&page);
    if !is_number(&page) {
        return Err("say on which page it is, as in “(page 12)”".to_owned());
    }
    let words = within(words, LONGEST, "write what it recommends")
        .map_err(|what_to_do| what_to_do.replacen("Use ", "use ", 1))?;
    Ok(NewRecommendation { number, page, words })
}

/// The page or pages that are written there, as in "12" or "8-9".
fn pages(typed: &str) -> String {
    let folded = typed.to_ascii_lowercase();
    let named = ["pages ", "page ", "pp. ", "pp ", "p. ", "p "];
    let named = named.iter().find(|named| folded.starts_with(**named));
    let bare = &typed[named.map_or(0, |named| named.len())..];
    let dashed = bare.replace(['–', '—'], "-");
    dashed.split('-').map(str::trim).collect::<Vec<_>>().join("-")
}

/// Number, page and words of a line that is a sentence.
fn in_words(line: &str) -> Result<[String; 3], String> {
    const PAGE: [&str; 10] = [
        "(page ", ", page ", "(pages ", ", pages ", "(p. ", "(p ", ", p. ", "(pp. ", "(pp ",
        ", pp. ",
    ];
    let (number, rest) = line.split_once(' ').unwrap_or((line, ""));
    let folded = rest.to_ascii_lowercase();
    let at = PAGE.iter().filter_map(|mark| Some((folded.rfind(mark)?, mark.len()))).max();
    let Some((at, mark)) = at else {
        return Err("say on which page it is, as in “(page 12)”".to_owned());
    };
    let page = rest[at + mark..].trim_end_matches([')', '.', ' ']);
    Ok([number.to_owned(), page.to_owned(), rest[..at].trim_end().to_owned()])
}

/// Whether this can be a number or a page: short, with a digit, and without spaces.
fn is_number(text: &str) -> bool {
    text.chars().count() <= LONGEST_NUMBER
        && text.chars().any(|c| c.is_ascii_digit())
        && !text.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: &str, page: &str, words: &str) -> NewRecommendation {
        let [number, page, words] = [number, page, words].map(str::to_owned);
        NewRecommendation { number, page, words }
    }

    #[test]
    fn each_line_is_read_as_it_is_typed_pasted_or_comes_from_a_spreadsheet() {
        let typed = "1 | 12 | Shorten the waits.\r\n\r\n2.\t12\tListen to families.\n\
                     3) Publish one pathway, and keep to it (page 13).\nR4: Write to us, p. 14";
        let read = recommendations(typed).expect("four");
        assert_eq!(
            read,
            [
                of("1", "12", "Shorten the waits."),
                of("2", "12", "Listen to families."),
                of("3", "13", "Publish one pathway, and keep to it"),
                of("R4", "14", "Write to us"),
            ]
        );
    }

    #[test]
    fn a_recommendation_may_go_over_several_pages() {
        let typed = "1. Shorten the waits (pages 8-9)\n2 | Pages 8 – 9 | Listen.\n\
                     3. Write to us, pp. 8–9\n4 | pp. 8-9 | Publish it.\n5 | P. 8-9 | Do it.";
        let read = recommendations(typed).expect("five");
        assert_eq!(read.len(), 5);
        assert!(read.iter().all(|one| one.page == "8-9"), "{read:?}");
        assert!(recommendations("1. Shorten the waits (pages eight to nine)").is_err());
    }

    #[test]
    fn what_is_wrong_is_said_by_its_line() {
        let faults = recommendations(
            "1 | 12 | Shorten the waits.\n\nShorten the waits (page 3)\n2. Listen.\n\
             1 | 13 | Again\n3 | 14\n4 | 15 |",
        )
        .expect_err("faults");
        for (line, fault) in [
            ("Line 3: begin with its number", 0),
            ("Line 4: say on which page", 1),
            ("Line 5: there is a number 1 already", 2),
            ("Line 6: write its number, its page", 3),
            ("Line 7: write what it recommends", 4),
        ] {
            assert!(faults[fault].starts_with(line), "{faults:?}");
        }
        assert_eq!(recommendations(" \n\t\n").expect_err("none").len(), 1);
        let many: String = (1..=101).map(|nth| format!("{nth} | 1 | Do it\n")).collect();
        assert_eq!(recommendations(&many).expect_err("too many").len(), 1);
    }

    #[test]
    fn hostile_lines_are_refused_or_read_and_never_fail() {
        for typed in ["|||", "\u{202e} (page ", "1 (page )", "é (PAGE é", "1. ẞ (p. 1", "\t\t\t"]
        {
            let _ = recommendations(typed);
        }
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/recommendations");
        let files: Vec<_> = std::fs::read_dir(corpus).expect("a corpus").flatten().collect();
        assert!(!files.is_empty());
        for file in files {
            let typed = std::fs::read(file.path()).expect("a file");
            let _ = recommendations(&String::from_utf8_lossy(&typed));
        }
    }

    #[test]
    fn a_report_has_a_day_an_address_and_a_kind_that_can_be_chosen() {
        let kinds = [Named { id: "kind".into(), name: "Strategic plan".into() }];
        let now = clock::read("2027-01-15", "12:00").expect("a time");
        let whole = Sent::of(&[
            ("title", "Area SEND inspection"),
            ("published_on", "2026-12-01"),
            ("source", "https://example.org/report"),
            ("kind", "kind"),
            ("lines", "1 | 12 | Shorten the waits."),
        ]);
        assert!(report(&whole, &kinds, now).is_ok());
        for (field, value) in [
            ("published_on", "2027-01-16"),
            ("published_on", "-000001-01-01"),
            ("source", "http://example.org"),
            ("source", "https://a b"),
            ("kind", "another"),
            ("lines", "Shorten the waits"),
        ] {
            let refusals = report(&whole.clone().with(field, value), &kinds, now).expect_err(value);
            assert!(refusals.about(field).is_some(), "{field} {value}");
        }
    }
}
