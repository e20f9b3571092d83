//! The pages of organisers and leaders: yearly duties, by when, and saying that it is done.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Account, Id};
use ground::sent::Form;
use ground::ui::{Banner, Choice, Choices, Field, Page, Select, Summary};
use ground::viewer::{Role, Viewer};
use jiff::civil::Date;
use leptos::prelude::*;

use super::rules::{self, By, Everything, Kept, Report, Side, Thing, Turn, in_words, part_word};
use super::{parts, store};

/// Everything about duties, and for whom this person looks. An organiser looks for the forum.
async fn looking(house: &House, viewer: &Viewer) -> Result<(Everything, Side), Error> {
    let all = store::everything(&house.db, Some(&viewer.signed_in()?.account_id)).await?;
    let side = if viewer.is(Role::Organiser) {
        Side::Forum
    } else {
        Side::Leader(all.organisation.clone())
    };
    Ok((all, side))
}

/// GET `/duties`
pub async fn duties_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (all, side) = looking(&house, &viewer).await?;
    let (query, today) = (Sent::query(&uri), clock::date(house.clock.now()));
    let desk = viewer.desks().next();
    let page = Page::new("Yearly duties", || {
        let is_seen =
            |kept: &&Kept| kept.duty.is_on && (kept.duty.is_public || side.may_report(&kept.duty));
        let duties: Vec<&Kept> = all.duties.iter().filter(is_seen).collect();
        let nothing = duties.is_empty().then(|| {
            view! { <p>"No duty is switched on yet. An administrator does that."</p> }
        });
        let (shown, pager) = parts::paged(&duties, forms::page_number(&query), "/duties");
        let cards = shown.into_iter().map(|kept| {
            let to = side.may_report(&kept.duty).then(|| format!("/duties/{}", kept.id));
            parts::card(&all, kept, today, to)
        });
        let cards = cards.collect::<Vec<_>>();
        let cards = (!cards.is_empty()).then(|| view! { <ul class="cards">{cards}</ul> });
        view! {
            <div class="stack">
                {desk
                    .map(|desk| {
                        view! {
                            <p>
                                <a class="back" href=desk.path>
                                    {desk.title}
                                </a>
                            </p>
                        }
                    })}
                <h1>"Yearly duties"</h1>
                <p class="lead">
                    "By when each must be done, and what must happen before. Steps given in school \
                     days leave out weekends and holidays."
                </p>
                {nothing}
                {cards}
                {pager}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The duty of an address, for whoever may say that it is done; "not found" for others.
fn theirs<'e>(all: &'e Everything, side: &Side, id: &Id<ids::Duty>) -> Result<&'e Kept, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    all.find(&id).filter(|kept| side.may_report(&kept.duty)).ok_or(Error::NotFound)
}

/// GET `/duties/{id}`
pub async fn duty_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Duty>>,
    uri: Uri,
) -> Result<Response, Error> {
    let (all, side) = looking(&house, &viewer).await?;
    let kept = theirs(&all, &side, &id)?;
    let things = store::things(&house.db, house.clock.now()).await?;
    let done = Sent::query(&uri).line("done");
    let shown = Shown { all: &all, side: &side, kept, things: &things };
    let page = shown.page(&house, &done, &Sent::default(), &Refusals::default());
    Ok(page.answer(&house, &viewer))
}

