//! What a round may be, and how its dates may change. Pure.

use calendar::clock::{self, DAY, HOUR, Millis, Moment};
use calendar::school::SchoolYear;
use forms::{Refusals, Sent};
use ground::changes::ChangeKind;
use voting::Dates;

/// Parents have at least this long to propose. An hour less, for when the clocks change.
const SHORTEST_PROPOSING: Millis = DAY - HOUR;
/// Parents have at least a week to vote; an hour less, likewise.
const SHORTEST_VOTING: Millis = 7 * DAY - HOUR;
/// Two weeks of each are fair to parents.
const LONG_ENOUGH: Millis = 14 * DAY - HOUR;
/// A round closes within a year; a later day is taken for a typing slip.
const LONGEST_AHEAD: Millis = 366 * DAY;
/// How long before voting starts parents hear that it starts on another day.
const NOTICE: Millis = 3 * DAY;
/// The most that voting is extended by at once.
const LONGEST_EXTENSION: Millis = 56 * DAY;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 600;

/// A round about to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRound {
    /// The same key twice is one round.
    pub form_key: String,
    /// Its name, such as "Autumn 2026".
    pub title: String,
    /// How many topics it will choose.
    pub seats: i64,
    pub dates: Dates,
}

/// Reads a round from what was sent.
///
/// # Errors
/// What to put right, in the order of the fields; likewise for every function here.
pub fn new_round(sent: &Sent, now: Moment) -> Result<NewRound, Refusals> {
    let mut refusals = Refusals::default();
    let title = refusals.take(
        "title",
        forms::within(sent.line("title"), 80, "Give the round a name, for example Autumn 2026"),
    );
    let seats = sent.line("seats").parse::<i64>().ok().filter(|seats| (1..=50).contains(seats));
    let seats = refusals.take(
        "seats",
        seats.ok_or_else(|| "Enter how many topics it should choose, from 1 to 50".to_owned()),
    );
    let dates = refusals.take_all(dates(sent, None, now));
    match (title, seats, dates) {
        (Some(title), Some(seats), Some(dates)) => {
            Ok(NewRound { form_key: sent.once(), title, seats, dates })
        }
        _ => Err(refusals),
    }
}

/// Reads the dates of a round. `began`: since when parents propose, where they do already; then
/// that stays.
fn dates(sent: &Sent, began: Option<Moment>, now: Moment) -> Result<Dates, Refusals> {
    let mut refusals = Refusals::default();
    let mut date = |day: &'static str, time: &str| {
        refusals.take(
            day,
            clock::read(sent.typed(day), sent.typed(time))
                .ok_or_else(|| "Enter a day and a time".to_owned()),
        )
    };
    let propose = began.or_else(|| date("propose_day", "propose_time"));
    let (vote, close) = (date("vote_day", "vote_time"), date("close_day", "close_time"));
    let (Some(propose_from), Some(vote_from), Some(closes_at)) = (propose, vote, close) else {
        return Err(refusals);
    };
    if began.is_none() && propose_from < now - DAY {
        refusals.add("propose_day", "Choose today or a later day. Check the month and the year");
    }
    if vote_from <= propose_from {
        refusals.add("vote_day", "Voting must start after proposing. Choose a later time");
    } else if vote_from - propose_from < SHORTEST_PROPOSING {
        let what_to_do = "Give parents at least one day to propose. Two weeks is fairer";
        refusals.add("vote_day", what_to_do);
    }
    if closes_at <= vote_from {
        refusals.add("close_day", "Voting must close after it starts. Choose a later time");
    } else if closes_at <= now {
        refusals.add("close_day", "Voting must close in the future. Choose a later time");
    } else if closes_at - vote_from < SHORTEST_VOTING {
        refusals.add("close_day", "Give parents at least a week to vote. Two weeks is fairer");
    } else if closes_at > now + LONGEST_AHEAD {
        refusals.add("close_day", "Voting must close within a year. Check the year");
    }
    if refusals.is_empty() {
        Ok(Dates { propose_from, vote_from, closes_at, counted_at: None })
    } else {
        Err(refusals)
    }
}

/// What organisers should know before they set these dates: why fewer parents may take part.
#[must_use]
pub fn warnings(dates: &Dates, year: &SchoolYear) -> Vec<String> {
    let mut warnings = Vec::new();
    let parts = [
        (dates.propose_from, dates.vote_from, "propose"),
        (dates.vote_from, dates.closes_at, "vote"),
    ];
    for (from, until, what) in parts {
        if until - from < LONG_ENOUGH {
            let days = (until - from + DAY / 2) / DAY;
            let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
            warnings.push(format!("Parents will have {days} to {what}. Two weeks is fairer."));
        }
    }
    for (at, what) in [(dates.vote_from, "starts"), (dates.closes_at, "closes")] {
        if year.is_holiday(at) {
            let day = clock::day(at);
            warnings.push(format!("Voting {what} in the school holidays, on {day}."));
        }
    }
    for (from, until, what) in parts {
        let has_clear_ends = ![from, until].into_iter().any(|at| year.is_holiday(at));
        let between = year.holidays_within(from, until).filter(|_| has_clear_ends);
        warnings
            .extend(between.map(|days| format!("{days} to {what} are in the school holidays.")));
    }
    warnings
}

