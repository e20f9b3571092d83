//! Takes one letter to the mail server, or to a folder, and says whether it went.

mod folder;
mod smtp;

use std::path::PathBuf;
use std::time::Duration;

use app::deliveries::{Failure, Letter};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};

use self::folder::put;
use self::smtp::{Smtp, hang_up};

const MAIL: &str = "MAIL is to be file:DIR, smtp://user:password@host:587, \
    smtps://user:password@host:465 or smtp+insecure://127.0.0.1:25; in the user and the password \
    write % as %25, / as %2F, ? as %3F, # as %23, @ as %40";
const MAIL_FROM: &str = "MAIL_FROM is to be like this: Sefton Forum <forum@example.org>";

/// The longest a whole send may take, from connecting to the server's last word.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where letters go, and who they are from.
#[derive(Clone, Debug)]
pub struct Mailer {
    from: Mailbox,
    public_host: String,
    patience: Duration,
    way: Way,
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
        Ok(Mailer { from: from.parse().or(Err(MAIL_FROM))?, public_host: public_host.into(), patience: PATIENCE, way })
    }

    /// Gives a send up after `patience` instead of 30 seconds.
    #[must_use]
    pub fn with_timeout(mut self, patience: Duration) -> Mailer {
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

    /// Sends one letter. A second send of it carries the same `Message-ID`, so the reader's
    /// program can fold the two into one.
    ///
    /// It is [`Failure::Refused`] when this letter can never go to this address, with the
    /// server's words, and [`Failure::Later`] for all else, our own wrong settings included.
    pub async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let message = self.write(letter)?;
        match &self.way {
            Way::Folder(folder) => {
                let name = format!("{}.eml", letter.id);
                let kept = put(folder, Some(name), message.formatted()).await;
                kept.map_err(Failure::Later)
            }
            Way::Smtp(smtp) => {
                let sent = self.in_time(smtp.send(&message)).await;
                sent.map_err(Failure::Later)?
            }
        }
    }

    /// Whether letters could go now: the folder can be written, or the mail server is there, lets
    /// us in and takes our sender. An error is one line that says what is in the way.
    pub async fn check(&self) -> Result<(), String> {
        match &self.way {
            Way::Folder(folder) => put(folder, None, b"check".into()).await?,
            Way::Smtp(smtp) => hang_up(self.in_time(smtp.open(Some(&self.from.email))).await??),
        }
        Ok(())
    }

    fn write(&self, letter: &Letter) -> Result<Message, Failure> {
        let refused = || Failure::Refused("this is not an address that mail can go to".into());
        let plain = letter.to.bytes().all(|b| b.is_ascii_graphic());
        let to = letter.to.parse().ok().filter(|_| plain);
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let bodies = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
        let mut message = Message::builder();
        if let Some(one_click) = &letter.one_click {
            for (name, value) in
                [("List-Unsubscribe", format!("<{one_click}>")), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())]
            {
                message = message.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
            }
        }
        message
            .from(self.from.clone())
            .to(Mailbox::new(None, to.ok_or_else(refused)?))
            // A line break would end the header; no other control character belongs here either.
            .subject(letter.subject.replace(char::is_control, " "))
            .date_now()
            .message_id(Some(format!("<{}@{}>", letter.id, self.public_host)))
            .raw_header(HeaderValue::new(automatic, "auto-generated".into()))
            .multipart(bodies)
            .map_err(|why| Failure::Later(why.to_string()))
    }

    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Result<T, String> {
        let done = tokio::time::timeout(self.patience, work).await;
        done.map_err(|_| format!("no answer within {:?}", self.patience))
    }
}
