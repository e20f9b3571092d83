//! What everyone reads of a record, and the form it is signed with.

use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use ground::ui::{Area, CONFIRMED, Check, Choice, Choices, Field, FormKey, Page, When};
use leptos::prelude::*;

use super::asked::NO_SMALL_GROUP;
use super::rules::{EqualityChoices, NONE, NewEquality, ask_about};
use super::store::{Signed, SignedEquality};
use super::takes::Takes;

/// What the record is called.
pub const TITLE: &str = "Is it fair to everyone?";

/// That there is such a record, as a part of the page of what it is about; with the way to it.
/// `now`: unless nobody has to look at it again any more.
pub fn section(last: &Signed, to: String, now: Option<Moment>) -> impl IntoView + use<> {
    let (name, at) = (last.signed_name.clone(), last.at);
    let review = review(&last.review_day, now);
    view! {
        <section class="stack">
            <h2>{TITLE}</h2>
            <p>
                <a href=to>"Who this affects, and what is done about it"</a>
            </p>
            <p class="soft">"Signed by "{name}" on "<When at />"."</p>
            {review}
        </section>
    }
}

/// When it is looked at again; once that day is over, that nobody has. `now`: unless nobody has to
/// any more.
fn review(review_day: &str, now: Option<Moment>) -> impl IntoView + use<> {
    let is_late = clock::end_of(review_day).zip(now).is_some_and(|(end, now)| end < now);
    let by = day(review_day);
    let words = if is_late {
        format!("× Overdue: it should have been looked at again by {by}.")
    } else {
        format!("To be looked at again by {by}.")
    };
    view! { <p class=if is_late { "late" } else { "soft" }>{words}</p> }
}

/// Names in a row, or these words for none.
fn list(names: &[String], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { names.join(", ") }
}

/// The whole record. `now`: unless nobody has to look at it again any more.
pub fn shown(record: &SignedEquality, now: Option<Moment>) -> impl IntoView + use<> {
    let characteristics = list(&record.characteristics, "None of these more than others");
    let places = list(&record.places, "The whole area");
    let numbers = record.numbers.iter().map(|(group, people)| {
        let people = disclosure::count(*people).words();
        view! {
            <tr>
                <th scope="row">{group.clone()}</th>
                <td data-label="People">{people}</td>
            </tr>
        }
    });
    let numbers = (!record.numbers.is_empty()).then(|| {
        view! {
            <table class="plain">
                <caption>"How many people"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Group"</th>
                        <th scope="col">"People"</th>
                    </tr>
                </thead>
                <tbody>{numbers.collect_view()}</tbody>
            </table>
        }
    });
    let picked = record.picked.iter().map(|figure| {
        view! {
            <li>
                <a href=figure.to.clone()>{figure.words.clone()}</a>
            </li>
        }
    });
    let picked = (!record.picked.is_empty()).then(|| view! { <ul>{picked.collect_view()}</ul> });
    let takes = Takes::in_words(&record.takes);
    view! {
        {takes.map(|words| view! { <p class="panel warn">{words}</p> })}
        <h2>"Who is affected"</h2>
        <p class="lines">{record.affected.clone()}</p>
        <dl class="when">
            <dt>"Protected characteristics"</dt>
            <dd>{characteristics}<p class="soft">"From: "{record.source.clone()}</p></dd>
            <dt>"Where"</dt>
            <dd>{places}</dd>
        </dl>
        {numbers}
        <h2>"How we know"</h2>
        <p class="lines">{record.evidence.clone()}</p>
        {picked}
        <h2>"What is done about it"</h2>
        <p class="lines">{record.done.clone()}</p>
        <p>"Signed by "{record.signed_name.clone()}" on "<When at=record.signed_at />"."</p>
        {review(&record.review_day, now)}
    }
}

/// When it was signed before: all but the last of these.
pub fn before(signed: &[Signed]) -> Option<impl IntoView + use<>> {
    let (_, before) = signed.split_last()?;
    let days: Vec<String> = before.iter().map(|signed| clock::day(signed.at)).collect();
    let words = format!("It was signed before on {}.", days.join(", "));
    (!days.is_empty()).then(|| view! { <p class="soft">{words}</p> })
}

/// What was signed last, as the fields of the form hold it. Whoever signs it now gives their name
/// and the next day themselves.
#[must_use]
pub fn as_sent(record: &SignedEquality, choices: &EqualityChoices) -> Sent {
    let numbers = record.numbers.iter().map(|(group, people)| format!("{group}; {people}"));
    let numbers: Vec<String> = numbers.collect();
    let mut sent = Sent::of(&[
        ("affected", &record.affected),
        ("evidence", &record.evidence),
        ("numbers", &numbers.join("\n")),
        ("done", &record.done),
    ]);
    let characteristics = record.characteristics.iter().map(String::as_str);
    let none = record.characteristics.is_empty().then_some(NONE);
    for name in characteristics.chain(none) {
        sent = sent.and("characteristics", name);
    }
    for place in choices.places.iter().filter(|place| record.places.contains(&place.name)) {
        sent = sent.and("places", &place.id);
    }
    for figure in &record.picked {
        sent = sent.and("picked", &figure.to);
    }
    for takes in &record.takes {
        sent = sent.and("takes", takes.word());
    }
    sent
}

