//! What the desks are made of: the tasks, what is waited for, what comes, and how far a thing is.

use axum::http::Uri;
use calendar::clock::{self, DAY, Millis, Moment};
use duties::rules::Open;
use forms::Sent;
use ground::ui::{Banner, Step, Steps, When};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{Comes, Coming, MOST};

/// How far ahead a desk looks.
pub const AHEAD: Millis = 28 * DAY;

/// Something that waits for whoever looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Where to do it.
    pub to: String,
    pub what: String,
    /// What else to know about it; empty for nothing.
    pub more: String,
    /// Since when it has waited; now, where nobody knows.
    pub since: Moment,
    /// By when we said that it is done, where we did.
    pub due: Option<Moment>,
}

impl Task {
    pub fn new(to: impl Into<String>, what: impl Into<String>, since: Moment) -> Self {
        Self { to: to.into(), what: what.into(), more: String::new(), since, due: None }
    }

    #[must_use]
    pub fn due(self, due: impl Into<Option<Moment>>) -> Self {
        Self { due: due.into(), ..self }
    }

    #[must_use]
    pub fn more(self, more: impl Into<String>) -> Self {
        Self { more: more.into(), ..self }
    }

    fn view(self, now: Moment) -> impl IntoView + use<> {
        let is_late = self.due.is_some_and(|due| now > due);
        let when = match self.due {
            Some(due) => format!("Due {} ({}).", clock::day(due), clock::days_away(now, due)),
            None if self.since >= now => String::new(),
            None => format!(
                "Waiting since {} ({}).",
                clock::day(self.since),
                clock::days_away(now, self.since)
            ),
        };
        let when = (!when.is_empty()).then(|| view! { <p class:late=is_late>{when}</p> });
        let more = (!self.more.is_empty()).then(|| view! { <p>{self.more}</p> });
        view! {
            <li>
                <h3>
                    <a href=self.to>{self.what}</a>
                </h3>
                {more}
                {when}
            </li>
        }
    }
}

/// Yearly duties that are late or due soon, as tasks.
pub fn yearly(open: Vec<Open<'_>>) -> impl Iterator<Item = Task> {
    open.into_iter().map(|open| {
        let day = open.day.to_string();
        let due = clock::end_of(&day);
        let since = due.map(|due| due - 8 * 7 * DAY).unwrap_or_default();
        let task = Task::new(format!("/duties/{}", open.kept.id), open.words(), since).due(due);
        if open.step.is_some() {
            task.more(format!("Before: {}.", open.kept.duty.name))
        } else {
            task
        }
    })
}

/// What waits for whoever looks, by when each is due; what has no day counts from since when it has
/// waited. `in_all`: how many there are, where not all are
/// named; `nothing`: what is said where nothing waits.
pub fn tasks(
    mut tasks: Vec<Task>,
    in_all: usize,
    nothing: &'static str,
    now: Moment,
) -> impl IntoView {
    let by = |task: &Task| task.due.unwrap_or(task.since);
    tasks.sort_by(|one, next| (by(one), &one.to).cmp(&(by(next), &next.to)));
    let in_all = in_all.max(tasks.len());
    tasks.truncate(MOST as usize);
    let named = tasks.len();
    let title = match in_all {
        0 => "Waiting for you".to_owned(),
        many => format!("Waiting for you: {}", things(many)),
    };
    let rest = (in_all > named).then(|| {
        view! { <p>{format!("These are the first {}.", things(named))}</p> }
    });
    let rows: Vec<_> = tasks.into_iter().map(|task| task.view(now)).collect();
    let rows = if rows.is_empty() {
        view! { <p>{nothing}</p> }.into_any()
    } else {
        view! { <ol class="queue">{rows}</ol> }.into_any()
    };
    view! {
        <section class="stack">
            <h2>{title}</h2>
            {rest}
            {rows}
        </section>
    }
}

/// A number of things to do, as people write it.
fn things(many: usize) -> String {
    if many == 1 { "1 thing".to_owned() } else { format!("{many} things") }
}

/// What whoever looks waits for: (where to read about it, what, more about it).
pub fn others(waits: Vec<(String, String, String)>) -> impl IntoView {
    (!waits.is_empty()).then(|| {
        let rows = waits.into_iter().map(|(to, what, more)| {
            view! {
                <li>
                    <h3>
                        <a href=to>{what}</a>
                    </h3>
                    <p>{more}</p>
                </li>
            }
        });
        view! {
            <section class="stack">
                <h2>"Waiting for others"</h2>
                <ul class="queue">{rows.collect_view()}</ul>
            </section>
        }
    })
}

/// What comes in the next four weeks, day by day.
pub fn ahead(comes: Vec<Comes>) -> impl IntoView {
    let is_empty = comes.is_empty();
    let rows = comes.into_iter().map(|comes| {
        let (to, words) = in_words(&comes);
        view! {
            <li>
                <When at=comes.at />
                {words}
                ": "
                <a href=to>{comes.title}</a>
            </li>
        }
    });
    let rows = rows.collect_view();
    let line = if is_empty {
        view! { <p>"Nothing has a day in the next four weeks."</p> }.into_any()
    } else {
        view! { <ol class="timeline">{rows}</ol> }.into_any()
    };
    view! {
        <section class="stack">
            <h2>"The next four weeks"</h2>
            {line}
        </section>
    }
}

