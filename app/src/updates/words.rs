//! What an update says, reading it from a form, and whether two of them differ in more than spelling. Pure.

use url::Url;

use super::rules::Outcome;
use crate::clock::{self, DAY, Millis};
use crate::forms::{self, Refusals, Sent};

const LONGEST_TEXT: usize = 4_000;
const MOST_LINKS: usize = 10;
const MOST_NUMBERS: usize = 24;
/// A day later than this is a slip of the finger.
const LONGEST_AHEAD: Millis = 3 * 366 * DAY;

/// What an update says, as a leader writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What parents said, in one or a few sentences.
    pub you_said: String,
    /// The question, theme or part of the plan that it is about; may be empty.
    pub part: String,
    /// What was done.
    pub we_did: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What happens next; may be empty.
    pub next: String,
    /// By when, as `2026-12-04`; empty for no day.
    pub next_by: String,
    /// Addresses where more is to be read.
    pub links: Vec<String>,
    /// A number before and after.
    pub numbers: Option<Numbers>,
}

/// One thing that is counted or measured, in several places and on several days.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Numbers {
    /// What is counted, with its unit, as in "Weeks waited for occupational therapy".
    pub what: String,
    /// Where the numbers are from.
    pub source: String,
    /// (where, day as `2026-12-04`, number as it was written), in the order of the places as they were named, then of the days.
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

/// Reads an update from what was sent. `told`: the words that stand, when they are changed: a day of theirs may stay though it
/// has passed.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn words(sent: &Sent, told: Option<&Words>, now: Millis) -> Result<Words, Refusals> {
    let mut refusals = Refusals::default();
    let prose = |field: &str, what_to_do: &str| forms::within(forms::prose(sent.typed(field)), LONGEST_TEXT, what_to_do);
    let you_said = refusals.take("you_said", prose("you_said", "Say what parents said"));
    let part = refusals.take("part", forms::optional(sent.line("part"), 200));
    let we_did = refusals.take("we_did", prose("we_did", "Say what was done, or why nothing was"));
    let outcome = outcome(sent, told.map(|told| &told.outcome), now, &mut refusals);
    let next = refusals.take("next", forms::optional(forms::prose(sent.typed("next")), LONGEST_TEXT));
    let next_by = match sent.line("next_by") {
        empty if empty.is_empty() => Some(empty),
        _ => refusals.take("next_by", day_to_come(sent, "next_by", told.map(|told| told.next_by.as_str()), now)),
    };
    if next_by.as_ref().is_some_and(|by| !by.is_empty()) && next.as_ref().is_some_and(String::is_empty) {
        refusals.add("next", "Say what comes by that day, or leave the day empty");
    }
    let links = refusals.take("links", links(sent.typed("links")));
    let numbers = numbers(sent, now, &mut refusals);
    let Some(outcome) = outcome.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    // Nothing was refused, so each of them is there.
    Ok(Words {
        you_said: you_said.unwrap_or_default(),
        part: part.unwrap_or_default(),
        we_did: we_did.unwrap_or_default(),
        outcome,
        next: next.unwrap_or_default(),
        next_by: next_by.unwrap_or_default(),
        links: links.unwrap_or_default(),
        numbers,
    })
}

fn outcome(sent: &Sent, told: Option<&Outcome>, now: Millis, refusals: &mut Refusals) -> Option<Outcome> {
    match sent.typed("outcome") {
        "done" => Some(Outcome::Done),
        "partly" => Some(Outcome::Partly),
        "not" => {
            let known = if let Some(Outcome::Not { look_again, .. }) = told { Some(look_again.as_str()) } else { None };
            let because =
                refusals.take("because", forms::within(forms::prose(sent.typed("because")), LONGEST_TEXT, "Say why it is not done"));
            let decided_by =
                refusals.take("decided_by", forms::within(sent.line("decided_by"), 120, "Say who decided that: a name or a team"));
            let look_again = refusals.take("look_again", day_to_come(sent, "look_again", known, now));
            Some(Outcome::Not { because: because?, decided_by: decided_by?, look_again: look_again? })
        }
        "deciding" => {
            let known = if let Some(Outcome::Deciding { by }) = told { Some(by.as_str()) } else { None };
            Some(Outcome::Deciding { by: refusals.take("decide_by", day_to_come(sent, "decide_by", known, now))? })
        }
        _ => {
            refusals.add("outcome", "Choose what came of it");
            None
        }
    }
}

