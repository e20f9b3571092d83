//! What cannot be read is never empty: no file that asks the database turns what it finds there
//! into a default. It is read by `known`, `read_json`, `parsed`, `number` and `day`
//! (`ground/src/db.rs`), which make it an error; no text is parsed with a default anywhere else
//! either, and no type that is kept as JSON leaves out what it does not know. And a point in time
//! is a `Moment`, also where it is read. What no lint can tell apart is looked for here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

/// What turns something into a default, each with what to do instead.
const BANNED: [(&str, &str); 5] = [
    ("unwrap_or_default()", "known(…)?, or for what may be absent say what that means"),
    ("unwrap_or(", "known(…)?, or for what may be absent say what that means"),
    (".ok()", "parsed(…)? or number(…)?"),
    ("::read)", "known(Word::read(…), \"table.column\")?"),
    ("_ =>", "name each word; one that is none of them is known(None, …)"),
];

/// How a match ends in which every known word is named.
const ENDS: [&str; 3] = ["_ => None,", "_ => return known(None,", "_ => return db::known(None,"];

/// Lines that are right, each with the reason.
const ALLOWED: [(&str, &str, &str); 16] = [
    ("plans/src/store/reading.rs", "published_at.unwrap_or(Moment::MAX)", "not published so far"),
    ("src/export/store.rs", ".max().unwrap_or(0)", "the widest of no readings"),
    ("src/takedown/lead.rs", "taken_down_at.unwrap_or(", "when it was asked for, where it waits"),
    ("deliveries/src/store.rs", "name.unwrap_or(\"\")", "whoever has no account is not named"),
    ("topics/src/store.rs", "filter.after.clone().unwrap_or(", "what is asked for, no column"),
    ("updates/src/store/telling.rs", "own.as_ref().unwrap_or(words)", "an email without links"),
    ("record/src/heard.rs", "i64::try_from(counted.people)", "what a page counts, no column"),
    ("rounds/src/shortlist/store.rs", "u16::try_from(group)", "a place in a list, no column"),
    ("rounds/src/shortlist/store.rs", "i64::try_from(people)", "what is written"),
    ("src/search/store.rs", "word.unwrap_or_default()", "a word that nobody used was meant so"),
    ("topics/src/support/store.rs", ".next().unwrap_or_default()", "nothing is counted yet"),
    ("notices/src/store.rs", "Id::parse(sent.typed(", "what a reader sent, not a column"),
    ("notices/src/ledger/owing.rs", "_ => all.push(EmailDue {", "another email than the last one"),
    ("notices/src/ledger/owing.rs", "services.unwrap_or_default()", "what is asked for, no column"),
    ("accounts/src/attempts.rs", "parts.extensions.get::<Self>()", "what a request carries"),
    ("accounts/src/attempts.rs", "_ => 5,", "a limit for each kind of email that has no other"),
];

/// Files in which a text is parsed with a default that is not what somebody sent, as its names say,
/// each with what it is.
const PARSED: [(&str, &str); 26] = [
    ("server/src/packing.rs", "what a browser says of its packings"),
    ("app/plans/src/lib.rs", "an address"),
    ("app/ground/src/settings.rs", "a setting"),
    ("app/ground/src/db.rs", "`parsed` itself"),
    ("app/ground/src/db/line.rs", "a setting"),
    ("app/src/found.rs", "an address"),
    ("app/area/src/rules.rs", "a form"),
    ("app/area/src/equality/rules.rs", "a form"),
    ("app/duties/src/file.rs", "a file that somebody sent"),
    ("app/consultations/src/links.rs", "a form"),
    ("app/topics/src/browse.rs", "an address"),
    ("app/notices/src/paper.rs", "a time that was written a moment before"),
    ("app/notices/src/wording.rs", "a form"),
    ("app/local_offer/src/year.rs", "an address"),
    ("app/waits/src/files.rs", "a time that was written a moment before"),
    ("app/waits/src/months.rs", "a month, which `parsed` asks for"),
    ("app/calendar/src/clock.rs", "a day, which `day` asks for"),
    ("app/questionnaires/src/ranges.rs", "a form, and a day that was written a moment before"),
    ("app/questionnaires/src/results.rs", "the key of a part that was counted a moment before"),
    ("app/questionnaires/src/kinds/rank.rs", "a form"),
    ("app/questionnaires/src/import/report.rs", "a line of the same report"),
    ("app/questionnaires/src/import/limesurvey/tables.rs", "a file that somebody sent"),
    ("server/src/figures.rs", "what the machine says"),
    ("server/src/days_ahead.rs", "a setting"),
    ("server/src/settings.rs", "a setting"),
    ("server/src/mailer/mod.rs", "an address to send to: what is none is refused"),
];

