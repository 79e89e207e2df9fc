//! The format `apple` (§8.8): Apple certifies the new key itself, anonymously, for a few days.

use aws_lc_rs::digest;

use super::AttestationError;
use super::statement::{self, Evidence, Subject};
use crate::cbor::Value;
use crate::der::{NotDer, Reader, Tag};
use crate::x509::{Certificate, oid};

/// §8.8, verification procedure. Members beside `x5c` are tolerated: Apple once sent `alg`.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
) -> Result<Evidence<'a>, AttestationError> {
    // step 1: certificates are there
    let chain = statement::certificates(statement).ok_or(AttestationError::Malformed)?;
    let leaf = chain.first().ok_or(AttestationError::Malformed)?;
    let leaf = Certificate::parse(leaf).map_err(AttestationError::Certificate)?;

    // steps 2 and 3: the nonce is the hash of authenticator data and client data hash
    let nonce = digest::digest(&digest::SHA256, &subject.to_be_signed());

    // step 4: and stands in the certificate, which takes the place of a signature
    let extension = leaf.extension(oid::APPLE_NONCE).ok_or(AttestationError::Malformed)?;
    let certified = certified_nonce(extension.value)
        .map_err(|NotDer| AttestationError::CertificateExtension)?;
    if certified != nonce.as_ref() {
        return Err(AttestationError::Signature);
    }

    // step 5: the certified key is the new key, not one that happened to be certified
    if !leaf.is_of(subject.public_key) {
        return Err(AttestationError::PublicKey);
    }

    // step 6
    Ok(Evidence::certified(chain))
}

/// A sequence of one element, tagged 1, that holds the octets.
fn certified_nonce(value: &[u8]) -> Result<&[u8], NotDer> {
    let mut outer = Reader::new(value);
    let mut sequence = Reader::new(outer.expect(Tag::Sequence)?);
    let mut tagged = Reader::new(sequence.expect(Tag::Context(1))?);
    let nonce = tagged.expect(Tag::OctetString)?;
    if outer.is_empty() && sequence.is_empty() && tagged.is_empty() {
        Ok(nonce)
    } else {
        Err(NotDer)
    }
}

#[cfg(test)]
mod tests;
