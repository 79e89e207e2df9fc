//! What an attested key of an app signs afterwards.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use crate::bytes::SignCount;
use crate::cbor::{self, Value};
use crate::coded::coded;
use crate::evidence::Findings;
use crate::x509;

/// What an assertion is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// Team and bundle.
    pub app_id: &'a str,
    /// The attested key as `SubjectPublicKeyInfo` in DER.
    pub public_key: &'a [u8],
    /// The counter of the last assertion, zero before the first.
    pub previous: SignCount,
    /// The hash of what the app signed.
    pub client_data_hash: &'a [u8],
}

/// Verifies an assertion and gives its counter, to be kept for the next one.
///
/// # Errors
/// [`AssertionError`] names the first step that failed.
pub fn verify(
    assertion: &[u8],
    expectation: &Expectation<'_>,
    findings: &mut Findings,
) -> Result<SignCount, AssertionError> {
    let parts = findings.check("assertion", read(assertion))?;
    let point = x509::p256_point(expectation.public_key).ok_or(AssertionError::Key);
    let point = findings.check("public key", point)?;

    // the nonce is a hash already, and signing hashes it once more
    let signed = [parts.authenticator_data, expectation.client_data_hash].concat();
    let nonce = digest::digest(&digest::SHA256, &signed);
    let verified = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point)
        .verify(nonce.as_ref(), parts.signature)
        .map_err(|_| AssertionError::Signature);
    findings.check("signature", verified)?;

    let app = digest::digest(&digest::SHA256, expectation.app_id.as_bytes());
    let is_of_app = app.as_ref() == parts.rp_id_hash;
    findings.check("app id", is_of_app.then_some(()).ok_or(AssertionError::App))?;
    findings.learned("counter", parts.counter.0);
    let is_later = parts.counter > expectation.previous;
    findings.check("counter", is_later.then_some(parts.counter).ok_or(AssertionError::Counter))
}

struct Parts<'a> {
    signature: &'a [u8],
    authenticator_data: &'a [u8],
    rp_id_hash: &'a [u8],
    counter: SignCount,
}

/// Apple's authenticator data says that a credential follows and has none: its 37 bytes are read
/// here, not by the reader of WebAuthn's.
fn read(assertion: &[u8]) -> Result<Parts<'_>, AssertionError> {
    let value = cbor::read(assertion, 1).map_err(|_| AssertionError::Malformed)?;
    let map = value.as_map().ok_or(AssertionError::Malformed)?;
    let bytes = |name: &str| map.named(name).and_then(Value::as_bytes);
    let signature = bytes("signature").ok_or(AssertionError::Malformed)?;
    let data = bytes("authenticatorData").ok_or(AssertionError::Malformed)?;
    let (rp_id_hash, rest) = data.split_at_checked(32).ok_or(AssertionError::Malformed)?;
    let [_flags, counter @ ..] = rest else { return Err(AssertionError::Malformed) };
    let counter = counter.try_into().map_err(|_| AssertionError::Malformed)?;
    Ok(Parts {
        signature,
        authenticator_data: data,
        rp_id_hash,
        counter: SignCount(u32::from_be_bytes(counter)),
    })
}

/// Why an assertion is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssertionError {
    /// Not a map of signature and authenticator data.
    Malformed,
    /// The key on record is not one on P-256.
    Key,
    /// Not signed by the key on record.
    Signature,
    /// Of another app.
    App,
    /// Not later than the last one: somebody plays it again, or copied the key.
    Counter,
}

impl AssertionError {
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => ("app-assertion-malformed", "this is not an assertion of an app"),
            Self::Key => ("app-assertion-key", "the key on record is not one on p-256"),
            Self::Signature => {
                ("app-assertion-signature", "the assertion is not signed by the key on record")
            }
            Self::App => ("app-assertion-app", "the assertion is of another app"),
            Self::Counter => ("app-assertion-counter", "the assertion was made before: sign anew"),
        }
    }
}

coded!(AssertionError);
