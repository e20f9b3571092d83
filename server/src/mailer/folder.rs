//! The folder emails are put into instead of being sent.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes an email so that its name appears only when all of it is on the disk. Without a name
/// it only tries.
pub async fn put(folder: &Path, name: Option<String>, bytes: Vec<u8>) -> Result<(), String> {
    let folder = folder.to_owned();
    let work = move || {
        fs::create_dir_all(&folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        if let Some(name) = name {
            file.persist(folder.join(name))?;
        }
        fs::File::open(&folder)?.sync_all()
    };
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(io::Error::other).flatten();
    done.map_err(|why| format!("the email folder: {why}"))
}
