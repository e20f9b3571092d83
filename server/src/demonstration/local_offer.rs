//! The demonstration's comments on the Local Offer: one that has been answered and acted on, one
//! whose answer is overdue, and one that nobody has read yet.

use calendar::clock::{self, DAY, Millis};
use local_offer::rules::{CommentDecision, NewComment, NewResponse};
use local_offer::store;
use sqlx::AnyConnection;

use super::sefton::LEADER;

/// The comment, its service, how many days ago, and the answer: words, action, in how many days.
type Told = (&'static str, &'static str, i64, Option<(&'static str, &'static str, i64)>);

const TOLD: [Told; 2] = [
    (
        "The page on short breaks says you can book by phone. The number hasn't worked for weeks, \
         and there is no other way to book.",
        "Short breaks",
        70,
        Some((
            "You're right, and we're sorry. The phone line moved to another team, and nobody \
             updated the page.",
            "The page now has the new number. We will add an online form, so that you can book at \
             any time of day.",
            60,
        )),
    ),
    (
        "There is nothing in it for young people over 18. We only heard about supported \
         internships from a neighbour.",
        "Preparing for adulthood",
        95,
        None,
    ),
];

const WAITING: &str =
    "The pages cannot be read with a screen reader, because the tables are pictures.";

pub async fn fill(tx: &mut AnyConnection, now: Millis) -> Result<(), sqlx::Error> {
    let parent = super::account(tx, "parent@example.org").await?;
    let organiser = super::account(tx, "organiser@example.org").await?;
    let leader = super::account(tx, LEADER).await?;
    for (words, service, days, answer) in TOLD {
        let service_id = sqlx::query_scalar("SELECT id FROM services WHERE name = $1")
            .bind(service)
            .fetch_optional(&mut *tx)
            .await?;
        let at = now - days * DAY;
        let comment =
            NewComment { form_key: service.to_owned(), service_id, words: words.to_owned() };
        let id = store::send(tx, &comment, &parent, at).await?;
        store::decide(tx, &id, &CommentDecision::Publish, &organiser, at + DAY).await?;
        if let Some((response, action, by)) = answer {
            let new = NewResponse {
                form_key: service.to_owned(),
                response: response.to_owned(),
                action: action.to_owned(),
                action_by: clock::fields(now + by * DAY).0,
            };
            store::respond(tx, &id, &new, &leader, at + 20 * DAY).await?;
        }
    }
    let waiting =
        NewComment { form_key: "waiting".to_owned(), service_id: None, words: WAITING.to_owned() };
    store::send(tx, &waiting, &parent, now).await?;
    Ok(())
}
