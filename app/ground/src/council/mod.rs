//! The council with which its officers may sign in, by OpenID Connect: its settings, and the door
//! to its provider.
//!
//! `provider` asks it, in bounded time and for bounded answers; `token` makes sure that one of its
//! keys signed what it says. What that means for an account is decided in `accounts`.

mod provider;
mod token;

use std::fmt;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use calendar::clock::{HOUR, Millis};
use reqwest::redirect::Policy;
use tokio::sync::Semaphore;
use url::{Host, Url};

use self::provider::Known;

pub use provider::{Asked, Wish};

/// For how long we wait for one answer of a provider. Five of them fit into one request.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// What must be in an answer for its person to be one of the officers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MustHave {
    /// The name of the claim, as in `groups`.
    pub claim: String,
    /// Its value, or one of its values.
    pub value: String,
}

/// The settings, as somebody wrote them. They hold a secret, so no log can show them.
#[derive(Clone)]
pub struct Settings {
    /// The address of the provider, exactly as it writes it itself.
    pub issuer: String,
    /// What the provider calls this service.
    pub client_id: String,
    /// What only the provider and this service know.
    pub secret: String,
    /// The council's name, for buttons.
    pub name: String,
    /// The organisation whose leaders may sign in so.
    pub organisation: String,
    /// What must be in an answer; `None`: that the provider answers is enough.
    pub must_have: Option<MustHave>,
    /// After how many hours a session ends at the latest.
    pub hours: u32,
    /// For how long we wait for one answer.
    pub patience: Duration,
}

/// The council, and what we know of its provider.
pub struct Council {
    settings: Settings,
    client: reqwest::Client,
    known: RwLock<Option<Arc<Known>>>,
    turns: Semaphore,
}

/// How many may ask a provider at once: nobody uses this service to flood it.
const AT_ONCE: usize = 8;

/// Without the secret.
impl fmt::Debug for Council {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Council")
            .field("issuer", &self.settings.issuer)
            .field("client_id", &self.settings.client_id)
            .finish_non_exhaustive()
    }
}

impl Council {
    /// Checks the settings.
    ///
    /// # Errors
    /// One line that names the setting.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let issuer = Url::parse(&settings.issuer)
            .ok()
            .filter(|url| url.query().is_none() && url.fragment().is_none())
            .filter(|url| is_safe(url, true));
        if issuer.is_none() {
            return Err("OIDC_ISSUER must be an address like https://login.example.org, which \
                 begins with https://"
                .to_owned());
        }
        // Where it is set already, it stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(settings.patience)
            .timeout(settings.patience)
            .build()
            .map_err(|error| format!("OIDC_ISSUER cannot be asked from this machine: {error}"))?;
        let turns = Semaphore::new(AT_ONCE);
        Ok(Self { settings, client, known: RwLock::new(None), turns })
    }

    /// Who signs its answers.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    #[must_use]
    pub fn organisation(&self) -> &str {
        &self.settings.organisation
    }

    #[must_use]
    pub fn must_have(&self) -> Option<&MustHave> {
        self.settings.must_have.as_ref()
    }

    /// How long a session lasts at most.
    #[must_use]
    pub fn lasts(&self) -> Millis {
        Millis::from(self.settings.hours) * HOUR
    }
}

/// Why a provider could not be asked, or its answer not be taken.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It did not answer, or not in time.
    #[error("it cannot be reached: {0}")]
    Away(reqwest::Error),
    /// Too many ask it at this moment.
    #[error("too many ask it at once")]
    Busy,
    /// It refused, failed or led elsewhere.
    #[error("it answered with the status {0}")]
    Status(u16),
    /// Its answer is longer than we read.
    #[error("its answer is too long")]
    TooLong,
    /// Its answer is not what it should be.
    #[error("its answer makes no sense: {0}")]
    Senseless(&'static str),
    /// None of its keys that we know signed the answer.
    #[error("none of its keys signed the answer")]
    Unsigned,
}

impl Failure {
    /// Whether the same may work in a few minutes.
    #[must_use]
    pub fn is_of_the_moment(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Busy)
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Away(error.without_url())
    }
}

/// Whether what is sent there can be read by nobody else: it is encrypted, or stays on this
/// machine, where that may be.
fn is_safe(url: &Url, may_stay_here: bool) -> bool {
    let stays_here = may_stay_here && url.scheme() == "http" && is_loopback(url);
    let is_private = url.scheme() == "https" || stays_here;
    is_private && url.has_host() && url.username().is_empty() && url.password().is_none()
}

/// Whether an address never leaves this machine, as in tests.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(issuer: &str) -> Result<Council, String> {
        Council::new(Settings {
            issuer: issuer.to_owned(),
            client_id: "alongside".into(),
            secret: "kept between us".into(),
            name: "Sefton Council".into(),
            organisation: "Sefton Council".into(),
            must_have: None,
            hours: 10,
            patience: PATIENCE,
        })
    }

    #[test]
    fn a_provider_is_asked_over_https_or_on_this_machine() {
        for good in ["https://login.example.org/a/v2.0", "http://127.0.0.1:9", "http://[::1]:9"] {
            assert!(from(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "login.example.org",
            "http://login.example.org",
            "https://me:secret@login.example.org",
            "https://login.example.org?tenant=1",
            "https://login.example.org#a",
            "ftp://127.0.0.1",
            "http://127.0.0.1.example.org",
        ] {
            assert!(from(bad).is_err_and(|why| why.contains("OIDC_ISSUER")), "{bad}");
        }
    }

    #[test]
    fn the_secret_is_in_no_log() {
        let council = from("https://login.example.org").expect("a council");
        assert!(!format!("{council:?}").contains("between"));
    }
}
