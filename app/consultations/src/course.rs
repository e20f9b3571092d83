//! How far a consultation has come, for organisers: which of its steps are done, and what is next.

use calendar::clock::{self, Moment};
use ground::ids::{self, Id};
use ground::ui::Step;

use super::paper_entries;
use super::rules::{self, ConsultationState};
use super::store::Consultation;

/// A consultation as organisers follow it, from the facts that are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub id: Id<ids::Consultation>,
    pub title: String,
    pub is_opened: bool,
    pub opens_at: Moment,
    pub closes_at: Moment,
    /// What was typed in from paper, by phone and at meetings.
    pub sheets: Vec<Sheet>,
    /// Whether somebody who read the answers has put a theme, a quotation or a redaction to one, or
    /// passed one on.
    pub is_read: bool,
    /// Who counted the answers, and when, while another organiser has not checked that.
    pub counted: Option<(Id<ids::Account>, Moment)>,
    /// When results were published, the last time.
    pub published_at: Option<Moment>,
    /// When it was withdrawn: nothing of it is counted or published then.
    pub withdrawn_at: Option<Moment>,
}

/// A response that was typed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub response_id: Id<ids::Response>,
    pub typed_by: Id<ids::Account>,
    /// Whether a second person has compared it with its sheet of paper.
    pub is_compared: bool,
}

/// What has to be done next with a consultation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Write it, and open it.
    Open,
    /// Wait until parents can answer.
    WaitToOpen,
    /// Let parents answer, and type in what comes on paper.
    WaitForAnswers,
    /// Wait for those who have begun.
    WaitForLast,
    /// Compare this many sheets with what was typed in.
    Compare(usize),
    Read,
    /// Check what was counted. Only an organiser who did not count it can.
    Check,
    /// Nothing: everyone can read the results.
    Nothing,
    /// Nothing any more.
    Withdrawn,
}

impl Course {
    /// One that has not closed yet: nothing can have been compared, read or counted.
    #[must_use]
    pub fn not_closed(consultation: &Consultation) -> Self {
        let terms = &consultation.terms;
        Self {
            id: consultation.id.clone(),
            title: terms.title.clone(),
            is_opened: consultation.opened_at.is_some(),
            opens_at: terms.opens_at,
            closes_at: terms.closes_at,
            sheets: Vec::new(),
            is_read: false,
            counted: None,
            published_at: None,
            withdrawn_at: consultation.withdrawn_at,
        }
    }

    #[must_use]
    pub fn state(&self, now: Moment) -> ConsultationState {
        if self.withdrawn_at.is_some() {
            return ConsultationState::Withdrawn;
        }
        rules::state(self.is_opened, (self.opens_at, self.closes_at), now)
    }

    /// The sheets of the sample that nobody has compared yet.
    fn to_compare(&self) -> impl Iterator<Item = &Sheet> {
        let sample = paper_entries::sample(self.sheets.iter().map(|sheet| &sheet.response_id));
        self.sheets
            .iter()
            .filter(move |sheet| !sheet.is_compared && sample.contains(&&sheet.response_id))
    }

    #[must_use]
    pub fn next(&self, now: Moment) -> NextStep {
        match self.state(now) {
            ConsultationState::Withdrawn => NextStep::Withdrawn,
            ConsultationState::Written => NextStep::Open,
            ConsultationState::Timed => NextStep::WaitToOpen,
            ConsultationState::Open => NextStep::WaitForAnswers,
            ConsultationState::Closing => NextStep::WaitForLast,
            ConsultationState::Closed if self.counted.is_some() => NextStep::Check,
            ConsultationState::Closed if self.published_at.is_some() => NextStep::Nothing,
            ConsultationState::Closed => match self.to_compare().count() {
                0 => NextStep::Read,
                sheets => NextStep::Compare(sheets),
            },
        }
    }

    /// Whether this organiser can take the next step: nobody compares what they typed in, or checks
    /// what they counted.
    #[must_use]
    pub fn waits_for(&self, organiser: &Id<ids::Account>, now: Moment) -> bool {
        match self.next(now) {
            NextStep::Read => true,
            NextStep::Compare(_) => self.to_compare().any(|sheet| sheet.typed_by != *organiser),
            NextStep::Check => self.counted.as_ref().is_some_and(|(by, _)| by != organiser),
            NextStep::Open
            | NextStep::WaitToOpen
            | NextStep::WaitForAnswers
            | NextStep::WaitForLast
            | NextStep::Nothing
            | NextStep::Withdrawn => false,
        }
    }

