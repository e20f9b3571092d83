//! Names for rows and secrets for links.

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

/// A code as somebody typed it, in the one form it is stored by; `None` if it cannot be one.
#[must_use]
pub fn read_code(typed: &str) -> Option<String> {
    read(typed, 16)
}

/// Likewise a [`long_code`].
#[must_use]
pub fn read_long_code(typed: &str) -> Option<String> {
    read(typed, 24)
}

/// A code of so many letters.
fn read(typed: &str, long: usize) -> Option<String> {
    let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| {
        match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        }
    });
    let letters: Vec<char> = letters.take(long + 1).collect();
    let is_code = letters.len() == long
        && letters.iter().all(|c| u8::try_from(*c).is_ok_and(|byte| CODE_LETTERS.contains(&byte)));
    is_code.then(|| in_fours(&letters))
}

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
