//! What is told to whom, however writes that go together end.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt as _;
use tempfile::TempDir;
use tokio::task::{JoinHandle, yield_now};

use super::*;
use crate::db::connections::connect;
use crate::db::{Db, Transaction, is_of_the_moment};

/// A database in which words are said.
struct Scene {
    db: Db,
    url: String,
    _folder: TempDir,
}

impl Scene {
    async fn new() -> Self {
        Self::within(Limits::NO_HURRY).await
    }

    async fn within(limits: Limits) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/words.db", folder.path().display());
        let db = Db::open_within(&url, Limits::NO_HURRY).await.expect("a database");
        let mut tx = db.begin().await.expect("a write");
        tx.execute(
            "CREATE TABLE words (nth INTEGER PRIMARY KEY, said TEXT NOT NULL UNIQUE,
                                 answers TEXT REFERENCES words (said));
             CREATE TABLE texts (said TEXT NOT NULL)",
        )
        .await
        .expect("tables");
        tx.commit().await.expect("they are kept");
        let db = Db::open_within(&url, limits).await.expect("a database");
        Self { db, url, _folder: folder }
    }

    async fn begin(&self) -> Transaction {
        self.db.begin().await.expect("a write")
    }

    /// Says a word in a write of its own, in a task.
    fn say(&self, word: impl Into<String>) -> JoinHandle<sqlx::Result<()>> {
        let (db, word) = (self.db.clone(), word.into());
        tokio::spawn(async move {
            let mut tx = db.begin().await?;
            say(&mut tx, &word).await?;
            tx.commit().await
        })
    }

    /// What everyone can read, in the order in which it was said.
    async fn words(&self) -> Vec<String> {
        let mut reader = self.db.read().await.expect("a connection");
        sqlx::query_scalar("SELECT said FROM words ORDER BY nth")
            .fetch_all(&mut *reader)
            .await
            .expect("words")
    }

    /// Comes back when so many wait for the turn.
    async fn until_wait(&self, many: usize) {
        let lots = self.db.lots.as_ref().expect("it is SQLite");
        let waiting = || lots.line().waiting.iter().filter(|one| !one.is_closed()).count();
        while waiting() < many {
            yield_now().await;
        }
    }

    /// A write after all others is kept, and its connection is as it should be.
    async fn is_well(&self) {
        self.say("all is well").await.expect("a task").expect("it is kept");
        assert_eq!(self.words().await.last().expect("a word"), "all is well");
        assert!(!self.db.lots.as_ref().expect("it is SQLite").line().is_taken);
    }
}

async fn say(tx: &mut Transaction, word: &str) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO words (said) VALUES ($1)").bind(word).execute(&mut **tx).await?;
    Ok(())
}

/// All are told that nothing was kept, and to try again.
async fn all_are_refused(writes: impl IntoIterator<Item = JoinHandle<sqlx::Result<()>>>) {
    for write in writes {
        let error = write.await.expect("a task").expect_err("nothing is kept");
        assert!(is_of_the_moment(&error), "{error}");
    }
}

#[tokio::test]
async fn those_that_wait_go_together_in_their_order_and_each_is_answered() {
    let scene = Scene::new().await;
    let mut first = scene.begin().await;
    let others: Vec<_> = (10..40).map(|nth| scene.say(nth.to_string())).collect();
    scene.until_wait(30).await;
    say(&mut first, "first").await.expect("a word");
    first.commit().await.expect("it is kept");
    for other in others {
        other.await.expect("a task").expect("it is kept");
    }
    assert_eq!(scene.db.commits(), 1);
    let words = scene.words().await;
    assert_eq!(words[0], "first");
    assert_eq!(words.len(), 31);
    assert!(words[1..].is_sorted(), "{words:?}");
}

#[tokio::test]
async fn one_that_is_alone_is_committed_alone() {
    let scene = Scene::new().await;
    for nth in 1..4 {
        scene.say(nth.to_string()).await.expect("a task").expect("it is kept");
        assert_eq!(scene.db.commits(), nth);
    }
    scene.begin().await.roll_back().await.expect("nothing is kept");
    assert_eq!(scene.db.commits(), 3, "nothing was committed");
    scene.is_well().await;
}

