//! Cases of kind `appattest`: attestations, assertions and receipts.

use aws_lc_rs::digest;
use serde::Deserialize;

use super::{Failure, bytes, unreadable};
use crate::app_attest::{self, Environment, assertion, receipt};
use crate::bytes::{SignCount, Timestamp};
use crate::evidence::Findings;
use crate::trust::Anchor;
use crate::trust::roots::Root;
use crate::x509;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case {
    sub: String,
    app_id: String,
    environment: Option<String>,
    #[serde(rename = "keyId_b64")]
    key_id: Option<String>,
    #[serde(rename = "attestationObject_b64url")]
    attestation_object: Option<String>,
    #[serde(rename = "clientDataHash_b64url")]
    client_data_hash: Option<String>,
    #[serde(rename = "clientData_b64url")]
    client_data: Option<String>,
    #[serde(rename = "assertion_b64url")]
    assertion: Option<String>,
    #[serde(rename = "publicKey_spki_b64")]
    public_key: Option<String>,
    previous_counter: Option<u32>,
    #[serde(rename = "receipt_b64url")]
    receipt: Option<String>,
    #[serde(rename = "trustAnchors_pem")]
    anchors: Option<Vec<String>>,
    verification_time: Option<String>,
}

/// Apple writes five minutes for receipts that were just received.
const RECEIPT_AGE_MS: i64 = 5 * 60 * 1000;

pub(super) fn judge(case: &Case, now: Timestamp, findings: &mut Findings) -> Result<(), Failure> {
    let at = super::moment(case.verification_time.as_deref(), now)?;
    match case.sub.as_str() {
        "attestation" => attestation(case, at, findings),
        "assertion" => assertion(case, findings),
        "receipt" => receipt(case, at, findings),
        _ => Err(unreadable("sub is none of attestation, assertion and receipt")),
    }
}

fn attestation(case: &Case, at: Timestamp, findings: &mut Findings) -> Result<(), Failure> {
    let object = needed(case.attestation_object.as_deref(), "attestationObject_b64url is missing")?;
    let key_id = case.key_id.as_deref().map(|text| needed(Some(text), "keyId_b64 is not base64"));
    let key_id = key_id.transpose()?;
    let own = super::anchors(case.anchors.as_deref());
    let root = Root::AppleG3.anchor();
    let anchors: Vec<&Anchor> = own.iter().collect();
    let receipt_anchors: Vec<&Anchor> = root.iter().chain(&own).collect();
    let expectation = app_attest::Expectation {
        app_id: &case.app_id,
        environment: case.environment()?,
        key_id: key_id.as_deref(),
        client_data_hash: &case.hash()?,
        anchors: &anchors,
        receipt_anchors: &receipt_anchors,
        at,
    };
    match app_attest::verify(&object, &expectation, findings) {
        Ok(_) => Ok(()),
        // without anchors nobody asked for trust, only whether the statement is right
        Err(error) if error.is_about_trust() && super::asks_no_trust(case.anchors.as_deref()) => {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

fn assertion(case: &Case, findings: &mut Findings) -> Result<(), Failure> {
    let bytes = needed(case.assertion.as_deref(), "assertion_b64url is missing")?;
    let expectation = assertion::Expectation {
        app_id: &case.app_id,
        public_key: &needed(case.public_key.as_deref(), "publicKey_spki_b64 is missing")?,
        previous: SignCount(case.previous_counter.unwrap_or_default()),
        client_data_hash: &case.hash()?,
    };
    assertion::verify(&bytes, &expectation, findings)?;
    Ok(())
}

/// Receipts lead to Apple's published root, unless the case names others.
fn receipt(case: &Case, at: Timestamp, findings: &mut Findings) -> Result<(), Failure> {
    let bytes = needed(case.receipt.as_deref(), "receipt_b64url is missing")?;
    let public_key = needed(case.public_key.as_deref(), "publicKey_spki_b64 is missing")?;
    let point = x509::p256_point(&public_key);
    let point = point.ok_or(unreadable("publicKey_spki_b64 is not a key on p-256"))?;
    let own = super::anchors(case.anchors.as_deref());
    let root = Root::AppleG3.anchor();
    let anchors: Vec<&Anchor> = if super::asks_no_trust(case.anchors.as_deref()) {
        root.iter().collect()
    } else {
        own.iter().collect()
    };
    let expectation = receipt::Expectation {
        app_id: &case.app_id,
        environment: case.environment()?,
        point: &point,
        anchors: &anchors,
        max_age_ms: Some(RECEIPT_AGE_MS),
        at,
    };
    receipt::verify(&bytes, &expectation, findings)?;
    Ok(())
}

impl Case {
    fn environment(&self) -> Result<Environment, Failure> {
        match self.environment.as_deref() {
            Some("production") | None => Ok(Environment::Production),
            Some("development" | "sandbox") => Ok(Environment::Development),
            Some(_) => Err(unreadable("environment is neither production nor development")),
        }
    }

    /// The hash of the client data; if both are there they must agree.
    fn hash(&self) -> Result<Vec<u8>, Failure> {
        let given = self.client_data_hash.as_deref().map(|text| needed(Some(text), HASH));
        let given = given.transpose()?;
        let own = self.client_data.as_deref().map(|text| needed(Some(text), HASH)).transpose()?;
        let own = own.map(|data| digest::digest(&digest::SHA256, &data).as_ref().to_vec());
        match (given, own) {
            (Some(given), Some(own)) if given != own => {
                Err(Failure(("client-data-hash", "the client data has another hash")))
            }
            (Some(hash), _) | (None, Some(hash)) => Ok(hash),
            (None, None) => Err(unreadable(HASH)),
        }
    }
}

const HASH: &str = "clientDataHash_b64url or clientData_b64url is missing";

fn needed(text: Option<&str>, otherwise: &'static str) -> Result<Vec<u8>, Failure> {
    text.and_then(bytes).ok_or(unreadable(otherwise))
}
