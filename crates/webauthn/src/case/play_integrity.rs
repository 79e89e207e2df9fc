//! Cases of kind `playintegrity`.

use serde::Deserialize;

use super::{Failure, OneOrMore, bytes, unreadable};
use crate::bytes::Timestamp;
use crate::evidence::Findings;
use crate::genuine::TokenKeys;
use crate::play_integrity::{self, Binding, Expectation};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case {
    token: String,
    #[serde(rename = "decryptionKey_b64")]
    decryption_key: String,
    #[serde(rename = "verificationKey_spki_b64")]
    verification_key: String,
    package_name: String,
    expected_nonce: Option<String>,
    expected_request_hash: Option<String>,
    max_age_seconds: Option<i64>,
    require_device_verdict: Option<OneOrMore>,
    require_app_verdict: Option<OneOrMore>,
    #[serde(rename = "certificateSha256Digest")]
    signing_digests: Option<OneOrMore>,
    require_licensed: Option<bool>,
    verification_time: Option<String>,
}

/// Ten minutes, where a case does not say.
const MAX_AGE_SECONDS: i64 = 600;

pub(super) fn judge(case: &Case, now: Timestamp, findings: &mut Findings) -> Result<(), Failure> {
    let keys = bytes(&case.decryption_key).zip(bytes(&case.verification_key));
    let keys = keys.and_then(|(own, theirs)| TokenKeys::new(&own, &theirs).ok());
    let keys = keys.ok_or(unreadable("the keys are not one of aes-256 and one on p-256"))?;
    let binding = match (&case.expected_nonce, &case.expected_request_hash) {
        (Some(nonce), _) => Binding::Nonce(nonce),
        (None, Some(hash)) => Binding::RequestHash(hash),
        // a token that is bound to nothing can be played again for anything
        (None, None) => return Err(unreadable("neither a nonce nor a request hash is expected")),
    };
    let usual = ["PLAY_RECOGNIZED".to_owned()];
    let expectation = Expectation {
        package: &case.package_name,
        binding,
        signing_digests: case.signing_digests.as_ref().map(OneOrMore::as_slice),
        app_verdicts: case.require_app_verdict.as_ref().map_or(&usual, OneOrMore::as_slice),
        device_verdicts: case.require_device_verdict.as_ref().map_or(&[], OneOrMore::as_slice),
        minimum_version: None,
        licensed: case.require_licensed.unwrap_or(false),
        max_age_ms: case.max_age_seconds.unwrap_or(MAX_AGE_SECONDS).saturating_mul(1000),
        at: super::moment(case.verification_time.as_deref(), now)?,
    };
    let verdict = play_integrity::open(&case.token, &keys, findings)?;
    play_integrity::judge(&verdict, &expectation, findings)?;
    Ok(())
}
