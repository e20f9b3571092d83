//! What a notice must say, when it takes effect, and when each letter about it is due. Pure.

use crate::area::store::Named;
use crate::clock::{self, Millis};
use crate::disclosure::{self, Shown};
use crate::forms::{self, Refusals, Sent};
use crate::subscriptions::rules::Cadence;
use crate::{accounts, area};

const LONGEST_TEXT: usize = 4_000;

/// From when on a change holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A day, from its first moment.
    Day(Millis),
    /// An hour of a day.
    Hour(Millis),
    /// The start of the term that begins on this day.
    Term(Millis),
}

impl Effect {
    /// The first moment of it.
    #[must_use]
    pub fn at(self) -> Millis {
        let (Self::Day(at) | Self::Hour(at) | Self::Term(at)) = self;
        at
    }

    /// The word it is stored and sent by.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Day(_) => "day",
            Self::Hour(_) => "hour",
            Self::Term(_) => "term",
        }
    }

    /// Reads what is stored.
    #[must_use]
    pub fn of(kind: &str, at: Millis) -> Self {
        match kind {
            "hour" => Self::Hour(at),
            "term" => Self::Term(at),
            _ => Self::Day(at),
        }
    }

    /// "Monday 4 January 2027", with the hour where it says one, or "the start of term, …".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Day(at) => clock::day(at),
            Self::Hour(at) => clock::day_and_hour(at),
            Self::Term(at) => format!("the start of term, {}", clock::day(at)),
        }
    }
}

/// A notice as a leader writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// The same key twice is one notice.
    pub form_key: String,
    /// The change in one line.
    pub title: String,
    /// What changes.
    pub what: String,
    /// Why.
    pub why: String,
    /// Who is affected.
    pub affected: String,
    /// About how many families are; `None` if nobody knows.
    pub families: Option<i64>,
    /// What families must do; may be empty.
    pub must_do: String,
    /// By when, as `2026-12-04`; empty for no day.
    pub must_do_by: String,
    /// Whom to ask: a name or a team.
    pub whom: String,
    /// Their telephone number; it or the address is there.
    pub phone: String,
    /// Their email address.
    pub email: String,
    /// The day it was decided; `None` while it is proposed.
    pub decided_day: Option<String>,
    /// From when on it holds.
    pub effect: Effect,
    /// Whether it changes what a child is legally entitled to.
    pub changes_entitlement: bool,
    /// Ids of the services; at least one.
    pub services: Vec<String>,
    /// Ids of the places; none means the whole area.
    pub places: Vec<String>,
}

/// Reads a notice from what was sent.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn new_notice(sent: &Sent, services: &[Named], places: &[Named], now: Millis) -> Result<NewNotice, Refusals> {
    let mut refusals = Refusals::default();
    let title = refusals.take("title", forms::within(sent.line("title"), 100, "Say in one line what changes"));
    let what = refusals.take("what", prose(sent, "what", "Say what changes"));
    let services = refusals.take("services", area::chosen(sent, "services", services, "Choose at least one service"));
    let places = refusals.take("places", area::chosen(sent, "places", places, ""));
    let effect = refusals.take("effect_day", effect(sent, now));
    let decided_day = refusals.take("decided", decided(sent, effect, now));
    let why = refusals.take("why", prose(sent, "why", "Say why it changes"));
    let affected = refusals.take("affected", forms::within(sent.line("affected"), 300, "Say who is affected"));
    let families = refusals.take("families", families(&sent.line("families")));
    let must_do = refusals.take("must_do", optional(forms::prose(sent.typed("must_do")), LONGEST_TEXT));
    let must_do_by = refusals.take("must_do_by", day_by(sent, now));
    let changes_entitlement = match sent.typed("entitlement") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => refusals.take("entitlement", Err("Say if it changes what a child is legally entitled to".to_owned())),
    };
    let whom = refusals.take("whom", forms::within(sent.line("whom"), 120, "Say whom families can ask: a name or a team"));
    let phone = refusals.take("phone", optional(sent.line("phone"), 40));
    let email = refusals.take(
        "email",
        match sent.line("email") {
            email if email.is_empty() && sent.line("phone").is_empty() => {
                Err("Enter a telephone number or an email address to ask at".to_owned())
            }
            email if email.is_empty() => Ok(email),
            email => accounts::address(&email),
        },
    );
    match (title, what, services, places, effect, decided_day) {
        (Some(title), Some(what), Some(services), Some(places), Some(effect), Some(decided_day)) if refusals.is_empty() => Ok(NewNotice {
            form_key: sent.once(),
            title,
            what,
            why: why.unwrap_or_default(),
            affected: affected.unwrap_or_default(),
            families: families.flatten(),
            must_do: must_do.unwrap_or_default(),
            must_do_by: must_do_by.unwrap_or_default(),
            whom: whom.unwrap_or_default(),
            phone: phone.unwrap_or_default(),
            email: email.unwrap_or_default(),
            decided_day,
            effect,
            changes_entitlement: changes_entitlement.unwrap_or_default(),
            services,
            places,
        }),
        _ => Err(refusals),
    }
}

