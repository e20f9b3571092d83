//! The document around a room's own words: title, style, header, menu, footer.

use std::sync::{Arc, LazyLock};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use forms::Refusals;
use leptos::prelude::*;
use memchr::memmem;

use super::described::described;
use super::direction::with_directions;
use super::{Mark, Script, content_policy, css};
use crate::contact::{Contact, phone_link};
use crate::house::House;
use crate::viewer::Viewer;

/// A page that will be the answer.
#[derive(Debug)]
pub struct Page {
    title: String,
    body: String,
    status: StatusCode,
    program: Option<&'static str>,
    script: Option<&'static str>,
    is_kept: bool,
    signs_in: bool,
    layout: &'static str,
    about: Option<String>,
    cookies: Vec<String>,
}

/// The title of a page about one thing among many, so that no two tabs are called the same.
#[must_use]
pub fn titled(words: &str, thing: &str) -> String {
    format!("{words}: {thing}")
}

impl Page {
    /// Renders a page. `title` is its `<h1>` in short; `view` is made here, so that islands find
    /// their owner.
    pub fn new<V: IntoView>(title: impl Into<String>, view: impl FnOnce() -> V) -> Self {
        Self {
            title: title.into(),
            body: rendered(view),
            status: StatusCode::OK,
            program: None,
            script: None,
            is_kept: false,
            signs_in: false,
            layout: "",
            about: None,
            cookies: Vec::new(),
        }
    }

    /// For a link in an email that no longer works: 410, why, and where to go instead.
    pub fn link_ended(
        title: &'static str,
        why: &'static str,
        (to, label): (&'static str, &'static str),
    ) -> Self {
        let page = Self::new(title, || {
            view! {
                <div class="stack">
                    <h1>{title}</h1>
                    <p class="lead">{why}</p>
                    <p>
                        <a class="button" href=to>
                            {label}
                        </a>
                    </p>
                </div>
            }
        });
        page.status(StatusCode::GONE)
    }

    /// In place of a form that nobody can send yet: an administrator has not named what people
    /// choose from there. `can_not`: what they can't do yet, in a sentence.
    pub fn not_ready(title: &'static str, can_not: &'static str) -> Self {
        Self::new(title, || {
            view! {
                <div class="stack">
                    <h1>{title}</h1>
                    <p class="lead">
                        {can_not} " We are still setting this up. Please come back soon."
                    </p>
                    <p>
                        <a class="button" href="/contact">
                            "Contact us"
                        </a>
                    </p>
                </div>
            }
        })
    }

