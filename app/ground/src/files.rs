//! Files people upload, named by the SHA-256 of their content, in a folder or in storage that
//! machines share.

mod kinds;
mod named;
mod pictures;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use calendar::clock::Moment;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{GetResult, ObjectStore, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};

pub use self::kinds::{FileKind, NotTaken, kind_of, read};
pub use self::named::{NAMED_IN, UNNAMED_STAYS, rows_that_name, take_away_unnamed};
pub use self::pictures::LARGEST_PICTURE;
use self::pictures::without_traces;
use crate::aside::aside;

/// The largest file we accept, in bytes.
pub const LARGEST: usize = 20 * 1024 * 1024;

/// Where files are. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// How many times someone asked for a damaged or missing file.
    spoilt: Arc<AtomicU64>,
}

#[derive(Debug, thiserror::Error)]
pub enum NoFile {
    /// The store of files does not answer.
    #[error(transparent)]
    Store(#[from] object_store::Error),
    /// What is kept under this name is not what was put there, or nothing is.
    #[error("the file {0} is damaged or missing: restore it from a backup")]
    Spoilt(String),
}

/// A file that was kept, and what we know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFile {
    /// The SHA-256 of what is in it, in hexadecimal: its name in the store.
    pub hash: String,
    /// The name it came with, cleaned.
    pub name: String,
    /// What it is by its content.
    pub kind: FileKind,
    /// In bytes.
    pub size: i64,
}