fn effect(sent: &Sent, now: Millis) -> Result<Effect, String> {
    let time = if sent.typed("effect") == "hour" { sent.line("effect_time") } else { "00:00".to_owned() };
    if time.is_empty() {
        return Err("Enter the hour from which it holds, like 08:30".to_owned());
    }
    let at = clock::read(sent.typed("effect_day"), &time).ok_or("Enter the day from which it holds")?;
    match sent.typed("effect") {
        _ if at <= now => Err("Choose a day that is still to come. A change that holds already cannot be told before it".to_owned()),
        "day" => Ok(Effect::Day(at)),
        "hour" => Ok(Effect::Hour(at)),
        "term" => Ok(Effect::Term(at)),
        _ => Err("Choose if it holds from a day, from an hour, or from the start of a term".to_owned()),
    }
}

fn decided(sent: &Sent, effect: Option<Effect>, now: Millis) -> Result<Option<String>, String> {
    match sent.typed("decided") {
        "no" => Ok(None),
        "yes" => {
            let day = clock::read(sent.typed("decided_day"), "00:00").ok_or("Enter the day it was decided")?;
            match effect {
                _ if day > now => Err("Choose the day it was decided, not one that is still to come".to_owned()),
                Some(effect) if day > effect.at() => Err("It cannot take effect before it was decided".to_owned()),
                _ => Ok(Some(clock::fields(day).0)),
            }
        }
        _ => Err("Say if it is decided, or only proposed".to_owned()),
    }
}

fn families(text: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| (1..=1_000_000).contains(number));
    number.map(Some).ok_or_else(|| "Enter about how many families, or leave it empty".to_owned())
}

fn day_by(sent: &Sent, now: Millis) -> Result<String, String> {
    if sent.line("must_do_by").is_empty() {
        return Ok(String::new());
    }
    match clock::read(sent.typed("must_do_by"), "23:59") {
        None => Err("Enter a day, or leave it empty".to_owned()),
        Some(by) if by < now => Err("Choose a day that is still to come".to_owned()),
        Some(by) => Ok(clock::fields(by).0),
    }
}

fn optional(text: String, longest: usize) -> Result<String, String> {
    if text.is_empty() { Ok(text) } else { forms::within(text, longest, "") }
}

fn prose(sent: &Sent, field: &str, what_to_do: &str) -> Result<String, String> {
    forms::within(forms::prose(sent.typed(field)), LONGEST_TEXT, what_to_do)
}

/// When a letter is due to somebody who wants letters so often, and whether it is her digest: with her next digest if
/// that comes before the change, else at once.
#[must_use]
pub fn due(cadence: Cadence, effect: Effect, now: Millis) -> (Millis, bool) {
    match cadence.next_digest(now) {
        Some(digest) if digest < effect.at() => (digest, true),
        _ => (now, false),
    }
}

/// What may be said of how many people were told in time: each a table of (row, before, not before). By place where no
/// number in it is from 1 to 9, else for all of the area in one row. Never both, since one would tell of the other.
#[must_use]
pub fn in_time(told: &[(String, u64, u64)], area: &str) -> Vec<(String, Shown, Shown)> {
    let shown = |cells: &[u64]| disclosure::split(cells).parts;
    let cells: Vec<u64> = told.iter().flat_map(|(_, before, not)| [*before, *not]).collect();
    let by_place = shown(&cells);
    if by_place.iter().all(|cell| matches!(cell, Shown::Number(_))) {
        return told.iter().zip(by_place.chunks(2)).map(|((place, ..), cells)| (place.clone(), cells[0], cells[1])).collect();
    }
    let sum = |of: fn(&(String, u64, u64)) -> u64| told.iter().map(of).sum::<u64>();
    let all = shown(&[sum(|(_, before, _)| *before), sum(|(.., not)| *not)]);
    vec![(format!("All of {area}"), all[0], all[1])]
}

/// How a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for a second person.
    Written,
    /// It is approved and starts later.
    Timed(Millis),
    /// People are told; it is not decided.
    Proposed,
    /// People are told; it is decided and comes.
    Decided,
    /// It holds.
    InForce,
}

