//! The protected characteristics by which somebody says who a plan affects: the area's list, with
//! where it is from and the day somebody checked that. It begins as the file beside this, and an
//! administrator changes it.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::db::Db;
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Area, Field, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::texts;

/// The list as it is shipped: its source, the day it was checked, and a name on each line.
const SHIPPED: &str = include_str!("characteristics.txt");
/// The names these are kept under, which are those of the form's fields.
const NAMES: &str = "characteristics";
const SOURCE: &str = "characteristics_source";
const CHECKED: &str = "characteristics_checked";
const MOST: usize = 40;
const LONGEST: usize = 80;

/// The area's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Characteristics {
    pub names: Vec<String>,
    /// Where it is from.
    pub source: String,
    /// The day that was checked, as `2026-11-30`.
    pub checked: String,
    /// Whether somebody in the area checked it. Else whoever made Alongside did.
    pub is_checked_here: bool,
}

impl Characteristics {
    /// Where it is from, and when who checked that, in words.
    #[must_use]
    pub fn source_in_words(&self) -> String {
        let day = clock::day_of(&self.checked).unwrap_or_else(|| self.checked.clone());
        let by = if self.is_checked_here { "" } else { " by the makers of Alongside" };
        format!("{}, checked{by} on {day}", self.source)
    }
}

/// The area's list, as an administrator wrote it last or as it was shipped.
///
/// # Errors
/// When the database fails.
pub async fn read(db: &Db) -> sqlx::Result<Characteristics> {
    Ok(list(&texts::all(db).await?))
}

fn list(texts: &HashMap<String, String>) -> Characteristics {
    let mut shipped = SHIPPED.lines();
    let (source, checked) = (shipped.next(), shipped.next());
    let text = |name: &str, shipped: Option<&str>| {
        texts.get(name).cloned().unwrap_or_else(|| shipped.unwrap_or_default().to_owned())
    };
    let names = texts.get(NAMES).map(|names| names.lines().map(str::to_owned).collect());
    Characteristics {
        source: text(SOURCE, source),
        checked: text(CHECKED, checked),
        is_checked_here: texts.contains_key(CHECKED),
        names: names.unwrap_or_else(|| shipped.map(str::to_owned).collect()),
    }
}

/// Reads the list from a form.
fn said(sent: &Sent) -> Result<Characteristics, Refusals> {
    let mut refusals = Refusals::default();
    let names = forms::prose(sent.typed(NAMES));
    let names: Vec<String> =
        names.lines().map(forms::line).filter(|name| !name.is_empty()).collect();
    let long = names.iter().find(|name| name.chars().count() > LONGEST).cloned();
    let names = match long {
        Some(long) => Err(format!("Shorten this line to {LONGEST} characters: {long}")),
        None if names.is_empty() => Err("Enter at least one, each on a line of its own".to_owned()),
        None if names.len() > MOST => Err(format!("Enter at most {MOST} lines")),
        None => Ok(names),
    };
    let names = refusals.take(NAMES, names);
    let source = forms::within(sent.line(SOURCE), 200, "Say where the list is from");
    let source = refusals.take(SOURCE, source);
    let checked = clock::end_of(sent.typed(CHECKED)).map(|at| clock::fields(at).0);
    let checked =
        refusals.take(CHECKED, checked.ok_or_else(|| "Enter the day you checked it".to_owned()));
    match (names, source, checked) {
        (Some(names), Some(source), Some(checked)) => {
            Ok(Characteristics { names, source, checked, is_checked_here: true })
        }
        _ => Err(refusals),
    }
}

/// GET `/admin/characteristics`
pub async fn characteristics_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let list = read(&house.db).await?;
    // Nobody is to save a day on which they didn't look.
    let checked = if list.is_checked_here { list.checked.as_str() } else { "" };
    let sent =
        Sent::of(&[(NAMES, &list.names.join("\n")), (SOURCE, &list.source), (CHECKED, checked)]);
    let is_done = Sent::query(&uri).typed("done") == "saved";
    Ok(characteristics_page(&sent, is_done, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/admin/characteristics`
pub async fn save_characteristics(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let list = match said(&sent) {
        Ok(list) => list,
        Err(refusals) => {
            return Ok(characteristics_page(&sent, false, &refusals).answer(&house, &viewer));
        }
    };
    let names = list.names.join("\n");
    let texts =
        [(NAMES, names.as_str()), (SOURCE, list.source.as_str()), (CHECKED, list.checked.as_str())];
    texts::save_by(&house, &viewer, &texts, "characteristics changed").await?;
    Ok(Redirect::to("/admin/characteristics?done=saved").into_response())
}

fn characteristics_page(sent: &Sent, is_done: bool, refusals: &Refusals) -> Page {
    let done = is_done.then_some((
        "Saved",
        "Leaders choose from this list from now on. What they said before stays as it was.",
    ));
    let frame = Frame::new("Protected characteristics", ("/admin", "Administration"))
        .done_so(done)
        .refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                "Leaders choose from this list when they say who a plan affects. It is this \
                 area's list, and no legal advice: check it against its source."
            </p>
            <form method="post" novalidate>
                <Area
                    name=NAMES
                    label="The list, one on each line"
                    rows=10
                    value=sent.typed(NAMES)
                    refusals
                />
                <Field
                    name=SOURCE
                    label="Where it is from"
                    value=sent.typed(SOURCE)
                    refusals
                />
                <Field
                    name=CHECKED
                    label="The day you checked it"
                    kind="date"
                    value=sent.typed(CHECKED)
                    refusals
                />
                <button class="button">"Save"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_is_shipped_has_its_source_and_day_and_can_be_saved_as_it_is() {
        let list = list(&HashMap::new());
        assert!(list.names.len() == 9 && list.names.contains(&"Disability".to_owned()), "{list:?}");
        let sent = Sent::of(&[
            (NAMES, &list.names.join("\r\n")),
            (SOURCE, &list.source),
            (CHECKED, &list.checked),
        ]);
        assert!(list.source_in_words().contains("checked by the makers of Alongside on Monday"));
        let own = Characteristics { is_checked_here: true, ..list };
        assert!(own.source_in_words().contains(", checked on Monday 30 November 2026"));
        assert_eq!(said(&sent), Ok(own));
    }

    #[test]
    fn a_list_says_where_it_is_from_and_when_that_was_checked() {
        let refused = said(&Sent::default()).expect_err("refusals");
        let fields: Vec<_> = refused.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, [NAMES, SOURCE, CHECKED]);
        let long = Sent::of(&[(NAMES, &"a".repeat(LONGEST + 1))]);
        assert!(said(&long).expect_err("refusals").about(NAMES).is_some());
    }
}
