//! The parts of a forum's year: tables that the page and the workbook both show, each with how its
//! numbers were counted. Pure.

use calendar::clock::{self, Moment};
use consultations::workbook::Cell;
use ground::ids::{Id, Update};
use involvement::session::SessionState;
use outcomes::rules::judged;
use outcomes::shortened;
use questionnaires::library;
use questionnaires::results::{Counted, Results};
use representatives::store::KeptMeeting;

use super::people::{HOW_OFTEN, KINDS, People};
use super::period::Period;
use super::store::{Also, Session};
use crate::figures::supports;
use crate::history::{ClosedRound, OpenedConsultation, Outcome, Version};

/// One table.
#[derive(Clone, Debug)]
pub struct Part {
    pub title: &'static str,
    /// What its sheet is called in the workbook.
    pub sheet: &'static str,
    /// All of it in a sentence, before the table.
    pub lead: String,
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<Cell>>,
    /// What is said where there are no rows.
    pub nothing: &'static str,
    pub counted: String,
}

/// What a year is made of.
#[derive(Debug)]
pub struct Made<'a> {
    pub period: Period,
    /// The months over which people are counted, and what may be said about them; `None`: too few
    /// months.
    pub people: Option<(Period, People)>,
    pub meetings: &'a [KeptMeeting],
    pub also: &'a Also,
    pub rounds: &'a [ClosedRound],
    pub consultations: &'a [OpenedConsultation],
    pub outcomes: &'a [Outcome],
}

impl Made<'_> {
    /// All parts, in the order they are shown.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        vec![
            who(self.people.as_ref()),
            rounds(self.rounds, self.period),
            meetings(self.meetings),
            sessions(&self.also.sessions),
            consultations(self.consultations, self.period),
            survey(self.consultations, self.period),
            outcomes(self.outcomes, &self.also.places, self.period),
        ]
    }
}

fn words(words: impl Into<String>) -> Cell {
    Cell::Words(words.into())
}

fn day(at: Moment) -> Cell {
    Cell::Day(clock::fields(at).0)
}

/// What is said where there is a number, and people are too few for it.
const NOT_SHOWN: &str = "not shown, to protect people";

/// A number of people to the nearest ten.
fn rounded(shown: disclosure::Shown) -> Cell {
    match shown.to_ten() {
        Some(people) => people_cell(people),
        None if shown == disclosure::Shown::Hidden => words(NOT_SHOWN),
        None => words(shown.words()),
    }
}

fn people_cell(people: u64) -> Cell {
    Cell::Number(i64::try_from(people).unwrap_or(i64::MAX))
}

