//! Every kind of email there is, and how each is handled. Pure.
//!
//! A new kind is one row of `email_kinds!`.

/// How emails of a kind are handled.
#[derive(Clone, Copy, Debug)]
struct Handling {
    /// Which emails of an account it is one of, where they can be stopped. `None`: it was asked for
    /// just now, keeps someone safe, goes to no account, is stopped as a subscription, or is chosen
    /// for each kind of task.
    sort: Option<Sort>,
    /// Whether it goes to an account that is about to be erased: what says so, what lets them in to
    /// call it back, what they need for their own pages, and what tells them that somebody else may
    /// be in their account. Whoever is could have asked to erase it, so they do not hear of the
    /// rest.
    goes_while_erasing: bool,
    /// Whether its row stays: the ledger and the outcomes prove by it who was told and when, and
    /// jobs ask by its key whether someone was told already.
    stays: bool,
    /// Whether somebody waits for it in front of a screen, or it keeps an account safe: it
    /// overtakes every other email.
    comes_first: bool,
    /// Whether every other email overtakes it, though nobody stops it with one click.
    gives_way: bool,
    /// What it was about, for whom it went to, once its subject is erased; `None`: the title of its
    /// sort, or their account.
    about: Option<&'static str>,
}

/// Nobody can stop it.
const ALWAYS: Handling = Handling {
    sort: None,
    goes_while_erasing: false,
    stays: false,
    comes_first: false,
    gives_way: false,
    about: None,
};
/// Somebody has just asked for it and waits.
const AT_ONCE: Handling = Handling { comes_first: true, ..ALWAYS };
/// It also goes to an account that is about to be erased.
const SAFETY: Handling = Handling { goes_while_erasing: true, ..AT_ONCE };
/// Its row is asked for later.
const PROOF: Handling = Handling { stays: true, ..ALWAYS };
const NOTICE: Handling = Handling { about: Some("A change to a service"), ..PROOF };
const TASK: Handling = Handling { about: Some("Something that was waiting for you"), ..ALWAYS };
const RECEIPT: Handling = Handling { sort: Some(Sort::Receipts), ..ALWAYS };
const SAID: Handling = Handling { sort: Some(Sort::Said), ..ALWAYS };
const DRAFT: Handling = Handling { stays: true, ..SAID };
const UPDATE: Handling = Handling {
    gives_way: true,
    about: Some("What happened about something you said or asked to hear about"),
    ..DRAFT
};
const LEADING: Handling = Handling { sort: Some(Sort::Leading), ..PROOF };

/// Makes [`EmailKind`], the list of all kinds and what is known of each from one row for each: its
/// variant, the word it is stored by, and how it is handled.
///
/// ```text
/// /// A topic has arrived.
/// TopicReceived = "topic received", RECEIPT;
/// ```
macro_rules! email_kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal, $handling:expr;)*) => {
        /// What sort of email it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EmailKind {
            $($(#[$doc])* $kind,)*
        }

        impl EmailKind {
            const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The word it is stored by, and how it is handled.
            fn facts(self) -> (&'static str, Handling) {
                match self {
                    $(Self::$kind => ($word, $handling),)*
                }
            }
        }
    };
}

