//! What everyone sees of consultations: the list, and what one is about; and the organisers' list.

use accounts::here::{self, AsksForCookies};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use calendar::clock::{self, Moment};
use forms::{Sent, page_number};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Page, Pager, Share, When, titled};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use questionnaires::way;

use super::answering::{self, MayBegin};
use super::course::{Course, NextStep};
use super::dates;
use super::kinds::on_screen::{self, AskedQuestion};
use super::rules::{ConsultationState, Terms, WhoMayAnswer};
use super::store::{self, Consultation, Follow, ListedConsultation, Of};
use super::{consultation, opened, progress, results, state_in_words};

const MOST_ON_A_PAGE: i64 = 20;

/// GET `/consultations`: those that can be answered, then those that have closed.
pub async fn consultations_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (now, number) = (house.clock.now(), page_number(&Sent::query(&uri)));
    // Those that are open come on the first page.
    let open = if number == 1 {
        store::list(&house.db, Of::Open, (100, 0), now).await?
    } else {
        Vec::new()
    };
    let mut closed = store::list(&house.db, Of::Closed, part(number), now).await?;
    let (first, next) = pager(&mut closed, number, "/consultations");
    let page = Page::new("Consultations", || {
        let nothing = (open.is_empty() && number == 1)
            .then(|| view! { <p>"There is nothing to answer at the moment."</p> });
        let has_closed = !closed.is_empty();
        let (open, closed) = (consultation_cards(open, now), consultation_cards(closed, now));
        view! {
            <div class="stack">
                <h1>"Consultations"</h1>
                <p class="lead">
                    {format!(
                        "Have your say on what {} is asking parents. For most of these you don't \
                         need an account, and you can stop and come back.",
                        house.names.forum,
                    )}
                </p>
                {nothing}
                {open}
                {has_closed.then(|| view! { <h2>"Closed"</h2> })}
                {closed}
                <Pager first next />
            </div>
        }
    });
    Ok(page.wide().answer(&house, &viewer))
}

/// How many are read for this page of a list, and how many are skipped: one more than it shows.
fn part(number: i64) -> (i64, i64) {
    (MOST_ON_A_PAGE + 1, (number - 1) * MOST_ON_A_PAGE)
}

/// The addresses of the first page of a list and of the next, where there are others; takes away
/// what is not on this page.
fn pager<T>(read: &mut Vec<T>, number: i64, here: &str) -> (Option<String>, Option<String>) {
    let next = (read.len() as i64 > MOST_ON_A_PAGE).then(|| {
        read.truncate(MOST_ON_A_PAGE as usize);
        format!("{here}?page={}", number + 1)
    });
    ((number > 1).then(|| here.to_owned()), next)
}

/// Consultations as entries of a list.
pub fn consultation_cards(listed: Vec<ListedConsultation>, now: Moment) -> impl IntoView {
    let cards = listed.into_iter().map(|listed| {
        let times = (listed.opens_at, listed.closes_at);
        let state = listed.state(now);
        let words = state_in_words(state, times);
        let is_open = state == ConsultationState::Open;
        let asks = is_open.then(|| view! { <p class="state">{in_short(listed.asks)}</p> });
        let left = is_open.then(|| format!(" – {}", clock::days_left(now, listed.closes_at)));
        let by_link = (is_open && listed.access == WhoMayAnswer::Link)
            .then(|| view! { <p>"Only for families we gave their own link."</p> });
        view! {
            <li class=if is_open { "card ask" } else { "card" }>
                {asks} <h2>
                    <a href=format!("/consultations/{}", listed.id)>{listed.title}</a>
                </h2> <p>{format!("For: {}", listed.who_for)}</p> {by_link}
                <p class="state">{words}{left}</p>
            </li>
        }
    });
    view! { <ul class="cards">{cards.collect_view()}</ul> }
}

/// How many questions, and about how long they take.
fn in_short((questions, minutes): (usize, u64)) -> String {
    let questions =
        if questions == 1 { "1 question".to_owned() } else { format!("{questions} questions") };
    let minutes = if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") };
    format!("{questions}, about {minutes}")
}

