//! What may be said about a plan. Pure: what was sent and the time in, facts or refusals out.

use area::Leader;
use calendar::clock::{self, DAY, Millis, Moment};
use forms::{Named, Refusals, Sent};
use ground::changes::ChangeKind;
use ground::files::{FileKind, NotTaken, kind_of};
use ground::ids::{Id, Organisation, Place, Service};
use ground::passing;
pub use ground::passing::Override;
use ground::text::{TooMuch, rendered};
use involvement::session::{NotSaid, SessionState};

/// The longest text of a draft, in characters.
pub const LONGEST_BODY: usize = 100_000;
const LONGEST_TEXT: usize = 4_000;
/// The longest reason for another day, in characters.
const LONGEST_CHANGE: usize = 600;
/// A plan is due within five years; a later day is taken for a typing slip.
const LONGEST_AHEAD: Millis = 5 * 366 * DAY;
const TOO_FAR: &str = "Choose a day within five years. Check the year";

/// A plan as a leader registers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPlan {
    /// The same key twice is one plan.
    pub form_key: String,
    pub title: String,
    pub what: String,
    /// The day it is due, as `2027-03-01`.
    pub due_day: String,
    /// At least one.
    pub organisations: Vec<Id<Organisation>>,
    /// At least one.
    pub services: Vec<Id<Service>>,
    /// None means the whole area.
    pub places: Vec<Id<Place>>,
}

/// Who reads the drafts of a plan before they are published, as pages say it.
pub const DRAFT_READERS: &str = "leaders of the organisations that plan it";

/// Whether a leader reads the drafts of a plan before they are published. Statements ask the view
/// `draft_readers`, which says the same.
#[must_use]
pub fn reads_drafts(leader: &Leader, planned_by: &[Id<Organisation>]) -> bool {
    leader.plans(planned_by)
}

/// Whether a draft may be read: by everyone once it is published, and before that by those who read
/// all drafts of the plan.
#[must_use]
pub fn may_read_draft(published_at: Option<Moment>, reads_all: bool) -> bool {
    published_at.is_some() || reads_all
}

/// What a leader can choose from.
#[derive(Clone, Debug, Default)]
pub struct PlanChoices {
    pub organisations: Vec<Named>,
    /// `None` until an administrator has set it.
    pub own_organisation: Option<Named>,
    pub services: Vec<Named>,
    pub places: Vec<Named>,
}

/// Reads a plan from what was sent.
///
/// # Errors
/// What to put right, in the order of the fields; likewise for every function here.
pub fn new_plan(sent: &Sent, choices: &PlanChoices, now: Moment) -> Result<NewPlan, Refusals> {
    let mut refusals = Refusals::default();
    let title =
        refusals.take("title", forms::within(sent.line("title"), 120, "Give the plan a title"));
    let what = refusals.take("what", prose(sent, "what", "Say what will be planned"));
    let organisations =
        area::chosen(sent, "organisations", &choices.organisations, "Choose who plans it");
    let organisations =
        organisations.and_then(|chosen| with_own(chosen, choices.own_organisation.as_ref()));
    let organisations = refusals.take("organisations", organisations);
    let services = refusals.take(
        "services",
        area::chosen(sent, "services", &choices.services, "Choose at least one service"),
    );
    let places = refusals.take("places", area::chosen(sent, "places", &choices.places, ""));
    let due = clock::end_of(sent.typed("due_day"));
    let due_day = refusals.take(
        "due_day",
        match due {
            None => Err("Enter the day it should be ready".to_owned()),
            Some(due) if due < now => Err("Choose a day in the future".to_owned()),
            Some(due) if due > now + LONGEST_AHEAD => Err(TOO_FAR.to_owned()),
            Some(due) => Ok(clock::fields(due).0),
        },
    );
    match (title, what, organisations, services, places, due_day) {
        (
            Some(title),
            Some(what),
            Some(organisations),
            Some(services),
            Some(places),
            Some(due_day),
        ) => Ok(NewPlan {
            form_key: sent.once(),
            title,
            what,
            due_day,
            organisations: ids(organisations),
            services: ids(services),
            places: ids(places),
        }),
        _ => Err(refusals),
    }
}

/// What the audit log and the events of a plan call what is done about the day it is due.
#[must_use]
pub fn done(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Moved | ChangeKind::Extended => "due day changed",
        ChangeKind::Cancelled => "plan cancelled",
    }
}

