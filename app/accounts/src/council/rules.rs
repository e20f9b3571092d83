//! What a council's provider says of somebody, and what comes of it. Pure.

use calendar::clock::{DAY, MINUTE, Millis, Moment, SECOND};
use ground::council::MustHave;
use ground::ids::{Account, Id};
use ground::viewer::Role;
use serde_json::{Map, Value};

/// By how much the provider's clock may differ from ours.
const CLOCKS_APART: Millis = 2 * MINUTE;

/// How old an answer may be. It comes straight from the provider.
const OLDEST: Millis = 10 * MINUTE;

/// How long a leader whom the council knows stays one without coming by it again. It is about a
/// term: whoever leads here signs in within one, and whoever has left is listed no longer.
const CONFIRMED_FOR: Millis = 90 * DAY;

/// How long before their role ends they are told, at the least.
const WARNED_BEFORE: Millis = 14 * DAY;

/// The longest name of somebody that a provider may have (OpenID Connect).
const LONGEST_SUBJECT: usize = 255;

/// An account that somebody at the provider may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouncilAccount {
    pub id: Id<Account>,
    pub email: String,
    pub roles: Vec<Role>,
    /// The name of the organisation that it is a leader for.
    pub organisation: Option<String>,
    /// What this provider calls its owner, where it knows them.
    pub subject: Option<String>,
}

/// What an answer must fit.
#[derive(Debug)]
pub struct Expected<'a> {
    /// Who must have signed it.
    pub issuer: &'a str,
    /// For whom it must be.
    pub client_id: &'a str,
    /// What this browser asked with.
    pub nonce: &'a str,
    /// What must be in it for its person to be one of the officers.
    pub must_have: Option<&'a MustHave>,
    pub now: Moment,
}

/// Whether the council has somebody as one of its officers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// It has.
    Yes,
    /// It has not, or no longer.
    No,
    /// It did not say.
    NotSaid,
}

/// Somebody, as the provider knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouncilPerson {
    /// What it calls them, for ever.
    pub subject: String,
    /// Their address, where the provider has made sure that it is theirs.
    pub email: Option<String>,
    /// Whether the council has them as one of its officers.
    pub belongs: Belongs,
    /// Whether they signed in there with a second step.
    pub used_second_step: bool,
    /// When they signed in there, if it says so.
    pub signed_in_at: Option<Moment>,
}

/// Reads what the provider signed.
///
/// # Errors
/// Why it is refused, for the log.
pub fn person(
    claims: &Map<String, Value>,
    expected: &Expected<'_>,
) -> Result<CouncilPerson, &'static str> {
    let now = expected.now;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err("another issuer");
    }
    if !is_for(claims, expected.client_id) {
        return Err("for another client");
    }
    if text("nonce") != Some(expected.nonce) {
        return Err("another nonce");
    }
    let ends_at = time(claims, "exp").ok_or("no end")?;
    let issued_at = time(claims, "iat").ok_or("no beginning")?;
    if ends_at.saturating_add(CLOCKS_APART) <= now {
        return Err("expired");
    }
    if issued_at.saturating_add(OLDEST + CLOCKS_APART) <= now {
        return Err("too old");
    }
    let begins_at = time(claims, "nbf").unwrap_or(issued_at).max(issued_at);
    if begins_at.saturating_sub(CLOCKS_APART) > now {
        return Err("not valid yet");
    }
    let subject = text("sub").filter(|sub| (1..=LONGEST_SUBJECT).contains(&sub.len()));
    Ok(CouncilPerson {
        subject: subject.ok_or("no subject")?.to_owned(),
        email: email(claims),
        belongs: belongs(claims, expected.must_have),
        used_second_step: has(claims.get("amr"), "mfa"),
        signed_in_at: time(claims, "auth_time").map(|at| at.min(now)),
    })
}

/// Whether it is for this service, and was asked for by no other.
fn is_for(claims: &Map<String, Value>, client_id: &str) -> bool {
    let is_for_us = has(claims.get("aud"), client_id);
    let is_for_others =
        claims.get("aud").and_then(Value::as_array).is_some_and(|all| all.len() > 1);
    match claims.get("azp") {
        Some(asked_by) => is_for_us && asked_by == client_id,
        None => is_for_us && !is_for_others,
    }
}

/// Whether a claim is this value, or has it among others.
fn has(claim: Option<&Value>, value: &str) -> bool {
    match claim {
        Some(Value::String(one)) => one == value,
        Some(Value::Array(all)) => all.iter().any(|one| one == value),
        _ => false,
    }
}