/// GET `/forum/consultations`: all of them, by what has to be done next.
pub async fn forum_consultations_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    const HERE: &str = "/forum/consultations";
    let (now, number) = (house.clock.now(), page_number(&Sent::query(&uri)));
    let me = &viewer.signed_in()?.account_id;
    let mut courses = store::courses(&house.db, Follow::All, part(number), now).await?;
    let (first, next) = pager(&mut courses, number, HERE);
    let page = Page::new("The forum's consultations", || {
        let nothing = courses.is_empty().then(|| {
            view! {
                <p>
                    "There are no consultations yet. When you ask parents something, you will find \
                     it here from the first word to the results."
                </p>
            }
        });
        let parts = courses.chunk_by(|one, next| heading(one, now) == heading(next, now));
        let parts = parts.map(|part| {
            let rows = part.iter().map(|course| {
                view! {
                    <li>
                        <h3>
                            <a href=format!("{HERE}/{}", course.id)>{course.title.clone()}</a>
                        </h3>
                        {progress(course, me, now, HERE)}
                    </li>
                }
            });
            view! {
                <h2>{part.first().map(|course| heading(course, now))}</h2>
                <ul class="queue">{rows.collect_view()}</ul>
            }
        });
        let parts = parts.collect_view();
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum">
                        "Organisers’ desk"
                    </a>
                </p>
                <h1>"The forum's consultations"</h1>
                <p>
                    <a class="button" href="/forum/consultations/new">
                        "Ask parents"
                    </a>
                </p>
                {nothing}
                {parts}
                <Pager first next />
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The part of the organisers' list that a consultation is in.
fn heading(course: &Course, now: Moment) -> &'static str {
    match course.next(now) {
        NextStep::Check => "Counted: to be checked by a second organiser",
        NextStep::WaitForLast | NextStep::Compare(_) | NextStep::Read => {
            "Closed: to be read and counted"
        }
        NextStep::WaitForAnswers => "Open",
        NextStep::WaitToOpen => "Opening later",
        NextStep::Open => "Being written",
        NextStep::Nothing => "Published",
        NextStep::Withdrawn => "Withdrawn",
    }
}

/// GET `/consultations/{id}`: what it is about, and how to start or to come back.
pub async fn consultation_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let consultation = opened(&house, &id).await?;
    let state = consultation.state(house.clock.now());
    let came_by_link = Sent::query(&uri).typed("by") == "link";
    let begun = answering::code_in_hand(&house, &headers);
    let may_begin = answering::may_begin(&house, &viewer, &consultation, &headers).await?;
    let changes = store::changes(&house.db, &consultation.id).await?;
    let has_results = state == ConsultationState::Closed
        && results::store::is_one(&house.db, &consultation.id).await?;
    let page = Page::new(consultation.terms.title.clone(), || {
        let ways = match state {
            ConsultationState::Open => {
                ways(&consultation, begun.as_deref(), may_begin, came_by_link).into_any()
            }
            ConsultationState::Closing => come_back(&consultation.id).into_any(),
            ConsultationState::Withdrawn => {
                view! { <p>"Nobody can answer it any more, and there will be no results."</p> }
                    .into_any()
            }
            _ if has_results => view! {
                <p>
                    <a
                        class="button"
                        href=format!("/consultations/{}/results", consultation.id)
                    >
                        "What parents said"
                    </a>
                </p>
            }
            .into_any(),
            _ => view! { <p>"We will publish the results here once they are checked."</p> }
                .into_any(),
        };
        let for_organisers =
            viewer.is(Role::Organiser).then(|| for_organisers(&consultation.id, state));
        view! {
            <article class="stack">
                <p>
                    <a class="back" href="/consultations">
                        "Consultations"
                    </a>
                </p>
                <h1>{consultation.terms.title.clone()}</h1>
                <p class="state">
                    {state_in_words(
                        state,
                        (consultation.terms.opens_at, consultation.terms.closes_at),
                    )}
                </p>
                {dates::changed(&changes)}
                {decided(&consultation)}
                {ways}
                {for_organisers}
                <h2>"What this is about"</h2>
                {about(&consultation)}
                <Share
                    address=house.link(&format!("/consultations/{}", consultation.id))
                    title=consultation.terms.title.clone()
                />
            </article>
        }
    });
    let page = page.about(&consultation.terms.about);
    let begins = state == ConsultationState::Open && may_begin == MayBegin::Yes;
    let page = if begins { here::known_by(page, &house, &headers) } else { page };
    Ok(page.answer(&house, &viewer))
}

