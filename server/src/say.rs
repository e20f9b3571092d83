//! What the program says on standard output and standard error. A full disk or a reader that has
//! gone away never stops it.

use std::io::{self, BufWriter, Stderr, Write};
use std::thread;
use std::time::Duration;

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::all_settings::default_of;

/// Says a line to whoever started the program.
pub fn line(words: &str) {
    // There is nobody left to tell that nobody heard it.
    let _ = writeln!(io::stdout().lock(), "{words}");
}

/// Says words as they are; they end their own last line.
pub fn words(words: &str) {
    let _ = io::stdout().lock().write_all(words.as_bytes());
}

/// Says why the program stops.
pub fn why(words: &str) {
    let _ = writeln!(io::stderr().lock(), "{words}");
}

/// The log while the program runs; dropping it writes what is still waiting.
pub struct Log {
    _writes: WorkerGuard,
    dropped: ErrorCounter,
}

impl Log {
    /// Begins to log on standard error, in a thread of its own. Lines that cannot be written, or
    /// not as fast as they come, are dropped.
    #[must_use]
    pub fn begin() -> Self {
        let lots = InLots(BufWriter::new(io::stderr()));
        let (writer, writes) = NonBlockingBuilder::default().lossy(true).finish(lots);
        let dropped = writer.error_counter();
        let filter = EnvFilter::try_from_default_env()
            .unwrap_or_else(|_| EnvFilter::new(default_of("RUST_LOG")));
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(writer)
            .log_internal_errors(false)
            .init();
        Self { _writes: writes, dropped }
    }

    /// Counts the lines that were dropped since they came faster than they could be written.
    #[must_use]
    pub fn dropped(&self) -> ErrorCounter {
        self.dropped.clone()
    }
}

/// How long lines wait for those that come after: a line alone is written at once.
const BETWEEN_LOTS: Duration = Duration::from_millis(20);

/// Lines that come together are written together: else each of thousands a second wakes the thread
/// that writes, and is a call to the system of its own.
struct InLots(BufWriter<Stderr>);

impl Write for InLots {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write(line)
    }

    /// When no line is left; what comes while this waits is the next lot.
    fn flush(&mut self) -> io::Result<()> {
        let written = self.0.flush();
        thread::sleep(BETWEEN_LOTS);
        written
    }
}
