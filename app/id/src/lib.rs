//! Names for rows and secrets for links.

mod drawing;

pub use drawing::{is_for_one_reader, noticing};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

/// A new row's id: a UUIDv7, so that ids sort by the time they were made, and tell it. For what the
/// forum and leaders make, and for what nobody else sees.
#[must_use]
pub fn fresh() -> String {
    drawing::note();
    Uuid::now_v7().to_string()
}

/// A new row's id that says nothing, not even when it was made. For whatever a parent's own act
/// makes and others may come to see.
#[must_use]
pub fn random() -> String {
    Builder::from_random_bytes(bytes()).into_uuid().to_string()
}

/// An id as an address or a form gives it, in the one form the tables hold; `None` if it cannot be
/// one.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    Uuid::try_parse(text).ok().map(|id| id.to_string())
}

/// A secret of 256 bits for a cookie or a link. Only its [`hash`] is ever stored.
#[must_use]
pub fn secret() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// So many bytes that nobody can guess.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    drawing::note();
    let mut bytes = [0; N];
    // Without the system's randomness nothing here is safe: stop rather than guess.
    OsRng.try_fill_bytes(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Whether a text can be one of our secrets.
#[must_use]
pub fn is_secret(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// How many letters a secret has.
const SECRET_LETTERS: usize = 43;

/// A secret as somebody opened or pasted it, read to its length: mail programs and people leave a
/// full stop, a bracket, a quotation mark or half a sentence behind a link, and break a long one in
/// two. `None` where it is not whole.
#[must_use]
pub fn read_secret(pasted: &str) -> Option<String> {
    let is_of_it = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let seen = pasted.chars().filter(|c| !c.is_whitespace() && !is_unseen(*c) && *c != '=');
    let letters = seen.skip_while(|c| !is_of_it(c)).take(SECRET_LETTERS);
    let secret: String = letters.collect();
    is_secret(&secret).then_some(secret)
}

/// What editors and phones put between letters, where nobody sees it.
fn is_unseen(c: char) -> bool {
    let is_mark = |first: char, last: char| (first..=last).contains(&c);
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{feff}')
        || is_mark('\u{200b}', '\u{200f}')
        || is_mark('\u{202a}', '\u{202e}')
        || is_mark('\u{2060}', '\u{206f}')
}

/// The letters of a code: none looks like another.
const CODE_LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A secret of 80 bits that people can write down and type in: four groups of four.
#[must_use]
pub fn code() -> String {
    coded(&bytes::<16>())
}

/// A secret of 120 bits that people can write down and type in: six groups of four. From 112 bits
/// on nobody finds it by its [`hash`], however many they try.
#[must_use]
pub fn long_code() -> String {
    coded(&bytes::<24>())
}

fn coded(bytes: &[u8]) -> String {
    let letter = |byte: &u8| char::from(CODE_LETTERS[usize::from(byte % 32)]);
    in_fours(&bytes.iter().map(letter).collect::<Vec<char>>())
}

fn in_fours(letters: &[char]) -> String {
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A code as somebody typed or pasted it, in the one form it is stored by; `None` if it cannot be
/// one. Dashes of any kind, quotation marks, full stops, and words around it are no part of it.
#[must_use]
pub fn read_code(typed: &str) -> Option<String> {
    read(typed, 16)
}

/// Likewise a [`long_code`].
#[must_use]
pub fn read_long_code(typed: &str) -> Option<String> {
    read(typed, 24)
}

/// The digits of a code that was sent to a phone or is shown on one, as somebody typed or pasted
/// it; `None` if it is not that many.
#[must_use]
pub fn read_digits(typed: &str, many: usize) -> Option<String> {
    let letters = plain(typed).filter(|c| c.is_alphanumeric());
    let without_words: String = letters.skip_while(|c| !c.is_ascii_digit()).collect();
    let is_code =
        without_words.len() == many && without_words.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some(without_words)
}

/// What people write before a code, by itself.
const BEFORE_A_CODE: [&str; 8] = ["MY", "YOUR", "THE", "ANSWERS", "RECOVERY", "CODE", "IS", "MINE"];

/// A code of so many letters: the whole text, or a part without a gap in it, as in an address, or
/// what is left without the words before it.
fn read(typed: &str, long: usize) -> Option<String> {
    // A text that nobody typed as a code is not looked through.
    let text: String = plain(typed).take(MOST_OF_A_CODE).collect();
    let parts = text.split(|c: char| !c.is_alphanumeric() && !DASHES.contains(&c));
    let groups: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|group| !group.is_empty()).collect();
    let is_before = |group: &&&str| BEFORE_A_CODE.contains(&group.to_uppercase().as_str());
    let words = groups.iter().take_while(is_before).count();
    let rest = groups.get(words..).unwrap_or_default();
    std::iter::once(text.as_str())
        .chain(parts)
        .find_map(|part| coded_in(part, long))
        .or_else(|| coded_in(&rest.concat(), long))
        .or_else(|| {
            // And without those after it, where they are not more of a longer code.
            let mut ends = (1..rest.len()).filter(|end| coded_in(rest[*end], 4).is_none());
            ends.find_map(|end| coded_in(&rest[..end].concat(), long))
        })
}

/// The most of a text that is looked through for a code.
const MOST_OF_A_CODE: usize = 400;

/// The code that the letters of this text are, and no others.
fn coded_in(text: &str, long: usize) -> Option<String> {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    let letters = letters.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    let letters: Vec<char> = letters.take(long + 1).collect();
    let is_code = letters.len() == long
        && letters.iter().all(|c| u8::try_from(*c).is_ok_and(|byte| CODE_LETTERS.contains(&byte)));
    is_code.then(|| in_fours(&letters))
}

/// A text without what nobody sees, and with the wide letters of some keyboards as plain ones.
fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !is_unseen(*c)).map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    })
}

