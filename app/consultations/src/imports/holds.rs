//! What a file holds, so that an organiser can check it: each question with its options, what there
//! is to read, and who is asked it.

use leptos::prelude::*;
use questionnaires::{Question, Questionnaire, edit, piping};

/// The questions of a file.
pub fn questions(questionnaire: &Questionnaire) -> impl IntoView + use<> {
    let explained = piping::explained(questionnaire);
    let rows = edit::flat(&explained).into_iter().map(|(heading, question)| {
        let written = questionnaire.question(&question.key);
        let shows = written.is_some_and(|written| !piping::keys(written).is_empty());
        let shows = if shows { ". It shows an earlier answer" } else { "" };
        let how = format!("{}{shows}", how(&question));
        let help = lines(question.help.clone(), "soft lines");
        let (words, _) = question.kind.to_read();
        let some = who(&explained, &question).map(|who| view! { <p class="soft">{who}</p> });
        view! {
            <li>
                {heading.map(|heading| view! { <p class="state">{heading}</p> })}
                <p>{question.text.clone()}</p>
                {help}
                {lines(words, "lines")}
                {options(&question).map(|options| view! { <p>{options}</p> })}
                <p class="soft">{how}</p>
                {some}
            </li>
        }
    });
    let rows = rows.collect_view();
    view! { <ol class="queue">{rows}</ol> }
}

fn lines(words: String, class: &'static str) -> Option<impl IntoView> {
    (!words.is_empty()).then(|| view! { <p class=class>{words}</p> })
}

/// How it is answered, with what people can enter or choose at most.
fn how(question: &Question) -> String {
    let limits = question.kind.limits();
    let limits = limits.map(|(least, most)| {
        let unit = question.kind.unit().map(|unit| format!(" {unit}")).unwrap_or_default();
        format!(", from {least} to {most}{unit}")
    });
    let at_most = question.kind.at_most().map(|most| format!(", {most} at the most"));
    let needed = if question.is_required { ". People must answer it" } else { "" };
    let (limits, at_most) = (limits.unwrap_or_default(), at_most.unwrap_or_default());
    format!("{}{limits}{at_most}{needed}", question.kind.title())
}

/// What people choose from; `None` where there is nothing to choose.
fn options(question: &Question) -> Option<String> {
    let options = question.kind.options().into_iter();
    let options: Vec<String> = options.map(|option| format!("“{}”", option.text)).collect();
    (!options.is_empty()).then(|| format!("Options: {}", options.join(", ")))
}

/// Who is asked a question; `None` where everyone is.
fn who(all: &Questionnaire, question: &Question) -> Option<String> {
    let conditions = question.only_if.iter().filter_map(|condition| {
        let before = all.question(&condition.question)?;
        let options = before.kind.options().into_iter();
        let chosen = options.filter(|option| condition.any_of.contains(&option.key));
        let chosen: Vec<String> = chosen.map(|option| format!("“{}”", option.text)).collect();
        Some(format!("{} to “{}”", chosen.join(" or "), before.text))
    });
    let conditions: Vec<String> = conditions.collect();
    let conditions = conditions.join(", and ");
    (!conditions.is_empty()).then(|| format!("Only people who answered {conditions}"))
}
