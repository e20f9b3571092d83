//! In which ranges numbers and days are counted: those that an organiser chose, or those that a
//! rule gives. Neither looks at the answers. A day is counted as a number: 20261204.

use calendar::clock;
use calendar::months;

use crate::Question;
use crate::kinds::Shape;

/// The most ranges of one question.
pub const MOST: usize = 12;
/// How many ranges the rule makes of numbers, at the most.
const BY_RULE: i128 = 10;
/// How many years before that of the close the rule tells apart.
const YEARS: i64 = 4;

/// The lowest number of each range but the first, by rule: of a few numbers each by itself, of many
/// round steps, of days the last years up to the day on which it closed. Nothing for a question
/// whose answer is no number and no day.
#[must_use]
pub fn by_rule(question: &Question, closed_on: i64) -> Vec<i64> {
    match question.kind.shape() {
        Shape::Number { least, most } => {
            let step = step(i128::from(most) - i128::from(least) + 1);
            let first = (i128::from(least).div_euclid(step) + 1) * step;
            let cuts = (0..).map(|nth| first + nth * step);
            cuts.take_while(|cut| *cut <= i128::from(most))
                .filter_map(|cut| i64::try_from(cut).ok())
                .collect()
        }
        Shape::Day if closed_on > 0 => {
            let year = closed_on / 10_000;
            (year - YEARS..=year + 1).map(|year| year * 10_000 + 101).collect()
        }
        Shape::Day
        | Shape::Nothing
        | Shape::OneOption
        | Shape::SomeOptions { .. }
        | Shape::Ranked
        | Shape::Place
        | Shape::OwnWords { .. } => Vec::new(),
    }
}

/// The smallest round step that makes few enough ranges of so many numbers.
fn step(numbers: i128) -> i128 {
    let mut ten = 1;
    loop {
        let enough = [ten, 2 * ten, 5 * ten].into_iter().find(|step| numbers <= BY_RULE * step);
        if let Some(step) = enough {
            return step;
        }
        ten *= 10;
    }
}

/// Reads the ranges that an organiser wrote: the lowest number, or the first day, of each but the
/// first. Nothing written is `None`: then the rule is asked.
///
/// # Errors
/// What to do.
pub fn read(question: &Question, typed: &str) -> Result<Option<Vec<i64>>, String> {
    let words = typed.split([',', ';', '\n']).map(str::trim).filter(|word| !word.is_empty());
    let shape = question.kind.shape();
    let is_day = shape == Shape::Day;
    let what = if is_day {
        "Write the first day of each range, the earliest first, like this: 2026-01-01, 2026-09-01"
    } else {
        "Write the first number of each range, the smallest first, like this: 3, 6, 12"
    };
    let one = |word: &str| if is_day { number_of_day(word) } else { word.parse().ok() };
    let cuts: Vec<i64> =
        words.map(|word| one(word).ok_or_else(|| what.to_owned())).collect::<Result<_, _>>()?;
    if cuts.is_empty() {
        return Ok(None);
    }
    if cuts.len() >= MOST {
        return Err(format!("Use {MOST} ranges or fewer"));
    }
    if cuts.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(what.to_owned());
    }
    if let Shape::Number { least, most } = shape
        && (cuts[0] <= least || cuts[cuts.len() - 1] > most)
    {
        return Err(format!(
            "Use numbers above {least}, up to {most}: those are the answers allowed"
        ));
    }
    Ok(Some(cuts))
}

/// A day as a form and an answer hold it (`2026-12-04`), as a number that grows with time.
#[must_use]
pub fn number_of_day(day: &str) -> Option<i64> {
    let day = clock::fields(clock::read(day, "12:00")?).0;
    day.replace('-', "").parse().ok()
}

/// Each range in words; nothing for a question whose answer is no number and no day.
#[must_use]
pub fn words(question: &Question, cuts: &[i64]) -> Vec<String> {
    let (Some(first), Some(last)) = (cuts.first(), cuts.last()) else { return Vec::new() };
    let pairs = cuts.windows(2).map(|pair| (pair[0], pair[1]));
    match question.kind.shape() {
        Shape::Number { least, most } => {
            let unit = question.kind.unit().map(|unit| format!(" {unit}")).unwrap_or_default();
            let within = |(from, next): (i64, i64)| one_or_more(from, next.saturating_sub(1));
            std::iter::once(within((least, *first)))
                .chain(pairs.map(within))
                .chain([one_or_more(*last, most)])
                .map(|range| range + &unit)
                .collect()
        }
        Shape::Day => std::iter::once(format!("Before {}", day(*first)))
            .chain(pairs.map(days))
            .chain([format!("{} or later", day(*last))])
            .collect(),
        Shape::Nothing
        | Shape::OneOption
        | Shape::SomeOptions { .. }
        | Shape::Ranked
        | Shape::Place
        | Shape::OwnWords { .. } => Vec::new(),
    }
}

fn one_or_more(from: i64, to: i64) -> String {
    if from == to { number(from) } else { format!("{} to {}", number(from), number(to)) }
}

