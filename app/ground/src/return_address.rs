//! The address an email comes back to: it names the email, and nobody else can make one (variable
//! envelope return paths, VERP). Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::ids::{Delivery, Id};

/// How many bytes of the code are written: 80 bits, which nobody guesses at one email a second.
const CODE: usize = 10;
const SHORTEST_KEY: usize = 32;
/// What is left of the 64 characters before the @ (RFC 5321) beside the email's name and the code.
const LONGEST_LOCAL: usize = 10;

/// Where emails come back to, and the key that proves what comes back.
#[derive(Clone)]
pub struct ReturnAddress {
    local: String,
    host: String,
    key: Vec<u8>,
}

impl ReturnAddress {
    /// Reads `BOUNCE_ADDRESS` and `BOUNCE_KEY`. A key as providers write it, `whsec_` and base64,
    /// is taken for the bytes it stands for.
    ///
    /// # Errors
    /// One line that names the setting.
    pub fn new(address: &str, key: &str) -> Result<Self, String> {
        let address = forms::address(address)
            .map_err(|_| "BOUNCE_ADDRESS must be like bounces@example.org".to_owned())?;
        let (local, host) = address.split_once('@').unwrap_or_default();
        if local.contains('+') {
            return Err(
                "BOUNCE_ADDRESS must have no + in it: what follows a + names the email".to_owned()
            );
        }
        if local.len() > LONGEST_LOCAL {
            return Err(format!(
                "BOUNCE_ADDRESS must have {LONGEST_LOCAL} characters or fewer before the @: the \
                 email's name is added"
            ));
        }
        if key.len() < SHORTEST_KEY {
            return Err(format!(
                "BOUNCE_KEY must have {SHORTEST_KEY} random characters or more. Make one with: \
                 openssl rand -hex 32"
            ));
        }
        let key = key
            .strip_prefix("whsec_")
            .and_then(|key| STANDARD.decode(key).ok())
            .unwrap_or_else(|| key.as_bytes().to_vec());
        Ok(Self { local: local.to_owned(), host: host.to_owned(), key })
    }

    /// The address that this email comes back to: `bounces+ID.CODE@example.org`.
    #[must_use]
    pub fn of(&self, email: &str) -> String {
        let plain = email.replace('-', "");
        format!("{}+{plain}.{}@{}", self.local, self.code(&plain), self.host)
    }

    /// The id of the email that comes back to this address; `None` for one that we did not make.
    #[must_use]
    pub fn email(&self, address: &str) -> Option<Id<Delivery>> {
        let (local, host) = address.rsplit_once('@')?;
        let (base, named) = local.split_once('+')?;
        let (plain, code) = named.split_once('.')?;
        let plain = plain.to_ascii_lowercase();
        let is_ours =
            base.eq_ignore_ascii_case(&self.local) && host.eq_ignore_ascii_case(&self.host);
        (is_ours && self.is_code(code, &plain)).then(|| Id::parse(&plain)).flatten()
    }

    /// Its host: email for it must come here.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address without an email.
    #[must_use]
    pub fn bare(&self) -> String {
        format!("{}@{}", self.local, self.host)
    }

    /// Whether these bytes are the HMAC-SHA256 of the content under the key.
    #[must_use]
    pub fn has_signed(&self, content: &[u8], signature: &[u8]) -> bool {
        self.mac(content).verify_slice(signature).is_ok()
    }

    fn code(&self, plain: &str) -> String {
        hex::encode(&self.mac_of(plain).finalize().into_bytes()[..CODE])
    }

    /// Whether this is the code, compared in a time that gives away nothing about where they
    /// differ. Mail programs may write capitals.
    fn is_code(&self, code: &str, plain: &str) -> bool {
        hex::decode(code).is_ok_and(|code| {
            code.len() == CODE && self.mac_of(plain).verify_truncated_left(&code).is_ok()
        })
    }

    fn mac_of(&self, plain: &str) -> Hmac<Sha256> {
        self.mac(format!("return address of {plain}").as_bytes())
    }

    fn mac(&self, content: &[u8]) -> Hmac<Sha256> {
        // A key of any length will do.
        let mut mac =
            <Hmac<Sha256>>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(content);
        mac
    }
}

/// Without the key.
impl std::fmt::Debug for ReturnAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReturnAddress({})", self.bare())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "a key of thirty-two letters, or more";

    fn address() -> ReturnAddress {
        ReturnAddress::new("bounces@example.org", KEY).expect("a return address")
    }

    #[test]
    fn an_email_is_known_by_the_address_it_comes_back_to() {
        let email = Id::<Delivery>::fresh();
        let address = address();
        let back = address.of(&email);
        assert!(back.split('@').next().expect("a local part").len() <= 64, "{back}");
        assert_eq!(address.email(&back), Some(email.clone()));
        assert_eq!(address.email(&back.to_uppercase()), Some(email));
    }

    #[test]
    fn an_address_that_somebody_else_made_names_no_email() {
        let (email, address) = (Id::<Delivery>::fresh(), address());
        let back = address.of(&email);
        let other =
            ReturnAddress::new("bounces@example.org", "another key, of thirty-two letters or more")
                .expect("another");
        assert_eq!(other.email(&back), None);
        assert_eq!(
            address.email(&back.replace(&email.replace('-', ""), &id::fresh().replace('-', ""))),
            None
        );
        for wrong in [
            "bounces@example.org",
            "bounces+x@example.org",
            "bounces+x.y@example.org",
            "",
            "@",
            "someone+x.y@example.org",
        ] {
            assert_eq!(address.email(wrong), None, "{wrong}");
        }
        assert_eq!(address.email(&back.replace("example.org", "example.com")), None);
        // Nor does one whose code is only a part of ours, or longer.
        let (name, host) = back.split_once('@').expect("an address");
        let longer = format!("{name}00");
        for other in [&name[..name.len() - 2], longer.as_str(), &name[..name.len() - 20]] {
            assert_eq!(address.email(&format!("{other}@{host}")), None, "{other}");
        }
    }

    #[test]
    fn a_bad_setting_is_named() {
        assert!(
            ReturnAddress::new("bounces", KEY).expect_err("refused").contains("BOUNCE_ADDRESS")
        );
        assert!(
            ReturnAddress::new("emails-back@example.org", KEY)
                .expect_err("refused")
                .contains("BOUNCE_ADDRESS")
        );
        assert!(
            ReturnAddress::new("boun+ces@example.org", KEY)
                .expect_err("refused")
                .contains("BOUNCE_ADDRESS")
        );
        assert!(
            ReturnAddress::new("bounces@example.org", "short")
                .expect_err("refused")
                .contains("BOUNCE_KEY")
        );
        assert!(!format!("{:?}", address()).contains(KEY));
    }
}
