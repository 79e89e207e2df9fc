//! The three columns by which policy tells passkeys apart: `aaguid, synced, attested`.

use identity::passkey::{AttestationLevel, PasskeyFacts, PasskeyType};

use crate::engine::value::{Row, Value};
use crate::error::StoreError;

/// Reads the columns `aaguid, synced, attested`.
pub(crate) fn read(row: &mut Row) -> Result<PasskeyFacts, StoreError> {
    Ok(PasskeyFacts {
        aaguid: row.aaguid("aaguid")?,
        passkey_type: if row.bool("synced")? {
            PasskeyType::Synced
        } else {
            PasskeyType::DeviceBound
        },
        attestation: if row.bool("attested")? {
            AttestationLevel::Attested
        } else {
            AttestationLevel::NotAttested
        },
    })
}

/// The columns `aaguid, synced, attested` of these facts.
pub(crate) fn values(facts: &PasskeyFacts) -> [Value; 3] {
    [
        facts.aaguid.into(),
        (facts.passkey_type == PasskeyType::Synced).into(),
        (facts.attestation == AttestationLevel::Attested).into(),
    ]
}
