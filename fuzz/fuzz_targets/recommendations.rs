//! The recommendations of a report, one a line.
#![no_main]

libfuzzer_sys::fuzz_target!(|typed: &str| {
    let _ = plans::reports::rules::recommendations(typed);
});
