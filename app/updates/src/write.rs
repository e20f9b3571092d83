//! A leader says what happened after parents spoke up: written, checked, published; and changed
//! later.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::SentWithFile;
use ground::ui::{Area, Choice, Choices, Field, FormKey, Frame, Page, hidden, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;
use outcomes::rules::Outcome;
use outcomes::store::Which;

use super::evidence::Attached;
use super::spelling::differ_in_spelling_only;
use super::store::{self, NewUpdate, NewVersion, Published, Subject, Update};
use super::words::{self, Known, Words};
use super::{attach, browse, due, update_to_change};

/// How many of their organisation's updates a leader sees at once.
const MOST: i64 = 100;

/// GET `/lead/updates`: what the leader's organisation said.
pub async fn own_updates_page(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let me = &viewer.signed_in()?.account_id;
    let due = due::due_of(&house, me).await?;
    let own = outcomes::store::list(&house.db, &Which::MayChange(me), (MOST, 0)).await?;
    let page = Page::new("You said, we did", || {
        let nothing = own
            .is_empty()
            .then(|| view! { <p>"Your organisation hasn't said yet what happened."</p> });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/lead">
                        "Leaders’ desk"
                    </a>
                </p>
                <h1>"You said, we did"</h1>
                <p>
                    <a class="button" href="/lead/updates/about">
                        "Say what happened"
                    </a>
                </p>
                <h2>"What you still need to answer"</h2>
                <p>{due::counted(&due)}</p>
                {due::rows(due, house.clock.now(), true)}
                <h2>"What your organisation has said"</h2>
                {nothing}
                {outcomes::rows(own)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// GET `/lead/updates/about`: chooses what it is about; what `?about=` names is ticked.
pub async fn subjects_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = Sent::query(&uri);
    let all =
        store::answerable(&house.db, &viewer.signed_in()?.account_id, &sent.all("about")).await?;
    Ok(subjects_page(&sent, &all, &Refusals::default()).answer(&house, &viewer))
}

/// GET `/lead/updates/new`: what happened about what `?about=topic:…` names; without it, first what
/// it is about.
pub async fn update_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (sent, by) = (Sent::query(&uri), &viewer.signed_in()?.account_id);
    let all = store::answerable(&house.db, by, &sent.all("about")).await?;
    let page = match chosen(&sent, &all) {
        Ok(about) => {
            let known = store::known(&house.db, &about, &[], by).await?;
            update_form_page(&sent, About::Chosen(about), &known, &Refusals::default())
        }
        Err(_) if uri.query().is_none() => subjects_page(&sent, &all, &Refusals::default()),
        Err(what_to_do) => subjects_page(&sent, &all, &Refusals::one("about", what_to_do)),
    };
    Ok(page.answer(&house, &viewer))
}

/// POST `/lead/updates/new`: shows it as everyone will read it, goes back to it, or publishes it.
pub async fn publish_update(
    State(house): State<House>,
    viewer: Viewer,
    form: SentWithFile,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let (sent, of_file) = attach::put_in(&house, by, form).await?;
    let all = store::answerable(&house.db, by, &sent.all("about")).await?;
    let chosen = chosen(&sent, &all);
    let known =
        store::known(&house.db, chosen.as_deref().unwrap_or_default(), &sent.all("files"), by)
            .await?;
    if sent.typed("step") == "about" {
        return Ok(
            update_form_page(&sent, About::ToChoose(all), &known, &of_file).answer(&house, &viewer)
        );
    }
    let mut refusals = Refusals::default();
    let (about, words) =
        (refusals.take("about", chosen), refusals.take_all(words::words(&sent, None, &known, now)));
    refusals.extend(of_file);
    let (Some(about), Some(words)) = (about.clone(), words.filter(|_| refusals.is_empty())) else {
        let about = about.map_or(About::ToChoose(all), About::Chosen);
        return Ok(update_form_page(&sent, about, &known, &refusals).answer(&house, &viewer));
    };
    match sent.typed("step") {
        "publish" => {}
        "change" => {
            return Ok(update_form_page(&sent, About::Chosen(about), &known, &Refusals::default())
                .answer(&house, &viewer));
        }
        _ => {
            return Ok(check_page(&sent, "/lead/updates/new", &words, &about, false)
                .answer(&house, &viewer));
        }
    }
    let mut tx = house.db.begin().await?;
    let new = NewUpdate { form_key: &sent.once(), words: &words, about: &about };
    let published = store::publish(&mut tx, new, by, now).await?;
    if let Published::Now(id) = &published {
        let (what, detail) = ("update published", words.outcome.word());
        let entry = Entry { at: now, who: Some(by), what, about: id, detail };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    match published {
        Published::Now(id) | Published::Before(id) => {
            Ok(Redirect::to(&format!("/updates/{id}?done=published")).into_response())
        }
        Published::NotTheirs => {
            let refusals = Refusals::one(
                "about",
                "Choose again what this is about. You no longer answer for some of it",
            );
            Ok(update_form_page(&sent, About::ToChoose(all), &known, &refusals)
                .answer(&house, &viewer))
        }
    }
}

/// The things that were chosen, of those this leader can answer.
fn chosen(sent: &Sent, all: &[Subject]) -> Result<Vec<Subject>, String> {
    let ticked = sent.all("about");
    let chosen: Vec<Subject> =
        all.iter().filter(|subject| ticked.contains(&subject.value())).cloned().collect();
    match (chosen.is_empty(), chosen.len() == ticked.len()) {
        (true, _) => Err("Choose what this is about".to_owned()),
        (_, false) => Err(
            "Choose again what this is about. Another organisation's leaders answer for some of it"
                .to_owned(),
        ),
        _ => Ok(chosen),
    }
}

/// GET `/lead/updates/{id}`
pub async fn change_update_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Update>>,
) -> Result<Response, Error> {
    let update = update_to_change(&house, &viewer, &id).await?;
    let known = store::known(&house.db, &update.about, &[], &Id::default()).await?;
    Ok(update_form_page(
        &fields(&update),
        About::Known(&update),
        &with_told(known, &update),
        &Refusals::default(),
    )
    .answer(&house, &viewer))
}

/// POST `/lead/updates/{id}`: says something else, which is claimed again.
pub async fn change_update(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Update>>,
    form: SentWithFile,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let update = update_to_change(&house, &viewer, &id).await?;
    let (sent, mut refusals) = attach::put_in(&house, by, form).await?;
    let known =
        with_told(store::known(&house.db, &update.about, &sent.all("files"), by).await?, &update);
    let again = |sent: &Sent, refusals: &Refusals| {
        update_form_page(sent, About::Known(&update), &known, refusals).answer(&house, &viewer)
    };
    let words = refusals.take_all(words::words(&sent, Some(&update.now().words), &known, now));
    let Some(words) = words.filter(|_| refusals.is_empty()) else {
        return Ok(again(&sent, &refusals));
    };
    let seen: Option<i64> = sent.typed("version").parse().ok();
    let form_key = sent.once();
    if seen.is_some_and(|seen| seen < update.now().version) {
        if store::is_said(&house.db, &form_key).await? {
            return Ok(
                Redirect::to(&format!("/updates/{}?done=changed", update.id)).into_response()
            );
        }
        let what_to_do = "Read what a colleague said meanwhile, in another window. If you send \
            yours again, it will replace theirs";
        return Ok(again(&sent.with("version", ""), &Refusals::one("you_said", what_to_do)));
    }
    if words == update.now().words {
        return Ok(again(
            &sent,
            &Refusals::one("you_said", "Change something first. This is the same as before"),
        ));
    }
    let is_spelling = differ_in_spelling_only(&update.now().words, &words);
    let is_told = !is_spelling || sent.typed("tell") == "yes";
    match sent.typed("step") {
        "publish" => {}
        "change" => return Ok(again(&sent, &Refusals::default())),
        _ => {
            return Ok(check_page(
                &sent,
                &format!("/lead/updates/{}", update.id),
                &words,
                &update.about,
                is_spelling,
            )
            .answer(&house, &viewer));
        }
    }
    let new = NewVersion {
        update_id: &update.id,
        version: update.now().version + 1,
        form_key: &form_key,
        words: &words,
        is_told,
    };
    let mut tx = house.db.begin().await?;
    let said = store::say(&mut tx, &new, by, now).await?;
    if said {
        let (what, detail) = ("update changed", words.outcome.word());
        let entry = Entry { at: now, who: Some(by), what, about: &update.id, detail };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    if !said {
        let what_to_do = "Read what a colleague has just said, in another window. If you send \
            yours again, it will replace theirs";
        return Ok(again(&sent.with("version", ""), &Refusals::one("you_said", what_to_do)));
    }
    Ok(Redirect::to(&format!("/updates/{}?done=changed", update.id)).into_response())
}

/// What can be named, and what the words published now name already.
fn with_told(mut known: Known, update: &Update) -> Known {
    let told = &update.now().words;
    let questions = told
        .questions
        .iter()
        .filter(|question| !known.questions.contains(question))
        .cloned()
        .collect::<Vec<_>>();
    known.questions.extend(questions);
    known.files.extend(told.evidence.files.iter().cloned());
    known
}

/// What is said, as the fields of the form hold it.
fn fields(update: &Update) -> Sent {
    let words = &update.now().words;
    let (links, version) = (words.evidence.links.join("\n"), update.now().version.to_string());
    let mut fields = vec![
        ("version", version.as_str()),
        ("you_said", &words.you_said),
        ("part", &words.part),
        ("we_did", &words.we_did),
        ("outcome", words.outcome.word()),
        ("next", &words.next),
        ("next_by", &words.next_by),
        ("links", &links),
    ];
    match &words.outcome {
        Outcome::Done | Outcome::Partly => {}
        Outcome::Not { because, decided_by, look_again } => {
            fields.extend([
                ("because", because.as_str()),
                ("decided_by", decided_by),
                ("look_again", look_again),
            ]);
        }
        Outcome::Deciding { by } => fields.push(("decide_by", by)),
    }
    let rows = words.evidence.numbers.as_ref().map(|numbers| {
        let row =
            |(place, day, number): &(String, String, String)| format!("{place}; {day}; {number}");
        (
            numbers.what.as_str(),
            numbers.source.as_str(),
            numbers.rows.iter().map(row).collect::<Vec<_>>().join("\n"),
        )
    });
    if let Some((what, source, rows)) = &rows {
        fields.extend([
            ("numbers_what", *what),
            ("numbers_source", *source),
            ("numbers", rows.as_str()),
        ]);
    }
    fields.extend(words.questions.iter().map(|question| ("questions", question.key.as_str())));
    fields.extend(words.evidence.files.iter().map(|file| ("files", file.id.as_str())));
    Sent::of(&fields)
}

/// The first page of two: what it is about.
fn subjects_page(sent: &Sent, all: &[Subject], refusals: &Refusals) -> Page {
    let frame = Frame::new("What is this about?", ("/lead/updates", "You said, we did"))
        .heading("Say what happened")
        .refused_for(refusals);
    frame.around(|| {
        if all.is_empty() {
            view! {
                <p class="panel">
                    "There is nothing to answer yet. Topics from closed voting rounds, results, \
                     published drafts and changes will appear here."
                </p>
            }
            .into_any()
        } else {
            view! {
                <form method="get" action="/lead/updates/new">
                    // So that "nothing chosen" differs from coming here first.
                    <input type="hidden" name="chosen" value="1" />
                    {subjects(sent, all, refusals)}
                    <button class="button">"Continue"</button>
                </form>
            }
            .into_any()
        }
    })
}

fn subjects<'a>(sent: &Sent, all: &[Subject], refusals: &'a Refusals) -> impl IntoView + use<'a> {
    let ticked = sent.all("about");
    let choices = all
        .iter()
        .map(|subject| (subject.value(), format!("{}: {}", subject.kind.title(), subject.title)));
    let choices = Choice::each(choices, |value| ticked.iter().any(|ticked| ticked == value));
    view! {
        <Choices
            name="about"
            legend="What is this about?"
            hint="Choose everything this answers. You can't change it once it is published."
            choices
            many=true
            refusals
        />
    }
}

/// What an update is about.
enum About<'u> {
    /// To be chosen again, among these.
    ToChoose(Vec<Subject>),
    /// These, which can still be changed.
    Chosen(Vec<Subject>),
    /// What this one is about, for good.
    Known(&'u Update),
}

/// What it is about, as the form shows it.
fn about_of<'a>(sent: &Sent, about: &About<'_>, refusals: &'a Refusals) -> impl IntoView + use<'a> {
    match about {
        About::ToChoose(all) => subjects(sent, all, refusals).into_any(),
        About::Chosen(chosen) => {
            let fields: Vec<(String, String)> =
                chosen.iter().map(|subject| ("about".to_owned(), subject.value())).collect();
            view! {
                {hidden(fields.iter())}
                <div class="field">{browse::about(chosen)}</div>
            }
            .into_any()
        }
        About::Known(update) => {
            let version = if sent.typed("version").is_empty() {
                update.now().version.to_string()
            } else {
                sent.typed("version").to_owned()
            };
            view! {
                <input type="hidden" name="version" value=version />
                <div class="field">{browse::about(&update.about)}</div>
            }
            .into_any()
        }
    }
}

fn update_form_page(sent: &Sent, about: About<'_>, known: &Known, refusals: &Refusals) -> Page {
    let (title, back) = match &about {
        About::ToChoose(_) | About::Chosen(_) => ("Say what happened", "/lead/updates".to_owned()),
        About::Known(update) => ("Change what you said", format!("/updates/{}", update.id)),
    };
    let frame = Frame::new(title, (back, "Back")).refused_for(refusals);
    let page = frame.around(|| {
        // After the button that the Enter key presses.
        let again = matches!(about, About::Chosen(_)).then(|| {
            view! {
                <p>
                    <button class="link" name="step" value="about">
                        "Change what this is about"
                    </button>
                </p>
            }
        });
        let asked = sent.all("questions");
        let questions =
            known.questions.iter().map(|question| (question.key.clone(), question.words.clone()));
        let questions = Choice::each(questions, |key| asked.iter().any(|asked| asked == key));
        let questions = (!questions.is_empty()).then(|| {
            view! {
                <Choices
                    name="questions"
                    legend="Which questions does this answer?"
                    hint="Choose none if it answers them all."
                    choices=questions
                    many=true
                    refusals
                />
            }
        });
        let outcomes = [
            ("done", "It is done"),
            ("partly", "Part of it is done"),
            ("not", "It is not done"),
            ("deciding", "It is still being decided"),
        ];
        let outcomes = Choice::each(outcomes, |value| sent.typed("outcome") == value);
        view! {
            <p class="lead">
                "Everyone can read this, and people who took part get an email. It will say \
                 “not checked yet” until the forum has said if it agrees."
            </p>
            <form method="post" enctype="multipart/form-data" novalidate>
                <FormKey key=sent.typed("form_key") />
                {about_of(sent, &about, refusals)}
                {questions}
                <Area
                    name="you_said"
                    label="You said"
                    hint="What parents said, in a sentence or two. Please don't name anyone."
                    rows=3
                    value=sent.typed("you_said")
                    refusals
                />
                <Field
                    name="part"
                    label="Which clause or page?"
                    hint="Only if this is about part of a plan."
                    value=sent.typed("part")
                    refusals
                />
                <Choices name="outcome" legend="What happened?" choices=outcomes refusals />
                <Area
                    name="we_did"
                    label="We did"
                    hint="What was done, in plain words. If it is not done, you can leave this \
                        empty."
                    value=sent.typed("we_did")
                    refusals
                />
                {of_not_done(sent, refusals)}
                <section class="if-deciding">
                    <Field
                        name="decide_by"
                        label="If it is still being decided, by when?"
                        hint="Everyone will see it as overdue after that day, or a year after \
                            it was first due if that is sooner."
                        kind="date"
                        value=sent.typed("decide_by")
                        refusals
                    />
                </section>
                <Area
                    name="next"
                    label="What happens next"
                    hint="Leave this empty if nothing does."
                    rows=3
                    value=sent.typed("next")
                    refusals
                />
                <Field
                    name="next_by"
                    label="By when?"
                    kind="date"
                    value=sent.typed("next_by")
                    refusals
                />
                {evidence(sent, &known.files, refusals)}
                <button class="button" name="step" value="check">
                    "Check your update"
                </button>
                {again}
            </form>
        }
    });
    page.kept_for_going_back()
}

fn of_not_done<'a>(sent: &Sent, refusals: &'a Refusals) -> impl IntoView + use<'a> {
    view! {
        <section class="stack if-not">
            <Area
                name="because"
                label="If it is not done, why not?"
                rows=3
                value=sent.typed("because")
                refusals
            />
            <Field
                name="decided_by"
                label="Who decided that?"
                hint="A name or a team."
                value=sent.typed("decided_by")
                refusals
            />
            <Field
                name="look_again"
                label="When will you look at it again?"
                kind="date"
                value=sent.typed("look_again")
                refusals
            />
        </section>
    }
}

