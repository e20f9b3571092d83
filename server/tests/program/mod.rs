//! The real program, started by a test, and what is said to it over its port.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How it is started. Its words and its log go to a pipe that nobody reads.
pub struct Start<'s> {
    /// The database.
    pub url: &'s str,
    /// Where it runs, and keeps files and emails.
    pub folder: &'s Path,
    /// What a shell does before it becomes the program: limits and traps.
    pub first: &'s str,
    /// What follows `alongside serve`: words, and where its output goes.
    pub after: &'s str,
    /// More settings.
    pub settings: Vec<(&'static str, String)>,
}

/// What the program is given besides the settings that a test gives it.
pub const NEEDED: [&str; 3] = ["PATH", "HOME", "TMPDIR"];

/// The program that was built with this test, with these words, in this folder.
pub fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = apart(env!("CARGO_BIN_EXE_alongside"), folder);
    command.args(words);
    command
}

/// Whatever starts in this folder, with the settings that a test then gives it and no others. A
/// developer's own, such as where emails and files go, are neither wanted there nor tried.
pub fn apart(what: &str, folder: &Path) -> Command {
    // Without one here the program would read one in a folder above.
    fs::write(folder.join(".env"), "").unwrap();
    let needed = NEEDED.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(what);
    command.current_dir(folder).env_clear().envs(needed);
    command
}

/// Its public address, which a proxy would have.
pub const HOST: &str = "alongside.example.org";

/// The program, serving. It is killed when the test ends.
pub struct Program {
    pub child: Child,
    port: u16,
    figures: u16,
}

impl Program {
    /// Starts it and waits until it answers.
    pub fn start(start: &Start<'_>) -> Self {
        let mut program = Self::spawn(start);
        program.until_it_answers();
        program
    }

    /// Starts it.
    pub fn spawn(start: &Start<'_>) -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (port, figures) = (free(), free());
        // Another than the one that was built with this test, as the one that is shipped.
        let program = std::env::var("ALONGSIDE_PROGRAM")
            .unwrap_or_else(|_| env!("CARGO_BIN_EXE_alongside").to_owned());
        let (first, after) = (start.first, start.after);
        let child = apart("sh", start.folder)
            .args(["-c", &format!("{first}\nexec {program} serve {after}")])
            .env("DATABASE_URL", start.url)
            .env("MAIL", format!("file:{}", start.folder.join("mail").display()))
            .env("LISTEN", format!("127.0.0.1:{port}"))
            .env("METRICS", format!("127.0.0.1:{figures}"))
            .env("PUBLIC_URL", format!("http://{HOST}"))
            .env("RUST_LOG", "info")
            .envs(start.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child, port, figures }
    }

    pub fn until_it_answers(&mut self) {
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if let Some(ended) = self.child.try_wait().unwrap() {
                let mut why = String::new();
                if let Some(mut said) = self.child.stderr.take() {
                    said.read_to_string(&mut why).unwrap();
                }
                panic!("it ended instead, with {ended}: {why}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// From now on whoever reads what it says is gone.
    pub fn nobody_reads(&mut self) {
        drop((self.child.stdout.take(), self.child.stderr.take()));
    }

    pub fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).unwrap()
    }

    pub fn caller(&self) -> Caller {
        Caller { port: self.port, cookie: String::new(), from: String::new() }
    }

    pub fn get(&self, path: &str) -> String {
        self.caller().get(path).unwrap()
    }

    /// What Prometheus reads.
    pub fn figures(&self) -> String {
        Caller { port: self.figures, ..self.caller() }.get("/metrics").unwrap()
    }

    /// Asks it to stop, and gives whether it ended well.
    pub fn stop(mut self) -> bool {
        let asked =
            Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        asked.success() && self.child.wait().unwrap().success()
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody with a browser.
#[derive(Clone, Default)]
pub struct Caller {
    pub port: u16,
    pub cookie: String,
    /// The network address that a proxy would name.
    pub from: String,
}

impl Caller {
    /// The whole answer, head and body.
    ///
    /// # Errors
    /// When there is none, or not the whole of it.
    pub fn get(&self, path: &str) -> io::Result<String> {
        self.exchange(&format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head()))
    }

    /// Likewise of a form.
    ///
    /// # Errors
    /// When there is none, or not the whole of it.
    pub fn post(&self, path: &str, body: &str) -> io::Result<String> {
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\n{}Content-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.head(),
            body.len()
        ))
    }

    fn head(&self) -> String {
        let mut head = format!("Host: {HOST}\r\nConnection: close\r\n");
        for (name, value) in [("Cookie", &self.cookie), ("X-Forwarded-For", &self.from)] {
            if !value.is_empty() {
                head += &format!("{name}: {value}\r\n");
            }
        }
        head
    }

    fn exchange(&self, request: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        if answer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

pub fn is(answer: &str, status: u16) -> bool {
    answer.starts_with(&format!("HTTP/1.1 {status} "))
}

/// Waits until it holds: what is known lags behind what is so.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..900 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("waited in vain until {what}");
}
