//! The statements that stand in the program's code: every text that begins as a statement does, and
//! what is put together of constants when the program is compiled (`formatcp!`). Of what is put
//! together when it is wanted (`format!`), there is the text with its gaps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ground::db::Kind;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// How a statement begins.
const VERBS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
/// What puts a text together.
const PUTS_TOGETHER: [&str; 4] = ["format", "format_args", "write", "concat"];
/// What puts one together of constants.
const COMPILES: &str = "formatcp";

pub const ON_BOTH: &[Kind] = &[Kind::Sqlite, Kind::Postgres];

/// Parameters that SQLite's planner looks at, and so prepares the statement anew for each value.
const LOOKED_AT: [&str; 2] = ["LIMIT $", "OFFSET $"];

/// Whether SQLite prepares this statement, or one that it is a part of, anew for each value.
pub fn is_prepared_anew(text: &str) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    LOOKED_AT.iter().any(|parameter| text.contains(parameter))
}

/// A statement of which something is not so as of all others, and rightly so.
pub struct Exception {
    pub by: &'static [Kind],
    pub file: &'static str,
    pub holds: &'static str,
    pub why: &'static str,
}

impl Exception {
    pub fn excuses(&self, file: &str, sql: &str, kind: Kind) -> bool {
        self.by.contains(&kind) && file.ends_with(self.file) && sql.contains(self.holds)
    }
}

/// How many parameters a statement has: the highest number of one.
pub fn parameters(sql: &str) -> usize {
    sql.split('$').skip(1).filter_map(number).max().unwrap_or(0)
}

