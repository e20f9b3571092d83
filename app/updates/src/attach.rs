//! Files given as evidence: added with a form, and for everyone to download once the update or
//! verdict that names them is published.

use axum::extract::{Path, State};
use axum::response::Response;
use forms::{Refusals, Sent};
use ground::aside::aside;
use ground::error::Error;
use ground::files;
use ground::house::House;
use ground::ids::{Account, EvidenceFile, Id, Update};
use ground::sent::{CHOOSE_AGAIN, SentWithFile};
use ground::ui::{Choice, Choices, Upload};
use leptos::prelude::*;

use super::evidence::Attached;
use super::{find_update, store};

/// What may be chosen.
const CHOOSE: &str =
    "Choose a PDF, a Word file (docx), an OpenDocument text (odt) or a picture (png or jpg)";

/// Saves the file that came with a form, if one did. Gives the form's fields, which name the file
/// from now on, and what to do about a file that is not accepted.
pub async fn put_in(
    house: &House,
    by: &Id<Account>,
    form: SentWithFile,
) -> Result<(Sent, Refusals), Error> {
    let SentWithFile { sent, file, is_too_large, is_left_behind } = form;
    if is_too_large {
        return Ok((sent, Refusals::one("file", "Choose a file of 20 MB or less")));
    }
    if is_left_behind {
        return Ok((sent, Refusals::one("file", CHOOSE_AGAIN)));
    }
    let Some((name, content)) = file else { return Ok((sent, Refusals::default())) };
    let (kind, content) = match aside(move || files::read(content)).await? {
        Ok(read) => read,
        Err(why) => return Ok((sent, Refusals::one("file", why.what_to_do(CHOOSE)))),
    };
    // Saved before the write: a file that nothing names does no harm, a name without a file would.
    let file = house.files.keep(&name, kind, content).await?;
    let mut tx = house.db.begin().await?;
    let id = store::put_in(&mut tx, &file, by, house.clock.now()).await?;
    tx.commit().await?;
    Ok((sent.and("files", &id), Refusals::default()))
}

/// The field for one more file, and those that are added already.
pub fn field<'a>(
    sent: &Sent,
    known: &[Attached],
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    let named = sent.all("files");
    let put_in = known
        .iter()
        .filter(|file| named.iter().any(|named| file.id == named.as_str()))
        .map(|file| (file.id.to_string(), words(file)));
    let choices = Choice::each(put_in, |_| true);
    let put_in = (!choices.is_empty()).then(|| {
        view! { <Choices name="files"
        legend="Files you have added" choices many=true refusals /> }
    });
    let hint = "PDF, Word (docx), OpenDocument (odt) or a picture, 20 MB or less. No child's name \
        or face. We remove where and when a picture was taken. To add another file, come back to \
        this page.";
    view! {
        {put_in}
        <Upload
            name="file"
            label="Add a file"
            hint
            accept=".pdf,.docx,.odt,.png,.jpg,.jpeg"
            refusals
        />
    }
}

/// A file by its name, with what it is and how large.
pub fn words(file: &Attached) -> String {
    let file = &file.file;
    format!(
        "{} ({}, {})",
        file.name,
        file.kind.ending().to_uppercase(),
        files::size_in_words(file.size)
    )
}

/// GET `/updates/{id}/files/{file}`
pub async fn download_evidence(
    State(house): State<House>,
    Path((id, file)): Path<(Id<Update>, Id<EvidenceFile>)>,
) -> Result<Response, Error> {
    let (update, file) =
        (find_update(&house, &id).await?, Id::parse(&file).ok_or(Error::NotFound)?);
    let file = update.file(&file).ok_or(Error::NotFound)?;
    Ok(house.files.download(&file.file).await?)
}
