//! One model in the metadata: who it is, what it is like and what became of it.

use serde::Deserialize;

use super::status::{self, Standing, StatusReport};
use crate::aaguid::Aaguid;
use crate::x509::KeyIdentifier;

/// One model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, if it has one.
    pub aaguid: Option<Aaguid>,
    /// The keys of its attestation certificates, if it is of before such numbers.
    pub keys: Vec<KeyIdentifier>,
    /// What it is like.
    pub statement: Statement,
    /// What became of it, as the list has it: newest first.
    pub reports: Vec<StatusReport>,
}

/// What a model is like, as far as rules ask for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Statement {
    /// What people call it.
    pub description: String,
    /// `fido2`, `u2f` or `uaf`.
    pub protocol_family: String,
    /// The newest firmware that the statement is about.
    pub authenticator_version: Option<u64>,
    /// How it attests: `basic_full`, `basic_surrogate`, `attca`, `anonca`, `none` …
    pub attestation_types: Vec<String>,
    /// Where it keeps keys: `hardware`, `secure_element`, `tee`, `software` …
    pub key_protection: Vec<String>,
    /// Where it recognises its owner.
    pub matcher_protection: Vec<String>,
    /// How clients reach it.
    pub attachment_hint: Vec<String>,
    /// Bits of security of its keys.
    pub crypto_strength: Option<u64>,
    /// A picture as a `data:` address.
    pub icon: Option<String>,
    /// Whether its passkeys may be synced.
    pub multi_device_credential_support: Option<String>,
    #[serde(rename = "attestationRootCertificates")]
    roots: Vec<String>,
    #[serde(rename = "userVerificationDetails")]
    verification: Vec<Vec<Verification>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Verification {
    user_verification_method: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawEntry {
    aaguid: Option<String>,
    #[serde(default)]
    attestation_certificate_key_identifiers: Vec<String>,
    #[serde(default)]
    metadata_statement: Statement,
    #[serde(default)]
    status_reports: Vec<StatusReport>,
}

impl Entry {
    /// Reads an entry; `None` when it cannot be read.
    pub(super) fn parse(json: &str) -> Option<Self> {
        let raw: RawEntry = serde_json::from_str(json).ok()?;
        let aaguid = match raw.aaguid {
            Some(text) => Some(text.parse().ok()?),
            None => None,
        };
        let keys = raw.attestation_certificate_key_identifiers.iter();
        let keys: Option<Vec<_>> = keys.map(|text| KeyIdentifier::from_hex(text)).collect();
        Some(Self {
            aaguid,
            keys: keys?,
            statement: raw.metadata_statement,
            reports: raw.status_reports,
        })
    }

    /// Where its reports leave the model, for an authenticator that showed these certificates.
    #[must_use]
    pub fn standing(&self, certificates: &[&[u8]]) -> Standing {
        status::standing(&self.reports, certificates)
    }

    /// The highest certification among the reports, in the metadata's own word. Later ones say
    /// more than earlier ones of the same level.
    #[must_use]
    pub fn certification(&self) -> Option<&str> {
        let words = self.reports.iter().map(|report| report.status.as_str());
        words.filter(|word| word.starts_with("FIDO_CERTIFIED")).max_by_key(|word| level(word))
    }
}

/// `FIDO_CERTIFIED` is level 1; `_L2plus` lies between 2 and 3.
fn level(word: &str) -> u32 {
    let Some(digits) = word.strip_prefix("FIDO_CERTIFIED_L") else { return 2 };
    let number = digits.chars().next().and_then(|digit| digit.to_digit(10)).unwrap_or(1);
    number.saturating_mul(2).saturating_add(u32::from(digits.ends_with("plus")))
}

impl Statement {
    /// The certificates that a path may end in, in DER; those that cannot be read are left out.
    pub fn roots(&self) -> impl Iterator<Item = Vec<u8>> {
        self.roots.iter().filter_map(|text| status::base64(text))
    }

    /// The ways in which it can know its owner, such as `fingerprint_internal`.
    pub fn verification_methods(&self) -> impl Iterator<Item = &str> {
        self.verification.iter().flatten().filter_map(|way| way.user_verification_method.as_deref())
    }
}
