//! Every SQL statement about reading responses.

use calendar::clock::Moment;
use forms::Named;
use ground::db::{self, Db, known, read_json};
use ground::ids::{self, Id};
use questionnaires::answers::Answers;
use questionnaires::results::{Channel, Heard, Theme};
use questionnaires::{Question, piping};
use safeguarding::NewNote;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::readers::Reading;
use super::{Done, Suggests, Treated};
use crate::store::questionnaire;

/// All responses that count, in an order that gives nothing away.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn heard(
    connection: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Vec<Heard>> {
    heard_after(connection, consultation_id, "", usize::MAX).await
}

/// The next ones after this response, in the same order: as many, or all that are left.
pub async fn heard_after(
    connection: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    response_id: &str,
    most: usize,
) -> sqlx::Result<Vec<Heard>> {
    let rows = sqlx::query(
        "SELECT id, version, channel, CAST(may_quote AS BIGINT) AS may_quote, answers
         FROM responses
         WHERE consultation_id = $1 AND state = 'sent' AND id > $2
         ORDER BY id LIMIT CAST($3 AS BIGINT)",
    )
    .bind(consultation_id)
    .bind(response_id)
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    let one = |row: &AnyRow| {
        Ok(Heard {
            response_id: row.get("id"),
            version: row.get("version"),
            channel: known(Channel::read(row.get("channel")), "responses.channel")?,
            may_quote: row.get::<i64, _>("may_quote") == 1,
            answers: read_json(row.get("answers"), "responses.answers")?,
        })
    };
    rows.iter().map(one).collect()
}

/// How many responses count.
pub async fn many_heard(
    connection: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<usize> {
    let many: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM responses WHERE consultation_id = $1 AND state = 'sent'",
    )
    .bind(consultation_id)
    .fetch_one(connection)
    .await?;
    db::number(many, "count of responses")
}

/// What is known around the responses of one consultation.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// What answers are about, by their titles.
    pub themes: Vec<Theme>,
    /// What was done about answers.
    pub treated: Treated,
    /// The places, and how many children with SEND live there.
    pub places: Vec<(Named, Option<u64>)>,
    /// Responses that were typed in, and whether each was compared with its sheet.
    pub typed: Vec<(Id<ids::Response>, bool)>,
    /// Who read which answers.
    pub readings: Vec<Reading>,
}

impl Around {
    #[must_use]
    pub fn names(&self) -> Vec<Named> {
        self.places.iter().map(|(place, _)| place.clone()).collect()
    }
}

/// Reads of a row what was done about an answer that takes its words out of organisers' sight, from
/// the columns `what`, `words` and `reason`; `None` where nothing was joined.
pub fn read_treated(row: &AnyRow) -> sqlx::Result<Option<Done>> {
    let done: Option<&str> = row.get("what");
    Ok(match done {
        None => None,
        Some("redacted") => {
            Some(Done::Redacted { words: row.get("words"), reason: row.get("reason") })
        }
        Some("passed on") => Some(Done::PassedOn),
        Some(_unknown) => return known(None, "what was done about an answer"),
    })
}

