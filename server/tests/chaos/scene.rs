//! The program on a machine whose disk, clock and neighbours a test has in its hand, and people who
//! use it meanwhile.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, UNIX_EPOCH};

use accounts::store;
use calendar::clock::{Clock, DAY};
use ground::db::{Db, Kind};
use ground::viewer::{PersonFacts, Role};
use serde_json::Value;
use sqlx::Connection as _;
use tempfile::TempDir;

use super::program::{Caller, Program, Start, is};
use super::{smtp_peer, world};

/// How many parents propose at once.
const PARENTS: usize = 4;

/// When a fault ends: what it does to the scene, and the moment from which all can be well again.
pub type End = Box<dyn FnOnce(&mut Scene) -> Instant>;

pub struct Scene {
    url: String,
    place: TempDir,
    hands: Hands,
    program: Option<Program>,
    /// Where the program listens, which another start changes.
    port: Arc<AtomicU16>,
    /// While it is held, the mail server runs.
    mail: Option<ChildStdin>,
    mail_port: u16,
    /// To whom emails came, each with its ids.
    arrived: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
    service: String,
    cookies: Vec<String>,
}

impl Scene {
    /// An area with parents, in which nothing runs yet.
    pub async fn new(kind: Kind) -> Self {
        let place = tempfile::tempdir().unwrap();
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}/area/alongside.db", place.path().display()),
            Kind::Postgres => world::new_postgres_database().await,
        };
        fs::create_dir(place.path().join("area")).unwrap();
        let hands = Hands::on(&place.path().join("area"));
        let (service, cookies) = furnish(&url).await;
        let mail = smtp_peer::start("plain", Path::new("/dev/null"));
        let mut scene = Self {
            url,
            hands,
            place,
            program: None,
            port: Arc::default(),
            mail_port: mail.port,
            mail: None,
            arrived: Arc::default(),
            service,
            cookies,
        };
        scene.listen(mail);
        scene
    }

    fn area(&self) -> PathBuf {
        self.place.path().join("area")
    }

    pub fn start(&mut self) {
        self.hands.all_is_durable();
        let program = Program::start(&Start {
            url: &self.url,
            folder: &self.area(),
            first: "ulimit -n 64",
            after: "",
            settings: [
                ("MAIL", format!("smtp+insecure://127.0.0.1:{}", self.mail_port)),
                ("FILES", format!("file:{}/files", self.area().display())),
                ("TRUSTED_PROXY", "127.0.0.1".into()),
            ]
            .into_iter()
            .chain(self.hands.settings())
            .collect(),
        });
        self.port.store(program.caller().port, Ordering::Relaxed);
        self.program = Some(program);
    }

    pub fn kill(&mut self) {
        self.program.take().unwrap().kill();
    }

    pub fn stop(&mut self) -> bool {
        self.program.take().unwrap().stop()
    }

    /// From now on each write into the area's folder gets this error.
    pub fn writes_fail(&mut self, error: &str) -> End {
        let error = match error {
            "ENOSPC" => rustix::io::Errno::NOSPC,
            "EROFS" => rustix::io::Errno::ROFS,
            _ => rustix::io::Errno::IO,
        };
        self.hands.set(Control::Error, error.raw_os_error().into());
        Box::new(|scene| {
            scene.hands.set(Control::Error, 0);
            Instant::now()
        })
    }

    pub fn clock_is_ahead(&mut self, seconds: i64) -> End {
        self.hands.set(Control::SecondsAhead, seconds);
        Box::new(|scene| {
            scene.hands.set(Control::SecondsAhead, 0);
            Instant::now()
        })
    }

    pub fn nobody_reads_the_log(&mut self) {
        self.program.as_mut().unwrap().nobody_reads();
    }

    /// Has callers who say nothing take all descriptors that it leaves to callers.
    pub fn take_descriptors(&mut self) -> Vec<TcpStream> {
        let program = self.program.as_ref().unwrap();
        (0..100)
            .map(|_| {
                let mut silent = program.connect();
                silent.write_all(b"GET / HTTP/1.1\r\nHost: along").unwrap();
                silent
            })
            .collect()
    }

    pub fn mail_server_goes(&mut self) {
        self.mail = None;
    }

    pub fn mail_server_comes(&mut self) {
        let port = self.mail_port.to_string();
        self.listen(smtp_peer::start_at("plain", Path::new("/dev/null"), &port));
    }

    fn listen(&mut self, mut mail: smtp_peer::Running) {
        let arrived = Arc::clone(&self.arrived);
        self.mail = mail.input.take();
        std::thread::spawn(move || {
            let mut line = String::new();
            while mail.output.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                let said: Value = line.parse().unwrap();
                line.clear();
                let id = said["raw"]
                    .as_str()
                    .unwrap()
                    .lines()
                    .find_map(|line| line.strip_prefix("Message-ID: ").map(str::to_owned));
                let to = said["to"][0].as_str().unwrap().to_owned();
                arrived.lock().unwrap().entry(to).or_default().push(id.unwrap());
            }
        });
    }

    pub fn arrived(&self) -> BTreeMap<String, Vec<String>> {
        self.arrived.lock().unwrap().clone()
    }

    /// Holds all of the table of topics, until what it gives is dropped.
    pub async fn lock_topics(&self) -> tokio::sync::oneshot::Sender<()> {
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(&self.url).await.unwrap();
        let (release, released) = tokio::sync::oneshot::channel();
        let mut tx =
            sqlx::query("BEGIN").execute(&mut connection).await.map(|_| connection).unwrap();
        sqlx::query("LOCK TABLE topics IN ACCESS EXCLUSIVE MODE").execute(&mut tx).await.unwrap();
        tokio::spawn(async move {
            let _ = released.await;
            sqlx::query("ROLLBACK").execute(&mut tx).await.unwrap();
        });
        release
    }

    /// The titles of all topics, and how often each is there.
    pub async fn topics(&self) -> BTreeMap<String, usize> {
        let db = Db::open(&self.url).await.unwrap();
        let titles: Vec<String> = sqlx::query_scalar("SELECT title FROM topics")
            .fetch_all(&mut *db.read().await.unwrap())
            .await
            .unwrap();
        let mut topics = BTreeMap::new();
        for title in titles {
            *topics.entry(title).or_default() += 1;
        }
        db.close().await;
        topics
    }

    pub fn lose_what_was_not_synced(&mut self) {
        self.hands.lose_what_was_not_synced();
    }
}

