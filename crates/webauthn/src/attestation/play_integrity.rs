//! The format `play-integrity`: what Google says about the Android app that made the passkey, and
//! about the phone.
//!
//! Our own format, described in `docs/authenticator-attestation.md`, as one part of a compound
//! statement whose other part is `android-key`: by itself it says nothing about the key.

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;

use super::AttestationError;
use super::statement::{self, Basis, Subject};
use crate::cbor::Value;
use crate::evidence::Findings;
use crate::genuine::{AndroidApp, Platform, ResponseKeys};
use crate::play_integrity::{self, Binding, Expectation, Verdict};

/// The statement is right if any genuine app of this model could have made it.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    let members = statement::members(statement)?;
    let token = members.named("token").and_then(Value::as_text);
    let token = token.ok_or(AttestationError::Malformed)?;
    let apps = subject.trust.apps(subject.aaguid).filter_map(|app| match &app.platform {
        Platform::Android(app) => Some(app),
        Platform::Ios(_) => None,
    });
    let mut last = Err(AttestationError::UnknownApp);
    for app in apps {
        let mut own = Findings::default();
        last = verify_app(token, app, subject, &mut own);
        findings.contained("play integrity", own);
        if last.is_ok() {
            break;
        }
    }
    last.map(|()| Basis::Vouched)
}

fn verify_app(
    token: &str,
    app: &AndroidApp,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<(), AttestationError> {
    let verdict = read(token, app, subject, findings)?;
    let bound = digest::digest(&digest::SHA256, &subject.to_be_signed());
    let bound = BASE64URL_NOPAD.encode(bound.as_ref());
    let expectation = Expectation {
        package: &app.package,
        binding: Binding::Either(&bound),
        signing_digests: Some(&app.signing_digests),
        app_verdicts: &["PLAY_RECOGNIZED".to_owned()],
        device_verdicts: &[app.minimum_device.label().to_owned()],
        minimum_version: app.minimum_version,
        licensed: false,
        max_age_ms: app.max_age_ms,
        at: subject.at,
    };
    play_integrity::judge(&verdict, &expectation, findings).map_err(AttestationError::PlayIntegrity)
}

/// Opens the token, or takes what Google's endpoint made of it.
fn read(
    token: &str,
    app: &AndroidApp,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Verdict, AttestationError> {
    match &app.response_keys {
        ResponseKeys::Ours(keys) => {
            play_integrity::open(token, keys, findings).map_err(AttestationError::PlayIntegrity)
        }
        ResponseKeys::WithGoogle => {
            let decoded = subject.trust.decoded(token).ok_or(AttestationError::Undecoded);
            let decoded = findings.check("decoded by google", decoded)?;
            let verdict = Verdict::parse(decoded).map_err(AttestationError::PlayIntegrity);
            findings.check("verdict", verdict)
        }
    }
}

#[cfg(test)]
mod tests;
