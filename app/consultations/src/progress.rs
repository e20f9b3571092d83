//! How far a consultation has come, as organisers see it on its pages, in their list and on their
//! desk.

use calendar::clock::Moment;
use ground::ids::{self, Id};
use ground::ui::Steps;
use leptos::prelude::*;

use super::course::{Course, NextStep};

/// The steps of a consultation, what is next, and the button for that. `here`: the address of the
/// page it is on, which needs no button to itself.
pub fn progress(
    course: &Course,
    me: &Id<ids::Account>,
    now: Moment,
    here: &str,
) -> impl IntoView + use<> {
    let (to, label) = course.next_link(now);
    let next = course.next(now);
    let is_mine = course.waits_for(me, now);
    let is_held = course.is_held_for(me, now);
    let words = match next {
        NextStep::Check if is_held => {
            "You counted the answers, so another organiser must check and publish the results."
                .to_owned()
        }
        NextStep::Compare(_) if is_held => {
            "You typed these sheets in, so someone else must compare them.".to_owned()
        }
        _ => course.next_in_words(now),
    };
    let is_quiet = !is_mine && next != NextStep::Open;
    let button = (to != here && !is_held).then(|| {
        view! {
            <p>
                <a class=if is_quiet { "button quiet" } else { "button" } href=to>
                    {label}
                </a>
            </p>
        }
    });
    view! {
        <Steps steps=course.steps(now) />
        <p>{words}</p>
        {button}
    }
}
