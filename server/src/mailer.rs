//! Takes one letter to the mail server, or to a folder, and says whether it went.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{error, fmt, fs, io, io::Write, net::IpAddr, sync::Arc};

use app::deliveries::{Failure, Letter};
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::{Error, extension::ClientId};
use percent_encoding::percent_decode_str;
use tokio::sync::Mutex;
use url::Url;

const MAIL: &str = "MAIL is to be file:DIR, smtp://user:password@host:587, \
    smtps://user:password@host:465 or smtp+insecure://127.0.0.1:25; in the user and the password \
    write % as %25, / as %2F, ? as %3F, # as %23, @ as %40";
const INSECURE: &str = "MAIL may be smtp+insecure:// only for a mail server on this machine";
const MAIL_FROM: &str = "MAIL_FROM is to be like this: Sefton Forum <forum@example.org>";

/// The longest a whole send may take, from connecting to the server's last word.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long an idle connection is kept for the next letter; servers hang up soon after.
const KEPT_FOR: Duration = Duration::from_secs(20);

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
            for tls in smtp.implicit_tls.iter_mut().chain(&mut smtp.starttls) {
                *tls = trust(&smtp.host, pem)?;
            }
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

/// A mail server, how it is reached, and the connections that wait for the next letter.
#[derive(Clone)]
struct Smtp {
    host: String,
    port: u16,
    implicit_tls: Option<TlsParameters>,
    starttls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    kept: Arc<Mutex<Vec<(Instant, AsyncSmtpConnection)>>>,
}

impl Smtp {
    fn from_setting(mail: &str, public_host: &str) -> Result<Smtp, String> {
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

    async fn send(&self, message: &Message) -> Result<(), Failure> {
        let mut connection = self.open(message.envelope().from()).await.map_err(Failure::Later)?;
        let sent = hand_over(&mut connection, message).await;
        match &sent {
            Ok(()) => self.kept.lock().await.push((Instant::now(), connection)),
            Err(_) => hang_up(connection),
        }
        sent.map_err(|why| judge(&why))
    }

    /// A connection that has taken our sender: whatever it refuses next is about the letter.
    async fn open(&self, from: Option<&Address>) -> Result<AsyncSmtpConnection, String> {
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
fn hang_up(mut connection: AsyncSmtpConnection) {
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

/// Writes a letter so that its name appears only when all of it is on the disk. Without a name
/// it only tries.
async fn put(folder: &Path, name: Option<String>, bytes: Vec<u8>) -> Result<(), String> {
    let folder = folder.to_owned();
    let work = move || {
        fs::create_dir_all(&folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        if let Some(name) = name {
            file.persist(folder.join(name))?;
        }
        fs::File::open(&folder)?.sync_all()
    };
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(io::Error::other).flatten();
    done.map_err(|why| format!("the letter folder: {why}"))
}