/// The question what it takes away, where nothing else has said that.
pub fn ask_what_it_takes(sent: &Sent, refusals: &Refusals) -> AnyView {
    let ticked = sent.all("takes");
    let choices = Choice::each(Takes::choices(), |word| ticked.iter().any(|one| one == word));
    view! {
        <Choices
            name="takes"
            legend="Does it take something away from families?"
            hint="Choose all that are true. Leave them empty if it takes nothing away."
            choices
            many=true
            refusals
        />
    }
    .into_any()
}

/// The form it is signed with. `asks`: what it asks besides.
pub fn form(choices: &EqualityChoices, sent: &Sent, refusals: &Refusals, asks: AnyView) -> AnyView {
    let ticked = |field: &str| {
        let chosen = sent.all(field);
        move |value: &str| chosen.iter().any(|chosen| chosen == value)
    };
    let list = choices.characteristics.names.iter().map(|name| (name.clone(), name.clone()));
    let list = list.chain([(NONE.to_owned(), "None of these".to_owned())]);
    let characteristics = Choice::each(list, ticked("characteristics"));
    let places = Choice::ticked(sent, "places", choices.places.clone());
    let figures = choices.figures.iter().map(|figure| (figure.to.clone(), figure.words.clone()));
    let figures = Choice::each(figures, ticked("picked"));
    let source = choices.characteristics.source_in_words();
    let figures = (!figures.is_empty()).then(|| {
        view! {
            <Choices
                name="picked"
                legend="Which published figures show it?"
                hint="You can leave this empty."
                choices=figures
                many=true
                refusals
            />
        }
    });
    view! {
        <form method="post" novalidate>
            <FormKey key=sent.typed("form_key") />
            {asks}
            <Area
                name="affected"
                label="Who is affected?"
                hint="Who gains something, and who loses something. Please don't name anyone."
                value=sent.typed("affected")
                refusals
            />
            <Choices
                name="characteristics"
                legend="Which protected characteristics make a difference?"
                hint="This is the area's list, and no legal advice."
                choices=characteristics
                many=true
                refusals
            />
            <p class="soft">"The list is from: "{source}</p>
            <Choices
                name="places"
                legend="Where do they live?"
                hint="Choose none for the whole area."
                choices=places
                many=true
                refusals
            />
            <Area
                name="evidence"
                label="How do you know?"
                value=sent.typed("evidence")
                refusals
            />
            {figures}
            <Area
                name="numbers"
                label="How many people are in each group?"
                hint="One on each line, like this: Children who use a wheelchair; 40. Leave \
                    out groups of fewer than ten, and numbers from which someone could work out \
                    such a group. You can leave it all empty."
                value=sent.typed("numbers")
                refusals
            />
            <Area
                name="done"
                label="What do you do about it?"
                value=sent.typed("done")
                refusals
            />
            <Field
                name="review_day"
                label="When will you look at this again?"
                kind="date"
                value=sent.typed("review_day")
                refusals
            />
            <Field
                name="signed_name"
                label="Who signs it: full name and job title"
                value=sent.typed("signed_name")
                autocomplete="name"
                refusals
            />
            <button class="button">"Continue"</button>
        </form>
    }
    .into_any()
}

/// The page that shows once more what is about to be signed; `about`: what it is called. It asks
/// about words that may mean a small group.
#[must_use]
pub fn check(about: (&'static str, String), record: &NewEquality, to: String, sent: &Sent) -> Page {
    let numbers = record.numbers.iter().map(|(group, people)| format!("{group}; {people}"));
    let mut rows = vec![
        about,
        ("Who is affected", record.affected.clone()),
        (
            "Protected characteristics",
            list(&record.characteristics, "None of these more than others"),
        ),
        ("Where", list(&record.places, "The whole area")),
        ("How we know", record.evidence.clone()),
    ];
    if let Some(takes) = Takes::in_words(&record.takes) {
        rows.insert(1, ("What it takes away", takes));
    }
    if !record.numbers.is_empty() {
        rows.push(("How many people", numbers.collect::<Vec<_>>().join("\n")));
    }
    rows.extend([
        ("What is done about it", record.done.clone()),
        ("To be looked at again by", day(&record.review_day)),
        ("Signed by", record.signed_name.clone()),
    ]);
    let groups = record.small_groups();
    let (after, does) = if groups.is_empty() {
        (
            "What you sign stays. You can sign it again with other words later.",
            ("Sign and publish it", CONFIRMED),
        )
    } else {
        (
            "If you publish it anyway, you confirm that it names no group of fewer than ten \
             people. What you sign stays. You can sign it again with other words later.",
            ("Publish anyway", NO_SMALL_GROUP),
        )
    };
    let check = Check {
        title: "Check this: everyone will be able to read it",
        rows,
        warnings: groups.iter().map(|group| ask_about(group)).collect(),
        after,
        to,
        sent,
        does,
    };
    check.page()
}

/// A day in words.
fn day(day: &str) -> String {
    clock::day_of(day).unwrap_or_else(|| day.to_owned())
}
