//! Ballots to be counted again, as CSV or Pabulib.
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let _ = voting::ballots::read(file, None);
});
