//! What a display name and a password may be.

/// The name other people see. It need not be real.
///
/// # Errors
/// What to do about it.
pub fn shown_name(typed: &str) -> Result<String, String> {
    let name = forms::within(
        forms::line(typed),
        60,
        "Enter a display name. You don't have to use your real name",
    )?;
    if name.contains('@') {
        Err("Choose a name that is not an email address: other people will see it".into())
    } else {
        Ok(name)
    }
}

/// What to do for somebody who has not said where she lives.
pub fn choose_place(area: &str) -> String {
    format!("Choose the part of {area} you live in")
}

/// A password: ten characters or more, and not one of the first that anyone would try. Kept exactly
/// as typed.
///
/// # Errors
/// What to do about it.
pub fn password(typed: &str, address: &str) -> Result<String, String> {
    let long = typed.chars().count();
    let simple = forms::folded(typed);
    let one_character = typed.chars().all(|c| typed.starts_with(c));
    if long < 10 {
        Err("Choose a password of 10 characters or more. Three words you can remember work well"
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
}
