//! The forum says if what was published about waits is true.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, WaitReport};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, FormKey, Page, Pager, Summary, When, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;
use outcomes::doubts::{Said, Unread};
use outcomes::rules::Verdict;

use super::browse::{about, one_published};
use super::figures::{Told, WEEKS_SAY, weeks};
use super::store::{self, Doubt, NewVerdict, Of, Published, Which};

/// How many publications wait on one page.
const MOST_ON_A_PAGE: i64 = 20;
/// How many messages from parents one page shows.
const MOST_FOUND: i64 = 50;

/// GET `/forum/waits`: every publication that nobody has checked yet, the oldest first.
pub async fn reports_to_judge_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let page_number = page_number(&Sent::query(&uri));
    let page = (MOST_ON_A_PAGE + 1, (page_number - 1) * MOST_ON_A_PAGE);
    let mut reports = store::published(&house.db, Which::ToJudge, page).await?;
    let next = (reports.len() as i64 > MOST_ON_A_PAGE).then(|| {
        reports.truncate(MOST_ON_A_PAGE as usize);
        format!("/forum/waits?page={}", page_number + 1)
    });
    let first = (page_number > 1).then(|| "/forum/waits".to_owned());
    let doubts = store::doubts(&house.db, None, MOST_FOUND).await?;
    let page = Page::new("Check how long families wait", || {
        let nothing = reports.is_empty().then(|| {
            view! { <p>"Nothing to do. What leaders publish will appear here."</p> }
        });
        let rows = reports.into_iter().map(|published| {
            let to = format!("/forum/waits/{}", published.id);
            let about = about(&published);
            view! {
                <li>
                    <h2>
                        <a href=to>{published.service}</a>
                    </h2>
                    <p>
                        {format!("{about}. {} published this on ", published.organisation)}
                        <When at=published.at />
                    </p>
                </li>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum">
                        "Organisers’ desk"
                    </a>
                </p>
                <h1>"Check how long families wait"</h1>
                <p class="lead">
                    "Leaders publish this. Ask parents what they have found, then say in public if \
                     the forum agrees."
                </p>
                {nothing}
                <ul class="queue">{rows.collect_view()}</ul>
                <Pager first next />
                {told_by_parents(doubts)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// What parents told us was not their experience; for organisers alone.
fn told_by_parents(doubts: Vec<Doubt>) -> impl IntoView {
    let unread = doubts.into_iter().map(|doubt| Unread {
        id: doubt.id.to_string(),
        to: format!("/forum/waits/{}", doubt.report_id),
        about: doubt.service.clone(),
        said: said(doubt),
    });
    outcomes::doubts::unread(unread.collect(), "/forum/waits")
}

fn said(doubt: Doubt) -> Said {
    Said { words: doubt.words, by: doubt.by, at: doubt.at, note: "" }
}

/// POST `/forum/waits`: an organiser has read what a parent told the forum.
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
    Ok(Redirect::to("/forum/waits").into_response())
}

/// The publication of an address, or "not found".
async fn find(house: &House, id: &Id<WaitReport>) -> Result<Published, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let found = store::published(&house.db, Which::One(&id), (1, 0)).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// What somebody on the other side reads.
const OTHER_SIDE: &str = "Ask another organiser to do this. You published it yourself, or you are \
    a leader for those who did";

/// GET `/forum/waits/{id}`
pub async fn verdict_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<WaitReport>>,
) -> Result<Response, Error> {
    let published = find(&house, &id).await?;
    let by = &viewer.signed_in()?.account_id;
    let is_other_side = store::is_other_side(&house.db, &published.id, by).await?;
    let (sent, refusals) = (Sent::default(), Refusals::default());
    Ok(verdict_page(&house, &published, is_other_side, &sent, &refusals)
        .await?
        .answer(&house, &viewer))
}

/// POST `/forum/waits/{id}`
pub async fn give_verdict(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<WaitReport>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let published = find(&house, &id).await?;
    let new = match new_verdict(&sent) {
        Ok(new) => new,
        Err(refusals) => {
            return Ok(verdict_page(&house, &published, false, &sent, &refusals)
                .await?
                .answer(&house, &viewer));
        }
    };
    let mut tx = house.db.begin().await?;
    let judged = store::judge(&mut tx, &published.id, &new, by, at).await?;
    if judged {
        let (what, detail) = ("verdict given", new.verdict.word());
        let entry = Entry { at, who: Some(by), what, about: &published.id, detail };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    if judged || store::is_judged(&house.db, &new.form_key).await? {
        let to = format!("/waits/{}?done=judged", published.service_id);
        return Ok(Redirect::to(&to).into_response());
    }
    Ok(verdict_page(&house, &published, true, &sent, &Refusals::one("verdict", OTHER_SIDE))
        .await?
        .answer(&house, &viewer))
}

fn new_verdict(sent: &Sent) -> Result<NewVerdict, Refusals> {
    let mut refusals = Refusals::default();
    let verdict = Verdict::read(sent.typed("verdict"));
    let verdict = verdict.ok_or_else(|| "Choose if the forum agrees".to_owned());
    let verdict = refusals.take("verdict", verdict);
    let words = forms::prose(sent.typed("words"));
    let words = if verdict == Some(Verdict::Confirmed) {
        forms::optional(words, 4_000)
    } else {
        forms::within(words, 4_000, "Say what parents have found")
    };
    match (verdict, refusals.take("words", words)) {
        (Some(verdict), Some(words)) => Ok(NewVerdict { form_key: sent.once(), verdict, words }),
        _ => Err(refusals),
    }
}

async fn verdict_page(
    house: &House,
    published: &Published,
    is_other_side: bool,
    sent: &Sent,
    refusals: &Refusals,
) -> sqlx::Result<Page> {
    let doubts = store::doubts(&house.db, Some(&published.service_id), MOST_FOUND).await?;
    let of = Of::One(&published.service_id);
    let told = store::told(&house.db, of, published.months, house.clock.now()).await?;
    let page = Page::new(titled("Does the forum agree", &published.service), || {
        let form = if is_other_side {
            view! { <p class="panel warn">{OTHER_SIDE}". Nobody speaks for both sides."</p> }
                .into_any()
        } else {
            form(sent, refusals).into_any()
        };
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum/waits">
                        "Check how long families wait"
                    </a>
                </p>
                <Summary refusals />
                <h1>"Does the forum agree?"</h1>
                <p class="lead">
                    <a href=format!(
                        "/waits/{}",
                        published.service_id,
                    )>{format!("How long families wait: {}", published.service)}</a>
                </p>
                {one_published(published, false)}
                {numbers(published, &told)}
                {outcomes::doubts::told(doubts.into_iter().map(said).collect())}
                {form}
            </div>
        }
    });
    Ok(page.kept_for_going_back().refused_for(refusals))
}

/// What was published, number by number, with what was said of the same before and since.
fn numbers(published: &Published, told: &[Told]) -> impl IntoView + use<> {
    let own: Vec<&Told> = told.iter().filter(|one| one.report_id == published.id).collect();
    let target = own.iter().find_map(|one| one.target);
    let target =
        target.map(|target| view! { <p>{format!("The target is {}.", weeks(target))}</p> });
    let rows = own.iter().map(|one| {
        let same = |other: &&Told| other.place_id == one.place_id && other.month == one.month;
        let before = told.iter().filter(same).rfind(|other| other.nth < one.nth);
        let since = told.iter().filter(same).rfind(|other| other.nth > one.nth);
        let other = |when: &str, other: &Told| {
            let words = format!("{when}: {}", other.figure.in_full());
            view! {
                <br />
                <span class="soft">{words}</span>
            }
        };
        view! {
            <tr>
                <th scope="row">{format!("{}, {}", one.place, one.month.words())}</th>
                <td data-label="Weeks">
                    {one.figure.in_full()} {before.map(|before| other("Before", before))}
                    {since.map(|since| other("Corrected since", since))}
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <h2>"What was published"</h2>
        <p class="soft">{WEEKS_SAY}</p>
        {target}
        <table class="plain">
            <caption>"Place by place"</caption>
            <thead>
                <tr>
                    <th scope="col">"Place and month"</th>
                    <th scope="col">"Weeks"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn form<'a>(sent: &Sent, refusals: &'a Refusals) -> impl IntoView + use<'a> {
    let verdicts = [
        (Verdict::Confirmed, "Yes, the forum agrees"),
        (Verdict::Partly, "In part"),
        (Verdict::Disputed, "No, the forum disagrees"),
    ];
    let choices = Choice::each(verdicts.map(|(verdict, label)| (verdict.word(), label)), |value| {
        sent.typed("verdict") == value
    });
    let (key, words) = (sent.typed("form_key").to_owned(), sent.typed("words").to_owned());
    view! {
        <form method="post" novalidate>
            <FormKey key />
            <Choices name="verdict" legend="Does the forum agree?" choices refusals />
            <Area
                name="words"
                label="What parents have found"
                hint="Everyone can read this beside the numbers. Don't name anyone."
                value=words
                refusals
            />
            <button class="button">"Publish the forum's view"</button>
        </form>
    }
}
