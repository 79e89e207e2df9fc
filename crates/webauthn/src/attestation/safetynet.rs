//! The format `android-safetynet` (§8.5): what Google's service said about a phone. The service
//! is switched off; statements of old passkeys can still be judged for the day they were made.

use std::borrow::Cow;

use aws_lc_rs::digest;
use data_encoding::BASE64;
use serde::Deserialize;

use super::AttestationError;
use super::statement::{self, Basis, Subject};
use crate::bytes::Timestamp;
use crate::cbor::Value;
use crate::cose::Algorithm;
use crate::evidence::Findings;
use crate::jose::{Jws, SignedBy};
use crate::json::Object;
use crate::x509::{Certificate, PathRules, oid};

/// Whose name the service's certificate has.
const HOST: &str = "attest.android.com";

/// How far the service's clock and the moment of judgement may be apart, in milliseconds: the
/// nonce binds the answer to a challenge of ours anyway.
const MAX_AGE_MS: i64 = 5 * 60 * 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    nonce: String,
    #[serde(default)]
    cts_profile_match: bool,
    #[serde(default)]
    basic_integrity: bool,
    timestamp_ms: Option<i64>,
    apk_package_name: Option<String>,
    evaluation_type: Option<String>,
}

/// §8.5, verification procedure.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    // step 1: version and answer are there
    let members = statement::members(statement)?;
    let version = members.named("ver").and_then(Value::as_text);
    if version.is_none_or(str::is_empty) {
        return Err(AttestationError::Malformed);
    }

    // step 2: the answer is signed by whom its certificates say
    let token = Jws::parse(response(statement)?).map_err(AttestationError::Token);
    let token = findings.check("token", token)?;
    let chain = &token.header().certificates;
    let leaf = chain.first().ok_or(AttestationError::Malformed)?;
    let leaf = Certificate::parse(leaf).map_err(AttestationError::Certificate)?;
    let payload = findings.check("signature", signed(&token, &leaf))?;
    let text = std::str::from_utf8(&payload).map_err(|_| AttestationError::Malformed)?;
    let answer = serde_json::from_str(text).map_err(|_| AttestationError::Malformed);
    let Object::<Answer>(answer) = findings.check("answer", answer)?;

    // step 3: it is about this registration
    let nonce = BASE64.encode(digest::digest(&digest::SHA256, &subject.to_be_signed()).as_ref());
    let is_for_this = answer.nonce == nonce;
    findings.check("nonce", is_for_this.then_some(()).ok_or(AttestationError::Signature))?;

    // step 4: it comes from the service
    findings.check("service", expect_service(&leaf))?;

    // step 5: the phone passed
    tell(&answer, findings);
    let is_good = answer.cts_profile_match || !subject.trust.demands().safetynet_compatible;
    findings.check("compatibility", is_good.then_some(()).ok_or(AttestationError::Incompatible))?;

    let chain = chain.iter().cloned().map(Cow::Owned).collect();
    if !answer.timestamp_ms.is_some_and(|made| is_near(Timestamp(made), subject.at)) {
        return findings.check("time", Err(AttestationError::Stale));
    }
    // step 6
    Ok(Basis::Certified(chain, PathRules::Ordinary))
}

/// The certificates in the answer.
pub(super) fn certificates(statement: &Value<'_>) -> Vec<Vec<u8>> {
    let token = response(statement).ok().and_then(|text| Jws::parse(text).ok());
    token.map(|token| token.header().certificates.clone()).unwrap_or_default()
}

fn response<'a>(statement: &Value<'a>) -> Result<&'a str, AttestationError> {
    let bytes = statement::bytes(statement::members(statement)?, "response")?;
    std::str::from_utf8(bytes).map_err(|_| AttestationError::Malformed)
}

fn signed(token: &Jws<'_>, leaf: &Certificate<'_>) -> Result<Vec<u8>, AttestationError> {
    let (by, needed) = match SignedBy::from_name(&token.header().algorithm) {
        Some(SignedBy::Rs256) => (SignedBy::Rs256, Algorithm::Rs256),
        Some(SignedBy::Es256) => (SignedBy::Es256, Algorithm::Es256),
        None => return Err(AttestationError::Algorithm),
    };
    if !leaf.has_key_for(needed) {
        return Err(AttestationError::Algorithm);
    }
    token.verify(by, leaf.key_bits()).map_err(AttestationError::Token)
}

/// Any web server's certificate leads to the same roots.
fn expect_service(leaf: &Certificate<'_>) -> Result<(), AttestationError> {
    let is_service = leaf.is_for_host(HOST)
        || leaf.subject_has(oid::COMMON_NAME, |name| name == HOST.as_bytes());
    if is_service { Ok(()) } else { Err(AttestationError::Host) }
}

fn is_near(made: Timestamp, at: Timestamp) -> bool {
    at.since_ms(made).saturating_abs() <= MAX_AGE_MS
}

fn tell(answer: &Answer, findings: &mut Findings) {
    findings.learned("cts-profile-match", answer.cts_profile_match);
    findings.learned("basic-integrity", answer.basic_integrity);
    for (name, text) in
        [("package", &answer.apk_package_name), ("evaluation", &answer.evaluation_type)]
    {
        if let Some(text) = text {
            findings.learned(name, text.as_str());
        }
    }
}

#[cfg(test)]
mod tests;
