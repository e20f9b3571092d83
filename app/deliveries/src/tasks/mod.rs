//! Tasks: what waits for organisers, leaders and safeguarding leads. One list of every kind: whose
//! it is, what it is called, where it is done and by when; the desks and the emails share it. Which
//! tasks wait is the view `waiting_tasks`.
//!
//! A new kind is a new variant: the compiler then asks for what it is, and the view wants its rows.
//! `store` holds the SQL, `telling` owes the emails.

pub mod store;
mod telling;

pub use telling::tell_due;

use calendar::clock::{DAY, Millis, Moment};
use calendar::promise;
use ground::viewer::Role;

/// A kind of task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// A topic that no organiser has read.
    Topic,
    /// A comment on the Local Offer that no organiser has read.
    Comment,
    /// "That's not my experience", about what leaders say they did.
    Doubt,
    /// What leaders say they did, which the forum has not judged.
    Update,
    /// How long families wait, as leaders published it, which the forum has not judged.
    Waits,
    /// "That's not my experience", about how long families wait.
    WaitDoubt,
    /// A counted round whose shortlist is not confirmed.
    Shortlist,
    /// A plan without the forum's statement.
    Statement,
    /// A planning session that only those who plan say was held.
    Session,
    /// A consultation that has closed and is not counted.
    Count,
    /// Results that another organiser counted.
    Publish,
    /// Words of results that another organiser wants to take down.
    Takedown,
    /// A leader overrode the gate.
    Override,
    /// A leader went ahead with a decision that lacks something.
    Passed,
    /// A notice that another leader wrote.
    Approve,
    /// Their own notice was approved.
    Approved,
    /// A question about a notice.
    Question,
    /// A comment on the Local Offer without an answer.
    Answer,
    /// A planning session that the forum disputes.
    Disputed,
    /// What leaders said happened, with which the forum doesn't fully agree.
    Disagreed,
    /// Who a plan affects, on the day its leaders said they would look at it again.
    ReviewPlan,
    /// Who a change affects, likewise.
    ReviewNotice,
    /// What leaders said is not done, on the day they said they would look at it again.
    ReviewUpdate,
    /// Something that was passed on.
    Safeguarding,
}

/// How somebody is told about a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    AtOnce,
    /// In an email at eight in the morning, with all others.
    Morning,
    Never,
}

/// What a kind of task is.
#[derive(Clone, Copy, Debug)]
struct Facts {
    word: &'static str,
    role: Role,
    one: &'static str,
    several: &'static str,
    page: &'static str,
    list: &'static str,
    days: Option<i64>,
}

/// The word under which it is chosen how to be told of what is due soon.
pub const DUE: &str = "due";

/// How long before it is due a task is due soon.
pub(crate) const SOON: Millis = DAY;

