//! All answers as one file, for the forum itself. Who takes it is noted.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::viewer::Viewer;
use questionnaires::answers::Answer;
use questionnaires::results::{FOR_EXCEL, Heard};

use super::material::{Material, Which};
use super::{about, in_its_place};
use crate::workbook::{Cell, Sheet, XLSX, workbook};

/// POST `/forum/consultations/{id}/answers.csv`
pub async fn answers_csv(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let rows = match rows(&house, &viewer, &id, "CSV").await? {
        Ok(rows) => rows,
        Err(answer) => return Ok(answer),
    };
    let mut csv = csv::Writer::from_writer(FOR_EXCEL.as_bytes().to_vec());
    for row in rows {
        csv.write_record(row.iter().map(Cell::text))
            .map_err(|error| Error::from(sqlx::Error::Encode(error.into())))?;
    }
    Ok(file(csv.into_inner().unwrap_or_default(), "text/csv; charset=utf-8", "answers.csv"))
}

/// POST `/forum/consultations/{id}/answers.xlsx`
pub async fn answers_xlsx(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let rows = match rows(&house, &viewer, &id, "XLSX").await? {
        Ok(rows) => rows,
        Err(answer) => return Ok(answer),
    };
    let bytes = workbook(vec![Sheet { name: "Answers".to_owned(), rows }]).await?;
    Ok(file(bytes, XLSX, "answers.xlsx"))
}

fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}

/// A heading and one row a response; or an answer, where it has not closed.
async fn rows(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Consultation>,
    form: &'static str,
) -> Result<Result<Vec<Vec<Cell>>, Response>, Error> {
    let material = match Material::of(house, viewer, id, Which::All).await? {
        Ok(material) => material,
        Err(answer) => return Ok(Err(answer)),
    };
    let entry = Entry {
        at: house.clock.now(),
        who: Some(&viewer.signed_in()?.account_id),
        what: "answers exported",
        about: &material.consultation.id,
        detail: form,
    };
    let mut tx = house.db.begin().await?;
    audit::note(&mut tx, entry).await?;
    tx.commit().await?;
    let questions = material.questions();
    let words = |words: &str| Cell::Words(words.to_owned());
    let head = ["How it came in", "Version", "Can be quoted"].map(words).into_iter();
    let mut rows: Vec<Vec<Cell>> =
        vec![head.chain(questions.iter().map(|question| words(&question.text))).collect()];
    for heard in &material.heard {
        let quote = if heard.may_quote { "Yes" } else { "No" };
        let first =
            [words(heard.channel.title()), Cell::Number(heard.version), words(quote)].into_iter();
        let answers = questions.iter().map(|question| cell(&material, heard, &question.key));
        rows.push(first.chain(answers).collect());
    }
    Ok(Ok(rows))
}

/// An answer as organisers read it; a number or a day as itself, unless something else is read in
/// its place.
fn cell(material: &Material, heard: &Heard, key: &str) -> Cell {
    let done = about(&material.around.treated, &heard.response_id, key);
    match (in_its_place(&done), heard.answers.get(key)) {
        (None, Some(Answer::Number(number))) => Cell::Number(*number),
        (None, Some(Answer::Day(day))) => Cell::Day(day.clone()),
        _ => Cell::Words(material.read(heard, key).unwrap_or_default()),
    }
}
