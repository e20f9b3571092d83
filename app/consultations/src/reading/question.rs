//! The page of one question: its answers, its themes, and what organisers can do about each answer.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use forms::{Refusals, Sent, page_number};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Frame, Page, Pager};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::results::{Heard, Theme};

use super::material::{Material, Which};
use super::ways::{OneAnswer, marks, ways};
use super::{about, readers, together};

const MOST_ON_A_PAGE: usize = 20;

/// GET `/forum/consultations/{id}/answers/{key}`, with what to look for and a theme in the query;
/// `second=yes` for a second reader, `differ=yes` for what two found different themes in. Of very
/// many responses a part is read, which begins after that of `from`.
pub async fn read_answers_page(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, key)): Path<(Id<ids::Consultation>, String)>,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    let from = query.line("from");
    let material = match Material::of(&house, &viewer, &id, Which::PartAfter(&from)).await? {
        Ok(material) => material,
        Err(answer) => return Ok(answer),
    };
    let me = &viewer.signed_in()?.account_id;
    let nothing = (&Sent::default(), &Refusals::default());
    let page = shown(&material, &key, me, &query, nothing)?;
    Ok(page.answer(&house, &viewer))
}

/// The place of an answer on the page.
pub(super) fn anchor(response_id: &str) -> String {
    format!("answer-{}", response_id.chars().take(12).collect::<String>())
}

/// The page; with what was sent and needs correcting.
pub(super) fn shown(
    material: &Material,
    key: &str,
    me: &Id<ids::Account>,
    query: &Sent,
    (sent, refusals): (&Sent, &Refusals),
) -> Result<Page, Error> {
    let question = material
        .questions()
        .into_iter()
        .find(|question| question.key == key)
        .ok_or(Error::NotFound)?;
    let themes: Vec<Theme> =
        material.around.themes.iter().filter(|theme| theme.question == key).cloned().collect();
    let (look_for, chosen) = (forms::folded(&query.line("q")), query.line("theme"));
    let of_theme = themes.iter().find(|theme| theme.id == chosen);
    let readings = &material.around.readings;
    let agreement = readers::agreement(readings, &themes, key);
    let (is_second, differ) = (query.line("second") == "yes", query.line("differ") == "yes");
    let all = material.heard.iter().filter_map(|heard| Some((heard, material.read(heard, key)?)));
    let found: Vec<(&Heard, String)> = all
        .filter(|(heard, said)| {
            let is_about =
                of_theme.is_none_or(|theme| theme.responses.contains(&heard.response_id));
            let differs = || agreement.differ.iter().any(|id| *id == *heard.response_id);
            is_about
                && (!differ || differs())
                && (look_for.is_empty() || forms::folded(said).contains(&look_for))
        })
        .collect();
    let number = page_number(query);
    let from = usize::try_from(number - 1).unwrap_or_default() * MOST_ON_A_PAGE;
    let part_after = query.line("from");
    let address = |part_after: &str, page: i64| {
        let fields = [
            ("q", query.line("q")),
            ("theme", chosen.clone()),
            ("second", query.line("second")),
            ("differ", query.line("differ")),
            ("from", part_after.to_owned()),
            ("page", if page > 1 { page.to_string() } else { String::new() }),
        ];
        let fields = fields.iter().filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        format!("/forum/consultations/{}/answers/{key}?{query}", material.consultation.id)
    };
    let here = address(&part_after, number);
    let back = format!("/forum/consultations/{}/answers", material.consultation.id);
    let back = (back, "Read the answers");
    let frame = Frame::new(question.text.as_str(), back).refused_for(refusals);
    let page = frame.around(|| {
        let own = material
            .versions
            .iter()
            .filter_map(|version| version.questionnaire.question(key))
            .any(|asked| asked.kind.is_in_own_words());
        let many = found.len();
        let is_of_several = material.versions.len() > 1;
        let rows = found.iter().skip(from).take(MOST_ON_A_PAGE).map(|(heard, said)| {
            let version = is_of_several.then(|| format!("Version {}", heard.version));
            let labels = std::iter::once(heard.channel.title().to_owned())
                .chain(version)
                .collect::<Vec<_>>()
                .join(" · ");
            let done = about(&material.around.treated, &heard.response_id, key);
            let is_own = material.is_in_own_words(heard, key);
            let mine = is_second.then(|| {
                let mine = readers::given_by(readings, me, (heard.response_id.as_str(), key));
                mine.unwrap_or_default()
            });
            let refused = (sent.typed("response") == heard.response_id).then_some(sent);
            let answer = OneAnswer { heard, said, done: &done, refused };
            let ways = is_own.then(|| ways(&here, &answer, (themes.as_slice(), mine)));
            let tick = (is_own && !is_second && !themes.is_empty())
                .then(|| together::tick(&heard.response_id, said, &done))
                .flatten();
            let read_by = readers::read_by(readings, (heard.response_id.as_str(), key));
            let asked = material.question(heard, key).filter(|asked| asked.text != question.text);
            let asked = asked.map(|asked| {
                view! {
                    <p>
                        <b>"The question was: "</b>
                        {asked.text.clone()}
                    </p>
                }
            });
            view! {
                <li id=anchor(
                    &heard.response_id,
                )>
                    {asked}{tick}<p class="said">{said.clone()}</p><p class="soft">{labels}</p>
                    {read_by}{marks(&done)}{ways}
                </li>
            }
        });
        let rows = rows.collect_view();
        let is_part = !part_after.is_empty() || material.goes_on_after.is_some();
        let first = (number > 1 || !part_after.is_empty()).then(|| address("", 1));
        let next = if many > from + MOST_ON_A_PAGE {
            Some(address(&part_after, number + 1))
        } else {
            material.goes_on_after.as_ref().map(|last| address(last, 1))
        };
        let by_theme =
            own.then(|| by_theme(&here, &material.consultation.id, key, &themes, &chosen));
        let question_page =
            format!("/forum/consultations/{}/answers/{key}", material.consultation.id);
        let agreeing = own.then(|| readers::agreeing(&agreement, &question_page, is_second));
        let on_page: Vec<&str> = found
            .iter()
            .skip(from)
            .take(MOST_ON_A_PAGE)
            .map(|(heard, _)| heard.response_id.as_str())
            .collect();
        let at_once =
            (own && !is_second).then(|| together::form(&here, &themes, refusals)).flatten();
        let all_read = (own && !on_page.is_empty()).then(|| together::all_read(&here, &on_page));
        let looked_for = query.line("q");
        let found_words = match (looked_for.is_empty() && of_theme.is_none(), many) {
            (true, many) => format!("{many} answers"),
            (false, 0) => "Nothing found. Try fewer words".to_owned(),
            (false, many) => format!("{many} found"),
        };
        let part = is_part.then(|| {
            view! {
                <p class="soft">
                    "There are so many responses that we look through 5,000 at a time. “Show more” \
                     goes on to the next ones."
                </p>
            }
        });
        view! {
            {by_theme}
            {agreeing}
            <form class="row" method="get">
                <div class="field">
                    <label for="q">"Search the answers"</label>
                    <input id="q" name="q" type="search" value=looked_for />
                </div>
                <input type="hidden" name="theme" value=chosen.clone() />
                <button class="button quiet">"Search"</button>
            </form>
            <p class="state">{found_words}</p>
            {part}
            <ul class="queue">{rows}</ul>
            {at_once}
            {all_read}
            <Pager first next />
        }
    });
    Ok(page)
}

