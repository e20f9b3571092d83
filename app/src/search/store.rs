//! The index of everything public, and what a search finds in it.
//!
//! Rooms know nothing of the index: each gives a statement of what it shows to everyone, and
//! [`refresh`] compares the index with it. What a search finds is read from those statements too,
//! so that something taken down is found no more, even before the index has heard of it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use area::texts;
use calendar::clock::Moment;
use ground::db::{self, Db, formatcp};
use ground::house::House;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::rules::{self, LocalWords, Term};

/// The name the local words are kept under.
pub const LOCAL_WORDS: &str = "search words";
/// The most things that one search finds.
pub const MOST_FOUND: usize = 100;
/// How many words of the same stem one thing may have among the best.
const ROWS_OF_ONE: usize = 4;
/// Of how many things it is looked up how much each word of a search counts in them: those that one
/// of the words counts most in, beside those that hold all of them.
const COMPARED: usize = 200;
/// The fewest of these for one stem.
const FEWEST: usize = 20;
/// How far it is counted to find the rarest word of a search.
const COUNTED: usize = 500;
/// How much a word counts in a title, and as the name of a service or place.
const IN_TITLE: i64 = 8;
const IN_LABEL: i64 = 4;
const IN_TEXT: i64 = 1;

/// Something public.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Thing {
    /// The folder of its address, as `topics`.
    pub kind: String,
    /// Its id: the rest of its address.
    pub id: String,
    pub title: String,
    pub words: String,
    /// Since when everyone can see it.
    pub since: Moment,
}

/// What every room shows to everyone, as one statement: (kind, id, title, words, since).
pub const EVERYTHING: &str = formatcp!(
    "{} UNION ALL {} UNION ALL {} UNION ALL {} UNION ALL {} UNION ALL {} UNION ALL {} UNION ALL {}",
    topics::store::FINDABLE,
    rounds::store::FINDABLE,
    plans::store::FINDABLE,
    consultations::store::FINDABLE,
    notices::store::FINDABLE,
    outcomes::store::FINDABLE,
    local_offer::store::FINDABLE,
    area::store::FINDABLE,
);

/// The services and places of what rooms show: (kind, id, name).
const LABELS: &str = formatcp!(
    "{} UNION ALL {} UNION ALL {}",
    topics::store::LABELS,
    plans::store::LABELS,
    notices::store::LABELS,
);

/// The list of local words: the one an administrator wrote, or the one that was shipped.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn local_text(db: &Db) -> sqlx::Result<String> {
    Ok(texts::find(db, LOCAL_WORDS).await?.unwrap_or_else(|| rules::SHIPPED.to_owned()))
}

/// The local words of this list.
pub fn local_words(text: &str) -> sqlx::Result<LocalWords> {
    LocalWords::read(text).map_err(|why| sqlx::Error::Decode(why.into()))
}

