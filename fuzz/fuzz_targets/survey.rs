//! A survey of LimeSurvey (.lss).
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let _ = questionnaires::import::limesurvey(file);
});
