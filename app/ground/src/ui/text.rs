//! Markdown that people wrote, as HTML that can do no harm, and as the plain words it says.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Makes HTML of Markdown: headings begin below the page's own, pictures are left out, and only
/// harmless elements stay. A table's empty corner is no heading.
#[must_use]
pub fn markdown(text: &str) -> String {
    let lower = |level: HeadingLevel| match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    };
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
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
    ammonia::Builder::default()
        .rm_tags(["img"])
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean(&html)
        .to_string()
        .replace("<th></th>", "<td></td>")
        .replace("<th>", "<th scope=\"col\">")
}

/// What sort of piece of a text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A heading, of whatever level.
    Heading,
    /// A paragraph.
    Paragraph,
    /// An entry of a list.
    Item,
    /// A row of a table, its cells with "|" between them.
    Row,
}

/// A piece of a text as plain words, without the signs of Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What sort it is.
    pub sort: Sort,
    /// What it says.
    pub text: String,
}

/// The pieces of a Markdown text, in order. Where a link leads is said after its words, so that a
/// comparison of two texts misses nothing.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut reading = Reading::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        reading.take(event);
    }
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
    use super::*;

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
