//! What a meeting is, and what must be right before it is saved. Pure.

use calendar::clock;
use forms::{Named, Refusals, Sent, optional, prose, within};
use ground::ids::{Id, Place, Representative};
use jiff::civil::{Date, date};

/// The longest name of a meeting or a representative, in characters.
const LONGEST_LINE: usize = 120;
/// The longest text about a meeting.
const LONGEST_TEXT: usize = 2_000;
/// No meeting is older than this.
const FIRST_DAY: Date = date(2000, 1, 1);

/// A meeting, as an organiser enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// Which it was, as in "SEND partnership board".
    pub title: String,
    pub held_on: Date,
    /// Which part of the area it was about; `None`: all of it.
    pub place_id: Option<Id<Place>>,
    /// Who went for the forum; never empty, but for those whose name was taken away.
    pub representatives: Vec<Id<Representative>>,
    pub about: String,
    /// What happened because the forum was there; empty until somebody knows.
    pub led_to: String,
}

/// What can be chosen in the form, and what is so already.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    pub places: Vec<Named>,
    pub representatives: Vec<Named>,
    /// Whether somebody was there whose name was taken away.
    pub has_nameless: bool,
}

/// Reads a meeting.
///
/// # Errors
/// What must be corrected.
pub fn meeting(sent: &Sent, choices: &Choices, today: Date) -> Result<Meeting, Refusals> {
    let mut refusals = Refusals::default();
    let title = within(sent.line("title"), LONGEST_LINE, "Enter which meeting it was");
    let title = refusals.take("title", title);
    let held_on = refusals.take("held_on", held_on(sent.typed("held_on"), today));
    let representatives = refusals.take("representatives", representatives(sent, choices));
    let place_id = refusals.take("place", place(sent.typed("place"), &choices.places));
    let about = within(prose(sent.typed("about")), LONGEST_TEXT, "Say what it was about");
    let about = refusals.take("about", about);
    let led_to = refusals.take("led_to", optional(prose(sent.typed("led_to")), LONGEST_TEXT));
    match (title, held_on, representatives, place_id, about, led_to) {
        (
            Some(title),
            Some(held_on),
            Some(representatives),
            Some(place_id),
            Some(about),
            Some(led_to),
        ) => Ok(Meeting { title, held_on, place_id, representatives, about, led_to }),
        _ => Err(refusals),
    }
}

fn held_on(typed: &str, today: Date) -> Result<Date, String> {
    match clock::typed_day(typed) {
        Some(day) if day > today => Err("Enter it once the meeting has taken place".to_owned()),
        Some(day) if day >= FIRST_DAY => Ok(day),
        _ => Err("Enter the day of the meeting, like 1 December 2026".to_owned()),
    }
}

fn representatives(sent: &Sent, choices: &Choices) -> Result<Vec<Id<Representative>>, String> {
    let chosen = sent.all("representatives");
    let is_known = |id: &String| choices.representatives.iter().any(|named| named.id == *id);
    let known: Vec<_> =
        chosen.iter().filter(|id| is_known(id)).map(|id| id.as_str().into()).collect();
    if known.is_empty() && !choices.has_nameless {
        return Err("Choose who went there for the forum".to_owned());
    }
    Ok(known)
}

fn place(typed: &str, places: &[Named]) -> Result<Option<Id<Place>>, String> {
    if typed.is_empty() {
        return Ok(None);
    }
    let known = places.iter().find(|place| place.id == typed);
    let known = known.map(|place| Some(place.id.as_str().into()));
    known.ok_or_else(|| "Choose a place from the list".to_owned())
}

/// Reads the name of a representative.
///
/// # Errors
/// What to do about it.
pub fn name(sent: &Sent) -> Result<String, String> {
    within(sent.line("name"), LONGEST_LINE, "Enter the name they want to be shown by")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Choices {
        let named = |id: &str| Named { id: id.to_owned(), name: id.to_owned() };
        Choices {
            places: vec![named("north")],
            representatives: vec![named("a"), named("b")],
            has_nameless: false,
        }
    }

    const WHOLE: [(&str, &str); 6] = [
        ("title", "SEND partnership board"),
        ("held_on", "2026-12-01"),
        ("representatives", "a"),
        ("representatives", "b"),
        ("place", "north"),
        ("about", "Transport"),
    ];

    #[test]
    fn a_meeting_was_held_and_somebody_who_is_there_to_choose_went_to_it() {
        let today = date(2026, 12, 1);
        let meeting = |sent: &Sent| super::meeting(sent, &choices(), today);
        let whole = meeting(&Sent::of(&WHOLE)).expect("a meeting");
        assert_eq!(whole.representatives.len(), 2);
        assert_eq!((whole.held_on, whole.led_to.as_str()), (today, ""));
        let refused = |name: &'static str, value: &str| {
            let refusals = meeting(&Sent::of(&WHOLE).with(name, value)).expect_err(value);
            refusals.about(name).map(str::to_owned)
        };
        for day in ["2026-12-02", "", "1 December", "-000001-01-01", "1999-12-31", "2026-02-30"] {
            assert!(refused("held_on", day).is_some(), "{day}");
        }
        assert!(refused("representatives", "nobody").is_some());
        assert!(refused("place", "the Moon").is_some());
        assert!(refused("title", " ").is_some() && refused("about", "\u{200b}").is_some());
        assert_eq!(meeting(&Sent::of(&WHOLE).with("place", "")).expect("all").place_id, None);
    }

    #[test]
    fn a_meeting_where_only_somebody_without_a_name_was_can_still_be_corrected() {
        let sent = Sent::of(&WHOLE).with("representatives", "");
        let (known, today) = (choices(), date(2026, 12, 1));
        assert!(meeting(&sent, &known, today).is_err());
        let nameless = Choices { has_nameless: true, ..known };
        assert!(meeting(&sent, &nameless, today).is_ok());
    }
}