#[tokio::test]
async fn one_that_fails_or_thinks_better_of_it_harms_no_other() {
    let scene = Scene::new().await;
    let mut first = scene.begin().await;
    say(&mut first, "again").await.expect("a word");
    let before = scene.say("before");
    let fails = scene.say("again");
    let between = scene.say("between");
    let db = scene.db.clone();
    let thinks_better = tokio::spawn(async move {
        let mut tx = db.begin().await?;
        say(&mut tx, "regretted").await?;
        tx.roll_back().await
    });
    let last = scene.say("last");
    scene.until_wait(5).await;
    first.commit().await.expect("it is kept");
    let failed = fails.await.expect("a task").expect_err("it was said before");
    assert!(crate::db::already_there(&failed), "{failed}");
    for kept in [before, between, thinks_better, last] {
        kept.await.expect("a task").expect("all is as it was meant");
    }
    assert_eq!(scene.words().await, ["again", "before", "between", "last"]);
    assert_eq!(scene.db.commits(), 1);
    scene.is_well().await;
}

#[tokio::test]
async fn a_first_one_that_comes_to_nothing_takes_nobody_with_it() {
    let scene = Scene::new().await;
    for leaves in [true, false] {
        let mut first = scene.begin().await;
        say(&mut first, "first").await.expect("a word");
        let others = [scene.say(format!("one {leaves}")), scene.say(format!("two {leaves}"))];
        scene.until_wait(2).await;
        if leaves {
            drop(first);
        } else {
            first.roll_back().await.expect("nothing is kept");
        }
        for other in others {
            other.await.expect("a task").expect("it is kept");
        }
    }
    assert_eq!(scene.words().await, ["one true", "two true", "one false", "two false"]);
    scene.is_well().await;
}

#[tokio::test]
async fn nobody_is_told_before_all_is_kept_and_then_everyone_reads_it() {
    let scene = Scene::new().await;
    let mut first = scene.begin().await;
    say(&mut first, "first").await.expect("a word");
    let mut second = pin!(scene.db.begin());
    assert!(second.as_mut().now_or_never().is_none(), "it waits");
    let commits = scene.db.commits();
    let first = tokio::spawn(first.commit());
    let mut second = second.await.expect("a write");
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM words")
        .fetch_one(&mut *second)
        .await
        .expect("a number");
    assert_eq!(seen, 1, "it goes on from where the first one ended");
    assert!(!first.is_finished() && scene.words().await.is_empty());
    assert_eq!(scene.db.commits(), commits);
    say(&mut second, "second").await.expect("a word");
    second.commit().await.expect("it is kept");
    assert_eq!(scene.words().await, ["first", "second"]);
    assert_eq!(scene.db.commits(), commits + 1);
    first.await.expect("a task").expect("it is kept");
}

#[tokio::test]
async fn one_that_comes_to_nothing_is_answered_with_those_whose_work_it_saw() {
    let scene = Scene::new().await;
    let mut first = scene.begin().await;
    say(&mut first, "first").await.expect("a word");
    let mut second = pin!(scene.db.begin());
    assert!(second.as_mut().now_or_never().is_none(), "it waits");
    let first = tokio::spawn(first.commit());
    let second = second.await.expect("a write");
    let mut third = pin!(scene.db.begin());
    assert!(third.as_mut().now_or_never().is_none(), "it waits");
    let second = tokio::spawn(second.roll_back());
    let mut third = third.await.expect("a write");
    assert!(!second.is_finished(), "what it saw is not kept yet");
    // As SQLite does by itself.
    third.execute("ROLLBACK").await.expect("it is lost");
    let third = tokio::spawn(third.commit());
    all_are_refused([first, second]).await;
    assert!(third.await.expect("a task").is_err());
    assert!(scene.words().await.is_empty());
    scene.is_well().await;
}

#[tokio::test]
async fn where_the_transaction_is_lost_everyone_is_told_and_the_next_one_is_kept() {
    // It is noticed at a commit with others waiting, at one without, and where a write is left.
    for (waits, leaves) in [(true, false), (false, false), (true, true), (false, true)] {
        let scene = Scene::new().await;
        let first = scene.begin().await;
        let before = [scene.say("one"), scene.say("two")];
        let db = scene.db.clone();
        let loses = tokio::spawn(async move {
            let mut tx = db.begin().await?;
            tx.execute("ROLLBACK").await?;
            if leaves { Err(sqlx::Error::RowNotFound) } else { tx.commit().await }
        });
        scene.until_wait(3).await;
        let after = waits.then(|| scene.say("after"));
        let first = tokio::spawn(first.commit());
        all_are_refused(before.into_iter().chain([first])).await;
        assert!(loses.await.expect("a task").is_err());
        if let Some(after) = after {
            after.await.expect("a task").expect("it is kept");
            assert_eq!(scene.words().await, ["after"]);
        } else {
            assert!(scene.words().await.is_empty());
        }
        scene.is_well().await;
    }
}

