//! A file of questions: what is read can be written, and read again.
#![no_main]

use questionnaires::file;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(questions) = file::read(bytes) {
        assert_eq!(file::read(file::write(&questions).expect("a file").as_bytes()), Ok(questions));
    }
});
