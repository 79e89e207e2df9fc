//! Attestation: what an authenticator's statement about itself is worth (§6.5, §8).
//!
//! One file per format; each is given a `Subject` and gives back `Evidence`. Whether we trust
//! who signed it is decided here, once for all formats.

mod android_key;
mod apple;
mod compound;
mod fido_u2f;
mod none;
mod packed;
mod statement;
mod tpm;

use crate::bytes::Timestamp;
use crate::cbor::{self, CborError, Value};
use crate::coded::coded;
use crate::trust::{Anchor, TrustAnchors};
use crate::x509::{self, CertificateError, PathError};

use statement::Evidence;
pub(crate) use statement::Subject;

/// Deepest nesting: one more than an authenticator's own, because clients put several statements
/// into a compound one.
const MAX_DEPTH: usize = cbor::MAX_DEPTH + 1;

/// Longest format name (S28).
pub const MAX_FORMAT: usize = 32;

/// What came with a new credential, and what it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The statement format's name as the authenticator wrote it.
    pub format: String,
    /// What the statement is worth.
    pub kind: AttestationKind,
    /// The statement's certificates in DER, the attestation key's first, verified or not.
    pub certificates: Vec<Vec<u8>>,
}

/// What a statement is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttestationKind {
    /// There is none: nothing is known about the authenticator.
    None,
    /// Signed by the new key itself: nothing is known about the authenticator either.
    SelfSigned,
    /// Unknown, bad, or signed by somebody whom we do not trust.
    Unverified(AttestationError),
    /// Right, and signed by somebody whom we trust to speak about this model.
    Trusted,
}

/// The attestation object's three members (§6.5.4).
#[derive(Clone, Debug, PartialEq)]
pub struct AttestationObject<'a> {
    format: &'a str,
    statement: Value<'a>,
    authenticator_data: &'a [u8],
}

impl<'a> AttestationObject<'a> {
    /// Reads an attestation object. Members beside the three are tolerated.
    ///
    /// # Errors
    /// [`AttestationObjectError`] when the bytes are not one map with these members.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, AttestationObjectError> {
        let value = cbor::read(bytes, MAX_DEPTH).map_err(AttestationObjectError::Cbor)?;
        let map = value.as_map().ok_or(AttestationObjectError::Malformed)?;
        let format = map.named("fmt").and_then(Value::as_text);
        let format = format.ok_or(AttestationObjectError::Malformed)?;
        if format.len() > MAX_FORMAT {
            return Err(AttestationObjectError::FormatTooLong);
        }
        let data = map.named("authData").and_then(Value::as_bytes);
        Ok(Self {
            format,
            statement: map.named("attStmt").ok_or(AttestationObjectError::Malformed)?.clone(),
            authenticator_data: data.ok_or(AttestationObjectError::Malformed)?,
        })
    }

    /// The name of the statement's format.
    #[must_use]
    pub const fn format(&self) -> &'a str {
        self.format
    }

    /// The authenticator data, byte for byte.
    #[must_use]
    pub const fn authenticator_data(&self) -> &'a [u8] {
        self.authenticator_data
    }
}

/// Steps 21 to 24 of §7.1: finds the format, has it verify the statement, and asks whether the
/// certificates end in an anchor of ours for this model.
pub(crate) fn judge(
    object: &AttestationObject<'_>,
    subject: &Subject<'_>,
    anchors: &TrustAnchors,
    at: Timestamp,
) -> Attestation {
    let anchors: Vec<_> = anchors.of(subject.aaguid).collect();
    let kind = match verify(object.format, &object.statement, subject) {
        Err(error) => AttestationKind::Unverified(error),
        Ok(evidence) => weigh(&evidence, &anchors, at),
    };
    let certificates = certificates(&object.statement);
    Attestation {
        format: object.format.to_owned(),
        kind,
        certificates: certificates.into_iter().map(<[u8]>::to_vec).collect(),
    }
}

/// Step 24 of §7.1: what right evidence is worth. Of several the worst news counts, and then the
/// best: one trusted statement beside a self-signed one is a trusted statement.
fn weigh(evidence: &Evidence<'_>, anchors: &[&Anchor], at: Timestamp) -> AttestationKind {
    match evidence {
        Evidence::Nothing => AttestationKind::None,
        Evidence::SelfSigned => AttestationKind::SelfSigned,
        Evidence::Certified(chain, rules) => match x509::find_trust(chain, anchors, *rules, at) {
            Ok(()) => AttestationKind::Trusted,
            Err(error) => AttestationKind::Unverified(AttestationError::Path(error)),
        },
        Evidence::All(parts) => {
            let kinds: Vec<_> = parts.iter().map(|part| weigh(part, anchors, at)).collect();
            let bad = kinds.iter().find(|kind| matches!(kind, AttestationKind::Unverified(_)));
            let best = [AttestationKind::Trusted, AttestationKind::SelfSigned]
                .into_iter()
                .find(|kind| kinds.contains(kind));
            bad.copied().or(best).unwrap_or(AttestationKind::None)
        }
    }
}

