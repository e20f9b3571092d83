//! The key of the day. What is counted of people for a while is stored under hashes that only this
//! key makes. It is erased the day after, and no backup holds it: then nobody, with whatever list
//! of addresses, finds out whose counts they were.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use calendar::clock::{DAY, Moment};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::db::Db;

/// The key of the day as this process remembers it. The database has it for all of them.
#[derive(Clone, Default)]
pub struct DayKey(Arc<Mutex<Option<Today>>>);

/// The key of one day.
#[derive(Clone)]
pub struct Today {
    starts_at: Moment,
    secret: Arc<str>,
}

impl DayKey {
    /// The key of today: made by whoever asks for it first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn today(&self, db: &Db, now: Moment) -> sqlx::Result<Today> {
        let starts_at = now - now.millis().rem_euclid(DAY);
        if let Some(known) = self.known(starts_at) {
            return Ok(known);
        }
        let mut tx = db.begin().await?.unseen();
        let secret: String = sqlx::query_scalar(
            "INSERT INTO attempt_keys (starts_at, secret) VALUES ($1, $2)
             ON CONFLICT (starts_at) DO UPDATE SET starts_at = excluded.starts_at
             RETURNING secret",
        )
        .bind(starts_at)
        .bind(id::secret())
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        let today = Today { starts_at, secret: secret.into() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(today.clone());
        Ok(today)
    }

    fn known(&self, starts_at: Moment) -> Option<Today> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.clone().filter(|known| known.starts_at == starts_at)
    }
}

impl Today {
    /// The HMAC-SHA256 of these words.
    #[must_use]
    pub fn hash(&self, words: &str) -> String {
        keyed(&self.secret, words)
    }
}

/// The HMAC-SHA256 of these words under a key: it has the form of one of our secrets.
#[must_use]
pub fn keyed(key: &str, words: &str) -> String {
    let mut mac =
        <Hmac<Sha256>>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(words.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Without the key.
impl fmt::Debug for DayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DayKey")
    }
}

/// Without the key.
impl fmt::Debug for Today {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Today({})", self.starts_at.millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_have_another_hash_under_another_key() {
        let key = |secret: &str| Today { starts_at: Moment::from_millis(0), secret: secret.into() };
        let hash = key("one").hash("parent@example.org");
        assert_eq!(hash, key("one").hash("parent@example.org"));
        assert_ne!(hash, key("two").hash("parent@example.org"));
        assert_ne!(hash, id::hash("parent@example.org"));
        assert!(!format!("{:?}", key("one")).contains("one"));
    }
}
