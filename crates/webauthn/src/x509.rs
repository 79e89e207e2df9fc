//! The certificate fields we use, and the path from an attestation certificate to an anchor.
//!
//! Our own path walker, because the common library refuses every Windows Hello certificate and
//! knows no anchors in the middle of a path.

mod describe;
pub mod oid;
mod path;

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name, X509Version};

use crate::bytes::Timestamp;
use crate::coded::coded;
use crate::cose::{Algorithm, BadSignature, Curve, PublicKey, Scheme};
use crate::der::{Reader, Tag};
use crate::ed448;

pub use describe::{KeyIdentifier, from_pem};
pub use path::PathError;
pub(crate) use path::{PathRules, find_trust};

/// One X.509 certificate, borrowed from its DER.
#[derive(Clone, Debug)]
pub struct Certificate<'a>(X509Certificate<'a>);

/// An extension as it stands in a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Whether a reader that does not know it must refuse the certificate.
    pub is_critical: bool,
    /// The content of its octet string.
    pub value: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads one certificate; nothing may follow and no extension be there twice.
    ///
    /// # Errors
    /// [`CertificateError`] when the bytes are not one certificate.
    pub fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        let (rest, certificate) =
            X509Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
        if !rest.is_empty() {
            return Err(CertificateError::TrailingBytes);
        }
        // signed and unsigned algorithm must agree (RFC 5280 §4.1.1.2), or it could be swapped
        if certificate.signature_algorithm != certificate.tbs_certificate.signature {
            return Err(CertificateError::Malformed);
        }
        let mut seen: Vec<&[u8]> = Vec::new();
        for extension in certificate.extensions() {
            if seen.contains(&extension.oid.as_bytes()) {
                return Err(CertificateError::RepeatedExtension);
            }
            seen.push(extension.oid.as_bytes());
        }
        Ok(Self(certificate))
    }

    /// The whole certificate.
    #[must_use]
    pub fn as_der(&self) -> &'a [u8] {
        self.0.as_raw()
    }

    /// The subject's name in DER.
    #[must_use]
    pub fn subject(&self) -> &'a [u8] {
        self.0.tbs_certificate.subject.as_raw()
    }

    /// The issuer's name in DER.
    #[must_use]
    pub fn issuer(&self) -> &'a [u8] {
        self.0.tbs_certificate.issuer.as_raw()
    }

    /// The key as `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn public_key(&self) -> &'a [u8] {
        self.0.tbs_certificate.subject_pki.raw
    }

    /// Whether it is of the version that has extensions.
    #[must_use]
    pub fn is_version_3(&self) -> bool {
        self.0.tbs_certificate.version == X509Version::V3
    }

    /// Whether the subject has an attribute of that type whose value passes the test.
    pub fn subject_has(&self, attribute: &[u8], test: impl Fn(&[u8]) -> bool) -> bool {
        let mut attributes = self.0.tbs_certificate.subject.iter_attributes();
        attributes.any(|a| a.attr_type().as_bytes() == attribute && test(a.attr_value().data))
    }

    /// Whether the subject has no attribute at all.
    #[must_use]
    pub fn has_empty_subject(&self) -> bool {
        self.0.tbs_certificate.subject.iter_attributes().next().is_none()
    }

    /// Whether a directory name among the subject's alternative names has an attribute of that
    /// type whose value passes the test.
    pub fn directory_name_has(&self, attribute: &[u8], test: impl Fn(&[u8]) -> bool) -> bool {
        self.directory_name_values(attribute).into_iter().any(test)
    }

    /// The first attribute of that type there, as text.
    #[must_use]
    pub fn directory_name_text(&self, attribute: &[u8]) -> Option<String> {
        let value = self.directory_name_values(attribute).into_iter().next()?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    fn directory_name_values(&self, attribute: &[u8]) -> Vec<&'a [u8]> {
        let Ok(Some(alternative)) = self.0.subject_alternative_name() else { return Vec::new() };
        alternative
            .value
            .general_names
            .iter()
            .filter_map(
                |name| if let GeneralName::DirectoryName(n) = name { Some(n) } else { None },
            )
            .flat_map(X509Name::iter_attributes)
            .filter(|a| a.attr_type().as_bytes() == attribute)
            .map(|a| a.attr_value().data)
            .collect()
    }

    /// Whether the extended key usages name that use.
    #[must_use]
    pub fn has_extended_key_usage(&self, usage: &[u8]) -> bool {
        let Ok(Some(usages)) = self.0.extended_key_usage() else { return false };
        usages.value.other.iter().any(|other| other.as_bytes() == usage)
    }

    /// Whether it certifies that key.
    #[must_use]
    pub fn is_of(&self, key: &PublicKey) -> bool {
        key.to_subject_public_key_info().is_some_and(|info| info == self.public_key())
    }

    /// The extension with that identifier.
    #[must_use]
    pub fn extension(&self, identifier: &[u8]) -> Option<Extension<'a>> {
        let mut extensions = self.0.extensions().iter();
        let found = extensions.find(|extension| extension.oid.as_bytes() == identifier)?;
        Some(Extension { is_critical: found.critical, value: found.value })
    }

    /// Whether the basic constraints say that it is a certificate authority's.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`] when they cannot be read.
    pub fn is_authority(&self) -> Result<bool, CertificateError> {
        let constraints = self.0.basic_constraints().map_err(|_| CertificateError::Malformed)?;
        Ok(constraints.is_some_and(|constraints| constraints.value.ca))
    }

    /// How many authorities may stand between it and the last certificate, if it says so.
    fn path_limit(&self) -> Option<usize> {
        let constraints = self.0.basic_constraints().ok().flatten()?;
        usize::try_from(constraints.value.path_len_constraint?).ok()
    }

    /// Whether the key may sign certificates; without a key usage it may.
    fn may_sign_certificates(&self) -> bool {
        match self.0.key_usage() {
            Ok(usage) => usage.is_none_or(|usage| usage.value.key_cert_sign()),
            Err(_) => false,
        }
    }

    /// Whether it has a critical extension that we neither understand nor may pass over.
    fn has_unknown_critical_extension(&self) -> bool {
        self.0.extensions().iter().filter(|extension| extension.critical).any(|extension| {
            !oid::UNDERSTOOD.contains(&extension.oid.as_bytes())
                || matches!(extension.parsed_extension(), ParsedExtension::ParseError { .. })
        })
    }

    /// Whether the key is of the kind and curve that the algorithm signs with.
    #[must_use]
    pub fn has_key_for(&self, algorithm: Algorithm) -> bool {
        let kind = KeyKind::of(&self.0.tbs_certificate.subject_pki);
        match algorithm.scheme() {
            Scheme::Ecdsa(curve) => kind == Some(KeyKind::Elliptic(curve)),
            Scheme::Ed25519 => kind == Some(KeyKind::Ed25519),
            Scheme::Ed448 => kind == Some(KeyKind::Ed448),
            Scheme::Rsa(_) => kind == Some(KeyKind::Rsa),
            Scheme::MlDsa(..) => kind == Some(KeyKind::MlDsa(algorithm)),
        }
    }

    /// Checks a signature that the certificate's key should have made.
    ///
    /// # Errors
    /// [`BadSignature`] when it did not, or could not by that algorithm.
    pub fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        if !self.has_key_for(algorithm) {
            return Err(BadSignature);
        }
        let key = &self.0.tbs_certificate.subject_pki.subject_public_key.data;
        let algorithm: &'static dyn VerificationAlgorithm = match algorithm.scheme() {
            Scheme::Ecdsa(curve) => curve.ecdsa(),
            Scheme::Ed25519 => &signature::ED25519,
            Scheme::Ed448 => return verify_ed448(key, message, signature),
            Scheme::Rsa(parameters) => parameters,
            Scheme::MlDsa(parameters, _) => parameters,
        };
        UnparsedPublicKey::new(algorithm, key).verify(message, signature).map_err(|_| BadSignature)
    }

    /// Checks a signature by the algorithm of that object identifier, as in CMS.
    pub(crate) fn verify_named(
        &self,
        algorithm: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let key = &self.0.tbs_certificate.subject_pki;
        let algorithm = issuing_algorithm(algorithm, key, Timestamp(i64::MAX));
        UnparsedPublicKey::new(algorithm.ok_or(BadSignature)?, &key.subject_public_key.data)
            .verify(message, signature)
            .map_err(|_| BadSignature)
    }

    /// Checks that the holder of `issuer_key` signed this certificate.
    fn verify_issued_by(&self, issuer_key: &[u8]) -> Result<(), PathError> {
        let Ok((_, issuer_key)) = SubjectPublicKeyInfo::from_der(issuer_key) else {
            return Err(PathError::SignatureAlgorithm);
        };
        let named = self.0.signature_algorithm.algorithm.as_bytes();
        let algorithm = issuing_algorithm(named, &issuer_key, self.validity().0)
            .ok_or(PathError::SignatureAlgorithm)?;
        let signed = self.0.tbs_certificate.as_ref();
        // some real certificates count their unused bits wrongly; the bytes alone are signed
        UnparsedPublicKey::new(algorithm, &issuer_key.subject_public_key.data)
            .verify(signed, &self.0.signature_value.data)
            .map_err(|_| PathError::Signature)
    }
}

