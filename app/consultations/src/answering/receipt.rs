//! What goes around the list of answers: that they count, what happens next and when, and the code
//! that leads back to them.

use calendar::clock;
use forms::{Refusals, Sent};
use ground::house::House;
use ground::ui::{Banner, Field, FormKey};
use leptos::prelude::*;
use questionnaires::withdrawal;

use super::InHand;
use crate::rules::ConsultationState;

/// Says that the code was emailed, or that the answers count.
pub fn banner(is_emailed: bool, is_sent: bool, is_open: bool) -> Option<AnyView> {
    let (title, words) = match (is_emailed, is_sent, is_open) {
        (true, ..) => (
            "Check your email",
            "We are sending you your code. It can take a few minutes. If it doesn't come, check \
             your junk or spam folder.",
        ),
        (_, true, true) => (
            "Thank you",
            "Your answers count. Write down your code, or email it to yourself: you will need it \
             to change or delete them.",
        ),
        (_, true, false) => ("Thank you", "Your answers count."),
        _ => return None,
    };
    let view = view! {
        <Banner title>
            <p>{words}</p>
        </Banner>
    };
    Some(view.into_any())
}

/// What happens after the answers were sent, and when.
pub fn what_next(house: &House, hand: &InHand) -> impl IntoView + use<> {
    let consultation = &hand.response.consultation;
    let (now, closes_at) = (house.clock.now(), consultation.terms.closes_at);
    let results = format!("/consultations/{}", consultation.id);
    let change = (consultation.state(now) == ConsultationState::Open).then(|| {
        view! {
            <li>
                {format!(
                    "It closes at the end of {} ({}). {}",
                    clock::day(closes_at),
                    clock::days_away(now, closes_at),
                    withdrawal::told("then"),
                )}
            </li>
        }
    });
    let days = house.settings.outcome_within / clock::DAY;
    let within = if days % 7 == 0 { format!("{} weeks", days / 7) } else { format!("{days} days") };
    view! {
        <section class="stack">
            <h2>"What happens next"</h2>
            <ol>
                {change}
                <li>
                    "After it closes we read every answer. Once two of us have checked the \
                     numbers, we publish the results on "
                    <a href=results>"this consultation's page"</a>"."
                </li>
                <li>
                    {format!(
                        "Leaders then have {within} to say what they did. Your code is your \
                         receipt: enter it under ",
                    )} <a href="/updates/receipt">"What happened about your answers"</a>
                    " to see it."
                </li>
            </ol>
        </section>
    }
}

/// The code, how to come back with it, and a form that emails it.
pub fn code_panel(
    house: &House,
    hand: &InHand,
    sent: &Sent,
    refusals: &Refusals,
) -> impl IntoView + use<> {
    let link = house.link(&hand.to(""));
    let email = view! {
        <Field
            name="email"
            label="Your email address"
            hint="Only for this one email. We don't save it with your answers."
            kind="email"
            autocomplete="email"
            value=sent.typed("email")
            refusals
        />
    }
    .into_any();
    view! {
        <div class="panel gold">
            <p>"Your code: "<b class="code">{hand.code.clone()}</b></p>
            <p class="soft">
                "Use it, or this link, to come back from any phone. Anyone with this code can read \
                 and change your answers, but nobody can find out whose they are."
            </p>
            <p class="soft">
                <a href=hand.to("")>{link}</a>
            </p>
        </div>
        <details id="email-code" open=refusals.about("email").is_some()>
            <summary>"Get your code by email"</summary>
            <form method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                {email}
                <button class="button quiet" name="step" value="email">
                    "Email me my code"
                </button>
            </form>
        </details>
    }
}