fn day_to_come(sent: &Sent, field: &str, known: Option<&str>, now: Millis) -> Result<String, String> {
    let day = clock::read(sent.typed(field), "23:59").ok_or_else(|| "Enter the day".to_owned())?;
    let text = clock::fields(day).0;
    if day < now && known != Some(text.as_str()) {
        Err("Choose a day that is still to come".to_owned())
    } else if day > now + LONGEST_AHEAD {
        Err("Choose a day within the next three years".to_owned())
    } else {
        Ok(text)
    }
}

/// One address a line. Only what a browser opens safely.
pub fn links(typed: &str) -> Result<Vec<String>, String> {
    let typed = forms::prose(typed);
    let lines: Vec<&str> = typed.lines().filter(|line| !line.is_empty()).collect();
    if lines.len() > MOST_LINKS {
        return Err(format!("Use {MOST_LINKS} addresses or fewer. There are {} now", lines.len()));
    }
    let link = |line: &&str| {
        let url = Url::parse(line).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.host_str().is_some());
        let plain = url.filter(|url| url.username().is_empty() && url.password().is_none() && line.len() <= 500);
        plain
            .map(String::from)
            .ok_or_else(|| format!("Write each address whole, like https://www.example.org/report. This is none: {line}"))
    };
    lines.iter().map(link).collect()
}

/// "North Sefton; 2026-09-01; 18.5", one a line, and what it is. Nothing where none of the fields is filled.
fn numbers(sent: &Sent, now: Millis, refusals: &mut Refusals) -> Option<Numbers> {
    let (what, source, typed) = (sent.line("numbers_what"), sent.line("numbers_source"), forms::prose(sent.typed("numbers")));
    if what.is_empty() && source.is_empty() && typed.is_empty() {
        return None;
    }
    let what = refusals.take("numbers_what", forms::within(what, 120, "Say what is counted, and in what: weeks, children, pounds"));
    let source = refusals.take("numbers_source", forms::within(source, 200, "Say where the numbers are from"));
    let rows = refusals.take("numbers", rows(&typed, now));
    Some(Numbers { what: what?, source: source?, rows: rows? })
}

fn rows(typed: &str, now: Millis) -> Result<Vec<(String, String, String)>, String> {
    const LIKE: &str = "like this: North Sefton; 2026-09-01; 18.5";
    let mut rows: Vec<(String, String, String)> = Vec::new();
    for (nth, line) in typed.lines().filter(|line| !line.is_empty()).enumerate() {
        let nth = nth + 1;
        let fields: Vec<String> = line.split(';').map(forms::line).collect();
        let [place, day, number] = fields.as_slice() else { return Err(format!("Write line {nth} {LIKE}")) };
        let day = clock::read(day, "00:00").filter(|day| *day <= now).map(|day| clock::fields(day).0);
        let Some(day) = day else { return Err(format!("Write a day that has been in line {nth}, {LIKE}")) };
        let is_number = number.parse::<f64>().is_ok_and(|number| number.is_finite() && number.abs() < 1e12);
        if !is_number || number.contains(['e', 'E', '+']) || number.len() > 16 {
            return Err(format!("Write a number in line {nth}, {LIKE}"));
        }
        if place.is_empty() || place.chars().count() > 60 {
            return Err(format!("Write where in line {nth}, in 60 characters or fewer, {LIKE}"));
        }
        if rows.iter().any(|(known, on, _)| known == place && *on == day) {
            return Err(format!("Take line {nth} out: that place has a number for that day already"));
        }
        rows.push((place.clone(), day, number.clone()));
    }
    match rows.len() {
        0 => Err(format!("Write a line for each number, {LIKE}")),
        1..=MOST_NUMBERS => Ok(rows),
        many => Err(format!("Use {MOST_NUMBERS} numbers or fewer. There are {many} now")),
    }
}

