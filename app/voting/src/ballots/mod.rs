//! Ballots in a file, to count them again: our own CSV, or a Pabulib file of approval votes, or
//! of one choice each. Pure.
//!
//! Ours has the header `voter,topics` and one line per voter: `17,3;8;21`, topics by their number
//! in the order of proposal, from 1. Pabulib's format is described at
//! <https://pabulib.org/format>; its projects are numbered from 1 in the order of the file, and
//! what they cost is ignored.

mod pabulib;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord, Trim};
use num_rational::BigRational;

use crate::count::{Choice, CountPhase, Election, UnknownTopic};

/// The most topics a file can name. A number beyond it is a typing error.
pub const MOST_TOPICS: usize = 100_000;
/// The largest file, in bytes: some millions of ballots.
pub const LARGEST: usize = 64 * 1024 * 1024;

/// What is wrong with a file, and in which line, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {wrong}")]
pub struct Fault {
    pub line: u64,
    pub wrong: Wrong,
}

/// What can be wrong with a file of ballots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Too large to be ballots.
    #[error("the file is larger than {} MB", LARGEST / (1024 * 1024))]
    TooLarge,
    /// Another encoding, or no text at all.
    #[error("this is not UTF-8 text")]
    NotText,
    /// Neither of the two formats.
    #[error("the first line should be: voter,topics")]
    Header,
    /// A line of a CSV with more or less than two parts.
    #[error("this line should have a voter and their topics, as in: 17,3;8")]
    Parts,
    /// Topics without a voter.
    #[error("there is no voter before the topics")]
    NoVoter,
    /// Two lines for one voter.
    #[error("voter {0} appears twice")]
    SameVoter(String),
    /// A topic that is not a number from 1.
    #[error("there is no topic ‘{0}’: use its number")]
    NotATopic(String),
    /// A number above that of the last topic.
    #[error("topic {topic} is not one of the {topics} topics")]
    UnknownTopic { topic: usize, topics: usize },
    /// A Pabulib file with another type of vote.
    #[error("the votes are of type ‘{0}’, and only approval and choose-1 votes can be counted")]
    VoteType(String),
    /// A vote for several projects where the file says one each.
    #[error("this vote names {0} projects, and the votes are of type ‘choose-1’")]
    MoreThanOne(usize),
    /// A Pabulib file without a part that is needed.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Two projects of a Pabulib file with one name.
    #[error("project {0} appears twice")]
    SameProject(String),
    /// A vote for what is not among the projects.
    #[error("there is no project ‘{0}’")]
    UnknownProject(String),
}

impl From<UnknownTopic> for Wrong {
    fn from(UnknownTopic { topic, topics }: UnknownTopic) -> Self {
        Self::UnknownTopic { topic: topic + 1, topics }
    }
}

