//! What a browser sends of a passkey: what it says, and what a device says in CBOR.
#![no_main]

use accounts::passkeys::webauthn::{Made, Party, Used};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use forms::Sent;

/// What an honest browser says of what it did.
fn said(purpose: &str) -> String {
    let said = format!(
        r#"{{"type":"webauthn.{purpose}","challenge":"c","origin":"https://example.org"}}"#
    );
    URL_SAFE_NO_PAD.encode(said)
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let party = Party::at("https://example.org").expect("a name");
    let text = URL_SAFE_NO_PAD.encode(bytes);
    for client_data in [text.clone(), said("create"), said("get")] {
        let sent = Sent::of(&[
            ("client_data", &client_data),
            ("attestation", &text),
            ("credential", &text),
            ("authenticator_data", &text),
            ("signature", &text),
            ("user_handle", ""),
        ]);
        let _ = Made::read(&sent).and_then(|made| made.checked(&party));
        // Nobody signs without a key.
        let used = Used::read(&sent).and_then(|used| used.checked(&party, "ES256 BAEC"));
        assert!(used.is_err(), "a forgery");
    }
});
