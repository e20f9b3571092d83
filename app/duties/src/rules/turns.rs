//! How each year of a duty stands, with the day of each step.

use std::collections::BTreeSet;

use calendar::clock;
use calendar::school::{NoTerms, SchoolYear};
use ground::ids::{self, Id};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{BankHolidays, By, Due, Duty, Kept, Passed, Report, Span, Step};

/// What is still not done so many weeks after its day is called not done, and no longer late.
const NOT_DONE_AFTER: i32 = 26;

/// All that is known of the area's duties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Everything {
    pub duties: Vec<Kept>,
    pub reports: Vec<Report>,
    pub passed: Vec<Passed>,
    /// The terms and closed days, and the bank holidays among the latter.
    pub school: SchoolYear,
    pub bank: BankHolidays,
    /// The organisation of the leader who looks, if one does.
    pub organisation: Option<String>,
}

/// How a duty stands in a year, or a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Done by its day.
    Done,
    DoneLate,
    /// Its day has not passed.
    Due,
    /// Its day has passed.
    Late,
    /// Its day has passed by half a year.
    NotDone,
    /// The terms don't tell on which day it is due.
    NoTerms,
    /// Its day had passed already when it began to count, so it is neither late nor not done.
    Uncounted,
}

/// One year of a duty.
#[derive(Clone, Debug)]
pub struct Turn<'e> {
    pub year: i16,
    pub due: Result<Date, NoTerms>,
    /// About when it is due, also where the terms don't tell.
    pub(super) about: Date,
    /// What it is done by.
    pub by: By,
    pub report: Option<&'e Report>,
    pub state: State,
    /// The first to be due first.
    pub steps: Vec<StepTurn<'e>>,
    /// The duty as it was when this day passed; `None` where it is as the duty is today.
    pub then: Option<&'e Passed>,
    pub is_public: bool,
}

/// A step in one year.
#[derive(Clone, Debug)]
pub struct StepTurn<'e> {
    pub name: &'e str,
    /// How long before the duty it must happen, where it is one of today's steps.
    pub before: Option<Span>,
    /// What it is done by.
    pub done_by: By,
    /// By which day it must have happened.
    pub by: Result<Date, NoTerms>,
    pub report: Option<&'e Report>,
    pub state: State,
}

impl<'e> StepTurn<'e> {
    /// A step of which nothing is said yet.
    fn of(name: &'e str, before: Option<Span>, done_by: By, by: Result<Date, NoTerms>) -> Self {
        Self { name, before, done_by, by, report: None, state: State::Due }
    }
}

impl Turn<'_> {
    /// What must be done, as it was called when its day passed.
    #[must_use]
    pub fn name<'n>(&'n self, kept: &'n Kept) -> &'n str {
        self.then.map_or(kept.duty.name.as_str(), |then| then.name.as_str())
    }
}

impl Everything {
    fn duty(&self, word: &str) -> Option<&Duty> {
        self.duties.iter().map(|kept| &kept.duty).find(|duty| duty.word == word)
    }

    /// The duty with this id.
    #[must_use]
    pub fn find(&self, id: &Id<ids::Duty>) -> Option<&Kept> {
        self.duties.iter().find(|kept| kept.id == *id)
    }

    /// The fixed day in a year that a duty is counted from. A circle of duties, which is refused
    /// when they are saved, ends too.
    fn counted_from(&self, duty: &Duty, year: i16) -> Option<Date> {
        let mut at = duty;
        for _ in 0..=self.duties.len() {
            match &at.due {
                Due::Each { month, day } => return Some(fixed(year, *month, *day)),
                Due::Before(_, word) => at = self.duty(word)?,
            }
        }
        None
    }

    /// The day on which a duty is due that is counted from a fixed day in this year.
    ///
    /// # Errors
    /// When the terms don't tell.
    pub fn due(&self, duty: &Duty, year: i16) -> Result<Date, NoTerms> {
        let mut spans = Vec::new();
        let mut at = duty;
        while let Due::Before(span, word) = &at.due {
            spans.push(*span);
            match self.duty(word) {
                Some(next) if spans.len() <= self.duties.len() => at = next,
                _ => return Err(NoTerms(fixed(year, 12, 31))),
            }
        }
        let from = self.counted_from(at, year).unwrap_or_else(|| fixed(year, 12, 31));
        spans.into_iter().rev().try_fold(from, |day, span| self.before(day, span))
    }

