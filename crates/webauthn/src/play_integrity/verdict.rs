//! The verdict inside an integrity token (`TokenPayloadExternal`), read so that new words and
//! members do no harm and missing ones prove nothing.

use serde::Deserialize;

use super::PlayIntegrityError;
use crate::bytes::Timestamp;
use crate::evidence::Findings;
use crate::json::{Object, object};

/// What Google says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Verdict {
    #[serde(rename = "requestDetails", deserialize_with = "object")]
    pub(super) request: Request,
    #[serde(rename = "appIntegrity", deserialize_with = "object")]
    pub(super) app: App,
    #[serde(rename = "deviceIntegrity", deserialize_with = "object")]
    pub(super) device: Device,
    #[serde(rename = "accountDetails", deserialize_with = "object")]
    pub(super) account: Account,
    #[serde(rename = "environmentDetails", deserialize_with = "object")]
    environment: Environment,
    #[serde(rename = "testingDetails", deserialize_with = "object")]
    pub(super) testing: Testing,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Request {
    #[serde(rename = "requestPackageName")]
    pub(super) package: Option<String>,
    pub(super) nonce: Option<String>,
    #[serde(rename = "requestHash")]
    pub(super) hash: Option<String>,
    timestamp_millis: Option<String>,
    /// In verdicts about personal computers.
    request_time: Option<String>,
}

impl Request {
    /// When the verdict was made.
    pub(super) fn made(&self) -> Option<Timestamp> {
        match (&self.timestamp_millis, &self.request_time) {
            (Some(millis), _) => millis.parse().ok().map(Timestamp),
            (None, Some(time)) => Timestamp::from_rfc3339(time),
            (None, None) => None,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct App {
    #[serde(rename = "appRecognitionVerdict")]
    pub(super) verdict: Option<String>,
    #[serde(rename = "packageName")]
    pub(super) package: Option<String>,
    #[serde(rename = "certificateSha256Digest")]
    pub(super) signing_digests: Vec<String>,
    #[serde(rename = "versionCode")]
    pub(super) version: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Device {
    #[serde(rename = "deviceRecognitionVerdict")]
    pub(super) labels: Vec<String>,
    #[serde(rename = "deviceAttributes", deserialize_with = "object")]
    attributes: Attributes,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Attributes {
    sdk_version: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Account {
    #[serde(rename = "appLicensingVerdict")]
    pub(super) licensing: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Environment {
    play_protect_verdict: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Testing {
    pub(super) is_testing_response: bool,
}

impl Verdict {
    /// Reads a verdict as it stands in a token, or in the answer of Google's endpoint under
    /// `tokenPayloadExternal`.
    ///
    /// # Errors
    /// [`PlayIntegrityError::Malformed`] when it is none.
    pub fn parse(json: &[u8]) -> Result<Self, PlayIntegrityError> {
        let text = std::str::from_utf8(json).map_err(|_| PlayIntegrityError::Malformed)?;
        let Object(verdict) =
            serde_json::from_str(text).map_err(|_| PlayIntegrityError::Malformed)?;
        Ok(verdict)
    }

    /// Notes what Google says.
    pub(super) fn tell(&self, findings: &mut Findings) {
        for (name, text) in [
            ("app-verdict", &self.app.verdict),
            ("package", &self.app.package),
            ("version", &self.app.version),
            ("licensing", &self.account.licensing),
            ("play-protect", &self.environment.play_protect_verdict),
        ] {
            if let Some(text) = text {
                findings.learned(name, text.as_str());
            }
        }
        findings.learned("device-verdict", self.device.labels.clone());
        findings.learned("signing-digests", self.app.signing_digests.clone());
        if let Some(version) = self.device.attributes.sdk_version {
            findings.learned("sdk-version", version);
        }
    }
}
