//! The security standard that we go by, line by line: `docs/security/asvs.toml` leaves none of its
//! requirements out, and the tests, files and headings that it names are there.
//!
//! To make `docs/security/asvs.md` anew: `UPDATE_ASVS=1 cargo test -p app --test asvs`

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

/// The sections of the OWASP ASVS 5.0.0, each with the level of its requirements in their order.
const STANDARD: [(&str, &str); 80] = [
    ("1.1", "22"),
    ("1.2", "1111122223"),
    ("1.3", "112222222223"),
    ("1.4", "222"),
    ("1.5", "123"),
    ("2.1", "122"),
    ("2.2", "112"),
    ("2.3", "12223"),
    ("2.4", "23"),
    ("3.1", "3"),
    ("3.2", "113"),
    ("3.3", "12223"),
    ("3.4", "11222233"),
    ("3.5", "11122333"),
    ("3.6", "3"),
    ("3.7", "22333"),
    ("4.1", "12233"),
    ("4.2", "23333"),
    ("4.3", "22"),
    ("4.4", "1222"),
    ("5.1", "2"),
    ("5.2", "112333"),
    ("5.3", "113"),
    ("5.4", "222"),
    ("6.1", "122"),
    ("6.2", "111111112222"),
    ("6.3", "11223333"),
    ("6.4", "112233"),
    ("6.5", "22222333"),
    ("6.6", "2223"),
    ("6.7", "33"),
    ("6.8", "2222"),
    ("7.1", "222"),
    ("7.2", "1111"),
    ("7.3", "22"),
    ("7.4", "11222"),
    ("7.5", "223"),
    ("7.6", "22"),
    ("8.1", "1233"),
    ("8.2", "1123"),
    ("8.3", "133"),
    ("8.4", "23"),
    ("9.1", "111"),
    ("9.2", "1222"),
    ("10.1", "22"),
    ("10.2", "223"),
    ("10.3", "22223"),
    ("10.4", "1111122222233333"),
    ("10.5", "22222"),
    ("10.6", "22"),
    ("10.7", "222"),
    ("11.1", "2233"),
    ("11.2", "22233"),
    ("11.3", "11233"),
    ("11.4", "1222"),
    ("11.5", "23"),
    ("11.6", "23"),
    ("11.7", "33"),
    ("12.1", "12233"),
    ("12.2", "11"),
    ("12.3", "22223"),
    ("13.1", "2333"),
    ("13.2", "222223"),
    ("13.3", "2233"),
    ("13.4", "1222233"),
    ("14.1", "22"),
    ("14.2", "12223333"),
    ("14.3", "122"),
    ("15.1", "12233"),
    ("15.2", "12233"),
    ("15.3", "1222222"),
    ("15.4", "3333"),
    ("16.1", "2"),
    ("16.2", "22222"),
    ("16.3", "2222"),
    ("16.4", "222"),
    ("16.5", "2223"),
    ("17.1", "23"),
    ("17.2", "22223333"),
    ("17.3", "22"),
];

/// What its chapters are about.
const CHAPTERS: [&str; 17] = [
    "Encoding and cleaning",
    "Checking, and the order of things",
    "In the browser",
    "HTTP and its like",
    "Files",
    "Signing in",
    "Sessions",
    "Who may do what",
    "Signed tokens",
    "OAuth and OpenID Connect",
    "Cryptography",
    "Connections",
    "Settings and secrets",
    "Protecting data",
    "How it is built",
    "Logs and errors",
    "WebRTC",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    requirement: Vec<Requirement>,
}

/// One requirement, and how it stands with us.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    id: String,
    level: u8,
    title: String,
    state: State,
    /// As in `server/tests/rooms/edge.rs::name_of_a_test`.
    #[serde(default)]
    tests: Vec<String>,
    /// A file, `file#heading`, or `file::words that are in it`.
    #[serde(default)]
    r#where: Vec<String>,
    #[serde(default)]
    because: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum State {
    #[serde(rename = "test")]
    Test,
    #[serde(rename = "document")]
    Document,
    #[serde(rename = "code")]
    Code,
    #[serde(rename = "open")]
    Open,
    #[serde(rename = "does not apply")]
    DoesNotApply,
}

