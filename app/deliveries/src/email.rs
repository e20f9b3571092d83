//! The one shape of every email: the forum's name and a greeting, what happens, what to do and by
//! when, why; then the button, and why you got this.
//!
//! It is read on phones: nothing in it is wider than 320 px, whatever was typed. Styles are inline,
//! since mail programs leave out all others.

use ground::contact::dialled;
use ground::house::House;
use maud::{DOCTYPE, Markup, html};

use super::links::{Piece, pieces};

/// The words of an email, before it has an address.
#[derive(Clone, Debug)]
pub struct Words {
    /// One line; says what it is about.
    pub subject: String,
    /// The paragraphs, the most important first.
    pub paragraphs: Vec<Paragraph>,
    /// What to press, and the whole address it leads to.
    pub button: Option<(String, String)>,
    /// A second, quieter link, and the whole address it leads to.
    pub also: Option<(String, String)>,
    /// Why this person got it.
    pub why: String,
    /// Who writes.
    pub from: Sender,
    /// How to stop such emails, if someone subscribed to them.
    pub stop: Option<Stop>,
}

/// A paragraph of an email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paragraph {
    /// What is said. A line of it stays a line.
    Says(String),
    /// What to do, and by when: the strongest words of the email.
    ToDo(String),
    /// What the next paragraphs are about.
    Begins(String),
    /// A link: what it leads to, and the whole address.
    Page(String, String),
    /// Who to ask: who, the telephone number, the email address; each but the first may be empty.
    Ask(String, String, String),
}

impl From<String> for Paragraph {
    fn from(says: String) -> Self {
        Self::Says(says)
    }
}

impl From<&str> for Paragraph {
    fn from(says: &str) -> Self {
        Self::Says(says.to_owned())
    }
}

/// Who writes an email: the forum, and where an account chooses which emails it gets.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The forum's name.
    pub forum: String,
    /// The whole address of the page of all emails; empty where nobody has an account.
    pub emails: String,
}

impl Sender {
    /// The forum of this house.
    #[must_use]
    pub fn of(house: &House) -> Self {
        Self { forum: house.names.forum.clone(), emails: house.link("/account/emails") }
    }
}

impl From<&str> for Sender {
    fn from(forum: &str) -> Self {
        Self { forum: forum.to_owned(), emails: String::new() }
    }
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

/// The label of the link to a subscriber's own page.
const CHANGE_OR_STOP: &str = "Change or stop these emails";
/// The label of the link to an account's page of all emails.
const EMAILS_YOU_GET: &str = "Choose which emails you get";

/// Wraps anything, also an address or a word without end.
const WRAPS: &str = "overflow-wrap:anywhere;word-break:break-word";

impl Words {
    /// The email for people who read plain text. `to_account`: whether it is an account's.
    #[must_use]
    pub fn text(&self, to_account: bool) -> String {
        let mut parts = vec![self.from.forum.clone(), "Hello,".to_owned()];
        parts.extend(self.paragraphs.iter().map(Paragraph::text));
        let link = |(label, address): &(String, String)| format!("{label}:\n{address}");
        parts.extend(self.button.iter().chain(&self.also).map(link));
        parts.push(self.from.forum.clone());
        let foot = self.foot(to_account);
        let foot = foot.iter().map(|(label, address)| format!("\n{label}: {address}"));
        parts.push(format!("--\n{}{}", self.why, foot.collect::<String>()));
        parts.join("\n\n") + "\n"
    }

    /// The same email as HTML: one column, readable with pictures off and in the dark.
    #[must_use]
    pub fn html(&self, to_account: bool) -> String {
        let body = format!(
            "font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:0 auto;padding:1em;{WRAPS}"
        );
        let button = format!(
            "display:inline-block;max-width:100%;box-sizing:border-box;padding:.7em 1.4em;\
             border-radius:2em;background:#1f6f5c;color:#ffffff;font-weight:bold;\
             text-decoration:none;{WRAPS}"
        );
        let small = format!("font-size:16px;{WRAPS}");
        html! {
            (DOCTYPE)
            html lang="en-GB" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width,initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.subject) }
                }
                body style=(body) {
                    p style="font-weight:bold" { (self.from.forum) }
                    p { "Hello," }
                    @for paragraph in &self.paragraphs { (paragraph.html()) }
                    @if let Some((label, address)) = &self.button {
                        p { a href=(address) style=(button) { (label) } }
                        p style=(small) {
                            "If the button doesn't work, copy this into your browser: " (address)
                        }
                    }
                    @if let Some((label, address)) = &self.also { p { a href=(address) { (label) } } }
                    p { (self.from.forum) }
                    hr;
                    p style=(small) { (linked(&self.why)) }
                    @for (label, address) in self.foot(to_account) {
                        p style=(small) { a href=(address) { (label) } }
                    }
                }
            }
        }
        .into_string()
    }

    /// The links below the line: how to stop this.
    fn foot(&self, to_account: bool) -> Vec<(&'static str, &str)> {
        let choose = self.stop.as_ref().map(|stop| (CHANGE_OR_STOP, stop.choose.as_str()));
        let emails = (to_account && !self.from.emails.is_empty())
            .then_some((EMAILS_YOU_GET, self.from.emails.as_str()));
        choose.into_iter().chain(emails).collect()
    }
}

