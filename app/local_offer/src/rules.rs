//! What a comment, a response and the forum's word on it may be. Pure.

use calendar::clock::{self, DAY, Millis, Moment};
use forms::{Refusals, Sent, redaction};
use ground::ids::{CommentResponse, Id, Service};

/// The longest comment or response, in characters.
const LONGEST: usize = 4_000;
/// The longest words on what will be done.
const LONGEST_ACTION: usize = 2_000;

/// How long the link in the email to an address without an account works.
pub const CONFIRM_WITHIN: Millis = 7 * DAY;
/// How long such an address is there at most. It goes as soon as the answer is owed.
pub const ADDRESS_KEPT: Millis = 365 * DAY;
/// How long what was sent is kept beside what was published of it, for whoever finds that too much
/// was taken out.
pub const AS_SENT_KEPT: Millis = 28 * DAY;
/// How long the forum can read what it declined of somebody without an account, who has nothing by
/// which they could ask for it later.
pub const DECLINED_KEPT: Millis = 28 * DAY;

/// That a comment is about what one person gets.
pub const ONE_CHILD: &str = "one child";

/// Why a comment is not published: as it is stored, and as its author reads it. The regulation
/// knows no other reasons, and nor does the schema.
pub const REASONS: [(&str, &str); 2] = [
    ("vexatious", "It is abusive, or was sent again and again (vexatious)"),
    (ONE_CHILD, "It is about one child's or young person's own support"),
];

/// Likewise, of comments from before we followed the regulation.
const FORMER_REASONS: [(&str, &str); 3] = [
    ("names", "It names someone"),
    ("abusive", "It is abusive"),
    ("other", "It is not about the Local Offer"),
];

/// A reason in words.
#[must_use]
pub fn reason(word: &str) -> &'static str {
    let all = REASONS.into_iter().chain(FORMER_REASONS);
    all.into_iter().find(|(known, _)| *known == word).map_or("", |(_, words)| words)
}

/// What a comment is about, as the regulation sorts comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Its content, its quality and its gaps.
    Content,
    /// Its accessibility.
    Ease,
    /// How it was developed and is reviewed.
    Making,
}

impl Subject {
    pub const ALL: [Self; 3] = [Self::Content, Self::Ease, Self::Making];

    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Ease => "ease",
            Self::Making => "making",
        }
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.word() == word)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Content => "What is in it, how good it is, and what is missing",
            Self::Ease => "How easy it is to use",
            Self::Making => "How it was written, and how it is updated",
        }
    }
}

/// Whose view a comment is, whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    Child,
    YoungPerson,
    Parent,
}

impl Voice {
    pub const ALL: [Self; 3] = [Self::Child, Self::YoungPerson, Self::Parent];

    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::YoungPerson => "young person",
            Self::Parent => "parent",
        }
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|voice| voice.word() == word)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Child => "A child",
            Self::YoungPerson => "A young person",
            Self::Parent => "A parent or carer",
        }
    }
}

/// What has happened to a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentState {
    /// Nobody has decided about it yet.
    Waiting,
    /// Everyone can read it.
    Published,
    Declined,
    /// It is with the safeguarding lead; shown to nobody else.
    PassedOn,
    Withdrawn,
    /// By the forum, after everyone could read it. Its words are gone.
    TakenDown,
}

/// The dated facts that say what has happened to a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommentFacts {
    pub published_at: Option<Moment>,
    pub declined_at: Option<Moment>,
    pub passed_on_at: Option<Moment>,
    /// By its author, or by the forum as it was taken down.
    pub withdrawn_at: Option<Moment>,
    pub taken_down_at: Option<Moment>,
}

