//! Fresh proof: that it is the person herself who asks, and not whoever holds her phone.

use calendar::clock::{HOUR, Millis};
use forms::Refusals;
use ground::error::Error;
use ground::house::House;
use ground::viewer::SignedIn;

use super::attempts::{self, Caller, Kind};
use super::store::Proof;
use super::{emails, passwords, sign_in};

/// For how long after a link was used it shows that whoever uses the session is herself.
const FRESH: Millis = HOUR;

/// Whether it is the person herself.
#[derive(Debug)]
pub enum Fresh {
    /// It is.
    Herself,
    /// What to do about the field `password`.
    Refused(Refusals),
    /// She has no password: a link has gone to her address, and she asks again once she has used it.
    LinkSent,
}

/// Asks for the password, or for a session that began just now where there is none.
///
/// # Errors
/// When the database fails.
pub async fn is_herself(
    house: &House,
    caller: &Caller,
    person: &SignedIn,
    proof: &Proof,
    password: &str,
) -> Result<Fresh, Error> {
    let refused = |what_to_do: &str| Ok(Fresh::Refused(Refusals::one("password", what_to_do)));
    let Some(stored) = &proof.password_hash else {
        if house.clock.now() - proof.began_at <= FRESH {
            return Ok(Fresh::Herself);
        }
        let own = person.email.clone();
        sign_in::owe_link(house, caller, own, None, "sign-in", emails::sign_in_link).await?;
        return Ok(Fresh::LinkSent);
    };
    if password.is_empty() {
        return refused("Enter your password");
    }
    let few_tries = attempts::may_try(house, caller, &person.email).await?;
    let fits = passwords::fits(house, password.to_owned(), Some(stored.clone())).await;
    if !few_tries {
        return refused("Too many attempts. Wait 15 minutes and try again");
    }
    if !fits {
        return refused("Check your password and try again");
    }
    attempts::forget(&house.db, Kind::Password, &person.email).await?;
    Ok(Fresh::Herself)
}