/// The ways from everyone's page of it to the organisers' pages.
fn for_organisers(id: &Id<ids::Consultation>, state: ConsultationState) -> impl IntoView + use<> {
    let to = |what: &str| format!("/forum/consultations/{id}{what}");
    let dates = (state == ConsultationState::Open).then(|| {
        view! {
            " · "
            <a href=to("/dates")>"Change the dates"</a>
        }
    });
    view! {
        <p class="no-print">
            "For organisers: "<a href=to("")>"Its page for organisers"</a>" · "
            <a href=to("/progress")>"How it is going"</a>{dates}
        </p>
    }
}

/// That the plan it belongs to is decided.
fn decided(consultation: &Consultation) -> Option<impl IntoView + use<>> {
    let (id, _) = consultation.plan.clone()?;
    let at = consultation.plan_decided_at?;
    Some(view! {
        <p class="panel warn">
            "The plan this is about was decided on "<When at />". "
            <a href=format!("/plans/{id}/decision")>"Read what was decided"</a>
        </p>
    })
}

/// What a consultation says besides its questions.
fn about(consultation: &Consultation) -> impl IntoView + use<> {
    let terms = &consultation.terms;
    let plan = consultation.plan.clone().map(|(id, title)| {
        view! {
            <dt>"It belongs to"</dt>
            <dd>
                <a href=format!("/plans/{id}")>{title}</a>
            </dd>
        }
    });
    let can_change = if consultation.plan_decided_at.is_some() {
        "What could still be changed when we asked"
    } else {
        "What can still be changed"
    };
    let topic = consultation.topic.clone().map(|(id, title)| {
        view! {
            <dt>"It belongs to"</dt>
            <dd>
                <a href=format!("/topics/{id}")>{title}</a>
            </dd>
        }
    });
    let reasons = (!terms.reasons.is_empty()).then(|| {
        view! {
            <dt>"Why this is proposed, and what else could be done"</dt>
            <dd class="lines">{terms.reasons.clone()}</dd>
        }
    });
    view! {
        <p class="lines">{terms.about.clone()}</p>
        <dl class="when">
            <dt>"Who it is for"</dt>
            <dd>{terms.who_for.clone()}</dd>
            <dt>"How long you can answer"</dt>
            <dd>{how_long(terms)}</dd>
            {reasons}
            <dt>{can_change}</dt>
            <dd class="lines">{terms.can_change.clone()}</dd>
            <dt>"What can't be changed"</dt>
            <dd class="lines">{terms.cannot_change.clone()}</dd>
            <dt>"How the answers will be used"</dt>
            <dd class="lines">{terms.how_used.clone()}</dd>
            <dt>"Who will see what"</dt>
            <dd class="lines">{terms.who_sees.clone()}</dd>
            {plan}
            {topic}
        </dl>
    }
}

/// From when until when it can be answered, and how many days that is.
fn how_long(terms: &Terms) -> String {
    let (first, last) = (clock::date(terms.opens_at), clock::date(terms.closes_at));
    let days = first.until(last).map_or(0, |span| span.get_days()) + 1;
    let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    format!("{days}, from {} to {}", clock::day(terms.opens_at), clock::day(terms.closes_at))
}

