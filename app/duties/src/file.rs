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

impl Lines {
    /// On which line it has a field, or begins.
    fn line_of(&self, field: &str) -> usize {
        let at = self.at.iter().find(|(name, _)| name == field);
        at.map_or(self.begins, |(_, nth)| *nth)
    }
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
    let (mut reader, mut faults) = (Reader::default(), Faults::default());
    for (nth, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(what_to_do) = reader.line(nth + 1, line) {
            faults.at(nth + 1, &what_to_do);
        }
    }
    let duties = reader.duties(organisations, today, &mut faults);
    let bank = reader.bank(today, &mut faults);
    if faults.0.is_empty() && duties.is_empty() && bank.is_none() {
        faults.in_all("The file has no duties in it. Begin from the file you can save here");
    }
    if faults.0.is_empty() {
        let others = known.iter().filter(|duty| duties.iter().all(|new| new.word != duty.word));
        let all: Vec<&Duty> = duties.iter().chain(others.copied()).collect();
        if all.len() > MOST {
            faults.in_all(&format!("Use {MOST} duties or fewer"));
        } else if let Some((word, what_to_do)) = rules::wrong_order(&all) {
            let lines = reader.duties.iter().find(|lines| lines.sent.typed("duty") == word);
            faults.at(lines.map_or(1, |lines| lines.line_of("due")), &what_to_do);
        }
    }
    if faults.0.is_empty() { Ok(Profile { duties, bank }) } else { Err(faults.words()) }
}

/// What is wrong, each with its line; 0 for what no line can be named for.
#[derive(Default)]
struct Faults(Vec<(usize, String)>);

impl Faults {
    fn at(&mut self, line: usize, what_to_do: &str) {
        self.0.push((line, format!("Line {line}: {what_to_do}")));
    }

    fn in_all(&mut self, what_to_do: &str) {
        self.0.push((0, what_to_do.to_owned()));
    }

    /// As the page shows them, in the order of the lines.
    fn words(mut self) -> Vec<String> {
        self.0.sort_by_key(|(line, _)| *line);
        let more = self.0.len().saturating_sub(MOST_FAULTS);
        let first = self.0.into_iter().take(MOST_FAULTS).map(|(_, words)| words);
        let more = (more > 0).then(|| format!("And {more} more lines like these"));
        first.chain(more).collect()
    }
}

