//! The signature by which a receiving server knows an email for ours (DKIM, RFC 6376 and RFC 8463).

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::SigningKey;
use lettre::message::Message;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm,
    DkimSigningKey, DkimSigningKeyError,
};
use lettre::message::header::HeaderName;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, LineEnding};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use rsa::traits::PublicKeyParts as _;

const DKIM_KEY: &str = "DKIM_KEY must be a file with an RSA key of 2048 bits or more, or an \
    Ed25519 key, in PEM and without a password: \
    openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out FILE";
const DKIM_SELECTOR: &str = "DKIM_SELECTOR must be letters, digits and hyphens, like alongside";

/// What a signature covers. A header of these that an email lacks cannot be added later.
const SIGNED: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
];

/// Signs emails. Its clones share one key.
#[derive(Clone)]
pub struct Dkim {
    config: Arc<DkimConfig>,
    /// Where DNS must hold the record.
    pub name: String,
    /// The record, with the public key.
    pub record: String,
}

impl Dkim {
    pub fn new(pem: &str, selector: &str, domain: &str) -> Result<Dkim, String> {
        let is_plain = |label: &str| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if !selector.split('.').all(is_plain) {
            return Err(DKIM_SELECTOR.into());
        }
        let (key, record) = read_ed25519(pem).or_else(|| read_rsa(pem)).ok_or(DKIM_KEY)?;
        let headers = SIGNED.map(HeaderName::new_from_ascii_str).to_vec();
        // Relays change white space, and a strict signature would not survive that.
        let relaxed = DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        };
        let config = DkimConfig::new(
            selector.into(),
            domain.into(),
            key.or(Err(DKIM_KEY))?,
            headers,
            relaxed,
        );
        Ok(Dkim {
            config: Arc::new(config),
            name: format!("{selector}._domainkey.{domain}"),
            record,
        })
    }

    pub fn sign(&self, message: &mut Message) {
        message.sign(&self.config);
    }
}

/// Nothing of the key, so that it comes into no log.
impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dkim({})", self.name)
    }
}

/// The key as lettre wants it, and its record.
type Key = (Result<DkimSigningKey, DkimSigningKeyError>, String);

fn read_ed25519(pem: &str) -> Option<Key> {
    let key = SigningKey::from_pkcs8_pem(pem.trim()).ok()?;
    let (seed, public) = (
        BASE64_STANDARD.encode(key.to_bytes()),
        BASE64_STANDARD.encode(key.verifying_key().to_bytes()),
    );
    Some((
        DkimSigningKey::new(&seed, DkimSigningAlgorithm::Ed25519),
        format!("v=DKIM1; k=ed25519; p={public}"),
    ))
}

fn read_rsa(pem: &str) -> Option<Key> {
    let pkcs1 = || RsaPrivateKey::from_pkcs1_pem(pem.trim()).ok();
    let key = RsaPrivateKey::from_pkcs8_pem(pem.trim())
        .ok()
        .or_else(pkcs1)
        .filter(|key| key.n().bits() >= 2048)?;
    let public = BASE64_STANDARD.encode(key.to_public_key().to_public_key_der().ok()?.as_bytes());
    let pem = key.to_pkcs1_pem(LineEnding::LF).ok()?;
    Some((
        DkimSigningKey::new(&pem, DkimSigningAlgorithm::Rsa),
        format!("v=DKIM1; k=rsa; p={public}"),
    ))
}