email_kinds! {
    /// Asks to confirm the address of a new account, or says that there is one already.
    SignUp = "sign-up", AT_ONCE;
    /// A link that signs in or sets a password, or that there is no account.
    Link = "link", SAFETY;
    PasswordChanged = "password changed", SAFETY;
    /// Asks a new address to confirm that it is right.
    ConfirmAddress = "confirm address", SAFETY;
    /// Tells the old address that a new one was asked for.
    AddressMayChange = "address may change", SAFETY;
    AddressChanged = "address changed", SAFETY;
    /// Somebody of the staff signed in where they never did before.
    NewDevice = "new device", SAFETY;
    /// A second step was set up, used without the phone, or taken away.
    SecondStep = "second step", SAFETY;
    /// An administrator signed somebody out everywhere.
    SignedOut = "signed out", SAFETY;
    /// An account was suspended or restored.
    Suspended = "suspended", SAFETY;
    /// Tells the old address that it was changed, with a link that undoes it.
    AddressUndo = "address undo", SAFETY;
    /// A copy of everything about an account was asked for.
    CopyAsked = "copy asked for", SAFETY;
    /// The link to a copy of what is kept about a subscription.
    CopyLink = "copy link", AT_ONCE;
    /// The account will be erased, with the link that calls that back.
    Erasing = "erasing", SAFETY;
    Erased = "erased", ALWAYS;
    /// Invites someone into a role.
    Invitation = "invitation", ALWAYS;
    /// Somebody is a safeguarding lead or an administrator now, or no longer.
    LeadChanged = "lead changed", ALWAYS;
    /// Somebody was given a role, or it was taken from them, or they lead for another organisation.
    RoleChanged = "role changed", ALWAYS;
    /// Somebody signs in with their council now, is to do so again, or is no leader any more since
    /// the council says so or has not confirmed them.
    Council = "council", SAFETY;
    /// Asks whether the person behind an address wants to be told about changes.
    SubscriptionToConfirm = "subscription to confirm", AT_ONCE;
    /// A change to a service, or several in a digest.
    Notice = "notice", NOTICE;
    /// A question about a change, for the team named in it.
    Question = "question", ALWAYS;
    /// A question has arrived.
    QuestionReceived = "question received", RECEIPT;
    /// The answer to a question.
    Answer = "answer", ALWAYS;
    /// A question gets no answer on the page.
    NotAnswered = "not answered", ALWAYS;
    /// A topic has arrived.
    TopicReceived = "topic received", RECEIPT;
    /// A topic was published.
    TopicPublished = "topic published", SAID;
    /// A topic was joined with another.
    TopicMerged = "topic merged", SAID;
    /// A topic was not published.
    TopicDeclined = "topic declined", SAID;
    /// A topic is with the safeguarding lead.
    TopicPassedOn = "topic passed on", ALWAYS;
    /// A comment has arrived.
    CommentReceived = "comment received", RECEIPT;
    /// A comment was published, or not.
    CommentDecided = "comment decided", SAID;
    /// A comment is with the safeguarding lead.
    CommentPassedOn = "comment passed on", ALWAYS;
    /// A comment was answered.
    CommentAnswered = "comment answered", SAID;
    /// The forum says whether what was promised in answer to a comment was done.
    PromiseChecked = "promise checked", SAID;
    /// What somebody wrote was taken down after everyone could read it.
    TakenDown = "taken down", ALWAYS;
    /// "That's not my experience" has arrived.
    DoubtReceived = "doubt received", RECEIPT;
    /// A draft answers a topic.
    DraftPublished = "draft published", DRAFT;
    /// What happened about what was said. There are a great many of them.
    Update = "update", UPDATE;
    /// Leaders must say what happened.
    OutcomeDue = "outcome due", LEADING;
    /// What comes every year is due in eight or in two weeks.
    DutyDue = "duty due", LEADING;
    /// Something waits for whoever helps to run this.
    Task = "task", TASK;
    /// A personal link to a consultation.
    Asked = "asked", ALWAYS;
    /// The same link once more, to a family that has not used it.
    AskedAgain = "asked again", ALWAYS;
    /// The code that brings someone back to answers they began.
    AnswersCode = "code", AT_ONCE;
    /// A consultation that someone answered was withdrawn.
    ConsultationWithdrawn = "consultation withdrawn", SAID;
    /// The results of a consultation that someone answered were published.
    ResultsPublished = "results published", SAID;
    /// The end of the audit log, for someone outside to keep.
    AuditHead = "audit head", PROOF;
    /// An administrator tries whether emails arrive.
    Test = "test", AT_ONCE;
}

impl EmailKind {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied()
    }

    /// The word it is stored by, and the operator reads.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.facts().0
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::all().find(|kind| kind.word() == word)
    }

    /// Which emails of an account it is one of, where they can be stopped.
    #[must_use]
    pub fn sort(self) -> Option<Sort> {
        self.facts().1.sort
    }

    /// What one was about whose subject is erased, for whom it went to.
    #[must_use]
    pub fn about(self) -> &'static str {
        let Handling { sort, about, .. } = self.facts().1;
        about.or(sort.map(Sort::title)).unwrap_or("Your account")
    }

    /// Whether it is about the work of the team: it does not go to somebody who is suspended, and
    /// so can't do it.
    pub(crate) fn is_about_work(self) -> bool {
        self == Self::Task || self.sort() == Some(Sort::Leading)
    }

    /// Whether it goes to an account that is about to be erased.
    pub(crate) fn goes_while_erasing(self) -> bool {
        self.facts().1.goes_while_erasing
    }

    /// Whether its row stays when those of others are erased.
    pub(crate) fn stays(self) -> bool {
        self.facts().1.stays
    }

    /// In which turn it goes. `is_stopped_by_one_click`: whether it is one of many that somebody
    /// subscribed to.
    pub(crate) fn turn(self, is_stopped_by_one_click: bool) -> Turn {
        let Handling { comes_first, gives_way, .. } = self.facts().1;
        match (comes_first, is_stopped_by_one_click || gives_way) {
            (true, _) => Turn::First,
            (false, false) => Turn::Second,
            (false, true) => Turn::Last,
        }
    }
}

