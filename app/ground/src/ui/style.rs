//! The CSS, part of every page, and the content policy that allows just this CSS and just this
//! script.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

const SHEETS: [&str; 12] = [
    "@layer reset,tokens,base,ui,rooms,print;",
    include_str!("../../../../style/reset.css"),
    include_str!("../../../../style/tokens.css"),
    include_str!("../../../../style/base.css"),
    include_str!("../../../../style/page.css"),
    include_str!("../../../../style/button.css"),
    include_str!("../../../../style/form.css"),
    include_str!("../../../../style/parts.css"),
    include_str!("../../../../style/table.css"),
    include_str!("../../../../style/timeline.css"),
    include_str!("../../../../style/home.css"),
    include_str!("../../../../style/print.css"),
];

static CSS: LazyLock<String> = LazyLock::new(|| squeezed(&SHEETS.concat()));
static CSS_HASH: LazyLock<String> = LazyLock::new(|| hash(&CSS));

/// The whole style sheet on one line.
#[must_use]
pub fn css() -> &'static str {
    &CSS
}

/// A colour of the style sheet as it is on a light screen: `leaf` is `#1f6f5c`.
#[must_use]
pub fn colour(name: &str) -> &'static str {
    let found = CSS.split_once(&format!("--{name}:")).map(|(_, rest)| rest);
    found.and_then(|rest| rest.split([';', '}']).next()).unwrap_or_default()
}

/// The script of a page, whole.
#[derive(Clone, Debug)]
pub enum Script {
    /// It loads one of our programs.
    Program(String),
    /// It does all there is to do, and loads nothing.
    Small(&'static str),
}

impl Script {
    /// What is between its tags.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Program(text) => text,
            Self::Small(text) => text,
        }
    }
}

/// What a page may load: nothing but itself, by hash. `script` is the page's own script, if it has
/// one.
#[must_use]
pub fn content_policy(script: Option<&Script>) -> String {
    let scripts = script.map_or_else(String::new, |script| {
        let own = hash(script.text());
        match script {
            Script::Program(_) => format!(
                "script-src 'sha256-{own}' 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
                 worker-src 'self'; "
            ),
            Script::Small(_) => format!("script-src 'sha256-{own}'; connect-src 'self'; "),
        }
    });
    format!(
        "default-src 'none'; {scripts}style-src 'sha256-{}'; img-src 'self'; manifest-src 'self'; \
         form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
        *CSS_HASH
    )
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

/// Takes out comments, line ends and doubled spaces. None of our strings holds any of them.
fn squeezed(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        plain.push_str(&rest[..start]);
        rest = rest[start..].find("*/").map_or("", |end| &rest[start + end + 2..]);
    }
    plain.push_str(rest);
    let mut css = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    for mark in ["{", "}", ";", ","] {
        css = css.replace(&format!("{mark} "), mark).replace(&format!(" {mark}"), mark);
    }
    css.replace(": ", ":").replace(";}", "}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squeezing_keeps_what_the_sheet_says() {
        assert_eq!(
            squeezed("/* why */ a:hover , b {\n  color: red;\n  margin: 0 auto;\n}\n"),
            "a:hover,b{color:red;margin:0 auto}"
        );
    }

    #[test]
    fn colours_are_those_of_the_sheet() {
        assert_eq!(colour("leaf"), "#1f6f5c");
        assert_eq!(colour("paper"), "#fbf8f2");
        assert_eq!(colour("no-such-colour"), "");
    }

    #[test]
    fn a_page_without_a_program_may_run_no_script() {
        assert!(!content_policy(None).contains("script-src"));
        let program = content_policy(Some(&Script::Program("x".to_owned())));
        assert!(program.contains("'wasm-unsafe-eval'") && !program.contains("unsafe-inline"));
        let small = content_policy(Some(&Script::Small("x")));
        assert!(small.contains("script-src 'sha256-") && !small.contains("unsafe"), "{small}");
        assert!(!small.contains("script-src 'self'") && !small.contains("' 'self'"), "{small}");
    }
}
