//! Names of settings that the program does not know: a slip in a name leaves the setting at its
//! default, and nobody hears about it.
//!
//! The file of settings is ours: each name in it is one of [`all_settings::all`], or belongs to a
//! library that reads the environment by itself ([`OF_LIBRARIES`]). The environment is everyone's.
//! There a name is looked at only if it begins as ours do ([`BEGINNINGS`]), or is one letter away
//! from one of ours; and not if Docker or Kubernetes made it for a container called "mail".

use std::env;
use std::path::Path;

use crate::all_settings;

/// How the names begin that a library reads: storage, PostgreSQL, certificates, the log, the clock.
const OF_LIBRARIES: [&str; 5] = ["AWS_", "PG", "SSL_CERT_", "RUST_", "TZ"];

/// How only our names begin. Not DATABASE_ and the like, which are in the environment of many.
const BEGINNINGS: [&str; 5] = ["ALONGSIDE_", "MAIL_", "DKIM_", "BOUNCE_", "OIDC_"];

/// Looks at the names in the file of settings (`file`, or a `.env`), and in the environment.
///
/// # Errors
/// One clear line that says each name, where it is, and which may be meant.
pub fn check(file: Option<&Path>) -> Result<(), String> {
    let in_file = names_in(file)?;
    let in_environment = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let shown = file.map_or_else(|| ".env".to_owned(), |file| file.display().to_string());
    let unknown = unknown(&in_file, in_environment, &shown);
    if unknown.is_empty() {
        return Ok(());
    }
    Err(format!(
        "There is no such setting: {}. docs/running.md has all of them",
        unknown.join("; ")
    ))
}

fn names_in(file: Option<&Path>) -> Result<Vec<String>, String> {
    let read = match file {
        Some(file) => dotenvy::from_path_iter(file),
        None => dotenvy::dotenv_iter(),
    };
    let lines = match read {
        Ok(lines) => lines,
        Err(error) if file.is_none() && error.not_found() => return Ok(Vec::new()),
        Err(error) => return Err(format!("The settings cannot be read: {error}")),
    };
    lines
        .map(|line| line.map(|(name, _)| name))
        .collect::<Result<_, _>>()
        .map_err(|error| format!("The settings cannot be read: {error}"))
}

/// Each name that is unknown, with where it is and which may be meant.
fn unknown(
    in_file: &[String],
    in_environment: impl Iterator<Item = String>,
    file: &str,
) -> Vec<String> {
    let of_file = in_file
        .iter()
        .filter(|name| !is_known(name))
        .map(|name| format!("{name} in {file}{}", meant(name)));
    let mut of_environment: Vec<String> = in_environment
        .filter(|name| !in_file.contains(name) && !is_known(name) && begins_like_ours(name))
        .map(|name| format!("{name} in the environment{}", meant(&name)))
        .collect();
    of_environment.sort();
    of_file.chain(of_environment).collect()
}

/// The names of all settings.
fn known() -> impl Iterator<Item = &'static str> {
    all_settings::all().map(|setting| setting.name)
}

fn is_known(name: &str) -> bool {
    known().any(|known| known == name) || OF_LIBRARIES.iter().any(|begin| name.starts_with(begin))
}

fn begins_like_ours(name: &str) -> bool {
    let is_of_a_container = name.contains("_PORT") || name.contains("_SERVICE_");
    let is_a_slip = || {
        let mut long = known().filter(|known| known.contains('_'));
        long.any(|known| strsim::osa_distance(known, name) == 1)
    };
    !is_of_a_container && (BEGINNINGS.iter().any(|begin| name.starts_with(begin)) || is_a_slip())
}

/// The setting that may be meant, where one is near.
fn meant(name: &str) -> String {
    let near = known().map(|known| (strsim::osa_distance(known, name), known));
    match near.min() {
        Some((slips, known)) if slips <= 3 && slips * 2 < name.len() => {
            format!(" (do you mean {known}?)")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ground::house::AreaSettings;

    use super::*;

    fn found(in_file: &[&str], in_environment: &[&str]) -> Vec<String> {
        let in_file: Vec<String> = in_file.iter().map(|name| (*name).to_owned()).collect();
        unknown(&in_file, in_environment.iter().map(|name| (*name).to_owned()), ".env")
    }

    #[test]
    fn a_name_in_the_file_is_one_of_ours_or_of_a_library() {
        assert!(found(&["PUBLIC_URL", "AWS_REGION", "PGSSLMODE", "RUST_LOG"], &[]).is_empty());
        assert_eq!(
            found(&["PUBLIC_ULR", "SMTP"], &[]),
            ["PUBLIC_ULR in .env (do you mean PUBLIC_URL?)", "SMTP in .env"]
        );
    }

    #[test]
    fn a_name_in_the_environment_is_looked_at_only_if_it_begins_like_ours() {
        let others = ["PATH", "HOME", "MAIL", "MAILCHECK", "DATABASE_PASSWORD", "FILE"];
        assert!(found(&[], &others).is_empty(), "{:?}", found(&[], &others));
        let of_a_container = ["MAIL_PORT", "MAIL_PORT_25_TCP", "MAIL_SERVICE_HOST"];
        assert!(found(&[], &of_a_container).is_empty());
        assert_eq!(
            found(&[], &["MAIL_FORM", "DATABSE_URL"]),
            [
                "DATABSE_URL in the environment (do you mean DATABASE_URL?)",
                "MAIL_FORM in the environment (do you mean MAIL_FROM?)",
            ]
        );
        assert_eq!(
            found(&["MAIL_FORM"], &["MAIL_FORM"]).len(),
            1,
            "what comes from the file is said once"
        );
    }

    #[test]
    fn every_setting_that_is_read_is_known_and_no_other() {
        let read = include_str!("settings.rs").split("#[cfg(test)]").next().unwrap_or_default();
        let is_name = |part: &&str| {
            part.len() > 3 && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        };
        let read: BTreeSet<&str> = read.split('"').filter(is_name).collect();
        // Those that stand alone are known and read by one row each.
        let alone: BTreeSet<&str> = AreaSettings::ROWS.iter().map(|row| row.name).collect();
        assert!(alone.is_disjoint(&read), "{alone:?} are read twice");
        let known: BTreeSet<&str> = known().filter(|name| *name != "RUST_LOG").collect();
        assert_eq!(known, read.union(&alone).copied().collect());
    }
}
