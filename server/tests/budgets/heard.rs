//! The statements that the program was heard to ask, and whether one of them reads a growing table
//! from end to end: what is put together as it is wanted (`format!`) is nowhere else to be read.
//! What stands whole in the code, `rooms/scans.rs` plans.
//!
//! Where in the code a statement comes from is told by what of it is always the same.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use ground::db::Kind;

use crate::code::{Exception, Found, Statement, files_in, is_prepared_anew, statement};
use crate::planner::{
    EXCEPTIONS, FEW_PLANS, ONCE_IN_A_LIFE, Planner, RARELY, WHAT_WAITS, may, may_on_postgres,
};
use crate::world::World;

/// What only statements need that are put together; besides, what those in the code may do.
static ALSO: [Exception; 10] = [
    may("ground/src/erasing.rs", "UPDATE ", ONCE_IN_A_LIFE),
    // How it begins is told by who asks.
    may_on_postgres("", "AS nth, CAST(", "all that is kept about somebody is copied for them"),
    may("deliveries/src/tasks/store.rs", "FROM waiting_tasks t", WHAT_WAITS),
    may("desks/store.rs", "FROM waiting_tasks w", WHAT_WAITS),
    may("store/saying.rs", "SELECT 'topic' AS kind", RARELY),
    may("people/store.rs", "AS what, count(*)", RARELY),
    may("store/forget.rs", "FROM evidence_files f", ONCE_IN_A_LIFE),
    may("files/named.rs", "FROM first_acts", "all that names a file is looked through, at night"),
    may_on_postgres("plans/src/store/reading.rs", "SELECT kind, id, one, two", FEW_PLANS),
    may_on_postgres("store/telling.rs", "WHERE s.told_at > $1", "one change, where all is empty"),
];

const OF_A_DAY: &str = "the figures of any day, as a pack or a year has them, are counted anew";

/// What is asked in an area of some size alone.
static WITH_MANY_TOPICS: [Exception; 2] = [
    may("record/src/heard.rs", "FROM update_versions s", OF_A_DAY),
    may("ledger/told.rs", "AS takes_away", OF_A_DAY),
];

/// What is always the same of a statement has so many letters, or it could be any.
const TELLS: usize = 20;

/// Each statement that was heard, and whether it was while the program served somebody.
static HEARD: Mutex<BTreeMap<String, bool>> = Mutex::new(BTreeMap::new());
static SERVES: AtomicBool = AtomicBool::new(false);

fn heard() -> MutexGuard<'static, BTreeMap<String, bool>> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets what was heard before.
pub fn begin() {
    serves(false);
    heard().clear();
}

/// From now on the program serves somebody, or no longer.
pub fn serves(now: bool) {
    SERVES.store(now, Ordering::SeqCst);
}

/// Keeps what sqlx says it ran.
pub fn note(text: &str) {
    if let Some(sql) = statement(text) {
        let serves = SERVES.load(Ordering::SeqCst);
        *heard().entry(sql.trim_end().to_owned()).or_default() |= serves;
    }
}

/// A place in the code that a statement can come from.
struct Source {
    file: String,
    place: String,
    only: Option<Kind>,
    /// What of it is always the same, in its order.
    fixed: Vec<String>,
    /// It is put together as it is wanted.
    has_gaps: bool,
    /// It is the program's; else that of tests, or of the demonstration.
    is_ours: bool,
}

impl Source {
    fn of(found: Statement, has_gaps: bool, is_ours: bool) -> Self {
        let place = found.place();
        let fixed =
            if has_gaps { fixed(&found.sql) } else { vec![found.sql.trim_end().to_owned()] };
        Self { file: found.file, place, only: found.only, fixed, has_gaps, is_ours }
    }

    fn letters(&self) -> usize {
        self.fixed.iter().map(String::len).sum()
    }

