//! The forum writes what it thinks of a plan.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Area, FormKey, Page, Summary, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, By, Plan};
use super::{plan, rules};

/// GET `/forum/plans/{id}/statement`
pub async fn form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    Ok(page(&plan(&house, &viewer, &id).await?, &Sent::default(), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/forum/plans/{id}/statement`
pub async fn write(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let words = match rules::statement(&sent) {
        Ok(words) => words,
        Err(refusals) => {
            return Ok(
                page(&plan(&house, &viewer, &id).await?, &sent, &refusals).answer(&house, &viewer)
            );
        }
    };
    let by = By { account_id: viewer.signed_in()?.account_id.clone(), role: "organiser" };
    let (now, key, plan_id) =
        (house.clock.now(), sent.once(), id::parse(&id).ok_or(Error::NotFound)?);
    let to = format!("/plans/{plan_id}?done=stated");
    let written = house.db.write(move |tx| {
        Box::pin(async move {
            let Some(at) = store::hold(tx, &plan_id, now).await? else {
                return Ok::<_, sqlx::Error>(false);
            };
            if store::state(tx, &plan_id, &key, &words, &by, at).await? {
                audit::note(
                    tx,
                    Entry {
                        at,
                        who: Some(&by.account_id),
                        what: "statement written",
                        about: &plan_id,
                        detail: "",
                    },
                )
                .await?;
            }
            Ok(true)
        })
    });
    if written.await? { Ok(Redirect::to(&to).into_response()) } else { Err(Error::NotFound) }
}

fn page(plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    let back = format!("/plans/{}", plan.id);
    let title = plan.title.clone();
    let page = Page::new(titled("The forum's statement", &plan.title), || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=back>
                        {title}
                    </a>
                </p>
                <Summary refusals />
                <h1>"The forum's statement"</h1>
                <p class="lead">
                    "What does the forum think of this plan so far? Were parents involved from the \
                     start? No draft can be published until you have said."
                </p>
                <p>"Everyone can read it. You can't change it later, but you can add another."</p>
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <Area
                        name="words"
                        label="What the forum says"
                        value=sent.typed("words")
                        rows=8
                        refusals
                    />
                    <button class="button">"Publish this statement"</button>
                </form>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}