/// What `faults.c` does to a program that is started with [`Hands::settings`].
pub struct Hands {
    folder: PathBuf,
    /// What a disk holds after the power went.
    durable: TempDir,
    /// The library, and the file by which it is told what to do.
    place: TempDir,
    controls: File,
}

/// What it is told, in the order in which it reads.
#[derive(Clone, Copy)]
pub enum Control {
    /// Which error each write gets.
    Error,
    /// How far the clock is ahead.
    SecondsAhead,
    /// After how many more writes the program dies.
    DiesAfter,
}

impl Hands {
    /// Builds it, for what a program does in this folder.
    pub fn on(folder: &Path) -> Self {
        let place = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chaos/faults.c");
        let built = Command::new("cc")
            .args(["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
            .args([&place.path().join("faults.so"), &source])
            .arg("-ldl")
            .status();
        assert!(built.unwrap().success());
        let controls = place.path().join("controls");
        fs::write(&controls, [0; 24]).unwrap();
        Self {
            folder: folder.to_path_buf(),
            durable: tempfile::tempdir().unwrap(),
            controls: File::options().write(true).open(controls).unwrap(),
            place,
        }
    }

    pub fn settings(&self) -> [(&'static str, String); 4] {
        let shown = |path: &Path| path.display().to_string();
        [
            ("LD_PRELOAD", shown(&self.place.path().join("faults.so"))),
            ("FAULTS", shown(&self.place.path().join("controls"))),
            ("FOLDER", shown(&self.folder)),
            ("DURABLE", shown(self.durable.path())),
        ]
    }

    pub fn set(&self, control: Control, value: i64) {
        self.controls.write_all_at(&value.to_ne_bytes(), control as u64 * 8).unwrap();
    }

    /// What lies there while nothing runs outlives a power cut.
    pub fn all_is_durable(&self) {
        let durable = self.durable.path();
        fs::remove_dir_all(durable).unwrap();
        fs::create_dir(durable).unwrap();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            let mut names = String::new();
            for entry in fs::read_dir(&folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    let number = number_of(&entry.path());
                    fs::copy(entry.path(), durable.join(&number)).unwrap();
                    names += &format!("{number} {}\n", entry.file_name().to_str().unwrap());
                }
            }
            let below = folder.strip_prefix(&self.folder).unwrap().to_str().unwrap().to_owned();
            let name =
                if below.is_empty() { below } else { format!("%{}", below.replace('/', "%")) };
            fs::write(durable.join(format!("names{name}")), names).unwrap();
        }
    }

    /// Leaves on the disk what was synced: content of files, and names in folders.
    pub fn lose_what_was_not_synced(&self) {
        let (area, durable) = (&self.folder, self.durable.path());
        fs::remove_dir_all(area).unwrap();
        fs::create_dir(area).unwrap();
        for entry in fs::read_dir(durable).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let Some(below) = name.strip_prefix("names") else { continue };
            let folder = area.join(below.replace('%', "/").trim_start_matches('/'));
            fs::create_dir_all(&folder).unwrap();
            for line in fs::read_to_string(entry.path()).unwrap().lines() {
                let (number, name) = line.split_once(' ').unwrap();
                let content = fs::read(durable.join(number)).unwrap_or_default();
                fs::write(folder.join(name), content).unwrap();
            }
        }
    }
}