    /// Whether this statement, or a part of it, can come from here.
    fn is_in(&self, sql: &str) -> bool {
        let mut rest = sql;
        self.fixed.iter().all(|part| match rest.split_once(part.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }

    fn begins(&self, sql: &str) -> bool {
        sql.starts_with(&self.fixed[0]) && self.is_in(sql)
    }
}

/// What is always the same of a text with gaps.
fn fixed(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut rest) = (Vec::new(), String::new(), text.trim_end());
    while let Some(at) = rest.find(['{', '}']) {
        part.push_str(&rest[..at]);
        let mark = &rest[at..=at];
        rest = &rest[at + 1..];
        if rest.starts_with(mark) {
            part.push_str(mark);
            rest = &rest[1..];
        } else {
            parts.push(mem::take(&mut part));
            rest = rest.split_once('}').map_or("", |(_, after)| after);
        }
    }
    part.push_str(rest);
    parts.push(part);
    parts
}

/// All places that statements can come from.
struct Code {
    /// What stands whole in the code of the program, or of the tests.
    whole: BTreeSet<String>,
    sources: Vec<Source>,
}

/// Read once for both databases.
static CODE: LazyLock<Code> = LazyLock::new(|| {
    let tests = Found::among(files_in(&["server/tests"]));
    Code::of([(tests, false), (Found::in_the_program(), true)])
});

impl Code {
    /// Of these, the later where two are as likely; and whether each is the program's.
    fn of(all: [(Found, bool); 2]) -> Self {
        let mut code = Self { whole: BTreeSet::new(), sources: Vec::new() };
        for (found, is_programs) in all {
            let is_ours = |one: &Statement| is_programs && !one.file.contains("demonstration");
            for one in found.whole {
                code.whole.insert(one.sql.trim_end().to_owned());
                let is_ours = is_ours(&one);
                code.sources.push(Source::of(one, false, is_ours));
            }
            for one in found.put_together {
                let is_ours = is_ours(&one);
                code.sources.push(Source::of(one, true, is_ours));
            }
        }
        // What copies a whole database asks for every table, in words that could be any.
        let is_any = |one: &Source| {
            one.letters() < TELLS || (one.has_gaps && one.file.starts_with("app/ground/src/db/"))
        };
        code.sources.retain(|one| !is_any(one));
        code
    }

    /// Where a statement comes from: of the places that it can, the one that says most of it.
    fn source(&self, sql: &str) -> Option<&Source> {
        let can = self.sources.iter().filter(|source| source.begins(sql));
        can.max_by_key(|source| source.letters())
    }

    /// Of what was heard, what the program put together: each once, however many rows it had.
    fn put_together<'c>(
        &'c self,
        heard: &'c BTreeMap<String, bool>,
    ) -> Vec<(Option<&'c Source>, &'c str)> {
        let mut shortest: BTreeMap<String, (Option<&Source>, &str)> = BTreeMap::new();
        for (sql, served) in heard.iter().filter(|(sql, _)| !self.whole.contains(*sql)) {
            let (sql, source) = (sql.as_str(), self.source(sql));
            // What no place tells of is the program's where nobody else could ask it.
            if source.map_or(*served, |source| source.is_ours) {
                let so_far = shortest.entry(alike(sql)).or_insert((source, sql));
                if sql.len() < so_far.1.len() {
                    *so_far = (source, sql);
                }
            }
        }
        shortest.into_values().collect()
    }
}

/// What is the same of statements that differ in how many parameters or rows they have.
fn alike(sql: &str) -> String {
    let mut parts = sql.split('$');
    let mut same = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        same.push('$');
        same.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    while same.contains("$, $") {
        same = same.replace("$, $", "$");
    }
    let mut rows: Vec<&str> = same.split("), (").collect();
    rows.dedup();
    rows.join("), (")
}

/// What came of it.
pub struct Judged {
    kind: Kind,
    planned: usize,
    /// Each with its place in the code and its plan.
    faults: Vec<String>,
    /// Exceptions that nothing needed.
    unneeded: Vec<String>,
    /// Where the program puts statements together, and whether one was heard.
    sources: BTreeMap<String, bool>,
}

impl Judged {
    /// Fails where one reads a table from end to end that grows.
    pub fn reads_no_growing_table(&self) {
        let Self { kind, planned, faults, unneeded, sources } = self;
        println!("{kind:?}: {planned} statements planned that were put together");
        println!("of {} places nothing was heard from {:#?}", sources.len(), self.silent());
        println!("nothing needed the exceptions for {unneeded:#?}");
        let many = faults.len();
        assert!(faults.is_empty(), "{kind:?}: {many} of what was heard\n{}", faults.join("\n\n"));
    }

    /// Fails where too little was heard to say so.
    pub fn heard_most(&self) {
        let (kind, all, silent) = (self.kind, self.sources.len(), self.silent());
        assert!(all > 80, "only {all} places were found that put statements together");
        let many = silent.len();
        assert!(3 * many < all, "{kind:?}: of {all} places {many} were not heard: {silent:#?}");
        let unneeded = &self.unneeded;
        assert!(unneeded.is_empty(), "{kind:?} needs no exception for these: {unneeded:#?}");
    }

    /// Where statements are put together of which none was heard.
    fn silent(&self) -> Vec<&String> {
        let silent = self.sources.iter().filter(|(_, was_heard)| !**was_heard);
        silent.map(|(place, _)| place).collect()
    }
}

