//! The tables of the pack as its page for people words them: headings and words as the service's
//! own pages have them, and times as London's clocks show them. `record.json` and the CSVs keep
//! what programs read.

use calendar::clock;
use ground::takedown;
use ground::viewer::Role;
use involvement::rung::Rung;
use involvement::session::SessionState;
use local_offer::rules::{Subject, Voice};
use outcomes::rules::{CLAIMED_WORD, Stage, Verdict};
use plans::rules::AnswerKind;
use waits::months::Month;

use crate::tables::{Cell, Table};

/// The columns that hold an id beside the title of what it is of. Nobody reads an id.
const BESIDE_A_TITLE: [&str; 6] = ["plan", "session", "notice", "round", "consultation", "report"];

/// The columns of a table that people read, by number and heading.
pub fn columns(table: &Table) -> Vec<(usize, String)> {
    let has_title = table.columns.iter().any(|column| column == "title");
    let is_read = |column: &str| !(has_title && BESIDE_A_TITLE.contains(&column));
    let columns = table.columns.iter().enumerate();
    columns
        .filter(|(_, column)| is_read(column))
        .map(|(nth, column)| (nth, heading(&table.name, column)))
        .collect()
}

/// What a column is called.
fn heading(table: &str, column: &str) -> String {
    let heading = match (table, column) {
        ("timeline", "what") => "What happened",
        ("timeline", "role") => "Who did it",
        ("sessions", "standing") => "Did it take place?",
        ("sessions", "confirmed") => "Confirmed on",
        ("sessions", "disputed") => "The forum disagreed on",
        ("taken_down", "id") => "Of which",
        ("taken_down", "taken_down") => "Taken down on",
        ("comments", "subject") => "What it is about",
        ("comments", "done") => "Done, as the forum says",
        ("waits", "shown") => "What counts",
        ("contributors_told", "told") => "Got the email",
        ("recommendations", "standing") => "What the plan does about it",
        ("recommendations", "title") => "Report",
        ("recommendations", "number") => "Its number",
        ("recommendations", "words") => "Where, how or why not",
        ("consultations", "results") => "Results, which version",
        (_, "first_topic_open") => "First topic open",
        (_, "votes_closed") => "Voting closed",
        (_, "met_parents") => "First planning session with parents",
        (_, "statement") => "The forum's statement",
        (_, "overrides") => "Times it went ahead without parents",
        (_, "rung") => "How involved parents were",
        (_, "because" | "reason") => "Why",
        (_, "at") => "When",
        (_, "held") => "Held on",
        (_, "decided") => "Decided on",
        (_, "equality_signed") => "Who it affects, signed",
        (_, "went_ahead_because") => "Why leaders went ahead",
        (_, "telling_since") => "Announced",
        (_, "took_effect") => "Started",
        (_, "days_before") => "Days before",
        (_, "families_affected") => "Families it affects, about",
        (_, "in_time") => "Before it started",
        (_, "not_in_time") => "Not before it started",
        (_, "outcome") => "What leaders say happened",
        (_, "verdict") => "What the forum says",
        (_, "judged") => "The forum said so",
        (_, "median_days") => "Days until half of them had it",
        (_, "standing") => "How far it is",
        (_, "children") => "Children with SEND",
        (_, "asked") => "People asked",
        (_, "voice") => "Whose view it is",
        (_, "action") => "Something promised",
        (_, "action_by") => "Promised by",
        (_, "median_weeks") => "Half waited at most, weeks",
        (_, "longest_weeks") => "Longest, weeks",
        (_, "target_weeks") => "Target, weeks",
        (_, "waiting") => "Families waiting",
        (_, "plan_title") => "Plan",
        _ => return sentence(&column.replace('_', " ")),
    };
    heading.to_owned()
}

/// With a capital at its beginning.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// What a cell of a column says.
pub fn cell(table: &str, column: &str, cell: &Cell) -> String {
    let Cell::Text(word) = cell else { return cell.words() };
    let known = match (table, column) {
        ("timeline", "what") => Some(plans::happened(word)),
        ("timeline", "role") => match Role::ALL.into_iter().find(|role| role.word() == word) {
            Some(Role::Leader) => Some("Leaders"),
            Some(Role::Parent) => Some("Parents"),
            Some(_) => Some("The forum"),
            None => None,
        },
        ("plans", "rung") => rung(word),
        ("sessions", "standing") => {
            let state = SessionState::ALL.into_iter().find(|state| state.word() == word);
            state.map(SessionState::title)
        }
        ("sessions", "confirmed_by") if word == "forum" => Some("The forum"),
        ("sessions", "confirmed_by") if word == "parents" => Some("Parents who were there"),
        ("outcomes", "outcome") => Stage::read(word).map(Stage::title),
        (_, "verdict") if word == CLAIMED_WORD => Some("○ Not checked yet"),
        (_, "verdict") => Verdict::read(word).map(Verdict::title),
        ("recommendations", "standing") => match AnswerKind::read(word) {
            Some(AnswerKind::Adopted) => Some("✓ As recommended"),
            Some(AnswerKind::Adapted) => Some("◐ With changes"),
            Some(AnswerKind::Not) => Some("× Not in the draft"),
            None if word == "not answered" => Some("○ Not answered yet"),
            None => None,
        },
        ("awaited", "standing") if word == "said" => Some("✓ Leaders have told us"),
        ("comments", "standing") if word == "said" => Some("✓ Answered"),
        (_, "standing") if word == "due" => Some("○ Not due yet"),
        (_, "standing") if word == "overdue" => Some("× Overdue"),
        ("comments", "subject") => Subject::read(word).map(Subject::title),
        ("comments", "voice") => Voice::read(word).map(Voice::title),
        ("taken_down", "what") => takedown::Kind::read(word).map(taken_down),
        _ => None,
    };
    match (known, column) {
        (Some(known), _) => known.to_owned(),
        (None, "about") => word.split(' ').map(about).collect::<Vec<_>>().join(", "),
        (None, "month") => Month::read(word).map_or_else(|| word.clone(), Month::words),
        (None, _) => time(word).or_else(|| number_of(word)).unwrap_or_else(|| word.clone()),
    }
}

