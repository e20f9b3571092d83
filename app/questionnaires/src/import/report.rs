//! What could not be imported, in as few lines as a person can read: where the same is to be said
//! of several places, they share a line. Every place is named, however many there are.

use std::collections::{BTreeMap, BTreeSet};

use super::{NotTaken, cut};

/// The longest line that names what was left out, in characters.
const LONGEST_REASON: usize = 600;
/// The longest list in a line, in characters.
const LONGEST_LIST: usize = 300;
/// After so many lines it is only named where more could not be imported.
const MOST_LINES: usize = 1_000;
/// The most places that are named. A file of a person has fewer.
const MOST_PLACES: usize = 100_000;
/// So many values of one column or attribute have a line of their own.
const MOST_VALUES: usize = 12;

#[derive(Default)]
pub(super) struct Report {
    lines: Vec<(String, Vec<String>)>,
    /// Which line says what.
    known: BTreeMap<String, usize>,
    /// Where more could not be imported than there are lines for.
    more: BTreeSet<String>,
    places: usize,
    unnamed: usize,
    /// What nobody took: it is named after everything else.
    unread: Vec<NotTaken>,
}

impl Report {
    /// Says what became of something, and why.
    pub fn say(&mut self, at: &str, what: &str) {
        let (at, what) = (cut(at, 80), cut(what, LONGEST_REASON));
        let line = self.known.get(&what).copied();
        if line.is_some_and(|line| self.lines[line].1.last() == Some(&at)) {
            return;
        }
        if self.places == MOST_PLACES {
            self.unnamed += 1;
            return;
        }
        self.places += 1;
        if let Some(line) = line {
            self.lines[line].1.push(at);
        } else if self.lines.len() < MOST_LINES {
            self.known.insert(what.clone(), self.lines.len());
            self.lines.push((what, vec![at]));
        } else {
            self.more.insert(at);
        }
    }

    /// Names what nobody took.
    pub fn name(&mut self, at: &str, what: &str) {
        self.unread.push(NotTaken { at: cut(at, 80), what: cut(what, LONGEST_REASON) });
    }

    /// Names many things at once, in as many lines as that takes.
    pub fn name_all(&mut self, at: &str, why: &str, names: impl IntoIterator<Item = String>) {
        let names: Vec<String> = names.into_iter().collect();
        for list in packed(&names, ", ") {
            self.name(at, &format!("{why}: {list}"));
        }
    }

    /// Names the values under one name that nobody took: each with where it is, as `of a and b` or
    /// `in rows 3 to 5`.
    pub fn name_values(&mut self, at: &str, why: &str, values: &[(String, Vec<String>)]) {
        let (each, others) = values.split_at(values.len().min(MOST_VALUES));
        for (value, places) in each {
            for place in places {
                let value = cut(value, 60);
                self.name(at, &format!("Left out {place}: {why}. It says “{value}”"));
            }
        }
        for place in others.iter().flat_map(|(_, places)| places) {
            self.name(at, &format!("Left out {place}: {why}. It says something else there"));
        }
    }

    /// All that was said, and then what nobody took.
    pub fn done(self) -> Vec<NotTaken> {
        let mut all = Vec::new();
        for (what, places) in &self.lines {
            let line = |at: String| NotTaken { at, what: what.clone() };
            all.extend(together(places).into_iter().map(line));
        }
        let more: Vec<String> = self.more.into_iter().collect();
        for at in together(&more) {
            all.push(NotTaken {
                at,
                what: "More of this couldn't be imported as it is".to_owned(),
            });
        }
        if self.unnamed > 0 {
            let what =
                format!("{} more things couldn't be imported: too many to name", self.unnamed);
            all.push(NotTaken { at: "The rest of the file".to_owned(), what });
        }
        all.extend(self.unread);
        all
    }
}

/// Places in words: `Questions a, b and c`, `Rows 3 to 5 of survey`.
fn together(places: &[String]) -> Vec<String> {
    if places.len() < 2 {
        return places.to_vec();
    }
    for (one, many) in
        [("Question ", "Questions "), ("Group ", "Groups "), ("The list ", "The lists ")]
    {
        let bare: Option<Vec<String>> =
            places.iter().map(|at| Some(at.strip_prefix(one)?.to_owned())).collect();
        if let Some(bare) = bare {
            return lists(&bare).into_iter().map(|list| format!("{many}{list}")).collect();
        }
    }
    let sheet = places[0].split_once(" of ").map_or("", |(_, sheet)| sheet).to_owned();
    let number = |at: &String| {
        at.strip_prefix("Row ")?.strip_suffix(&format!(" of {sheet}"))?.parse::<u32>().ok()
    };
    let rows: Option<Vec<u32>> = places.iter().map(number).collect();
    match rows {
        Some(rows) => rows_in_words(&rows)
            .into_iter()
            .map(|rows| format!("{}{} of {sheet}", rows[..1].to_uppercase(), &rows[1..]))
            .collect(),
        None => packed(places, ", "),
    }
}

