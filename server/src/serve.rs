//! The process from start to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use calendar::clock::Clock;
use deliveries::{Letter, Words};
use ground::db::Db;
use ground::files::Files;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::settings::Settings;
use crate::{demonstration, edge, worker};

/// Opens the database and brings its tables up to this program.
///
/// # Errors
/// One clear line.
pub async fn open(settings: &Settings) -> Result<Db, String> {
    if let Some(folder) =
        sqlite_file(settings).and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("The folder {} cannot be made: {error}", folder.display()))?;
    }
    let db = Db::open(&settings.database_url)
        .await
        .map_err(|error| format!("The database does not open: {error}"))?;
    db.migrate()
        .await
        .map_err(|error| format!("The database cannot be brought up to date: {error}"))?;
    Ok(db)
}

/// Opens the database and changes nothing in it.
///
/// # Errors
/// One clear line, also when there is none or its tables are not this program's.
pub async fn open_as_it_is(settings: &Settings) -> Result<Db, String> {
    if let Some(file) = sqlite_file(settings).filter(|file| !file.exists()) {
        return Err(format!("There is no database at {}.", file.display()));
    }
    let db = Db::open(&settings.database_url)
        .await
        .map_err(|error| format!("The database does not open: {error}"))?;
    match db.pending().await.map_err(|error| format!("The database cannot be used: {error}"))? {
        0 => Ok(db),
        _ => Err(
            "The tables are older than this program: `alongside migrate` brings them up to date."
                .to_owned(),
        ),
    }
}

/// Looks whether the settings hold, and changes nothing. Gives what there is to say.
///
/// # Errors
/// One clear line.
pub async fn check(settings: &Settings) -> Result<String, String> {
    settings.mailer.check().await?;
    if sqlite_file(settings).is_some_and(|file| !file.exists()) {
        return Ok("The settings are good, and letters can be handed over. There is no database \
            yet: the first start makes it."
            .to_owned());
    }
    let db = Db::open(&settings.database_url)
        .await
        .map_err(|error| format!("The database does not open: {error}"))?;
    let pending =
        db.pending().await.map_err(|error| format!("The database cannot be used: {error}"))?;
    let wrong = worker::clock_is_wrong(&db, &Clock::system())
        .await
        .map_err(|error| format!("The database cannot be used: {error}"))?;
    db.close().await;
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    Ok(match pending {
        0 => "The settings are good, the database answers and is up to date, and letters can be \
            handed over."
            .to_owned(),
        _ => "The settings are good, the database answers, and letters can be handed over. The \
            tables are older than this program: \
              the next start, or `alongside migrate`, brings them up to date."
            .to_owned(),
    })
}

/// Sends a test letter to `to`, or to the address letters are from, and gives what came of it.
///
/// # Errors
/// One clear line when it did not go.
pub async fn send_test_letter(settings: &Settings, to: Option<&str>) -> Result<String, String> {
    let to = to.unwrap_or_else(|| settings.mailer.address());
    let words = Words {
        subject: "A test letter from Alongside".to_owned(),
        paragraphs: vec!["If you read this, letters from Alongside arrive here.".to_owned()],
        button: None,
        why: "Somebody tried the mail settings with alongside check-config --mail.".to_owned(),
        from: settings.forum.clone(),
        also: None,
        stop: None,
    };
    let (text, html) = (words.text(), words.html());
    let letter = Letter {
        id: id::fresh(),
        to: to.to_owned(),
        subject: words.subject,
        text,
        html,
        one_click: None,
    };
    match settings.mailer.send(&letter).await {
        Ok(()) => Ok(format!(
            "A test letter to {to} was handed over. See whether it arrives, and not among the junk."
        )),
        Err(why) => Err(format!("The test letter to {to} did not go: {why}")),
    }
}

fn sqlite_file(settings: &Settings) -> Option<&Path> {
    settings.database_url.strip_prefix("sqlite://")?.split('?').next().map(Path::new)
}

/// Serves pages and works, until SIGTERM or SIGINT; then finishes what it holds.
///
/// # Errors
/// One clear line when it cannot start.
pub async fn serve(settings: Settings, demo: bool) -> Result<(), String> {
    let db = open(&settings).await?;
    let house = settings.house(db.clone(), demo).with_files(Files::open(&settings.files)?);
    if demo {
        let is_there = demonstration::fill(&house)
            .await
            .map_err(|error| format!("The demonstration area could not be made: {error}"))?;
        if !is_there {
            return Err("serve --demo fills an empty database only, and this one holds another \
                area. Leave --demo out, or name another DATABASE_URL."
                .to_owned());
        }
        println!("{}", demonstration::SIGN_INS);
    }
    if house.names.program.is_none() {
        println!("The browser's program was not built: all pages are served without islands.");
    }
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(|error| format!("LISTEN={} cannot be listened on: {error}", settings.listen))?;
    println!("Alongside is at {}", settings.public_url.as_str().trim_end_matches('/'));

    let stop = stop_on_signal()?;
    let working = tokio::spawn(worker::work(
        house.clone(),
        Arc::new(settings.mailer),
        settings.mailbox,
        settings.pace,
        stop.clone(),
    ));
    let service = edge::service(house, settings.trusted_proxies)
        .into_make_service_with_connect_info::<SocketAddr>();
    let asked_to_stop = stop.clone();
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(async move { asked_to_stop.cancelled().await })
        .await;
    stop.cancel();
    let _ = working.await;
    db.close().await;
    served.map_err(|error| format!("Serving failed: {error}"))
}

/// Only works, until SIGTERM or SIGINT.
///
/// # Errors
/// One clear line when it cannot start.
pub async fn work(settings: Settings) -> Result<(), String> {
    let db = open(&settings).await?;
    let house = settings.house(db.clone(), false);
    worker::work(
        house,
        Arc::new(settings.mailer),
        settings.mailbox,
        settings.pace,
        stop_on_signal()?,
    )
    .await;
    db.close().await;
    Ok(())
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
