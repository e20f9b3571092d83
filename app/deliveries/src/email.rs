//! The one shape of every email: the forum's name and a greeting, what happens, what to do and by
//! when, why; then the button, and why you got this.
//!
//! It is read on phones: nothing in it is wider than 320 px, whatever was typed. Styles are inline,
//! since mail programs leave out all others.

use ground::contact::dialled;
use ground::house::House;
use ground::ui::{document, rendered};
use leptos::prelude::*;

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
        document(|| {
            let paragraphs = self.paragraphs.iter().map(Paragraph::view).collect_view();
            let button = self.button.clone().map(|(label, address)| {
                view! {
                    <p>
                        <a href=address.clone() style=button>
                            {label}
                        </a>
                    </p>
                    <p style=small.clone()>
                        "If the button doesn't work, copy this into your browser: " {address}
                    </p>
                }
            });
            let also = self.also.clone().map(|(label, address)| {
                view! {
                    <p>
                        <a href=address>{label}</a>
                    </p>
                }
            });
            let foot = self.foot(to_account).into_iter().map(|(label, address)| {
                view! {
                    <p style=small.clone()>
                        <a href=address.to_owned()>{label}</a>
                    </p>
                }
            });
            let foot = foot.collect_view();
            let forum = self.from.forum.clone();
            view! {
                <html lang="en-GB">
                    <head>
                        <meta charset="utf-8" />
                        <meta name="viewport" content="width=device-width,initial-scale=1" />
                        <meta name="color-scheme" content="light dark" />
                        <title>{self.subject.clone()}</title>
                    </head>
                    <body style=body>
                        <p style="font-weight:bold">{forum.clone()}</p>
                        <p>"Hello,"</p>
                        {paragraphs}
                        {button}
                        {also}
                        <p>{forum}</p>
                        <hr />
                        <p style=small.clone()>{linked(&self.why)}</p>
                        {foot}
                    </body>
                </html>
            }
        })
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

    fn view(&self) -> AnyView {
        match self {
            Self::Says(words) => written(words, &format!("white-space:pre-line;{WRAPS}")),
            Self::ToDo(words) => {
                written(words, &format!("white-space:pre-line;font-weight:bold;{WRAPS}"))
            }
            Self::Begins(words) => {
                let style = format!("font-size:20px;line-height:1.3;{WRAPS}");
                view! {
                    <h2 dir="auto" style=style>
                        {words.clone()}
                    </h2>
                }
                .into_any()
            }
            Self::Page(label, address) => view! {
                <p dir="auto" style=WRAPS>
                    <a href=address.clone()>{label.clone()}</a>
                </p>
            }
            .into_any(),
            Self::Ask(who, phone, email) => {
                let phone = (!phone.is_empty()).then(|| view! { ", " {phone_of_someone(phone)} });
                let email = (!email.is_empty()).then(|| {
                    view! {
                        ", "
                        <a href=format!("mailto:{email}")>{email.clone()}</a>
                    }
                });
                view! { <p style=WRAPS>"Who to ask: " {linked(who)} {phone} {email}</p> }.into_any()
            }
        }
    }
}

/// Paragraphs that somebody wrote, each in the direction of its own letters.
fn written(words: &str, style: &str) -> AnyView {
    let each = words.split("\n\n").map(|words| {
        view! {
            <p dir="auto" style=style.to_owned()>
                {linked(words)}
            </p>
        }
    });
    each.collect_view().into_any()
}

/// Words with their telephone numbers as links.
fn linked(words: &str) -> Vec<AnyView> {
    let linked = pieces(words).into_iter().map(|piece| match piece {
        Piece::Words(words) => words.to_owned().into_any(),
        Piece::Telephone(shown) => telephone(shown),
    });
    linked.collect()
}