/// A change to a plan, with the reason that everyone can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanChange {
    /// The same key twice is one change.
    pub form_key: String,
    pub kind: ChangeKind,
    /// The day it is due from now on; as it was where it is cancelled.
    pub due_day: String,
    pub reason: String,
}

/// Reads another day for a plan that is due on `was`. `is_untouched`: nothing rests on it.
pub fn other_due_day(
    sent: &Sent,
    was: &str,
    is_untouched: bool,
    now: Moment,
) -> Result<PlanChange, Refusals> {
    let mut refusals = Refusals::default();
    let due = clock::read(sent.typed("due_day"), "23:59");
    let due_day = due.map(|due| (due, clock::fields(due).0));
    let due_day = refusals.take(
        "due_day",
        match due_day {
            None => Err("Enter the day it should be ready".to_owned()),
            Some((_, day)) if day == was => {
                Err("Choose another day. Nothing is different yet".to_owned())
            }
            Some((due, _)) if due < now => Err("Choose a day in the future".to_owned()),
            Some((due, _)) if due > now + LONGEST_AHEAD => Err(TOO_FAR.to_owned()),
            Some((_, day)) if !is_untouched && day.as_str() < was => {
                Err("Choose a later day. Parents who are planning it with you count on this one"
                    .to_owned())
            }
            Some((_, day)) => Ok(day),
        },
    );
    let reason = refusals.take("reason", change_reason(sent));
    match (due_day, reason) {
        (Some(due_day), Some(reason)) => {
            let kind = if is_untouched { ChangeKind::Moved } else { ChangeKind::Extended };
            Ok(PlanChange { form_key: sent.once(), kind, due_day, reason })
        }
        _ => Err(refusals),
    }
}

/// Reads why a plan is cancelled.
pub fn cancellation(sent: &Sent, was: &str) -> Result<PlanChange, Refusals> {
    let reason = change_reason(sent).map_err(|what_to_do| Refusals::one("reason", what_to_do))?;
    let (form_key, kind) = (sent.once(), ChangeKind::Cancelled);
    Ok(PlanChange { form_key, kind, due_day: was.to_owned(), reason })
}

/// Why something that others count on is changed.
pub(crate) fn change_reason(sent: &Sent) -> Result<String, String> {
    let reason = forms::prose(sent.typed("reason"));
    forms::within(reason, LONGEST_CHANGE, "Say why. Everyone can read it")
}

fn ids<T>(chosen: Vec<String>) -> Vec<Id<T>> {
    chosen.into_iter().map(Id::from).collect()
}

/// A plan is registered by a leader of one of the organisations that plan it: only their leaders
/// can work on it.
fn with_own(chosen: Vec<String>, own: Option<&Named>) -> Result<Vec<String>, String> {
    match own {
        Some(own) if chosen.contains(&own.id) => Ok(chosen),
        Some(own) => Err(format!(
            "Choose {} too, or ask a leader from there to register it. Only leaders of the \
             organisations that plan it can work on a plan",
            own.name
        )),
        None => Err("Ask an administrator to say which organisation you are from. Until then you \
                     can't register a plan"
            .to_owned()),
    }
}

/// A planning session as a leader records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// The same key twice is one session.
    pub form_key: String,
    /// The day it was held, as `2026-12-04`.
    pub day: String,
    /// Where, or that it was online.
    pub held_at: String,
    pub parents: i64,
    pub others: i64,
    pub decided: String,
    /// May be empty.
    pub notes: String,
    /// Whether everyone may read the notes, not only the forum and leaders.
    pub for_everyone: bool,
}

/// When and where a planning session was held, and how many took part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The day it was held, as `2026-12-04`.
    pub day: String,
    /// Where, or that it was online.
    pub held_at: String,
    pub parents: i64,
    pub others: i64,
}

impl Meeting {
    /// Whether it is what was recorded: nothing is to be corrected then.
    #[must_use]
    pub fn is_as_said(&self, (day, held_at, parents, others): (&str, &str, u64, u64)) -> bool {
        self.day == day
            && self.held_at == held_at
            && u64::try_from(self.parents) == Ok(parents)
            && u64::try_from(self.others) == Ok(others)
    }
}

