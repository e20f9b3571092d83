//! Search over everything public: one page, and the local words that an administrator keeps.

pub mod rules;
pub mod store;

use area::texts;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Area, Banner, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;

use self::rules::{LocalWords, Marked};
use self::store::{Found, LOCAL_WORDS, MOST_FOUND, Thing};

pub use self::store::refresh;

/// The kinds of things that can be found: the folder of their address, and what people call one.
const KINDS: [(&str, &str, &str); 10] = [
    ("topics", "Topic from parents", "Topics"),
    ("notices", "Change to a service", "Changes"),
    ("consultations", "Consultation", "Consultations"),
    ("plans", "Plan", "Plans"),
    ("updates", "What happened", "What happened"),
    ("rounds", "Voting round", "Voting rounds"),
    ("local-offer/comments", "Comment on the Local Offer", "Local Offer"),
    ("services", "Service", "Services"),
    ("places", "Place", "Places"),
    (HELP, "Help", "Help"),
];
const HELP: &str = "help";
/// How many are shown on a page.
const ON_A_PAGE: usize = 20;

/// What a thing of this kind is called.
#[must_use]
pub fn kind_title(kind: &str) -> &'static str {
    KINDS.iter().find(|(folder, ..)| *folder == kind).map_or("", |(_, title, _)| title)
}

impl Thing {
    #[must_use]
    pub fn address(&self) -> String {
        if self.kind == HELP { self.id.clone() } else { format!("/{}/{}", self.kind, self.id) }
    }
}

/// Where a parent proposes a topic; nobody else who is signed in may.
const PROPOSE: &str = "/topics/new";

/// Pages that explain and do things, with words people look for them by.
fn help() -> Vec<Thing> {
    let pages = [
        ("/subscribe", "Get told about changes", "email emails alerts sign up subscribe news"),
        (PROPOSE, "Propose a topic", "suggest idea ask plan new topic"),
        ("/have-your-say", "Have your say", "vote voting survey questionnaire answer consultation"),
        ("/about", "About us", "who runs this parent carer forum volunteers"),
        (
            "/contact",
            "Contact us",
            "telephone phone ring call email post address complain SENDIASS advice help danger",
        ),
        ("/privacy", "Privacy", "data protection personal data cookies delete erase ICO GDPR"),
        ("/accessibility", "Accessibility", "disabled screen reader large print Easy Read BSL"),
        ("/record", "How are we doing?", "record figures evidence inspection Ofsted CQC"),
        (
            "/local-offer",
            "Comments on the Local Offer",
            "local offer list of support comment directory",
        ),
        ("/services", "Services and places", "services places area"),
        ("/sign-up", "Join", "join register create an account sign up"),
        ("/sign-in", "Sign in", "sign in log in login password"),
        ("/forgotten-password", "Forgotten your password?", "forgotten lost reset password"),
    ];
    let thing = |(to, title, words): (&str, &str, &str)| Thing {
        kind: HELP.to_owned(),
        id: to.to_owned(),
        title: title.to_owned(),
        words: words.to_owned(),
        since: clock::Moment::default(),
    };
    pages.into_iter().map(thing).collect()
}

