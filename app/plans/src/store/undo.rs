//! A plan as it was before something about it was put right, which the record of an earlier day
//! says.

use area::corrections::Correction;

use super::{Decision, Plan, PlanningSession};

impl Plan {
    /// Puts back what was put right.
    pub(super) fn undo(&mut self, correction: &Correction) {
        let Correction { kind, thing_id, field, was, became, .. } = correction;
        match kind.as_str() {
            "plan" => self.title.clone_from(was),
            "organisation" => {
                let names = self.organisations.iter_mut().filter(|name| *name == became);
                names.for_each(|name| name.clone_from(was));
            }
            "decision" => {
                if let Some(decision) = &mut self.decision {
                    decision.undo(field, was);
                }
            }
            _ => {
                let sessions = self.sessions.iter_mut();
                for session in sessions.filter(|session| *session.id == **thing_id) {
                    session.undo(field, was);
                }
            }
        }
    }
}

impl PlanningSession {
    fn undo(&mut self, field: &str, was: &str) {
        // Numbers were read as numbers when the correction was.
        match field {
            "day" => was.clone_into(&mut self.day),
            "held_at" => was.clone_into(&mut self.held_at),
            "parents" => self.parents = was.parse().unwrap_or(self.parents),
            _ => self.others = was.parse().unwrap_or(self.others),
        }
    }
}

impl Decision {
    fn undo(&mut self, field: &str, was: &str) {
        match field {
            "words" => was.clone_into(&mut self.words),
            "decided_by" => was.clone_into(&mut self.decided_by),
            "paper" => was.clone_into(&mut self.paper),
            // Why it was corrected was never a part of it.
            _ => {}
        }
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
        plan.undo(&correction("plan", "title", ("Second", "Third")));
        plan.undo(&correction("plan", "title", ("First", "Second")));
        plan.undo(&correction("organisation", "name", ("Counsil", "Council")));
        assert_eq!(plan.title, "First");
        assert_eq!(plan.organisations, ["Counsil", "NHS"]);
    }
}
