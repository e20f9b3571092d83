//! An organiser writes or changes one question.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::files;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::{CHOOSE_AGAIN, SentWithFile};
use ground::ui::{Area, Choice, Choices, Field, Frame, Page};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use questionnaires::{Question, Questionnaire, edit, kinds, piping};

use super::being_written;
use super::build::{change_questions, who_is_asked};
use super::kinds::to_write;
use super::list::More;
use super::store::{self, Consultation, versions};

/// GET `/forum/consultations/{id}/questions/{key}`; `new` for one more.
pub async fn question_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, key)): Path<(Id<ids::Consultation>, String)>,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let fields =
        if key == "new" { Sent::default() } else { edit::fields(&headed(&consultation, &key)?) };
    Ok(edit_page(&consultation, &key, &fields, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/consultations/{id}/questions/{key}`
pub async fn save_question(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, key)): Path<(Id<ids::Consultation>, String)>,
    SentWithFile { mut sent, file, is_too_large, is_left_behind }: SentWithFile,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let picture = file.filter(|_| sent.typed("kind") == kinds::PICTURE);
    let too_large = is_too_large
        || picture.as_ref().is_some_and(|(_, content)| content.len() > files::LARGEST_PICTURE);
    let mut wrong_picture = too_large
        .then(|| format!("Choose a smaller picture: up to {} kB", files::LARGEST_PICTURE / 1024));
    if is_left_behind && sent.typed("kind") == kinds::PICTURE {
        wrong_picture = Some(CHOOSE_AGAIN.to_owned());
    }
    if let Some((_, content)) = picture.filter(|_| !too_large) {
        match house.files.keep_picture(content).await? {
            Ok(name) => sent = sent.with("file", &name),
            Err(why) => wrong_picture = Some(why.what_to_do("Choose a PNG or JPEG picture")),
        }
    }
    if let Some(what_to_do) = wrong_picture {
        return Ok(edit_page(&consultation, &key, &sent, &Refusals::one("picture", what_to_do))
            .answer(&house, &viewer));
    }
    let before = if key == "new" { None } else { Some(headed(&consultation, &key)?.1) };
    // Of earlier versions too: answers are kept by their keys.
    let had = keys_had(&house, &consultation).await?;
    let own = match &before {
        Some(question) => question.key.clone(),
        None => edit::fresh_key(&had.iter().map(String::as_str).collect::<Vec<_>>()),
    };
    let earlier = earlier(&consultation, &key);
    let read = edit::question(&sent, &own, before.as_ref(), &earlier);
    let (headed, more) = match read.and_then(|headed| Ok((headed, More::read(&sent)?))) {
        Ok(read) => read,
        Err(refusals) => {
            return Ok(edit_page(&consultation, &key, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let change =
        move |questions: &Questionnaire| more.of(&edit::with(questions, headed), &own, &had);
    let kept = change_questions(&house, &consultation, change).await?;
    let done = if kept { "questions" } else { "answered-before" };
    Ok(Redirect::to(&format!("/forum/consultations/{}?done={done}#questions", consultation.id))
        .into_response())
}

/// The keys that questions have in this version or in any that was asked.
pub async fn keys_had(house: &House, consultation: &Consultation) -> Result<Vec<String>, Error> {
    let versions = versions(&house.db, &consultation.id).await?;
    let all =
        versions.iter().chain([consultation]).flat_map(|version| version.questionnaire.questions());
    Ok(all.map(|question| question.key.clone()).collect())
}

/// GET `/pictures/{file}`: a picture among the questions, or of the forum. Its name is made from
/// its content, as that of every file: whoever has a file, or its name, does not learn here whether
/// we have it too. Who writes the page sees the picture before the page is saved.
pub async fn picture(
    State(house): State<House>,
    viewer: Viewer,
    Path(file): Path<String>,
) -> Result<Response, Error> {
    let writes = viewer.is(Role::Organiser) || viewer.is(Role::Admin);
    let is_shown = id::picture_name(&file).is_some()
        && (writes || store::shows_picture(&house.db, &file).await?);
    if !is_shown {
        return Err(Error::NotFound);
    }
    house.files.picture(&file).await?.ok_or(Error::NotFound)
}

/// The question of an address, with its heading.
fn headed(consultation: &Consultation, key: &str) -> Result<edit::Headed, Error> {
    edit::flat(&consultation.questionnaire)
        .into_iter()
        .find(|(_, question)| question.key == key)
        .ok_or(Error::NotFound)
}

/// The questions before this one; for a new one all of them.
fn earlier<'c>(consultation: &'c Consultation, key: &str) -> Vec<&'c Question> {
    consultation.questionnaire.questions().take_while(|question| question.key != key).collect()
}

fn edit_page(consultation: &Consultation, key: &str, sent: &Sent, refusals: &Refusals) -> Page {
    let back = format!("/forum/consultations/{}", consultation.id);
    let title = if key == "new" { "Add a question" } else { "Change this question" };
    let frame = Frame::new(title, (back, consultation.terms.title.clone())).refused_for(refusals);
    let page = frame.around(|| {
        let kinds = Choice::each(kinds::offered(), |word| word == sent.typed("kind"));
        let ticked = |field: &str, label: &str| {
            Choice::each([("yes", label)], |value| sent.typed(field) == value)
        };
        let is_more = !refusals.is_empty()
            || ["heading", "needed", "decline", "if", "each"]
                .iter()
                .chain(&to_write::FIELDS)
                .any(|field| !sent.typed(field).is_empty());
        let who = who_is_asked(&earlier(consultation, key), sent, refusals);
        let shown_later = (key != "new").then(|| {
            let words = format!(
                "To show people their own answer in a later question, write {} there. Write {} if \
                 people who skipped this should read other words.",
                piping::mark(key),
                piping::mark(&format!("{key}|your child")),
            );
            view! { <p class="soft">{words}</p> }
        });
        view! {
            <form method="post" enctype="multipart/form-data" novalidate>
                <Field
                    name="text"
                    label="Your question, in one sentence"
                    value=sent.typed("text")
                    refusals
                />
                <Area
                    name="help"
                    label="Help with answering"
                    hint="Leave this empty if none is needed."
                    rows=2
                    value=sent.typed("help")
                    refusals
                />
                <Choices name="kind" legend="How do people answer it?" choices=kinds refusals />
                <Area
                    name="options"
                    label="The answers to choose from, one on each line"
                    hint="Only if people choose one or several answers, use a scale, or put \
                        things in order."
                    value=sent.typed("options")
                    refusals
                />
                <Choices
                    name="other"
                    legend="Can people answer something else?"
                    hint="Only if they choose one or several answers. Those who choose it are \
                        then asked what it is."
                    choices=ticked("other", "Yes, add “Something else” to the answers")
                    many=true
                    refusals
                />
                <details open=is_more>
                    <summary>"More options"</summary>
                    <Choices
                        name="needed"
                        legend="Must people answer it?"
                        choices=ticked("needed", "Yes, they can't send without it")
                        many=true
                        refusals
                    />
                    <Choices
                        name="decline"
                        legend="Is it a personal question?"
                        choices=ticked("decline", "Yes, so offer “Prefer not to say”")
                        many=true
                        refusals
                    />
                    {to_write::fields(sent, refusals)}
                    <Area
                        name="each"
                        label="Ask the same about several things, one on each line"
                        hint="Each becomes a question with the same answers, and your question \
                            is the heading above them."
                        rows=3
                        value=sent.typed("each")
                        refusals
                    />
                    <Field
                        name="heading"
                        label="Heading above this question"
                        value=sent.typed("heading")
                        refusals
                    />
                    {who}
                </details>
                {shown_later}
                <button class="button">"Save the question"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}
