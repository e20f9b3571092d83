//! What organisers do with several answers at once: put themes on them, take themes off, and say
//! that they were read.

use std::collections::{BTreeMap, BTreeSet};

use forms::{Refusals, Sent};
use ground::ids::{self, Id};
use leptos::prelude::*;
use questionnaires::results::Theme;

use super::material::Material;
use super::readers::Reading;
use super::{Done, about};

/// The id of the form for several answers: a tick beside an answer belongs to it.
const FORM: &str = "together";

/// How many answers to a question somebody has read.
pub fn many_read(readings: &[Reading], question: &str) -> usize {
    let of_it = readings.iter().filter(|reading| reading.question == question);
    of_it.map(|reading| &*reading.response_id).collect::<BTreeSet<_>>().len()
}

/// The answers that a form names in this field, of those that organisers can read in people's own
/// words.
pub(super) fn answers(material: &Material, key: &str, sent: &Sent, field: &str) -> Vec<String> {
    let named = sent.all(field);
    let can_be_read = |id: &String| {
        let done = about(&material.around.treated, id, key);
        let heard = material.heard.iter().find(|heard| heard.response_id == *id);
        !done.contains(&&Done::PassedOn)
            && heard.is_some_and(|heard| {
                material.is_in_own_words(heard, key) && heard.answers.contains_key(key)
            })
    };
    named.into_iter().filter(can_be_read).collect()
}

/// Themes as a reading keeps them: their ids in order.
pub fn in_one_text(themes: &[Id<ids::Theme>]) -> String {
    let mut ids: Vec<&str> = themes.iter().map(|theme| &**theme).collect();
    ids.sort_unstable();
    ids.join(" ")
}

/// Which themes are found in some answers once themes were put on them or taken off: the themes in
/// one text, with the answers that have these.
pub fn found_in(
    all: &[Theme],
    question: &str,
    (is_on, responses, themes): (bool, &[String], &[Id<ids::Theme>]),
) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for response in responses {
        let has = |theme: &&Theme| {
            let is_chosen = themes.iter().any(|chosen| *chosen == *theme.id);
            if is_chosen { is_on } else { theme.responses.contains(response) }
        };
        let of_question = all.iter().filter(|theme| theme.question == question);
        let ids: Vec<Id<ids::Theme>> =
            of_question.filter(has).map(|theme| theme.id.as_str().into()).collect();
        found.entry(in_one_text(&ids)).or_default().push(response.clone());
    }
    found
}

/// The tick that puts an answer among several; `None` where only the safeguarding lead reads it.
pub fn tick(response_id: &str, said: &str, done: &[&Done]) -> Option<impl IntoView + use<>> {
    let begins: String = said.chars().take(40).collect();
    (!done.contains(&&Done::PassedOn)).then(|| {
        view! {
            <label class="option">
                <input type="checkbox" form=FORM name="answer" value=response_id.to_owned() />
                "Tick this answer"
                <span class="unseen">{format!(": {begins}")}</span>
            </label>
        }
    })
}

/// The form for the answers that are ticked; `None` where there are no themes yet. The first nine
/// themes and the buttons have keys, which browsers show and press in their own way.
pub fn form(here: &str, themes: &[Theme], refusals: &Refusals) -> Option<impl IntoView + use<>> {
    let ticks = themes.iter().enumerate().map(|(nth, theme)| {
        let key = (nth < 9).then(|| (nth + 1).to_string());
        let hint = key.as_ref().map(|key| format!(" (key {key})"));
        view! {
            <label class="option">
                <input type="checkbox" name="theme" value=theme.id.clone() accesskey=key />
                {theme.title.clone()}
                {hint}
            </label>
        }
    });
    let ticks = ticks.collect::<Vec<_>>();
    let error = refusals.about("together").map(|what_to_do| {
        view! {
            <p class="error">
                <span class="unseen">"Error: "</span>
                {what_to_do.to_owned()}
            </p>
        }
    });
    (!ticks.is_empty()).then(|| {
        view! {
            <form class="panel" id=FORM method="post" action=here.to_owned()>
                <h2>"The answers you have ticked"</h2>
                {error}
                <fieldset class="field">
                    <legend>"They are about"</legend>
                    <div class="options">{ticks}</div>
                </fieldset>
                <p class="row">
                    <button class="button" name="step" value="put-on" accesskey="s">
                        "Add these themes (key s)"
                    </button>
                    <button class="button quiet" name="step" value="take-off">
                        "Take these themes off"
                    </button>
                </p>
                <p class="soft">
                    "To use a key, hold down what your browser asks for: often Alt, or Alt and \
                     Shift; on a Mac, Control and Option."
                </p>
            </form>
        }
    })
}

/// The button that says that all answers on the page were read.
pub fn all_read(here: &str, responses: &[&str]) -> impl IntoView + use<> {
    let hidden = responses
        .iter()
        .map(|id| view! { <input type="hidden" name="shown" value=(*id).to_owned() /> })
        .collect_view();
    view! {
        <form method="post" action=here.to_owned()>
            {hidden}
            <button class="button quiet" name="step" value="read" accesskey="r">
                "I have read the answers on this page"
            </button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_in_several_answers_is_what_they_had_with_what_was_put_on_or_taken_off() {
        let theme = |id: &str, responses: &[&str]| Theme {
            id: id.into(),
            question: "why".into(),
            title: id.to_owned(),
            responses: responses.iter().map(|id| (*id).to_owned()).collect(),
        };
        let all = [theme("a", &["one"]), theme("b", &[]), theme("c", &["two"])];
        let answers = ["one".to_owned(), "two".to_owned(), "three".to_owned()];
        let found = |is_on, id: &str| {
            let chosen = [Id::<ids::Theme>::from(id)];
            let found = found_in(&all, "why", (is_on, &answers[..], &chosen[..]));
            found.into_iter().map(|(themes, of)| (themes, of.join(" "))).collect::<Vec<_>>()
        };
        let pair = |themes: &str, of: &str| (themes.to_owned(), of.to_owned());
        assert_eq!(found(true, "b"), [pair("a b", "one"), pair("b", "three"), pair("b c", "two")]);
        assert_eq!(found(false, "a"), [pair("", "one three"), pair("c", "two")]);
    }
}
