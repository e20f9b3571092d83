//! A file that somebody puts in: a picture is read, turned and made anew.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = ground::files::read(bytes.to_vec().into());
});