    /// The same page again when there is a problem: 422, "Error: " before the title, what was typed
    /// still there.
    #[must_use]
    pub fn refused_for(mut self, refusals: &Refusals) -> Self {
        if refusals.is_empty() {
            return self;
        }
        self.title = format!("Error: {}", self.title);
        self.status(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// A page to write in, or with what was written: the browser may keep it, so that going back
    /// finds all of it again. Never a page with someone else's words: it may stay on a disk until
    /// this person signs out.
    #[must_use]
    pub fn kept_for_going_back(mut self) -> Self {
        self.is_kept = true;
        self
    }

    /// Sets a cookie, by this line ([`crate::cookie::line`]).
    #[must_use]
    pub fn with_cookie(mut self, line: String) -> Self {
        self.cookies.push(line);
        self
    }

    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Loads the program for parents (`islands`) after the page can be used.
    #[must_use]
    pub fn with_island(self) -> Self {
        self.with_program("app")
    }

    /// Loads this program after the page can be used: one for organisers, which parents never load.
    #[must_use]
    pub fn with_program(mut self, name: &'static str) -> Self {
        self.program = Some(name);
        self
    }

    /// Runs this script, which is written out in the page and loads nothing: for the few pages that
    /// need something of the browser that a form can't do.
    #[must_use]
    pub fn with_script(mut self, script: &'static str) -> Self {
        self.script = Some(script);
        self
    }

    /// For someone whose session begins with this very answer: its header says so already.
    #[must_use]
    pub fn signs_in(mut self) -> Self {
        self.signs_in = true;
        self
    }

    /// Uses the width of a wide screen, for what stands in columns there.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.layout = "wide";
        self
    }

    /// Has its headings beside it on a wide screen, as links: for long pages.
    #[must_use]
    pub fn with_contents(mut self) -> Self {
        let (body, parts) = with_names(&self.body);
        if parts.len() < 3 {
            return self;
        }
        let contents = rendered(|| {
            let parts = parts.into_iter().enumerate().map(|(nth, part)| {
                view! {
                    <li>
                        <a href=format!("#part-{nth}") inner_html=part />
                    </li>
                }
            });
            let parts = parts.collect_view();
            view! {
                <nav class="contents" aria-label="On this page">
                    <h2>"On this page"</h2>
                    <ul>{parts}</ul>
                </nav>
            }
        });
        self.body = format!("<div>{body}</div>{contents}");
        self.layout = "with-contents";
        self
    }

    /// What this page is about, in a sentence for whoever it is passed on to. Without one it is the
    /// page's lead.
    #[must_use]
    pub fn about(mut self, words: &str) -> Self {
        self.about = Some(words.to_owned());
        self
    }

    /// The whole document, for this person.
    #[must_use]
    pub fn answer(self, house: &House, viewer: &Viewer) -> Response {
        let folder = house.names.program.as_deref();
        let program = self.program.zip(folder);
        let script = self
            .script
            .map(Script::Small)
            .or_else(|| program.map(|(name, folder)| Script::Program(boot_script(folder, name))));
        let policy = content_policy(script.as_ref());
        let script = script.map(|script| script.text().to_owned());
        let is_signed_in = self.signs_in || viewer.is_signed_in();
        let path = viewer.public_page().filter(|_| self.status == StatusCode::OK);
        let described =
            path.map(|path| described(house, path, &self.title, self.about.as_deref(), &self.body));
        let (body, layout) =
            (with_directions(&self.body), (!self.layout.is_empty()).then_some(self.layout));
        let title = format!("{} – {}", self.title, house.names.forum);
        let forum = house.names.forum.clone();
        let head = rendered(|| {
            view! {
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/icon-192.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                {described}
            }
        });
        let body = rendered(|| {
            view! {
                <body>
                    <a class="skip" href="#main">
                        "Skip to main content"
                    </a>
                    <Header forum viewer is_signed_in />
                    <main id="main" class=layout inner_html=body />
                    <Footer contact=house.contact.get() />
                    {script.map(|script| view! { <script type="module" inner_html=script /> })}
                </body>
            }
        });
        let document = [BEGINNING.as_str(), &head, "</head>", &body, "</html>"].concat();
        let mut answer = (self.status, Html(document)).into_response();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        for cookie in self.cookies.iter().filter_map(|line| HeaderValue::from_str(line).ok()) {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        if self.is_kept {
            answer
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        }
        answer
    }
}

/// How every page begins, with its style: the same in each, so that it can be packed once for all.
pub static BEGINNING: LazyLock<String> = LazyLock::new(|| {
    let head = document(|| {
        view! {
            <html lang="en-GB">
                <head>{beginning()}</head>
            </html>
        }
    });
    head.split("</head>").next().unwrap_or_default().to_owned()
});

fn beginning() -> impl IntoView {
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <style inner_html=css() />
    }
}

/// A whole document, for a page, an email or a file; `view` is its `<html>`.
pub fn document<V: IntoView>(view: impl FnOnce() -> V) -> String {
    format!("<!DOCTYPE html>{}", rendered(view))
}

/// A view as HTML. It is made here, so that islands find their owner.
pub fn rendered<V: IntoView>(view: impl FnOnce() -> V) -> String {
    without_marks(&Owner::new().with(|| view().into_view().to_html()))
}

/// A page's own words with a name at each heading of its parts, and these headings; not of what is
/// folded away.
fn with_names(html: &str) -> (String, Vec<String>) {
    const HEADING: &str = "<h2>";
    let (mut named, mut parts, mut rest) = (String::with_capacity(html.len()), Vec::new(), html);
    let (mut opened, mut closed) = (0, 0);
    while let Some((before, after)) = rest.split_once(HEADING) {
        let Some((heading, _)) = after.split_once("</h2>") else { break };
        named += before;
        opened += before.matches("<details").count();
        closed += before.matches("</details>").count();
        if opened > closed {
            named += HEADING;
            rest = after;
            continue;
        }
        named += &format!("<h2 id=\"part-{}\">", parts.len());
        parts.push(heading.to_owned());
        rest = after;
    }
    (named + rest, parts)
}

const MARK: &str = "<!>";

/// Takes out the marks that the view library leaves to find its places again. Only what it
/// takes over in a browser needs them (the organisers' program), and there they become what HTML
/// calls a comment; the browser reads both as the same.
fn without_marks(html: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(html.len()), html);
    while let Some(at) = memmem::find(rest.as_bytes(), b"<leptos-island") {
        let (before, island) = rest.split_at(at);
        let (island, after) = island.split_once("</leptos-island>").unwrap_or((island, ""));
        add_with(&mut plain, before, "");
        add_with(&mut plain, island, "<!---->");
        plain += "</leptos-island>";
        rest = after;
    }
    add_with(&mut plain, rest, "");
    plain
}

