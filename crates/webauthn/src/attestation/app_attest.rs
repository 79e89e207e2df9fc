//! The format `apple-appattest`: which app on an Apple device made the passkey.
//!
//! Our own format, described in `docs/authenticator-attestation.md`: the statement carries Apple's
//! attestation object, made over this registration. Apps of others make the App Attest key itself
//! the passkey; then the statement is Apple's own, and read as such.

use aws_lc_rs::digest;

use super::AttestationError;
use super::statement::{self, Basis, Subject};
use crate::app_attest::{self, AppAttestError, Expectation};
use crate::attestation::AttestationObject;
use crate::cbor::Value;
use crate::evidence::Findings;
use crate::genuine::{IosApp, Platform};
use crate::trust::roots::Root;
use crate::x509::oid;

/// The statement is right if any genuine app of this model could have made it.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    let members = statement::members(statement)?;
    if members.named("x5c").is_some() {
        return verify_direct(statement, subject, findings);
    }
    let object = statement::bytes(members, "object")?;
    let apps = subject.trust.apps(subject.aaguid).filter_map(|app| match &app.platform {
        Platform::Ios(app) => Some(app),
        Platform::Android(_) => None,
    });
    let mut last = Err(AttestationError::UnknownApp);
    for app in apps {
        let mut own = Findings::default();
        last = verify_app(object, app, subject, &mut own);
        findings.contained("app attest", own);
        if last.is_ok() {
            break;
        }
    }
    last.map(|()| Basis::Vouched)
}

/// Apple certified an attestation for this registration by this app: what was attested along is
/// SHA-256 of authenticator data and client data hash.
fn verify_app(
    object: &[u8],
    app: &IosApp,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<(), AttestationError> {
    let bound = digest::digest(&digest::SHA256, &subject.to_be_signed());
    let anchors: Vec<_> = subject.trust.of(subject.aaguid).collect();
    let receipt_root = Root::AppleG3.anchor();
    let mut receipt_anchors = anchors.clone();
    receipt_anchors.extend(receipt_root.as_ref());
    let expectation = Expectation {
        app_id: &app.app_id(),
        environment: app.environment,
        key_id: None,
        client_data_hash: bound.as_ref(),
        anchors: &anchors,
        receipt_anchors: &receipt_anchors,
        at: subject.at,
    };
    app_attest::verify(object, &expectation, findings)
        .map(|_| ())
        .map_err(AttestationError::AppAttest)
}

/// The App Attest key is the passkey: as in the format `apple`, the nonce binds authenticator
/// data and client data, and the certified key is the new key, named by its hash.
fn verify_direct<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    let chain = statement::certificates(statement).ok_or(AttestationError::Malformed)?;
    let leaf = statement::leaf(&chain)?;
    if leaf.extension(oid::APPLE_NONCE).is_none() {
        return Err(AttestationError::Malformed);
    }
    let bound = app_attest::expect_nonce(&leaf, &subject.to_be_signed());
    findings.check("bound to this", bound.map_err(AttestationError::AppAttest))?;
    findings.check("certified key", statement::expect_key(&leaf, subject))?;
    let key_id = digest::digest(&digest::SHA256, leaf.key_bits());
    let is_named = key_id.as_ref() == subject.credential_id;
    let named = is_named.then_some(()).ok_or(AppAttestError::KeyId);
    findings.check("key id", named.map_err(AttestationError::AppAttest))?;
    Ok(Basis::certified(chain))
}

/// The certificates in Apple's object, or in the statement if it is Apple's own.
pub(super) fn certificates(statement: &Value<'_>) -> Vec<Vec<u8>> {
    let object = statement.as_map().and_then(|map| map.named("object")).and_then(Value::as_bytes);
    let object = object.and_then(|bytes| AttestationObject::parse(bytes).ok());
    let statement = object.as_ref().map_or(statement, AttestationObject::statement);
    let chain = statement::certificates(statement).unwrap_or_default();
    chain.into_iter().map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests;
