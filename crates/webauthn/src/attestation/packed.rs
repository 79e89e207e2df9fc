//! The format `packed` (§8.2): signed by a key of the model's maker, or by the new key itself.

use super::AttestationError;
use super::statement::{self, Basis, Subject};
use crate::aaguid::Aaguid;
use crate::cbor::{Map, Value};
use crate::evidence::Findings;
use crate::x509::{Certificate, oid};

/// §8.2, verification procedure.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    let members = statement::members(statement)?;
    // ECDAA was withdrawn from the standard; nobody can verify such a statement any more
    if members.named("ecdaaKeyId").is_some() {
        return Err(AttestationError::Malformed);
    }
    if members.named("x5c").is_none() {
        return findings.check("signature of the new key", verify_self(members, subject));
    }
    // an empty list is malformed: read as self attestation it would let anybody sign
    let chain = statement::certificates(statement).filter(|chain| !chain.is_empty());
    let chain = chain.ok_or(AttestationError::Malformed)?;
    let leaf = statement::leaf(&chain)?;

    // the signature is the attestation key's, by an algorithm of that key
    let algorithm = statement::algorithm(members)?;
    let signature = statement::bytes(members, "sig")?;
    let message = subject.to_be_signed();
    let signed = statement::expect_signed(&leaf, algorithm, &message, signature);
    findings.check("signature of the attestation key", signed)?;

    // §8.2.1, the certificate's own rules, and the model it speaks for
    findings.check("attestation certificate", expect_attestation_certificate(&leaf))?;
    findings.check("model in the certificate", expect_model(&leaf, subject.aaguid))?;
    Ok(Basis::certified(chain))
}

/// No `x5c`: the new key signs for itself, by its own algorithm.
fn verify_self<'a>(
    members: &Map<'a>,
    subject: &Subject<'_>,
) -> Result<Basis<'a>, AttestationError> {
    if statement::algorithm(members)? != subject.public_key.algorithm() {
        return Err(AttestationError::Algorithm);
    }
    subject
        .public_key
        .verify(&subject.to_be_signed(), statement::bytes(members, "sig")?)
        .map_err(|_| AttestationError::Signature)?;
    Ok(Basis::SelfSigned)
}

/// §8.2.1: version 3; country, organisation, the literal unit and a common name; no authority.
/// Otherwise any certificate of the maker's, a web server's perhaps, could attest.
fn expect_attestation_certificate(leaf: &Certificate<'_>) -> Result<(), AttestationError> {
    if !leaf.is_version_3() {
        return Err(AttestationError::CertificateVersion);
    }
    let country = |value: &[u8]| value.len() == 2 && value.iter().all(u8::is_ascii_alphabetic);
    let unit = |value: &[u8]| value == b"Authenticator Attestation";
    let some = |value: &[u8]| !value.is_empty();
    if !(leaf.subject_has(oid::COUNTRY, country)
        && leaf.subject_has(oid::ORGANIZATION, some)
        && leaf.subject_has(oid::ORGANIZATIONAL_UNIT, unit)
        && leaf.subject_has(oid::COMMON_NAME, some))
    {
        return Err(AttestationError::CertificateSubject);
    }
    // absent means that it is no authority
    if leaf.is_authority().map_err(AttestationError::Certificate)? {
        return Err(AttestationError::CertificateIsAuthority);
    }
    Ok(())
}

/// If the certificate names a model, it must be the authenticator's (§8.2.1): else the key of a
/// cheap model could attest for a dear one of the same maker.
pub(super) fn expect_model(leaf: &Certificate<'_>, aaguid: Aaguid) -> Result<(), AttestationError> {
    let Some(extension) = leaf.extension(oid::FIDO_AAGUID) else { return Ok(()) };
    if extension.is_critical {
        return Err(AttestationError::CertificateExtension);
    }
    // an octet string of sixteen bytes inside the extension's own octet string
    match extension.value {
        [0x04, 0x10, model @ ..] if model.len() == 16 => {
            if model == aaguid.as_bytes() {
                Ok(())
            } else {
                Err(AttestationError::Aaguid)
            }
        }
        _ => Err(AttestationError::CertificateExtension),
    }
}

#[cfg(test)]
mod tests;