/// Adds HTML with this in place of each mark.
fn add_with(plain: &mut String, html: &str, in_place: &str) {
    let mut begins = 0;
    for at in memmem::find_iter(html.as_bytes(), MARK) {
        plain.push_str(&html[begins..at]);
        plain.push_str(in_place);
        begins = at + MARK.len();
    }
    plain.push_str(&html[begins..]);
}

/// Loads the program, once the browser has nothing else to do or somebody begins, and wakes every
/// island. Parents' program finds its forms by itself; the organisers' is woken by the names that
/// the view library gave. Without it, and before it, each island's form posts by itself. Last, it
/// keeps the page that says "You are offline" on the phone.
fn boot_script(folder: &str, name: &str) -> String {
    format!(
        "await new Promise(go=>{{(self.requestIdleCallback??setTimeout)(go);\
         for(const on of ['pointerdown','keydown'])addEventListener(on,go)}});\
         const w=fetch('{folder}/{name}.wasm'),m=await import('{folder}/{name}.js');await \
         m.default({{module_or_path:w}});m.hydrate();\
         for(const e of document.querySelectorAll('leptos-island'))m[e.dataset.component](e);\
         navigator.serviceWorker?.register('/offline.js')"
    )
}

/// What people come for, in the order of need.
const MAIN: [(&str, &str); 5] = [
    ("/have-your-say", "Have your say"),
    ("/notices", "Changes"),
    ("/updates", "What happened"),
    ("/plans", "Plans"),
    ("/search", "Search"),
];

