//! Whom we trust to speak about authenticator models: certificates, keys and apps.

pub mod roots;

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::aaguid::Aaguid;
use crate::android::StatusList;
use crate::genuine::GenuineApp;
use crate::x509::{Certificate, CertificateError, KeyIdentifier};

/// Trust anchors for one model, for one attestation key or for all, genuine apps, and what is
/// known to be bad. A plain value, empty by default: nobody is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustAnchors {
    for_all: Vec<Anchor>,
    by_model: BTreeMap<Aaguid, Vec<Anchor>>,
    by_key: BTreeMap<KeyIdentifier, Vec<Anchor>>,
    apps: Vec<GenuineApp>,
    revoked: StatusList,
    demands: Demands,
    decoded: BTreeMap<String, Vec<u8>>,
}

/// Where the standard leaves a choice, how much a statement must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// §8.4: only what the phone's hardware enforces counts, not what its system says.
    pub android_key_in_hardware: bool,
    /// §8.5: the phone must have passed Google's compatibility tests.
    pub safetynet_compatible: bool,
}

impl Default for Demands {
    fn default() -> Self {
        Self { android_key_in_hardware: false, safetynet_compatible: true }
    }
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

    /// Trusts an anchor to speak about the models whose attestation certificates are of that key:
    /// for authenticators from before models had numbers.
    pub fn trust_for_key(&mut self, key: KeyIdentifier, anchor: Anchor) {
        self.by_key.entry(key).or_default().push(anchor);
    }

    /// Takes an app for genuine.
    pub fn trust_app(&mut self, app: GenuineApp) {
        self.apps.push(app);
    }

    /// Sets Android's list of certificates that must not be believed any more.
    pub fn revoke(&mut self, list: StatusList) {
        self.revoked = list;
    }

    /// Sets how much statements must say.
    pub const fn demand(&mut self, demands: Demands) {
        self.demands = demands;
    }

    /// Adds what Google's endpoint decoded from an integrity token, which only it can open.
    pub fn know_token(&mut self, token: String, payload: Vec<u8>) {
        self.decoded.insert(token, payload);
    }

    /// The anchors that may speak about a model.
    pub fn of(&self, model: Aaguid) -> impl Iterator<Item = &Anchor> {
        self.by_model.get(&model).into_iter().flatten().chain(&self.for_all)
    }

    /// The anchors that may speak about a model whose attestation certificate is this.
    pub(crate) fn of_certified(&self, model: Aaguid, leaf: Option<&[u8]>) -> Vec<&Anchor> {
        let mut anchors: Vec<_> = self.of(model).collect();
        // reckoned only if anybody asks: it needs the certificate read
        if !self.by_key.is_empty()
            && let Some(leaf) = leaf.and_then(|der| Certificate::parse(der).ok())
        {
            anchors.extend(self.by_key.get(&leaf.key_identifier()).into_iter().flatten());
        }
        anchors
    }

    /// The genuine apps that are this model.
    pub fn apps(&self, model: Aaguid) -> impl Iterator<Item = &GenuineApp> {
        self.apps.iter().filter(move |app| app.aaguid == model)
    }

    /// Android's list of certificates that must not be believed any more.
    #[must_use]
    pub const fn revoked(&self) -> &StatusList {
        &self.revoked
    }

    /// How much statements must say.
    #[must_use]
    pub const fn demands(&self) -> Demands {
        self.demands
    }

    /// What Google's endpoint decoded from that token.
    #[must_use]
    pub fn decoded(&self, token: &str) -> Option<&[u8]> {
        self.decoded.get(token).map(Vec::as_slice)
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

    /// What to call it: the certificate's subject, or the hash of the key.
    #[must_use]
    pub fn name(&self) -> String {
        let subject = self.certificate.as_deref().and_then(|der| Certificate::parse(der).ok());
        match subject.map(|certificate| certificate.subject_text()) {
            Some(text) if !text.is_empty() => text,
            Some(_) | None => {
                let hash = digest::digest(&digest::SHA256, &self.public_key);
                format!("key with sha-256 {}", HEXLOWER.encode(hash.as_ref()))
            }
        }
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
