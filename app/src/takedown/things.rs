//! What can be taken down: what everyone reads of it, whose it is, and how its room takes it down.

use calendar::clock::Moment;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::takedown::Kind;
use local_offer::store::Comment;
use notices::questions::taking_down::{self, ToTakeDown, ToTell};
use sqlx::AnyConnection;

/// Something that everyone can read.
pub struct Thing {
    pub kind: Kind,
    pub id: String,
    /// What everyone reads of it: (label, words).
    pub words: Vec<(&'static str, String)>,
    /// The page it is on.
    pub back: String,
    /// What an organiser should know before they take it down.
    pub note: Option<&'static str>,
    /// Whoever wrote it, where their address is known before it is taken down.
    pub author: Option<ToTell>,
}

impl Thing {
    /// All its words with their labels, as one text.
    pub fn all_words(&self) -> String {
        let each = self.words.iter().map(|(label, words)| format!("{label}: {words}"));
        each.collect::<Vec<_>>().join("\n\n")
    }
}

/// Something of a kind by its id, while everyone can read it.
pub async fn find(house: &House, kind: Kind, id: &str) -> Result<Option<Thing>, Error> {
    match kind {
        Kind::Topic => topic(house, id).await,
        Kind::Comment => comment(house, id).await,
        Kind::Question => {
            let id = Id::<ids::NoticeQuestion>::parse(id).ok_or(Error::NotFound)?;
            let question = taking_down::question(&house.db, &id).await?;
            Ok(question.map(|question| asked(kind, id.into(), question)))
        }
        Kind::Answer => {
            let id = Id::<ids::NoticeAnswer>::parse(id).ok_or(Error::NotFound)?;
            let answer = taking_down::answer(&house.db, &id).await?;
            Ok(answer.map(|answer| asked(kind, id.into(), answer)))
        }
        // Two organisers decide about these, on a page of their own.
        Kind::Results => Ok(None),
    }
}

async fn topic(house: &House, id: &str) -> Result<Option<Thing>, Error> {
    let id = Id::<ids::Topic>::parse(id).ok_or(Error::NotFound)?;
    let topic = topics::store::find(&house.db, &id, None).await?;
    Ok(topic.filter(|topic| topic.facts.is_public()).map(|topic| Thing {
        kind: Kind::Topic,
        back: format!("/topics/{id}"),
        id: id.into(),
        words: vec![
            ("Title", topic.title),
            ("How things are now", topic.happens_now),
            ("What would help", topic.would_help),
        ],
        note: Some(
            "If voting on it is open, its votes will not be counted. If voting has closed, what \
             was counted stays as it is.",
        ),
        author: topic.author_email.map(|email| (Some(topic.author_id), email)),
    }))
}

async fn comment(house: &House, id: &str) -> Result<Option<Thing>, Error> {
    let id = Id::<ids::Comment>::parse(id).ok_or(Error::NotFound)?;
    let comment = local_offer::store::find(&house.db, &id).await?;
    Ok(comment.filter(Comment::is_public).map(|comment| Thing {
        kind: Kind::Comment,
        back: format!("/local-offer/comments/{id}"),
        id: id.into(),
        note: (!comment.responses.is_empty())
            .then_some("Its answers will not be shown any more either."),
        words: vec![("Comment", comment.words.clone())],
        author: comment.author_email.clone().map(|email| (comment.account().cloned(), email)),
    }))
}

/// A question about a change, with or without its answer.
fn asked(kind: Kind, id: String, asked: ToTakeDown) -> Thing {
    let mut words = vec![("Question", asked.question)];
    if !asked.answer.is_empty() {
        words.push(("Answer", asked.answer));
    }
    Thing {
        kind,
        id,
        words,
        back: format!("/notices/{}", asked.notice_id),
        note: None,
        author: asked.email.map(|email| (asked.answered_by, email)),
    }
}

/// Takes it down where it is. Gives who else to tell; `None` when not everyone can read it any
/// more.
pub async fn take_down(
    tx: &mut AnyConnection,
    thing: &Thing,
    at: Moment,
) -> sqlx::Result<Option<Vec<ToTell>>> {
    let id = thing.id.as_str();
    let nobody_else = |is_done: bool| is_done.then(Vec::new);
    match thing.kind {
        Kind::Topic => Ok(nobody_else(topics::store::take_down(tx, &id.into(), at).await?)),
        Kind::Comment => Ok(nobody_else(local_offer::store::take_down(tx, &id.into(), at).await?)),
        Kind::Question => taking_down::take_down_question(tx, &id.into(), at).await,
        Kind::Answer => taking_down::take_down_answer(tx, &id.into(), at).await,
        Kind::Results => Ok(None),
    }
}