impl Files {
    /// Keeps a picture without its traces and the right way up: its name, with its ending; or why
    /// it is not taken.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_picture(
        &self,
        content: Bytes,
    ) -> Result<Result<String, NotTaken>, object_store::Error> {
        let made = aside(move || without_traces(content)).await.map_err(|panicked| {
            object_store::Error::Generic { store: "pictures", source: Box::new(panicked) }
        })?;
        let (content, ending) = match made {
            Ok(made) => made,
            Err(why) => return Ok(Err(why)),
        };
        let hash = self.put(content).await?;
        Ok(Ok(format!("{hash}.{ending}")))
    }

    /// A picture to be shown; `None` for a name that no picture has, as that of another file.
    ///
    /// # Errors
    /// When the store fails, or it is damaged or missing.
    pub async fn picture(&self, name: &str) -> Result<Option<Response>, NoFile> {
        let Some((hash, ending)) = id::picture_name(name) else { return Ok(None) };
        let content = self.read(hash).await?;
        let kind = FileKind::of(&content).filter(|kind| !kind.is_text() && kind.ending() == ending);
        let Some(kind) = kind else { return Ok(None) };
        let headers = [
            (header::CONTENT_TYPE, kind.media_type()),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        Ok(Some((headers, content).into_response()))
    }

    /// Opens `file:FOLDER` or `s3://BUCKET/PREFIX`; for the latter, keys and region come from the
    /// usual `AWS_…` settings.
    ///
    /// # Errors
    /// One clear line.
    pub fn open(setting: &str) -> Result<Self, String> {
        if let Some(folder) = setting.strip_prefix("file:") {
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("FILES: the folder {folder} cannot be made: {error}"))?;
            // A row that names a file is written after this says that it is kept.
            let store = object_store::local::LocalFileSystem::new_with_prefix(folder)
                .map_err(|error| format!("FILES: the folder {folder} cannot be used: {error}"))?
                .with_fsync(true);
            return Ok(Self::of(store));
        }
        let wrong = || "FILES must be file:FOLDER or s3://BUCKET/PREFIX".to_owned();
        let url =
            url::Url::parse(setting).ok().filter(|url| url.scheme() == "s3").ok_or_else(wrong)?;
        let settings = std::env::vars()
            .filter(|(name, _)| name.starts_with("AWS_"))
            .map(|(name, value)| (name.to_lowercase(), value));
        // Its HTTPS uses the cryptography of the process. Where that is set already, it stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (store, prefix) = object_store::parse_url_opts(&url, settings)
            .map_err(|error| format!("FILES cannot be used: {error}"))?;
        Ok(Self::of(PrefixStore::new(store, prefix)))
    }

    /// Keeps files in memory, for tests and commands that need none.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::of(object_store::memory::InMemory::new())
    }

    fn of(store: impl ObjectStore) -> Self {
        Self { store: Arc::new(store), spoilt: Arc::default() }
    }

    /// How many times, since the process began, someone asked for a damaged or missing file.
    #[must_use]
    pub fn spoilt(&self) -> u64 {
        self.spoilt.load(Ordering::Relaxed)
    }

    /// Puts a few bytes where files are kept and takes them away again.
    ///
    /// # Errors
    /// When no file can be kept.
    pub async fn try_out(&self) -> Result<(), object_store::Error> {
        let name = Path::from(format!("try-{}", id::fresh()));
        self.store.put(&name, Bytes::from_static(b"try").into()).await?;
        self.store.delete(&name).await
    }

    /// The hashes of all files that are kept.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn all(&self) -> Result<Vec<String>, object_store::Error> {
        let names = self.store.list(None).map_ok(|found| found.location.to_string());
        names.try_filter(|name| std::future::ready(name.len() == 64)).try_collect().await
    }

    /// How many files are kept, and how many bytes they take.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn room(&self) -> Result<(u64, u64), object_store::Error> {
        let sizes = self.store.list(None).map_ok(|found| found.size);
        let add = |(files, bytes): (u64, u64), size: u64| {
            std::future::ready(Ok((files + 1, bytes + size)))
        };
        sizes.try_fold((0, 0), add).await
    }

    /// Takes a file away that nobody names any more; whether it is gone. One that was put there
    /// since `before` stays: somebody is about to name it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take_away(&self, hash: &str, before: Moment) -> Result<bool, object_store::Error> {
        let path = Path::from(hash);
        match self.store.head(&path).await {
            Ok(there) if there.last_modified.timestamp_millis() >= before.millis() => Ok(false),
            Ok(_) => self.store.delete(&path).await.map(|()| true),
            Err(object_store::Error::NotFound { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// What is in the file with this hash, checked.
    ///
    /// # Errors
    /// When it is damaged or missing, or the store fails.
    pub async fn read(&self, hash: &str) -> Result<Bytes, NoFile> {
        let content = self.find(hash).await?.bytes().await?;
        if id::sha256(&content) == hash { Ok(content) } else { Err(self.spoil(hash)) }
    }

    /// Keeps bytes under their hash, and gives that.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put(&self, content: Bytes) -> Result<String, object_store::Error> {
        let hash = id::sha256(&content);
        self.store.put(&Path::from(hash.clone()), content.into()).await?;
        Ok(hash)
    }

    /// Whether what is kept under this hash is what was put there. Read in parts, so that a large
    /// file takes no memory.
    ///
    /// # Errors
    /// When it is not, or the store fails.
    pub async fn check(&self, hash: &str) -> Result<(), NoFile> {
        let (mut parts, mut sum) = (self.find(hash).await?.into_stream(), Sha256::new());
        while let Some(part) = parts.next().await {
            sum.update(&part?);
        }
        if hex::encode(sum.finalize()) == hash { Ok(()) } else { Err(self.spoil(hash)) }
    }

    async fn find(&self, hash: &str) -> Result<GetResult, NoFile> {
        match self.store.get(&Path::from(hash)).await {
            Ok(found) => Ok(found),
            Err(object_store::Error::NotFound { .. }) => Err(self.spoil(hash)),
            Err(error) => Err(error.into()),
        }
    }

    fn spoil(&self, hash: &str) -> NoFile {
        self.spoilt.fetch_add(1, Ordering::Relaxed);
        NoFile::Spoilt(hash.to_owned())
    }

    /// Keeps a file. The same content twice is one file.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep(
        &self,
        name: &str,
        kind: FileKind,
        content: Bytes,
    ) -> Result<SavedFile, object_store::Error> {
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
        let hash = self.put(content).await?;
        Ok(SavedFile { hash, name: cleaned(name, kind), kind, size })
    }

    /// The file as something to save, never to show in the page's place.
    ///
    /// # Errors
    /// When the store fails, or the file is damaged or missing.
    pub async fn download(&self, file: &SavedFile) -> Result<Response, NoFile> {
        self.check(&file.hash).await?;
        let content = self.store.get(&Path::from(file.hash.clone())).await?;
        let name =
            percent_encoding::utf8_percent_encode(&file.name, percent_encoding::NON_ALPHANUMERIC);
        let disposition = format!(
            "attachment; filename=\"file.{}\"; filename*=UTF-8''{name}",
            file.kind.ending()
        );
        let headers = [
            (header::CONTENT_TYPE, file.kind.media_type()),
            (header::CACHE_CONTROL, "private, no-cache"),
        ];
        let size = [(header::CONTENT_LENGTH, content.meta.size)];
        let mut answer = (
            headers,
            size.map(|(name, size)| (name, HeaderValue::from(size))),
            Body::from_stream(content.into_stream()),
        )
            .into_response();
        if let Ok(disposition) = HeaderValue::from_str(&disposition) {
            answer.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
        }
        Ok(answer)
    }
}

