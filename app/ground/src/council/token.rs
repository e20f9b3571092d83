//! Whether one of a provider's keys signed a token. `jsonwebtoken` takes it apart, `ring` checks
//! the signature; what the token says is read by `accounts`.
//!
//! Only public keys are used: no secret of ours signs or checks a token, so nobody can pass one off
//! by signing it with a key that everyone knows.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey, Validation, decode,
    decode_header,
};
use ring::signature as by_ring;
use serde_json::{Map, Value};

use super::Failure;

/// The most keys of a provider that we keep; they have two or three.
const MOST_KEYS: usize = 50;

/// The keys of a provider, as far as we understand them.
pub(super) fn keys(mut document: Value) -> Vec<Jwk> {
    let Some(Value::Array(keys)) = document.get_mut("keys").map(Value::take) else {
        return Vec::new();
    };
    keys.into_iter()
        .take(MOST_KEYS)
        .filter_map(|key| serde_json::from_value::<Jwk>(key).ok())
        .filter(|key| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption)))
        .collect()
}

/// What a token says that one of these keys signed.
pub(super) fn claims(token: &str, keys: &[Jwk]) -> Result<Map<String, Value>, Failure> {
    // Of two that are set at once one stays, and they are the same.
    let _ = RING.install_default();
    let no_token = |_| Failure::Senseless("it is no token that we can read");
    let header = decode_header(token).map_err(no_token)?;
    if way(header.alg).is_none() {
        return Err(Failure::Senseless("it is not signed with a key of the provider"));
    }
    let mut only_this = Validation::new(header.alg);
    // Whose it is, for whom and until when is read with the clock that tests move by hand.
    only_this.required_spec_claims.clear();
    only_this.validate_exp = false;
    only_this.validate_aud = false;
    let may_be = |key: &&Jwk| {
        (header.kid.is_none() || key.common.key_id == header.kid)
            && key.common.key_algorithm.is_none_or(|alg| alg == KeyAlgorithm::from(header.alg))
    };
    for key in keys.iter().filter(may_be) {
        let Ok(key) = DecodingKey::from_jwk(key) else { continue };
        if key.family() != header.alg.family() {
            continue;
        }
        if let Ok(signed) = decode::<Map<String, Value>>(token, &key, &only_this) {
            return Ok(signed.claims);
        }
    }
    Err(Failure::Unsigned)
}

/// How `ring` checks a signature.
enum Way {
    Rsa(&'static by_ring::RsaParameters),
    Curve(&'static dyn by_ring::VerificationAlgorithm),
}

/// How a signature of this kind is checked; `None` for one that we don't accept, as one made with a
/// secret that both sides know.
fn way(algorithm: Algorithm) -> Option<Way> {
    Some(match algorithm {
        Algorithm::RS256 => Way::Rsa(&by_ring::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Way::Rsa(&by_ring::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Way::Rsa(&by_ring::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Way::Rsa(&by_ring::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Way::Rsa(&by_ring::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Way::Rsa(&by_ring::RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => Way::Curve(&by_ring::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Way::Curve(&by_ring::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => Way::Curve(&by_ring::ED25519),
        _ => return None,
    })
}

/// `ring` for `jsonwebtoken`. It signs nothing, and makes no keys.
static RING: CryptoProvider = CryptoProvider {
    signer_factory: no_signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    if key.family() != algorithm.family() || algorithm.family() == AlgorithmFamily::Hmac {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    Ok(Box::new(Public { algorithm: *algorithm, key: key.clone() }))
}

/// A public key, and what it is for.
struct Public {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Verifier<Vec<u8>> for Public {
    fn verify(&self, message: &[u8], signed: &Vec<u8>) -> Result<(), signature::Error> {
        let checked = match (way(self.algorithm), self.key.kind()) {
            (Some(Way::Rsa(way)), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                by_ring::RsaPublicKeyComponents { n, e }.verify(way, message, signed)
            }
            (Some(Way::Curve(way)), DecodingKeyKind::SecretOrDer(key)) => {
                by_ring::UnparsedPublicKey::new(way, key).verify(message, signed)
            }
            _ => return Err(signature::Error::new()),
        };
        checked.map_err(|_not_its_own| signature::Error::new())
    }
}

impl JwtVerifier for Public {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;

    fn pair() -> EcdsaKeyPair {
        let (way, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let made = EcdsaKeyPair::generate_pkcs8(way, &random).expect("a key");
        EcdsaKeyPair::from_pkcs8(way, made.as_ref(), &random).expect("a key")
    }

    fn public(pair: &EcdsaKeyPair, kid: &str) -> Value {
        let point = &pair.public_key().as_ref()[1..];
        let (x, y) = point.split_at(32);
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": kid, "use": "sig",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    fn signed(pair: &EcdsaKeyPair, header: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(&json!({"sub": "one"})));
        let signed = pair.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signed.as_ref()))
    }

    #[test]
    fn what_a_key_signed_is_read_and_what_another_signed_or_someone_changed_is_not() {
        let (own, other) = (pair(), pair());
        let all = keys(json!({"keys": [
            {"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"}, {"kty": "new"}, 7,
            public(&own, "1"),
        ]}));
        assert!(!all.is_empty());
        let header = json!({"alg": "ES256", "kid": "1"});
        let good = signed(&own, &header);
        assert_eq!(claims(&good, &all).expect("claims")["sub"], "one");
        assert!(claims(&signed(&own, &json!({"alg": "ES256"})), &all).is_ok(), "without a name");
        for (unsigned, token) in [
            ("another key", signed(&other, &header)),
            ("another name", signed(&own, &json!({"alg": "ES256", "kid": "2"}))),
            ("another way", signed(&own, &json!({"alg": "RS256", "kid": "1"}))),
            ("a word that must be understood", {
                signed(&own, &json!({"alg": "ES256", "kid": "1", "crit": ["x"], "x": 1}))
            }),
        ] {
            assert!(matches!(claims(&token, &all), Err(Failure::Unsigned)), "{unsigned}");
        }
        let (begin, _) = good.rsplit_once('.').expect("a signature");
        for (senseless, token) in [
            ("no signature", signed(&own, &json!({"alg": "none"}))),
            ("a shared secret", signed(&own, &json!({"alg": "HS256", "kid": "1"}))),
            ("two parts", begin.to_owned()),
            ("nothing", String::new()),
        ] {
            assert!(matches!(claims(&token, &all), Err(Failure::Senseless(_))), "{senseless}");
        }
        assert!(claims(&format!("{begin}."), &all).is_err());
        assert!(keys(json!(7)).is_empty() && keys(json!({"keys": 7})).is_empty());
    }
}
