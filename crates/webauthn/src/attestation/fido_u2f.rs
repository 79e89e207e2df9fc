//! The format `fido-u2f` (§8.6): security keys from before WebAuthn.

use super::AttestationError;
use super::statement::{self, Basis, Subject};
use crate::cbor::Value;
use crate::cose::{Algorithm, Curve};
use crate::evidence::Findings;
use crate::x509::Certificate;

/// §8.6, verification procedure.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    // step 1: signature and certificates are there
    let members = statement::members(statement)?;
    let signature = statement::bytes(members, "sig")?;
    let chain = statement::certificates(statement).ok_or(AttestationError::Malformed)?;

    // step 2: exactly one certificate, of a key on P-256
    let [leaf] = chain.as_slice() else { return Err(AttestationError::Malformed) };
    let leaf = Certificate::parse(leaf).map_err(AttestationError::Certificate)?;
    let is_p256 = leaf.has_key_for(Algorithm::Es256);
    findings.check("attestation key", is_p256.then_some(()).ok_or(AttestationError::Algorithm))?;

    // steps 3 and 4: the parts of the authenticator data; the new key is a point of P-256 too
    let point = subject.public_key.point_on(Curve::P256).ok_or(AttestationError::Algorithm);
    let point = findings.check("new key", point)?;

    // steps 5 and 6: what a U2F authenticator signs
    let message = [
        &[0],
        subject.rp_id_hash.as_slice(),
        subject.client_data_hash,
        subject.credential_id,
        point,
    ]
    .concat();
    let signed = statement::expect_signed(&leaf, Algorithm::Es256, &message, signature);
    findings.check("signature of the attestation key", signed)?;

    // steps 7 and 8: basic or by an authority, which only metadata tell apart
    Ok(Basis::certified(chain))
}

#[cfg(test)]
mod tests;
