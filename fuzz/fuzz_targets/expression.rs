//! When a question is asked, as XLSForm and LimeSurvey write it.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = questionnaires::import::expression::terms(text);
});
