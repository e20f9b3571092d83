//! What everyone sees of notices: the list, and a notice.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, Moment};
use disclosure::Shown;
use forms::{Sent, page_number};
use ground::contact::phone_link;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Banner, Choice, Done, Labels, Page, Pager, Select, Share, When};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use super::cards::{cards, day, leaf};
use super::rules::{self, Follow, Later, NoticeStage, SETTLED_AFTER, Told};
use super::store::{self, Filter, Notice};
use super::wording::Wording;
use super::{fairness, ledger, questions, told as find};

const MOST_ON_A_PAGE: i64 = 20;

/// GET `/notices`: those that take effect next, or with `?show=lately` those told last; of a
/// service, of a place.
pub async fn notices_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (sent, now) = (Sent::query(&uri), house.clock.now());
    let is_soon = sent.typed("show") != "lately";
    let page_number = page_number(&sent);
    let filter = Filter {
        after: is_soon.then_some(now),
        skip: (page_number - 1) * MOST_ON_A_PAGE,
        ..Filter::narrowed(&sent)
    };
    let (services, places) = area::store::both(&house.db).await?;
    let mut listed = store::told_notices(&house.db, &filter, MOST_ON_A_PAGE + 1).await?;
    let address = |page: i64| {
        let mut address = form_urlencoded::Serializer::new("/notices?".to_owned());
        let page = page.to_string();
        for (name, value) in [
            ("show", sent.typed("show")),
            ("service", filter.service.as_str()),
            ("place", filter.place.as_str()),
            ("page", &page),
        ] {
            if !value.is_empty() {
                address.append_pair(name, value);
            }
        }
        address.finish()
    };
    let next = (listed.len() as i64 > MOST_ON_A_PAGE).then(|| {
        listed.truncate(MOST_ON_A_PAGE as usize);
        address(page_number + 1)
    });
    let first = (page_number > 1).then(|| address(1));
    let feed = address(1).replace("/notices?", "/notices.atom?");
    let is_filtered = !filter.service.is_empty() || !filter.place.is_empty();
    let page = Page::new("Changes to services", || {
        let nothing = listed.is_empty().then(|| {
            view! {
                <p>
                    {if is_filtered {
                        "No changes match. Try all services and all places."
                    } else if is_soon {
                        "We don't know of any changes coming up."
                    } else {
                        "There are no recent changes."
                    }}
                </p>
            }
        });
        let subscribe = view! {
            <p>
                <a class="button" href="/subscribe">
                    "Get told about changes"
                </a>
            </p>
        };
        let shown = [("soon", "Coming up"), ("lately", "Recent")];
        view! {
            <div class="stack">
                <h1>"Changes to services"</h1>
                <p class="lead">
                    {format!("What is changing for families in {}, and when.", house.names.area)}
                </p>
                {subscribe}
                <details open=is_filtered>
                <summary>"Choose a service or place, or see recent changes"</summary>
                <form method="get" class="row">
                    <Select
                        name="show"
                        label="Show"
                        choices=Choice::each(shown, |value| (value == "soon") == is_soon)
                    />
                    <Select
                        name="service"
                        label="Service"
                        choices=Choice::with_first("All services", services, &filter.service)
                    />
                    <Select
                        name="place"
                        label="Place"
                        choices=Choice::with_first("All places", places, &filter.place)
                    />
                    <button class="button quiet">"Show these"</button>
                </form>
                </details>
                <h2>{if is_soon { "Coming up" } else { "Recent" }}</h2>
                {nothing}
                {cards(listed, now)}
                <Pager first next />
                <p class="soft">
                    <a href="/services">"Services and places"</a>
                    " · "
                    <a href=feed>"RSS feed (for news reader apps)"</a>
                </p>
            </div>
        }
    });
    Ok(page.wide().answer(&house, &viewer))
}