/// Folders whose types are read from JSON that nobody keeps, each with what it is.
const NOT_KEPT: [(&str, &str); 1] =
    [("app/organisers/src", "what the program in the browser and this one tell each other")];

/// A line of a file that asks the database.
struct Line {
    file: String,
    number: usize,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The files of these folders with what is in them, but for their tests.
fn files(folders: &[&str]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.strip_prefix(root()).unwrap().display().to_string();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if file.ends_with(".rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.lines().take_while(|line| *line != "#[cfg(test)]");
                files.push((file, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    files
}

fn lines_of(file: &str, code: &str) -> Vec<Line> {
    let line = |(line, number): (&str, usize)| Line {
        file: file.to_owned(),
        number,
        text: line.trim().to_owned(),
    };
    code.lines().zip(1..).map(line).collect()
}

/// Every line of the files that ask the database, or are among those of a store, but for those
/// functions themselves.
fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for (file, code) in files(&["app"]) {
        let is_of_a_store = file.contains("/store/") || file.ends_with("/store.rs");
        let asks = code.contains("sqlx::query") || is_of_a_store;
        if asks && !file.starts_with("app/ground/src/db") {
            lines.extend(lines_of(&file, &code));
        }
    }
    lines
}

/// The statements of a file, near enough: what begins with a dot goes on with the line before.
fn statements(file: &str, code: &str) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::new();
    for line in lines_of(file, code).into_iter().filter(|line| !line.text.starts_with("//")) {
        match all.last_mut() {
            Some(last) if line.text.starts_with('.') => last.text.push_str(&line.text),
            _ => all.push(line),
        }
    }
    all
}

/// Whether a text is parsed in a statement, and one that can't be is taken for nothing or for
/// something else.
fn parses_with_a_default(statement: &str) -> bool {
    let mut after = statement.split(".parse").skip(1).filter_map(|rest| {
        let rest = match rest.strip_prefix("::<") {
            Some(rest) => rest.split_once('>')?.1,
            None => rest,
        };
        rest.strip_prefix("()")
    });
    let defaults = [".ok()", ".unwrap_or", ".map_or"];
    after.any(|rest| defaults.iter().any(|begin| rest.starts_with(begin)))
}

/// A type that can be read from JSON, in the lines of its declaration.
struct Readable<'l> {
    name: &'l Line,
    attributes: String,
    body: &'l [Line],
}

/// The types of these lines that can be read from JSON.
fn readable(lines: &[Line]) -> Vec<Readable<'_>> {
    let mut all = Vec::new();
    for (nth, line) in lines.iter().enumerate() {
        if !(line.text.starts_with("#[derive(") && line.text.contains("Deserialize")) {
            continue;
        }
        let is_declared = |line: &Line| {
            let text = line.text.strip_prefix("pub ").unwrap_or(&line.text);
            text.starts_with("struct ") || text.starts_with("enum ")
        };
        let at = nth + lines[nth..].iter().position(is_declared).unwrap();
        let attributes = lines[nth..at].iter().map(|line| &*line.text).collect();
        let ends = lines[at..].iter().position(|line| line.text == "}").unwrap();
        all.push(Readable { name: &lines[at], attributes, body: &lines[at + 1..at + ends] });
    }
    all
}

/// What is wrong with a type that is kept as JSON, if anything is.
fn leaves_out(kept: &Readable<'_>) -> Option<String> {
    let is_code = |line: &&Line| !line.text.starts_with("//");
    let body: Vec<&str> = kept.body.iter().filter(is_code).map(|line| &*line.text).collect();
    // What is read by way of another type is looked at there.
    if kept.attributes.contains("from = ") {
        return None;
    }
    let has_fields = kept.name.text.contains("struct ") || body.iter().any(|l| l.contains('{'));
    if has_fields && !kept.attributes.contains("deny_unknown_fields") {
        return Some("say deny_unknown_fields: what a newer program wrote is lost".to_owned());
    }
    if body.iter().any(|line| line.contains("serde(flatten)")) {
        return Some("flatten lets fields pass that this program does not know".to_owned());
    }
    for (nth, line) in body.iter().enumerate() {
        let is_said = nth > 0 && body[nth - 1].starts_with("#[serde(");
        if line.contains(": Option<") && !is_said {
            let how = "deserialize_with = \"Option::deserialize\", or default and since when";
            return Some(format!("{line} say {how}"));
        }
    }
    None
}

