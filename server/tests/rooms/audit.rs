use ground::audit::{Checked, Entry, Head, check, head, note};
use ground::db::Kind;
use ground::house::AreaSettings;

use crate::world::{World, number, on_both};

async fn noted(world: &World, entries: i64) {
    for nth in 0..entries {
        let (at, detail) = (world.now(), format!("\"é\n{nth}"));
        let entry = Entry { at, who: None, what: "something done", about: "it", detail: &detail };
        let mut tx = world.db().begin().await.unwrap();
        note(&mut tx, entry).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Changes a table past its triggers, as whoever administers the database can.
async fn tampered(world: &World, table: &str, sql: &str) {
    let (off, on) = match world.db().kind() {
        Kind::Postgres => (
            format!("ALTER TABLE {table} DISABLE TRIGGER USER"),
            format!("ALTER TABLE {table} ENABLE TRIGGER USER"),
        ),
        Kind::Sqlite => {
            let triggers: Vec<(String, String)> = sqlx::query_as(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = $1",
            )
            .bind(table)
            .fetch_all(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
            let drop = triggers.iter().map(|(name, _)| format!("DROP TRIGGER {name};")).collect();
            (drop, triggers.into_iter().map(|(_, sql)| format!("{sql};")).collect())
        }
    };
    let mut connection = world.db().read().await.unwrap();
    for sql in [off.as_str(), sql, &on] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *connection).await.unwrap();
    }
}

async fn fault(world: &World, known: Option<&str>) -> String {
    match check(world.db(), known).await.unwrap() {
        Checked::Without(fault) | Checked::Broken(fault) => fault,
        Checked::Whole(head) => panic!("it is whole: {head:?}"),
    }
}

#[test]
fn the_audit_log_is_a_chain_whose_head_is_known() {
    on_both(async |world| {
        let before = head(world.db()).await.unwrap();
        noted(&world, 3).await;
        let Checked::Whole(Head { number, hash }) =
            check(world.db(), Some(&before.hash)).await.unwrap()
        else {
            panic!("it does not hold")
        };
        assert_eq!(number, before.number + 3);
        assert_eq!(head(world.db()).await.unwrap(), Head { number, hash });
        let later = check(world.db(), Some(&"0".repeat(63))).await.unwrap();
        let Checked::Without(why) = &later else {
            panic!("it is no fault of the chain: {later:?}")
        };
        let last = format!("number {number}, of {}", calendar::clock::day_and_hour(world.now()));
        assert!(why.contains(&last) && why.contains("not yet in this copy"), "{why}");
    });
}

#[test]
fn the_end_of_the_log_goes_by_email_once_a_month_and_is_found_again() {
    on_both(async |world| {
        noted(&world, 1).await;
        let house = world.house.clone().with_settings(AreaSettings {
            audit_head_to: vec!["inspector@example.org".to_owned()],
            ..(*world.house.settings).clone()
        });
        for _ in 0..2 {
            record::send_due(&house).await.unwrap();
        }
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 1, "once a month");
        assert_eq!(emails[0].to, "inspector@example.org");
        let named = "SELECT count(*) FROM deliveries WHERE dedup_key LIKE '%inspector%'";
        assert_eq!(number(&world, named).await, 0, "the row that stays does not say who reads it");
        let hash =
            emails[0].text.split_whitespace().find(|word| word.len() == 64).unwrap().to_owned();
        noted(&world, 2).await;
        assert!(matches!(check(world.db(), Some(&hash)).await.unwrap(), Checked::Whole(_)));
        world.forward(31 * calendar::clock::DAY);
        record::send_due(&house).await.unwrap();
        assert_eq!(world.deliver().await.len(), 1, "again the month after");
        record::send_due(&world.house).await.unwrap();
        assert!(world.deliver().await.is_empty(), "nobody is named");
    });
}

#[test]
fn two_who_write_at_once_follow_each_other() {
    on_both(async |world| {
        tokio::join!(noted(&world, 6), noted(&world, 6), noted(&world, 6), noted(&world, 6));
        let checked = check(world.db(), None).await.unwrap();
        assert!(matches!(checked, Checked::Whole(head) if head.number >= 24));
    });
}

#[test]
fn an_entry_that_is_changed_taken_out_or_moved_is_found() {
    for (sql, says) in [
        ("UPDATE audit SET detail = 'nothing' WHERE number = 2", "Entry 2 has been changed"),
        ("UPDATE audit SET at = at + 1 WHERE number = 3", "Entry 3 has been changed"),
        ("DELETE FROM audit WHERE number = 2", "Entry 2 is missing"),
        ("DELETE FROM audit WHERE number > 3", "the end has been changed"),
        (
            "UPDATE audit SET number = -1 WHERE number = 2; UPDATE audit SET number = 2
             WHERE number = 3; UPDATE audit SET number = 3 WHERE number = -1",
            "Entry 2 has been changed",
        ),
        ("UPDATE audit SET number = -number WHERE number = 5", "before the first"),
    ] {
        on_both(async |world| {
            noted(&world, 5).await;
            tampered(&world, "audit", sql).await;
            let found = fault(&world, None).await;
            assert!(found.contains(says), "{sql}: {found}");
        });
    }
}

#[test]
fn a_log_that_was_written_anew_is_found_by_a_head_that_was_kept_elsewhere() {
    on_both(async |world| {
        noted(&world, 5).await;
        let kept = head(world.db()).await.unwrap();
        tampered(&world, "audit", "DELETE FROM audit WHERE number > 3").await;
        let end = "number = 3, hash = (SELECT hash FROM audit WHERE number = 3)";
        tampered(&world, "audit_head", &format!("UPDATE audit_head SET {end}")).await;
        noted(&world, 4).await;
        assert!(
            matches!(check(world.db(), None).await.unwrap(), Checked::Whole(_)),
            "by itself it holds"
        );
        assert!(fault(&world, Some(&kept.hash)).await.contains("rewritten"));
    });
}
