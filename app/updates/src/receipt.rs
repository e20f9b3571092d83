//! What happened about the answers that a receipt is for, without an account.

use axum::extract::State;
use axum::response::Response;
use calendar::clock::Moment;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{CodeField, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;
use outcomes::store::Which;
use questionnaires::withdrawal;

use crate::store::{self, Answers, Subject};

/// How many outcomes of one consultation a receipt shows.
const MOST_OF_ONE: i64 = 50;

/// GET `/updates/receipt`
pub async fn receipt_form(State(house): State<House>, viewer: Viewer) -> Response {
    receipt_page(&Sent::default(), &Refusals::default()).answer(&house, &viewer)
}

/// POST `/updates/receipt`: what happened about the consultation that this code answers. Nothing is
/// saved, and the answers are not shown.
pub async fn outcomes_of_receipt(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let found = match id::read_code(sent.typed("code")) {
        Some(code) => store::consultation_of(&house.db, &id::hash(&code)).await?,
        None => None,
    };
    let Some((consultation, answers, closes_at)) = found else {
        let what_to_do = "Check your code. We have no answers with this code. Answers that were \
            never sent are deleted four weeks after the consultation closes";
        return Ok(receipt_page(&sent, &Refusals::one("code", what_to_do)).answer(&house, &viewer));
    };
    if closes_at > house.clock.now() {
        let code = sent.line("code");
        return Ok(still_open(&consultation, &code, answers, closes_at).answer(&house, &viewer));
    }
    let updates =
        outcomes::store::list(&house.db, &Which::About(&consultation.id), (MOST_OF_ONE, 0)).await?;
    let page = Page::new("What happened about your answers", || {
        let to = format!("/consultations/{}", consultation.id);
        let is_withdrawn = answers == Answers::Withdrawn;
        let counted = match answers {
            Answers::Sent => "Your answers were counted.",
            Answers::NotSent | Answers::Deleted => {
                "Your answers were not counted, because you didn't send them or you deleted them."
            }
            Answers::Withdrawn => {
                "The forum withdrew this consultation, so no answers to it are counted. You can \
                 read why on its page."
            }
        };
        let nothing = (updates.is_empty() && !is_withdrawn).then(|| {
            view! {
                <p>
                    "Nobody has told us yet what happened. See when that is due under "
                    <a href="/updates?show=awaited">"what we are waiting to hear"</a>"."
                </p>
            }
        });
        view! {
            <div class="stack">
                <h1>"What happened about your answers"</h1>
                <p class="lead">
                    <a href=to>{consultation.title}</a>
                </p>
                <p>{counted}</p>
                {nothing}
                {outcomes::rows(updates)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// For a consultation that can still be answered: what the answers are now, and the way to them.
fn still_open(consultation: &Subject, code: &str, answers: Answers, closes_at: Moment) -> Page {
    let address = format!("/consultations/{}/answers", consultation.id);
    let until = withdrawal::until(closes_at);
    let (state, button) = match answers {
        Answers::Sent => {
            let told = withdrawal::told(&until);
            (format!("You have sent your answers. {told}"), "See my answers")
        }
        Answers::Deleted => (
            format!("You have deleted your answers. You can answer again, until {until}."),
            "Answer again",
        ),
        Answers::NotSent | Answers::Withdrawn => (
            format!("Your answers aren't sent. They only count once you send them, until {until}."),
            "Continue my answers",
        ),
    };
    Page::new("Your answers so far", || {
        view! {
            <div class="stack">
                <h1>"Your answers so far"</h1>
                <p class="lead">{consultation.title.clone()}</p>
                <p>{state}</p>
                <form method="get" action=address>
                    <input type="hidden" name="code" value=code.to_owned() />
                    <button class="button">{button}</button>
                </form>
                <p>
                    "After that we will publish what parents said, and you can see here what \
                     happened about it."
                </p>
            </div>
        }
    })
}

fn receipt_page(sent: &Sent, refusals: &Refusals) -> Page {
    let page = Page::new("What happened about your answers", || {
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"What happened about your answers"</h1>
                <p class="lead">
                    "Enter the code you got when you answered. We can't tell whose it is, and we \
                     won't save it."
                </p>
                <form method="post" action="/updates/receipt" novalidate>
                    <CodeField label="Your code" value=sent.typed("code") refusals />
                    <button class="button">"See what happened"</button>
                </form>
            </div>
        }
    });
    page.refused_for(refusals)
}