fn number_of(file: &Path) -> String {
    let of = fs::metadata(file).unwrap();
    let made = of.created().map_or(Duration::ZERO, |at| at.duration_since(UNIX_EPOCH).unwrap());
    format!("{}-{}.{:09}", of.ino(), made.as_secs(), made.subsec_nanos())
}

/// As an update of its packages restarts it. Returns when it answers again.
pub fn restart_postgres() {
    let version = std::env::var("PGVERSION").unwrap();
    let restarted = Command::new("pg_ctlcluster")
        .args([&version, "regress", "restart", "--mode", "fast"])
        .current_dir("/")
        .status();
    assert!(restarted.unwrap().success());
}

/// These parents propose for as long as the test runs: no limit on what one of them sends is in the
/// way. Each count is taken back as soon as it is made.
async fn without_limits(db: &Db) {
    let statements: &[&'static str] = match db.kind() {
        Kind::Sqlite => &[
            "CREATE TRIGGER no_limit AFTER INSERT ON attempts
             BEGIN UPDATE attempts SET tries = 0 WHERE place = NEW.place; END",
            "CREATE TRIGGER no_limit_again AFTER UPDATE OF tries ON attempts WHEN NEW.tries > 0
             BEGIN UPDATE attempts SET tries = 0 WHERE place = NEW.place; END",
        ],
        Kind::Postgres => &[
            "CREATE FUNCTION no_limit() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN NEW.tries := 0; RETURN NEW; END $$",
            "CREATE TRIGGER no_limit BEFORE INSERT OR UPDATE ON attempts
             FOR EACH ROW EXECUTE FUNCTION no_limit()",
        ],
    };
    for statement in statements {
        sqlx::query(*statement).execute(&mut *db.read().await.unwrap()).await.unwrap();
    }
}

/// Gives an area its service and its parents, signed in: the service, and each parent's cookie.
async fn furnish(url: &str) -> (String, Vec<String>) {
    let db = Db::open(url).await.unwrap();
    db.migrate().await.unwrap();
    without_limits(&db).await;
    let now = Clock::system().now();
    let mut tx = db.begin().await.unwrap();
    let service =
        area::store::add(&mut tx, area::AreaKind::Service, "Transport", None).await.unwrap();
    let mut accounts = Vec::new();
    for nth in 0..PARENTS {
        let account = store::NewAccount {
            email: &format!("parent{nth}@example.org"),
            shown_name: "Somebody",
            facts: PersonFacts::default(),
            password_hash: None,
        };
        let id = store::make_account(&mut tx, &account, now).await.unwrap().unwrap();
        store::grant(&mut tx, &id, &[Role::Parent], now).await.unwrap();
        accounts.push(id);
    }
    tx.commit().await.unwrap();
    let mut cookies = Vec::new();
    for account_id in accounts {
        let token = id::secret();
        let session = store::NewSession {
            token_hash: id::hash(&token),
            account_id,
            device: "Firefox on Linux".into(),
            now,
            idle_ends_at: now + 300 * DAY,
            ends_at: now + 300 * DAY,
        };
        store::begin_session(&db, session).await.unwrap();
        cookies.push(format!("session={token}"));
    }
    db.close().await;
    (service, cookies)
}

/// A topic that a parent was told is kept.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub title: String,
    pub at: Instant,
}