/// Reads when and where a planning session was held, and how many took part.
pub fn meeting(sent: &Sent, now: Moment) -> Result<Meeting, Refusals> {
    let mut refusals = Refusals::default();
    let held = clock::read(sent.typed("day"), "00:00");
    let day = refusals.take(
        "day",
        match held {
            None => Err("Enter the day it was held".to_owned()),
            Some(held) if held > now => Err("Record the session after it has been held".to_owned()),
            Some(held) => Ok(clock::fields(held).0),
        },
    );
    let held_at = refusals.take(
        "held_at",
        forms::within(sent.line("held_at"), 120, "Say where it was held, or that it was online"),
    );
    let mut people = |field: &'static str, what_to_do: &str| {
        let number =
            sent.line(field).parse::<i64>().ok().filter(|number| (0..=10_000).contains(number));
        refusals.take(field, number.ok_or_else(|| what_to_do.to_owned()))
    };
    let parents = people("parents", "Enter how many parents took part, or 0 if none did");
    let others = people("others", "Enter how many others took part, or 0 if none did");
    match (day, held_at, parents, others) {
        (Some(day), Some(held_at), Some(parents), Some(others)) => {
            Ok(Meeting { day, held_at, parents, others })
        }
        _ => Err(refusals),
    }
}

/// Reads the title of a plan.
pub fn title(sent: &Sent) -> Result<String, Refusals> {
    forms::within(sent.line("title"), 120, "Give the plan a title")
        .map_err(|what_to_do| Refusals::one("title", what_to_do))
}

/// Reads a planning session from what was sent.
pub fn new_session(sent: &Sent, now: Moment) -> Result<NewSession, Refusals> {
    let mut refusals = Refusals::default();
    let meeting = refusals.take_all(meeting(sent, now));
    let decided = refusals
        .take("decided", prose(sent, "decided", "Say what was decided, or that nothing was"));
    let notes = forms::prose(sent.typed("notes"));
    let has_none = notes.is_empty();
    let notes = refusals
        .take("notes", if notes.is_empty() { Ok(notes) } else { forms::within(notes, 20_000, "") });
    let for_everyone = match sent.typed("audience") {
        "everyone" => Some(true),
        "forum" => Some(false),
        // There is nothing that anyone could read.
        _ if has_none => Some(false),
        _ => refusals.take("audience", Err("Choose who can read the notes".to_owned())),
    };
    match (meeting, decided, notes, for_everyone) {
        (Some(meeting), Some(decided), Some(notes), Some(for_everyone)) => Ok(NewSession {
            form_key: sent.once(),
            day: meeting.day,
            held_at: meeting.held_at,
            parents: meeting.parents,
            others: meeting.others,
            decided,
            notes,
            for_everyone,
        }),
        _ => Err(refusals),
    }
}

/// What somebody has had to do with a plan on the side of those who plan it. The view `plan_side`
/// has everyone who has had anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hand {
    /// They registered it.
    pub has_registered: bool,
    /// They did something to it as a leader.
    pub has_acted: bool,
    /// They are a leader of an organisation that plans it.
    pub leads: bool,
}

impl Hand {
    /// Whether they may speak for the forum about the plan: nobody speaks for both sides.
    #[must_use]
    pub fn may_speak_for_forum(self) -> bool {
        !(self.has_registered || self.has_acted || self.leads)
    }
}

/// Why somebody can't speak for the forum about a plan, and what to do.
pub const BOTH_SIDES: &str = "Ask another organiser to do this. You have worked on this plan as a \
     leader, or your organisation plans it, and nobody speaks for both sides";

/// Reads why the forum says that a planning session was not held as it was recorded.
pub fn dispute(sent: &Sent) -> Result<String, Refusals> {
    prose(sent, "reason", "Say what the forum knows about this session. Everyone can read it")
        .map_err(|what_to_do| Refusals::one("reason", what_to_do))
}

