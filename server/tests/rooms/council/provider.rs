//! An OpenID provider on a port of its own, as honest or as hostile as a test wants.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use calendar::clock::{Clock, Millis};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use rustls_pki_types::PrivatePkcs1KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Map, Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use url::Url;
use url::form_urlencoded::parse;

/// What this service is called there, and the secret between the two.
pub const CLIENT_ID: &str = "alongside";
pub const SECRET: &str = "between us";

/// Where we must be come back to.
const BACK_TO: &str = "http://alongside.example.org/sign-in/council/answer";

/// A key that the provider signs with.
#[derive(Clone)]
pub struct Key {
    pub name: &'static str,
    pair: Arc<Pair>,
}

enum Pair {
    Curve(EcdsaKeyPair),
    Edwards(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>, Value),
}

impl Key {
    /// ECDSA on P-256.
    pub fn curve(name: &'static str) -> Self {
        let (way, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let made = EcdsaKeyPair::generate_pkcs8(way, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(way, made.as_ref(), &random).unwrap();
        Self { name, pair: Arc::new(Pair::Curve(pair)) }
    }

    /// Ed25519.
    pub fn edwards(name: &'static str) -> Self {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(made.as_ref()).unwrap();
        Self { name, pair: Arc::new(Pair::Edwards(pair)) }
    }

    /// RSA, as most providers have it. It takes a while to make, so there is one.
    pub fn rsa(name: &'static str) -> Self {
        static MADE: OnceLock<Arc<Pair>> = OnceLock::new();
        let pair = MADE.get_or_init(|| {
            let made = Command::new("openssl")
                .args(["genrsa", "-traditional", "2048"])
                .stderr(Stdio::null())
                .output()
                .unwrap();
            let key = PrivatePkcs1KeyDer::from_pem_slice(&made.stdout).unwrap();
            let pair = RsaKeyPair::from_der(key.secret_pkcs1_der()).unwrap();
            let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public());
            let text = |number: Vec<u8>| BASE64_URL_SAFE_NO_PAD.encode(number);
            let public = json!({"kty": "RSA", "n": text(n), "e": text(e)});
            Arc::new(Pair::Rsa(Box::new(pair), public))
        });
        Self { name, pair: Arc::clone(pair) }
    }

    fn algorithm(&self) -> &'static str {
        match &*self.pair {
            Pair::Curve(_) => "ES256",
            Pair::Edwards(_) => "EdDSA",
            Pair::Rsa(..) => "RS256",
        }
    }

    /// As it is published.
    fn public(&self) -> Value {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut key = match &*self.pair {
            Pair::Curve(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})
            }
            Pair::Edwards(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref())})
            }
            Pair::Rsa(_, public) => public.clone(),
        };
        key["kid"] = json!(self.name);
        key["use"] = json!("sig");
        key
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &*self.pair {
            Pair::Curve(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Edwards(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair, _) => {
                let mut signed = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signed).unwrap();
                signed
            }
        }
    }
}

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// As it should be.
    Well,
    /// Not at all, and it says so.
    Not,
    /// With what everyone can read, as if that were a secret between the two.
    WithThePublicKey,
    /// With the secret between the two.
    WithTheSecret,
    /// Well, and then changed.
    AndChanged,
}

/// What the provider says at one of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The truth, and a megabyte more.
    TooMuch,
    /// The truth, after a while.
    Late,
    /// That the answer is elsewhere.
    Elsewhere,
    /// That it is at fault.
    Fault,
    /// A page instead of JSON.
    Page,
    /// JSON with nothing in it.
    Nothing,
}

/// What it does, and what it has seen.
pub struct Plan {
    /// The keys that it publishes.
    pub keys: Vec<Key>,
    /// The key that it signs with.
    pub signs_with: Key,
    /// How it signs.
    pub signed: Signed,
    /// What it says of the person; `null` takes out what is in every token.
    pub claims: Map<String, Value>,
    /// By how much its clock is ahead.
    pub ahead: Millis,
    /// Where it says something else than the truth.
    pub says: BTreeMap<&'static str, Says>,
    /// What it says of itself.
    pub document: Value,
    /// How often somebody asked for something elsewhere.
    pub elsewhere: usize,
    /// What was wrong about what we asked.
    pub wrong: Vec<String>,
    codes: BTreeMap<String, (String, String)>,
}

/// The provider.
#[derive(Clone)]
pub struct Provider {
    pub address: String,
    clock: Clock,
    plan: Arc<Mutex<Plan>>,
}

