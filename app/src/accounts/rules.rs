//! What an address, a shown name and a password may be, and what roles there are. Pure.

use crate::forms;

/// What a person may do here. One account may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A parent or carer with a confirmed address: proposes and supports.
    Parent,
    /// A volunteer of the forum: checks topics, runs rounds.
    Organiser,
    /// An officer of the council or the NHS.
    Leader,
    /// The named person of the forum who reads what is passed on privately.
    Safeguarding,
    /// Invites people, sets roles, services and places.
    Admin,
}

impl Role {
    /// Every role, in the order they are shown.
    pub const ALL: [Self; 5] =
        [Self::Parent, Self::Organiser, Self::Leader, Self::Safeguarding, Self::Admin];

    /// The word it is stored and invited by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Organiser => "organiser",
            Self::Leader => "leader",
            Self::Safeguarding => "safeguarding",
            Self::Admin => "admin",
        }
    }

    /// As it is shown to people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Parent => "Parent or carer",
            Self::Organiser => "Organiser",
            Self::Leader => "Leader",
            Self::Safeguarding => "Safeguarding lead",
            Self::Admin => "Administrator",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// An email address, folded to the form the tables hold. What matters is that a letter could go
/// there; the letter itself is the real check.
///
/// # Errors
/// What to do about it.
pub fn address(typed: &str) -> Result<String, String> {
    let address = forms::line(typed).to_lowercase();
    if address.is_empty() {
        return Err("Enter your email address".into());
    }
    let no_address = || "Enter an email address like name@example.org".to_owned();
    let (name, host) =
        address.split_once('@').filter(|_| address.len() <= 254).ok_or_else(no_address)?;
    let is_name = (1..=64).contains(&name.len())
        && name.split('.').all(|part| !part.is_empty())
        && !name.contains(|c: char| c.is_whitespace() || "()<>,;:\\\"[]@".contains(c));
    let is_host = host.contains('.')
        && host
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-'));
    if !is_name || !is_host {
        return Err(no_address());
    }
    // Mail servers that take other letters before the @ are rare, and ours sends to none.
    if !name.is_ascii() {
        return Err("Enter an address with plain letters before the @. We cannot write to others"
            .to_owned());
    }
    match url::Host::parse(host) {
        Ok(url::Host::Domain(host)) => Ok(format!("{name}@{host}")),
        _ => Err(no_address()),
    }
}

/// The name others see. It need not be real.
///
/// # Errors
/// What to do about it.
pub fn shown_name(typed: &str) -> Result<String, String> {
    let name = forms::within(
        forms::line(typed),
        60,
        "Enter a name for others to see. It need not be your real one",
    )?;
    if name.contains('@') {
        Err("Choose a name that is not an email address, since others see it".into())
    } else {
        Ok(name)
    }
}

/// A password: ten characters or more, not one of the first that anybody tries. Kept exactly as
/// typed.
///
/// # Errors
/// What to do about it.
pub fn password(typed: &str, address: &str) -> Result<String, String> {
    let long = typed.chars().count();
    let simple = forms::folded(typed);
    let one_character = typed.chars().all(|c| typed.starts_with(c));
    if long < 10 {
        Err("Choose a password of 10 characters or more. Three words you can remember are good"
            .into())
    } else if long > 200 {
        Err("Choose a password of 200 characters or fewer".into())
    } else if one_character
        || simple == address
        || EASILY_GUESSED.iter().any(|guess| simple.starts_with(guess))
    {
        Err("Choose a password that is harder to guess".into())
    } else {
        Ok(typed.to_owned())
    }
}

const EASILY_GUESSED: [&str; 8] = [
    "password",
    "1234567890",
    "qwertyuiop",
    "0123456789",
    "passw0rd",
    "letmein",
    "iloveyou",
    "alongside1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_folded_and_what_no_letter_could_reach_is_refused() {
        assert_eq!(address(" Parent@Example.ORG "), Ok("parent@example.org".into()));
        for wrong in [
            "",
            "  ",
            "parent",
            "@example.org",
            "parent@",
            "parent@example",
            "a b@example.org",
            "a..b@example.org",
            ".a@example.org",
            "a@b@example.org",
            "a@example..org",
            "\"x\"@example.org",
            "<b>@example.org",
        ] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_shown_name_need_not_be_real_but_must_be_short_and_no_address() {
        assert_eq!(shown_name(" Mum of  two 🙂"), Ok("Mum of two 🙂".into()));
        assert!(shown_name("\u{202e}").is_err());
        assert!(shown_name("parent@example.org").is_err());
        assert!(shown_name(&"x".repeat(61)).is_err());
    }

    #[test]
    fn easily_guessed_passwords_are_refused_and_others_kept_as_typed() {
        for wrong in
            ["", "short", "Password12345", "1234567890", "aaaaaaaaaaaa", "parent@example.org"]
        {
            assert!(password(wrong, "parent@example.org").is_err(), "{wrong}");
        }
        assert_eq!(password("  three small  words", "a@b.org"), Ok("  three small  words".into()));
        assert!(password("alongside-demo", "parent@example.org").is_ok());
    }

    #[test]
    fn every_role_is_read_from_its_own_word() {
        for role in Role::ALL {
            assert_eq!(Role::read(role.word()), Some(role));
        }
        assert_eq!(Role::read("root"), None);
    }

    #[test]
    fn a_host_with_other_letters_is_written_as_mail_servers_know_it_and_a_name_with_them_is_refused()
     {
        assert_eq!(address("Anna@München.example"), Ok("anna@xn--mnchen-3ya.example".to_owned()));
        assert!(
            address("änna@example.org")
                .expect_err("refused")
                .starts_with("Enter an address with plain letters")
        );
    }
}
