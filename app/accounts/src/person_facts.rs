//! What a person says of themselves by choosing from one of the area's lists, as where they live. A
//! fact is a column of `accounts`, which refers to the table of its list, and a row of [`FACTS`]:
//! the statements, the forms of those who join, are invited or change their details, their own
//! page, and what is forgotten of them are made from these. Their copy has it from `personal`.

use area::AreaKind;
use area::store::all_and;
use forms::{Named, Refusals, Sent};
use ground::db::Db;
use ground::ui::{Choice, Choices};
use ground::viewer::{PLACE, PersonFacts};
use leptos::prelude::*;
use sqlx::Row;
use sqlx::any::AnyRow;

/// A fact as the forms ask for it and the tables hold it. A parent says each of them.
#[derive(Clone, Copy, Debug)]
pub struct PersonFact {
    /// The column of `accounts`.
    pub column: &'static str,
    /// The field of the forms.
    pub field: &'static str,
    /// The list that it is chosen from.
    pub from: AreaKind,
    /// Over the choices, and on their own page.
    pub title: &'static str,
    /// Likewise within a sentence.
    pub said: &'static str,
    pub hint: &'static str,
    /// Over the choices of somebody who is invited, and may be a parent too; with its hint.
    pub if_parent: [&'static str; 2],
    /// What to do where none is chosen, in an area of this name.
    pub choose: fn(&str) -> String,
    /// As the page about people's data says it.
    pub kept: &'static str,
    /// As the audit log calls a change of it.
    pub part: &'static str,
    /// Whether votes are counted by it: then it stays as it is while they are.
    pub is_counted_by: bool,
}

/// All of them, in the order of the forms.
pub static FACTS: [PersonFact; 1] = [PersonFact {
    column: PLACE,
    field: "place",
    from: AreaKind::Place,
    title: "Where you live",
    said: "where you live",
    hint: "So every part of the area is heard. We never ask for your address or postcode.",
    if_parent: [
        "If you are also a parent or carer here, where do you live?",
        "Then you can propose and support topics too.",
    ],
    choose: |area| format!("Choose the part of {area} you live in"),
    kept: "The part of the area you live in. Never your address or postcode",
    part: "place",
    is_counted_by: true,
}];

/// What somebody typed, and the names that the area's lists have for it, in the order of [`FACTS`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    pub facts: PersonFacts,
    pub names: Vec<Option<String>>,
}

impl Typed {
    /// Every fact, for whoever is a parent.
    ///
    /// # Errors
    /// What to choose.
    pub fn chosen(&self, area: &str) -> Result<PersonFacts, Refusals> {
        let mut refusals = Refusals::default();
        for (nth, fact) in FACTS.iter().enumerate() {
            if self.names.get(nth).is_none_or(Option::is_none) {
                refusals.add(fact.field, (fact.choose)(area));
            }
        }
        if refusals.is_empty() { Ok(self.facts.clone()) } else { Err(refusals) }
    }

    /// Likewise for whoever may be a parent: nothing where they have chosen none.
    ///
    /// # Errors
    /// What else to choose.
    pub fn chosen_if_parent(&self, area: &str) -> Result<PersonFacts, Refusals> {
        if self.names.iter().all(Option::is_none) {
            Ok(PersonFacts::default())
        } else {
            self.chosen(area)
        }
    }

    /// What they chose, by its names: no password is one of these.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.names.iter().flatten().map(String::as_str)
    }
}

/// What was typed into the fields.
pub(crate) fn typed(sent: &Sent) -> PersonFacts {
    let mut facts = PersonFacts::default();
    for fact in &FACTS {
        facts.set(fact.column, id::parse(sent.typed(fact.field)));
    }
    facts
}

/// What was typed into the fields, by the lists that it was chosen from.
pub(crate) fn typed_of(sent: &Sent, lists: &[Vec<Named>]) -> Typed {
    let facts = typed(sent);
    let name = |(fact, list): (&PersonFact, &Vec<Named>)| {
        let chosen = facts.get(fact.column)?;
        list.iter().find(|named| named.id == chosen).map(|named| named.name.clone())
    };
    let names = FACTS.iter().zip(lists).map(name).collect();
    Typed { facts, names }
}

/// What somebody can choose for each: the area's lists, with what they chose before it was retired.
///
/// # Errors
/// When the database fails; likewise for [`own`].
pub(crate) async fn lists(db: &Db, facts: &PersonFacts) -> sqlx::Result<Vec<Vec<Named>>> {
    let mut lists = Vec::new();
    for fact in &FACTS {
        let chosen: Vec<&str> = facts.get(fact.column).into_iter().collect();
        lists.push(all_and(db, fact.from, &chosen).await?);
    }
    Ok(lists)
}

