//! The demonstration's comments on the Local Offer: one with a promise whose day is to come, one
//! that named somebody and was published without that, one whose promise was not kept, one of whose
//! promise the forum must say whether it was, one whose answer is overdue, and one that nobody has
//! read yet.

use calendar::clock::{self, DAY, Moment};
use ground::erasing::NOBODY;
use ground::ids::{Account, CommentResponse, Id};
use local_offer::rules::{
    CommentDecision, NewComment, NewResponse, NewVerdict, Subject, Voice, WillDo,
};
use local_offer::store;
use sqlx::AnyConnection;

use super::sefton::LEADER;

/// A comment that everyone can read.
struct Told {
    subject: Subject,
    voice: Voice,
    words: &'static str,
    /// What is published in place of that, where it names somebody.
    instead: Option<&'static str>,
    /// `None` for the list as a whole.
    service: Option<&'static str>,
    /// Whether it was sent without an account.
    is_strangers: bool,
    /// How many days ago it was sent. It was published a day later.
    days: i64,
    answer: Option<Answered>,
}

struct Answered {
    /// How many days ago.
    days: i64,
    words: &'static str,
    action: &'static str,
    /// In how many days it is to be done; less than 0 for days ago.
    by: i64,
    /// What the forum says: how many days ago, whether it was done, and what it found.
    verdict: Option<(i64, bool, &'static str)>,
}

const TOLD: [Told; 5] = [
    Told {
        subject: Subject::Content,
        voice: Voice::Parent,
        words: "The page on short breaks says you can book by phone. The number hasn't worked for \
                weeks, and there is no other way to book.",
        instead: None,
        service: Some("Short breaks"),
        is_strangers: false,
        days: 70,
        answer: Some(Answered {
            days: 50,
            words: "You're right, and we're sorry. The phone line moved to another team, and \
                    nobody updated the page.",
            action: "The page now has the new number. We will add an online form, so that you can \
                     book at any time of day.",
            by: 60,
            verdict: None,
        }),
    },
    Told {
        subject: Subject::Content,
        voice: Voice::YoungPerson,
        words: "There is nothing in it for young people over 18. We only heard about supported \
                internships from a neighbour.",
        instead: None,
        service: Some("Preparing for adulthood"),
        is_strangers: false,
        days: 95,
        answer: None,
    },
    Told {
        subject: Subject::Making,
        voice: Voice::Parent,
        words: "The page on autism still says to ask for Mrs Makebelieve. She left a year ago, and \
                nobody at the number knows who does it now.",
        instead: Some(
            "The page on autism still says to ask for [a name]. She left a year ago, and nobody at \
             the number knows who does it now.",
        ),
        service: None,
        is_strangers: true,
        days: 12,
        answer: Some(Answered {
            days: 8,
            words: "Thank you for telling us. Each page should say which team to ask.",
            action: "We will go through every page, and name a team instead of a person.",
            by: -3,
            verdict: Some((1, true, "We looked at every page. All of them name a team now.")),
        }),
    },
    Told {
        subject: Subject::Ease,
        voice: Voice::Parent,
        words: "The search finds nothing on a phone. You have to know the name of what you need.",
        instead: None,
        service: None,
        is_strangers: false,
        days: 80,
        answer: Some(Answered {
            days: 60,
            words: "The search was made for a large screen. We know that it doesn't work on small \
                    ones.",
            action: "The search will work on phones, and with everyday words.",
            by: -20,
            verdict: Some((
                10,
                false,
                "Five parents tried it on their phones. “Help with sleep” still finds nothing.",
            )),
        }),
    },
    Told {
        subject: Subject::Content,
        voice: Voice::Parent,
        words: "The list of holiday clubs is two summers old. Half of them have closed, and new \
                ones are missing.",
        instead: None,
        service: Some("Short breaks"),
        is_strangers: false,
        days: 40,
        answer: Some(Answered {
            days: 25,
            words: "You're right. Nobody had looked at that list since it was first put up.",
            action: "We will ask every club, take out those that have closed, and add new ones.",
            by: -2,
            verdict: None,
        }),
    },
];

const WAITING: &str =
    "The pages cannot be read with a screen reader, because the tables are pictures.";

pub async fn fill(tx: &mut AnyConnection, now: Moment) -> Result<(), sqlx::Error> {
    let parent = super::account(tx, "parent@example.org").await?;
    for (nth, told) in TOLD.iter().enumerate() {
        tell(tx, (told, &format!("told {nth}")), &parent, now).await?;
    }
    let waiting = NewComment {
        form_key: "waiting".to_owned(),
        subject: Subject::Ease,
        voice: Voice::Parent,
        service_id: None,
        words: WAITING.to_owned(),
    };
    store::send(tx, &waiting, &parent, now).await?;
    Ok(())
}

/// A comment from its author to what the forum says about the promise. `key`: of its forms.
async fn tell(
    tx: &mut AnyConnection,
    (told, key): (&Told, &str),
    parent: &Id<Account>,
    now: Moment,
) -> Result<(), sqlx::Error> {
    let organiser = super::account(tx, "organiser@example.org").await?;
    let service_id = sqlx::query_scalar("SELECT id FROM services WHERE name = $1")
        .bind(told.service)
        .fetch_optional(&mut *tx)
        .await?;
    let (at, form_key) = (now - told.days * DAY, key.to_owned());
    let (subject, voice, words) = (told.subject, told.voice, told.words.to_owned());
    let comment = NewComment { form_key, subject, voice, service_id, words };
    let nobody = Id::from(NOBODY);
    let author = if told.is_strangers { &nobody } else { parent };
    let id = store::send(tx, &comment, author, at).await?;
    let decision = match told.instead {
        None => CommentDecision::Publish,
        Some(instead) => CommentDecision::Redact(instead.to_owned()),
    };
    store::decide(tx, &id, &decision, &organiser, at + DAY).await?;
    let Some(answer) = &told.answer else { return Ok(()) };
    let leader = super::account(tx, LEADER).await?;
    let new = NewResponse {
        form_key: key.to_owned(),
        response: answer.words.to_owned(),
        will_do: WillDo::Action {
            what: answer.action.to_owned(),
            by: clock::fields(now + answer.by * DAY).0,
        },
    };
    store::respond(tx, &id, &new, &leader, now - answer.days * DAY).await?;
    let Some((days, is_done, found)) = answer.verdict else { return Ok(()) };
    let response_id: Id<CommentResponse> =
        sqlx::query_scalar("SELECT id FROM comment_responses WHERE form_key = $1")
            .bind(key)
            .fetch_one(&mut *tx)
            .await?;
    let (form_key, words) = (key.to_owned(), found.to_owned());
    let new = NewVerdict { form_key, response_id, is_done, words };
    store::judge(tx, &new, &organiser, now - days * DAY).await?;
    Ok(())
}
