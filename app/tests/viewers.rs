//! What a role opens asks `Viewer::is`, which says no while a second step is missing. Which roles
//! somebody was given at all (`holds`, `is_staff`) is for what leads them to that step, for how
//! they are told, and for their own account; where else it is asked, a role is used without it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::Path;

/// How the code asks which roles somebody was given.
const ASKS: [&str; 4] = [".holds(", "person.holds", "?.holds", "person.is_staff()"];

/// Whether a line of the code asks it. What takes no role asks something else.
fn asks(line: &str) -> bool {
    ASKS.iter().any(|ask| line.contains(ask)) && !line.contains(".holds()")
}

/// Where it may, and why.
const MAY: [(&str, &str); 10] = [
    ("ground/src/viewer.rs", "says what the two are"),
    ("ground/src/routes.rs", "leads to the second step before an address opens"),
    ("accounts/src/session.rs", "how long a session lasts"),
    ("accounts/src/second_factor/own.rs", "where the second step is set up"),
    ("accounts/src/passkeys/own.rs", "a passkey is a second step"),
    ("src/account.rs", "says which roles one has"),
    ("src/home/own.rs", "what a parent has said, for which nobody needs a second step"),
    ("src/emails.rs", "which emails one wants"),
    ("src/task_emails.rs", "which emails one wants"),
    ("src/erase/mod.rs", "what ends with one's account"),
];

#[test]
fn which_roles_somebody_was_given_is_asked_only_where_that_opens_nothing() {
    let app = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut asked, mut faults, mut folders) = (BTreeSet::new(), Vec::new(), vec![app.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.strip_prefix(app).unwrap().display().to_string();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if file.ends_with(".rs") {
                let code = std::fs::read_to_string(&path).unwrap();
                for (line, nth) in code.lines().zip(1..).filter(|(line, _)| asks(line)) {
                    match MAY.iter().find(|(may, _)| file == *may) {
                        Some((may, _)) => _ = asked.insert(*may),
                        None => faults.push(format!("{file}:{nth}: {}", line.trim())),
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "ask Viewer::is here\n{}", faults.join("\n"));
    for (may, _) in MAY {
        assert!(asked.contains(may), "{may} does not ask any more: take it off the list");
    }
}
