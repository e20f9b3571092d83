//! The house stands on floors, and imports run downwards only.
//!
//! Cargo refuses circles between crates; here stands which crate is on which floor, that nothing
//! leans on a higher one, and that what is called pure cannot reach a page or a database.
//!
//! To draw the picture of `docs/ARCHITECTURE.md` anew: `make floors`

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "what cargo says is no column")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// Every crate of the house, floor by floor, the lowest first.
const FLOORS: [(&str, &[&str]); 7] = [
    (
        "pure rules",
        &["calendar", "disclosure", "forms", "id", "involvement", "questionnaires", "voting"],
    ),
    ("in the browser", &["islands"]),
    ("the ground", &["ground"]),
    ("people and area", &["accounts", "area", "deliveries", "subscribers"]),
    (
        "the rooms",
        &[
            "consultations",
            "duties",
            "local_offer",
            "notices",
            "outcomes",
            "plans",
            "representatives",
            "rounds",
            "safeguarding",
            "subscriptions",
            "topics",
            "updates",
            "waits",
        ],
    ),
    ("the composition", &["organisers", "record", "app"]),
    ("the building", &["server"]),
];

/// What no pure crate may reach, however far below, nor what parents load into their browsers.
const IMPURE: [&str; 6] = ["axum", "sqlx", "sqlx-core", "leptos", "tokio", "tachys"];

/// The one way from a pure crate to a database, by its feature: `ground` alone asks `calendar` how
/// a moment is a column, since no other crate may say it of a type that is not its own. Whatever is
/// built without `ground` is built without it.
const ROWS: (&str, &str, &str) = ("calendar", "rows", "sqlx");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What cargo knows of all packages and of what each was built with on this machine. Those that
/// only another machine would need were perhaps never fetched.
fn metadata() -> Value {
    let compiler = Command::new("rustc").arg("-vV").current_dir(root()).output().unwrap();
    let compiler = String::from_utf8(compiler.stdout).unwrap();
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    serde_json::from_slice(&cargo.stdout).unwrap()
}

/// The crates of the house that each crate of the house names, but for its tests.
fn leans_on(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let members: Vec<&Value> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package["source"].is_null())
        .collect();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let names: BTreeSet<String> = members.iter().map(|package| name(package)).collect();
    let named = |package: &Value| {
        let needed = package["dependencies"].as_array().unwrap().iter();
        needed
            .filter(|dependency| dependency["kind"].is_null())
            .map(name)
            .filter(|dependency| names.contains(dependency))
            .collect()
    };
    members.into_iter().map(|package| (name(package), named(package))).collect()
}

fn floor_of(crate_name: &str) -> Option<usize> {
    FLOORS.iter().position(|(_, crates)| crates.contains(&crate_name))
}

#[test]
fn every_crate_is_on_a_floor_and_leans_on_none_above_it() {
    let leans_on = leans_on(&metadata());
    // `site` makes the browser's program and is named by nobody.
    for (name, below) in leans_on.iter().filter(|(name, _)| *name != "site") {
        let floor = floor_of(name).unwrap_or_else(|| panic!("{name} is on no floor"));
        for other in below {
            let lower = floor_of(other).unwrap();
            assert!(lower <= floor, "{name} ({}) leans on {other}", FLOORS[floor].0);
        }
    }
    for (_, crates) in FLOORS {
        for name in crates {
            assert!(leans_on.contains_key(*name), "there is no crate {name}");
        }
    }
}

