//! The format `tpm` (§8.3): a trusted platform module certifies a key that it holds.

mod structures;

use aws_lc_rs::digest;

use super::AttestationError;
use super::packed::expect_model;
use super::statement::{self, Basis, Subject};
use crate::cbor::Value;
use crate::cose::Algorithm;
use crate::evidence::Findings;
use crate::x509::{Certificate, oid};

use structures::{CertInfo, PubArea};

/// §8.3, verification procedure.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    // step 1: the members are there
    let members = statement::members(statement)?;
    if members.named("ver").and_then(Value::as_text) != Some("2.0") {
        return Err(AttestationError::Malformed);
    }
    let algorithm = statement::algorithm(members)?;
    let signature = statement::bytes(members, "sig")?;
    let chain = statement::certificates(statement).ok_or(AttestationError::Malformed)?;
    let leaf = statement::leaf(&chain)?;

    // step 2: the key described is the new key
    let pub_area = statement::bytes(members, "pubArea")?;
    let described = PubArea::read(pub_area).ok_or(AttestationError::Malformed);
    let described = findings.check("description of the key", described)?;
    let is_new = described.is_of(subject.public_key);
    findings.check("described key", is_new.then_some(()).ok_or(AttestationError::PublicKey))?;

    // steps 3 and 4: what is certified is this key, for this registration
    let cert_info = statement::bytes(members, "certInfo")?;
    let certified = CertInfo::read(cert_info).ok_or(AttestationError::Malformed);
    let certified = findings.check("certified structure", certified)?;
    let hash = hash_of(algorithm).ok_or(AttestationError::Algorithm)?;
    let hash = digest::digest(hash, &subject.to_be_signed());
    let is_for_this = certified.extra_data == hash.as_ref();
    findings
        .check("bound to this", is_for_this.then_some(()).ok_or(AttestationError::Signature))?;
    let is_named = certified.name == described.name(pub_area);
    findings.check("certified key", is_named.then_some(()).ok_or(AttestationError::PublicKey))?;

    // step 5: certified by the module's attestation key
    let signed = statement::expect_signed(&leaf, algorithm, cert_info, signature);
    findings.check("signature of the attestation key", signed)?;

    // steps 6 and 7: whose certificate is a module's, and of this model
    findings.check("attestation certificate", expect_module_certificate(&leaf))?;
    findings.check("model in the certificate", expect_model(&leaf, subject.aaguid))?;
    for (name, attribute) in FACTS {
        if let Some(text) = leaf.directory_name_text(attribute) {
            findings.learned(name, text);
        }
    }

    // step 8
    Ok(Basis::certified(chain))
}

/// What the certificate says about the module.
const FACTS: [(&str, &[u8]); 3] = [
    ("tpm-manufacturer", oid::TPM_MANUFACTURER),
    ("tpm-model", oid::TPM_MODEL),
    ("tpm-version", oid::TPM_VERSION),
];

/// The hash that the signature algorithm uses, with which the module hashed what it was given.
const fn hash_of(algorithm: Algorithm) -> Option<&'static digest::Algorithm> {
    match algorithm {
        Algorithm::Es256
        | Algorithm::Esp256
        | Algorithm::Es256k
        | Algorithm::Rs256
        | Algorithm::Ps256 => Some(&digest::SHA256),
        Algorithm::Es384 | Algorithm::Esp384 | Algorithm::Rs384 | Algorithm::Ps384 => {
            Some(&digest::SHA384)
        }
        Algorithm::Es512 | Algorithm::Esp512 | Algorithm::Rs512 | Algorithm::Ps512 => {
            Some(&digest::SHA512)
        }
        // old modules know no other, and an attacker would need a second preimage
        Algorithm::Rs1 => Some(&digest::SHA1_FOR_LEGACY_USE_ONLY),
        Algorithm::EdDsa
        | Algorithm::Ed25519
        | Algorithm::Ed448
        | Algorithm::MlDsa44
        | Algorithm::MlDsa65
        | Algorithm::MlDsa87 => None,
    }
}

/// §8.3.1: version 3; no subject, but maker, model and version as alternative name; for
/// attestation keys; no authority.
fn expect_module_certificate(leaf: &Certificate<'_>) -> Result<(), AttestationError> {
    if !leaf.is_version_3() {
        return Err(AttestationError::CertificateVersion);
    }
    let is_vendor = |value: &[u8]| {
        value
            .strip_prefix(b"id:")
            .is_some_and(|digits| digits.len() == 8 && digits.iter().all(u8::is_ascii_hexdigit))
    };
    let some = |value: &[u8]| !value.is_empty();
    let alternative = leaf.extension(oid::SUBJECT_ALTERNATIVE_NAME);
    if !leaf.has_empty_subject()
        // without a subject the alternative name is all there is (RFC 5280 §4.2.1.6)
        || !alternative.is_some_and(|extension| extension.is_critical)
        || !leaf.directory_name_has(oid::TPM_MANUFACTURER, is_vendor)
        || !leaf.directory_name_has(oid::TPM_MODEL, some)
        || !leaf.directory_name_has(oid::TPM_VERSION, some)
    {
        return Err(AttestationError::CertificateSubject);
    }
    if !leaf.has_extended_key_usage(oid::TPM_ATTESTATION_KEY) {
        return Err(AttestationError::CertificateExtension);
    }
    if leaf.is_authority().map_err(AttestationError::Certificate)? {
        return Err(AttestationError::CertificateIsAuthority);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