/// Each state, its word in a table, and what it means.
const STATES: [(State, &str, &str); 5] = [
    (State::Test, "test", "shown by a test"),
    (State::Document, "document", "written down in a document"),
    (State::Code, "code", "seen in the code, and no test shows it"),
    (State::Open, "open", "open: not so, or not wholly"),
    (State::DoesNotApply, "does not apply", "does not apply"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn requirements() -> Vec<Requirement> {
    let text = fs::read_to_string(root().join("docs/security/asvs.toml")).unwrap();
    toml::from_str::<Listed>(&text).unwrap().requirement
}

/// Every requirement of the standard with its level, in order.
fn standard() -> Vec<(String, u8)> {
    let of = |(section, levels): (&str, &str)| -> Vec<(String, u8)> {
        let levels = (1..).zip(levels.bytes());
        levels.map(|(nth, level)| (format!("{section}.{nth}"), level - b'0')).collect()
    };
    STANDARD.into_iter().flat_map(of).collect()
}

/// How many requirements of this level the standard has.
fn there_are(level: u8) -> usize {
    standard().iter().filter(|(_, other)| *other == level).count()
}

#[test]
fn every_requirement_of_levels_1_and_2_is_listed_once_and_none_is_made_up() {
    assert_eq!([1, 2, 3].map(there_are), [70, 183, 92]);
    let (standard, listed) = (standard(), requirements());
    let mut last = None;
    for one in &listed {
        let place = standard.iter().position(|(id, level)| *id == one.id && *level == one.level);
        assert!(place.is_some(), "{} is none of level {}", one.id, one.level);
        assert!(place > last, "{} is there twice or out of order", one.id);
        last = place;
    }
    let known: BTreeSet<&str> = listed.iter().map(|one| one.id.as_str()).collect();
    let missing: Vec<&(String, u8)> =
        standard.iter().filter(|(id, level)| *level < 3 && !known.contains(id.as_str())).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn each_names_what_shows_it_or_says_why_it_is_open_or_does_not_apply() {
    for one in requirements() {
        let is_shown = match one.state {
            State::Test => !one.tests.is_empty(),
            State::Document => one.r#where.iter().any(|place| place.contains(".md")),
            State::Code => !one.r#where.is_empty(),
            State::Open | State::DoesNotApply => one.because.len() > 10,
        };
        assert!(is_shown, "{}: {:?} needs more", one.id, one.state);
        assert!(!one.title.is_empty() && one.title.len() < 100, "{}: its title", one.id);
        let is_plain = |text: &str| !text.contains(['|', '`', '\n']) && !text.ends_with('.');
        assert!(is_plain(&one.title) && is_plain(&one.because), "{}: its words", one.id);
    }
}

#[test]
fn every_test_file_and_heading_that_is_named_is_there() {
    let (mut looked_at, mut missing) = (0, Vec::new());
    for one in requirements() {
        looked_at += one.tests.len() + one.r#where.len();
        let tests = one.tests.iter().filter(|test| !is_test(test));
        let places = one.r#where.iter().filter(|place| !is_place(place));
        missing.extend(tests.chain(places).map(|named| format!("{}: {named}", one.id)));
    }
    assert!(looked_at > 200, "only {looked_at} are named");
    assert!(missing.is_empty(), "named and not there: {missing:#?}");
    // What looks can miss.
    assert!(is_test("app/tests/asvs.rs::every_test_file_and_heading_that_is_named_is_there"));
    for gone in ["app/tests/asvs.rs::is_test", "app/tests/asvs.rs::no_such", "app/no.rs::is_test"] {
        assert!(!is_test(gone), "{gone}");
    }
    assert!(is_place("SECURITY.md#security") && !is_place("SECURITY.md#no-such-heading"));
    assert!(is_place("Makefile::rules:") && !is_place("Makefile::no such words"));
    assert!(!is_place("docs/no-such-file.md"));
}

/// Whether this file has a test of this name.
fn is_test(named: &str) -> bool {
    let Some((file, name)) = named.split_once("::") else { return false };
    let text = fs::read_to_string(root().join(file)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let begins = [format!("fn {name}("), format!("async fn {name}(")];
    lines.iter().enumerate().any(|(nth, line)| {
        let mut above = lines[..nth].iter().rev().take_while(|line| line.starts_with("#["));
        begins.iter().any(|begin| line.starts_with(begin.as_str()))
            && above.any(|line| *line == "#[test]" || line.starts_with("#[tokio::test"))
    })
}

/// Whether this file is there, with this heading or these words in it.
fn is_place(named: &str) -> bool {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap_or_default();
    if let Some((file, words)) = named.split_once("::") {
        read(file).contains(words)
    } else if let Some((file, heading)) = named.split_once('#') {
        let text = read(file);
        let mut headings = text.lines().filter(|line| line.starts_with('#'));
        headings.any(|line| anchor(line.trim_start_matches('#')) == heading)
    } else {
        root().join(named).is_file()
    }
}

/// The anchor that a heading has on the web.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
}

#[test]
fn the_page_says_what_the_list_says() {
    let path = root().join("docs/security/asvs.md");
    let now = written_out(&requirements());
    if env::var_os("UPDATE_ASVS").is_some() {
        fs::write(path, now).unwrap();
    } else {
        let is = fs::read_to_string(path).unwrap_or_default();
        assert!(is == now, "UPDATE_ASVS=1 cargo test -p app --test asvs");
    }
}

const HEAD: &str = "\
<!-- made from asvs.toml: UPDATE_ASVS=1 cargo test -p app --test asvs -->
# The security standard, line by line

How Alongside stands with each requirement of levels 1 and 2 of the OWASP Application Security
Verification Standard, version 5.0.0, and with those of level 3 that we have looked at. What is open
comes first, and nothing is left out. It was written by those who make Alongside, not by an auditor.

Numbers and levels are those of the standard (OWASP Foundation, CC BY-SA 4.0). The titles are ours
and short: what each requirement asks for is in [the
standard](https://github.com/OWASP/ASVS/tree/v5.0.0_release/5.0). `make test` runs the tests.
";

fn written_out(all: &[Requirement]) -> String {
    let mut text = String::from(HEAD);
    summary(&mut text, all);
    open(&mut text, all);
    for (number, chapter) in (1..).zip(CHAPTERS) {
        let _ = writeln!(text, "\n## {number}. {chapter}\n");
        text += "| | level | what | how it stands | by what, or why |\n|---|---|---|---|---|\n";
        let begins = format!("{number}.");
        for one in all.iter().filter(|one| one.id.starts_with(&begins)) {
            let state = STATES.into_iter().find(|(state, ..)| *state == one.state);
            let word = state.map_or("", |(_, word, _)| word);
            let named = one.tests.iter().chain(&one.r#where).map(|named| shown(named));
            let named = named.collect::<Vec<_>>().join(", ");
            let parts = [named.as_str(), one.because.as_str()];
            let why = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
            let why = why.join(". ");
            let _ =
                writeln!(text, "| {} | {} | {} | {word} | {why} |", one.id, one.level, one.title);
        }
    }
    text
}

/// How many there are of each state and level.
fn summary(text: &mut String, all: &[Requirement]) {
    *text += "\n| | level 1 | level 2 | level 3 |\n|---|---|---|---|\n";
    let mut row = |words: &str, [one, two, three]: [usize; 3]| {
        let _ = writeln!(text, "| {words} | {one} | {two} | {three} |");
    };
    for (state, _, words) in STATES {
        row(words, of_each_level(all, |one| one.state == state));
    }
    let (there, listed) = ([1, 2, 3].map(there_are), of_each_level(all, |_| true));
    row("not looked at", [0, 1, 2].map(|nth| there[nth] - listed[nth]));
    row("all", there);
}

fn of_each_level(all: &[Requirement], is_it: impl Fn(&Requirement) -> bool) -> [usize; 3] {
    [1, 2, 3].map(|level| all.iter().filter(|one| one.level == level && is_it(one)).count())
}

/// What is open, level 1 first.
fn open(text: &mut String, all: &[Requirement]) {
    *text += "\n## What is open\n\n| | level | what | why |\n|---|---|---|---|\n";
    for level in [1, 2, 3] {
        let is_open = |one: &&Requirement| one.level == level && one.state == State::Open;
        for one in all.iter().filter(is_open) {
            let _ = writeln!(text, "| {} | {level} | {} | {} |", one.id, one.title, one.because);
        }
    }
}

/// A test, a document or a place in the code, as the page names it.
fn shown(named: &str) -> String {
    if let Some((file, what)) = named.split_once("::") {
        return if is_test(named) { format!("`{what}` in `{file}`") } else { format!("`{file}`") };
    }
    let name = named.split('#').next().unwrap_or_default();
    format!("[{name}](../../{named})")
}

/// Our own code, but for its tests.
fn code(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !["tests", "target", "node_modules"].contains(&name.as_str()) {
                code(&path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_program_starts_no_other_program_and_runs_no_text() {
    let mut files = Vec::new();
    for folder in ["app", "server/src"] {
        code(&root().join(folder), &mut files);
    }
    assert!(files.len() > 200, "only {} files were found", files.len());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        for words in ["process::Command", "Command::new(", "dlopen", "eval(", "new Function("] {
            assert!(!text.contains(words), "{}: {words}", path.display());
        }
    }
}
