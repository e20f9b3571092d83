//! What is kept about a person: every table with each of its columns, and which of its rows are
//! theirs.
//!
//! Each room lists its own tables in `PERSONAL`. The copy that a person can take is read by these
//! lists, and `docs/what-we-keep.md` is made from them. A test compares them with the tables that
//! the database has: a column that a migration adds is decided about, or the test fails.

mod own;

pub use own::PERSONAL;

/// A table, and what of a person may be in it.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub name: &'static str,
    /// What its rows are to them, as a heading; empty where none is theirs.
    pub title: &'static str,
    pub whose: Whose,
    /// Each of its columns, in the order they are read in.
    pub columns: &'static [Column],
}

/// Which rows of a table `t` are a person's, as conditions in SQL. In them `$1` is the id of their
/// account, or of them as a subscriber; `theirs (id)` are the subscribers that they are, and
/// `addresses (email)` the address they have now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// None of them, and why.
    Nobody(&'static str),
    Account(&'static str),
    /// Those of a subscriber, with an account or without.
    Subscriber(&'static str),
    /// Those of an account, and those of a subscriber that their own link leads to.
    Both {
        account: &'static str,
        subscriber: &'static str,
    },
}

/// A column, by its name, with what it is called for people or why they do not get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// A number that the program gives to a thing, or a hash, for programs that read the copy.
    Id(&'static str),
    /// Words or a number, with a label.
    Text(&'static str, &'static str),
    /// A time, with a label.
    Time(&'static str, &'static str),
    /// 1 for yes and 0 for no, with a label.
    Yes(&'static str, &'static str),
    /// Likewise, where a no says that it does not concern them: then it is not on the page to read.
    If(&'static str, &'static str),
    /// An account, with a label: they are told whether it is their own, and of nobody else who it
    /// is.
    Who(&'static str, &'static str),
    /// No column: the name of what an id is about, as it is called in the copy, with a label and
    /// the SQL that finds it.
    Name(&'static str, &'static str, &'static str),
    /// A column that is not always in the copy, with a label and the SQL that reads it.
    Part(&'static str, &'static str, &'static str),
    /// No column: a file that they uploaded. The columns that hold its hash and its name.
    File(&'static str, &'static str),
    /// Not in the copy, and why.
    Left(&'static str, &'static str),
    /// Not in the copy, for the reason that none of the table's rows is.
    Just(&'static str),
}

/// Why what can be used in their name is not in a file.
pub const SECRET: &str = "a secret, or made from one: whoever had it could act in your name";
/// Why the key of a form is left out.
pub const FORM: &str = "tells a form that was sent twice from one that was sent once";
/// Why what only the program uses is left out.
pub const INSIDE: &str = "how our program does its work; it says nothing about you";
/// Why what describes the area is left out.
pub const AREA: &str = "about the area, and about no person";
/// Why what ties public things to each other is left out.
pub const PUBLIC: &str =
    "what a public page is about; it says nothing about you that is not in the copy";
/// Why another person's words are left out, whoever worked with them.
pub const OTHERS: &str = "someone else's words, or about someone else";
/// Why notes of the safeguarding lead are left out.
pub const CARE: &str =
    "safeguarding notes may be about someone in danger; ask us, and a person will answer you";
/// Why counts are left out.
pub const COUNTED: &str = "numbers about many people, which could give others away";
/// Why answers are left out.
pub const UNJOINED: &str = "nobody can tell whose answers these are, not even we";

/// What of a table is read, in the order of [`Column`]s.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The name it has in the copy.
    pub name: &'static str,
    /// What it is called for people; `None` for what only programs read.
    pub label: Option<&'static str>,
    pub is_time: bool,
    pub is_yes: bool,
    /// Whether a no is of no use to people.
    pub is_if: bool,
    /// The SQL that reads it from a row `t`.
    pub sql: String,
}

impl Column {
    /// Its name in the table; `None` where it is no column of it.
    #[must_use]
    pub fn of_table(self) -> Option<&'static str> {
        match self {
            Self::Id(name)
            | Self::Text(name, _)
            | Self::Time(name, _)
            | Self::Yes(name, _)
            | Self::If(name, _)
            | Self::Who(name, _)
            | Self::Part(name, ..)
            | Self::Left(name, _)
            | Self::Just(name) => Some(name),
            Self::Name(..) | Self::File(..) => None,
        }
    }

    /// How it is read; `None` where it is not in the copy.
    #[must_use]
    pub fn reading(self) -> Option<Reading> {
        let plain = |name: &'static str, label| Reading {
            name,
            label,
            is_time: false,
            is_yes: false,
            is_if: false,
            sql: format!("t.{name}"),
        };
        Some(match self {
            Self::Id(name) => plain(name, None),
            Self::Text(name, label) => plain(name, Some(label)),
            Self::Time(name, label) => Reading { is_time: true, ..plain(name, Some(label)) },
            Self::Yes(name, label) => Reading { is_yes: true, ..plain(name, Some(label)) },
            Self::If(name, label) => {
                Reading { is_yes: true, is_if: true, ..plain(name, Some(label)) }
            }
            Self::Who(name, label) => {
                let sql = format!(
                    "CASE WHEN t.{name} = $1 THEN 'you'
                     WHEN t.{name} IS NOT NULL THEN 'someone else' END"
                );
                Reading { sql, ..plain(name, Some(label)) }
            }
            Self::Name(name, label, sql) | Self::Part(name, label, sql) => {
                Reading { sql: sql.to_owned(), ..plain(name, Some(label)) }
            }
            Self::File(..) | Self::Left(..) | Self::Just(_) => return None,
        })
    }

    /// Why it is not in the copy; `None` where it is, or where the table says why.
    #[must_use]
    pub fn left_out(self) -> Option<&'static str> {
        if let Self::Left(_, why) = self { Some(why) } else { None }
    }
}

impl Table {
    pub fn readings(&self) -> impl Iterator<Item = Reading> + use<> {
        self.columns.iter().filter_map(|column| column.reading())
    }

    /// The columns that hold the hash and the name of a file, if its rows have one.
    #[must_use]
    pub fn file(&self) -> Option<(&'static str, &'static str)> {
        self.columns.iter().find_map(|column| match column {
            Column::File(hash, name) => Some((*hash, *name)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_account_only_whether_it_is_their_own_is_read() {
        let sql = Column::Who("approved_by", "Approved by").reading().map(|reading| reading.sql);
        let sql = sql.expect("it is read");
        assert!(sql.starts_with("CASE WHEN t.approved_by = $1 THEN 'you'"), "{sql}");
        assert_eq!(Column::Left("token_hash", SECRET).left_out(), Some(SECRET));
        assert!(Column::Left("token_hash", SECRET).reading().is_none());
    }
}
