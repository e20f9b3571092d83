//! When a notice takes effect, what state it is in, when each email about it is due, and what may
//! be said about who was told. Pure.

use calendar::clock::{self, DAY, HOUR, Millis, Moment};
use disclosure::Shown;
use subscribers::Cadence;

/// When a change starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A day, from its first moment.
    Day(Moment),
    /// An hour of a day.
    Hour(Moment),
    /// The start of the term that begins on this day.
    Term(Moment),
}

impl Effect {
    /// The first moment of it.
    #[must_use]
    pub fn at(self) -> Moment {
        let (Self::Day(at) | Self::Hour(at) | Self::Term(at)) = self;
        at
    }

    /// The word it is stored and sent by.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Day(_) => "day",
            Self::Hour(_) => "hour",
            Self::Term(_) => "term",
        }
    }

    /// Reads what is stored.
    #[must_use]
    pub fn read(kind: &str, at: Moment) -> Option<Self> {
        [Self::Day(at), Self::Hour(at), Self::Term(at)]
            .into_iter()
            .find(|effect| effect.kind() == kind)
    }

    /// "Monday 4 January 2027", with the hour where it says one, or "the start of term, …".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Day(at) => clock::day(at),
            Self::Hour(at) => clock::day_and_hour(at),
            Self::Term(at) => format!("the start of term, {}", clock::day(at)),
        }
    }
}

/// How long a digest may take to reach the last of very many people: any that would come closer to
/// the change go at once.
const DIGESTS_TAKE: Millis = 4 * HOUR;

/// When an email is due to someone who wants emails this often, and whether it is part of a digest:
/// in the next digest if that comes in time before the change, else at once.
#[must_use]
pub fn due(cadence: Cadence, effect_at: Moment, now: Moment) -> (Moment, bool) {
    match cadence.next_digest(now) {
        Some(digest) if digest + DIGESTS_TAKE <= effect_at => (digest, true),
        _ => (now, false),
    }
}

/// By when people must know: before the change starts; before the end of the last day to do what is
/// asked; and if they go by what they were told before, by the first day of that. `must_do_by`:
/// `2026-12-04`, or empty; a day that is over at `now` no longer counts.
#[must_use]
pub fn must_know_by(
    effect_at: Moment,
    must_do_by: &str,
    told_before: Option<Moment>,
    now: Moment,
) -> Moment {
    let must_do_by = last_moment(must_do_by).filter(|by| *by > now);
    [must_do_by, told_before].into_iter().flatten().fold(effect_at, Moment::min)
}

/// The end of a day written as `2026-12-04`.
#[must_use]
pub fn last_moment(day: &str) -> Option<Moment> {
    clock::end_of(day)
}

/// How long after a change took effect people told later are still counted: emails are tried for
/// two days, and what comes back takes a few more.
pub const SETTLED_AFTER: Millis = 14 * DAY;

/// How a family no email reaches can be told: as stored, and as shown.
pub const REACHED_HOW: [(&str, &str); 3] =
    [("phone", "By phone"), ("letter", "By letter in the post"), ("school", "Through the school")];

/// How many people in one place were told about a change: true numbers, only for [`figures`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub place: String,
    /// Before it took effect.
    pub before: u64,
    /// Later.
    pub after: u64,
    /// Not at all.
    pub never: u64,
}

/// What may be said about how many people were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// (place, in time, not in time): by place if no number is from 1 to 9, else for all of the
    /// area in one row. Never both, since one would give the other away.
    pub rows: Vec<(String, Shown, Shown)>,
    /// What became of those who were not told in time.
    pub later: Later,
}

/// What may be said about those who were not told in time. They are part of a number that is shown,
/// so their two numbers are shown only if neither is from 1 to 9.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Later {
    /// It is still being counted.
    NotYet,
    /// For each row (told later, not reached).
    Rows(Vec<(u64, u64)>),
    /// For all of the area (told later, not reached).
    All(u64, u64),
    NotShown,
}