/// Whether this can be done to a round with these dates. The clock alone says so: an answer that
/// depended on the votes would tell an organiser whether there are any.
#[must_use]
pub fn is_possible(kind: ChangeKind, dates: &Dates, now: Moment) -> bool {
    match kind {
        ChangeKind::Moved | ChangeKind::Cancelled => now < dates.vote_from,
        ChangeKind::Extended => (dates.vote_from..dates.closes_at).contains(&now),
    }
}

/// A change to a round, with the reason that everyone can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundChange {
    /// The same key twice is one change.
    pub form_key: String,
    pub kind: ChangeKind,
    /// Its dates from now on; as they were where it is cancelled.
    pub dates: Dates,
    pub reason: String,
}

/// Reads other dates for a round that has these.
pub fn other_dates(sent: &Sent, was: &Dates, now: Moment) -> Result<RoundChange, Refusals> {
    let (kind, read) = if is_possible(ChangeKind::Moved, was, now) {
        (ChangeKind::Moved, moved(sent, was, now))
    } else {
        (ChangeKind::Extended, extended(sent, was, now))
    };
    let mut refusals = Refusals::default();
    let dates = refusals.take_all(read);
    let reason = refusals.take("reason", reason(sent));
    match (dates, reason) {
        (Some(dates), Some(reason)) => {
            Ok(RoundChange { form_key: sent.once(), kind, dates, reason })
        }
        _ => Err(refusals),
    }
}

fn moved(sent: &Sent, was: &Dates, now: Moment) -> Result<Dates, Refusals> {
    let began = Some(was.propose_from).filter(|from| *from <= now);
    let dates = dates(sent, began, now)?;
    if dates == *was {
        return Err(Refusals::one("vote_day", "Choose another day. Nothing is different yet"));
    }
    if began.is_some() && dates.vote_from != was.vote_from && dates.vote_from < now + NOTICE {
        let what_to_do = "Give parents who are proposing at least three days' notice. Choose a \
            later day";
        return Err(Refusals::one("vote_day", what_to_do));
    }
    Ok(dates)
}

fn extended(sent: &Sent, was: &Dates, now: Moment) -> Result<Dates, Refusals> {
    let refused = |what_to_do: String| Err(Refusals::one("close_day", what_to_do));
    match clock::read(sent.typed("close_day"), sent.typed("close_time")) {
        None => refused("Enter a day and a time".to_owned()),
        Some(at) if at <= was.closes_at => refused(format!(
            "Choose a time after {}. Parents count on having until then",
            clock::day_and_hour(was.closes_at)
        )),
        Some(at) if at > was.closes_at + LONGEST_EXTENSION => {
            refused("Choose a day up to eight weeks later. Check the month and the year".to_owned())
        }
        Some(at) if at > now + LONGEST_AHEAD => {
            refused("Voting must close within a year. Check the year".to_owned())
        }
        Some(closes_at) => Ok(Dates { closes_at, ..*was }),
    }
}

/// Reads why a round is cancelled.
pub fn cancellation(sent: &Sent, was: &Dates) -> Result<RoundChange, Refusals> {
    let reason = reason(sent).map_err(|what_to_do| Refusals::one("reason", what_to_do))?;
    let (form_key, kind) = (sent.once(), ChangeKind::Cancelled);
    Ok(RoundChange { form_key, kind, dates: *was, reason })
}

