//! The duties of an area as one file, which people can read and change in any editor. Pure.
//!
//! It is lines of `name: value`. Each duty begins with `duty:` and its word; the bank holidays
//! stand before the first. What begins with `#` is for whoever reads it.

use std::fmt::Write as _;

use forms::{Named, Sent};
use jiff::civil::Date;

use super::rules::{self, BankHolidays, Duty, MOST};

/// The list that comes with the program.
pub const OWN: &str = include_str!("profile.txt");

/// The largest file that is read, in bytes.
pub const LARGEST: usize = 100 * 1024;
/// The most bank holidays of a file: of thirty years.
const MOST_HOLIDAYS: usize = 300;
/// The most faults that are named at once.
const MOST_FAULTS: usize = 20;

const SOURCE: &str = "bank holidays source";
const CHECKED: &str = "bank holidays checked";
const UNTIL: &str = "bank holidays until";
const HOLIDAY: &str = "bank holiday";
/// What a duty has one of. Its steps are a line each.
const FIELDS: [&str; 9] =
    ["name", "rule", "source", "checked", "responsible", "due", "by", "public", "on"];

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub duties: Vec<Duty>,
    /// `None`: those that are known stay.
    pub bank: Option<BankHolidays>,
}

/// Writes everything as a file.
#[must_use]
pub fn written(duties: &[&Duty], bank: &BankHolidays) -> String {
    let mut text = String::from(
        "# What must be done here every year. Each rule is the area's own, and no legal advice.\n",
    );
    if let (Some(checked_on), Some(until)) = (bank.checked_on, bank.until) {
        let _ = writeln!(text, "\n{SOURCE}: {}\n{CHECKED}: {checked_on}", bank.source);
        let _ = writeln!(text, "{UNTIL}: {until}");
        for (day, name) in &bank.days {
            let _ = writeln!(text, "{HOLIDAY}: {day} {name}");
        }
    }
    for duty in duties {
        let sent = rules::fields(duty);
        let _ = writeln!(text, "\nduty: {}", duty.word);
        for field in FIELDS {
            let _ = writeln!(text, "{}", format!("{field}: {}", sent.typed(field)).trim_end());
        }
        for step in &duty.steps {
            let _ = writeln!(text, "step: {step}");
        }
    }
    text
}

/// A duty as its lines have it so far.
#[derive(Default)]
struct Lines {
    /// The line it begins on.
    begins: usize,
    sent: Sent,
    /// Which line has which field.
    at: Vec<(String, usize)>,
    steps: Vec<String>,
}

/// Reads a file, for an area with these organisations, beside the duties that it has already.
///
/// # Errors
/// What is wrong with which line, in the words the page shows. Then nothing is taken over.
pub fn read(
    file: &[u8],
    organisations: &[Named],
    known: &[&Duty],
    today: Date,
) -> Result<Profile, Vec<String>> {
    if file.len() > LARGEST {
        return Err(vec!["Choose a smaller file: up to 100 kB".to_owned()]);
    }
    let Ok(text) = std::str::from_utf8(file) else {
        return Err(vec!["Save the file as plain text (UTF-8) and choose it again".to_owned()]);
    };
    let (mut reader, mut faults) = (Reader::default(), Vec::new());
    for (nth, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(what_to_do) = reader.line(nth + 1, line) {
            faults.push(format!("Line {}: {what_to_do}", nth + 1));
        }
    }
    let duties = reader.duties(organisations, today, &mut faults);
    let bank = reader.bank(today, &mut faults);
    if faults.is_empty() && duties.is_empty() && bank.is_none() {
        faults.push("The file has no duties in it. Begin from the file of this page".to_owned());
    }
    if faults.is_empty() {
        let others = known.iter().filter(|duty| duties.iter().all(|new| new.word != duty.word));
        let all: Vec<&Duty> = duties.iter().chain(others.copied()).collect();
        if all.len() > MOST {
            faults.push(format!("Use {MOST} duties or fewer"));
        } else if let Some((word, what_to_do)) = rules::wrong_order(&all) {
            faults.push(format!("Line {}: {what_to_do}", reader.line_of(&word, "due")));
        }
    }
    if faults.is_empty() {
        return Ok(Profile { duties, bank });
    }
    let more = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    if more > 0 {
        faults.push(format!("And {more} more lines like these"));
    }
    Err(faults)
}

