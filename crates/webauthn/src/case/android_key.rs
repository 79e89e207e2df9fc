//! Cases of kind `androidkey`.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Failure, bytes, unreadable};
use crate::android::{self, Expectation, StatusList};
use crate::bytes::Timestamp;
use crate::evidence::Findings;
use crate::trust::Anchor;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case<'a> {
    #[serde(rename = "certs_pem")]
    certificates: Vec<String>,
    #[serde(rename = "challenge_b64url")]
    challenge: String,
    #[serde(rename = "trustAnchors_pem")]
    anchors: Option<Vec<String>>,
    verification_time: Option<String>,
    #[serde(borrow)]
    status_list: Option<&'a RawValue>,
    require_verified_boot: Option<bool>,
}

pub(super) fn judge(
    case: &Case<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let certificates = super::certificates(&case.certificates);
    if certificates.len() < case.certificates.len() {
        return Err(unreadable("certs_pem has what is no certificate"));
    }
    let certificates: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    let challenge = bytes(&case.challenge);
    let challenge = challenge.ok_or(unreadable("challenge_b64url is not base64url"))?;
    let own = super::anchors(case.anchors.as_deref());
    let anchors: Vec<&Anchor> = own.iter().collect();
    let revoked = match case.status_list {
        None => StatusList::default(),
        Some(list) => status_list(list.get())?,
    };
    let expectation = Expectation {
        challenge: &challenge,
        anchors: &anchors,
        revoked: &revoked,
        verified_boot: case.require_verified_boot.unwrap_or(false),
        at: super::moment(case.verification_time.as_deref(), now)?,
    };
    match android::judge(&certificates, &expectation, findings) {
        Err(error) if error.is_about_trust() && super::asks_no_trust(case.anchors.as_deref()) => {
            Ok(())
        }
        judged => Ok(judged?),
    }
}

/// The list as Google publishes it, or its entries alone.
fn status_list(json: &str) -> Result<StatusList, Failure> {
    if json == "null" {
        return Ok(StatusList::default());
    }
    StatusList::parse(json.as_bytes())
        .or_else(|_| StatusList::parse(format!("{{\"entries\":{json}}}").as_bytes()))
        .map_err(|_| unreadable("statusList is not a status list"))
}
