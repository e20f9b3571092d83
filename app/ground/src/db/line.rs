//! The line to a PostgreSQL. Over a network it is encrypted and the server's certificate is
//! checked, unless somebody has said otherwise: by itself `sqlx` would try, and go on in clear.

use std::env;
use std::net::IpAddr;
use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

/// What protects the line to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It never leaves this machine.
    Here,
    /// It is encrypted, and the server shows a certificate for its name: the rule over a network.
    Checked,
    /// It is encrypted, and whose server it is isn't made sure of, since somebody said so.
    Encrypted,
    /// It may be in clear, since somebody said so.
    Open,
}

impl Line {
    /// A sentence about a line that leaves this machine.
    #[must_use]
    pub fn in_words(self) -> Option<&'static str> {
        match self {
            Self::Here => None,
            Self::Checked => Some(
                "The line to the database is encrypted, and its certificate is checked \
                 (sslmode=verify-full).",
            ),
            Self::Encrypted => Some(
                "The line to the database is encrypted, but its certificate is not fully checked, \
                 as DATABASE_URL or PGSSLMODE says. sslmode=verify-full is safer.",
            ),
            Self::Open => Some(
                "The line to the database may not be encrypted, as DATABASE_URL or PGSSLMODE says. \
                 sslmode=verify-full is safer.",
            ),
        }
    }
}

/// The address to connect to, and what then protects the line.
///
/// # Errors
/// When the address cannot be read.
pub(super) fn to(url: &str) -> sqlx::Result<(String, Line)> {
    let by_setting = env::var("PGSSLMODE").ok().and_then(|mode| mode.parse().ok());
    with(url, by_setting)
}

/// The same, with what the setting says that all programs for PostgreSQL read.
fn with(url: &str, by_setting: Option<PgSslMode>) -> sqlx::Result<(String, Line)> {
    let mut address = Url::parse(url).map_err(|error| sqlx::Error::Configuration(error.into()))?;
    let options = PgConnectOptions::from_str(url)?;
    if is_here(&options) {
        return Ok((url.to_owned(), Line::Here));
    }
    let is_in_address =
        address.query_pairs().any(|(name, _)| name == "sslmode" || name == "ssl-mode");
    let (address, mode) = match by_setting {
        _ if is_in_address => (url.to_owned(), options.get_ssl_mode()),
        Some(mode) => (url.to_owned(), mode),
        None => {
            address.query_pairs_mut().append_pair("sslmode", "verify-full");
            (address.into(), PgSslMode::VerifyFull)
        }
    };
    let line = match mode {
        PgSslMode::VerifyFull => Line::Checked,
        PgSslMode::VerifyCa | PgSslMode::Require => Line::Encrypted,
        PgSslMode::Prefer | PgSslMode::Allow | PgSslMode::Disable => Line::Open,
    };
    Ok((address, line))
}

/// Whether the server is on this machine: behind a socket that is a file, or at a loopback address.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::db::Db;

    fn line(url: &str, by_setting: Option<PgSslMode>) -> Line {
        let (address, line) = with(url, by_setting).expect("an address");
        if line == Line::Checked && by_setting.is_none() {
            let options = PgConnectOptions::from_str(&address).expect("options");
            assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull), "{address}");
            let before = PgConnectOptions::from_str(url).expect("options");
            assert_eq!(options.get_database(), before.get_database(), "{address}");
            assert_eq!(options.get_host(), before.get_host(), "{address}");
        } else {
            assert_eq!(address, url);
        }
        line
    }

    #[test]
    fn over_a_network_the_certificate_is_checked_unless_somebody_says_less() {
        for url in [
            "postgres://me:secret@db.example.org/alongside",
            "postgresql://me@10.0.0.7:5433/alongside?application_name=a%20b",
            "postgres://[2001:db8::1]/alongside",
            "postgres://localhost.example.org/alongside",
            "postgres:///alongside?host=db.example.org",
            "postgres://localhost/alongside?hostaddr=10.0.0.7",
            // What follows a # is no setting.
            "postgres://db.example.org/alongside#?sslmode=disable",
        ] {
            assert_eq!(line(url, None), Line::Checked, "{url}");
            assert_eq!(line(url, Some(PgSslMode::Prefer)), Line::Open, "{url}");
            assert_eq!(line(url, Some(PgSslMode::Require)), Line::Encrypted, "{url}");
        }
        for (mode, said) in [
            ("disable", Line::Open),
            ("prefer", Line::Open),
            ("require", Line::Encrypted),
            ("verify-ca", Line::Encrypted),
        ] {
            for name in ["sslmode", "ssl-mode"] {
                let url = format!("postgres://db.example.org/alongside?{name}={mode}");
                assert_eq!(line(&url, None), said, "{url}");
                assert_eq!(line(&url, Some(PgSslMode::VerifyFull)), said, "{url}");
            }
        }
        assert!(with("postgres://db.example.org/alongside?sslmode=maybe", None).is_err());
    }

    #[test]
    fn what_stays_on_this_machine_is_left_as_it_is() {
        for url in [
            "postgres://me:secret@localhost:5432/alongside",
            "postgres://me@LOCALHOST/alongside",
            "postgres://127.0.0.1/alongside",
            "postgres://[::1]/alongside",
            "postgres://%2Frun%2Fpostgresql/alongside",
            "postgres:///alongside?host=/run/postgresql",
        ] {
            assert_eq!(line(url, None), Line::Here, "{url}");
            assert_eq!(Line::Here.in_words(), None);
        }
    }

    #[tokio::test]
    async fn a_server_elsewhere_that_does_not_encrypt_is_told_nothing() {
        let server = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = server.local_addr().expect("an address").port();
        let heard = thread::spawn(move || {
            let (mut caller, _) = server.accept().expect("a caller");
            let mut asked = [0; 8];
            caller.read_exact(&mut asked).expect("a question");
            caller.write_all(b"N").expect("an answer");
            let mut rest = Vec::new();
            let _ = caller.read_to_end(&mut rest);
            rest
        });
        // Any address of this machine, which is none that can only be this machine's.
        let url = format!("postgres://me:secret@0.0.0.0:{port}/alongside");
        let refused = Db::open(&url).await.expect_err("nothing to speak with");
        assert!(matches!(refused, sqlx::Error::Tls(_)), "{refused}");
        assert!(heard.join().expect("the server").is_empty(), "no name and no password");
    }
}
