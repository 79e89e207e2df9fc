//! Authenticator data: read or refused; a shortened copy of what was read never is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::authenticator_data::AuthenticatorData;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(data) = AuthenticatorData::parse(bytes) {
        if let Some(attested) = data.attested() {
            assert!((1..=1023).contains(&attested.credential_id.len()));
        }
        if let Some((_, shorter)) = bytes.split_last() {
            assert!(AuthenticatorData::parse(shorter).is_err());
        }
    }
});