impl CommentFacts {
    /// What has happened to the comment. What was passed on stays so, whatever came after.
    #[must_use]
    pub fn state(&self) -> CommentState {
        match self {
            Self { passed_on_at: Some(_), .. } => CommentState::PassedOn,
            Self { taken_down_at: Some(_), .. } => CommentState::TakenDown,
            Self { withdrawn_at: Some(_), .. } => CommentState::Withdrawn,
            Self { declined_at: Some(_), .. } => CommentState::Declined,
            Self { published_at: Some(_), .. } => CommentState::Published,
            _ => CommentState::Waiting,
        }
    }

    /// Whether everyone may read it. The statements of every room ask the view `public_comments`,
    /// which is the same.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.state() == CommentState::Published
    }

    /// Whether it can be read at any address of comments: what is not public by its author, and
    /// what was passed on by neither. That has pages of its own, for the safeguarding lead. In
    /// place of one that was taken down everyone reads that it was.
    #[must_use]
    pub fn may_read(&self, is_author: bool) -> bool {
        match self.state() {
            CommentState::Published | CommentState::TakenDown => true,
            CommentState::PassedOn => false,
            CommentState::Waiting | CommentState::Declined | CommentState::Withdrawn => is_author,
        }
    }
}

/// A comment as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewComment {
    /// The same key twice is one comment.
    pub form_key: String,
    pub subject: Subject,
    pub voice: Voice,
    /// The service it is about; `None`: the list as a whole.
    pub service_id: Option<Id<Service>>,
    pub words: String,
}

/// Reads a comment. `services`: the ids that can be chosen.
///
/// # Errors
/// What to put right.
pub fn comment(sent: &Sent, services: &[&str]) -> Result<NewComment, Refusals> {
    let mut refusals = Refusals::default();
    let subject = Subject::read(sent.typed("subject"));
    let subject =
        refusals.take("subject", subject.ok_or_else(|| "Choose what it is about".to_owned()));
    let voice = Voice::read(sent.typed("voice"));
    let voice = refusals.take("voice", voice.ok_or_else(|| "Choose whose view it is".to_owned()));
    let service_id = match sent.typed("service") {
        "" => Some(None),
        chosen if services.contains(&chosen) => Some(Some(chosen.into())),
        _ => {
            refusals.add("service", "Choose a service, or the whole Local Offer");
            None
        }
    };
    let words = forms::within(forms::prose(sent.typed("words")), LONGEST, "Write your comment");
    let words = refusals.take("words", words);
    match (subject, voice, service_id, words) {
        (Some(subject), Some(voice), Some(service_id), Some(words)) => {
            Ok(NewComment { form_key: sent.once(), subject, voice, service_id, words })
        }
        _ => Err(refusals),
    }
}

/// Reads a comment that comes without an account, and where the answer is to go; `None`: nowhere.
///
/// # Errors
/// What to put right.
pub fn comment_without_account(
    sent: &Sent,
    services: &[&str],
) -> Result<(NewComment, Option<String>), Refusals> {
    let mut refusals = Refusals::default();
    let new = refusals.take_all(comment(sent, services));
    let email = match sent.typed("email").trim() {
        "" => Some(None),
        typed => refusals.take("email", forms::address(typed)).map(Some),
    };
    match (new, email) {
        (Some(new), Some(email)) => Ok((new, email)),
        _ => Err(refusals),
    }
}

/// What an organiser does with a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentDecision {
    /// Everyone can read it.
    Publish,
    /// Everyone can read this: the comment without what names somebody.
    Redact(String),
    /// It is not published, for this reason among [`REASONS`].
    Decline(&'static str),
    /// Only the safeguarding lead can read it.
    PassOn,
}

/// Reads a decision about a comment with these words.
///
/// # Errors
/// What to put right.
pub fn decision(sent: &Sent, words: &str) -> Result<CommentDecision, Refusals> {
    let reason =
        REASONS.into_iter().find(|(word, _)| *word == sent.typed("reason")).map(|(word, _)| word);
    match (sent.typed("decision"), reason) {
        ("publish", _) => Ok(CommentDecision::Publish),
        ("redact", _) => redacted(sent.typed("instead"), words)
            .map(CommentDecision::Redact)
            .map_err(|what_to_do| Refusals::one("instead", what_to_do)),
        ("pass on", _) => Ok(CommentDecision::PassOn),
        ("decline", Some(reason)) => Ok(CommentDecision::Decline(reason)),
        ("decline", None) => Err(Refusals::one("reason", "Choose the reason")),
        _ => Err(Refusals::one("decision", "Choose what should happen to this comment")),
    }
}

