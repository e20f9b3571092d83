//! What the environment says, checked at the start: an unknown or bad value stops it with one clear line.

use std::env;
use std::net::SocketAddr;

use app::db::Kind;
use app::house::Names;
use ipnet::IpNet;
use url::Url;

use crate::mailer::Mailer;

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
    /// Hands letters over.
    pub mailer: Mailer,
    /// The local area, as in "Sefton".
    pub area: String,
    /// The forum's name.
    pub forum: String,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl Settings {
    /// Reads the environment, after a `.env` in the working folder.
    ///
    /// # Errors
    /// One clear line that names the setting and what it may be.
    pub fn from_environment() -> Result<Self, String> {
        match dotenvy::dotenv() {
            Err(error) if !error.not_found() => return Err(format!(".env cannot be read: {error}")),
            _ => {}
        }
        Self::read(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    /// Reads the settings from wherever `get` finds them.
    ///
    /// # Errors
    /// As [`Self::from_environment`].
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let or = |name: &str, default: &str| get(name).unwrap_or_else(|| default.to_owned());
        let database_url = or("DATABASE_URL", "sqlite://data/alongside.db");
        Kind::of(&database_url).ok_or("DATABASE_URL must begin with sqlite:// or postgres://")?;
        let listen: SocketAddr =
            or("LISTEN", "127.0.0.1:3000").parse().map_err(|_| "LISTEN must be an address and a port, like 127.0.0.1:3000")?;
        let public_url = public_url(&or("PUBLIC_URL", &format!("http://{listen}")))?;
        let area = or("AREA_NAME", "Sefton");
        let forum = or("FORUM_NAME", &format!("{area} Parent Carer Forum"));
        let host = public_url.host_str().unwrap_or("localhost").to_owned();
        let from = or(
            "MAIL_FROM",
            &format!(
                "{forum} <alongside@{}>",
                if host.contains('.') && !host.starts_with(|c: char| c.is_ascii_digit()) { &host } else { "example.org" }
            ),
        );
        let mailer = Mailer::from_setting(&or("MAIL", "file:data/mail"), &from, &host)?;
        let files = or("FILES", "file:data/files");
        if !files.starts_with("file:") && !files.starts_with("s3://") {
            return Err("FILES must be file:FOLDER or s3://BUCKET/PREFIX".into());
        }
        let proxies = or("TRUSTED_PROXY", "");
        let trusted_proxies = proxies.split(',').map(str::trim).filter(|proxy| !proxy.is_empty()).map(network).collect::<Result<_, _>>()?;
        Ok(Self { database_url, listen, public_url, mailer, files, area, forum, trusted_proxies })
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

fn public_url(text: &str) -> Result<Url, String> {
    let wrong = || "PUBLIC_URL must be like https://alongside.example.org, without a path".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.username().is_empty();
    if is_plain { Ok(url) } else { Err(wrong()) }
}

fn network(text: &str) -> Result<IpNet, String> {
    let one = text.parse::<std::net::IpAddr>().map(IpNet::from);
    one.or_else(|_| text.parse())
        .map_err(|_| "TRUSTED_PROXY must be addresses or networks, like 10.0.0.0/8, with commas between".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn without_any_setting_it_serves_this_machine_from_one_file() {
        let settings = with(&[]).expect("settings");
        assert_eq!(settings.database_url, "sqlite://data/alongside.db");
        assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(settings.names(false).public_url, "http://127.0.0.1:3000");
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
        ] {
            let error = with(&[(name, value)]).expect_err(name);
            assert!(error.contains(name) && !error.contains('\n'), "{name}: {error}");
        }
    }
}