/// Brings the index up to date with what is public now. Safe to run again, and beside itself.
pub async fn refresh(house: &House) -> sqlx::Result<()> {
    const AT_ONCE: usize = 40;
    let db = &house.db;
    let local_text = local_text(db).await?;
    let local = local_words(&local_text)?;
    let mut named: HashMap<(String, String), Vec<String>> = HashMap::new();
    let rows = sqlx::query(LABELS).fetch_all(&mut *db.read().await?).await?;
    for row in rows {
        named.entry((row.get("kind"), row.get("id"))).or_default().push(row.get("name"));
    }
    let mut indexed: HashMap<(String, String), String> =
        sqlx::query("SELECT kind, thing_id, hash FROM search_things")
            .fetch_all(&mut *db.read().await?)
            .await?
            .iter()
            .map(|row| ((row.get("kind"), row.get("thing_id")), row.get("hash")))
            .collect();
    let mut changed = Vec::new();
    // What opens later is not in it: even its words would be given away as what was meant.
    let now = house.clock.now();
    let public = all(db).await?.into_iter().filter(|thing| thing.since <= now);
    for thing in public.chain(super::help()) {
        let key = (thing.kind.clone(), thing.id.clone());
        let labels = named.remove(&key).map_or_else(String::new, |names| names.join("\n"));
        let hash = id::hash(
            &[&thing.title, &thing.words, &labels, &local_text].map(String::as_str).join("\0"),
        );
        if indexed.remove(&key).is_none_or(|before| before != hash) {
            let words = weighed(&thing, &labels, &local);
            changed.push(Entry { key, hash, words });
        }
    }
    let gone: Vec<_> = indexed.into_keys().collect();
    for part in gone.chunks(AT_ONCE) {
        let mut tx = db.begin().await?;
        for key in part {
            forget(&mut tx, key).await?;
        }
        tx.commit().await?;
    }
    for part in changed.chunks(AT_ONCE) {
        let mut tx = db.begin().await?;
        for entry in part {
            forget(&mut tx, &entry.key).await?;
            enter(&mut tx, entry).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// A thing as it goes into the index.
struct Entry {
    key: (String, String),
    hash: String,
    /// (word, stem, weight)
    words: Vec<(String, String, i64)>,
}

/// The words of a thing, each once with the most it counts.
fn weighed(thing: &Thing, labels: &str, local: &LocalWords) -> Vec<(String, String, i64)> {
    let mut weighed: HashMap<(String, String), i64> = HashMap::new();
    let texts = [(&*thing.words, IN_TEXT), (labels, IN_LABEL), (&*thing.title, IN_TITLE)];
    for (text, weight) in texts {
        for word in rules::findable(text, local) {
            let most = weighed.entry(word).or_default();
            *most = weight.max(*most);
        }
    }
    weighed.into_iter().map(|((word, stem), weight)| (word, stem, weight)).collect()
}

async fn forget(tx: &mut AnyConnection, (kind, id): &(String, String)) -> sqlx::Result<()> {
    for sql in [
        "DELETE FROM search_words WHERE kind = $1 AND thing_id = $2",
        "DELETE FROM search_things WHERE kind = $1 AND thing_id = $2",
    ] {
        sqlx::query(sql).bind(kind).bind(id).execute(&mut *tx).await?;
    }
    Ok(())
}

async fn enter(tx: &mut AnyConnection, entry: &Entry) -> sqlx::Result<()> {
    let (kind, id) = &entry.key;
    sqlx::query(
        "INSERT INTO search_things (kind, thing_id, hash) VALUES ($1, $2, $3)
         ON CONFLICT (kind, thing_id) DO UPDATE SET hash = excluded.hash",
    )
    .bind(kind)
    .bind(id)
    .bind(&entry.hash)
    .execute(&mut *tx)
    .await?;
    for part in entry.words.chunks(200) {
        let rows = (0..part.len())
            .map(|nth| {
                let at = nth * 3 + 3;
                format!("($1, $2, ${at}, ${}, CAST(${} AS BIGINT))", at + 1, at + 2)
            })
            .collect::<Vec<_>>()
            .join(", ");
        let sql = format!(
            "INSERT INTO search_words (kind, thing_id, word, stem, weight) VALUES {rows}
             ON CONFLICT (kind, thing_id, word) DO NOTHING"
        );
        let mut entered = sqlx::query(AssertSqlSafe(sql)).bind(kind).bind(id);
        for (word, stem, weight) in part {
            entered = entered.bind(word).bind(stem).bind(*weight);
        }
        entered.execute(&mut *tx).await?;
    }
    Ok(())
}

async fn all(db: &Db) -> sqlx::Result<Vec<Thing>> {
    sqlx::query_as(EVERYTHING).fetch_all(&mut *db.read().await?).await
}

/// What a search found.
#[derive(Debug, Default)]
pub struct Found {
    /// What was found, the best first.
    pub things: Vec<Thing>,
    /// What was looked for in the end.
    pub terms: Vec<Term>,
    /// Words nobody used, with what was looked for in their place.
    pub meant: Vec<(String, String)>,
    /// Whether each thing holds all the words; else some of them.
    pub is_all: bool,
    /// Whether it is known that there are no others, but for those after [`MOST_FOUND`].
    pub is_whole: bool,
}

pub async fn find(db: &Db, search: &str, local: &LocalWords, now: Moment) -> sqlx::Result<Found> {
    let mut found = Found { terms: rules::terms(search, local), ..Found::default() };
    if found.terms.is_empty() {
        return Ok(found);
    }
    mend(db, &mut found).await?;
    found.is_whole = found.terms.len() == 1 || rarest(&found.terms).is_some();
    let matches = matches(db, &found.terms).await?;
    let most = matches.first().map_or(0, |(_, _, terms)| *terms);
    found.is_all = most == found.terms.len() as i64;
    let ids: Vec<&str> = matches
        .iter()
        .filter(|(_, _, terms)| *terms == most)
        .map(|(_, id, _)| id.as_str())
        .collect();
    if ids.is_empty() {
        return Ok(found);
    }
    let sql = format!(
        "SELECT kind, id, title, words, since FROM ({EVERYTHING}) public WHERE id IN ({})",
        db::parameters(1, ids.len())
    );
    let mut named = sqlx::query_as::<_, Thing>(AssertSqlSafe(sql));
    for id in &ids {
        named = named.bind(*id);
    }
    let rows = named.fetch_all(&mut *db.read().await?).await?;
    let mut things: HashMap<(String, String), Thing> = rows
        .into_iter()
        .filter(|thing| thing.since <= now)
        .chain(super::help())
        .map(|thing| ((thing.kind.clone(), thing.id.clone()), thing))
        .collect();
    let in_order = matches.into_iter().filter(|(_, _, terms)| *terms == most);
    found.things = in_order.filter_map(|(kind, id, _)| things.remove(&(kind, id))).collect();
    Ok(found)
}

/// Looks for what was meant in place of words that nobody used.
async fn mend(db: &Db, found: &mut Found) -> sqlx::Result<()> {
    let stems: Vec<&str> =
        found.terms.iter().flat_map(|term| &term.stems).map(String::as_str).collect();
    // One row of each will do, however many there are.
    let is_there = |nth: usize| {
        format!(
            "SELECT ${nth} AS stem WHERE EXISTS (SELECT 1 FROM search_words WHERE stem = ${nth})"
        )
    };
    let sql = (1..=stems.len()).map(is_there).collect::<Vec<_>>().join(" UNION ALL ");
    let mut known = sqlx::query_scalar(AssertSqlSafe(sql));
    for stem in &stems {
        known = known.bind(*stem);
    }
    let known: HashSet<String> =
        known.fetch_all(&mut *db.read().await?).await?.into_iter().collect();
    let is_unknown = |term: &&mut Term| !term.stems.iter().any(|stem| known.contains(stem));
    let unknown: Vec<&mut Term> = found.terms.iter_mut().filter(is_unknown).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    // From each word to the next one by the index, and not through all that hold it.
    let used: Vec<(String, String)> = sqlx::query_as(
        "WITH RECURSIVE used (word) AS (
           SELECT CAST('' AS TEXT)
           UNION ALL
           SELECT (SELECT min(s.word) FROM search_words s WHERE s.word > u.word) FROM used u
           WHERE u.word IS NOT NULL)
         SELECT u.word, (SELECT min(s.stem) FROM search_words s WHERE s.word = u.word) AS stem
         FROM used u WHERE u.word <> ''",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    for term in unknown {
        let known = used.iter().map(|(word, stem)| (word.as_str(), stem.as_str()));
        let stems = rules::meant(&term.typed, known);
        if stems.is_empty() {
            continue;
        }
        let word = used.iter().find(|(_, stem)| *stem == stems[0]).map(|(word, _)| word.clone());
        found.meant.push((term.typed.clone(), word.unwrap_or_default()));
        term.stems = stems;
    }
    Ok(())
}

/// What holds any of the terms: (kind, id, how many of them), the best first.
async fn matches(db: &Db, terms: &[Term]) -> sqlx::Result<Vec<(String, String, i64)>> {
    let mut matches = sqlx::query_as(AssertSqlSafe(asks_for_matches(terms)));
    for stem in terms.iter().flat_map(|term| &term.stems) {
        matches = matches.bind(stem);
    }
    matches.fetch_all(&mut *db.read().await?).await
}

/// The statement for what holds any of these terms, whose stems are bound in their order. It goes
/// by the index and no further than it must, however many others hold them.
#[must_use]
pub fn asks_for_matches(terms: &[Term]) -> String {
    let bound = bound(terms);
    let stems: Vec<usize> = bound.iter().cloned().flatten().collect();
    let the_best = |most: usize| {
        let of_one = stems.iter().map(|nth| {
            format!(
                "SELECT * FROM (SELECT kind, thing_id, weight FROM search_words WHERE stem = ${nth}
                   ORDER BY weight DESC, thing_id DESC LIMIT {most}) best{nth}"
            )
        });
        of_one.collect::<Vec<_>>().join(" UNION ALL ")
    };
    if terms.len() == 1 {
        // The best are the first in the index. A thing is there once for each of its words that
        // have the stem.
        let the_best = the_best(MOST_FOUND * ROWS_OF_ONE);
        return format!(
            "SELECT kind, thing_id, CAST(1 AS BIGINT) AS terms FROM ({the_best}) found
             GROUP BY kind, thing_id ORDER BY max(weight) DESC, thing_id DESC LIMIT {MOST_FOUND}"
        );
    }
    // As a value it is looked up for each thing. A join, PostgreSQL could make by reading all that
    // hold the word.
    let weights = |of: &str| {
        let weight = |stems: &Range<usize>| {
            format!(
                "(SELECT max(x.weight) FROM search_words x WHERE x.stem IN ({})
                    AND x.weight IN ({IN_TITLE}, {IN_LABEL}, {IN_TEXT})
                    AND x.thing_id = {of}.thing_id AND x.kind = {of}.kind)",
                db::parameters(stems.start, stems.len())
            )
        };
        bound.iter().map(weight).collect::<Vec<_>>()
    };
    let mut things = format!(
        "SELECT kind, thing_id FROM ({}) found",
        the_best((COMPARED / stems.len()).max(FEWEST))
    );
    if let Some(rarest) = rarest(terms) {
        let all = weights("w").join(" IS NOT NULL AND ");
        things = format!(
            "{things} UNION SELECT kind, thing_id FROM (
               SELECT w.kind, w.thing_id FROM search_words w
               WHERE w.stem = {rarest} AND {all} IS NOT NULL
               ORDER BY w.weight DESC, w.thing_id DESC LIMIT {}) held",
            MOST_FOUND * ROWS_OF_ONE
        );
    }
    let of_all = |column: &dyn Fn(usize) -> String, sign: &str| {
        (0..terms.len()).map(column).collect::<Vec<_>>().join(sign)
    };
    let weights = weights("things");
    let columns = of_all(&|nth: usize| format!("coalesce({}, 0) AS w{nth}", weights[nth]), ", ");
    let held = of_all(&|nth: usize| format!("CASE WHEN w{nth} > 0 THEN 1 ELSE 0 END"), " + ");
    let sum = of_all(&|nth: usize| format!("w{nth}"), " + ");
    // With a limit that is never reached, SQLite looks each weight up once.
    let most = (MOST_FOUND + FEWEST * stems.len()) * ROWS_OF_ONE + COMPARED;
    format!(
        "SELECT kind, thing_id, CAST({held} AS BIGINT) AS terms FROM (
           SELECT things.kind, things.thing_id, {columns}
           FROM (SELECT DISTINCT kind, thing_id FROM ({things}) named) things LIMIT {most}) found
         ORDER BY terms DESC, {sum} DESC, thing_id DESC LIMIT {MOST_FOUND}"
    )
}

/// Where the stems of each term are bound.
fn bound(terms: &[Term]) -> Vec<Range<usize>> {
    let mut next = 1;
    let of_one = |term: &Term| {
        let first = next;
        next += term.stems.len();
        first..next
    };
    terms.iter().map(of_one).collect()
}

/// The stem, as a value, that fewer things hold than the others, of the terms that have one alone:
/// whatever holds all terms is among those. `None` where each term has several.
fn rarest(terms: &[Term]) -> Option<String> {
    let single = bound(terms).into_iter().filter(|stems| stems.len() == 1);
    let asked: Vec<_> = single.map(|stems| format!("SELECT ${} AS stem", stems.start)).collect();
    (!asked.is_empty()).then(|| {
        format!(
            "(SELECT asked.stem FROM ({}) asked
              ORDER BY (SELECT count(*) FROM (SELECT 1 FROM search_words f
                WHERE f.stem = asked.stem LIMIT {COUNTED}) few), asked.stem LIMIT 1)",
            asked.join(" UNION ALL ")
        )
    })
}
