//! `alongside`: the one program, with its commands.

// They panic when nobody reads any more; `say` does not.
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use calendar::clock::Clock;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use ground::audit::{self, Head};
use ground::db::Db;
use ground::files::Files;
use ground::viewer::Role;
use record::history::AsOf;
use record::pack::{self, NoPack, Verified};
use server::backup;
use server::copying::{self, How};
use server::days_ahead;
use server::say::{self, Log};
use server::serve::{self, Serving};
use server::setting_names;
use server::settings::Settings;
use voting::ballots;

/// Gives memory back after a burst. The system's own keeps what many sign-ins at once needed, in
/// pieces, for ever: `docs/adr/0021-faults-that-are-no-crash.md`.
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Parents and carers involved from the start: topics, votes, plans and changes in one local area.
#[derive(Parser)]
#[command(name = "alongside", version)]
struct Cli {
    /// Read the settings from this file instead of `.env` in the working folder.
    #[arg(long, global = true, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages, and do the work in the background.
    Serve {
        /// Fill an empty database with the demonstration area and print how to sign in.
        #[arg(long)]
        demo: bool,
        /// With --demo: show the demonstration as it will be after so many days, 1 to 400. Its
        /// clock is that much ahead, and what happens by itself until then has happened.
        #[arg(
            long,
            value_name = "DAYS",
            value_parser = days_ahead::read,
            allow_negative_numbers = true
        )]
        days_ahead: Option<i64>,
        /// Start a new area where there was a database but no longer is.
        #[arg(long)]
        create: bool,
        /// Only serve: another process does the work.
        #[arg(long)]
        no_work: bool,
    },
    /// Only do the background work: send emails, close rounds that are due.
    Work,
    /// Bring the database up to date with this program.
    Migrate {
        /// Start a new area where there was a database but no longer is.
        #[arg(long)]
        create: bool,
    },
    /// Invite someone by email.
    Invite {
        /// The address the email goes to.
        email: String,
        /// Their role.
        #[arg(long, value_parser = invited_to())]
        role: Role,
        /// For a leader: the name of their organisation.
        #[arg(long)]
        organisation: Option<String>,
    },
    /// Take away someone's second step of signing in, as when the only administrator has lost phone
    /// and recovery codes.
    ResetSecondStep {
        /// The address they sign in with.
        email: String,
    },
    /// Check the settings, the database and the mail system.
    CheckConfig {
        /// Also say which DNS records are needed, and send a test email to this address, or to the
        /// one in MAIL_FROM.
        #[arg(long, num_args = 0..=1, value_name = "TO")]
        mail: Option<Option<String>>,
    },
    /// Back up the database and the files, even while the service runs.
    Backup {
        /// The folder for backups; each backup gets a folder of its own in it.
        folder: PathBuf,
        /// Keep only this many of the latest backups, and delete older ones.
        #[arg(long)]
        keep: Option<usize>,
    },
    /// Restore a backup into a temporary place, and compare all of it. Needs no settings and no
    /// database.
    BackupCheck {
        /// The backup, or the folder of backups to use the latest one.
        folder: PathBuf,
    },
    /// Restore a backup into an empty database, of either kind. Emails are on hold until an
    /// administrator releases them.
    Restore {
        /// The backup, or the folder of backups to use the latest one.
        folder: PathBuf,
    },
    /// Release the emails that a restored service has on hold.
    ReleaseEmails,
    /// Copy the area into another, empty database, of either kind, and compare all of it. Stopped
    /// half-way, the same command continues.
    CopyTo {
        /// Its address, as in DATABASE_URL.
        url: String,
        /// Copy the files too, to this place, as in FILES. Otherwise they stay where FILES says.
        #[arg(long, value_name = "PLACE")]
        files: Option<String>,
        /// Empty half a copy, and start again.
        #[arg(long)]
        start_again: bool,
    },
    /// Check that nobody has changed, removed or added anything in the audit log.
    AuditCheck {
        /// A head kept elsewhere, which must be in the log: 64 hexadecimal digits.
        #[arg(long)]
        head: Option<String>,
    },
    /// Make the evidence pack for a day, or check one. The same day gives the same bytes.
    EvidencePack {
        /// The day, like 2026-12-01: everything that had happened by the end of it.
        #[arg(long, value_name = "DAY", requires = "out", conflicts_with = "verify")]
        as_of: Option<String>,
        /// The folder to make: new, or empty. The same pack is saved next to it as a zip.
        #[arg(long, value_name = "FOLDER", requires = "as_of", conflicts_with = "verify")]
        out: Option<PathBuf>,
        /// Check that no file of the pack in this folder has been changed. Needs no settings and
        /// no database.
        #[arg(long, value_name = "FOLDER", required_unless_present = "as_of")]
        verify: Option<PathBuf>,
    },
    /// Count the ballots in a file again, as when a round closes. Needs no settings and no
    /// database.
    Recount {
        /// A CSV with the header voter,topics, or a Pabulib file of approval or choose-1 votes.
        file: PathBuf,
        /// How many topics to choose.
        #[arg(long)]
        seats: usize,
        /// How many topics there were; if not given, the highest number in the file.
        #[arg(long)]
        topics: Option<usize>,
        /// How to choose them.
        #[arg(long, default_value = "shares")]
        method: Method,
        /// Say why each was chosen.
        #[arg(long)]
        explain: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Method {
    /// By equal shares, the fair count.
    Shares,
    /// Most supporters first.
    Count,
}

impl From<Method> for ballots::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Shares => Self::Shares,
            Method::Count => Self::Count,
        }
    }
}