#[test]
fn what_is_pure_cannot_reach_a_page_or_a_database() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let of_package = |id: &str| {
        let packages = metadata["packages"].as_array().unwrap();
        let package = packages.iter().find(|package| package["id"] == id).unwrap();
        package["name"].as_str().unwrap().to_owned()
    };
    let needs = |id: &str| -> Vec<String> {
        let node = nodes.iter().find(|node| node["id"] == id).unwrap();
        let normal = |dependency: &&Value| {
            dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null())
        };
        let name = of_package(id);
        let needed = node["deps"].as_array().unwrap().iter().filter(normal);
        needed
            .map(|dependency| dependency["pkg"].as_str().unwrap().to_owned())
            .filter(|other| (name.as_str(), of_package(other).as_str()) != (ROWS.0, ROWS.2))
            .collect()
    };
    let mut looked_at = BTreeSet::new();
    for node in nodes {
        let id = node["id"].as_str().unwrap();
        let name = of_package(id);
        if !id.starts_with("path+") || !matches!(floor_of(&name), Some(0 | 1)) {
            continue;
        }
        looked_at.insert(name.clone());
        let (mut reached, mut next) = (BTreeSet::new(), vec![id.to_owned()]);
        while let Some(id) = next.pop() {
            if reached.insert(id.clone()) {
                next.extend(needs(&id));
            }
        }
        for id in &reached {
            let other = of_package(id);
            assert!(!IMPURE.contains(&other.as_str()), "{name} is pure and reaches {other}");
        }
    }
    let pure = FLOORS[..2].iter().flat_map(|(_, names)| *names).map(|name| (*name).to_owned());
    assert_eq!(looked_at, pure.collect(), "each of them was looked at");
}

#[test]
fn only_the_ground_asks_for_moments_in_rows() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let (pure, feature, impure) = ROWS;
    let named = |package: &Value, name: &str| -> Vec<Value> {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|dependency| dependency["name"] == name).cloned().collect()
    };
    let calendar = packages.iter().find(|package| package["name"] == pure).unwrap();
    let database = named(calendar, impure);
    assert!(!database.is_empty() && database.iter().all(|named| named["optional"] == true));
    assert_eq!(
        calendar["features"],
        json!({ feature: [format!("dep:{impure}")] }),
        "nothing else brings it"
    );
    let asks: Vec<&str> = packages
        .iter()
        .filter(|package| named(package, pure).iter().any(|named| named["features"] != json!([])))
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    assert_eq!(asks, ["ground"]);
}

#[test]
fn rules_of_a_room_name_no_page_no_statement_and_no_request() {
    let mut files = Vec::new();
    rust_files(&root().join("app"), &mut files);
    let rules: Vec<&PathBuf> = files
        .iter()
        .filter(|file| file.file_name().is_some_and(|name| name == "rules.rs"))
        .collect();
    assert!(rules.len() > 8, "the rules of the rooms were found");
    for file in rules {
        let text = std::fs::read_to_string(file).unwrap();
        for word in ["axum::", "sqlx::", "leptos::", "store::", "pages::", "ui::"] {
            assert!(!text.contains(word), "{} names {word}", file.display());
        }
    }
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// The floors as a drawing: a box for each floor, an arrow for each import that is not plain from
/// the floors, as between two rooms.
fn picture(leans_on: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut drawing = String::from("```mermaid\nflowchart TB\n");
    for (nth, (floor, crates)) in FLOORS.iter().enumerate().rev() {
        let _ = writeln!(drawing, "  subgraph floor{nth} [\"{floor}\"]\n    direction LR");
        for name in *crates {
            let _ = writeln!(drawing, "    {name}");
        }
        drawing += "  end\n";
    }
    for nth in (1..FLOORS.len()).rev() {
        let _ = writeln!(drawing, "  floor{nth} --> floor{}", nth - 1);
    }
    for (name, below) in leans_on {
        for other in below.iter().filter(|other| floor_of(other) == floor_of(name)) {
            let _ = writeln!(drawing, "  {name} --> {other}");
        }
    }
    drawing + "```\n"
}

#[test]
fn the_picture_of_the_floors_is_the_one_of_the_code() {
    const BEGINS: &str = "<!-- made by `make floors` -->\n";
    const ENDS: &str = "<!-- until here -->\n";
    let file = root().join("docs/ARCHITECTURE.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGINS).unwrap();
    let (drawn, after) = rest.split_once(ENDS).unwrap();
    let now = picture(&leans_on(&metadata()));
    if std::env::var_os("UPDATE_FLOORS").is_some() {
        std::fs::write(&file, format!("{before}{BEGINS}{now}{ENDS}{after}")).unwrap();
    } else {
        assert_eq!(drawn, now, "draw it anew: make floors");
    }
}
