//! Every kind of email there is, and which of them an account can stop. Pure.
//!
//! A new kind is a new variant: the compiler then asks for its word, and whether it can be stopped.

/// What sort of email it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EmailKind {
    /// Asks to confirm the address of a new account, or says that there is one already.
    SignUp,
    /// A link that signs in or sets a password, or that there is no account.
    Link,
    PasswordChanged,
    /// Asks a new address to confirm that it is right.
    ConfirmAddress,
    /// Tells the old address that a new one was asked for.
    AddressMayChange,
    AddressChanged,
    /// Somebody of the staff signed in where they never did before.
    NewDevice,
    /// A second step was set up, used without the phone, or taken away.
    SecondStep,
    /// An administrator signed somebody out everywhere.
    SignedOut,
    /// An account was suspended or restored.
    Suspended,
    /// Tells the old address that it was changed, with a link that undoes it.
    AddressUndo,
    /// A copy of everything about an account was asked for.
    CopyAsked,
    /// The link to a copy of what is kept about a subscription.
    CopyLink,
    /// The account will be erased, with the link that calls that back.
    Erasing,
    Erased,
    /// Invites someone into a role.
    Invitation,
    /// Somebody is a safeguarding lead or an administrator now, or no longer.
    LeadChanged,
    /// Somebody was given a role, or it was taken from them.
    RoleChanged,
    /// Somebody signs in with their council now, is to do so again, or is no leader any more since
    /// the council says so or has not confirmed them.
    Council,
    /// Asks whether the person behind an address wants to be told about changes.
    SubscriptionToConfirm,
    /// A change to a service, or several in a digest.
    Notice,
    /// A question about a change, for the team named in it.
    Question,
    /// A question has arrived.
    QuestionReceived,
    /// The answer to a question.
    Answer,
    /// A question gets no answer on the page.
    NotAnswered,
    /// A topic has arrived.
    TopicReceived,
    /// A topic was published.
    TopicPublished,
    /// A topic was joined with another.
    TopicMerged,
    /// A topic was not published.
    TopicDeclined,
    /// A topic is with the safeguarding lead.
    TopicPassedOn,
    /// A comment has arrived.
    CommentReceived,
    /// A comment was published, or not.
    CommentDecided,
    /// A comment is with the safeguarding lead.
    CommentPassedOn,
    /// A comment was answered.
    CommentAnswered,
    /// What somebody wrote was taken down after everyone could read it.
    TakenDown,
    /// "That's not my experience" has arrived.
    DoubtReceived,
    /// A draft answers a topic.
    DraftPublished,
    /// What happened about what was said. There are a great many of them, though nobody stops them
    /// with one click: every other email overtakes them.
    Update,
    /// Leaders must say what happened.
    OutcomeDue,
    /// Something waits for whoever helps to run this.
    Task,
    /// A personal link to a consultation.
    Asked,
    /// The same link once more, to a family that has not used it.
    AskedAgain,
    /// The code that brings someone back to answers they began.
    AnswersCode,
    /// A consultation that someone answered was withdrawn.
    ConsultationWithdrawn,
    /// The end of the audit log, for someone outside to keep.
    AuditHead,
    /// An administrator tries whether emails arrive.
    Test,
}

impl EmailKind {
    /// All of them.
    pub const ALL: [Self; 46] = [
        Self::SignUp,
        Self::Link,
        Self::PasswordChanged,
        Self::ConfirmAddress,
        Self::AddressMayChange,
        Self::AddressChanged,
        Self::NewDevice,
        Self::SecondStep,
        Self::SignedOut,
        Self::Suspended,
        Self::AddressUndo,
        Self::CopyAsked,
        Self::CopyLink,
        Self::Erasing,
        Self::Erased,
        Self::Invitation,
        Self::LeadChanged,
        Self::RoleChanged,
        Self::Council,
        Self::SubscriptionToConfirm,
        Self::Notice,
        Self::Question,
        Self::QuestionReceived,
        Self::Answer,
        Self::NotAnswered,
        Self::TopicReceived,
        Self::TopicPublished,
        Self::TopicMerged,
        Self::TopicDeclined,
        Self::TopicPassedOn,
        Self::CommentReceived,
        Self::CommentDecided,
        Self::CommentPassedOn,
        Self::CommentAnswered,
        Self::TakenDown,
        Self::DoubtReceived,
        Self::DraftPublished,
        Self::Update,
        Self::OutcomeDue,
        Self::Task,
        Self::Asked,
        Self::AskedAgain,
        Self::AnswersCode,
        Self::ConsultationWithdrawn,
        Self::AuditHead,
        Self::Test,
    ];