/// The ways to answer: start, continue, come back. How much it is to do comes first, so that the
/// button is on the first screen of a phone.
fn ways(
    consultation: &Consultation,
    begun: Option<&str>,
    may_begin: MayBegin,
    came_by_link: bool,
) -> impl IntoView + use<> {
    let id = &consultation.id;
    let asks = (way::asked(&consultation.questionnaire), way::minutes(&consultation.questionnaire));
    let asks = in_short(asks);
    let account = if consultation.terms.access == WhoMayAnswer::SignedIn {
        ""
    } else {
        " You don't need an account."
    };
    let facts = view! { <p class="lead">{format!("{asks}.{account}")}</p> };
    if may_begin == MayBegin::HasSent {
        return has_sent(consultation).into_any();
    }
    let may_begin = may_begin == MayBegin::Yes;
    if consultation.terms.access == WhoMayAnswer::Link && !may_begin {
        let first = if came_by_link {
            "Your browser isn't keeping our cookies, so it can't remember your link. Turn on \
             cookies for this site in your browser's settings, or leave the private window, then \
             open your link again."
        } else {
            "This is for families who were given their own link. Open your link to start."
        };
        return view! {
            {facts}
            <p>{first}</p>
            {come_back(id)}
        }
        .into_any();
    }
    if consultation.terms.access == WhoMayAnswer::SignedIn && !may_begin {
        let to = ground::routes::sign_in_then(&format!("/consultations/{id}"));
        return view! {
            {facts}
            <p>
                <a class="button" href=to>
                    "Sign in to answer"
                </a>
            </p>
            <p class="soft">
                "You need to sign in, so that everyone answers once only. Nobody can see which \
                 answers are yours."
            </p>
        }
        .into_any();
    }
    let go_on = begun.map(|code| {
        view! {
            <p>
                <a class="button" href=format!("/consultations/{id}/answers?code={code}")>
                    "Continue with the answers started here"
                </a>
            </p>
        }
    });
    let (begin, quiet) = match (begun, consultation.terms.access) {
        (None, _) => ("Start", "button"),
        (Some(_), WhoMayAnswer::SignedIn) => ("Start again with new answers", "button quiet"),
        (Some(_), WhoMayAnswer::Anyone | WhoMayAnswer::Link) => {
            ("Start as someone else", "button quiet")
        }
    };
    let once = match consultation.terms.access {
        WhoMayAnswer::Anyone => "",
        WhoMayAnswer::SignedIn => " You can send one set of answers.",
        WhoMayAnswer::Link => {
            " You can send one set of answers with your link. If you have sent yours already, use \
             your code to change them."
        }
    };
    let skip = if consultation.questionnaire.questions().any(|question| question.is_required) {
        "You can skip any question, unless it says that we need an answer."
    } else {
        "You can skip any question."
    };
    view! {
        {facts}
        {go_on}
        <form method="post" action=format!("/consultations/{id}/answers")>
            <AsksForCookies />
            <button class=quiet>{begin}</button>
        </form>
        <p class="soft">
            {skip}
            " We save each answer as you go, and you can stop and come back, even on another \
             phone. Your answers only count once you send them."
            {once}
        </p>
        {come_back(id)}
        <p class="soft">
            <a href=format!("/consultations/{id}/paper")>"Answer on paper instead"</a>
        </p>
    }
    .into_any()
}

/// For somebody who has sent their answers, where each may do so once: that, and the way back to
/// them.
fn has_sent(consultation: &Consultation) -> impl IntoView + use<> {
    let email = format!("Your code for: {}", consultation.terms.title);
    view! {
        <div class="panel gold">
            <p>
                <b>"✓ You have already sent your answers."</b>
                " Each person can send one set, and one email inbox counts as one person."
            </p>
            <p>
                "To read, change or delete them, use the code you got when you sent them."
            </p>
        </div>
        {code_form(&consultation.id)}
        <p class="soft">
            {format!(
                "If you had it emailed to you, look for “{email}”. We can't find it for you: \
                 nobody can tell which answers are yours. What you sent stays as it is.",
            )}
        </p>
    }
}

/// The way back for whoever has a code.
fn come_back(id: &Id<ids::Consultation>) -> impl IntoView + use<> {
    view! {
        <details>
            <summary>"I have a code"</summary>
            {code_form(id)}
        </details>
    }
}

fn code_form(id: &Id<ids::Consultation>) -> impl IntoView + use<> {
    view! {
        <form method="get" action=format!("/consultations/{id}/answers") class="row">
            <div class="field">
                <label for="code">"Your code"</label>
                <input id="code" name="code" type="text" autocomplete="off" spellcheck="false" />
            </div>
            <button class="button quiet">"Go to my answers"</button>
        </form>
    }
}

/// GET `/forum/consultations/{id}/preview`: all questions as a parent sees them, whatever the
/// answers.
pub async fn preview_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?.without_answers();
    let (_, places) = area::store::both(&house.db).await?;
    let page = Page::new(titled("How parents will see it", &consultation.terms.title), || {
        let questions = questionnaires::edit::flat(&consultation.questionnaire);
        let questions = questions.iter().map(|(heading, question)| {
            let heading = heading.clone().map(|heading| view! { <h2>{heading}</h2> });
            let some = (!question.only_if.is_empty())
                .then(|| view! { <p class="soft">"Only some people are asked this:"</p> });
            view! {
                {heading}
                {some}
                {on_screen::question(AskedQuestion {
                    question,
                    kept: None,
                    sent: &Sent::default(),
                    error: None,
                    places: &places,
                })}
            }
        });
        let questions = questions.collect_view();
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=format!("/forum/consultations/{}", consultation.id)>
                        "Back"
                    </a>
                </p>
                <h1>{consultation.terms.title.clone()}</h1>
                {about(&consultation)}
                {questions}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}