/// GET `/notices/{id}`
pub async fn notice_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    uri: Uri,
) -> Result<Response, Error> {
    let (notice, started_at) = find(&house, &id).await?;
    let (now, effect) = (house.clock.now(), notice.words.effect.at());
    let is_counted = effect <= now && is_ever_counted(&notice, started_at);
    let told = if is_counted {
        ledger::told_so_far(&house.db, &notice.id, now).await?
    } else {
        Vec::new()
    };
    let account = viewer.person().map(|person| &person.account_id);
    let beside = questions::store::beside(&house.db, &notice.id, account).await?;
    let subscribe = {
        let mut address = form_urlencoded::Serializer::new("/subscribe?".to_owned());
        notice
            .words
            .services
            .iter()
            .for_each(|service| _ = address.append_pair("services", service));
        notice.words.places.iter().for_each(|place| _ = address.append_pair("places", place));
        address.finish()
    };
    let to = |what: &str| format!("/notices/{}/{what}", notice.id);
    let page = Page::new(notice.words.title.clone(), || {
        let (is_leader, done) = (viewer.is(Role::Leader), Done::of(&uri, &viewer, now));
        let waits = beside.open.iter().any(|open| open.wants != questions::store::Wants::Not);
        view! {
            <article class="stack">
                {banner(&done, is_leader, waits)}
                <p>
                    <a class="back" href="/notices">
                        "Changes to services"
                    </a>
                </p>
                <Labels labels=notice.labels.clone() />
                {followed(&notice)}
                <h1>{notice.words.title.clone()}</h1>
                <p class="state">{stage_words(notice.course.stage(now))}</p>
                {may_say(&notice, now)}
                {follows_words(&notice)}
                {fairness::banner(&notice)}
                {words_of(&notice, now)}
                {fairness::section(&notice, now)}
                {beside.has_read.map(|has_read| read_button(&notice.id, has_read))}
                {asked_and_answered(&notice.id, &beside, viewer.is(Role::Organiser))}
                {in_time(&notice, started_at, &told, now, &house.names.area)}
                {beside
                    .has_update
                    .then(|| {
                        view! {
                            <p>
                                <a href=format!(
                                    "/updates?about=notice:{}",
                                    notice.id,
                                )>"What happened next"</a>
                            </p>
                        }
                    })} <p>
                    <a class="button quiet" href=subscribe>
                        "Get told about changes like this"
                    </a>
                </p>
                <p class="no-print">
                    <a href=to("calendar.ics")>"Add to your calendar"</a>
                    " · "
                    <a href=to("poster")>"Print a poster"</a>
                </p>
                <Share
                    address=house.link(&format!("/notices/{}", notice.id))
                    title=notice.words.title.clone()
                />
                {(is_leader && notice.followed_by.is_none()).then(|| follow_ways(&notice))}
            </article>
        }
    });
    Ok(page.about(&in_short(&notice)).with_contents().answer(&house, &viewer))
}

/// What a notice says, in a sentence or two: first whether it still holds, then from when.
fn in_short(notice: &Notice) -> String {
    let followed = match notice.course.followed_by {
        Some(Follow::Correction) => "This has been corrected. ",
        Some(Follow::Withdrawal) => "This change is no longer happening. ",
        None => "",
    };
    let (from, day) = (notice.course.from(), notice.words.effect.words());
    format!("{followed}{from} {day}: {}", notice.words.what)
}

/// `waits`: whether whoever looks is to get the answer to a question.
fn banner(done: &Done, is_leader: bool, waits: bool) -> impl IntoView + use<> {
    let (title, words) = match done.what() {
        // What they wanted to know is at its place on the page.
        "" if done.has_joined && waits => (
            "You have joined, and we will email you the answer",
            "Your question and the others are below.",
        ),
        "asked" => (
            "We've sent your question",
            "We will email you the answer and show it on this page. If it can't be answered here, \
             we will email you who to ask.",
        ),
        "not-waiting" => (
            "Nothing was changed",
            "Someone has answered this question, or you asked it yourself. See the questions \
             below.",
        ),
        "started-before" if is_leader => (
            "It was too late to undo the approval",
            "People have already been told. You can correct or withdraw it below.",
        ),
        _ => return None,
    };
    Some(view! {
        <Banner title>
            <p>{words}</p>
        </Banner>
    })
}