/// A time in seconds since 1970, perhaps with a fraction.
fn time(claims: &Map<String, Value>, name: &str) -> Option<Moment> {
    let value = claims.get(name)?;
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    Some(Moment::from_millis(seconds.saturating_mul(SECOND)))
}

/// Their address, where the provider has made sure that it is theirs. Microsoft says so in a claim
/// of its own: that the domain belongs to the council.
fn email(claims: &Map<String, Value>) -> Option<String> {
    let is_sure = ["email_verified", "xms_edov"].iter().any(|name| {
        let claim = claims.get(*name);
        claim.and_then(Value::as_bool) == Some(true)
            || claim.and_then(Value::as_i64) == Some(1)
            || claim.and_then(Value::as_str).is_some_and(|said| said == "true" || said == "1")
    });
    let said = claims.get("email").and_then(Value::as_str).filter(|_| is_sure)?;
    // What people paste is forgiven them; a provider says an address and nothing else.
    let is_bare = |said: &&str| !said.contains(|c: char| c.is_whitespace() || "<>:?".contains(c));
    Some(said).filter(is_bare).and_then(|said| forms::address(said).ok())
}

fn belongs(claims: &Map<String, Value>, must_have: Option<&MustHave>) -> Belongs {
    let Some(MustHave { claim, value }) = must_have else { return Belongs::Yes };
    // With very many groups, Microsoft only says where to ask for them.
    let is_elsewhere = claims.get("_claim_names").is_some_and(|names| names.get(claim).is_some());
    if has(claims.get(claim), value) {
        Belongs::Yes
    } else if is_elsewhere {
        Belongs::NotSaid
    } else {
        Belongs::No
    }
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CouncilOutcome<'a> {
    /// They are let in.
    LetIn(&'a CouncilAccount),
    /// A leader comes this way for the first time.
    Meet(&'a CouncilAccount),
    /// The council no longer has them: their role ends.
    End(&'a CouncilAccount),
    /// Nothing: they are no leader here, or not only that.
    Nothing,
    /// Nothing: whether the council has them is not known.
    NotSaid,
}

/// What comes of it. `found`: the account that the provider knows under this subject, and that of
/// their address.
pub fn next<'a>(
    person: &CouncilPerson,
    found: &'a [CouncilAccount],
    organisation: &str,
) -> CouncilOutcome<'a> {
    let known = found.iter().find(|one| one.subject.as_ref() == Some(&person.subject));
    let leads = |account: &CouncilAccount| account.roles.contains(&Role::Leader);
    match (person.belongs, known) {
        (Belongs::NotSaid, _) => CouncilOutcome::NotSaid,
        (Belongs::No, Some(account)) if leads(account) => CouncilOutcome::End(account),
        (Belongs::Yes, Some(account)) if may_come(account, organisation) => {
            CouncilOutcome::LetIn(account)
        }
        (Belongs::Yes, None) => {
            // Whoever has their address at the council now may be somebody else than the one it
            // knew.
            let at_address = found.iter().find(|one| Some(&one.email) == person.email.as_ref());
            at_address
                .filter(|account| account.subject.is_none() && may_come(account, organisation))
                .map_or(CouncilOutcome::Nothing, CouncilOutcome::Meet)
        }
        _ => CouncilOutcome::Nothing,
    }
}

/// Whether an account may be entered from the council: that of one of its leaders, who is nothing
/// else here. Whoever runs the provider can be anyone there, and must see neither how a parent
/// voted nor what the forum keeps to itself.
fn may_come(account: &CouncilAccount, organisation: &str) -> bool {
    account.roles == [Role::Leader] && account.organisation.as_deref() == Some(organisation)
}

/// What comes of a leader's not coming by the council.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// Nothing so far.
    Stays,
    /// They are told that their role ends.
    Warn,
    /// It ends.
    End,
}

/// What comes of it, where the council last confirmed them at one time and they were told at
/// another.
pub fn lapse(confirmed_at: Moment, warned_at: Option<Moment>, now: Moment) -> Lapse {
    match warned_at {
        None if near_since(now) < confirmed_at => Lapse::Stays,
        None => Lapse::Warn,
        Some(warned_at) if now < ends_at(confirmed_at, warned_at) => Lapse::Stays,
        Some(_) => Lapse::End,
    }
}

/// Whoever was confirmed at this time or before is near the end of their role.
pub fn near_since(now: Moment) -> Moment {
    now - (CONFIRMED_FOR - WARNED_BEFORE)
}

