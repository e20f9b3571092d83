//! A whole area out of one database and into another, of either kind.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use calendar::clock::{Clock, Moment};
use ground::db::{Db, Kind};
use ground::files::{FileKind, Files};
use ground::house::House;
use ground::viewer::Role;
use server::backup;
use server::copying::{self, How};

use crate::world::{Like, World, has_postgres, on_both};

/// The demonstration area, in which every table but a few holds rows.
async fn filled(world: World) -> World {
    let folder = world.folder().join("files");
    let files = Files::open(&format!("file:{}", folder.display())).unwrap();
    // Filled when the first of these tests began.
    static NOW: LazyLock<Moment> = LazyLock::new(|| Clock::system().now());
    let file = world.folder().join("demo.db");
    let url = Like::Demonstration(*NOW).copied(world.db().kind(), &file).await;
    let db = Db::open(&url).await.unwrap();
    let house = House::new(db, files, Clock::system(), World::names());
    let draft = "%PDF-1.7 what is to be planned".into();
    house.files.keep("draft.pdf", FileKind::Pdf, draft).await.unwrap();
    world.around(house)
}

async fn empty(kind: Kind, folder: &Path) -> Db {
    let file = folder.join(format!("{}.db", id::fresh()));
    Db::open(&Like::Tables.copied(kind, &file).await).await.unwrap()
}

#[test]
fn a_backup_is_restored_into_either_database_with_every_row_and_file_and_holds_its_emails() {
    on_both(async |world| {
        let world = filled(world).await;
        let folder = world.folder().join("backups");
        let now = world.now();
        let (made, manifest) =
            backup::make(world.db(), &world.house.files, &folder, now, None).await.unwrap();
        assert!(manifest.tables["topics"].rows > 5 && !manifest.files.is_empty(), "{manifest:?}");
        assert_eq!(backup::check(&folder).await.unwrap(), manifest);

        for kind in [Kind::Sqlite, Kind::Postgres] {
            if kind == Kind::Postgres && !has_postgres() {
                continue;
            }
            let db = empty(kind, world.folder()).await;
            let files = format!("file:{}/{kind:?}", world.folder().display());
            let files = Files::open(&files).unwrap();
            backup::restore(&made, &db, &files, now).await.unwrap();
            for name in &manifest.files {
                files.check(name).await.unwrap();
            }
            let mut sums = db.read_all(&mut ()).await.unwrap();
            // What is so of the service says that emails are held.
            assert_ne!(sums.remove("service_state"), manifest.tables.get("service_state").cloned());
            assert!(sums.iter().all(|(table, sum)| manifest.tables.get(table) == Some(sum)));
            let again = backup::restore(&made, &db, &files, now).await.unwrap_err();
            assert!(again.contains("not empty"), "{again}");

            let house = House::new(db.clone(), files, world.house.clock.clone(), World::names());
            let mut copy = world.beside(house);
            copy.south = area::store::places(&db).await.unwrap()[0].id.clone();
            assert!(copy.deliver().await.is_empty(), "emails are held");
            let admin = copy.signed_in("another.admin@example.org", &[Role::Admin]).await;
            assert!(admin.get("/admin/service").await.says("Emails are on hold"));
            let released = admin.post("/admin/service", &[]).await.leads_to();
            assert!(!admin.get(&released).await.says("Emails are on hold"));
            assert!(admin.get(&released).await.says("Emails released"));
            let pages = public_pages(&world).await;
            assert!(pages.len() > 30, "{pages:?}");
            for page in pages {
                let (found, there) =
                    (copy.visitor().get(&page).await, world.visitor().get(&page).await);
                let (found, there) =
                    [found, there].map(|page| (page.status, without_form_key(&page.html))).into();
                assert_eq!(found, there, "{page}");
            }
            db.close().await;
        }
    });
}

/// A page but for the one thing that is new each time it is shown: what makes a form count once.
fn without_form_key(html: &str) -> String {
    let name = r#"name="form_key" value=""#;
    match html.split_once(name) {
        Some((before, after)) => {
            format!("{before}{}", after.split_once('"').map_or(after, |(_, after)| after))
        }
        None => html.to_owned(),
    }
}

