//! The process from start to stop.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use calendar::clock::{self, Clock};
use deliveries::{Email, Words};
use ground::db::{Db, Limits, Line};
use ground::files::Files;
use ground::house::House;
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_appender::non_blocking::ErrorCounter;
use url::{Host, Url};

use crate::settings::Settings;
use crate::tasks::keep_going;
use crate::watch::{self, Room};
use crate::worker::Worker;
use crate::{days_ahead, demonstration, edge, figures, listen, say, worker};

/// Opens the database and brings its tables up to date with this program. Where there was one but
/// no longer is, only `create` starts a new one.
///
/// # Errors
/// One clear line.
pub async fn open(settings: &Settings, create: bool) -> Result<Db, String> {
    let file = sqlite_file(settings);
    if let Some(file) = file {
        first_time(file, create)?;
    }
    let db = connect(settings).await?;
    is_whole(&db).await?;
    db.migrate()
        .await
        .map_err(|error| format!("The database cannot be brought up to date: {error}"))?;
    topics::store::index_missing(&db)
        .await
        .map_err(|error| format!("The topics could not be indexed for search: {error}"))?;
    if let Some(file) = file {
        let memory = memory_of(file);
        let words = format!("{} was started here. See docs/operations.md\n", file.display());
        if !memory.exists() {
            fs::write(&memory, words)
                .map_err(|error| format!("{} cannot be written: {error}", memory.display()))?;
        }
    }
    Ok(db)
}

/// A slow machine takes its time for it, and whoever starts beside it waits as long: on connections
/// of their own, where the area is not there yet.
async fn fill_with_the_demonstration(settings: &Settings, house: &House) -> sqlx::Result<bool> {
    if demonstration::is_there(&house.db).await? {
        return Ok(true);
    }
    let db = Db::open_within(&settings.database_url, Limits::NO_HURRY).await?;
    let mut unhurried = house.clone();
    unhurried.db = db.clone();
    let is_there = demonstration::fill(&unhurried).await;
    db.close().await;
    is_there
}

async fn connect(settings: &Settings) -> Result<Db, String> {
    let db = Db::open(&settings.database_url).await.map_err(|error| {
        let is_about_trust = matches!(&error, sqlx::Error::Tls(_))
            || matches!(&error, sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData);
        let what_to_do = if is_about_trust {
            ". On another machine it must encrypt, and show a certificate for its name: see \
             “On several machines” in docs/running.md"
        } else {
            ""
        };
        format!("The database cannot be opened: {error}{what_to_do}")
    })?;
    match (db.line(), db.line().in_words()) {
        (Line::Checked, Some(words)) => tracing::info!("{words}"),
        (_, Some(words)) => tracing::warn!("{words}"),
        (_, None) => {}
    }
    Ok(db)
}

/// Whether the database is an area, and not half a copy of one.
async fn is_whole(db: &Db) -> Result<(), String> {
    match db.holds_half_a_copy().await {
        Ok(false) => Ok(()),
        Ok(true) => Err("The database holds half a copy of an area, since alongside copy-to was \
            stopped. Run it again, with the settings of the area it copies: it continues where it \
            stopped."
            .to_owned()),
        Err(error) => Err(format!("The database cannot be used: {error}")),
    }
}

/// Prepares a first start, and makes sure that it is one: a database that was moved away, or whose
/// disk is missing, is not replaced with an empty one.
fn first_time(file: &Path, create: bool) -> Result<(), String> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)
            .map_err(|error| format!("The folder {} cannot be made: {error}", folder.display()))?;
    }
    if !create {
        was_not_there_before(file)?;
    }
    Ok(())
}

/// Fails where the database is gone.
fn was_not_there_before(file: &Path) -> Result<(), String> {
    if !file.exists() && memory_of(file).exists() {
        return Err(format!(
            "There is no database at {}, but there used to be one. Put it back, or restore a \
             backup with alongside restore. To start a new area, add --create",
            file.display()
        ));
    }
    Ok(())
}

/// The file that remembers that there was a database: `alongside.db-begun`.
fn memory_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-begun");
    name.into()
}

