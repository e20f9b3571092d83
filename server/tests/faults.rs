//! The real program among faults that are no crash: a disk that takes no more, a log that cannot be
//! written, callers who say nothing. It goes on, and is well again when the fault is over.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "some helpers are made for other tests")]

mod program;

use std::fs;
use std::io::Write as _;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use program::{Program, Start, is, until};
use tempfile::TempDir;

/// The program with its area in a folder of its own.
struct Service {
    program: Program,
    folder: TempDir,
}

impl Service {
    /// Starts it by a shell, which does `first` and then becomes it; `output` says where its words
    /// and its log go: without it to pipes that nobody reads.
    fn start(first: &str, output: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/alongside.db", folder.path().display());
        let (url, place) = (&url, folder.path());
        let start = Start { url, folder: place, first, after: output, settings: Vec::new() };
        let mut program = Program::start(&start);
        program.nobody_reads();
        Self { program, folder }
    }

    /// A form that anybody may send and that always writes.
    fn forget_password(&self) -> String {
        self.caller().post("/forgotten-password", "email=somebody%40example.org").unwrap()
    }

    /// The largest file it may write from now on, in bytes.
    fn may_write(&self, bytes: &str) {
        let set = Command::new("prlimit")
            .args(["--pid", &self.child.id().to_string(), &format!("--fsize={bytes}:unlimited")])
            .status();
        assert!(set.unwrap().success());
    }
}

impl Deref for Service {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}

#[test]
fn after_writes_that_failed_the_next_one_is_kept() {
    let service = Service::start("trap '' XFSZ", "");
    assert!(is(&service.forget_password(), 303));
    service.may_write("0");
    for _ in 0..20 {
        let answer = service.forget_password();
        assert!(is(&answer, 503), "{answer}");
        assert!(answer.to_lowercase().contains("retry-after"), "{answer}");
        assert!(is(&service.get("/topics"), 200), "pages are read all the while");
    }
    until("it is known that nothing can be kept", || {
        let ready = service.get("/readyz");
        is(&ready, 503) && ready.contains("writes: nothing can be saved at the moment")
    });
    assert!(is(&service.get("/healthz"), 200), "a start again would mend nothing");
    service.may_write("unlimited");
    assert!(is(&service.forget_password(), 303), "the first write after the fault is kept");
    until("it is known that all is well", || is(&service.get("/readyz"), 200));
    assert!(service.program.stop());
}

#[test]
fn figures_count_by_the_pattern_of_an_address_and_never_name_the_address() {
    let service = Service::start(":", "");
    assert!(is(&service.get("/read/a-secret-of-a-link"), 410));
    assert!(is(&service.get("/no-such-page?search=somebody"), 404));
    assert!(is(&service.forget_password(), 303));
    until("the emails were looked at", || service.figures().contains("what=\"emails\"} 1"));
    let figures = service.figures();
    for line in [
        "alongside_requests_total{route=\"/read/{token}\",method=\"GET\",status=\"410\"} 1",
        "alongside_requests_total{route=\"unknown\",method=\"GET\",status=\"404\"} 1",
        "alongside_request_seconds_bucket{route=\"/forgotten-password\",method=\"POST\",\
         le=\"30\"} 1",
        "alongside_emails_given_up 0",
        "alongside_sessions 0",
        "alongside_well{what=\"writes\"} 1",
    ] {
        assert!(figures.contains(line), "{line}\n{figures}");
    }
    for words in ["secret", "somebody", "example.org"] {
        assert!(!figures.contains(words), "{words}");
    }
    assert!(is(&service.get("/metrics"), 404), "not where everyone reads");
}

#[test]
fn an_older_program_stops_when_a_newer_one_has_changed_the_database() {
    let mut service = Service::start(":", "");
    let newer = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=20); \
                 db.execute(\"INSERT INTO _sqlx_migrations (version, description, success, \
                 checksum, execution_time) VALUES (9999, 'newer', 1, x'00', 0)\"); db.commit()";
    let file = service.folder.path().join("alongside.db");
    let changed = Command::new("python3").args(["-c", newer]).arg(file).status();
    assert!(changed.unwrap().success());
    assert!(service.program.child.wait().unwrap().success());
}

