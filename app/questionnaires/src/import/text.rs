//! Words of a file as people read them here: quotes and spaces as one types them, no marks of
//! Markdown, and earlier answers under the keys that questions have here.

use crate::piping;

/// The longest stretch in which the end of a link or of an expression is looked for, in characters.
const LONGEST_STRETCH: usize = 1_000;

/// Text that a program should read, as it is typed on a plain keyboard: word processors make quotes
/// curly, and spaces that never break.
pub(super) fn folded(text: &str) -> String {
    let fold = |c: char| match c {
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => Some('"'),
        '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' => Some('\''),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => None,
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    };
    text.chars().filter_map(fold).collect::<String>().trim().to_owned()
}

/// Words without the marks of Markdown: bold and slanted words as they are, a heading as a line, a
/// link with its address behind it.
pub(super) fn without_markdown(words: &str) -> String {
    // What is escaped is no mark, and stands for itself in the end.
    const ESCAPED: [(&str, &str, &str); 4] = [
        ("\\*", "\u{f8f0}", "*"),
        ("\\_", "\u{f8f1}", "_"),
        ("\\#", "\u{f8f2}", "#"),
        ("\\[", "\u{f8f3}", "["),
    ];
    let hidden = ESCAPED
        .iter()
        .fold(words.to_owned(), |words, (escaped, hidden, _)| words.replace(escaped, hidden));
    let line = |line: &str| {
        let bare = line.trim_start_matches('#');
        let is_heading = (1..=6).contains(&(line.len() - bare.len())) && bare.starts_with(' ');
        let line = without_links(if is_heading { bare.trim_start() } else { line });
        ["**", "__", "*", "_"].iter().fold(line, |line, mark| without_pairs(&line, mark))
    };
    let bare = hidden.lines().map(line).collect::<Vec<_>>().join("\n");
    ESCAPED.iter().fold(bare, |words, (_, hidden, sign)| words.replace(hidden, sign))
}

/// `[words](address)` as `words (address)`; of what is in the page itself, and of pictures, the
/// words alone.
fn without_links(line: &str) -> String {
    let (mut read, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once('[') {
        let near = stretch(after);
        let link = near.split_once("](").and_then(|(words, after)| {
            let (address, _) = after.split_once(')')?;
            (!words.contains('[')).then_some((words, address))
        });
        if let Some((words, address)) = link {
            read.push_str(before.strip_suffix('!').unwrap_or(before));
            read.push_str(words);
            if address.starts_with("http") || address.starts_with("mailto:") {
                read.push_str(&format!(" ({address})"));
            }
            rest = &after[words.len() + "](".len() + address.len() + ")".len()..];
        } else {
            read.push_str(before);
            read.push('[');
            rest = after;
        }
    }
    read + rest
}

/// A line without a mark where it stands around words, as in `**so**`.
fn without_pairs(line: &str, mark: &str) -> String {
    let (mut read, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once(mark) {
        read.push_str(before);
        let opens = !read.ends_with(char::is_alphanumeric)
            && after.starts_with(|c: char| !c.is_whitespace());
        let end = after.find(mark).filter(|end| {
            let (words, after) = (&after[..*end], &after[*end + mark.len()..]);
            let closes = words.ends_with(|c: char| !c.is_whitespace())
                && !after.starts_with(char::is_alphanumeric);
            opens && closes
        });
        if let Some(end) = end {
            read.push_str(&after[..end]);
            rest = &after[end + mark.len()..];
        } else {
            read.push_str(mark);
            rest = after;
        }
    }
    read + rest
}

/// Words in which the file shows earlier answers, as ours do. `open`: what such a place begins
/// with, up to its `}`; `find`: the key of the question it means. With those that mean none, each
/// of which is three dots now.
pub(super) fn with_answers(
    words: &str,
    open: &str,
    find: impl Fn(&str) -> Option<String>,
) -> (String, Vec<String>) {
    let (mut read, mut unknown, mut rest) = (String::new(), Vec::new(), words);
    while let Some((before, after)) = rest.split_once(open) {
        read.push_str(&apart(before));
        let Some(inner) = inner(after, open) else {
            read.push_str(open);
            rest = after;
            continue;
        };
        match find(inner.trim()) {
            Some(key) => read.push_str(&piping::mark(&key)),
            None => {
                read.push('…');
                unknown.push(format!("{open}{inner}}}"));
            }
        }
        rest = &after[inner.len() + 1..];
    }
    read.push_str(&apart(rest));
    (read, unknown)
}

/// Two brackets that the file means as brackets, so that they are not taken for ours.
fn apart(words: &str) -> String {
    let mut apart = String::new();
    for c in words.chars() {
        if c == '{' && apart.ends_with('{') {
            apart.push(' ');
        }
        apart.push(c);
    }
    apart
}

/// What is before the `}` that closes; `None` where nothing does, or where a space says that it is
/// only a bracket.
fn inner<'a>(after: &'a str, open: &str) -> Option<&'a str> {
    if after.starts_with('}') || (open == "{" && after.starts_with(char::is_whitespace)) {
        return None;
    }
    let (near, mut depth) = (stretch(after), 0_usize);
    for (at, c) in near.char_indices() {
        match c {
            '}' if depth == 0 => return Some(&near[..at]),
            '}' => depth -= 1,
            '{' => depth += 1,
            _ => {}
        }
    }
    None
}

/// The beginning of a text, as far as the end of something is looked for.
fn stretch(text: &str) -> &str {
    text.char_indices().nth(LONGEST_STRETCH).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_and_spaces_of_word_processors_are_those_of_a_keyboard() {
        assert_eq!(folded("\u{feff} ‘yes’\u{a0}“no” "), "'yes' \"no\"");
    }

    #[test]
    fn marks_of_markdown_are_not_shown_to_parents() {
        for (marked, bare) in [
            ("Do you **really** _wait_?", "Do you really wait?"),
            ("*All* of __it__", "All of it"),
            ("## About you\nFirst", "About you\nFirst"),
            (
                "See [our page](https://example.org/a) first",
                "See our page (https://example.org/a) first",
            ),
            ("![a map](map.png)Here", "a mapHere"),
            ("5 * 3 * 2, 5*3*2, snake_case_name", "5 * 3 * 2, 5*3*2, snake_case_name"),
            ("\\*not so\\*", "*not so*"),
            ("#1 and [so] (on)", "#1 and [so] (on)"),
            ("* a list\n* of two", "* a list\n* of two"),
        ] {
            assert_eq!(without_markdown(marked), bare, "{marked}");
        }
    }

    #[test]
    fn earlier_answers_are_shown_under_our_keys_and_the_rest_is_named() {
        let find = |name: &str| (name == "child").then(|| "question-1".to_owned());
        assert_eq!(
            with_answers("For ${child} and ${ total } {{x}}", "${", find),
            ("For {{question-1}} and … { {x}}".to_owned(), vec!["${ total }".to_owned()])
        );
        assert_eq!(
            with_answers("{child}: {if(a, \"{b}\", 1)} { c } {", "{", find),
            ("{{question-1}}: … { c } {".to_owned(), vec!["{if(a, \"{b}\", 1)}".to_owned()])
        );
    }

    proptest! {
        #[test]
        fn any_marks_again_and_again_are_read(
            sign in "[*_#\\[\\](){}$\\\\a! \n]{1,6}",
            times in 1_usize..2_000,
        ) {
            let words = sign.repeat(times);
            let _ = without_markdown(&words);
            let _ = with_answers(&words, "{", |_| None);
            let _ = with_answers(&words, "${", |name| Some(name.to_owned()));
        }
    }
}