/// In which turn an email goes: one of a later turn is claimed when none of an earlier one waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Somebody waits for it, or it keeps an account safe.
    First,
    Second,
    /// It is one of a great many.
    Last,
}

impl Turn {
    /// All of them, in their order.
    pub(crate) const ALL: [Self; 3] = [Self::First, Self::Second, Self::Last];

    /// The number it is stored by.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::First => 0,
            Self::Second => 1,
            Self::Last => 2,
        }
    }
}

/// Which emails nobody can stop, for people.
pub const ALWAYS_SENT: &str = "Some emails keep your account or someone safe, so you can't stop \
    them: links to sign in, a changed password or email address, answers to a question you asked, \
    and if something you wrote is passed on because someone may be in danger.";

/// Emails of an account that are stopped, and started again, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// What happened to what someone said.
    Said,
    /// That what someone sent has arrived.
    Receipts,
    /// What the team must do or say, and by when.
    Leading,
}

impl Sort {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Said, Self::Receipts, Self::Leading];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Receipts => "receipts",
            Self::Leading => "leading",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.word() == word)
    }

    /// As it is shown to people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Said => "What happened to what you said",
            Self::Receipts => "Receipts for what you send us",
            Self::Leading => "Reminders for the team",
        }
    }

    /// When these emails come, in a sentence.
    #[must_use]
    pub fn when(self) -> &'static str {
        match self {
            Self::Said => {
                "When your topic or comment is read or answered, when the forum says if what was \
                 promised was done, when a draft plan answers it, when the results of a \
                 consultation you answered are published or it is withdrawn, and when leaders say \
                 what they did."
            }
            Self::Receipts => {
                "When you send a topic, a question, a comment, or tell us that something is not \
                 your experience."
            }
            Self::Leading => {
                "Before yearly duties are due, and for leaders before and after the day on \
                 which they must say what happened about what parents asked for."
            }
        }
    }

    /// The kinds it is made of.
    pub fn kinds(self) -> impl Iterator<Item = EmailKind> {
        EmailKind::all().filter(move |kind| kind.sort() == Some(self))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_is_read_from_a_word_of_its_own() {
        let words: HashSet<_> = EmailKind::all().map(EmailKind::word).collect();
        assert_eq!(words.len(), EmailKind::ALL.len());
        for kind in EmailKind::all() {
            assert_eq!(EmailKind::read(kind.word()), Some(kind));
        }
    }

    #[test]
    fn a_link_that_somebody_waits_for_overtakes_what_goes_to_many() {
        assert_eq!(EmailKind::Link.turn(false), Turn::First);
        // Also of a subscription, which each email of lets its reader stop.
        assert_eq!(EmailKind::SubscriptionToConfirm.turn(true), Turn::First);
        assert_eq!(EmailKind::Asked.turn(false), Turn::Second);
        assert_eq!(EmailKind::Update.turn(false), Turn::Last);
        assert_eq!(EmailKind::Notice.turn(true), Turn::Last);
        for kind in EmailKind::all().filter(|kind| kind.goes_while_erasing()) {
            assert_eq!(kind.turn(false), Turn::First, "{kind:?}");
        }
        let numbers = Turn::ALL.map(Turn::number);
        assert!(numbers.is_sorted(), "{numbers:?}");
    }

    #[test]
    fn whatever_can_be_stopped_is_among_what_people_choose_from() {
        for sort in EmailKind::all().filter_map(EmailKind::sort) {
            assert!(Sort::ALL.contains(&sort), "{sort:?}");
        }
    }

    #[test]
    fn what_keeps_someone_safe_cannot_be_stopped() {
        for kind in [
            EmailKind::Link,
            EmailKind::PasswordChanged,
            EmailKind::AddressMayChange,
            EmailKind::AddressChanged,
            EmailKind::NewDevice,
            EmailKind::SecondStep,
            EmailKind::SignedOut,
            EmailKind::Suspended,
            EmailKind::AddressUndo,
            EmailKind::CopyAsked,
            EmailKind::Erasing,
            EmailKind::Erased,
            EmailKind::TopicPassedOn,
            EmailKind::CommentPassedOn,
            EmailKind::TakenDown,
            EmailKind::LeadChanged,
            EmailKind::RoleChanged,
            EmailKind::Council,
        ] {
            assert_eq!(kind.sort(), None, "{kind:?}");
        }
        for sort in Sort::ALL {
            assert_eq!(Sort::read(sort.word()), Some(sort));
            assert!(sort.kinds().next().is_some(), "{sort:?}");
        }
    }
}