    /// The word it is stored by, and the operator reads.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::Link => "link",
            Self::PasswordChanged => "password changed",
            Self::ConfirmAddress => "confirm address",
            Self::AddressMayChange => "address may change",
            Self::AddressChanged => "address changed",
            Self::NewDevice => "new device",
            Self::SecondStep => "second step",
            Self::SignedOut => "signed out",
            Self::Suspended => "suspended",
            Self::AddressUndo => "address undo",
            Self::CopyAsked => "copy asked for",
            Self::CopyLink => "copy link",
            Self::Erasing => "erasing",
            Self::Erased => "erased",
            Self::Invitation => "invitation",
            Self::LeadChanged => "lead changed",
            Self::RoleChanged => "role changed",
            Self::Council => "council",
            Self::SubscriptionToConfirm => "subscription to confirm",
            Self::Notice => "notice",
            Self::Question => "question",
            Self::QuestionReceived => "question received",
            Self::Answer => "answer",
            Self::NotAnswered => "not answered",
            Self::TopicReceived => "topic received",
            Self::TopicPublished => "topic published",
            Self::TopicMerged => "topic merged",
            Self::TopicDeclined => "topic declined",
            Self::TopicPassedOn => "topic passed on",
            Self::CommentReceived => "comment received",
            Self::CommentDecided => "comment decided",
            Self::CommentPassedOn => "comment passed on",
            Self::CommentAnswered => "comment answered",
            Self::TakenDown => "taken down",
            Self::DoubtReceived => "doubt received",
            Self::DraftPublished => "draft published",
            Self::Update => "update",
            Self::OutcomeDue => "outcome due",
            Self::Task => "task",
            Self::Asked => "asked",
            Self::AskedAgain => "asked again",
            Self::AnswersCode => "code",
            Self::ConsultationWithdrawn => "consultation withdrawn",
            Self::AuditHead => "audit head",
            Self::Test => "test",
        }
    }

    /// Which emails of an account it is one of, where they can be stopped. `None`: it was asked for
    /// just now, keeps someone safe, goes to no account, is stopped as a subscription, or is chosen
    /// for each kind of task.
    #[must_use]
    pub fn sort(self) -> Option<Sort> {
        match self {
            Self::TopicReceived
            | Self::CommentReceived
            | Self::DoubtReceived
            | Self::QuestionReceived => Some(Sort::Receipts),
            Self::TopicPublished
            | Self::TopicMerged
            | Self::TopicDeclined
            | Self::CommentDecided
            | Self::CommentAnswered
            | Self::DraftPublished
            | Self::ConsultationWithdrawn
            | Self::Update => Some(Sort::Said),
            Self::OutcomeDue => Some(Sort::Leading),
            Self::SignUp
            | Self::Link
            | Self::PasswordChanged
            | Self::ConfirmAddress
            | Self::AddressMayChange
            | Self::AddressChanged
            | Self::NewDevice
            | Self::SecondStep
            | Self::SignedOut
            | Self::Suspended
            | Self::AddressUndo
            | Self::CopyAsked
            | Self::CopyLink
            | Self::Erasing
            | Self::Erased
            | Self::Invitation
            | Self::LeadChanged
            | Self::RoleChanged
            | Self::Council
            | Self::SubscriptionToConfirm
            | Self::Notice
            | Self::Question
            | Self::Answer
            | Self::NotAnswered
            | Self::TopicPassedOn
            | Self::CommentPassedOn
            | Self::TakenDown
            | Self::Task
            | Self::Asked
            | Self::AskedAgain
            | Self::AnswersCode
            | Self::AuditHead
            | Self::Test => None,
        }
    }

    /// Whether it is about the work of the team: it does not go to somebody who is suspended, and
    /// so can't do it.
    #[must_use]
    pub fn is_about_work(self) -> bool {
        self.sort() == Some(Sort::Leading)
    }

    /// Whether it goes to an account that is about to be erased: what says so, what lets them in to
    /// call it back, what they need for their own pages, and what tells them that somebody else may
    /// be in their account. Whoever is could have asked to erase it, so they do not hear of the
    /// rest.
    #[must_use]
    pub fn goes_while_erasing(self) -> bool {
        matches!(
            self,
            Self::Link
                | Self::Erasing
                | Self::ConfirmAddress
                | Self::AddressMayChange
                | Self::AddressChanged
                | Self::AddressUndo
                | Self::PasswordChanged
                | Self::CopyAsked
                | Self::NewDevice
                | Self::SecondStep
                | Self::SignedOut
                | Self::Suspended
                | Self::Council
        )
    }
}

/// Emails of an account that are stopped, and started again, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// What happened to what someone said.
    Said,
    /// That what someone sent has arrived.
    Receipts,
    /// What leaders must say, and by when.
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
            Self::Leading => "Reminders for leaders",
        }
    }

    /// When these emails come, in a sentence.
    #[must_use]
    pub fn when(self) -> &'static str {
        match self {
            Self::Said => {
                "When your topic or comment is read or answered, when a draft plan answers it, \
                 when a consultation you answered is withdrawn, and when leaders say what they did."
            }
            Self::Receipts => {
                "When you send a topic, a question, a comment, or tell us that something is not \
                 your experience."
            }
            Self::Leading => {
                "Before and after the day on which you must say what happened about what parents \
                 asked for."
            }
        }
    }

    /// The kinds it is made of.
    pub fn kinds(self) -> impl Iterator<Item = EmailKind> {
        EmailKind::ALL.into_iter().filter(move |kind| kind.sort() == Some(self))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        let words: HashSet<_> = EmailKind::ALL.map(EmailKind::word).into_iter().collect();
        assert_eq!(words.len(), EmailKind::ALL.len());
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
