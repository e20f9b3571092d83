//! The signature by which a receiving server knows an email for ours (DKIM, RFC 6376 and RFC 8463).

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

const DKIM_KEY: &str = "DKIM_KEY must be a file with an RSA key of 2048, 3072 or 4096 bits, or an \
    Ed25519 key, in PEM and without a password: \
    openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out FILE";
const DKIM_SELECTOR: &str = "DKIM_SELECTOR must be letters, digits and hyphens, like alongside";

/// What a signature covers, as it is named in it. A header of these that an email lacks cannot be
/// added later.
const SIGNED: [&str; 10] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "auto-submitted",
];

/// How many characters of a signature stand on one line.
const LINE: usize = 72;

/// Signs emails. Its clones share one key.
#[derive(Clone)]
pub struct Dkim {
    key: Arc<Key>,
    selector: String,
    domain: String,
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
        let key = Key::read(pem).ok_or(DKIM_KEY)?;
        Ok(Dkim {
            record: key.record(),
            key: Arc::new(key),
            selector: selector.into(),
            domain: domain.into(),
            name: format!("{selector}._domainkey.{domain}"),
        })
    }

    /// The email with its signature before it. Its lines end as they do on the way (CRLF).
    pub fn signed(&self, email: &[u8]) -> Result<Vec<u8>, String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Ok([self.signature(email, now)?.as_slice(), email].concat())
    }

    /// The header that signs an email at this time, in seconds since 1970.
    fn signature(&self, email: &[u8], now: u64) -> Result<Vec<u8>, String> {
        let (headers, body) = parts(email).ok_or("the email has no headers")?;
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}-sha256; c=relaxed/relaxed; d={}; s={};\r\n t={now};\r\n \
             h={};\r\n bh={};\r\n b=",
            self.key.algorithm(),
            self.domain,
            self.selector,
            SIGNED.join(":"),
            BASE64_STANDARD.encode(digest(&SHA256, &relaxed_body(body)))
        );
        let mut covered: String =
            SIGNED.iter().filter_map(|name| header(headers, name)).map(relaxed_header).collect();
        // The signature's own header comes last, without its end.
        covered.push_str(relaxed_header(&unsigned).trim_end());
        let signature = BASE64_STANDARD.encode(self.key.sign(covered.as_bytes())?);
        let lines: Vec<&str> = lines_of(&signature).collect();
        Ok(format!("{unsigned}{}\r\n", lines.join("\r\n ")).into_bytes())
    }
}

/// Nothing of the key, so that it comes into no log.
impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dkim({})", self.name)
    }
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    fn read(pem: &str) -> Option<Key> {
        match PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()? {
            PrivateKeyDer::Pkcs1(key) => {
                RsaKeyPair::from_der(key.secret_pkcs1_der()).ok().map(Box::new).map(Key::Rsa)
            }
            PrivateKeyDer::Pkcs8(key) => {
                let der = key.secret_pkcs8_der();
                // What openssl makes does not hold the public key, which is made from it.
                let ed25519 = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok();
                let rsa = || RsaKeyPair::from_pkcs8(der).ok().map(Box::new);
                ed25519.map(Key::Ed25519).or_else(|| rsa().map(Key::Rsa))
            }
            _ => None,
        }
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Key::Rsa(_) => "rsa",
            Key::Ed25519(_) => "ed25519",
        }
    }

    fn record(&self) -> String {
        let public = match self {
            Key::Rsa(pair) => subject_public_key_info(pair.public_key().as_ref()),
            Key::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        };
        format!("v=DKIM1; k={}; p={}", self.algorithm(), BASE64_STANDARD.encode(public))
    }

    fn sign(&self, covered: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = SystemRandom::new();
                let signed = pair.sign(&RSA_PKCS1_SHA256, &random, covered, &mut signature);
                signed.map_err(|_| "the email could not be signed".to_owned())?;
                Ok(signature)
            }
            // Of the hash, and not of the text itself (RFC 8463, 3).
            Key::Ed25519(pair) => {
                Ok(pair.sign(digest(&SHA256, covered).as_ref()).as_ref().to_vec())
            }
        }
    }
}

/// An RSA key as DNS and X.509 hold it: what kind it is, and then the key.
fn subject_public_key_info(key: &[u8]) -> Vec<u8> {
    /// An algorithm (rsaEncryption, without parameters), as DER.
    const RSA: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
    let bits = long_der(0x03, &[[0].as_slice(), key].concat());
    long_der(0x30, &[RSA.as_slice(), &bits].concat())
}