/// Opens the database and changes nothing in it.
///
/// # Errors
/// One clear line, also when there is no database or its tables are of another version.
pub async fn open_as_it_is(settings: &Settings) -> Result<Db, String> {
    if let Some(file) = sqlite_file(settings).filter(|file| !file.exists()) {
        return Err(format!("There is no database at {}.", file.display()));
    }
    let db = connect(settings).await?;
    is_whole(&db).await?;
    match db.pending().await.map_err(|error| format!("The database cannot be used: {error}"))? {
        0 => Ok(db),
        _ => Err("The tables are older than this program: update them with `alongside migrate`."
            .to_owned()),
    }
}

/// Checks the settings, and changes nothing. Gives the result in words.
///
/// # Errors
/// One clear line.
pub async fn check(settings: &Settings) -> Result<String, String> {
    is_for_people(&settings.public_url)?;
    settings.mailer.check().await?;
    can_keep_files(&settings.files).await?;
    if let Some(council) = &settings.rooms.council {
        let asked = council.check(Clock::system().now()).await;
        asked.map_err(|why| format!("OIDC_ISSUER={} cannot be used: {why}", council.issuer()))?;
    }
    if let Some(file) = sqlite_file(settings).filter(|file| !file.exists()) {
        was_not_there_before(file)?;
        return Ok("The settings are good, and emails can be sent. There is no database yet: the \
            first start will make it."
            .to_owned());
    }
    let db = connect(settings).await?;
    is_whole(&db).await?;
    let pending =
        db.pending().await.map_err(|error| format!("The database cannot be used: {error}"))?;
    let wrong = worker::clock_is_wrong(&db, &Clock::system())
        .await
        .map_err(|error| format!("The database cannot be used: {error}"))?;
    let line = db.line().in_words().map_or_else(String::new, |words| format!(" {words}"));
    db.close().await;
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    let found = match pending {
        0 => {
            "The settings are good, the database answers and is up to date, and emails can be \
            sent."
        }
        _ => {
            "The settings are good, the database answers, and emails can be sent. The tables are \
            older than this program: \
              the next start, or `alongside migrate`, will bring them up to date."
        }
    };
    Ok(format!("{found}{line}"))
}

/// Whether people can reach the service at this address safely: over https, or on this machine
/// alone. Over http, passwords and cookies could be read on the way.
fn is_for_people(public_url: &Url) -> Result<(), String> {
    let is_here = match public_url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if is_here || public_url.scheme() == "https" {
        return Ok(());
    }
    Err(format!(
        "PUBLIC_URL={} must begin with https://, since it is not this machine. See “Behind a \
         proxy” in docs/running.md",
        public_url.as_str().trim_end_matches('/')
    ))
}

/// Whether a file can be kept where FILES says. A folder that is not there yet is made, and taken
/// away again. Storage that machines share is not asked.
async fn can_keep_files(setting: &str) -> Result<(), String> {
    let Some(folder) = setting.strip_prefix("file:") else { return Ok(()) };
    let missing: Vec<&Path> = Path::new(folder)
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .collect();
    let tried = match Files::open(setting) {
        Ok(files) => files
            .try_out()
            .await
            .map_err(|error| format!("FILES: nothing can be kept in the folder {folder}: {error}")),
        Err(why) => Err(why),
    };
    for folder in missing {
        let _ = fs::remove_dir(folder);
    }
    tried
}

/// Sends a test email to `to`, or to the address emails are from, and says how it went.
///
/// # Errors
/// One clear line when it did not go.
pub async fn send_test_email(settings: &Settings, to: Option<&str>) -> Result<String, String> {
    let to = to.unwrap_or_else(|| settings.mailer.address());
    let words = Words {
        subject: "A test email from Alongside".to_owned(),
        paragraphs: vec!["If you can read this, emails from Alongside reach you.".into()],
        button: None,
        why: "Someone tested the email settings with alongside check-config --mail.".to_owned(),
        from: settings.forum.as_str().into(),
        also: None,
        stop: None,
    };
    let (text, html) = (words.text(false), words.html(false));
    let email = Email {
        id: id::fresh().into(),
        to: to.to_owned(),
        subject: words.subject,
        text,
        html,
        one_click: None,
    };
    match settings.mailer.send(&email).await {
        Ok(()) => Ok(format!(
            "A test email to {to} has been sent. Check that it arrives, and not in the junk folder."
        )),
        Err(why) => Err(format!("The test email to {to} could not be sent: {why}")),
    }
}

fn sqlite_file(settings: &Settings) -> Option<&Path> {
    ground::db::file::path(&settings.database_url)
}

