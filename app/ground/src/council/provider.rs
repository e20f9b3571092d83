//! What we ask the council's provider: what it can do and its keys, remembered for an hour, and who
//! came back to us with a code.

use std::sync::{Arc, PoisonError};

use calendar::clock::{HOUR, Millis, Moment};
use form_urlencoded::{Serializer, byte_serialize};
use jsonwebtoken::jwk::Jwk;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{RequestBuilder, Response};
use serde_json::{Map, Value};
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;
use url::Url;

use super::{Council, Failure, is_loopback, is_safe, token};

/// The most bytes that we read of one answer.
const LONGEST: usize = 256 * 1024;

/// For how long we remember what a provider said of itself.
const REMEMBERED: Millis = HOUR;

/// What somebody is sent to the provider with.
#[derive(Debug)]
pub struct Wish<'a> {
    /// Comes back as it is.
    pub state: &'a str,
    /// Comes back in what the provider signs.
    pub nonce: &'a str,
    /// The hash of what we say when we ask about the code (PKCE).
    pub challenge: &'a str,
    /// Where to come back to.
    pub back_to: &'a str,
    /// Whether to sign in there again, even where they are signed in.
    pub again: bool,
}

/// What somebody came back with.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The provider's code.
    pub code: &'a str,
    /// What the challenge was made from.
    pub verifier: &'a str,
    pub back_to: &'a str,
}

/// What a provider said of itself.
pub(super) struct Known {
    endpoints: Endpoints,
    keys: Vec<Jwk>,
    asked_at: Moment,
}

impl Council {
    /// The address at the provider where somebody signs in.
    ///
    /// # Errors
    /// Why the provider cannot be asked.
    pub async fn sign_in_at(&self, wish: &Wish<'_>, now: Moment) -> Result<String, Failure> {
        let mut address = self.known(now).await?.endpoints.authorization.clone();
        let mut query = address.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id())
            .append_pair("redirect_uri", wish.back_to)
            .append_pair("scope", "openid email profile")
            .append_pair("state", wish.state)
            .append_pair("nonce", wish.nonce)
            .append_pair("code_challenge", wish.challenge)
            .append_pair("code_challenge_method", "S256");
        if wish.again {
            query.append_pair("prompt", "login").append_pair("max_age", "0");
        }
        drop(query);
        Ok(address.into())
    }

    /// Asks who came back with this code: all that the provider says of them, signed by one of its
    /// keys. Nothing in it is checked yet.
    ///
    /// # Errors
    /// Why the provider cannot be asked, or why its answer cannot be its own.
    pub async fn who(&self, asked: &Asked<'_>, now: Moment) -> Result<Map<String, Value>, Failure> {
        let known = self.known(now).await?;
        let signed = self.redeem(&known.endpoints, asked).await?;
        match token::claims(&signed, &known.keys) {
            // It may have new keys.
            Err(Failure::Unsigned) => token::claims(&signed, &self.ask(now).await?.keys),
            checked => checked,
        }
    }

    /// Makes sure that the provider can be asked, and says of itself what we need.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self, now: Moment) -> Result<(), Failure> {
        self.ask(now).await?;
        Ok(())
    }

    async fn known(&self, now: Moment) -> Result<Arc<Known>, Failure> {
        let held = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        match held.filter(|known| (0..REMEMBERED).contains(&(now - known.asked_at))) {
            Some(known) => Ok(known),
            None => self.ask(now).await,
        }
    }

    /// Two who ask at the same moment do no harm.
    async fn ask(&self, now: Moment) -> Result<Arc<Known>, Failure> {
        let _turn = self.turn().await?;
        let issuer = self.issuer().trim_end_matches('/');
        let address = format!("{issuer}/.well-known/openid-configuration");
        let endpoints = endpoints(&answer(self.client.get(address)).await?, self.issuer())?;
        let keys = token::keys(answer(self.client.get(endpoints.keys.clone())).await?);
        let known = Arc::new(Known { endpoints, keys, asked_at: now });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
        Ok(known)
    }

    /// Waits for a turn, for as long as for an answer.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, Failure> {
        let turn = timeout(self.settings.patience, self.turns.acquire()).await;
        turn.ok().and_then(Result::ok).ok_or(Failure::Busy)
    }

    /// Gives the code back, and gets what is signed.
    async fn redeem(&self, endpoints: &Endpoints, asked: &Asked<'_>) -> Result<String, Failure> {
        let _turn = self.turn().await?;
        let answer = answer(self.with_code(endpoints, asked)).await?;
        let signed = answer.get("id_token").and_then(Value::as_str);
        Ok(signed.ok_or(Failure::Senseless("there is no ID token in it"))?.to_owned())
    }

    fn with_code(&self, endpoints: &Endpoints, asked: &Asked<'_>) -> RequestBuilder {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let (id, secret) = (self.client_id(), self.settings.secret.as_str());
        let mut fields = Serializer::new(String::new());
        fields
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", asked.code)
            .append_pair("redirect_uri", asked.back_to)
            .append_pair("code_verifier", asked.verifier);
        let mut request = self.client.post(endpoints.token.clone());
        if endpoints.secret_in_header {
            request = request.basic_auth(encoded(id), Some(encoded(secret)));
        } else {
            fields.append_pair("client_id", id).append_pair("client_secret", secret);
        }
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(fields.finish())
    }
}