    /// Whether someone else has to take the next step in place of this organiser.
    #[must_use]
    pub fn is_held_for(&self, organiser: &Id<ids::Account>, now: Moment) -> bool {
        matches!(self.next(now), NextStep::Check | NextStep::Compare(_))
            && !self.waits_for(organiser, now)
    }

    /// The steps of every consultation, with how far this one is. Where nothing came on paper there
    /// is nothing to compare.
    #[must_use]
    pub fn steps(&self, now: Moment) -> Vec<Step> {
        if self.withdrawn_at.is_some() {
            return Step::each(["Written", "Opened", "Withdrawn"].map(|step| (step, step, true)));
        }
        let state = self.state(now);
        let is_closed = state == ConsultationState::Closed;
        let is_published = self.published_at.is_some();
        let is_counted = self.counted.is_some() || is_published;
        let has_begun = !matches!(state, ConsultationState::Written | ConsultationState::Timed);
        let until_closed = match state {
            ConsultationState::Closing => "Waiting for the last answers",
            _ => "Open for answers",
        };
        let mut steps = vec![
            ("Being written", "Written", state != ConsultationState::Written),
            ("Waiting to open", "Opened", has_begun),
            (until_closed, "Closed", is_closed),
        ];
        if !self.sheets.is_empty() {
            let is_compared = is_closed && self.to_compare().next().is_none();
            steps.push(("Comparing paper entries", "Paper entries compared", is_compared));
        }
        steps.extend([
            ("Reading the answers", "Answers read", is_closed && (self.is_read || is_counted)),
            ("Counting", "Counted", is_counted),
            (
                "Waiting for a second organiser to check",
                "Checked by a second organiser",
                is_published,
            ),
            ("Publishing", "Published", is_published),
        ]);
        Step::each(steps)
    }

    /// The next step as a link: (address, words).
    #[must_use]
    pub fn next_link(&self, now: Moment) -> (String, String) {
        let to = |what: &str| format!("/forum/consultations/{}{what}", self.id);
        let (to, words) = match self.next(now) {
            NextStep::Open => (to(""), "Finish writing it and open it"),
            NextStep::WaitToOpen | NextStep::WaitForLast => (to(""), "See its questions"),
            NextStep::WaitForAnswers => (to("/typed"), "Type in answers on paper"),
            NextStep::Compare(1) => (to("/typed"), "Compare 1 sheet"),
            NextStep::Compare(sheets) => return (to("/typed"), format!("Compare {sheets} sheets")),
            NextStep::Read if self.is_read => (to("/release"), "Count the answers"),
            NextStep::Read => (to("/answers"), "Read the answers"),
            NextStep::Check => (to("/release"), "Check the results"),
            NextStep::Nothing => {
                (format!("/consultations/{}/results", self.id), "See the published results")
            }
            NextStep::Withdrawn => (format!("/consultations/{}", self.id), "See its page"),
        };
        (to, words.to_owned())
    }