    /// The day so long before another.
    ///
    /// # Errors
    /// When the terms don't tell.
    pub fn before(&self, day: Date, span: Span) -> Result<Date, NoTerms> {
        match span {
            Span::SchoolDays(many) => self.school.days_before(day, many),
            Span::Weeks(many) => self.school.school_day_by(day - i32::from(many).weeks()),
        }
    }

    /// What was said about a duty in a year, or with words about that step.
    fn report(&self, kept: &Kept, year: i16, step: &str) -> Option<&Report> {
        self.reports
            .iter()
            .find(|report| report.duty_id == kept.id && report.year == year && report.step == step)
    }

    /// Since when a duty counts with the day that it has: switched on, and neither its day nor that
    /// of a duty which it comes before was changed.
    fn counted_since(&self, kept: &Kept) -> Option<Date> {
        let (mut at, mut since) = (kept, kept.on_since?.max(kept.days_since));
        for _ in 0..=self.duties.len() {
            let Due::Before(_, word) = &at.duty.due else { break };
            let Some(next) = self.duties.iter().find(|other| other.duty.word == *word) else {
                break;
            };
            since = since.max(next.days_since);
            at = next;
        }
        Some(clock::date(since))
    }

    /// One year of a duty.
    #[must_use]
    pub fn turn<'e>(&'e self, kept: &'e Kept, year: i16, today: Date) -> Turn<'e> {
        let is_it =
            |day: &&Passed| day.duty_id == kept.id && day.year == year && day.step.is_empty();
        let then = self.passed.iter().find(is_it);
        let report = self.report(kept, year, "");
        let end = fixed(year, 12, 31);
        let due = match then {
            Some(day) => day.due.ok_or(NoTerms(end)),
            None => self.due(&kept.duty, year),
        };
        let done_on = then.and(report).map(|report| report.done_on);
        let about = due.ok().or(done_on).or_else(|| self.counted_from(&kept.duty, year));
        Turn {
            year,
            due,
            about: about.unwrap_or(end),
            by: then.map_or(kept.duty.by, |day| day.by),
            report,
            state: state(due, report, today),
            steps: self.steps(kept, year, then.is_some(), due, today),
            then,
            is_public: then.map_or(kept.duty.is_public, |day| day.is_public),
        }
    }

