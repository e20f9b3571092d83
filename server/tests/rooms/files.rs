//! Files that nothing names any more are taken away after four weeks, and no others; and the list
//! of what names files is whole.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Bytes;
use calendar::clock::DAY;
use ground::files::{Files, NAMED_IN};
use ground::viewer::Role;
use questionnaires::{Questionnaire, file};
use server::retention;

use crate::erase::columns_with;
use crate::fixtures::consultations::{
    ask_who_waits, import_questions, new_for_anyone, read_questions,
};
use crate::plans::{leader, register};
use crate::updates::{DONE, closed_topic};
use crate::world::{World, change, number, on_both};

/// One white point.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\
    \0\0\0\nIDATx\x9cc\xf8\x0f\0\x01\x01\x01\0\xb18\xf6\x14\0\0\0\0IEND\xaeB`\x82";

/// A world whose files are in a folder, where their times can be set.
fn in_a_folder(world: World) -> World {
    let mut house = world.house.clone();
    let folder = world.folder().join("files");
    house.files = Files::open(&format!("file:{}", folder.display())).unwrap();
    world.around(house)
}

/// Puts a file there as of now, by the clock of this world; its name.
async fn put(world: &World, words: &'static str) -> String {
    let content = Bytes::from_static(words.as_bytes());
    let hash = world.house.files.put(content).await.unwrap();
    let now = UNIX_EPOCH + Duration::from_millis(world.now().millis().try_into().unwrap());
    let path = world.folder().join("files").join(&hash);
    fs::File::options().write(true).open(path).unwrap().set_modified(now).unwrap();
    hash
}

async fn name(world: &World, hash: &str) {
    let sql = "INSERT INTO area_texts (name, words, changed_at) VALUES";
    change(world, &format!("{sql} ('{hash}', '{hash}.png', 1)")).await;
}

/// As where a picture is replaced.
async fn name_no_more(world: &World, hash: &str) {
    change(world, &format!("UPDATE area_texts SET words = '' WHERE name = '{hash}'")).await;
}

#[test]
fn a_file_goes_once_nothing_has_named_it_for_four_weeks_and_no_other_does() {
    on_both(async |world| {
        let world = in_a_folder(world);
        let alone = put(&world, "of a draft that nobody recorded").await;
        let always = put(&world, "a picture that stays").await;
        let replaced = put(&world, "a picture that is replaced").await;
        let named_late = put(&world, "named after a while").await;
        let put_again = put(&world, "put in again").await;
        for hash in [&always, &replaced] {
            name(&world, hash).await;
        }
        let is_there = |hash: &String| world.folder().join("files").join(hash).exists();
        let days_later = async |days: i64| {
            world.forward(days * DAY);
            retention::keep_files(&world.house).await.unwrap();
        };
        days_later(0).await;
        days_later(9).await;
        name_no_more(&world, &replaced).await;
        days_later(1).await;
        name(&world, &named_late).await;
        put(&world, "put in again").await;
        days_later(10).await;
        days_later(7).await;
        for hash in [&alone, &always, &replaced, &named_late, &put_again] {
            assert!(is_there(hash), "27 days");
        }
        days_later(2).await;
        assert!(!is_there(&alone), "29 days");
        for hash in [&always, &replaced, &named_late] {
            assert!(is_there(hash));
        }
        assert!(is_there(&put_again), "it was put in again 19 days ago");
        days_later(10).await;
        assert!(!is_there(&replaced), "replaced 29 days ago");
        assert!(!is_there(&put_again), "put in again 29 days ago");
        // The days before somebody named it don't count.
        name_no_more(&world, &named_late).await;
        days_later(0).await;
        days_later(27).await;
        assert!(is_there(&named_late), "27 days after it was replaced");
        days_later(2).await;
        assert!(!is_there(&named_late), "29 days after it was replaced");
        days_later(0).await;
        assert!(is_there(&always));
        assert_eq!(number(&world, "SELECT count(*) FROM unnamed_files").await, 0);
    });
}

#[test]
fn every_column_that_names_a_file_is_on_the_list_by_which_files_are_kept() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let shows = [("picture_shows", "All of us")];
        admin.post_file("/admin/contact", &shows, ("us.png", PNG)).await.leads_to();

        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        let drafts = format!("/lead/plans/{plan}/drafts");
        let draft = [("summary", "In short"), ("body", "")];
        let pdf: &[u8] = b"%PDF-1.7\nThe plan.\n%%EOF";
        leader.post_file(&drafts, &draft, ("plan.pdf", pdf)).await.leads_to();

        let about = format!("topic:{topic}");
        let fields = [&DONE[..], &[("about", about.as_str())]].concat();
        let new = "/lead/updates/new";
        let pdf: &[u8] = b"%PDF-1.7\nThe buses.\n%%EOF";
        let file_id = leader.post_file(new, &fields, ("buses.pdf", pdf)).await.sends("files");
        let told = [&fields[..], &[("files", file_id.as_str()), ("step", "publish")]].concat();
        let update = leader.post(new, &told).await.leads_to();
        let update = update.split(['/', '?']).nth(2).unwrap();

        let organiser = world.organiser().await;
        let judge = format!("/forum/updates/{update}");
        let disputed = [("version", "1"), ("verdict", "disputed")];
        let pdf: &[u8] = b"%PDF-1.7\nOur count.\n%%EOF";
        let file_id = organiser.post_file(&judge, &disputed, ("our.pdf", pdf)).await.sends("files");
        let words = [("words", "It came late."), ("files", file_id.as_str())];
        organiser.post(&judge, &[&disputed[..], &words].concat()).await.leads_to();

        let desk = new_for_anyone(&world, &organiser, "With a picture", 60).await;
        ask_who_waits(&organiser, &desk).await;
        let picture = [("text", "Where it is"), ("kind", "picture"), ("words", "A map")];
        let question = format!("{desk}/questions/new");
        organiser.post_file(&question, &picture, ("map.png", PNG)).await.leads_to();
        // The same questions from a file, put in, and once more to decide about.
        let asked = world.one("SELECT questions FROM questionnaires").await;
        let asked: Questionnaire = serde_json::from_str(&asked).unwrap();
        let asked = file::write(&asked).unwrap();
        import_questions(&organiser, &desk, asked.as_bytes()).await.done();
        read_questions(&organiser, &desk, asked.as_bytes()).await;

        let mut found = BTreeSet::new();
        for hash in world.house.files.all().await.unwrap() {
            found.extend(columns_with(&world, &hash).await);
        }
        let listed: BTreeSet<String> =
            NAMED_IN.map(|(table, column)| format!("{table}.{column}")).into();
        let missing: Vec<_> = found.difference(&listed).collect();
        assert!(missing.is_empty(), "`NAMED_IN` (app/ground/src/files/named.rs) lacks {missing:?}");
        // What a form kept holds one while somebody signs in, and a file to decide about may.
        let for_a_while = ["first_acts.fields", "question_imports.waiting"];
        let seen = listed.iter().filter(|column| !for_a_while.contains(&column.as_str()));
        let unseen: Vec<_> = seen.filter(|column| !found.contains(*column)).collect();
        assert!(unseen.is_empty(), "nothing is named there: {unseen:?}");
    });
}