/// Each fact, with the name of what this person has chosen.
pub async fn own(
    db: &Db,
    facts: &PersonFacts,
) -> sqlx::Result<Vec<(&'static PersonFact, Option<String>)>> {
    let lists = lists(db, facts).await?;
    let each = FACTS.iter().zip(lists).map(|(fact, list)| {
        let chosen = facts.get(fact.column);
        let named = list.into_iter().find(|named| chosen == Some(named.id.as_str()));
        (fact, named.map(|named| named.name))
    });
    Ok(each.collect())
}

/// The fields, with what was sent.
pub(crate) fn fields(
    lists: Vec<Vec<Named>>,
    sent: &Sent,
    refusals: &Refusals,
) -> impl IntoView + use<> {
    let field = |(fact, list): (&PersonFact, Vec<Named>)| {
        let chosen = sent.typed(fact.field);
        let choices = list.into_iter().map(|named| (named.id, named.name));
        let choices = Choice::each(choices, |id| id == chosen);
        let (name, legend, hint) = (fact.field, fact.title, fact.hint);
        view! { <Choices name legend hint choices refusals /> }.into_any()
    };
    FACTS.iter().zip(lists).map(field).collect::<Vec<_>>()
}

/// The fields of somebody who is invited, and may be a parent too; none for a list that is empty,
/// as before an administrator has named the places.
pub(crate) fn fields_if_parent(
    lists: Vec<Vec<Named>>,
    sent: &Sent,
    refusals: &Refusals,
) -> impl IntoView + use<> {
    let field = |(fact, list): (&PersonFact, Vec<Named>)| {
        let none = "I'm not a parent or carer here";
        let choices = Choice::with_first(none, list, sent.typed(fact.field));
        let (name, [legend, hint]) = (fact.field, fact.if_parent);
        view! { <Choices name legend hint choices refusals /> }.into_any()
    };
    let known = FACTS.iter().zip(lists).filter(|(_, list)| !list.is_empty());
    known.map(field).collect::<Vec<_>>()
}

/// What each gives, as a part of a statement.
pub(crate) fn each(part: impl Fn(usize, &PersonFact) -> String, between: &str) -> String {
    let parts = FACTS.iter().enumerate().map(|(nth, fact)| part(nth, fact));
    parts.collect::<Vec<_>>().join(between)
}

/// The facts in a row that has their columns.
pub(crate) fn of_row(row: &AnyRow) -> PersonFacts {
    let mut facts = PersonFacts::default();
    for fact in &FACTS {
        facts.set(fact.column, Row::get(row, fact.column));
    }
    facts
}

/// What can be chosen and was typed, by its names, as a part of a statement whose parameters from
/// this number on are the ids.
pub(crate) fn names(from: usize) -> String {
    let name = |nth: usize, fact: &PersonFact| {
        let (table, field) = (fact.from.table(), fact.field);
        let id = from + nth;
        format!(
            "(SELECT x.name FROM {table} x WHERE x.id = ${id} AND x.retired_at IS NULL) AS {field}"
        )
    };
    each(name, ", ")
}

/// The names in a row that has them.
pub(crate) fn names_of(row: &AnyRow) -> Vec<Option<String>> {
    FACTS.iter().map(|fact| Row::get::<Option<String>, _>(row, fact.field)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_says_each_and_whoever_is_invited_none_or_each() {
        let none = Typed { facts: PersonFacts::default(), names: vec![None; FACTS.len()] };
        let refused = none.chosen("Sefton").expect_err("refusals");
        let fields: Vec<_> = refused.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, FACTS.map(|fact| fact.field));
        assert_eq!(none.chosen_if_parent("Sefton"), Ok(PersonFacts::default()));
        let facts = PersonFacts::living_in(&"north".into());
        let names = vec![Some("North".to_owned()); FACTS.len()];
        let all = Typed { facts: facts.clone(), names };
        assert_eq!(all.chosen("Sefton"), Ok(facts.clone()));
        assert_eq!(all.chosen_if_parent("Sefton"), Ok(facts));
    }

    #[test]
    fn what_is_in_no_list_is_not_chosen() {
        let north = Named { id: id::fresh(), name: "North".to_owned() };
        let sent = |place: &str| Sent::of(&[("place", place)]);
        let typed = typed_of(&sent(&north.id), &[vec![north.clone()]]);
        assert_eq!(typed.words().collect::<Vec<_>>(), ["North"]);
        assert_eq!(typed.facts.place_id().as_deref(), Some(north.id.as_str()));
        for other in ["", "north", &id::fresh()] {
            assert_eq!(typed_of(&sent(other), &[vec![north.clone()]]).words().count(), 0);
        }
    }
}
