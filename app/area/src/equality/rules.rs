//! What may be said about who something affects and whether it is fair to everyone. Pure.

use calendar::clock::{self, DAY, Millis, Moment};
use forms::{Named, Refusals, Sent};

use super::takes::Takes;
use crate::characteristics::Characteristics;

/// What somebody chooses where no characteristic makes a difference.
pub const NONE: &str = "none";
const LONGEST_TEXT: usize = 4_000;
const LONGEST_AHEAD: Millis = 5 * 366 * DAY;
const MOST_NUMBERS: usize = 40;

/// A published figure of the area that can be picked as evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedFigure {
    /// The address of the page that has it.
    pub to: String,
    pub words: String,
}

/// What a form can choose from.
#[derive(Clone, Debug)]
pub struct EqualityChoices {
    pub characteristics: Characteristics,
    pub places: Vec<Named>,
    pub figures: Vec<PublishedFigure>,
}

/// A record of equality as a leader signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEquality {
    /// The same key twice is one record.
    pub form_key: String,
    pub affected: String,
    /// What it takes away; none where it takes nothing away.
    pub takes: Vec<Takes>,
    /// By name; none where none makes a difference.
    pub characteristics: Vec<String>,
    /// Where the list of these is from, and when that was checked.
    pub source: String,
    /// By name; none means the whole area.
    pub places: Vec<String>,
    pub evidence: String,
    pub picked: Vec<PublishedFigure>,
    /// A group, and how many are in it: nobody, or ten or more.
    pub numbers: Vec<(String, i64)>,
    pub done: String,
    /// As `2027-12-04`.
    pub review_day: String,
    /// Who signs it: a name and a job title.
    pub signed_name: String,
}

impl NewEquality {
    /// Words in it that may say that fewer than ten people are meant.
    #[must_use]
    pub fn small_groups(&self) -> Vec<String> {
        let prose = [&self.affected, &self.evidence, &self.done];
        prose.into_iter().flat_map(|words| small_groups(words)).collect()
    }
}

/// Reads a record of equality from what was sent.
///
/// # Errors
/// What to correct, in the order of the fields.
pub fn equality(
    sent: &Sent,
    choices: &EqualityChoices,
    now: Moment,
) -> Result<NewEquality, Refusals> {
    let mut refusals = Refusals::default();
    let affected = refusals.take("affected", prose(sent, "affected", "Say who is affected"));
    let characteristics =
        refusals.take("characteristics", characteristics(sent, &choices.characteristics.names));
    let places = refusals.take("places", crate::chosen(sent, "places", &choices.places, ""));
    let evidence = refusals.take("evidence", prose(sent, "evidence", "Say how you know"));
    let picked = sent.all("picked");
    let picked = choices.figures.iter().filter(|figure| picked.contains(&figure.to)).cloned();
    let numbers = refusals.take("numbers", numbers(sent.typed("numbers")));
    let done = refusals.take("done", prose(sent, "done", "Say what you do about it"));
    let review_day = refusals.take("review_day", review_day(sent.typed("review_day"), now));
    let signed_name =
        forms::within(sent.line("signed_name"), 120, "Enter a full name and job title");
    let signed_name = refusals.take("signed_name", signed_name);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let names = |ids: Vec<String>| {
        let chosen = choices.places.iter().filter(|place| ids.contains(&place.id));
        chosen.map(|place| place.name.clone()).collect()
    };
    // Nothing was refused, so each of them is there.
    Ok(NewEquality {
        form_key: sent.once(),
        affected: affected.unwrap_or_default(),
        takes: Takes::chosen(sent, "takes"),
        characteristics: characteristics.unwrap_or_default(),
        source: choices.characteristics.source_in_words(),
        places: places.map(names).unwrap_or_default(),
        evidence: evidence.unwrap_or_default(),
        picked: picked.collect(),
        numbers: numbers.unwrap_or_default(),
        done: done.unwrap_or_default(),
        review_day: review_day.unwrap_or_default(),
        signed_name: signed_name.unwrap_or_default(),
    })
}

