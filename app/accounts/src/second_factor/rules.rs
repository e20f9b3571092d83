//! How long a proof counts, from when a second step is asked, and what a code is. Pure.

use calendar::clock::{self, MINUTE, Millis, Moment};
use forms::{Refusals, Sent};
use ground::viewer::{Role, SecondStep};
use totp_rs::{Builder, Secret, Totp};

/// For how long a password, a link or a code shows that whoever uses a session is its owner.
pub const FRESH_FOR: Millis = 15 * MINUTE;

/// How long after a password or a link the code must be given.
pub const CODE_WITHIN: Millis = 30 * MINUTE;

/// How long a secret is shown that an app is being set up with.
pub const OFFERED_FOR: Millis = 60 * MINUTE;

/// How many recovery codes somebody gets: few enough to write down by hand.
pub const RECOVERY_CODES: usize = 6;

/// By how much another machine's clock may be ahead of this one's.
const CLOCKS_APART: Millis = MINUTE;

/// Whether what was shown then still counts. A clock that was set back must not make it count for
/// longer.
pub fn is_fresh(proved_at: Moment, now: Moment) -> bool {
    (-CLOCKS_APART..=FRESH_FOR).contains(&(now - proved_at))
}

/// What is asked of somebody with these roles.
pub fn second_step(
    has_one: bool,
    roles: &[Role],
    asked_from: Option<Moment>,
    now: Moment,
) -> SecondStep {
    let is_staff = roles.iter().any(|role| role.is_staff());
    match asked_from {
        _ if has_one => SecondStep::SetUp,
        Some(from) if is_staff && from <= now => SecondStep::Missing,
        Some(from) if is_staff => SecondStep::AskedFrom(from),
        _ => SecondStep::NotAsked,
    }
}

/// A new secret, in the letters that apps read.
pub fn new_secret() -> String {
    Secret::new(Box::new(id::bytes::<20>())).to_base32()
}

/// The same in groups of four, for whoever types it.
pub fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// What an app reads from the code on the page: whose secret it is, and the secret. `None` where
/// the secret is not one.
pub fn for_the_app(secret: &str, forum: &str, email: &str) -> Option<String> {
    let builder = Builder::new().with_secret(Secret::try_from_base32(secret).ok()?);
    let named =
        builder.with_issuer(Some(without_colons(forum))).with_account_name(without_colons(email));
    named.build().ok()?.to_url().ok()
}

/// A colon ends a name there.
fn without_colons(name: &str) -> String {
    name.replace(':', " ")
}

/// The half-minute that a code of the app belongs to: now's, the one before or the one after.
/// `None` for a wrong code.
pub fn step_of(secret: &str, code: &str, now: Moment) -> Option<i64> {
    let seconds = u64::try_from(now.millis() / 1000).ok()?;
    let step = app(secret)?.check(code, seconds)?;
    i64::try_from(step).ok()
}

fn app(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()
}

/// A code as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Six digits from the app.
    FromApp(String),
    /// A recovery code, by its hash.
    Recovery(String),
}

/// Reads a code, with whatever was pasted around it.
///
/// # Errors
/// What to do about it.
pub fn typed(code: &str) -> Result<Typed, String> {
    if forms::line(code).is_empty() {
        return Err("Enter the code".to_owned());
    }
    if let Some(digits) = id::read_digits(code, 6) {
        return Ok(Typed::FromApp(digits));
    }
    // Those made before are shorter, and are theirs until they make new ones.
    let recovery = id::read_long_code(code).or_else(|| id::read_code(code));
    recovery.map(|code| Typed::Recovery(id::hash(&code))).ok_or_else(|| {
        "Check the code and try again. It is 6 digits from your app, or one of your recovery codes"
            .to_owned()
    })
}

/// From when staff need a second step: the beginning of a day, today or later; `None` for never.
///
/// # Errors
/// What to do about it.
pub fn asked_from(
    sent: &Sent,
    before: Option<Moment>,
    now: Moment,
) -> Result<Option<Moment>, Refusals> {
    if sent.typed("step") == "stop" {
        return Ok(None);
    }
    let Some(from) = clock::read(sent.typed("from_day"), "00:00") else {
        return Err(Refusals::one("from_day", "Enter a date, for example 12 January 2027"));
    };
    if before != Some(from) && clock::date(from) < clock::date(now) {
        return Err(Refusals::one("from_day", "Choose today or a later day"));
    }
    Ok(Some(from))
}

