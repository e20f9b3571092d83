//! What cannot be read is never empty: no file that asks the database turns what it finds there
//! into a default. It is read by `known`, `read_json`, `parsed`, `number` and `day`
//! (`ground/src/db.rs`), which make it an error. And a point in time is a `Moment`, also where it
//! is read. What no lint can tell apart is looked for here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

/// What turns something into a default, each with what to do instead.
const BANNED: [(&str, &str); 4] = [
    ("unwrap_or_default()", "known(…)?, or for what may be absent say what that means"),
    (".ok()", "parsed(…)? or number(…)?"),
    ("::read)", "known(Word::read(…), \"table.column\")?"),
    ("_ =>", "name each word; one that is none of them is known(None, …)"),
];

/// How a match ends in which every known word is named.
const ENDS: [&str; 3] = ["_ => None,", "_ => return known(None,", "_ => return db::known(None,"];

/// Lines that are right, each with the reason.
const ALLOWED: [(&str, &str, &str); 7] = [
    ("src/search/store.rs", "word.unwrap_or_default()", "a word that nobody used was meant so"),
    ("topics/src/support/store.rs", ".next().unwrap_or_default()", "nothing is counted yet"),
    ("notices/src/store.rs", "Id::parse(sent.typed(", "what a reader sent, not a column"),
    ("notices/src/ledger/owing.rs", "_ => all.push(EmailDue {", "another email than the last one"),
    ("notices/src/ledger/owing.rs", "services.unwrap_or_default()", "what is asked for, no column"),
    ("accounts/src/attempts.rs", "parts.extensions.get::<Self>()", "what a request carries"),
    ("accounts/src/attempts.rs", "_ => 5,", "a limit for each kind of email that has no other"),
];

/// A line of a file that asks the database.
struct Line {
    file: String,
    number: usize,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every line of the files that ask the database, but for their tests and for those functions
/// themselves.
fn lines() -> Vec<Line> {
    let (mut lines, mut folders) = (Vec::new(), vec![root().join("app")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.strip_prefix(root()).unwrap().display().to_string();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if file.ends_with(".rs") && !file.starts_with("app/ground/src/db") {
                let text = std::fs::read_to_string(&path).unwrap();
                if text.contains("sqlx::query") {
                    let code = text.lines().take_while(|line| *line != "#[cfg(test)]").enumerate();
                    lines.extend(code.map(|(nth, line)| Line {
                        file: file.clone(),
                        number: nth + 1,
                        text: line.trim().to_owned(),
                    }));
                }
            }
        }
    }
    lines
}

/// What is wrong in a line, if anything is.
fn wrong(line: &Line) -> Option<&'static str> {
    if line.text.starts_with("//") || ENDS.iter().any(|end| line.text.starts_with(end)) {
        return None;
    }
    BANNED.iter().find(|(banned, _)| line.text.contains(banned)).map(|(_, instead)| *instead)
}

#[test]
fn nothing_that_is_read_from_the_database_becomes_a_default() {
    let lines = lines();
    assert!(lines.len() > 10_000, "only {} lines ask the database", lines.len());
    let faults: Vec<String> = lines
        .iter()
        .filter(|line| {
            let is_this = |(file, text, _): &(&str, &str, &str)| {
                line.file.ends_with(file) && line.text.contains(text)
            };
            !ALLOWED.iter().any(is_this)
        })
        .filter_map(|line| {
            let instead = wrong(line)?;
            Some(format!("{}:{}: {}\n    {instead}", line.file, line.number, line.text))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn whatever_sets_the_address_of_an_account_sets_the_mailbox_it_counts_by() {
    let lines = lines();
    let mut written = 0;
    for (nth, line) in lines.iter().enumerate() {
        let begin = ["UPDATE accounts SET ", "INSERT INTO accounts ("];
        let Some(at) = begin.iter().find_map(|begin| line.text.find(*begin)) else { continue };
        let rest: Vec<&str> = lines[nth + 1..].iter().take(9).map(|line| &*line.text).collect();
        let statement = format!("{} {}", &line.text[at..], rest.join(" "));
        let statement = statement.split('"').next().unwrap();
        let sets = statement.split(" WHERE ").next().unwrap();
        if sets.contains("email") {
            written += 1;
            assert!(statement.contains("mailbox"), "{}:{}: {statement}", line.file, line.number);
        }
    }
    assert!(written > 2, "only {written} statements set the address of an account");
}

#[test]
fn what_is_called_a_time_is_a_moment_and_no_number() {
    // The half-minute of a code, by its number.
    let is_time = |name: &str| (name == "now" || name.ends_with("_at")) && name != "was_let_in_at";
    let is_of_a_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut faults = Vec::new();
    for line in lines() {
        for number in ["i64", "Option<i64>", "Millis", "Option<Millis>"] {
            let (declared, read) = (format!(": {number}"), format!("<{number}, _>(\""));
            let names = line.text.match_indices(&declared).map(|(at, _)| {
                line.text[..at].rsplit(|letter: char| !is_of_a_name(letter)).next().unwrap()
            });
            let columns = line
                .text
                .match_indices(&read)
                .map(|(at, _)| line.text[at + read.len()..].split('"').next().unwrap());
            if names.chain(columns).any(is_time) {
                faults.push(format!("{}:{}: {}", line.file, line.number, line.text));
            }
        }
    }
    assert!(faults.is_empty(), "a point in time is a Moment:\n{}", faults.join("\n"));
}

#[test]
fn every_exception_is_still_needed() {
    let lines = lines();
    for (file, text, why) in ALLOWED {
        let is_there = |line: &Line| {
            line.file.ends_with(file) && line.text.contains(text) && wrong(line).is_some()
        };
        assert!(lines.iter().any(is_there), "{file}: “{text}” ({why})");
    }
}

#[test]
fn a_default_is_found_and_a_match_that_names_every_word_is_not() {
    let line = |text: &str| Line { file: String::new(), number: 1, text: text.to_owned() };
    for text in [
        "verdict: row.get::<Option<&str>, _>(3).and_then(Verdict::read),",
        "let at = row.get::<String, _>(1).parse().ok();",
        "_ => Outcome::Deciding { by: row.get(2) },",
        "let json = to_string(&answers).unwrap_or_default();",
    ] {
        assert!(wrong(&line(text)).is_some(), "{text}");
    }
    for text in [
        "_ => None,",
        "_ => return known(None, \"what happened to a plan\"),",
        "verdict: known(Verdict::read(row.get(3)), \"verdicts.verdict\")?,",
        "/// Never `unwrap_or_default()`.",
    ] {
        assert!(wrong(&line(text)).is_none(), "{text}");
    }
}