fn prose(sent: &Sent, field: &str, what_to_do: &str) -> Result<String, String> {
    forms::within(forms::prose(sent.typed(field)), LONGEST_TEXT, what_to_do)
}

fn characteristics(sent: &Sent, known: &[String]) -> Result<Vec<String>, String> {
    let chosen = sent.all("characteristics");
    let is_none = chosen.iter().any(|name| name == NONE);
    let chosen: Vec<String> = known.iter().filter(|name| chosen.contains(name)).cloned().collect();
    match (is_none, chosen.is_empty()) {
        (false, true) => Err("Choose at least one, or “None of these”".to_owned()),
        (true, false) => Err("Choose “None of these” alone, or leave it out".to_owned()),
        _ => Ok(chosen),
    }
}

/// "Children who use a wheelchair; 40" on each line. Never from 1 to 9: somebody could be found.
fn numbers(typed: &str) -> Result<Vec<(String, i64)>, String> {
    let typed = forms::prose(typed);
    let lines: Vec<&str> = typed.lines().filter(|line| !line.is_empty()).collect();
    if lines.len() > MOST_NUMBERS {
        return Err(format!("Enter at most {MOST_NUMBERS} lines"));
    }
    let number = |line: &&str| {
        let parts = line.rsplit_once(';').map(|(group, people)| (group.trim(), people.trim()));
        let parts = parts.filter(|(group, _)| !group.is_empty() && group.chars().count() <= 120);
        // As people write it: 1,750.
        let read = |people: &str| people.replace(',', "").parse::<i64>().ok();
        match parts.and_then(|(group, people)| Some((group, read(people)?))) {
            Some((_, 1..=9)) => Err(format!(
                "Leave this line out, or put the group together with another. With fewer than ten \
                 people, someone could be identified: {line}"
            )),
            Some((group, people)) if (0..=10_000_000).contains(&people) => {
                Ok((group.to_owned(), people))
            }
            _ => Err(format!(
                "Write each line like this: Children who use a wheelchair; 40. This is not one: \
                 {line}"
            )),
        }
    };
    lines.iter().map(number).collect()
}

const PEOPLE: [&str; 23] = [
    "people",
    "person",
    "child",
    "children",
    "family",
    "families",
    "parent",
    "parents",
    "carer",
    "carers",
    "pupil",
    "pupils",
    "student",
    "students",
    "learner",
    "learners",
    "boy",
    "boys",
    "girl",
    "girls",
    "household",
    "households",
    "toddlers",
];
const SMALL: [&str; 18] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "one", "two", "three", "four", "five", "six",
    "seven", "eight", "nine",
];

/// Words that may say that fewer than ten people are meant: "4 families", "seven of the children".
/// No rule can tell for sure, so whoever wrote them is asked.
#[must_use]
pub fn small_groups(words: &str) -> Vec<String> {
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let all: Vec<&str> = words.split_whitespace().collect();
    let found = all.iter().copied().enumerate().filter_map(|(start, number)| {
        let next: Vec<&str> = all.iter().copied().skip(start + 1).take(3).collect();
        let person = next.iter().copied().position(|word| PEOPLE.contains(&&*plain(word)))?;
        let is_small = SMALL.contains(&&*plain(number)) && !number.ends_with(['.', ';', ':']);
        let group: Vec<&str> = next.into_iter().take(person + 1).collect();
        is_small.then(|| format!("{number} {}", group.join(" ")))
    });
    found.collect()
}

/// What the audit log says where somebody was asked that: how often, and never the words.
#[must_use]
pub fn answered(groups: &[String]) -> String {
    match groups.len() {
        0 => String::new(),
        1 => "said that 1 number in it means no small group".to_owned(),
        many => format!("said that {many} numbers in it mean no small group"),
    }
}

/// What whoever wrote such words is asked before everyone can read them.
#[must_use]
pub fn ask_about(group: &str) -> String {
    format!(
        "Is this a number of people: “{group}”? With fewer than ten, someone could be identified. \
         If so, leave it out, or put the group together with another."
    )
}

