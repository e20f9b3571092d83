//! What the environment says, checked at the start: an unknown or bad value stops the program with
//! one clear line.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use calendar::clock::Clock;
use disclosure::tables::Rule;
use ground::council::{self, Council, MustHave};
use ground::db::{Db, Kind};
use ground::files::Files;
use ground::house::{AreaSettings, House, Names};
use ground::return_address::ReturnAddress;
use ground::settings::number;
use ipnet::IpNet;
use url::Url;

use crate::all_settings::default_of;
use crate::mailbox::Mailbox;
use crate::mailer::Mailer;
use crate::worker::Pace;

/// The settings, all of them good.
#[derive(Debug)]
pub struct Settings {
    /// `sqlite://…` or `postgres://…`.
    pub database_url: String,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where people reach the service, without a slash at the end.
    pub public_url: Url,
    /// Where files are kept: `file:FOLDER` or `s3://BUCKET/PREFIX`.
    pub files: String,
    /// Hands emails over.
    pub mailer: Mailer,
    /// How fast emails are handed over.
    pub pace: Pace,
    /// The mailbox that undelivered emails come back to; `None`: nobody reads it.
    pub mailbox: Option<Mailbox>,
    /// What rooms decide by.
    pub rooms: AreaSettings,
    /// The local area, as in "Sefton".
    pub area: String,
    pub forum: String,
    /// Networks whose `X-Forwarded-For` we believe.
    pub trusted_proxies: Vec<IpNet>,
    /// How much must be free on the disks, in bytes, for the service to report itself ready.
    pub least_free: u64,
    /// Where figures for Prometheus are served; `None`: nowhere.
    pub metrics: Option<SocketAddr>,
    /// Where a backup is made each day; `None`: nowhere.
    pub backup: Option<PathBuf>,
}