/// Why nothing was said about a planning session, and what to do; `for_forum`: not as a parent.
#[must_use]
pub fn why_not(why: NotSaid, for_forum: bool) -> &'static str {
    match (why, for_forum) {
        (NotSaid::WithoutParents, _) => {
            "There is nothing to confirm. Leaders recorded that no parents took part"
        }
        (NotSaid::NotHeld, _) => "Come back after the session. Its day hasn't come yet",
        (NotSaid::Theirs, true) => BOTH_SIDES,
        (NotSaid::Theirs, false) => {
            "Ask a parent who was there to do this. You have worked on this plan, or your \
             organisation plans it, and nobody confirms their own meeting"
        }
        (NotSaid::Before, true) => {
            "Ask another organiser to do this. You have said that you were there as a parent, and \
             each person speaks once"
        }
        (NotSaid::Before, false) => "There is nothing more to do. You have already said this",
        (NotSaid::Disputed, _) => {
            "The forum says it didn't happen like this. You can't confirm it now"
        }
        (NotSaid::Confirmed, _) => "There is nothing more to do. This session is confirmed",
        (NotSaid::Nothing, _) => "There is nothing to undo. You have not said that you were there",
    }
}

/// Whether a planning session counts for its plan, and if not yet, what it takes.
#[must_use]
pub fn counts(state: Option<SessionState>) -> &'static str {
    match state {
        Some(SessionState::Claimed) => {
            "It counts once two parents who were there, or someone at the forum, confirm it."
        }
        Some(SessionState::Confirmed) => "It is confirmed, so it counts.",
        Some(SessionState::Disputed) => "The forum disagrees, so it doesn't count.",
        None => "No parents took part, so it doesn't count as planning with parents.",
    }
}

/// Reads the forum's statement.
pub fn statement(sent: &Sent) -> Result<String, Refusals> {
    prose(sent, "words", "Write what the forum thinks of this plan")
        .map_err(|what_to_do| Refusals::one("words", what_to_do))
}

/// A draft as a leader submits it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDraft {
    /// The same key twice is one draft.
    pub form_key: String,
    pub summary: String,
    /// Markdown; empty where a file holds it.
    pub body: String,
    /// The text as HTML, made once: whoever reads the draft is shown this.
    pub html: String,
}

/// What a file may be, and what it is; the file itself is kept by the caller.
pub type NewFile<'a> = Option<(&'a str, &'a [u8])>;

/// Reads a draft from what was sent: a text, a file, or both. Gives what the file is by its
/// content. It makes the text's HTML and looks into the file: for `aside`, away from the threads
/// that answer people.
pub fn new_draft(sent: &Sent, file: NewFile<'_>) -> Result<(NewDraft, Option<FileKind>), Refusals> {
    let mut refusals = Refusals::default();
    let summary = refusals.take(
        "summary",
        forms::within(
            forms::prose(sent.typed("summary")),
            1_200,
            "Sum up the draft in plain words",
        ),
    );
    let body = forms::markup(sent.typed("body"));
    let body = match file {
        Some(_) if body.is_empty() => Some(body),
        _ => refusals.take(
            "body",
            forms::within(
                body,
                LONGEST_BODY,
                "Enter the text of the draft, or choose a file below",
            ),
        ),
    };
    let written = body.and_then(|body| {
        let html = rendered(&body).map_err(TooMuch::what_to_do);
        refusals.take("body", html).map(|html| (body, html))
    });
    let kind = file.map(|(_, content)| {
        let kind = kind_of(content)
            .and_then(|kind| if kind.is_text() { Ok(kind) } else { Err(NotTaken::Other) });
        let choose = "Choose a PDF, a Word file (docx) or an OpenDocument text (odt)";
        refusals.take("file", kind.map_err(|why| why.what_to_do(choose)))
    });
    match (summary, written, kind) {
        (Some(summary), Some((body, html)), None) => {
            Ok((NewDraft { form_key: sent.once(), summary, body, html }, None))
        }
        (Some(summary), Some((body, html)), Some(Some(kind))) => {
            Ok((NewDraft { form_key: sent.once(), summary, body, html }, Some(kind)))
        }
        _ => {
            if file.is_some() && refusals.about("file").is_none() {
                refusals.add("file", "Choose the file again: your browser can't keep it for you");
            }
            Err(refusals)
        }
    }
}

/// What a draft does about a topic, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// It is in the draft, as parents asked.
    Adopted,
    /// It is in the draft, with changes.
    Adapted,
    /// It is not in the draft.
    Not,
}

impl AnswerKind {
    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Adopted => "adopted",
            Self::Adapted => "adapted",
            Self::Not => "not",
        }
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        [Self::Adopted, Self::Adapted, Self::Not].into_iter().find(|does| does.word() == word)
    }
}

