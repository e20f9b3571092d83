//! Telephone numbers in what people wrote, to be rung with one tap. Pure.

use ground::contact::is_within_number;

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Words that stay as they are.
    Words(&'t str),
    /// A telephone number as it was written.
    Telephone(&'t str),
}

/// Numbers of three digits that everyone knows.
const KNOWN: [&str; 4] = ["999", "111", "101", "119"];
/// The words before one of these: without them, it may be any number.
const BEFORE_KNOWN: [&str; 4] = ["call ", "ring ", "dial ", "phone "];

/// The text in pieces. A telephone number begins with 0 or +44 and is as long as one in this
/// country, or is one that everyone knows, after "call" or the like.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut done, mut at) = (Vec::new(), 0, 0);
    while at < text.len() {
        match telephone_at(text, at) {
            Some(end) => {
                if done < at {
                    pieces.push(Piece::Words(&text[done..at]));
                }
                pieces.push(Piece::Telephone(&text[at..end]));
                (done, at) = (end, end);
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    if done < text.len() {
        pieces.push(Piece::Words(&text[done..]));
    }
    pieces
}

/// Where a telephone number that begins here ends.
fn telephone_at(text: &str, at: usize) -> Option<usize> {
    let (before, rest) = (&text[..at], &text[at..]);
    if !is_apart(before.chars().next_back()) {
        return None;
    }
    let known = KNOWN.into_iter().find(|known| rest.starts_with(known));
    if let Some(known) = known
        && is_apart(rest[known.len()..].chars().next())
        && BEFORE_KNOWN.into_iter().any(|word| before.to_lowercase().ends_with(word))
    {
        return Some(at + known.len());
    }
    let (least, most) = match rest.as_bytes() {
        // Three digits together at least: "01 02 2026" is a day.
        [b'0', b'1'..=b'9', b'0'..=b'9', ..] | [b'(', b'0', b'1'..=b'9', b'0'..=b'9', ..] => {
            (8, 11)
        }
        [b'+', b'4', b'4', ..] => (11, 13),
        _ => return None,
    };
    // The longest that is one: opening hours may come after it.
    let (mut many, mut end) = (0, None);
    for (nth, c) in rest.char_indices() {
        if c.is_ascii_digit() {
            many += 1;
            if (least..=most).contains(&many) && is_apart(rest[nth + 1..].chars().next()) {
                end = Some(at + nth + 1);
            }
        } else if nth > 0 && !is_within_number(c) && !rest[nth..].starts_with("(0)") {
            break;
        }
    }
    end
}

/// Whether this is not in the middle of a word, an address, a sum or another number.
fn is_apart(beside: Option<char>) -> bool {
    beside.is_none_or(|c| {
        !c.is_alphanumeric() && !matches!(c, '/' | '=' | '_' | '@' | '£' | '+' | '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        pieces(text)
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Telephone(shown) => Some(shown),
                Piece::Words(_) => None,
            })
            .collect()
    }

    #[test]
    fn numbers_are_found_as_people_write_them() {
        assert_eq!(found("Ring 0151 234 5678."), ["0151 234 5678"]);
        assert_eq!(found("(01704) 395 945 or 07700 900123"), ["(01704) 395 945", "07700 900123"]);
        assert_eq!(found("0151 234 5678 (9am to 5pm)"), ["0151 234 5678"]);
        assert_eq!(found("Childline: 0800 1111"), ["0800 1111"]);
        assert_eq!(found("+44 (0)151 234 5678, ext. 4"), ["+44 (0)151 234 5678"]);
        assert_eq!(found("If someone is in danger now, call 999."), ["999"]);
        assert_eq!(found("01234567890"), ["01234567890"]);
    }

    #[test]
    fn what_only_looks_like_a_number_stays_words() {
        for text in [
            "On 01/02/2026 at 09:30",
            "On 01 02 2026",
            "999 families",
            "https://a.example/notices/0190123456789",
            "Room 0012 345 678",
            "In 2026, 12 of 345 678",
            "0190f3aa-1234-5678-9012-345678901234",
            "call 9991",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn the_pieces_are_the_text() {
        for text in ["", "é 0151 234 5678 ü", "0151 234 5678", "no number", "call 999 — now"] {
            let all: String = pieces(text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Words(words) | Piece::Telephone(words) => words,
                })
                .collect();
            assert_eq!(all, text);
        }
    }

    #[test]
    fn what_is_dialled_is_digits_alone() {
        assert_eq!(ground::contact::dialled("0151 234 5678"), "01512345678");
        assert_eq!(ground::contact::dialled("+44 (0)151 234 5678"), "+441512345678");
        assert_eq!(ground::contact::dialled("Tel. (01704) 395-945 ext. 4"), "01704395945");
        assert_eq!(ground::contact::dialled("01234"), "01234");
        assert_eq!(ground::contact::dialled("at the desk"), "");
    }
}
