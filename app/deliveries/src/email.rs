//! The one shape of every email: what happened, what to do, why you got this.

use maud::{DOCTYPE, html};

/// The words of an email, before it has an address.
#[derive(Clone, Debug)]
pub struct Words {
    /// One line; says what it is about.
    pub subject: String,
    /// The paragraphs, the most important first.
    pub paragraphs: Vec<String>,
    /// What to press, and the whole address it leads to.
    pub button: Option<(String, String)>,
    /// A second, quieter link, and the whole address it leads to.
    pub also: Option<(String, String)>,
    /// Why this person got it.
    pub why: String,
    /// The forum, who signs it.
    pub from: String,
    /// How to stop such emails, if someone subscribed to them.
    pub stop: Option<Stop>,
}

/// How to stop emails that someone subscribed to. Such an email is one of many, and all others go
/// first.
#[derive(Clone, Debug)]
pub struct Stop {
    /// The whole address of the page to choose on.
    pub choose: String,
    /// The whole address that one click in a mail program posts to (RFC 8058).
    pub one_click: String,
}

impl Words {
    /// The email for people who read plain text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut parts = self.paragraphs.clone();
        if let Some((label, address)) = &self.button {
            parts.push(format!("{label}:\n{address}"));
        }
        parts.extend(self.also.as_ref().map(|(label, address)| format!("{label}:\n{address}")));
        parts.push(self.from.clone());
        let stop = self.stop.as_ref().map_or_else(String::new, |stop| {
            format!("\nChange or stop these emails: {}", stop.choose)
        });
        parts.push(format!("--\n{}{stop}", self.why));
        parts.join("\n\n") + "\n"
    }

    /// The same email as HTML: one column, readable with pictures off and in the dark.
    #[must_use]
    pub fn html(&self) -> String {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width,initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.subject) }
                }
                body style="font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:0 \
                    auto;padding:1em" {
                    @for paragraph in &self.paragraphs { p { (paragraph) } }
                    @if let Some((label, address)) = &self.button {
                        p { a href=(address) style="display:inline-block;padding:.7em \
                            1.4em;border-radius:2em;background:#1f6f5c;color:#ffffff;font-weight:bold;text-decoration:none" { (label) } }
                        p style="font-size:16px" { "If the button doesn't work, copy this into \
                            your browser: " (address) }
                    }
                    @if let Some((label, address)) = &self.also { p { a href=(address) { (label) } } }
                    p { (self.from) }
                    hr;
                    p style="font-size:16px" { (self.why) }
                    @if let Some(stop) = &self.stop { p style="font-size:16px" { a href=(stop.choose) { "Change or stop these emails" } } }
                }
            }
        }
        .into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same_and_what_was_typed_is_escaped_in_html() {
        let words = Words {
            subject: "Your topic".into(),
            paragraphs: vec!["We published <b>it</b>.".into()],
            button: Some(("See it".into(), "https://a.example/topics/1?x=1&y=2".into())),
            why: "You proposed it.".into(),
            from: "The forum".into(),
            also: None,
            stop: None,
        };
        assert_eq!(
            words.text(),
            "We published <b>it</b>.\n\nSee it:\nhttps://a.example/topics/1?x=1&y=2\n\nThe \
             forum\n\n--\nYou proposed it.\n"
        );
        let html = words.html();
        assert!(html.contains("We published &lt;b&gt;it&lt;/b&gt;."));
        assert!(html.contains("href=\"https://a.example/topics/1?x=1&amp;y=2\""));
    }
}