/// What was typed as a telephone number, also one that is shorter than others.
fn phone_of_someone(typed: &str) -> Vec<AnyView> {
    let is_found = pieces(typed).iter().any(|piece| matches!(piece, Piece::Telephone(_)));
    if is_found { linked(typed) } else { vec![telephone(typed)] }
}

/// A telephone number as a link; words that hold no number are words.
fn telephone(shown: &str) -> AnyView {
    let (number, shown) = (dialled(shown), shown.to_owned());
    if number.is_empty() {
        return shown.into_any();
    }
    view! { <a href=format!("tel:{number}")>{shown}</a> }.into_any()
}

/// The text and the HTML of an email, greeting this person by name; nobody in particular where the
/// name is empty.
pub(super) fn greeting(text: String, html: String, name: &str) -> (String, String) {
    if name.is_empty() {
        return (text, html);
    }
    let hello = format!("Hello {name},");
    let text = text.replacen("\nHello,\n", &format!("\n{hello}\n"), 1);
    let hello = rendered(|| view! { <p>{hello}</p> });
    (text, html.replacen("<p>Hello,</p>", &hello, 1))
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

    fn as_html(paragraph: &Paragraph) -> String {
        rendered(|| paragraph.view())
    }

    #[test]
    fn an_email_is_one_column_with_its_styles_inline_and_no_mark_of_the_view_library() {
        let words = Words {
            paragraphs: vec![
                Paragraph::Begins("Buses".into()),
                Paragraph::Says("Ring 01234 567 890\nor \"write\".".into()),
                Paragraph::Page("The plan".into(), "https://a.example/plans/1".into()),
            ],
            also: Some(("All topics".into(), "https://a.example/topics".into())),
            ..words()
        };
        assert_eq!(
            words.html(true).split("<p>Hello,</p>").nth(1).expect("a greeting"),
            format!(
                "<h2 dir=\"auto\" style=\"font-size:20px;line-height:1.3;{WRAPS};\">Buses</h2>\
                 <p dir=\"auto\" style=\"white-space:pre-line;{WRAPS};\">Ring \
                 <a href=\"tel:01234567890\">\
                 01234 567 890</a>\nor \"write\".</p>\
                 <p dir=\"auto\" style=\"{WRAPS};\">\
                 <a href=\"https://a.example/plans/1\">The plan</a></p>\
                 <p><a href=\"https://a.example/topics/1?x=1&amp;y=2\" \
                 style=\"display:inline-block;max-width:100%;box-sizing:border-box;\
                 padding:.7em 1.4em;border-radius:2em;background:#1f6f5c;color:#ffffff;\
                 font-weight:bold;text-decoration:none;{WRAPS};\">\
                 See it</a></p><p style=\"font-size:16px;{WRAPS};\">If the button doesn't work, \
                 copy this into your browser: https://a.example/topics/1?x=1&amp;y=2</p>\
                 <p><a href=\"https://a.example/topics\">All topics</a></p><p>The forum</p><hr>\
                 <p style=\"font-size:16px;{WRAPS};\">You proposed it.</p>\
                 <p style=\"font-size:16px;{WRAPS};\"><a href=\"https://a.example/emails\">\
                 Choose which emails you get</a></p></body></html>"
            )
        );
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
        let html = as_html(&ask("01234 567 890"));
        assert!(html.contains("<a href=\"tel:01234567890\">01234 567 890</a>"), "{html}");
        assert!(html.contains("<a href=\"mailto:a@b.example\">a@b.example</a>"), "{html}");
        assert!(!as_html(&ask("at the desk")).contains("tel:"));
        assert_eq!(ask("01234").text(), "Who to ask: Ann, 01234, a@b.example");
    }

    #[test]
    fn what_to_do_is_bold_and_lines_stay_lines() {
        let html = as_html(&Paragraph::ToDo("By 4 May: ring 999.\nNow.".into()));
        assert!(html.contains("font-weight:bold") && html.contains("href=\"tel:999\""), "{html}");
        assert!(html.contains("pre-line"), "{html}");
    }
}