/// GET `/search`, or `?q=WORDS`, with `&kind=FOLDER` and `&page=2`.
pub async fn search_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    let search: String = query.line("q").chars().take(200).collect();
    let local = store::local_words(&store::local_text(&house.db).await?)?;
    let mut found = store::find(&house.db, &search, &local, house.clock.now()).await?;
    let may_propose = viewer.may_propose();
    found.things.retain(|thing| may_propose || thing.address() != PROPOSE);
    let kind = query.typed("kind").to_owned();
    let page_number = usize::try_from(forms::page_number(&query)).unwrap_or(1);
    let title = if search.is_empty() { "Search".to_owned() } else { format!("Search: {search}") };
    let page = Page::new(title, || {
        let results = (!search.is_empty())
            .then(|| results(&search, found, &local, (&kind, page_number), may_propose));
        let start = search.is_empty().then(|| {
            view! {
                <p>
                    "You can use the words you use at home. For example: "
                    <a href="/search?q=EHCP">"EHCP"</a>", "
                    <a href="/search?q=respite">"respite"</a>", "
                    <a href="/search?q=speech+therapy">"speech therapy"</a>", "
                    <a href="/search?q=taxi">"taxi"</a>"."
                </p>
            }
        });
        view! {
            <div class="stack">
                <h1>"Search"</h1>
                <form method="get" action="/search" role="search" class="row">
                    <div class="field">
                        <label for="q">"Topics, changes, plans, consultations and help"</label>
                        <input id="q" name="q" type="search" value=search.clone() />
                    </div>
                    <button class="button">"Search"</button>
                </form>
                {start}
                {results}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn results(
    search: &str,
    found: Found,
    local: &LocalWords,
    (kind, page_number): (&str, usize),
    may_propose: bool,
) -> AnyView {
    let Found { things, terms, meant, is_all, is_whole } = found;
    if things.is_empty() {
        return nothing(search, may_propose).into_any();
    }
    let of = |wanted: &str| things.iter().filter(|thing| thing.kind == wanted).count();
    let address = |kind: &str, page: usize| {
        let mut query = form_urlencoded::Serializer::new("/search?".to_owned());
        query.append_pair("q", search);
        if !kind.is_empty() {
            query.append_pair("kind", kind);
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        query.finish()
    };
    let kinds = KINDS.iter().map(|(folder, _, many)| (*folder, *many, of(folder)));
    let kinds = [("", "All", things.len())].into_iter().chain(kinds).filter(|(.., many)| *many > 0);
    let kinds = kinds
        .map(|(folder, title, many)| {
            view! {
                <a href=address(folder, 1) aria-current=(folder == kind).then_some("true")>
                    {format!("{title} ({many})")}
                </a>
            }
        })
        .collect_view();
    let meant = meant
        .into_iter()
        .map(|(typed, word)| {
            view! {
                <p>
                    {format!("Nothing here says “{typed}”. Showing results for ")}<b>{word}</b>"."
                </p>
            }
        })
        .collect_view();
    let heading = match (things.len(), is_all) {
        (MOST_FOUND.., _) => format!("The {MOST_FOUND} best results for “{search}”"),
        (_, true) if !is_whole => format!("The best results for “{search}”"),
        (1, true) => format!("1 result for “{search}”"),
        (many, true) => format!("{many} results for “{search}”"),
        (_, false) => "Nothing has all of these words. These have some of them".to_owned(),
    };
    let chosen: Vec<Thing> =
        things.into_iter().filter(|thing| kind.is_empty() || thing.kind == kind).collect();
    let has_more = chosen.len() > page_number * ON_A_PAGE;
    let rows = chosen
        .into_iter()
        .skip((page_number - 1) * ON_A_PAGE)
        .take(ON_A_PAGE)
        .map(|thing| result(&thing, &terms, local))
        .collect_view();
    let next = has_more.then(|| address(kind, page_number + 1));
    let first = (page_number > 1).then(|| address(kind, 1));
    view! {
        <h2>{heading}</h2>
        {meant}
        <nav class="pager" aria-label="Kinds of results">
            {kinds}
        </nav>
        <ul class="cards one">{rows}</ul>
        <ground::ui::Pager first next />
    }
    .into_any()
}

fn result(thing: &Thing, terms: &[rules::Term], local: &LocalWords) -> impl IntoView + use<> {
    let title = pieces(rules::marked(&thing.title, terms, local));
    let words = (thing.kind != HELP && !thing.words.is_empty())
        .then(|| view! { <p class="soft">{pieces(rules::around(&thing.words, terms, local))}</p> });
    let when = (thing.since.millis() > 0).then(|| format!(" – {}", clock::day(thing.since)));
    view! {
        <li class="card">
            <p>
                <span class="label">{kind_title(&thing.kind)}</span>
                <small>{when}</small>
            </p>
            <h3>
                <a href=thing.address()>{title}</a>
            </h3>
            {words}
        </li>
    }
}

fn pieces(marked: Marked) -> AnyView {
    marked
        .into_iter()
        .map(
            |(is_found, words)| {
                if is_found { view! { <mark>{words}</mark> }.into_any() } else { words.into_any() }
            },
        )
        .collect_view()
        .into_any()
}

fn nothing(search: &str, may_propose: bool) -> impl IntoView + use<> {
    let propose = may_propose.then(|| {
        view! {
            <li>
                "Should this be planned? "<a href=PROPOSE>"Propose a topic"</a>
                " and other parents can support it."
            </li>
        }
    });
    view! {
        <h2>{format!("No results for “{search}”")}</h2>
        <ul>
            <li>"Check the spelling, or try fewer words."</li>
            {propose}
            <li>
                "Need an answer about your own child? "
                <a href="/contact">"See who can help"</a>"."
            </li>
            <li>"Or look through "<a href="/services">"services and places"</a>"."</li>
        </ul>
    }
}

/// GET `/admin/search-words`
pub async fn search_words_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let text = store::local_text(&house.db).await?;
    let sent = Sent::of(&[("words", &text)]);
    let is_done = Sent::query(&uri).typed("done") == "saved";
    Ok(words_page(&sent, is_done, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/admin/search-words`: the whole list; an empty one brings back what was shipped.
pub async fn save_search_words(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let text = sent.typed("words").trim().replace("\r\n", "\n");
    let read = forms::optional(text.clone(), 20_000).and_then(|text| LocalWords::read(&text));
    if let Err(what_to_do) = read {
        let refusals = Refusals::one("words", what_to_do);
        return Ok(words_page(&sent, false, &refusals).answer(&house, &viewer));
    }
    let text = if text.is_empty() { rules::SHIPPED.to_owned() } else { text };
    texts::save_by(&house, &viewer, &[(LOCAL_WORDS, &text)], "search words changed").await?;
    Ok(Redirect::to("/admin/search-words?done=saved").into_response())
}

fn words_page(sent: &Sent, is_done: bool, refusals: &Refusals) -> Page {
    let page = Page::new("Words people search for", || {
        let banner = is_done.then(|| {
            view! {
                <Banner title="Saved">
                    <p>"Search will use the new list within a minute."</p>
                </Banner>
            }
        });
        view! {
            <div class="stack">
                {banner}
                <Summary refusals />
                <p>
                    <a class="back" href="/admin">
                        "Administration"
                    </a>
                </p>
                <h1>"Words people search for"</h1>
                <p class="lead">
                    "Parents and services use different words for the same thing. If someone \
                     searches for one word on a line, they also find the others."
                </p>
                <form method="post" novalidate>
                    <Area
                        name="words"
                        label="One line for each thing, with commas between the words"
                        hint="For example: respite, short breaks. Leave it empty to go back to the \
                        list we started with."
                        rows=20
                        value=sent.typed("words")
                        refusals
                    />
                    <button class="button">"Save"</button>
                </form>
            </div>
        }
    });
    page.refused_for(refusals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_where_its_kind_and_id_say() {
        let thing = |kind: &str, id: &str| Thing {
            kind: kind.to_owned(),
            id: id.to_owned(),
            title: String::new(),
            words: String::new(),
            since: clock::Moment::default(),
        };
        assert_eq!(thing("topics", "1").address(), "/topics/1");
        assert_eq!(thing("help", "/contact").address(), "/contact");
    }
}