#[test]
fn a_service_whose_emails_are_on_hold_says_so_and_is_ready() {
    let service = Service::start(":", "");
    until("it is known that none are held", || {
        service.get("/readyz").contains("held emails: well")
    });
    let held = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=20); \
                db.execute(\"UPDATE service_state SET emails_held_at = 1\"); db.commit()";
    let file = service.folder.path().join("alongside.db");
    let changed = Command::new("python3").args(["-c", held]).arg(file).status();
    assert!(changed.unwrap().success());
    until("it is known that emails are held", || {
        let ready = service.get("/readyz");
        is(&ready, 200) && ready.contains("held emails: on hold until someone releases them")
    });
}

#[test]
fn a_log_that_cannot_be_written_keeps_nobody_from_an_answer() {
    for output in [">/dev/full 2>/dev/full", ">&- 2>&-", ""] {
        let service = Service::start(":", output);
        for _ in 0..3 {
            assert!(is(&service.forget_password(), 303), "{output}");
            assert!(is(&service.get("/"), 200), "{output}");
        }
    }
}

#[test]
fn callers_who_say_nothing_keep_nobody_out_for_long_and_do_not_hold_up_the_end() {
    let service = Service::start("ulimit -n 64", "");
    let silent: Vec<_> = (0..40)
        .map(|_| {
            let mut stream = service.connect();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: along").unwrap();
            stream
        })
        .collect();
    assert!(is(&service.get("/"), 200));
    assert!(is(&service.forget_password(), 303), "and there are descriptors to write with");
    drop(silent);
    let mut half = service.connect();
    half.write_all(b"GET / HTTP/1.1\r\nHost: along").unwrap();
    assert!(service.program.stop());
}

#[test]
fn a_database_that_went_is_not_replaced_by_an_empty_one_in_silence() {
    let service = Service::start(":", "");
    let folder = tempfile::tempdir().unwrap();
    copy_all(service.folder.path(), folder.path());
    assert!(service.program.stop());
    fs::remove_file(folder.path().join("alongside.db")).unwrap();
    let start = |more: &[&str]| {
        program::command(folder.path(), &[&["migrate"], more].concat())
            .env("DATABASE_URL", format!("sqlite://{}/alongside.db", folder.path().display()))
            .output()
            .unwrap()
    };
    let refused = start(&[]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && why.contains("--create"), "{why}");
    assert!(!folder.path().join("alongside.db").exists());
    // Nor is the log of what was saved last, where it was left behind: it has to be moved away.
    let log = folder.path().join("alongside.db-wal");
    assert!(fs::metadata(&log).unwrap().len() > 0 && !start(&["--create"]).status.success());
    fs::remove_file(&log).unwrap();
    assert!(start(&["--create"]).status.success());
    assert!(folder.path().join("alongside.db").exists());
}

#[test]
fn what_is_kept_stays_when_another_process_looked_into_the_database_and_left() {
    // With the demonstration it opens its database twice.
    for after in ["", "--demo"] {
        let service = Service::start(":", after);
        let log = service.folder.path().join("alongside.db-wal");
        let before = fs::metadata(&log).unwrap().ino();
        let look = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=20); \
                    db.execute('SELECT count(*) FROM accounts').fetchone(); db.close()";
        let file = service.folder.path().join("alongside.db");
        let looked = Command::new("python3").args(["-c", look]).arg(file).status();
        assert!(looked.unwrap().success());
        assert!(is(&service.forget_password(), 303));
        assert_eq!(fs::metadata(&log).map(|log| log.ino()).ok(), Some(before), "serve {after}");
    }
}

#[test]
fn a_file_that_is_no_database_is_refused_with_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("alongside.db"), "This is an email to the council.\n".repeat(99))
        .unwrap();
    let refused = program::command(folder.path(), &["check-config"])
        .env("DATABASE_URL", format!("sqlite://{}/alongside.db", folder.path().display()))
        .env("MAIL", format!("file:{}/mail", folder.path().display()))
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && why.contains("not a database"), "{why}");
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
