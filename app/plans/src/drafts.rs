//! A leader submits a draft, and says what it does about each topic.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::aside::aside;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id, Topic};
use ground::sent::{CHOOSE_AGAIN, Form, SentWithFile};
use ground::ui::{Area, FormKey, Frame, Page, Upload};
use ground::viewer::Viewer;
use involvement::gate;
use leptos::prelude::*;

use super::answers::{self, Asked, Asks, answer_in_draft};
use super::store::{self, Act, AnsweredTopic, Plan};
use super::{begin, frame, leader, led_plan, note, parsed, rules, version};

/// GET `/lead/plans/{id}/drafts`
pub async fn record_draft_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let page = record_draft_page(&house, &plan, &Sent::default(), &Refusals::default());
    Ok(page.answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/drafts`
pub async fn record_draft(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    form: SentWithFile,
) -> Result<Response, Error> {
    let SentWithFile { sent, file, is_too_large, is_left_behind } = form;
    let (sent, file, read) = if is_too_large {
        (sent, file, Err(Refusals::one("file", "Choose a file of 20 MB or less")))
    } else if is_left_behind {
        (sent, file, Err(Refusals::one("file", CHOOSE_AGAIN)))
    } else {
        aside(move || {
            let content = file.as_ref().map(|(name, content)| (name.as_str(), content.as_ref()));
            let read = rules::new_draft(&sent, content);
            (sent, file, read)
        })
        .await?
    };
    let (mut draft, kind_of_file) = match read {
        Ok(read) => read,
        Err(refusals) => {
            let plan = led_plan(&house, &viewer, &id).await?;
            let page = record_draft_page(&house, &plan, &sent, &refusals);
            return Ok(page.answer(&house, &viewer));
        }
    };
    // Saved before the write: a file that no draft names does no harm, a draft without its file
    // would.
    let file = match (file, kind_of_file) {
        (Some((name, content)), Some(kind)) => Some(house.files.keep(&name, kind, content).await?),
        _ => None,
    };
    if let Some(file) = &file {
        // Sent again with another file, it is another draft.
        draft.form_key = id::hash(&format!("{} {}", draft.form_key, file.hash));
    }
    let (by, plan_id) = (leader(&viewer)?, parsed(&id)?);
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    let (version, is_new) = store::record_draft(&mut tx, act, &draft, file.as_ref()).await?;
    if is_new {
        note(&mut tx, act, "draft recorded", &format!("version {version}")).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/lead/plans/{plan_id}/drafts/{version}")).into_response())
}

fn record_draft_page(house: &House, plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    // What a draft recorded now would do to the gate, while there is still time.
    let too_early = plan.drafts.is_empty()
        && gate::points(&plan.gate(), house.clock.now()).iter().take(2).any(|point| !point.holds);
    let page = frame(plan, "Submit a draft", refusals).around(|| {
        let warning = too_early.then(|| {
            view! {
                <div class="panel warn">
                    <p>
                        <b>"Please wait if you can."</b>
                        " The plan must first answer topics that have been open for at least 14 \
                         days. If you submit a draft now, the plan can only ever be published \
                         without involving parents as agreed, and everyone will see that."
                    </p>
                </div>
            }
        });
        view! {
            {warning}
            <p class="lead">
                {format!(
                    "Only {} can read it until it is published. Everyone can see that there is a \
                     draft, and when it was submitted.",
                    rules::DRAFT_READERS,
                )}
            </p>
            <form method="post" enctype="multipart/form-data" novalidate>
                <FormKey key=sent.typed("form_key") />
                <Area
                    name="summary"
                    label="A summary in plain words"
                    hint="What will change for families, and when. Up to 1,200 characters."
                    value=sent.typed("summary")
                    refusals
                />
                <Area
                    name="body"
                    label="The text"
                    hint="You can use Markdown: # for a heading, * for a list."
                    value=sent.typed("body")
                    rows=16
                    refusals
                />
                <Upload
                    name="file"
                    label="Or a file"
                    hint="PDF, Word (docx) or OpenDocument (odt), up to 20 MB."
                    accept=".pdf,.docx,.odt"
                    refusals
                />
                <button class="button">"Submit this draft"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}

/// GET `/lead/plans/{id}/drafts/{version}/topics/{topic}`
pub async fn answer_topic_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number, topic)): Path<(Id<ids::Plan>, String, Id<Topic>)>,
) -> Result<Response, Error> {
    let (plan, number, topic) = asked(&house, &viewer, (&id, &number, &topic)).await?;
    let sent = answers::as_sent(topic.answer.as_ref());
    Ok(answer_topic_page(&plan, number, &topic, &sent, &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/drafts/{version}/topics/{topic}`
pub async fn answer_topic(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number, topic)): Path<(Id<ids::Plan>, String, Id<Topic>)>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let topic_id = parsed(&topic)?;
    let (draft, about) = ((&id, number.as_str()), Asked::Topic(&topic_id));
    let refusals = match answer_in_draft(&house, &viewer, draft, about, &sent).await? {
        Ok(to_draft) => return Ok(to_draft),
        Err(refusals) => refusals,
    };
    let (plan, number, topic) = asked(&house, &viewer, (&id, &number, &topic)).await?;
    Ok(answer_topic_page(&plan, number, &topic, &sent, &refusals).answer(&house, &viewer))
}

/// The topic of an address with what the draft does about it, for a leader of the plan.
async fn asked(
    house: &House,
    viewer: &Viewer,
    (id, number, topic): (&Id<ids::Plan>, &str, &Id<Topic>),
) -> Result<(Plan, i64, AnsweredTopic), Error> {
    let (plan, number) = (led_plan(house, viewer, id).await?, version(number)?);
    let topics = store::draft(&house.db, &plan.id, number).await?.ok_or(Error::NotFound)?.answers;
    let topic = parsed(topic)?;
    let topic = topics.into_iter().find(|asked| asked.topic_id == topic).ok_or(Error::NotFound)?;
    Ok((plan, number, topic))
}

fn answer_topic_page(
    plan: &Plan,
    number: i64,
    topic: &AnsweredTopic,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let back = format!("/lead/plans/{}/drafts/{number}", plan.id);
    let frame = Frame::new("Answer a topic", (back, format!("Draft {number}")))
        .of(&topic.title)
        .heading(format!("What does draft {number} do about this topic?"));
    let about = view! {
        <p class="lead">
            <a href=format!("/topics/{}", topic.topic_id)>{topic.title.clone()}</a>
        </p>
    };
    let asks = Asks::of_draft(
        "It is in the draft, as parents asked",
        "If it is in the draft, say where, and what you changed. If it isn't, say why. We will \
         email your words to parents.",
    );
    asks.page(frame, about.into_any(), sent, refusals)
}
