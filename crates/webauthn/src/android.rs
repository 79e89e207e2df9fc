//! Android key attestation by itself: what the hardware of a phone says about a key, whom it
//! convinces, and which certificates are not believed any more.

mod description;
mod status;

use crate::bytes::Timestamp;
use crate::coded::coded;
use crate::der::NotDer;
use crate::evidence::Findings;
use crate::trust::Anchor;
use crate::x509::{self, Certificate, CertificateError, PathError, PathRules, oid};

pub use description::{
    Application, Authorizations, BootState, KeyDescription, NotKeyDescription, RootOfTrust,
    SecurityLevel,
};
pub use status::{InvalidStatusList, StatusList};

/// What a key's certificates are held against.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// What the key was to be made for.
    pub challenge: &'a [u8],
    /// Google's roots.
    pub anchors: &'a [&'a Anchor],
    /// The certificates that must not be believed any more.
    pub revoked: &'a StatusList,
    /// Whether the phone must run a system that its maker signed, with a locked boot loader.
    pub verified_boot: bool,
    /// The moment of judgement.
    pub at: Timestamp,
}

/// Judges the certificates of a key, the key's own first. What was learned is in `findings`, also
/// when the judgement is bad.
///
/// # Errors
/// [`AndroidError`] names the first check that failed; those about trust come last.
pub fn judge(
    certificates: &[&[u8]],
    expectation: &Expectation<'_>,
    findings: &mut Findings,
) -> Result<(), AndroidError> {
    let leaf = findings.check("certificates", parse_all(certificates))?;
    let extension = leaf.extension(oid::ANDROID_KEY_DESCRIPTION);
    let extension = findings.check("key description", extension.ok_or(AndroidError::Missing))?;
    let description =
        KeyDescription::parse(extension.value).map_err(|NotKeyDescription| AndroidError::Malformed);
    let description = findings.check("its members", description)?;
    description.tell(findings);

    let is_for_us = description.challenge == expectation.challenge;
    findings.check("challenge", is_for_us.then_some(()).ok_or(AndroidError::Challenge))?;
    findings.check("security level", expect_hardware(&description))?;
    let is_made_there = description.hardware_enforced.origin == Some(GENERATED);
    findings.check("key origin", is_made_there.then_some(()).ok_or(AndroidError::Origin))?;
    let root = description.hardware_enforced.root_of_trust.as_ref();
    let root = findings.check("root of trust", root.ok_or(AndroidError::RootOfTrust))?;
    if expectation.verified_boot {
        let is_verified = root.state == BootState::Verified && root.is_locked;
        findings.check("verified boot", is_verified.then_some(()).ok_or(AndroidError::Boot))?;
    }
    findings.check("status list", expect_unrevoked(certificates, expectation.revoked))?;

    let found =
        x509::find_trust(certificates, expectation.anchors, PathRules::Android, expectation.at);
    match found {
        Ok(anchor) => {
            findings.check("path to an anchor", Ok::<_, AndroidError>(()))?;
            findings.ended_in(anchor.name());
            Ok(())
        }
        Err(stop) => {
            findings.learned("certificate", u32::try_from(stop.position).unwrap_or_default());
            findings.check("path to an anchor", Err(AndroidError::Path(stop.error)))
        }
    }
}

/// `KM_ORIGIN_GENERATED`
const GENERATED: u32 = 0;

/// Every certificate can be read; gives the key's own.
fn parse_all<'a>(certificates: &[&'a [u8]]) -> Result<Certificate<'a>, AndroidError> {
    let mut parsed = Vec::new();
    for der in certificates {
        parsed.push(Certificate::parse(der).map_err(AndroidError::Certificate)?);
    }
    parsed.into_iter().next().ok_or(AndroidError::Missing)
}

/// Both the attestation and the key live in hardware, and in the same: a description that a
/// phone's system wrote about a key in hardware says only what the system wants.
fn expect_hardware(description: &KeyDescription<'_>) -> Result<(), AndroidError> {
    if description.attestation_level == SecurityLevel::Software
        || description.attestation_level != description.key_level
    {
        return Err(AndroidError::SecurityLevel);
    }
    Ok(())
}

/// None of the certificates is on the list. Suspended ones count too: whoever knows why they
/// were suspended may be using them.
pub(crate) fn expect_unrevoked(
    certificates: &[&[u8]],
    revoked: &StatusList,
) -> Result<(), AndroidError> {
    if revoked.is_empty() {
        return Ok(());
    }
    for der in certificates {
        let certificate = Certificate::parse(der).map_err(AndroidError::Certificate)?;
        if revoked.has(certificate.serial()) {
            return Err(AndroidError::Revoked);
        }
    }
    Ok(())
}

impl From<NotDer> for NotKeyDescription {
    fn from(_: NotDer) -> Self {
        Self
    }
}

/// Why the certificates of a key do not convince.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AndroidError {
    /// There is no certificate, or none with a description of the key.
    Missing,
    /// A certificate cannot be read.
    Certificate(CertificateError),
    /// The description of the key cannot be read.
    Malformed,
    /// Made for another challenge.
    Challenge,
    /// The key or its attestation is not the hardware's.
    SecurityLevel,
    /// The hardware does not say that it made the key.
    Origin,
    /// The hardware does not say what the phone runs.
    RootOfTrust,
    /// The phone runs a system that its maker did not sign, or can be made to.
    Boot,
    /// A certificate is on the status list.
    Revoked,
    /// The certificates do not lead to an anchor.
    Path(PathError),
}

impl AndroidError {
    /// Whether everything but trust is right.
    #[must_use]
    pub const fn is_about_trust(&self) -> bool {
        matches!(self, Self::Path(_))
    }

    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Missing => {
                ("android-key-missing", "no certificate describes the key: attest it again")
            }
            Self::Certificate(error) => (error.code(), error.message()),
            Self::Malformed => {
                ("android-key-description", "the description of the key cannot be read")
            }
            Self::Challenge => {
                ("android-key-challenge", "the key was attested for another challenge")
            }
            Self::SecurityLevel => {
                ("android-key-security-level", "the key does not live in the phone's hardware")
            }
            Self::Origin => {
                ("android-key-origin", "the hardware does not say that it made the key")
            }
            Self::RootOfTrust => {
                ("android-key-root-of-trust", "the hardware does not say what the phone runs")
            }
            Self::Boot => (
                "android-key-boot",
                "the phone runs an altered system, or its boot loader is unlocked",
            ),
            Self::Revoked => {
                ("android-key-revoked", "a certificate of the key is on android's status list")
            }
            Self::Path(error) => (error.code(), error.message()),
        }
    }
}

coded!(AndroidError);

#[cfg(test)]
mod tests;