fn number(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", disclosure::commas(number.unsigned_abs()))
}

/// From one day until before another; a whole year by its number.
fn days((from, next): (i64, i64)) -> String {
    if from % 10_000 == 101 && next == from + 10_000 {
        return (from / 10_000).to_string();
    }
    format!("From {}, before {}", day(from), day(next))
}

fn day(number: i64) -> String {
    format!("{} {} {}", number % 100, months::name(number / 100 % 100), number / 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::QuestionKind;
    use crate::check::tests::asked;
    use crate::kinds::tests::samples;

    fn weeks(least: i64, most: i64) -> Question {
        asked("weeks", QuestionKind::Number { least, most }, &[])
    }

    #[test]
    fn a_few_numbers_are_counted_each_and_many_in_round_steps() {
        let said = |least, most| {
            let question = weeks(least, most);
            words(&question, &by_rule(&question, 0))
        };
        assert_eq!(said(0, 3), ["0", "1", "2", "3"]);
        assert_eq!(said(0, 52).first().map(String::as_str), Some("0 to 9"));
        assert_eq!(said(0, 52).last().map(String::as_str), Some("50 to 52"));
        assert_eq!(said(-7, 12)[..2], ["-7".to_owned(), "-6 to -5".to_owned()]);
        assert_eq!(said(1, 5_000)[..2], ["1 to 499".to_owned(), "500 to 999".to_owned()]);
        for (least, most) in [(i64::MIN, i64::MAX), (5, 5), (0, 9), (0, 10), (3, 1_000_000)] {
            let cuts = by_rule(&weeks(least, most), 0);
            assert!(cuts.len() < MOST, "{least} {most}: {cuts:?}");
            assert!(cuts.iter().all(|cut| *cut > least && *cut <= most), "{cuts:?}");
        }
    }

    fn miles(least: i64, most: i64) -> Question {
        asked("far", QuestionKind::Amount { least, most, unit: "miles".into() }, &[])
    }

    #[test]
    fn an_amount_is_counted_as_a_number_is_and_its_ranges_say_of_what() {
        let question = miles(0, 40);
        let said = words(&question, &by_rule(&question, 20_261_204));
        assert_eq!(said.first().map(String::as_str), Some("0 to 4 miles"));
        assert_eq!(said.last().map(String::as_str), Some("40 miles"));
        let cuts = read(&question, "5, 20").expect("ranges").expect("some");
        assert_eq!(words(&question, &cuts), ["0 to 4 miles", "5 to 19 miles", "20 to 40 miles"]);
        for wrong in ["0, 20", "5, 41"] {
            let what_to_do = "Use numbers above 0, up to 40: those are the answers allowed";
            assert_eq!(read(&question, wrong), Err(what_to_do.into()), "{wrong}");
        }
    }

    #[test]
    fn whatever_is_counted_in_ranges_has_as_many_words_as_ranges() {
        for kind in samples().into_iter().map(|sample| sample.kind) {
            let question = asked("q", kind, &[]);
            let cuts = by_rule(&question, 20_261_204);
            assert_eq!(!cuts.is_empty(), question.kind.has_ranges(), "{}", question.kind.word());
            let said = words(&question, &cuts);
            assert_eq!(said.len(), if cuts.is_empty() { 0 } else { cuts.len() + 1 });
            let is_of_days = said.iter().any(|range| range.starts_with("Before "));
            assert_eq!(is_of_days, question.kind.shape() == Shape::Day, "{said:?}");
        }
    }

    #[test]
    fn days_are_counted_by_the_last_years() {
        let when = asked("when", QuestionKind::Date {}, &[]);
        assert_eq!(
            words(&when, &by_rule(&when, 20_261_204)),
            [
                "Before 1 January 2022",
                "2022",
                "2023",
                "2024",
                "2025",
                "2026",
                "1 January 2027 or later"
            ]
        );
        assert_eq!(number_of_day("2026-12-04"), Some(20_261_204));
    }

    #[test]
    fn ranges_are_read_in_order_and_within_what_can_be_answered() {
        let question = weeks(0, 52);
        assert_eq!(read(&question, " "), Ok(None));
        assert_eq!(read(&question, "3, 6\n12"), Ok(Some(vec![3, 6, 12])));
        assert_eq!(words(&question, &[3, 6, 12]), ["0 to 2", "3 to 5", "6 to 11", "12 to 52"]);
        for wrong in ["6, 3", "3, 3", "0", "53", "three", "1,2,3,4,5,6,7,8,9,10,11,12"] {
            assert!(read(&question, wrong).is_err(), "{wrong}");
        }
        let when = asked("when", QuestionKind::Date {}, &[]);
        let cuts = read(&when, "2025-09-01; 2026-01-01").expect("days").expect("some");
        assert_eq!(
            words(&when, &cuts),
            [
                "Before 1 September 2025",
                "From 1 September 2025, before 1 January 2026",
                "1 January 2026 or later"
            ]
        );
        assert!(read(&when, "soon").is_err());
    }
}