impl Provider {
    /// Begins to listen. It knows one person, whose address is this.
    pub async fn new(clock: Clock, email: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let claims = json!({
            "sub": "77", "email": email, "email_verified": true, "groups": ["leaders", "staff"],
        });
        let key = Key::curve("first");
        let plan = Plan {
            keys: vec![key.clone()],
            signs_with: key,
            signed: Signed::Well,
            claims: claims.as_object().unwrap().clone(),
            ahead: 0,
            says: BTreeMap::new(),
            document: json!({
                "issuer": address,
                "authorization_endpoint": format!("{address}/authorize?tenant=sefton"),
                "token_endpoint": format!("{address}/token"),
                "jwks_uri": format!("{address}/keys"),
            }),
            elsewhere: 0,
            wrong: Vec::new(),
            codes: BTreeMap::new(),
        };
        let provider = Self { address, clock, plan: Arc::new(Mutex::new(plan)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .fallback(elsewhere)
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap()
    }

    /// Somebody signs in there, where we sent them: the address that they are sent back to.
    pub fn signs_in(&self, at: &str) -> String {
        let at = Url::parse(at).unwrap();
        assert!(at.as_str().starts_with(&format!("{}/authorize?tenant=sefton&", self.address)));
        let asked: BTreeMap<_, _> = at.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT_ID);
        assert_eq!(asked["redirect_uri"], BACK_TO);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let code = id::secret();
        let held = (asked["code_challenge"].clone(), asked["nonce"].clone());
        self.plan().codes.insert(code.clone(), held);
        format!("/sign-in/council/answer?code={code}&state={}", asked["state"])
    }

    fn token(&self, nonce: &str) -> String {
        let plan = self.plan();
        let now = (self.clock.now() + plan.ahead).millis() / 1000;
        let mut claims = json!({
            "iss": self.address, "aud": CLIENT_ID, "nonce": nonce, "iat": now, "exp": now + 300,
        });
        for (name, value) in &plan.claims {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let key = &plan.signs_with;
        let algorithm = match plan.signed {
            Signed::Well | Signed::AndChanged => key.algorithm(),
            Signed::Not => "none",
            Signed::WithThePublicKey | Signed::WithTheSecret => "HS256",
        };
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(&json!({"alg": algorithm, "typ": "JWT", "kid": key.name}));
        let message = format!("{head}.{}", part(&claims));
        let shared = |secret: &[u8]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
            mac.update(message.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        let signed = match plan.signed {
            Signed::Well | Signed::AndChanged => key.sign(message.as_bytes()),
            Signed::Not => Vec::new(),
            Signed::WithThePublicKey => shared(key.public().to_string().as_bytes()),
            Signed::WithTheSecret => shared(SECRET.as_bytes()),
        };
        let message = if plan.signed == Signed::AndChanged {
            claims["sub"] = json!("78");
            format!("{head}.{}", part(&claims))
        } else {
            message
        };
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signed))
    }

    /// Says this at the address, or what the plan has instead.
    async fn says(&self, path: &'static str, mut truth: Value) -> Response {
        let says = self.plan().says.get(path).copied();
        match says {
            None => {}
            Some(Says::TooMuch) => truth["more"] = json!("x".repeat(1_000_000)),
            Some(Says::Late) => tokio::time::sleep(Duration::from_secs(3)).await,
            Some(Says::Elsewhere) => {
                return Redirect::temporary(&format!("{}/elsewhere", self.address)).into_response();
            }
            Some(Says::Fault) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Some(Says::Page) => return "<h1>Sign in</h1>".into_response(),
            Some(Says::Nothing) => truth = json!({}),
        }
        ([(header::CONTENT_TYPE, "application/json")], truth.to_string()).into_response()
    }
}

pub const DOCUMENT: &str = "/.well-known/openid-configuration";

async fn document(State(own): State<Provider>) -> Response {
    let document = own.plan().document.clone();
    own.says(DOCUMENT, document).await
}

async fn keys(State(own): State<Provider>) -> Response {
    let keys: Vec<_> = own.plan().keys.iter().map(Key::public).collect();
    own.says("/keys", json!({"keys": keys})).await
}

/// Gives a token for a code, once, to whoever asked for it.
async fn token(State(own): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let fields: BTreeMap<_, _> = parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let held = own.plan().codes.remove(&field("code"));
    let Some((challenge, nonce)) = held else { return refused(&own, "code") };
    let secret = BASE64_STANDARD.encode(format!("{CLIENT_ID}:between+us"));
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if said != Some(format!("Basic {secret}").as_str()) {
        return refused(&own, "secret");
    }
    for (name, is_right) in [
        ("code_verifier", id::hash(&field("code_verifier")) == challenge),
        ("redirect_uri", field("redirect_uri") == BACK_TO),
        ("grant_type", field("grant_type") == "authorization_code"),
    ] {
        if !is_right {
            return refused(&own, name);
        }
    }
    let signed = own.token(&nonce);
    own.says("/token", json!({"token_type": "Bearer", "access_token": "x", "id_token": signed}))
        .await
}

fn refused(own: &Provider, what: &str) -> Response {
    own.plan().wrong.push(what.to_owned());
    (StatusCode::BAD_REQUEST, "{\"error\":\"invalid_grant\"}").into_response()
}

async fn elsewhere(State(own): State<Provider>) -> StatusCode {
    own.plan().elsewhere += 1;
    StatusCode::NOT_FOUND
}