fn evidence<'a>(
    sent: &Sent,
    known: &[Attached],
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    view! {
        <h2>"How people can see it's true"</h2>
        <Area
            name="links"
            label="Links"
            hint="One on each line, like https://www.example.org/report"
            rows=3
            value=sent.typed("links")
            refusals
        />
        {attach::field(sent, known, refusals)}
        <Field
            name="numbers_what"
            label="A number before and after: what is counted?"
            hint="Say the unit too, for example: Weeks waited for occupational therapy. Leave this \
                empty if you have no numbers."
            value=sent.typed("numbers_what")
            refusals
        />
        <Field
            name="numbers_source"
            label="Where do the numbers come from?"
            value=sent.typed("numbers_source")
            refusals
        />
        <Area
            name="numbers"
            label="The numbers"
            hint="One on each line: place; date; number. Give at least one place twice, before and \
                after. For example: North Sefton; 2026-09-01; 18.5. Don't give numbers of children \
                below 10."
            value=sent.typed("numbers")
            refusals
        />
    }
}

/// The update as everyone will read it, before anyone does. `is_spelling`: whether only its
/// spelling differs from what is published now.
fn check_page(sent: &Sent, to: &str, words: &Words, about: &[Subject], is_spelling: bool) -> Page {
    let (hidden, to) =
        (hidden(sent.fields().filter(|(name, _)| name != "step" && name != "tell")), to.to_owned());
    let none = Refusals::default();
    let of = about.first().map_or("", |subject| subject.title.as_str());
    Page::new(titled("Check your update", of), || {
        let told = if is_spelling {
            "Only the spelling is different, so nobody gets an email. The forum checks it again."
        } else {
            "Everyone who took part in this will get an email with these words."
        };
        let all_the_same = is_spelling.then(|| {
            let choices = Choice::each(
                [("yes", "Yes, it says something new. Email everyone who took part")],
                |_| false,
            );
            view! {
                <Choices
                    name="tell"
                    legend="Did you change more than the spelling?"
                    choices
                    many=true
                    refusals=&none
                />
            }
        });
        view! {
            <div class="stack">
                <h1>"Check your update"</h1>
                <p class="panel">{told}</p>
                {browse::words(words, None)}
                <h2>"What this is about"</h2>
                {browse::about(about)}
                <form method="post" action=to class="stack">
                    {hidden}
                    {all_the_same}
                    <button class="button" name="step" value="publish">
                        "Publish"
                    </button>
                    <button class="button quiet" name="step" value="change">
                        "Change something"
                    </button>
                </form>
            </div>
        }
    })
    .kept_for_going_back()
}
