//! Full-text search over published topics, in an index of their own: a row for each stem of a word
//! that a topic holds, in the order of the list. A page is found by walking the rarest word of a
//! search from the newest topic on, until the page is full, however many others hold it.

use std::collections::{BTreeMap, BTreeSet};

use calendar::clock::Moment;
use ground::db::{self, Db};
use ground::ids::{Id, Topic};
use rust_stemmers::{Algorithm, Stemmer};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

/// The most words of a search that are looked for; more make it slower and no better.
const MOST_WORDS: usize = 12;
/// The longest word that is found or looked for, in characters.
const LONGEST_WORD: usize = 40;
/// How far it is counted to find the rarest word of a search.
const COUNTED: usize = 500;
/// How many of the newest topics with a word may be similar because of it.
const NEWEST: usize = 200;
/// How many stems after a word are looked at for those that begin with it.
const NEAR: usize = 20;

/// Makes a published topic findable.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn add(
    tx: &mut AnyConnection,
    topic_id: &Id<Topic>,
    words: &str,
    published_at: Moment,
) -> sqlx::Result<()> {
    let stems: Vec<String> = stems(all_words(words)).into_iter().collect();
    for part in stems.chunks(200) {
        let rows: Vec<_> = (0..part.len()).map(|nth| format!("($1, ${}, $2)", nth + 3)).collect();
        let sql = format!(
            "INSERT INTO topic_search (topic_id, stem, published_at) VALUES {}
             ON CONFLICT (topic_id, stem) DO NOTHING",
            rows.join(", ")
        );
        let mut added = sqlx::query(AssertSqlSafe(sql)).bind(topic_id).bind(published_at);
        for stem in part {
            added = added.bind(stem);
        }
        added.execute(&mut *tx).await?;
    }
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

/// Topics similar to this text, the most similar first: any of its longer words will do, and the
/// rarer it is, the more it counts. Of a word that many hold, the newest are looked at.
pub async fn alike(db: &Db, text: &str, most: i64) -> sqlx::Result<Vec<Alike>> {
    let longer = all_words(text).take(MOST_WORDS).filter(|word| word.len() > 3);
    let stems = stems(longer);
    if stems.is_empty() {
        return Ok(Vec::new());
    }
    let sql = asks_for_alike(stems.len());
    let mut asked = sqlx::query(AssertSqlSafe(sql)).bind(most);
    for stem in &stems {
        asked = asked.bind(stem);
    }
    let rows = asked.fetch_all(&mut *db.read().await?).await?;
    let alike = |row: &sqlx::any::AnyRow| Alike {
        id: row.get("id"),
        title: row.get("title"),
        is_over: row.get::<Option<Moment>, _>("closed_at").is_some(),
    };
    Ok(rows.iter().map(alike).collect())
}

/// The statement for topics that hold any of so many stems, bound from `$2` on; at most `$1`.
#[must_use]
pub fn asks_for_alike(stems: usize) -> String {
    let newest = |nth: usize| {
        format!(
            "SELECT {nth} AS nth, topic_id, published_at FROM (
               SELECT topic_id, published_at FROM topic_search WHERE stem = ${}
               ORDER BY published_at DESC, topic_id DESC LIMIT {NEWEST}) newest{nth}",
            nth + 2
        )
    };
    let newest = (0..stems).map(newest).collect::<Vec<_>>().join(" UNION ALL ");
    format!(
        "WITH found AS ({newest}),
              rarity AS (SELECT nth, count(*) AS many FROM found GROUP BY nth),
              best AS (SELECT f.topic_id, max(f.published_at) AS published_at,
                         sum(CASE WHEN r.many < 5 THEN 6 WHEN r.many < 20 THEN 4 WHEN r.many < 80
                           THEN 3 WHEN r.many < {NEWEST} THEN 2 ELSE 1 END) AS score
                       FROM found f JOIN rarity r ON r.nth = f.nth GROUP BY f.topic_id
                       ORDER BY score DESC, max(f.published_at) DESC, f.topic_id LIMIT {NEWEST})
         SELECT t.id, t.title, r.closed_at FROM best b
         JOIN listed_topics l ON l.id = b.topic_id JOIN topics t ON t.id = l.id
         LEFT JOIN rounds r ON r.id = l.round_id
         ORDER BY b.score DESC, b.published_at DESC, t.id LIMIT CAST($1 AS BIGINT)"
    )
}

/// The words of a search, each with the stems that will do for it.
pub type Question = Vec<Vec<String>>;

/// The words of a search, each as it was typed; none where it has no words.
#[must_use]
pub fn question(search: &str) -> Question {
    let stems = stems(all_words(search).take(MOST_WORDS));
    stems.into_iter().map(|stem| vec![stem]).collect()
}

/// The same search for words that begin with those that were typed, as far as there are any;
/// `None` where that finds no more.
pub async fn begun(db: &Db, question: &Question) -> sqlx::Result<Option<Question>> {
    let mut asked =
        sqlx::query_as::<_, (String, String)>(AssertSqlSafe(asks_for_begun(question.len())));
    for stem in question.iter().flatten() {
        asked = asked.bind(stem);
    }
    let rows = asked.fetch_all(&mut *db.read().await?).await?;
    let mut begun: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (word, stem) in rows {
        begun.entry(word).or_default().push(stem);
    }
    let found: Option<Question> =
        question.iter().flatten().map(|word| begun.remove(word)).collect();
    Ok(found.filter(|found| found != question))
}

