//! A mail server that takes everything and keeps nothing, for Alongside and for smtp-source alike.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::Done;

pub fn run(address: &str) -> Done {
    for caller in TcpListener::bind(address)?.incoming() {
        let caller = caller?;
        // Whoever hangs up in the middle is gone, and nobody else's matter.
        thread::spawn(move || receive(&caller));
    }
    Ok(())
}

fn receive(caller: &TcpStream) -> io::Result<()> {
    caller.set_nodelay(true)?;
    let (mut reader, mut answers) = (BufReader::with_capacity(64 * 1024, caller), Vec::new());
    let (mut line, mut is_message) = (Vec::new(), false);
    answers.extend_from_slice(b"220 sink ESMTP\r\n");
    loop {
        // What came in one go is answered in one go.
        if reader.buffer().is_empty() {
            (&*caller).write_all(&answers)?;
            answers.clear();
        }
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if is_message {
            if line == b".\r\n" {
                is_message = false;
                answers.extend_from_slice(b"250 2.0.0 kept nothing\r\n");
            }
            continue;
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        answers.extend_from_slice(answer(&verb));
        is_message = verb == b"DATA";
        if verb == b"QUIT" {
            return (&*caller).write_all(&answers);
        }
    }
}

fn answer(verb: &[u8]) -> &'static [u8] {
    match verb {
        b"EHLO" => b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
        b"DATA" => b"354 go on\r\n",
        b"QUIT" => b"221 2.0.0 bye\r\n",
        _ => b"250 2.1.0 ok\r\n",
    }
}
