//! What a consultation says besides its questions, what state it is in, and what organisers should
//! know before they open it. Pure.

use calendar::clock::{self, DAY, HOUR, Millis, Moment};
use calendar::school::SchoolYear;
use forms::{Refusals, Sent};
use ground::ids::{self, Id};
pub use questionnaires::withdrawal::GRACE;

const LONGEST_TEXT: usize = 4_000;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 600;
/// It opens within a year, and is open for a year at most; a later day is taken for a typing slip.
const LONGEST_AHEAD: Millis = 366 * DAY;
/// It is open for a day at least; an hour less, for when the clocks change.
pub const SHORTEST: Millis = DAY - HOUR;
/// How long before an earlier close people who have started hear of it.
const NOTICE: Millis = 3 * DAY;
/// The shortest and the longest time after which a family is reminded of its link.
const REMINDED_AFTER: (Millis, Millis) = (3 * DAY, 14 * DAY);
/// Parents need six weeks.
const LONG_ENOUGH: Millis = 42 * DAY;

/// Who may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhoMayAnswer {
    /// Anyone who comes to the page.
    Anyone,
    /// People who are signed in, once each.
    SignedIn,
    /// People who were given a personal link, once each.
    Link,
}

impl WhoMayAnswer {
    /// Each, as it is stored and as it is shown.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Anyone, "anyone", "Anyone who visits the page"),
        (
            Self::SignedIn,
            "signed in",
            "Parents who are signed in, once each. Nobody can see who gave which answers",
        ),
        (
            Self::Link,
            "link",
            "Families we give a personal link, once each. Nobody can see which answers came from \
             which link",
        ),
    ];

    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(who, ..)| *who == self).map_or("", |(_, word, _)| word)
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, stored, _)| *stored == word).map(|(who, ..)| who)
    }
}

/// What a consultation says besides its questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The same key twice is one consultation.
    pub form_key: String,
    /// What it asks, in one line.
    pub title: String,
    pub about: String,
    /// Why something is proposed, and what else could be done.
    pub reasons: String,
    pub can_change: String,
    pub cannot_change: String,
    pub who_for: String,
    pub how_used: String,
    pub who_sees: String,
    pub access: WhoMayAnswer,
    pub topic_id: Option<Id<ids::Topic>>,
    pub plan_id: Option<Id<ids::Plan>>,
    /// The draft of that plan that it is on.
    pub draft_id: Option<Id<ids::Draft>>,
    /// Whose leaders answer for it, where it belongs to none of these.
    pub organisation_id: Option<Id<ids::Organisation>>,
    /// From when it can be answered.
    pub opens_at: Moment,
    pub closes_at: Moment,
}

/// Something a consultation can belong to: a plan, a draft of it, or a topic; or else the
/// organisation that answers for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Belongs {
    pub topic_id: Option<Id<ids::Topic>>,
    pub plan_id: Option<Id<ids::Plan>>,
    /// The published draft of it; `None` for the plan itself.
    pub draft_id: Option<Id<ids::Draft>>,
    pub organisation_id: Option<Id<ids::Organisation>>,
    /// The words it is chosen by.
    pub words: String,
}

impl Terms {
    /// What a form sends for what it belongs to; see [`Belongs::value`].
    #[must_use]
    pub fn belongs(&self) -> &str {
        first([
            self.topic_id.as_deref(),
            self.draft_id.as_deref(),
            self.plan_id.as_deref(),
            self.organisation_id.as_deref(),
        ])
    }
}

/// The longest title, in characters.
const LONGEST_TITLE: usize = 100;

impl Terms {
    /// What a copy of the consultation says: the same, from now on and for as long.
    #[must_use]
    pub fn again(&self, form_key: String, now: Moment) -> Self {
        let closes_at = now + (self.closes_at - self.opens_at);
        // As where it is written by hand: to the end of the last day.
        let closes_at = clock::end_of(&clock::fields(closes_at).0).unwrap_or(closes_at);
        let title = forms::beginning(&format!("Copy of {}", self.title), LONGEST_TITLE);
        Self { form_key, title, opens_at: now, closes_at, ..self.clone() }
    }
}

/// The first of these that is there; empty for none.
fn first(ids: [Option<&str>; 4]) -> &str {
    ids.into_iter().flatten().next().unwrap_or_default()
}