/// The number that a text begins with.
pub fn number(text: &str) -> Option<usize> {
    text.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// A statement in the code.
pub struct Statement {
    pub file: String,
    line: usize,
    pub sql: String,
    /// It stands where a `match` has come to this database.
    pub only: Option<Kind>,
}

impl Statement {
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// What is found in the code, but for its tests.
#[derive(Default)]
pub struct Found {
    pub whole: Vec<Statement>,
    /// What is put together as it is wanted: the texts with their gaps, and those of
    /// `INSERT INTO … (…)` that rows are added to.
    pub put_together: Vec<Statement>,
    /// Where one is compiled of parts that are not found here.
    pub unread: Vec<String>,
}

impl Found {
    pub fn in_the_program() -> Self {
        Self::among(program())
    }

    /// What is found in these files.
    pub fn among(files: Vec<(String, TokenStream)>) -> Self {
        let (mut found, mut parts) = (Self::default(), Parts::default());
        for (file, code) in &files {
            parts.gather(file, code.clone());
        }
        for (file, code) in files {
            found.read(&parts, &file, code, None);
        }
        found
    }

    /// Reads these tokens, which are for one database `only` where that is so.
    fn read(&mut self, parts: &Parts, file: &str, code: TokenStream, only: Option<Kind>) {
        let tokens: Vec<TokenTree> = code.into_iter().collect();
        let (mut at, mut arm) = (0, None);
        while let Some(token) = tokens.get(at) {
            let next = &tokens[at + 1..];
            at += 1;
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' => at += attribute(next),
                TokenTree::Punct(mark) if mark.as_char() == ',' => arm = None,
                TokenTree::Ident(name) if name == "macro_rules" => at += 3,
                TokenTree::Ident(name) if name == COMPILES && is_punct(next.first(), '!') => {
                    let line = name.span().start().line;
                    match parts.said(&tokens[at - 1..=at + 1], (file, line), &BTreeMap::new()) {
                        Some(text) => self.keep(&text, (file, line), arm.or(only)),
                        None => self.unread.push(format!("{file}:{line}")),
                    }
                    at += 2;
                }
                TokenTree::Ident(name) if is_punct(next.first(), '!') => {
                    if PUTS_TOGETHER.iter().any(|macro_name| name == macro_name)
                        && let Some(TokenTree::Group(group)) = next.get(1)
                    {
                        let only = arm.or(only);
                        texts(group.stream(), &mut |line, text| {
                            if let Some(sql) = statement(&text) {
                                let file = file.to_owned();
                                self.put_together.push(Statement { file, line, sql, only });
                            }
                        });
                        at += 2;
                    }
                }
                TokenTree::Ident(name)
                    if is_punct(next.first(), '=') && is_punct(next.get(1), '>') =>
                {
                    arm = kind_named(&name.to_string());
                }
                TokenTree::Group(group) => self.read(parts, file, group.stream(), arm.or(only)),
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    if let Some(text) = text_of(&literal.to_string()) {
                        self.keep(&text, (file, line), arm.or(only));
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    /// Keeps a text of this place, if it is a statement.
    fn keep(&mut self, text: &str, (file, line): (&str, usize), only: Option<Kind>) {
        let Some(sql) = statement(text) else { return };
        let all = if is_whole(&sql) { &mut self.whole } else { &mut self.put_together };
        all.push(Statement { file: file.to_owned(), line, sql, only });
    }
}

/// A constant in the code.
struct Constant {
    file: String,
    line: usize,
    /// Other files may name it.
    is_open: bool,
    value: Vec<TokenTree>,
}

/// A macro that is a part of statements, with the names of what it is given.
struct Shape {
    file: String,
    given: Vec<String>,
    body: Vec<TokenTree>,
}

/// What statements are compiled of, by name.
#[derive(Default)]
struct Parts {
    constants: BTreeMap<String, Vec<Constant>>,
    shapes: BTreeMap<String, Shape>,
}

impl Parts {
    fn gather(&mut self, file: &str, code: TokenStream) {
        let tokens: Vec<TokenTree> = code.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match (token, &tokens[at + 1..]) {
                (
                    TokenTree::Ident(word),
                    [TokenTree::Punct(_), TokenTree::Ident(name), TokenTree::Group(arm), ..],
                ) if word == "macro_rules" => {
                    if let Some(shape) = shape(file, arm.stream()) {
                        self.shapes.insert(name.to_string(), shape);
                    }
                }
                (TokenTree::Ident(word), [TokenTree::Ident(name), rest @ ..])
                    if word == "const" && is_punct(rest.first(), ':') =>
                {
                    let Some(value) = value(rest) else { continue };
                    let is_open = match at.checked_sub(1).map(|before| &tokens[before]) {
                        Some(TokenTree::Ident(before)) => before == "pub",
                        Some(TokenTree::Group(before)) => {
                            before.delimiter() == Delimiter::Parenthesis
                        }
                        _ => false,
                    };
                    let (file, line) = (file.to_owned(), name.span().start().line);
                    let constant = Constant { file, line, is_open, value };
                    self.constants.entry(name.to_string()).or_default().push(constant);
                }
                (TokenTree::Group(group), _) => self.gather(file, group.stream()),
                _ => {}
            }
        }
    }

    /// What the tokens of a constant say in this place, where these names are given; `None` where
    /// that can't be read.
    fn said(
        &self,
        tokens: &[TokenTree],
        place: (&str, usize),
        given: &BTreeMap<String, String>,
    ) -> Option<String> {
        match tokens {
            [TokenTree::Literal(literal)] => {
                let literal = literal.to_string();
                text_of(&literal).or_else(|| Some(number(&literal.replace('_', ""))?.to_string()))
            }
            [TokenTree::Punct(mark), TokenTree::Ident(name)] if mark.as_char() == '$' => {
                given.get(&name.to_string()).cloned()
            }
            [.., TokenTree::Ident(name), TokenTree::Punct(mark), TokenTree::Group(group)]
                if mark.as_char() == '!' =>
            {
                let arguments = arguments(group.stream());
                if name == COMPILES {
                    return self.compiled(&arguments, place, given);
                }
                let shape = self.shapes.get(&name.to_string())?;
                let said = arguments.iter().map(|one| self.said(one, place, given));
                let given = shape.given.iter().cloned().zip(said.collect::<Option<Vec<_>>>()?);
                self.said(&shape.body, (&*shape.file, 0), &given.collect())
            }
            [path @ .., TokenTree::Ident(name)] => self.constant(path.first(), name, place),
            _ => None,
        }
    }

    /// What `formatcp!` makes of these.
    fn compiled(
        &self,
        arguments: &[Vec<TokenTree>],
        place: (&str, usize),
        given: &BTreeMap<String, String>,
    ) -> Option<String> {
        let (text, arguments) = arguments.split_first()?;
        let (mut named, mut in_order) = (BTreeMap::new(), Vec::new());
        for argument in arguments {
            match &argument[..] {
                [TokenTree::Ident(name), TokenTree::Punct(mark), value @ ..]
                    if mark.as_char() == '=' =>
                {
                    named.insert(name.to_string(), self.said(value, place, given)?);
                }
                value => in_order.push(self.said(value, place, given)?),
            }
        }
        let (text, mut in_order) = (self.said(text, place, given)?, in_order.into_iter());
        let (mut said, mut rest) = (String::new(), &*text);
        while let Some(at) = rest.find(['{', '}']) {
            said.push_str(&rest[..at]);
            if rest[at + 1..].starts_with(&rest[at..=at]) {
                said.push_str(&rest[at..=at]);
                rest = &rest[at + 2..];
                continue;
            }
            let (name, after) = rest[at + 1..].split_once('}')?;
            said.push_str(&match (name, named.get(name)) {
                ("", _) => in_order.next()?,
                (_, Some(argument)) => argument.clone(),
                (_, None) => self.constant(None, name, place)?,
            });
            rest = after;
        }
        Some(said + rest)
    }

    /// What the constant of this name says in this place: the nearest one before it in the file, or
    /// the only one that other files may name; if there are several, that of the crate with which
    /// `path` begins.
    fn constant(
        &self,
        path: Option<&TokenTree>,
        name: impl ToString,
        (file, line): (&str, usize),
    ) -> Option<String> {
        let all = self.constants.get(&name.to_string())?;
        let here = || all.iter().filter(|constant| path.is_none() && constant.file == file);
        let open = || {
            let open: Vec<_> = all.iter().filter(|constant| constant.is_open).collect();
            let begin = format!("app/{}/", path.map(ToString::to_string).unwrap_or_default());
            let is_there = |constant: &&&Constant| constant.file.starts_with(&begin);
            match open[..] {
                [one] => Some(one),
                _ => open.iter().find(is_there).copied(),
            }
        };
        let before = here().rfind(|constant| constant.line <= line);
        let found = before.or_else(|| here().next()).or_else(open)?;
        self.said(&found.value, (&*found.file, found.line), &BTreeMap::new())
    }
}

/// The one arm of a macro, if it has one.
fn shape(file: &str, arm: TokenStream) -> Option<Shape> {
    let arm: Vec<TokenTree> = arm.into_iter().collect();
    let [TokenTree::Group(given), _, _, TokenTree::Group(body), ..] = &arm[..] else {
        return None;
    };
    let given: Vec<TokenTree> = given.stream().into_iter().collect();
    let named = given.windows(2).filter(|two| is_punct(two.first(), '$'));
    let given = named.map(|two| two[1].to_string()).collect();
    Some(Shape { file: file.to_owned(), given, body: body.stream().into_iter().collect() })
}

/// What a constant is, from behind its name on: a text or a number.
fn value(rest: &[TokenTree]) -> Option<Vec<TokenTree>> {
    let equals = rest.iter().position(|token| is_punct(Some(token), '='))?;
    let is_plain = |token: &TokenTree| match token {
        TokenTree::Punct(mark) => matches!(mark.as_char(), ':' | '&' | '\''),
        token => matches!(token, TokenTree::Ident(_)),
    };
    let value = rest[equals + 1..].iter().take_while(|token| !is_punct(Some(token), ';'));
    rest[..equals].iter().all(is_plain).then(|| value.cloned().collect())
}

/// What stands between commas.
fn arguments(code: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let split = tokens.split(|token| is_punct(Some(token), ','));
    split.filter(|argument| !argument.is_empty()).map(<[TokenTree]>::to_vec).collect()
}

/// Each file of the program, with its code.
pub fn program() -> Vec<(String, TokenStream)> {
    files_in(&["app", "server/src"])
}

/// Each file in these folders, with its code.
pub fn files_in(folders: &[&str]) -> Vec<(String, TokenStream)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |path: PathBuf| {
        let file = path.strip_prefix(root).unwrap().display().to_string();
        (file, std::fs::read_to_string(&path).unwrap().parse().unwrap())
    };
    let folders = folders.iter().map(|folder| root.join(folder)).collect();
    rust_files(folders).into_iter().map(read).collect()
}

/// Every text in these tokens, with its line.
pub fn texts(code: TokenStream, found: &mut impl FnMut(usize, String)) {
    for token in code {
        match token {
            TokenTree::Group(group) => texts(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Some(text) = text_of(&literal.to_string()) {
                    found(literal.span().start().line, text);
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

fn rust_files(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if name.ends_with(".rs") && !["tests.rs", "build.rs"].contains(&&*name) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn kind_named(name: &str) -> Option<Kind> {
    match name {
        "Sqlite" => Some(Kind::Sqlite),
        "Postgres" => Some(Kind::Postgres),
        _ => None,
    }
}

/// How many tokens after a `#` belong to the attribute, with what it is of where that is for tests.
fn attribute(next: &[TokenTree]) -> usize {
    let inner = usize::from(is_punct(next.first(), '!'));
    let Some(TokenTree::Group(attribute)) = next.get(inner) else { return 0 };
    let words = attribute.stream().to_string().replace(' ', "");
    let item = &next[inner + 1..];
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(Some(token), ';'),
    };
    let skipped = match words.as_str() {
        "cfg(test)" => item.iter().position(ends).map_or(item.len(), |end| end + 1),
        _ => 0,
    };
    inner + 1 + skipped
}

fn is_punct(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// What a literal says, if it is a text.
fn text_of(literal: &str) -> Option<String> {
    Some(unescaped(literal.strip_prefix('"')?.strip_suffix('"')?))
}

/// A text, if it begins as a statement does.
pub fn statement(text: &str) -> Option<String> {
    let sql = text.trim_start();
    let is_one = VERBS.iter().any(|verb| {
        sql.strip_prefix(verb).is_some_and(|rest| rest.starts_with(char::is_whitespace))
    });
    is_one.then(|| sql.to_owned())
}

/// `db::tie` adds the rows to what only names a table and its columns.
fn is_whole(sql: &str) -> bool {
    !sql.starts_with("INSERT") || sql.contains("VALUES") || sql.contains("SELECT")
}

fn unescaped(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal.chars().peekable();
    while let Some(letter) = rest.next() {
        match (letter, rest.peek()) {
            // A line that goes on: what begins the next one is left out.
            ('\\', Some('\n')) => while rest.next_if(|next| next.is_whitespace()).is_some() {},
            ('\\', Some('n')) => {
                rest.next();
                text.push('\n');
            }
            ('\\', Some(_)) => text.extend(rest.next()),
            _ => text.push(letter),
        }
    }
    text
}

#[test]
fn a_statement_is_found_with_its_database_and_one_that_is_put_together_is_kept_with_its_gaps() {
    let code = r#"
        #[doc = "SELECT nothing"]
        fn read() {
            ask("SELECT a \
                 FROM b");
            let sql = match kind {
                Kind::Sqlite => "DELETE FROM a",
                Kind::Postgres => {
                    ask(("UPDATE a SET b = $1", 2))
                }
            };
            ask(&format!("SELECT {COLUMNS} FROM a"), "Selected words", "SELECTED");
            tie("INSERT INTO a (b, c)");
        }
        #[cfg(test)]
        mod tests { const SQL: &str = "SELECT 1"; }
        const LAST: &str = "WITH a AS (SELECT 1) SELECT * FROM a";
        const MOST: i64 = 1_000;
        macro_rules! name { ($row:literal) => { formatcp!("{row}.name", row = $row) }; }
        fn put_together() {
            const PAGE: &str = "LIMIT 1";
            const OTHER: &str = "WHERE c = '{}'";
            let sql = formatcp!("SELECT {} FROM c {OTHER} {PAGE}", name!("c"));
        }
        fn likewise() {
            const PAGE: &str = formatcp!("LIMIT {MOST}");
            let sql = formatcp!("SELECT a, '{{}}' FROM {} {PAGE}", b::TABLE);
            let unread = formatcp!("SELECT {UNKNOWN}");
        }
    "#;
    let elsewhere = r#"pub const TABLE: &str = "d";"#;
    let (mut found, mut parts) = (Found::default(), Parts::default());
    parts.gather("app/b/src/b.rs", elsewhere.parse().unwrap());
    parts.gather("a.rs", code.parse().unwrap());
    found.read(&parts, "a.rs", code.parse().unwrap(), None);
    let whole: Vec<_> = found.whole.iter().map(|found| (&*found.sql, found.only)).collect();
    assert_eq!(
        whole,
        [
            ("SELECT a FROM b", None),
            ("DELETE FROM a", Some(Kind::Sqlite)),
            ("UPDATE a SET b = $1", Some(Kind::Postgres)),
            ("WITH a AS (SELECT 1) SELECT * FROM a", None),
            ("SELECT c.name FROM c WHERE c = '{}' LIMIT 1", None),
            ("SELECT a, '{}' FROM d LIMIT 1000", None),
        ]
    );
    assert_eq!(found.unread.len(), 1, "{:?}", found.unread);
    let put_together: Vec<_> = found.put_together.iter().map(|found| &*found.sql).collect();
    assert_eq!(put_together, ["SELECT {COLUMNS} FROM a", "INSERT INTO a (b, c)"]);
    assert_eq!(parameters("UPDATE a SET b = $2 WHERE c = $10"), 10);
}