/// The questions with their answers, those that wait, and the way to ask another.
fn asked_and_answered(
    notice_id: &Id<ids::Notice>,
    beside: &questions::store::Beside,
    is_organiser: bool,
) -> impl IntoView + use<> {
    let each = beside.answers.iter().map(|answer| answered(answer, is_organiser));
    let answers = (!beside.answers.is_empty())
        .then(|| view! { <dl class="answers">{each.collect_view()}</dl> });
    let ask = format!("/notices/{notice_id}/questions/new");
    view! {
        <h2>"Questions"</h2>
        {answers}
        {questions::open_questions(notice_id, &beside.open, is_organiser)}
        {taken_down(&beside.taken_down)}
        <p>
            <a href=ask>"Ask about this change"</a>
        </p>
    }
}

/// A question with its answer.
fn answered(
    answer: &questions::store::PublishedAnswer,
    is_organiser: bool,
) -> impl IntoView + use<> {
    let at = answer.at;
    let take_down = is_organiser.then(|| {
        let to = format!("/forum/notices/answers/{}/takedown", answer.id);
        questions::take_down_link(to, &answer.question)
    });
    view! {
        <div>
            <dt>{answer.question.clone()}</dt>
            <dd>
                <p class="lines">{answer.answer.clone()}</p>
                <p class="soft">
                    <When at />
                </p>
                {take_down}
            </dd>
        </div>
    }
}

/// That the forum took questions and answers down, and why.
fn taken_down(taken_down: &[(Moment, String)]) -> impl IntoView + use<> {
    let each = taken_down.iter().map(|(at, why)| {
        view! {
            <li>
                <p>"A question was taken down by the forum on "<When at=*at />"."</p>
                <p class="lines">{why.clone()}</p>
            </li>
        }
    });
    let each = each.collect::<Vec<_>>();
    (!each.is_empty()).then(|| view! { <ul class="rows">{each}</ul> })
}

fn read_button(notice_id: &Id<ids::Notice>, has_read: bool) -> impl IntoView + use<> {
    if has_read {
        return view! { <p class="state">"✓ You told us you have read this"</p> }.into_any();
    }
    view! {
        <form method="post" action=format!("/notices/{notice_id}/read")>
            <button class="button">"I have read this"</button>
        </form>
    }
    .into_any()
}

/// At the top of an old page: what became of it.
fn followed(notice: &Notice) -> impl IntoView + use<> {
    let to = format!("/notices/{}", notice.followed_by.as_ref()?);
    let (words, link) = match notice.course.followed_by? {
        Follow::Correction => {
            ("This has been corrected. Please read the correction instead.", "Read the correction")
        }
        Follow::Withdrawal => ("This change is no longer happening.", "Read why"),
    };
    Some(view! {
        <div class="panel warn">
            <p>
                <b>{words}</b>
            </p>
            <p>
                <a href=to>{link}</a>
            </p>
        </div>
    })
}

/// At the top of a correction or a withdrawal: what has changed, and what was said before.
pub fn follows_words(notice: &Notice) -> impl IntoView + use<> {
    let follows = notice.words.follows.as_ref()?;
    let before = format!("/notices/{}", follows.notice_id);
    Some(view! {
        <div class="panel">
            <h2>{follows.how.title()}</h2>
            <p class="lines">{follows.changed.clone()}</p>
            <p>
                <a href=before>"What we said before"</a>
            </p>
        </div>
    })
}

/// Where on the page of a notice its leaders find what they can do.
pub const FOR_LEADERS: &str = "for-leaders";

fn follow_ways(notice: &Notice) -> impl IntoView + use<> {
    let to = |what: &str| format!("/lead/notices/{}/{what}", notice.id);
    let withdraw = (!notice.course.is_withdrawal()).then(|| {
        view! {
            <li>
                <a href=to("withdrawal")>"Withdraw this notice"</a>
            </li>
        }
    });
    view! {
        <h2 id=FOR_LEADERS>"For leaders"</h2>
        <ul>
            <li>
                <a href=to("questions")>"Answer questions"</a>
            </li>
            <li>
                <a href=to("emails")>"See how far the emails have come"</a>
            </li>
            <li>
                <a href=to("correction")>"Correct this notice"</a>
            </li>
            {withdraw}
        </ul>
    }
}

