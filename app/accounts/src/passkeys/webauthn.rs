//! What a browser sends of a passkey, read and checked. Pure.
//!
//! Web Authentication (W3C, level 3), of which only what we ask for is here: keys that find their
//! account by themselves, always with the person verified by their device, and no proof of who made
//! that device. The cryptography is `ring`'s, and CBOR is read by `ciborium`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use forms::Sent;
use ring::digest::{SHA256, digest};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde_json::json;
use url::Url;

/// The most bytes of one part of what a browser sends; honest ones have a few hundred.
const LARGEST: usize = 8 * 1024;

/// How deep what a device sends may be nested; honest ones are at 3.
const DEEPEST: usize = 8;

/// The longest name of a key (level 3, 5.8.3).
const LONGEST_ID: usize = 1023;

/// For how many milliseconds a browser waits for its person.
const PATIENCE: u32 = 5 * 60 * 1000;

/// The kinds of keys we take, by their numbers in COSE: on the curve P-256, Ed25519, and RSA.
const KINDS: [i64; 3] = [-7, -8, -257];

/// Who a passkey is made for: this service, by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    id: String,
    origin: String,
}

/// Why a passkey is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is nothing that a browser sends.
    Unreadable,
    /// It was made to be added and used to sign in, or the other way round.
    OtherPurpose,
    /// It was made on another website, or in a frame.
    OtherOrigin,
    /// It is for another service.
    OtherParty,
    /// The device did not verify who used it.
    NotVerified,
    /// It is a kind of key that we did not ask for.
    OtherKey,
    /// Somebody else signed, or something else was signed.
    WrongSignature,
}

/// A new passkey, as a browser sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The name that its maker gave it.
    pub credential_id: String,
    /// The key, as it is stored.
    pub key: String,
    /// How often it was used, as it says.
    pub counter: u32,
}

/// What a browser sends of a new passkey.
#[derive(Clone, Debug)]
pub struct Made {
    client_data: Vec<u8>,
    attestation: Vec<u8>,
}

/// What a browser sends of one that is used.
#[derive(Clone, Debug)]
pub struct Used {
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
    /// The name that its maker gave it.
    pub credential_id: String,
    /// Whose it says it is; empty where it doesn't say.
    pub account_id: String,
}

/// A field in base64, in bytes; `None` where it is none, or too long.
fn field(sent: &Sent, name: &str) -> Option<Vec<u8>> {
    let typed = sent.typed(name);
    (typed.len() <= LARGEST).then(|| URL_SAFE_NO_PAD.decode(typed).ok()).flatten()
}

impl Made {
    /// Reads the fields of a form.
    ///
    /// # Errors
    /// [`Fault::Unreadable`].
    pub fn read(sent: &Sent) -> Result<Self, Fault> {
        let read = || {
            let (client_data, attestation) =
                (field(sent, "client_data")?, field(sent, "attestation")?);
            Some(Self { client_data, attestation })
        };
        read().ok_or(Fault::Unreadable)
    }

    /// What it was asked to sign, as it says.
    ///
    /// # Errors
    /// [`Fault::Unreadable`].
    pub fn challenge(&self) -> Result<String, Fault> {
        challenge(&self.client_data)
    }

    /// The key, if it was made for us, here and by a device that verified its person.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn checked(&self, party: &Party) -> Result<Added, Fault> {
        party.made_here(&self.client_data, "webauthn.create")?;
        let (statement, _) = cbor(&self.attestation).ok_or(Fault::Unreadable)?;
        // Who made the device is not asked, and what it may say of that is not read.
        let data = named(&statement, "authData").and_then(Value::as_bytes);
        let data = Data::read(data.ok_or(Fault::Unreadable)?).ok_or(Fault::Unreadable)?;
        party.signs(&data)?;
        let (credential_id, key) = data.key().ok_or(Fault::Unreadable)?;
        let key = Key::of(&key).ok_or(Fault::OtherKey)?;
        let credential_id = URL_SAFE_NO_PAD.encode(credential_id);
        Ok(Added { credential_id, key: key.written(), counter: data.counter })
    }
}

impl Used {
    /// Reads the fields of a form.
    ///
    /// # Errors
    /// [`Fault::Unreadable`].
    pub fn read(sent: &Sent) -> Result<Self, Fault> {
        let read = || {
            Some(Self {
                client_data: field(sent, "client_data")?,
                authenticator_data: field(sent, "authenticator_data")?,
                signature: field(sent, "signature")?,
                credential_id: URL_SAFE_NO_PAD.encode(field(sent, "credential")?),
                account_id: String::from_utf8(field(sent, "user_handle")?).ok()?,
            })
        };
        read().ok_or(Fault::Unreadable)
    }