/// How the program serves.
#[derive(Clone, Copy, Debug)]
pub struct Serving {
    /// Fills an empty database with the demonstration area.
    pub demo: bool,
    /// By how many days the clock of the demonstration is ahead.
    pub days_ahead: i64,
    /// Starts a new area where there was one but no longer is.
    pub create: bool,
    /// Does the background work too: emails, and whatever is due.
    pub work: bool,
}

/// Serves pages and works, until SIGTERM or SIGINT; then finishes what it has in hand.
///
/// # Errors
/// One clear line when it cannot start.
pub async fn serve(settings: Settings, how: Serving, dropped: ErrorCounter) -> Result<(), String> {
    let demo = how.demo;
    let db = open(&settings, how.create).await?;
    let mut house = settings.house(db.clone(), Files::open(&settings.files)?, demo);
    if demo {
        house.clock = days_ahead::moved_clock(&db, how.days_ahead).await?;
        let is_there = fill_with_the_demonstration(&settings, &house)
            .await
            .map_err(|error| format!("The demonstration area could not be made: {error}"))?;
        if !is_there {
            return Err("serve --demo fills an empty database only, and this one has another \
                area in it. Leave out --demo, or name another DATABASE_URL."
                .to_owned());
        }
        if how.days_ahead > 0 {
            days_ahead::live_through(&house, &settings.mailer, how.days_ahead).await?;
            let today = clock::day(house.clock.now());
            say::line(&format!("Its clock is moved: in this demonstration it is {today}."));
        }
        say::line(demonstration::SIGN_INS);
    }
    if house.names.program.is_none() {
        say::line("The browser's program was not built: all pages are served without it.");
    }
    let contact = area::contact::read(&house.db)
        .await
        .map_err(|error| format!("The database cannot be read: {error}"))?;
    house.contact.set(contact);
    let listener = TcpListener::bind(settings.listen)
        .map_err(|error| format!("LISTEN={} cannot be used: {error}", settings.listen))?;
    say::line(&format!("Alongside is at {}", settings.public_url.as_str().trim_end_matches('/')));

    let stop = stop_on_signal()?;
    if let Err(why) = figures::begin(&settings, house.clone(), dropped, stop.clone()) {
        // Another process on this machine may have them; pages matter more.
        tracing::warn!("{why}");
    }
    let (watched, room, stopping) = (house.clone(), Room::of(&settings), stop.clone());
    let watching =
        tokio::spawn(keep_going("the watch", house.health.clone(), stop.clone(), move || {
            watch::watch(watched.clone(), room.clone(), stopping.clone())
        }));
    let working = how.work.then(|| {
        let worker = Worker {
            house: house.clone(),
            mailer: settings.mailer,
            mailbox: settings.mailbox,
            pace: settings.pace,
            backup: settings.backup,
        };
        tokio::spawn(worker::work(worker, stop.clone()))
    });
    let service = edge::service(house, settings.trusted_proxies);
    tell_manager(NotifyState::Ready);
    let served = listen::serve(listener, service, stop.clone()).await;
    stop.cancel();
    tell_manager(NotifyState::Stopping);
    if let Some(working) = working {
        let _ = working.await;
    }
    let _ = watching.await;
    db.close().await;
    served.map_err(|error| format!("Serving failed: {error}"))
}

/// Only works, until SIGTERM or SIGINT.
///
/// # Errors
/// One clear line when it cannot start.
pub async fn work(settings: Settings) -> Result<(), String> {
    let db = open(&settings, false).await?;
    let house = settings.house(db.clone(), Files::open(&settings.files)?, false);
    tell_manager(NotifyState::Ready);
    let worker = Worker {
        house,
        mailer: settings.mailer,
        mailbox: settings.mailbox,
        pace: settings.pace,
        backup: settings.backup,
    };
    worker::work(worker, stop_on_signal()?).await;
    db.close().await;
    Ok(())
}

/// Tells systemd, where it started this process. Where it cannot be told, the process goes on.
pub(crate) fn tell_manager(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd could not be told how this process is doing");
    }
}

fn stop_on_signal() -> Result<CancellationToken, String> {
    let stop = CancellationToken::new();
    let listen =
        |kind| signal(kind).map_err(|error| format!("Signals cannot be listened to: {error}"));
    let (mut terminate, mut interrupt) =
        (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let stopping = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stopping.cancel();
    });
    Ok(stop)
}