/// POST `/duties/{id}`: says that it was done, or takes that back.
pub async fn say(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Duty>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (all, side) = looking(&house, &viewer).await?;
    let kept = theirs(&all, &side, &id)?;
    let now = house.clock.now();
    let organisation = match &side {
        Side::Forum => None,
        Side::Leader(organisation) => organisation.as_deref(),
    };
    let by = &viewer.signed_in()?.account_id;
    if sent.typed("step") == "take back" {
        let report = Id::parse(sent.typed("report")).ok_or(Error::NotFound)?;
        return take_back(&house, by, (&report, &kept.id), organisation).await;
    }
    let today = clock::date(now);
    let things = store::things(&house.db, now).await?;
    let shown = Shown { all: &all, side: &side, kept, things: &things };
    let turns = all.turns(kept, today);
    let new = match rules::report(&sent, &turns, &things, today) {
        Ok(new) => new,
        Err(refusals) => {
            return Ok(shown.page(&house, "", &sent, &refusals).answer(&house, &viewer));
        }
    };
    let is_said = |report: &&Report| {
        report.duty_id == kept.id && report.year == new.year && report.step == new.step
    };
    let same = |report: &&Report| report.done_on == new.done_on && report.thing == new.thing;
    if all.reports.iter().filter(is_said).any(|report| same(&report)) {
        return Ok(Redirect::to(&format!("/duties/{}?done=said", kept.id)).into_response());
    }
    let mut tx = house.db.begin().await?;
    if !store::say(&mut tx, &kept.id, &new, organisation, now).await? {
        tx.roll_back().await?;
        let what_to_do = "Open this page again. Someone has said this already, or the duty has \
            been switched off";
        let refusals = Refusals::one("part", what_to_do);
        return Ok(shown.page(&house, "", &sent, &refusals).answer(&house, &viewer));
    }
    let what = if new.step.is_empty() { "duty done" } else { "step of a duty done" };
    let (about, detail) = (kept.id.as_str(), &new.year.to_string());
    audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/duties/{}?done=said", kept.id)).into_response())
}

/// Takes back what was said about a duty; nothing where that was done before.
async fn take_back(
    house: &House,
    by: &Id<Account>,
    (report, duty): (&Id<ids::DutyReport>, &Id<ids::Duty>),
    organisation: Option<&str>,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    if store::take_back(&mut tx, (report, duty), organisation, now).await? {
        let (what, about) = ("duty report taken back", duty.as_str());
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail: "" }).await?;
        tx.commit().await?;
    } else {
        tx.roll_back().await?;
    }
    Ok(Redirect::to(&format!("/duties/{duty}?done=back")).into_response())
}

/// One duty as it is shown to whoever can say that it is done.
struct Shown<'e> {
    all: &'e Everything,
    side: &'e Side,
    kept: &'e Kept,
    things: &'e [Thing],
}