/// The top of every page. A phone has all of it in a menu that opens where it is pressed; on a wide
/// screen what people come for is open, and the menu is the person's own.
#[component]
fn Header<'a>(forum: String, viewer: &'a Viewer, is_signed_in: bool) -> impl IntoView {
    let main = || MAIN.map(|(to, label)| view! { <a href=to>{label}</a> }).collect_view();
    let desk = || viewer.desks().next().map(|desk| view! { <a href=desk.path>"Your desk"</a> });
    let name = viewer.person().map_or("Your account", |person| &person.shown_name).to_owned();
    let summary = if is_signed_in {
        view! {
            <span class="phone">"Menu"</span>
            <span class="wide">{name}</span>
        }
        .into_any()
    } else {
        "Menu".into_any()
    };
    view! {
        <header class="top">
            <div>
                <Mark />
                <a class="home" href="/">
                    <b>{forum}</b>
                    <span>"Run by parents and carers"</span>
                </a>
                <nav class="wide" aria-label="Main">
                    {desk()} {main()}
                    {(!is_signed_in)
                        .then(|| {
                            view! {
                                <a class="in" href="/sign-in">
                                    "Sign in"
                                </a>
                            }
                        })}
                </nav>
                <details class=if is_signed_in { "menu" } else { "menu phone" }>
                    <summary>{summary}</summary>
                    <nav aria-label="Menu">
                        <div class="phone">
                            {desk()} {main()} <a href="/subscribe">"Get told about changes"</a>
                            {viewer
                                .may_propose()
                                .then(|| view! { <a href="/topics/new">"Propose a topic"</a> })}
                            <a href="/contact">"Contact us"</a>
                        </div>
                        <Own viewer is_signed_in />
                    </nav>
                </details>
            </div>
        </header>
    }
}

/// What is a person's own: their pages and their desks, or the ways in.
#[component]
fn Own<'a>(viewer: &'a Viewer, is_signed_in: bool) -> impl IntoView {
    if !is_signed_in {
        return view! {
            <a href="/sign-in">"Sign in"</a>
            <a href="/sign-up">"Join"</a>
        }
        .into_any();
    }
    let desks = viewer.desks().map(|desk| view! { <a href=desk.path>{desk.title}</a> });
    let desks = desks.collect_view();
    view! {
        {desks}
        <a href="/account">"Your account"</a>
        <a href="/account/said">"What you said"</a>
        <a href="/account/emails">"Your emails"</a>
        <form method="post" action="/sign-out">
            <button>"Sign out"</button>
        </form>
    }
    .into_any()
}

/// The foot of every page: how to reach the forum, and what it says of itself.
#[component]
fn Footer(contact: Arc<Contact>) -> impl IntoView {
    let reach = phone_link(&contact.phone).map(|to| {
        let hours = (!contact.hours.is_empty()).then(|| format!(", {}", contact.hours));
        view! {
            <p>
                "Call us: "
                <a href=to>
                    <b>{contact.phone.replace(' ', "\u{a0}")}</b>
                </a>{hours}
            </p>
        }
    });
    let links = [
        ("/about", "About us"),
        ("/contact", "Contact us"),
        ("/record", "How are we doing?"),
        ("/local-offer", "Local Offer"),
        ("/services", "Services and places"),
        ("/accessibility", "Accessibility"),
        ("/privacy", "Privacy"),
    ];
    let links = links.map(|(to, label)| {
        view! {
            <li>
                <a href=to>{label}</a>
            </li>
        }
    });
    view! {
        <footer>
            <div>
                {reach} <ul>{links.collect_view()}</ul>
                <p>"Run by parents and carers. Not part of the council or the NHS."</p>
            </div>
        </footer>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_page_names_its_parts_in_order() {
        let (named, parts) = with_names("<h1>a</h1><h2>b &amp; c</h2><p></p><h2>d</h2>");
        let folded = "<details><h2>e</h2></details>";
        assert_eq!(with_names(folded), (folded.to_owned(), vec![]));
        assert_eq!(parts, ["b &amp; c", "d"]);
        assert_eq!(
            named,
            "<h1>a</h1><h2 id=\"part-0\">b &amp; c</h2><p></p><h2 id=\"part-1\">d</h2>"
        );
    }

    #[test]
    fn marks_go_but_for_those_the_view_library_needs_in_a_browser() {
        let html =
            "<p>a<!>b</p><leptos-island data-component=\"x\"><b><!>c</b></leptos-island><!><i></i>";
        assert_eq!(
            without_marks(html),
            "<p>ab</p><leptos-island data-component=\"x\"><b><!---->c</b></leptos-island><i></i>"
        );
        assert_eq!(without_marks(&without_marks(html)), without_marks(html));
    }
}