/// The certificates in a statement, those of a compound one in its order.
fn certificates<'a>(statement: &Value<'a>) -> Vec<&'a [u8]> {
    match statement.as_array() {
        None => statement::certificates(statement).unwrap_or_default(),
        Some(parts) => parts
            .iter()
            .filter_map(|part| part.as_map()?.named("attStmt"))
            .filter_map(statement::certificates)
            .flatten()
            .collect(),
    }
}

/// Step 21 of §7.1 (the name is compared exactly) and step 22.
fn verify<'a>(
    format: &str,
    statement: &Value<'a>,
    subject: &Subject<'_>,
) -> Result<Evidence<'a>, AttestationError> {
    match format {
        "none" => none::verify(statement),
        "packed" => packed::verify(statement, subject),
        "tpm" => tpm::verify(statement, subject),
        "android-key" => android_key::verify(statement, subject),
        "fido-u2f" => fido_u2f::verify(statement, subject),
        "apple" => apple::verify(statement, subject),
        "compound" => compound::verify(statement, subject),
        _ => Err(AttestationError::UnknownFormat),
    }
}

/// Why bytes are not an attestation object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttestationObjectError {
    /// Not one CBOR item within the limits.
    Cbor(CborError),
    /// Not a map with `fmt`, `attStmt` and `authData`.
    Malformed,
    /// The format's name is longer than 32 characters.
    FormatTooLong,
}

impl AttestationObjectError {
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Cbor(error) => (error.code(), error.message()),
            Self::Malformed => (
                "attestation-object-malformed",
                "the attestation object is not a map with fmt, attStmt and authData",
            ),
            Self::FormatTooLong => {
                ("attestation-format-too-long", "the format's name exceeds 32 characters")
            }
        }
    }
}

coded!(AttestationObjectError);

/// Why a statement proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttestationError {
    /// The format is not one that we verify.
    UnknownFormat,
    /// The statement does not have its format's members.
    Malformed,
    /// The format `none` came with a statement.
    NotEmpty,
    /// The signature algorithm is unknown or not of the key that should have signed.
    Algorithm,
    /// The signature is not of the key that should have signed, over this registration.
    Signature,
    /// The certified key is not the new key.
    PublicKey,
    /// The key may be used by all applications of the phone.
    KeyScope,
    /// The key was not made on the phone.
    KeyOrigin,
    /// The key is not for signing.
    KeyPurpose,
    /// A certificate cannot be read.
    Certificate(CertificateError),
    /// The attestation certificate is not of version 3.
    CertificateVersion,
    /// The attestation certificate's subject is not as its format demands.
    CertificateSubject,
    /// The attestation certificate is a certificate authority's.
    CertificateIsAuthority,
    /// The attestation certificate is of another model than the authenticator says it is.
    Aaguid,
    /// An extension of the attestation certificate is malformed, or critical and may not be.
    CertificateExtension,
    /// The statement is right, but its certificates do not lead to an anchor of ours.
    Path(PathError),
}

impl AttestationError {
    /// Whether the statement itself is right and only trust is missing (step 24 of §7.1).
    #[must_use]
    pub const fn is_about_trust(&self) -> bool {
        matches!(self, Self::Path(_))
    }

    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownFormat => {
                ("attestation-format-unknown", "the attestation format is not known here")
            }
            Self::Malformed => {
                ("attestation-malformed", "the attestation statement is not as its format demands")
            }
            Self::NotEmpty => {
                ("attestation-not-empty", "the attestation format none came with a statement")
            }
            Self::Algorithm => (
                "attestation-algorithm",
                "the attestation's algorithm is not of the key that should have signed it",
            ),
            Self::Signature => {
                ("attestation-signature", "the attestation's signature does not verify")
            }
            Self::PublicKey => {
                ("attestation-public-key", "the attestation certifies another key than the new one")
            }
            Self::KeyScope => {
                ("attestation-key-scope", "the key may be used by all applications of the phone")
            }
            Self::KeyOrigin => ("attestation-key-origin", "the key was not made on the phone"),
            Self::KeyPurpose => ("attestation-key-purpose", "the key is not for signing"),
            Self::Certificate(error) => (error.code(), error.message()),
            Self::CertificateVersion => {
                ("attestation-certificate-version", "the attestation certificate is not version 3")
            }
            Self::CertificateSubject => (
                "attestation-certificate-subject",
                "the attestation certificate's subject is not as its format demands",
            ),
            Self::CertificateIsAuthority => (
                "attestation-certificate-authority",
                "the attestation certificate is a certificate authority's",
            ),
            Self::Aaguid => (
                "attestation-aaguid",
                "the attestation certificate is of another model than the authenticator data",
            ),
            Self::CertificateExtension => (
                "attestation-certificate-extension",
                "an extension of the attestation certificate is malformed or wrongly critical",
            ),
            Self::Path(error) => (error.code(), error.message()),
        }
    }
}

coded!(AttestationError);
