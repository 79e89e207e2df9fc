//! The path from an attestation certificate to an anchor of ours, within a budget.
//!
//! Certificates are taken in the order in which they came, as §6.5.4 has it; nothing is sorted,
//! fetched or guessed, so a statement cannot choose how much work we do.

use super::{Certificate, oid};
use crate::bytes::Timestamp;
use crate::coded::coded;
use crate::trust::Anchor;

/// Most certificates in a statement.
const MAX_DEPTH: usize = 8;

/// Most signatures checked for one path; only many anchors of one name could need more.
const MAX_SIGNATURES: usize = 64;

/// Whose rules a path follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathRules {
    /// RFC 5280's, as far as they concern us.
    Ordinary,
    /// Android's. The leaf's dates say nothing. Keys put into phones at the factory are certified
    /// for ten years and used for longer, by certificates that do not always say that they are an
    /// authority's; in return the description of a key may stand in the leaf alone, or whoever
    /// has a phone could certify keys of his own with one that it certified.
    Android,
}

/// Whether `chain`, the attestation certificate first, leads to one of the anchors.
///
/// # Errors
/// [`Stop`] names the first thing that stops us.
pub(crate) fn find_trust<'t>(
    chain: &[&[u8]],
    anchors: &[&'t Anchor],
    rules: PathRules,
    at: Timestamp,
) -> Result<&'t Anchor, Stop> {
    let mut walked = 0;
    walk(chain, anchors, rules, at, &mut walked).map_err(|error| Stop { error, position: walked })
}

/// Why a path ended, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) error: PathError,
    /// The certificate that was looked at, the attestation certificate being 0.
    pub(crate) position: usize,
}

fn walk<'t>(
    chain: &[&[u8]],
    anchors: &[&'t Anchor],
    rules: PathRules,
    at: Timestamp,
    walked: &mut usize,
) -> Result<&'t Anchor, PathError> {
    if chain.len() > MAX_DEPTH {
        return Err(PathError::TooDeep);
    }
    let mut budget = Budget(MAX_SIGNATURES);
    let mut rest = chain.iter();
    let mut current = parse(rest.next())?;
    // authorities that stand below the one in question, the self-issued not counted
    let mut authorities_below = 0_usize;
    loop {
        if let Some(anchor) = anchors.iter().find(|anchor| anchor.is(&current)) {
            return Ok(anchor);
        }
        let is_leaf = rest.len().saturating_add(1) == chain.len();
        expect_usable(&current, Dates::of(&current, rules, is_leaf), at)?;
        for anchor in anchors.iter().filter(|anchor| anchor.may_have_issued(&current)) {
            budget.spend()?;
            if current.verify_issued_by(anchor.public_key()).is_ok() {
                return Ok(anchor);
            }
        }
        let issuer = parse(rest.next())?;
        *walked = walked.saturating_add(1);
        if issuer.subject() != current.issuer() {
            return Err(PathError::Untrusted);
        }
        expect_authority(&issuer, authorities_below, rules)?;
        budget.spend()?;
        current.verify_issued_by(issuer.public_key())?;
        if issuer.subject() != issuer.issuer() {
            authorities_below = authorities_below.saturating_add(1);
        }
        current = issuer;
    }
}

struct Budget(usize);

impl Budget {
    fn spend(&mut self) -> Result<(), PathError> {
        self.0 = self.0.checked_sub(1).ok_or(PathError::TooMuchWork)?;
        Ok(())
    }
}

/// The next certificate; without one the path ends before it reached an anchor.
fn parse<'a>(der: Option<&&'a [u8]>) -> Result<Certificate<'a>, PathError> {
    Certificate::parse(der.ok_or(PathError::Untrusted)?).map_err(|_| PathError::Malformed)
}

/// Which of a certificate's dates count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dates {
    Both,
    First,
    Neither,
}

impl Dates {
    fn of(certificate: &Certificate<'_>, rules: PathRules, is_leaf: bool) -> Self {
        match rules {
            PathRules::Android if is_leaf => Self::Neither,
            PathRules::Android if is_from_factory(certificate) => Self::First,
            PathRules::Android | PathRules::Ordinary => Self::Both,
        }
    }
}

/// Android names what it certified in the factory by a serial number.
fn is_from_factory(certificate: &Certificate<'_>) -> bool {
    certificate.subject_has(oid::SERIAL_NUMBER, |_| true)
}

fn expect_usable(
    certificate: &Certificate<'_>,
    dates: Dates,
    at: Timestamp,
) -> Result<(), PathError> {
    let (from, until) = certificate.validity();
    if dates != Dates::Neither && at < from {
        return Err(PathError::NotYetValid);
    }
    if dates == Dates::Both && at > until {
        return Err(PathError::Expired);
    }
    if certificate.has_unknown_critical_extension() {
        return Err(PathError::CriticalExtension);
    }
    Ok(())
}

/// Who issues must be an authority, or every attestation key could mint further ones.
fn expect_authority(
    issuer: &Certificate<'_>,
    authorities_below: usize,
    rules: PathRules,
) -> Result<(), PathError> {
    let is_authority = issuer.is_authority().unwrap_or(false) && issuer.may_sign_certificates();
    let may_issue = match rules {
        PathRules::Ordinary => is_authority,
        PathRules::Android => {
            issuer.extension(oid::ANDROID_KEY_DESCRIPTION).is_none()
                && (is_authority || is_from_factory(issuer))
        }
    };
    if !may_issue {
        return Err(PathError::NotAuthority);
    }
    if issuer.path_limit().is_some_and(|limit| authorities_below > limit) {
        return Err(PathError::PathLength);
    }
    Ok(())
}

/// Why certificates do not lead to an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathError {
    /// The path ends without reaching an anchor of ours for this model.
    Untrusted,
    /// A certificate cannot be read.
    Malformed,
    /// A certificate is not valid yet.
    NotYetValid,
    /// A certificate is not valid any more.
    Expired,
    /// A certificate has a critical extension that we do not know.
    CriticalExtension,
    /// A certificate issued another and is no authority's.
    NotAuthority,
    /// More authorities than one of them allows.
    PathLength,
    /// A certificate is not signed by the next.
    Signature,
    /// A certificate is signed by an algorithm that we do not accept or its issuer cannot use.
    SignatureAlgorithm,
    /// More than eight certificates.
    TooDeep,
    /// More signatures to check than we are willing to.
    TooMuchWork,
}

impl PathError {
    pub(crate) const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Untrusted => {
                ("attestation-untrusted", "the certificates lead to no trust anchor of the model")
            }
            Self::Malformed => ("certificate-malformed", "a certificate cannot be read"),
            Self::NotYetValid => ("certificate-not-yet-valid", "a certificate is not yet valid"),
            Self::Expired => ("certificate-expired", "a certificate has expired"),
            Self::CriticalExtension => (
                "certificate-critical-extension",
                "a certificate has a critical extension that is not known here",
            ),
            Self::NotAuthority => {
                ("certificate-not-authority", "a certificate was issued by none of an authority")
            }
            Self::PathLength => (
                "certificate-path-length",
                "there are more authorities in the path than one of them allows",
            ),
            Self::Signature => {
                ("certificate-signature", "a certificate's signature does not verify")
            }
            Self::SignatureAlgorithm => {
                ("certificate-algorithm", "a certificate's signature algorithm is not accepted")
            }
            Self::TooDeep => {
                ("certificate-path-too-deep", "the statement has more than eight certificates")
            }
            Self::TooMuchWork => {
                ("certificate-path-too-costly", "the path needs too many signature checks")
            }
        }
    }
}

coded!(PathError);
