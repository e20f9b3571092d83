//! The copies that people take, and what must be in them.

use app::export::everything;
use axum::http::StatusCode;
use calendar::clock::{HOUR, MINUTE};
use serde_json::Value;

use super::life::{Life, Place};
use crate::export::{text_in, unzipped};
use crate::world::{Browser, World};

/// Lets an hour pass if they took a copy within the last one: there is one an hour.
pub fn wait_for_copy(world: &World, life: &Life) {
    if life.copied_at.is_some_and(|at| world.now() < at + HOUR) {
        world.forward(HOUR + MINUTE);
    }
}

/// They show that it is them and save their copy, and all that they did so far is in it.
pub async fn takes_copy(world: &World, who: &Browser<'_>, life: &mut Life) {
    wait_for_copy(world, life);
    assert_eq!(who.post("/account/export", &[]).await.leads_to(), "/account/export");
    life.copied_at = Some(world.now());
    life.has("copies", "account_id", &who.account);
    let saved = who.get("/account/export/copy.zip").await;
    assert_eq!(saved.status, StatusCode::OK, "{}: {}", life.word, saved.html);
    all_is_in(world, &saved.raw, life);
}

/// All that somebody did is in this copy of theirs, and what nobody can tell is theirs is not.
pub fn all_is_in(world: &World, zip: &[u8], life: &mut Life) {
    let (json, html) = (text_in(world, zip, "copy.json"), text_in(world, zip, "read-me.html"));
    let copy: Value = serde_json::from_str(&json).unwrap();
    let (word, missing) = (life.word.as_str(), missing_in(&copy, life));
    assert!(missing.is_empty(), "{word}: {missing:?}");
    for (table, column, value) in life.did.keys().filter(|(.., value)| value.contains(word)) {
        assert!(html.contains(value), "{word}: {table}.{column} is not on the page");
    }
    for said in &life.unjoined {
        assert!(!json.contains(said) && !html.contains(said), "{word}: {said}");
        assert!(!why_left_out(&copy, "responses").is_empty(), "{word}");
    }
    let files = list(&copy["files"]);
    assert_eq!(files.len(), usize::from(life.has_any("evidence_files")), "{word}");
    for file in files {
        let path = file["path"].as_str().expect("a file that is there");
        let content = unzipped(world, zip, path);
        assert!(String::from_utf8_lossy(&content).contains(word), "{word}: {path}");
    }
    life.copied.extend(life.did.keys().map(|(table, ..)| *table));
}

/// What somebody did that would not be in a copy that they took now.
pub async fn missing_now(world: &World, life: &Life) -> Vec<Place> {
    let all = everything(&world.house, &life.whose).await.unwrap();
    missing_in(&serde_json::to_value(&all).unwrap(), life)
}

fn missing_in(copy: &Value, life: &Life) -> Vec<Place> {
    let missing = life.did.iter().filter(|(place, rows)| rows_at(copy, place) < **rows);
    missing.map(|(place, _)| place.clone()).collect()
}

/// In how many rows of a copy this stands there.
fn rows_at(copy: &Value, (table, column, value): &Place) -> usize {
    let held = list(&copy["kept"]).iter().filter(|held| held["table"] == *table);
    held.flat_map(|held| list(&held["rows"])).filter(|row| row[*column] == *value).count()
}

/// Why nothing of a table is in a copy, as it says itself.
fn why_left_out<'c>(copy: &'c Value, table: &str) -> &'c str {
    let left_out = list(&copy["left_out"]).iter().find(|left| left["table"] == table);
    left_out.and_then(|left| left["why"].as_str()).unwrap_or_default()
}

fn list(of: &Value) -> &[Value] {
    of.as_array().expect("a list")
}