#[cfg(test)]
mod tests {
    use calendar::clock::{DAY, HOUR, SECOND};

    use super::*;

    /// The secret of the examples in RFC 6238, in base 32.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn a_code_fits_in_its_half_minute_and_in_the_ones_beside_it() {
        // RFC 6238, appendix B: 94287082 at 59 seconds, of which the last six digits are the code.
        let at = |seconds| Moment::from_millis(seconds * SECOND);
        for (seconds, step) in [(29, Some(1)), (59, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(step_of(SECRET, "287082", at(seconds)), step, "{seconds}");
        }
        assert_eq!(step_of(SECRET, "287083", at(59)), None);
        assert_eq!(step_of(SECRET, "+87082", at(59)), None);
        assert_eq!(step_of("not base 32!", "287082", at(59)), None);
        assert_eq!(step_of(SECRET, "287082", at(-59)), None, "a clock before 1970");
    }

    #[test]
    fn secrets_differ_and_the_app_is_told_whose_they_are() {
        let secret = new_secret();
        assert_ne!(secret, new_secret());
        assert_eq!(secret.len(), 32);
        let told = for_the_app(&secret, "Forum: Sefton", "a@example.org").expect("an address");
        assert!(told.starts_with("otpauth://totp/Forum"), "{told}");
        assert!(told.contains(&format!("secret={secret}")), "{told}");
        assert_eq!(in_groups("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        assert_eq!(typed(" 287 082 "), Ok(Typed::FromApp("287082".into())));
        for code in [id::long_code(), id::code()] {
            let read = Ok(Typed::Recovery(id::hash(&code)));
            assert_eq!(typed(&code), read);
            assert_eq!(typed(&code.to_lowercase().replace('-', " ")), read);
        }
        for wrong in ["", " ", "28708", "2870822", "28708é", "x"] {
            assert!(typed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_proof_counts_for_a_quarter_of_an_hour_and_no_longer_when_the_clock_is_set_back() {
        let now = Moment::from_millis(1_800_000_000_000);
        for (ago, fresh) in [
            (0, true),
            (15 * MINUTE, true),
            (15 * MINUTE + 1, false),
            (-30 * SECOND, true),
            (-HOUR, false),
        ] {
            assert_eq!(is_fresh(now - ago, now), fresh, "{ago}");
        }
    }

    #[test]
    fn a_second_step_is_asked_of_staff_alone_and_from_its_day() {
        let now = Moment::from_millis(1_800_000_000_000);
        let (parent, leader) = ([Role::Parent], [Role::Parent, Role::Leader]);
        for (has_one, roles, from, asked) in [
            (false, &leader[..], None, SecondStep::NotAsked),
            (false, &leader[..], Some(now + DAY), SecondStep::AskedFrom(now + DAY)),
            (false, &leader[..], Some(now), SecondStep::Missing),
            (true, &leader[..], Some(now), SecondStep::SetUp),
            (false, &parent[..], Some(now), SecondStep::NotAsked),
            (true, &parent[..], None, SecondStep::SetUp),
        ] {
            assert_eq!(second_step(has_one, roles, from, now), asked);
        }
    }

    #[test]
    fn the_day_is_today_or_later_or_the_one_that_is_set() {
        let now = clock::read("2027-01-15", "09:00").expect("a time");
        let day = |day: &str| clock::read(day, "00:00");
        let sent = |day: &str| Sent::of(&[("from_day", day)]);
        assert_eq!(asked_from(&sent("2027-01-15"), None, now), Ok(day("2027-01-15")));
        assert_eq!(asked_from(&sent("2027-02-01"), None, now), Ok(day("2027-02-01")));
        assert!(asked_from(&sent("2027-01-14"), None, now).is_err());
        assert!(asked_from(&sent("2027-01-14"), day("2027-01-14"), now).is_ok());
        assert!(asked_from(&sent("soon"), None, now).is_err());
        assert_eq!(asked_from(&Sent::of(&[("step", "stop")]), day("2027-01-14"), now), Ok(None));
    }
}
