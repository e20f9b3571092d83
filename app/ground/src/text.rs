//! Markdown that people wrote, as HTML that can do no harm, and as the plain words it says.
//!
//! What a text costs is bounded before it is read: how many lists and quotations lie inside one
//! another, how many parts it has, and how long its HTML is. A text beyond these bounds is refused
//! where it is written, and shown as it was typed where it was saved by an earlier version.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// The number of the rules by which [`rendered`] makes HTML. HTML that was saved carries the number
/// of its rules, and is shown only where that is this number: raise it by one with every change
/// here, and with every new version of the libraries that the test below names.
pub const RULES: i64 = 1;

/// The most lists and quotations inside one another.
pub const DEEPEST: usize = 20;
/// The most elements inside one another: a list is two, and there is room for a table, a link and
/// some emphasis in the innermost.
const DEEPEST_ELEMENT: usize = 2 * DEEPEST + 20;
/// The most beginnings, ends and stretches of words. A draft of 100,000 signs that says something
/// has a tenth of it.
const MOST_PARTS: usize = 250_000;
/// The longest HTML, in bytes.
const LONGEST_HTML: usize = 2 * 1024 * 1024;

/// Why a text is not read as Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMuch {
    /// Too many lists, quotations or emphases inside one another.
    Levels,
    Parts,
}

impl TooMuch {
    /// What its author can do about it.
    #[must_use]
    pub fn what_to_do(self) -> String {
        match self {
            Self::Levels => format!(
                "The text has too many levels: lists or quotations inside one another. Use \
                 {DEEPEST} or fewer"
            ),
            Self::Parts => "The text has too many small parts, like cells of a table or points of \
                a list. Use fewer, or send it as a file"
                .to_owned(),
        }
    }
}

/// Makes HTML of Markdown: headings begin below the page's own, pictures are left out, and only
/// harmless elements stay. A table's empty corner is no heading.
///
/// # Errors
/// When it is too much to be read.
pub fn rendered(text: &str) -> Result<String, TooMuch> {
    let lower = |level: HeadingLevel| match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    };
    let events = events(text)?.into_iter().map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: lower(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        // Tags typed by hand are shown as they were typed.
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        other => other,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    if html.len() > LONGEST_HTML {
        return Err(TooMuch::Parts);
    }
    Ok(ammonia::Builder::default()
        .rm_tags(["img"])
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean(&html)
        .to_string()
        .replace("<th></th>", "<td></td>")
        .replace("<th>", "<th scope=\"col\">"))
}

/// The same for a text that is there already: what is too much to be read is shown as it was typed.
#[must_use]
pub fn markdown(text: &str) -> String {
    rendered(text).unwrap_or_else(|_too_much| {
        format!("<p class=\"lines\">{}</p>\n", html_escape::encode_text(text))
    })
}

/// What a text is made of, in order, within the bounds.
fn events(text: &str) -> Result<Vec<Event<'_>>, TooMuch> {
    if levels(text) > DEEPEST {
        return Err(TooMuch::Levels);
    }
    let (mut events, mut depth) = (Vec::new(), 0_usize);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST_ELEMENT {
            return Err(TooMuch::Levels);
        }
        if events.len() == MOST_PARTS {
            return Err(TooMuch::Parts);
        }
        events.push(event);
    }
    Ok(events)
}

/// How many lists and quotations lie inside one another at the most: never fewer than the parser
/// will find, sometimes more. Each line is looked at once, and counting ends where it is too many.
///
/// A line is inside those of the lines before it for which it has a `>` or at least two columns of
/// space, and begins one for each further mark.
fn levels(text: &str) -> usize {
    let mut deepest = 0;
    for line in text.split(['\n', '\r']) {
        let (marks, columns) = margin(line.as_bytes());
        deepest = deepest.max(marks + (columns / 2).min(deepest));
        if deepest > DEEPEST {
            break;
        }
    }
    deepest
}

/// The marks of lists and quotations with which a line begins, and the columns of space between
/// them.
fn margin(mut line: &[u8]) -> (usize, usize) {
    let (mut marks, mut columns) = (0, 0);
    while marks <= DEEPEST {
        line = match line {
            [b' ', rest @ ..] => {
                columns += 1;
                rest
            }
            [b'\t', rest @ ..] => {
                columns += 4;
                rest
            }
            [b'>', rest @ ..] => {
                marks += 1;
                rest
            }
            _ => match list_mark(line).filter(|_| !is_rule(line)) {
                Some(length) => {
                    marks += 1;
                    &line[length..]
                }
                None => break,
            },
        };
    }
    (marks, columns)
}

/// How long the mark of a list is with which this begins.
fn list_mark(line: &[u8]) -> Option<usize> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let length = match (digits, line.get(digits)?) {
        (0, b'-' | b'*' | b'+') => 1,
        (1..=9, b'.' | b')') => digits + 1,
        _ => return None,
    };
    line.get(length).is_none_or(|next| matches!(next, b' ' | b'\t')).then_some(length)
}

