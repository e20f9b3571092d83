//! Words of a file as people see them in a browser: plain text with its line breaks, without marks
//! of HTML. What is in it and is no words, as scripts and comments, is said. Where each mark ends
//! is for `html5ever` to know, which reads as browsers do.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::{LONGEST_CELL, cut};

/// Words without their marks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plain {
    pub words: String,
    /// What else was in them, each in a sentence.
    pub left: Vec<String>,
}

/// Words of the file as people read them. Each sign is read once, but the attributes of one mark
/// are compared with each other: nobody calls this for more questions than there can be.
pub(super) fn plain(written: &str) -> Plain {
    let written = cut(written, LONGEST_CELL);
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(written.as_str()));
    let tokenizer = Tokenizer::new(Reading::default(), TokenizerOpts::default());
    // It stops early only for scripts that are run.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut read = tokenizer.sink.0.into_inner();
    read.leave();
    if written.ends_with('…') && written.chars().count() == LONGEST_CELL {
        read.left.push(format!("Only its first {LONGEST_CELL} characters were read"));
    }
    Plain { words: forms::prose(&read.words), left: read.left }
}

/// What was read so far.
#[derive(Default)]
struct Reading(RefCell<Read>);

#[derive(Default)]
struct Read {
    words: String,
    left: Vec<String>,
    /// What we are in that is no words: what is said of it, and what it holds.
    inside: Option<(&'static str, String)>,
    /// The addresses of the links we are in.
    links: Vec<String>,
}

impl TokenSink for Reading {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut read = self.0.borrow_mut();
        let read = &mut *read;
        match token {
            Token::CharacterTokens(text) => match &mut read.inside {
                Some((_, held)) => held.push_str(&text),
                None => read.words.push_str(&text),
            },
            Token::CommentToken(text) => {
                let why = "A comment in its words, which nobody would see, was left out";
                read.say(why, &text);
            }
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => read.end(&tag.name),
            Token::TagToken(tag) => return read.begin(&tag),
            Token::DoctypeToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl Read {
    fn begin(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if let Some((why, how)) = no_words(name) {
            self.leave();
            self.inside = Some((why, attribute(tag, "src")));
            return TokenSinkResult::RawData(how);
        }
        match name {
            "br" => self.words.push('\n'),
            "a" => self.links.push(attribute(tag, "href")),
            "img" => {
                let what = "A picture in its words was left out. You can add pictures here";
                self.say(what, &attribute(tag, "src"));
            }
            "audio" | "video" | "embed" | "object" => {
                self.say("A sound or film in its words was left out", &attribute(tag, "src"));
            }
            _ if is_line(name) && !self.words.is_empty() && !self.words.ends_with('\n') => {
                self.words.push('\n');
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn end(&mut self, name: &str) {
        self.leave();
        match name {
            "a" => {
                let address = self.links.pop().unwrap_or_default();
                let is_outside = address.starts_with("http") || address.starts_with("mailto:");
                if is_outside && !self.words.ends_with(&address) {
                    self.words.push_str(&format!(" ({address})"));
                }
            }
            "td" | "th" => self.words.push(' '),
            _ if is_line(name) => self.words.push('\n'),
            _ => {}
        }
    }

    /// Ends what is no words, and says that it was there.
    fn leave(&mut self) {
        if let Some((why, held)) = self.inside.take() {
            self.say(why, &held);
        }
    }

    fn say(&mut self, why: &str, held: &str) {
        let held = cut(&forms::line(held), 60);
        let says = if held.is_empty() { String::new() } else { format!(". It says “{held}”") };
        let sentence = format!("{why}{says}");
        if !self.left.contains(&sentence) && self.left.len() < MOST_LEFT {
            self.left.push(sentence);
        }
    }
}

/// So many things beside the words of one text are said.
const MOST_LEFT: usize = 20;

/// What holds no words, with what is said of it and how it ends.
fn no_words(name: &str) -> Option<(&'static str, RawKind)> {
    Some(match name {
        "script" => (
            "A script in its words was left out, because no program of a file is run here",
            RawKind::ScriptData,
        ),
        "style" => (
            "A style sheet in its words was left out, because questions always look the same here",
            RawKind::Rawtext,
        ),
        "iframe" | "noembed" | "noframes" => {
            ("A page or film from elsewhere in its words was left out", RawKind::Rawtext)
        }
        _ => return None,
    })
}

/// Whether what this names stands in lines of its own.
fn is_line(name: &str) -> bool {
    matches!(
        name,
        "p" | "div" | "li" | "ul" | "ol" | "tr" | "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
    )
}

fn attribute(tag: &Tag, name: &str) -> String {
    let known = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
    known.map(|attribute| attribute.value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_lose_their_marks_and_keep_their_lines() {
        for (marked, bare) in [
            ("Do you <b>wait</b>?", "Do you wait?"),
            ("one<br />two<BR>three", "one\ntwo\nthree"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("one<p>two</p>", "one\ntwo"),
            ("<td>one</td><td>two</td>", "one two"),
            ("a < b and b > a", "a < b and b > a"),
            ("5 <3 &amp; &lt;b&gt;", "5 <3 & <b>"),
            ("cut off <span class", "cut off"),
            ("no end <", "no end <"),
            (
                "See <a href='https://example.org/a'>our page</a>",
                "See our page (https://example.org/a)",
            ),
            ("<a href='#top'>Up</a>", "Up"),
        ] {
            assert_eq!(
                plain(marked),
                Plain { words: bare.to_owned(), left: Vec::new() },
                "{marked}"
            );
        }
    }

    #[test]
    fn scripts_styles_and_comments_are_read_by_nobody_and_are_said() {
        for (marked, says) in [
            ("<script>$('head').append('<style>p{}</style>'); });</script>Why?", "A script"),
            ("<script>if (a < b) go()</SCRIPT >Why?", "A script"),
            ("<style>p > a { color: red }</style>Why?", "A style sheet"),
            ("<!-- <script>$(document).on('ready')</script> -->Why?", "A comment"),
            ("Why?<!-- no end > ", "A comment"),
            ("Why?<script>no end </p> go()", "A script"),
            ("<iframe src='https://example.org'>go()</iframe>Why?", "A page or film"),
            ("Why?<img src='a.png'>", "A picture"),
        ] {
            let read = plain(marked);
            assert_eq!(read.words, "Why?", "{marked}");
            assert!(read.left.len() == 1 && read.left[0].starts_with(says), "{:?}", read.left);
        }
    }

    #[test]
    fn marks_inside_one_another_without_end_are_read_once_and_long_texts_are_cut() {
        assert_eq!(plain(&"<div>".repeat(1_000_000)).words, "");
        let long = plain(&"<".repeat(1_000_000));
        assert_eq!(long.words.chars().count(), LONGEST_CELL);
        assert!(long.left[0].contains("its first 20000 characters"), "{:?}", long.left);
        assert_eq!(plain(&"<a".repeat(1_000_000)).words, "");
    }

    proptest! {
        #[test]
        fn what_a_browser_would_run_or_hide_is_in_no_words(
            before in "[a-c ]{0,5}",
            held in "[a-c<>/'\"; !-]{0,20}",
            of in proptest::sample::select(vec!["script", "style", "iframe"]),
        ) {
            let ends = ["</script", "</style", "</iframe", "<!--"];
            prop_assume!(ends.iter().all(|end| !held.contains(end)));
            let read = plain(&format!("{before}<{of}>{held}zzz</{of}>after"));
            prop_assert!(!read.words.contains("zzz"), "{:?}", read);
            prop_assert!(read.words.ends_with("after"), "{:?}", read);
            prop_assert_eq!(read.left.len(), 1);
        }
    }
}
