//! The words that people read: all of them in one list, and those that must not be among them.
//!
//! `make words` prints every fixed text with its place. The list is made from the code, so nothing
//! is left out: every string that is no statement, address or name of a field.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A text with its place.
struct Text {
    place: String,
    words: String,
}

/// Words of the house, and words that are no English people speak, each with what to say instead.
/// A pattern is whole words; `*` stands for any ending.
const BANNED: [(&str, &str); 24] = [
    ("letter", "email; a letter is paper"),
    ("letters", "emails"),
    ("whom", "who"),
    ("stands", "say what it means for her"),
    ("is kept", "is saved"),
    ("are kept", "are saved"),
    ("put right", "correct, fix; There is a problem"),
    ("put this right", "There is a problem"),
    ("the gate", "whether parents were involved first"),
    ("gate is", "whether parents were involved first"),
    ("rung", "how involved parents were"),
    ("tied", "answers topics parents asked for"),
    ("claimed", "the council says so – not checked yet"),
    ("overrid*", "published without involving parents as agreed"),
    ("at hand", "forgotten"),
    ("among the junk", "check your junk or spam folder"),
    ("told of", "told about"),
    ("tell of", "tell about"),
    ("say of", "say about"),
    ("came of it", "what happened next"),
    ("name nobody", "please don't name anyone"),
    ("go on", "continue"),
    ("begin anew", "start again"),
    ("anew", "again"),
];

/// Places where a banned word is right, each with the reason.
const ALLOWED: [(&str, &str, &str); 11] = [
    ("notices/src/rules.rs", "By letter in the post", "paper through the door"),
    ("consultations/src/answering", "four letters and numbers", "letters of the alphabet"),
    ("forms/src/address.rs", "plain letters (a to z)", "letters of the alphabet"),
    ("mailer/dkim.rs", "letters, digits and hyphens", "letters of the alphabet"),
    ("questionnaires/src", "letters, digits", "letters of the alphabet"),
    ("admin/audit.rs", "topics tied", "a word of the database, before the one that is read"),
    ("admin/audit.rs", "gate overridden", "likewise"),
    ("plans/src", "topics tied", "a word of the database"),
    ("plans/src", "gate overridden", "a word of the database"),
    ("consultations/src/paper_entries/pages.rs", "put right", "a word of the audit log"),
    ("consultations/src/versions.rs", "wording put right", "a word of the audit log"),
];