/// The addresses of all pages about one public thing, and of the lists, as a search engine is told.
async fn public_pages(world: &World) -> Vec<String> {
    let map = world.visitor().get("/sitemap/1").await.html;
    let of = map.split("<loc>").skip(1).filter_map(|rest| rest.split_once("</loc>"));
    let path = |(address, _): (&str, &str)| {
        let after = address.split_once("://").map_or(address, |(_, after)| after);
        after.find('/').map_or_else(|| "/".to_owned(), |at| after[at..].to_owned())
    };
    of.map(path).chain(["/topics?search=autism".to_owned(), "/search?q=bus".to_owned()]).collect()
}

#[test]
fn an_area_goes_from_one_database_to_the_other_and_back_with_the_same_hashes() {
    on_both(async |world| {
        if !has_postgres() {
            return;
        }
        let world = filled(world).await;
        let before = world.db().read_all(&mut ()).await.unwrap();
        let other = match world.db().kind() {
            Kind::Sqlite => Kind::Postgres,
            Kind::Postgres => Kind::Sqlite,
        };
        let there = empty(other, world.folder()).await;
        let (how, said) = (How::default(), RefCell::new(Vec::new()));
        let copied = copying::copy(world.db(), &there, &how).await.unwrap();
        assert!(copied.rows > 100 && copied.were_there == 0, "{copied:?}");
        assert_eq!(there.read_all(&mut ()).await.unwrap(), before);
        let back = empty(world.db().kind(), world.folder()).await;
        let guarded = guards(&back).await;
        let say = |words: &str| said.borrow_mut().push(words.to_owned());
        let aloud = How { say: &say, ..How::default() };
        copying::copy(&there, &back, &aloud).await.unwrap();
        assert_eq!(back.read_all(&mut ()).await.unwrap(), before);
        let topics = format!("topics: {0} of {0} rows", before["topics"].rows);
        assert!(said.borrow().contains(&topics), "{:?}", said.borrow());

        // The rules that were out of the way stand again, every one.
        assert_eq!(guards(&back).await, guarded);
        let mut tx = back.begin().await.unwrap();
        let change = sqlx::query("UPDATE topics SET title = 'Another'").execute(&mut *tx).await;
        tx.roll_back().await.unwrap();
        assert!(change.unwrap_err().to_string().contains("not edited"));

        // What is whole already is only compared, and nothing else is written over.
        let again = copying::copy(&there, &back, &how).await.unwrap();
        assert_eq!(again.were_there, again.rows);
        adds_a_place(&back, "Elsewhere").await;
        for start_again in [false, true] {
            let how = How { start_again, ..How::default() };
            let refused = copying::copy(&there, &back, &how).await.unwrap_err();
            assert!(refused.contains("not empty"), "{refused}");
        }
        back.close().await;
    });
}

/// What the database itself makes sure of, as it says.
async fn guards(db: &Db) -> BTreeSet<String> {
    let sql = match db.kind() {
        Kind::Sqlite => "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master",
        Kind::Postgres => {
            "SELECT CAST(conrelid::regclass AS TEXT) || ' ' || CAST(conname AS TEXT) || ' '
               || pg_get_constraintdef(oid) || ' ' || CAST(convalidated AS TEXT)
             FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
             UNION ALL SELECT pg_get_triggerdef(oid) || ' ' || CAST(tgenabled AS TEXT)
             FROM pg_trigger WHERE NOT tgisinternal"
        }
    };
    let found: Vec<String> =
        sqlx::query_scalar(sql).fetch_all(&mut *db.read().await.unwrap()).await.unwrap();
    found.into_iter().collect()
}