    /// The steps of a year: those whose day has passed as they were, the others as they are, and
    /// what was said about one that there no longer is. `is_over`: there are no others any more.
    fn steps<'e>(
        &'e self,
        kept: &'e Kept,
        year: i16,
        is_over: bool,
        due: Result<Date, NoTerms>,
        today: Date,
    ) -> Vec<StepTurn<'e>> {
        let no_day = Err(NoTerms(fixed(year, 12, 31)));
        let passed = self
            .passed
            .iter()
            .filter(|day| day.duty_id == kept.id && day.year == year && !day.step.is_empty());
        let mut steps: Vec<StepTurn<'e>> = passed
            .map(|day| StepTurn::of(&day.step, None, day.by, day.due.map_or(no_day, Ok)))
            .collect();
        let todays: &[Step] = if is_over { &[] } else { &kept.duty.steps };
        for step in todays {
            if steps.iter().all(|known| known.name != step.name) {
                let by = due.and_then(|due| self.before(due, step.before));
                steps.push(StepTurn::of(&step.name, Some(step.before), step.by, by));
            }
        }
        let said = self.reports.iter().filter(|report| {
            report.duty_id == kept.id && report.year == year && !report.step.is_empty()
        });
        for report in said {
            if steps.iter().all(|known| known.name != report.step) {
                steps.push(StepTurn::of(&report.step, None, report.by, no_day));
            }
        }
        let since = self.counted_since(kept);
        for step in &mut steps {
            step.report = self.report(kept, year, step.name);
            let is_uncounted = step.before.is_some()
                && step.report.is_none()
                && matches!((step.by, since), (Ok(by), Some(since)) if by < since);
            step.state =
                if is_uncounted { State::Uncounted } else { state(step.by, step.report, today) };
        }
        steps.sort_by_key(|step| step.by.unwrap_or(Date::MAX));
        steps
    }

    /// Every year of a duty whose day has passed while it was on, the oldest first, and the next.
    #[must_use]
    pub fn years<'e>(&'e self, kept: &'e Kept, today: Date) -> Vec<Turn<'e>> {
        let is_whole = |day: &&Passed| day.duty_id == kept.id && day.step.is_empty();
        let mut years: BTreeSet<i16> =
            self.passed.iter().filter(is_whole).map(|day| day.year).collect();
        let (since, off) = (self.counted_since(kept), kept.off_since.map(clock::date));
        if since.is_some() {
            years.extend(today.year() - 1..=today.year() + 2);
        }
        let counts = |turn: &Turn<'_>| match (turn.then, since) {
            (Some(_), Some(_)) => true,
            // It may have been switched off before its day.
            (Some(_), None) => turn.report.is_some() || off.is_none_or(|off| turn.about < off),
            (None, Some(since)) => turn.about >= since,
            (None, None) => false,
        };
        let turns = years.into_iter().map(|year| self.turn(kept, year, today));
        let mut turns: Vec<Turn<'e>> = turns.filter(counts).collect();
        turns.sort_by_key(|turn| turn.about);
        if let Some(next) = turns.iter().position(|turn| turn.about >= today) {
            turns.truncate(next + 1);
        }
        turns
    }

    /// The years of a duty that matter today: the last whose day has passed, and the next.
    #[must_use]
    pub fn turns<'e>(&'e self, kept: &'e Kept, today: Date) -> Vec<Turn<'e>> {
        let mut turns = self.years(kept, today);
        let over = turns.iter().filter(|turn| turn.about < today).count();
        turns.split_off(over.saturating_sub(1))
    }

    /// A duty as everyone sees it: one that isn't public any more, as it was in its last year that
    /// was.
    #[must_use]
    pub fn as_public(&self, kept: &Kept, today: Date) -> Kept {
        let mut seen = kept.clone();
        let mut years = self.years(kept, today).into_iter().rev().filter(|turn| turn.is_public);
        let last = years.find_map(|turn| turn.then);
        if let Some(then) = last.filter(|_| !kept.duty.is_public) {
            seen.duty.name.clone_from(&then.name);
            seen.duty.rule.clone_from(&then.rule);
            seen.duty.source.clone_from(&then.source);
            seen.duty.responsible = then.responsible.clone();
        }
        seen
    }
}

/// A fixed day in a year: the last of February for a 29th that is not there.
fn fixed(year: i16, month: i8, day: i8) -> Date {
    let first = Date::new(year, month, 1).unwrap_or(Date::MAX);
    Date::new(year, month, day).unwrap_or_else(|_| first.last_of_month())
}