/// Words that say another thing by a letter or two: no and yes, numbers, days, and what is more or less.
const TELLING: &str = " can cannot can’t can't not now none never must most \
    one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds \
    thousand thousands half twice once first second third fourth fifth sixth seventh eighth ninth tenth \
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays \
    january february march april may june july august september october november december \
    more less fewer lower longer shorter higher larger smaller earlier later before after with without daily weekly monthly yearly ";

fn is_telling(word: &str) -> bool {
    word.ends_with("teen") || word.ends_with("teenth") || word.ends_with("tieth") || TELLING.split(' ').any(|telling| telling == word)
}

/// Whether two updates say the same but for their spelling: the same outcome, days, numbers and addresses, and in the texts as
/// many words, of which each differs by two letters at most and is no number and no other word that says another thing by them. Who
/// decided is a name: it is held as it is.
#[must_use]
pub fn differ_in_spelling_only(one: &Words, other: &Words) -> bool {
    let days = |words: &Words| match &words.outcome {
        Outcome::Not { look_again, .. } => look_again.clone(),
        Outcome::Deciding { by } => by.clone(),
        Outcome::Done | Outcome::Partly => String::new(),
    };
    let texts = |words: &Words| {
        let because = if let Outcome::Not { because, .. } = &words.outcome { because.clone() } else { String::new() };
        [words.you_said.clone(), words.part.clone(), words.we_did.clone(), words.next.clone(), because]
    };
    let who = |words: &Words| if let Outcome::Not { decided_by, .. } = &words.outcome { decided_by.clone() } else { String::new() };
    one.outcome.word() == other.outcome.word()
        && (days(one), who(one)) == (days(other), who(other))
        && (&one.next_by, &one.links, &one.numbers) == (&other.next_by, &other.links, &other.numbers)
        && texts(one).iter().zip(&texts(other)).all(|(one, other)| is_spelling(one, other))
}

fn is_spelling(one: &str, other: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) = (one.split_whitespace().collect(), other.split_whitespace().collect());
    one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| one == other || may_be_a_slip(one, other))
}