/// What a draft, or the decision, does about something that it must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub kind: AnswerKind,
    /// Where in the text, how, or why not.
    pub words: String,
    /// Who decided it; asked for where it is not in the draft.
    pub decided_by: String,
}

/// Reads what a draft does about something that it must answer.
pub fn answer(sent: &Sent) -> Result<Answer, Refusals> {
    read_answer(sent, "Choose what the draft does about this topic", |kind| match kind {
        AnswerKind::Adopted => "Say where it is in the draft",
        AnswerKind::Adapted => "Say how it was changed, and where it is in the draft",
        AnswerKind::Not => "Say why it is not in the draft",
    })
}

/// Reads what was decided about something that the decision must answer.
pub fn decided_answer(sent: &Sent) -> Result<Answer, Refusals> {
    read_answer(sent, "Choose what was decided about this", |kind| match kind {
        AnswerKind::Adopted => "Say how and by when it will be done",
        AnswerKind::Adapted => "Say what was changed, and by when it will be done",
        AnswerKind::Not => "Say why it will not be done",
    })
}

fn read_answer(
    sent: &Sent,
    to_choose: &'static str,
    to_say: impl Fn(AnswerKind) -> &'static str,
) -> Result<Answer, Refusals> {
    let Some(kind) = AnswerKind::read(sent.typed("answer")) else {
        return Err(Refusals::one("answer", to_choose));
    };
    let what_to_do = to_say(kind);
    let mut refusals = Refusals::default();
    let words = refusals.take("words", prose(sent, "words", what_to_do));
    let decided_by = sent.line("decided_by");
    let decided_by = if kind == AnswerKind::Not {
        refusals.take(
            "decided_by",
            forms::within(decided_by, 120, "Say who decided this: name and job title"),
        )
    } else {
        Some(String::new())
    };
    match (words, decided_by) {
        (Some(words), Some(decided_by)) => Ok(Answer { kind, words, decided_by }),
        _ => Err(refusals),
    }
}

/// Reads an override from what was sent.
pub fn overriding(sent: &Sent) -> Result<Override, Refusals> {
    passing::read(sent, "Say why parents can't be involved first")
}

/// Reads who goes ahead with a decision though something is missing, and why.
pub fn going_ahead(sent: &Sent) -> Result<Override, Refusals> {
    passing::read(sent, "Say why this can't wait")
}