impl Settings {
    /// Reads the environment, after `file`; without one after a `.env` in the working folder, if
    /// there is one.
    ///
    /// # Errors
    /// One clear line that names the setting and what it may be.
    pub fn from_environment(file: Option<&Path>) -> Result<Self, String> {
        match file.map_or_else(dotenvy::dotenv, |file| {
            dotenvy::from_path(file).map(|()| file.to_path_buf())
        }) {
            Err(error) if file.is_some() || !error.not_found() => {
                let name = file.unwrap_or(Path::new(".env")).display();
                return Err(format!("{name} cannot be read: {error}"));
            }
            _ => {}
        }
        Self::read(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    /// Reads the settings from wherever `get` finds them.
    ///
    /// # Errors
    /// As [`Self::from_environment`].
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let or = |name: &str| get(name).unwrap_or_else(|| default_of(name).to_owned());
        let whole = |name: &str, range: RangeInclusive<u32>| number(name, &or(name), range);
        let database_url = or("DATABASE_URL");
        Kind::of_url(&database_url)
            .ok_or("DATABASE_URL must begin with sqlite:// or postgres://")?;
        let listen: SocketAddr = or("LISTEN")
            .parse()
            .map_err(|_| "LISTEN must be an address and a port, like 127.0.0.1:3000")?;
        let public_url =
            public_url(&get("PUBLIC_URL").unwrap_or_else(|| format!("http://{listen}")))?;
        let area = or("AREA_NAME");
        let forum = get("FORUM_NAME").unwrap_or_else(|| format!("{area} Parent Carer Forum"));
        let host = public_url.host_str().unwrap_or("localhost").to_owned();
        let from = get("MAIL_FROM").unwrap_or_else(|| sender(&forum, &host));
        let return_address =
            return_address(get("BOUNCE_ADDRESS").as_deref(), get("BOUNCE_KEY").as_deref())?;
        let mailbox = get("BOUNCES").map(|mailbox| Mailbox::from_setting(&mailbox)).transpose()?;
        if mailbox.is_some() && return_address.is_none() {
            return Err("BOUNCES needs BOUNCE_ADDRESS and BOUNCE_KEY too".to_owned());
        }
        let mut mailer = Mailer::from_setting(&or("MAIL"), &from, &host)?;
        if let Some(return_address) = &return_address {
            mailer = mailer.with_return_address(return_address.clone());
        }
        if let Some(file) = get("DKIM_KEY") {
            let pem = fs::read_to_string(&file)
                .map_err(|error| format!("DKIM_KEY={file} cannot be read: {error}"))?;
            mailer = mailer.with_dkim(&pem, &or("DKIM_SELECTOR"))?;
        }
        let connections = whole("MAIL_CONNECTIONS", 1..=50)?;
        let rate = get("MAIL_RATE").map(|rate| number("MAIL_RATE", &rate, 1..=1000)).transpose()?;
        let rounds = is_on("ROUND_TO_FIVE", &or("ROUND_TO_FIVE"))?;
        let rule =
            or("SMALLEST_SHOWN").parse().ok().and_then(|smallest| Rule::new(smallest, rounds));
        let rule = rule.ok_or(
            "SMALLEST_SHOWN must be a whole number, 10 or more: smaller groups \
            of people are never shown",
        )?;
        let files = or("FILES");
        if !files.starts_with("file:") && !files.starts_with("s3://") {
            return Err("FILES must be file:FOLDER or s3://BUCKET/PREFIX".into());
        }
        let proxies = or("TRUSTED_PROXY");
        let trusted_proxies = proxies
            .split(',')
            .map(str::trim)
            .filter(|proxy| !proxy.is_empty())
            .map(network)
            .collect::<Result<_, _>>()?;
        let pace = Pace { connections, rate };
        let metrics = match or("METRICS").as_str() {
            "off" => None,
            address => {
                Some(address.parse().map_err(|_| "METRICS must be an address and a port, or off")?)
            }
        };
        let backup = get("BACKUP").map(|backup| daily(&backup)).transpose()?;
        let least_free = u64::from(whole("LEAST_FREE_MB", 0..=1_000_000)?) * 1_000_000;
        let rooms = AreaSettings {
            return_address: return_address.map(Arc::new),
            rule,
            council: council_in(&get)?.map(Arc::new),
            ..AreaSettings::read(or)?
        };
        Ok(Self {
            database_url,
            listen,
            public_url,
            mailer,
            pace,
            mailbox,
            files,
            rooms,
            area,
            forum,
            trusted_proxies,
            least_free,
            metrics,
            backup,
        })
    }

    /// The state of the service around an open database, with files kept there.
    #[must_use]
    pub fn house(&self, db: Db, files: Files, demonstration: bool) -> House {
        House::new(db, files, Clock::system(), self.names(demonstration))
            .with_settings(self.rooms.clone())
            .with_even_answers()
    }

    /// The names the rooms use.
    #[must_use]
    pub fn names(&self, demonstration: bool) -> Names {
        Names {
            area: self.area.clone(),
            forum: self.forum.clone(),
            public_url: self.public_url.as_str().trim_end_matches('/').to_owned(),
            program: crate::browser::folder(),
            demonstration,
        }
    }
}

/// Who emails are from, where nothing else is set.
fn sender(forum: &str, host: &str) -> String {
    let is_name = host.contains('.') && !host.starts_with(|c: char| c.is_ascii_digit());
    format!("{forum} <alongside@{}>", if is_name { host } else { "example.org" })
}

/// The council with which its officers may sign in, if it is set.
fn council_in(get: &impl Fn(&str) -> Option<String>) -> Result<Option<Council>, String> {
    const NEEDED: [&str; 4] = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME"];
    const OTHERS: [&str; 4] = ["OIDC_ORGANISATION", "OIDC_CLAIM", "OIDC_VALUE", "OIDC_HOURS"];
    let Some(first) = NEEDED.iter().chain(&OTHERS).copied().find(|&name| get(name).is_some())
    else {
        return Ok(None);
    };
    let needed = |name: &str| get(name).ok_or_else(|| format!("{first} needs {name} too"));
    let [issuer, client_id, secret, name] = NEEDED;
    let name = needed(name)?;
    let must_have = match (get("OIDC_CLAIM"), get("OIDC_VALUE")) {
        (None, None) => None,
        (Some(claim), Some(value)) => Some(MustHave { claim, value }),
        (Some(_), None) => return Err("OIDC_CLAIM needs OIDC_VALUE too".to_owned()),
        (None, Some(_)) => return Err("OIDC_VALUE needs OIDC_CLAIM too".to_owned()),
    };
    let hours = get("OIDC_HOURS").unwrap_or_else(|| default_of("OIDC_HOURS").to_owned());
    let hours = number("OIDC_HOURS", &hours, 1..=24)?;
    let organisation = get("OIDC_ORGANISATION").unwrap_or_else(|| name.clone());
    let secret = secret_in(needed(secret)?)?;
    let (issuer, client_id, patience) = (needed(issuer)?, needed(client_id)?, council::PATIENCE);
    Council::new(council::Settings {
        issuer,
        client_id,
        secret,
        name,
        organisation,
        must_have,
        hours,
        patience,
    })
    .map(Some)
}

/// The client secret itself, or what is in the file that the setting names.
fn secret_in(setting: String) -> Result<String, String> {
    let Some(file) = setting.strip_prefix("file:") else { return Ok(setting) };
    let secret = fs::read_to_string(file)
        .map_err(|error| format!("OIDC_CLIENT_SECRET=file:{file} cannot be read: {error}"))?;
    match secret.trim() {
        "" => Err(format!("OIDC_CLIENT_SECRET=file:{file} is empty")),
        secret => Ok(secret.to_owned()),
    }
}

fn daily(text: &str) -> Result<PathBuf, String> {
    match text.trim().strip_suffix(" daily").map(str::trim) {
        Some(folder) if !folder.is_empty() => Ok(folder.into()),
        _ => Err("BACKUP must be a folder and how often, like /var/backups/alongside daily".into()),
    }
}

fn is_on(name: &str, text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("{name} must be yes or no")),
    }
}