/// Rows in words: `row 3`, `rows 3, 5 and 7 to 9`; in several lists where one would be too long.
pub(super) fn rows_in_words(rows: &[u32]) -> Vec<String> {
    let rows: BTreeSet<u32> = rows.iter().copied().collect();
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    for row in &rows {
        match stretches.last_mut().filter(|(_, last)| last + 1 == *row) {
            Some((_, last)) => *last = *row,
            None => stretches.push((*row, *row)),
        }
    }
    let in_words = |(first, last): (u32, u32)| match last - first {
        0 => vec![first.to_string()],
        1 => vec![first.to_string(), last.to_string()],
        _ => vec![format!("{first} to {last}")],
    };
    let parts: Vec<String> = stretches.into_iter().flat_map(in_words).collect();
    let word = if rows.len() == 1 { "row" } else { "rows" };
    lists(&parts).into_iter().map(|list| format!("{word} {list}")).collect()
}

/// Names in words, each once: `a, b and c`; in several lists where one would be too long.
pub(super) fn lists(names: &[String]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let once: Vec<String> =
        names.iter().filter(|name| known.insert(name.as_str())).cloned().collect();
    match once.split_last() {
        Some((last, before)) if !before.is_empty() => {
            let mut all = packed(before, ", ");
            if let Some(list) = all.last_mut() {
                list.push_str(&format!(" and {}", cut(last, 60)));
            }
            all
        }
        _ => once,
    }
}

/// Names one after the other, in as many lines as that takes.
fn packed(names: &[String], between: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        let name = cut(name, 120);
        match lines.last_mut() {
            Some(line) if line.chars().count() + name.chars().count() < LONGEST_LIST => {
                line.push_str(between);
                line.push_str(&name);
            }
            _ => lines.push(name),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(of: impl IntoIterator<Item = (String, String)>) -> Vec<NotTaken> {
        let mut report = Report::default();
        of.into_iter().for_each(|(at, what)| report.say(&at, &what));
        report.done()
    }

    #[test]
    fn where_the_same_is_said_of_several_questions_or_rows_they_share_a_line() {
        let all = [
            ("Question a", "One"),
            ("Row 3 of survey", "Two"),
            ("Question b", "One"),
            ("Row 4 of survey", "Two"),
            ("Row 5 of survey", "Two"),
            ("Row 9 of survey", "Two"),
            ("Question b", "Three"),
        ];
        let all = all.map(|(at, what)| (at.to_owned(), what.to_owned()));
        let lines: Vec<String> =
            said(all).into_iter().map(|not| format!("{}: {}", not.at, not.what)).collect();
        assert_eq!(
            lines,
            ["Questions a and b: One", "Rows 3 to 5 and 9 of survey: Two", "Question b: Three"]
        );
    }

    #[test]
    fn every_question_is_named_however_many_cannot_be_imported() {
        let place = |nth: usize| format!("Question q{nth}x");
        for different in [false, true] {
            let what =
                |nth: usize| if different { format!("{nth}") } else { "Left out".to_owned() };
            let lines = said((0..3_000).map(|nth| (place(nth), what(nth))));
            let whole: String = lines.iter().map(|not| format!("{} | ", not.at)).collect();
            let is_named = |nth: &usize| whole.contains(&format!("q{nth}x"));
            assert!((0..3_000).all(|nth| is_named(&nth)), "{whole}");
            assert!(lines.iter().all(|not| not.at.chars().count() < 400));
        }
    }

    #[test]
    fn a_report_ends_somewhere() {
        let lines = said((0..MOST_PLACES + 7).map(|nth| ("row".repeat(1_000), format!("{nth}"))));
        assert!(lines.len() <= MOST_LINES + 2);
        assert!(lines.iter().all(|not| not.at.chars().count() <= 80));
        let last = lines.last().expect("a line");
        assert_eq!(last.what, "7 more things couldn't be imported: too many to name");
        let same = said((0..100_000).map(|_| ("a list".to_owned(), "The same".to_owned())));
        assert_eq!(same.len(), 1);
    }

    #[test]
    fn names_are_listed_once_each_and_rows_by_stretches() {
        let of = |names: &[&str]| lists(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(of(&["a"]), ["a"]);
        assert_eq!(of(&["a", "b", "a"]), ["a and b"]);
        assert_eq!(of(&["a", "b", "c"]), ["a, b and c"]);
        assert_eq!(rows_in_words(&[3]), ["row 3"]);
        assert_eq!(rows_in_words(&[2, 3]), ["rows 2 and 3"]);
        assert_eq!(rows_in_words(&[9, 2, 4, 3]), ["rows 2 to 4 and 9"]);
    }
}
