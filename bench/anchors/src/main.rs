//! What stands beside the program in `make bench`, and what asks, receives and delays. Each is a
//! process of its own, so that its CPU is nobody else's. Results are one line of JSON.

mod ask;
mod commits;
mod line;
mod receive;
mod serve;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Whatever goes wrong ends it: a figure that is not whole is none.
type Done = Result<(), Box<dyn Error + Send + Sync>>;

const USAGE: &str = "anchors serve ADDRESS FOLDER
anchors ask ADDRESS REQUESTS CONNECTIONS SECONDS [PER_SECOND]
anchors ask-once ADDRESS REQUESTS CONNECTIONS SECONDS
anchors commits DATABASE VOTES SECONDS
anchors receive ADDRESS
anchors line ADDRESS TO MILLISECONDS";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Done {
    match *words {
        ["serve", address, folder] => serve::run(address, Path::new(folder)),
        ["ask", address, requests, connections, seconds] => {
            asking(address, requests, connections, seconds)?.run()
        }
        ["ask", address, requests, connections, seconds, per_second] => {
            let rate = Some(per_second.parse()?);
            ask::Asking { rate, ..asking(address, requests, connections, seconds)? }.run()
        }
        ["ask-once", address, requests, connections, seconds] => {
            let asking = asking(address, requests, connections, seconds)?;
            ask::Asking { once: true, ..asking }.run()
        }
        ["commits", database, votes, seconds] => {
            commits::run(Path::new(database), Path::new(votes), seconds.parse()?)
        }
        ["receive", address] => receive::run(address),
        ["line", address, to, milliseconds] => line::run(address, to, milliseconds.parse()?),
        _ => Err(USAGE.into()),
    }
}

fn asking(
    address: &str,
    requests: &str,
    connections: &str,
    seconds: &str,
) -> Result<ask::Asking, Box<dyn Error + Send + Sync>> {
    Ok(ask::Asking {
        address: address.parse()?,
        requests: ask::read(Path::new(requests))?,
        connections: connections.parse()?,
        seconds: seconds.parse()?,
        rate: None,
        once: false,
    })
}