fn number(number: usize) -> Cell {
    Cell::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

/// How many of something there were, as in "1 meeting", "12 meetings".
fn many(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

fn who(people: Option<&(Period, People)>) -> Part {
    let mut rows = Vec::new();
    if let Some((_, people)) = people {
        let mut row = |what: &str, shown: disclosure::Shown| {
            rows.push(vec![words(what), rounded(shown)]);
        };
        row("Everyone who took part", people.all);
        for (place, shown) in &people.places {
            row(place, *shown);
        }
        let often = HOW_OFTEN.into_iter().zip(people.how_often);
        for (what, shown) in often.chain(KINDS.into_iter().zip(people.kinds)) {
            row(what, shown);
        }
    }
    let months = people.map_or_else(String::new, |(months, _)| {
        format!("Counted over whole months: {}. ", months.words())
    });
    Part {
        title: "Parents and carers who took part",
        sheet: "Who took part",
        lead: String::new(),
        columns: &["Parents and carers", "How many, to the nearest ten"],
        rows,
        nothing: "These days have fewer than three whole months that are over, so numbers of \
            people are not shown, to protect people. Choose more days to see them.",
        counted: format!(
            "{months}People with an account who voted, proposed a topic that was published, \
             commented on the Local Offer as a parent or carer, confirmed a planning session or \
             told the forum what they found. One email address is one person. A vote counts when \
             its round closed, and once for each round. Answers to consultations are not in it: \
             nobody can tell whose they are. To the nearest ten; a number that is small, or that \
             would give away a small one, is not shown."
        ),
    }
}

fn rounds(rounds: &[ClosedRound], period: Period) -> Part {
    let of = rounds.iter().filter(|round| period.has(round.closed_at));
    let row = |round: &ClosedRound| {
        let chosen = round.topics.iter().filter(|topic| topic.is_chosen).count();
        let places = supports(round).into_iter().map(|(place, given, _)| by_place(&place, given));
        vec![
            words(&*round.title),
            day(round.closed_at),
            number(round.topics.len()),
            number(chosen),
            words(places.collect::<Vec<_>>().join(", ")),
        ]
    };
    Part {
        title: "Voting rounds",
        sheet: "Voting rounds",
        lead: String::new(),
        columns: &["Round", "Closed", "Topics", "Chosen", "Supports from each place"],
        rows: of.map(row).collect(),
        nothing: "No voting round closed in these days.",
        counted: "Rounds that closed in these days. Supports are added up over all topics of a \
            round, as its page shows them; a place with a number that is not shown there has none \
            here."
            .to_owned(),
    }
}

fn by_place(place: &str, people: Option<u64>) -> String {
    let people = people.map_or_else(|| NOT_SHOWN.to_owned(), disclosure::commas);
    format!("{place}: {people}")
}

fn meetings(meetings: &[KeptMeeting]) -> Part {
    let row = |meeting: &KeptMeeting| {
        let place = meeting.place.as_ref().map_or(WHOLE_AREA, |place| place.name.as_str());
        vec![
            Cell::Day(meeting.held_on.to_string()),
            words(&*meeting.title),
            words(meeting.who()),
            words(place),
            words(&*meeting.about),
            words(&*meeting.led_to),
        ]
    };
    let places = meetings.iter();
    let places =
        places.map(|meeting| meeting.place.as_ref().map_or(WHOLE_AREA, |of| of.name.as_str()));
    Part {
        title: "Meetings, and who represented the forum",
        sheet: "Meetings",
        lead: in_all(meetings.len(), ("meeting", "meetings"), places),
        columns: &[
            "Day",
            "Meeting",
            "For the forum",
            "Part of the area",
            "What it was about",
            "What happened next",
        ],
        rows: meetings.iter().map(row).collect(),
        nothing: "No meeting is entered for these days.",
        counted: "Meetings that an organiser entered and that were held in these days. A meeting \
            counts once, however many went to it for the forum."
            .to_owned(),
    }
}

const WHOLE_AREA: &str = "All of the area";
/// What is said of an outcome when nothing it answers names a part of the area.
const NO_PART: &str = "No part named";

/// How many there were, and how many of them for each place.
fn in_all<'p>(
    number: usize,
    (one, several): (&str, &str),
    places: impl Iterator<Item = &'p str>,
) -> String {
    let mut by: Vec<(&str, usize)> = Vec::new();
    for place in places {
        match by.iter_mut().find(|(known, _)| *known == place) {
            Some((_, many)) => *many += 1,
            None => by.push((place, 1)),
        }
    }
    by.sort_unstable();
    let by = by.into_iter().map(|(place, many)| format!("{place}: {many}"));
    let by = by.collect::<Vec<_>>().join(", ");
    if number == 0 { String::new() } else { format!("{}. {by}.", many(number, one, several)) }
}

fn sessions(sessions: &[Session]) -> Part {
    let row = |session: &Session| {
        let state = match session.state {
            SessionState::Confirmed if session.by_forum => "Confirmed by the forum",
            SessionState::Confirmed => "Confirmed by parents who were there",
            state => state.title(),
        };
        vec![Cell::Day(session.day.clone()), words(&*session.plan), words(state)]
    };
    Part {
        title: "Planning sessions with parents",
        sheet: "Planning sessions",
        lead: String::new(),
        columns: &["Day", "Plan", "Did it take place?"],
        rows: sessions.iter().map(row).collect(),
        nothing: "Leaders recorded no planning session with parents for these days.",
        counted: "Planning sessions with parents that leaders say they held in these days, and \
            whether the forum or parents who were there have said so too by today."
            .to_owned(),
    }
}

fn consultations(all: &[OpenedConsultation], period: Period) -> Part {
    let row = |asked: &OpenedConsultation| {
        let answers = match &asked.released {
            None => words("No results yet"),
            Some((_, _, results)) => results.people.map_or_else(|| words(NOT_SHOWN), people_cell),
        };
        let places =
            asked.by_place().into_iter().map(|(place, people, _)| by_place(&place, people));
        vec![
            words(&*asked.title),
            day(asked.closes_at),
            answers,
            words(places.collect::<Vec<_>>().join(", ")),
        ]
    };
    Part {
        title: "Consultations",
        sheet: "Consultations",
        lead: String::new(),
        columns: &["Consultation", "Closed", "Answers", "Answers from each place"],
        rows: all.iter().filter(|asked| period.has(asked.closes_at)).map(row).collect(),
        nothing: "No consultation closed in these days.",
        counted: "Consultations that closed in these days, with the numbers of their published \
            results. Someone may have answered more than one."
            .to_owned(),
    }
}

/// The results of the yearly survey: of these days, and the last before them.
fn survey(all: &[OpenedConsultation], period: Period) -> Part {
    let keys = library::yearly();
    let is_of_it =
        |counted: &&Counted| counted.option.is_none() && keys.contains(&counted.question);
    let released = all.iter().filter_map(|asked| Some((asked, &asked.released.as_ref()?.2)));
    let surveys: Vec<(&OpenedConsultation, &Results)> = released
        .filter(|(_, results)| results.questions.iter().any(|counted| is_of_it(&counted)))
        .collect();
    let latest = |is: &dyn Fn(&OpenedConsultation) -> bool| {
        let of = surveys.iter().filter(|(asked, _)| is(asked));
        of.max_by_key(|(asked, _)| asked.closes_at).copied()
    };
    let this = latest(&|asked| period.has(asked.closes_at));
    let before = latest(&|asked| clock::date(asked.closes_at) < period.first);
    let questions = this.map(|(_, results)| results.questions.iter().filter(is_of_it));
    let rows = questions.into_iter().flatten().flat_map(|counted| {
        let earlier = before.and_then(|(_, results)| {
            let mut of = results.questions.iter().filter(is_of_it);
            of.find(|earlier| earlier.question == counted.question)
        });
        counted.parts.iter().map(move |(answer, _)| {
            let earlier = earlier.map_or_else(|| "not asked".to_owned(), |of| share(of, answer));
            vec![
                words(&*counted.text),
                words(&**answer),
                words(share(counted, answer)),
                words(earlier),
            ]
        })
    });
    let named = |survey: Option<(&OpenedConsultation, &Results)>| match survey {
        Some((asked, _)) => format!("“{}”, closed {}", asked.title, clock::day(asked.closes_at)),
        None => "none".to_owned(),
    };
    Part {
        title: "The yearly survey, beside the one before",
        sheet: "Yearly survey",
        lead: this.map_or_else(String::new, |_| {
            format!("These days: {}. Before: {}.", named(this), named(before))
        }),
        columns: &["Question", "Answer", "These days", "The survey before"],
        rows: rows.collect(),
        nothing: "No results of the yearly survey in these days. Its five questions are in our \
            library, when you ask parents: copy them each year.",
        counted: "The last survey that closed in these days and has results, and the last that \
            closed before them. A share is out of everyone who was asked that question, also those \
            who gave no answer; other people may have answered in each year."
            .to_owned(),
    }
}

/// The share of an answer, with its number; only where no number of the question is hidden.
fn share(counted: &Counted, answer: &str) -> String {
    let people = counted.parts.iter().find(|(words, _)| words == answer);
    let people = people.and_then(|(_, people)| *people);
    match (people, counted.all()) {
        (Some(people), Some(all)) if all > 0 => {
            let share = disclosure::share(people, all).unwrap_or_default();
            format!("{share}% ({} of {})", disclosure::commas(people), disclosure::commas(all))
        }
        (Some(people), _) => disclosure::commas(people),
        (None, _) => NOT_SHOWN.to_owned(),
    }
}

fn outcomes(all: &[Outcome], places: &[(Id<Update>, String)], period: Period) -> Part {
    // What was said last in these days.
    let said = |outcome: &Outcome| {
        outcome.versions.iter().rfind(|version| period.has(version.at)).cloned()
    };
    let of: Vec<(&Outcome, Version)> =
        all.iter().filter_map(|outcome| Some((outcome, said(outcome)?))).collect();
    let places_of = |outcome: &Outcome| {
        let about = places.iter().filter(|(id, _)| *id == outcome.id);
        let about: Vec<&str> = about.map(|(_, place)| place.as_str()).collect();
        if about.is_empty() { vec![NO_PART] } else { about }
    };
    let row = |(outcome, version): &(&Outcome, Version)| {
        let verdict = version.verdict.map(|(verdict, _)| verdict);
        vec![
            day(version.at),
            words(shortened(&version.you_said)),
            words(version.outcome.title()),
            words(judged(verdict, &outcome.organisation)),
            words(places_of(outcome).join(", ")),
        ]
    };
    let by_place = of.iter().flat_map(|(outcome, _)| places_of(outcome));
    Part {
        title: "What happened after parents said something",
        sheet: "Outcomes",
        lead: in_all(of.len(), ("outcome", "outcomes"), by_place),
        columns: &[
            "Said on",
            "What parents said",
            "What leaders say happened",
            "Does the forum agree?",
            "Part of the area",
        ],
        rows: of.iter().map(row).collect(),
        nothing: "Leaders said nothing about what happened in these days.",
        counted: "What leaders published in these days about what parents had said: the last \
            version of each, and what the forum has said about it by today. It is about the parts \
            of the area that the topics, plans and notices it answers name, and counts once for \
            each. A consultation names none."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use disclosure::Shown;
    use jiff::civil::date;

    use super::*;

    const PERIOD: Period = Period { first: date(2026, 1, 1), last: date(2026, 12, 31) };

    fn asked(closes: &str, parts: [Option<u64>; 3]) -> OpenedConsultation {
        let closes_at = clock::read(closes, "12:00").expect("a day");
        let answers = ["Agree", "Disagree", "No answer"];
        let counted = Counted {
            question: library::yearly()[0].clone(),
            text: "Do you have a say?".into(),
            option: None,
            is_of_some: false,
            parts: answers.into_iter().map(str::to_owned).zip(parts).collect(),
            by: None,
            baseline: Vec::new(),
            quotations: Vec::new(),
            middle: None,
            ranking: None,
        };
        let results = Results { people: None, questions: vec![counted], ..Results::default() };
        OpenedConsultation {
            id: closes.into(),
            title: format!("Survey {closes}"),
            opens_at: Moment::from_millis(0),
            closes_at,
            released: Some((1, closes_at, results)),
        }
    }

    #[test]
    fn a_survey_stands_beside_the_last_before_these_days_and_a_hidden_number_has_no_share() {
        let all = [
            asked("2024-06-01", [Some(10), Some(10), Some(0)]),
            asked("2025-06-01", [Some(20), None, None]),
            asked("2026-06-01", [Some(30), Some(60), Some(10)]),
        ];
        let part = survey(&all, PERIOD);
        assert_eq!(part.rows.len(), 3);
        let cell = |row: usize, column: usize| part.rows[row][column].text();
        assert_eq!(cell(0, 2), "30% (30 of 100)");
        assert_eq!(cell(0, 3), "20", "a part of it is hidden, so there is no share");
        assert_eq!(cell(1, 3), NOT_SHOWN);
        assert!(part.lead.contains("Survey 2025-06-01"), "{}", part.lead);
        assert!(survey(&all[..2], PERIOD).rows.is_empty(), "none closed in these days");
        assert_eq!(survey(&all[2..], PERIOD).rows[0][3].text(), "not asked");
    }

    #[test]
    fn a_number_that_may_be_shown_is_a_number_and_one_that_may_not_says_why() {
        let shown = [Shown::Number(1_748), Shown::Number(0), Shown::FewerThanTen, Shown::Hidden];
        let cells = shown.map(rounded);
        assert!(matches!(cells[0], Cell::Number(1_750)) && matches!(cells[1], Cell::Number(0)));
        assert_eq!(cells[2].text(), "fewer than 10");
        assert_eq!(cells[3].text(), NOT_SHOWN);
    }

    #[test]
    fn a_session_says_who_confirmed_it() {
        let of = |by_forum| Session {
            plan: "Buses".to_owned(),
            day: "2026-12-04".to_owned(),
            state: SessionState::Confirmed,
            by_forum,
        };
        let part = sessions(&[of(true), of(false)]);
        assert_eq!(part.rows[0][2].text(), "Confirmed by the forum");
        assert_eq!(part.rows[1][2].text(), "Confirmed by parents who were there");
    }

    #[test]
    fn what_there_was_is_counted_by_place() {
        let places = ["North", "All of the area", "North"].into_iter();
        let said = in_all(3, ("meeting", "meetings"), places);
        assert_eq!(said, "3 meetings. All of the area: 1, North: 2.");
        assert_eq!(in_all(0, ("meeting", "meetings"), std::iter::empty()), "");
    }
}