/// What is wrong in a line, if anything is.
fn wrong(line: &Line) -> Option<&'static str> {
    // What is bound is asked for, not read.
    let is_asked = line.text.starts_with(".bind(");
    let is_comment = line.text.starts_with("//");
    if is_asked || is_comment || ENDS.iter().any(|end| line.text.starts_with(end)) {
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
fn no_text_is_parsed_with_a_default_but_what_somebody_sent() {
    let (mut faults, mut needed) = (Vec::new(), vec![false; PARSED.len()]);
    for (file, code) in files(&["app", "server/src"]) {
        for line in statements(&file, &code) {
            let is_sent = ["sent.", "query.", "typed"].iter().any(|of| line.text.contains(of));
            if is_sent || !parses_with_a_default(&line.text) {
                continue;
            }
            match PARSED.iter().position(|(known, _)| *known == file) {
                Some(nth) => needed[nth] = true,
                None => faults.push(format!("{file}:{}: {}", line.number, line.text)),
            }
        }
    }
    assert!(faults.is_empty(), "parsed(…)?, or say here what it is:\n{}", faults.join("\n"));
    for ((file, what), is_needed) in PARSED.iter().zip(needed) {
        assert!(is_needed, "{file} parses no {what} with a default");
    }
}

#[test]
fn what_is_kept_as_json_is_read_whole_or_not_at_all() {
    let (mut looked_at, mut faults) = (0, Vec::new());
    for (file, code) in files(&["app", "server/src"]) {
        if NOT_KEPT.iter().any(|(folder, _)| file.starts_with(folder)) {
            continue;
        }
        let lines = lines_of(&file, &code);
        for kept in readable(&lines) {
            looked_at += 1;
            let fault = leaves_out(&kept);
            let name = kept.name;
            faults.extend(fault.map(|fault| format!("{file}:{}: {fault}", name.number)));
        }
    }
    assert!(looked_at > 25, "only {looked_at} types can be read from JSON");
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
        "let (account, name) = by.split_once(' ').unwrap_or((by, \"\"));",
    ] {
        assert!(wrong(&line(text)).is_some(), "{text}");
    }
    for text in [
        "_ => None,",
        "_ => return known(None, \"what happened to a plan\"),",
        "verdict: known(Verdict::read(row.get(3)), \"verdicts.verdict\")?,",
        "/// Never `unwrap_or_default()`.",
        ".bind(before.unwrap_or(now))",
    ] {
        assert!(wrong(&line(text)).is_none(), "{text}");
    }
}

#[test]
fn a_text_that_is_parsed_with_a_default_is_found_over_several_lines() {
    let parses = |code: &str| {
        let all = statements("a.rs", code);
        assert_eq!(all.len(), 1, "{code}");
        parses_with_a_default(&all[0].text)
    };
    for code in [
        "\"parents\" => self.parents = was.parse().unwrap_or(self.parents),",
        "before\n    .iter()\n    .filter_map(|one| Some((one.was.parse().ok()?, one.at)))",
        "let people = was.parse::<u64>()\n    .ok();",
    ] {
        assert!(parses(code), "{code}");
    }
    for code in ["let day = text.parse().map_err(wrong)?;", "// was.parse().ok()\nlet day = 1;"] {
        assert!(!parses(code), "{code}");
    }
}

#[test]
fn a_type_that_leaves_something_out_is_found() {
    let fault = |code: &str| {
        let lines = lines_of("a.rs", code);
        leaves_out(&readable(&lines)[0])
    };
    let derived = "#[derive(Serialize, Deserialize)]\n";
    let strict = "#[serde(deny_unknown_fields)]\n";
    let read = "#[serde(deserialize_with = \"Option::deserialize\")]\n";
    for code in [
        format!("{derived}pub struct Said {{\n    pub all: u64,\n}}"),
        format!("{derived}{strict}struct Said {{\n    pub all: Option<u64>,\n}}"),
        format!("{derived}{strict}struct Said {{\n    #[serde(flatten)]\n    pub all: All,\n}}"),
        format!("{derived}enum Step {{\n    Move {{ to: usize }},\n}}"),
    ] {
        assert!(fault(&code).is_some(), "{code}");
    }
    for code in [
        format!("{derived}{strict}struct Said {{\n    {read}    pub all: Option<u64>,\n}}"),
        format!("{derived}enum Shown {{\n    Number(u64),\n    Hidden,\n}}"),
        format!("{derived}#[serde(from = \"Stored\")]\npub struct Said {{\n    all: u64,\n}}"),
    ] {
        assert_eq!(fault(&code), None, "{code}");
    }
}