fn may_be_a_slip(one: &str, other: &str) -> bool {
    // The sign beside a number is a part of it.
    let is_around = |c: char, has_number: bool| if has_number { ".,;:!?()“”‘’\"'".contains(c) } else { !c.is_alphanumeric() };
    let bare = |word: &str| word.trim_matches(|c: char| is_around(c, word.chars().any(char::is_numeric))).to_lowercase();
    let (one, other) = (bare(one), bare(other));
    let plain = |word: &str| word.chars().count() > 3 && !word.chars().any(char::is_numeric) && !is_telling(word);
    one == other || (plain(&one) && plain(&other) && one.chars().next() == other.chars().next() && strsim::levenshtein(&one, &other) <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Millis {
        clock::read("2026-12-03", "10:00").expect("a time")
    }

    fn read(fields: &[(&str, &str)]) -> Result<Words, Refusals> {
        let good = [("you_said", "The wait is too long."), ("we_did", "Two therapists began.")];
        words(&Sent::of(&[&good[..], fields].concat()), None, now())
    }

    fn about(fields: &[(&str, &str)]) -> Vec<&'static str> {
        read(fields).expect_err("refusals").iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn not_done_needs_a_reason_a_name_and_a_day_and_still_deciding_a_day() {
        assert_eq!(about(&[]), ["outcome"]);
        assert_eq!(about(&[("outcome", "not")]), ["because", "decided_by", "look_again"]);
        let not = [("outcome", "not"), ("because", "No money"), ("decided_by", "The board"), ("look_again", "2027-04-01")];
        assert!(matches!(read(&not), Ok(Words { outcome: Outcome::Not { .. }, .. })));
        assert_eq!(about(&[("outcome", "deciding")]), ["decide_by"]);
        assert_eq!(about(&[("outcome", "deciding"), ("decide_by", "2026-12-02")]), ["decide_by"], "a day in the past");
        assert!(read(&[("outcome", "deciding"), ("decide_by", "2026-12-03")]).is_ok(), "today is still to come");
    }

    #[test]
    fn a_day_that_was_told_may_stay_when_it_has_passed() {
        let deciding = [("you_said", "x"), ("we_did", "x"), ("outcome", "deciding"), ("decide_by", "2026-12-02")];
        let told = words(&Sent::of(&deciding), None, now() - 10 * DAY).expect("words");
        assert!(words(&Sent::of(&deciding), Some(&told), now()).is_ok());
    }

    #[test]
    fn numbers_are_read_line_by_line_and_make_a_table_over_time() {
        let lines = "North Sefton; 2026-09-01; 9\nSouth Sefton;2026-09-01;24\nNorth Sefton; 2026-06-01; 11.5";
        let fields = [("outcome", "done"), ("numbers_what", "Weeks waited"), ("numbers_source", "The trust"), ("numbers", lines)];
        let numbers = read(&fields).expect("words").numbers.expect("numbers");
        let (days, places) = numbers.table();
        assert_eq!(days, ["2026-06-01", "2026-09-01"]);
        let cell = |text: &str| Some(text.to_owned());
        let (north, south) =
            (("North Sefton".to_owned(), vec![cell("11.5"), cell("9")]), ("South Sefton".to_owned(), vec![None, cell("24")]));
        assert_eq!(places, [north, south]);
        for wrong in [
            "North",
            "North; 2026-09-01; many",
            "North; 2027-09-01; 1",
            "; 2026-09-01; 1",
            "N; 2026-09-01; 1\nN; 2026-09-01; 2",
            "N; 2026-09-01; 1e3",
        ] {
            assert_eq!(about(&[&fields[..3], &[("numbers", wrong)]].concat()), ["numbers"], "{wrong}");
        }
        assert_eq!(about(&[("outcome", "done"), ("numbers", lines)]), ["numbers_what", "numbers_source"]);
    }

    #[test]
    fn a_link_is_an_address_that_a_browser_opens() {
        let links = |typed: &str| read(&[("outcome", "done"), ("links", typed)]).map(|words| words.links);
        assert_eq!(
            links("https://example.org/a\n\nhttp://example.org"),
            Ok(vec!["https://example.org/a".into(), "http://example.org/".into()])
        );
        for wrong in ["javascript:alert(1)", "example.org", "data:text/html,x", "https://user:secret@example.org", "file:///etc"] {
            assert!(links(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn spelling_is_what_changes_no_meaning() {
        let words = |we_did: &str| {
            read(&[("outcome", "done"), ("we_did", we_did)]).map(|words| Words { we_did: we_did.into(), ..words }).expect("words")
        };
        let said = words("We recieved 12 offers and will not close the group on Monday.");
        for slip in [
            "We received 12 offers and will not close the group on Monday.",
            "We recieved 12 offers, and will not close the group on Monday!",
        ] {
            assert!(differ_in_spelling_only(&said, &words(slip)), "{slip}");
        }
        for meaning in [
            "We recieved 13 offers and will not close the group on Monday.",
            "We recieved 12 offers and will now close the group on Monday.",
            "We recieved 12 offers and will not close the group on Sunday.",
            "We recieved 12 offers and will not close the south group on Monday.",
            "We recieved 12 offers and will close the group on Monday.",
        ] {
            assert!(!differ_in_spelling_only(&said, &words(meaning)), "{meaning}");
        }
        for (one, other) in [
            ("It takes eight weeks.", "It takes eighty weeks."),
            ("Fewer than <10 wait.", "Fewer than >10 wait."),
            ("It is -12% now.", "It is 12% now."),
            ("It costs £500.", "It costs 500%."),
            ("The wait is lower.", "The wait is longer."),
            ("It is open daily.", "It is open days."),
        ] {
            assert!(!differ_in_spelling_only(&words(one), &words(other)), "{one} {other}");
        }
        let not = |decided_by: &str| {
            let outcome = Outcome::Not { because: "b".into(), decided_by: decided_by.into(), look_again: "2027-01-01".into() };
            Words { outcome, ..said.clone() }
        };
        assert!(!differ_in_spelling_only(&not("Mary Invented"), &not("Mark Invented")));
        let partly = Words { outcome: Outcome::Partly, ..said.clone() };
        assert!(!differ_in_spelling_only(&said, &partly));
    }
}