    /// What it was asked to sign, as it says.
    ///
    /// # Errors
    /// [`Fault::Unreadable`].
    pub fn challenge(&self) -> Result<String, Fault> {
        challenge(&self.client_data)
    }

    /// How often it was used, as it says, if the owner of this stored key signed it for us, here
    /// and verified by their device.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn checked(&self, party: &Party, key: &str) -> Result<u32, Fault> {
        party.made_here(&self.client_data, "webauthn.get")?;
        let data = Data::read(&self.authenticator_data).ok_or(Fault::Unreadable)?;
        party.signs(&data)?;
        let key = Key::read(key).ok_or(Fault::OtherKey)?;
        let hash = digest(&SHA256, &self.client_data);
        let signed = [self.authenticator_data.as_slice(), hash.as_ref()].concat();
        if !key.has_signed(&signed, &self.signature) {
            return Err(Fault::WrongSignature);
        }
        Ok(data.counter)
    }
}

/// The challenge in what a browser says it did.
#[expect(clippy::disallowed_methods, reason = "what a browser says")]
fn challenge(client_data: &[u8]) -> Result<String, Fault> {
    let said: serde_json::Value =
        serde_json::from_slice(client_data).map_err(|_no_json| Fault::Unreadable)?;
    said["challenge"].as_str().map(str::to_owned).ok_or(Fault::Unreadable)
}

impl Party {
    /// The service at this address; `None` where its host has no name: no browser makes a passkey
    /// for a number.
    #[must_use]
    pub fn at(public_url: &str) -> Option<Self> {
        let url = Url::parse(public_url).ok()?;
        let id = url.domain()?.to_owned();
        Some(Self { id, origin: url.origin().ascii_serialization() })
    }

    /// What a browser is asked to make a passkey from. `except`: those they have.
    #[must_use]
    pub fn asks_to_add(
        &self,
        challenge: &str,
        forum: &str,
        (account_id, email, shown_name): (&str, &str, &str),
        except: &[String],
    ) -> String {
        let kinds = KINDS.map(|kind| json!({ "type": "public-key", "alg": kind }));
        let except: Vec<_> =
            except.iter().map(|id| json!({ "type": "public-key", "id": id })).collect();
        json!({
            "challenge": challenge,
            "rp": { "id": self.id, "name": forum },
            "user": {
                "id": URL_SAFE_NO_PAD.encode(account_id),
                "name": email,
                "displayName": shown_name,
            },
            "pubKeyCredParams": kinds,
            "timeout": PATIENCE,
            "excludeCredentials": except,
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
        })
        .to_string()
    }

    /// What a browser is asked to use one for.
    #[must_use]
    pub fn asks_to_use(&self, challenge: &str) -> String {
        json!({
            "challenge": challenge,
            "rpId": self.id,
            "timeout": PATIENCE,
            "userVerification": "required",
        })
        .to_string()
    }

    /// Whether a browser did this on one of our pages, and not in a frame of another's.
    #[expect(clippy::disallowed_methods, reason = "what a browser says")]
    fn made_here(&self, client_data: &[u8], purpose: &str) -> Result<(), Fault> {
        let said: serde_json::Value =
            serde_json::from_slice(client_data).map_err(|_no_json| Fault::Unreadable)?;
        if said["type"].as_str() != Some(purpose) {
            return Err(Fault::OtherPurpose);
        }
        let is_framed = said["crossOrigin"].as_bool().unwrap_or(false);
        if said["origin"].as_str() != Some(&self.origin) || is_framed {
            return Err(Fault::OtherOrigin);
        }
        Ok(())
    }

    /// Whether a device signs this for us, and has verified who uses it.
    fn signs(&self, data: &Data<'_>) -> Result<(), Fault> {
        let us = digest(&SHA256, self.id.as_bytes());
        let us: &[u8] = us.as_ref();
        if data.party != us {
            return Err(Fault::OtherParty);
        }
        if !(data.has(Data::PRESENT) && data.has(Data::VERIFIED)) {
            return Err(Fault::NotVerified);
        }
        // What is copied to other devices must be of those that may be.
        if data.has(Data::COPIED) && !data.has(Data::MAY_BE_COPIED) {
            return Err(Fault::Unreadable);
        }
        Ok(())
    }
}