fn review_day(typed: &str, now: Moment) -> Result<String, String> {
    match clock::end_of(typed) {
        None => Err("Enter the day you will look at this again".to_owned()),
        Some(end) if end < now => Err("Choose a day in the future".to_owned()),
        Some(end) if end > now + LONGEST_AHEAD => {
            Err("Choose a day within five years. Check the year".to_owned())
        }
        Some(end) => Ok(clock::fields(end).0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    fn choices() -> EqualityChoices {
        EqualityChoices {
            characteristics: Characteristics {
                names: vec!["Age".into(), "Disability".into()],
                source: "A source".into(),
                checked: "2026-11-30".into(),
                is_checked_here: true,
            },
            places: vec![Named { id: "north".into(), name: "North".into() }],
            figures: vec![PublishedFigure { to: "/places/north".into(), words: "Many".into() }],
        }
    }

    fn read(field: &str, typed: &str) -> Result<NewEquality, Vec<&'static str>> {
        let good = [
            ("affected", "Children on route 5"),
            ("characteristics", "Disability"),
            ("places", "north"),
            ("evidence", "We counted."),
            ("picked", "/places/north"),
            ("numbers", "On route 5; 1,750\n\nIn a wheelchair; 0"),
            ("done", "A bus with a ramp"),
            ("review_day", "2027-06-01"),
            ("signed_name", "An Invented Officer, director"),
        ];
        let fields = good.map(|(name, value)| (name, if name == field { typed } else { value }));
        equality(&Sent::of(&fields), &choices(), NOW)
            .map_err(|refusals| refusals.iter().map(|(field, _)| field).collect())
    }

    #[test]
    fn a_record_says_who_how_you_know_what_is_done_and_who_signs_it() {
        let record = read("", "").expect("a record");
        assert_eq!(record.characteristics, ["Disability"]);
        assert_eq!(record.places, ["North"]);
        assert_eq!(record.picked.len(), 1);
        assert_eq!(record.numbers, [("On route 5".into(), 1750), ("In a wheelchair".into(), 0)]);
        for field in
            ["affected", "characteristics", "evidence", "done", "review_day", "signed_name"]
        {
            assert_eq!(read(field, " "), Err(vec![field]));
        }
        assert!(read("characteristics", NONE).is_ok_and(|none| none.characteristics.is_empty()));
        assert!(
            read("review_day", "2020-01-01").is_err() && read("review_day", "2099-01-01").is_err()
        );
        assert!(read("picked", "/somewhere").is_ok_and(|none| none.picked.is_empty()));
    }

    #[test]
    fn the_audit_log_hears_how_often_somebody_was_asked_and_no_words() {
        assert_eq!(answered(&[]), "");
        assert!(answered(&["4 families".to_owned()]).contains("1 number"));
    }

    #[test]
    fn a_small_group_in_a_sentence_is_asked_about() {
        for (words, found) in [
            ("4 families on route 5 lose a lift.", vec!["4 families"]),
            ("Seven children come by taxi.", vec!["Seven children"]),
            ("For two of the children, (3) pupils", vec!["two of the children,", "(3) pupils"]),
            ("40 families, 1,750 people and 12 children", vec![]),
            ("Route 5 comes at 9. Children wait.", vec![]),
        ] {
            assert_eq!(small_groups(words), found, "{words}");
        }
    }

    #[test]
    fn no_number_from_one_to_nine_is_taken() {
        for people in 1..10 {
            assert_eq!(read("numbers", &format!("A group; {people}")), Err(vec!["numbers"]));
        }
        for line in ["A group", "; 20", "A group; many", "A group; -20", "A group; 20 or so"] {
            assert_eq!(read("numbers", line), Err(vec!["numbers"]), "{line}");
        }
        assert!(read("numbers", "A group; 10").is_ok() && read("numbers", "").is_ok());
    }
}