fn reason(sent: &Sent) -> Result<String, String> {
    let reason = forms::prose(sent.typed("reason"));
    forms::within(reason, LONGEST_REASON, "Say why. Every parent can read it")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    fn form(propose: Moment, vote: Moment, close: Moment) -> Sent {
        let mut body = "title=Autumn&seats=5&reason=A+slip".to_owned();
        for (name, at) in [("propose", propose), ("vote", vote), ("close", close)] {
            let (day, time) = clock::fields(at);
            body += &format!("&{name}_day={day}&{name}_time={time}");
        }
        Sent::read(body.as_bytes())
    }

    fn first<T>(read: Result<T, Refusals>) -> Option<&'static str> {
        read.err().and_then(|refusals| refusals.iter().next().map(|(field, _)| field))
    }

    #[test]
    fn a_round_proposes_then_votes_then_closes_in_the_time_to_come() {
        let asked = |propose, vote, close| first(new_round(&form(propose, vote, close), NOW));
        assert_eq!(asked(NOW, NOW + DAY, NOW + 8 * DAY), None);
        assert_eq!(asked(NOW + DAY, NOW + DAY, NOW + 8 * DAY), Some("vote_day"));
        assert_eq!(asked(NOW, NOW + 2 * DAY, NOW + DAY), Some("close_day"));
        assert_eq!(asked(NOW - HOUR, NOW + 2 * DAY, NOW - HOUR), Some("close_day"));
    }

    #[test]
    fn a_slip_in_a_date_is_refused() {
        let asked = |propose, vote, close| first(new_round(&form(propose, vote, close), NOW));
        let five_minutes = 5 * clock::MINUTE;
        assert_eq!(asked(NOW, NOW + 14 * DAY, NOW + 14 * DAY + five_minutes), Some("close_day"));
        assert_eq!(asked(NOW, NOW + five_minutes, NOW + 14 * DAY), Some("vote_day"));
        assert_eq!(asked(NOW, NOW + 14 * DAY, NOW + 45 * 365 * DAY), Some("close_day"));
        assert_eq!(asked(NOW - 365 * DAY, NOW + 14 * DAY, NOW + 28 * DAY), Some("propose_day"));
    }

    #[test]
    fn an_empty_form_says_what_to_do_about_each_field() {
        let refusals = new_round(&Sent::default(), NOW).expect_err("refusals");
        assert_eq!(
            refusals.iter().map(|(field, _)| field).collect::<Vec<_>>(),
            ["title", "seats", "propose_day", "vote_day", "close_day"]
        );
    }

    fn was() -> Dates {
        // As the fields of a form hold times: whole minutes.
        let minute = NOW - NOW.millis() % clock::MINUTE;
        let (vote_from, closes_at) = (minute + 14 * DAY, minute + 28 * DAY);
        Dates { propose_from: minute, vote_from, closes_at, counted_at: None }
    }

    #[test]
    fn until_voting_starts_its_dates_move_with_notice_and_after_that_it_only_lasts_longer() {
        let was = was();
        let asked = |vote, close, now| {
            let read = other_dates(&form(was.propose_from, vote, close), &was, now);
            read.map(|change| change.kind).map_err(|refusals| first::<()>(Err(refusals)))
        };
        let proposing = was.propose_from + DAY;
        let sooner = was.vote_from - 7 * DAY;
        assert_eq!(asked(sooner, was.closes_at, proposing), Ok(ChangeKind::Moved));
        assert_eq!(asked(was.vote_from, was.closes_at, proposing), Err(Some("vote_day")));
        assert_eq!(asked(proposing + DAY, was.closes_at, proposing), Err(Some("vote_day")));
        let voting = was.vote_from + DAY;
        let later = was.closes_at + 7 * DAY;
        assert_eq!(asked(was.vote_from, later, voting), Ok(ChangeKind::Extended));
        for close in [was.closes_at - DAY, was.closes_at, was.closes_at + 80 * DAY] {
            assert_eq!(asked(was.vote_from, close, voting), Err(Some("close_day")));
        }
        let none = Moment::default();
        let extended = other_dates(&form(none, none, later), &was, voting).expect("an extension");
        assert_eq!(extended.dates, Dates { closes_at: later, ..was });
    }

    #[test]
    fn no_change_goes_without_a_reason() {
        let was = was();
        let sent = form(was.propose_from, was.vote_from, was.closes_at + DAY).with("reason", " ");
        assert_eq!(first(other_dates(&sent, &was, was.vote_from)), Some("reason"));
        assert_eq!(first(cancellation(&sent, &was)), Some("reason"));
        assert!(cancellation(&sent.with("reason", "A slip"), &was).is_ok());
    }

    #[test]
    fn the_clock_alone_says_what_can_be_done() {
        let was = was();
        let possible = |now| {
            [ChangeKind::Moved, ChangeKind::Extended, ChangeKind::Cancelled]
                .map(|kind| is_possible(kind, &was, now))
        };
        assert_eq!(possible(was.vote_from - 1), [true, false, true]);
        assert_eq!(possible(was.vote_from), [false, true, false]);
        assert_eq!(possible(was.closes_at), [false, false, false]);
    }

    #[test]
    fn organisers_are_warned_of_short_times_and_of_holidays() {
        let at = |day: &str| clock::read(day, "17:00").expect("a day");
        let date = |day: &str| day.parse().expect("a day");
        let year = SchoolYear {
            terms: vec![
                (date("2026-11-02"), date("2026-12-18")),
                (date("2027-01-04"), date("2027-02-12")),
            ],
            closed: vec![],
        };
        let dates = |vote, close| Dates {
            propose_from: at("2026-11-16"),
            vote_from: at(vote),
            closes_at: at(close),
            counted_at: None,
        };
        assert!(warnings(&dates("2026-11-30", "2026-12-14"), &year).is_empty());
        assert_eq!(
            warnings(&dates("2026-12-11", "2027-01-08"), &year),
            ["16 of 29 days to vote are in the school holidays."]
        );
        assert_eq!(
            warnings(&dates("2026-12-11", "2026-12-21"), &year),
            [
                "Parents will have 10 days to vote. Two weeks is fairer.",
                "Voting closes in the school holidays, on Monday 21 December 2026."
            ]
        );
    }
}
