//! Who is asked what, as a small map: each question below and to the right of the one whose answers
//! lead to it. The list under the drawing says the same in words.

use leptos::prelude::*;

use super::list::{Row, place};
use super::state::Builder;

/// How high a row of the drawing is, how far a branch is to the right, and how many are drawn.
const HIGH: i64 = 30;
const RIGHT: i64 = 22;
const MOST_RIGHT: i64 = 5;
/// How much of a question is drawn beside it, in characters.
const LONGEST: usize = 32;

/// A question on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spot {
    /// Its number in the list, the first being 1.
    number: usize,
    text: String,
    /// How many questions lead to it one after another.
    depth: i64,
    /// The place of the last question that leads to it.
    from: Option<usize>,
    /// Whose answers lead here, in words; empty for everyone.
    who: String,
    /// Whether nobody comes here.
    is_dead: bool,
}

#[component]
pub fn Map(builder: Builder) -> impl IntoView {
    view! {
        <details hidden=move || !builder.is_awake.get()>
            <summary>"Map: who is asked what"</summary>
            {move || {
                if !builder.is_awake.get() {
                    return ().into_any();
                }
                let spots = builder.rows.with(|rows| spots(rows));
                if spots.iter().any(|spot| spot.from.is_some() || spot.is_dead) {
                    drawn(&spots)
                } else {
                    view! { <p>"Everyone is asked every question."</p> }.into_any()
                }
            }}
        </details>
    }
}

/// Where each question is on the map.
fn spots(rows: &[Row]) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for (nth, row) in rows.iter().enumerate() {
        let before: Vec<usize> =
            row.leads.iter().filter_map(|lead| place(&rows[..nth], &lead.question)).collect();
        let from = before.iter().max().copied();
        let depth = before.iter().map(|at| spots[*at].depth + 1).max().unwrap_or(0);
        let is_dead = row.is_dead_end || before.iter().any(|at| spots[*at].is_dead);
        spots.push(Spot {
            number: nth + 1,
            text: row.text.clone(),
            depth: depth.min(MOST_RIGHT),
            from,
            who: who(rows, row),
            is_dead,
        });
    }
    spots
}

/// Whose answers lead to a question: “Yes” to 1, and “Weeks” or “Months” to 2.
fn who(rows: &[Row], row: &Row) -> String {
    let lead = |lead: &super::list::Lead| {
        let Some(at) = place(rows, &lead.question) else {
            return "an answer to a question that isn't there any more".to_owned();
        };
        let words = |key: &String| {
            let option = rows[at].options.iter().find(|(option, _)| option == key);
            option.map_or_else(
                || "an answer that isn't there any more".to_owned(),
                |(_, words)| format!("“{words}”"),
            )
        };
        let words = lead.any_of.iter().map(words).collect::<Vec<_>>().join(" or ");
        format!("{words} to {}", at + 1)
    };
    row.leads.iter().map(lead).collect::<Vec<_>>().join(", and ")
}

fn drawn(spots: &[Spot]) -> AnyView {
    let at = |nth: usize| {
        let nth = i64::try_from(nth).unwrap_or_default();
        nth * HIGH + HIGH / 2
    };
    let right = |depth: i64| 12 + depth * RIGHT;
    let height = at(spots.len()).saturating_sub(HIGH / 2);
    let marks = spots.iter().enumerate().map(|(nth, spot)| {
        let (x, y) = (right(spot.depth), at(nth));
        let (beside, below) = (x + 14, y + 5);
        let way = spot.from.map(|from| {
            let (across, down) = (right(spots[from].depth), at(from));
            view! {
                <line class="axis" x1=across y1=down x2=across y2=y />
                <line class="axis" x1=across y1=y x2=x y2=y />
            }
        });
        let class = if spot.is_dead { "dead" } else { "point" };
        let short: String = spot.text.chars().take(LONGEST).collect();
        let more = if short.len() < spot.text.len() { "…" } else { "" };
        let mark = if spot.is_dead { "✗ " } else { "" };
        let label = format!("{mark}{}. {short}{more}", spot.number);
        view! {
            {way}
            <circle class=class cx=x cy=y r="7" />
            <text x=beside y=below>
                {label}
            </text>
        }
    });
    let marks = marks.collect_view();
    let lines = spots.iter().filter(|spot| spot.is_dead || !spot.who.is_empty()).map(|spot| {
        let dead = spot.is_dead.then(|| {
            view! { <b>"Nobody will ever be asked this. "</b> }
        });
        let who = if spot.who.is_empty() { "everyone".to_owned() } else { spot.who.clone() };
        let words =
            format!("{}. {} – asked of people who answered {who}. ", spot.number, spot.text);
        view! { <li>{words} {dead}</li> }
    });
    let lines = lines.collect_view();
    view! {
        <svg class="chart" viewBox=format!("0 0 340 {height}") aria-hidden="true">
            {marks}
        </svg>
        <ul>{lines}</ul>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::super::list::Lead;
    use super::*;

    fn row(key: &str, leads: &[(&str, &[&str])]) -> Row {
        let lead = |(question, any_of): &(&str, &[&str])| Lead {
            question: (*question).to_owned(),
            any_of: any_of.iter().map(|key| (*key).to_owned()).collect(),
        };
        Row {
            key: key.to_owned(),
            text: format!("{key}?"),
            options: vec![("yes".to_owned(), "Yes".to_owned()), ("no".to_owned(), "No".to_owned())],
            leads: leads.iter().map(lead).collect(),
            ..Row::default()
        }
    }

    #[test]
    fn a_question_is_right_of_what_leads_to_it_and_says_whose_answers_do() {
        let rows = [
            row("a", &[]),
            row("b", &[("a", &["yes"])]),
            row("c", &[("a", &["yes", "no"]), ("b", &["no"])]),
            row("d", &[]),
        ];
        let spots = spots(&rows);
        let seen: Vec<_> = spots.iter().map(|spot| (spot.depth, spot.from)).collect();
        assert_eq!(seen, [(0, None), (1, Some(0)), (2, Some(1)), (0, None)]);
        assert_eq!(spots[2].who, "“Yes” or “No” to 1, and “No” to 2");
        assert!(spots[3].who.is_empty() && spots.iter().all(|spot| !spot.is_dead));
    }

    #[test]
    fn a_dead_end_and_all_that_hangs_on_it_are_marked() {
        let mut rows = [
            row("b", &[("a", &["yes"])]),
            row("a", &[]),
            row("c", &[("b", &["gone"])]),
            row("d", &[("lost", &["yes"])]),
        ];
        rows[0].is_dead_end = true;
        rows[3].is_dead_end = true;
        let spots = spots(&rows);
        let dead: Vec<_> = spots.iter().map(|spot| spot.is_dead).collect();
        assert_eq!(dead, [true, false, true, true]);
        assert_eq!(spots[0].who, "“Yes” to 2");
        assert_eq!(spots[2].who, "an answer that isn't there any more to 1");
        assert!(spots[3].who.starts_with("an answer to a question that isn't there"));
    }
}