/// What may be said about how many people were told. `is_settled`: whether those told later have
/// been counted.
#[must_use]
pub fn figures(told: &[Told], area: &str, is_settled: bool) -> Figures {
    let sum = |of: fn(&Told) -> u64| told.iter().map(of).sum::<u64>();
    let (after, never) = (sum(|told| told.after), sum(|told| told.never));
    let is_shown = |people: u64| people == 0 || people >= disclosure::SMALLEST_SHOWN;
    let cells: Vec<u64> =
        told.iter().flat_map(|told| [told.before, told.after + told.never]).collect();
    let cells = disclosure::split(&cells).parts;
    let is_by_place = cells.iter().all(|cell| cell.number().is_some());
    let rows = if is_by_place {
        told.iter()
            .zip(cells.chunks(2))
            .map(|(told, cells)| (told.place.clone(), cells[0], cells[1]))
            .collect()
    } else {
        let all = disclosure::split(&[sum(|told| told.before), after + never]).parts;
        vec![(format!("All of {area}"), all[0], all[1])]
    };
    let later = if !is_settled {
        Later::NotYet
    } else if is_by_place && told.iter().all(|told| is_shown(told.after) && is_shown(told.never)) {
        Later::Rows(told.iter().map(|told| (told.after, told.never)).collect())
    } else if rows.iter().all(|(_, _, not)| not.number().is_some())
        && is_shown(after)
        && is_shown(never)
    {
        Later::All(after, never)
    } else {
        Later::NotShown
    };
    Figures { rows, later }
}

/// What is said of a change that nobody had asked to be told about when it was announced.
pub const NOBODY_TO_EMAIL: &str = "When we announced this, there was nobody to email about it.";

/// How early people began to be told about a change that has started, as a sentence. `told`: who
/// was told, place by place; empty where there was nobody to tell.
#[must_use]
pub fn told_when(told: &[Told], started_at: Moment, effect_at: Moment) -> String {
    if told.is_empty() {
        return NOBODY_TO_EMAIL.to_owned();
    }
    let when = match clock::days_between(started_at, effect_at) {
        _ if started_at >= effect_at => "only after it started".to_owned(),
        0 => "less than a day before".to_owned(),
        1 => "1 day before".to_owned(),
        days => format!("{days} days before"),
    };
    format!("We started telling people {when}.")
}

/// How a notice follows one that people were told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// It says something else instead.
    Correction,
    /// It says that the change is no longer happening.
    Withdrawal,
}

impl Follow {
    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Withdrawal => "withdrawal",
        }
    }

    /// The heading above the words that say it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Correction => "What has changed",
            Self::Withdrawal => "This change is no longer happening",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        [Self::Correction, Self::Withdrawal].into_iter().find(|follow| follow.word() == word)
    }
}

/// The words before the day of a notice that follows another like this.
#[must_use]
pub fn from(follow: Option<Follow>) -> &'static str {
    if follow == Some(Follow::Withdrawal) { "It was due to happen from" } else { "From" }
}

/// What has happened to a notice so far.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// When we start telling people, once it is approved.
    pub starts_at: Option<Moment>,
    pub started_at: Option<Moment>,
    pub is_decided: bool,
    /// When it starts.
    pub effect: Effect,
    /// How it follows another notice, if it does.
    pub follow: Option<Follow>,
    /// How another notice that people were told about follows it.
    pub followed_by: Option<Follow>,
}

/// Whether a notice can't be approved yet: it takes something away, that is decided, and nobody has
/// said who it affects, or gone ahead by name without that. The schema holds the same rule.
#[must_use]
pub fn is_held(takes_away: bool, is_decided: bool, is_answered_for: bool) -> bool {
    takes_away && is_decided && !is_answered_for
}

/// The state of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeStage {
    /// It waits for a second person.
    Written,
    /// It is approved and starts later.
    Timed(Moment),
    /// People are told; it is not decided.
    Proposed,
    /// People are told; it is decided and will happen.
    Decided,
    /// It has started.
    InForce,
    /// People have since been told something else.
    Corrected,
    /// People were told that it is no longer happening.
    Withdrawn,
}