/// Reads what everyone is to read in place of these words: the same without what names somebody.
fn redacted(typed: &str, words: &str) -> Result<String, String> {
    let instead = redaction::instead(typed, LONGEST)?;
    if instead == words {
        Err("Take out the words that name someone, or publish it as it is".to_owned())
    } else if redaction::only_takes_out(words, &instead) {
        Ok(instead)
    } else {
        Err("Only take words out, and write what they were in square brackets, for example: [a \
             name]. Leave everything else as it was sent"
            .to_owned())
    }
}

/// What an answer says will be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WillDo {
    /// This, by a day, as `2026-12-04`.
    Action { what: String, by: String },
    /// Nothing more, for this reason.
    Nothing { why: String },
}

/// A response as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewResponse {
    /// The same key twice is one response.
    pub form_key: String,
    pub response: String,
    pub will_do: WillDo,
}

/// Reads a response.
///
/// # Errors
/// What to put right.
pub fn response(sent: &Sent, now: Moment) -> Result<NewResponse, Refusals> {
    let mut refusals = Refusals::default();
    let response = refusals.take(
        "response",
        forms::within(forms::prose(sent.typed("response")), LONGEST, "Write your answer"),
    );
    match (response, refusals.take_all(will_do(sent, now))) {
        (Some(response), Some(will_do)) => {
            Ok(NewResponse { form_key: sent.once(), response, will_do })
        }
        _ => Err(refusals),
    }
}

/// Reads what will be done and by when, or why nothing is: by which of the two was chosen.
fn will_do(sent: &Sent, now: Moment) -> Result<WillDo, Refusals> {
    let words = |name, what_to_do| {
        forms::within(forms::prose(sent.typed(name)), LONGEST_ACTION, what_to_do)
    };
    let mut refusals = Refusals::default();
    match sent.typed("will_do") {
        "action" => {
            let what = refusals.take("action", words("action", "Say what will be done"));
            let by = refusals.take("action_by", day_to_come(&sent.line("action_by"), now));
            what.zip(by).map(|(what, by)| WillDo::Action { what, by }).ok_or(refusals)
        }
        "nothing" => words("why_nothing", "Say why nothing more will be done")
            .map(|why| WillDo::Nothing { why })
            .map_err(|what_to_do| Refusals::one("why_nothing", what_to_do)),
        _ => Err(Refusals::one("will_do", "Choose whether something will be done")),
    }
}

/// A day by which something can still be done, as it was typed.
fn day_to_come(typed: &str, now: Moment) -> Result<String, String> {
    match clock::end_of(typed) {
        _ if typed.is_empty() => Err("Say by which day it will be done".to_owned()),
        None => Err("Enter a date, like 2026-12-04".to_owned()),
        Some(end) if end < now => Err("Choose today or a later day".to_owned()),
        Some(end) => Ok(clock::date(end).to_string()),
    }
}

/// Whether the day by which something was promised is still going on, or to come: until it is over
/// nobody can say that it was not done. `by`: as `2026-12-04`; empty for none.
#[must_use]
pub fn is_before_its_day_is_over(by: &str, now: Moment) -> bool {
    clock::end_of(by).is_some_and(|end| now <= end)
}

/// What the forum says about something that was promised, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVerdict {
    /// The same key twice is one.
    pub form_key: String,
    /// The response that promised it.
    pub response_id: Id<CommentResponse>,
    pub is_done: bool,
    /// What was found; may be empty where it was done.
    pub words: String,
}

