//! Parts of pages: mark, banner, reminder, labels, card, share, pager, timeline, table with bars.

use axum::http::Uri;
use calendar::clock::{self, Moment};
use disclosure::Shown;
use forms::Sent;
use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::contact::{Contact, phone_link};
use crate::routes::SECOND_STEP;
use crate::viewer::{SecondStep, Viewer};

/// Two lines that start apart and run on side by side.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg
            class="mark"
            viewBox="0 0 32 32"
            fill="none"
            stroke="currentColor"
            stroke-width="3.4"
            stroke-linecap="round"
            aria-hidden="true"
        >
            <path d="M6 4c0 9 6 7 6 14v10" />
            <path class="second" d="M26 4c0 9-6 7-6 14v10" />
        </svg>
    }
}

/// Says that something was done, and what happens next.
#[component]
pub fn Banner(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="banner" role="status" aria-label=title>
            <p>
                <b>{title}</b>
            </p>
            {children()}
        </div>
    }
}

/// What was done just now, as the address of the page after it says: `?done=` says what, and
/// `&joined=yes` that somebody joined by doing it. Anybody can pass an address on, so that a page
/// asks whether it is so for whoever looks before it says anything about them.
#[derive(Clone, Debug, Default)]
pub struct Done {
    what: String,
    pub has_joined: bool,
}

impl Done {
    /// What this address says. That somebody has joined, only to whoever just did.
    #[must_use]
    pub fn of(address: &Uri, viewer: &Viewer, now: Moment) -> Self {
        let query = Sent::query(address);
        let has_joined = query.typed("joined") == "yes" && viewer.has_just_joined(now);
        Self { what: query.line("done"), has_joined }
    }

    /// What was done, in a word or two; empty for nothing.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What the banner begins with: `joined` for somebody who joined by it.
    #[must_use]
    pub fn title(&self, title: &'static str, joined: &'static str) -> &'static str {
        if self.has_joined { joined } else { title }
    }
}

/// Small labels, as for services and places.
#[component]
pub fn Labels(labels: Vec<String>) -> impl IntoView {
    (!labels.is_empty()).then(|| {
        let labels =
            labels.into_iter().map(|label| view! { <li class="label">{label}</li> }).collect_view();
        view! {
            <ul class="labels" aria-label="Services and places">
                {labels}
            </ul>
        }
    })
}

/// One thing in a list: labels, its title as the link, and a line or more.
#[component]
pub fn Card(
    /// What kind of thing it is, for its look.
    #[prop(optional)]
    kind: &'static str,
    labels: Vec<String>,
    title: String,
    to: String,
    children: Children,
) -> impl IntoView {
    view! {
        <li class=format!("card {kind}")>
            <Labels labels />
            <h3>
                <a href=to>{title}</a>
            </h3>
            {children()}
        </li>
    }
}

/// The page's address to copy, and ways to send it on. It needs no script: each way is a link that
/// the person presses, and nothing is asked of another host before.
#[component]
pub fn Share(
    /// The whole address of the page.
    address: String,
    title: String,
) -> impl IntoView {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (subject, words) = (encoded(&title), encoded(&format!("{title} {address}")));
    view! {
        <details class="no-print">
            <summary>"Share this page"</summary>
            <div class="field">
                <label for="share">"Address to copy"</label>
                <input id="share" type="text" readonly=true value=address />
            </div>
            <p>
                <a href=format!("mailto:?subject={subject}&body={words}")>"Send it by email"</a>
            </p>
            <p>
                <a href=format!("https://wa.me/?text={words}") rel="noopener noreferrer">
                    "Send it on WhatsApp"
                </a>
            </p>
        </details>
    }
}

/// A day, in words and for machines: neither tells the minute.
#[component]
pub fn When(at: Moment) -> impl IntoView {
    view! { <time datetime=clock::date(at).to_string()>{clock::day(at)}</time> }
}

/// The way to more of a list, when there is more.
#[component]
pub fn Pager(
    /// The address of the first page, when this is a later one.
    first: Option<String>,
    /// The address of the next page, when there is one.
    next: Option<String>,
) -> impl IntoView {
    (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {first.map(|to| view! { <a href=to>"Back to the first page"</a> })}
                {next
                    .map(|to| {
                        view! {
                            <a class="button quiet" rel="next" href=to>
                                "Show more"
                            </a>
                        }
                    })}
            </nav>
        }
    })
}

