//! The format `apple` (§8.8): Apple certifies the new key itself, anonymously, for a few days.

use super::AttestationError;
use super::statement::{self, Basis, Subject};
use crate::app_attest;
use crate::cbor::Value;
use crate::evidence::Findings;
use crate::x509::{self, oid};

/// §8.8, verification procedure. Members beside `x5c` are tolerated: Apple once sent `alg`.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    // step 1: certificates are there
    let chain = statement::certificates(statement).ok_or(AttestationError::Malformed)?;
    let leaf = statement::leaf(&chain)?;

    // steps 2 to 4: the nonce is the hash of authenticator data and client data hash, and stands
    // in the certificate, which takes the place of a signature
    let extension = leaf.extension(oid::APPLE_NONCE).ok_or(AttestationError::Malformed)?;
    let certified = x509::apple_nonce(extension.value);
    let certified = certified.ok_or(AttestationError::CertificateExtension);
    findings.check("nonce in the certificate", certified)?;
    let bound = app_attest::expect_nonce(&leaf, &subject.to_be_signed());
    findings.check("bound to this", bound.map_err(|_| AttestationError::Signature))?;

    // step 5: the certified key is the new key, not one that happened to be certified
    findings.check("certified key", statement::expect_key(&leaf, subject))?;

    // step 6
    Ok(Basis::certified(chain))
}

#[cfg(test)]
mod tests;
