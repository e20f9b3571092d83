//! `alongside`: the one program, with its commands.

use std::process::ExitCode;

use app::accounts::{self, Role};
use app::clock::Clock;
use app::house::House;
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
    },
    /// Check the settings, the database and the mail system.
    CheckConfig,
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
    let settings = Settings::from_environment()?;
    match command {
        Command::Serve { demo } => serve::serve(settings, demo).await,
        Command::Work => serve::work(settings).await,
        Command::Migrate => {
            serve::open(&settings).await?.close().await;
            println!("The database is up to date.");
            Ok(())
        }
        Command::Invite { email, role } => {
            let email = accounts::address(&email)?;
            let db = serve::open(&settings).await?;
            let house = House::new(db.clone(), Clock::system(), settings.names(false));
            accounts::invite(&house, None, email, role.into())
                .await
                .map_err(|error| format!("The invitation could not be kept: {error}"))?;
            db.close().await;
            println!("The invitation is kept. The worker sends the letter.");
            Ok(())
        }
        Command::CheckConfig => {
            println!("{}", serve::check(&settings).await?);
            Ok(())
        }
    }
}
