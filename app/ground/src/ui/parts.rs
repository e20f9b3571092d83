//! Parts of pages: mark, banner, labels, card, share, pager, timeline, table with bars.

use calendar::clock::{self, Millis};
use disclosure::Shown;
use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

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
pub fn Card(labels: Vec<String>, title: String, to: String, children: Children) -> impl IntoView {
    view! {
        <li class="card">
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
    /// What the page is called.
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

/// A day, in words and for machines.
#[component]
pub fn When(at: Millis) -> impl IntoView {
    view! { <time datetime=clock::machine(at)>{clock::day(at)}</time> }
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
pub fn Timeline(steps: Vec<(Millis, bool, String)>) -> impl IntoView {
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

/// A real table whose numbers are also drawn as bars. Only numbers that may be shown have a bar.
#[component]
pub fn Bars(caption: String, rows: Vec<(String, Shown)>) -> impl IntoView {
    let largest = rows.iter().filter_map(|(_, shown)| shown.number()).max().unwrap_or(0).max(1);
    let rows = rows
        .into_iter()
        .map(|(name, shown)| {
            let bar = shown.number().map(|number| {
                // Hundredths of the longest bar; the largest number is at least one.
                let width = (u128::from(number) * 100 / u128::from(largest)).to_string();
                view! {
                    <svg
                        class="bar"
                        viewBox="0 0 100 4"
                        preserveAspectRatio="none"
                        aria-hidden="true"
                    >
                        <rect width=width height="4" />
                    </svg>
                }
            });
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    <td>{shown.words()}{bar}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="bars">
            <caption>{caption}</caption>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// The words with a capital at the start, as at the beginning of a sentence or on a button.
#[must_use]
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
