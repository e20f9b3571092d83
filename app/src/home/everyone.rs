//! Home for a visitor: what this is, what is open, what will change, what happened.

use ground::ui::{Checked, Saying, Scene, Told};
use leptos::prelude::*;
use notices::store::ListedNotice;

use super::{Now, coming, invitation, said_done};

/// How many of the coming changes are shown.
pub(super) const COMING: i64 = 2;

pub(super) fn view(
    now: Now,
    soon: Vec<ListedNotice>,
    area: &str,
    banner: Option<(&'static str, &'static str)>,
) -> impl IntoView + use<> {
    let Now { at, round, last, asked, topics, said } = now;
    let soon = (!soon.is_empty()).then(|| {
        view! {
            <section class="stack">
                <h2>"Changes coming up"</h2>
                {coming(soon, at)}
            </section>
        }
    });
    let asked = (!asked.is_empty()).then(|| consultations::consultation_cards(asked, at));
    let said = (!said.is_empty()).then(|| {
        view! {
            <section class="stack">
                <h2>"You said, we did"</h2>
                {outcomes::rows_of_section(said)}
                <p>
                    <a href="/updates">"See everything that happened"</a>
                </p>
            </section>
        }
    });
    let last = last.map(|round| {
        view! {
            " · "
            <a href=format!("/rounds/{}", round.id)>{format!("Results of {}", round.title)}</a>
        }
    });
    let no_topics =
        topics.is_empty().then(|| view! { <p>"Topics that parents propose will appear here."</p> });
    view! {
        <div class="stack-l">
            <section class="hero">
                <div class="stack">
                    {said_done(banner)} <h1>"What matters most to your family?"</h1>
                    {invitation(round.as_ref(), at, area, true)}
                    <p class="soft">
                        "New here? "<a href="/sign-up">"Join in two minutes"</a>
                        ". You don't have to use your real name. To read, answer or get emails you \
                        don't need an account."
                    </p>
                </div>
                <Scene />
            </section>
            <section class="stack">
                <h2>"How it works"</h2>
                <ol class="how">
                    <li>
                        <Saying />
                        <div>
                            <h3>"You say what matters"</h3>
                            <p>
                                "Propose a topic or support one. Nobody sees the votes until \
                                 voting closes, not even the council."
                            </p>
                        </div>
                    </li>
                    <li>
                        <Told />
                        <div>
                            <h3>"You hear before it changes"</h3>
                            <p>
                                "Choose transport, autism support or any service. We will email \
                                 you before the day."
                            </p>
                        </div>
                    </li>
                    <li>
                        <Checked />
                        <div>
                            <h3>"You see what happened"</h3>
                            <p>
                                "Leaders say what they did. We ask families if it's true, and say \
                                 so."
                            </p>
                        </div>
                    </li>
                </ol>
                <p>
                    <a href="/about">"Who we are"</a>
                </p>
            </section>
            {soon}
            <section class="stack">
                <h2>"Have your say"</h2>
                {asked}
                {no_topics}
                {topics::cards(topics)}
                <p>
                    <a href="/topics">"All topics"</a>
                    " · "
                    <a href="/consultations">"All consultations"</a>
                    {last}
                </p>
            </section>
            {said}
        </div>
    }
}
