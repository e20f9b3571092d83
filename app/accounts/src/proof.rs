//! Fresh proof that it is the person herself who asks, and not whoever holds her phone: her
//! password, or, where she has none, that she signed in by a link within the last hour.

use calendar::clock::{HOUR, Millis};
use forms::Refusals;
use ground::error::Error;
use ground::house::House;
use ground::viewer::SignedIn;

use super::attempts::{self, Asker, Purpose, Wait};
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
    /// She tried too often, or has asked for too many links; what to do about the field `password`.
    TooOften(Wait, Refusals),
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

/// Asks for proof. Passwords tried are counted for her account alone; a right one resets the count.
///
/// # Errors
/// When the database fails.
pub async fn ask(
    house: &House,
    person: &SignedIn,
    proof: &Proof,
    password: &str,
) -> Result<Proved, Error> {
    let asker = Asker::Account(&person.account_id);
    let no = |what_to_do: &str| Refusals::one("password", what_to_do);
    let Some(stored) = &proof.password_hash else {
        // A clock that was set back proves nothing.
        if (0..=FRESH).contains(&(house.clock.now() - proof.began_at)) {
            return Ok(Proved::Yes);
        }
        let own = person.email.clone();
        if let Err(wait) = attempts::may_write(house, asker, Purpose::SignIn, &own).await? {
            let refusals = no(&wait.what_to_do);
            return Ok(Proved::TooOften(wait, refusals));
        }
        sign_in::owe_link(house, own, None, "sign-in", emails::sign_in_link).await?;
        return Ok(Proved::LinkSent);
    };
    if password.is_empty() {
        return Ok(Proved::No(no("Enter your password")));
    }
    let tried = attempts::may_try(house, asker, &person.email).await?;
    let fits = passwords::fits(house, password.to_owned(), Some(stored.clone())).await;
    if let Err(wait) = &tried.may {
        let refusals = no(&format!("Too many attempts. Try again {}", wait.when));
        return Ok(Proved::TooOften(wait.clone(), refusals));
    }
    if !fits {
        return Ok(Proved::No(no("Check your password and try again")));
    }
    attempts::was_right(house, &tried).await?;
    Ok(Proved::Yes)
}
