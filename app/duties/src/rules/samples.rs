//! A duty, and an area with its school year, for tests.

use calendar::clock::{self, Moment};
use calendar::school::{NoTerms, SchoolYear};
use jiff::civil::Date;

use super::{By, Duty, Everything, Kept, Responsible};

pub(super) fn date(day: &str) -> Date {
    day.parse().expect("a day")
}

pub(super) fn duty(word: &str, due: &str, steps: &str) -> Duty {
    Duty {
        word: word.to_owned(),
        name: "Transport statement".to_owned(),
        rule: "Published each year.".to_owned(),
        source: "https://example.org/rule".to_owned(),
        checked_on: Some(date("2026-09-01")),
        responsible: Responsible::Forum,
        due: due.parse().expect("a due day"),
        by: By::Document,
        steps: super::steps(steps).expect("steps"),
        is_public: true,
        is_on: true,
    }
}

pub(super) fn kept(duty: Duty, since: &str) -> Kept {
    let on_since = clock::read(since, "10:00");
    let id = duty.word.as_str().into();
    let at = Moment::from_millis(0);
    Kept { id, duty, on_since, off_since: None, days_since: at, changed_at: at }
}

/// A school year with its breaks, in which Christmas and the last Monday of May are closed.
pub(super) fn area(duties: Vec<Kept>) -> Everything {
    let term = |first, last| (date(first), date(last));
    let school = SchoolYear {
        terms: vec![
            term("2026-09-02", "2026-10-23"),
            term("2026-11-02", "2026-12-18"),
            term("2027-01-04", "2027-02-12"),
            term("2027-02-22", "2027-03-25"),
            term("2027-04-12", "2027-05-28"),
            term("2027-06-07", "2027-07-21"),
        ],
        closed: vec![date("2027-05-03"), date("2027-05-31")],
    };
    Everything { duties, school, ..Everything::default() }
}

pub(super) fn due(duties: Vec<Kept>, year: i16) -> Result<Date, NoTerms> {
    let all = area(duties);
    all.due(&all.duties[0].duty, year)
}
