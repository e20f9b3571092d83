//! An organiser writes what a consultation says besides its questions.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, DAY};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, Field, FormKey, Frame, Page, Select};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules::{self, Belongs, Terms, WhoMayAnswer};
use super::store;

/// GET `/forum/consultations/new`
pub async fn new_consultation_form(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let belongs = store::to_belong_to(&house.db).await?;
    // Six weeks are fair to parents, and no last day in the school holidays.
    let year = area::store::year(&house.db).await?;
    let closes = year.clear_day(house.clock.now() + 42 * DAY).to_string();
    let sent = Sent::of(&[("closes_day", &closes)]);
    Ok(words_page("/forum", &belongs, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/consultations/new`
pub async fn write_consultation(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let belongs = store::to_belong_to(&house.db).await?;
    let terms = match rules::terms(&sent, &belongs, now) {
        Ok(terms) => terms,
        Err(refusals) => {
            return Ok(words_page("/forum", &belongs, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let mut tx = house.db.begin().await?;
    let (id, is_new) = store::write(&mut tx, &terms, by, now).await?;
    if is_new {
        let what = "consultation written";
        let entry = Entry { at: now, who: Some(by), what, about: &id, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/forum/consultations/{id}?done=written")).into_response())
}

/// GET `/forum/consultations/{id}/words`
pub async fn change_words_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let consultation = super::consultation(&house, &id).await?;
    let back = format!("/forum/consultations/{}", consultation.id);
    if consultation.opened_at.is_some() {
        return Ok(Redirect::to(&back).into_response());
    }
    let belongs = store::to_belong_to(&house.db).await?;
    Ok(words_page(&back, &belongs, &fields(&consultation.terms), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/forum/consultations/{id}/words`
pub async fn change_words(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = super::consultation(&house, &id).await?;
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let back = format!("/forum/consultations/{}", consultation.id);
    let belongs = store::to_belong_to(&house.db).await?;
    let terms = match rules::terms(&sent, &belongs, now) {
        Ok(terms) => terms,
        Err(refusals) => {
            return Ok(words_page(&back, &belongs, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let mut tx = house.db.begin().await?;
    let is_changed = store::change(&mut tx, &consultation.id, &terms).await?;
    if is_changed {
        let (what, about) = ("consultation changed", &consultation.id);
        let entry = Entry { at: now, who: Some(by), what, about, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    let done = if is_changed { "changed" } else { "opened-before" };
    Ok(Redirect::to(&format!("{back}?done={done}")).into_response())
}

/// What is written, as the fields of the form hold it.
fn fields(terms: &Terms) -> Sent {
    let day = |at| clock::fields(at).0;
    Sent::of(&[
        ("title", &terms.title),
        ("about", &terms.about),
        ("reasons", &terms.reasons),
        ("can_change", &terms.can_change),
        ("cannot_change", &terms.cannot_change),
        ("who_for", &terms.who_for),
        ("how_used", &terms.how_used),
        ("who_sees", &terms.who_sees),
        ("access", terms.access.word()),
        ("belongs", terms.belongs()),
        ("opens_day", &day(terms.opens_at)),
        ("closes_day", &day(terms.closes_at)),
    ])
}

fn words_page(back: &str, belongs: &[Belongs], sent: &Sent, refusals: &Refusals) -> Page {
    let back = back.to_owned();
    let frame = Frame::new("Ask parents", (back, "Back")).refused_for(refusals);
    let page = frame.around(|| {
        let belongs = std::iter::once((String::new(), "None yet".to_owned())).chain(
            belongs.iter().map(|belongs| (belongs.value().to_owned(), belongs.words.clone())),
        );
        let belongs = Choice::each(belongs, |value| value == sent.typed("belongs"));
        let access =
            Choice::each(WhoMayAnswer::ALL.map(|(_, word, title)| (word, title)), |word| {
                word == sent.typed("access")
            });
        view! {
            <p class="lead">
                "Say what it is about and what can change, so that nobody answers for nothing. \
                 You'll add the questions next."
            </p>
            <form method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                <Field
                    name="title"
                    label="What you are asking about, in one line"
                    hint="Up to 100 characters."
                    value=sent.typed("title")
                    refusals
                />
                <Area
                    name="about"
                    label="What it is about"
                    value=sent.typed("about")
                    refusals
                />
                <Area
                    name="reasons"
                    label="Why this is proposed, and what else could be done"
                    hint="The reasons, and the alternatives with what speaks against each. If \
                        nothing is proposed yet, say why you are asking."
                    rows=3
                    value=sent.typed("reasons")
                    refusals
                />
                <Area
                    name="can_change"
                    label="What can still be changed"
                    rows=3
                    value=sent.typed("can_change")
                    refusals
                />
                <Area
                    name="cannot_change"
                    label="What can't be changed, and why"
                    rows=3
                    value=sent.typed("cannot_change")
                    refusals
                />
                <Field
                    name="who_for"
                    label="Who it is for"
                    value=sent.typed("who_for")
                    refusals
                />
                <Area
                    name="how_used"
                    label="How the answers will be used"
                    rows=3
                    value=sent.typed("how_used")
                    refusals
                />
                <Area
                    name="who_sees"
                    label="Who will see what"
                    hint="For example: the forum reads every answer; everyone else sees only \
                        numbers of ten people or more."
                    rows=3
                    value=sent.typed("who_sees")
                    refusals
                />
                <Choices name="access" legend="Who can answer?" choices=access refusals />
                <Select
                    name="belongs"
                    label="Which plan, draft or topic is it about? If none, who answers for it?"
                    choices=belongs
                />
                <Field
                    name="opens_day"
                    label="First day"
                    hint="Leave this empty to open it as soon as it is ready."
                    kind="date"
                    value=sent.typed("opens_day")
                    refusals
                />
                <Field
                    name="closes_day"
                    label="Last day"
                    hint="Six weeks is fair to parents."
                    kind="date"
                    value=sent.typed("closes_day")
                    refusals
                />
                <button class="button">"Continue to the questions"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}
