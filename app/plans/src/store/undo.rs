//! A plan as it was before something about it was put right, which the record of an earlier day
//! says.

use area::corrections::Correction;
use ground::db::{day, known};

use super::{Decision, Plan, PlanningSession};

impl Plan {
    /// Puts back what was put right.
    ///
    /// # Errors
    /// When it is nothing that this program knows, or no number or day where it must be one.
    pub(super) fn undo(&mut self, correction: &Correction) -> sqlx::Result<()> {
        let Correction { kind, thing_id, was, became, .. } = correction;
        match kind.as_str() {
            "plan" => self.title.clone_from(was),
            "organisation" => {
                let names = self.organisations.iter_mut().filter(|name| *name == became);
                names.for_each(|name| name.clone_from(was));
            }
            "decision" => {
                if let Some(decision) = &mut self.decision {
                    decision.undo(correction)?;
                }
            }
            "session" => {
                let sessions = self.sessions.iter_mut();
                for session in sessions.filter(|session| *session.id == **thing_id) {
                    session.undo(correction)?;
                }
            }
            _ => return known(None, "corrections.kind"),
        }
        Ok(())
    }
}

impl PlanningSession {
    fn undo(&mut self, correction: &Correction) -> sqlx::Result<()> {
        match correction.field.as_str() {
            "day" => self.day = day(correction.was.clone(), "corrections.was")?,
            "held_at" => self.held_at.clone_from(&correction.was),
            "parents" => self.parents = correction.number()?,
            "others" => self.others = correction.number()?,
            _ => return known(None, "corrections.field"),
        }
        Ok(())
    }
}

impl Decision {
    fn undo(&mut self, correction: &Correction) -> sqlx::Result<()> {
        let was = &correction.was;
        match correction.field.as_str() {
            "words" => self.words.clone_from(was),
            "decided_by" => self.decided_by.clone_from(was),
            "paper" => self.paper.clone_from(was),
            // Why it was corrected was never a part of it.
            "reason" => {}
            _ => return known(None, "corrections.field"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use calendar::clock::Moment;

    use super::*;

    fn correction(kind: &str, field: &str, (was, became): (&str, &str)) -> Correction {
        Correction {
            kind: kind.to_owned(),
            thing_id: "it".to_owned(),
            field: field.to_owned(),
            was: was.to_owned(),
            became: became.to_owned(),
            at: Moment::from_millis(1),
        }
    }

    #[test]
    fn what_was_put_right_twice_is_put_back_step_by_step() {
        let mut plan = Plan {
            title: "Third".to_owned(),
            organisations: vec!["Council".to_owned(), "NHS".to_owned()],
            ..Plan::default()
        };
        for correction in [
            correction("plan", "title", ("Second", "Third")),
            correction("plan", "title", ("First", "Second")),
            correction("organisation", "name", ("Counsil", "Council")),
        ] {
            plan.undo(&correction).expect("a plan before it");
        }
        assert_eq!(plan.title, "First");
        assert_eq!(plan.organisations, ["Counsil", "NHS"]);
    }

    #[test]
    fn what_a_session_was_before_is_never_what_it_is_now() {
        let mut session = PlanningSession {
            id: "it".into(),
            day: "2027-03-01".to_owned(),
            held_at: "10:00".to_owned(),
            decided: String::new(),
            notes: String::new(),
            parents: 8,
            others: 3,
            for_everyone: true,
            recorded_at: Moment::from_millis(1),
            confirmed: None,
            disputed: None,
        };
        let put_right = |field, was| correction("session", field, (was, "another"));
        for (field, was) in [("parents", "6"), ("others", "2"), ("day", "2027-02-28")] {
            session.undo(&put_right(field, was)).expect("a session before it");
        }
        assert_eq!((session.parents, session.others, &*session.day), (6, 2, "2027-02-28"));
        for (field, was) in
            [("parents", "six"), ("others", ""), ("day", "Sunday"), ("a field of tomorrow", "1")]
        {
            assert!(session.undo(&put_right(field, was)).is_err(), "{field}: {was}");
        }
        let mut plan = Plan { sessions: vec![session], ..Plan::default() };
        assert!(plan.undo(&correction("a thing of tomorrow", "name", ("6", "8"))).is_err());
    }
}
