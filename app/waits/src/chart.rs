//! Places side by side over time: a line for each, a sentence, and a table with all of it.

use calendar::clock;
use leptos::prelude::*;
use outcomes::rules::Verdict;

use super::figures::{Cell, Told, WEEKS_SAY, Waits, weeks};
use super::months::Month;

/// How many places one picture can hold; the table has all.
const MOST_LINES: usize = 5;
/// How the lines differ where colour says nothing.
const DASHES: [&str; MOST_LINES] = ["none", "7 4", "2 3", "10 3 2 3", "14 5"];

/// Where the picture begins and ends, from the left and from the top.
const LEFT: i64 = 30;
const RIGHT: i64 = 326;
const TOP: i64 = 20;
const BOTTOM: i64 = 130;

/// The sentence, the picture and the table. `is_open`: whether the table is unfolded.
pub fn side_by_side(waits: &Waits, is_open: bool) -> impl IntoView + use<> {
    let unlike = waits.unlike().map(|unlike| {
        view! {
            <p class="lead">{unlike.words()}</p>
            <p>
                <b>{unlike.forum()}</b>
            </p>
        }
    });
    let target = waits.target.map(|target| format!(" The target is {}.", weeks(target)));
    let all = table(waits);
    let all = if is_open {
        all.into_any()
    } else {
        view! {
            <details>
                <summary>"The same as a table"</summary>
                {all}
            </details>
        }
        .into_any()
    };
    view! {
        {unlike}
        <p class="soft">
            {WEEKS_SAY}
            {target}
        </p>
        {doubts(waits)}
        {picture(waits)}
        {all}
    }
}

/// How much of the picture the forum does not agree with.
fn doubts(waits: &Waits) -> impl IntoView + use<> {
    let months = waits.months.len();
    let doubt = |verdict: Verdict| {
        let judged = Some(waits.months_judged(verdict)).filter(|judged| *judged > 0)?;
        let words = format!(
            "{} with numbers of {judged} of these {months} months. The table says which.",
            verdict.title()
        );
        Some(view! { <p>{words}</p> })
    };
    [Verdict::Disputed, Verdict::Partly].map(doubt).into_iter().collect_view()
}

/// A line for each place. Where nothing is shown there is a gap.
fn picture(waits: &Waits) -> Option<impl IntoView + use<>> {
    let shown: Vec<i64> =
        waits.places.iter().flat_map(|(_, cells)| Waits::weeks(cells)).flatten().collect();
    let (first, last) = (waits.months.first()?, waits.months.last()?);
    let most = shown.iter().copied().chain(waits.target).max().filter(|_| !shown.is_empty())?;
    let scale =
        Scale { most: (most / 10 + 1) * 10, months: i64::try_from(waits.months.len()).ok()? };
    let target = waits.target.map(|target| {
        let (y, above) = (scale.y(target), scale.y(target) - 4);
        view! {
            <line class="axis" x1=LEFT y1=y x2=RIGHT y2=y stroke-dasharray="1 3" />
            <text x=RIGHT y=above text-anchor="end">
                "target"
            </text>
        }
    });
    let label = format!(
        "How long families waited, from {} to {}, place by place. The table has the same numbers.",
        first.words(),
        last.words()
    );
    let height = 170 + 20 * waits.places.len().min(MOST_LINES);
    let left_out = waits.places.len().saturating_sub(MOST_LINES);
    let left_out = (left_out > 0).then(|| {
        let words = format!("The picture shows {MOST_LINES} places. The table has all.");
        view! { <p class="soft">{words}</p> }
    });
    Some(view! {
        <div>
            <svg class="chart" viewBox=format!("0 0 340 {height}") role="img" aria-label=label>
                <line class="axis" x1=LEFT y1=BOTTOM x2=RIGHT y2=BOTTOM />
                <text x="0" y=BOTTOM>
                    "0"
                </text>
                <text x="0" y="24">
                    {scale.most}
                </text>
                <text x="0" y="10">
                    "weeks"
                </text>
                <text x=LEFT y="148">
                    {first.words()}
                </text>
                <text x=RIGHT y="148" text-anchor="end">
                    {last.words()}
                </text>
                {target}
                {lines(waits, scale)}
            </svg>
        </div>
        {left_out}
    })
}

/// The line of each place, and below the picture which place it is.
fn lines(waits: &Waits, scale: Scale) -> impl IntoView + use<> {
    let lines = waits.places.iter().take(MOST_LINES).zip(DASHES).zip(0_i64..);
    let lines = lines.map(|(((place, cells), dash), nth)| {
        let (y, below) = (170 + nth * 20, 175 + nth * 20);
        view! {
            {line(cells, scale, dash)}
            <line class="run" x1="6" y1=y x2="40" y2=y stroke-dasharray=dash />
            <text x="48" y=below>
                {place.clone()}
            </text>
        }
    });
    lines.collect_view()
}

/// Whole units, so that the same numbers give the same picture everywhere.
#[derive(Clone, Copy)]
struct Scale {
    most: i64,
    months: i64,
}

impl Scale {
    fn x(self, nth: i64) -> i64 {
        LEFT + (RIGHT - LEFT) * nth / (self.months - 1).max(1)
    }

    fn y(self, weeks: i64) -> i64 {
        BOTTOM - (BOTTOM - TOP) * weeks.min(self.most) / self.most
    }
}