#[test]
fn no_word_of_the_house_and_no_word_that_nobody_speaks_is_in_what_people_read() {
    let texts = texts();
    assert!(texts.len() > 1_500, "only {} texts were found", texts.len());
    let mut faults = Vec::new();
    for text in &texts {
        for (banned, instead) in BANNED {
            let is_allowed = ALLOWED
                .iter()
                .any(|(place, words, _)| text.place.contains(place) && text.words.contains(words));
            if !is_allowed && holds(&text.words, banned) {
                faults.push(format!("{}: “{}”: {banned}? {instead}", text.place, text.words));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn no_text_has_a_gap() {
    let gaps: Vec<String> = texts()
        .into_iter()
        .filter(|text| text.words.trim().contains("   ") && !text.words.contains('\n'))
        .map(|text| format!("{}: {}", text.place, text.words))
        .collect();
    assert!(gaps.is_empty(), "{gaps:#?}");
}

#[test]
fn every_exception_is_still_needed() {
    let texts = texts();
    for (place, words, why) in ALLOWED {
        let is_needed = texts.iter().any(|text| {
            text.place.contains(place)
                && text.words.contains(words)
                && BANNED.iter().any(|(banned, _)| holds(&text.words, banned))
        });
        assert!(is_needed, "nothing needs the exception {place} {words} ({why})");
    }
}

/// The guides, in which words *like this* are what a page, a link or a button says.
const GUIDES: [&str; 4] =
    ["for-forums.md", "for-leaders.md", "for-administrators.md", "for-safeguarding-leads.md"];

#[test]
fn what_a_guide_says_is_on_a_page_is_there_word_for_word() {
    let texts = texts();
    let (mut looked_at, mut missing) = (0, Vec::new());
    for guide in GUIDES {
        let guide_text = std::fs::read_to_string(root().join("docs").join(guide)).unwrap();
        for words in said_on_pages(&guide_text) {
            looked_at += 1;
            if !texts.iter().any(|text| text.words.contains(&words)) {
                missing.push(format!("{guide}: {words}"));
            }
        }
    }
    assert!(looked_at > 150, "only {looked_at} words were found");
    assert!(missing.is_empty(), "no page says {missing:#?}");
}

/// What is between single stars, but for what explains them.
fn said_on_pages(guide: &str) -> Vec<String> {
    let plain = guide.split('`').step_by(2).collect::<String>().replace("**", "");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = plain.split('*').skip(1).step_by(2).filter(|words| *words != "like this");
    said.map(str::to_owned).collect()
}

#[test]
#[ignore = "prints: make words"]
fn all_texts() {
    for text in texts() {
        println!("{}\t{}", text.place, text.words);
    }
}

/// Whether these words hold the pattern as whole words.
fn holds(words: &str, pattern: &str) -> bool {
    let (pattern, is_open) = match pattern.strip_suffix('*') {
        Some(begin) => (begin, true),
        None => (pattern, false),
    };
    let words = words.to_lowercase();
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    words.match_indices(pattern).any(|(at, _)| {
        is_end(words[..at].chars().next_back())
            && (is_open || is_end(words[at + pattern.len()..].chars().next()))
    })
}

#[test]
fn a_banned_word_is_found_as_a_whole_word_only() {
    assert!(holds("Look in the letter.", "letter"));
    assert!(!holds("newsletter", "letter"));
    assert!(holds("It was overridden", "overrid*"));
    assert!(!holds("an integrated service", "gate"));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All texts of the program, by file and line.
fn texts() -> Vec<Text> {
    let mut texts = Vec::new();
    let mut folders = vec![root().join("app"), root().join("server/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" && !is_run_by_cargo(&path) {
                read_rust(&path, &mut texts);
            } else if name == "library.json" {
                read_json(&path, &mut texts);
            }
        }
    }
    texts.sort_by(|one, other| one.place.cmp(&other.place));
    texts
}

/// Whether cargo runs it before it builds a crate: `build.rs` beside the crate's folder of code.
fn is_run_by_cargo(path: &Path) -> bool {
    path.ends_with("build.rs") && path.with_file_name("Cargo.toml").exists()
}

fn place(path: &Path, line: usize) -> String {
    format!("{}:{line:04}", path.strip_prefix(root()).unwrap().display())
}

fn read_json(path: &Path, texts: &mut Vec<Text>) {
    for (nth, line) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
        let value = line.trim().trim_end_matches(',').split_once(": \"").map(|(_, value)| value);
        if let Some(words) = value.filter(|words| is_text(words)) {
            let words = words.trim_end_matches('"').to_owned();
            texts.push(Text { place: place(path, nth + 1), words });
        }
    }
}

fn read_rust(path: &Path, texts: &mut Vec<Text>) {
    let code: TokenStream = std::fs::read_to_string(path).unwrap().parse().unwrap();
    read_tokens(path, code, texts);
}

/// Takes every string of these tokens, but for those of attributes (comments of the code are such
/// too), of the log, and of modules of tests.
fn read_tokens(path: &Path, tokens: TokenStream, texts: &mut Vec<Text>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        if is_punct(tokens.get(at), '#') {
            // `#[…]`, or `#![…]`.
            let group = at + 1 + usize::from(is_punct(tokens.get(at + 1), '!'));
            if let Some(TokenTree::Group(attribute)) = tokens.get(group)
                && attribute.delimiter() == Delimiter::Bracket
            {
                let is_test = attribute.stream().to_string().starts_with("cfg (test)")
                    || attribute.stream().to_string().starts_with("cfg(test)");
                at = group + 1;
                if is_test {
                    at = after_item(&tokens, at);
                }
                continue;
            }
        }
        if is_log(&tokens[at..]) {
            at += 7;
            continue;
        }
        match &tokens[at] {
            TokenTree::Group(group) => read_tokens(path, group.stream(), texts),
            TokenTree::Literal(literal) => {
                if let Some(words) = string(&literal.to_string()).filter(|words| is_text(words)) {
                    let line = literal.span().start().line;
                    texts.push(Text { place: place(path, line), words });
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// `tracing::warn!(…)`: seven tokens.
fn is_log(tokens: &[TokenTree]) -> bool {
    matches!(tokens.first(), Some(TokenTree::Ident(name)) if name == "tracing")
        && matches!(tokens.get(5), Some(TokenTree::Group(_)) | None)
            | matches!(tokens.get(4), Some(TokenTree::Punct(mark)) if mark.as_char() == '!')
}

/// Where what follows an item begins: after its braces, or its semicolon.
fn after_item(tokens: &[TokenTree], from: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    };
    tokens[from..].iter().position(ends).map_or(tokens.len(), |end| from + end + 1)
}

fn is_punct(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// What a literal says, if it is a string: without quotes, and with its lines joined.
fn string(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut words = String::new();
    let mut rest = inner.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            words.push(c);
            continue;
        }
        match rest.next() {
            // A line that goes on: what begins the next one is left out.
            Some('\n') => while rest.next_if(|c| c.is_whitespace()).is_some() {},
            Some('n') => words.push('\n'),
            Some(other) => words.push(other),
            None => {}
        }
    }
    Some(words)
}

/// Whether a string is a text that people read: words with spaces between, or one word with a
/// capital; no statement, no address, no rule of a style.
fn is_text(words: &str) -> bool {
    const STATEMENTS: [&str; 14] = [
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "DELETE ",
        "WITH ",
        "PRAGMA ",
        "CREATE ",
        "ALTER ",
        "LEFT JOIN",
        "EXISTS ",
        "FROM ",
        " WHERE ",
        "COALESCE",
        " AND NOT ",
    ];
    let trimmed = words.trim();
    let has_statement = STATEMENTS.iter().any(|word| words.contains(word))
        || [" IS NULL", " IS NOT NULL", "ORDER BY", "GROUP BY", " = $", "= 1", "count(*)"]
            .iter()
            .any(|word| words.contains(word));
    let is_one_word = !trimmed.contains(' ');
    let begins = trimmed.chars().next();
    let looks_like_words = if is_one_word {
        begins.is_some_and(char::is_uppercase)
            && trimmed.len() > 1
            && trimmed.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '.' | '?' | ':'))
            && trimmed.chars().skip(1).any(char::is_lowercase)
    } else {
        trimmed.chars().any(char::is_alphabetic)
    };
    looks_like_words && !has_statement && !trimmed.starts_with(['/', '<', '.', '@', '{'])
        || trimmed.starts_with('{') && trimmed.split(' ').count() > 3 && !has_statement
}
