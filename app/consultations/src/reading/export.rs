//! All answers as one file, for the forum itself. Who takes it is noted.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::viewer::Viewer;
use questionnaires::results::{FOR_EXCEL, harmless};
use rust_xlsxwriter::Workbook;

use super::pages::Material;

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
        csv.write_record(row).map_err(|error| Error::from(sqlx::Error::Encode(error.into())))?;
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
    let made = tokio::task::spawn_blocking(move || workbook(&rows))
        .await
        .map_err(|_panicked| sqlx::Error::WorkerCrashed)?;
    let bytes = made.map_err(|error| Error::from(sqlx::Error::Encode(error.into())))?;
    Ok(file(
        bytes,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "answers.xlsx",
    ))
}

fn workbook(rows: &[Vec<String>]) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (nth, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            // A text is never a formula, whatever it begins with; it stays harmless too when it is
            // saved as a table.
            sheet.write_string(nth, column, cell)?;
        }
    }
    workbook.save_to_buffer()
}

fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}

/// A heading and one row a response, all cells harmless; or an answer, where it has not closed.
async fn rows(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Consultation>,
    form: &'static str,
) -> Result<Result<Vec<Vec<String>>, Response>, Error> {
    let material = match Material::of(house, viewer, id).await? {
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
    let head = ["How it came in", "Version", "Can be quoted"].map(str::to_owned).into_iter();
    let mut rows = vec![
        head.chain(questions.iter().map(|question| harmless(&question.text))).collect::<Vec<_>>(),
    ];
    for heard in &material.heard {
        let quote = if heard.may_quote { "Yes" } else { "No" };
        let first = [heard.channel.title().to_owned(), heard.version.to_string(), quote.to_owned()]
            .into_iter();
        let answers = questions
            .iter()
            .map(|question| harmless(&material.read(heard, &question.key).unwrap_or_default()));
        rows.push(first.chain(answers).collect());
    }
    Ok(Ok(rows))
}
