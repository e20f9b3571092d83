//! A day, a span and a step, as people write and read them.

use std::fmt;
use std::str::FromStr;

use calendar::clock;
use calendar::months;
use calendar::school::NoTerms;
use jiff::civil::Date;

use super::{By, Due, Span, Step};

/// The most steps of a duty.
pub const MOST_STEPS: usize = 12;

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SchoolDays(1) => f.write_str("1 school day"),
            Self::SchoolDays(many) => write!(f, "{many} school days"),
            Self::Weeks(1) => f.write_str("1 week"),
            Self::Weeks(many) => write!(f, "{many} weeks"),
        }
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write how long before, like 60 school days or 6 weeks".to_owned();
        let (many, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let many: u16 = many.parse().map_err(|_| wrong())?;
        match unit.trim() {
            "school day" | "school days" if (1..=190).contains(&many) => Ok(Self::SchoolDays(many)),
            "week" | "weeks" if (1..=52).contains(&many) => Ok(Self::Weeks(many)),
            "school day" | "school days" => Err("use 1 to 190 school days".to_owned()),
            "week" | "weeks" => Err("use 1 to 52 weeks".to_owned()),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Each { month, day } => write!(f, "{day} {}", months::name(*month)),
            Self::Before(span, word) => write!(f, "{span} before {word}"),
        }
    }
}

impl FromStr for Due {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((span, word)) = text.split_once(" before ") {
            return Ok(Self::Before(span.parse()?, word_of(word)?));
        }
        let wrong = || "write a day like 31 May, or 20 school days before another duty".to_owned();
        let (day, month) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let day: i8 = day.parse().map_err(|_| wrong())?;
        let is_it = |name: &&str| name.eq_ignore_ascii_case(month.trim());
        let month = months::NAMES.iter().position(is_it).ok_or_else(wrong)?;
        let month = i8::try_from(month + 1).map_err(|_| wrong())?;
        // A year with a 29 February has every day that any year has.
        Date::new(2024, month, day).map_err(|_| format!("there is no {}", text.trim()))?;
        Ok(Self::Each { month, day })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} before | {}", self.name, self.before, self.by.word())
    }
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('|').map(str::trim).collect();
        let [name, before, by] = parts[..] else {
            let wrong =
                "write a step like: The voting round must open | 60 school days before | round";
            return Err(wrong.to_owned());
        };
        let name = forms::within(forms::line(name), 120, "say what must happen")?;
        let before = before.strip_suffix("before").unwrap_or(before).parse()?;
        let by = By::read(by).ok_or("end it with round, consultation, notice or document")?;
        Ok(Self { name, before, by })
    }
}

/// Steps as a form and a table hold them, one a line.
#[must_use]
pub fn steps_as_text(steps: &[Step]) -> String {
    steps.iter().map(Step::to_string).collect::<Vec<_>>().join("\n")
}

/// Reads what [`steps_as_text`] writes.
///
/// # Errors
/// What is wrong with which step.
pub fn steps(text: &str) -> Result<Vec<Step>, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let each = lines.enumerate().map(|(nth, line)| {
        line.parse::<Step>().map_err(|wrong| format!("Step {}: {wrong}", nth + 1))
    });
    let steps: Vec<Step> = each.collect::<Result<_, _>>()?;
    if steps.len() > MOST_STEPS {
        return Err(format!("Use {MOST_STEPS} steps or fewer"));
    }
    for (nth, step) in steps.iter().enumerate() {
        if steps[..nth].iter().any(|other| other.name == step.name) {
            return Err(format!("Step {}: another step says the same", nth + 1));
        }
    }
    Ok(steps)
}

/// The word of a duty: of a to z, digits and hyphens.
pub(super) fn word_of(text: &str) -> Result<String, String> {
    let word = text.trim().to_lowercase();
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=40).contains(&word.len()) && word.chars().all(is_letter) {
        Ok(word)
    } else {
        Err("use a short name without spaces for a duty, like transport-16".to_owned())
    }
}

/// A day in words: "Monday 12 January 2027".
#[must_use]
pub fn in_words(day: Date) -> String {
    clock::day_of(&day.to_string()).unwrap_or_else(|| day.to_string())
}

/// What to do where the terms don't tell about a day.
#[must_use]
pub fn enter_terms(NoTerms(day): NoTerms) -> String {
    format!(
        "We can't count the school days. An administrator must first enter the school terms around \
         {}.",
        in_words(day)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_a_span_and_a_step_are_read_as_they_are_written_and_refused_plainly() {
        for text in ["31 May", "29 February", "20 school days before transport-16"] {
            assert_eq!(text.parse::<Due>().map(|due| due.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "31 June",
            "30 February",
            "0 May",
            "May 31",
            "soon",
            "0 weeks before a",
            "53 weeks before a",
            "191 school days before a",
            "6 months before a",
            "6 weeks before two words",
            "-1 weeks before a",
        ] {
            assert!(text.parse::<Due>().is_err(), "{text}");
        }
        let text = "The round must open | 60 school days before | round";
        assert_eq!(steps(text).map(|steps| steps_as_text(&steps)), Ok(text.to_owned()));
        let wrong = steps(&format!("{text}\nA draft"));
        assert!(wrong.expect_err("no span").starts_with("Step 2: write a step like"));
        assert!(steps(&format!("{text}\n{text}")).is_err(), "the same step twice");
    }
}