/// The themes of the question with how many answers each holds, and the way to add one.
fn by_theme(
    here: &str,
    consultation_id: &Id<ids::Consultation>,
    key: &str,
    themes: &[Theme],
    chosen: &str,
) -> impl IntoView + use<> {
    let rows = themes.iter().map(|theme| {
        let to = format!("/forum/consultations/{consultation_id}/answers/{key}?theme={}", theme.id);
        let current = (theme.id == chosen).then_some("true");
        let (title, id) = (theme.title.clone(), theme.id.clone());
        let answers = match theme.responses.len() {
            0 => "no answers yet, so not in the results".to_owned(),
            1 => "1 answer".to_owned(),
            many => format!("{many} answers"),
        };
        view! {
            <li>
                <span>
                    <a href=to aria-current=current>
                        {title.clone()}
                    </a>
                    {format!(": {answers}")}
                </span>
                <form class="inline" method="post" action=here.to_owned()>
                    <input type="hidden" name="theme" value=id />
                    <button class="link" name="step" value="remove-theme">
                        "Remove"
                        <span class="unseen">{format!(" the theme {title}")}</span>
                    </button>
                </form>
            </li>
        }
    });
    let rows = rows.collect_view();
    let all = (!chosen.is_empty()).then(|| {
        view! {
            <p>
                <a href=format!(
                    "/forum/consultations/{consultation_id}/answers/{key}",
                )>"All answers"</a>
            </p>
        }
    });
    view! {
        <section class="panel" id="themes">
            <h2>"Themes"</h2>
            <p class="soft">
                "What the answers are about, in your own words. The results will show how many are \
                 about each theme."
            </p>
            <ul class="rows">{rows}</ul>
            {all}
            <form class="row" method="post" action=here.to_owned()>
                <div class="field">
                    <label for="title">"New theme"</label>
                    <input id="title" name="title" type="text" autocomplete="off" />
                </div>
                <button class="button quiet" name="step" value="add-theme">
                    "Add this theme"
                </button>
            </form>
        </section>
    }
}