/// The statement for stems that begin with so many words, bound from `$1` on: (word, stem). A step
/// goes to the next stem, whatever number of topics holds it.
#[must_use]
pub fn asks_for_begun(words: usize) -> String {
    let first = |nth: usize| {
        format!(
            "SELECT CAST(${nth} AS TEXT),
               (SELECT min(s.stem) FROM topic_search s WHERE s.stem >= ${nth}), 1"
        )
    };
    let first = (1..=words).map(first).collect::<Vec<_>>().join(" UNION ALL ");
    format!(
        "WITH RECURSIVE near (word, stem, step) AS (
           {first} UNION ALL
           SELECT near.word, (SELECT min(s.stem) FROM topic_search s WHERE s.stem > near.stem),
                  near.step + 1
           FROM near WHERE near.stem IS NOT NULL AND near.step < {NEAR})
         SELECT word, stem FROM near WHERE substr(stem, 1, length(word)) = word"
    )
}

/// Where the topics of a list come from, and in which order.
pub struct Source {
    /// `l` of the listed topics, and `t` of all.
    pub tables: String,
    /// What else holds for each.
    pub holds: String,
    /// The columns that the list is in the order of.
    pub published_at: &'static str,
    pub id: &'static str,
}

/// The listed topics that hold all words of a question, whose stems are bound from `$first` on;
/// without words, all of them.
#[must_use]
pub fn source(question: &Question, first: usize) -> Source {
    let mut at = first;
    let bound = |stems: &Vec<String>| {
        at += stems.len();
        db::parameters(at - stems.len(), stems.len())
    };
    let words: Vec<String> = question.iter().map(bound).collect();
    let is_begun = question.iter().any(|stems| stems.len() > 1);
    if words.is_empty() || is_begun {
        // Few words begin so. Where many topics hold one, all of them are gone through.
        let holds = words.iter().map(|stems| {
            format!(
                " AND t.id IN (SELECT x.topic_id FROM topic_search x WHERE x.stem IN ({stems}))"
            )
        });
        return Source {
            tables: "listed_topics l JOIN topics t ON t.id = l.id".to_owned(),
            holds: holds.collect(),
            published_at: "l.published_at",
            id: "l.id",
        };
    }
    let (rarest, others) = match &words[..] {
        [one] => (one.clone(), String::new()),
        several => {
            let asked = several.iter().map(|stem| format!("SELECT {stem} AS stem"));
            let asked = asked.collect::<Vec<_>>().join(" UNION ALL ");
            let rarest = format!(
                "(SELECT asked.stem FROM ({asked}) asked
                  ORDER BY (SELECT count(*) FROM (SELECT 1 FROM topic_search f
                    WHERE f.stem = asked.stem LIMIT {COUNTED}) few), asked.stem LIMIT 1)"
            );
            let others = several.iter().map(|stem| {
                format!(
                    " AND EXISTS (SELECT 1 FROM topic_search x
                       WHERE x.topic_id = w.topic_id AND x.stem = {stem})"
                )
            });
            (rarest, others.collect())
        }
    };
    Source {
        // SQLite then takes them in this order, and need not sort.
        tables: "topic_search w CROSS JOIN listed_topics l CROSS JOIN topics t".to_owned(),
        holds: format!(" AND w.stem = {rarest} AND l.id = w.topic_id AND t.id = l.id{others}"),
        published_at: "w.published_at",
        id: "w.topic_id",
    }
}

/// What these words have in common with their other forms (Snowball's English), each once.
fn stems(words: impl Iterator<Item = String>) -> BTreeSet<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let stem = |word: String| {
        let mut stem = stemmer.stem(&word).into_owned();
        // It leaves "buse" of "buses".
        if stem.len() > 3 && ["se", "xe", "ze"].iter().any(|end| stem.ends_with(end)) {
            stem.pop();
        }
        stem
    };
    words.map(stem).collect()
}

/// The words of a text: letters and digits only.
fn all_words(text: &str) -> impl Iterator<Item = String> + use<> {
    let folded = forms::folded(text);
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST_WORD).collect())
        .collect();
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_of_a_search_language_is_left_in_the_words() {
        let words: Vec<_> = all_words("\"autism\" OR (NEAR* path:way) & 'café' -- \\").collect();
        assert_eq!(words, ["autism", "or", "near", "path", "way", "cafe"]);
    }

    #[test]
    fn words_are_few_and_short_whatever_was_sent() {
        assert_eq!(question(&"a".repeat(100_000)), [["a".repeat(LONGEST_WORD)]]);
        let many: Vec<_> = (0..10_000).map(|nth| format!("a{nth}")).collect();
        assert_eq!(question(&many.join(" ")).len(), MOST_WORDS);
        assert!(question(&"\u{fdfa} a ".repeat(10_000)).len() <= MOST_WORDS);
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/search");
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let text = std::fs::read(entry.expect("a file").path()).expect("a text");
            let words = question(&String::from_utf8_lossy(&text).repeat(100));
            assert!(words.len() <= MOST_WORDS);
            let mut letters = words.iter().flatten().flat_map(|word| word.chars());
            assert!(letters.all(char::is_alphanumeric));
        }
    }

    #[test]
    fn forms_of_a_word_are_one_and_each_is_asked_for_once() {
        assert_eq!(question("Bus buses BUSES waiting"), [["bus"], ["wait"]]);
        assert!(question(" -- ").is_empty());
    }
}