impl Paragraph {
    fn text(&self) -> String {
        match self {
            Self::Says(words) | Self::ToDo(words) | Self::Begins(words) => words.clone(),
            Self::Page(label, address) => format!("{label}: {address}"),
            Self::Ask(who, phone, email) => {
                let ways = [who, phone, email].into_iter().filter(|way| !way.is_empty());
                format!("Who to ask: {}", ways.cloned().collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn html(&self) -> Markup {
        html! {
            @match self {
                Self::Says(words) => { p style={ "white-space:pre-line;" (WRAPS) } { (linked(words)) } },
                Self::ToDo(words) => {
                    p style={ "white-space:pre-line;font-weight:bold;" (WRAPS) } { (linked(words)) }
                },
                Self::Begins(words) => { h2 style={ "font-size:20px;line-height:1.3;" (WRAPS) } { (words) } },
                Self::Page(label, address) => { p style=(WRAPS) { a href=(address) { (label) } } },
                Self::Ask(who, phone, email) => {
                    p style=(WRAPS) {
                        "Who to ask: " (linked(who))
                        @if !phone.is_empty() { ", " (phone_of_someone(phone)) }
                        @if !email.is_empty() { ", " a href={ "mailto:" (email) } { (email) } }
                    }
                },
            }
        }
    }
}

/// Words with their telephone numbers as links.
fn linked(words: &str) -> Markup {
    html! {
        @for piece in pieces(words) {
            @match piece {
                Piece::Words(words) => { (words) },
                Piece::Telephone(shown) => { (telephone(shown)) },
            }
        }
    }
}

/// What was typed as a telephone number, also one that is shorter than others.
fn phone_of_someone(typed: &str) -> Markup {
    let is_found = pieces(typed).iter().any(|piece| matches!(piece, Piece::Telephone(_)));
    if is_found { linked(typed) } else { telephone(typed) }
}

/// A telephone number as a link; words that hold no number are words.
fn telephone(shown: &str) -> Markup {
    let number = dialled(shown);
    html! {
        @if number.is_empty() { (shown) } @else { a href={ "tel:" (number) } { (shown) } }
    }
}

/// The text and the HTML of an email, greeting this person by name; nobody in particular where the
/// name is empty.
pub(super) fn greeting(text: String, html: String, name: &str) -> (String, String) {
    if name.is_empty() {
        return (text, html);
    }
    let escaped = html! { (name) }.into_string();
    (
        text.replacen("\nHello,\n", &format!("\nHello {name},\n"), 1),
        html.replacen("<p>Hello,</p>", &format!("<p>Hello {escaped},</p>"), 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words {
            subject: "Your topic".into(),
            paragraphs: vec!["We published <b>it</b>.".into()],
            button: Some(("See it".into(), "https://a.example/topics/1?x=1&y=2".into())),
            why: "You proposed it.".into(),
            from: Sender { forum: "The forum".into(), emails: "https://a.example/emails".into() },
            also: None,
            stop: None,
        }
    }

    #[test]
    fn both_forms_say_the_same_and_what_was_typed_is_escaped_in_html() {
        assert_eq!(
            words().text(false),
            "The forum\n\nHello,\n\nWe published <b>it</b>.\n\nSee \
             it:\nhttps://a.example/topics/1?x=1&y=2\n\nThe forum\n\n--\nYou proposed it.\n"
        );
        let html = words().html(false);
        assert!(html.contains("We published &lt;b&gt;it&lt;/b&gt;."));
        assert!(html.contains("href=\"https://a.example/topics/1?x=1&amp;y=2\""));
    }

    #[test]
    fn an_email_to_an_account_leads_to_the_page_of_all_emails() {
        assert!(
            words().text(true).ends_with("Choose which emails you get: https://a.example/emails\n")
        );
        assert!(words().html(true).contains("href=\"https://a.example/emails\""));
        assert!(!words().html(false).contains("https://a.example/emails"));
    }

    #[test]
    fn someone_who_is_known_is_greeted_by_name_once() {
        let words = Words { paragraphs: vec!["Hello,".into()], ..words() };
        let (text, html) = greeting(words.text(true), words.html(true), "Sam & <Mum>");
        assert!(text.starts_with("The forum\n\nHello Sam & <Mum>,\n\nHello,\n"), "{text}");
        assert_eq!(html.matches("<p>Hello Sam &amp; &lt;Mum&gt;,</p>").count(), 1, "{html}");
        let (text, html) = greeting(words.text(true), words.html(true), "");
        assert_eq!((text, html), (words.text(true), words.html(true)));
    }

    #[test]
    fn who_to_ask_can_be_rung_and_written_to_with_one_tap() {
        let ask = |phone: &str| Paragraph::Ask("Ann".into(), phone.into(), "a@b.example".into());
        let html = ask("01234 567 890").html().into_string();
        assert!(html.contains("<a href=\"tel:01234567890\">01234 567 890</a>"), "{html}");
        assert!(html.contains("<a href=\"mailto:a@b.example\">a@b.example</a>"), "{html}");
        assert!(!ask("at the desk").html().into_string().contains("tel:"));
        assert_eq!(ask("01234").text(), "Who to ask: Ann, 01234, a@b.example");
    }

    #[test]
    fn what_to_do_is_bold_and_lines_stay_lines() {
        let html = Paragraph::ToDo("By 4 May: ring 999.\nNow.".into()).html().into_string();
        assert!(html.contains("font-weight:bold") && html.contains("href=\"tel:999\""), "{html}");
        assert!(html.contains("pre-line"), "{html}");
    }
}
