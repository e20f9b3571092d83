//! The record as tables: what is in the evidence pack, row by row. Pure. No names of people, and no
//! words of parents: a topic is named by its address, where it can be read as long as its author
//! lets it.

use calendar::clock::{self, Millis, Moment};
use ground::takedown;
use notices::rules::Later;
use outcomes::rules::CLAIMED_WORD;
use plans::reports::store::Standing;
use schemars::JsonSchema;
use serde::Serialize;
use waits::figures::{Figure, Told};

use super::figures::{TOO_FEW, heard, shown, supports};
use super::history::{AwaitedState, History, rung_of};

/// In place of days, where there was nobody to tell about a change.
const NOBODY: &str = "nobody to tell";

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Cell {
    /// A whole number.
    Number(i64),
    /// A text: a time like `2026-12-01T09:00:00Z`, a day like `2026-12-01`, or empty.
    Text(String),
}

impl Cell {
    /// What is written in a page or a CSV.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// Rows of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Table {
    /// Its name, and that of its file.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The question to the service's tables that it comes from.
    pub query: String,
    /// What is in each column.
    pub columns: Vec<String>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn number(number: usize) -> Cell {
    Cell::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn time(at: Option<Moment>) -> Cell {
    Cell::Text(at.map(clock::machine).unwrap_or_default())
}

fn people(people: Option<u64>) -> Cell {
    people.map_or_else(
        || text(TOO_FEW),
        |people| Cell::Number(i64::try_from(people).unwrap_or(i64::MAX)),
    )
}

/// Every table of the record. `within`: how long leaders have to say what happened, in
/// milliseconds.
#[must_use]
pub fn tables(history: &History, area: &str, within: Millis, at: Moment) -> Vec<Table> {
    let table =
        |name: &str, title: &str, query: &str, columns: &[&str], rows: Vec<Vec<Cell>>| Table {
            name: name.to_owned(),
            title: title.to_owned(),
            query: query.to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            rows,
        };
    vec![
        table(
            "plans",
            "Each plan, how involved parents were, and when things first happened",
            "plans",
            &[
                "plan",
                "title",
                "registered",
                "topics",
                "first_topic_open",
                "votes_closed",
                "met_parents",
                "statement",
                "first_draft",
                "first_published",
                "overrides",
                "rung",
                "because",
            ],
            plans(history, at),
        ),
        table(
            "timeline",
            "What happened to each plan, in order",
            "plans",
            &["plan", "title", "at", "what", "role"],
            timeline(history),
        ),
        table(
            "sessions",
            "Planning sessions that leaders say they held with parents, and what others say",
            "plans",
            &[
                "plan",
                "title",
                "session",
                "held",
                "recorded",
                "standing",
                "confirmed",
                "confirmed_by",
                "disputed",
                "reason",
            ],
            sessions(history),
        ),
        table(
            "overrides",
            "Each time a draft went ahead without involving parents as agreed, and why",
            "plans",
            &["plan", "title", "draft", "at", "reason"],
            overrides(history),
        ),
        table(
            "decisions",
            "What was decided about each plan in the end, and whether parents were answered first",
            "plans",
            &[
                "plan",
                "title",
                "decided",
                "decided_by",
                "published",
                "paper",
                "equality_signed",
                "went_ahead_because",
                "consultation_open_until",
            ],
            decisions(history),
        ),
        table(
            "changes",
            "Changes that have started, and how many days before that we began to tell people",
            "told",
            &[
                "notice",
                "title",
                "telling_since",
                "took_effect",
                "days_before",
                "families_affected",
                "takes_away",
                "equality_signed",
                "went_ahead_because",
            ],
            changes(history),
        ),
        table(
            "told_by_place",
            "Who was told before each change started, to the nearest ten",
            "told",
            &["notice", "title", "where", "in_time", "not_in_time", "later", "not_reached"],
            told_by_place(history, area, at),
        ),
        table(
            "outcomes",
            "What leaders say happened: every version, with the forum's latest word on it",
            "outcomes",
            &[
                "update",
                "version",
                "published",
                "organisation",
                "about",
                "outcome",
                "verdict",
                "judged",
                "you_said",
            ],
            outcomes(history),
        ),
        table(
            "contributors_told",
            "How many people who had their say got an email about what happened, to the nearest \
             ten, and after how many days (median)",
            "contributors_told",
            &["update", "version", "told", "not_reached", "median_days"],
            contributors_told(history),
        ),
        table(
            "awaited",
            "What leaders must say what happened about, and whether they have",
            "awaited",
            &["about", "title", "since", "first_said", "standing", "due"],
            awaited(history, within, at),
        ),
        table(
            "rounds",
            "Voting rounds",
            "rounds",
            &["round", "title", "closed", "topics", "chosen"],
            rounds(history),
        ),
        table(
            "supports_by_place",
            "Supports from each place in a round, for all its topics, and how many children with \
             SEND live there",
            "rounds",
            &["round", "title", "place", "supports", "children"],
            supports_by_place(history),
        ),
        table(
            "consultations",
            "Consultations, and how many people answered",
            "consultations",
            &[
                "consultation",
                "title",
                "opened",
                "closed",
                "results",
                "results_published",
                "answers",
                "asked",
            ],
            consultations(history),
        ),
        table(
            "answers_by_place",
            "Who answered, by place, and how many children with SEND live there",
            "consultations",
            &["consultation", "title", "place", "answers", "children"],
            answers_by_place(history),
        ),
        table(
            "comments",
            "Comments on the Local Offer, when they were answered, and what was done",
            "comments",
            &[
                "comment",
                "service",
                "subject",
                "voice",
                "published",
                "first_answered",
                "action",
                "action_by",
                "done",
                "standing",
                "due",
            ],
            comments(history, within, at),
        ),
        table(
            "taken_down",
            "What the forum took down after everyone could read it, and why",
            "taken_down",
            &["what", "id", "taken_down", "reason"],
            taken_down(history),
        ),
        table(
            "waits",
            "How long families waited, place by place and month by month, as leaders published \
             it: what counts now, and what it was before it was corrected",
            "waits",
            &[
                "service",
                "place",
                "month",
                "waiting",
                "median_weeks",
                "longest_weeks",
                "target_weeks",
                "shown",
                "published",
                "organisation",
                "source",
                "verdict",
                "judged",
            ],
            waits(history),
        ),
        table(
            "recommendations",
            "What reports recommended, and what each plan that must answer does about it in its \
             last published draft",
            "recommendations",
            &[
                "report",
                "title",
                "published",
                "number",
                "page",
                "recommendation",
                "kind_of_plan",
                "plan",
                "plan_title",
                "draft",
                "draft_published",
                "standing",
                "words",
                "decided_by",
            ],
            recommendations(history),
        ),
    ]
}

fn plans(history: &History, at: Moment) -> Vec<Vec<Cell>> {
    let row = |plan: &plans::store::Plan| {
        let facts = plan.rung();
        let overrides = plan.drafts.iter().filter(|draft| draft.overridden.is_some()).count();
        let rung = rung_of(plan, at);
        vec![
            text(plan.id.as_str()),
            text(&plan.title),
            time(plan.events.first().map(|event| event.at)),
            number(plan.open_topics().count()),
            time(facts.topics_open_since.iter().min().copied()),
            time(facts.votes_closed_at),
            time(facts.met_parents_at()),
            time(facts.statement_at),
            time(facts.first_draft_at),
            time(facts.published_at),
            number(overrides),
            text(rung.map_or("", |(rung, _)| rung.name())),
            text(rung.map_or("", |(_, because)| because)),
        ]
    };
    history.plans.iter().map(row).collect()
}

fn timeline(history: &History) -> Vec<Vec<Cell>> {
    let rows = history.plans.iter().flat_map(|plan| {
        plan.events.iter().map(|event| {
            vec![
                text(plan.id.as_str()),
                text(&plan.title),
                time(Some(event.at)),
                text(&event.what),
                text(event.role.word()),
            ]
        })
    });
    rows.collect()
}

/// A parent's part in it has a day, and no hour.
fn sessions(history: &History) -> Vec<Vec<Cell>> {
    let day = |at: Option<Moment>| text(at.map(|at| clock::fields(at).0).unwrap_or_default());
    let rows = history.plans.iter().flat_map(|plan| {
        plan.met_parents().map(move |session| {
            let by = session.confirmed.map(|by| if by.for_forum { "forum" } else { "parents" });
            let reason = session.disputed.as_ref().map(|disputed| disputed.reason.as_str());
            vec![
                text(plan.id.as_str()),
                text(&plan.title),
                text(session.id.as_str()),
                text(&session.day),
                time(Some(session.recorded_at)),
                text(session.facts().state().word()),
                day(session.confirmed.map(|confirmed| confirmed.at)),
                text(by.unwrap_or_default()),
                day(session.disputed.as_ref().map(|disputed| disputed.at)),
                text(reason.unwrap_or_default()),
            ]
        })
    });
    rows.collect()
}

fn overrides(history: &History) -> Vec<Vec<Cell>> {
    let rows = history.plans.iter().flat_map(|plan| {
        plan.drafts.iter().filter_map(|draft| {
            let (_, reason, at) = draft.overridden.as_ref()?;
            Some(vec![
                text(plan.id.as_str()),
                text(&plan.title),
                Cell::Number(draft.version),
                time(Some(*at)),
                text(reason),
            ])
        })
    });
    rows.collect()
}

fn decisions(history: &History) -> Vec<Vec<Cell>> {
    let rows = history.plans.iter().filter_map(|plan| {
        let decision = plan.decided()?;
        let day = |at: Moment| text(clock::fields(at).0);
        let because = plan.decision_passed.as_ref().map_or("", |(_, reason, _)| reason.as_str());
        let open_until = decision.early.as_ref().map_or_else(|| text(""), |(_, at)| day(*at));
        Some(vec![
            text(plan.id.as_str()),
            text(&plan.title),
            day(decision.decided_at),
            text(&decision.decided_by),
            time(decision.published_at),
            text(&decision.paper),
            time(plan.equality.last().map(|signed| signed.at)),
            text(because),
            open_until,
        ])
    });
    rows.collect()
}

fn changes(history: &History) -> Vec<Vec<Cell>> {
    let row = |told: &notices::ledger::ToldOf| {
        vec![
            text(told.notice_id.as_str()),
            text(&told.title),
            time(Some(told.started_at)),
            time(Some(told.effect_at)),
            if told.told.is_empty() {
                text(NOBODY)
            } else {
                Cell::Number(clock::days_between(told.started_at, told.effect_at))
            },
            told.families.map_or_else(|| text(""), Cell::Number),
            text(if told.takes_away { "yes" } else { "no" }),
            time(told.equality_signed_at),
            text(told.passed.as_deref().unwrap_or_default()),
        ]
    };
    history.told.iter().map(row).collect()
}

fn told_by_place(history: &History, area: &str, at: Moment) -> Vec<Vec<Cell>> {
    let of_one = |told: &notices::ledger::ToldOf| {
        let figures = shown(told, area, at);
        let to_ten = |people: u64| disclosure::Shown::Number(people).to_ten();
        let later = |nth: usize| match &figures.later {
            Later::NotYet => (text("still counted"), text("still counted")),
            Later::Rows(rows) => rows.get(nth).map_or((text(""), text("")), |(after, never)| {
                (people(to_ten(*after)), people(to_ten(*never)))
            }),
            Later::All(after, never) if figures.rows.len() == 1 => {
                (people(to_ten(*after)), people(to_ten(*never)))
            }
            Later::All(..) | Later::NotShown => (text(TOO_FEW), text(TOO_FEW)),
        };
        let rows = figures.rows.iter().enumerate().map(|(nth, (place, before, not))| {
            let (after, never) = later(nth);
            vec![
                text(told.notice_id.as_str()),
                text(&told.title),
                text(place),
                people(before.to_ten()),
                people(not.to_ten()),
                after,
                never,
            ]
        });
        rows.collect::<Vec<_>>()
    };
    history.told.iter().flat_map(of_one).collect()
}

fn outcomes(history: &History) -> Vec<Vec<Cell>> {
    let rows = history.outcomes.iter().flat_map(|outcome| {
        outcome.versions.iter().map(|version| {
            vec![
                text(outcome.id.as_str()),
                Cell::Number(version.version),
                time(Some(version.at)),
                text(&outcome.organisation),
                text(outcome.about.join(" ")),
                text(version.outcome.word()),
                text(version.verdict.map_or(CLAIMED_WORD, |(verdict, _)| verdict.word())),
                time(version.verdict.map(|(_, at)| at)),
                text(&version.you_said),
            ]
        })
    });
    rows.collect()
}

fn contributors_told(history: &History) -> Vec<Vec<Cell>> {
    let row = |heard: super::figures::Heard| {
        let days = heard.median_days.map_or_else(|| text(TOO_FEW), Cell::Number);
        vec![
            text(heard.update_id.as_str()),
            Cell::Number(heard.version),
            people(heard.told.to_ten()),
            people(heard.not.to_ten()),
            days,
        ]
    };
    heard(&history.contributed).into_iter().map(row).collect()
}

/// Where something has got to, and the day it is or was due where it has not been said.
fn standing_cells(standing: AwaitedState) -> [Cell; 2] {
    let (standing, due) = match standing {
        AwaitedState::Said => ("said", None),
        AwaitedState::Due(by) => ("due", Some(by)),
        AwaitedState::Overdue(by) => ("overdue", Some(by)),
    };
    [text(standing), text(due.map(|by| clock::fields(by).0).unwrap_or_default())]
}

fn comments(history: &History, within: Millis, at: Moment) -> Vec<Vec<Cell>> {
    let row = |comment: &super::history::Comment| {
        let action = if comment.has_action { "yes" } else { "no" };
        let is_done = match comment.is_done {
            None => "",
            Some(true) => "yes",
            Some(false) => "no",
        };
        let [standing, due] = standing_cells(comment.standing(within, at));
        let answered = comment.first_answered_at;
        vec![
            text(comment.id.as_str()),
            text(&comment.service),
            text(&comment.subject),
            text(&comment.voice),
            time(Some(comment.published_at)),
            time(answered),
            text(action),
            text(&comment.action_by),
            text(is_done),
            standing,
            due,
        ]
    };
    history.comments.iter().map(row).collect()
}

fn taken_down(history: &History) -> Vec<Vec<Cell>> {
    let row = |taken_down: &super::history::TakenDown| {
        vec![
            text(&taken_down.kind),
            text(&taken_down.about_id),
            time(Some(taken_down.at)),
            text(takedown::reason(&taken_down.reason)),
        ]
    };
    history.taken_down.iter().map(row).collect()
}

fn waits(history: &History) -> Vec<Vec<Cell>> {
    let is_same = |one: &Told, next: &Told| {
        (&one.service_id, &one.place_id, one.month)
            == (&next.service_id, &next.place_id, next.month)
    };
    let row = |(nth, told): (usize, &Told)| {
        let [waiting, median, longest] = match told.figure {
            Figure::FewerThanTen => [text(TOO_FEW), text(TOO_FEW), text(TOO_FEW)],
            Figure::Weeks { waiting, median, longest } => {
                [waiting, median, longest].map(Cell::Number)
            }
        };
        let was_corrected = history.waits.get(nth + 1).is_some_and(|next| is_same(told, next));
        vec![
            text(&told.service),
            text(&told.place),
            text(told.month.to_string()),
            waiting,
            median,
            longest,
            told.target.map_or_else(|| text(""), Cell::Number),
            text(if was_corrected { "before it was corrected" } else { "now" }),
            time(Some(told.published_at)),
            text(&told.organisation),
            text(&told.source),
            text(told.verdict.map_or(CLAIMED_WORD, |(verdict, _)| verdict.word())),
            time(told.verdict.map(|(_, at)| at)),
        ]
    };
    history.waits.iter().enumerate().map(row).collect()
}

fn recommendations(history: &History) -> Vec<Vec<Cell>> {
    let row = |one: &Standing| {
        let plan = one.plan.as_ref();
        let draft = plan.and_then(|plan| plan.draft);
        let answer = plan.and_then(|plan| plan.answer.as_ref());
        let standing = match (answer, plan) {
            (Some((does, ..)), _) => does.word(),
            (None, Some(_)) => "not answered",
            (None, None) => "no plan yet",
        };
        vec![
            text(one.report_id.as_str()),
            text(&one.report),
            text(&one.published_on),
            text(&one.number),
            text(&one.page),
            text(&one.words),
            text(&one.kind),
            text(plan.map_or("", |plan| plan.id.as_str())),
            text(plan.map_or("", |plan| plan.title.as_str())),
            draft.map_or_else(|| text(""), |(version, _)| Cell::Number(version)),
            time(draft.map(|(_, at)| at)),
            text(standing),
            text(answer.map_or("", |(_, words, _)| words.as_str())),
            text(answer.map_or("", |(.., decided_by)| decided_by.as_str())),
        ]
    };
    history.recommendations.iter().map(row).collect()
}

fn awaited(history: &History, within: Millis, at: Moment) -> Vec<Vec<Cell>> {
    let row = |awaited: &super::history::Awaited| {
        let [standing, due] = standing_cells(awaited.standing(within, at));
        // A topic's title is its author's.
        let title = if awaited.kind == "topic" { "" } else { awaited.title.as_str() };
        let about = format!("{}:{}", awaited.kind, awaited.id);
        vec![
            text(about),
            text(title),
            time(Some(awaited.since)),
            time(awaited.first_said_at),
            standing,
            due,
        ]
    };
    history.awaited.iter().map(row).collect()
}

fn rounds(history: &History) -> Vec<Vec<Cell>> {
    let row = |round: &super::history::ClosedRound| {
        let chosen = round.topics.iter().filter(|topic| topic.is_chosen).count();
        vec![
            text(round.id.as_str()),
            text(&round.title),
            time(Some(round.closed_at)),
            number(round.topics.len()),
            number(chosen),
        ]
    };
    history.rounds.iter().map(row).collect()
}

fn supports_by_place(history: &History) -> Vec<Vec<Cell>> {
    let children = |lives: Option<u64>| lives.map_or_else(|| text(""), |lives| people(Some(lives)));
    let rows = history.rounds.iter().flat_map(|round| {
        let row = |(place, given, lives): (String, Option<u64>, Option<u64>)| {
            vec![
                text(round.id.as_str()),
                text(&round.title),
                text(place),
                people(given),
                children(lives),
            ]
        };
        supports(round).into_iter().map(row).collect::<Vec<_>>()
    });
    rows.collect()
}

fn consultations(history: &History) -> Vec<Vec<Cell>> {
    let row = |asked: &super::history::OpenedConsultation| {
        let released = asked.released.as_ref();
        let answers = released.map_or_else(|| text(""), |(_, _, results)| people(results.people));
        let of = released
            .and_then(|(_, _, results)| results.asked)
            .map_or_else(|| text(""), |asked| people(Some(asked)));
        let number = released.map_or_else(|| text(""), |(number, _, _)| Cell::Number(*number));
        let at = time(released.map(|(_, at, _)| *at));
        vec![
            text(asked.id.as_str()),
            text(&asked.title),
            time(Some(asked.opens_at)),
            time(Some(asked.closes_at)),
            number,
            at,
            answers,
            of,
        ]
    };
    history.consultations.iter().map(row).collect()
}

fn answers_by_place(history: &History) -> Vec<Vec<Cell>> {
    let rows = history.consultations.iter().flat_map(|asked| {
        let row = |(place, answers, lives)| {
            vec![
                text(asked.id.as_str()),
                text(&asked.title),
                text(place),
                people(answers),
                people(lives),
            ]
        };
        asked.by_place().into_iter().map(row).collect::<Vec<_>>()
    });
    rows.collect()
}
