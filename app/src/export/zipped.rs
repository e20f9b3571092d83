//! A copy as one zip. It is put together in a file without a name, which is gone when it has been
//! sent or the process ends; and by few at once, off the threads that answer everyone.

use std::fs::File;
use std::io::{Seek as _, Write as _};

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use calendar::clock;
use futures_util::StreamExt as _;
use ground::error::Error;
use ground::files::NoFile;
use ground::house::House;
use tokio::io::AsyncReadExt as _;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::everything::{Everything, everything, schema};
use super::page;
use super::store::WhoseCopy;

/// How many copies are put together at once.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// The most bytes of files in one copy. Parents upload none; a leader of many years may.
const MOST_BYTES: usize = 500 * 1024 * 1024;

/// How much of it is read at a time while it is sent.
const PART: usize = 64 * 1024;

/// Somebody's copy, to be saved.
pub async fn zipped_copy(house: &House, of: &WhoseCopy) -> Result<Response, Error> {
    let all = everything(house, of).await?;
    let name = format!("copy-{}", clock::fields(house.clock.now()).0);
    let zip = {
        // It is never closed.
        let _place = AT_ONCE.acquire().await;
        let (house, handle, folder) = (house.clone(), Handle::current(), name.clone());
        let making = tokio::task::spawn_blocking(move || together(&house, &handle, &folder, all));
        making.await.unwrap_or_else(|panicked| {
            let stopped = format!("a copy stopped half-way: {panicked}");
            Err(sqlx::Error::Protocol(stopped).into())
        })?
    };
    let parts =
        futures_util::stream::unfold(tokio::fs::File::from_std(zip), |mut zip| async move {
            let mut part = vec![0; PART];
            match zip.read(&mut part).await {
                Ok(0) => None,
                Ok(many) => {
                    part.truncate(many);
                    Some((Ok(Bytes::from(part)), zip))
                }
                Err(error) => Some((Err(error), zip)),
            }
        });
    // Whatever is around it may ask once more after the end.
    let parts = parts.fuse();
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.zip\"")),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// Writes the zip: the files first, since the page says which of them are in it.
fn together(
    house: &House,
    handle: &Handle,
    folder: &str,
    mut all: Everything,
) -> Result<File, Error> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o600);
    let mut zip = ZipWriter::new(tempfile::tempfile().map_err(sqlx::Error::Io)?);
    let mut put = |name: &str, bytes: &[u8]| -> Result<(), Error> {
        zip.start_file(format!("{folder}/{name}"), options).map_err(spoilt)?;
        zip.write_all(bytes).map_err(|error| sqlx::Error::Io(error).into())
    };
    let mut bytes = 0;
    for (nth, file) in all.files.iter_mut().enumerate() {
        match handle.block_on(house.files.read(&file.sha256)) {
            Ok(content) if bytes + content.len() <= MOST_BYTES => {
                bytes += content.len();
                let path = format!("files/{}-{}", nth + 1, file.name.replace(['/', '\\'], "-"));
                put(&path, &content)?;
                file.path = Some(path);
            }
            Ok(_) => {
                file.why_not = Some("too large for one copy. Save it on its own page".to_owned());
            }
            Err(NoFile::Spoilt(_)) => {
                file.why_not = Some("it is damaged or lost. Please tell us".to_owned());
            }
            Err(error @ NoFile::Store(_)) => return Err(error.into()),
        }
    }
    put("read-me.html", page::copy_to_read(house, &all).as_bytes())?;
    for (name, json) in [
        ("copy.json", serde_json::to_string_pretty(&all)),
        ("copy.schema.json", serde_json::to_string_pretty(&schema())),
    ] {
        put(name, (json.map_err(spoilt)? + "\n").as_bytes())?;
    }
    let mut file = zip.finish().map_err(spoilt)?;
    file.rewind().map_err(sqlx::Error::Io)?;
    Ok(file)
}

/// What cannot be put together is a fault of this program.
fn spoilt(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    sqlx::Error::Encode(error.into()).into()
}
