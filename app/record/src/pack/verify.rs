//! Checks that the files of a pack are as they were when it was made.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use id::sha256;

use super::MANIFEST;

/// A pack in which every file is as its manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many files, without the manifest.
    pub files: usize,
    /// The hash of the manifest: the one given when the pack was made, unless it was made again.
    pub hash: String,
}

/// Compares the files of a folder with its manifest.
///
/// # Errors
/// Every fault on a line of its own: what was changed, what is missing, what does not belong there,
/// or why it cannot be read.
pub fn verify(folder: &Path) -> Result<Verified, Vec<String>> {
    let cannot = |what: &Path, error: std::io::Error| {
        vec![format!("{} cannot be read: {error}", what.display())]
    };
    let path = folder.join(MANIFEST);
    let manifest = fs::read(&path).map_err(|error| cannot(&path, error))?;
    let mut faults = Vec::new();
    let mut named = BTreeSet::from([MANIFEST.to_owned()]);
    for line in String::from_utf8_lossy(&manifest).lines() {
        let Some((expected, name)) =
            line.split_once("  ").filter(|(_, name)| !name.contains(['/', '\\']))
        else {
            faults.push(format!("{MANIFEST} was changed: it contains the line {line:?}"));
            continue;
        };
        named.insert(name.to_owned());
        match fs::read(folder.join(name)) {
            Ok(bytes) if sha256(&bytes) == expected => {}
            Ok(_) => faults.push(format!("{name} was changed after the pack was made")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                faults.push(format!("{name} is missing"));
            }
            Err(error) => faults.push(format!("{name} cannot be read: {error}")),
        }
    }
    let entries = fs::read_dir(folder).map_err(|error| cannot(folder, error))?;
    let there: BTreeSet<String> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    faults
        .extend(there.difference(&named).map(|name| format!("{name} does not belong to the pack")));
    if named.len() == 1 {
        faults.push(format!("{MANIFEST} does not list any files"));
    }
    if faults.is_empty() {
        Ok(Verified { files: named.len() - 1, hash: sha256(&manifest) })
    } else {
        Err(faults)
    }
}