#[tokio::test]
async fn a_full_disk_in_the_middle_is_told_truly_to_each() {
    let scene = Scene::new().await;
    let mut first = scene.begin().await;
    say(&mut first, "first").await.expect("a word");
    let pages: i64 =
        sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *first).await.expect("pages");
    let full = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    first.execute(full).await.expect("a full disk");
    let db = scene.db.clone();
    let fills = tokio::spawn(async move {
        let mut tx = db.begin().await?;
        tx.execute("INSERT INTO texts VALUES (printf('%.100000c', '!'))").await?;
        tx.commit().await
    });
    let last = scene.say("last");
    scene.until_wait(2).await;
    let first = tokio::spawn(first.commit());
    all_are_refused([fills]).await;
    let mut kept = Vec::new();
    for (word, write) in [("first", first), ("last", last)] {
        if write.await.expect("a task").is_ok() {
            kept.push(word);
        }
    }
    assert_eq!(scene.words().await, kept);
    let mut tx = scene.begin().await;
    tx.execute("PRAGMA max_page_count = 100000").await.expect("room");
    tx.commit().await.expect("room");
    scene.is_well().await;
}

#[tokio::test]
async fn a_commit_that_fails_is_told_to_all_of_them() {
    let scene = Scene::new().await;
    let first = scene.begin().await;
    let other = scene.say("other");
    let db = scene.db.clone();
    let refers = tokio::spawn(async move {
        let mut tx = db.begin().await?;
        // No table of ours is so: it would be noticed only by the commit.
        tx.execute("PRAGMA defer_foreign_keys = ON").await?;
        tx.execute("INSERT INTO words (said, answers) VALUES ('yes', 'nothing')").await?;
        tx.commit().await
    });
    scene.until_wait(2).await;
    let first = tokio::spawn(first.commit());
    all_are_refused([first, other, refers]).await;
    assert!(scene.words().await.is_empty());
    scene.is_well().await;
}

#[tokio::test]
async fn one_that_goes_away_in_the_middle_of_its_write_holds_up_nobody() {
    let scene = Scene::new().await;
    let first = scene.begin().await;
    let before = scene.say("before");
    let db = scene.db.clone();
    let (came, has_come) = oneshot::channel();
    let goes = tokio::spawn(async move {
        let mut tx = db.begin().await.expect("a write");
        say(&mut tx, "never said").await.expect("a word");
        let _ = came.send(());
        std::future::pending::<()>().await;
    });
    scene.until_wait(2).await;
    let after = scene.say("after");
    scene.until_wait(3).await;
    let first = tokio::spawn(first.commit());
    has_come.await.expect("it is in the middle");
    goes.abort();
    for kept in [first, before, after] {
        kept.await.expect("a task").expect("it is kept");
    }
    assert_eq!(scene.words().await, ["before", "after"]);
    scene.is_well().await;
}

#[tokio::test]
async fn one_that_goes_away_as_it_waits_or_as_it_is_called_holds_up_nobody() {
    let scene = Scene::new().await;
    let first = scene.begin().await;
    let gone = scene.say("gone");
    scene.until_wait(1).await;
    gone.abort();
    assert!(gone.await.is_err());
    let mut called = Box::pin(scene.db.begin());
    assert!(called.as_mut().now_or_never().is_none(), "it waits");
    let mut commit = Box::pin(first.commit());
    // It is handed in, and the turn is given to who never comes for it.
    while !scene.db.lots.as_ref().expect("it is SQLite").line().waiting.is_empty() {
        assert!(commit.as_mut().now_or_never().is_none(), "the other one has the turn");
        yield_now().await;
    }
    drop(called);
    commit.await.expect("it is kept");
    assert!(scene.words().await.is_empty());
    scene.is_well().await;
}

#[tokio::test]
async fn one_that_goes_away_as_it_begins_holds_up_nobody() {
    let scene = Scene::new().await;
    let mut other = connect(&scene.url, Limits::NO_HURRY).await.expect("another program");
    other.execute("BEGIN IMMEDIATE").await.expect("it writes");
    let mut begins = Box::pin(scene.db.begin());
    for _ in 0..100 {
        assert!(begins.as_mut().now_or_never().is_none(), "it waits for the other program");
        yield_now().await;
    }
    let next = scene.say("next");
    scene.until_wait(1).await;
    drop(begins);
    other.execute("ROLLBACK").await.expect("it has ended");
    next.await.expect("a task").expect("it is kept");
    scene.is_well().await;
}

#[tokio::test]
async fn however_many_have_gone_the_next_one_has_the_turn() {
    let scene = Scene::new().await;
    for keeps in [true, false] {
        let first = scene.begin().await;
        for _ in 0..20_000 {
            assert!(scene.db.begin().now_or_never().is_none(), "it waits, and goes");
        }
        let next = scene.say(format!("next {keeps}"));
        scene.until_wait(1).await;
        let ended = if keeps { first.commit().await } else { first.roll_back().await };
        ended.expect("it has ended");
        next.await.expect("a task").expect("it is kept");
    }
    scene.is_well().await;
}

