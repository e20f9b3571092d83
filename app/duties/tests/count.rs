//! The days of ten years, for three sets of terms, agree with a second count (`count.py`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use calendar::clock::Moment;
use calendar::school::SchoolYear;
use duties::rules::{By, Due, Duty, Everything, Kept, Responsible, Span, Step};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};

/// The first and the last day of a term: how many years after the school year began, month, day.
type Term = [(i16, i8, i8); 2];

/// Halves of three terms; two weeks in October and an early Easter; six terms as some areas have.
const SETS: [[Term; 6]; 3] = [
    [
        [(0, 9, 2), (0, 10, 23)],
        [(0, 11, 2), (0, 12, 18)],
        [(1, 1, 4), (1, 2, 12)],
        [(1, 2, 22), (1, 3, 25)],
        [(1, 4, 12), (1, 5, 28)],
        [(1, 6, 7), (1, 7, 21)],
    ],
    [
        [(0, 9, 5), (0, 10, 16)],
        [(0, 11, 2), (0, 12, 22)],
        [(1, 1, 6), (1, 2, 14)],
        [(1, 2, 24), (1, 4, 4)],
        [(1, 4, 21), (1, 5, 23)],
        [(1, 6, 2), (1, 7, 25)],
    ],
    [
        [(0, 8, 24), (0, 10, 2)],
        [(0, 10, 19), (0, 12, 11)],
        [(1, 1, 2), (1, 2, 5)],
        [(1, 2, 15), (1, 3, 31)],
        [(1, 4, 19), (1, 5, 28)],
        [(1, 6, 7), (1, 7, 9)],
    ],
];

/// Days that fall into terms, holidays, the weeks in which clocks change, and on 29 February.
const DAYS: [(i8, i8); 10] =
    [(5, 31), (2, 29), (3, 29), (10, 27), (1, 1), (12, 27), (4, 13), (6, 8), (9, 10), (7, 1)];

const SPANS: [Span; 7] = [
    Span::SchoolDays(1),
    Span::SchoolDays(20),
    Span::SchoolDays(60),
    Span::SchoolDays(190),
    Span::Weeks(1),
    Span::Weeks(6),
    Span::Weeks(26),
];

/// Twelve school years, so that the first and the last of ten have all days before and after.
fn school(set: &[Term; 6]) -> SchoolYear {
    let mut school = SchoolYear::default();
    for year in 2025..=2037 {
        let day = |(after, month, day): (i16, i8, i8)| date(year + after, month, day);
        school.terms.extend(set.iter().map(|[first, last]| (day(*first), day(*last))));
        let may = date(year, 5, 1);
        school.closed.push(may + i64::from(may.weekday().until(Weekday::Monday)).days());
        school.closed.extend([date(year, 1, 3), date(year, 2, 24), date(year, 11, 11)]);
    }
    school
}

fn duty(word: &str, due: Due) -> Kept {
    let steps = SPANS.map(|before| Step { name: before.to_string(), before, by: By::Round });
    let duty = Duty {
        word: word.to_owned(),
        name: word.to_owned(),
        rule: "The area's rule".to_owned(),
        source: "https://example.org".to_owned(),
        checked_on: Some(date(2026, 1, 1)),
        responsible: Responsible::Forum,
        due,
        by: By::Document,
        steps: steps.to_vec(),
        is_public: true,
        is_on: true,
    };
    let id = word.into();
    let at = Moment::from_millis(0);
    Kept { id, duty, on_since: Some(at), off_since: None, days_since: at, changed_at: at }
}

/// A span as the second count reads it.
fn short(span: Span) -> String {
    match span {
        Span::SchoolDays(many) => format!("s{many}"),
        Span::Weeks(many) => format!("w{many}"),
    }
}

/// What the second count says to these lines.
fn second_count(lines: &str) -> Vec<Date> {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/count.py");
    let mut python = Command::new("python3")
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    // It reads all of it before it answers.
    python.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let said = python.wait_with_output().unwrap();
    assert!(said.status.success());
    let said = String::from_utf8(said.stdout).unwrap();
    said.lines().map(|day| day.parse().unwrap()).collect()
}

#[test]
fn the_days_of_ten_years_agree_with_a_second_count_for_three_sets_of_terms() {
    for set in &SETS {
        let (mut lines, mut first) = (String::new(), Vec::new());
        let school = school(set);
        for (from, until) in &school.terms {
            lines += &format!("term {from} {until}\n");
        }
        for day in &school.closed {
            lines += &format!("closed {day}\n");
        }
        for (month, day) in DAYS {
            let fixed = duty("fixed", Due::Each { month, day });
            let before = duty("before", Due::Before(Span::Weeks(2), "fixed".to_owned()));
            let twice = duty("twice", Due::Before(Span::SchoolDays(7), "before".to_owned()));
            let school = school.clone();
            let all =
                Everything { duties: vec![fixed, before, twice], school, ..Everything::default() };
            for year in 2027..=2036 {
                for (kept, chain) in all.duties.iter().zip(["", " w2", " w2 s7"]) {
                    let turn = all.turn(kept, year, date(2027, 1, 1));
                    lines += &format!("count {year} {month} {day}{chain}\n");
                    first.push(turn.due.expect("the terms tell"));
                    for step in &turn.steps {
                        let span = short(step.before.expect("one of its steps"));
                        lines += &format!("count {year} {month} {day}{chain} {span}\n");
                        first.push(step.by.expect("the terms tell"));
                    }
                }
            }
        }
        let second = second_count(&lines);
        assert_eq!(first.len(), 10 * 10 * 3 * 8);
        assert_eq!(first.len(), second.len());
        let asked = lines.lines().filter(|line| line.starts_with("count"));
        for ((first, second), asked) in first.iter().zip(&second).zip(asked) {
            assert_eq!(first, second, "{asked}");
        }
    }
}