/// What is read so far.
#[derive(Default)]
struct Reader {
    duties: Vec<Lines>,
    bank: Vec<(&'static str, String)>,
    holidays: Vec<(Date, String)>,
}

impl Reader {
    /// Takes one line in.
    fn line(&mut self, nth: usize, line: &str) -> Result<(), String> {
        let Some((name, value)) = line.split_once(':') else {
            return Err("write it as a name, a colon and a value, like “due: 31 May”".to_owned());
        };
        let (name, value) = (forms::line(name).to_lowercase(), forms::line(value));
        if name == HOLIDAY {
            return self.holiday(&value);
        }
        if let Some(name) = [SOURCE, CHECKED, UNTIL].into_iter().find(|known| *known == name) {
            self.bank.push((name, value));
            return Ok(());
        }
        if name == "duty" {
            let word = value.to_lowercase();
            if self.duties.iter().any(|lines| lines.sent.typed("duty") == word) {
                return Err(format!("{} is in the file twice", forms::beginning(&word, 40)));
            }
            let sent = Sent::default().with("duty", &word);
            self.duties.push(Lines { begins: nth, sent, ..Lines::default() });
            return Ok(());
        }
        if name != "step" && !FIELDS.contains(&name.as_str()) {
            return Err(format!("there is nothing called “{}”", forms::beginning(&name, 40)));
        }
        let Some(duty) = self.duties.last_mut() else {
            return Err("begin with a line like “duty: transport-16”".to_owned());
        };
        if name == "step" {
            duty.at.push(("steps".to_owned(), nth));
            duty.steps.push(value);
        } else if duty.at.iter().any(|(known, _)| *known == name) {
            return Err(format!("this duty has two lines called “{name}”"));
        } else {
            duty.sent = std::mem::take(&mut duty.sent).with(&name, &value);
            duty.at.push((name, nth));
        }
        Ok(())
    }

    fn holiday(&mut self, value: &str) -> Result<(), String> {
        let wrong = || "write a bank holiday like “2027-05-03 Early May”".to_owned();
        let (day, name) = value.split_once(' ').ok_or_else(wrong)?;
        let day = day.parse().map_err(|_| wrong())?;
        if self.holidays.len() >= MOST_HOLIDAYS {
            return Err(format!("use {MOST_HOLIDAYS} bank holidays or fewer"));
        }
        self.holidays.push((day, forms::within(name.to_owned(), 80, "name the day")?));
        Ok(())
    }

    /// On which line a duty has a field, or begins.
    fn line_of(&self, word: &str, field: &str) -> usize {
        let duty = self.duties.iter().find(|lines| lines.sent.typed("duty") == word);
        duty.map_or(1, |duty| {
            let at = duty.at.iter().find(|(name, _)| name == field);
            at.map_or(duty.begins, |(_, nth)| *nth)
        })
    }

    fn duties(&self, organisations: &[Named], today: Date, faults: &mut Vec<String>) -> Vec<Duty> {
        let mut duties = Vec::new();
        for lines in &self.duties {
            let sent = lines.sent.clone().with("steps", &lines.steps.join("\n"));
            match rules::duty(&sent, organisations, today) {
                Ok(duty) => duties.push(duty),
                Err(refusals) => faults.extend(refusals.iter().map(|(field, what_to_do)| {
                    let nth = self.line_of(sent.typed("duty"), field);
                    format!("Line {nth}: {}: {what_to_do}", name_of(field))
                })),
            }
        }
        duties
    }

    /// The bank holidays of the file. They say where they are from, and until when they go.
    fn bank(&self, today: Date, faults: &mut Vec<String>) -> Option<BankHolidays> {
        if self.bank.is_empty() && self.holidays.is_empty() {
            return None;
        }
        let value = |name: &str| {
            let line = self.bank.iter().find(|(known, _)| *known == name);
            line.map_or("", |(_, value)| value.as_str())
        };
        let day = |name: &str| value(name).parse::<Date>().ok();
        let (checked_on, until) = (day(CHECKED), day(UNTIL));
        let source = rules::address(value(SOURCE));
        if source.is_err() || until.is_none() || checked_on.is_none_or(|day| day > today) {
            faults.push(format!(
                "Bank holidays need a line each for “{SOURCE}” (an address), “{CHECKED}” (a day \
                 that has been) and “{UNTIL}” (a day)"
            ));
        }
        if let Some((day, _)) = self.holidays.iter().find(|(day, _)| Some(*day) > until) {
            faults.push(format!("The bank holiday on {day} is after “{UNTIL}”"));
        }
        let mut days = self.holidays.clone();
        days.sort();
        days.dedup_by_key(|(day, _)| *day);
        Some(BankHolidays { source: source.unwrap_or_default(), checked_on, until, days })
    }
}

/// What a file calls a field of the form.
fn name_of(field: &str) -> &str {
    if field == "steps" { "step" } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        "2026-12-01".parse().expect("a day")
    }

    fn read_own(text: &str) -> Result<Profile, Vec<String>> {
        read(text.as_bytes(), &[], &[], today())
    }

