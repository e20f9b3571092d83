//! What the program is made of and built with is what it says: no unsafe code of ours, one library
//! for TLS, nothing but the registry, and everything from elsewhere named by its hash.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::Path;

/// A file of the repository.
fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(path)).expect(path)
}

/// What stands between double quotes on each line that begins so.
fn quoted<'t>(text: &'t str, begin: &str) -> Vec<&'t str> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix(begin));
    lines.filter_map(|rest| rest.split('"').nth(1)).collect()
}

/// The cells of each row of the table under this heading, but for its head.
fn table<'t>(text: &'t str, heading: &str) -> Vec<Vec<&'t str>> {
    let part = text.split(&format!("\n## {heading}\n")).nth(1).expect(heading);
    let part = part.split("\n## ").next().unwrap_or_default();
    let rows = part.lines().filter(|line| line.starts_with("| "));
    rows.skip(1).map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// The workflows, each with its name.
fn workflows() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let all = std::fs::read_dir(root.join(".github/workflows")).unwrap();
    let paths = all.map(|entry| entry.unwrap().path());
    paths
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

fn is_hash(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[test]
fn every_crate_of_ours_forbids_unsafe_code() {
    let root = read("Cargo.toml");
    let lints = root.split("[workspace.lints.rust]").nth(1).unwrap();
    assert!(lints.trim_start().starts_with("unsafe_code = \"forbid\""));
    let members = root.split("members = [").nth(1).unwrap().split(']').next().unwrap();
    let members = quoted(members, "");
    assert!(members.len() > 20, "{members:?}");
    for member in members {
        let crates = read(&format!("{member}/Cargo.toml"));
        assert!(crates.contains("\n[lints]\nworkspace = true\n"), "{member} has lints of its own");
    }
}

#[test]
fn all_libraries_are_from_the_registry_and_one_of_them_does_tls() {
    let lock = read("Cargo.lock");
    let sources: BTreeSet<&str> = quoted(&lock, "source = ").into_iter().collect();
    assert_eq!(sources, BTreeSet::from(["registry+https://github.com/rust-lang/crates.io-index"]));
    let names = quoted(&lock, "name = ");
    for other in ["aws-lc-rs", "aws-lc-sys", "boring", "native-tls", "openssl", "openssl-sys"] {
        assert!(!names.contains(&other), "{other} is in Cargo.lock");
    }
    for one in ["ring", "rustls"] {
        assert_eq!(names.iter().filter(|name| **name == one).count(), 1, "{one}");
    }
}

#[test]
fn an_advisory_that_is_ignored_says_why_and_is_about_a_library_that_is_still_there() {
    let (rules, lock) = (read("deny.toml"), read("Cargo.lock"));
    let ignored = rules.split("\nignore = [").nth(1).unwrap().split("\n]").next().unwrap();
    let names = quoted(&lock, "name = ");
    for line in ignored.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let reason = line.split("reason = \"").nth(1).expect(line);
        let library = reason.split(' ').next().unwrap();
        assert!(names.contains(&library), "{library} is gone: so is its advisory");
        assert!(reason.len() > 60, "{line}: why?");
    }
}

#[test]
fn what_is_ignored_is_written_down_with_how_bad_it_is_and_when_somebody_looked() {
    let (rules, page) = (read("deny.toml"), read("docs/security/supply-chain.md"));
    let ignored = rules.split("\nignore = [").nth(1).unwrap().split("\n]").next().unwrap();
    let ignored: BTreeSet<&str> = quoted(ignored, "{ id = ").into_iter().collect();
    let known = table(&page, "Known, and not replaced");
    let written: BTreeSet<&str> = known.iter().map(|row| row[0]).collect();
    assert_eq!(ignored, written, "deny.toml, and docs/security/supply-chain.md");
    let lock = read("Cargo.lock");
    let names = quoted(&lock, "name = ");
    for row in known {
        let [_, library, how_bad, since, why, looked_at] = row[..] else { panic!("{row:?}") };
        assert!(names.contains(&library.trim_matches('`')), "{library} is gone");
        assert!(how_bad.len() > 5 && why.len() > 40, "{row:?}");
        let is_day = |day: &str| calendar::clock::read(day, "12:00").is_some();
        assert!(is_day(since) && is_day(looked_at) && since <= looked_at, "{row:?}");
    }
}

#[test]
fn by_when_a_library_with_a_fault_is_replaced_is_said_and_each_day_a_run_looks_for_one() {
    let page = read("docs/security/supply-chain.md");
    let within: Vec<&str> =
        table(&page, "By when a library is replaced").iter().map(|row| row[1]).collect();
    assert_eq!(within[..3], ["3 days", "7 days", "30 days"]);
    assert!(within.len() == 4 && within[3].starts_with("looked at each month"), "{within:?}");
    let daily = read(".github/workflows/advisories.yml");
    let looks = ["cargo deny fetch db", "make deny"];
    let steps: Vec<&str> =
        daily.lines().filter_map(|line| line.trim().strip_prefix("- run: ")).collect();
    assert!(steps.ends_with(&looks), "{steps:?}");
    let minute_and_hour = quoted(&daily, "- cron: ")[0].strip_suffix(" * * *").expect("each day");
    assert!(minute_and_hour.split(' ').all(|part| part.parse::<u8>().is_ok()));
    let rules = read("Makefile");
    let deny = rules.split("\ndeny:").nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(deny.contains("check --disable-fetch advisories"), "{deny}");
    // Nothing lets all advisories of a kind through.
    let advisories = read("deny.toml");
    let advisories = advisories.split("\n[advisories]").nth(1).unwrap();
    let advisories = advisories.split("\n[").next().unwrap();
    let settings: Vec<&str> = advisories
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split(" =").next())
        .collect();
    assert_eq!(settings, ["ignore"]);
}

#[test]
fn actions_and_images_are_named_by_their_hash() {
    let workflows = workflows();
    assert!(workflows.iter().any(|(name, _)| name.ends_with("test.yml")));
    for (name, workflow) in workflows {
        let actions = workflow.lines().filter_map(|line| line.trim().strip_prefix("- uses: "));
        let actions: Vec<&str> = actions.collect();
        assert!(!actions.is_empty(), "{name}");
        for action in actions {
            let hash = action.split(['@', ' ']).nth(1).unwrap_or_default();
            assert!(is_hash(hash, 40), "{action}: a tag may come to mean another commit");
        }
    }
    let images = read("server/package/Dockerfile");
    let images: Vec<&str> = images.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    assert!(!images.is_empty());
    for image in images {
        let digest = image.split_once("@sha256:").map_or("", |(_, rest)| rest);
        let digest = digest.split(' ').next().unwrap_or_default();
        assert!(is_hash(digest, 64), "{image}: a tag may come to mean another image");
    }
}
