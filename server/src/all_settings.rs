//! Every setting: its name, what is taken where it is not set, and what it is. The parser takes
//! defaults from here, `setting_names` the names, and `docs/running.md` its table. Those that rooms
//! decide by are in `app/ground/src/settings.rs`.

pub use ground::settings::{Setting, Unset};

use Unset::{Is, Made, Nothing};
use ground::settings::AreaSettings;

/// What is taken where this setting is not set; empty for nothing, and for what is made from
/// others.
#[must_use]
pub fn default_of(name: &str) -> &'static str {
    match all().find(|setting| setting.name == name).map(|setting| setting.unset) {
        Some(Is(value)) => value,
        Some(Made(_) | Nothing) | None => "",
    }
}

/// All of them, in the order of `docs/running.md`.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().chain(AreaSettings::ROWS)
}

/// All but those of [`AreaSettings`] that stand alone.
const SETTINGS: &[Setting] = &[
    Setting {
        name: "DATABASE_URL",
        unset: Is("sqlite://data/alongside.db"),
        help: "`sqlite://FILE`, or `postgres://…` for more than one machine. If that names \
               another machine, the program encrypts and checks the certificate, as with \
               `sslmode=verify-full`; an `sslmode` in it, or `PGSSLMODE`, may say less",
    },
    Setting { name: "LISTEN", unset: Is("127.0.0.1:3000"), help: "address and port to listen on" },
    Setting {
        name: "PUBLIC_URL",
        unset: Made("`http://` and `LISTEN`"),
        help: "where people reach the service, without a path. Links in emails begin with it",
    },
    Setting {
        name: "MAIL",
        unset: Is("file:data/mail"),
        help: "`file:FOLDER` saves each email as an `.eml` file; or \
               `smtp://user:password@host:587`, `smtps://user:password@host:465`, \
               `smtp+insecure://127.0.0.1:25` (this machine only)",
    },
    Setting {
        name: "MAIL_FROM",
        unset: Made("the forum's name, `alongside@` and the host of `PUBLIC_URL`"),
        help: "who emails are from, in a file as `MAIL_FROM=\"Name <address>\"`. People are told \
               that they can reply to emails, so someone must read the replies",
    },
    Setting {
        name: "MAIL_CONNECTIONS",
        unset: Is("4"),
        help: "how many emails one process hands over at once, 1 to 50",
    },
    Setting {
        name: "MAIL_RATE",
        unset: Nothing,
        help: "the most emails per second that one process hands over, 1 to 1000",
    },
    Setting {
        name: "DKIM_KEY",
        unset: Nothing,
        help: "a file with the key that emails are signed with: RSA of 2048, 3072 or 4096 bits, \
               or Ed25519, in PEM. Without it many servers refuse emails",
    },
    Setting {
        name: "DKIM_SELECTOR",
        unset: Is("alongside"),
        help: "the name under which DNS holds the public key",
    },
    Setting {
        name: "BOUNCE_ADDRESS",
        unset: Nothing,
        help: "emails that don't arrive come back to addresses made from this one, as in \
               `bounces@example.org`",
    },
    Setting {
        name: "BOUNCE_KEY",
        unset: Nothing,
        help: "the secret those addresses are made with: 32 characters or more, known to nobody. \
               Set both or neither. A provider signs its calls to `/returns` with it too \
               ([how](adr/0012-mail-that-arrives.md))",
    },
    Setting {
        name: "BOUNCES",
        unset: Nothing,
        help: "where mail to those addresses is delivered: `file:PATH`, an mbox file or a \
               Maildir folder",
    },
    Setting {
        name: "SMALLEST_SHOWN",
        unset: Is("10"),
        help: "in results of consultations, the smallest number of people that is shown: 10 or \
               more",
    },
    Setting {
        name: "ROUND_TO_FIVE",
        unset: Is("no"),
        help: "`yes` rounds every number in results of consultations to 5",
    },
    Setting {
        name: "AREA_NAME",
        unset: Is("Sefton"),
        help: "the local area; in a file as `AREA_NAME=\"West Sussex\"`",
    },
    Setting {
        name: "FORUM_NAME",
        unset: Made("the area and `Parent Carer Forum`"),
        help: "the forum's name, on every page and email; in a file as `FORUM_NAME=\"Sefton \
               Parent Carer Forum\"`",
    },
    Setting {
        name: "TRUSTED_PROXY",
        unset: Nothing,
        help: "addresses or networks whose `X-Forwarded-For` is believed, separated by commas",
    },
    Setting {
        name: "FILES",
        unset: Is("file:data/files"),
        help: "where drafts that are files are stored: `file:FOLDER`, or `s3://BUCKET/PREFIX` \
               for more than one machine (keys and region from the usual `AWS_…` settings)",
    },
    Setting {
        name: "BACKUP",
        unset: Nothing,
        help: "a folder and `daily`, in a file as `BACKUP=\"/var/backups/alongside daily\"`: one \
               backup a night, from two in the morning, keeping the last 14, and one at once \
               where there is none; set it for only one process of an area",
    },
    Setting {
        name: "METRICS",
        unset: Is("127.0.0.1:9464"),
        help: "address and port of `/metrics`, figures in the Prometheus text format that \
               identify nobody; `off` for none. If the address is taken, the service carries on \
               without it",
    },
    Setting {
        name: "OIDC_ISSUER",
        unset: Nothing,
        help: "the address of the council's OpenID Connect provider, exactly as the provider \
               writes it, as in `https://login.microsoftonline.com/…/v2.0`: [its officers sign \
               in there](#officers-sign-in-with-their-council). Set this and the next three, or \
               none of them",
    },
    Setting {
        name: "OIDC_CLIENT_ID",
        unset: Nothing,
        help: "what the provider calls this service",
    },
    Setting {
        name: "OIDC_CLIENT_SECRET",
        unset: Nothing,
        help: "the secret between the two, or `file:FILE` for a file that holds it",
    },
    Setting {
        name: "OIDC_NAME",
        unset: Nothing,
        help: "the council's name, for the button \"Sign in with Sefton Council\"; in a file as \
               `OIDC_NAME=\"Sefton Council\"`",
    },
    Setting {
        name: "OIDC_ORGANISATION",
        unset: Made("`OIDC_NAME`"),
        help: "the organisation, as it is called under *Administration*, whose leaders may sign \
               in so",
    },
    Setting {
        name: "OIDC_CLAIM",
        unset: Nothing,
        help: "what must be in the provider's answer for somebody to lead here, as in `groups`. \
               Set this and the next, or neither",
    },
    Setting { name: "OIDC_VALUE", unset: Nothing, help: "its value, or one of its values" },
    Setting {
        name: "OIDC_HOURS",
        unset: Is("10"),
        help: "after how many hours such a session ends, 1 to 24",
    },
    Setting {
        name: "LEAST_FREE_MB",
        unset: Is("200"),
        help: "how much must be free on the disks of the database and the files for `/readyz` to \
               say ready",
    },
    Setting {
        name: "RUST_LOG",
        unset: Is("info,sqlx=warn"),
        help: "how much is logged, to standard error",
    },
];

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    use super::*;

    const HEAD: &str = "| setting | default | what it is |\n|---|---|---|\n";

    fn at(path: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
    }

    fn row(setting: &Setting) -> String {
        let unset = match setting.unset {
            Is(value) => format!("`{value}`"),
            Made(words) => words.to_owned(),
            Nothing => "none".to_owned(),
        };
        format!("| `{}` | {unset} | {} |", setting.name, setting.help)
    }

    /// To make it anew: `UPDATE_SETTINGS=1 cargo test -p server --lib all_settings`
    #[test]
    fn the_guide_has_the_table_of_settings() {
        let path = at("../docs/running.md");
        let guide = fs::read_to_string(&path).expect("the guide");
        let (before, rest) = guide.split_once(HEAD).expect("its table");
        let (found, after) = rest.split_once("\n\n").expect("the end of its table");
        let rows = all().map(row).collect::<Vec<_>>().join("\n");
        if env::var_os("UPDATE_SETTINGS").is_some() {
            fs::write(&path, format!("{before}{HEAD}{rows}\n\n{after}")).expect("the guide");
        } else {
            assert_eq!(found, rows, "docs/running.md");
        }
    }

    #[test]
    fn the_settings_of_the_package_are_settings() {
        let file = fs::read_to_string(at("package/alongside.env")).expect("the settings");
        let lines = file.lines().map(|line| line.trim_start_matches('#'));
        let names: Vec<&str> = lines
            .filter_map(|line| line.split_once('=').map(|(name, _)| name))
            .filter(|name| !name.contains(' '))
            .collect();
        assert!(names.len() > 5, "{names:?}");
        for name in names {
            assert!(all().any(|setting| setting.name == name), "{name}");
        }
    }
}
