//! Full-text search over published topics: the one named place with two SQL texts.

use calendar::clock::Moment;
use ground::db::{Db, Kind};
use ground::ids::{Id, Topic};
use sqlx::{AnyConnection, Row as _};

/// The most words of a search that are looked for; more make it slower and no better.
const MOST_WORDS: usize = 12;
/// The longest word that is looked for, in characters. PostgreSQL fails on one of 2,047 bytes.
const LONGEST_WORD: usize = 40;

/// Makes a published topic findable.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn add(tx: &mut AnyConnection, topic_id: &Id<Topic>, words: &str) -> sqlx::Result<()> {
    let kind = Kind::of(tx);
    let sql = match kind {
        Kind::Sqlite => "INSERT INTO topic_search (topic_id, words) VALUES ($1, $2)",
        Kind::Postgres => {
            "INSERT INTO topic_search (topic_id, words) VALUES ($1, to_tsvector('english', $2))"
        }
    };
    sqlx::query(sql).bind(topic_id).bind(forms::folded(words)).execute(tx).await?;
    Ok(())
}

/// Makes a topic no longer findable.
pub async fn remove(tx: &mut AnyConnection, topic_id: &Id<Topic>) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM topic_search WHERE topic_id = $1").bind(topic_id).execute(tx).await?;
    Ok(())
}

/// A topic that says something similar.
#[derive(Clone, Debug)]
pub struct Alike {
    pub id: Id<Topic>,
    pub title: String,
    pub is_over: bool,
}

/// Topics similar to this text, the most similar first: any of its longer words will do.
pub async fn alike(db: &Db, text: &str, most: i64) -> sqlx::Result<Vec<Alike>> {
    let words: Vec<String> = words(text).into_iter().filter(|word| word.len() > 3).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, question) = match db.kind() {
        Kind::Sqlite => (
            "SELECT t.id, t.title, r.closed_at FROM topic_search s
             JOIN listed_topics l ON l.id = s.topic_id JOIN topics t ON t.id = l.id
             LEFT JOIN rounds r ON r.id = l.round_id
             WHERE topic_search MATCH $1 ORDER BY s.rank, t.id LIMIT CAST($2 AS BIGINT)",
            words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR "),
        ),
        Kind::Postgres => (
            "SELECT t.id, t.title, r.closed_at FROM topic_search s
             JOIN listed_topics l ON l.id = s.topic_id JOIN topics t ON t.id = l.id
             LEFT JOIN rounds r ON r.id = l.round_id, to_tsquery('english', $1) question
             WHERE s.words @@ question
             ORDER BY ts_rank(s.words, question) DESC, t.id LIMIT CAST($2 AS BIGINT)",
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" | "),
        ),
    };
    let rows = sqlx::query(sql).bind(question).bind(most).fetch_all(&mut *db.read().await?).await?;
    let alike = |row: &sqlx::any::AnyRow| Alike {
        id: row.get("id"),
        title: row.get("title"),
        is_over: row.get::<Option<Moment>, _>("closed_at").is_some(),
    };
    Ok(rows.iter().map(alike).collect())
}

/// The condition that a topic `t` contains all words of a search bound as `$1`, and what to bind;
/// every topic does when the search has no words.
#[must_use]
pub fn holds(kind: Kind, question: &str) -> (&'static str, String) {
    let words = words(question);
    match kind {
        Kind::Sqlite => (
            "($1 = '' OR t.id IN (SELECT topic_id FROM topic_search WHERE topic_search MATCH CASE
             WHEN $1 = '' THEN '\"nothing\"' ELSE $1 END))",
            words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" "),
        ),
        Kind::Postgres => (
            "($1 = '' OR t.id IN (SELECT topic_id FROM topic_search
             WHERE words @@ to_tsquery('english', $1)))",
            words.iter().map(|word| format!("'{word}':*")).collect::<Vec<_>>().join(" & "),
        ),
    }
}

/// The words of a text: letters and digits only, so that none of them means anything to a search
/// language.
fn words(text: &str) -> Vec<String> {
    let folded = forms::folded(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(MOST_WORDS).map(|word| word.chars().take(LONGEST_WORD).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_of_a_search_language_is_left_in_the_words() {
        assert_eq!(
            words("\"autism\" OR (NEAR* path:way) & 'café' -- \\"),
            ["autism", "or", "near", "path", "way", "cafe"]
        );
    }

    #[test]
    fn words_are_few_and_short_whatever_was_sent() {
        assert_eq!(words(&"a".repeat(100_000)), ["a".repeat(LONGEST_WORD)]);
        assert_eq!(words(&"\u{fdfa} a ".repeat(10_000)).len(), MOST_WORDS);
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/search");
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let text = std::fs::read(entry.expect("a file").path()).expect("a text");
            let words = words(&String::from_utf8_lossy(&text).repeat(100));
            assert!(words.len() <= MOST_WORDS);
            assert!(words.iter().all(|word| word.chars().all(char::is_alphanumeric)));
        }
    }
}
