//! Officers sign in with their council, by OpenID Connect.
//!
//! A link on the sign-in page leads to the council's provider and from there back here, with a code
//! that we ask the provider about (`ground::council`). `rules` reads what it says and decides what
//! comes of it: it lets in whom it knows as a leader already, meets a leader for the first time by
//! their confirmed address, and ends the role of somebody whom the council no longer has. It gives
//! no role to anybody. Whoever was closed at the council never comes back from there, so a role
//! also ends once the council has not confirmed it for a term ([`lapse_due`]). A leader whom the
//! provider knows signs in so and in no other way ([`crate::session::begin`]), or a password would
//! outlive their work there. `store` holds the SQL, `pages` what is shown where nobody is let in.

pub(crate) mod pages;
mod rules;
pub(crate) mod store;

use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use deliveries::{EmailKind, Owed, owe};
use form_urlencoded::{byte_serialize, parse};
use forms::Sent;
use ground::audit::{self, Entry};
use ground::council::{Asked, Council, Failure, Wish};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::viewer::{Role, Viewer};

use self::rules::{CouncilAccount, CouncilOutcome, CouncilPerson, Expected, Lapse};
use self::store::{Met, Unconfirmed};
use super::second_factor::store as factors;
use super::sign_in::{self, Destination};
use super::{emails, session, store as accounts};

/// Where the provider sends people back to.
const ANSWER: &str = "/sign-in/council/answer";

/// What the audit log says of somebody who is no leader any more since the council says so.
pub const ENDED_BY_COUNCIL: &str = "role ended by council";

/// What it says of somebody whom the council has not confirmed for too long.
pub const ENDED_UNCONFIRMED: &str = "role ended unconfirmed";

/// For how many seconds a browser remembers that it was sent to the provider.
const REMEMBERED: i64 = 10 * 60;

/// The longest address to come back to that a cookie takes along.
const LONGEST_THEN: usize = 1_000;

/// One visit to the provider: a secret that only this browser has, and where to go afterwards. What
/// is sent there is made from the secret, so nothing has to be kept here, and an answer that
/// another browser asked for is of no use in this one.
struct Visit {
    secret: String,
    then: String,
}

impl Visit {
    fn new(then: &str) -> Self {
        let then = if then.len() > LONGEST_THEN { "" } else { then };
        Self { secret: id::secret(), then: then.to_owned() }
    }

    /// The visit that this browser has begun.
    fn of(house: &House, headers: &HeaderMap) -> Option<Self> {
        let held = ground::cookie::named(headers, cookie_name(house))?;
        let (secret, then) = held.split_once('.')?;
        // A form holds the page too, and only an address of our own is one.
        let packed = format!("then={then}");
        let (_, then) = parse(packed.as_bytes()).next()?;
        let then = Destination::only_page(&Sent::of(&[("then", &*then)])).then;
        id::is_secret(secret).then(|| Self { secret: secret.to_owned(), then })
    }

    fn cookie(&self, house: &House) -> String {
        let then: String = byte_serialize(self.then.as_bytes()).collect();
        let value = format!("{}.{then}", self.secret);
        session::cookie_line(house, cookie_name(house), &value, REMEMBERED)
    }

    /// What is made from the secret for one purpose. Nobody comes from one of them to another.
    fn part(&self, purpose: &str) -> String {
        id::hash(&format!("{purpose} {}", self.secret))
    }

    fn state(&self) -> String {
        self.part("state")
    }

    fn nonce(&self) -> String {
        self.part("nonce")
    }

    fn verifier(&self) -> String {
        self.part("verifier")
    }
}

fn cookie_name(house: &House) -> &'static str {
    if house.is_secure() { "__Host-council" } else { "council" }
}

/// GET `/sign-in/council`: leads to the provider. `?again=yes`: they sign in there once more.
pub async fn begin_at_council(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let council = house.council().ok_or(Error::NotFound)?;
    let query = Sent::query(&uri);
    let visit = Visit::new(&Destination::only_page(&query).then);
    let wish = Wish {
        state: &visit.state(),
        nonce: &visit.nonce(),
        // Its SHA-256 in base64, as PKCE has it.
        challenge: &id::hash(&visit.verifier()),
        back_to: &house.link(ANSWER),
        again: query.typed("again") == "yes",
    };
    match council.sign_in_at(&wish, house.clock.now()).await {
        Ok(to) => {
            let remember = AppendHeaders([(header::SET_COOKIE, visit.cookie(&house))]);
            Ok((remember, Redirect::to(&to)).into_response())
        }
        Err(why) => Ok(not_answered(&house, &viewer, council, &why)),
    }
}