impl Course {
    /// Whether it is in lists and is found: people were told, and no other notice that they were
    /// told about follows it. The view `listed_notices` is the same.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.started_at.is_some() && self.followed_by.is_none()
    }

    /// Whether it says that a change is no longer happening.
    #[must_use]
    pub fn is_withdrawal(&self) -> bool {
        self.follow == Some(Follow::Withdrawal)
    }

    /// The words before the day it is about.
    #[must_use]
    pub fn from(&self) -> &'static str {
        from(self.follow)
    }

    /// How long until the change starts: "in 11 days". `None` once it has started, when it is no
    /// longer happening, and where people have been told another day since.
    #[must_use]
    pub fn days_left(&self, now: Moment) -> Option<String> {
        let is_to_come = self.effect.at() > now && self.followed_by.is_none();
        (is_to_come && !self.is_withdrawal()).then(|| clock::days_away(now, self.effect.at()))
    }

    /// The state of the notice now.
    #[must_use]
    pub fn stage(&self, now: Moment) -> NoticeStage {
        match (self.starts_at, self.started_at) {
            (None, _) => NoticeStage::Written,
            (Some(at), None) => NoticeStage::Timed(at),
            _ if self.followed_by == Some(Follow::Correction) => NoticeStage::Corrected,
            _ if self.followed_by.or(self.follow) == Some(Follow::Withdrawal) => {
                NoticeStage::Withdrawn
            }
            _ if !self.is_decided => NoticeStage::Proposed,
            _ if self.effect.at() <= now => NoticeStage::InForce,
            _ => NoticeStage::Decided,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::clock::DAY;

    fn now() -> Moment {
        clock::read("2026-12-03", "10:00").expect("a time")
    }

    #[test]
    fn a_weekly_subscriber_hears_of_monday_at_once_and_of_three_weeks_later_with_the_digest() {
        let saturday = clock::read("2026-12-05", "09:00").expect("a time");
        let (monday, later) = (Effect::Day(saturday + 2 * DAY), Effect::Day(saturday + 21 * DAY));
        assert_eq!(due(Cadence::Weekly, monday.at(), saturday), (saturday, false));
        let digest = clock::read("2026-12-12", "08:30").expect("a time");
        assert_eq!(due(Cadence::Weekly, later.at(), saturday), (digest, true));
        assert_eq!(due(Cadence::AtOnce, later.at(), saturday), (saturday, false));
        assert_eq!(
            due(Cadence::Weekly, Effect::Hour(digest).at(), saturday),
            (saturday, false),
            "at the same moment is not before"
        );
    }

    #[test]
    fn whoever_is_told_must_know_before_they_are_to_act_and_before_a_day_they_were_told_of() {
        let (holds, thursday) = (now() + 21 * DAY, clock::end_of("2026-12-10").expect("a time"));
        assert_eq!(must_know_by(holds, "", None, now()), holds);
        assert_eq!(must_know_by(holds, "2026-12-10", None, now()), thursday);
        assert_eq!(must_know_by(holds, "2026-12-02", None, now()), holds, "that day is over");
        assert_eq!(must_know_by(holds, "2026-12-10", Some(now() + DAY), now()), now() + DAY);
    }

    #[test]
    fn a_digest_comes_before_the_change_or_the_email_at_once_on_the_days_when_clocks_change() {
        // The night before clocks go forward and the one before they go back.
        for evening in ["2027-03-27", "2027-10-30"] {
            let evening = clock::read(evening, "20:00").expect("a time");
            let digest = Cadence::Daily.next_digest(evening).expect("a digest");
            assert_eq!(
                due(Cadence::Daily, Effect::Hour(digest + DIGESTS_TAKE).at(), evening),
                (digest, true)
            );
            assert_eq!(
                due(Cadence::Daily, Effect::Hour(digest + DIGESTS_TAKE - 1).at(), evening),
                (evening, false),
                "too near to reach many"
            );
        }
    }

    fn told(rows: &[(u64, u64, u64)]) -> Vec<Told> {
        let told = |(nth, (before, after, never)): (usize, &(u64, u64, u64))| Told {
            place: format!("Place {nth}"),
            before: *before,
            after: *after,
            never: *never,
        };
        rows.iter().enumerate().map(told).collect()
    }

    #[test]
    fn people_were_told_so_many_days_before_only_where_there_was_somebody_to_tell() {
        let at = |day: &str, time: &str| clock::read(day, time).expect("a time");
        let (morning, effect) = (at("2027-01-19", "08:00"), at("2027-03-01", "00:00"));
        assert_eq!(told_when(&[], morning, effect), NOBODY_TO_EMAIL);
        let somebody = [Told { place: "North".into(), before: 1, ..Told::default() }];
        let when = |started_at| told_when(&somebody, started_at, effect);
        assert_eq!(when(morning), "We started telling people 41 days before.");
        assert_eq!(when(effect - HOUR), "We started telling people 1 day before.");
        assert_eq!(when(effect), "We started telling people only after it started.");
    }

    #[test]
    fn how_many_were_told_in_time_is_said_by_place_only_where_no_number_is_small() {
        let said = |rows: &[(u64, u64, u64)]| {
            let figures = figures(&told(rows), "Sefton", false);
            assert_eq!(figures.later, Later::NotYet);
            let words = |(row, before, not): &(String, Shown, Shown)| {
                format!("{row}: {}, {}", before.words(), not.words())
            };
            figures.rows.iter().map(words).collect::<Vec<_>>()
        };
        assert_eq!(said(&[(40, 0, 0), (12, 10, 0)]), ["Place 0: 40, 0", "Place 1: 12, 10"]);
        assert_eq!(said(&[(40, 1, 2), (12, 0, 10)]), ["All of Sefton: 52, 13"]);
        assert_eq!(said(&[(40, 3, 0), (12, 0, 0)]), ["All of Sefton: not shown, fewer than 10"]);
        assert_eq!(said(&[]), Vec::<String>::new());
    }

    #[test]
    fn who_was_told_later_is_said_only_where_it_gives_no_small_number_away() {
        let later = |rows: &[(u64, u64, u64)]| figures(&told(rows), "Sefton", true).later;
        assert_eq!(later(&[(40, 0, 10), (12, 11, 0)]), Later::Rows(vec![(0, 10), (11, 0)]));
        assert_eq!(
            later(&[(40, 5, 5), (12, 5, 5)]),
            Later::All(10, 10),
            "each place has small ones"
        );
        assert_eq!(later(&[(40, 3, 20), (12, 0, 0)]), Later::NotShown);
        assert_eq!(
            later(&[(40, 3, 0), (12, 0, 0)]),
            Later::NotShown,
            "not even how many were not told in time is shown"
        );
        assert_eq!(later(&[(40, 0, 0)]), Later::Rows(vec![(0, 0)]));
    }

    #[test]
    fn a_notice_is_written_timed_told_in_force_corrected_or_withdrawn() {
        let course = Course {
            starts_at: Some(Moment::from_millis(0)),
            started_at: Some(Moment::from_millis(0)),
            is_decided: true,
            effect: Effect::Day(now()),
            follow: None,
            followed_by: None,
        };
        assert_eq!(
            Course { starts_at: None, started_at: None, ..course }.stage(now()),
            NoticeStage::Written
        );
        assert_eq!(
            Course { starts_at: Some(now() + 1), started_at: None, ..course }.stage(now()),
            NoticeStage::Timed(now() + 1)
        );
        assert_eq!(course.stage(now() - 1), NoticeStage::Decided);
        assert_eq!(Course { is_decided: false, ..course }.stage(now()), NoticeStage::Proposed);
        assert_eq!(course.stage(now()), NoticeStage::InForce);
        assert_eq!(
            Course { followed_by: Some(Follow::Correction), ..course }.stage(now()),
            NoticeStage::Corrected
        );
        assert_eq!(
            Course { followed_by: Some(Follow::Withdrawal), ..course }.stage(now()),
            NoticeStage::Withdrawn
        );
        assert_eq!(
            Course { follow: Some(Follow::Withdrawal), ..course }.stage(now()),
            NoticeStage::Withdrawn,
            "its own page says so too"
        );
        assert_eq!(
            Course { follow: Some(Follow::Correction), ..course }.stage(now()),
            NoticeStage::InForce
        );
    }

    #[test]
    fn only_what_takes_something_away_and_is_decided_waits_for_who_it_affects() {
        assert!(is_held(true, true, false));
        assert!(!is_held(true, true, true), "somebody has said so");
        assert!(!is_held(false, true, false), "it takes nothing away");
        assert!(!is_held(true, false, false), "it is only proposed");
    }

    #[test]
    fn days_are_counted_to_a_change_that_is_still_to_come() {
        let course = Course {
            starts_at: Some(Moment::from_millis(0)),
            started_at: Some(Moment::from_millis(0)),
            is_decided: true,
            effect: Effect::Hour(now() + 11 * DAY),
            follow: None,
            followed_by: None,
        };
        assert_eq!(course.days_left(now()).as_deref(), Some("in 11 days"));
        assert_eq!(course.days_left(now() + 11 * DAY - 1).as_deref(), Some("today"));
        assert_eq!(course.days_left(now() + 11 * DAY), None, "it has started");
        for off in [
            Course { follow: Some(Follow::Withdrawal), ..course },
            Course { followed_by: Some(Follow::Withdrawal), ..course },
            Course { followed_by: Some(Follow::Correction), ..course },
        ] {
            assert_eq!(off.days_left(now()), None, "nobody waits for that day");
        }
    }
}
