//! The list of questions as the program holds it, the steps that change it, and what somebody else
//! changed meanwhile. Pure.

use serde::{Deserialize, Serialize};

/// The list as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The id of the consultation.
    pub consultation: String,
    /// Which version of the questions this is.
    pub version: i64,
    /// How often the list was changed.
    pub edits: i64,
    /// The questions, in order.
    pub rows: Vec<Row>,
}

/// A question as a row of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub key: String,
    /// The heading that begins above it; empty for none.
    pub heading: String,
    pub text: String,
    /// How it is answered and by whom, in words.
    pub how: String,
    /// The question as the fields of its form hold it.
    pub fields: Vec<(String, String)>,
    /// The options that can decide who is asked a later question: (key, words).
    pub options: Vec<(String, String)>,
    /// The questions that decide who is asked this one.
    pub leads: Vec<Lead>,
    /// Whether nobody would ever be asked it, as it stands.
    pub is_dead_end: bool,
    /// What must be corrected before the consultation opens.
    pub faults: Vec<String>,
}

/// The answers to another question that lead to this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The key of that question.
    pub question: String,
    /// The keys of its options.
    pub any_of: Vec<String>,
}

/// A kind of question, as an organiser chooses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    pub word: String,
    pub title: String,
    /// The fields of the form that it has beside those of every question.
    pub asks: Vec<String>,
}

/// One step that changes the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// A question to this place, the first being 0.
    Move { key: String, to: usize },
    /// Without this question.
    Remove { key: String },
    /// A question as its form sends it; without a key a new one, after another.
    Save { key: String, after: String, sent: String },
    /// The whole list as it was.
    PutBack { list: String },
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// It is kept; the list as it is now, and the whole of it before.
    Kept { listed: Listed, before: String },
    /// What to correct: the field, and what to do.
    Refused(Vec<(String, String)>),
    /// Somebody else changed the list since; as it is now.
    Changed(Listed),
    /// Parents are answering these questions, or could not answer the changed ones.
    Frozen(Listed),
}

/// The rows as they will be once a step is kept, as far as can be known before.
pub fn ahead(rows: &mut Vec<Row>, step: &Step) {
    match step {
        Step::Move { key, to } => {
            let Some(at) = place(rows, key) else { return };
            let headings: Vec<String> = rows.iter().map(|row| row.heading.clone()).collect();
            let row = rows.remove(at);
            rows.insert((*to).min(rows.len()), row);
            // Headings stay where they are.
            for (row, heading) in rows.iter_mut().zip(headings) {
                row.heading = heading;
            }
        }
        Step::Remove { key } => {
            let Some(at) = place(rows, key) else { return };
            let heading = rows.remove(at).heading;
            if let Some(next) = rows.get_mut(at).filter(|next| next.heading.is_empty()) {
                next.heading = heading;
            }
        }
        Step::Save { .. } | Step::PutBack { .. } => {}
    }
}

/// Where a question is in the list, the first being 0.
pub fn place(rows: &[Row], key: &str) -> Option<usize> {
    rows.iter().position(|row| row.key == key)
}

/// The place a row goes to that is let go before the row at `slot`; `slot` is one more than the
/// last place where it is let go after all.
pub fn dropped(from: usize, slot: usize) -> usize {
    if slot > from { slot - 1 } else { slot }
}

/// What somebody changed in a list, each in a sentence; nothing where both are the same.
pub fn differences(before: &[Row], now: &[Row]) -> Vec<String> {
    let mut all = Vec::new();
    for row in now {
        match before.iter().find(|old| old.key == row.key) {
            None => all.push(format!("Added: “{}”", row.text)),
            Some(old) if old.text != row.text => {
                all.push(format!("Changed: “{}” is now “{}”", old.text, row.text));
            }
            Some(old) if old.fields != row.fields => all.push(format!("Changed: “{}”", row.text)),
            Some(_) => {}
        }
    }
    for row in before.iter().filter(|row| place(now, &row.key).is_none()) {
        all.push(format!("Removed: “{}”", row.text));
    }
    let both = |rows: &[Row], other: &[Row]| -> Vec<String> {
        let kept = rows.iter().filter(|row| place(other, &row.key).is_some());
        kept.map(|row| row.key.clone()).collect()
    };
    if both(before, now) != both(now, before) {
        all.push("Some questions are in another order".to_owned());
    }
    all
}

/// The value of a field of a question's form; empty for none.
pub fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: &str) -> Row {
        Row { key: key.into(), text: format!("{key}?"), ..Row::default() }
    }

    fn rows(keys: &[&str]) -> Vec<Row> {
        keys.iter().map(|key| row(key)).collect()
    }

    fn keys(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(|row| row.key.as_str()).collect()
    }

    #[test]
    fn a_step_shows_at_once_and_headings_stay() {
        let mut list = rows(&["a", "b", "c"]);
        list[0].heading = "First".into();
        ahead(&mut list, &Step::Move { key: "a".into(), to: 2 });
        assert_eq!(keys(&list), ["b", "c", "a"]);
        assert_eq!((list[0].heading.as_str(), list[2].heading.as_str()), ("First", ""));
        ahead(&mut list, &Step::Remove { key: "b".into() });
        assert_eq!((keys(&list), list[0].heading.as_str()), (vec!["c", "a"], "First"));
        let before = list.clone();
        ahead(&mut list, &Step::Move { key: "gone".into(), to: 0 });
        ahead(&mut list, &Step::Remove { key: "gone".into() });
        ahead(&mut list, &Step::PutBack { list: "[]".into() });
        assert_eq!(list, before);
        ahead(&mut list, &Step::Move { key: "c".into(), to: 9 });
        assert_eq!(keys(&list), ["a", "c"]);
    }

    #[test]
    fn a_row_that_is_let_go_between_others_goes_between_them() {
        for (from, slot, to) in [(0, 0, 0), (0, 1, 0), (0, 2, 1), (0, 3, 2), (2, 0, 0), (2, 3, 2)] {
            assert_eq!(dropped(from, slot), to, "{from} before {slot}");
        }
    }

    #[test]
    fn what_somebody_else_changed_is_told_in_sentences() {
        let before = rows(&["a", "b", "c"]);
        assert_eq!(differences(&before, &before), Vec::<String>::new());
        let mut now = rows(&["c", "a", "new"]);
        now[1].text = "Other?".into();
        now[0].fields = vec![("help".into(), "Words".into())];
        assert_eq!(
            differences(&before, &now),
            [
                "Changed: “c?”",
                "Changed: “a?” is now “Other?”",
                "Added: “new?”",
                "Removed: “b?”",
                "Some questions are in another order",
            ]
        );
        assert_eq!(differences(&before, &rows(&["a", "c"])), ["Removed: “b?”"]);
    }
}