impl Task {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 24] = [
        Self::Safeguarding,
        Self::Topic,
        Self::Comment,
        Self::Doubt,
        Self::Update,
        Self::Waits,
        Self::WaitDoubt,
        Self::Shortlist,
        Self::Statement,
        Self::Session,
        Self::Count,
        Self::Publish,
        Self::Takedown,
        Self::Override,
        Self::Passed,
        Self::Approve,
        Self::Approved,
        Self::Question,
        Self::Answer,
        Self::Disputed,
        Self::Disagreed,
        Self::ReviewPlan,
        Self::ReviewNotice,
        Self::ReviewUpdate,
    ];

    fn facts(self) -> Facts {
        match self {
            Self::Topic => Facts {
                word: "topic",
                role: Role::Organiser,
                one: "Check a topic",
                several: "Topics to check",
                page: "/forum/topics/{id}",
                list: "/forum",
                days: Some(promise::DAYS),
            },
            Self::Comment => Facts {
                word: "comment",
                role: Role::Organiser,
                one: "Check a comment on the Local Offer",
                several: "Comments on the Local Offer to check",
                page: "/forum/local-offer/{id}",
                list: "/forum/local-offer",
                days: Some(promise::DAYS),
            },
            Self::Doubt => Facts {
                word: "doubt",
                role: Role::Organiser,
                one: "Someone says: that's not my experience",
                several: "People who say: that's not my experience",
                page: "/forum/updates",
                list: "/forum/updates",
                days: None,
            },
            Self::Update => Facts {
                word: "update",
                role: Role::Organiser,
                one: "Check what leaders say they did",
                several: "Updates from leaders to check",
                page: "/forum/updates/{id}",
                list: "/forum/updates",
                days: None,
            },
            Self::Waits => Facts {
                word: "waits",
                role: Role::Organiser,
                one: "Check how long families wait",
                several: "Waiting times to check",
                page: "/forum/waits/{id}",
                list: "/forum/waits",
                days: None,
            },
            Self::WaitDoubt => Facts {
                word: "wait-doubt",
                role: Role::Organiser,
                one: "Someone says about waiting times: that's not my experience",
                several: "People who say about waiting times: that's not my experience",
                page: "/forum/waits",
                list: "/forum/waits",
                days: None,
            },
            Self::Shortlist => Facts {
                word: "shortlist",
                role: Role::Organiser,
                one: "Confirm a shortlist",
                several: "Shortlists to confirm",
                page: "/forum/rounds/{id}/shortlist",
                list: "/forum",
                days: Some(14),
            },
            Self::Statement => Facts {
                word: "statement",
                role: Role::Organiser,
                one: "Write the forum's statement on a plan",
                several: "Plans waiting for the forum's statement",
                page: "/forum/plans/{id}/statement",
                list: "/forum",
                days: Some(28),
            },
            Self::Session => Facts {
                word: "session",
                role: Role::Organiser,
                one: "Say whether a planning session took place",
                several: "Planning sessions to confirm",
                page: "/forum/sessions/{id}",
                list: "/forum",
                days: Some(14),
            },
            Self::Count => Facts {
                word: "count",
                role: Role::Organiser,
                one: "A consultation has closed: read the answers",
                several: "Closed consultations to read and count",
                page: "/forum/consultations/{id}/answers",
                list: "/forum/consultations",
                days: None,
            },
            Self::Publish => Facts {
                word: "publish",
                role: Role::Organiser,
                one: "Check results that another organiser counted",
                several: "Results to check and publish",
                page: "/forum/consultations/{id}/release",
                list: "/forum/consultations",
                days: None,
            },
            Self::Takedown => Facts {
                word: "takedown",
                role: Role::Organiser,
                one: "Agree to take words out of results, or refuse",
                several: "Words that should come out of results",
                page: "/forum/consultations/{id}/takedown",
                list: "/forum/takedowns",
                days: None,
            },
            Self::Override => Facts {
                word: "early",
                role: Role::Organiser,
                one: "A plan can be published before parents are involved",
                several: "Plans that can be published before parents are involved",
                page: "/plans/{id}",
                list: "/plans",
                days: None,
            },
            Self::Passed => Facts {
                word: "passed",
                role: Role::Organiser,
                one: "A decision can be published without everything that was agreed",
                several: "Decisions that can be published without everything that was agreed",
                page: "/plans/{id}",
                list: "/plans",
                days: None,
            },
            Self::Approve => Facts {
                word: "approve",
                role: Role::Leader,
                one: "Approve a change notice",
                several: "Change notices to approve",
                page: "/lead/notices/{id}",
                list: "/lead",
                days: None,
            },
            Self::Approved => Facts {
                word: "approved",
                role: Role::Leader,
                one: "Your change notice was approved",
                several: "Change notices you wrote that were approved",
                page: "/lead/notices/{id}",
                list: "/lead/notices",
                days: None,
            },
            Self::Question => Facts {
                word: "question",
                role: Role::Leader,
                one: "Answer a question about a change notice",
                several: "Questions about change notices",
                page: "/lead/notices/{id}/questions",
                list: "/lead",
                days: None,
            },
            Self::Answer => Facts {
                word: "answer",
                role: Role::Leader,
                one: "Answer a comment on the Local Offer",
                several: "Comments on the Local Offer to answer",
                page: "/lead/local-offer/{id}",
                list: "/lead/local-offer",
                days: None,
            },
            Self::Disputed => Facts {
                word: "disputed",
                role: Role::Leader,
                one: "The forum disagrees with your planning session",
                several: "Planning sessions the forum disagrees with",
                page: "/lead/sessions/{id}/dispute",
                list: "/lead",
                days: None,
            },
            Self::Disagreed => Facts {
                word: "disagreed",
                role: Role::Leader,
                one: "The forum doesn't fully agree with what you said happened",
                several: "What you said happened, where the forum doesn't fully agree",
                page: "/lead/updates/{id}/verdict",
                list: "/lead/updates",
                days: None,
            },
            Self::ReviewPlan => Facts {
                word: "review-plan",
                role: Role::Leader,
                one: "Look again at who a plan affects",
                several: "Plans where you said you would look again at who they affect",
                page: "/lead/plans/{id}/equality",
                list: "/lead",
                days: None,
            },
            Self::ReviewNotice => Facts {
                word: "review-notice",
                role: Role::Leader,
                one: "Look again at who a change affects",
                several: "Changes where you said you would look again at who they affect",
                page: "/lead/notices/{id}/equality",
                list: "/lead",
                days: None,
            },
            Self::ReviewUpdate => Facts {
                word: "review-update",
                role: Role::Leader,
                one: "Look again at something that was not done",
                several: "Things not done that you said you would look at again",
                page: "/lead/updates/{id}",
                list: "/lead",
                days: None,
            },
            // Its words say nothing of what it is, not even which room it is in.
            Self::Safeguarding => Facts {
                word: "safeguarding",
                role: Role::Safeguarding,
                one: "Something is waiting for you",
                several: "Something only you can open",
                page: "/forum/safeguarding",
                list: "/forum/safeguarding",
                days: None,
            },
        }
    }

    /// The word it is stored and chosen by.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.facts().word
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.word() == word)
    }

    /// Whose task it is.
    #[must_use]
    pub fn role(self) -> Role {
        self.facts().role
    }

    /// The kinds of tasks that people with these roles have.
    pub fn of(roles: &[Role]) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |task| roles.contains(&task.role()))
    }

    /// One of them, in words: the subject of an email.
    #[must_use]
    pub fn one(self) -> &'static str {
        self.facts().one
    }

    /// Several of them, as a heading.
    #[must_use]
    pub fn several(self) -> &'static str {
        self.facts().several
    }

    /// The path of the page where one is done. `id`: what that page is about.
    #[must_use]
    pub fn page(self, id: &str) -> String {
        self.facts().page.replace("{id}", id)
    }

    /// The path of the page that lists them.
    #[must_use]
    pub fn list(self) -> &'static str {
        self.facts().list
    }

    /// When one is due that has waited since then, if there is a day for it: a working day.
    #[must_use]
    pub fn due(self, since: Moment) -> Option<Moment> {
        Some(promise::on_a_working_day(since + self.days()? * DAY))
    }

    /// In how many days one is to be done.
    fn days(self) -> Option<i64> {
        self.facts().days
    }

    /// Whether it is news, which nobody has to do anything about: it never ends to be so, and is
    /// told only while it is new.
    pub(crate) fn is_news(self) -> bool {
        matches!(self, Self::Override | Self::Passed | Self::Approved)
    }

    /// How people are told who have chosen nothing.
    #[must_use]
    pub fn told(self) -> Tell {
        if self == Self::Safeguarding { Tell::AtOnce } else { Tell::Morning }
    }

    /// How it can be told: nobody is a safeguarding lead and never hears that something waits.
    #[must_use]
    pub fn ways(self) -> &'static [Tell] {
        if self == Self::Safeguarding { &Tell::ALL[..2] } else { &Tell::ALL }
    }
}