/// What is known around the responses, in one query.
pub async fn around(db: &Db, consultation_id: &Id<ids::Consultation>) -> sqlx::Result<Around> {
    let rows = sqlx::query(
        "SELECT 'theme' AS what, t.id AS one, t.question AS question, t.title AS words,
         coalesce(a.response_id, '') AS other,
                CAST(0 AS BIGINT) AS number, CAST(0 AS BIGINT) AS position
         FROM themes t LEFT JOIN theme_answers a ON a.theme_id = t.id WHERE t.consultation_id = $1
         UNION ALL SELECT 'redacted', x.response_id, x.question, x.words, x.reason, 0, 0
         FROM redactions x JOIN responses r ON r.id = x.response_id WHERE r.consultation_id = $1
         UNION ALL SELECT 'quoted', x.response_id, x.question, x.words, '', 0, 0
         FROM quotations x JOIN responses r ON r.id = x.response_id WHERE r.consultation_id = $1
         UNION ALL SELECT 'passed on', response_id, question, '', '', 0, 0 FROM answer_concerns
           WHERE consultation_id = $1
         UNION ALL SELECT 'typed', response_id, '', '', '', CASE WHEN checked_by IS NULL THEN 0
           ELSE 1 END, 0
         FROM typed_responses WHERE consultation_id = $1
         UNION ALL SELECT 'read', x.response_id, x.question, coalesce(x.themes, '-'),
           x.read_by || ' ' || a.shown_name, 0, 0
         FROM answer_readings x JOIN responses r ON r.id = x.response_id
           JOIN accounts a ON a.id = x.read_by WHERE r.consultation_id = $1
         UNION ALL SELECT 'place', id, '', name, '', baseline, position FROM places
         ORDER BY what, position, words, one, other",
    )
    .bind(consultation_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut around = Around::default();
    for row in &rows {
        let (one, question): (String, String) = (row.get("one"), row.get("question"));
        let (words, other): (String, String) = (row.get("words"), row.get("other"));
        let number: Option<i64> = row.get("number");
        match row.get::<&str, _>("what") {
            "theme" => {
                if around.themes.last().is_none_or(|last| last.id != one) {
                    around.themes.push(Theme {
                        id: one,
                        question,
                        title: words,
                        responses: Vec::new(),
                    });
                }
                if let Some(theme) = around.themes.last_mut().filter(|_| !other.is_empty()) {
                    theme.responses.push(other);
                }
            }
            "redacted" => {
                let done = Done::Redacted { words, reason: other };
                around.treated.push((one.into(), question, done));
            }
            "quoted" => around.treated.push((one.into(), question, Done::Quoted { words })),
            "passed on" => around.treated.push((one.into(), question, Done::PassedOn)),
            "read" => around.readings.push(reading(one, question, &words, &other)?),
            "typed" => around.typed.push((one.into(), number == Some(1))),
            "place" => {
                let lives = number.map(|lives| db::number(lives, "places.baseline")).transpose()?;
                around.places.push((Named { id: one, name: words }, lives));
            }
            _ => return known(None, "what is known around responses"),
        }
    }
    Ok(around)
}

/// Reads one reading: `-` says that no themes were given, and whose it is comes before their name.
fn reading(response_id: String, question: String, themes: &str, by: &str) -> sqlx::Result<Reading> {
    let themes = (themes != "-").then(|| themes.split_whitespace().map(str::to_owned).collect());
    let (account, name) = known(by.split_once(' '), "who read an answer")?;
    let by = (account.into(), name.to_owned());
    Ok(Reading { response_id: response_id.into(), question, by, themes })
}

/// Several answers to one question.
#[derive(Clone, Copy, Debug)]
pub struct Several<'s> {
    pub consultation_id: &'s Id<ids::Consultation>,
    pub question: &'s str,
    /// The ids of the responses, in one text: none is part of another.
    pub responses: &'s str,
}

/// Adds these themes to some answers.
pub async fn add_themes(
    tx: &mut AnyConnection,
    to: Several<'_>,
    themes: &[Id<ids::Theme>],
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO theme_answers (theme_id, response_id) SELECT t.id, r.id FROM themes t
         JOIN responses r ON r.consultation_id = t.consultation_id
         WHERE t.consultation_id = $1 AND t.question = $2 AND $3 LIKE '%' || r.id || '%'
           AND $4 LIKE '%' || t.id || '%'
         ON CONFLICT DO NOTHING",
    )
    .bind(to.consultation_id)
    .bind(to.question)
    .bind(to.responses)
    .bind(themes.join(" "))
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes these themes off some answers.
pub async fn take_off_themes(
    tx: &mut AnyConnection,
    from: Several<'_>,
    themes: &[Id<ids::Theme>],
) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM theme_answers WHERE theme_id IN (SELECT t.id FROM themes t
           WHERE t.consultation_id = $1 AND t.question = $2 AND $4 LIKE '%' || t.id || '%')
         AND $3 LIKE '%' || response_id || '%'",
    )
    .bind(from.consultation_id)
    .bind(from.question)
    .bind(from.responses)
    .bind(themes.join(" "))
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps that somebody read some answers, and with which themes; without any, what they gave before
/// stays.
pub async fn keep_readings(
    tx: &mut AnyConnection,
    of: Several<'_>,
    by: &Id<ids::Account>,
    themes: Option<&str>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO answer_readings (response_id, question, read_by, read_at, themes)
         SELECT r.id, $2, $4, CAST($5 AS BIGINT), CAST($6 AS TEXT) FROM responses r
         WHERE r.consultation_id = $1 AND $3 LIKE '%' || r.id || '%'
         ON CONFLICT (response_id, question, read_by) DO UPDATE
           SET read_at = excluded.read_at,
             themes = coalesce(excluded.themes, answer_readings.themes)",
    )
    .bind(of.consultation_id)
    .bind(of.question)
    .bind(of.responses)
    .bind(by)
    .bind(now)
    .bind(themes)
    .execute(tx)
    .await?;
    Ok(())
}

/// Adds a theme to a question. The same title twice is one.
pub async fn add_theme(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    question: &str,
    title: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO themes (id, consultation_id, question, title) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
    )
    .bind(Id::<ids::Theme>::fresh())
    .bind(consultation_id)
    .bind(question)
    .bind(title)
    .execute(tx)
    .await?;
    Ok(())
}

