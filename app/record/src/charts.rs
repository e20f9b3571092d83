//! Small pictures for people who would rather look than read. Each says in words what it shows, and
//! comes with a table of the same numbers.

use calendar::clock::{self, DAY, Moment};
use leptos::prelude::*;

/// What happened on a line from the first day to the last: (when, what). Points close together
/// share a number.
pub fn timeline(title: &str, points: &[(Moment, String)]) -> impl IntoView + use<> {
    let first = points.iter().map(|(at, _)| *at).min()?;
    let last = points.iter().map(|(at, _)| *at).max()?;
    let length = (last - first).max(DAY);
    // Whole units, so that the same days give the same picture everywhere.
    let x = |at: Moment| 14 + (at - first) * 312 / length;
    let mut places: Vec<(i64, Vec<usize>)> = Vec::new();
    for (nth, (at, _)) in points.iter().enumerate() {
        match places.last_mut() {
            Some((place, those)) if x(*at) - *place < 24 => those.push(nth + 1),
            _ => places.push((x(*at), vec![nth + 1])),
        }
    }
    let places = places.into_iter().map(|(place, those)| {
        let label = match those.as_slice() {
            [] => String::new(),
            [one] => one.to_string(),
            [one, .., last] => format!("{one}–{last}"),
        };
        view! {
            <circle class="point" cx=place cy="34" r="8" />
            <text x=place y="18" text-anchor="middle">
                {label}
            </text>
        }
    });
    let places = places.collect_view();
    let said = points
        .iter()
        .enumerate()
        .map(|(nth, (at, what))| format!("{}. {what}, {}", nth + 1, clock::day(*at)));
    let label = format!("{title}: {}", said.collect::<Vec<_>>().join("; "));
    Some(view! {
        <svg class="chart" viewBox="0 0 340 84" role="img" aria-label=label>
            <line class="axis" x1="14" y1="34" x2="326" y2="34" />
            {places}
            <text x="6" y="68">
                {short(first)}
            </text>
            <text x="334" y="68" text-anchor="end">
                {short(last)}
            </text>
        </svg>
    })
}

/// Percentages, side by side, each on a track that is the whole: (name, percentage). One that is
/// not shown has no track.
pub fn columns(title: &str, shares: &[(String, Option<u64>)]) -> impl IntoView + use<> {
    let width = 340 / i64::try_from(shares.len().max(1)).unwrap_or(1);
    let width = width.min(110);
    let said = shares
        .iter()
        .map(|(name, share)| format!("{name}: {}", in_words(*share)))
        .collect::<Vec<_>>()
        .join("; ");
    let label = format!("{title}: {said}");
    let columns =
        (0..).zip(shares).map(|(nth, (name, share))| column(nth * width, width, name, *share));
    let columns = columns.collect_view();
    view! {
        <svg class="chart" viewBox="0 0 340 150" role="img" aria-label=label>
            <line class="axis" x1="0" y1="124" x2="340" y2="124" />
            {columns}
        </svg>
    }
}

/// One of the columns, which begins so far from the left.
fn column(left: i64, width: i64, name: &str, share: Option<u64>) -> impl IntoView + use<> {
    let height = i64::try_from(share.unwrap_or(0).min(100)).unwrap_or(0);
    let (x, broad, middle) = (left + width / 6, width * 2 / 3, left + width / 2);
    let (top, above) = (124 - height, 118 - height);
    let track = share.map(|_| view! { <rect class="track" x=x y="24" width=broad height="100" /> });
    view! {
        {track}
        <rect class="column" x=x y=top width=broad height=height />
        <text x=middle y=above text-anchor="middle">
            {in_words(share)}
        </text>
        <text x=middle y="144" text-anchor="middle">
            {name.to_owned()}
        </text>
    }
}

fn in_words(share: Option<u64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{share}%"))
}

fn short(at: Moment) -> String {
    let day = clock::day(at);
    day.split_once(' ').map_or(day.clone(), |(_, rest)| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use ground::ui::rendered;

    use super::*;

    #[test]
    fn a_column_is_its_percentage_of_a_track_and_without_one_there_is_no_track() {
        let shares = [("2026 Q1".to_owned(), Some(86)), ("2026 Q2".to_owned(), None)];
        let chart = rendered(|| columns("Told", &shares));
        assert_eq!(chart.matches("class=\"track\"").count(), 1, "{chart}");
        assert!(chart.contains("height=\"86\"") && chart.contains("2026 Q2: –"), "{chart}");
    }

    #[test]
    fn points_close_together_share_a_number_and_what_happened_is_escaped() {
        let points = [(0, "a <b>"), (DAY, "c"), (100 * DAY, "d")]
            .map(|(at, what)| (Moment::from_millis(at), what.to_owned()));
        let chart = rendered(|| timeline("In order", &points));
        assert_eq!(chart.matches("class=\"point\"").count(), 2, "{chart}");
        assert!(chart.contains(">1–2</text>") && chart.contains(">3</text>"), "{chart}");
        assert!(chart.contains("In order: 1. a &lt;b&gt;, "), "{chart}");
        assert_eq!(rendered(|| timeline("Nothing", &[])), "");
    }
}