/// The uncompressed point in a `SubjectPublicKeyInfo` of a key on P-256.
pub(crate) fn p256_point(info: &[u8]) -> Option<Vec<u8>> {
    let (rest, info) = SubjectPublicKeyInfo::from_der(info).ok()?;
    let point = info.subject_public_key.data.as_ref();
    let is_point = rest.is_empty()
        && KeyKind::of(&info) == Some(KeyKind::Elliptic(Curve::P256))
        && point.len() == 65
        && point.first() == Some(&4);
    is_point.then(|| point.to_vec())
}

/// The nonce in an extension of Apple's: a sequence of one element, tagged 1, that holds it.
pub(crate) fn apple_nonce(value: &[u8]) -> Option<&[u8]> {
    let mut outer = Reader::new(value);
    let mut sequence = Reader::new(outer.expect(Tag::Sequence).ok()?);
    let mut tagged = Reader::new(sequence.expect(Tag::Context(1)).ok()?);
    let nonce = tagged.expect(Tag::OctetString).ok()?;
    (outer.is_empty() && sequence.is_empty() && tagged.is_empty()).then_some(nonce)
}

fn verify_ed448(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
    let key = key.try_into().ok().and_then(ed448::Key::new).ok_or(BadSignature)?;
    key.verify(message, signature)
}