/// Whether the page says who was told in time. If it is corrected or withdrawn before its day, it
/// does not; once the day has come, nothing takes the numbers away. Nobody can be told of a
/// correction before a change that has already started.
fn is_ever_counted(notice: &Notice, started_at: Moment) -> bool {
    let effect = notice.words.effect.at();
    notice.followed_at.is_none_or(|at| at >= effect)
        && (started_at < effect || notice.words.follows.is_none())
        && !notice.course.is_withdrawal()
}

/// How many were told before it took effect; until then, when the numbers will be shown.
fn in_time(
    notice: &Notice,
    started_at: Moment,
    told: &[Told],
    now: Moment,
    area: &str,
) -> impl IntoView + use<> {
    let since = view! {
        <p class="soft">"We started telling families on "<When at=started_at />"."</p>
    };
    let effect = notice.words.effect.at();
    if !is_ever_counted(notice, started_at) {
        return since.into_any();
    }
    if effect > now {
        return view! {
            {since}
            <p class="soft">
                "On the day it starts we will show how many people were told before it started."
            </p>
        }
        .into_any();
    }
    let settled_at = effect.saturating_add(SETTLED_AFTER);
    let figures = rules::figures(told, area, settled_at <= now);
    // Each notice can be compared with others about nearly the same people.
    let rounded = |people: u64| Shown::Number(people).rounded();
    let by_row = if let Later::Rows(rows) = &figures.later { rows.clone() } else { Vec::new() };
    let rows = figures.rows.iter().enumerate().map(|(nth, (row, before, not))| {
        let later = by_row.get(nth).map(|(after, never)| {
            view! {
                <td data-label="Later">{rounded(*after)}</td>
                <td data-label="Not reached">{rounded(*never)}</td>
            }
        });
        view! {
            <tr>
                <th scope="row">{row.clone()}</th>
                <td data-label="Before it started">{before.rounded()}</td>
                <td data-label="Not before it started">{not.rounded()}</td>
                {later}
            </tr>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    let families = notice
        .words
        .families
        .map(|families| disclosure::commas(families.unsigned_abs()))
        .map(|families| view! { <p>{format!("This affects about {families} families.")}</p> });
    let table = if told.is_empty() {
        view! { <p>{rules::NOBODY_TO_EMAIL}</p> }.into_any()
    } else {
        let heads = (!by_row.is_empty()).then(|| {
            view! {
                <th scope="col">"Later"</th>
                <th scope="col">"Not reached"</th>
            }
        });
        let later = match figures.later {
            Later::NotYet => Some(format!(
                "From {} we will also show how many were told later, and how many we couldn't \
                 reach. Until then we count again every ten minutes.",
                clock::day(settled_at)
            )),
            Later::All(after, never) => Some(format!(
                "Of those not told before it started, {} were told later and {} couldn't be \
                 reached.",
                rounded(after),
                rounded(never)
            )),
            Later::NotShown => Some(
                "To protect people, we don't show how many of the others were told later: there \
                 are too few."
                    .to_owned(),
            ),
            Later::Rows(_) => None,
        };
        view! {
            <table class="plain">
                <caption>"People who asked to be told, and when they were told"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Where"</th>
                        <th scope="col">"Before it started"</th>
                        <th scope="col">"Not before it started"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {later.map(|later| view! { <p class="soft">{later}</p> })}
            <p class="soft">
                "Numbers are rounded to the nearest ten, so nobody can be identified. If an email \
                 came back, we count that person as not told."
            </p>
        }
        .into_any()
    };
    view! {
        <h2>"How many people were told before it started"</h2>
        {families}
        {table}
        <p class="soft">
            "People who sign up after a change is announced are not counted here. We email them \
             about it when they sign up."
        </p>
        {since}
    }
    .into_any()
}

/// The state of a notice, in words.
pub fn stage_words(stage: NoticeStage) -> String {
    match stage {
        NoticeStage::Written => "○ Waiting for approval".to_owned(),
        NoticeStage::Timed(at) => {
            format!("○ We will start telling people on {}", clock::day_and_hour(at))
        }
        NoticeStage::Proposed => "○ This is a proposal, not decided yet".to_owned(),
        NoticeStage::Decided => "● This will happen".to_owned(),
        NoticeStage::InForce => "✓ Started".to_owned(),
        NoticeStage::Corrected => "○ Corrected".to_owned(),
        NoticeStage::Withdrawn => "○ No longer happening".to_owned(),
    }
}

/// The way to be heard while a change is only proposed. A notice has no last day for that: until it
/// is decided or starts, people can write.
fn may_say(notice: &Notice, now: Moment) -> impl IntoView + use<> {
    let is_open = notice.course.stage(now) == NoticeStage::Proposed;
    (is_open && notice.course.effect.at() > now).then(|| {
        view! {
            <p>
                <a href=format!(
                    "/notices/{}/questions/new",
                    notice.id,
                )>"Ask a question, or say what you think"</a>
                " before it is decided."
            </p>
        }
    })
}

/// What families must do and by when: the strongest thing on its page.
pub fn to_do(notice: &Notice, now: Moment) -> impl IntoView + use<> {
    let words = &notice.words;
    (!notice.course.is_withdrawal() && !words.must_do.is_empty()).then(|| {
        let by = words.must_do_by_day().map(|by| {
            let left = words.days_left_to_do(now).map(|left| {
                // On paper it would be wrong the next day.
                view! { <span class="no-print">{format!(", {left}")}</span> }
            });
            view! { <p class="by">"By "{by}{left}</p> }
        });
        view! {
            <section class="todo">
                <h2>"What you need to do"</h2>
                {by}
                <p class="lines">{words.must_do.clone()}</p>
                <p>{words.whom.clone()}": "{reach(words)}</p>
            </section>
        }
    })
}

/// How whoever answers for a change is reached: by telephone, by email, or both.
fn reach(words: &Wording) -> impl IntoView + use<> {
    let phone = phone_link(&words.phone).map(|to| {
        view! { <a href=to>{words.phone.replace(' ', "\u{a0}")}</a> }
    });
    let email = (!words.email.is_empty()).then(|| {
        view! { <a href=format!("mailto:{}", words.email)>{words.email.clone()}</a> }
    });
    let or = (phone.is_some() && email.is_some()).then_some(" or ");
    view! {
        {phone}
        {or}
        {email}
    }
}

/// What a notice says, the day first.
pub fn words_of(notice: &Notice, now: Moment) -> impl IntoView + use<> {
    let words = &notice.words;
    let is_withdrawn = notice.course.is_withdrawal();
    let families = words.families.map(|families| disclosure::commas(families.unsigned_abs()));
    let families = families.map(|families| format!(" (about {families} families)"));
    let decided = words.decided_day.as_deref().and_then(clock::day_of).map(|day| {
        view! {
            <dt>"Decided on"</dt>
            <dd>{day}</dd>
        }
    });
    let entitlement = (!is_withdrawn && words.changes_entitlement).then(|| {
        view! {
            <p class="panel warn">"This changes what children are legally entitled to."</p>
        }
    });
    let takes_away = words.what_it_takes();
    let takes_away = takes_away.map(|words| view! { <p class="panel warn">{words}</p> });
    view! {
        <div class="change">
            {leaf(words.effect, notice.course.stage(now))}
            <p class="lead">{day(&notice.course, now)}</p>
        </div>
        {to_do(notice, now)}
        <h2>{if is_withdrawn { "What was going to change" } else { "What is changing" }}</h2>
        <p class="lines">{words.what.clone()}</p>
        {entitlement}
        {takes_away}
        <dl class="when">
            <dt>"Who this affects"</dt>
            <dd>{words.affected.clone()}{families}</dd>
            {decided}
            <dt>"Who to ask"</dt>
            <dd>{words.whom.clone()}<br />{reach(words)}</dd>
        </dl>
        <h2>"Why"</h2>
        <p class="lines">{words.why.clone()}</p>
    }
}
