//! Attestation: what an authenticator's statement about itself is worth (§6.5, §8).
//!
//! One file per format; each is given a `Subject` and gives back the `Basis` of a right statement.
//! Whether we trust who signed it is decided here, once for all formats.

mod android_key;
mod app_attest;
mod apple;
mod compound;
mod error;
mod fido_u2f;
mod none;
mod packed;
mod play_integrity;
mod safetynet;
mod statement;
mod tpm;

use crate::cbor::{self, CborError, Value};
use crate::coded::coded;
use crate::evidence::Findings;
use crate::genuine::Platform;
use crate::x509;

pub use error::AttestationError;
use statement::Basis;
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
    /// What was checked and learned on the way.
    pub findings: Findings,
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

    /// The statement as it stands there.
    #[must_use]
    pub const fn statement(&self) -> &Value<'a> {
        &self.statement
    }
}

/// Steps 21 to 24 of §7.1: finds the format, has it verify the statement, and asks whether the
/// certificates end in an anchor of ours for this model.
pub(crate) fn judge(object: &AttestationObject<'_>, subject: &Subject<'_>) -> Attestation {
    let mut findings = Findings::default();
    let kind = judge_statement(object.format, &object.statement, subject, &mut findings);
    let kind = expect_app(kind, object, subject, &mut findings);
    let certificates = certificates(object.format, &object.statement);
    Attestation { format: object.format.to_owned(), kind, certificates, findings }
}

/// What one statement is worth, also one inside a compound one.
fn judge_statement(
    format: &str,
    statement: &Value<'_>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> AttestationKind {
    match verify(format, statement, subject, findings) {
        Ok(basis) => weigh(basis, subject, findings),
        Err(error) => {
            // some formats stop before they could say where
            if !findings.has_failed() {
                findings.wrong("statement", &error);
            }
            AttestationKind::Unverified(error)
        }
    }
}

/// Step 24 of §7.1: what a right statement is worth.
fn weigh(basis: Basis<'_>, subject: &Subject<'_>, findings: &mut Findings) -> AttestationKind {
    let (chain, rules) = match basis {
        Basis::Nothing => return AttestationKind::None,
        Basis::SelfSigned => return AttestationKind::SelfSigned,
        Basis::Vouched => return AttestationKind::Trusted,
        Basis::Weighed(kind) => return kind,
        Basis::Certified(chain, rules) => (chain, rules),
    };
    let chain: Vec<&[u8]> = chain.iter().map(AsRef::as_ref).collect();
    let anchors = subject.trust.of_certified(subject.aaguid, chain.first().copied());
    match x509::find_trust(&chain, &anchors, rules, subject.at) {
        Ok(anchor) => {
            findings.ended_in(anchor.name());
            match findings.check("path to an anchor", Ok::<_, AttestationError>(())) {
                Ok(()) => AttestationKind::Trusted,
                Err(error) => AttestationKind::Unverified(error),
            }
        }
        Err(stop) => {
            let error = AttestationError::Path(stop.error);
            findings.learned("certificate", u32::try_from(stop.position).unwrap_or_default());
            findings.wrong("path to an anchor", &error);
            AttestationKind::Unverified(error)
        }
    }
}

/// A model that is an app of ours must have shown that it is that app: a certificate of the phone
/// alone says nothing about who asked for it.
fn expect_app(
    kind: AttestationKind,
    object: &AttestationObject<'_>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> AttestationKind {
    let mut apps = subject.trust.apps(subject.aaguid).peekable();
    if kind != AttestationKind::Trusted || apps.peek().is_none() {
        return kind;
    }
    let formats = formats(object.format, &object.statement);
    let has_shown = |needed: &[&str]| needed.iter().all(|format| formats.contains(format));
    let is_shown = apps.any(|app| match app.platform {
        Platform::Ios(_) => has_shown(&["apple-appattest"]),
        Platform::Android(_) => has_shown(&["android-key", "play-integrity"]),
    });
    let shown = is_shown.then_some(()).ok_or(AttestationError::AppEvidence);
    match findings.check("evidence of the app", shown) {
        Ok(()) => kind,
        Err(error) => AttestationKind::Unverified(error),
    }
}

/// The format, or those inside a compound one.
fn formats<'a>(format: &'a str, statement: &Value<'a>) -> Vec<&'a str> {
    match statement.as_array() {
        None => vec![format],
        Some(parts) => {
            parts.iter().filter_map(|part| part.as_map()?.named("fmt")?.as_text()).collect()
        }
    }
}

/// The certificates in a statement, those of a compound one in its order.
fn certificates(format: &str, statement: &Value<'_>) -> Vec<Vec<u8>> {
    match (format, statement.as_array()) {
        ("compound", Some(parts)) => parts
            .iter()
            .filter_map(Value::as_map)
            .filter_map(|part| Some((part.named("fmt")?.as_text()?, part.named("attStmt")?)))
            .flat_map(|(format, statement)| certificates_of(format, statement))
            .collect(),
        (_, _) => certificates_of(format, statement),
    }
}

fn certificates_of(format: &str, statement: &Value<'_>) -> Vec<Vec<u8>> {
    match format {
        "android-safetynet" => safetynet::certificates(statement),
        "apple-appattest" => app_attest::certificates(statement),
        _ => statement::certificates(statement)
            .unwrap_or_default()
            .into_iter()
            .map(<[u8]>::to_vec)
            .collect(),
    }
}

/// Step 21 of §7.1 (the name is compared exactly) and step 22.
fn verify<'a>(
    format: &str,
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    match format {
        "none" => none::verify(statement),
        "packed" => packed::verify(statement, subject, findings),
        "tpm" => tpm::verify(statement, subject, findings),
        "android-key" => android_key::verify(statement, subject, findings),
        "android-safetynet" => safetynet::verify(statement, subject, findings),
        "fido-u2f" => fido_u2f::verify(statement, subject, findings),
        "apple" => apple::verify(statement, subject, findings),
        "compound" => compound::verify(statement, subject, findings),
        "apple-appattest" => app_attest::verify(statement, subject, findings),
        "play-integrity" => play_integrity::verify(statement, subject, findings),
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
