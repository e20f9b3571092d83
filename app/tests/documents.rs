//! What the documents name is there: every link, every heading that is linked to, every path.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files_in(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "target", ".git", "test-results", "data"].contains(&name.as_str())
            {
                files_in(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

/// The documents, but for the decisions of before: they are not rewritten when a file moves.
fn documents() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files_in(&root(), ".md", &mut found);
    let read = |path: PathBuf| (path.clone(), std::fs::read_to_string(path).unwrap());
    found.into_iter().map(read).collect()
}

/// The anchor that a heading has on the web.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
}

#[test]
fn every_link_of_a_document_leads_to_a_file_and_a_heading_that_are_there() {
    let mut followed = 0;
    for (path, text) in documents() {
        for (nth, _) in text.match_indices("](") {
            let to = text[nth + 2..].split([')', ' ', '\n']).next().unwrap();
            if to.contains("://") || to.starts_with("mailto:") {
                continue;
            }
            let (file, heading) = to.split_once('#').unwrap_or((to, ""));
            let target =
                if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: there is no {to}", path.display());
            if !heading.is_empty() {
                let there = std::fs::read_to_string(&target).unwrap();
                let is_there = there
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .any(|line| anchor(line.trim_start_matches('#')) == heading);
                assert!(is_there, "{}: there is no heading {to}", path.display());
            }
            followed += 1;
        }
    }
    assert!(followed > 50, "links were found");
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let mut named = 0;
    for (path, text) in documents() {
        for part in text.split('`').skip(1).step_by(2) {
            let Some((file, test)) = part.split_once(".rs::") else { continue };
            let there = std::fs::read_to_string(root().join(format!("{file}.rs")));
            let is_there = there.is_ok_and(|there| there.contains(&format!("fn {test}()")));
            assert!(is_there, "{}: there is no test {part}", path.display());
            named += 1;
        }
    }
    assert!(named > 20, "tests were found");
}

/// Paths between back-ticks that end like a file of ours.
fn paths(text: &str) -> BTreeSet<String> {
    let names = |part: &&str| {
        let is_file = [".rs", ".sql", ".mjs", ".sh"].iter().any(|ending| part.ends_with(ending));
        is_file && !part.contains([' ', '<', '{', '*', '…', '=']) && !part.contains("NNNN")
    };
    text.split('`').skip(1).step_by(2).filter(names).map(str::to_owned).collect()
}

/// Whether a file is there: from the root, from `app/` with or without the `src` of its crate, in
/// the crate whose document this is, or, for a bare name, anywhere.
fn is_there(path: &str, all: &BTreeSet<String>, own: &str) -> bool {
    let with_src = path.split_once('/').map(|(room, rest)| format!("app/{room}/src/{rest}"));
    let candidates = [
        Some(path.to_owned()),
        Some(format!("app/{path}")),
        with_src,
        Some(format!("{own}/src/{path}")),
        path.split_once('/').map(|(_, rest)| format!("{own}/src/{rest}")),
    ];
    candidates.into_iter().flatten().any(|path| all.contains(&path))
        || !path.contains('/') && own.is_empty() && all.iter().any(|file| file.ends_with(path))
}

#[test]
fn every_file_that_a_document_or_a_room_names_is_there() {
    let root = root();
    let mut files = Vec::new();
    for ending in [".rs", ".sql", ".mjs", ".sh"] {
        files_in(&root, ending, &mut files);
    }
    let short = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    let all: BTreeSet<String> = files.iter().map(|path| short(path)).collect();
    let (mut looked_at, mut missing) = (0, Vec::new());
    for (path, text) in documents() {
        // A decision says how things were when it was made.
        if short(&path).starts_with("docs/adr/") || short(&path) == "CHANGELOG.md" {
            continue;
        }
        for named in paths(&text) {
            looked_at += 1;
            if !is_there(&named, &all, "") {
                missing.push(format!("{}: {named}", short(&path)));
            }
        }
    }
    for path in files.iter().filter(|path| path.ends_with("src/lib.rs")) {
        let own = short(path).trim_end_matches("/src/lib.rs").to_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let said: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let said = said.join("\n").replace("//!", "");
        for named in paths(&said) {
            looked_at += 1;
            if !is_there(&named, &all, &own) {
                missing.push(format!("{}: {named}", short(path)));
            }
        }
        // Of the words between back-ticks before the first heading those that are modules are
        // there.
        for line in text.lines().take_while(|line| !line.starts_with("//! #")) {
            // Between brackets it is a link, which the compiler follows.
            let line = line.replace("[`", "[").replace("`]", "]");
            for module in line.split('`').skip(1).step_by(2) {
                let like_a_module = module.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                if !line.starts_with("//!") || !like_a_module || module.is_empty() {
                    continue;
                }
                let is_module = ["", "/mod"]
                    .iter()
                    .any(|end| all.contains(&format!("{own}/src/{module}{end}.rs")))
                    || all.contains(&format!("app/{module}/src/lib.rs"));
                if !is_module {
                    missing.push(format!("{}: `{module}`", short(path)));
                }
            }
        }
    }
    assert!(looked_at > 80, "paths were found");
    assert!(missing.is_empty(), "named and not there: {missing:#?}");
}

