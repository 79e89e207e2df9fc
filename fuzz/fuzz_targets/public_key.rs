//! COSE keys: what is read verifies nothing by chance.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::cose::PublicKey;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(key) = PublicKey::parse(bytes) {
        assert_eq!(key.as_cose(), bytes);
        let _ = key.verify(bytes, bytes);
    }
});
