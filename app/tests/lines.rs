//! No line of the code is longer than an editor beside another shows: `rustfmt` keeps that for what
//! it can break, and leaves long texts, comments and tables as they are.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

/// The longest line, in characters: `max_width` of `rustfmt.toml`.
const LONGEST: usize = 100;

/// What is made by the build or by other programs, and is no code of ours.
const NOT_OURS: [&str; 3] = ["target", "node_modules", ".git"];

/// The lines that are too long, each with its file, its number and how long it is.
fn too_long(file: &str, code: &str) -> Vec<String> {
    let lines = code.lines().zip(1..).map(|(line, nth)| (nth, line.chars().count()));
    let long = lines.filter(|(_, length)| *length > LONGEST);
    long.map(|(nth, length)| format!("{file}:{nth}: {length} characters")).collect()
}

#[test]
fn no_line_of_the_code_is_longer_than_a_hundred_characters() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut looked_at, mut faults, mut folders) = (0, Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if entry.file_type().unwrap().is_dir() {
                if !NOT_OURS.contains(&&*name) {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") {
                looked_at += 1;
                let file = path.strip_prefix(root).unwrap().display().to_string();
                faults.extend(too_long(&file, &std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(looked_at > 400, "only {looked_at} files were looked at");
    faults.sort();
    assert!(faults.is_empty(), "{} lines are too long\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_line_is_measured_in_characters() {
    let (fits, long) = ("é".repeat(LONGEST), "é".repeat(LONGEST + 1));
    assert_eq!(too_long("a.rs", &format!("\n{fits}\n{long}\n")), ["a.rs:3: 101 characters"]);
}