/// The signs that a keyboard or a word processor makes of a hyphen.
const DASHES: [char; 16] = [
    '-', '_', '~', '\u{58a}', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}',
    '\u{2015}', '\u{2043}', '\u{2212}', '\u{2e3a}', '\u{2e3b}', '\u{fe58}', '\u{fe63}',
];

/// The SHA-256 of some bytes in hexadecimal, as `sha256sum` writes it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// What is stored of a secret: its SHA-256. A secret has so many random bits that no salt is
/// needed.
#[must_use]
pub fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}

/// The parts of a picture's name: the SHA-256 of what is in it, and its ending; `None` for another
/// name.
#[must_use]
pub fn picture_name(name: &str) -> Option<(&str, &str)> {
    let is_hash = |hash: &str| {
        hash.len() == 64
            && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    name.split_once('.').filter(|(hash, ending)| is_hash(hash) && matches!(*ending, "png" | "jpg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let (first, second) = (fresh(), fresh());
        assert!(first < second);
    }

    #[test]
    fn a_random_id_is_an_id_and_does_not_say_when_it_was_made() {
        let random = random();
        assert_eq!(parse(&random).as_deref(), Some(random.as_str()));
        assert_eq!(random.as_bytes()[14], b'4');
    }

    #[test]
    fn an_id_is_read_in_any_writing_and_nothing_else_is() {
        let id = fresh();
        assert_eq!(parse(&id.to_uppercase()), Some(id));
        assert_eq!(parse("3"), None);
        assert_eq!(parse("\0"), None);
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let fresh = code();
        assert_eq!(read_code(&fresh), Some(fresh.clone()));
        assert_eq!(read_code(&fresh.to_lowercase().replace('-', " ")), Some(fresh.clone()));
        assert_eq!(read_code("oI1l-0000-0000-0000").as_deref(), Some("0111-0000-0000-0000"));
        for wrong in [
            "",
            "0000-0000-0000",
            "0000-0000-0000-00000",
            "0000-0000-0000-000U",
            "0000-0000-0000-000é",
        ] {
            assert_eq!(read_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_is_read_with_whatever_was_pasted_around_it() {
        let code = "7XK2-9QHM-4ETC-0ABD";
        for pasted in [
            "7XK2–9QHM–4ETC–0ABD",
            "7XK2\u{2011}9QHM\u{2011}4ETC\u{2011}0ABD",
            "7XK2 − 9QHM — 4ETC ‐ 0ABD",
            "“7XK2-9QHM-4ETC-0ABD”",
            "'7xk29qhm4etc0abd'.",
            "Code: 7XK2-9QHM-4ETC-0ABD",
            "Your code: 7XK2 9QHM 4ETC 0ABD.",
            "my code is 7XK2 9QHM 4ETC 0ABD thank you",
            "(7XK2.9QHM.4ETC.0ABD)",
            "7XK2\u{ad}-9QHM-\u{200b}4ETC-0ABD\u{feff}",
            "７ＸＫ２－９ＱＨＭ－４ＥＴＣ－０ＡＢＤ",
            "https://a.example.org/consultations/12/answers/7XK2-9QHM-4ETC-0ABD?then=list",
            "It is 7XK2-9QHM-4ETC-0ABD, from the email",
        ] {
            assert_eq!(read_code(pasted).as_deref(), Some(code), "{pasted}");
        }
        let shown = "C0DE-C0DE-C0DE-C0DE";
        assert_eq!(read_code("code-code-code-code").as_deref(), Some(shown));
        for wrong in ["Code:", "my code is", "7XK2-9QHM-4ETC", &"code ".repeat(10_000)] {
            assert_eq!(read_code(wrong), None);
        }
    }

    #[test]
    fn digits_are_read_with_whatever_was_pasted_around_them() {
        for pasted in ["123456", "123 456", "123–456.", "Code: 123456", "“123456”", "１２３４５６"]
        {
            assert_eq!(read_digits(pasted, 6).as_deref(), Some("123456"), "{pasted}");
        }
        for wrong in ["", "12345", "1234567", "123456a", "Code:", "١٢٣٤٥٦"] {
            assert_eq!(read_digits(wrong, 6), None, "{wrong}");
        }
    }

    #[test]
    fn a_link_is_read_to_its_length_whatever_comes_after_it() {
        let secret = secret();
        for pasted in [
            secret.clone(),
            format!("{secret}."),
            format!("{secret})."),
            format!("{secret}>"),
            format!("{secret}”"),
            format!("{secret}'\u{200b} "),
            format!("{secret}and then press it"),
            format!("{secret}&source=mail"),
            format!("<{secret}>"),
            format!("{}=\r\n{}", &secret[..20], &secret[20..]),
            format!("{} {}", &secret[..20], &secret[20..]),
        ] {
            assert_eq!(read_secret(&pasted).as_ref(), Some(&secret), "{pasted}");
        }
        for wrong in
            ["", "no-such-link", &secret[..42], &format!("{}.{}", &secret[..9], &secret[9..])]
        {
            assert_eq!(read_secret(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_long_code_has_more_than_112_bits_and_is_read_however_it_is_typed() {
        let fresh = long_code();
        let letters = fresh.chars().filter(|c| *c != '-').count();
        assert_eq!(CODE_LETTERS.len(), 32, "five bits in each letter");
        assert!(letters * 5 >= 112, "{fresh}");
        assert_ne!(fresh, long_code());
        assert_eq!(read_long_code(&fresh), Some(fresh.clone()));
        assert_eq!(read_long_code(&fresh.to_lowercase().replace('-', " ")), Some(fresh.clone()));
        for wrong in [&fresh[1..], &format!("{fresh}0"), &code(), ""] {
            assert_eq!(read_long_code(wrong), None, "{wrong}");
        }
        assert_eq!(read_code(&fresh), None, "each has its own length");
    }

    #[test]
    fn secrets_differ_and_are_not_what_is_stored() {
        let secret_one = secret();
        assert_ne!(secret_one, secret());
        assert_ne!(hash(&secret_one), secret_one);
        assert!(is_secret(&secret_one) && !is_secret("") && !is_secret(&format!("{secret_one}A")));
    }
}