/// Reads a role that somebody can be invited to.
fn invited_to() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::staff().map(Role::word))
        .try_map(|word| Role::read(&word).ok_or("there is no such role"))
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = Log::begin();
    match run(cli.command, cli.settings.as_deref(), &log).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => {
            say::why(&line);
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, file: Option<&Path>, log: &Log) -> Result<(), String> {
    let settings = match command {
        Command::Recount { file, seats, topics, method, explain } => {
            return recount(&file, seats, topics, method.into(), explain);
        }
        Command::EvidencePack { verify: Some(folder), .. } => return verify(&folder),
        Command::BackupCheck { folder } => {
            let holds = backup::check(&folder).await?;
            say::line(&format!("The backup is complete: {}.", holds.in_words()));
            return Ok(());
        }
        _ => Settings::from_environment(file)?,
    };
    match command {
        Command::Serve { demo, days_ahead, create, no_work } => {
            is_for_the_demonstration(days_ahead, demo, no_work)?;
            warn_of_names(file);
            let days_ahead = days_ahead.unwrap_or_default();
            let how = Serving { demo, days_ahead, create, work: !no_work };
            serve::serve(settings, how, log.dropped()).await
        }
        Command::Work => {
            warn_of_names(file);
            serve::work(settings).await
        }
        Command::Migrate { create } => {
            serve::open(&settings, create).await?.close().await;
            say::line("The database is up to date.");
            Ok(())
        }
        Command::Invite { email, role, organisation } => {
            let email = forms::address(&email)?;
            let db = serve::open(&settings, false).await?;
            let house = settings.house(db.clone(), Files::in_memory(), false);
            let organisation = match organisation {
                Some(name) => Some(organisation_named(&db, &name).await?),
                None => None,
            };
            accounts::invite(&house, None, email, role, organisation.map(Into::into))
                .await
                .map_err(|error| format!("The invitation could not be saved: {error}"))?;
            db.close().await;
            say::line("The invitation is saved. The worker will send the email.");
            Ok(())
        }
        Command::ResetSecondStep { email } => {
            let email = forms::address(&email)?;
            let db = serve::open_as_it_is(&settings).await?;
            let house = settings.house(db.clone(), Files::in_memory(), false);
            let is_reset = accounts::reset_second_step(&house, &email)
                .await
                .map_err(|error| format!("The second step could not be reset: {error}"))?;
            db.close().await;
            say::line(if is_reset {
                "Done. They can sign in without a code, and are signed out everywhere."
            } else {
                "There is no account with this address that has a second step."
            });
            Ok(())
        }
        Command::CheckConfig { mail } => {
            setting_names::check(file)?;
            say::line(&serve::check(&settings).await?);
            if let Some(to) = mail {
                say::line(&format!("\n{}\n", settings.mailer.dns_records()));
                say::line(&serve::send_test_email(&settings, to.as_deref()).await?);
            }
            Ok(())
        }
        Command::Backup { folder, keep } => {
            let db = serve::open_as_it_is(&settings).await?;
            let files = Files::open(&settings.files)?;
            let now = Clock::system().now();
            let (made, holds) = backup::make(&db, &files, &folder, now, keep).await?;
            say::line(&format!("The backup is in {}: {}.", made.display(), holds.in_words()));
            Ok(())
        }
        Command::Restore { folder } => {
            let db = serve::open(&settings, true).await?;
            let files = Files::open(&settings.files)?;
            let holds = backup::restore(&folder, &db, &files, Clock::system().now()).await?;
            db.close().await;
            say::line(&format!(
                "The backup is restored: {}. Emails are on hold, and nobody can sign in by a link \
                 from an email. Once the original service is switched off for good, release them \
                 all, sign-in links included, with: alongside release-emails",
                holds.in_words()
            ));
            Ok(())
        }
        Command::ReleaseEmails => {
            let db = serve::open_as_it_is(&settings).await?;
            let held = let_emails_go(&db)
                .await
                .map_err(|error| format!("The database is not answering: {error}"))?;
            say::line(if held { "Emails released." } else { "No emails were on hold." });
            Ok(())
        }
        Command::CopyTo { url, files, start_again } => {
            copy_to(&settings, &url, files.as_deref(), start_again).await
        }
        Command::AuditCheck { head } => audit_check(&settings, head.as_deref()).await,
        Command::EvidencePack { as_of, out, .. } => {
            let (Some(as_of), Some(out)) = (as_of, out) else {
                return Err("Give --as-of DAY and --out FOLDER".to_owned());
            };
            evidence_pack(&settings, &as_of, &out).await
        }
        Command::Recount { .. } | Command::BackupCheck { .. } => Ok(()),
    }
}

