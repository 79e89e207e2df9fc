//! What a certificate says about itself, for people and for look-ups.

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use x509_parser::extensions::GeneralName;

use super::{Certificate, CertificateError};
use crate::bytes::Timestamp;

/// How metadata names the attestation keys of U2F authenticators: SHA-1 of the key's bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyIdentifier([u8; 20]);

impl KeyIdentifier {
    /// Reads forty hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl Certificate<'_> {
    /// The subject's name in words.
    #[must_use]
    pub fn subject_text(&self) -> String {
        self.0.tbs_certificate.subject.to_string()
    }

    /// The issuer's name in words.
    #[must_use]
    pub fn issuer_text(&self) -> String {
        self.0.tbs_certificate.issuer.to_string()
    }

    /// The serial number, big-endian, as it stands there.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        self.0.raw_serial()
    }

    /// The serial number in lower-case hexadecimal without leading zeros.
    #[must_use]
    pub fn serial_text(&self) -> String {
        let digits = HEXLOWER.encode(self.serial());
        let text = digits.trim_start_matches('0');
        if text.is_empty() { "0".to_owned() } else { text.to_owned() }
    }

    /// From when and until when it is valid.
    #[must_use]
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        let validity = self.0.validity();
        let moment = |seconds: i64| Timestamp(seconds.saturating_mul(1000));
        (moment(validity.not_before.timestamp()), moment(validity.not_after.timestamp()))
    }

    /// The same in words.
    #[must_use]
    pub fn validity_text(&self) -> String {
        let validity = self.0.validity();
        format!("{} to {}", validity.not_before, validity.not_after)
    }

    /// The key's bits: of an elliptic key the point.
    #[must_use]
    pub fn key_bits(&self) -> &[u8] {
        &self.0.tbs_certificate.subject_pki.subject_public_key.data
    }

    /// How metadata names the key.
    #[must_use]
    pub fn key_identifier(&self) -> KeyIdentifier {
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, self.key_bits());
        KeyIdentifier(hash.as_ref().try_into().unwrap_or_default())
    }

    /// The kind of key in words.
    #[must_use]
    pub fn key_text(&self) -> String {
        let info = &self.0.tbs_certificate.subject_pki;
        let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
        match curve {
            Some(curve) => format!("{} on {curve}", info.algorithm.algorithm),
            None => info.algorithm.algorithm.to_string(),
        }
    }

    /// The algorithm it says it is signed by, as dotted numbers.
    #[must_use]
    pub fn signature_algorithm_text(&self) -> String {
        self.0.signature_algorithm.algorithm.to_string()
    }

    /// Every extension: identifier as dotted numbers, whether critical, and value.
    pub fn extensions(&self) -> impl Iterator<Item = (String, bool, &[u8])> {
        self.0.extensions().iter().map(|e| (e.oid.to_id_string(), e.critical, e.value))
    }

    /// Whether the DNS names among the subject's alternative names have that one, in any case.
    #[must_use]
    pub fn is_for_host(&self, host: &str) -> bool {
        let Ok(Some(alternative)) = self.0.subject_alternative_name() else { return false };
        alternative
            .value
            .general_names
            .iter()
            .any(|name| matches!(name, GeneralName::DNSName(own) if own.eq_ignore_ascii_case(host)))
    }
}

/// The certificates in PEM, in their order; text around them is passed over.
///
/// # Errors
/// [`CertificateError::Malformed`] when one cannot be read.
pub fn from_pem(text: &str) -> Result<Vec<Vec<u8>>, CertificateError> {
    x509_parser::pem::Pem::iter_from_buffer(text.as_bytes())
        .map(|pem| pem.map(|pem| pem.contents).map_err(|_| CertificateError::Malformed))
        .collect()
}
