//! The fields of a form, and the cleaning that every text goes through.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    assert_eq!(forms::line(&forms::line(&text)), forms::line(&text));
    assert!(!forms::prose(&text).contains("\n\n\n"));
    let _ = (forms::markup(&text), forms::address(&text), forms::folded(&text));
    for read in forms::addresses(&text) {
        // What is read from a list is read alone as itself.
        if let Ok(address) = read {
            assert_eq!(forms::address(&address), Ok(address.clone()));
            let _ = forms::mailbox(&address);
        }
    }
    let sent = forms::Sent::read(bytes);
    let _ = (sent.once(), sent.packed());
});