/// Reads whether what was promised was done. `promised`: the response that promises it, and by
/// which day, as `2026-12-04`; empty for none.
///
/// # Errors
/// What to put right.
pub fn verdict(
    sent: &Sent,
    promised: (&Id<CommentResponse>, &str),
    now: Moment,
) -> Result<NewVerdict, Refusals> {
    let (response_id, by) = promised;
    let mut refusals = Refusals::default();
    if sent.typed("response") != response_id.as_str() {
        refusals.add("verdict", "Read it again, below. Something else has been promised since");
    }
    let is_early = is_before_its_day_is_over(by, now);
    let is_done = match sent.typed("verdict") {
        "done" => Ok(true),
        "not done" if is_early => Err(format!(
            "Wait until {} is over. It was promised by then",
            clock::day_of(by).unwrap_or_default()
        )),
        "not done" => Ok(false),
        _ => Err("Choose whether it was done".to_owned()),
    };
    let is_done = refusals.take("verdict", is_done);
    let words = forms::prose(sent.typed("words"));
    let words = if is_done == Some(true) {
        forms::optional(words, LONGEST_ACTION)
    } else {
        forms::within(words, LONGEST_ACTION, "Say what parents have found")
    };
    let words = refusals.take("words", words);
    match (is_done, words) {
        (Some(is_done), Some(words)) if refusals.is_empty() => {
            let response_id = response_id.clone();
            Ok(NewVerdict { form_key: sent.once(), response_id, is_done, words })
        }
        _ => Err(refusals),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_public_is_for_its_author_and_what_was_passed_on_not_even_for_them() {
        let published =
            CommentFacts { published_at: Some(Moment::from_millis(1)), ..CommentFacts::default() };
        assert!(published.is_public() && published.may_read(false));
        for facts in [
            CommentFacts::default(),
            CommentFacts { declined_at: Some(Moment::from_millis(1)), ..CommentFacts::default() },
            CommentFacts { withdrawn_at: Some(Moment::from_millis(2)), ..published },
        ] {
            assert!(!facts.is_public() && !facts.may_read(false) && facts.may_read(true));
        }
        let passed_on =
            CommentFacts { passed_on_at: Some(Moment::from_millis(1)), ..CommentFacts::default() };
        for facts in
            [passed_on, CommentFacts { withdrawn_at: Some(Moment::from_millis(2)), ..passed_on }]
        {
            assert!(!facts.is_public() && !facts.may_read(false) && !facts.may_read(true));
        }
    }

    #[test]
    fn a_comment_needs_a_subject_a_voice_words_and_a_service_that_there_is() {
        let of = |service, words| {
            let about = [("subject", "ease"), ("voice", "child")];
            let sent = [&about[..], &[("service", service), ("words", words)]].concat();
            comment(&Sent::of(&sent), &["a"])
        };
        let without = comment(&Sent::of(&[("words", "Nobody answers")]), &[]);
        let fields =
            |refusals: Refusals| refusals.iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(without.map_err(fields), Err(vec!["subject", "voice"]));
        let whose = of("a", "Nobody answers").map(|comment| (comment.subject, comment.voice));
        assert_eq!(whose, Ok((Subject::Ease, Voice::Child)));
        assert_eq!(
            of("a", "Nobody answers").map(|comment| comment.service_id),
            Ok(Some("a".into()))
        );
        assert_eq!(of("", "Nobody answers").map(|comment| comment.service_id), Ok(None));
        assert!(
            of("b", "Nobody answers").is_err_and(|refusals| refusals.about("service").is_some())
        );
        assert!(of("", " ").is_err_and(|refusals| refusals.about("words").is_some()));
    }

    #[test]
    fn a_response_says_what_is_done_by_a_day_to_come_or_why_nothing_is() {
        let now = clock::read("2026-12-04", "12:00").expect("a time");
        let of = |fields: &[(&str, &str)]| {
            let sent = [&[("response", "Thank you")][..], fields].concat();
            response(&Sent::of(&sent), now)
                .map(|new| new.will_do)
                .map_err(|refusals| refusals.iter().map(|(field, _)| field).collect::<Vec<_>>())
        };
        let action = |what, by| of(&[("will_do", "action"), ("action", what), ("action_by", by)]);
        let kept = WillDo::Action { what: "A page".to_owned(), by: "2026-12-04".to_owned() };
        assert_eq!(action("A page", "2026-12-04"), Ok(kept));
        for by in ["", "2026-12-03", "soon"] {
            assert_eq!(action("A page", by), Err(vec!["action_by"]), "{by}");
        }
        assert_eq!(action("", ""), Err(vec!["action", "action_by"]));
        let nothing = |why| of(&[("will_do", "nothing"), ("why_nothing", why)]);
        assert_eq!(nothing("It is"), Ok(WillDo::Nothing { why: "It is".to_owned() }));
        assert_eq!(nothing(" "), Err(vec!["why_nothing"]));
        assert_eq!(of(&[("action", "A page")]), Err(vec!["will_do"]));
    }

    #[test]
    fn without_an_account_an_address_may_be_given_and_is_one() {
        let of = |email| {
            let sent = [("subject", "ease"), ("voice", "parent"), ("words", "a"), ("email", email)];
            comment_without_account(&Sent::of(&sent), &[]).map(|(_, email)| email)
        };
        assert_eq!(of(" "), Ok(None));
        assert_eq!(of("me@example.org"), Ok(Some("me@example.org".to_owned())));
        assert!(of("me@").is_err_and(|refusals| refusals.about("email").is_some()));
    }

    #[test]
    fn a_comment_that_names_somebody_is_published_without_that_and_otherwise_as_it_is() {
        let of = |instead| {
            let sent = Sent::of(&[("decision", "redact"), ("instead", instead)]);
            decision(&sent, "Mrs Invented never rings back.")
        };
        assert_eq!(
            of("[A name] never rings back."),
            Ok(CommentDecision::Redact("[A name] never rings back.".to_owned()))
        );
        for instead in ["", "Mrs Invented never rings back.", "[A name] always rings back."] {
            let refused = of(instead).expect_err("refusals");
            assert!(refused.about("instead").is_some(), "{instead}");
        }
        for word in ["names", "abusive", "other"] {
            let sent = Sent::of(&[("decision", "decline"), ("reason", word)]);
            assert!(decision(&sent, "a").is_err(), "{word} is a reason no more");
            assert!(!reason(word).is_empty(), "and can be read of earlier comments");
        }
    }

    #[test]
    fn that_something_was_not_done_is_said_once_its_day_is_over_and_with_what_was_found() {
        let now = clock::read("2026-12-04", "12:00").expect("a time");
        let promise = Id::<CommentResponse>::from("r");
        let of = |verdict, words, by| {
            let sent = [("response", "r"), ("verdict", verdict), ("words", words)];
            super::verdict(&Sent::of(&sent), (&promise, by), now)
                .map(|new| new.is_done)
                .map_err(|refusals| refusals.iter().map(|(field, _)| field).collect::<Vec<_>>())
        };
        assert_eq!(of("done", "", "2026-12-31"), Ok(true));
        assert_eq!(of("not done", "It rings.", "2026-12-03"), Ok(false));
        assert_eq!(of("not done", "It rings.", ""), Ok(false));
        assert_eq!(of("not done", "It rings.", "2026-12-04"), Err(vec!["verdict"]));
        assert_eq!(of("not done", "", ""), Err(vec!["words"]));
        assert_eq!(of("", "", ""), Err(vec!["verdict", "words"]));
        let other = Id::<CommentResponse>::from("another");
        let sent = Sent::of(&[("response", "r"), ("verdict", "done")]);
        assert!(super::verdict(&sent, (&other, ""), now).is_err());
    }
}
