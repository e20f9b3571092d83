//! Families no email reaches: an organiser tells them another way, and says how.

use area::ELSEWHERE;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::contact::phone_link;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Notice};
use ground::sent::Form;
use ground::ui::{Choice, Frame, Pager, Select};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::ledger::{self, ToldAnotherWay, Unreached};
use super::rules::{self, REACHED_HOW};

/// More notices than any family can have missed.
const MOST_AT_ONCE: usize = 200;

/// GET `/forum/unreached`: the families with the nearest change first.
pub async fn unreached_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    unreached_with(&house, &viewer, &Sent::query(&uri), &Refusals::default()).await
}

/// POST `/forum/unreached`: this family was told this way about the notices shown on the page.
pub async fn reach_family(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let Some((how, _)) = REACHED_HOW.into_iter().find(|(how, _)| *how == sent.typed("how")) else {
        let refusals = Refusals::one("families", "Choose how you told the family");
        return unreached_with(&house, &viewer, &sent, &refusals).await;
    };
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let notices: Vec<Id<Notice>> =
        sent.all("notices").into_iter().take(MOST_AT_ONCE).map(Id::from).collect();
    let told = ToldAnotherWay { by, how, at: now };
    let mut tx = house.db.begin().await?;
    let family = ledger::find_unreached(&mut tx, sent.typed("family"), now).await?;
    let mut kept = false;
    if let Some(subscriber) = family.filter(|_| !notices.is_empty()) {
        kept = ledger::reached(&mut tx, &subscriber, &notices, told).await?;
        if kept {
            let (what, about) = ("family reached", subscriber.as_str());
            let entry = Entry { at: now, who: Some(by), what, about, detail: how };
            audit::note(&mut tx, entry).await?;
        }
    }
    tx.commit().await?;
    if !kept {
        let what_to_do = "Check the list again. What this family needs to be told has just \
            changed, so nothing was saved";
        let refusals = Refusals::one("families", what_to_do);
        return unreached_with(&house, &viewer, &sent, &refusals).await;
    }
    let page = page_number(&sent);
    Ok(Redirect::to(&format!("/forum/unreached?done=reached&page={page}")).into_response())
}

async fn unreached_with(
    house: &House,
    viewer: &Viewer,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let (now, mut page_number) = (house.clock.now(), page_number(sent));
    let skip = |page: i64| (page - 1) * ledger::ON_A_PAGE;
    let mut families = ledger::unreached(&house.db, now, skip(page_number)).await?;
    // The last of a page was told: those of the pages before it still wait.
    if families.is_empty() && page_number > 1 {
        page_number = 1;
        families = ledger::unreached(&house.db, now, 0).await?;
    }
    let address = |page: i64| format!("/forum/unreached?page={page}");
    let next = (families.len() as i64 > ledger::ON_A_PAGE).then(|| {
        families.truncate(ledger::ON_A_PAGE as usize);
        address(page_number + 1)
    });
    let first = (page_number > 1).then(|| address(1));
    let is_done = sent.typed("done") == "reached";
    let done = is_done.then_some(("Saved", "We now count this family as told."));
    let frame = Frame::new("Families we can't reach by email", ("/forum", "Organisers’ desk"))
        .done_so(done)
        .refused_for(refusals);
    let page = frame.around(|| {
        let nothing = families.is_empty().then(|| {
            view! {
                <p>
                    "No families are waiting. When an email about a change comes back, you will \
                     see the family here."
                </p>
            }
        });
        let has_families = !families.is_empty();
        let families = families.into_iter().map(|one| family(one, page_number)).collect::<Vec<_>>();
        view! {
            <p class="lead">
                "Our emails to them came back. Please tell them another way before the change \
                 starts."
            </p>
            <p>
                "We keep their email address, the part of the area they live in, and a \
                 telephone number if they gave one for this. We don't keep names, postal \
                 addresses or schools."
            </p>
            {nothing}
            {has_families
                .then(|| {
                    view! {
                        <ul class="queue" id="families">
                            {families}
                        </ul>
                    }
                })}
            <Pager first next />
        }
    });
    Ok(page.answer(house, viewer))
}

fn family(family: Unreached, page: i64) -> impl IntoView {
    let about = family.notices.iter().map(|unheard| {
        let what = unheard.follow.map(|follow| view! { <b>{follow.title()}": "</b> });
        let from = format!("{} {}", rules::from(unheard.follow), unheard.effect.words());
        view! {
            <p>
                {what}<a href=format!("/notices/{}", unheard.notice_id)>{unheard.title.clone()}</a>
            </p>
            <p class="soft">{from}</p>
        }
    });
    let about = about.collect_view();
    let notices = family.notices.iter().map(|unheard| {
        let id = unheard.notice_id.to_string();
        view! { <input type="hidden" name="notices" value=id /> }
    });
    let notices = notices.collect_view();
    let name = family.name();
    let field = format!("how-{name}");
    let in_place = if family.place == ELSEWHERE {
        "A family".to_owned()
    } else {
        format!("A family in {}", family.place)
    };
    view! {
        <li>
            <h2>{in_place}</h2>
            <p>{family.email.clone()}</p>
            {ways_to_reach(&family)}
            {about}
            <form method="post" action="/forum/unreached">
                <input type="hidden" name="family" value=name />
                <input type="hidden" name="page" value=page.to_string() />
                {notices}
                <Select
                    name="how"
                    id=field
                    label="How did you tell them?"
                    choices=Choice::each(REACHED_HOW, |_| false)
                />
                <button class="button quiet">
                    "I have told this family"
                    <span class="unseen">{format!(", {}", family.email)}</span>
                </button>
            </form>
        </li>
    }
}

/// The number to ring, or plainly that there is none.
fn ways_to_reach(family: &Unreached) -> impl IntoView + use<> {
    match phone_link(&family.phone) {
        Some(to) => view! {
            <p>
                <b>"Ring "<a href=to>{family.phone.replace(' ', "\u{a0}")}</a></b>
                ". They agreed that we may."
            </p>
        }
        .into_any(),
        None => view! {
            <p class="panel">
                "We have no telephone number for this family, so nobody can ring them. If someone \
                 at the forum knows who this is, tell them and say how below. If nobody does, \
                 leave it: the family counts as not told, and leaves this list 28 days after the \
                 change."
            </p>
        }
        .into_any(),
    }
}
