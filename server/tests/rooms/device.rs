//! A device with a passkey in it, and the browser it speaks to: it has a real key and signs what
//! browsers sign, well or badly.

use std::cell::Cell;

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use crate::world::{Answer, Browser};

/// Where a passkey is added.
pub const ADD: &str = "/account/passkeys/new";
/// Where somebody signs in with one.
pub const SIGN_IN: &str = "/sign-in/passkey";

/// A phone or computer with one passkey in it.
pub struct Device {
    pub pair: EcdsaKeyPair,
    pub credential: [u8; 16],
    /// Whose it says the passkey is.
    pub account: String,
    pub counter: Cell<u32>,
    /// Whether it counts how often it is used.
    pub counts: bool,
    /// Whether it verifies its person.
    pub verifies: bool,
    /// For which service it signs.
    pub party: &'static str,
    /// What the browser says about where it is.
    pub origin: &'static str,
}

/// What a form sends.
pub type Fields = Vec<(&'static str, String)>;

pub fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Device {
    pub fn new(browser: &Browser<'_>) -> Self {
        let (kind, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let key = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Self {
            pair: EcdsaKeyPair::from_pkcs8(kind, key.as_ref(), &random).unwrap(),
            credential: id::bytes(),
            account: browser.account.clone(),
            counter: Cell::new(0),
            counts: true,
            verifies: true,
            party: "alongside.example.org",
            origin: "http://alongside.example.org",
        }
    }

    pub fn said(&self, purpose: &str, challenge: &str) -> Vec<u8> {
        let said = json!({
            "type": purpose,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": false,
        });
        said.to_string().into_bytes()
    }

    /// What it signs about itself. `with_key`: it has made a new one.
    fn data(&self, with_key: u8) -> Vec<u8> {
        self.counter.set(self.counter.get() + u32::from(self.counts));
        let verified = if self.verifies { 4 } else { 0 };
        let flags: u8 = 1 | verified | with_key;
        let party = digest(&SHA256, self.party.as_bytes());
        [party.as_ref(), &[flags], &self.counter.get().to_be_bytes()].concat()
    }

    /// A new passkey, as a browser sends it.
    pub fn makes(&self, challenge: &str) -> Fields {
        // In CBOR, a key on P-256 by RFC 9053.
        let point = self.pair.public_key().as_ref();
        let key = [
            &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..],
            &point[1..33],
            &[0x22, 0x58, 32],
            &point[33..],
        ];
        let rest = [&[0; 16][..], &[0, 16], &self.credential, &key.concat()].concat();
        let data = [self.data(0x40), rest].concat();
        let length = u8::try_from(data.len()).unwrap();
        let statement = [
            &[0xa3, 0x63][..],
            b"fmt",
            &[0x64],
            b"none",
            &[0x67],
            b"attStmt",
            &[0xa0, 0x68],
            b"authData",
            &[0x58, length],
            &data,
        ];
        let said = self.said("webauthn.create", challenge);
        vec![("client_data", text(&said)), ("attestation", text(&statement.concat()))]
    }

    /// The passkey used, as a browser sends it.
    pub fn signs(&self, challenge: &str) -> Fields {
        let (said, data) = (self.said("webauthn.get", challenge), self.data(0));
        let signed = [data.as_slice(), digest(&SHA256, &said).as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        vec![
            ("credential", text(&self.credential)),
            ("client_data", text(&said)),
            ("authenticator_data", text(&data)),
            ("signature", text(signature.as_ref())),
            ("user_handle", text(self.account.as_bytes())),
        ]
    }

    /// Adds the passkey to whoever is signed in here.
    pub async fn is_added(&self, browser: &Browser<'_>, name: &str) -> Answer {
        let asked = begin(browser, ADD).await;
        let mut fields = self.makes(asked["challenge"].as_str().unwrap());
        fields.push(("name", name.to_owned()));
        send_passkey(browser, ADD, &fields).await
    }

    /// Uses it there.
    pub async fn is_used(&self, browser: &Browser<'_>, path: &str) -> Answer {
        let asked = begin(browser, path).await;
        send_passkey(browser, path, &self.signs(asked["challenge"].as_str().unwrap())).await
    }
}

/// What our script is told to ask a browser for.
pub async fn begin(browser: &Browser<'_>, path: &str) -> Value {
    let told = begins(browser, path).await;
    assert_eq!(told.status, StatusCode::OK, "{path}: {}", told.html);
    serde_json::from_str(&told.html).unwrap()
}

pub async fn begins(browser: &Browser<'_>, path: &str) -> Answer {
    browser.request(Method::POST, path, &[("accept", "text/plain")], "step=begin").await
}

pub async fn send_passkey(
    browser: &Browser<'_>,
    path: &str,
    fields: &[(&'static str, String)],
) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(path, &fields).await
}
