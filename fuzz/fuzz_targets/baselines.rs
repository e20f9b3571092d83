//! The CSV of how many children live in each place.
#![no_main]

use calendar::clock::Moment;

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let _ = area::baselines::read(file, &[], Moment::from_millis(1_800_000_000_000));
});
