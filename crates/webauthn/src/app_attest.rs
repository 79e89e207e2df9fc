//! Apple's App Attest: which app on which device made a key, what the key signs later, and the
//! receipt with which Apple tells how many such keys a device has made.

pub mod assertion;
mod cms;
pub mod receipt;

use aws_lc_rs::digest;

use crate::attestation::AttestationObject;
use crate::authenticator_data::AuthenticatorData;
use crate::bytes::{SignCount, Timestamp};
use crate::cbor::Value;
use crate::coded::coded;
use crate::cose::{Algorithm, Curve, PublicKey};
use crate::evidence::Findings;
use crate::trust::Anchor;
use crate::x509::{self, Certificate, CertificateError, PathError, PathRules, oid};

/// The name of the format in an App Attest object.
pub const FORMAT: &str = "apple-appattest";

/// Where an app came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// The store, or the test flight before it.
    Production,
    /// A developer's machine.
    Development,
}

impl Environment {
    /// The model number that stands for it.
    #[must_use]
    pub const fn aaguid(self) -> &'static [u8; 16] {
        match self {
            Self::Production => b"appattest\0\0\0\0\0\0\0",
            Self::Development => b"appattestdevelop",
        }
    }

    /// What receipts call it.
    #[must_use]
    pub const fn receipt_name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Development => "sandbox",
        }
    }
}

/// What an attestation is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// Team and bundle: `ABCDE12345.com.example.app`.
    pub app_id: &'a str,
    /// Where the app must come from.
    pub environment: Environment,
    /// The key's identifier, as the app said it. Without one the object's own counts.
    pub key_id: Option<&'a [u8]>,
    /// What the app had attested along.
    pub client_data_hash: &'a [u8],
    /// Apple's root.
    pub anchors: &'a [&'a Anchor],
    /// The root above those who sign receipts.
    pub receipt_anchors: &'a [&'a Anchor],
    /// The moment of judgement.
    pub at: Timestamp,
}

/// A key that an app on a real device holds. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestedKey {
    point: Vec<u8>,
    receipt: Option<Vec<u8>>,
}

impl AttestedKey {
    /// The uncompressed point on P-256.
    #[must_use]
    pub fn point(&self) -> &[u8] {
        &self.point
    }

    /// The receipt that came along, if it is one, to be exchanged for newer ones at Apple.
    #[must_use]
    pub fn receipt(&self) -> Option<&[u8]> {
        self.receipt.as_deref()
    }
}

/// Verifies an attestation by the steps of Apple's *Validating apps that connect to your server*,
/// the path to the anchor last. Nothing may follow the object.
///
/// # Errors
/// [`AppAttestError`] names the first step that failed.
pub fn verify(
    object: &[u8],
    expectation: &Expectation<'_>,
    findings: &mut Findings,
) -> Result<AttestedKey, AppAttestError> {
    let object = AttestationObject::parse(object).map_err(|_| AppAttestError::Malformed);
    let object = findings.check("attestation object", object)?;
    let is_ours = object.format() == FORMAT;
    findings.check("format", is_ours.then_some(()).ok_or(AppAttestError::Format))?;
    let chain = x5c(object.statement()).ok_or(AppAttestError::Malformed);
    let chain = findings.check("certificates", chain)?;
    let leaf = chain.first().ok_or(AppAttestError::Malformed);
    let leaf = leaf.and_then(|der| Certificate::parse(der).map_err(AppAttestError::Certificate));
    let leaf = findings.check("certificate of the key", leaf)?;

    // steps 2 to 4: the nonce is the hash of authenticator data and client data hash
    let signed = [object.authenticator_data(), expectation.client_data_hash].concat();
    findings.check("nonce", expect_nonce(&leaf, &signed))?;

    // step 5: the key's identifier is the hash of its point
    let point = leaf.key_bits();
    let is_p256 = leaf.has_key_for(Algorithm::Es256) && point.len() == 65;
    findings.check("key type", is_p256.then_some(()).ok_or(AppAttestError::Key))?;
    let key_id = digest::digest(&digest::SHA256, point);
    let is_named = expectation.key_id.is_none_or(|named| named == key_id.as_ref());
    findings.check("key id", is_named.then_some(()).ok_or(AppAttestError::KeyId))?;

    let data = AuthenticatorData::parse(object.authenticator_data())
        .map_err(|_| AppAttestError::Malformed);
    let data = findings.check("authenticator data", data)?;
    expect_fresh_key(&data, key_id.as_ref(), point, expectation, findings)?;

    let receipt = object.statement().as_map().and_then(|map| map.named("receipt"));
    let receipt = receipt.and_then(Value::as_bytes).filter(|bytes| !bytes.is_empty());
    let receipt = expect_honest_receipt(receipt, point, expectation, findings)?;

    match x509::find_trust(&chain, expectation.anchors, PathRules::Ordinary, expectation.at) {
        Ok(anchor) => {
            findings.check("path to an anchor", Ok::<_, AppAttestError>(()))?;
            findings.ended_in(anchor.name());
        }
        Err(stop) => {
            findings.learned("certificate", u32::try_from(stop.position).unwrap_or_default());
            findings.check("path to an anchor", Err(AppAttestError::Path(stop.error)))?;
        }
    }
    Ok(AttestedKey { point: point.to_vec(), receipt: receipt.map(<[u8]>::to_vec) })
}

