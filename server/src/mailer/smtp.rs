//! The mail server: how it is reached, which connections wait for the next email, and what its
//! words mean.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{error, fmt};

use deliveries::{Failure, Permit};
use ground::ids::{Delivery, Id};
use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::Mail;
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use tokio::sync::Mutex;
use url::Url;

use super::connection::{Connection, No, has_pipelining};
use super::{MAIL, Patience, Written, holds, in_time};

const INSECURE: &str = "MAIL may be smtp+insecure:// only for a mail server on this machine";

/// How long an idle connection is kept for the next email; servers hang up soon after.
const KEPT_FOR: Duration = Duration::from_secs(20);

/// An email whose permit was asked within this time is not asked about again before its words go:
/// an answer that such emails have stopped waits longer (`deliveries::settled`).
const ASKED_LATELY: Duration = Duration::from_secs(1);

/// The email that goes after this one on the same connection.
#[derive(Clone, Copy, Debug)]
pub struct Next<'a> {
    pub email: &'a Written,
    pub permit: &'a Permit,
}

/// The connection on which the next email is announced already, if it is. Whoever hands over emails
/// one after the other keeps one.
#[derive(Default)]
pub struct Ahead(Option<Announced>);

struct Announced {
    connection: Connection,
    id: Id<Delivery>,
    /// When its permit was asked.
    asked: Instant,
}

/// A mail server, how it is reached, and the connections that wait for the next email.
#[derive(Clone)]
pub struct Smtp {
    pub host: String,
    port: u16,
    implicit_tls: Option<TlsParameters>,
    starttls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    kept: Arc<Mutex<Vec<(Instant, Connection)>>>,
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

    pub async fn send(
        &self,
        email: &Written,
        permit: Option<&Permit>,
        next: Option<Next<'_>>,
        ahead: &mut Ahead,
        patience: Patience,
    ) -> Result<(), Failure> {
        let announced = self.announced_once(email, permit, ahead.0.take());
        let mut connection =
            in_time(patience.to_begin, announced).await.map_err(Failure::Away)??;
        let asked = Instant::now();
        let next = match next {
            Some(next) if connection.pipelines => {
                // Whom this one is to is named already, so it does not wait for long.
                let answer = in_time(ASKED_LATELY, next.permit.holds()).await;
                answer.is_ok_and(|may_go| may_go.is_ok()).then_some(next)
            }
            _ => None,
        };
        let next_envelope = next.as_ref().map(|next| &next.email.envelope);
        let handed_over = connection.hand_over(&email.bytes, next_envelope);
        let taken = in_time(patience.for_the_last_word, handed_over).await;
        match taken.map_err(Failure::Later)? {
            Ok(()) => {
                match next {
                    Some(next) => {
                        let id = next.email.id.clone();
                        ahead.0 = Some(Announced { connection, id, asked });
                    }
                    None => self.kept.lock().await.push((Instant::now(), connection)),
                }
                Ok(())
            }
            Err(why) => {
                connection.hang_up();
                Err(judge(&why, About::Email))
            }
        }
    }

    /// A connection that waits for this email, which may have been announced with the one before.
    async fn announced_once(
        &self,
        email: &Written,
        permit: Option<&Permit>,
        ahead: Option<Announced>,
    ) -> Result<Connection, Failure> {
        let Some(Announced { mut connection, id, asked }) = ahead else {
            return self.announce(&email.envelope, permit).await;
        };
        // A connection that waits for the words of an email is just dropped: a goodbye would be
        // taken for its first word, and without an end it is no email.
        if id != email.id {
            drop(connection);
            return self.announce(&email.envelope, permit).await;
        }
        match connection.heard(&email.envelope).await {
            Ok(()) if asked.elapsed() <= ASKED_LATELY => Ok(connection),
            // What was called off meanwhile is not told.
            Ok(()) => holds(permit).await.map(|()| connection),
            Err(no) => {
                connection.hang_up();
                if is_of_this_connection(&no) {
                    return self.announce(&email.envelope, permit).await;
                }
                Err(self.failure(no))
            }
        }
    }

    /// Whether the server is there, lets us in and takes this sender. An error is one line.
    pub async fn check(&self, from: &Address) -> Result<(), String> {
        let opened = async {
            let mut connection = self.connect().await?;
            let taken = connection.smtp.command(Mail::new(Some(from.clone()), vec![])).await;
            connection.hang_up();
            taken.map(drop)
        };
        opened.await.map_err(|why| self.at_this_place(&why))
    }