/// What is read so far.
#[derive(Default)]
struct Reader {
    duties: Vec<Lines>,
    /// What is said of all bank holidays, each with its line.
    bank: Vec<(&'static str, String, usize)>,
    /// Each with its line.
    holidays: Vec<(Date, String, usize)>,
}

impl Reader {
    /// Takes one line in.
    fn line(&mut self, nth: usize, line: &str) -> Result<(), String> {
        let Some((name, value)) = line.split_once(':') else {
            return Err("write it as a name, a colon and a value, like “due: 31 May”".to_owned());
        };
        let (name, value) = (forms::line(name).to_lowercase(), forms::line(value));
        if name == HOLIDAY {
            return self.holiday(nth, &value);
        }
        if let Some(name) = [SOURCE, CHECKED, UNTIL].into_iter().find(|known| *known == name) {
            self.bank.push((name, value, nth));
            return Ok(());
        }
        if name == "duty" {
            let word = value.to_lowercase();
            if self.duties.len() > 2 * MOST {
                return Err(format!("use {MOST} duties or fewer"));
            }
            let is_known = self.duties.iter().any(|lines| lines.sent.typed("duty") == word);
            let sent = Sent::default().with("duty", &word);
            // The lines after it are its own, also where its name is wrong.
            self.duties.push(Lines { begins: nth, sent, ..Lines::default() });
            if is_known {
                return Err(format!("{} is in the file twice", forms::beginning(&word, 40)));
            }
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

    fn holiday(&mut self, nth: usize, value: &str) -> Result<(), String> {
        let wrong = || "write a bank holiday like “2027-05-03 Early May”".to_owned();
        let (day, name) = value.split_once(' ').ok_or_else(wrong)?;
        let day = day.parse().map_err(|_| wrong())?;
        if self.holidays.len() >= MOST_HOLIDAYS {
            return Err(format!("use {MOST_HOLIDAYS} bank holidays or fewer"));
        }
        self.holidays.push((day, forms::within(name.to_owned(), 80, "name the day")?, nth));
        Ok(())
    }

    fn duties(&self, organisations: &[Named], today: Date, faults: &mut Faults) -> Vec<Duty> {
        let mut duties = Vec::new();
        for lines in &self.duties {
            let sent = lines.sent.clone().with("steps", &lines.steps.join("\n"));
            match rules::duty(&sent, organisations, today) {
                Ok(duty) => duties.push(duty),
                Err(refusals) => refusals.iter().for_each(|(field, what_to_do)| {
                    let words = format!("{}: {what_to_do}", name_of(field));
                    faults.at(lines.line_of(field), &words);
                }),
            }
        }
        duties
    }

    /// The bank holidays of the file. They say where they are from, and until when they go.
    fn bank(&self, today: Date, faults: &mut Faults) -> Option<BankHolidays> {
        let lines = self.bank.iter().map(|(.., nth)| *nth);
        let begins = lines.chain(self.holidays.iter().map(|(.., nth)| *nth)).min()?;
        // Where a line is missing, the first that says something about them.
        let line = |name: &str| {
            let line = self.bank.iter().find(|(known, ..)| *known == name);
            line.map_or(("", begins), |(_, value, nth)| (value.as_str(), *nth))
        };
        let day = |name: &str| line(name).0.parse::<Date>().ok();
        let (checked_on, until) = (day(CHECKED), day(UNTIL));
        let source = rules::address(line(SOURCE).0);
        let mut wrong = |name: &str, what_to_do: &str| {
            faults.at(line(name).1, &format!("{name}: {what_to_do}"));
        };
        if let Err(what_to_do) = &source {
            wrong(SOURCE, what_to_do);
        }
        if checked_on.is_none_or(|day| day > today) {
            wrong(CHECKED, "Enter a day that has been, like 2026-11-30");
        }
        if until.is_none() {
            wrong(UNTIL, "Enter the last day they are known for, like 2027-12-31");
        }
        let after = self.holidays.iter().find(|(day, ..)| until.is_some_and(|until| *day > until));
        if let Some((day, _, nth)) = after {
            faults.at(*nth, &format!("{day} is after “{UNTIL}”"));
        }
        let mut days: Vec<(Date, String)> =
            self.holidays.iter().map(|(day, name, _)| (*day, name.clone())).collect();
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
        let text = "bank holidays source: gov.uk\n\
            bank holidays checked: 2027-01-01\n\
            bank holidays until: 2026-12-31\n\
            name: Before any duty\n\
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
            bank holiday: 2027-01-01 New Year\n\
            bank holiday: Christmas\n";
        assert_eq!(
            read_own(text).expect_err("faults"),
            [
                "Line 1: bank holidays source: Enter an address that begins with https://",
                "Line 2: bank holidays checked: Enter a day that has been, like 2026-11-30",
                "Line 4: begin with a line like “duty: transport-16”",
                "Line 8: source: Enter an address that begins with https://",
                "Line 9: checked: The day somebody looked at the source can't be in the future",
                "Line 10: responsible: Choose forum, leaders, or an organisation by the name it \
                 has here",
                "Line 11: due: There is no 31 June",
                "Line 12: by: Choose round, consultation, notice or document",
                "Line 13: public: Choose yes or no",
                "Line 15: step: Step 1: write how long before, like 60 school days or 6 weeks",
                "Line 16: there is nothing called “colour”",
                "Line 17: this duty has two lines called “name”",
                "Line 18: write it as a name, a colon and a value, like “due: 31 May”",
                "Line 19: 2027-01-01 is after “bank holidays until”",
                "Line 20: write a bank holiday like “2027-05-03 Early May”",
            ]
        );
    }

    #[test]
    fn a_duty_that_is_in_a_file_twice_is_named_once_and_its_lines_are_its_own() {
        let one = "duty: a\nname: One\nrule: A rule\nsource: https://example.org\n\
            checked: 2026-11-30\nresponsible: forum\ndue: 31 May\nby: document\npublic: no\n\
            on: no\n";
        let twice = format!("{one}{}", one.replace("31 May", "31 June"));
        assert_eq!(
            read_own(&twice).expect_err("twice"),
            ["Line 11: a is in the file twice", "Line 17: due: There is no 31 June"]
        );
        let without = format!("bank holiday: 2027-01-01 New Year\n{one}");
        let faults = read_own(&without).expect_err("no source");
        assert!(faults.len() == 3 && faults.iter().all(|fault| fault.starts_with("Line 1: ")));
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
