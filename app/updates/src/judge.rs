//! The forum says if what a leader claims is true.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Account, Id};
use ground::sent::{Form, SentWithFile};
use ground::ui::{Area, Choice, Choices, FormKey, Frame, Page, Pager, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;
use outcomes::doubts::{Said, Unread};
use outcomes::rules::Verdict;
use outcomes::store::Which;

use super::evidence::{Attached, evidence};
use super::store::{self, Doubt, NewVerdict, OtherSide, Update};
use super::{attach, browse, find_update};

/// How many updates wait on one page.
const MOST_ON_A_PAGE: i64 = 20;
/// How many messages from parents one page shows.
const MOST_FOUND: i64 = 50;

/// GET `/forum/updates`: what leaders claim, and nobody has checked yet.
pub async fn claimed_updates_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let page_number = page_number(&Sent::query(&uri));
    let mut claimed = outcomes::store::list(
        &house.db,
        &Which::Claimed,
        (MOST_ON_A_PAGE + 1, (page_number - 1) * MOST_ON_A_PAGE),
    )
    .await?;
    let next = (claimed.len() as i64 > MOST_ON_A_PAGE).then(|| {
        claimed.truncate(MOST_ON_A_PAGE as usize);
        format!("/forum/updates?page={}", page_number + 1)
    });
    let first = (page_number > 1).then(|| "/forum/updates".to_owned());
    let doubts = store::doubts(&house.db, MOST_FOUND).await?;
    let page = Page::new("Check what leaders say they did", || {
        let nothing = claimed.is_empty().then(|| {
            view! { <p>"Nothing to do. What leaders say they did will appear here."</p> }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum">
                        "Organisers’ desk"
                    </a>
                </p>
                <h1>"Check what leaders say they did"</h1>
                <p class="lead">
                    "Leaders say they did this. Ask parents what they have found, then say in \
                     public if the forum agrees."
                </p>
                {nothing}
                {outcomes::rows(claimed)}
                <Pager first next />
                {told_by_parents(doubts)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// What parents with a different experience told us; for organisers alone.
fn told_by_parents(doubts: Vec<Doubt>) -> impl IntoView {
    let unread = doubts.into_iter().map(|doubt| Unread {
        id: doubt.id.to_string(),
        to: format!("/forum/updates/{}", doubt.update_id),
        about: outcomes::shortened(&doubt.you_said),
        said: said(doubt, ""),
    });
    outcomes::doubts::unread(unread.collect(), "/forum/updates")
}

fn said(doubt: Doubt, note: &'static str) -> Said {
    Said { words: doubt.words, by: doubt.by, at: doubt.at, note }
}

/// POST `/forum/updates`: an organiser has read what a parent told the forum.
pub async fn see_doubt(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let doubt = Id::parse(sent.typed("doubt")).ok_or(Error::NotFound)?;
    let mut tx = house.db.begin().await?;
    if store::see_doubt(&mut tx, &doubt, at).await? {
        let entry = Entry { at, who: Some(by), what: "doubt read", about: &doubt, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/forum/updates").into_response())
}

/// GET `/forum/updates/{id}`
pub async fn verdict_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Update>>,
) -> Result<Response, Error> {
    let update = find_update(&house, &id).await?;
    let side = store::other_side(&house.db, &update.id, &viewer.signed_in()?.account_id).await?;
    if let Some(side) = side {
        return Ok(not_theirs(&update, side).answer(&house, &viewer));
    }
    Ok(verdict_page(&house, &update, &Sent::default(), &[], &Refusals::default())
        .await?
        .answer(&house, &viewer))
}

/// POST `/forum/updates/{id}`
pub async fn give_verdict(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Update>>,
    form: SentWithFile,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let update = find_update(&house, &id).await?;
    let (sent, mut refusals) = attach::put_in(&house, by, form).await?;
    let files = store::known(&house.db, &[], &sent.all("files"), by).await?.files;
    let new = refusals.take_all(new_verdict(&sent, &files, now));
    let Some(new) = new.filter(|_| refusals.is_empty()) else {
        return Ok(verdict_page(&house, &update, &sent, &files, &refusals)
            .await?
            .answer(&house, &viewer));
    };
    let judged = keep(&house, &update.id, &new, by, now).await?;
    if judged || store::is_judged(&house.db, &new.form_key).await? {
        return Ok(Redirect::to(&format!("/updates/{}?done=judged", update.id)).into_response());
    }
    let what_to_do = match store::other_side(&house.db, &update.id, by).await? {
        Some(side) => why_not(side),
        None => "Read it again, below. It has changed meanwhile. Then say if the forum agrees",
    };
    Ok(verdict_page(&house, &update, &sent, &files, &Refusals::one("verdict", what_to_do))
        .await?
        .answer(&house, &viewer))
}

/// Why somebody on the other side can't give the forum's view, and what to do.
fn why_not(side: OtherSide) -> &'static str {
    match side {
        OtherSide::Said => "Ask another organiser to do this. You said it yourself, as a leader",
        OtherSide::Leads => {
            "Ask another organiser to do this. You are a leader for those who said it"
        }
        OtherSide::Plans => {
            "Ask another organiser to do this. It is about a plan that you have worked on as a \
             leader, or that your organisation plans"
        }
    }
}

/// For somebody on the other side: what was said, and why they can't give the forum's view of it.
fn not_theirs(update: &Update, side: OtherSide) -> Page {
    let of = update.about.first().map_or("", |subject| subject.title.as_str());
    Page::new(titled("Does the forum agree", of), || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum/updates">
                        "Check what leaders say they did"
                    </a>
                </p>
                <h1>"Does the forum agree?"</h1>
                <p class="panel warn">{why_not(side)}". Nobody speaks for both sides."</p>
                {browse::words(&update.now().words, Some(&update.id))}
                <h2>"What this is about"</h2>
                {browse::about(&update.about)}
            </div>
        }
    })
}

/// Keeps the forum's view, and notes that it was given. False where it can't be.
async fn keep(
    house: &House,
    update_id: &Id<ids::Update>,
    new: &NewVerdict,
    by: &Id<Account>,
    at: Moment,
) -> sqlx::Result<bool> {
    let mut tx = house.db.begin().await?;
    let judged = store::judge(&mut tx, update_id, new, by, at).await?;
    if judged {
        let (what, detail) = ("verdict given", new.verdict.word());
        audit::note(&mut tx, Entry { at, who: Some(by), what, about: update_id, detail }).await?;
    }
    tx.commit().await?;
    Ok(judged)
}

fn new_verdict(sent: &Sent, files: &[Attached], now: Moment) -> Result<NewVerdict, Refusals> {
    let mut refusals = Refusals::default();
    let verdict = refusals.take(
        "verdict",
        Verdict::read(sent.typed("verdict")).ok_or_else(|| "Choose if the forum agrees".to_owned()),
    );
    let words = forms::prose(sent.typed("words"));
    let needs_none =
        words.is_empty() && verdict.is_none_or(|verdict| verdict == Verdict::Confirmed);
    let words = if needs_none {
        Ok(words)
    } else {
        forms::within(words, 4_000, "Say what parents have found")
    };
    let words = refusals.take("words", words);
    let evidence = evidence(sent, &[], files, now, &mut refusals);
    match (verdict, words) {
        (Some(verdict), Some(words)) if refusals.is_empty() => {
            let version = sent.typed("version").parse().unwrap_or_default();
            Ok(NewVerdict { form_key: sent.once(), version, verdict, words, evidence })
        }
        _ => Err(refusals),
    }
}

async fn verdict_page(
    house: &House,
    update: &Update,
    sent: &Sent,
    files: &[Attached],
    refusals: &Refusals,
) -> sqlx::Result<Page> {
    let doubts = store::doubts_of(&house.db, &update.id, MOST_FOUND).await?;
    let of = update.about.first().map_or("", |subject| subject.title.as_str());
    let frame =
        Frame::new("Does the forum agree", ("/forum/updates", "Check what leaders say they did"))
            .of(of)
            .heading("Does the forum agree?")
            .refused_for(refusals);
    let page = frame.around(|| {
        let verdicts = [
            (Verdict::Confirmed, "Yes, the forum agrees"),
            (Verdict::Partly, "In part"),
            (Verdict::Disputed, "No, the forum disagrees"),
        ];
        let choices =
            Choice::each(verdicts.map(|(verdict, label)| (verdict.word(), label)), |value| {
                sent.typed("verdict") == value
            });
        view! {
            {browse::words(&update.now().words, Some(&update.id))}
            <h2>"What this is about"</h2>
            {browse::about(&update.about)}
            {found(update.now().version, doubts)}
            <form method="post" enctype="multipart/form-data" novalidate>
                <FormKey key=sent.typed("form_key") />
                <input type="hidden" name="version" value=update.now().version.to_string() />
                <Choices name="verdict" legend="Does the forum agree?" choices refusals />
                <Area
                    name="words"
                    label="What parents have found"
                    hint="Everyone can read this beside the leader's words. Don't name anyone."
                    value=sent.typed("words")
                    refusals
                />
                <Area
                    name="links"
                    label="Links"
                    hint="Where people can read more, one on each line."
                    rows=2
                    value=sent.typed("links")
                    refusals
                />
                {attach::field(sent, files, refusals)}
                <button class="button">"Publish the forum's view"</button>
            </form>
        }
    });
    Ok(page.kept_for_going_back())
}

/// What parents told us about this update, for whoever is about to judge it.
fn found(now: i64, doubts: Vec<Doubt>) -> impl IntoView {
    let each = doubts.into_iter().map(|doubt| {
        let note = if doubt.version < now { ", about an earlier version" } else { "" };
        said(doubt, note)
    });
    outcomes::doubts::told(each.collect())
}
