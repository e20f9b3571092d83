//! Starts the mail server for tests.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The mail server, running. It ends when its input is dropped.
pub struct Running {
    pub process: Child,
    pub input: Option<ChildStdin>,
    pub output: BufReader<ChildStdout>,
    pub port: u16,
}

/// Starts it in this mode; a certificate it makes for itself goes to that file.
pub fn start(mode: &str, certificate: &Path) -> Running {
    start_at(mode, certificate, "0")
}

/// Likewise on this port.
pub fn start_at(mode: &str, certificate: &Path, port: &str) -> Running {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp-peer");
    let installed = here.join("node_modules/smtp-server").exists();
    assert!(installed, "the mail server for tests is not installed: run make test");
    let mut process = Command::new("node")
        .arg(here.join("peer.mjs"))
        .arg(mode)
        .arg(certificate)
        .arg(port)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts");
    let input = process.stdin.take();
    let mut output = BufReader::new(process.stdout.take().expect("its output"));
    let mut line = String::new();
    output.read_line(&mut line).expect("its first line");
    let port = line.trim().parse().expect("the port it listens on");
    Running { process, input, output, port }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
