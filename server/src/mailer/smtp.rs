//! The mail server: how it is reached, its connections, and what its words mean.

use std::time::{Duration, Instant};
use std::{error, fmt, net::IpAddr, sync::Arc};

use app::deliveries::Failure;
use lettre::Address;
use lettre::message::Message;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::{Error, extension::ClientId};
use percent_encoding::percent_decode_str;
use tokio::sync::Mutex;
use url::Url;

use super::MAIL;

const INSECURE: &str = "MAIL may be smtp+insecure:// only for a mail server on this machine";

/// How long an idle connection is kept for the next letter; servers hang up soon after.
const KEPT_FOR: Duration = Duration::from_secs(20);

/// A mail server, how it is reached, and the connections that wait for the next letter.
#[derive(Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    implicit_tls: Option<TlsParameters>,
    starttls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    kept: Arc<Mutex<Vec<(Instant, AsyncSmtpConnection)>>>,
}

impl Smtp {
    pub fn from_setting(mail: &str, public_host: &str) -> Result<Smtp, String> {
        let url = Url::parse(mail).or(Err(MAIL))?;
        // A path, query or fragment is a password whose / ? # were not written as %2F %3F %23.
        if !matches!(url.path(), "" | "/") || url.query().or(url.fragment()).is_some() {
            return Err(MAIL.into());
        }
        let host = url.host_str().ok_or(MAIL)?.trim_matches(['[', ']']);
        let here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        let (port, implicit_tls, starttls) = match url.scheme() {
            "smtps" => (465, Some(trust(host, b"")?), None),
            "smtp" => (587, None, Some(trust(host, b"")?)),
            "smtp+insecure" if here => (25, None, None),
            "smtp+insecure" => return Err(INSECURE.into()),
            _ => return Err(MAIL.into()),
        };
        Ok(Smtp {
            host: host.into(),
            port: url.port().unwrap_or(port),
            implicit_tls,
            starttls,
            credentials: credentials(&url)?,
            hello: ClientId::Domain(public_host.into()),
            kept: Arc::default(),
        })
    }

    /// Trusts the certificates in `pem` as well as those this machine trusts.
    pub fn trust(&mut self, pem: &[u8]) -> Result<(), String> {
        for tls in self.implicit_tls.iter_mut().chain(&mut self.starttls) {
            *tls = trust(&self.host, pem)?;
        }
        Ok(())
    }

    pub async fn send(&self, message: &Message) -> Result<(), Failure> {
        let mut connection = self.open(message.envelope().from()).await.map_err(Failure::Later)?;
        let sent = hand_over(&mut connection, message).await;
        match &sent {
            Ok(()) => self.kept.lock().await.push((Instant::now(), connection)),
            Err(_) => hang_up(connection),
        }
        sent.map_err(|why| judge(&why))
    }

    /// A connection that has taken our sender: whatever it refuses next is about the letter.
    pub async fn open(&self, from: Option<&Address>) -> Result<AsyncSmtpConnection, String> {
        let mail = Mail::new(from.cloned(), vec![]);
        let kept = async || self.kept.lock().await.pop();
        while let Some((since, mut connection)) = kept().await {
            // Servers hang up when idle or after so many letters: then a new connection will do.
            if since.elapsed() < KEPT_FOR && connection.command(&mail).await.is_ok() {
                return Ok(connection);
            }
        }
        let opened = async {
            let mut connection = self.connect().await?;
            connection.command(&mail).await.map(|_| connection)
        };
        let place = |why| format!("{}:{}: {}", self.host, self.port, words(&why));
        opened.await.map_err(place)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let (server, tls) = ((&*self.host, self.port), self.implicit_tls.clone());
        let connecting = AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, tls, None);
        let mut connection = connecting.await?;
        if let Some(tls) = &self.starttls {
            connection.starttls(tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

/// Nothing but the place, so that no password comes into a log.
impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({}:{})", self.host, self.port)
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    let read = |part| percent_decode_str(part).decode_utf8().or(Err(MAIL));
    let user = read(url.username())?.into_owned();
    let password = read(url.password().unwrap_or_default())?.into_owned();
    match (user.is_empty(), password.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(Credentials::new(user, password))),
        _ => Err("MAIL is to have both a user and a password, or neither".into()),
    }
}

/// What this machine trusts, and the certificates in `pem`.
fn trust(host: &str, pem: &[u8]) -> Result<TlsParameters, String> {
    let tls = TlsParameters::builder(host.into());
    let extra = Certificate::from_pem(pem);
    let trusted = extra.and_then(|extra| tls.add_root_certificate(extra).build());
    trusted.map_err(|why| format!("MAIL: {}", words(&why)))
}

async fn hand_over(to: &mut AsyncSmtpConnection, message: &Message) -> Result<(), Error> {
    for address in message.envelope().to() {
        to.command(Rcpt::new(address.clone(), vec![])).await?;
    }
    to.command(Data).await?;
    to.message(&message.formatted()).await.map(drop)
}

/// Says goodbye without making anyone wait for the answer.
pub fn hang_up(mut connection: AsyncSmtpConnection) {
    let goodbye = async move { connection.abort().await };
    tokio::spawn(tokio::time::timeout(Duration::from_secs(5), goodbye));
}

/// A permanent "no" is about the letter, unless it says that we are not signed in (RFC 4954) or
/// not allowed to send (5.7, RFC 3463): that is our setting, not the family's address.
fn judge(why: &Error) -> Failure {
    let (words, code) = (words(why), why.status().map(u16::from));
    let signed_out = matches!(code, Some(503 | 530 | 534 | 535 | 538));
    match why.is_permanent() && !signed_out && words.get(3..8) != Some(" 5.7.") {
        true => Failure::Refused(words),
        false => Failure::Later(words),
    }
}

/// The server's words after its code, or the innermost cause when it did not get to speak.
fn words(why: &Error) -> String {
    let mut cause: &dyn error::Error = why;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let code = why.status().map(|code| format!("{code} "));
    format!("{}{cause}", code.unwrap_or_default())
}
