//! The certificates of an attestation authority (RFC 5280; WebAuthn Level 3 §8.2.1).

use webauthn::Aaguid;

use crate::der;
use crate::error::BrokenCrypto;
use crate::key::{KeyPair, Purpose, derive};
use crate::lies::CertificateLies;

/// When all certificates begin, as `UTCTime`.
const FROM: &str = "200101000000Z";
/// When all certificates end: the last year that `UTCTime` can name.
const UNTIL: &str = "491231235959Z";

/// The bits `keyCertSign` and `cRLSign` of a key usage: two of eight, one unused.
const SIGNS_CERTIFICATES: &[u8] = &[0x03, 2, 1, 0x06];

/// Whom a certificate names.
pub(super) struct Subject<'a> {
    pub(super) manufacturer: &'a str,
    pub(super) unit: Option<&'a str>,
    pub(super) common_name: &'a str,
}

/// Who signs a certificate.
pub(super) struct Issuer<'a> {
    pub(super) seed: &'a [u8; 32],
    pub(super) subject: Subject<'a>,
    pub(super) key: KeyPair,
}

/// The certificate of a root or an intermediate.
pub(super) fn authority(
    subject: &Subject<'_>,
    key: &KeyPair,
    issuer: &Issuer<'_>,
) -> Result<Vec<u8>, BrokenCrypto> {
    let extensions = [
        extension(der::BASIC_CONSTRAINTS, true, &der::sequence(&[der::TRUE])),
        extension(der::KEY_USAGE, true, SIGNS_CERTIFICATES),
    ];
    issue(subject, key, issuer, (FROM, UNTIL), &extensions)
}

/// The certificate of one model's batch key.
pub(super) fn leaf(
    subject: &Subject<'_>,
    key: &KeyPair,
    issuer: &Issuer<'_>,
    aaguid: Aaguid,
    lies: &CertificateLies,
) -> Result<Vec<u8>, BrokenCrypto> {
    // a BOOLEAN that has its default value, false, is left out in DER
    let constraints: &[&[u8]] = if lies.is_authority.unwrap_or(false) { &[der::TRUE] } else { &[] };
    let aaguid = lies.aaguid.unwrap_or(aaguid);
    let extensions = [
        extension(der::BASIC_CONSTRAINTS, true, &der::sequence(constraints)),
        extension(
            der::FIDO_AAGUID,
            lies.aaguid_is_critical.unwrap_or(false),
            &der::octets(aaguid.as_bytes()),
        ),
    ];
    let validity = match &lies.validity {
        Some((from, until)) => (from.as_str(), until.as_str()),
        None => (FROM, UNTIL),
    };
    issue(subject, key, issuer, validity, &extensions)
}

/// Signs a version 3 certificate.
fn issue(
    subject: &Subject<'_>,
    key: &KeyPair,
    issuer: &Issuer<'_>,
    (from, until): (&str, &str),
    extensions: &[Vec<u8>],
) -> Result<Vec<u8>, BrokenCrypto> {
    let spki = key.public.spki();
    let serial = derive(issuer.seed, Purpose::Serial, &spki);
    let serial = serial.first_chunk::<8>().ok_or(BrokenCrypto)?;
    let algorithm = der::sequence(&[der::ECDSA_WITH_SHA256]);
    let extensions: Vec<&[u8]> = extensions.iter().map(Vec::as_slice).collect();
    let to_be_signed = der::sequence(&[
        &der::element(0xa0, &[&[0x02, 1, 2]]),
        // a leading byte below 0x80 keeps the number positive, one above 0 keeps it minimal
        &der::element(0x02, &[&[0x4b], serial]),
        &algorithm,
        &name(&issuer.subject),
        &der::sequence(&[
            &der::element(0x17, &[from.as_bytes()]),
            &der::element(0x17, &[until.as_bytes()]),
        ]),
        &name(subject),
        &spki,
        &der::element(0xa3, &[&der::sequence(&extensions)]),
    ]);
    let signature = issuer.key.sign(&to_be_signed)?;
    Ok(der::sequence(&[&to_be_signed, &algorithm, &der::bits(&signature)]))
}

fn name(subject: &Subject<'_>) -> Vec<u8> {
    let mut parts = vec![(der::COUNTRY, "SE"), (der::ORGANIZATION, subject.manufacturer)];
    if let Some(unit) = subject.unit {
        parts.push((der::ORGANIZATIONAL_UNIT, unit));
    }
    parts.push((der::COMMON_NAME, subject.common_name));
    der::name(&parts)
}

fn extension(id: &[u8], is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if is_critical { der::TRUE } else { &[] };
    der::sequence(&[id, critical, &der::octets(value)])
}