impl Shown<'_> {
    fn page(&self, house: &House, done: &str, sent: &Sent, refusals: &Refusals) -> Page {
        let today = clock::date(house.clock.now());
        let turns = self.all.turns(self.kept, today);
        let name = self.kept.duty.name.clone();
        let page = Page::new(name.clone(), || {
            let banner = match done {
                "said" => Some(("Saved", "You can undo this below.")),
                "back" => Some(("Undone", "It no longer counts.")),
                _ => None,
            };
            let banner = banner.map(|(title, words)| {
                view! {
                    <Banner title>
                        <p>{words}</p>
                    </Banner>
                }
            });
            view! {
                <div class="stack-l">
                    <section class="stack">
                        {banner} <p>
                            <a class="back" href="/duties">
                                "Yearly duties"
                            </a>
                        </p> <Summary refusals /> <h1>{name}</h1>
                        {parts::standing(self.all, self.kept, today, true)}
                    </section>
                    {self.form(&turns, sent, refusals)}
                    {self.said()}
                </div>
            }
        });
        page.refused_for(refusals)
    }

    /// The form that says what was done; none where all of it is said.
    fn form(&self, turns: &[Turn<'_>], sent: &Sent, refusals: &Refusals) -> Option<AnyView> {
        let parts: Vec<(String, String, By)> =
            turns.iter().flat_map(|turn| self.open_parts(turn)).collect();
        // What is off can't be said to be done.
        if parts.is_empty() || self.kept.on_since.is_none() {
            return None;
        }
        let is_only = parts.len() == 1;
        let choices = parts.iter().map(|(word, label, _)| (word.clone(), label.clone()));
        let choices = Choice::each(choices, |word| is_only || word == sent.typed("part"));
        let is_by = |is_it: fn(By) -> bool| parts.iter().any(|(.., by)| is_it(*by));
        let thing = is_by(|by| by != By::Document).then(|| self.thing(&parts, sent.typed("thing")));
        let link = is_by(|by| by == By::Document).then(|| link(turns, sent, refusals));
        let form = view! {
            <section class="stack">
                <h2>"Say that it is done"</h2>
                <form method="post" novalidate>
                    <Choices name="part" legend="What was done?" choices refusals />
                    <Field
                        name="done_on"
                        label="On which day?"
                        kind="date"
                        value=sent.typed("done_on")
                        refusals
                    />
                    {thing}
                    {link}
                    <button class="button">"Save"</button>
                </form>
            </section>
        };
        Some(form.into_any())
    }

    /// The choice of what in Alongside it was done by.
    fn thing(&self, parts: &[(String, String, By)], chosen: &str) -> impl IntoView + use<> {
        let fits = self.things.iter().filter(|thing| parts.iter().any(|(.., by)| *by == thing.by));
        let things = fits.map(|thing| {
            let kind = ground::ui::capital(thing.by.title());
            (thing.named.id.clone(), format!("{kind}: {}", thing.named.name))
        });
        let first = (String::new(), "Choose one, or leave this for a document".to_owned());
        let things = std::iter::once(first).chain(things);
        let choices = Choice::each(things, |id| id == chosen);
        view! {
            <Select
                name="thing"
                label="The voting round, consultation or change notice"
                choices
            />
        }
    }

    /// What of a year is not said yet: the word of the form, the label, and what it is done by.
    fn open_parts(&self, turn: &Turn<'_>) -> Vec<(String, String, By)> {
        let by = |day: Result<Date, _>| {
            day.map_or_else(|_| String::new(), |day| format!(", by {}", in_words(day)))
        };
        let mut parts = Vec::new();
        if turn.report.is_none() {
            let label = format!("{}{}", turn.name(self.kept), by(turn.due));
            parts.push((part_word(turn.year, ""), label, turn.by));
        }
        let due = turn.due.map_or_else(|_| turn.year.to_string(), in_words);
        for step in turn.steps.iter().filter(|step| step.report.is_none()) {
            let label = format!("{}{} (for what is due {due})", step.name, by(step.by));
            parts.push((part_word(turn.year, step.name), label, step.done_by));
        }
        parts
    }

    /// What was said, each with a button that undoes it.
    fn said(&self) -> impl IntoView + use<> {
        let may = |report: &&Report| match self.side {
            Side::Forum => true,
            Side::Leader(organisation) => {
                report.organisation.as_ref().map(|named| &named.id) == organisation.as_ref()
                    && organisation.is_some()
            }
        };
        let of_duty = self.all.reports.iter().filter(|report| report.duty_id == self.kept.id);
        let mut reports: Vec<&Report> = of_duty.filter(may).collect();
        reports.sort_by_key(|report| std::cmp::Reverse((report.year, report.done_on)));
        let rows = reports.into_iter().take(rules::MOST).map(|report| {
            let what = if report.step.is_empty() { &self.kept.duty.name } else { &report.step };
            let words = format!("{what}, {}: done on {}", report.year, in_words(report.done_on));
            let unseen = format!(": {words}");
            view! {
                <li>
                    <span>{words}</span>
                    <form method="post">
                        <input type="hidden" name="report" value=report.id.to_string() />
                        <button class="link" name="step" value="take back">
                            "Undo this"
                            <span class="unseen">{unseen}</span>
                        </button>
                    </form>
                </li>
            }
        });
        let rows: Vec<_> = rows.collect();
        (!rows.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <h2>"What was said"</h2>
                    <ul class="rows">{rows}</ul>
                </section>
            }
        })
    }
}

/// The field for the address of a document.
fn link<'a>(turns: &[Turn<'_>], sent: &Sent, refusals: &'a Refusals) -> impl IntoView + use<'a> {
    let needs_address =
        turns.iter().any(|turn| turn.report.is_none() && rules::needs_address(turn, "", turn.by));
    let (label, hint) = if needs_address {
        (
            "Where everyone can read the document",
            "An address that begins with https://. Leave this empty for a round, a consultation \
             or a notice. A step doesn't need one.",
        )
    } else {
        (
            "Where the document can be read (optional)",
            "An address that begins with https://. You can leave this empty.",
        )
    };
    view! { <Field name="link" label hint value=sent.typed("link") refusals /> }
}
