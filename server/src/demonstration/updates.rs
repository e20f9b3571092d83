//! The demonstration's updates: one that the forum confirmed, one it disputes, and one that is only
//! claimed so far, which a parent doubts. What nobody has answered is overdue.

use calendar::clock::{self, DAY, HOUR, Moment};
use jiff::civil::Weekday;
use outcomes::rules::{Outcome, Verdict};
use sqlx::AnyConnection;
use updates::evidence::{Evidence, Numbers};
use updates::store::{self, NewDoubt, NewUpdate, NewVerdict, Published, Subject, SubjectKind};
use updates::words::Words;

use super::days;
use super::plans::therapists_start;
use super::sefton::{LEADER, NHS_LEADER};

/// What it is about, who says what, the forum's answer, and how many days ago it was said.
type Told = (SubjectKind, &'static str, &'static str, Words, Option<(Verdict, &'static str)>, i64);

pub async fn fill(tx: &mut AnyConnection, now: Moment) -> Result<(), sqlx::Error> {
    let organiser = super::account(tx, "organiser@example.org").await?;
    let told: [Told; 3] = [
        (
            SubjectKind::Topic,
            "Drop-ins for parents at every high school",
            LEADER,
            drop_ins(),
            Some((
                Verdict::Confirmed,
                "We asked parents at every high school. The drop-ins are there, and they help.",
            )),
            60,
        ),
        (
            SubjectKind::Topic,
            "A sensory room that is open at weekends",
            LEADER,
            sensory_room(now),
            Some((
                Verdict::Disputed,
                "It was closed on three of the five Saturdays we tried. The sign on the door still \
                 says weekdays only.",
            )),
            30,
        ),
        (
            SubjectKind::Consultation,
            "How long do you wait for occupational therapy?",
            NHS_LEADER,
            waits(now),
            None,
            1,
        ),
    ];
    for (kind, title, leader, words, verdict, days) in told {
        let leader = super::account(tx, leader).await?;
        let Some(subject) = subject(tx, kind, title).await? else { continue };
        let at = now - days * DAY;
        let new = NewUpdate { form_key: title, words: &words, about: &[subject] };
        let Published::Now(update_id) = store::publish(tx, new, &leader, at).await? else {
            continue;
        };
        emails_that_went(tx, &update_id, at).await?;
        sqlx::query("UPDATE update_versions SET told_at = $2 WHERE update_id = $1")
            .bind(&update_id)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        if let Some((verdict, words)) = verdict {
            let new = NewVerdict {
                form_key: title.to_owned(),
                version: 1,
                verdict,
                words: words.to_owned(),
                evidence: Evidence::default(),
            };
            store::judge(tx, &update_id, &new, &organiser, at + 7 * DAY).await?;
        } else {
            let family = super::account(tx, "family3@example.org").await?;
            let words = "We are still on two lists, one for each clinic.";
            let new = NewDoubt { form_key: title, update_id: &update_id, version: 1, words };
            store::doubt(tx, new, &family, at + 20 * HOUR).await?;
        }
    }
    Ok(())
}

/// Emails to the invented families who supported a topic, as if they had gone. Nothing is sent to
/// anyone.
async fn emails_that_went(
    tx: &mut AnyConnection,
    update_id: &str,
    at: Moment,
) -> Result<(), sqlx::Error> {
    let told: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT s.account_id FROM update_subjects b
         JOIN supports s ON s.topic_id = b.topic_id WHERE b.update_id = $1 ORDER BY s.account_id",
    )
    .bind(update_id)
    .fetch_all(&mut *tx)
    .await?;
    for (nth, account) in (0..).zip(told) {
        let delivery = id::fresh();
        sqlx::query(
            "INSERT INTO deliveries (id, dedup_key, kind, account_id, to_address, subject,
             body_text, body_html, owed_at, not_after, tries, sent_at)
             VALUES ($1, $2, 'update', $3, '', '', '', '', $4, $4, 1, $5)",
        )
        .bind(&delivery)
        .bind(format!("update {update_id} 1 {account}"))
        .bind(&account)
        .bind(at)
        // Most within the hour, some later, when their mail server was back.
        .bind(at + if nth % 7 == 0 { 2 * DAY } else { HOUR })
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO update_letters (update_id, version, person, delivery_id)
             VALUES ($1, 1, $2, $3)",
        )
        .bind(update_id)
        .bind(&account)
        .bind(&delivery)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn subject(
    tx: &mut AnyConnection,
    kind: SubjectKind,
    title: &str,
) -> Result<Option<Subject>, sqlx::Error> {
    let sql = match kind {
        SubjectKind::Topic => "SELECT id FROM topics WHERE title = $1",
        _ => "SELECT id FROM consultations WHERE title = $1",
    };
    let id: Option<String> = sqlx::query_scalar(sql).bind(title).fetch_optional(tx).await?;
    Ok(id.map(|id| Subject { kind, id, title: title.to_owned() }))
}

/// The day of the first such weekday, so many days ago or after.
fn since(weekday: Weekday, now: Moment, ago: i64) -> String {
    clock::day(now + days::first(weekday, now, -ago) * DAY)
}

fn drop_ins() -> Words {
    Words::new(
        "Some high schools have no drop-in, so parents of older children have nobody to ask.",
        "There is now a drop-in at every high school, on one afternoon each month from 4pm to \
         6pm.",
        Outcome::Done,
    )
}

fn sensory_room(now: Moment) -> Words {
    let said = Words::new(
        "The sensory room is closed at weekends, just when families could use it.",
        &format!(
            "It has been open on Saturdays, from 10am to 2pm, since {}.",
            since(Weekday::Saturday, now, 58)
        ),
        Outcome::Partly,
    );
    Words {
        next: "We will try opening on Sundays as well, with two more staff.".to_owned(),
        next_by: clock::fields(now + 40 * DAY).0,
        ..said
    }
}

fn waits(now: Moment) -> Words {
    let said = Words::new(
        "Families in the south wait far longer for occupational therapy than families in the \
         north.",
        &format!(
            "There has been one waiting list for the south since {}, instead of one for each \
             clinic. Two more therapists will start there in {}.",
            since(Weekday::Monday, now, 18),
            therapists_start(now)
        ),
        Outcome::Partly,
    );
    let day = |days: i64| clock::fields(now - days * DAY).0;
    let row = |place: &str, days: i64, weeks: &str| (place.to_owned(), day(days), weeks.to_owned());
    let rows = vec![
        row("North Sefton", 180, "9"),
        row("South Sefton", 180, "24"),
        row("North Sefton", 5, "9"),
        row("South Sefton", 5, "22"),
    ];
    let numbers = Numbers {
        what: "Weeks waited for a first appointment".to_owned(),
        source: "The NHS's own count".to_owned(),
        rows,
    };
    Words { evidence: Evidence { numbers: Some(numbers), ..Evidence::default() }, ..said }
}