#[test]
fn every_setting_has_its_row_where_settings_are_explained() {
    let settings = std::fs::read_to_string(root().join("server/src/settings.rs")).unwrap();
    let read = settings.split("#[cfg(test)]").next().unwrap();
    let names: BTreeSet<&str> = read
        .split('"')
        .filter(|part| {
            part.len() > 3 && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        })
        .collect();
    assert!(names.len() > 15, "settings are found: {names:?}");
    let explained = std::fs::read_to_string(root().join("docs/running.md")).unwrap();
    let missing: Vec<_> =
        names.into_iter().filter(|name| !explained.contains(&format!("\n| `{name}` |"))).collect();
    assert!(missing.is_empty(), "docs/running.md has no row for {missing:?}");
}

/// To make it anew: `UPDATE_ROLES=1 cargo test -p app --test documents`
#[test]
fn every_role_that_people_are_invited_to_is_in_the_table_of_commands() {
    const BEFORE: &str = "queues an email with an invitation; the role is ";
    let path = root().join("docs/running.md");
    let running = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = running.split_once(BEFORE).unwrap();
    let (found, after) = rest.split_once(" |\n").unwrap();
    let words = ground::viewer::Role::staff().map(|role| format!("`{}`", role.word()));
    let roles = forms::listed(words, "or");
    if std::env::var_os("UPDATE_ROLES").is_some() {
        std::fs::write(&path, format!("{before}{BEFORE}{roles} |\n{after}")).unwrap();
    } else {
        assert_eq!(found, roles, "docs/running.md");
    }
}

#[test]
fn each_decision_is_listed_once_in_order_under_its_own_title() {
    let folder = root().join("docs/adr");
    let mut decisions = Vec::new();
    files_in(&folder, "md", &mut decisions);
    let titles: Vec<_> = decisions
        .iter()
        .filter_map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let (number, title) = text.lines().next()?.strip_prefix("# ")?.split_once(": ")?;
            let file = path.file_name()?.to_string_lossy();
            Some(format!("| [{number}]({file}) | {title} |"))
        })
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert!(titles.len() > 50, "decisions are found");
    let listed = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let rows: Vec<_> = listed
        .lines()
        .filter(|line| line.starts_with("| ["))
        .map(|line| line.rsplit_once(" | ").map_or(line, |(row, _)| row).to_owned() + " |")
        .collect();
    assert_eq!(rows, titles, "docs/adr/README.md");
}

#[test]
fn the_guide_promises_what_pages_and_emails_promise() {
    let guide = std::fs::read_to_string(root().join("docs/for-forums.md")).unwrap();
    let said = guide.split_whitespace().collect::<Vec<_>>().join(" ");
    let promised: Vec<&str> = said
        .match_indices(" working days")
        .filter_map(|(end, unit)| {
            let words = &said[said[..end].rfind("within ")?..end + unit.len()];
            (words.split(' ').count() == 4).then_some(words)
        })
        .collect();
    assert!(promised.len() >= 2, "docs/for-forums.md promises nothing: {promised:?}");
    for words in promised {
        assert_eq!(words, calendar::promise::WITHIN, "docs/for-forums.md");
    }
}
