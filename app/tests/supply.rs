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
fn actions_and_images_are_named_by_their_hash() {
    let workflow = read(".github/workflows/test.yml");
    let actions = workflow.lines().filter_map(|line| line.trim().strip_prefix("- uses: "));
    let actions: Vec<&str> = actions.collect();
    assert!(!actions.is_empty());
    for action in actions {
        let hash = action.split(['@', ' ']).nth(1).unwrap_or_default();
        assert!(is_hash(hash, 40), "{action}: a tag may come to mean another commit");
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
