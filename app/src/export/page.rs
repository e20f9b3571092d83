//! A copy as one page to read, also on a phone and without a signal. It loads nothing from anywhere
//! else.

use calendar::clock;
use ground::house::House;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::everything::{Everything, Held, NO, Named};

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:42rem;margin:0 \
    auto;padding:1rem;color:#16302b;background:#fbf8f2;overflow-wrap:anywhere}
h1,h2{line-height:1.2}h2{margin-block-start:2.5rem}ul{padding-inline-start:1.2rem}
dl{margin-block:1rem;padding-block-start:1rem;border-block-start:1px solid #d9dfd6}
dt{color:#4a5f59;font-size:.9rem}dd{margin:0 0 .6rem;white-space:pre-line}
@media print{body{background:#fff;font-size:11pt}}";

/// What is in no copy, in the words of the page. `copy.json` has all of it.
const NOT_HERE: [&str; 6] = [
    "Your answers to consultations. Nobody can tell whose answers these are, not even we. Use the \
     code you were given to read or delete them.",
    "Your password, and the links in our emails. We only have scrambled forms of them.",
    "The words of anything that was passed on to our safeguarding lead, and their notes. Someone \
     else might read this file. Ask us, and a person will answer you.",
    "Who other people are. Where someone else did something, it says “someone else”.",
    "Numbers about many people, which could give others away.",
    "The text of emails that have gone. We delete it once they are sent.",
];

pub fn page(house: &House, all: &Everything) -> String {
    let is_account = all.about == "account";
    let title = if is_account {
        "Everything we keep about you"
    } else {
        "What we keep about your emails about changes"
    };
    let read_at = clock::day_and_hour(house.clock.now());
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) " – " (all.forum) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (title) }
                    p { "This is what " b { (all.forum) } " had about you on " (read_at) ". Keep \
                        this file where only you can read it." }
                    @if !is_account {
                        p { "If you have an account with us, it is not in here: sign in and ask \
                            for a copy on the page “Your account”." }
                    }
                    @if all.kept.is_empty() { p { "We keep nothing about you." } }
                    @for held in &all.kept { (section(held)) }
                    @if !all.files.is_empty() { (files(all)) }
                    h2 { "What is not in here" }
                    ul { @for what in NOT_HERE { li { (what) } } }
                    p { "How long we keep each thing: " a href=(house.link("/privacy")) { "Privacy" } }
                    h2 { "For other programs" }
                    p { "The file " code { "copy.json" } " says the same for programs, \
                        and " code { "copy.schema.json" } " says what is in it." }
                }
            }
        }
    }
    .into_string()
}

fn section(held: &Held) -> Markup {
    let labelled: Vec<(&Named, &str)> =
        held.columns.iter().filter_map(|column| Some((column, column.label.as_deref()?))).collect();
    html! {
        h2 { (held.title) }
        @for row in &held.rows {
            dl {
                @for (column, label) in &labelled {
                    @if let Some(value) = value(column, row.get(&column.name)) {
                        dt { (label) } dd { (value) }
                    }
                }
            }
        }
    }
}

/// A value as people read it; `None` where there is none, or it says only that something does not
/// concern her.
fn value(column: &Named, kept: Option<&Option<String>>) -> Option<String> {
    let is_said = |value: &&String| !(value.is_empty() || column.is_if && *value == NO);
    let value = kept?.as_ref().filter(is_said)?;
    let at = clock::read_machine(value).map(clock::day_and_hour);
    Some(at.unwrap_or_else(|| value.clone()))
}

fn files(all: &Everything) -> Markup {
    html! {
        h2 { "Your files" }
        ul {
            @for file in &all.files {
                li {
                    @if let Some(path) = &file.path { (file.name) ": " code { (path) } }
                    @else { (file.name) ": " (file.why_not.as_deref().unwrap_or_default()) }
                }
            }
        }
    }
}
