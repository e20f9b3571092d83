//! `alongside`: the one program, with its commands.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app::accounts::{self, Role};
use app::area;
use app::audit::{self, Head};
use app::clock::Clock;
use app::db::Db;
use app::house::House;
use app::rounds::ballots;
use clap::{Parser, Subcommand, ValueEnum};
use server::serve;
use server::settings::Settings;
use tracing_subscriber::EnvFilter;

/// Parents and carers in from the start: topics, votes, plans and notices of one local area.
#[derive(Parser)]
#[command(name = "alongside", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages, and work.
    Serve {
        /// Fill an empty database with the demonstration area and print its sign-ins.
        #[arg(long)]
        demo: bool,
    },
    /// Only work: letters, and rounds whose time has come.
    Work,
    /// Bring the database up to this program.
    Migrate,
    /// Invite somebody by a letter.
    Invite {
        /// The address the letter goes to.
        email: String,
        /// What the person will be.
        #[arg(long)]
        role: Invited,
        /// The name of the organisation a leader leads for.
        #[arg(long)]
        organisation: Option<String>,
    },
    /// Check the settings, the database and the mail system.
    CheckConfig {
        /// Also say what DNS must hold, and send a test letter to this address, or to that in MAIL_FROM.
        #[arg(long, num_args = 0..=1, value_name = "TO")]
        mail: Option<Option<String>>,
    },
    /// Check that nothing was changed in, taken out of or added to the audit log.
    AuditCheck {
        /// A head that was kept elsewhere, which must be in the log: 64 hexadecimal digits.
        #[arg(long)]
        head: Option<String>,
    },
    /// Count the ballots of a file again, as a round's close counts them. Needs no settings and no database.
    Recount {
        /// A CSV with the header voter,topics, or a Pabulib file of approval votes.
        file: PathBuf,
        /// How many topics are to be chosen.
        #[arg(long)]
        seats: usize,
        /// How many topics there were; else the highest number in the file.
        #[arg(long)]
        topics: Option<usize>,
        /// How they are chosen.
        #[arg(long, default_value = "shares")]
        method: Method,
        /// Say why after each.
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

#[derive(Clone, Copy, ValueEnum)]
enum Invited {
    Organiser,
    Leader,
    Safeguarding,
    Admin,
}

impl From<Invited> for Role {
    fn from(invited: Invited) -> Self {
        match invited {
            Invited::Organiser => Self::Organiser,
            Invited::Leader => Self::Leader,
            Invited::Safeguarding => Self::Safeguarding,
            Invited::Admin => Self::Admin,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(cli.command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => {
            eprintln!("{line}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), String> {
    let settings = match command {
        Command::Recount { file, seats, topics, method, explain } => return recount(&file, seats, topics, method.into(), explain),
        _ => Settings::from_environment()?,
    };
    match command {
        Command::Serve { demo } => serve::serve(settings, demo).await,
        Command::Work => serve::work(settings).await,
        Command::Migrate => {
            serve::open(&settings).await?.close().await;
            println!("The database is up to date.");
            Ok(())
        }
        Command::Invite { email, role, organisation } => {
            let email = accounts::address(&email)?;
            let db = serve::open(&settings).await?;
            let house = House::new(db.clone(), Clock::system(), settings.names(false));
            let organisation = match organisation {
                Some(name) => Some(organisation_named(&db, &name).await?),
                None => None,
            };
            accounts::invite(&house, None, email, role.into(), organisation)
                .await
                .map_err(|error| format!("The invitation could not be kept: {error}"))?;
            db.close().await;
            println!("The invitation is kept. The worker sends the letter.");
            Ok(())
        }
        Command::CheckConfig { mail } => {
            println!("{}", serve::check(&settings).await?);
            if let Some(to) = mail {
                println!("\n{}\n", settings.mailer.dns_records());
                println!("{}", serve::send_test_letter(&settings, to.as_deref()).await?);
            }
            Ok(())
        }
        Command::AuditCheck { head } => audit_check(&settings, head.as_deref()).await,
        Command::Recount { .. } => Ok(()),
    }
}

/// Follows the audit log from its start, and says where it ends or where it breaks.
async fn audit_check(settings: &Settings, head: Option<&str>) -> Result<(), String> {
    let head = head.map(|head| head.trim().to_ascii_lowercase());
    if head.as_ref().is_some_and(|head| head.len() != 64 || !head.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err("A head is 64 hexadecimal digits, as in the monthly letter.".to_owned());
    }
    let db = serve::open_as_it_is(settings).await?;
    let checked = audit::check(&db, head.as_deref()).await.map_err(|error| format!("The audit log cannot be read: {error}"))?;
    db.close().await;
    match checked {
        audit::Checked::Whole(Head { number, hash }) => {
            println!("The audit log is whole: {number} entries. Its head is {hash}");
            Ok(())
        }
        audit::Checked::Broken(fault) => Err(format!("The audit log does not hold. {fault}")),
    }
}

async fn organisation_named(db: &Db, name: &str) -> Result<String, String> {
    let organisations = area::store::organisations(db).await.map_err(|error| format!("The database does not answer: {error}"))?;
    let known = organisations.iter().map(|known| known.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = organisations.iter().find(|known| known.name == name).map(|known| known.id.clone());
    found.ok_or_else(|| format!("There is no organisation {name} here. There are: {known}"))
}

/// Prints the shortlist of the ballots in a file, one number a line.
fn recount(file: &Path, seats: usize, topics: Option<usize>, method: ballots::Method, explain: bool) -> Result<(), String> {
    let name = file.display();
    let text = std::fs::read(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let election = ballots::read(&text, topics).map_err(|fault| format!("{name}, {fault}"))?;
    print!("{}", ballots::recount(&election, seats, method, explain));
    Ok(())
}
