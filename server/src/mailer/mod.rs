//! Takes emails to the mail server, or to a folder, and says of each whether it went.

mod connection;
mod dkim;
mod dns;
mod folder;
mod quiet;
mod smtp;

use std::path::PathBuf;
use std::time::Duration;

use deliveries::{Email, Failure, Permit};
use ground::ids::{Delivery, Id};
use ground::return_address::ReturnAddress;
use lettre::Address;
use lettre::address::{AddressError, Envelope};
use lettre::message::header::{
    ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0,
};
use lettre::message::{Body, Mailbox, Message, MultiPart};

use self::dkim::Dkim;
use self::dns::Sending;
use self::folder::put;
use self::quiet::quietly;
use self::smtp::Smtp;
pub use self::smtp::{Ahead, Next};

const MAIL: &str = "MAIL is to be file:DIR, smtp://user:password@host:587, \
    smtps://user:password@host:465 or smtp+insecure://127.0.0.1:25; in the user and the password \
    write % as %25, / as %2F, ? as %3F, # as %23, @ as %40";
const MAIL_FROM: &str = "MAIL_FROM must be like Sefton Forum <forum@example.org>";

/// How long a mail server may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From connecting until it waits for the email itself.
    pub to_begin: Duration,
    /// Over the email, until it says that it has taken it. Whoever gives up sooner sends the
    /// email again though it was taken (RFC 5321, 4.5.3.2.6).
    pub for_the_last_word: Duration,
}

const PATIENCE: Patience =
    Patience { to_begin: Duration::from_secs(30), for_the_last_word: Duration::from_secs(600) };

/// Where emails go, and who they are from.
#[derive(Clone, Debug)]
pub struct Mailer {
    from: Mailbox,
    public_host: String,
    return_address: Option<ReturnAddress>,
    dkim: Option<Dkim>,
    patience: Patience,
    way: Way,
}

/// An email as it goes on its way: put together, and signed where there is a key.
#[derive(Clone, Debug)]
pub struct Written {
    id: Id<Delivery>,
    envelope: Envelope,
    bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Way {
    Folder(PathBuf),
    Smtp(Smtp),
}

impl Mailer {
    /// Reads the settings `MAIL` and `MAIL_FROM` (`Name <address>`). `public_host` is the host of
    /// `PUBLIC_URL`: it goes into every `Message-ID`, and we greet mail servers by it.
    ///
    /// An error is one line that says what is wrong. It never repeats `MAIL`: a password is in it.
    pub fn from_setting(mail: &str, from: &str, public_host: &str) -> Result<Mailer, String> {
        let way = match mail.strip_prefix("file:") {
            Some("") => return Err(MAIL.into()),
            Some(folder) => Way::Folder(folder.into()),
            None => Way::Smtp(Smtp::from_setting(mail, public_host)?),
        };
        let from: Mailbox = from.parse().or(Err(MAIL_FROM))?;
        Ok(Mailer {
            from,
            public_host: public_host.into(),
            return_address: None,
            dkim: None,
            patience: PATIENCE,
            way,
        })
    }

    /// Signs each email for the domain of `MAIL_FROM` with the key in `pem`: RSA of 2048, 3072 or
    /// 4096 bits, or Ed25519. DNS holds the public key under `selector`. An error is one line that
    /// names `DKIM_KEY` or `DKIM_SELECTOR`.
    pub fn with_dkim(mut self, pem: &str, selector: &str) -> Result<Mailer, String> {
        self.dkim = Some(Dkim::new(pem, selector, self.from.email.domain())?);
        Ok(self)
    }

    /// Lets each email that does not arrive come back to an address of its own.
    #[must_use]
    pub fn with_return_address(mut self, return_address: ReturnAddress) -> Mailer {
        self.return_address = Some(return_address);
        self
    }

    /// Waits for the mail server as long as this, in place of 30 seconds until it waits for the
    /// email and ten minutes for its last word.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Mailer {
        self.patience = patience;
        self
    }

    /// Trusts the certificates in `pem` as well as those this machine trusts. An error says that
    /// they cannot be read.
    pub fn with_root_certificate(mut self, pem: &[u8]) -> Result<Mailer, String> {
        if let Way::Smtp(smtp) = &mut self.way {
            smtp.trust(pem)?;
        }
        Ok(self)
    }

    /// Sends one email. A second send of it carries the same `Message-ID`, so the reader's
    /// program can fold the two into one.
    ///
    /// It is [`Failure::Refused`] when this email can never go to this address, with the
    /// server's words, and [`Failure::Later`] for all else, our own wrong settings included.
    pub async fn send(&self, email: &Email) -> Result<(), Failure> {
        let written = self.written(email.clone()).await?;
        self.hand_over(&written, None, None, &mut Ahead::default()).await
    }

    /// Sends one email as long as its permit holds, which is asked just before the recipient is
    /// named.
    ///
    /// # Errors
    /// As [`Mailer::send`], and what the permit says.
    pub async fn send_while(&self, email: &Email, permit: &Permit) -> Result<(), Failure> {
        let written = self.written(email.clone()).await?;
        self.hand_over(&written, Some(permit), None, &mut Ahead::default()).await
    }

    /// Likewise for one of many that follow each other: with its words goes whom the `next` one is
    /// to, where the server takes that. The next one must come with the same `ahead`, or none.
    ///
    /// # Errors
    /// As [`Mailer::send_while`].
    pub async fn send_in_turn(
        &self,
        email: &Written,
        permit: &Permit,
        next: Option<Next<'_>>,
        ahead: &mut Ahead,
    ) -> Result<(), Failure> {
        self.hand_over(email, Some(permit), next, ahead).await
    }

