//! Names for rows and secrets for links.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A new row's id: a UUIDv7, so that ids sort by the time they were made.
#[must_use]
pub fn fresh() -> String {
    Uuid::now_v7().to_string()
}

/// An id as an address or a form gives it, in the one form the tables hold; `None` if it cannot be one.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    Uuid::try_parse(text).ok().map(|id| id.to_string())
}

/// A secret of 256 bits for a cookie or a link. Only its [`hash`] is ever stored.
#[must_use]
pub fn secret() -> String {
    let mut bytes = [0; 32];
    // Without the system's randomness nothing here is safe: stop rather than guess.
    OsRng.try_fill_bytes(&mut bytes).expect("the system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored of a secret: its SHA-256. The secret has 256 random bits, so no salt is needed.
#[must_use]
pub fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
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
    fn an_id_is_read_in_any_writing_and_nothing_else_is() {
        let id = fresh();
        assert_eq!(parse(&id.to_uppercase()), Some(id));
        assert_eq!(parse("3"), None);
        assert_eq!(parse("\0"), None);
    }

    #[test]
    fn secrets_differ_and_are_not_what_is_stored() {
        let secret_one = secret();
        assert_ne!(secret_one, secret());
        assert_ne!(hash(&secret_one), secret_one);
    }
}