impl Belongs {
    /// What a form sends for it.
    #[must_use]
    pub fn value(&self) -> &str {
        first([
            self.topic_id.as_deref(),
            self.draft_id.as_deref(),
            self.plan_id.as_deref(),
            self.organisation_id.as_deref(),
        ])
    }
}

/// Reads from a form what a consultation says.
///
/// # Errors
/// What to correct, in the order of the fields.
pub fn terms(sent: &Sent, belongs: &[Belongs], now: Moment) -> Result<Terms, Refusals> {
    let mut refusals = Refusals::default();
    let prose = |field, what_to_do: &str| {
        forms::within(forms::prose(sent.typed(field)), LONGEST_TEXT, what_to_do)
    };
    let title = refusals.take(
        "title",
        forms::within(
            sent.line("title"),
            LONGEST_TITLE,
            "Say in one line what you are asking about",
        ),
    );
    let about = refusals.take("about", prose("about", "Say what it is about"));
    let reasons = refusals.take(
        "reasons",
        prose("reasons", "Say why this is proposed, and what else could be done instead"),
    );
    let can_change = refusals.take(
        "can_change",
        prose("can_change", "Say what can still be changed. If nothing can, don't ask"),
    );
    let cannot_change = refusals
        .take("cannot_change", prose("cannot_change", "Say what can't be changed, and why"));
    let who_for =
        refusals.take("who_for", forms::within(sent.line("who_for"), 300, "Say who it is for"));
    let how_used = refusals.take("how_used", prose("how_used", "Say how the answers will be used"));
    let who_sees = refusals.take("who_sees", prose("who_sees", "Say who will see what"));
    let access = refusals.take(
        "access",
        WhoMayAnswer::read(sent.typed("access")).ok_or_else(|| "Choose who can answer".to_owned()),
    );
    let chosen = sent.typed("belongs");
    let belongs = belongs.iter().find(|belongs| belongs.value() == chosen);
    if belongs.is_none() && !chosen.is_empty() {
        refusals
            .add("belongs", "Choose again what it is about. What you chose isn't there any more");
    }
    let opens_at = refusals.take("opens_day", opens_at(sent, now));
    let closes_at = refusals.take("closes_day", closes_at(sent, opens_at, now));
    let (Some(access), Some(opens_at), Some(closes_at)) = (access, opens_at, closes_at) else {
        return Err(refusals);
    };
    if !refusals.is_empty() {
        return Err(refusals);
    }
    // Nothing was refused, so each of them is there.
    Ok(Terms {
        form_key: sent.once(),
        title: title.unwrap_or_default(),
        about: about.unwrap_or_default(),
        reasons: reasons.unwrap_or_default(),
        can_change: can_change.unwrap_or_default(),
        cannot_change: cannot_change.unwrap_or_default(),
        who_for: who_for.unwrap_or_default(),
        how_used: how_used.unwrap_or_default(),
        who_sees: who_sees.unwrap_or_default(),
        access,
        topic_id: belongs.and_then(|belongs| belongs.topic_id.clone()),
        plan_id: belongs.and_then(|belongs| belongs.plan_id.clone()),
        draft_id: belongs.and_then(|belongs| belongs.draft_id.clone()),
        organisation_id: belongs.and_then(|belongs| belongs.organisation_id.clone()),
        opens_at,
        closes_at,
    })
}

/// The first moment of the day it opens; without a day, as soon as it is opened.
fn opens_at(sent: &Sent, now: Moment) -> Result<Moment, String> {
    if sent.line("opens_day").is_empty() {
        return Ok(now);
    }
    let at = clock::read(sent.typed("opens_day"), "00:00")
        .ok_or_else(|| "Enter a date, or leave this empty to open straight away".to_owned())?;
    if at > now + LONGEST_AHEAD {
        Err("Choose a date within the next year. Check the year".to_owned())
    } else {
        Ok(at.max(now))
    }
}

/// The last moment of the day it closes.
fn closes_at(sent: &Sent, opens_at: Option<Moment>, now: Moment) -> Result<Moment, String> {
    let at = clock::end_of(sent.typed("closes_day"))
        .ok_or_else(|| "Enter the last day people can answer".to_owned())?;
    let opens_at = opens_at.unwrap_or(now);
    if at > opens_at + LONGEST_AHEAD {
        Err("Choose a date within a year of the first day. Check the year".to_owned())
    } else if at <= opens_at + SHORTEST {
        Err("Choose a date at least a day after it opens. Six weeks is fairer".to_owned())
    } else {
        Ok(at)
    }
}

