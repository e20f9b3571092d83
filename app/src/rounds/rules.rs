//! What is allowed when in a round, and what may be announced. Pure.

use crate::clock::{self, Millis};
use crate::forms::{self, Refusals, Sent};

/// The dates of a round, and when its count was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// From when topics for this round are proposed.
    pub propose_from: Millis,
    /// From when they are voted on; proposals come too late for this round then.
    pub vote_from: Millis,
    /// When voting ends.
    pub closes_at: Millis,
    /// When the count was made, never before `closes_at`.
    pub counted_at: Option<Millis>,
}

/// Where a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not begun.
    Announced,
    /// Parents propose.
    Proposing,
    /// Parents support.
    Voting,
    /// Voting has ended; the count is being made.
    Counting,
    /// The count is made and shown.
    Closed,
}

impl Dates {
    /// Where the round stands now.
    #[must_use]
    pub fn phase(&self, now: Millis) -> Phase {
        match self {
            Self { counted_at: Some(_), .. } => Phase::Closed,
            _ if now >= self.closes_at => Phase::Counting,
            _ if now >= self.vote_from => Phase::Voting,
            _ if now >= self.propose_from => Phase::Proposing,
            _ => Phase::Announced,
        }
    }
}

/// A round about to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRound {
    /// The same key twice is one round.
    pub form_key: String,
    /// Its name, as "Autumn 2026".
    pub title: String,
    /// How many topics it will choose.
    pub seats: i64,
    /// Its dates.
    pub dates: Dates,
}

/// Reads a round from what was sent.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn new_round(sent: &Sent, now: Millis) -> Result<NewRound, Refusals> {
    let mut refusals = Refusals::default();
    let title = refusals.take(
        "title",
        forms::within(sent.line("title"), 80, "Give the round a name, like Autumn 2026"),
    );
    let seats = sent.line("seats").parse::<i64>().ok().filter(|seats| (1..=50).contains(seats));
    let seats = refusals.take(
        "seats",
        seats.ok_or_else(|| "Enter how many topics it will choose, from 1 to 50".to_owned()),
    );
    let mut date = |day: &'static str, time: &str| {
        refusals.take(
            day,
            clock::read(sent.typed(day), sent.typed(time))
                .ok_or_else(|| "Enter a day and a time".to_owned()),
        )
    };
    let (propose, vote, close) = (
        date("propose_day", "propose_time"),
        date("vote_day", "vote_time"),
        date("close_day", "close_time"),
    );
    let (Some(title), Some(seats), Some(propose_from), Some(vote_from), Some(closes_at)) =
        (title, seats, propose, vote, close)
    else {
        return Err(refusals);
    };
    if vote_from <= propose_from {
        refusals.add("vote_day", "Choose a time for voting that is after proposing begins");
    }
    if closes_at <= vote_from {
        refusals.add("close_day", "Choose a time for the close that is after voting begins");
    } else if closes_at <= now {
        refusals.add("close_day", "Choose a time for the close that is still to come");
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let form_key = sent.once();
    Ok(NewRound {
        form_key,
        title,
        seats,
        dates: Dates { propose_from, vote_from, closes_at, counted_at: None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY, HOUR};

    #[test]
    fn a_round_goes_through_its_phases_by_the_clock_and_is_closed_only_by_the_count() {
        let dates = Dates { propose_from: 10, vote_from: 20, closes_at: 30, counted_at: None };
        let phases: Vec<_> = [9, 10, 19, 20, 29, 30, i64::MAX].map(|now| dates.phase(now)).to_vec();
        assert_eq!(
            phases,
            [
                Phase::Announced,
                Phase::Proposing,
                Phase::Proposing,
                Phase::Voting,
                Phase::Voting,
                Phase::Counting,
                Phase::Counting
            ]
        );
        assert_eq!(Dates { counted_at: Some(31), ..dates }.phase(31), Phase::Closed);
    }

    fn form(propose: Millis, vote: Millis, close: Millis) -> Sent {
        let mut body = "title=Autumn&seats=5".to_owned();
        for (name, at) in [("propose", propose), ("vote", vote), ("close", close)] {
            let (day, time) = clock::fields(at);
            body += &format!("&{name}_day={day}&{name}_time={time}");
        }
        Sent::read(body.as_bytes())
    }

    #[test]
    fn a_round_proposes_then_votes_then_closes_in_the_time_to_come() {
        let now = 1_800_000_000_000;
        assert!(new_round(&form(now, now + DAY, now + 2 * DAY), now).is_ok());
        assert!(
            new_round(&form(now + DAY, now + DAY, now + 2 * DAY), now)
                .expect_err("order")
                .about("vote_day")
                .is_some()
        );
        assert!(
            new_round(&form(now, now + 2 * DAY, now + DAY), now)
                .expect_err("order")
                .about("close_day")
                .is_some()
        );
        assert!(
            new_round(&form(now - 3 * DAY, now - 2 * DAY, now - HOUR), now)
                .expect_err("past")
                .about("close_day")
                .is_some()
        );
    }

    #[test]
    fn an_empty_form_says_what_to_do_about_each_field() {
        let refusals = new_round(&Sent::default(), 0).expect_err("refusals");
        assert_eq!(
            refusals.iter().map(|(field, _)| field).collect::<Vec<_>>(),
            ["title", "seats", "propose_day", "vote_day", "close_day"]
        );
    }
}