/// Whether the clock may be moved: in the demonstration, by the one process that there is.
fn is_for_the_demonstration(
    days_ahead: Option<i64>,
    demo: bool,
    no_work: bool,
) -> Result<(), String> {
    let why = match days_ahead {
        Some(_) if !demo => {
            "--days-ahead only moves the clock of the demonstration. Add --demo, or leave it out: \
             a real area lives from day to day."
        }
        Some(_) if no_work => {
            "--days-ahead does not go with --no-work: the process that does the work would have \
             another day. Leave out one of them."
        }
        _ => return Ok(()),
    };
    Err(why.to_owned())
}

/// Says in the log which settings are not known. They stop nothing: a service that ran yesterday
/// starts today too.
fn warn_of_names(file: Option<&Path>) {
    if let Err(why) = setting_names::check(file) {
        tracing::warn!("{why}");
    }
}

/// Lets the emails go that are held. False when none were.
async fn let_emails_go(db: &Db) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let held = deliveries::store::let_go(&mut tx).await?;
    tx.commit().await?;
    Ok(held)
}

/// Copies the area into another database, and its files where `files` says.
async fn copy_to(
    settings: &Settings,
    url: &str,
    files: Option<&str>,
    start_again: bool,
) -> Result<(), String> {
    let from = serve::open_as_it_is(settings).await?;
    let places = match files {
        Some(to) => {
            let there = Files::open(to).map_err(|error| error.replace("FILES", "--files"))?;
            Some((Files::open(&settings.files)?, there))
        }
        None => None,
    };
    let to = Db::open(url)
        .await
        .map_err(|error| format!("The other database cannot be opened: {error}"))?;
    let how =
        How { start_again, files: places.as_ref().map(|(from, to)| (from, to)), say: &say::line };
    let copied = copying::copy(&from, &to, &how).await?;
    to.close().await;
    say::line(&copied.in_words());
    Ok(())
}

