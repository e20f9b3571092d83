//! What is remembered of one life, to be found again in their copies and in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use app::export::WhoseCopy;
use calendar::clock::Moment;
use ground::viewer::Role;

/// Where in their copy something is: a table, a column of it, and what stands there.
pub type Place = (&'static str, &'static str, String);

pub struct Life {
    pub whose: WhoseCopy,
    /// Stands in all that only they and the forum read, and in each of their addresses.
    pub word: String,
    /// The address they have now.
    pub email: String,
    pub roles: &'static [Role],
    /// What they did, by where it is in their copy, and in how many rows at least.
    pub did: BTreeMap<Place, usize>,
    /// What they said that nobody can tell is theirs: it is in no copy, and stays.
    pub unjoined: Vec<String>,
    /// Titles that everyone reads.
    pub published: Vec<String>,
    /// The tables of which something was in a copy of theirs.
    pub copied: BTreeSet<&'static str>,
    pub copied_at: Option<Moment>,
    /// How many other addresses they asked for.
    pub addresses: usize,
    pub has_left: bool,
    /// Whether what they published was to go with them.
    pub takes_down: bool,
}

impl Life {
    pub fn new(whose: WhoseCopy, word: String, email: String, roles: &'static [Role]) -> Self {
        Self {
            whose,
            word,
            email,
            roles,
            did: BTreeMap::new(),
            unjoined: Vec::new(),
            published: Vec::new(),
            copied: BTreeSet::new(),
            copied_at: None,
            addresses: 0,
            has_left: false,
            takes_down: false,
        }
    }

    /// They have something of which they have one, however often they ask for it.
    pub fn has(&mut self, table: &'static str, column: &'static str, value: &str) {
        self.did.insert((table, column, value.to_owned()), 1);
    }

    /// They did something that they can do again.
    pub fn does(&mut self, table: &'static str, column: &'static str, value: &str) {
        *self.did.entry((table, column, value.to_owned())).or_default() += 1;
    }

    pub fn has_any(&self, table: &str) -> bool {
        self.did.keys().any(|(of, ..)| *of == table)
    }

    /// They have another address: whatever went to the one before goes to this one, which can be
    /// undone for a while.
    pub fn moves_to(&mut self, new: String) {
        const UNDO: &str = "address_undos";
        let old = mem::replace(&mut self.email, new);
        for ((table, column, value), rows) in mem::take(&mut self.did) {
            let moves = column == "email" && value == old && table != UNDO;
            let value = if moves { self.email.clone() } else { value };
            self.did.insert((table, column, value), rows);
        }
        self.has(UNDO, "email", &old);
    }
}