/// Some lines of a form, which must not be empty.
pub(crate) fn prose(sent: &Sent, field: &str, what_to_do: &str) -> Result<String, String> {
    forms::within(forms::prose(sent.typed(field)), LONGEST_TEXT, what_to_do)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    fn fields<T: std::fmt::Debug>(answer: Result<T, Refusals>) -> Vec<&'static str> {
        answer.expect_err("refusals").iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn a_day_moves_freely_while_nothing_rests_on_the_plan_and_only_later_after_that() {
        let now = clock::read("2027-01-15", "09:00").expect("a time");
        let asked = |day: &str, is_untouched| {
            let sent = Sent::of(&[("due_day", day), ("reason", "A slip")]);
            let read = other_due_day(&sent, "2027-06-30", is_untouched, now);
            read.map(|change| change.kind)
                .map_err(|refusals| refusals.iter().next().map(|(field, _)| field))
        };
        assert_eq!(asked("2027-05-31", true), Ok(ChangeKind::Moved));
        assert_eq!(asked("2027-05-31", false), Err(Some("due_day")));
        assert_eq!(asked("2027-07-31", false), Ok(ChangeKind::Extended));
        for day in ["", "2027-06-30", "2026-06-30", "2072-06-30"] {
            assert_eq!(asked(day, true), Err(Some("due_day")), "{day}");
        }
        let silent = Sent::of(&[("due_day", "2027-07-31")]);
        assert!(other_due_day(&silent, "2027-06-30", true, now).is_err());
        assert!(cancellation(&silent, "2027-06-30").is_err());
    }

    #[test]
    fn an_empty_form_says_what_to_do_about_each_field() {
        let nothing = Sent::default();
        assert_eq!(
            fields(new_plan(&nothing, &PlanChoices::default(), NOW)),
            ["title", "what", "organisations", "services", "due_day"]
        );
        assert_eq!(
            fields(new_session(&nothing, NOW)),
            ["day", "held_at", "parents", "others", "decided"]
        );
        // Only of notes that were written is it asked who can read them.
        let notes = Sent::of(&[("notes", "We met.")]);
        assert_eq!(fields(new_session(&notes, NOW)).last(), Some(&"audience"));
        assert_eq!(fields(statement(&nothing)), ["words"]);
        assert_eq!(fields(new_draft(&nothing, None)), ["summary", "body"]);
        assert_eq!(fields(new_draft(&nothing, Some(("a.exe", b"MZ")))), ["summary", "file"]);
        assert_eq!(fields(answer(&nothing)), ["answer"]);
        assert_eq!(fields(overriding(&nothing)), ["name", "reason"]);
    }

    #[test]
    fn nobody_who_has_had_a_hand_in_a_plan_speaks_for_the_forum_about_it() {
        assert!(Hand::default().may_speak_for_forum());
        for hand in [
            Hand { has_registered: true, ..Hand::default() },
            Hand { has_acted: true, ..Hand::default() },
            Hand { leads: true, ..Hand::default() },
        ] {
            assert!(!hand.may_speak_for_forum(), "{hand:?}");
        }
    }

    #[test]
    fn a_plan_is_due_in_the_time_to_come_and_a_session_was_held_in_the_past() {
        let due = |day: &str| {
            new_plan(&Sent::read(format!("due_day={day}").as_bytes()), &PlanChoices::default(), NOW)
        };
        assert!(
            fields(due("2020-01-01")).contains(&"due_day")
                && !fields(due("2030-01-01")).contains(&"due_day")
        );
        let held = |day: &str| new_session(&Sent::read(format!("day={day}").as_bytes()), NOW);
        assert!(
            fields(held("2030-01-01")).contains(&"day")
                && !fields(held("2020-01-01")).contains(&"day")
        );
    }

    #[test]
    fn a_plan_is_registered_by_a_leader_of_one_of_those_who_plan_it() {
        let named = |id: &str| Named { id: id.into(), name: id.to_uppercase() };
        let sent = Sent::of(&[("organisations", "nhs")]);
        let about = |own_organisation: Option<Named>| {
            let choices = PlanChoices {
                organisations: vec![named("council"), named("nhs")],
                own_organisation,
                ..PlanChoices::default()
            };
            let refusals = new_plan(&sent, &choices, NOW).expect_err("refusals");
            refusals.about("organisations").map(str::to_owned)
        };
        assert_eq!(about(Some(named("nhs"))), None);
        assert!(about(Some(named("council"))).is_some_and(|words| words.contains("COUNCIL too")));
        assert!(about(None).is_some_and(|words| words.contains("Ask an administrator")));
    }

    #[test]
    fn a_topic_that_is_not_in_the_draft_needs_a_reason_and_who_decided() {
        assert_eq!(fields(answer(&Sent::read(b"answer=not&words=No+money"))), ["decided_by"]);
        assert_eq!(
            answer(&Sent::read(b"answer=adopted&words=Page+3")).expect("an answer").kind,
            AnswerKind::Adopted
        );
    }

    #[test]
    fn a_draft_is_made_html_once_and_one_that_is_too_deep_or_too_long_is_refused() {
        let draft =
            |body: &str| new_draft(&Sent::of(&[("summary", "Short"), ("body", body)]), None);
        let (new, _) = draft("# Buses").expect("a draft");
        assert_eq!((new.body.as_str(), new.html.as_str()), ("# Buses", "<h3>Buses</h3>\n"));
        assert_eq!(fields(draft(&">".repeat(60_000))), ["body"]);
        assert_eq!(fields(draft(&"a".repeat(LONGEST_BODY + 1))), ["body"]);
        let beside_a_file = Sent::of(&[("summary", "Short"), ("body", &("- ".repeat(30) + "a"))]);
        assert_eq!(
            fields(new_draft(&beside_a_file, Some(("a.pdf", b"%PDF-1.7\n%%EOF")))),
            ["body", "file"]
        );
    }

    #[test]
    fn an_override_needs_a_reason_of_some_length() {
        let overridden = |reason: &str| {
            overriding(&Sent::read(format!("name=A+Name&reason={reason}").as_bytes()))
        };
        assert_eq!(fields(overridden("We are in a hurry")), ["reason"]);
        assert!(overridden(&"a reason ".repeat(10)).is_ok());
    }
}
