//! Password hashing: argon2id with 19 MiB, two passes and one lane, on a bounded pool of blocking
//! threads.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use ground::house::House;

/// What is checked where there is no password, so that an unknown address takes as long as a known
/// one.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hash("nobody has this password"));

/// The password as it is stored.
pub async fn hashed(house: &House, password: String) -> String {
    on_the_pool(house, move || hash(&password)).await
}

/// Whether this is the password. Without a stored one it takes the same time and says no.
pub async fn fits(house: &House, password: String, stored: Option<String>) -> bool {
    on_the_pool(house, move || {
        let is_known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODYS.clone());
        let fits = PasswordHash::new(&stored)
            .is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok());
        fits && is_known
    })
    .await
}

async fn on_the_pool<T: Send + 'static>(
    house: &House,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    // The semaphore is never closed and the work does not panic; both would be faults of this
    // program.
    let places = Arc::clone(&house.hashing);
    let place = places.acquire_owned().await.expect("the pool stays open");
    let hashing = tokio::task::spawn_blocking(move || {
        let done = work();
        // Only now, though whoever asked may be long gone: until here it holds its memory.
        drop(place);
        done
    });
    hashing.await.expect("hashing does not panic")
}

fn hash(password: &str) -> String {
    let salt = SaltString::generate(&mut OsRng);
    argon2id()
        .hash_password(password.as_bytes(), &salt)
        .expect("the parameters are within argon2's own limits")
        .to_string()
}

fn argon2id() -> Argon2<'static> {
    let params =
        Params::new(19 * 1024, 2, 1, None).expect("the parameters are within argon2's own limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_password_names_the_promised_parameters() {
        assert!(hash("three small words").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