/// What has happened and what comes next, in order: (when, whether it has happened, what).
#[component]
pub fn Timeline(steps: Vec<(Moment, bool, String)>) -> impl IntoView {
    let steps = steps
        .into_iter()
        .map(|(at, done, what)| {
            view! {
                <li class:done=done>
                    <time datetime=clock::machine(at)>{clock::day_and_hour(at)}</time>
                    {what}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline">{steps}</ol> }
}

/// A row of a table with bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub name: String,
    pub shown: Shown,
    /// The whole that these are a part of, where it is known and is shown too.
    pub of: Option<u64>,
}

impl Bar {
    /// The share of the whole: only of numbers that anyone can read.
    fn share(&self) -> Option<u64> {
        disclosure::share(self.shown.number()?, self.of?)
    }
}

/// A real table whose shares are also drawn, each on a track that is the whole. A number that is
/// not shown, or is a part of nothing that is shown, has no bar.
#[component]
pub fn Bars(caption: String, rows: Vec<Bar>) -> impl IntoView {
    let rounding = is_off_by_rounding(&rows).then(|| {
        view! {
            <p class="soft">"Percentages may not add up to 100 because of rounding."</p>
        }
    });
    let rows = rows
        .into_iter()
        .map(|row| {
            let (words, share) = (row.shown.words(), row.share());
            let words = match share {
                Some(share) => format!("{words} ({share}%)"),
                None => words,
            };
            view! {
                <tr>
                    <th scope="row">{row.name}</th>
                    <td>{words}{share.map(|share| view! { <ShareBar share /> })}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="bars">
            <caption>{caption}</caption>
            <tbody>{rows}</tbody>
        </table>
        {rounding}
    }
}

/// A share in hundredths, drawn on a track that is the whole. What it shows must be said in words
/// beside it.
#[component]
pub fn ShareBar(share: u64) -> impl IntoView {
    let width = share.min(100).to_string();
    view! {
        <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect width=width height="4" />
        </svg>
    }
}

/// Whether these are all parts of one whole, and their shares as they are written do not add up.
fn is_off_by_rounding(rows: &[Bar]) -> bool {
    let whole = rows.first().and_then(|row| row.of);
    let people = rows.iter().map(|row| row.shown.number()).sum::<Option<u64>>();
    let shares = rows.iter().map(Bar::share).sum::<Option<u64>>();
    rows.iter().all(|row| row.of == whole)
        && people == whole
        && shares.is_some_and(|shares| shares != 100)
}

/// On a desk, while it is not asked of them yet: that they will need a second step to sign in.
#[component]
pub fn SecondStepSoon<'a>(viewer: &'a Viewer) -> impl IntoView {
    let from = viewer.person().and_then(|person| match person.second_step {
        SecondStep::AskedFrom(from) => Some(clock::day(from)),
        SecondStep::NotAsked | SecondStep::Missing | SecondStep::SetUp => None,
    });
    from.map(|from| {
        view! {
            <div class="panel gold">
                <p>
                    <b>{format!("From {from} you will need a code from your phone to sign in.")}</b>
                </p>
                <p>
                    <a href=SECOND_STEP>"Set it up now: it takes five minutes"</a>
                </p>
            </div>
        }
    })
}

/// Who gives families advice about their own child, with links to reach them.
pub fn who_advises(contact: &Contact) -> impl IntoView + use<> {
    view! {
        {contact.advises()}
        {advice_links(contact)}
    }
}

/// How to reach whoever gives families advice: as sentences with links, whichever there are.
pub fn advice_links(contact: &Contact) -> impl IntoView + use<> {
    let phone = phone_link(&contact.advice_phone).map(|to| {
        view! {
            " Call "
            <a href=to>{contact.advice_phone.replace(' ', "\u{a0}")}</a>
            "."
        }
    });
    let web = (!contact.advice_web.is_empty()).then(|| {
        view! {
            " "
            <a href=contact.advice_web.clone() rel="noopener">
                "Go to their website"
            </a>
            "."
        }
    });
    view! {
        {phone}
        {web}
    }
}

/// The words with a capital at the start, as at the beginning of a sentence or on a button.
#[must_use]
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(people: &[Shown], of: Option<u64>) -> Vec<Bar> {
        let row = |shown: &Shown| Bar { name: "Row".into(), shown: *shown, of };
        people.iter().map(row).collect()
    }

    #[test]
    fn who_advises_can_be_called_and_opened_by_a_tap() {
        let shown = |contact: &Contact| crate::ui::rendered(|| who_advises(contact));
        let contact = Contact {
            advice_phone: "0151 496 0123".into(),
            advice_web: "https://example.org/advice".into(),
            ..Contact::default()
        };
        let html = shown(&contact);
        assert!(html.contains("href=\"tel:01514960123\""), "{html}");
        assert!(html.contains("href=\"https://example.org/advice\""), "{html}");
        assert!(!shown(&Contact::default()).contains("<a"));
    }

    fn drawn(people: &[Shown], of: Option<u64>) -> String {
        let rows = rows(people, of);
        Owner::new().with(|| view! { <Bars caption="All".to_owned() rows /> }.to_html())
    }

    #[test]
    fn a_bar_is_the_share_that_is_printed_beside_it() {
        let html = drawn(&[Shown::Number(1_500), Shown::Number(500)], Some(2_000));
        assert!(html.contains("1,500 (75%)") && html.contains("width=\"75\""), "{html}");
        assert!(html.contains("500 (25%)") && html.contains("width=\"25\""), "{html}");
    }

    #[test]
    fn what_is_not_shown_and_what_is_part_of_nothing_has_no_bar() {
        let html = drawn(&[Shown::FewerThanTen, Shown::Hidden], Some(40));
        assert!(!html.contains("<svg") && !html.contains('%'), "{html}");
        let html = drawn(&[Shown::Number(30)], None);
        assert!(html.contains("30") && !html.contains("<svg"), "{html}");
    }

    #[test]
    fn shares_that_do_not_add_up_say_so_once_and_only_where_they_are_parts_of_one_whole() {
        let thirds = [Shown::Number(10), Shown::Number(10), Shown::Number(10)];
        assert!(is_off_by_rounding(&rows(&thirds, Some(30))));
        assert!(!is_off_by_rounding(&rows(&thirds[..2], Some(20))));
        assert!(!is_off_by_rounding(&rows(&thirds, Some(40))), "several answers of each");
        assert!(!is_off_by_rounding(&rows(&[Shown::Number(20), Shown::Hidden], Some(30))));
        assert!(
            !is_off_by_rounding(&rows(&[Shown::Number(0)], Some(0))) && !is_off_by_rounding(&[])
        );
        assert_eq!(drawn(&thirds, Some(30)).matches("because of rounding").count(), 1);
    }
}