    /// Puts an email together and signs it, on a thread of low priority. That begins at once.
    ///
    /// # Errors
    /// As [`Mailer::send`].
    pub fn written(
        &self,
        email: Email,
    ) -> impl Future<Output = Result<Written, Failure>> + Send + use<> {
        let mailer = self.clone();
        let written = quietly(move || mailer.write(&email));
        async move {
            let fault = |_| Err(Failure::Later("the email could not be written".into()));
            written.await.unwrap_or_else(fault)
        }
    }

    async fn hand_over(
        &self,
        email: &Written,
        permit: Option<&Permit>,
        next: Option<Next<'_>>,
        ahead: &mut Ahead,
    ) -> Result<(), Failure> {
        match &self.way {
            Way::Folder(folder) => {
                holds(permit).await?;
                let name = format!("{}.eml", email.id);
                put(folder, Some(name), email.bytes.clone()).await.map_err(Failure::Later)
            }
            Way::Smtp(smtp) => smtp.send(email, permit, next, ahead, self.patience).await,
        }
    }

    /// Whether emails could go now: the folder can be written, or the mail server is there, lets
    /// us in and takes our sender. An error is one line that says what is in the way.
    pub async fn check(&self) -> Result<(), String> {
        match &self.way {
            Way::Folder(folder) => put(folder, None, b"check".into()).await?,
            Way::Smtp(smtp) => {
                in_time(self.patience.to_begin, smtp.check(&self.sender(None)?)).await??;
            }
        }
        Ok(())
    }

    /// The address emails are from.
    #[must_use]
    pub fn address(&self) -> &str {
        self.from.email.as_ref()
    }

    /// What DNS must hold so that emails arrive, in lines to read and to copy.
    #[must_use]
    pub fn dns_records(&self) -> String {
        let server = match &self.way {
            Way::Folder(_) => None,
            Way::Smtp(smtp) => Some(&*smtp.host),
        };
        dns::records(&Sending {
            domain: self.from.email.domain(),
            server,
            dkim: self.dkim.as_ref().map(|dkim| (&*dkim.name, &*dkim.record)),
            bounces: self.return_address.as_ref().map(ReturnAddress::host),
            public_host: &self.public_host,
        })
    }

    fn write(&self, email: &Email) -> Result<Written, Failure> {
        let refused = || Failure::Refused("this is not an address that mail can go to".into());
        let plain = email.to.bytes().all(|b| b.is_ascii_graphic());
        let to: Address = email.to.parse().ok().filter(|_| plain).ok_or_else(refused)?;
        let sender = self.sender(Some(&email.id)).map_err(Failure::Later)?;
        let (kind, body) = bodies(email).map_err(Failure::Later)?;
        let mut message = Message::builder();
        if let Way::Folder(_) = self.way {
            // By SMTP the server that receives the email writes it.
            message = message.raw_header(raw("Return-Path", format!("<{sender}>")));
        }
        if let Some(one_click) = &email.one_click {
            message = message
                .raw_header(raw("List-Unsubscribe", format!("<{one_click}>")))
                .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        let envelope = Envelope::new(Some(sender), vec![to.clone()])
            .map_err(|why| Failure::Later(why.to_string()))?;
        let message = message
            .envelope(envelope.clone())
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            // A line break would end the header; no other control character belongs here either.
            .subject(email.subject.replace(char::is_control, " "))
            .date_now()
            .message_id(Some(format!("<{}@{}>", email.id, self.public_host)))
            .raw_header(raw("Auto-Submitted", "auto-generated".into()))
            .header(MIME_VERSION_1_0)
            .header(kind)
            .body(body)
            .map_err(|why| Failure::Later(why.to_string()))?;
        let unsigned = message.formatted();
        let bytes = match &self.dkim {
            Some(dkim) => dkim.signed(&unsigned).map_err(Failure::Later)?,
            None => unsigned,
        };
        Ok(Written { id: email.id.clone(), envelope, bytes })
    }

    /// Where an email goes back to when it does not arrive; without an email, where they all go.
    fn sender(&self, email_id: Option<&str>) -> Result<Address, String> {
        let Some(return_address) = &self.return_address else { return Ok(self.from.email.clone()) };
        let address = email_id.map_or_else(|| return_address.bare(), |id| return_address.of(id));
        address.parse().map_err(|why: AddressError| format!("BOUNCE_ADDRESS: {why}"))
    }
}

async fn in_time<T>(patience: Duration, work: impl Future<Output = T>) -> Result<T, String> {
    let done = tokio::time::timeout(patience, work).await;
    done.map_err(|_| format!("no answer within {patience:?}"))
}

/// Whether an email may go still; one without a permit may.
async fn holds(permit: Option<&Permit>) -> Result<(), Failure> {
    match permit {
        Some(permit) => permit.holds().await,
        None => Ok(()),
    }
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// The text and the HTML as one body, and the header that says where each begins. lettre would
/// write that header beside the others, where its signature does not see it.
fn bodies(email: &Email) -> Result<(ContentType, Body), String> {
    let parts = MultiPart::alternative_plain_html(email.text.clone(), email.html.clone());
    let kind = parts.headers().get::<ContentType>().ok_or("the email has no content type")?;
    let start = parts.headers().to_string().len() + "\r\n".len();
    let encoded = parts.formatted().split_off(start);
    Ok((kind, Body::dangerous_pre_encoded(encoded, ContentTransferEncoding::SevenBit)))
}
