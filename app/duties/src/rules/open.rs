//! What is still to be done, who is told about it and when.

use calendar::school::NoTerms;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Everything, Kept, Side, State, Turn};

/// Whoever is responsible is told so many weeks before.
pub const WARNED: [i32; 2] = [8, 2];

/// Administrators are asked for the terms of what is due within so many weeks.
const BEFORE_LONG: i32 = 40;

/// Something that is still to be done: a duty or one of its steps.
#[derive(Clone, Debug)]
pub struct Open<'e> {
    pub kept: &'e Kept,
    pub year: i16,
    /// `None` for the duty itself.
    pub step: Option<&'e str>,
    pub day: Date,
}

impl Open<'_> {
    /// What must be done, in words that "by Monday 12 January" follows.
    #[must_use]
    pub fn words(&self) -> String {
        self.step.unwrap_or(&self.kept.duty.name).to_owned()
    }
}

impl Everything {
    /// What is still to be done of all duties that are on, steps too, the first to be due first.
    #[must_use]
    pub fn open(&self, today: Date) -> Vec<Open<'_>> {
        let mut open = Vec::new();
        for kept in self.duties.iter().filter(|kept| kept.on_since.is_some()) {
            for turn in self.turns(kept, today) {
                let is_open = |state| matches!(state, State::Due | State::Late);
                // What is done needs no step any more.
                if !is_open(turn.state) {
                    continue;
                }
                let steps = turn.steps.iter().filter(|step| is_open(step.state));
                let steps = steps.filter_map(|step| Some((Some(step.name), step.by.ok()?)));
                let whole = turn.due.ok().map(|day| (None, day));
                open.extend(steps.chain(whole).map(|(step, day)| Open {
                    kept,
                    year: turn.year,
                    step,
                    day,
                }));
            }
        }
        open.sort_by(|one, next| (one.day, &one.kept.id).cmp(&(next.day, &next.kept.id)));
        open
    }

    /// What a desk names: what is late, and what is due in the weeks in which people are told.
    #[must_use]
    pub fn for_desk(&self, side: &Side, today: Date) -> Vec<Open<'_>> {
        let soon = today + WARNED[0].weeks();
        let mut open = self.open(today);
        open.retain(|open| side.answers_for(&open.kept.duty) && open.day <= soon);
        open
    }

    /// What people are told about now, each with how many weeks before its day that is meant to be.
    /// Somebody who is told late for the first is told once.
    #[must_use]
    pub fn to_warn(&self, today: Date) -> Vec<(Open<'_>, i32)> {
        let weeks = |open: &Open<'_>| {
            let left = (open.day - today).get_days();
            let passed = WARNED.into_iter().filter(|weeks| left <= weeks * 7);
            if left < 0 { None } else { passed.min() }
        };
        let open = self.open(today).into_iter();
        open.filter_map(|open| weeks(&open).map(|weeks| (open, weeks))).collect()
    }

    /// How all of it is that everyone sees, in words: "2 done, 1 late"; `None` where there is none.
    /// What has come round once counts by its last year.
    #[must_use]
    pub fn tally(&self, today: Date) -> Option<String> {
        let states = self.duties.iter().filter_map(|kept| {
            let turns = self.turns(kept, today);
            turns.iter().find(|turn| turn.is_public).map(|turn| turn.state)
        });
        let states: Vec<State> = states.collect();
        let many = |of: &[State]| states.iter().filter(|state| of.contains(state)).count();
        let all = [
            ("done", many(&[State::Done])),
            ("done late", many(&[State::DoneLate])),
            ("late", many(&[State::Late])),
            ("not done", many(&[State::NotDone])),
            ("still to come", many(&[State::Due, State::NoTerms, State::Uncounted])),
        ];
        let words = all.into_iter().filter(|(_, many)| *many > 0);
        let words: Vec<String> = words.map(|(words, many)| format!("{many} {words}")).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// The first day about which the terms tell nothing, of all duties that are due before long.
    #[must_use]
    pub fn lacks_terms(&self, today: Date) -> Option<Date> {
        let on = self.duties.iter().filter(|kept| kept.on_since.is_some());
        let turns = on.filter_map(|kept| self.turns(kept, today).pop());
        let turns = turns.filter(|turn| turn.then.is_none());
        let about = |turn: &Turn<'_>| turn.due.unwrap_or_else(|NoTerms(day)| day);
        let turns = turns.filter(|turn| about(turn) <= today + BEFORE_LONG.weeks());
        let days = turns.flat_map(|turn| {
            let steps = turn.steps.iter().filter(|step| step.before.is_some());
            let steps: Vec<_> = steps.filter_map(|step| step.by.err()).collect();
            steps.into_iter().chain(turn.due.err())
        });
        days.map(|NoTerms(day)| day).min()
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::samples::{area, date, duty, kept};

    #[test]
    fn people_are_told_eight_and_two_weeks_before_and_once_where_they_are_late_for_the_first() {
        let warned = |today: &str| {
            let all = area(vec![kept(duty("a", "31 May", ""), "2026-09-01")]);
            all.to_warn(date(today)).first().map(|(_, weeks)| *weeks)
        };
        assert_eq!(warned("2027-04-04"), None);
        assert_eq!(warned("2027-04-05"), Some(8));
        assert_eq!(warned("2027-05-16"), Some(8));
        assert_eq!(warned("2027-05-17"), Some(2));
        assert_eq!(warned("2027-05-31"), Some(2));
        assert_eq!(warned("2027-06-01"), None, "then the desk says that it is late");
    }
}
