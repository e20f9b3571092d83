//! Who contributed, and the letters that are owed to them.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use crate::clock::Millis;
use crate::db::{Db, Kept};
use crate::deliveries::{self, Owed, owe};
use crate::{id, notices, subscriptions};

/// The versions whose contributors are not all owed a letter yet, some at a time: (update, version).
pub async fn untold(db: &Db) -> Kept<Vec<(String, i64)>> {
    let rows = sqlx::query(
        "SELECT update_id, version FROM update_versions WHERE is_told = 1 AND told_at IS NULL ORDER BY published_at, update_id, version LIMIT 10",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Who contributed to what the update `$1` is about, one row a person: (account or, without one, subscriber; address;
/// subscriber). Those who proposed or supported its topics, those of its rounds and of its plans; who answered its consultations
/// and asked to hear; and who was told of its changes and has not stopped that by her own choice.
fn contributors() -> String {
    let stopped = notices::ledger::stopped("b.id", "l.notice_id", "l.notice_id");
    format!(
        "WITH RECURSIVE about AS (SELECT * FROM update_subjects WHERE update_id = $1),
              named AS (SELECT a.topic_id AS id FROM about a WHERE a.topic_id IS NOT NULL
                        UNION SELECT t.id FROM about a JOIN topics t ON t.round_id = a.round_id AND t.published_at IS NOT NULL AND t.withdrawn_at IS NULL
                        UNION SELECT x.topic_id FROM about a JOIN plan_topics x ON x.plan_id = a.plan_id
                              JOIN topics t ON t.id = x.topic_id AND t.withdrawn_at IS NULL),
              topic AS (SELECT id FROM named UNION SELECT m.id FROM topic JOIN topics m ON m.merged_into = topic.id AND m.withdrawn_at IS NULL),
              account AS (SELECT t.author_id AS id FROM topic JOIN topics t ON t.id = topic.id
                          UNION SELECT s.account_id FROM topic JOIN supports s ON s.topic_id = topic.id
                          UNION SELECT k.account_id FROM about a JOIN took_part k ON k.consultation_id = a.consultation_id AND k.wants_outcome = 1)
         SELECT c.id AS person, c.email, CAST(NULL AS TEXT) AS subscriber_id FROM account JOIN accounts c ON c.id = account.id AND c.email IS NOT NULL
         UNION
         SELECT coalesce(c.id, b.id), b.email, CASE WHEN c.id IS NULL THEN b.id END
         FROM about a
         JOIN ledger l ON l.notice_id = a.notice_id AND l.called_off_at IS NULL
         JOIN subscribers t ON t.id = l.subscriber_id
         JOIN subscribers b ON b.id = coalesce(t.joined_id, t.id) AND b.email IS NOT NULL
         LEFT JOIN accounts c ON c.email = b.email
         WHERE (l.read_at IS NOT NULL OR l.reached_at IS NOT NULL OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id = l.delivery_id AND d.sent_at IS NOT NULL))
           AND NOT {stopped}"
    )
}

/// Owes the letter about a version to the next `most` people who contributed and were not owed it yet; none left, the version is
/// marked as told. `choose`: the words for a subscriber, with the link to her own page. Gives how many letters are owed now.
pub async fn tell_next(
    tx: &mut AnyConnection,
    (update_id, version): (&str, i64),
    words: &deliveries::Words,
    choose: impl Fn(&str) -> deliveries::Words,
    most: i64,
    now: Millis,
) -> Kept<usize> {
    let sql = format!(
        "SELECT person, email, subscriber_id FROM ({}) people
         WHERE NOT EXISTS (SELECT 1 FROM update_letters l WHERE l.update_id = $1 AND l.version = $2 AND l.person = people.person)
         ORDER BY person LIMIT $3",
        contributors()
    );
    let people = sqlx::query(AssertSqlSafe(sql)).bind(update_id).bind(version).bind(most).fetch_all(&mut *tx).await?;
    for row in &people {
        let (person, to, subscriber): (String, String, Option<String>) = (row.get(0), row.get(1), row.get(2));
        let dedup_key = format!("update {update_id} {version} {person}");
        let own = if let Some(subscriber) = &subscriber {
            let token = id::secret();
            subscriptions::store::keep_link(&mut *tx, &id::hash(&token), subscriber, now).await?;
            Some(choose(&token))
        } else {
            None
        };
        let account_id = subscriber.is_none().then_some(person.as_str());
        let words = own.as_ref().unwrap_or(words);
        let owed = Owed { dedup_key: &dedup_key, kind: "update", account_id, to: &to, words, at: now, not_after: None };
        owe(&mut *tx, owed).await?;
        let delivery_id = deliveries::store::id_of(&mut *tx, &dedup_key).await?;
        sqlx::query(
            "INSERT INTO update_letters (update_id, version, person, subscriber_id, delivery_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(update_id)
        .bind(version)
        .bind(person)
        .bind(subscriber)
        .bind(delivery_id)
        .execute(&mut *tx)
        .await?;
    }
    if people.is_empty() {
        sqlx::query("UPDATE update_versions SET told_at = $3 WHERE update_id = $1 AND version = $2 AND told_at IS NULL")
            .bind(update_id)
            .bind(version)
            .bind(now)
            .execute(tx)
            .await?;
    }
    Ok(people.len())
}

/// Calls off what a subscriber is still owed of outcomes, once she has stopped all letters.
pub async fn call_off(tx: &mut AnyConnection, subscriber_id: &str, now: Millis) -> Kept<()> {
    let hers = "id IN (SELECT l.delivery_id FROM update_letters l WHERE l.subscriber_id = $1)";
    deliveries::store::call_off(tx, hers, subscriber_id, "unsubscribed", now).await
}
