//! Fresh proof that it is the person herself who asks, and not whoever holds her phone: her
//! password, or, where she has none, that she signed in by a link within the last hour.

use calendar::clock::{HOUR, Millis};
use forms::Refusals;
use ground::error::Error;
use ground::house::House;
use ground::viewer::SignedIn;

use super::attempts::{self, Caller, Kind};
use super::store::{self, Proof};
use super::{emails, passwords, sign_in};

/// For how long after a link was used it shows that whoever uses the session is herself.
const FRESH: Millis = HOUR;

/// What came of asking for proof.
#[derive(Clone, Debug)]
pub enum Proved {
    /// It is herself.
    Yes,
    /// It is not shown; what to do about the field `password`.
    No(Refusals),
    /// She has no password. A link to sign in again has gone to her address.
    LinkSent,
}

/// What a person can show by the session she asks in.
///
/// # Errors
/// When the database fails.
pub async fn of(house: &House, person: &SignedIn) -> Result<Proof, Error> {
    Ok(store::proof(&house.db, &person.session_id).await?)
}

/// Asks for proof. Passwords tried are counted for her account, as they are at sign-in; a right one
/// resets the count.
///
/// # Errors
/// When the database fails.
pub async fn ask(
    house: &House,
    caller: &Caller,
    person: &SignedIn,
    proof: &Proof,
    password: &str,
) -> Result<Proved, Error> {
    let now = house.clock.now();
    let no = |what_to_do: &str| Ok(Proved::No(Refusals::one("password", what_to_do)));
    let Some(stored) = &proof.password_hash else {
        if now - proof.began_at <= FRESH {
            return Ok(Proved::Yes);
        }
        let own = person.email.clone();
        sign_in::owe_link(house, caller, own, None, "sign-in", emails::sign_in_link).await?;
        return Ok(Proved::LinkSent);
    };
    if password.is_empty() {
        return no("Enter your password");
    }
    let few_tries = attempts::within(&house.db, Kind::Password, &person.email, now).await?;
    let fits = passwords::fits(house, password.to_owned(), Some(stored.clone())).await;
    if !few_tries {
        return no("Too many attempts. Wait 15 minutes and try again");
    }
    if !fits {
        return no("Check your password and try again");
    }
    attempts::forget(&house.db, Kind::Password, &person.email).await?;
    Ok(Proved::Yes)
}