    /// A connection that waits for the email itself.
    async fn announce(
        &self,
        envelope: &Envelope,
        permit: Option<&Permit>,
    ) -> Result<Connection, Failure> {
        let kept = async || self.kept.lock().await.pop();
        // A connection that waits is there at once: the permit is asked before it is taken, and of
        // a new one when it stands.
        holds(permit).await?;
        let mut is_asked = true;
        while let Some((since, connection)) = kept().await {
            if since.elapsed() >= KEPT_FOR {
                continue;
            }
            // The one before may have taken its time to say no.
            let is_asked = std::mem::take(&mut is_asked);
            let no = match announced(connection, envelope, permit, is_asked).await {
                Ok(connection) => return Ok(connection),
                Err(no) => no,
            };
            if !is_of_this_connection(&no) {
                return Err(self.failure(no));
            }
        }
        let connection =
            self.connect().await.map_err(|why| Failure::Away(self.at_this_place(&why)))?;
        announced(connection, envelope, permit, false).await.map_err(|no| self.failure(no))
    }

    fn failure(&self, no: No) -> Failure {
        match no {
            No::Sender(why) => Failure::Later(self.at_this_place(&why)),
            No::Recipient(why) => judge(&why, About::Address),
            No::Email(why) => judge(&why, About::Email),
            No::Permit(must_not) => must_not,
        }
    }

    async fn connect(&self) -> Result<Connection, Error> {
        let (server, tls) = ((&*self.host, self.port), self.implicit_tls.clone());
        let mut smtp =
            AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, tls, None).await?;
        if let Some(tls) = &self.starttls {
            smtp.starttls(tls.clone(), &self.hello).await?;
        }
        let pipelines = has_pipelining(&mut smtp, &self.hello).await;
        if let Some(credentials) = &self.credentials {
            smtp.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(Connection { smtp, pipelines })
    }

    fn at_this_place(&self, why: &Error) -> String {
        format!("{}:{}: {}", self.host, self.port, words(why))
    }
}

/// The connection once it waits for the email. The permit is asked first, unless it `is_asked` just
/// now; with a "no" the connection hangs up.
async fn announced(
    mut connection: Connection,
    envelope: &Envelope,
    permit: Option<&Permit>,
    is_asked: bool,
) -> Result<Connection, No> {
    let may_go = if is_asked { Ok(()) } else { holds(permit).await.map_err(No::Permit) };
    let announced = match may_go {
        Ok(()) => connection.announce(envelope, permit).await,
        no => no,
    };
    if let Err(no) = announced {
        connection.hang_up();
        return Err(no);
    }
    Ok(connection)
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
        _ => Err("MAIL must have both a user and a password, or neither".into()),
    }
}

/// What this machine trusts, and the certificates in `pem`.
fn trust(host: &str, pem: &[u8]) -> Result<TlsParameters, String> {
    let tls = TlsParameters::builder(host.into());
    let extra = Certificate::from_pem(pem);
    let trusted = extra.and_then(|extra| tls.add_root_certificate(extra).build());
    trusted.map_err(|why| format!("MAIL: {}", words(&why)))
}

/// Whether a new connection will do: servers hang up when idle or after so many emails.
fn is_of_this_connection(no: &No) -> bool {
    match no {
        No::Sender(_) => true,
        No::Recipient(why) | No::Email(why) => is_goodbye(why),
        No::Permit(_) => false,
    }
}

/// Whether the connection is at its end: no answer at all, or one that says so.
fn is_goodbye(why: &Error) -> bool {
    why.status().is_none_or(|code| u16::from(code) == 421)
}

/// What a "no" answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Address,
    Email,
}

/// A permanent "no" is final when it says that it is about the address, its mailbox or what the
/// email holds (5.1, 5.2 and 5.6 of RFC 3463); of a server that gives no such code, when it
/// answers the address as one without a mailbox. Any other is about us: our setting, our
/// reputation, or how many emails we sent today.
fn judge(why: &Error, about: About) -> Failure {
    let words = words(why);
    let (code, detail) = (why.status().map(u16::from), words.get(4..).unwrap_or_default());
    let is_final = match detail.as_bytes() {
        [b'5', b'.', subject, b'.', ..] => matches!(subject, b'1' | b'2' | b'6'),
        _ => about == About::Address && matches!(code, Some(550 | 551 | 553)),
    };
    if is_final && why.is_permanent() { Failure::Refused(words) } else { Failure::Later(words) }
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
