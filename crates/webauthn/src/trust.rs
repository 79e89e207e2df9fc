//! The certificates and keys we trust to speak about authenticator models.

use std::collections::BTreeMap;

use x509_parser::prelude::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::aaguid::Aaguid;
use crate::x509::{Certificate, CertificateError};

/// Trust anchors, for one model or for all. A plain value, empty by default: nobody is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustAnchors {
    for_all: Vec<Anchor>,
    by_model: BTreeMap<Aaguid, Vec<Anchor>>,
}

impl TrustAnchors {
    /// Trusts an anchor to speak about every model.
    pub fn trust(&mut self, anchor: Anchor) {
        self.for_all.push(anchor);
    }

    /// Trusts an anchor to speak about one model.
    pub fn trust_for(&mut self, model: Aaguid, anchor: Anchor) {
        self.by_model.entry(model).or_default().push(anchor);
    }

    /// The anchors that may speak about a model.
    pub fn of(&self, model: Aaguid) -> impl Iterator<Item = &Anchor> {
        self.by_model.get(&model).into_iter().flatten().chain(&self.for_all)
    }
}

/// One certificate or key that a path may end in.
///
/// A root, an intermediate, or the attestation certificate itself. Its dates and constraints do
/// not matter, for *we* decided to trust it; a certificate with the same subject and key counts as
/// the same anchor, so makers can renew it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    certificate: Option<Vec<u8>>,
    subject: Option<Vec<u8>>,
    public_key: Vec<u8>,
}

impl Anchor {
    /// An anchor from a certificate in DER.
    ///
    /// # Errors
    /// [`CertificateError`] when it is not one.
    pub fn from_certificate(der: &[u8]) -> Result<Self, CertificateError> {
        let certificate = Certificate::parse(der)?;
        Ok(Self {
            certificate: Some(der.to_vec()),
            subject: Some(certificate.subject().to_vec()),
            public_key: certificate.public_key().to_vec(),
        })
    }

    /// An anchor from a key alone, as `SubjectPublicKeyInfo` in DER, whatever certificate it comes
    /// in. For authenticators that issue themselves a new certificate each time, as the virtual
    /// one of Chromium does.
    ///
    /// # Errors
    /// [`CertificateError`] when it is not one.
    pub fn from_public_key(der: &[u8]) -> Result<Self, CertificateError> {
        match SubjectPublicKeyInfo::from_der(der) {
            Ok(([], _)) => Ok(Self { certificate: None, subject: None, public_key: der.to_vec() }),
            Ok(_) | Err(_) => Err(CertificateError::Malformed),
        }
    }

    /// The anchor's key as `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Whether the certificate is this anchor.
    pub(crate) fn is(&self, certificate: &Certificate<'_>) -> bool {
        let same_name = self.subject.as_ref().is_none_or(|name| name == certificate.subject());
        self.certificate.as_deref() == Some(certificate.as_der())
            || same_name && self.public_key == certificate.public_key()
    }

    /// Whether the certificate says that this anchor issued it, or cannot say otherwise.
    pub(crate) fn may_have_issued(&self, certificate: &Certificate<'_>) -> bool {
        self.subject.as_ref().is_none_or(|name| name == certificate.issuer())
    }
}
