//! What a display name may be.

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
}
