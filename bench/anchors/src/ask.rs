//! Whoever asks: so many connections, each in a thread of its own that sends a request, reads the
//! whole answer and sends the next. It knows of HTTP what axum and nginx answer, and no more, so
//! that it costs little: the caller must not be what is measured.

use std::error::Error;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Done;

pub struct Asking {
    pub address: SocketAddr,
    /// As they go over the wire.
    pub requests: Vec<Vec<u8>>,
    pub connections: usize,
    pub seconds: f64,
    /// How many are due each second, whether or not those before are answered; without, the next
    /// is due when the one before is answered.
    pub rate: Option<f64>,
    /// Whether each is sent once at most, as votes are; otherwise they begin again.
    pub once: bool,
}

/// What came back.
#[derive(Default)]
struct Heard {
    /// How long each answer took from when its request was due.
    took: Vec<Duration>,
    /// Answers that were neither a page nor the way to one.
    refused: usize,
}

/// Reads requests: each is a line that says how many bytes it has, and its bytes.
pub fn read(path: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error + Send + Sync>> {
    let all = fs::read(path)?;
    let (mut rest, mut requests) = (&all[..], Vec::new());
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let long: usize = std::str::from_utf8(&rest[..end])?.parse()?;
        let (request, others) =
            rest[end + 1..].split_at_checked(long).ok_or("a request is cut off")?;
        requests.push(request.to_vec());
        rest = others;
    }
    Ok(requests)
}

impl Asking {
    pub fn run(&self) -> Done {
        let (next, begin) = (AtomicUsize::new(0), Instant::now());
        let heard: Vec<io::Result<Heard>> = thread::scope(|scope| {
            let threads: Vec<_> =
                (0..self.connections).map(|_| scope.spawn(|| self.ask(&next, begin))).collect();
            threads
                .into_iter()
                .map(|thread| {
                    thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread failed")))
                })
                .collect()
        });
        let seconds = begin.elapsed().as_secs_f64();
        let mut all = Heard::default();
        for one in heard {
            let one = one?;
            all.took.extend(one.took);
            all.refused += one.refused;
        }
        all.took.sort_unstable();
        println!(
            "{{\"answers\": {}, \"refused\": {}, \"seconds\": {seconds}, \
             \"middle\": {}, \"p99\": {}}}",
            all.took.len(),
            all.refused,
            all.milliseconds(0.5),
            all.milliseconds(0.99),
        );
        Ok(())
    }

    /// One connection, until the time is over.
    fn ask(&self, next: &AtomicUsize, begin: Instant) -> io::Result<Heard> {
        let (mut line, mut heard) = (Line::to(self.address)?, Heard::default());
        loop {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            let due = match self.rate {
                Some(rate) => begin + Duration::from_secs_f64(nth as f64 / rate),
                None => Instant::now(),
            };
            let is_over = due.duration_since(begin).as_secs_f64() >= self.seconds;
            if is_over || (self.once && nth >= self.requests.len()) {
                return Ok(heard);
            }
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let status = line.ask(&self.requests[nth % self.requests.len()])?;
            heard.took.push(due.elapsed());
            heard.refused += usize::from(!(200..400).contains(&status));
        }
    }
}

impl Heard {
    /// How long this part of all answers took at most, in milliseconds. They are in order.
    fn milliseconds(&self, part: f64) -> f64 {
        let at = (self.took.len() as f64 * part) as usize;
        let took = self.took.get(at.min(self.took.len().saturating_sub(1)));
        took.map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    }
}

/// A connection that stays open.
struct Line {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Line {
    fn to(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, answer: Vec::new() })
    }

    /// Sends a request and reads its whole answer; the status.
    fn ask(&mut self, request: &[u8]) -> io::Result<u16> {
        self.stream.write_all(request)?;
        self.answer.clear();
        let end = loop {
            if let Some(at) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more()?;
        };
        let head = String::from_utf8_lossy(&self.answer[..end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("no answer of HTTP"))?;
        let long = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if let Some(long) = long {
            let long: usize = long.trim().parse().map_err(io::Error::other)?;
            while self.answer.len() < end + long {
                self.read_more()?;
            }
        } else if head.contains("\r\ntransfer-encoding: chunked") {
            while !self.answer.ends_with(b"\r\n0\r\n\r\n") {
                self.read_more()?;
            }
        }
        Ok(status)
    }

    fn read_more(&mut self) -> io::Result<()> {
        let mut some = [0; 32 * 1024];
        match self.stream.read(&mut some)? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed")),
            many => {
                self.answer.extend_from_slice(&some[..many]);
                Ok(())
            }
        }
    }
}