/// Removes a theme from a question, and from all answers.
pub async fn remove_theme(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    theme_id: &Id<ids::Theme>,
) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM theme_answers WHERE theme_id IN (SELECT t.id FROM themes t
         WHERE t.id = $2 AND t.consultation_id = $1)",
    )
    .bind(consultation_id)
    .bind(theme_id)
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM themes WHERE consultation_id = $1 AND id = $2")
        .bind(consultation_id)
        .bind(theme_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// An answer: its consultation, its response, and the key of its question.
#[derive(Clone, Debug)]
pub struct At {
    pub consultation_id: Id<ids::Consultation>,
    pub response_id: Id<ids::Response>,
    pub question: String,
}

/// Records which themes an answer is about.
pub async fn set_themes(
    tx: &mut AnyConnection,
    at: &At,
    themes: &[Id<ids::Theme>],
) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM theme_answers WHERE response_id = $1
           AND theme_id IN (SELECT t.id FROM themes t WHERE t.consultation_id = $2
             AND t.question = $3)",
    )
    .bind(&at.response_id)
    .bind(&at.consultation_id)
    .bind(&at.question)
    .execute(&mut *tx)
    .await?;
    // One statement however many were ticked: the ids are in one text, and none is part of another.
    let themes = themes.join(" ");
    sqlx::query(
        "INSERT INTO theme_answers (theme_id, response_id) SELECT t.id, r.id FROM themes t
         JOIN responses r ON r.consultation_id = t.consultation_id
         WHERE t.consultation_id = $2 AND t.question = $3 AND r.id = $1
           AND $4 LIKE '%' || t.id || '%'",
    )
    .bind(&at.response_id)
    .bind(&at.consultation_id)
    .bind(&at.question)
    .bind(themes)
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts other words in the place of an answer, for a reason. What was quoted from it no longer is.
pub async fn redact(
    tx: &mut AnyConnection,
    at: &At,
    (words, reason): (&str, &str),
    by: &Id<ids::Account>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO redactions (response_id, question, words, reason, redacted_by, redacted_at)
         SELECT r.id, $3, $4, $5, $6, CAST($7 AS BIGINT) FROM responses r WHERE r.id = $1
           AND r.consultation_id = $2
         ON CONFLICT (response_id, question) DO UPDATE
           SET words = excluded.words, reason = excluded.reason,
             redacted_by = excluded.redacted_by, redacted_at = excluded.redacted_at",
    )
    .bind(&at.response_id)
    .bind(&at.consultation_id)
    .bind(&at.question)
    .bind(words)
    .bind(reason)
    .bind(by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Chooses words of an answer to be published.
pub async fn quote(
    tx: &mut AnyConnection,
    at: &At,
    words: &str,
    by: &Id<ids::Account>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO quotations (response_id, question, words, chosen_by)
         SELECT r.id, $3, $4, $5 FROM responses r WHERE r.id = $1 AND r.consultation_id = $2
           AND r.may_quote = 1
           AND NOT EXISTS (SELECT 1 FROM answer_concerns c WHERE c.response_id = r.id
             AND c.question = $3)
         ON CONFLICT (response_id, question) DO UPDATE
           SET words = excluded.words, chosen_by = excluded.chosen_by",
    )
    .bind(&at.response_id)
    .bind(&at.consultation_id)
    .bind(&at.question)
    .bind(words)
    .bind(by)
    .execute(tx)
    .await?;
    Ok(())
}

/// Stops publishing a quote from an answer.
pub async fn unquote(tx: &mut AnyConnection, at: &At) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM quotations WHERE response_id = $1 AND question = $2")
        .bind(&at.response_id)
        .bind(&at.question)
        .execute(tx)
        .await?;
    Ok(())
}

/// Passes an answer on to the safeguarding lead. False when it was already.
pub async fn pass_on(
    tx: &mut AnyConnection,
    at: &At,
    what: Suggests,
    by: &Id<ids::Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let passed_on = sqlx::query(
        "INSERT INTO answer_concerns (id, consultation_id, response_id, question, what,
         passed_on_by, passed_on_at)
         SELECT $1, r.consultation_id, r.id, $4, $5, $6, CAST($7 AS BIGINT) FROM responses r
           WHERE r.id = $2 AND r.consultation_id = $3
         ON CONFLICT DO NOTHING",
    )
    .bind(Id::<ids::Concern>::fresh())
    .bind(&at.response_id)
    .bind(&at.consultation_id)
    .bind(&at.question)
    .bind(what.word())
    .bind(by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(passed_on.rows_affected() == 1)
}

/// An answer that was passed on.
#[derive(Clone, Debug)]
pub struct Concern {
    pub id: Id<ids::Concern>,
    /// The consultation: (id, title).
    pub consultation: (Id<ids::Consultation>, String),
    /// The question; `None` never, unless it was taken out of the database by hand.
    pub question: Option<Question>,
    /// Why.
    pub what: Suggests,
    /// Who passed it on, and when.
    pub passed_on: (String, Moment),
    pub answers: Answers,
}