    #[test]
    fn the_list_that_comes_with_the_program_is_read_and_comes_back_as_it_was() {
        let own = read_own(OWN).expect("it is right");
        let words: Vec<&str> = own.duties.iter().map(|duty| duty.word.as_str()).collect();
        assert_eq!(
            words,
            [
                "transport-16",
                "travel-policy",
                "local-offer-comments",
                "short-breaks",
                "needs-assessment",
                "self-evaluation",
                "grant",
                "grant-monitoring-1",
                "grant-monitoring-2",
            ]
        );
        assert!(own.duties.iter().all(|duty| !duty.is_on), "the area switches them on");
        let transport = &own.duties[0];
        assert_eq!(transport.due.to_string(), "31 May");
        let bank = own.bank.clone().expect("bank holidays");
        assert!(bank.days.len() >= 16 && bank.warning(today()).is_none());
        let is_unread = |duty: &Duty| duty.checked_on.is_none() && !duty.is_on;
        assert!(own.duties.iter().all(is_unread), "nobody in the area has read the sources");
        let all: Vec<&Duty> = own.duties.iter().collect();
        assert_eq!(read_own(&written(&all, &bank)), Ok(own.clone()));
    }

    #[test]
    fn every_line_that_is_wrong_is_named_with_what_to_do_and_nothing_is_taken_over() {
        let text = "name: Before any duty\n\
            duty: a\n\
            name: One\n\
            rule: The area's rule: each year.\n\
            source: example.org\n\
            checked: 2027-01-01\n\
            responsible: The Council\n\
            due: 31 June\n\
            by: pigeon\n\
            public: perhaps\n\
            on: no\n\
            step: A draft | 6 days before | round\n\
            colour: green\n\
            name: Two\n\
            no colon\n\
            duty: A\n\
            bank holiday: Christmas\n";
        assert_eq!(
            read_own(text).expect_err("faults"),
            [
                "Line 1: begin with a line like “duty: transport-16”",
                "Line 13: there is nothing called “colour”",
                "Line 14: this duty has two lines called “name”",
                "Line 15: write it as a name, a colon and a value, like “due: 31 May”",
                "Line 16: a is in the file twice",
                "Line 17: write a bank holiday like “2027-05-03 Early May”",
                "Line 5: source: Enter an address that begins with https://",
                "Line 6: checked: The day somebody looked at the source can't be in the future",
                "Line 7: responsible: Choose forum, leaders, or an organisation by the name it has \
                 here",
                "Line 8: due: There is no 31 June",
                "Line 9: by: Choose round, consultation, notice or document",
                "Line 12: step: Step 1: write how long before, like 60 school days or 6 weeks",
                "Line 10: public: Choose yes or no",
            ]
        );
    }

    #[test]
    fn a_duty_that_comes_before_one_that_is_nowhere_is_refused_at_its_line() {
        let duty = |word: &str, due: &str| {
            format!(
                "duty: {word}\nname: One\nrule: A rule\nsource: https://example.org\n\
                 checked: 2026-11-30\nresponsible: forum\ndue: {due}\nby: document\npublic: no\n\
                 on: no\n"
            )
        };
        let faults = read_own(&duty("a", "2 weeks before b")).expect_err("b is nowhere");
        assert!(faults[0].starts_with("Line 7: There is no duty called b"), "{faults:?}");
        let b = read_own(&duty("b", "31 May")).expect("it is right").duties;
        let a = duty("a", "2 weeks before b");
        assert!(read(a.as_bytes(), &[], &[&b[0]], today()).is_ok(), "it is there already");
    }

    #[test]
    fn hostile_files_are_refused_in_few_words() {
        let long = "duty: a\n".repeat(10_000);
        for file in [&b""[..], b"\xff\xfe", b"# nothing", long.as_bytes(), &[b'x'; LARGEST + 1]] {
            let faults = read(file, &[], &[], today()).expect_err("no duties");
            assert!((1..=MOST_FAULTS + 1).contains(&faults.len()));
        }
        // Those that `cargo fuzz run duties` begins with.
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/duties");
        let mut files = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
            for bytes in [bytes.clone(), bytes.repeat(200)] {
                match read(&bytes, &[], &[], today()) {
                    Ok(profile) => assert!(profile.duties.len() <= MOST),
                    Err(faults) => assert!((1..=MOST_FAULTS + 1).contains(&faults.len())),
                }
            }
            files += 1;
        }
        assert!(files >= 3, "{files}");
        let windows = format!("\u{feff}{}", OWN.replace('\n', "\r\n"));
        assert_eq!(read_own(&windows), read_own(OWN), "as Windows writes it");
    }
}
