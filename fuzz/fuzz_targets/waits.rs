//! The CSV of how long families wait, place by place and month by month.
#![no_main]

use calendar::clock::Moment;
use forms::Sent;
use waits::rules::{Numbers, report};

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let _ =
        report(&Sent::default(), Numbers::File(file), &[], Moment::from_millis(1_800_000_000_000));
});