fn public_url(text: &str) -> Result<Url, String> {
    let wrong =
        || "PUBLIC_URL must be like https://alongside.example.org, without a path".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.username().is_empty();
    if is_plain { Ok(url) } else { Err(wrong()) }
}

fn return_address(
    address: Option<&str>,
    key: Option<&str>,
) -> Result<Option<ReturnAddress>, String> {
    match (address, key) {
        (None, None) => Ok(None),
        (Some(address), Some(key)) => ReturnAddress::new(address, key).map(Some),
        (Some(_), None) => {
            Err("BOUNCE_ADDRESS needs BOUNCE_KEY too, 32 random characters or more. \
            Make one with: openssl rand -hex 32"
                .to_owned())
        }
        (None, Some(_)) => Err("BOUNCE_KEY needs BOUNCE_ADDRESS too, like \
            bounces@example.org"
            .to_owned()),
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let one = text.parse::<std::net::IpAddr>().map(IpNet::from);
    one.or_else(|_| text.parse()).map_err(|_| {
        "TRUSTED_PROXY must be addresses or networks, like 10.0.0.0/8, separated by commas"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(|name| {
            pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_any_setting_it_serves_this_machine_from_one_file() {
        let settings = with(&[]).expect("settings");
        assert_eq!(settings.database_url, "sqlite://data/alongside.db");
        assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(settings.names(false).public_url, "http://127.0.0.1:3000");
    }

    #[test]
    fn emails_go_four_at_once_and_at_no_set_rate_unless_told() {
        assert_eq!(with(&[]).expect("settings").pace, Pace { connections: 4, rate: None });
        let told = with(&[("MAIL_CONNECTIONS", "50"), ("MAIL_RATE", "14")]).expect("settings");
        assert_eq!(told.pace, Pace { connections: 50, rate: Some(14) });
    }

    #[test]
    fn a_key_for_returned_emails_that_is_short_is_named() {
        let error = with(&[("BOUNCE_ADDRESS", "bounces@example.org"), ("BOUNCE_KEY", "short")])
            .expect_err("a short key");
        assert!(error.contains("BOUNCE_KEY") && !error.contains("short"), "{error}");
    }

    #[test]
    fn small_numbers_are_ten_or_more_and_never_fewer() {
        assert_eq!(with(&[]).expect("settings").rooms.rule, Rule::default());
        let stricter =
            with(&[("SMALLEST_SHOWN", "20"), ("ROUND_TO_FIVE", "yes")]).expect("settings");
        assert_eq!(Some(stricter.rooms.rule), Rule::new(20, true));
        for (name, value) in
            [("SMALLEST_SHOWN", "9"), ("SMALLEST_SHOWN", "few"), ("ROUND_TO_FIVE", "5")]
        {
            assert!(
                with(&[(name, value)]).expect_err("a bad value").contains(name),
                "{name}={value}"
            );
        }
    }

    #[test]
    fn each_bad_value_is_named_in_one_line() {
        for (name, value) in [
            ("DATABASE_URL", "mysql://x"),
            ("LISTEN", "3000"),
            ("PUBLIC_URL", "alongside.example.org"),
            ("PUBLIC_URL", "https://example.org/path"),
            ("MAIL", "pigeon:roof"),
            ("MAIL_FROM", "nobody"),
            ("FILES", "ftp://x"),
            ("TRUSTED_PROXY", "the proxy"),
            ("DKIM_KEY", "/no/such/file"),
            ("DKIM_KEY", "Cargo.toml"),
            ("BOUNCE_ADDRESS", "bounces@example.org"),
            ("BOUNCE_KEY", "0123456789abcdef0123456789abcdef"),
            ("BOUNCES", "file:"),
            ("BOUNCES", "file:/var/mail/bounces"),
            ("MAIL_CONNECTIONS", "0"),
            ("MAIL_CONNECTIONS", "51"),
            ("MAIL_CONNECTIONS", "four"),
            ("MAIL_RATE", "0"),
            ("MAIL_RATE", "1001"),
            ("MAIL_RATE", "fast"),
            ("LEAST_FREE_MB", "much"),
            ("OUTCOME_WEEKS", "0"),
            ("CALL_BACK_MINUTES", "121"),
            ("CALL_BACK_MINUTES", "soon"),
            ("LOCAL_OFFER_URL", "the council"),
            ("AUDIT_HEAD_TO", "nobody"),
            ("METRICS", "9464"),
            ("BACKUP", "/var/backups"),
            ("BACKUP", " daily"),
            ("OIDC_ISSUER", "https://login.example.org"),
            ("OIDC_CLIENT_ID", "alongside"),
            ("OIDC_CLIENT_SECRET", "secret"),
            ("OIDC_NAME", "Sefton Council"),
            ("OIDC_ORGANISATION", "Sefton Council"),
            ("OIDC_CLAIM", "groups"),
            ("OIDC_VALUE", "leaders"),
            ("OIDC_HOURS", "10"),
        ] {
            let error = with(&[(name, value)]).expect_err(name);
            assert!(error.contains(name) && !error.contains('\n'), "{name}: {error}");
        }
    }

    #[test]
    fn a_council_is_set_as_a_whole_or_not_at_all() {
        assert!(with(&[]).expect("settings").rooms.council.is_none());
        let whole = [
            ("OIDC_ISSUER", "https://login.example.org"),
            ("OIDC_CLIENT_ID", "alongside"),
            ("OIDC_CLIENT_SECRET", "between us"),
            ("OIDC_NAME", "Sefton Council"),
        ];
        let settings = with(&whole).expect("settings");
        assert!(!format!("{settings:?}").contains("between us"));
        let council = settings.rooms.council.expect("a council");
        assert_eq!(council.organisation(), "Sefton Council");
        assert_eq!(council.must_have(), None);
        let also = |name, value| {
            let all: Vec<_> = whole.into_iter().filter(|(known, _)| *known != name).collect();
            with(&[&all[..], &[(name, value)]].concat())
        };
        let both = [&whole[..], &[("OIDC_CLAIM", "groups"), ("OIDC_VALUE", "leaders")]].concat();
        let council = with(&both).expect("settings").rooms.council.expect("a council");
        assert!(council.must_have().is_some_and(|must| must.value == "leaders"));
        for (name, value) in [
            ("OIDC_ISSUER", "http://login.example.org"),
            ("OIDC_ISSUER", "the council"),
            ("OIDC_CLIENT_SECRET", "file:/no/such/file"),
            ("OIDC_CLAIM", "groups"),
            ("OIDC_VALUE", "leaders"),
            ("OIDC_HOURS", "0"),
            ("OIDC_HOURS", "25"),
            ("OIDC_HOURS", "a day"),
        ] {
            let error = also(name, value).expect_err(name);
            assert!(error.contains(name) && !error.contains('\n'), "{name}: {error}");
        }
    }
}