/// One value of DER that has 256 bytes or more, as every key that we take has.
fn long_der(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).map_or([0, 0], u16::to_be_bytes);
    [[tag, 0x82, high, low].as_slice(), content].concat()
}

/// The headers of an email, each with its end, and its body.
fn parts(email: &[u8]) -> Option<(&str, &[u8])> {
    let end = email.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let headers = std::str::from_utf8(&email[..end + 2]).ok()?;
    Some((headers, &email[end + 4..]))
}

/// The header of this name, with the lines that continue it.
fn header<'a>(headers: &'a str, name: &str) -> Option<&'a str> {
    let mut begins = 0;
    while begins < headers.len() {
        let rest = &headers[begins..];
        let ends = end_of_header(rest);
        let is_it = rest
            .split_once(':')
            .is_some_and(|(found, _)| found.trim_end().eq_ignore_ascii_case(name));
        if is_it {
            return Some(&rest[..ends]);
        }
        begins += ends;
    }
    None
}

/// Where the first header ends: after the first line that none continues.
fn end_of_header(headers: &str) -> usize {
    let mut ends = 0;
    for line in headers.split_inclusive("\r\n") {
        if ends > 0 && !line.starts_with([' ', '\t']) {
            break;
        }
        ends += line.len();
    }
    ends
}

/// A header as relays may leave it (RFC 6376, 3.4.2): its name small, on one line, each run of
/// spaces as one.
fn relaxed_header(header: &str) -> String {
    let (name, value) = header.split_once(':').unwrap_or((header, ""));
    let words: Vec<&str> =
        value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}\r\n", name.trim_end().to_ascii_lowercase(), words.join(" "))
}

/// A body as relays may leave it (RFC 6376, 3.4.4): no spaces at the end of a line, each other run
/// of them as one, no empty lines at its end.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut relaxed = Vec::with_capacity(body.len() + 2);
    let mut rest = body;
    while !rest.is_empty() {
        let ends = rest.windows(2).position(|bytes| bytes == b"\r\n");
        let (line, next) = match ends {
            Some(ends) => (&rest[..ends], &rest[ends + 2..]),
            None => (rest, &rest[rest.len()..]),
        };
        let begins = relaxed.len();
        for byte in line {
            match byte {
                b' ' | b'\t' if relaxed.len() > begins && relaxed.last() == Some(&b' ') => {}
                b' ' | b'\t' => relaxed.push(b' '),
                byte => relaxed.push(*byte),
            }
        }
        if relaxed.len() > begins && relaxed.last() == Some(&b' ') {
            relaxed.pop();
        }
        relaxed.extend(b"\r\n");
        rest = next;
    }
    while relaxed.ends_with(b"\r\n\r\n") || relaxed == b"\r\n" {
        relaxed.truncate(relaxed.len() - 2);
    }
    relaxed
}

fn lines_of(signature: &str) -> impl Iterator<Item = &str> {
    (0..signature.len())
        .step_by(LINE)
        .map(|begins| &signature[begins..signature.len().min(begins + LINE)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_bodies_are_read_as_the_standard_does_in_its_example() {
        // RFC 6376, 3.4.5.
        let (headers, body) = parts(b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n")
            .expect("headers and a body");
        let relaxed = |name| header(headers, name).map(relaxed_header);
        assert_eq!(relaxed("a").as_deref(), Some("a:X\r\n"));
        assert_eq!(relaxed("b").as_deref(), Some("b:Y Z\r\n"));
        assert_eq!(relaxed("c"), None);
        assert_eq!(relaxed_body(body), b" C\r\nD E\r\n");
    }

    #[test]
    fn a_body_ends_with_one_line_end_and_an_empty_one_is_nothing() {
        for body in ["", "\r\n", "\r\n\r\n", " \r\n\t\r\n"] {
            assert_eq!(relaxed_body(body.as_bytes()), b"", "{body:?}");
        }
        assert_eq!(relaxed_body(b"word"), b"word\r\n");
        assert_eq!(relaxed_body(b"\r\n  two\t words \r\n"), b"\r\n two words\r\n");
    }

    #[test]
    fn a_header_that_only_begins_like_another_is_not_taken_for_it() {
        let headers = "List-Unsubscribe-Post: a\r\nTo: b\r\n c: d\r\nList-Unsubscribe: e\r\n";
        assert_eq!(header(headers, "list-unsubscribe"), Some("List-Unsubscribe: e\r\n"));
        assert_eq!(header(headers, "to"), Some("To: b\r\n c: d\r\n"));
        assert_eq!(header(headers, "c"), None);
    }
}