impl Tell {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Morning, Self::Never];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AtOnce => "at once",
            Self::Morning => "morning",
            Self::Never => "never",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tell| tell.word() == word)
    }

    /// As it is shown to people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::AtOnce => "Straight away",
            Self::Morning => "In one email at 8am",
            Self::Never => "Don't email me",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_task_is_read_from_a_word_of_its_own_and_none_is_that_of_what_is_due() {
        let words: HashSet<_> = Task::ALL.map(Task::word).into_iter().chain([DUE]).collect();
        assert_eq!(words.len(), Task::ALL.len() + 1);
        for task in Task::ALL {
            assert_eq!(Task::read(task.word()), Some(task));
        }
        for tell in Tell::ALL {
            assert_eq!(Tell::read(tell.word()), Some(tell));
        }
    }

    #[test]
    fn a_safeguarding_lead_always_hears_that_something_waits_and_at_once_if_they_choose_nothing() {
        assert_eq!(Task::Safeguarding.told(), Tell::AtOnce);
        assert!(!Task::Safeguarding.ways().contains(&Tell::Never));
        assert!(Task::Topic.ways().contains(&Tell::Never));
        assert_eq!(Task::Topic.told(), Tell::Morning);
    }

    #[test]
    fn a_task_is_done_on_the_page_of_its_thing_and_due_after_its_days() {
        assert_eq!(Task::Shortlist.page("r1"), "/forum/rounds/r1/shortlist");
        let since = Moment::from_millis(DAY);
        assert_eq!(Task::Topic.due(since), Some(since + promise::DAYS * DAY));
        assert_eq!(Task::Approve.due(since), None);
        assert!(Task::of(&[Role::Parent]).next().is_none());
        assert!(Task::of(&[Role::Leader]).all(|task| task.list().starts_with("/lead")));
    }
}
