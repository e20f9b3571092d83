//! The direction of what people wrote: each paragraph, heading, item and field has that of its own
//! letters, so that Urdu or Arabic among English reads as it was written.

/// What has a direction of its own.
const ITS_OWN: [&str; 14] = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "dd",
    "td",
    "th",
    "caption",
    "blockquote",
    "textarea",
];

/// What is in these is no HTML.
const RAW: [&str; 3] = ["script", "style", "textarea"];

/// The same HTML with the direction of each of these. A paragraph in which people wrote several,
/// with an empty line between them, becomes as many.
pub(super) fn with_directions(html: &str) -> String {
    let (mut directed, mut rest) = (String::with_capacity(html.len() + html.len() / 8), html);
    while let Some((before, after)) = rest.split_once('<') {
        directed += before;
        let Some(ends) = end_of_tag(after) else {
            rest = after;
            directed.push('<');
            continue;
        };
        let (tag, left) = after.split_at(ends);
        let named = tag.find(|c: char| c.is_ascii_whitespace() || c == '/');
        let (name, attributes) = tag.split_at(named.unwrap_or(tag.len()));
        let is_given = attributes.split_ascii_whitespace().any(|one| one.starts_with("dir="));
        let begins = directed.len();
        directed.push('<');
        directed += name;
        if ITS_OWN.contains(&name) && !is_given {
            directed += " dir=\"auto\"";
        }
        directed += attributes;
        directed.push('>');
        rest = left.get(1..).unwrap_or_default();
        if RAW.contains(&name) {
            let raw = rest.find(&format!("</{name}")).unwrap_or(rest.len());
            let (content, closing) = rest.split_at(raw);
            directed += content;
            rest = closing;
        } else if name == "p" && is_written(attributes) {
            let (words, closing) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            let between = format!("</p>{}", &directed[begins..]);
            directed += &words.split("\n\n").collect::<Vec<_>>().join(&between);
            rest = closing;
        }
    }
    directed + rest
}

/// Whether a paragraph holds what somebody wrote in one field.
fn is_written(attributes: &str) -> bool {
    let class = attributes.split("class=\"").nth(1).and_then(|rest| rest.split('"').next());
    class.is_some_and(|class| class.split(' ').any(|one| matches!(one, "lines" | "said")))
}

/// Where a tag ends: a `>` in the value of an attribute is no end.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    text.bytes().position(|letter| {
        is_quoted ^= letter == b'"';
        letter == b'>' && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_paragraph_has_the_direction_of_its_own_letters() {
        for (html, directed) in [
            ("<h1>Buses</h1>", "<h1 dir=\"auto\">Buses</h1>"),
            ("<p class=\"soft\">a", "<p dir=\"auto\" class=\"soft\">a"),
            (
                "<p class=\"panel lines\">One\nline\n\nسلام</p><br/>",
                "<p dir=\"auto\" class=\"panel lines\">One\nline</p>\
                 <p dir=\"auto\" class=\"panel lines\">سلام</p><br/>",
            ),
            ("<p dir=\"rtl\">a</p>", "<p dir=\"rtl\">a</p>"),
            ("<dl><dd>a</dd></dl>", "<dl><dd dir=\"auto\">a</dd></dl>"),
        ] {
            assert_eq!(with_directions(html), directed);
        }
    }

    #[test]
    fn what_is_no_tag_stays_as_it_is() {
        for html in [
            "a < b",
            "<input value=\"<p>a</p>\"/>",
            "<script>if (a<p) {}</script>",
            "<pre>a</pre><path d=\"M6 4\"/>",
            "",
        ] {
            assert_eq!(with_directions(html), html);
        }
        assert_eq!(
            with_directions("<textarea id=\"a\">\n<p>\n\nb</textarea>"),
            "<textarea dir=\"auto\" id=\"a\">\n<p>\n\nb</textarea>"
        );
    }
}
