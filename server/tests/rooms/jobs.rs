//! The worker's jobs: all of them, driven by hand, and where an administrator sees them by name.

use std::collections::BTreeSet;
use std::sync::Arc;

use calendar::clock::DAY;
use ground::jobs::Rhythm;
use ground::viewer::Role;
use server::jobs::{self, Wrong};

use crate::world::{number, on_both, on_sqlite};

#[test]
fn each_job_has_a_name_of_its_own_that_an_administrator_sees_with_how_it_went() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let done = world.work().await;
        let names: BTreeSet<_> = done.iter().map(|(name, _)| *name).collect();
        assert!(names.len() == done.len() && names.len() > 15, "{done:?}");
        let page = admin.get("/admin/service").await;
        for (name, went) in done {
            // The tests' clock is not the database's.
            let how = match went {
                Ok(()) => "working",
                Err(Wrong::Failed(_)) if name == "the clock" => "failed and will be tried again",
                Err(wrong) => panic!("{name}: {wrong:?}"),
            };
            assert!(page.says(&format!("<li>{name}: {how}</li>")), "{name}: {}", page.html);
        }
    });
}

#[test]
fn driven_by_hand_the_jobs_do_what_is_due_and_doing_them_again_changes_nothing() {
    on_both(async |world| {
        let (round, _) = world.voting("Buses that are on time").await;
        world.forward(11 * DAY);
        world.work().await;
        let closed = world.visitor().get(&format!("/rounds/{round}")).await.html;
        assert_eq!(rounds::close_due(world.db(), &world.house.clock).await.unwrap(), 0);
        world.work().await;
        assert_eq!(world.visitor().get(&format!("/rounds/{round}")).await.html, closed);
        let backups = std::fs::read_dir(world.folder().join("backups")).unwrap();
        let made = backups.filter(|entry| {
            entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("20"))
        });
        assert_eq!(made.count(), 1, "one backup, in the folder it was told");
    });
}

#[test]
fn a_job_that_follows_writes_writes_nothing_where_nothing_is_due_or_it_would_wake_itself() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let presence = Arc::new(world.db().presence().await.unwrap());
        let mut follow = jobs::all(&world.house, None, None, presence);
        follow.retain(|job| job.rhythm() == Rhythm::AfterWrites);
        assert!(follow.len() > 5);
        // What was due is done, and what follows from it.
        for _ in 0..3 {
            jobs::each_once(&follow, &world.house.health).await;
        }
        for job in follow {
            let commits = world.db().commits();
            assert_eq!(job.begin().await, Ok(()), "{}", job.name());
            assert_eq!(world.db().commits(), commits, "{}", job.name());
        }
    });
}

#[test]
fn at_night_sqlite_learns_how_tables_have_grown_and_keeps_nothing_of_what_is_in_them() {
    on_sqlite(async |world| {
        world.parent(1).await.propose("A bus that waits").await;
        world.work().await;
        assert!(number(&world, "SELECT count(*) FROM sqlite_stat1").await > 0);
        // Values of rows. Where there are any, each statement is prepared anew for each value.
        assert_eq!(number(&world, "SELECT count(*) FROM sqlite_stat4").await, 0);
    });
}
