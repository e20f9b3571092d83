//! One connection that stays open, so that only the answer is measured.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::program::HOST;

pub struct Line {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Line {
    pub fn to(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { stream, answer: Vec::new() }
    }

    /// Sends a form as from this network, and reads the whole answer; its status.
    pub fn post(&mut self, path: &str, fields: &[(&str, String)], from: &str) -> u16 {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-For: {from}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).unwrap();
        self.answer.clear();
        let mut some = [0; 16 * 1024];
        while !self.is_whole() {
            let read = self.stream.read(&mut some).unwrap();
            assert!(read > 0, "the connection was closed: {}", self.head().unwrap_or_default());
            self.answer.extend_from_slice(&some[..read]);
        }
        let status = self.head().unwrap().split(' ').nth(1).unwrap();
        status.parse().unwrap()
    }

    fn head(&self) -> Option<&str> {
        let end = self.answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        std::str::from_utf8(&self.answer[..end + 2]).ok()
    }

    /// Whether head and body are there: an answer says how long it is, or ends with an empty chunk.
    fn is_whole(&self) -> bool {
        let Some(head) = self.head() else { return false };
        let long = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
        });
        match long {
            Some(long) => self.answer.len() >= head.len() + 2 + long.unwrap(),
            None => self.answer.ends_with(b"0\r\n\r\n"),
        }
    }
}