/// The last part of a name, as one clean line, with the ending of what the file is.
fn cleaned(name: &str, kind: FileKind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let line = forms::line(last);
    let stem = line.rsplit_once('.').map_or(line.as_str(), |(stem, _)| stem);
    let stem: String = stem.chars().take(80).collect();
    format!("{}.{}", if stem.trim().is_empty() { "file" } else { stem.trim() }, kind.ending())
}

/// "340 kB" or "2.3 MB".
#[must_use]
pub fn size_in_words(bytes: i64) -> String {
    let tenths = bytes * 10 / 1_000_000;
    if tenths >= 10 {
        format!("{}.{} MB", tenths / 10, tenths % 10)
    } else {
        format!("{} kB", (bytes / 1_000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cleaned_and_ends_as_the_file_is() {
        assert_eq!(cleaned("C:\\plans\\My plan.final.exe", FileKind::Pdf), "My plan.final.pdf");
        assert_eq!(cleaned("../../\u{202e}x.pdf", FileKind::Odt), "x.odt");
        assert_eq!(cleaned("", FileKind::Docx), "file.docx");
        assert_eq!(size_in_words(340_000), "340 kB");
        assert_eq!(size_in_words(2_345_678), "2.3 MB");
    }

    #[tokio::test]
    async fn a_file_that_is_damaged_or_missing_is_not_given_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(&format!("file:{}", folder.path().display())).expect("files");
        let content = Bytes::from_static(b"%PDF-1.7 what is to be planned");
        let file = files.keep("draft.pdf", FileKind::Pdf, content).await.expect("it is kept");
        assert!(files.download(&file).await.is_ok());
        let path = folder.path().join(&file.hash);
        // As after a power cut, and as by a disk that forgets.
        for damaged in [&b""[..], b"%PDF-1.7 what is to be burned!"] {
            std::fs::write(&path, damaged).expect("it is damaged");
            assert!(matches!(files.download(&file).await, Err(NoFile::Spoilt(_))));
        }
        std::fs::remove_file(&path).expect("it is gone");
        assert!(matches!(files.download(&file).await, Err(NoFile::Spoilt(_))));
        assert_eq!(files.spoilt(), 3);
        assert!(files.try_out().await.is_ok());
    }

    #[test]
    fn files_can_be_in_a_bucket_and_a_setting_that_names_neither_is_refused() {
        assert!(Files::open("s3://an-invented-bucket/drafts").is_ok());
        for wrong in ["", "data/files", "https://an-invented-bucket.example", "s3:"] {
            assert!(Files::open(wrong).is_err(), "{wrong}");
        }
    }
}
