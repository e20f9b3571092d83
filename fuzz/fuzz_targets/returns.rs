//! A mail to the address that emails come back to, and a provider's call.
#![no_main]

use ground::return_address::ReturnAddress;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let ours = ReturnAddress::new("bounces@example.org", "a key of thirty-two letters, or more")
        .expect("a return address");
    assert_eq!(deliveries::returns::read_mail(bytes, &ours), None, "a forgery");
    let _ = deliveries::returns::read_call(bytes);
});
