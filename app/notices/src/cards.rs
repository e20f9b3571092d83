//! A change as an entry of a list: its day as a leaf of a calendar, and what is known about it.

use calendar::clock::{self, Moment};
use ground::ui::Labels;
use leptos::prelude::*;

use super::browse::stage_words;
use super::rules::{Course, Effect, NoticeStage};
use super::store::ListedNotice;

/// Notices as entries of a list.
pub fn cards(listed: Vec<ListedNotice>, now: Moment) -> impl IntoView {
    let cards = listed.into_iter().map(|listed| card(listed, now)).collect_view();
    view! { <ul class="cards">{cards}</ul> }
}

fn card(listed: ListedNotice, now: Moment) -> impl IntoView {
    let stage = listed.course.stage(now);
    let state = stage_words(stage);
    view! {
        <li class="card change">
            {leaf(listed.course.effect, stage)}
            <div>
                <Labels labels=listed.services />
                <h2>
                    <a href=format!("/notices/{}", listed.id)>{listed.title}</a>
                </h2>
                <p>{day(&listed.course, now)}</p>
                <p class="state">{state}</p>
            </div>
        </li>
    }
}

/// Notices as lines of a list, each with its day: beside something else that the page is about.
pub fn lines(listed: Vec<ListedNotice>, now: Moment) -> impl IntoView {
    let line = |listed: ListedNotice| {
        view! {
            <li>
                <a href=format!("/notices/{}", listed.id)>{listed.title}</a>
                <p>{day(&listed.course, now)}</p>
            </li>
        }
    };
    let lines = listed.into_iter().map(line).collect_view();
    view! { <ul>{lines}</ul> }
}

/// The day of a change as a leaf of a calendar, to see at a glance. It is not read aloud: [`day`]
/// says the same in words beside it. Its head has the colour of what to act on only where the
/// change will happen or has started.
pub fn leaf(effect: Effect, stage: NoticeStage) -> impl IntoView {
    let is_sure = matches!(stage, NoticeStage::Decided | NoticeStage::InForce);
    let date = clock::date(effect.at());
    let part = |format: &str| date.strftime(format).to_string();
    view! {
        <span class=if is_sure { "leaf sure" } else { "leaf" } aria-hidden="true">
            <span>{part("%b")}</span>
            <b>{part("%-d")}</b>
            <span>{part("%a")}</span>
        </span>
    }
}

/// The day a change starts, in words and for machines, and how long until then.
pub fn day(course: &Course, now: Moment) -> impl IntoView + use<> {
    let effect = course.effect;
    view! {
        {course.from()}
        " "
        <b>
            <time datetime=clock::machine(effect.at())>{effect.words()}</time>
        </b>
        {course.days_left(now).map(|left| format!(", {left}"))}
    }
}