fn state(due: Result<Date, NoTerms>, report: Option<&Report>, today: Date) -> State {
    match (due, report.map(|report| report.done_on)) {
        (Ok(due), Some(done)) if done > due => State::DoneLate,
        (_, Some(_)) => State::Done,
        (Err(_), None) => State::NoTerms,
        (Ok(due), None) if today <= due => State::Due,
        (Ok(due), None) if today <= due + NOT_DONE_AFTER.weeks() => State::Late,
        (Ok(_), None) => State::NotDone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::enter_terms;
    use crate::rules::samples::{area, date, due, duty, kept};

    #[test]
    fn a_step_is_counted_backwards_in_school_days_over_holidays_and_closed_days() {
        let steps = "The round must open | 60 school days before | round\n\
            A draft must be out | 4 weeks before | consultation";
        let all = area(vec![kept(duty("a", "31 May", steps), "2026-09-01")]);
        let turn = all.turn(&all.duties[0], 2027, date("2026-12-01"));
        assert_eq!(turn.due, Ok(date("2027-05-31")), "it stays on a bank holiday");
        // By hand: 34 school days from 12 April, without 3 May; 24 from 22 February; two before.
        assert_eq!(turn.steps[0].by, Ok(date("2027-02-11")));
        // 3 May is closed, so the Friday before.
        assert_eq!(turn.steps[1].by, Ok(date("2027-04-30")));
        assert_eq!(turn.state, State::Due);
    }

    #[test]
    fn a_29th_of_february_and_the_weeks_in_which_clocks_change_have_their_days() {
        let leap = |year| due(vec![kept(duty("a", "29 February", ""), "2026-09-01")], year);
        assert_eq!(leap(2028), Ok(date("2028-02-29")));
        assert_eq!(leap(2027), Ok(date("2027-02-28")));
        let before = |fixed: &str, span: &str| {
            let duties = [duty("a", &format!("{span} before b"), ""), duty("b", fixed, "")];
            due(duties.map(|duty| kept(duty, "2026-09-01")).into(), 2027)
        };
        // Clocks go forward on 28 March and go back on 25 October.
        assert_eq!(before("29 March", "1 school day"), Ok(date("2027-03-25")), "over Easter");
        assert_eq!(before("13 April", "1 school day"), Ok(date("2027-04-12")));
        let autumn = due(
            vec![
                kept(duty("a", "1 week before b", ""), "2026-09-01"),
                kept(duty("b", "3 November", ""), "2026-09-01"),
            ],
            2026,
        );
        assert_eq!(autumn, Ok(date("2026-10-23")), "half-term: the last school day before it");
    }

    #[test]
    fn terms_that_end_before_the_day_give_no_day_and_say_what_to_enter() {
        let duties = || {
            vec![
                kept(duty("a", "1 school day before b", ""), "2026-09-01"),
                kept(duty("b", "31 August", ""), "2026-09-01"),
            ]
        };
        assert_eq!(due(duties(), 2027), Err(NoTerms(date("2027-08-31"))));
        let all = area(duties());
        assert_eq!(all.turn(&all.duties[0], 2027, date("2027-01-15")).state, State::NoTerms);
        assert_eq!(all.lacks_terms(date("2027-01-15")), Some(date("2027-08-31")));
        let words = enter_terms(NoTerms(date("2027-08-31")));
        assert!(words.contains("school terms around Tuesday 31 August 2027"), "{words}");
    }

    #[test]
    fn it_is_done_done_late_late_or_not_done_by_the_day_and_what_was_before_it_began_is_no_fault() {
        let on = |today: &str, done: Option<&str>| {
            let kept = kept(duty("a", "31 May", ""), "2026-09-01");
            let report = done.map(|done| Report {
                id: "r".into(),
                duty_id: kept.id.clone(),
                year: 2027,
                step: String::new(),
                done_on: date(done),
                by: By::Document,
                thing: "https://example.org".to_owned(),
                organisation: None,
            });
            let all = Everything { reports: report.into_iter().collect(), ..area(vec![kept]) };
            all.turns(&all.duties[0], date(today)).iter().map(|turn| turn.state).collect::<Vec<_>>()
        };
        assert_eq!(on("2027-05-31", None), [State::Due], "its last day");
        assert_eq!(on("2027-06-01", None), [State::Late, State::Due]);
        assert_eq!(on("2027-11-29", None), [State::Late, State::Due]);
        assert_eq!(on("2027-11-30", None), [State::NotDone, State::Due]);
        assert_eq!(on("2027-06-10", Some("2027-05-31")), [State::Done, State::Due]);
        assert_eq!(on("2027-06-10", Some("2027-06-01")), [State::DoneLate, State::Due]);
    }

    #[test]
    fn a_step_whose_day_was_over_when_it_began_to_count_is_not_late() {
        let steps = "The round must open | 4 weeks before | round";
        let state = |since: &str| {
            let all = area(vec![kept(duty("a", "31 May", steps), since)]);
            all.turn(&all.duties[0], 2027, date("2027-05-20")).steps[0].state
        };
        assert_eq!(state("2027-04-30"), State::Late);
        assert_eq!(state("2027-05-01"), State::Uncounted);
    }
}