fn rung(word: &str) -> Option<&'static str> {
    [Rung::Informing, Rung::Consulting, Rung::Engaging, Rung::CoDesigning, Rung::CoProduction]
        .into_iter()
        .find(|rung| rung.name() == word)
        .map(Rung::title)
}

fn taken_down(kind: takedown::Kind) -> &'static str {
    match kind {
        takedown::Kind::Topic => "A topic",
        takedown::Kind::Comment => "A comment",
        takedown::Kind::Question => "A question",
        takedown::Kind::Answer => "An answer",
        takedown::Kind::Results => "Words of results",
    }
}

/// What something is about, as in `topic:0199…`: a kind, and by which number it can be told from
/// others.
fn about(word: &str) -> String {
    let Some((kind, id)) = word.split_once(':') else { return word.to_owned() };
    match number_of(id) {
        Some(number) => format!("{kind} {number}"),
        None => word.to_owned(),
    }
}

/// The end of an id, which tells it from others here; the tables have all of it.
fn number_of(word: &str) -> Option<String> {
    let id = id::parse(word)?;
    Some(format!("number {}", &id[id.len() - 6..]))
}

/// A day, or a time to the minute, as London's clocks show it; midnight begins a day.
fn time(word: &str) -> Option<String> {
    if let Some(at) = clock::read_machine(word) {
        let words =
            if clock::fields(at).1 == "00:00" { clock::day(at) } else { clock::day_and_hour(at) };
        return Some(without_weekday(&words));
    }
    let is_a_day = word.len() == "2026-12-04".len();
    clock::day_of(word).filter(|_| is_a_day).map(|day| without_weekday(&day))
}

/// "Friday 4 December 2026" as "4 December 2026".
fn without_weekday(day: &str) -> String {
    day.split_once(' ').map_or(day, |(_, rest)| rest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::History;
    use crate::tables::tables;

    fn said(table: &str, column: &str, word: &str) -> String {
        cell(table, column, &Cell::Text(word.to_owned()))
    }

    #[test]
    fn a_time_is_londons_and_a_change_takes_effect_on_its_day() {
        assert_eq!(said("changes", "took_effect", "2027-05-09T23:00:00Z"), "10 May 2027");
        let told = said("changes", "telling_since", "2027-04-14T07:00:00Z");
        assert_eq!(told, "14 April 2027 at 8am");
        assert_eq!(said("awaited", "due", "2027-09-30"), "30 September 2027");
        assert_eq!(said("waits", "month", "2027-03"), "March 2027");
        assert_eq!(cell("changes", "days_before", &Cell::Number(25)), "25");
    }

    #[test]
    fn words_of_the_tables_are_those_of_the_pages() {
        for (table, column, word, words) in [
            ("timeline", "what", "topics tied", "Parents' topics were added"),
            ("timeline", "role", "organiser", "The forum"),
            ("plans", "rung", "Engaging", "Worked with"),
            ("outcomes", "outcome", "not", "× Not done"),
            ("outcomes", "verdict", "disputed", "× The forum disagrees"),
            ("outcomes", "verdict", "claimed", "○ Not checked yet"),
            ("comments", "subject", "content", Subject::Content.title()),
            ("comments", "voice", "parent", "A parent or carer"),
            ("recommendations", "standing", "not", "× Not in the draft"),
            ("outcomes", "you_said", "not", "not"),
        ] {
            assert_eq!(said(table, column, word), words, "{table}.{column}");
        }
        let id = id::random();
        let about = said("outcomes", "about", &format!("topic:{id} plan:{id}"));
        let end = &id[id.len() - 6..];
        assert_eq!(about, format!("topic number {end}, plan number {end}"));
    }

    #[test]
    fn no_heading_is_a_word_for_programs_and_an_id_stands_only_where_there_is_no_title() {
        let tables = tables(&History::default(), "Sefton", clock::DAY, clock::Moment::default());
        for table in &tables {
            let columns = columns(table);
            for (_, heading) in &columns {
                assert!(!heading.contains('_') && heading != "Rung", "{}: {heading}", table.name);
            }
            let ids = columns.iter().filter(|(nth, _)| {
                table.columns.contains(&"title".to_owned())
                    && BESIDE_A_TITLE.contains(&table.columns[*nth].as_str())
            });
            assert_eq!(ids.count(), 0, "{}", table.name);
        }
    }
}