/// Plans what was heard since [`begin`], on a database without rows, as `rooms/scans.rs` does.
pub async fn judged(world: &World) -> Judged {
    let heard = mem::take(&mut *heard());
    let (code, kind) = (&*CODE, world.db().kind());
    let empty = world.another().await;
    let mut connection = empty.db().read().await.unwrap();
    let planner = Planner::of(&mut connection, kind).await.unwrap();
    let (mut excused, mut faults) = (BTreeSet::new(), Vec::new());
    let put_together = code.put_together(&heard);
    for (source, sql) in &put_together {
        let (file, place) =
            source.map_or(("", "put together of parts"), |source| (&*source.file, &*source.place));
        let what = match planner.scanned(&mut connection, sql).await {
            Err(error) => format!("cannot be planned: {error}"),
            Ok(_) if is_prepared_anew(sql) => "write LIMIT CAST($1 AS BIGINT)".to_owned(),
            Ok(scanned) if scanned.is_empty() => continue,
            Ok(scanned) => {
                let excuses = |exception: &Exception| exception.excuses(file, sql, kind);
                if EXCEPTIONS.iter().chain(&WITH_MANY_TOPICS).any(excuses) {
                    continue;
                }
                if let Some(nth) = ALSO.iter().position(excuses) {
                    excused.insert(nth);
                    continue;
                }
                let plan = planner.plan(&mut connection, sql).await.unwrap_or_default();
                format!("reads all of {scanned:?}\n{}", plan.join("\n"))
            }
        };
        faults.push(format!("{place}: {what}\n{sql}"));
    }
    // As in `rooms/scans.rs`, what PostgreSQL needs changes with its version.
    let is_unneeded = |nth: usize, of: &Exception| {
        kind == Kind::Sqlite && of.by.contains(&kind) && !excused.contains(&nth)
    };
    let unneeded = ALSO.iter().enumerate().filter(|(nth, one)| is_unneeded(*nth, one));
    let unneeded = unneeded
        .map(|(_, Exception { file, holds, why, .. })| format!("{file}, “{holds}” ({why})"));
    let mut sources = BTreeMap::new();
    let ours = code.sources.iter().filter(|source| source.has_gaps && source.is_ours);
    for source in ours.filter(|source| source.only.is_none_or(|only| only == kind)) {
        let was_heard = heard.keys().any(|sql| source.is_in(sql));
        sources.insert(source.place.clone(), was_heard);
    }
    Judged { kind, planned: put_together.len(), faults, unneeded: unneeded.collect(), sources }
}

#[test]
fn where_a_statement_comes_from_is_told_by_what_of_it_is_always_the_same() {
    let source = |line: &str, sql: &str, is_ours| Source {
        file: "a.rs".to_owned(),
        place: format!("a.rs:{line}"),
        only: None,
        fixed: fixed(sql),
        has_gaps: true,
        is_ours,
    };
    let code = Code {
        whole: BTreeSet::from(["SELECT id FROM topics WHERE id = $1".to_owned()]),
        sources: vec![
            source("1", "SELECT {COLUMNS} FROM {table} WHERE a = '{{}}'", true),
            source("2", "SELECT {} FROM topics WHERE a = '{{}}' AND {which}", true),
            source("3", "DELETE FROM topics WHERE id = '{id}'", false),
            source("4", "INSERT INTO topics (id, title) VALUES {rows}", true),
        ],
    };
    let heard = [
        ("SELECT id FROM topics WHERE id = $1", true),
        ("SELECT id FROM topics WHERE a = '{}' AND b = $1", false),
        ("SELECT id FROM places WHERE a = '{}'", false),
        ("DELETE FROM topics WHERE id = '1'", true),
        ("INSERT INTO topics (id, title) VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8)", false),
        ("INSERT INTO topics (id, title) VALUES ($1, $2), ($3, $4), ($5, $6)", true),
        ("UPDATE topics SET a = 1", false),
        ("UPDATE topics SET a = 2", true),
    ];
    let heard = BTreeMap::from(heard.map(|(sql, served)| (sql.to_owned(), served)));
    let found = code.put_together(&heard);
    let found: BTreeSet<_> = found
        .into_iter()
        .map(|(source, sql)| (source.map_or("", |source| source.place.as_str()), sql))
        .collect();
    let rows = "INSERT INTO topics (id, title) VALUES ($1, $2), ($3, $4), ($5, $6)";
    assert_eq!(
        found,
        BTreeSet::from([
            ("", "UPDATE topics SET a = 2"),
            ("a.rs:1", "SELECT id FROM places WHERE a = '{}'"),
            ("a.rs:2", "SELECT id FROM topics WHERE a = '{}' AND b = $1"),
            ("a.rs:4", rows),
        ])
    );
}