    /// What organisers should know about the next step.
    #[must_use]
    pub fn next_in_words(&self, now: Moment) -> String {
        match self.next(now) {
            NextStep::Open => {
                "Write its details and its questions, then check it and open it.".to_owned()
            }
            NextStep::WaitToOpen => {
                format!("It opens by itself on {}.", clock::day(self.opens_at))
            }
            NextStep::WaitForAnswers => format!(
                "Parents can answer until the end of {} ({}).",
                clock::day(self.closes_at),
                clock::days_left(now, self.closes_at)
            ),
            NextStep::WaitForLast => format!(
                "It has closed. Parents who had started can finish until {}. Then you can read \
                 the answers.",
                clock::day_and_hour(self.closes_at + rules::GRACE)
            ),
            NextStep::Compare(_) => "It has closed. Someone who didn't type them in must compare \
                 some of the sheets with what was typed."
                .to_owned(),
            NextStep::Read => format!(
                "It closed on {}. Read the answers, then count them.",
                clock::day(self.closes_at)
            ),
            NextStep::Check => {
                "The answers are counted. An organiser who didn't count them must check and \
                 publish the results."
                    .to_owned()
            }
            NextStep::Nothing => "Everyone can read the results.".to_owned(),
            NextStep::Withdrawn => {
                "It was withdrawn. Nothing of it is counted or published.".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use calendar::clock::DAY;
    use ground::ui::StepMark;

    use super::*;

    const OPENS: Moment = Moment::from_millis(1_800_000_000_000);
    const CLOSES: Moment = Moment::from_millis(OPENS.millis() + 42 * DAY);
    const CLOSED: Moment = Moment::from_millis(CLOSES.millis() + rules::GRACE);

    fn course() -> Course {
        Course {
            id: "c".into(),
            title: "Short breaks".into(),
            is_opened: true,
            opens_at: OPENS,
            closes_at: CLOSES,
            sheets: Vec::new(),
            is_read: false,
            counted: None,
            published_at: None,
            withdrawn_at: None,
        }
    }

    fn sheet(response: &str, is_compared: bool) -> Sheet {
        Sheet { response_id: response.into(), typed_by: "typist".into(), is_compared }
    }

    #[test]
    fn the_next_step_is_worked_out_from_the_facts_and_the_time() {
        let written = Course { is_opened: false, ..course() };
        assert_eq!(written.next(CLOSED), NextStep::Open);
        assert_eq!(course().next(OPENS - 1), NextStep::WaitToOpen);
        assert_eq!(course().next(OPENS), NextStep::WaitForAnswers);
        assert_eq!(course().next(CLOSES), NextStep::WaitForLast);
        assert_eq!(course().next(CLOSED), NextStep::Read);
        let typed = Course { sheets: vec![sheet("a", false), sheet("b", false)], ..course() };
        assert_eq!(typed.next(CLOSED), NextStep::Compare(1), "every fifth sheet, at least one");
        let compared = Course { sheets: vec![sheet("a", true), sheet("b", false)], ..course() };
        assert_eq!(compared.next(CLOSED), NextStep::Read);
        let counted = Course { counted: Some(("one".into(), CLOSED)), ..course() };
        assert_eq!(counted.next(CLOSED), NextStep::Check);
        let published = Course { published_at: Some(CLOSED), ..course() };
        assert_eq!(published.next(CLOSED), NextStep::Nothing);
        let again = Course { published_at: Some(CLOSED), ..counted };
        assert_eq!(again.next(CLOSED), NextStep::Check, "counted again after results");
    }

    #[test]
    fn what_was_withdrawn_has_no_next_step_whatever_else_is_so() {
        let counted = Some(("one".into(), CLOSED));
        let withdrawn = Course { counted, withdrawn_at: Some(CLOSES - DAY), ..course() };
        assert_eq!(withdrawn.next(CLOSED), NextStep::Withdrawn);
        assert!(!withdrawn.waits_for(&"another".into(), CLOSED));
        assert!(withdrawn.steps(CLOSED).iter().all(|step| step.mark == StepMark::Done));
        assert_eq!(withdrawn.next_link(CLOSED).0, "/consultations/c");
    }

    #[test]
    fn whoever_counted_waits_for_another_organiser() {
        let counted = Course { counted: Some(("one".into(), CLOSED)), ..course() };
        assert!(!counted.waits_for(&"one".into(), CLOSED));
        assert!(counted.is_held_for(&"one".into(), CLOSED));
        assert!(counted.waits_for(&"another".into(), CLOSED));
        assert!(!counted.is_held_for(&"another".into(), CLOSED));
        assert!(course().waits_for(&"one".into(), CLOSED));
        assert!(!course().waits_for(&"one".into(), CLOSES - 1));
    }

    #[test]
    fn each_state_has_one_step_under_way_and_a_link_and_only_paper_is_compared() {
        let published = Course { published_at: Some(CLOSED), ..course() };
        let counted = Course { counted: Some(("one".into(), CLOSED)), ..course() };
        for (course, now, under_way) in [
            (Course { is_opened: false, ..course() }, OPENS, Some("Being written")),
            (course(), OPENS - 1, Some("Waiting to open")),
            (course(), OPENS, Some("Open for answers")),
            (course(), CLOSES, Some("Waiting for the last answers")),
            (course(), CLOSED, Some("Reading the answers")),
            (Course { is_read: true, ..course() }, CLOSED, Some("Counting")),
            (counted, CLOSED, Some("Waiting for a second organiser to check")),
            (published, CLOSED, None),
        ] {
            let steps = course.steps(now);
            let is_now = steps.iter().find(|step| step.mark == StepMark::Now);
            assert_eq!(is_now.map(|step| step.words), under_way);
            assert!(!steps.iter().any(|step| step.words == "Paper entries compared"));
            let (to, words) = course.next_link(now);
            assert!(to.contains("/consultations/c") && !words.is_empty(), "{to} {words}");
            assert!(!course.next_in_words(now).is_empty());
        }
        let typed = Course { sheets: vec![sheet("a", false)], ..course() };
        assert!(typed.waits_for(&"one".into(), CLOSED));
        assert!(!typed.waits_for(&"typist".into(), CLOSED));
        let steps = typed.steps(CLOSED);
        let is_now = steps.iter().find(|step| step.mark == StepMark::Now);
        assert_eq!(is_now.map(|step| step.words), Some("Comparing paper entries"));
    }
}
