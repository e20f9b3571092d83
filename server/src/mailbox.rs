//! The mailbox that emails come back to: a file that the mail server of this machine writes to
//! (mbox), or a folder (Maildir).

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use deliveries::returns::{MOST_READ, Return, Unclear, read_mail, unclear};
use ground::house::House;
use ground::return_address::ReturnAddress;
use mail_parser::mailbox::mbox::{Message, MessageIterator};

/// After so long the lock of a mail server that stopped half-way is taken away, as mail servers do.
const STALE: Duration = Duration::from_secs(600);

/// The mailbox of `BOUNCES`.
#[derive(Clone, Debug)]
pub struct Mailbox {
    path: PathBuf,
}

impl Mailbox {
    /// Reads the setting: `file:PATH`.
    ///
    /// # Errors
    /// One line that names the setting.
    pub fn from_setting(text: &str) -> Result<Self, String> {
        match text.strip_prefix("file:") {
            Some(path) if !path.is_empty() => Ok(Self { path: path.into() }),
            _ => Err("BOUNCES must be file:PATH, the file or the folder (Maildir) that emails \
                come back to"
                .to_owned()),
        }
    }

    /// Keeps what came back, and takes those emails out; any other is left for someone to read, and
    /// noted where it is about one of our emails.
    /// Stopped half-way, the emails are read again, and change nothing.
    ///
    /// # Errors
    /// When the mailbox cannot be read, or the database fails.
    pub async fn empty(&self, house: &House) -> Result<(), String> {
        let Some(ours) = house.settings.return_address.clone() else { return Ok(()) };
        if !self.path.exists() {
            return Ok(());
        }
        let (path, is_folder) = (self.path.clone(), self.path.is_dir());
        let found =
            blocking(
                move || if is_folder { read_folder(&path, &ours) } else { read_file(&path, &ours) },
            )
            .await?;
        let Some(Found { returns, unclear, held }) = found else { return Ok(()) };
        let failed = |error: sqlx::Error| format!("what came back cannot be kept: {error}");
        deliveries::record_returns(house, &returns).await.map_err(failed)?;
        deliveries::record_unread(house, &unclear).await.map_err(failed)?;
        blocking(move || held.take_out()).await
    }
}

/// Does what waits for the disk, where nothing else waits for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other).flatten();
    done.map_err(|error| format!("the mailbox: {error}"))
}

/// What was read from a mailbox, to be taken out once it is kept.
enum Held {
    /// Files of a folder, and those that are left for someone to read.
    Folder { read: Vec<PathBuf>, others: Vec<PathBuf> },
    /// A file, with what is left for someone to read.
    File { path: PathBuf, long: u64, others: Others, _lock: Lock },
}

/// The mails of a file that are no returns, gathered on the disk: there may be many, and large
/// ones.
#[derive(Default)]
struct Others(Option<File>);

impl Others {
    fn add(&mut self, mail: &Message) -> io::Result<()> {
        if self.0.is_none() {
            self.0 = Some(tempfile::tempfile()?);
        }
        let Some(file) = &mut self.0 else { return Ok(()) };
        file.write_all(format!("From {} Thu Jan  1 00:00:00 1970\n", mail.from()).as_bytes())?;
        file.write_all(mail.contents())?;
        file.write_all(b"\n")
    }

    fn append_to(self, path: &Path) -> io::Result<()> {
        let Some(mut file) = self.0 else { return Ok(()) };
        file.rewind()?;
        io::copy(&mut file, &mut OpenOptions::new().create(true).append(true).open(path)?)?;
        Ok(())
    }
}

/// What a mailbox holds.
struct Found {
    returns: Vec<Return>,
    unclear: Vec<Unclear>,
    held: Held,
}

fn read_folder(path: &Path, ours: &ReturnAddress) -> io::Result<Option<Found>> {
    let (mut returns, mut not_clear) = (Vec::new(), Vec::new());
    let (mut read, mut others) = (Vec::new(), Vec::new());
    fs::create_dir_all(path.join("cur"))?;
    for entry in fs::read_dir(path.join("new"))? {
        let file = entry?.path();
        // One that cannot be read keeps none of the others.
        let mut mail = Vec::new();
        let opened =
            File::open(&file).and_then(|file| file.take(MOST_READ as u64).read_to_end(&mut mail));
        if opened.is_err() {
            tracing::warn!("a file in the mailbox cannot be read");
            continue;
        }
        match read_mail(&mail, ours) {
            Some(back) => {
                returns.push(back);
                read.push(file);
            }
            None => {
                not_clear.extend(unclear(&mail, ours));
                others.push(file);
            }
        }
    }
    let is_any = !(read.is_empty() && others.is_empty());
    let held = Held::Folder { read, others };
    Ok(is_any.then_some(Found { returns, unclear: not_clear, held }))
}

fn read_file(path: &Path, ours: &ReturnAddress) -> io::Result<Option<Found>> {
    if fs::metadata(path)?.len() == 0 {
        return Ok(None);
    }
    let lock = Lock::take(path)?;
    let long = fs::metadata(path)?.len();
    let (mut returns, mut not_clear, mut others) = (Vec::new(), Vec::new(), Others::default());
    for mail in MessageIterator::new(BufReader::new(File::open(path)?)) {
        let mail = mail.map_err(io::Error::other)?;
        match read_mail(mail.contents(), ours) {
            Some(back) => returns.push(back),
            None => {
                not_clear.extend(unclear(mail.contents(), ours));
                others.add(&mail)?;
            }
        }
    }
    let held = Held::File { path: path.to_owned(), long, others, _lock: lock };
    Ok(Some(Found { returns, unclear: not_clear, held }))
}

impl Held {
    fn take_out(self) -> io::Result<()> {
        match self {
            Self::Folder { read, others } => {
                read.into_iter().try_for_each(fs::remove_file)?;
                others.into_iter().try_for_each(leave)
            }
            // Someone wrote into it without asking for the lock: all of it is read again.
            Self::File { path, long, .. } if fs::metadata(&path)?.len() != long => Ok(()),
            Self::File { path, others, .. } => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                others.append_to(&path.with_file_name(name + ".other"))?;
                OpenOptions::new().write(true).open(path)?.set_len(0)
            }
        }
    }
}

/// Leaves a file of a folder for someone to read: `new/NAME` becomes `cur/NAME:2,`.
fn leave(file: PathBuf) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let cur = file.parent().and_then(Path::parent).unwrap_or_else(|| Path::new("")).join("cur");
    fs::rename(&file, cur.join(name + ":2,"))
}

/// The file `PATH.lock`, by which mail servers and readers of an mbox wait for each other.
struct Lock(PathBuf);

impl Lock {
    fn take(path: &Path) -> io::Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let lock = path.with_file_name(name + ".lock");
        let age = fs::metadata(&lock)
            .and_then(|lock| lock.modified())
            .ok()
            .and_then(|at| SystemTime::now().duration_since(at).ok());
        if age.is_some_and(|age| age > STALE) {
            fs::remove_file(&lock)?;
        }
        OpenOptions::new().write(true).create_new(true).open(&lock)?;
        Ok(Self(lock))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