/// What a device says and signs (level 3, 6.1).
#[derive(Debug)]
struct Data<'d> {
    /// The SHA-256 of the name of the service.
    party: &'d [u8],
    flags: u8,
    counter: u32,
    rest: &'d [u8],
}

impl<'d> Data<'d> {
    const PRESENT: u8 = 1;
    const VERIFIED: u8 = 1 << 2;
    const MAY_BE_COPIED: u8 = 1 << 3;
    const COPIED: u8 = 1 << 4;
    const WITH_KEY: u8 = 1 << 6;

    fn read(bytes: &'d [u8]) -> Option<Self> {
        let (party, rest) = bytes.split_at_checked(32)?;
        let (flags, rest) = rest.split_first()?;
        let (counter, rest) = rest.split_first_chunk()?;
        Some(Self { party, flags: *flags, counter: u32::from_be_bytes(*counter), rest })
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The name and the key of a new passkey.
    fn key(&self) -> Option<(&'d [u8], Value)> {
        if !self.has(Self::WITH_KEY) {
            return None;
        }
        let (_model, rest) = self.rest.split_at_checked(16)?;
        let (length, rest) = rest.split_first_chunk()?;
        let (id, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let (key, _extensions) = cbor(rest)?;
        (1..=LONGEST_ID).contains(&id.len()).then_some((id, key))
    }
}

/// The first value in CBOR, and what comes after it.
fn cbor(bytes: &[u8]) -> Option<(Value, &[u8])> {
    let mut rest = bytes;
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEEPEST).ok()?;
    Some((value, rest))
}

/// The value that a map has under this name.
fn named<'v>(map: &'v Value, name: &str) -> Option<&'v Value> {
    let map = map.as_map()?;
    map.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

/// Likewise under this number.
fn numbered(map: &Value, number: i64) -> Option<&Value> {
    let map = map.as_map()?;
    map.iter().find(|(key, _)| key.as_integer() == Some(number.into())).map(|(_, value)| value)
}

/// The half of a key that checks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    /// ECDSA on P-256 with SHA-256: a point, as 4 and its two coordinates.
    P256(Vec<u8>),
    /// Ed25519.
    Ed25519(Vec<u8>),
    /// RSA with PKCS#1 1.5 and SHA-256, as Windows has it: modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
}

