//! The organisers' pages: the meetings to which the forum sent somebody, each with its form.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Named, Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, Field, FormKey, Frame, Page, Pager, Select};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules;
use super::store::{self, KeptMeeting, Which};

/// How many meetings one page shows.
const ON_A_PAGE: i64 = 20;

const LIST: (&str, &str) = ("/forum/meetings", "Meetings");

/// GET `/forum/meetings`
pub async fn meetings_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    let nth = page_number(&query);
    let page = (ON_A_PAGE + 1, (nth - 1) * ON_A_PAGE);
    let mut meetings = store::meetings(&house.db, Which::All, page).await?;
    let next = (meetings.len() as i64 > ON_A_PAGE).then(|| {
        meetings.truncate(ON_A_PAGE as usize);
        format!("/forum/meetings?page={}", nth + 1)
    });
    let first = (nth > 1).then(|| "/forum/meetings".to_owned());
    let done = match query.typed("done") {
        "saved" => Some(("Saved", "It is in the forum's year.")),
        "out" => Some(("Removed", "The meeting no longer counts.")),
        _ => None,
    };
    let frame = Frame::new("Meetings", ("/forum", "Organisers’ desk")).done_so(done);
    let page = frame.around(|| {
        let nothing = meetings.is_empty().then(|| view! { <p>"No meeting is entered yet."</p> });
        let rows = meetings.into_iter().map(row).collect_view();
        view! {
            <p class="lead">
                "Where someone represented the forum, and what happened next. It becomes part of \
                 the forum's year."
            </p>
            <p>
                <a class="button" href="/forum/meetings/new">
                    "Add a meeting"
                </a>
            </p>
            {nothing}
            <ul class="queue">{rows}</ul>
            <Pager first next />
            <p>
                <a href="/forum/representatives">"Who represents the forum"</a>
            </p>
            <p>
                <a href="/forum/year">"The forum's year"</a>
            </p>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn row(meeting: KeptMeeting) -> impl IntoView {
    let who = meeting.who();
    // A name may end with a full stop, as "Pat B." does.
    let who = who.trim_end_matches('.');
    let day = clock::day_of(&meeting.held_on.to_string()).unwrap_or_default();
    let place = meeting.place.map(|place| format!(", about {}", place.name)).unwrap_or_default();
    let next = if meeting.led_to.is_empty() {
        view! { <p class="soft">"What happened next isn't entered yet."</p> }.into_any()
    } else {
        view! { <p class="lines">{meeting.led_to}</p> }.into_any()
    };
    view! {
        <li>
            <h2>
                <a href=format!("/forum/meetings/{}", meeting.id)>{meeting.title}</a>
            </h2>
            <p>{format!("{day}{place}. For the forum: {who}.")}</p>
            {next}
        </li>
    }
}

/// What the form has to choose from: who can go, and who was there already.
async fn choices(house: &House, kept: Option<&KeptMeeting>) -> sqlx::Result<rules::Choices> {
    let there = kept.map_or(&[][..], |kept| &kept.representatives[..]);
    let was_there = |id: &str| there.iter().any(|named| named.id == id);
    let all = store::representatives(&house.db).await?.into_iter();
    let can = all.filter(|one| one.stepped_down_at.is_none() || was_there(&one.id));
    let place = kept.and_then(|kept| kept.place.as_ref()).map(|place| place.id.clone());
    Ok(rules::Choices {
        places: area::store::places_and(&house.db, place.as_slice()).await?,
        representatives: can.map(|one| Named { id: one.id.into(), name: one.name }).collect(),
        has_nameless: there.iter().any(|named| named.name.is_empty()),
    })
}

/// GET `/forum/meetings/new`
pub async fn new_meeting_form(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let choices = choices(&house, None).await?;
    let (sent, none) = (Sent::default(), Refusals::default());
    Ok(meeting_page(None, choices, &sent, &none).answer(&house, &viewer))
}

/// POST `/forum/meetings/new`
pub async fn add_meeting(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let choices = choices(&house, None).await?;
    let today = clock::date(at);
    let meeting = match rules::meeting(&sent, &choices, today) {
        Ok(meeting) => meeting,
        Err(refusals) => {
            return Ok(meeting_page(None, choices, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let mut tx = house.db.begin().await?;
    let added = store::add_meeting(&mut tx, &sent.once(), &meeting, (at, today)).await?;
    if let Some(id) = &added {
        let entry = Entry { at, who: Some(by), what: "meeting entered", about: id, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/forum/meetings?done=saved").into_response())
}

/// The meeting of an address, or "not found".
async fn find(house: &House, id: &Id<ids::Meeting>) -> Result<KeptMeeting, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let found = store::meetings(&house.db, Which::One(&id), (1, 0)).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// GET `/forum/meetings/{id}`
pub async fn meeting_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Meeting>>,
) -> Result<Response, Error> {
    let kept = find(&house, &id).await?;
    let choices = choices(&house, Some(&kept)).await?;
    let (sent, none) = (fields(&kept), Refusals::default());
    Ok(meeting_page(Some(&kept), choices, &sent, &none).answer(&house, &viewer))
}

/// The form filled in with what is saved.
fn fields(kept: &KeptMeeting) -> Sent {
    let (held_on, was) = (kept.held_on.to_string(), kept.changed_at.millis().to_string());
    let sent = Sent::of(&[
        ("title", kept.title.as_str()),
        ("held_on", held_on.as_str()),
        ("place", kept.place.as_ref().map_or("", |place| place.id.as_str())),
        ("about", kept.about.as_str()),
        ("led_to", kept.led_to.as_str()),
        ("was", was.as_str()),
    ]);
    let there = kept.representatives.iter();
    there.fold(sent, |sent, named| sent.and("representatives", &named.id))
}

/// POST `/forum/meetings/{id}`: corrects a meeting, or takes it out.
pub async fn change_meeting(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Meeting>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    if sent.typed("step") == "take out" {
        let Some(id) = Id::parse(&id) else { return Err(Error::NotFound) };
        let mut tx = house.db.begin().await?;
        if store::take_out(&mut tx, &id, at).await? {
            let what = "meeting taken out";
            audit::note(&mut tx, Entry { at, who: Some(by), what, about: &id, detail: "" }).await?;
        }
        tx.commit().await?;
        return Ok(Redirect::to("/forum/meetings?done=out").into_response());
    }
    let kept = find(&house, &id).await?;
    let choices = choices(&house, Some(&kept)).await?;
    let meeting = match rules::meeting(&sent, &choices, clock::date(at)) {
        Ok(meeting) => meeting,
        Err(refusals) => {
            let page = meeting_page(Some(&kept), choices, &sent, &refusals);
            return Ok(page.answer(&house, &viewer));
        }
    };
    let was = sent.typed("was").parse().unwrap_or_default();
    let mut tx = house.db.begin().await?;
    let changed = store::change_meeting(&mut tx, (&kept.id, was), &meeting, at).await?;
    if changed {
        let what = "meeting corrected";
        let entry = Entry { at, who: Some(by), what, about: &kept.id, detail: "" };
        audit::note(&mut tx, entry).await?;
        tx.commit().await?;
    } else {
        tx.roll_back().await?;
        if !is_so(&kept, &meeting) {
            let what_to_do = "Someone else has changed this meeting meanwhile. Open it again in \
                another tab, compare, then save yours";
            let refusals = Refusals::one("title", what_to_do);
            // What they read there is what they change now.
            let sent = sent.with("was", &kept.changed_at.millis().to_string());
            let page = meeting_page(Some(&kept), choices, &sent, &refusals);
            return Ok(page.answer(&house, &viewer));
        }
    }
    Ok(Redirect::to("/forum/meetings?done=saved").into_response())
}

/// Whether a meeting is saved as it was sent: a second tap, or an answer that was lost.
fn is_so(kept: &KeptMeeting, sent: &rules::Meeting) -> bool {
    let has_name = |named: &&Named| !named.name.is_empty();
    let there = kept.representatives.iter().filter(has_name).map(|named| named.id.as_str());
    let (mut there, mut chosen): (Vec<&str>, Vec<&str>) =
        (there.collect(), sent.representatives.iter().map(Id::as_str).collect());
    there.sort_unstable();
    chosen.sort_unstable();
    let place = kept.place.as_ref().map(|place| place.id.as_str());
    (kept.title == sent.title && kept.held_on == sent.held_on)
        && (kept.about == sent.about && kept.led_to == sent.led_to)
        && (place == sent.place_id.as_ref().map(Id::as_str) && there == chosen)
}

fn meeting_page(
    kept: Option<&KeptMeeting>,
    choices: rules::Choices,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let frame = match kept {
        None => Frame::new("Add a meeting", LIST),
        Some(kept) => Frame::new("Change a meeting", LIST).of(&kept.title),
    };
    let page = frame.refused_for(refusals).around(|| {
        let out = kept.map(|_| {
            view! {
                <form method="post">
                    <button class="link" name="step" value="take out">
                        "Remove this meeting"
                    </button>
                </form>
            }
        });
        view! {
            {form(kept.is_some(), choices, sent, refusals)}
            {out}
        }
    });
    // One that is there may have someone else's words.
    if kept.is_none() { page.kept_for_going_back() } else { page }
}

fn form<'a>(
    is_kept: bool,
    choices: rules::Choices,
    sent: &Sent,
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    let (key, was) = (sent.typed("form_key").to_owned(), sent.typed("was").to_owned());
    let place = Choice::with_first("All of the area", choices.places, sent.typed("place"));
    let is_empty = choices.representatives.is_empty();
    let who = Choice::ticked(sent, "representatives", choices.representatives);
    let who = if is_empty {
        view! {
            <p class="panel" id="representatives">
                "First add "
                <a href="/forum/representatives">"who represents the forum"</a>
                "."
            </p>
        }
        .into_any()
    } else {
        view! {
            <Choices
                name="representatives"
                legend="Who went there for the forum?"
                choices=who
                many=true
                refusals
            />
        }
        .into_any()
    };
    let hidden = if is_kept {
        view! { <input type="hidden" name="was" value=was /> }.into_any()
    } else {
        view! { <FormKey key /> }.into_any()
    };
    view! {
        <form class="stack" method="post" novalidate>
            {hidden}
            <Field
                name="title"
                label="Which meeting was it?"
                hint="For example: SEND partnership board."
                value=sent.typed("title")
                refusals
            />
            <Field
                name="held_on"
                label="On which day?"
                kind="date"
                value=sent.typed("held_on")
                refusals
            />
            {who}
            <Select name="place" label="Which part of the area was it about?" choices=place />
            <Area
                name="about"
                label="What was it about?"
                hint="What the forum said there, too. Don't name a parent or a child."
                value=sent.typed("about")
                refusals
            />
            <Area
                name="led_to"
                label="What happened next?"
                hint="You can add this later."
                value=sent.typed("led_to")
                refusals
            />
            <button class="button">"Save"</button>
        </form>
    }
}
