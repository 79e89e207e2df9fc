//! Client data: read or refused, and what is read can be asked everything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::client_data::ClientData;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(data) = ClientData::parse(bytes) {
        if let Ok(challenge) = data.challenge() {
            assert_eq!(challenge.to_base64url(), data.challenge_text());
        }
        let _ = (data.ceremony(), data.origin(), data.is_cross_origin(), data.top_origin());
    }
});