/// Makes the evidence pack for a day in a folder, and the same as a zip next to it.
async fn evidence_pack(settings: &Settings, as_of: &str, out: &Path) -> Result<(), String> {
    let moment = AsOf::read(as_of, Clock::system().now())
        .map_err(|what_to_do| format!("--as-of {as_of}: {what_to_do}"))?;
    let zip = out.with_file_name(format!(
        "{}.zip",
        out.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
    ));
    let shown = out.display();
    if std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(format!(
            "{shown} is not empty. Name a new folder, so that no other file is taken for part of \
             the pack"
        ));
    }
    if zip.exists() {
        return Err(format!(
            "{} already exists. Name another folder, or move it away",
            zip.display()
        ));
    }
    let db = serve::open_as_it_is(settings).await?;
    let made = pack::make(&settings.house(db.clone(), Files::in_memory(), false), &moment).await;
    db.close().await;
    let pack = made.map_err(|why| match why {
        NoPack::Nothing(what_to_do) => format!("--as-of {as_of}: {what_to_do}"),
        NoPack::Database(error) => format!("The database is not answering: {error}"),
    })?;
    let cannot = |error: std::io::Error| format!("{shown} cannot be written: {error}");
    std::fs::create_dir_all(out).map_err(cannot)?;
    for (name, bytes) in &pack.files {
        std::fs::write(out.join(name), bytes).map_err(cannot)?;
    }
    let bytes = pack.zip().map_err(|error| format!("The zip cannot be made: {error}"))?;
    std::fs::write(&zip, bytes)
        .map_err(|error| format!("{} cannot be written: {error}", zip.display()))?;
    say::line(&format!(
        "The evidence pack for {} is in {shown}, and in {}. Its hash is {}",
        moment.day,
        zip.display(),
        pack.hash()
    ));
    Ok(())
}

/// Checks a pack in a folder.
fn verify(folder: &Path) -> Result<(), String> {
    let Verified { files, hash } = pack::verify(folder).map_err(|faults| faults.join("\n"))?;
    say::line(&format!("The pack is as it was made: {files} files. Its hash is {hash}"));
    Ok(())
}

/// Follows the audit log from its start, and says where it ends or where it breaks.
async fn audit_check(settings: &Settings, head: Option<&str>) -> Result<(), String> {
    let head = head.map(|head| head.trim().to_ascii_lowercase());
    if head
        .as_ref()
        .is_some_and(|head| head.len() != 64 || !head.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        return Err("A head is 64 hexadecimal digits, as in the monthly email.".to_owned());
    }
    let db = serve::open_as_it_is(settings).await?;
    let checked = audit::check(&db, head.as_deref())
        .await
        .map_err(|error| format!("The audit log cannot be read: {error}"))?;
    db.close().await;
    match checked {
        audit::Checked::Whole(Head { number, hash }) => {
            say::line(&format!("The audit log is intact: {number} entries. Its head is {hash}"));
            Ok(())
        }
        audit::Checked::Without(why) => Err(why),
        audit::Checked::Broken(fault) => Err(format!("The audit log is broken. {fault}")),
    }
}

async fn organisation_named(db: &Db, name: &str) -> Result<String, String> {
    let organisations = area::store::organisations(db)
        .await
        .map_err(|error| format!("The database is not answering: {error}"))?;
    let known =
        organisations.iter().map(|known| known.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = organisations.iter().find(|known| known.name == name).map(|known| known.id.clone());
    found.ok_or_else(|| format!("There is no organisation called {name} here. There are: {known}"))
}

/// Prints the shortlist of the ballots in a file, one number a line.
fn recount(
    file: &Path,
    seats: usize,
    topics: Option<usize>,
    method: ballots::Method,
    explain: bool,
) -> Result<(), String> {
    let name = file.display();
    let text = std::fs::read(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let election = ballots::read(&text, topics).map_err(|fault| format!("{name}, {fault}"))?;
    say::words(&ballots::recount(&election, seats, method, explain));
    Ok(())
}
