//! A draft: its HTML has bounds and no scripts, and its pieces can be compared.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let html = ground::text::markdown(text);
    assert!(!html.contains("<script") && !html.contains("<img"));
    assert!(html.len() <= 4 * 1024 * 1024 + 6 * text.len());
    let _ = ground::text::pieces(text);
});
