//! Places side by side over time: a line for each, a sentence, and a table with all of it.

use calendar::clock;
use leptos::prelude::*;
use outcomes::rules::Verdict;

use super::figures::{Cell, Told, WEEKS_SAY, Waits, weeks};
use super::months::Month;

/// How many places one picture can hold; the table has all.
const MOST_LINES: usize = 5;
/// How the lines differ, where colour says nothing too: their dashes, the mark of a month that
/// stands alone, and their colour.
const LOOKS: [Look; MOST_LINES] = [
    Look { dash: "none", mark: Mark::Dot, style: "" },
    Look { dash: "7 4", mark: Mark::Square, style: "clay" },
    Look { dash: "2 3", mark: Mark::Diamond, style: "ink" },
    Look { dash: "10 3 2 3", mark: Mark::Up, style: "" },
    Look { dash: "14 5", mark: Mark::Down, style: "clay" },
];

/// How the line of a place looks.
#[derive(Clone, Copy)]
struct Look {
    dash: &'static str,
    mark: Mark,
    style: &'static str,
}

/// The shape of a mark.
#[derive(Clone, Copy)]
enum Mark {
    Dot,
    Square,
    Diamond,
    /// A triangle that points up, or down.
    Up,
    Down,
}

impl Mark {
    /// Its outline around this point.
    fn path(self, (x, y): (i64, i64)) -> String {
        let from = |left: i64, above: i64| format!("M{} {}", x - left, y - above);
        match self {
            Self::Dot => format!("{}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", from(4, 0)),
            Self::Square => format!("{}h8v8h-8z", from(4, 4)),
            Self::Diamond => format!("{}l5 -5l5 5l-5 5z", from(5, 0)),
            Self::Up => format!("{}l5 -9l5 9z", from(5, -4)),
            Self::Down => format!("{}l5 9l5 -9z", from(5, 4)),
        }
    }
}

/// Where the picture begins and ends, from the left and from the top.
const LEFT: i64 = 30;
const RIGHT: i64 = 326;
const MIDDLE: i64 = i64::midpoint(LEFT, RIGHT);
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
    // Where nothing is shown of a place, the picture has nothing to tell apart.
    let drawn: Vec<_> = waits
        .places
        .iter()
        .filter(|(_, cells)| Waits::weeks(cells).any(|weeks| weeks.is_some()))
        .collect();
    let height = 170 + 20 * drawn.len().min(MOST_LINES);
    let left_out = drawn.len().saturating_sub(MOST_LINES);
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
                {months(*first, *last)}
                {target}
                {lines(&drawn, scale)}
            </svg>
        </div>
        {left_out}
    })
}

/// The first month and the last, below the picture; the only one in the middle.
fn months(first: Month, last: Month) -> impl IntoView {
    let at = |x: i64, anchor: &'static str, month: Month| {
        view! {
            <text x=x y="148" text-anchor=anchor>
                {month.words()}
            </text>
        }
    };
    if first == last {
        at(MIDDLE, "middle", first).into_any()
    } else {
        (at(LEFT, "start", first), at(RIGHT, "end", last)).into_any()
    }
}

/// The line of each place, and below the picture which place it is.
fn lines(drawn: &[&(String, Vec<Cell>)], scale: Scale) -> impl IntoView + use<> {
    let lines = drawn.iter().take(MOST_LINES).zip(LOOKS).zip(0_i64..);
    let lines = lines.map(|(((place, cells), look), nth)| {
        let (y, below) = (170 + nth * 20, 175 + nth * 20);
        let Look { dash, mark, style } = look;
        view! {
            {line(cells, scale, look)}
            <line
                class=format!("run {style}")
                x1="6"
                y1=y
                x2="40"
                y2=y
                stroke-dasharray=dash
            />
            <path class=format!("point {style}") d=mark.path((23, y)) />
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
        if self.months == 1 {
            return MIDDLE;
        }
        LEFT + (RIGHT - LEFT) * nth / (self.months - 1)
    }

    fn y(self, weeks: i64) -> i64 {
        BOTTOM - (BOTTOM - TOP) * weeks.min(self.most) / self.most
    }
}

/// The months of a place that follow each other, joined; one alone is a mark.
fn line(cells: &[Cell], scale: Scale, look: Look) -> impl IntoView + use<> {
    let Look { dash, mark, style } = look;
    let mut runs: Vec<Vec<(i64, i64)>> = vec![Vec::new()];
    for (nth, weeks) in (0..).zip(Waits::weeks(cells)) {
        match (weeks, runs.last_mut()) {
            (Some(weeks), Some(run)) => run.push((scale.x(nth), scale.y(weeks))),
            _ => runs.push(Vec::new()),
        }
    }
    let drawn = runs.into_iter().filter(|run| !run.is_empty()).map(|run| match run[..] {
        [at] => view! { <path class=format!("point {style}") d=mark.path(at) /> }.into_any(),
        _ => {
            let points: Vec<String> = run.iter().map(|(x, y)| format!("{x},{y}")).collect();
            let points = points.join(" ");
            view! { <polyline class=format!("run {style}") points=points stroke-dasharray=dash /> }
                .into_any()
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
    use calendar::clock::Moment;
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
        // A month alone of each, and one below the picture that says which place it is.
        assert_eq!(html.matches("class=\"point").count(), 4, "{html}");
        let dot = Mark::Dot.path((23, 170));
        assert!(html.contains(&format!("d=\"{dot}\"")), "{html}");
        assert_eq!(html.matches("Not published yet").count(), 2, "{html}");
        assert_eq!(html.matches(">Not published<").count(), 3, "{html}");
        assert!(html.contains("Not shown: fewer than 10 waiting") && !html.contains(" 3 waiting"));
        assert!(html.contains("South &lt;") && html.contains("The target is 18 weeks."), "{html}");
    }

    #[test]
    fn places_in_one_month_have_marks_of_their_own_and_the_month_stands_once() {
        let html = shown(&[
            (1, "North", "2026-11", 40),
            (1, "South", "2026-11", 60),
            (1, "West", "2026-11", 0),
        ]);
        assert_eq!(html.matches("text-anchor=\"middle\">November 2026<").count(), 1, "{html}");
        assert_eq!(html.matches("class=\"point clay\"").count(), 2, "{html}");
        assert!(html.contains(">South</text>") && !html.contains(">West</text>"), "{html}");
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
            all[nth].verdict = Some((Verdict::Disputed, Moment::from_millis(5)));
        }
        all[3].verdict = Some((Verdict::Confirmed, Moment::from_millis(5)));
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
