//! Markdown that people wrote, as HTML that can do no harm.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

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

#[cfg(test)]
mod tests {
    use super::*;

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