/// People who use the service: parents who propose topics, each pressing again until she has an
/// answer, and somebody who asks for emails, each time for another address.
pub struct People {
    kept: Arc<PeopleNotes>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct PeopleNotes {
    topics: Mutex<Vec<Acknowledged>>,
    emails: Mutex<Vec<String>>,
    /// How often somebody was told to try again, or had no answer.
    refused: AtomicUsize,
    /// What no fault of a machine explains.
    wrong: Mutex<Vec<String>>,
    go_home: AtomicBool,
}

impl People {
    pub fn begin(scene: &Scene) -> Self {
        let kept = Arc::new(PeopleNotes::default());
        let mut threads = Vec::new();
        for (nth, cookie) in scene.cookies.iter().enumerate() {
            let (kept, port) = (Arc::clone(&kept), Arc::clone(&scene.port));
            let (cookie, service) = (cookie.clone(), scene.service.clone());
            threads.push(std::thread::spawn(move || propose(nth, &cookie, &service, &port, &kept)));
        }
        let (kept_too, port) = (Arc::clone(&kept), Arc::clone(&scene.port));
        let service = scene.service.clone();
        threads.push(std::thread::spawn(move || subscribe(&service, &port, &kept_too)));
        Self { kept, threads }
    }

    pub fn acknowledged(&self) -> Vec<Acknowledged> {
        self.kept.topics.lock().unwrap().clone()
    }

    pub fn refused(&self) -> usize {
        self.kept.refused.load(Ordering::Relaxed)
    }

    pub fn emails(&self) -> Vec<String> {
        self.kept.emails.lock().unwrap().clone()
    }

    /// Sends them home: the topics and the addresses that were acknowledged.
    pub fn end(self) -> (Vec<Acknowledged>, Vec<String>) {
        self.kept.go_home.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        let wrong = self.kept.wrong.lock().unwrap();
        assert!(wrong.is_empty(), "answers that no fault of a machine explains: {wrong:#?}");
        (self.kept.topics.lock().unwrap().clone(), self.kept.emails.lock().unwrap().clone())
    }
}

fn propose(parent: usize, cookie: &str, service: &str, port: &AtomicU16, kept: &PeopleNotes) {
    for nth in 0.. {
        let title = format!("What parent {parent} proposes for the {nth}th time");
        let form = format!(
            "form_key={}&title={}&happens_now=Nothing&would_help=Something&services={service}&\
             step=send",
            id::fresh(),
            title.replace(' ', "+")
        );
        loop {
            if kept.go_home.load(Ordering::Relaxed) {
                return;
            }
            let caller = Caller {
                port: port.load(Ordering::Relaxed),
                cookie: cookie.to_owned(),
                from: network_address(parent, nth),
            };
            if answered(caller.post("/topics/new", &form), "location: /topics/", kept) {
                let topic = Acknowledged { title, at: Instant::now() };
                kept.topics.lock().unwrap().push(topic);
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn subscribe(service: &str, port: &AtomicU16, kept: &PeopleNotes) {
    for nth in 0.. {
        if kept.go_home.load(Ordering::Relaxed) {
            return;
        }
        let to = format!("somebody{nth}@example.org");
        let form = format!(
            "form_key={}&email={}&services={service}&cadence=at+once",
            id::fresh(),
            to.replace('@', "%40")
        );
        let caller = Caller {
            port: port.load(Ordering::Relaxed),
            from: network_address(PARENTS, nth),
            ..Caller::default()
        };
        if answered(caller.post("/subscribe", &form), "location: /subscribe/sent", kept) {
            kept.emails.lock().unwrap().push(to);
        }
        std::thread::sleep(Duration::from_millis(40));
    }
}

/// Another wider network each time: no limit on calls, or on what strangers ask for, is in the way.
pub fn network_address(who: usize, nth: usize) -> String {
    format!("{}.{}.{who}.1", 11 + nth / 250 % 100, nth % 250)
}

/// Whether it was acknowledged. A 503 and no answer at all are what faults of a machine give.
fn answered(answer: std::io::Result<String>, place: &str, kept: &PeopleNotes) -> bool {
    if let Ok(answer) = answer {
        if is(&answer, 303) && answer.contains(place) {
            return true;
        }
        if !is(&answer, 503) || !answer.to_lowercase().contains("retry-after") {
            let head = answer.lines().next().unwrap_or_default().to_owned();
            kept.wrong.lock().unwrap().push(head);
        }
    }
    kept.refused.fetch_add(1, Ordering::Relaxed);
    false
}
