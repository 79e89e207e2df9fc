//! What became of a model: its status reports, and where they leave it.

use std::cmp::Ordering;

use data_encoding::{BASE64, Specification};
use serde::Deserialize;

/// One report. Lists write the newest first, whatever readers expect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusReport {
    /// What is reported, in the metadata's own word.
    pub status: String,
    /// From which day on, `YYYY-MM-DD`.
    #[serde(default)]
    pub effective_date: Option<String>,
    /// For which firmware.
    #[serde(default)]
    pub authenticator_version: Option<u64>,
    /// For which attestation certificate alone, in base64.
    #[serde(default)]
    pub certificate: Option<String>,
}

/// What a report means to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Withdrawn for good.
    Revoked,
    /// The model or its keys can be got around.
    Compromised,
    /// There is a newer firmware.
    UpdateAvailable,
    /// Certified, at whatever level.
    Certified,
    /// Anything else says nothing about trust.
    Neutral,
}

impl Status {
    /// What the metadata's word means. Words that we do not know are neutral, and new ones for
    /// trouble have always been additions to `REVOKED`.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "REVOKED" | "RETIRED" => Self::Revoked,
            "USER_VERIFICATION_BYPASS"
            | "ATTESTATION_KEY_COMPROMISE"
            | "USER_KEY_REMOTE_COMPROMISE"
            | "USER_KEY_PHYSICAL_COMPROMISE" => Self::Compromised,
            "UPDATE_AVAILABLE" => Self::UpdateAvailable,
            _ if word.starts_with("FIDO_CERTIFIED") => Self::Certified,
            _ => Self::Neutral,
        }
    }
}

/// Where reports leave a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is held against it.
    Good,
    /// It should get a newer firmware.
    UpdateAvailable,
    /// It must not be trusted, because of this report.
    Blocked(StatusReport),
}

impl StatusReport {
    /// Whether it is about every authenticator of the model, or about one of these certificates.
    fn concerns(&self, certificates: &[&[u8]]) -> bool {
        let Some(text) = self.certificate.as_deref().filter(|text| !text.is_empty()) else {
            return true;
        };
        match base64(text) {
            Some(der) => certificates.contains(&der.as_slice()),
            // about one certificate, but who knows which
            None => true,
        }
    }

    /// Whether a later report lifts this one: a newer firmware that mends it, never a revocation.
    fn is_lifted_by(&self, later: &Self) -> bool {
        if Status::from_word(&self.status) != Status::Compromised {
            return false;
        }
        match Status::from_word(&later.status) {
            Status::UpdateAvailable | Status::Certified => {
                match (self.authenticator_version, later.authenticator_version) {
                    (Some(own), Some(newer)) => newer > own,
                    (None, Some(_)) => true,
                    (Some(_) | None, None) => false,
                }
            }
            Status::Revoked | Status::Compromised | Status::Neutral => false,
        }
    }
}

/// Where the reports leave a model whose authenticator showed these certificates.
pub(super) fn standing(reports: &[StatusReport], certificates: &[&[u8]]) -> Standing {
    // by day, oldest first; of one day the one that the list has further back. A report without
    // a day counts as the latest, so that nothing lifts it.
    let mut ordered: Vec<_> = reports.iter().rev().collect();
    ordered.sort_by(|left, right| match (&left.effective_date, &right.effective_date) {
        (Some(left), Some(right)) => left.cmp(right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    let mut standing = Standing::Good;
    let mut rest = ordered.iter();
    while let Some(report) = rest.next() {
        match Status::from_word(&report.status) {
            Status::Revoked | Status::Compromised => {
                let is_lifted = rest.clone().any(|later| report.is_lifted_by(later));
                if report.concerns(certificates) && !is_lifted {
                    return Standing::Blocked((*report).clone());
                }
            }
            Status::UpdateAvailable => standing = Standing::UpdateAvailable,
            Status::Certified | Status::Neutral => {}
        }
    }
    standing
}

/// Base64 as makers write it: with line breaks here and there.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut specification: Specification = BASE64.specification();
    specification.ignore.push_str(" \t\r\n");
    specification.encoding().ok()?.decode(text.as_bytes()).ok()
}
