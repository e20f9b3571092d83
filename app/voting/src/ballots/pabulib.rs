//! Reads a Pabulib file: three tables one below the other, each with a title line and a header.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;

use super::{Fault, Wrong, meet, records, short};
use crate::count::Election;

/// The most columns of a table: each line looks for its own among them.
const MOST_COLUMNS: usize = 100;

/// Whether a text begins as a Pabulib file does.
pub(super) fn is_one(text: &str) -> bool {
    records(text, b';').next().is_some_and(|(_, record)| title(&record) == Some(Section::Meta))
}

pub(super) fn read(text: &str) -> Result<Election, Fault> {
    let mut file = File::default();
    let mut last = 1;
    for (line, record) in records(text, b';') {
        file.take(&record).map_err(|wrong| Fault { line, wrong })?;
        last = line;
    }
    file.election.ok_or(Fault { line: last, wrong: Wrong::Missing("VOTES") })
}

/// What has been read so far.
#[derive(Default)]
struct File {
    section: Option<Section>,
    header: Option<Vec<String>>,
    /// How many projects a vote may name; known once META has said it.
    votes: Option<VoteType>,
    projects: HashMap<String, usize>,
    voters: HashSet<String>,
    /// From the title VOTES on.
    election: Option<Election>,
}

/// The types of votes that are approvals, by their names in META.
#[derive(Clone, Copy, PartialEq, Eq)]
enum VoteType {
    /// `approval`: as many projects as a voter likes.
    Any,
    /// `choose-1`: one.
    One,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Meta,
    Projects,
    Votes,
}

impl File {
    fn take(&mut self, record: &StringRecord) -> Result<(), Wrong> {
        if let Some(section) = title(record) {
            (self.section, self.header) = (Some(section), None);
            return if section == Section::Votes { self.begin_votes() } else { Ok(()) };
        }
        let Some(header) = &self.header else {
            let columns = record.iter().take(MOST_COLUMNS);
            self.header = Some(columns.map(str::to_ascii_lowercase).collect());
            return Ok(());
        };
        let column = |name: &'static str| -> Result<&str, Wrong> {
            let at = header.iter().position(|column| column == name).ok_or(Wrong::Missing(name))?;
            Ok(record.get(at).unwrap_or_default())
        };
        match self.section {
            Some(Section::Meta) => {
                self.votes = vote_type(column("key")?, column("value")?)?.or(self.votes);
            }
            Some(Section::Projects) => {
                let project = column("project_id")?;
                let number = self.projects.len();
                if self.projects.insert(project.to_owned(), number).is_some() {
                    return Err(Wrong::SameProject(short(project)));
                }
            }
            Some(Section::Votes) => {
                let (voter, vote) = (column("voter_id")?, column("vote")?);
                let named = vote.split(',').map(str::trim).filter(|project| !project.is_empty());
                let number = |project| {
                    self.projects
                        .get(project)
                        .copied()
                        .ok_or_else(|| Wrong::UnknownProject(short(project)))
                };
                let ballot = named.map(number).collect::<Result<Vec<usize>, _>>()?;
                if self.votes == Some(VoteType::One) && ballot.len() > 1 {
                    return Err(Wrong::MoreThanOne(ballot.len()));
                }
                meet(voter, &mut self.voters)?;
                if let Some(election) = &mut self.election {
                    election.add(ballot)?;
                }
            }
            None => {}
        }
        Ok(())
    }

    fn begin_votes(&mut self) -> Result<(), Wrong> {
        if self.votes.is_none() {
            return Err(Wrong::Missing("vote_type in META"));
        }
        if self.projects.is_empty() {
            return Err(Wrong::Missing("PROJECTS before VOTES"));
        }
        self.election.get_or_insert_with(|| Election::new(self.projects.len()));
        Ok(())
    }
}

fn title(record: &StringRecord) -> Option<Section> {
    if record.is_empty() || record.iter().skip(1).any(|field| !field.is_empty()) {
        return None;
    }
    let titles =
        [("META", Section::Meta), ("PROJECTS", Section::Projects), ("VOTES", Section::Votes)];
    titles
        .into_iter()
        .find(|(title, _)| record[0].eq_ignore_ascii_case(title))
        .map(|(_, section)| section)
}

/// What a line of META says about the type of the votes, where it is the one that does.
fn vote_type(key: &str, value: &str) -> Result<Option<VoteType>, Wrong> {
    match (key, value) {
        ("vote_type", "approval") => Ok(Some(VoteType::Any)),
        ("vote_type", "choose-1") => Ok(Some(VoteType::One)),
        ("vote_type", other) => Err(Wrong::VoteType(short(other))),
        _ => Ok(None),
    }
}
