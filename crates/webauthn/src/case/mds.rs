//! Cases of kind `mds`.

use serde::Deserialize;

use super::Failure;
use crate::bytes::Timestamp;
use crate::evidence::Findings;
use crate::mds::{self, Expectation, FIDO_SIGNER};
use crate::trust::Anchor;
use crate::trust::roots::Root;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case {
    #[serde(rename = "blob_path")]
    pub(super) blob_path: String,
    no: Option<u64>,
    #[serde(rename = "trustAnchors_pem")]
    anchors: Option<Vec<String>>,
    verification_time: Option<String>,
}

pub(super) fn judge(
    case: &Case,
    blob: &str,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let own = super::anchors(case.anchors.as_deref());
    let anchors: Vec<&Anchor> = own.iter().collect();
    // below a root that stands above others too, the signer's name counts
    let public = Root::GlobalSignR3.anchor();
    let is_public = public.is_some_and(|public| own.contains(&public));
    let expectation = Expectation {
        anchors: &anchors,
        signer: is_public.then_some(FIDO_SIGNER),
        at_least: case.no.unwrap_or_default(),
        at: super::moment(case.verification_time.as_deref(), now)?,
    };
    mds::verify(blob, &expectation, findings)?;
    Ok(())
}
