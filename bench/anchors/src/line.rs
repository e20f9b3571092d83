//! A long line: what goes over it arrives later, in each direction, however much there is.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::Done;

/// Takes callers at one address to another; each way takes so many milliseconds.
pub fn run(address: &str, to: &str, milliseconds: f64) -> Done {
    let late = Duration::from_secs_f64(milliseconds / 1000.0);
    for caller in TcpListener::bind(address)?.incoming() {
        let (caller, called) = (caller?, TcpStream::connect(to)?);
        carry(caller.try_clone()?, called.try_clone()?, late)?;
        carry(called, caller, late)?;
    }
    Ok(())
}

/// Carries what comes from one to the other, in threads of their own.
fn carry(mut from: TcpStream, mut to: TcpStream, late: Duration) -> io::Result<()> {
    to.set_nodelay(true)?;
    let (send, under_way) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut some = vec![0; 64 * 1024];
        while let Ok(many @ 1..) = from.read(&mut some) {
            if send.send((Instant::now() + late, some[..many].to_vec())).is_err() {
                break;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in under_way {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    Ok(())
}
