//! One connection to the mail server, on which emails follow each other.

use std::fmt;
use std::time::Duration;

use deliveries::{Failure, Permit};
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use super::holds;

pub struct Connection {
    pub smtp: AsyncSmtpConnection,
    /// Whether the server takes several commands at once (RFC 2920).
    pub pipelines: bool,
}

/// The first "no" to an email that was announced, by what it is about.
pub enum No {
    /// About us, or the connection.
    Sender(Error),
    /// About the address of this email.
    Recipient(Error),
    /// About this email.
    Email(Error),
    /// Not the server's: the email must not go any more.
    Permit(Failure),
}

impl Connection {
    /// Says who an email is from and to, until the server waits for the email itself. The permit
    /// was asked just before.
    pub async fn announce(
        &mut self,
        envelope: &Envelope,
        permit: Option<&Permit>,
    ) -> Result<(), No> {
        if self.pipelines {
            self.announce_at_once(envelope).await
        } else {
            self.announce_in_turn(envelope, permit).await
        }
    }

    /// Hands over the email that was announced, and in the same write announces the next one.
    pub async fn hand_over(&mut self, email: &[u8], next: Option<&Envelope>) -> Result<(), Error> {
        self.smtp.command(Whole(email, next)).await.map(drop)
    }

    /// What the server says to the email that was announced with the words of the one before.
    pub async fn heard(&mut self, envelope: &Envelope) -> Result<(), No> {
        let from = self.smtp.read_response().await.map(drop);
        self.rest_heard(from, envelope).await
    }

    /// Says goodbye without making anyone wait for the answer.
    pub fn hang_up(mut self) {
        let goodbye = async move { self.smtp.abort().await };
        tokio::spawn(tokio::time::timeout(Duration::from_secs(5), goodbye));
    }

    async fn announce_at_once(&mut self, envelope: &Envelope) -> Result<(), No> {
        let from = self.smtp.command(Announcement(envelope)).await.map(drop);
        self.rest_heard(from, envelope).await
    }

    /// The answers to all that was announced at once, of which the first has come.
    async fn rest_heard(&mut self, from: Result<(), Error>, envelope: &Envelope) -> Result<(), No> {
        let from = match from {
            Err(why) if why.status().is_none() => return Err(No::Sender(why)),
            answered => answered.map_err(No::Sender),
        };
        // The server answers each command in turn, also after a "no" to one before.
        let mut to = Ok(());
        for _ in envelope.to() {
            to = to.and(self.smtp.read_response().await.map(drop));
        }
        let data = self.smtp.read_response().await.map(drop);
        let first_no = from.and(to.map_err(No::Recipient));
        if first_no.is_err() && data.is_ok() {
            // It waits for an email all the same: an empty one, which it refuses, ends that.
            let _ = self.smtp.command(".\r\n").await;
        }
        first_no.and(data.map_err(No::Email))
    }

    async fn announce_in_turn(
        &mut self,
        envelope: &Envelope,
        permit: Option<&Permit>,
    ) -> Result<(), No> {
        self.smtp.command(Mail::new(envelope.from().cloned(), vec![])).await.map_err(No::Sender)?;
        // The server may have taken its time over the sender.
        holds(permit).await.map_err(No::Permit)?;
        for address in envelope.to() {
            self.smtp.command(Rcpt::new(address.clone(), vec![])).await.map_err(No::Recipient)?;
        }
        self.smtp.command(Data).await.map(drop).map_err(No::Email)
    }
}

/// Whether the server takes several commands at once. lettre keeps only the extensions that it uses
/// itself, so this greets once more and looks.
pub async fn has_pipelining(smtp: &mut AsyncSmtpConnection, hello: &ClientId) -> bool {
    let greeting = smtp.command(Ehlo::new(hello.clone())).await;
    greeting.is_ok_and(|greeting| {
        greeting.message().any(|line| line.trim().eq_ignore_ascii_case("PIPELINING"))
    })
}

/// All that is said before an email, for one write.
struct Announcement<'a>(&'a Envelope);

impl fmt::Display for Announcement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Mail::new(self.0.from().cloned(), vec![]))?;
        for address in self.0.to() {
            write!(f, "{}", Rcpt::new(address.clone(), vec![]))?;
        }
        write!(f, "{Data}")
    }
}

/// An email with its end, and what is said before the next one, for one write (RFC 2920, 3.1).
/// lettre writes the end by itself, and then it waits until the other side has said that it has the
/// rest: 40 milliseconds, and the way there and back.
struct Whole<'a>(&'a [u8], Option<&'a Envelope>);

impl fmt::Display for Whole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A dot that begins a line would end the email (RFC 5321, 4.5.2).
        write!(f, "{}\r\n.\r\n", String::from_utf8_lossy(self.0).replace("\r\n.", "\r\n.."))?;
        self.1.map_or(Ok(()), |next| write!(f, "{}", Announcement(next)))
    }
}