impl Key {
    /// Reads a key in COSE (RFC 9053, RFC 8230).
    fn of(cose: &Value) -> Option<Self> {
        let number = |label| i64::try_from(numbered(cose, label)?.as_integer()?).ok();
        let bytes = |label| Some(numbered(cose, label)?.as_bytes()?.as_slice());
        let (kind, algorithm) = (number(1)?, number(3)?);
        match (kind, algorithm) {
            (2, -7) if number(-1)? == 1 => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                let is_whole = x.len() == 32 && y.len() == 32;
                is_whole.then(|| Self::P256([&[4_u8][..], x, y].concat()))
            }
            (1, -8) if number(-1)? == 6 => {
                let x = bytes(-2)?;
                (x.len() == 32).then(|| Self::Ed25519(x.to_vec()))
            }
            (3, -257) => {
                let (modulus, exponent) = (without_zeros(bytes(-1)?), without_zeros(bytes(-2)?));
                let is_usual = (256..=1024).contains(&modulus.len()) && exponent.len() <= 4;
                is_usual.then(|| Self::Rsa(modulus.to_vec(), exponent.to_vec()))
            }
            _ => None,
        }
    }

    /// As it is stored.
    fn written(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::P256(point) => format!("ES256 {}", text(point)),
            Self::Ed25519(key) => format!("EdDSA {}", text(key)),
            Self::Rsa(modulus, exponent) => format!("RS256 {} {}", text(modulus), text(exponent)),
        }
    }

    fn read(written: &str) -> Option<Self> {
        let mut parts = written.split(' ');
        let kind = parts.next()?;
        let mut bytes = || URL_SAFE_NO_PAD.decode(parts.next()?).ok();
        match kind {
            "ES256" => Some(Self::P256(bytes()?)),
            "EdDSA" => Some(Self::Ed25519(bytes()?)),
            "RS256" => Some(Self::Rsa(bytes()?, bytes()?)),
            _ => None,
        }
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rsa(n, e) => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        checked.is_ok()
    }
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    const ADDRESS: &str = "https://alongside.example.org";

    fn party() -> Party {
        Party::at(ADDRESS).expect("a name")
    }

    fn map(entries: &[(i64, Value)]) -> Value {
        Value::Map(entries.iter().map(|(key, value)| (Value::from(*key), value.clone())).collect())
    }

    fn written(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes).expect("CBOR");
        bytes
    }

    /// What a device says: for whom, its flags, and what comes after the counter of 7.
    fn data(party: &str, flags: u8, rest: &[u8]) -> Vec<u8> {
        let party = digest(&SHA256, party.as_bytes());
        [party.as_ref(), &[flags], &7_u32.to_be_bytes(), rest].concat()
    }

    fn said(purpose: &str, origin: &str) -> Vec<u8> {
        json!({ "type": purpose, "challenge": "c", "origin": origin }).to_string().into_bytes()
    }

    /// A new key with this in COSE.
    fn made(flags: u8, key: &Value) -> Made {
        let rest = [&[0; 16][..], &[0, 3], b"key", &written(key)].concat();
        let data = Value::Bytes(data("alongside.example.org", flags, &rest));
        let statement = Value::Map(vec![
            (Value::from("fmt"), Value::from("none")),
            (Value::from("attStmt"), Value::Map(Vec::new())),
            (Value::from("authData"), data),
        ]);
        Made { client_data: said("webauthn.create", ADDRESS), attestation: written(&statement) }
    }

    const VERIFIED: u8 = Data::PRESENT | Data::VERIFIED;

    #[test]
    fn a_service_is_named_by_its_host_and_a_number_is_no_name() {
        let at = |url: &str| Party::at(url).map(|party| (party.id, party.origin));
        let named = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
        assert_eq!(at(ADDRESS), named("alongside.example.org", ADDRESS));
        assert_eq!(at("http://localhost:3000"), named("localhost", "http://localhost:3000"));
        assert_eq!(at("http://127.0.0.1:3000"), None);
        assert_eq!(at("http://[::1]:3000"), None);
        assert_eq!(at("nonsense"), None);
    }

    #[test]
    fn each_kind_of_key_is_read_and_stored_and_read_again() {
        let bytes = |length: usize| Value::Bytes(vec![1; length]);
        let p256 = map(&[
            (1, 2.into()),
            (3, (-7).into()),
            (-1, 1.into()),
            (-2, bytes(32)),
            (-3, bytes(32)),
        ]);
        let ed25519 = map(&[(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, bytes(32))]);
        let rsa = map(&[(1, 3.into()), (3, (-257).into()), (-1, bytes(256)), (-2, bytes(3))]);
        for (key, begins) in [(&p256, "ES256 "), (&ed25519, "EdDSA "), (&rsa, "RS256 ")] {
            let added = made(VERIFIED | Data::WITH_KEY, key).checked(&party()).expect("a key");
            assert!(added.key.starts_with(begins), "{}", added.key);
            assert_eq!(added.credential_id, URL_SAFE_NO_PAD.encode("key"));
            assert_eq!(added.counter, 7);
            assert_eq!(Key::read(&added.key), Key::of(key));
        }
        let others = [
            map(&[
                (1, 2.into()),
                (3, (-7).into()),
                (-1, 2.into()),
                (-2, bytes(32)),
                (-3, bytes(32)),
            ]),
            map(&[
                (1, 2.into()),
                (3, (-7).into()),
                (-1, 1.into()),
                (-2, bytes(31)),
                (-3, bytes(32)),
            ]),
            map(&[(1, 3.into()), (3, (-257).into()), (-1, bytes(128)), (-2, bytes(3))]),
            map(&[(1, 2.into()), (3, (-35).into())]),
            map(&[]),
            Value::Null,
        ];
        for key in others {
            let refused = made(VERIFIED | Data::WITH_KEY, &key).checked(&party());
            assert_eq!(refused, Err(Fault::OtherKey), "{key:?}");
        }
    }

    #[test]
    fn a_key_from_elsewhere_or_from_a_device_that_asked_nobody_is_not_taken() {
        let key = map(&[
            (1, 1.into()),
            (3, (-8).into()),
            (-1, 6.into()),
            (-2, Value::Bytes(vec![1; 32])),
        ]);
        let flags = VERIFIED | Data::WITH_KEY;
        let good = made(flags, &key);
        assert!(good.checked(&party()).is_ok());
        let client = |client_data| Made { client_data, ..good.clone() }.checked(&party());
        assert_eq!(client(said("webauthn.get", ADDRESS)), Err(Fault::OtherPurpose));
        let elsewhere = said("webauthn.create", "https://alongside.example.com");
        assert_eq!(client(elsewhere), Err(Fault::OtherOrigin));
        let framed = json!({ "type": "webauthn.create", "origin": ADDRESS, "crossOrigin": true });
        assert_eq!(client(framed.to_string().into_bytes()), Err(Fault::OtherOrigin));
        assert_eq!(client(b"{".to_vec()), Err(Fault::Unreadable));
        let other = Party::at("https://example.org").expect("a name");
        let other = Party { origin: ADDRESS.to_owned(), ..other };
        assert_eq!(good.checked(&other), Err(Fault::OtherParty));
        for (flags, fault) in [
            (Data::PRESENT | Data::WITH_KEY, Fault::NotVerified),
            (Data::VERIFIED | Data::WITH_KEY, Fault::NotVerified),
            (flags | Data::COPIED, Fault::Unreadable),
            (VERIFIED, Fault::Unreadable),
        ] {
            assert_eq!(made(flags, &key).checked(&party()), Err(fault), "{flags:b}");
        }
    }

    #[test]
    fn only_what_the_owner_of_the_key_signed_for_us_is_taken() {
        let pair = Ed25519KeyPair::from_pkcs8(
            Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a pair").as_ref(),
        )
        .expect("a pair");
        let key = Key::Ed25519(pair.public_key().as_ref().to_vec()).written();
        let used = |data: Vec<u8>, client_data: Vec<u8>| {
            let hash = digest(&SHA256, &client_data);
            let signed = [data.as_slice(), hash.as_ref()].concat();
            Used {
                client_data,
                authenticator_data: data,
                signature: pair.sign(&signed).as_ref().to_vec(),
                credential_id: String::new(),
                account_id: String::new(),
            }
        };
        let (id, here) = ("alongside.example.org", said("webauthn.get", ADDRESS));
        let good = used(data(id, VERIFIED, &[]), here.clone());
        assert_eq!(good.checked(&party(), &key), Ok(7));
        assert_eq!(good.challenge(), Ok("c".to_owned()));
        let mut other = good.clone();
        other.client_data = said("webauthn.get", &format!("{ADDRESS}/"));
        assert_eq!(other.checked(&party(), &key), Err(Fault::OtherOrigin));
        other = good.clone();
        other.authenticator_data[36] = 8;
        assert_eq!(other.checked(&party(), &key), Err(Fault::WrongSignature));
        other = good.clone();
        other.signature = Vec::new();
        assert_eq!(other.checked(&party(), &key), Err(Fault::WrongSignature));
        for (data, client_data, fault) in [
            (data("example.org", VERIFIED, &[]), here.clone(), Fault::OtherParty),
            (data(id, Data::PRESENT, &[]), here.clone(), Fault::NotVerified),
            (data(id, VERIFIED, &[]), said("webauthn.create", ADDRESS), Fault::OtherPurpose),
            (Vec::new(), here.clone(), Fault::Unreadable),
        ] {
            assert_eq!(used(data, client_data).checked(&party(), &key), Err(fault));
        }
        assert_eq!(good.checked(&party(), "ES256 x"), Err(Fault::OtherKey));
    }

    /// What `cargo fuzz run passkey` begins with, as both parts that are read.
    #[test]
    fn hostile_keys_are_refused_and_cost_nothing() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/passkey");
        let mut read = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("bytes");
            for bytes in [bytes.clone(), bytes.repeat(100)] {
                let text = URL_SAFE_NO_PAD.encode(&bytes);
                let here = URL_SAFE_NO_PAD.encode(said("webauthn.create", ADDRESS));
                for client_data in [here.as_str(), text.as_str()] {
                    let sent = Sent::of(&[("client_data", client_data), ("attestation", &text)]);
                    let added = Made::read(&sent).and_then(|made| made.checked(&party()));
                    assert!(added.is_err(), "{added:?}");
                }
            }
            read += 1;
        }
        assert!(read >= 4, "{read}");
        let long = "A".repeat(LARGEST + 1);
        let sent = Sent::of(&[("client_data", "e30"), ("attestation", &long)]);
        assert_eq!(Made::read(&sent).map(|_| ()), Err(Fault::Unreadable));
    }
}