/// The kinds of keys in certificates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    Elliptic(Curve),
    Ed25519,
    Ed448,
    Rsa,
    MlDsa(Algorithm),
}

impl KeyKind {
    fn of(key: &SubjectPublicKeyInfo<'_>) -> Option<Self> {
        match key.algorithm.algorithm.as_bytes() {
            oid::RSA => Some(Self::Rsa),
            oid::ED25519 => Some(Self::Ed25519),
            oid::ED448 => Some(Self::Ed448),
            oid::ML_DSA_44 => Some(Self::MlDsa(Algorithm::MlDsa44)),
            oid::ML_DSA_65 => Some(Self::MlDsa(Algorithm::MlDsa65)),
            oid::ML_DSA_87 => Some(Self::MlDsa(Algorithm::MlDsa87)),
            oid::ELLIPTIC => {
                // only curves by name: explicit parameters let an attacker choose the generator
                let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
                match curve.as_bytes() {
                    oid::P256 => Some(Self::Elliptic(Curve::P256)),
                    oid::P384 => Some(Self::Elliptic(Curve::P384)),
                    oid::P521 => Some(Self::Elliptic(Curve::P521)),
                    oid::SECP256K1 => Some(Self::Elliptic(Curve::Secp256k1)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// When collisions of SHA-1 with chosen beginnings became affordable: 1 January 2020.
const SHA1_BROKEN: Timestamp = Timestamp(1_577_836_800_000);

/// The algorithm that a certificate says it is signed by, if the issuer's key can.
///
/// Whoever can collide SHA-1 can have one certificate signed and show another, so it counts only
/// in certificates from before that was affordable. A forger could write any date, but would
/// need an authority among our anchors that signs so to this day.
fn issuing_algorithm(
    named: &[u8],
    key: &SubjectPublicKeyInfo<'_>,
    issued: Timestamp,
) -> Option<&'static dyn VerificationAlgorithm> {
    match (named, KeyKind::of(key)?) {
        (oid::RSA_SHA1, KeyKind::Rsa) if issued < SHA1_BROKEN => {
            Some(&signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY)
        }
        (oid::ECDSA_SHA256, KeyKind::Elliptic(curve)) => Some(match curve {
            Curve::P256 => &signature::ECDSA_P256_SHA256_ASN1,
            Curve::P384 => &signature::ECDSA_P384_SHA256_ASN1,
            Curve::P521 => &signature::ECDSA_P521_SHA256_ASN1,
            Curve::Secp256k1 => &signature::ECDSA_P256K1_SHA256_ASN1,
        }),
        (oid::ECDSA_SHA384, KeyKind::Elliptic(curve)) => match curve {
            Curve::P256 => Some(&signature::ECDSA_P256_SHA384_ASN1),
            Curve::P384 => Some(&signature::ECDSA_P384_SHA384_ASN1),
            Curve::P521 => Some(&signature::ECDSA_P521_SHA384_ASN1),
            Curve::Secp256k1 => None,
        },
        (oid::ECDSA_SHA512, KeyKind::Elliptic(curve)) => match curve {
            Curve::P256 => Some(&signature::ECDSA_P256_SHA512_ASN1),
            Curve::P384 => Some(&signature::ECDSA_P384_SHA512_ASN1),
            Curve::P521 => Some(&signature::ECDSA_P521_SHA512_ASN1),
            Curve::Secp256k1 => None,
        },
        (oid::RSA_SHA256, KeyKind::Rsa) => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        (oid::RSA_SHA384, KeyKind::Rsa) => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        (oid::RSA_SHA512, KeyKind::Rsa) => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        (oid::ED25519, KeyKind::Ed25519) => Some(&signature::ED25519),
        (oid::ML_DSA_44, KeyKind::MlDsa(Algorithm::MlDsa44)) => Some(&signature::ML_DSA_44),
        (oid::ML_DSA_65, KeyKind::MlDsa(Algorithm::MlDsa65)) => Some(&signature::ML_DSA_65),
        (oid::ML_DSA_87, KeyKind::MlDsa(Algorithm::MlDsa87)) => Some(&signature::ML_DSA_87),
        _ => None,
    }
}

/// Why bytes are not a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not a certificate, or a part that we need cannot be read.
    Malformed,
    /// Bytes follow the certificate.
    TrailingBytes,
    /// An extension is there twice.
    RepeatedExtension,
}

impl CertificateError {
    pub(crate) const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => ("certificate-malformed", "a certificate cannot be read"),
            Self::TrailingBytes => ("certificate-trailing-bytes", "bytes follow a certificate"),
            Self::RepeatedExtension => {
                ("certificate-repeated-extension", "a certificate has an extension twice")
            }
        }
    }
}

coded!(CertificateError);

#[cfg(test)]
mod tests;
