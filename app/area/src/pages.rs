//! The administrator's pages.

use disclosure::commas;
use forms::{Refusals, Sent};
use ground::ui::{Banner, Field, Page, SecondStepSoon, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{AreaItem, AreaLists};

/// Where an administrator begins.
pub fn administration(viewer: &Viewer) -> Page {
    Page::new("Administration", || {
        view! {
            <div class="stack">
                <h1>"Administration"</h1>
                <SecondStepSoon viewer />
                <ul class="cards">
                    <li class="card">
                        <h2>
                            <a href="/admin/people">"People"</a>
                        </h2>
                        <p>"Invite organisers and leaders, and change people's roles."</p>
                    </li>
                    <li class="card">
                        <h2>
                            <a href="/admin/second-step">"Second step for the team"</a>
                        </h2>
                        <p>
                            "From when everyone in the team needs a code from their phone to sign \
                             in, and who has set it up."
                        </p>
                    </li>
                    <li class="card">
                        <h2>
                            <a href="/admin/area">"Services, places and organisations"</a>
                        </h2>
                        <p>
                            "What people can choose when they propose a topic or register a plan."
                        </p>
                    </li>
                    <li class="card">
                        <h2>
                            <a href="/admin/contact">"Who we are and how to reach us"</a>
                        </h2>
                        <p>
                            "The forum in its own words, telephone, email, and the independent \
                             advice service."
                        </p>
                    </li>
                    <li class="card">
                        <h2>
                            <a href="/admin/telling">"How families are told about changes"</a>
                        </h2>
                        <p>
                            "Who can write about each service, how early families are told, and \
                             when schools are open."
                        </p>
                    </li>
                    <li class="card">
                        <h2>
                            <a href="/admin/search-words">"Words people search for"</a>
                        </h2>
                        <p>"Which words mean the same here, such as respite and short breaks."</p>
                    </li>
                    <li class="card">
                        <h2>
                            <a href="/admin/service">"How the service is running"</a>
                        </h2>
                        <p>
                            "What is working now, which emails are waiting and why, and the last \
                             backup."
                        </p>
                    </li>
                </ul>
            </div>
        }
    })
}

/// The services, places and organisations of the area.
pub fn area_lists(lists: AreaLists, done: &str, sent: &Sent, refusals: &Refusals) -> Page {
    let AreaLists { services, places, organisations } = lists;
    let page = Page::new("Services, places and organisations", || {
        let banner = saved_banner(done);
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner}
                    <Summary refusals />
                    <p>
                        <a class="back" href="/admin">
                            "Administration"
                        </a>
                    </p>
                    <h1>"Services, places and organisations"</h1>
                    <h2>"Services"</h2>
                    {table("service", services)}
                    <form method="post" action="/admin/area" novalidate>
                        <input type="hidden" name="what" value="service" />
                        <Field
                            name="service_name"
                            label="A new service"
                            value=sent.typed("service_name")
                            refusals
                        />
                        <button class="button quiet">"Add this service"</button>
                    </form>
                </section>
                <section class="stack">
                    <h2>"Places"</h2>
                    {table("place", places)}
                    <form method="post" action="/admin/area" novalidate>
                        <input type="hidden" name="what" value="place" />
                        <Field
                            name="place_name"
                            label="A new place"
                            value=sent.typed("place_name")
                            refusals
                        />
                        <Field
                            name="baseline"
                            label="Children and young people with SEND who live there"
                            hint="Leave this empty if you don't know."
                            kind="number"
                            value=sent.typed("baseline")
                            refusals
                        />
                        <button class="button quiet">"Add this place"</button>
                    </form>
                </section>
                <section class="stack">
                    <h2>"Organisations"</h2>
                    {table("organisation", organisations)}
                    <form method="post" action="/admin/area" novalidate>
                        <input type="hidden" name="what" value="organisation" />
                        <Field
                            name="organisation_name"
                            label="A new organisation"
                            hint="For example, the council or an NHS trust."
                            value=sent.typed("organisation_name")
                            refusals
                        />
                        <button class="button quiet">"Add this organisation"</button>
                    </form>
                </section>
            </div>
        }
    });
    page.refused_for(refusals)
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

fn table(what: &'static str, rows: Vec<AreaItem>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let (change, verb) = if row.retired_at.is_some() {
                ("bring back", "Bring back")
            } else {
                ("retire", "Retire")
            };
            let label = format!("{verb} {}", row.name);
            let baseline = row.baseline.map(|number| {
                format!(" ({} children and young people with SEND)", commas(number.unsigned_abs()))
            });
            view! {
                <li>
                    <span>{row.name}{baseline}{row.retired_at.map(|_| " – retired")}</span>
                    <form method="post" action="/admin/area">
                        <input type="hidden" name="what" value=what />
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
