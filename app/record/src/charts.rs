//! Small pictures for people who would rather look than read. Each says in words what it shows, and
//! comes with a table of the same numbers.

use calendar::clock::{self, DAY, Millis};
use maud::{Markup, html};

/// What happened on a line from the first day to the last: (when, what). Points close together
/// share a number.
#[must_use]
pub fn timeline(title: &str, points: &[(Millis, String)]) -> Markup {
    let (Some(first), Some(last)) =
        (points.iter().map(|(at, _)| *at).min(), points.iter().map(|(at, _)| *at).max())
    else {
        return html! {};
    };
    let length = (last - first).max(DAY);
    // Whole units, so that the same days give the same picture everywhere.
    let x = |at: Millis| 14 + (at - first) * 312 / length;
    let mut places: Vec<(i64, Vec<usize>)> = Vec::new();
    for (nth, (at, _)) in points.iter().enumerate() {
        match places.last_mut() {
            Some((place, those)) if x(*at) - *place < 24 => those.push(nth + 1),
            _ => places.push((x(*at), vec![nth + 1])),
        }
    }
    let label = |those: &[usize]| match those {
        [] => String::new(),
        [one] => one.to_string(),
        [one, .., last] => format!("{one}–{last}"),
    };
    let said = points
        .iter()
        .enumerate()
        .map(|(nth, (at, what))| format!("{}. {what}, {}", nth + 1, clock::day(*at)));
    let said = said.collect::<Vec<_>>().join("; ");
    html! {
        svg class="chart" viewBox="0 0 340 84" role="img" aria-label={ (title) ": " (said) } {
            line class="axis" x1="14" y1="34" x2="326" y2="34" {}
            @for (place, those) in &places {
                circle class="point" cx=(place) cy="34" r="8" {}
                text x=(place) y="18" text-anchor="middle" { (label(those)) }
            }
            text x="6" y="68" { (short(first)) }
            text x="334" y="68" text-anchor="end" { (short(last)) }
        }
    }
}

/// Percentages, side by side, each on a track that is the whole: (name, percentage). One that is
/// not shown has no track.
#[must_use]
pub fn columns(title: &str, shares: &[(String, Option<u64>)]) -> Markup {
    let width = 340 / i64::try_from(shares.len().max(1)).unwrap_or(1);
    let width = width.min(110);
    let column = |nth: usize| i64::try_from(nth).unwrap_or(0) * width;
    let height = |share: &Option<u64>| i64::try_from(share.unwrap_or(0).min(100)).unwrap_or(0);
    let words =
        |share: &Option<u64>| share.map_or_else(|| "–".to_owned(), |share| format!("{share}%"));
    let said = shares
        .iter()
        .map(|(name, share)| format!("{name}: {}", words(share)))
        .collect::<Vec<_>>()
        .join("; ");
    html! {
        svg class="chart" viewBox="0 0 340 150" role="img" aria-label={ (title) ": " (said) } {
            line class="axis" x1="0" y1="124" x2="340" y2="124" {}
            @for (nth, (name, share)) in shares.iter().enumerate() {
                @if share.is_some() {
                    rect class="track" x=(column(nth) + width / 6) y="24" width=(width * 2 / 3) height="100" {}
                }
                rect class="column" x=(column(nth) + width / 6) y=(124 - height(share)) width=(width * 2 / 3) height=(height(share)) {}
                text x=(column(nth) + width / 2) y=(118 - height(share)) text-anchor="middle" { (words(share)) }
                text x=(column(nth) + width / 2) y="144" text-anchor="middle" { (name) }
            }
        }
    }
}

fn short(at: Millis) -> String {
    let day = clock::day(at);
    day.split_once(' ').map_or(day.clone(), |(_, rest)| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_its_percentage_of_a_track_and_without_one_there_is_no_track() {
        let shares = [("2026 Q1".to_owned(), Some(86)), ("2026 Q2".to_owned(), None)];
        let chart = columns("Told", &shares).into_string();
        assert_eq!(chart.matches("class=\"track\"").count(), 1, "{chart}");
        assert!(chart.contains("height=\"86\"") && chart.contains("2026 Q2: –"), "{chart}");
    }
}