/// When a role ends: never sooner than they have had time to come.
pub fn ends_at(confirmed_at: Moment, warned_at: Moment) -> Moment {
    (confirmed_at + CONFIRMED_FOR).max(warned_at + WARNED_BEFORE)
}

#[cfg(test)]
mod tests {
    use calendar::clock::HOUR;
    use serde_json::json;

    use super::*;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    fn claims() -> Value {
        json!({
            "iss": "https://login.example.org", "aud": "alongside", "nonce": "n", "sub": "77",
            "iat": NOW.millis() / 1000, "exp": NOW.millis() / 1000 + 300,
            "email": "Ann@Example.org", "email_verified": true, "groups": ["staff", "leaders"],
        })
    }

    fn read(claims: &Value) -> Result<CouncilPerson, &'static str> {
        let must_have = MustHave { claim: "groups".into(), value: "leaders".into() };
        let expected = Expected {
            issuer: "https://login.example.org",
            client_id: "alongside",
            nonce: "n",
            must_have: Some(&must_have),
            now: NOW,
        };
        person(claims.as_object().expect("an object"), &expected)
    }

    fn with(name: &str, value: Value) -> Result<CouncilPerson, &'static str> {
        let mut claims = claims();
        claims[name] = value;
        read(&claims)
    }

    #[test]
    fn what_fits_is_read() {
        let person = read(&claims()).expect("a person");
        let expected = CouncilPerson {
            subject: "77".into(),
            email: Some("ann@example.org".into()),
            belongs: Belongs::Yes,
            used_second_step: false,
            signed_in_at: None,
        };
        assert_eq!(person, expected);
        let (mfa, at) = (with("amr", json!(["pwd", "mfa"])), with("auth_time", json!(17.9)));
        assert!(mfa.is_ok_and(|person| person.used_second_step));
        assert!(at.is_ok_and(|person| person.signed_in_at == Some(Moment::from_millis(17_000))));
        let ahead = with("auth_time", json!(NOW.millis() / 1000 + 60));
        assert!(ahead.is_ok_and(|person| person.signed_in_at == Some(NOW)), "never in the future");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let seconds = |by: Millis| json!((NOW + by).millis() / 1000);
        for (name, value) in [
            ("iss", json!("https://login.example.org/")),
            ("iss", json!(["https://login.example.org"])),
            ("iss", json!(null)),
            ("aud", json!("another")),
            ("aud", json!([])),
            ("aud", json!(["alongside", "another"])),
            ("aud", json!(null)),
            ("azp", json!("another")),
            ("nonce", json!("m")),
            ("nonce", json!(null)),
            ("exp", seconds(-3 * MINUTE)),
            ("exp", json!("never")),
            ("exp", json!(null)),
            ("exp", json!(i64::MIN)),
            ("iat", seconds(3 * MINUTE)),
            ("iat", seconds(-HOUR)),
            ("iat", json!(i64::MAX)),
            ("iat", json!(null)),
            ("nbf", seconds(HOUR)),
            ("sub", json!("")),
            ("sub", json!("7".repeat(256))),
            ("sub", json!(77)),
            ("sub", json!(null)),
        ] {
            assert!(with(name, value.clone()).is_err(), "{name} {value}");
        }
        for (name, value) in [
            ("aud", json!(["alongside"])),
            ("azp", json!("alongside")),
            ("exp", seconds(-MINUTE)),
            ("iat", seconds(MINUTE)),
            ("nbf", seconds(-HOUR)),
        ] {
            assert!(with(name, value.clone()).is_ok(), "{name} {value}");
        }
        let mut both = claims();
        both["aud"] = json!(["alongside", "another"]);
        both["azp"] = json!("alongside");
        assert!(read(&both).is_ok());
    }

    #[test]
    fn an_address_counts_where_the_provider_is_sure_of_it() {
        for sure in [json!(true), json!("true")] {
            assert!(with("email_verified", sure).is_ok_and(|person| person.email.is_some()));
        }
        for unsure in [json!(false), json!("false"), json!(null), json!("yes"), json!([true])] {
            let mut claims = claims();
            claims["email_verified"] = unsure.clone();
            assert!(read(&claims).is_ok_and(|person| person.email.is_none()), "{unsure}");
            claims["xms_edov"] = json!("1");
            assert!(read(&claims).is_ok_and(|person| person.email.is_some()), "{unsure}");
        }
        let no_address = with("email", json!("ann"));
        assert!(no_address.is_ok_and(|person| person.email.is_none()));
    }

    #[test]
    fn whom_the_council_has_is_known_by_the_claim_unless_it_is_kept_elsewhere() {
        for (groups, belongs) in [
            (json!("leaders"), Belongs::Yes),
            (json!(["leaders"]), Belongs::Yes),
            (json!(["leaders of others"]), Belongs::No),
            (json!({"leaders": true}), Belongs::No),
            (json!([]), Belongs::No),
            (json!(null), Belongs::No),
        ] {
            let read = with("groups", groups.clone());
            assert!(read.is_ok_and(|person| person.belongs == belongs), "{groups}");
        }
        let mut too_many = claims();
        too_many["groups"] = json!(null);
        too_many["_claim_names"] = json!({"groups": "src1"});
        assert!(read(&too_many).is_ok_and(|person| person.belongs == Belongs::NotSaid));
    }

    fn account(subject: Option<&str>, roles: &[Role], organisation: &str) -> CouncilAccount {
        CouncilAccount {
            id: "1".into(),
            email: "ann@example.org".into(),
            roles: roles.to_vec(),
            organisation: Some(organisation.to_owned()),
            subject: subject.map(str::to_owned),
        }
    }

    #[test]
    fn only_a_leader_of_this_council_who_is_nothing_else_is_let_in() {
        let mut ann = read(&claims()).expect("a person");
        let council = "Sefton Council";
        let leader = [Role::Leader];
        let known = [account(Some("77"), &leader, council)];
        assert_eq!(next(&ann, &known, council), CouncilOutcome::LetIn(&known[0]));
        let new = [account(None, &leader, council)];
        assert_eq!(next(&ann, &new, council), CouncilOutcome::Meet(&new[0]));
        for (why, nothing) in [
            ("nobody", vec![]),
            ("another subject", vec![account(Some("78"), &leader, council)]),
            ("another organisation", vec![account(None, &leader, "The NHS")]),
            ("another organisation by now", vec![account(Some("77"), &leader, "The NHS")]),
            ("no leader", vec![account(None, &[], council)]),
            ("no leader any more", vec![account(Some("77"), &[], council)]),
            ("a parent too", vec![account(None, &[Role::Parent, Role::Leader], council)]),
            (
                "of the forum by now",
                vec![account(Some("77"), &[Role::Admin, Role::Leader], council)],
            ),
        ] {
            assert_eq!(next(&ann, &nothing, council), CouncilOutcome::Nothing, "{why}");
        }
        ann.email = None;
        assert_eq!(
            next(&ann, &new, council),
            CouncilOutcome::Nothing,
            "an address that may be another's"
        );
        assert_eq!(next(&ann, &known, council), CouncilOutcome::LetIn(&known[0]), "they are known");
    }

    #[test]
    fn a_role_ends_where_the_council_says_so_and_not_where_it_says_nothing() {
        let mut ann = read(&claims()).expect("a person");
        let council = "Sefton Council";
        let known = [account(Some("77"), &[Role::Parent, Role::Leader], council)];
        let (no_leader, stranger) =
            ([account(Some("77"), &[], council)], [account(None, &[Role::Leader], council)]);
        ann.belongs = Belongs::No;
        assert_eq!(next(&ann, &known, council), CouncilOutcome::End(&known[0]));
        assert_eq!(next(&ann, &no_leader, council), CouncilOutcome::Nothing);
        assert_eq!(
            next(&ann, &stranger, council),
            CouncilOutcome::Nothing,
            "an address alone ends nothing"
        );
        ann.belongs = Belongs::NotSaid;
        assert_eq!(next(&ann, &known, council), CouncilOutcome::NotSaid);
    }

    #[test]
    fn a_role_that_is_not_confirmed_for_a_term_ends_two_weeks_after_its_leader_was_told() {
        let (seen, told) = (NOW, NOW + 76 * DAY);
        assert_eq!(lapse(seen, None, told - 1), Lapse::Stays);
        assert_eq!(lapse(seen, None, told), Lapse::Warn);
        assert_eq!(lapse(seen, Some(told), NOW + 90 * DAY - 1), Lapse::Stays);
        assert_eq!(lapse(seen, Some(told), NOW + 90 * DAY), Lapse::End);
        // Where nobody could tell them in time, as when the program was off for months.
        let late = NOW + 200 * DAY;
        assert_eq!(lapse(seen, None, late), Lapse::Warn);
        assert_eq!(lapse(seen, Some(late), late + 14 * DAY - 1), Lapse::Stays);
        assert_eq!(lapse(seen, Some(late), late + 14 * DAY), Lapse::End);
    }
}