/// How a notice stands now.
#[must_use]
pub fn standing(starts_at: Option<Millis>, has_started: bool, is_decided: bool, effect: Effect, now: Millis) -> Standing {
    match (starts_at, has_started) {
        (None, _) => Standing::Written,
        (Some(at), false) => Standing::Timed(at),
        (_, true) if !is_decided => Standing::Proposed,
        (_, true) if effect.at() <= now => Standing::InForce,
        _ => Standing::Decided,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;

    fn now() -> Millis {
        clock::read("2026-12-03", "10:00").expect("a time")
    }

    fn services() -> Vec<Named> {
        vec![Named { id: "s".into(), name: "Transport".into() }]
    }

    const GOOD: &str = "title=Later+buses&what=Buses+come+later&why=Roads&affected=Children+on+route+5&services=s&entitlement=no\
                        &whom=The+transport+team&phone=01234&effect=day";

    fn read(rest: &str) -> Result<NewNotice, Refusals> {
        new_notice(&Sent::read(format!("{GOOD}&{rest}").as_bytes()), &services(), &[], now())
    }

    fn about(answer: Result<NewNotice, Refusals>) -> Vec<&'static str> {
        answer.expect_err("refusals").iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn an_empty_form_says_what_to_do_about_each_field() {
        let fields = ["title", "what", "services", "effect_day", "decided", "why", "affected", "entitlement", "whom", "email"];
        assert_eq!(about(new_notice(&Sent::default(), &[], &[], now())), fields);
    }

    #[test]
    fn a_change_takes_effect_in_the_time_to_come_and_after_it_was_decided() {
        let good = read("effect_day=2027-01-04&decided=yes&decided_day=2026-12-01").expect("a notice");
        assert_eq!(good.effect.words(), "Monday 4 January 2027");
        assert_eq!(about(read("effect_day=2026-12-02&decided=no")), ["effect_day"]);
        assert_eq!(about(read("effect_day=&decided=no")), ["effect_day"]);
        assert_eq!(about(read("effect_day=2027-01-04&decided=yes&decided_day=2027-01-03")), ["decided"]);
        assert_eq!(about(read("effect_day=2027-01-04&decided=yes&decided_day=")), ["decided"]);
        assert_eq!(read("effect_day=2027-01-04&decided=no").expect("a notice").decided_day, None);
    }

    #[test]
    fn a_weekly_subscriber_hears_on_saturday_at_nine_of_monday_at_once_and_of_three_weeks_later_with_her_digest() {
        let saturday = clock::read("2026-12-05", "09:00").expect("a time");
        let (monday, later) = (Effect::Day(saturday + 2 * DAY), Effect::Day(saturday + 21 * DAY));
        assert_eq!(due(Cadence::Weekly, monday, saturday), (saturday, false));
        let digest = clock::read("2026-12-12", "08:30").expect("a time");
        assert_eq!(due(Cadence::Weekly, later, saturday), (digest, true));
        assert_eq!(due(Cadence::AtOnce, later, saturday), (saturday, false));
        assert_eq!(due(Cadence::Weekly, Effect::Hour(digest), saturday), (saturday, false), "at the same moment is not before");
    }

    #[test]
    fn a_digest_comes_before_the_change_or_the_letter_at_once_on_the_days_when_clocks_change() {
        // The night before clocks go forward and the one before they go back.
        for evening in ["2027-03-27", "2027-10-30"] {
            let evening = clock::read(evening, "20:00").expect("a time");
            let digest = Cadence::Daily.next_digest(evening).expect("a digest");
            assert_eq!(due(Cadence::Daily, Effect::Hour(digest + 1), evening), (digest, true));
            assert_eq!(due(Cadence::Daily, Effect::Hour(digest), evening), (evening, false));
        }
    }

    #[test]
    fn how_many_were_told_in_time_is_said_by_place_only_where_no_number_is_small() {
        let told = |rows: &[(u64, u64)]| {
            let rows: Vec<_> = rows.iter().enumerate().map(|(nth, (before, not))| (format!("Place {nth}"), *before, *not)).collect();
            in_time(&rows, "Sefton")
                .into_iter()
                .map(|(row, before, not)| format!("{row}: {}, {}", before.words(), not.words()))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&[(40, 0), (12, 10)]), ["Place 0: 40, 0", "Place 1: 12, 10"]);
        assert_eq!(told(&[(40, 3), (12, 10)]), ["All of Sefton: 52, 13"]);
        assert_eq!(told(&[(40, 3), (12, 0)]), ["All of Sefton: not shown, fewer than 10"]);
        assert_eq!(told(&[]), Vec::<String>::new());
    }

    #[test]
    fn a_notice_is_written_timed_told_and_in_force() {
        let effect = Effect::Day(now());
        assert_eq!(standing(None, false, true, effect, now()), Standing::Written);
        assert_eq!(standing(Some(now() + 1), false, true, effect, now()), Standing::Timed(now() + 1));
        assert_eq!(standing(Some(0), true, true, effect, now() - 1), Standing::Decided);
        assert_eq!(standing(Some(0), true, false, effect, now()), Standing::Proposed);
        assert_eq!(standing(Some(0), true, true, effect, now()), Standing::InForce);
    }
}