/// Answers that were passed on: (id, title of the consultation, what, when). Either all that are
/// waiting, the oldest first, or the last 100 that were dealt with, the latest first.
pub async fn concerns(
    db: &Db,
    looked_after: bool,
) -> sqlx::Result<Vec<(Id<ids::Concern>, String, Suggests, Moment)>> {
    let sql = if looked_after {
        "SELECT x.id, c.title, x.what, x.passed_on_at FROM answer_concerns x
         JOIN consultations c ON c.id = x.consultation_id
         WHERE EXISTS (SELECT 1 FROM answer_concern_notes n WHERE n.concern_id = x.id)
         ORDER BY x.passed_on_at DESC LIMIT 100"
    } else {
        "SELECT x.id, c.title, x.what, x.passed_on_at FROM answer_concerns x
         JOIN consultations c ON c.id = x.consultation_id
         WHERE NOT EXISTS (SELECT 1 FROM answer_concern_notes n WHERE n.concern_id = x.id)
         ORDER BY x.passed_on_at"
    };
    let rows = sqlx::query(sql).fetch_all(&mut *db.read().await?).await?;
    let one = |row: &AnyRow| {
        let what = suggests(row.get("what"))?;
        Ok((row.get("id"), row.get("title"), what, row.get("passed_on_at")))
    };
    rows.iter().map(one).collect()
}

fn suggests(word: &str) -> sqlx::Result<Suggests> {
    known(Suggests::read(word), "answer_concerns.what")
}

/// One answer that was passed on.
pub async fn concern(db: &Db, concern_id: &Id<ids::Concern>) -> sqlx::Result<Option<Concern>> {
    let row = sqlx::query(
        "SELECT x.id, c.id AS consultation_id, c.title, q.questions, q.mended, x.question, x.what,
         a.shown_name AS passed_on_by, x.passed_on_at, r.answers
         FROM answer_concerns x JOIN consultations c ON c.id = x.consultation_id
           JOIN responses r ON r.id = x.response_id
           JOIN accounts a ON a.id = x.passed_on_by
           JOIN questionnaires q ON q.consultation_id = r.consultation_id AND q.version = r.version
         WHERE x.id = $1",
    )
    .bind(concern_id)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    let one = |row: AnyRow| {
        Ok(Concern {
            id: row.get("id"),
            consultation: (row.get("consultation_id"), row.get("title")),
            question: questionnaire(row.get("questions"), row.get("mended"))?
                .question(row.get("question"))
                .map(piping::without_in),
            what: suggests(row.get("what"))?,
            passed_on: (row.get("passed_on_by"), row.get("passed_on_at")),
            answers: read_json(row.get("answers"), "responses.answers")?,
        })
    };
    row.map(one).transpose()
}

/// Records that somebody opened it.
pub async fn look(
    tx: &mut AnyConnection,
    concern_id: &Id<ids::Concern>,
    by: &Id<ids::Account>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO answer_concern_looks (concern_id, looked_by, looked_at) VALUES ($1, $2, $3)",
    )
    .bind(concern_id)
    .bind(by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Who opened it, the last 20, and what was done: (when, words), each the first first.
pub async fn history(
    db: &Db,
    concern_id: &Id<ids::Concern>,
) -> sqlx::Result<(Vec<(Moment, String)>, Vec<(Moment, String)>)> {
    let rows = sqlx::query(
        "SELECT 'look' AS what, l.looked_at AS at, a.shown_name AS words
         FROM answer_concern_looks l JOIN accounts a ON a.id = l.looked_by WHERE l.concern_id = $1
         UNION ALL
         SELECT 'note', n.noted_at, n.note FROM answer_concern_notes n WHERE n.concern_id = $1
         ORDER BY at",
    )
    .bind(concern_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let (looks, notes): (Vec<&AnyRow>, Vec<&AnyRow>) =
        rows.iter().partition(|row| row.get::<&str, _>("what") == "look");
    let read = |rows: Vec<&AnyRow>| -> Vec<(Moment, String)> {
        rows.into_iter().map(|row| (row.get("at"), row.get("words"))).collect()
    };
    let mut looks = read(looks);
    looks.drain(..looks.len().saturating_sub(20));
    Ok((looks, read(notes)))
}

/// Keeps what was done, once for each form key. True when it is new.
pub async fn note(
    tx: &mut AnyConnection,
    concern_id: &Id<ids::Concern>,
    new: NewNote<'_>,
) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "INSERT INTO answer_concern_notes (form_key, concern_id, note, noted_by, noted_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (form_key) DO NOTHING",
    );
    let noted = noted
        .bind(new.form_key)
        .bind(concern_id)
        .bind(new.words)
        .bind(new.by)
        .bind(new.at)
        .execute(tx)
        .await?;
    Ok(noted.rows_affected() == 1)
}