/// What is done about a wrong date, once a consultation was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is being written again, before its first day.
    CalledBack,
    /// Its last day comes later.
    Extended,
    /// Its last day comes sooner.
    ClosedEarly,
    /// It ends at once, and nothing of it is counted or published.
    Withdrawn,
}

impl ChangeKind {
    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::CalledBack => "called back",
            Self::Extended => "extended",
            Self::ClosedEarly => "closed early",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        let all = [Self::CalledBack, Self::Extended, Self::ClosedEarly, Self::Withdrawn];
        all.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether this can be done to a consultation in this state.
    #[must_use]
    pub fn is_possible(self, state: ConsultationState) -> bool {
        let needs = match self {
            Self::CalledBack => ConsultationState::Timed,
            Self::Extended | Self::ClosedEarly | Self::Withdrawn => ConsultationState::Open,
        };
        state == needs
    }
}

/// A change to a consultation that was opened, with the reason that everyone can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultationChange {
    /// The same key twice is one change.
    pub form_key: String,
    pub kind: ChangeKind,
    /// The end of its last day from now on.
    pub closes_at: Moment,
    pub reason: String,
}

/// Reads another last day for a consultation that is open until `was`.
///
/// # Errors
/// What to correct, in the order of the fields; likewise for every function here.
pub fn other_last_day(
    sent: &Sent,
    was: Moment,
    now: Moment,
) -> Result<ConsultationChange, Refusals> {
    let mut refusals = Refusals::default();
    let at = clock::end_of(sent.typed("closes_day"))
        .ok_or_else(|| "Enter the last day people can answer".to_owned());
    let at = at.and_then(|at| match at {
        at if clock::date(at) == clock::date(was) => {
            Err("Choose another day. Nothing is different yet".to_owned())
        }
        at if at > now + LONGEST_AHEAD => {
            Err("Choose a date within the next year. Check the year".to_owned())
        }
        at if at < now + NOTICE => Err("Give people who have started at least three days. Choose \
                                        a later day"
            .to_owned()),
        at => Ok(at),
    });
    let at = refusals.take("closes_day", at);
    let reason = refusals.take("reason", reason(sent));
    match (at, reason) {
        (Some(closes_at), Some(reason)) => {
            let kind = if closes_at > was { ChangeKind::Extended } else { ChangeKind::ClosedEarly };
            Ok(ConsultationChange { form_key: sent.once(), kind, closes_at, reason })
        }
        _ => Err(refusals),
    }
}

/// Reads why a consultation ends at once, or is called back; `closes_at` is its last day then.
pub fn ending(
    sent: &Sent,
    kind: ChangeKind,
    closes_at: Moment,
) -> Result<ConsultationChange, Refusals> {
    let reason = reason(sent).map_err(|what_to_do| Refusals::one("reason", what_to_do))?;
    Ok(ConsultationChange { form_key: sent.once(), kind, closes_at, reason })
}