/// The months of a place that follow each other, joined; one alone is a point.
fn line(cells: &[Cell], scale: Scale, dash: &'static str) -> impl IntoView + use<> {
    let mut runs: Vec<Vec<(i64, i64)>> = vec![Vec::new()];
    for (nth, weeks) in (0..).zip(Waits::weeks(cells)) {
        match (weeks, runs.last_mut()) {
            (Some(weeks), Some(run)) => run.push((scale.x(nth), scale.y(weeks))),
            _ => runs.push(Vec::new()),
        }
    }
    let drawn = runs.into_iter().filter(|run| !run.is_empty()).map(|run| match run[..] {
        [(x, y)] => view! { <circle class="point" cx=x cy=y r="3" /> }.into_any(),
        _ => {
            let points: Vec<String> = run.iter().map(|(x, y)| format!("{x},{y}")).collect();
            let points = points.join(" ");
            view! { <polyline class="run" points=points stroke-dasharray=dash /> }.into_any()
        }
    });
    drawn.collect_view()
}

/// Every month, the latest first, with a column for each place.
fn table(waits: &Waits) -> impl IntoView + use<> {
    let head = waits.places.iter().map(|(place, _)| view! { <th scope="col">{place.clone()}</th> });
    let head = head.collect_view();
    let until = waits
        .places
        .iter()
        .filter_map(|(_, cells)| cells.iter().rposition(|cell| !cell.is_empty()));
    let last = until.max().unwrap_or_default();
    let months = waits.months.iter().enumerate().rev();
    let rows = months.map(|(nth, month)| {
        let cells = waits.places.iter().map(|(place, cells)| {
            let shown = cell(cells.get(nth).map_or(&[][..], Vec::as_slice), nth > last);
            view! { <td data-label=place.clone()>{shown}</td> }
        });
        row(*month, cells.collect_view())
    });
    view! {
        <table class="plain">
            <caption>"Weeks waited, the latest month first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Month"</th>
                    {head}
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

fn row(month: Month, cells: impl IntoView) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{month.words()}</th>
            {cells}
        </tr>
    }
}

/// What was published, and what was before it was corrected. `is_late`: whether it may still come.
fn cell(told: &[Told], is_late: bool) -> AnyView {
    let Some((now, before)) = told.split_last() else {
        let missing = if is_late { "Not published yet" } else { "Not published" };
        return view! { <span class="soft">{missing}</span> }.into_any();
    };
    let more =
        now.figure.more().map(|more| view! { <span class="soft">{format!(" ({more})")}</span> });
    // Each was so until the next was published.
    let until = told.iter().skip(1).map(|next| next.published_at);
    let before = before.iter().zip(until).rev().map(|(was, until)| {
        let doubt = was.doubt().map(|verdict| format!(" ({})", verdict.title()));
        let doubt = doubt.unwrap_or_default();
        let words = format!("Until {}: {}{doubt}", clock::day(until), was.figure.words());
        view! {
            <br />
            <span class="soft">{words}</span>
        }
    });
    let doubt = now.doubt().map(|verdict| {
        view! {
            <br />
            <b>{verdict.title()}</b>
        }
    });
    view! {
        <span>
            {now.figure.words()}
            {more}
            {doubt}
            {before.collect_view()}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use ground::ui::rendered;

    use super::*;
    use crate::figures::tests::told;

    fn shown(all: &[(i64, &str, &str, i64)]) -> String {
        let waits = Waits::of(told(all), "2026-11".parse().expect("a month")).expect("something");
        rendered(|| side_by_side(&waits, true))
    }

    #[test]
    fn a_late_month_is_a_gap_in_the_picture_and_named_in_the_table() {
        let html = shown(&[
            (1, "North", "2026-07", 9),
            (1, "North", "2026-08", 9),
            (1, "North", "2026-10", 9),
            (1, "South <", "2026-07", 24),
            (1, "South <", "2026-08", 0),
        ]);
        assert_eq!(html.matches("<polyline").count(), 1, "{html}");
        assert_eq!(html.matches("<circle").count(), 2, "{html}");
        assert_eq!(html.matches("Not published yet").count(), 2, "{html}");
        assert_eq!(html.matches(">Not published<").count(), 3, "{html}");
        assert!(html.contains("Not shown: fewer than 10 waiting") && !html.contains(" 3 waiting"));
        assert!(html.contains("South &lt;") && html.contains("The target is 18 weeks."), "{html}");
    }

    #[test]
    fn what_was_corrected_is_shown_with_what_it_was() {
        let html = shown(&[(1, "South", "2026-10", 30), (2, "South", "2026-10", 24)]);
        assert!(html.contains("24 weeks") && html.contains(": 30 weeks</span>"), "{html}");
    }

    #[test]
    fn what_the_forum_does_not_agree_with_says_so_above_the_picture_and_beside_each_number() {
        let mut all = told(&[
            (1, "South", "2026-08", 30),
            (2, "South", "2026-08", 24),
            (1, "South", "2026-09", 24),
            (1, "South", "2026-10", 25),
        ]);
        for nth in [0, 2] {
            all[nth].verdict = Some((Verdict::Disputed, 5));
        }
        all[3].verdict = Some((Verdict::Confirmed, 5));
        let waits = Waits::of(all, "2026-11".parse().expect("a month")).expect("something");
        let html = rendered(|| side_by_side(&waits, true));
        assert!(
            html.contains("× The forum disagrees with numbers of 1 of these 4 months."),
            "{html}"
        );
        assert!(html.contains(": 30 weeks (× The forum disagrees)</span>"), "{html}");
        assert_eq!(html.matches("<b>× The forum disagrees</b>").count(), 1, "{html}");
        assert!(!html.contains("partly"), "{html}");
    }

    #[test]
    fn where_nothing_is_shown_there_is_no_picture() {
        assert!(!shown(&[(1, "South", "2026-10", 0)]).contains("<svg"));
    }
}
