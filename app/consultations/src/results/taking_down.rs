//! Taking down words of published results: a quote, a finding, or what was said about a change. An
//! organiser asks for it and another agrees, as two publish results. Numbers never change.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::takedown::{self, Kind, NewTakedown, Takedown};
use ground::ui::{Choice, Choices, Frame};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Release};
use crate::store::Consultation;
use crate::{consultation, just_done};

/// GET `/forum/consultations/{id}/takedown`
pub async fn take_words_down_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    uri: Uri,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    shown(&house, &viewer, &consultation, &just_done(&uri), &Refusals::default()).await
}

/// POST `/forum/consultations/{id}/takedown`: asks for words to be taken down; or, for what another
/// asked for, agrees or refuses.
pub async fn take_words_down(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    match sent.typed("step") {
        "agree" => decide(&house, &viewer, &consultation, &sent, true).await,
        "refuse" => decide(&house, &viewer, &consultation, &sent, false).await,
        _ => ask(&house, &viewer, &consultation, &sent).await,
    }
}

/// Asks another organiser to agree that words are taken down.
async fn ask(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    sent: &Sent,
) -> Result<Response, Error> {
    let mut refusals = Refusals::default();
    let all = published_words(&store::all(&house.db, &consultation.id).await?);
    let chosen = all.into_iter().find(|words| name_of(words) == sent.typed("chosen"));
    let chosen =
        refusals.take("chosen", chosen.ok_or_else(|| "Choose the words to take down".to_owned()));
    let wish = refusals.take_all(takedown::wish(sent));
    let (Some(words), Some(wish)) = (chosen, wish) else {
        return shown(house, viewer, consultation, sent, &refusals).await;
    };
    let (at, by, about) = (house.clock.now(), &viewer.signed_in()?.account_id, &consultation.id);
    let mut tx = house.db.begin().await?;
    let new =
        NewTakedown { kind: Kind::Results, about_id: about, wish: &wish, words: &words, by, at };
    if takedown::store::keep(&mut tx, new).await? {
        let what = "taking down words of results asked for";
        let entry = Entry { at, who: Some(by), what, about, detail: wish.reason };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/forum/consultations/{about}/takedown?done=asked")).into_response())
}

/// Takes down what another organiser asked for, or leaves it.
async fn decide(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    sent: &Sent,
    is_agreed: bool,
) -> Result<Response, Error> {
    let (at, by, about) = (house.clock.now(), &viewer.signed_in()?.account_id, &consultation.id);
    let asked = match Id::parse(sent.typed("takedown")) {
        Some(id) => takedown::store::find(&house.db, &id).await?,
        None => None,
    };
    let asked = asked.filter(|asked| *about == *asked.about_id).ok_or(Error::NotFound)?;
    let mut tx = house.db.begin().await?;
    let words = takedown::store::decide(&mut tx, &asked.id, is_agreed, by, at).await?;
    let Some(words) = words else {
        tx.roll_back().await?;
        let refusals = Refusals::one(
            "waiting",
            "Ask another organiser to decide. If that is you, look again: it has been decided",
        );
        return shown(house, viewer, consultation, sent, &refusals).await;
    };
    if is_agreed {
        let in_place = takedown::in_place(&Takedown { taken_down_at: Some(at), ..asked.clone() });
        store::take_down(&mut tx, about, &words, &in_place).await?;
    }
    takedown::store::leave_no_trace(&mut tx, at).await?;
    let what =
        if is_agreed { Kind::Results.in_log() } else { "taking down words of results refused" };
    let entry = Entry { at, who: Some(by), what, about, detail: &asked.reason };
    audit::note(&mut tx, entry).await?;
    tx.commit().await?;
    let done = if is_agreed { "agreed" } else { "refused" };
    Ok(Redirect::to(&format!("/forum/consultations/{about}/takedown?done={done}")).into_response())
}

/// All words in results that everyone can read, each once.
fn published_words(releases: &[Release]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for release in releases.iter().filter(|release| release.checked_at.is_some()) {
        let quotations = release.results.questions.iter().flat_map(|counted| &counted.quotations);
        let others = release.findings.words.iter().chain(std::iter::once(&release.differs));
        for words in quotations.chain(others) {
            let is_gone = words.is_empty() || words.starts_with(takedown::IN_PLACE);
            if !is_gone && !all.contains(words) {
                all.push(words.clone());
            }
        }
    }
    all
}

/// What a form sends for some words, whatever line ends a browser makes of them.
fn name_of(words: &str) -> String {
    id::sha256(words.as_bytes())
}

async fn shown(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let me = &viewer.signed_in()?.account_id;
    let waiting = takedown::store::waiting(&house.db, &consultation.id).await?;
    let all = published_words(&store::all(&house.db, &consultation.id).await?);
    let done = match sent.typed("done") {
        "asked" => Some(("Saved", "Another organiser must now agree. Until then it stays.")),
        "agreed" => Some(("Taken down", "People now read that it was taken down, and why.")),
        "refused" => Some(("Saved", "The words stay as they are.")),
        _ => None,
    };
    let back = (format!("/forum/consultations/{}/release", consultation.id), "Results");
    let frame = Frame::new("Take words down", back)
        .of(&consultation.terms.title)
        .heading_id("waiting")
        .done_so(done)
        .refused_for(refusals);
    let page = frame.around(|| {
        let waits = waiting.into_iter().map(|(asked, words)| to_decide(&asked, words, me));
        let waits = waits.collect::<Vec<_>>();
        let waits = (!waits.is_empty()).then(|| {
            view! {
                <h2>"Waiting for a second organiser"</h2>
                <ol class="queue">{waits}</ol>
            }
        });
        view! {
            <p class="lead">
                "If words in the results name someone, or should not be there. The numbers stay as \
                 they are. Another organiser must agree."
            </p>
            {waits}
            {to_ask(all, sent, refusals)}
        }
    });
    Ok(page.kept_for_going_back().answer(house, viewer))
}

/// Words that wait for a second organiser, and the buttons for one who may decide.
fn to_decide(asked: &Takedown, words: String, me: &Id<ids::Account>) -> impl IntoView + use<> {
    let why = takedown::why(&asked.reason, &asked.why);
    let fate = if asked.is_kept {
        "The words will be passed on to the safeguarding lead."
    } else {
        "The words will be deleted for good."
    };
    let id = asked.id.to_string();
    let way = if asked.asked_by == *me {
        view! {
            <p class="panel">"You asked for this yourself, so another organiser must decide."</p>
        }
        .into_any()
    } else {
        view! {
            <form method="post">
                <input type="hidden" name="takedown" value=id />
                <button class="button warn" name="step" value="agree">
                    "Take it down"
                </button>
                <button class="button quiet" name="step" value="refuse">
                    "Leave it"
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <li>
            <blockquote class="lines">{words}</blockquote>
            <p class="lines">"What people will read: "{why}</p>
            <p>{fate}</p>
            {way}
        </li>
    }
}

fn to_ask(all: Vec<String>, sent: &Sent, refusals: &Refusals) -> impl IntoView + use<> {
    if all.is_empty() {
        return view! {
            <p>"There is nothing to take down: no words of these results are published."</p>
        }
        .into_any();
    }
    let each = all.into_iter().map(|words| (name_of(&words), words));
    let choices = Choice::each(each, |name| name == sent.typed("chosen"));
    view! {
        <form method="post" novalidate>
            <Choices
                name="chosen"
                legend="Which words should be taken down?"
                hint="Wherever they are in these results, also in earlier ones."
                choices
                refusals
            />
            {takedown::parts::fields(sent, refusals)}
            <p>"We don't know who wrote a quote, so we can't tell them."</p>
            <button class="button warn" name="step" value="ask">
                "Ask another organiser to agree"
            </button>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::clock::Moment;
    use questionnaires::results::Results;

    #[test]
    fn each_words_that_everyone_reads_can_be_chosen_once() {
        let release = |checked_at: Option<Moment>, differs: &str| Release {
            number: 1,
            results: Results {
                people: None,
                asked: None,
                questions: Vec::new(),
                left_out: Vec::new(),
            },
            differs: differs.to_owned(),
            counted_by: (Id::default(), String::new()),
            counted_at: Moment::from_millis(0),
            is_stale: false,
            checked_at,
            findings: store::Findings { words: vec!["More buses".into()], ..Default::default() },
        };
        let checked = |millis| Some(Moment::from_millis(millis));
        let all = [release(None, "Secret"), release(checked(1), ""), release(checked(2), "A name")];
        assert_eq!(published_words(&all), ["More buses", "A name"]);
    }
}