/// Where something that comes can be read, and what it is.
fn in_words(comes: &Comes) -> (String, &'static str) {
    let (begin, words) = match comes.what {
        Coming::Proposing => ("/rounds/", "Parents can start proposing topics"),
        Coming::Voting => ("/rounds/", "Voting starts"),
        Coming::VotingCloses => ("/rounds/", "Voting closes"),
        Coming::ConsultationOpens => ("/forum/consultations/", "The consultation opens"),
        Coming::ConsultationCloses => ("/consultations/", "The consultation closes"),
        Coming::ChangeStarts => ("/notices/", "The change starts"),
        Coming::PlanDue => ("/plans/", "The plan is due"),
    };
    (format!("{begin}{}", comes.id), words)
}

/// One thing that is under way: its title, its steps, and the next one.
pub struct UnderWay {
    /// Where it can be read.
    pub to: String,
    pub title: String,
    pub steps: Vec<Step>,
    /// What comes next, in a sentence.
    pub words: String,
    /// The next steps that whoever looks can take, the likeliest first: (address, words).
    pub next: Vec<(String, String)>,
}

/// Things of one kind that are under way; `nothing` is said where there are none.
pub fn under_way(
    title: &'static str,
    things: Vec<UnderWay>,
    nothing: &'static str,
) -> impl IntoView {
    let rows = things.into_iter().map(|thing| {
        let next = thing.next.into_iter().map(|(to, words)| {
            view! {
                <p>
                    <a class="button quiet" href=to>
                        {words}
                    </a>
                </p>
            }
        });
        let next = next.collect_view();
        view! {
            <li>
                <h3>
                    <a href=thing.to>{thing.title}</a>
                </h3>
                <Steps steps=thing.steps />
                <p>{thing.words}</p>
                {next}
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    let rows = if rows.is_empty() {
        view! { <p>{nothing}</p> }.into_any()
    } else {
        view! { <ul class="queue">{rows}</ul> }.into_any()
    };
    view! {
        <h2>{title}</h2>
        {rows}
    }
}

/// Says that whoever came here has just signed in, or has accepted an invitation.
pub fn welcome(uri: &Uri) -> Option<AnyView> {
    let (title, words) = match Sent::query(uri).typed("done") {
        "signed-in" => ("You are signed in", "This is your desk: what waits for you comes first."),
        "accepted" => (
            "Welcome. You are signed in",
            "This is your desk. You find it at the top of every page; on a phone, in the menu.",
        ),
        _ => return None,
    };
    let banner = view! {
        <Banner title>
            <p>{words}</p>
        </Banner>
    };
    Some(banner.into_any())
}

/// The ways to their other desks, for whoever has several.
pub fn other_desks(viewer: &Viewer, here: &'static str) -> impl IntoView + use<> {
    let others = viewer.desks().filter(|desk| desk.path != here).map(|desk| {
        view! {
            <li>
                <a href=desk.path>{desk.title}</a>
            </li>
        }
    });
    let others: Vec<_> = others.collect();
    (!others.is_empty()).then(|| {
        view! {
            <nav aria-label="Your other desks">
                <ul>{others}</ul>
            </nav>
        }
    })
}

#[cfg(test)]
mod tests {
    use ground::ui::rendered;

    use super::*;

    const NOW: Moment = Moment::from_millis(1_800_000_000_000);

    #[test]
    fn tasks_are_by_when_they_are_due_with_how_many_there_are_and_what_is_late_says_so() {
        let late = Task::new("/b", "Second", NOW - 8 * DAY).due(NOW - DAY);
        let older = Task::new("/a", "First", NOW - 9 * DAY).more("3 questions to answer.");
        let html = rendered(|| tasks(vec![late, older], 2, "Nothing", NOW));
        let (first, second) = (html.find("First"), html.find("Second"));
        assert!(first.is_some() && first < second, "{html}");
        assert!(html.contains("Waiting for you: 2 things"), "{html}");
        assert!(html.contains("9 days ago") && html.contains("class=\"late\""), "{html}");
        // A duty is named eight weeks before its day, others only shortly before.
        let duty = Task::new("/c", "In a month", NOW - 27 * DAY).due(NOW + 29 * DAY);
        let soon = Task::new("/d", "Tomorrow", NOW - DAY).due(NOW + DAY);
        let html = rendered(|| tasks(vec![duty, soon], 2, "Nothing", NOW));
        assert!(html.find("Tomorrow") < html.find("In a month"), "{html}");
        let task = Task::new("/a", "First", NOW - DAY);
        let html = rendered(|| tasks(vec![task], 70, "Nothing", NOW));
        assert!(html.contains("70 things") && html.contains("the first 1 thing"), "{html}");
        let html = rendered(|| tasks(Vec::new(), 0, "Nothing to do.", NOW));
        assert!(html.contains("Nothing to do.") && !html.contains("queue"), "{html}");
    }
}