fn reason(sent: &Sent) -> Result<String, String> {
    let reason = forms::prose(sent.typed("reason"));
    forms::within(reason, LONGEST_REASON, "Say why. Everyone can read it")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsultationState {
    /// It is being written.
    Written,
    /// It opens later.
    Timed,
    /// It can be answered.
    Open,
    /// It has closed; people who have started may still finish.
    Closing,
    Closed,
    /// It was withdrawn: nobody answers it, and nothing of it is counted or published.
    Withdrawn,
}

/// The state of a consultation that was opened or not, from one time to another.
#[must_use]
pub fn state(
    is_opened: bool,
    (opens_at, closes_at): (Moment, Moment),
    now: Moment,
) -> ConsultationState {
    match now {
        _ if !is_opened => ConsultationState::Written,
        now if now < opens_at => ConsultationState::Timed,
        now if now < closes_at => ConsultationState::Open,
        now if now < closes_at + GRACE => ConsultationState::Closing,
        _ => ConsultationState::Closed,
    }
}

/// What organisers should know before they open it: why fewer people may hear of it and answer.
#[must_use]
pub fn warnings((opens_at, closes_at): (Moment, Moment), year: &SchoolYear) -> Vec<String> {
    let mut warnings = Vec::new();
    if closes_at - opens_at < LONG_ENOUGH - DAY {
        let days = (closes_at - opens_at + DAY - 1) / DAY;
        let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        warnings.push(format!(
            "It will be open for {days}. Six weeks is fairer to parents who can't answer \
             straight away."
        ));
    }
    for (at, what) in [(opens_at, "opens"), (closes_at, "closes")] {
        if year.is_holiday(at) {
            warnings.push(format!("It {what} in the school holidays, on {}.", clock::day(at)));
        }
    }
    let within = year.holidays_within(opens_at, closes_at);
    warnings.extend(within.map(|days| {
        format!("{days} it is open are in the school holidays. Fewer parents answer then.")
    }));
    warnings
}

/// When a family that was given a link now is reminded of it, if it has not used it: half-way to
/// the close, and after two weeks at the latest. `None` where there is too little time.
#[must_use]
pub fn reminder_at(now: Moment, closes_at: Moment) -> Option<Moment> {
    let (soonest, latest) = REMINDED_AFTER;
    let after = ((closes_at - now) / 2).min(latest);
    (after >= soonest).then_some(now + after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Moment {
        clock::read(day, "10:00").expect("a day")
    }

    const GOOD: &str = "title=Short+breaks&about=Breaks&reasons=Why&can_change=Times\
        &cannot_change=Money&who_for=Parents&how_used=For+the+plan&who_sees=The+forum\
        &access=anyone";

    fn read(rest: &str) -> Result<Terms, Vec<&'static str>> {
        let sent = Sent::read(format!("{GOOD}&{rest}").as_bytes());
        terms(&sent, &[], at("2026-12-03"))
            .map_err(|refusals| refusals.iter().map(|(field, _)| field).collect())
    }

    #[test]
    fn an_empty_form_says_what_to_do_about_each_field() {
        let refused = terms(&Sent::default(), &[], at("2026-12-03")).expect_err("refusals");
        let fields: Vec<_> = refused.iter().map(|(field, _)| field).collect();
        let all = [
            "title",
            "about",
            "reasons",
            "can_change",
            "cannot_change",
            "who_for",
            "how_used",
            "who_sees",
            "access",
            "closes_day",
        ];
        assert_eq!(fields, all);
    }

    #[test]
    fn it_closes_after_it_opens_and_belongs_to_what_is_there() {
        assert!(read("closes_day=2027-01-31").is_ok());
        assert_eq!(read("opens_day=2027-02-01&closes_day=2027-01-31"), Err(vec!["closes_day"]));
        assert_eq!(read("closes_day=2026-12-02"), Err(vec!["closes_day"]));
        assert_eq!(read("closes_day=2040-01-01"), Err(vec!["closes_day"]));
        assert_eq!(read("closes_day=2026-12-03"), Err(vec!["closes_day"]), "for some hours");
        assert_eq!(
            read("opens_day=2072-01-01&closes_day=2072-02-01"),
            Err(vec!["opens_day", "closes_day"])
        );
        assert_eq!(read("closes_day=2027-01-31&belongs=gone"), Err(vec!["belongs"]));
        let council = Belongs { organisation_id: Some("council".into()), ..Belongs::default() };
        let sent = Sent::read(format!("{GOOD}&closes_day=2027-01-31&belongs=council").as_bytes());
        let terms = terms(&sent, &[council], at("2026-12-03")).expect("terms");
        assert_eq!(terms.organisation_id.as_deref(), Some("council"));
        assert_eq!(
            read("closes_day=2027-01-31&opens_day=2026-01-01").expect("terms").opens_at,
            at("2026-12-03"),
            "a day that is past: now"
        );
    }

    #[test]
    fn a_last_day_comes_later_or_with_notice_sooner_and_always_with_a_reason() {
        let was = clock::end_of("2027-02-01").expect("a time");
        let now = at("2027-01-04");
        let asked = |rest: &str| {
            let read = other_last_day(&Sent::read(rest.as_bytes()), was, now);
            read.map(|change| change.kind)
                .map_err(|refusals| refusals.iter().next().map(|(field, _)| field))
        };
        let asked = |day: &str| asked(&format!("closes_day={day}&reason=A+slip"));
        let later = Sent::read(b"closes_day=2027-02-14&reason=A+slip");
        let later = other_last_day(&later, was, now).expect("a change");
        assert_eq!(Some(later.closes_at), clock::end_of("2027-02-14"));
        assert_eq!(asked("2027-02-14"), Ok(ChangeKind::Extended));
        assert_eq!(asked("2027-01-08"), Ok(ChangeKind::ClosedEarly));
        for day in ["", "2027-02-01", "2027-01-05", "2026-02-01", "2072-02-01"] {
            assert_eq!(asked(day), Err(Some("closes_day")), "{day}");
        }
        let silent = Sent::read(b"closes_day=2027-02-14");
        assert!(other_last_day(&silent, was, now).is_err_and(|no| no.about("reason").is_some()));
        assert!(ending(&silent, ChangeKind::Withdrawn, now).is_err());
        assert!(ChangeKind::CalledBack.is_possible(ConsultationState::Timed));
        assert!(!ChangeKind::Withdrawn.is_possible(ConsultationState::Closed));
    }

    #[test]
    fn it_is_open_to_the_last_moment_of_the_day_it_names() {
        let terms = read("closes_day=2027-01-31").expect("terms");
        let (times, end) = ((terms.opens_at, terms.closes_at), clock::read("2027-01-31", "23:59"));
        let last_second = end.expect("a time") + 59 * clock::SECOND;
        assert_eq!(state(true, times, last_second), ConsultationState::Open);
        assert_eq!(state(true, times, last_second + clock::SECOND), ConsultationState::Closing);
        assert_eq!(clock::day(terms.closes_at), "Sunday 31 January 2027");
    }

    #[test]
    fn who_has_begun_may_end_half_an_hour_after_the_close() {
        let times = (at("2027-01-04"), at("2027-02-04"));
        assert_eq!(state(false, times, times.0), ConsultationState::Written);
        assert_eq!(state(true, times, times.0 - 1), ConsultationState::Timed);
        assert_eq!(state(true, times, times.0), ConsultationState::Open);
        assert_eq!(state(true, times, times.1), ConsultationState::Closing);
        assert_eq!(state(true, times, times.1 + GRACE), ConsultationState::Closed);
    }

    #[test]
    fn a_copy_begins_now_and_is_open_for_as_long() {
        let terms = read("closes_day=2027-01-14&opens_day=2026-12-10").expect("terms");
        let long = Terms { title: "long ".repeat(20).trim().to_owned(), ..terms.clone() };
        let again = terms.again("key".into(), at("2027-03-01"));
        assert_eq!(
            (again.title.as_str(), again.opens_at),
            ("Copy of Short breaks", at("2027-03-01"))
        );
        assert_eq!(Some(again.closes_at), clock::end_of("2027-04-06"));
        assert_eq!((&again.about, again.access), (&terms.about, terms.access));
        assert!(long.again("key".into(), at("2027-03-01")).title.chars().count() <= LONGEST_TITLE);
    }

    #[test]
    fn it_warns_of_holidays_and_of_less_than_six_weeks() {
        let date = |day: &str| day.parse().expect("a day");
        let year = SchoolYear {
            terms: vec![
                (date("2026-11-02"), date("2026-12-18")),
                (date("2027-01-04"), date("2027-02-12")),
            ],
            closed: vec![],
        };
        assert_eq!(warnings((at("2026-11-04"), at("2026-12-16")), &year), Vec::<String>::new());
        assert_eq!(
            warnings((at("2026-12-21"), at("2027-02-05")), &year),
            [
                "It opens in the school holidays, on Monday 21 December 2026.",
                "14 of 47 days it is open are in the school holidays. Fewer parents answer then."
            ]
        );
        assert_eq!(
            warnings((at("2026-12-04"), at("2027-01-17")), &year),
            ["16 of 45 days it is open are in the school holidays. Fewer parents answer then."],
            "both its ends are in term"
        );
        let short = warnings((at("2027-01-04"), at("2027-01-18")), &year);
        assert!(
            short.len() == 1 && short[0].starts_with("It will be open for 14 days."),
            "{short:?}"
        );
    }

    #[test]
    fn a_family_is_reminded_half_way_to_the_close_if_there_is_time() {
        let now = at("2026-11-04");
        assert_eq!(reminder_at(now, now + 60 * DAY), Some(now + 14 * DAY));
        assert_eq!(reminder_at(now, now + 10 * DAY), Some(now + 5 * DAY));
        assert_eq!(reminder_at(now, now + 5 * DAY), None);
    }
}
