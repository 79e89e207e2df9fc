//! The format `android-key` (§8.4): the phone's secure hardware certifies the new key itself.

use super::AttestationError;
use super::statement::{self, Basis, Subject};
use crate::android::{self, AndroidError, BootState, KeyDescription, SecurityLevel};
use crate::cbor::Value;
use crate::evidence::Findings;
use crate::genuine::{AndroidApp, Platform};
use crate::x509::oid;

/// §8.4, verification procedure.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    // step 1: algorithm, signature and certificates are there
    let members = statement::members(statement)?;
    let chain = statement::certificates(statement).ok_or(AttestationError::Malformed)?;
    let leaf = statement::leaf(&chain)?;
    let algorithm = statement::algorithm(members)?;

    // step 2: signed by the certified key
    let signature = statement::bytes(members, "sig")?;
    let signed = statement::expect_signed(&leaf, algorithm, &subject.to_be_signed(), signature);
    findings.check("signature of the certified key", signed)?;

    // step 3: which is the new key
    findings.check("certified key", statement::expect_key(&leaf, subject))?;

    // steps 4 and 5: and what the hardware says about it
    let extension =
        leaf.extension(oid::ANDROID_KEY_DESCRIPTION).ok_or(AttestationError::Malformed)?;
    let description =
        KeyDescription::parse(extension.value).map_err(|_| AttestationError::CertificateExtension);
    let description = findings.check("description of the key", description)?;
    description.tell(findings);
    let is_for_this = description.challenge == subject.client_data_hash;
    findings.check("challenge", is_for_this.then_some(()).ok_or(AttestationError::Signature))?;
    let in_hardware = subject.trust.demands().android_key_in_hardware;
    findings.check("authorizations", expect_own_signing_key(&description, in_hardware))?;

    let unrevoked = android::expect_unrevoked(&chain, subject.trust.revoked());
    findings.check("status list", unrevoked.map_err(revocation))?;
    for app in subject.trust.apps(subject.aaguid) {
        if let Platform::Android(app) = &app.platform {
            findings.check("app", expect_genuine(&description, app))?;
        }
    }

    // step 6
    Ok(Basis::certified_by_android(chain))
}

fn revocation(error: AndroidError) -> AttestationError {
    if let AndroidError::Certificate(error) = error {
        return AttestationError::Certificate(error);
    }
    AttestationError::Revoked
}

/// Step 5: made on the phone, for signing, and for one application alone. Of the two lists the
/// union counts, unless only what hardware enforces shall.
fn expect_own_signing_key(
    description: &KeyDescription<'_>,
    in_hardware: bool,
) -> Result<(), AttestationError> {
    const GENERATED: u32 = 0;
    const SIGN: u32 = 2;
    let both = [&description.hardware_enforced, &description.software_enforced];
    if both.iter().any(|list| list.is_for_all_applications) {
        return Err(AttestationError::KeyScope);
    }
    let lists = if in_hardware { both.get(..1).unwrap_or_default() } else { &both };
    let mut origins = lists.iter().filter_map(|list| list.origin).peekable();
    if origins.peek().is_none() || origins.any(|origin| origin != GENERATED) {
        return Err(AttestationError::KeyOrigin);
    }
    if !lists.iter().any(|list| list.purposes.contains(&SIGN)) {
        return Err(AttestationError::KeyPurpose);
    }
    Ok(())
}

/// The genuine app made the key, in hardware, on a system that its maker signed: the name of the
/// app is the system's word, so the system must be one to believe.
fn expect_genuine(
    description: &KeyDescription<'_>,
    app: &AndroidApp,
) -> Result<(), AttestationError> {
    let root = description.hardware_enforced.root_of_trust.as_ref();
    let is_protected = description.attestation_level != SecurityLevel::Software
        && description.attestation_level == description.key_level
        && root.is_some_and(|root| root.is_locked && root.state == BootState::Verified);
    if !is_protected {
        return Err(AttestationError::KeyProtection);
    }
    let made_by = description.software_enforced.application.as_ref();
    let is_genuine = made_by.is_some_and(|made_by| {
        made_by.packages.iter().any(|(name, version)| {
            *name == app.package && app.minimum_version.is_none_or(|minimum| *version >= minimum)
        }) && made_by.signing_digest_texts().any(|digest| app.signing_digests.contains(&digest))
    });
    if is_genuine { Ok(()) } else { Err(AttestationError::OtherApp) }
}

#[cfg(test)]
mod tests;
