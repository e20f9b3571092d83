//! A link as people type or paste it.

use url::Url;

/// The longest, in characters: what browsers and mail programs pass on whole.
const LONGEST: usize = 500;

/// A whole link that a browser opens safely: to another site, with no name or password in it.
/// `None` where it is none.
#[must_use]
pub fn link(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let url = Url::parse(typed).ok().filter(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && !typed.contains(char::is_whitespace)
    });
    url.filter(|_| typed.chars().count() <= LONGEST).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_another_site_and_holds_no_name_and_no_script() {
        for (typed, is_one) in [
            (" https://www.example.org/report.pdf ", true),
            ("http://example.org", true),
            ("www.example.org", false),
            ("/plans", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("https://sam:secret@example.org", false),
            ("https://", false),
            ("https://example.org/report and more words", false),
            ("", false),
        ] {
            assert_eq!(link(typed).is_some(), is_one, "{typed}");
        }
        assert!(link(&format!("https://example.org/{}", "a".repeat(500))).is_none());
    }
}
