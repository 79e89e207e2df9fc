//! The CBOR reader: nothing fells it, and the first item of what it reads is what it reads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::cbor;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((value, raw)) = cbor::read_first(bytes, cbor::MAX_DEPTH) {
        assert!(!raw.is_empty() && bytes.starts_with(raw));
        // NaN is kept as bytes, so every value equals itself
        assert_eq!(cbor::read(raw, cbor::MAX_DEPTH), Ok(value));
    }
});
