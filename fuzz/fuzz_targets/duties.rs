//! The file of what comes every year.
#![no_main]

use jiff::civil::date;

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let _ = duties::file::read(file, &[], &[], date(2027, 1, 15));
});