/// The JSON that a provider answers with, if it is short enough and comes in time.
#[expect(clippy::disallowed_methods, reason = "what a provider says")]
async fn answer(request: RequestBuilder) -> Result<Value, Failure> {
    let mut answer: Response = request.header(ACCEPT, "application/json").send().await?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(Failure::Status(status));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LONGEST {
            return Err(Failure::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_no_json| Failure::Senseless("it is not JSON"))
}

/// Where a provider is asked for what.
#[derive(Debug)]
struct Endpoints {
    authorization: Url,
    token: Url,
    keys: Url,
    /// Whether our secret goes into a header, or else into the form.
    secret_in_header: bool,
}

fn endpoints(document: &Value, issuer: &str) -> Result<Endpoints, Failure> {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("issuer") != issuer {
        return Err(Failure::Senseless("it names another issuer than OIDC_ISSUER"));
    }
    let is_here = Url::parse(issuer).is_ok_and(|issuer| is_loopback(&issuer));
    let address = |name: &str| {
        let url = Url::parse(text(name)).ok().filter(|url| is_safe(url, is_here));
        url.ok_or(Failure::Senseless("an address in it is missing, or not https"))
    };
    let ways = document.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
    let takes = |way: &str| ways.is_some_and(|ways| ways.iter().any(|one| one == way));
    let secret_in_header = ways.is_none() || takes("client_secret_basic");
    if !secret_in_header && !takes("client_secret_post") {
        return Err(Failure::Senseless("it takes no client secret"));
    }
    Ok(Endpoints {
        authorization: address("authorization_endpoint")?,
        token: address("token_endpoint")?,
        keys: address("jwks_uri")?,
        secret_in_header,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://login.example.org";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://login.example.org/begin?tenant=1",
            "token_endpoint": "https://login.example.org/token",
            "jwks_uri": "https://keys.example.org/keys",
        })
    }

    fn with(name: &str, value: Value) -> Result<Endpoints, Failure> {
        let mut document = document();
        document[name] = value;
        endpoints(&document, ISSUER)
    }

    #[test]
    fn a_provider_says_where_it_is_asked_for_what() {
        let known = endpoints(&document(), ISSUER).expect("endpoints");
        assert_eq!(known.token.as_str(), "https://login.example.org/token");
        assert!(known.secret_in_header, "as OpenID Connect has it where nothing is said");
        let ways = "token_endpoint_auth_methods_supported";
        let both = with(ways, json!(["client_secret_post", "client_secret_basic"]));
        assert!(both.is_ok_and(|known| known.secret_in_header));
        let post = with(ways, json!(["client_secret_post"]));
        assert!(post.is_ok_and(|known| !known.secret_in_header));
        assert!(with(ways, json!(["private_key_jwt"])).is_err());
    }

    #[test]
    fn a_provider_that_calls_itself_something_else_or_leads_into_the_open_is_not_asked() {
        for other in ["https://login.example.org/", "https://elsewhere.example.org", ""] {
            assert!(with("issuer", json!(other)).is_err(), "{other}");
        }
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            for bad in [json!("http://login.example.org/x"), json!("/token"), json!(7), json!(null)]
            {
                assert!(with(name, bad.clone()).is_err(), "{name} {bad}");
            }
            assert!(with(name, json!("http://127.0.0.1/x")).is_err(), "{name}");
        }
        assert!(endpoints(&json!([]), ISSUER).is_err());
    }
}
