//! What a new round may be. Pure.

use calendar::clock::{self, Millis};
use forms::{Refusals, Sent};
use voting::Dates;

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
/// What to put right, in the order of the fields.
pub fn new_round(sent: &Sent, now: Millis) -> Result<NewRound, Refusals> {
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
        refusals.add("vote_day", "Voting must start after proposing. Choose a later time");
    }
    if closes_at <= vote_from {
        refusals.add("close_day", "Voting must close after it starts. Choose a later time");
    } else if closes_at <= now {
        refusals.add("close_day", "Voting must close in the future. Choose a later time");
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
    use calendar::clock::{DAY, HOUR};

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