/// The nonce in the certificate is the hash of what was attested along.
pub(crate) fn expect_nonce(leaf: &Certificate<'_>, signed: &[u8]) -> Result<(), AppAttestError> {
    let extension = leaf.extension(oid::APPLE_NONCE).ok_or(AppAttestError::Nonce)?;
    let certified = x509::apple_nonce(extension.value).ok_or(AppAttestError::Nonce)?;
    if certified == digest::digest(&digest::SHA256, signed).as_ref() {
        Ok(())
    } else {
        Err(AppAttestError::Nonce)
    }
}

/// Steps 6 to 9: of this app and environment, never used, and the key that is certified.
fn expect_fresh_key(
    data: &AuthenticatorData<'_>,
    key_id: &[u8],
    point: &[u8],
    expectation: &Expectation<'_>,
    findings: &mut Findings,
) -> Result<(), AppAttestError> {
    let app = digest::digest(&digest::SHA256, expectation.app_id.as_bytes());
    let is_of_app = app.as_ref() == data.rp_id_hash();
    findings.check("app id", is_of_app.then_some(()).ok_or(AppAttestError::App))?;
    findings.learned("app-id", expectation.app_id);
    let is_new = data.sign_count() == SignCount(0);
    findings.check("counter", is_new.then_some(()).ok_or(AppAttestError::Counter))?;
    let attested = data.attested().ok_or(AppAttestError::Malformed);
    let attested = findings.check("credential", attested)?;
    let is_from_there = attested.aaguid.as_bytes() == expectation.environment.aaguid();
    findings
        .check("environment", is_from_there.then_some(()).ok_or(AppAttestError::Environment))?;
    findings.learned("environment", expectation.environment.receipt_name());
    let is_same = attested.credential_id == key_id;
    findings.check("credential id", is_same.then_some(()).ok_or(AppAttestError::KeyId))?;
    let key = PublicKey::parse(attested.public_key).map_err(|_| AppAttestError::Key);
    let key = findings.check("credential key", key)?;
    let is_certified = key.point_on(Curve::P256) == Some(point);
    findings.check("certified key", is_certified.then_some(()).ok_or(AppAttestError::Key))
}

/// Step 10. A receipt is for asking Apple later, and proves nothing that the certificate does not;
/// so bytes that are no receipt are passed over. One that says otherwise than the certificate, or
/// that somebody altered, is a lie.
fn expect_honest_receipt<'a>(
    receipt: Option<&'a [u8]>,
    point: &[u8],
    expectation: &Expectation<'_>,
    findings: &mut Findings,
) -> Result<Option<&'a [u8]>, AppAttestError> {
    let Some(bytes) = receipt else { return Ok(None) };
    let expected = receipt::Expectation {
        app_id: expectation.app_id,
        environment: expectation.environment,
        point,
        anchors: expectation.receipt_anchors,
        max_age_ms: None,
        at: expectation.at,
    };
    let mut part = Findings::default();
    let verified = receipt::verify(bytes, &expected, &mut part);
    findings.contained("receipt", part);
    match verified {
        Ok(_) => Ok(Some(bytes)),
        Err(receipt::ReceiptError::Malformed) => Ok(None),
        Err(error) if error.is_about_trust() => Ok(Some(bytes)),
        Err(error) => findings.check("receipt", Err(AppAttestError::Receipt(error))),
    }
}

/// The statement's `x5c`, if it is an array of byte strings.
pub(crate) fn x5c<'a>(statement: &Value<'a>) -> Option<Vec<&'a [u8]>> {
    let chain = statement.as_map()?.named("x5c")?.as_array()?;
    chain.iter().map(Value::as_bytes).collect()
}

/// Why an attestation proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppAttestError {
    /// Not an attestation object with certificates and a credential.
    Malformed,
    /// Of another format.
    Format,
    /// A certificate cannot be read.
    Certificate(CertificateError),
    /// Attested along with something else.
    Nonce,
    /// Not a key on P-256, or not the one that is certified.
    Key,
    /// Another key than was said.
    KeyId,
    /// Of another app.
    App,
    /// From another environment.
    Environment,
    /// The key was used before.
    Counter,
    /// The receipt was altered, or speaks of another app or key.
    Receipt(receipt::ReceiptError),
    /// The certificates do not lead to Apple's root.
    Path(PathError),
}

impl AppAttestError {
    /// Whether everything but trust is right.
    #[must_use]
    pub const fn is_about_trust(&self) -> bool {
        matches!(self, Self::Path(_))
    }

    pub(crate) const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => {
                ("app-attest-malformed", "this is not the attestation object of an app")
            }
            Self::Format => ("app-attest-format", "the format is not apple-appattest"),
            Self::Certificate(error) => (error.code(), error.message()),
            Self::Nonce => {
                ("app-attest-nonce", "the key was attested for something else than this")
            }
            Self::Key => ("app-attest-key", "the certified key is not the key of the credential"),
            Self::KeyId => ("app-attest-key-id", "the key id is not the hash of the certified key"),
            Self::App => ("app-attest-app", "the key belongs to another app"),
            Self::Environment => (
                "app-attest-environment",
                "the app comes from another environment: development or production",
            ),
            Self::Counter => ("app-attest-counter", "the key was used before it was attested"),
            Self::Receipt(error) => (error.code(), error.message()),
            Self::Path(error) => (error.code(), error.message()),
        }
    }
}

coded!(AppAttestError);

#[cfg(test)]
mod tests;