/// Whether this is a line across the page, like `* * *`.
fn is_rule(line: &[u8]) -> bool {
    let Some(&first) = line.first() else { return false };
    let marks = line.iter().filter(|byte| **byte == first).count();
    let spaces = line.iter().filter(|byte| matches!(byte, b' ' | b'\t')).count();
    matches!(first, b'-' | b'*' | b'_') && marks >= 3 && marks + spaces == line.len()
}

/// What sort of piece of a text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Heading,
    Paragraph,
    Item,
    /// A row of a table, its cells with "|" between them.
    Row,
}

/// A piece of a text as plain words, without the signs of Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub sort: Sort,
    pub text: String,
}

/// The pieces of a Markdown text, in order. Where a link leads is said after its words, so that a
/// comparison of two texts misses nothing. Of what is too much to be read, each line is a piece.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let Ok(events) = events(text) else {
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        return lines
            .filter(|line| !line.is_empty())
            .map(|text| Piece { sort: Sort::Paragraph, text })
            .collect();
    };
    let mut reading = Reading::default();
    events.into_iter().for_each(|event| reading.take(event));
    reading.end();
    reading.done
}

/// The pieces read so far, and the one that is being read.
#[derive(Default)]
struct Reading<'t> {
    done: Vec<Piece>,
    sort: Option<Sort>,
    text: String,
    links: Vec<CowStr<'t>>,
}