async fn adds_a_place(db: &Db, name: &str) {
    let mut tx = db.begin().await.unwrap();
    area::store::add(&mut tx, area::AreaKind::Place, name, None).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn a_copy_of_an_area_that_changes_meanwhile_is_refused_and_is_no_area() {
    on_both(async |world| {
        let world = filled(world).await;
        let there = empty(world.db().kind(), world.folder()).await;
        // As a service that runs on it: it changes between one table and the next.
        let say = |words: &str| {
            if words.starts_with("topics:") {
                tokio::task::block_in_place(|| {
                    let beat = world.db().beat(world.now());
                    tokio::runtime::Handle::current().block_on(beat).unwrap();
                });
            }
        };
        let how = How { say: &say, ..How::default() };
        let refused = copying::copy(world.db(), &there, &how).await.unwrap_err();
        assert!(refused.contains("was changed while it was being copied"), "{refused}");
        assert!(there.holds_half_a_copy().await.unwrap());

        let how = How::default();
        let refused = copying::copy(world.db(), &there, &how).await.unwrap_err();
        assert!(
            refused.contains("has changed since") && refused.contains("service_state"),
            "{refused}"
        );
        assert!(there.holds_half_a_copy().await.unwrap());
        let from_the_start = How { start_again: true, ..How::default() };
        let copied = copying::copy(world.db(), &there, &from_the_start).await.unwrap();
        assert_eq!(copied.were_there, 0);
        assert!(!there.holds_half_a_copy().await.unwrap());
        assert_eq!(
            there.read_all(&mut ()).await.unwrap(),
            world.db().read_all(&mut ()).await.unwrap()
        );
    });
}

#[test]
fn a_backup_that_was_stopped_or_damaged_is_none_and_the_next_one_is_whole() {
    on_both(async |world| {
        let world = filled(world).await;
        let folder = world.folder().join("backups");
        // As one that was killed half-way leaves it.
        fs::create_dir_all(folder.join("unfinished/tables")).unwrap();
        fs::write(folder.join("unfinished/tables/topics.jsonl"), "[\"half a row").unwrap();
        assert!(backup::check(&folder).await.unwrap_err().contains("There is no backup"));
        let files = &world.house.files;
        for day in 0..4 {
            let now = world.now() + day * calendar::clock::DAY;
            backup::make(world.db(), files, &folder, now, Some(3)).await.unwrap();
        }
        let made = |name: &&String| name.starts_with("20");
        let names: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(names.iter().filter(made).count(), 3, "{names:?}");

        let last = folder.join(names.iter().filter(made).max().unwrap());
        let topics = last.join("tables/topics.jsonl");
        let rows = fs::read_to_string(&topics).unwrap();
        fs::write(&topics, rows.split_once('\n').unwrap().1).unwrap();
        assert!(backup::check(&last).await.is_err(), "a row is missing");
        fs::write(&topics, rows).unwrap();
        let manifest = backup::check(&last).await.unwrap();
        fs::write(folder.join("files").join(&manifest.files[0]), "other").unwrap();
        assert!(backup::check(&last).await.unwrap_err().contains("is damaged"));
    });
}

#[test]
fn two_backups_of_one_second_are_two_and_two_at_once_are_not_made() {
    on_both(async |world| {
        let folder = world.folder().join("backups");
        let make = || backup::make(world.db(), &world.house.files, &folder, world.now(), None);
        let (one, _) = make().await.unwrap();
        let (other, _) = make().await.unwrap();
        assert_ne!(one, other);
        let held = fs::File::create(folder.join("lock")).unwrap();
        held.try_lock().unwrap();
        let refused = make().await.unwrap_err();
        assert!(refused.starts_with("Another backup is being made"), "{refused}");
        drop(held);
        assert!(make().await.is_ok());
    });
}

#[test]
fn the_daily_backup_is_made_once_a_night_and_at_once_where_there_is_none() {
    on_both(async |world| {
        let folder = world.folder().join("backups");
        let made = || {
            let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
            names.filter(|name| name.to_string_lossy().starts_with("20")).count()
        };
        // The tests' clock begins at eight in the morning; a night comes at two.
        for (hours, backups) in [(0, 1), (1, 1), (16, 1), (1, 2), (23, 2), (1, 3), (48, 4)] {
            world.forward(hours * calendar::clock::HOUR);
            backup::make_daily(&world.house, &folder).await.unwrap();
            assert_eq!(made(), backups, "after {hours} hours more");
        }
    });
}
