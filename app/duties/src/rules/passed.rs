//! The days that have passed, which nothing changes any more.

use calendar::clock::Moment;
use ground::ids::{self, Id};
use jiff::civil::Date;

use super::{By, Duty, Everything, Kept, Responsible, State, Turn};

/// A day of a duty, or of a step, that has passed: with the duty as it was then. It stays, whatever
/// becomes of the duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub duty_id: Id<ids::Duty>,
    pub year: i16,
    /// The step; empty for the duty itself.
    pub step: String,
    /// `None` for what was done while the terms didn't tell by when.
    pub due: Option<Date>,
    pub by: By,
    pub name: String,
    pub rule: String,
    pub source: String,
    pub responsible: Responsible,
    pub is_public: bool,
}

/// A day that is to be kept; the rest is in the duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassed {
    pub duty_id: Id<ids::Duty>,
    pub year: i16,
    /// The step; empty for the duty itself.
    pub step: String,
    pub due: Option<Date>,
    pub by: By,
}

impl Everything {
    /// The days that have passed and are not kept yet.
    #[must_use]
    pub fn to_keep(&self, today: Date) -> Vec<NewPassed> {
        self.kept_of(today, |_, _| false)
    }

    /// What must be kept before the duties become as they are in `after`: what has passed, what was
    /// done, and a year that has begun and whose new day would be over already.
    #[must_use]
    pub fn to_keep_before(&self, after: &Self, today: Date) -> Vec<NewPassed> {
        self.kept_of(today, |kept, turn| {
            let becomes = after.find(&kept.id).filter(|kept| kept.on_since.is_some());
            let is_over = |kept| after.turn(kept, turn.year, today).about < today;
            turn.report.is_some() || (turn.about >= today && becomes.is_some_and(is_over))
        })
    }

    /// The days to keep: those that have passed, and all of a year that `is_settled`.
    fn kept_of(
        &self,
        today: Date,
        is_settled: impl Fn(&Kept, &Turn<'_>) -> bool,
    ) -> Vec<NewPassed> {
        let mut days = Vec::new();
        for kept in self.duties.iter().filter(|kept| kept.on_since.is_some()) {
            let open = self.years(kept, today).into_iter().filter(|turn| turn.then.is_none());
            for turn in open {
                let all = is_settled(kept, &turn);
                let mut keep = |step: &str, due: Option<Date>, by: By| {
                    days.push(NewPassed {
                        duty_id: kept.id.clone(),
                        year: turn.year,
                        step: step.to_owned(),
                        due,
                        by,
                    });
                };
                for step in &turn.steps {
                    let is_todays = step.before.is_some() && step.state != State::Uncounted;
                    if let Some(by) = step.by.ok().filter(|by| is_todays && (all || *by < today)) {
                        keep(step.name, Some(by), step.done_by);
                    }
                }
                if all || turn.due.is_ok_and(|due| due < today) {
                    keep("", turn.due.ok(), turn.by);
                }
            }
        }
        days
    }

    /// The same once these duties are saved.
    #[must_use]
    pub fn with(&self, duties: &[Duty], now: Moment) -> Self {
        let mut after = self.clone();
        for duty in duties {
            let known = after.duties.iter_mut().find(|kept| kept.duty.word == duty.word);
            if let Some(kept) = known {
                kept.on_since = duty.is_on.then(|| kept.on_since.unwrap_or(now));
                kept.duty = duty.clone();
            } else {
                after.duties.push(Kept {
                    id: duty.word.as_str().into(),
                    duty: duty.clone(),
                    on_since: duty.is_on.then_some(now),
                    off_since: None,
                    days_since: now,
                    changed_at: now,
                });
            }
        }
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples::{area, date, duty, kept};
    use calendar::clock;

    /// Those days as they are kept: with the duty as it is.
    fn kept_days(all: &Everything, days: Vec<NewPassed>) -> Vec<Passed> {
        let passed = |day: NewPassed| {
            let duty = &all.find(&day.duty_id)?.duty;
            Some(Passed {
                duty_id: day.duty_id,
                year: day.year,
                step: day.step,
                due: day.due,
                by: day.by,
                name: duty.name.clone(),
                rule: duty.rule.clone(),
                source: duty.source.clone(),
                responsible: duty.responsible.clone(),
                is_public: duty.is_public,
            })
        };
        days.into_iter().filter_map(passed).collect()
    }

    /// The days of a duty's years once it is changed on a day.
    fn days_once(changed: &[(&str, Duty)], today: &str) -> Vec<(State, Date)> {
        let mut all = area(vec![kept(duty("a", "31 May", ""), "2026-09-01")]);
        for (on, duty) in changed {
            let now = clock::read(on, "10:00").expect("a time");
            let mut after = all.with(std::slice::from_ref(duty), now);
            let days = kept_days(&all, all.to_keep_before(&after, date(on)));
            after.passed.extend(days);
            after.duties[0].off_since = (!duty.is_on).then_some(now);
            after.duties[0].days_since = now;
            all = after;
        }
        let years = all.years(&all.duties[0], date(today));
        years.iter().map(|turn| (turn.state, turn.due.expect("a day"))).collect()
    }

    #[test]
    fn a_day_that_has_passed_stays_whatever_becomes_of_the_duty() {
        let late = (State::Late, date("2027-05-31"));
        let other = duty("a", "20 October", "");
        assert_eq!(
            days_once(&[("2027-06-10", other.clone())], "2027-06-10"),
            [late, (State::Due, date("2028-10-20"))],
            "this year is over"
        );
        let mut off = duty("a", "29 February", "");
        off.is_on = false;
        let changes = [("2027-06-10", off.clone())];
        assert_eq!(days_once(&changes, "2027-06-10"), [late]);
        let changes = [("2027-06-10", off.clone()), ("2027-06-12", other.clone())];
        assert_eq!(days_once(&changes, "2027-06-12"), [late, (State::Due, date("2028-10-20"))]);
        assert!(days_once(&[("2027-05-20", off)], "2027-06-10").is_empty(), "off before its day");
        // What is to come moves, and a year that has begun can't be left out by an earlier day.
        assert_eq!(
            days_once(&[("2027-05-20", other)], "2027-06-10"),
            [(State::Due, date("2027-10-20"))]
        );
        let earlier = duty("a", "1 May", "");
        assert_eq!(
            days_once(&[("2027-05-20", earlier)], "2027-06-10"),
            [late, (State::Due, date("2028-05-01"))]
        );
    }
}
