//! Why an attestation statement proves nothing.

use crate::app_attest::AppAttestError;
use crate::coded::coded;
use crate::jose::TokenError;
use crate::play_integrity::PlayIntegrityError;
use crate::x509::{CertificateError, PathError};

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
    /// The phone's hardware does not say that the key is its own, or that it runs its maker's
    /// system.
    KeyProtection,
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
    /// The attestation certificate is not of the service that should have signed.
    Host,
    /// The phone did not pass Google's compatibility tests.
    Incompatible,
    /// A certificate is on Android's status list.
    Revoked,
    /// A token inside the statement is not believed.
    Token(TokenError),
    /// What Apple says about the app is not believed.
    AppAttest(AppAttestError),
    /// What Google says about the app is not believed.
    PlayIntegrity(PlayIntegrityError),
    /// No genuine app is known for this model.
    UnknownApp,
    /// The key was made by another app than the genuine one.
    OtherApp,
    /// The model is an app's, and the statement does not show which app it is.
    AppEvidence,
    /// Only Google's endpoint can open the token, and nobody asked it yet.
    Undecoded,
    /// An extension of the attestation certificate is malformed, or critical and may not be.
    CertificateExtension,
    /// The statement is right, but was made at another time.
    Stale,
    /// The statement is right, but its certificates do not lead to an anchor of ours.
    Path(PathError),
}

impl AttestationError {
    /// Whether the statement itself is right and only trust is missing (step 24 of §7.1).
    #[must_use]
    pub const fn is_about_trust(&self) -> bool {
        if let Self::AppAttest(error) = self {
            return error.is_about_trust();
        }
        matches!(self, Self::Path(_) | Self::Stale)
    }

    #[expect(clippy::too_many_lines, reason = "a table with a row for each error")]
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Certificate(error) => error.row(),
            Self::Token(error) => error.row(),
            Self::AppAttest(error) => error.row(),
            Self::PlayIntegrity(error) => error.row(),
            Self::Path(error) => error.row(),
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
            Self::KeyProtection => (
                "attestation-key-protection",
                "the key is not protected by the phone's hardware and verified system",
            ),
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
            Self::Host => {
                ("attestation-host", "the attestation is not signed by attest.android.com")
            }
            Self::Incompatible => {
                ("attestation-incompatible", "the phone did not pass google's compatibility tests")
            }
            Self::Revoked => {
                ("attestation-revoked", "a certificate of the phone is on android's status list")
            }
            Self::UnknownApp => {
                ("attestation-app-unknown", "no genuine app is configured for this model")
            }
            Self::OtherApp => {
                ("attestation-app-other", "the key was made by another app than the genuine one")
            }
            Self::AppEvidence => (
                "attestation-app-evidence",
                "the statement does not show which app made the passkey",
            ),
            Self::Undecoded => (
                "attestation-undecoded",
                "the integrity token must be decoded by google before it can be judged",
            ),
            Self::Stale => ("attestation-stale", "the attestation was made at another time"),
        }
    }
}

coded!(AttestationError);
