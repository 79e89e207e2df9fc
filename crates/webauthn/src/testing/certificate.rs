//! Certificates for tests, right or wrong in whatever way a test wants.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::KeyPair as _;

use super::Key;
use crate::x509::oid;

/// A DER element.
pub(crate) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let [.., high, low] = length.to_be_bytes();
    let mut bytes = match length {
        0..128 => vec![tag, low],
        128..256 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    bytes.extend(content);
    bytes
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(0x30, &parts.concat())
}

fn identifier(oid: &[u8]) -> Vec<u8> {
    der(0x06, oid)
}

/// A name of these attributes, in this order.
pub(crate) fn name(attributes: &[(&[u8], &str)]) -> Vec<u8> {
    let attributes: Vec<_> = attributes
        .iter()
        .map(|(kind, value)| {
            der(0x31, &sequence(&[&identifier(kind), &der(0x0c, value.as_bytes())]))
        })
        .collect();
    der(0x30, &attributes.concat())
}

/// A name of one common name.
pub(crate) fn common_name(text: &str) -> Vec<u8> {
    name(&[(oid::COMMON_NAME, text)])
}

/// The subject that §8.2.1 asks of an attestation certificate.
pub(crate) fn attestation_subject() -> Vec<u8> {
    name(&[
        (oid::COUNTRY, "SE"),
        (oid::ORGANIZATION, "Maker"),
        (oid::ORGANIZATIONAL_UNIT, "Authenticator Attestation"),
        (oid::COMMON_NAME, "Model"),
    ])
}

/// An extension, its value wrapped in the octet string.
pub(crate) fn extension(oid: &[u8], is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if is_critical { vec![0x01, 0x01, 0xff] } else { Vec::new() };
    sequence(&[&identifier(oid), &critical, &der(0x04, value)])
}

/// Basic constraints of an authority, with a path length or without.
pub(crate) fn authority(path_length: Option<u8>) -> Vec<u8> {
    let mut content = vec![0x01, 0x01, 0xff];
    content.extend(path_length.into_iter().flat_map(|length| [0x02, 0x01, length]));
    extension(&[0x55, 0x1d, 0x13], true, &der(0x30, &content))
}

/// Basic constraints that say in so many words that it is no authority.
pub(crate) fn no_authority() -> Vec<u8> {
    extension(&[0x55, 0x1d, 0x13], true, &[0x30, 0x03, 0x01, 0x01, 0x00])
}

/// Key usage with these bits.
pub(crate) fn key_usage(bits: u8) -> Vec<u8> {
    extension(&[0x55, 0x1d, 0x0f], true, &[0x03, 0x02, 0x00, bits])
}

/// A certificate about to be signed.
#[derive(Clone)]
pub(crate) struct Template {
    /// 2 means version 3.
    pub(crate) version: u8,
    pub(crate) issuer: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) from: &'static str,
    pub(crate) until: &'static str,
    pub(crate) extensions: Vec<Vec<u8>>,
    /// The algorithm it says it is signed by.
    pub(crate) signed_by: Vec<u8>,
}

impl Template {
    /// Valid from 2020 to 2040, without extensions, signed by ECDSA with SHA-256.
    pub(crate) fn new(issuer: &[u8], subject: &[u8]) -> Self {
        Self {
            version: 2,
            issuer: issuer.to_vec(),
            subject: subject.to_vec(),
            from: "20200101000000Z",
            until: "20400101000000Z",
            extensions: Vec::new(),
            signed_by: sequence(&[&identifier(oid::ECDSA_SHA256)]),
        }
    }

    pub(crate) fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    /// The certificate of `key`, signed by `issuer_key`.
    pub(crate) fn sign(&self, key: &Key, issuer_key: &Key) -> Vec<u8> {
        let extensions = if self.extensions.is_empty() {
            Vec::new()
        } else {
            der(0xa3, &der(0x30, &self.extensions.concat()))
        };
        let version = match self.version {
            0 => Vec::new(),
            version => der(0xa0, &[0x02, 0x01, version]),
        };
        let to_be_signed = sequence(&[
            &version,
            &[0x02, 0x01, 0x01],
            &self.signed_by,
            &self.issuer,
            &sequence(&[&der(0x18, self.from.as_bytes()), &der(0x18, self.until.as_bytes())]),
            &self.subject,
            &public_key(key),
            &extensions,
        ]);
        let signature = [&[0][..], &issuer_key.sign(&to_be_signed)].concat();
        sequence(&[&to_be_signed, &self.signed_by, &der(0x03, &signature)])
    }
}

/// The key as `SubjectPublicKeyInfo`.
pub(crate) fn public_key(key: &Key) -> Vec<u8> {
    key.0.public_key().as_der().unwrap().as_ref().to_vec()
}