/// GET `/sign-in/council/answer`: the provider has sent somebody back.
pub async fn council_answer(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let council = house.council().ok_or(Error::NotFound)?;
    let query = Sent::query(&uri);
    let Some(visit) = Visit::of(&house, &headers) else {
        // After a reload there is nothing left to do.
        return Ok(if viewer.is_signed_in() {
            Redirect::to("/").into_response()
        } else {
            pages::not_in(&house, &viewer, council)
        });
    };
    let answer = answered(&house, &viewer, &headers, &query, &visit).await?;
    // An answer counts once, whatever came of it.
    let forget = session::cookie_line(&house, cookie_name(&house), "", 0);
    Ok((AppendHeaders([(header::SET_COOKIE, forget)]), answer).into_response())
}

async fn answered(
    house: &House,
    viewer: &Viewer,
    headers: &HeaderMap,
    query: &Sent,
    visit: &Visit,
) -> Result<Response, Error> {
    let council = house.council().ok_or(Error::NotFound)?;
    let now = house.clock.now();
    // Some providers say who they are in the address too (RFC 9207).
    let is_its_own = ["", council.issuer()].contains(&query.typed("iss"));
    let code = query.typed("code");
    if query.typed("state") != visit.state() || !is_its_own || code.is_empty() {
        // They did not want to sign in there after all, or it would not let them.
        return Ok(pages::not_in(house, viewer, council));
    }
    let (verifier, back_to) = (visit.verifier(), house.link(ANSWER));
    let asked = Asked { code, verifier: &verifier, back_to: &back_to };
    let claims = match council.who(&asked, now).await {
        Ok(claims) => claims,
        Err(why) => return Ok(not_answered(house, viewer, council, &why)),
    };
    let nonce = visit.nonce();
    let expected = Expected {
        issuer: council.issuer(),
        client_id: council.client_id(),
        nonce: &nonce,
        must_have: council.must_have(),
        now,
    };
    let person = match rules::person(&claims, &expected) {
        Ok(person) => person,
        Err(why) => {
            tracing::warn!(why, "what the council's provider signed was refused");
            return Ok(pages::not_in(house, viewer, council));
        }
    };
    let (issuer, email) = (council.issuer(), person.email.as_deref());
    let organisation = council.organisation();
    let found = store::found(&house.db, issuer, &person.subject, email, organisation).await?;
    match rules::next(&person, &found, organisation) {
        CouncilOutcome::LetIn(account) => {
            if confirm(house, council, account).await? {
                return let_in(house, headers, visit, account, &person).await;
            }
            Ok(pages::not_a_leader(house, viewer, council))
        }
        CouncilOutcome::Meet(account) => {
            if meet(house, council, account, &person.subject).await? {
                return let_in(house, headers, visit, account, &person).await;
            }
            Ok(pages::not_a_leader(house, viewer, council))
        }
        CouncilOutcome::End(account) => {
            end(house, council, &account.id, EndReason::Said).await?;
            Ok(session::signed_out(house, pages::ended(house, council)))
        }
        CouncilOutcome::Nothing => Ok(pages::not_a_leader(house, viewer, council)),
        CouncilOutcome::NotSaid => {
            tracing::warn!("the council's provider left out the claim in OIDC_CLAIM: too many");
            Ok(pages::not_in(house, viewer, council))
        }
    }
}

/// For somebody whom the provider could not help.
fn not_answered(house: &House, viewer: &Viewer, council: &Council, why: &Failure) -> Response {
    tracing::warn!(%why, "the council's provider was of no help");
    if why.is_of_the_moment() {
        pages::away(house, viewer, council)
    } else {
        pages::not_in(house, viewer, council)
    }
}

async fn let_in(
    house: &House,
    headers: &HeaderMap,
    visit: &Visit,
    account: &CouncilAccount,
    person: &CouncilPerson,
) -> Result<Response, Error> {
    let (used_second_step, signed_in_at) = (person.used_second_step, person.signed_in_at);
    let at = accounts::AtCouncil { used_second_step, signed_in_at };
    let begun = session::begin_with_council(house, &account.id, headers, at).await?;
    let destination = Destination { then: visit.then.clone(), fields: None };
    sign_in::in_now(house, &account.id, begun, &destination, false).await
}