impl<'t> Reading<'t> {
    fn take(&mut self, event: Event<'t>) {
        match event {
            Event::Start(Tag::Heading { .. }) => self.begin(Sort::Heading),
            Event::Start(Tag::Item) => self.begin(Sort::Item),
            Event::Start(Tag::TableHead | Tag::TableRow) => self.begin(Sort::Row),
            // Where an item has paragraphs, the first of them is the item.
            Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) => self.end(),
            Event::Start(Tag::Link { dest_url, .. }) => self.links.push(dest_url),
            Event::End(TagEnd::Link) => self.say_where_it_leads(),
            Event::End(TagEnd::TableCell) => self.text.push_str(" | "),
            Event::End(
                TagEnd::Heading(_)
                | TagEnd::Paragraph
                | TagEnd::CodeBlock
                | TagEnd::HtmlBlock
                | TagEnd::Item
                | TagEnd::TableHead
                | TagEnd::TableRow,
            ) => {
                self.end();
                self.sort = None;
            }
            Event::Text(words)
            | Event::Code(words)
            | Event::Html(words)
            | Event::InlineHtml(words) => self.text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            _ => {}
        }
    }

    fn begin(&mut self, sort: Sort) {
        self.end();
        self.sort = Some(sort);
    }

    fn end(&mut self) {
        let words = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text.clear();
        if words.is_empty() {
            return;
        }
        let sort = self.sort.take().unwrap_or(Sort::Paragraph);
        let text = match sort {
            Sort::Row => words.trim_end_matches('|').trim_end().to_owned(),
            _ => words,
        };
        self.done.push(Piece { sort, text });
    }

    fn say_where_it_leads(&mut self) {
        let Some(to) = self.links.pop() else { return };
        if !self.text.ends_with(&*to) {
            self.text.push_str(&format!(" ({to})"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    /// How many elements of a text lie inside one another.
    fn depth(html: &str) -> usize {
        let (mut depth, mut deepest) = (0_usize, 0);
        for tag in html.split('<').skip(1) {
            if tag.starts_with('/') {
                depth = depth.saturating_sub(1);
            } else if !tag.starts_with("br") && !tag.starts_with("hr") {
                depth += 1;
                deepest = deepest.max(depth);
            }
        }
        deepest
    }

    #[test]
    fn a_text_with_too_many_levels_is_refused_and_what_is_there_is_shown_as_it_was_typed() {
        let emphasis = "*a **a ".repeat(10_000) + &"a** a*".repeat(10_000);
        let growing: String = (0..200).map(|nth| "  ".repeat(nth) + "- a\n").collect();
        for text in [
            &">".repeat(60_000),
            &"> ".repeat(50_000),
            &("- ".repeat(50_000) + "a"),
            &("- ".repeat(25_000) + "a\n" + &"\n".repeat(25_000)),
            &"1. ".repeat(30_000),
            &growing,
            &emphasis,
        ] {
            assert_eq!(rendered(text), Err(TooMuch::Levels), "{}", &text[..20]);
            assert!(depth(&markdown(text)) <= 1, "{}", &text[..20]);
            assert!(pieces(text).len() <= text.lines().count());
        }
        assert_eq!(
            markdown(&">".repeat(21)),
            format!("<p class=\"lines\">{}</p>\n", "&gt;".repeat(21))
        );
    }

    #[test]
    fn a_text_with_too_many_parts_is_refused() {
        let columns = 5_000;
        let wide =
            "|a".repeat(columns) + "\n" + &"|-".repeat(columns) + "\n" + &"a\n".repeat(20_000);
        assert_eq!(rendered(&wide), Err(TooMuch::Parts));
        assert!(markdown(&wide).len() < 2 * wide.len());
    }

    #[test]
    fn lists_quotations_rules_and_space_as_people_use_them_are_no_levels() {
        let nested: String = (0..10).map(|nth| "  ".repeat(nth) + "* a\n").collect();
        assert!(rendered(&nested).expect("ten lists").matches("<ul>").count() == 10);
        for text in [
            "* * * * * * * * * * * * * * * * * * * * * * * * * * * * * *".to_owned(),
            "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -".to_owned(),
            " ".repeat(200) + "A heading in the middle",
            format!("* a point\n{}and its words", " ".repeat(200)),
            ">>> He wrote that she wrote that I wrote".to_owned(),
            "a > b ".repeat(1_000),
            "* a\n".repeat(20_000),
            "*a* ".repeat(20_000),
        ] {
            assert!(rendered(&text).is_ok(), "{}", &text[..20]);
        }
    }

    /// Whoever takes a new version of a library that makes HTML looks at [`RULES`].
    #[test]
    fn saved_html_was_made_by_these_versions_of_the_libraries() {
        let lock =
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock"))
                .expect("the lock file");
        let made_by = [("pulldown-cmark", "0.13.6"), ("ammonia", "4.2.4"), ("html5ever", "0.40.1")];
        for (name, version) in made_by {
            assert!(
                lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")),
                "{name} is no longer {version}: raise RULES, then name the new version here"
            );
        }
    }

    /// What every text must keep, whoever sent it.
    fn holds_for(text: &str) -> Result<(), TestCaseError> {
        let html = markdown(text);
        prop_assert!(depth(&html) <= DEEPEST_ELEMENT + 5);
        prop_assert!(!html.contains("<script") && !html.contains("<img"));
        let of_pieces: usize = pieces(text).iter().map(|piece| piece.text.len()).sum();
        prop_assert!(of_pieces <= 10 * text.len() + 200_000);
        Ok(())
    }

    /// The texts that `cargo fuzz run markdown` begins with.
    #[test]
    fn hostile_texts_are_read_within_bounds() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/markdown");
        let mut read = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
            let text = String::from_utf8_lossy(&bytes);
            for text in [&*text, text.repeat(300).as_str()] {
                holds_for(text).expect("bounds");
            }
            read += 1;
        }
        assert!(read >= 5, "{read}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_of_marks_is_read_within_bounds(
            mark in "[>*_~#|`\\[\\]()!<a1.\\- \t\n+&\\\\]{1,8}",
            times in 1_usize..2_000,
            more in "[>*_a1.\\- \n|]{0,80}",
        ) {
            holds_for(&(mark.repeat(times) + &more))?;
        }
    }

    #[test]
    fn a_text_is_read_in_pieces_of_plain_words() {
        let text = "# Buses\n\nThey *come*\nat [8:10](https://example.org).\n\n* one\n  * two\n\n\
                    1. first\n\n   more of it\n\n|Where|Wait|\n|-|-|\n|North|3 weeks|\n";
        let read = pieces(text);
        let read: Vec<_> = read.iter().map(|piece| (piece.sort, piece.text.as_str())).collect();
        assert_eq!(
            read,
            [
                (Sort::Heading, "Buses"),
                (Sort::Paragraph, "They come at 8:10 (https://example.org)."),
                (Sort::Item, "one"),
                (Sort::Item, "two"),
                (Sort::Item, "first"),
                (Sort::Paragraph, "more of it"),
                (Sort::Row, "Where | Wait"),
                (Sort::Row, "North | 3 weeks"),
            ]
        );
        assert!(pieces(" \n").is_empty());
    }

    #[test]
    fn markdown_becomes_headings_below_the_pages_own_lists_and_tables() {
        assert_eq!(
            markdown("# Buses\n\n* one\n* two"),
            "<h3>Buses</h3>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
        );
        assert!(
            markdown("||b|\n|-|-|\n|1|2|").contains("<tr><td></td><th scope=\"col\">b</th></tr>")
        );
    }

    #[test]
    fn nothing_that_was_typed_can_run_or_load_anything() {
        for text in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "![x](http://elsewhere.example/x.png)",
            "<b onclick=x>y</b>",
        ] {
            let html = markdown(text);
            assert!(
                !html.contains("<script")
                    && !html.contains("javascript:")
                    && !html.contains("<img")
                    && !html.contains("<b "),
                "{html}"
            );
        }
    }
}