/// Reads the ballots of a file in either format. `topics` says how many topics there were; without
/// it the highest number in a CSV is the last topic. A Pabulib file says so itself.
///
/// # Errors
/// The first fault of the file.
pub fn read(file: &[u8], topics: Option<usize>) -> Result<Election, Fault> {
    if file.len() > LARGEST {
        return Err(Fault { line: 1, wrong: Wrong::TooLarge });
    }
    let text = std::str::from_utf8(file).map_err(|error| Fault {
        line: line_at(file, error.valid_up_to()),
        wrong: Wrong::NotText,
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if pabulib::is_one(text) { pabulib::read(text) } else { read_csv(text, topics) }
}

/// How a shortlist is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By equal shares, then on credit.
    Shares,
    /// Most supporters first.
    Count,
}

/// The chosen topics as a command prints them: their numbers from 1, in the order chosen, one per
/// line, with the reason after each if wanted.
#[must_use]
pub fn recount(election: &Election, seats: usize, method: Method, explain: bool) -> String {
    let line = |topic: usize, reason: String| {
        if explain { format!("{}: {reason}\n", topic + 1) } else { format!("{}\n", topic + 1) }
    };
    match method {
        Method::Shares => election
            .equal_shares(seats)
            .iter()
            .map(|choice| line(choice.topic, reason(choice)))
            .collect(),
        Method::Count => election
            .plain_count(seats)
            .into_iter()
            .map(|topic| line(topic, format!("{} supporters", election.supporters(topic))))
            .collect(),
    }
}

fn reason(choice: &Choice) -> String {
    let people = format!(
        "{} supporters, {} of them with no topic above",
        choice.supporters.all, choice.unrepresented.all
    );
    let price = decimal(&choice.price);
    match choice.phase {
        CountPhase::Shares => {
            format!("{people}; they can pay for it with {price} each, or all they have left")
        }
        CountPhase::Credit => {
            format!("{people}; nobody can pay any more: these would owe the least: {price} each")
        }
    }
}

/// Six decimals, cut off. Only for people to read: the count compares exact fractions.
fn decimal(price: &BigRational) -> String {
    let millionths = (price * BigRational::from_integer(1_000_000.into())).to_integer();
    let (whole, rest) = (&millionths / 1_000_000, millionths % 1_000_000);
    format!("{whole}.{rest:0>6}")
}

fn read_csv(text: &str, topics: Option<usize>) -> Result<Election, Fault> {
    let mut lines = records(text, b',');
    let header = lines
        .next()
        .filter(|(_, header)| header.iter().map(str::to_ascii_lowercase).eq(["voter", "topics"]));
    header.ok_or(Fault { line: 1, wrong: Wrong::Header })?;
    let mut election = Election::new(topics.unwrap_or(MOST_TOPICS).min(MOST_TOPICS));
    let mut voters = HashSet::new();
    for (line, record) in lines {
        let at = |wrong| Fault { line, wrong };
        let (Some(voter), Some(named), None) = (record.get(0), record.get(1), record.get(2)) else {
            return Err(at(Wrong::Parts));
        };
        let ballot = topics_in(named).map_err(at)?;
        meet(voter, &mut voters).map_err(at)?;
        election.add(ballot).map_err(|unknown| at(unknown.into()))?;
    }
    Ok(election)
}

/// The topics of one ballot, counted from 0.
fn topics_in(named: &str) -> Result<Vec<usize>, Wrong> {
    let number = |name: &str| {
        let number = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        number.ok_or_else(|| Wrong::NotATopic(short(name)))
    };
    named.split(';').map(str::trim).filter(|name| !name.is_empty()).map(number).collect()
}

/// Notes that a voter has a line, and refuses a second.
fn meet(voter: &str, voters: &mut HashSet<String>) -> Result<(), Wrong> {
    if voter.is_empty() {
        return Err(Wrong::NoVoter);
    }
    if voters.insert(voter.to_owned()) { Ok(()) } else { Err(Wrong::SameVoter(short(voter))) }
}

/// The lines of a text that are not empty, with their number. Line breaks within quotes are text.
fn records(text: &str, delimiter: u8) -> impl Iterator<Item = (u64, StringRecord)> {
    let reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let numbered = |record: StringRecord| {
        let (line, byte) =
            record.position().map_or((1, 0), |position| (position.line(), position.byte()));
        // The reader skips empty lines without counting them towards the next record.
        let rest = usize::try_from(byte)
            .ok()
            .and_then(|byte| text.as_bytes().get(byte..))
            .unwrap_or_default();
        let skipped = rest
            .iter()
            .take_while(|byte| b"\r\n".contains(byte))
            .filter(|&&byte| byte == b'\n')
            .count();
        (line + skipped as u64, record)
    };
    // The text is UTF-8 and lines may be of any length, so the reader accepts every record.
    let records = reader.into_records().map_while(Result::ok);
    records.map(numbered).filter(|(_, record)| record.iter().any(|field| !field.is_empty()))
}

fn line_at(file: &[u8], byte: usize) -> u64 {
    1 + file[..byte].iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// Enough of a word to recognise it.
fn short(word: &str) -> String {
    const LONGEST: usize = 40;
    if word.chars().count() <= LONGEST {
        word.to_owned()
    } else {
        word.chars().take(LONGEST).chain(['…']).collect()
    }
}
