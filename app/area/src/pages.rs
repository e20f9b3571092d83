//! The administrator's pages.

use forms::{Refusals, Sent};
use ground::ui::{Banner, Field, Page, Summary};
use leptos::prelude::*;

use super::items::AreaItem;
use super::place_facts::{FACTS, Fact};
use super::rules::AreaKind;

/// The services, places and organisations of the area.
pub fn area_lists(
    lists: Vec<(AreaKind, Vec<AreaItem>)>,
    done: &str,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let page = Page::new("Services, places and organisations", || {
        let mut head = Some(view! {
            {saved_banner(done)}
            <Summary refusals />
            <p>
                <a class="back" href="/admin">
                    "Administration"
                </a>
            </p>
            <h1>"Services, places and organisations"</h1>
        });
        let lists = lists.into_iter().map(|(what, rows)| {
            view! {
                <section class="stack">
                    {head.take()}
                    <h2>{what.title()}</h2>
                    {table(what, rows)}
                    {form_of_new(what, sent, refusals)}
                </section>
            }
        });
        view! { <div class="stack-l">{lists.collect::<Vec<_>>()}</div> }
    });
    page.refused_for(refusals)
}

/// The form that adds one.
fn form_of_new(what: AreaKind, sent: &Sent, refusals: &Refusals) -> AnyView {
    let [label, hint, adds] = what.form();
    let from_file = what.has_facts().then(|| {
        view! {
            <p>
                <a href="/admin/area/baselines">"Use numbers of children from a CSV file"</a>
            </p>
        }
    });
    let facts = what.has_facts().then(|| fact_fields(sent, refusals));
    view! {
        {from_file}
        <form method="post" action="/admin/area" novalidate>
            {hidden(what, sent)}
            <Field name=what.field() label hint value=sent.typed(what.field()) refusals />
            {facts}
            <button class="button quiet">{adds}</button>
        </form>
    }
    .into_any()
}

/// That what was sent is saved, after a change.
pub fn saved_banner(done: &str) -> impl IntoView + use<> {
    (done == "kept").then(|| {
        view! {
            <Banner title="Saved">
                <p />
            </Banner>
        }
    })
}

/// What is sent with a new one: what it is, and the name that was asked about, if it was.
fn hidden(what: AreaKind, sent: &Sent) -> impl IntoView + use<> {
    let sure = if sent.typed("what") == what.word() { sent.typed("sure") } else { "" };
    view! {
        <input type="hidden" name="what" value=what.word() />
        <input type="hidden" name="sure" value=sure.to_owned() />
    }
}

/// What is known about a place beside its name.
pub fn fact_fields(sent: &Sent, refusals: &Refusals) -> impl IntoView + use<> {
    let field = |fact: &Fact| {
        view! {
            <Field
                name=fact.name
                label=fact.label
                hint=fact.hint
                kind=fact.kind
                value=sent.typed(fact.name)
                refusals
            />
        }
        .into_any()
    };
    FACTS.iter().map(field).collect::<Vec<_>>()
}

fn table(what: AreaKind, rows: Vec<AreaItem>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let (change, verb) = if row.retired_at.is_some() {
                ("bring back", "Bring back")
            } else {
                ("retire", "Retire")
            };
            let label = format!("{verb} {}", row.name);
            let facts = row.facts.words().map(|words| format!(": {words}"));
            let to = format!("/admin/area/{}/{}", what.word(), row.id);
            let unseen = format!(" {}", row.name);
            view! {
                <li>
                    <span>{row.name}{facts}{row.retired_at.map(|_| " – retired")}</span>
                    <a href=to>"Correct"<span class="unseen">{unseen}</span></a>
                    <form method="post" action="/admin/area">
                        <input type="hidden" name="what" value=what.word() />
                        <input type="hidden" name="change" value=change />
                        <input type="hidden" name="id" value=row.id />
                        <button class="link" aria-label=label>
                            {verb}
                        </button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows">{rows}</ul> }
}