#[tokio::test]
async fn one_that_goes_away_as_it_is_committed_is_kept_all_the_same() {
    let scene = Scene::new().await;
    let mut tx = scene.begin().await;
    say(&mut tx, "said").await.expect("a word");
    assert!(tx.commit().now_or_never().is_none(), "it takes a while, and nobody waits for it");
    scene.is_well().await;
    assert_eq!(scene.words().await, ["said", "all is well"]);
}

#[tokio::test]
async fn a_lot_has_so_many_writes_at_most() {
    let scene = Scene::new().await;
    let first = scene.begin().await;
    let others: Vec<_> = (0..2 * MOST).map(|nth| scene.say(nth.to_string())).collect();
    scene.until_wait(2 * MOST).await;
    first.commit().await.expect("it is kept");
    for other in others {
        other.await.expect("a task").expect("it is kept");
    }
    assert_eq!(scene.db.commits(), 3);
}

#[tokio::test]
async fn a_lot_takes_in_no_more_when_it_has_been_open_for_long() {
    let mut limits = Limits::NO_HURRY;
    limits.lot = Duration::ZERO;
    let scene = Scene::within(limits).await;
    let first = scene.begin().await;
    let others = [scene.say("one"), scene.say("two")];
    scene.until_wait(2).await;
    first.commit().await.expect("it is kept");
    for other in others {
        other.await.expect("a task").expect("it is kept");
    }
    assert_eq!(scene.db.commits(), 3);
    scene.is_well().await;
}

#[tokio::test]
async fn of_a_lot_that_took_too_long_nothing_is_kept() {
    let mut limits = Limits::NO_HURRY;
    limits.write = Duration::ZERO;
    let scene = Scene::within(limits).await;
    let first = scene.begin().await;
    let others = [scene.say("one"), scene.say("two")];
    scene.until_wait(2).await;
    let first = tokio::spawn(first.commit());
    all_are_refused(others.into_iter().chain([first])).await;
    assert!(scene.words().await.is_empty());
}

#[tokio::test]
async fn whoever_waits_when_the_database_is_closed_is_told_so() {
    let scene = Scene::new().await;
    let first = scene.begin().await;
    let second = scene.say("second");
    scene.until_wait(1).await;
    let db = scene.db.clone();
    let closes = tokio::spawn(async move { db.close().await });
    while !scene.db.pools.writers.is_closed() {
        yield_now().await;
    }
    first.roll_back().await.expect("nothing is kept");
    all_are_refused([second]).await;
    closes.await.expect("it is closed");
}

/// Many at once that end in each way, some of them stopped wherever they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_is_kept_was_meant_and_whatever_was_acknowledged_is_kept() {
    let scene = Scene::new().await;
    say(&mut scene.begin().await, "there").await.expect("a word");
    let mut writes = Vec::new();
    for nth in 0..600 {
        let db = scene.db.clone();
        writes.push(tokio::spawn(async move {
            let mut tx = db.begin().await?;
            say(&mut tx, &format!("one {nth}")).await?;
            if nth % 5 == 0 {
                yield_now().await;
            }
            say(&mut tx, &format!("other {nth}")).await?;
            match nth % 7 {
                0 => Err(sqlx::Error::RowNotFound),
                1 => tx.roll_back().await.and(Err(sqlx::Error::RowNotFound)),
                2 => say(&mut tx, &format!("one {nth}")).await,
                _ => tx.commit().await,
            }
        }));
        if nth % 3 == 0 {
            yield_now().await;
        }
        if nth % 11 == 0 {
            writes[nth / 2].abort();
        }
    }
    let mut acknowledged = BTreeSet::new();
    for (nth, write) in writes.into_iter().enumerate() {
        match write.await {
            Ok(Ok(())) => _ = acknowledged.insert(nth),
            Ok(Err(error)) => assert!(nth % 7 < 3, "{nth} should be kept: {error}"),
            Err(stopped) => assert!(stopped.is_cancelled(), "{stopped}"),
        }
    }
    scene.is_well().await;
    let words: BTreeSet<String> = scene.words().await.into_iter().collect();
    let is_there = |word: &str, nth| words.contains(&format!("{word} {nth}"));
    for nth in 0..600 {
        assert_eq!(is_there("one", nth), is_there("other", nth), "{nth} is there by half");
        assert!(!is_there("one", nth) || nth % 7 > 2, "{nth} was never meant");
        assert!(is_there("one", nth) || !acknowledged.contains(&nth), "{nth} was promised");
    }
    assert!(acknowledged.len() > 200, "{}", acknowledged.len());
}