/// Notes under what subject the provider knows this leader, and ends what they began by password.
/// False where they are no leader any more, or where the provider knows them under another subject.
async fn meet(
    house: &House,
    council: &Council,
    account: &CouncilAccount,
    subject: &str,
) -> Result<bool, Error> {
    let (now, account_id) = (house.clock.now(), &account.id);
    let mut tx = house.db.begin().await?;
    let met = store::meet(&mut tx, account_id, (council.issuer(), subject), now).await?;
    if met == Met::New {
        accounts::end_all_sessions(&mut tx, account_id).await?;
        let owed = Owed {
            dedup_key: &format!("council {}", id::fresh()),
            kind: EmailKind::Council,
            account_id: Some(account_id),
            to: &account.email,
            words: &emails::signs_in_with_council(house, council.name()),
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
        let entry = Entry {
            at: now,
            who: Some(account_id),
            what: "first sign-in with council",
            about: account_id,
            detail: "",
        };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(met != Met::No)
}

/// Notes that the council has them. False where it no longer knows them, since their role has just
/// ended.
async fn confirm(
    house: &House,
    council: &Council,
    account: &CouncilAccount,
) -> Result<bool, Error> {
    let mut tx = house.db.begin().await?;
    let now = house.clock.now();
    let confirmed = store::confirm(&mut tx, &account.id, council.issuer(), now).await?;
    tx.commit().await?;
    Ok(confirmed)
}

/// Why a role ends.
#[derive(Clone, Copy, Debug)]
enum EndReason {
    /// The council's answer no longer has them.
    Said,
    /// It has not confirmed them since this time.
    Unconfirmed(Moment),
}

/// Ends the role of somebody whom the council no longer has, or has not confirmed for too long,
/// signs them out everywhere, and tells the administrators.
async fn end(
    house: &House,
    council: &Council,
    account_id: &Id<Account>,
    why: EndReason,
) -> Result<(), sqlx::Error> {
    let now: Moment = house.clock.now();
    let everyone = factors::with_administrators(&house.db, account_id).await?;
    let name = everyone
        .iter()
        .find(|one| one.account_id == *account_id)
        .map_or_else(String::new, |leader| leader.shown_name.clone());
    let words = match why {
        EndReason::Said => emails::council_ended(house, council.name(), &name),
        EndReason::Unconfirmed(since) => {
            emails::council_unconfirmed(house, council.name(), &name, since)
        }
    };
    let mut tx = house.db.begin().await?;
    let what = match why {
        EndReason::Said => ENDED_BY_COUNCIL,
        EndReason::Unconfirmed(since) => {
            // They have come meanwhile.
            if !store::forget_unconfirmed(&mut tx, account_id, council.issuer(), since).await? {
                return tx.roll_back().await;
            }
            ENDED_UNCONFIRMED
        }
    };
    let is_first = accounts::revoke(&mut tx, account_id, Role::Leader, now).await?;
    store::forget(&mut tx, account_id).await?;
    accounts::end_all_sessions(&mut tx, account_id).await?;
    if is_first {
        let key = id::fresh();
        for one in &everyone {
            if one.account_id == *account_id {
                continue;
            }
            let owed = Owed {
                dedup_key: &format!("council {key} {}", one.account_id),
                kind: EmailKind::Council,
                account_id: Some(&one.account_id),
                to: &one.email,
                words: &words,
                at: now,
                not_after: None,
            };
            owe(&mut tx, owed).await?;
        }
        let (about, detail) = (account_id, Role::Leader.word());
        audit::note(&mut tx, Entry { at: now, who: None, what, about, detail }).await?;
    }
    tx.commit().await
}

/// Tells leaders whom the council has not confirmed for a while, and ends their roles where it goes
/// on. Where no council is set, everyone signs in as before, and nothing ends.
///
/// # Errors
/// When the database fails.
pub async fn lapse_due(house: &House) -> Result<(), sqlx::Error> {
    let Some(council) = house.council() else { return Ok(()) };
    let now = house.clock.now();
    for leader in store::unconfirmed(&house.db, council.issuer(), rules::near_since(now)).await? {
        match rules::lapse(leader.confirmed_at, leader.warned_at, now) {
            Lapse::Stays => {}
            Lapse::Warn => warn(house, council, &leader, now).await?,
            Lapse::End => {
                let why = EndReason::Unconfirmed(leader.confirmed_at);
                end(house, council, &leader.account_id, why).await?;
            }
        }
    }
    Ok(())
}

/// Tells a leader that their role ends unless they come by the council.
async fn warn(
    house: &House,
    council: &Council,
    leader: &Unconfirmed,
    now: Moment,
) -> Result<(), sqlx::Error> {
    let ends_at = rules::ends_at(leader.confirmed_at, now);
    let mut tx = house.db.begin().await?;
    if !store::warn(&mut tx, leader, council.issuer(), now).await? {
        return tx.roll_back().await;
    }
    let owed = Owed {
        dedup_key: &format!("council warned {}", id::fresh()),
        kind: EmailKind::Council,
        account_id: Some(&leader.account_id),
        to: &leader.email,
        words: &emails::council_to_confirm(house, council.name(), ends_at),
        at: now,
        not_after: Some(ends_at),
    };
    owe(&mut tx, owed).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_to_the_provider_tells_nothing_of_the_rest() {
        let visit = Visit::new("/lead");
        let parts = [visit.secret.clone(), visit.state(), visit.nonce(), visit.verifier()];
        for (nth, part) in parts.iter().enumerate() {
            // PKCE takes 43 to 128 of these.
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            assert!(part.len() == 43 && part.bytes().all(is_plain), "{part}");
            assert!(!parts[..nth].contains(part), "{part}");
        }
        assert_ne!(Visit::new("").state(), Visit::new("").state());
    }
}
