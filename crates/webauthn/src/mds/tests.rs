//! A list is believed if its signer leads to our root; what it says about a model holds whatever
//! the order of its reports.

use serde_json::{Value, json};

use super::*;
use crate::aaguid::Aaguid;
use crate::testing::certificate::{common_name, extension, name, no_authority};
use crate::testing::token::{header, signed, signing_key};
use crate::testing::{AAGUID, Key, Root};
use crate::x509::KeyIdentifier;

const AT: Timestamp = Timestamp(1_795_348_800_000);

fn payload() -> Value {
    json!({
        "legalHeader": "…",
        "no": 42,
        "nextUpdate": "2026-12-01",
        "entries": [{
            "aaguid": AAGUID.to_string(),
            "metadataStatement": {
                "description": "Model",
                "protocolFamily": "fido2",
                "keyProtection": ["hardware", "secure_element"],
                "userVerificationDetails": [[{ "userVerificationMethod": "fingerprint_internal" }]],
                "new": {},
            },
            "statusReports": [{ "status": "FIDO_CERTIFIED_L1", "effectiveDate": "2024-01-01" }],
        }],
    })
}

/// A publisher with a signer below a root.
struct Publisher {
    root: Root,
    key: Key,
    leaf: Vec<u8>,
}

impl Publisher {
    fn new() -> Self {
        let (root, key) = (Root::new(), signing_key());
        let leaf = Root::template(&common_name(FIDO_SIGNER)).with(no_authority());
        let leaf = root.certify(&leaf, &key);
        Self { root, key, leaf }
    }

    fn verdict(&self, blob: &str, at_least: u64) -> Result<Blob, BlobError> {
        let anchors = self.root.anchors();
        let anchors: Vec<_> = anchors.of(AAGUID).collect();
        let expectation =
            Expectation { anchors: &anchors, signer: Some(FIDO_SIGNER), at_least, at: AT };
        verify(blob, &expectation, &mut Findings::default())
    }

    fn publish(&self, payload: &Value) -> String {
        signed(&header(std::slice::from_ref(&self.leaf)), payload, &self.key)
    }
}

fn read(payload: &Value) -> Blob {
    let publisher = Publisher::new();
    publisher.verdict(&publisher.publish(payload), 0).unwrap()
}

#[test]
fn a_list_of_the_right_signer_is_believed() {
    let publisher = Publisher::new();
    let blob = publisher.publish(&payload()) + "\n";
    let blob = publisher.verdict(&blob, 42).unwrap();
    assert_eq!((blob.number(), blob.next_update(), blob.unreadable()), (42, "2026-12-01", 0));
    let [entry] = blob.entries() else { panic!("one entry") };
    assert_eq!(entry.statement.description, "Model");
    assert_eq!(entry.certification(), Some("FIDO_CERTIFIED_L1"));
    let ways: Vec<_> = entry.statement.verification_methods().collect();
    assert_eq!(ways, ["fingerprint_internal"]);
    assert!(!blob.is_stale(AT));
    assert!(blob.is_stale(AT.plus_ms(11 * 24 * 60 * 60 * 1000)));
}

#[test]
fn an_older_list_than_ours_is_refused() {
    let publisher = Publisher::new();
    let blob = publisher.publish(&payload());
    assert_eq!(publisher.verdict(&blob, 43), Err(BlobError::Backwards));
}

#[test]
fn another_signer_or_none_is_refused() {
    let publisher = Publisher::new();
    let stranger = Publisher::new();
    let blob = stranger.publish(&payload());
    assert_eq!(publisher.verdict(&blob, 0), Err(BlobError::Path(PathError::Untrusted)));
    let bare = signed(&json!({ "alg": "ES256" }), &payload(), &publisher.key);
    assert_eq!(publisher.verdict(&bare, 0), Err(BlobError::Signer));
    // the certificate of one, the signature of another
    let mixed = signed(&header(std::slice::from_ref(&publisher.leaf)), &payload(), &stranger.key);
    assert_eq!(publisher.verdict(&mixed, 0), Err(BlobError::Token(TokenError::Signature)));
    for algorithm in ["none", "HS256", "RS256"] {
        let mut header = header(std::slice::from_ref(&publisher.leaf));
        header["alg"] = json!(algorithm);
        let blob = signed(&header, &payload(), &publisher.key);
        let error = BlobError::Token(TokenError::Algorithm);
        assert_eq!(publisher.verdict(&blob, 0), Err(error), "{algorithm}");
    }
}

#[test]
fn below_a_root_of_others_too_the_name_counts() {
    let mut publisher = Publisher::new();
    let other = Root::template(&common_name("www.example.org")).with(no_authority());
    publisher.leaf = publisher.root.certify(&other, &publisher.key);
    let blob = publisher.publish(&payload());
    assert_eq!(publisher.verdict(&blob, 0), Err(BlobError::Signer));
    // named among the alternative names, as web servers are
    let names = crate::testing::certificate::der(
        0x30,
        &crate::testing::certificate::der(0x82, FIDO_SIGNER.as_bytes()),
    );
    let named = Root::template(&name(&[])).with(extension(&[0x55, 0x1d, 0x11], true, &names));
    publisher.leaf = publisher.root.certify(&named, &publisher.key);
    let blob = publisher.publish(&payload());
    assert!(publisher.verdict(&blob, 0).is_ok());
}

#[test]
fn other_payloads_are_refused() {
    let publisher = Publisher::new();
    for payload in [
        json!([]),
        json!({}),
        json!({ "no": -1, "nextUpdate": "2026-12-01", "entries": [] }),
        json!({ "no": 1, "nextUpdate": "2026-12-01", "entries": {} }),
        json!({ "no": 1, "entries": [] }),
    ] {
        let blob = publisher.publish(&payload);
        assert_eq!(publisher.verdict(&blob, 0), Err(BlobError::Malformed), "{payload}");
    }
}

#[test]
fn an_entry_that_cannot_be_read_takes_no_other_along() {
    let mut payload = payload();
    let entries = payload["entries"].as_array_mut().unwrap();
    entries.push(json!({ "aaguid": "not one" }));
    entries.push(json!({ "aaguid": 7 }));
    entries.push(json!({ "attestationCertificateKeyIdentifiers": ["short"] }));
    entries.push(json!({ "aaid": "4e4e#4005" }));
    let blob = read(&payload);
    assert_eq!((blob.entries().len(), blob.unreadable()), (2, 3));
}

#[test]
fn anchors_are_found_by_model_and_by_key() {
    use data_encoding::BASE64;
    let root = Root::new();
    let key = Key::p256();
    let leaf = root.certify(&Root::template(&common_name("leaf")), &key);
    let identifier = Certificate::parse(&leaf).unwrap().key_identifier();
    let text =
        data_encoding::HEXUPPER.encode(&crate::testing::sha1(&[&[4], key.coordinates()].concat()));
    assert_eq!(KeyIdentifier::from_hex(&text), Some(identifier));
    let broken = BASE64.encode(&leaf);
    let (first, second) = broken.split_at(64);
    let roots = [format!("{first}\n{second}"), "AAAA".to_owned()];
    let mut payload = payload();
    payload["entries"] = json!([
        { "aaguid": AAGUID.to_string(),
          "metadataStatement": { "attestationRootCertificates": roots } },
        { "attestationCertificateKeyIdentifiers": [text],
          "metadataStatement": { "attestationRootCertificates": roots } },
        { "aaguid": Aaguid::ZERO.to_string(),
          "metadataStatement": { "attestationRootCertificates": roots } },
    ]);
    let mut anchors = TrustAnchors::default();
    read(&payload).add_anchors(&mut anchors);
    assert_eq!(anchors.of(AAGUID).count(), 1);
    assert_eq!(anchors.of(Aaguid::ZERO).count(), 0);
    assert_eq!(anchors.of_certified(Aaguid::ZERO, Some(&leaf)).len(), 1);
    let other = root.certify(&Root::template(&common_name("leaf")), &Key::p256());
    assert_eq!(anchors.of_certified(Aaguid::ZERO, Some(&other)).len(), 0);
    assert_eq!(anchors.of_certified(Aaguid::ZERO, None).len(), 0);
}

fn entry(reports: &Value) -> Entry {
    let json = json!({ "aaguid": AAGUID.to_string(), "statusReports": reports });
    Entry::parse(&json.to_string()).unwrap()
}

fn report(status: &str, date: &str) -> Value {
    json!({ "status": status, "effectiveDate": date })
}

fn blocked_by(reports: &Value) -> Option<String> {
    match entry(reports).standing(&[]) {
        Standing::Blocked(report) => Some(report.status),
        Standing::Good | Standing::UpdateAvailable => None,
    }
}

#[test]
fn a_block_holds_wherever_it_stands_in_the_list() {
    let (revoked, before) =
        (report("REVOKED", "2023-12-20"), report("NOT_FIDO_CERTIFIED", "2023-11-07"));
    let after = report("FIDO_CERTIFIED", "2024-02-02");
    for reports in [
        json!([revoked, before]),
        json!([before, revoked]),
        json!([after, revoked, before]),
        json!([before, revoked, after]),
        json!([revoked]),
    ] {
        assert_eq!(blocked_by(&reports).as_deref(), Some("REVOKED"), "{reports}");
    }
    for status in [
        "RETIRED",
        "USER_VERIFICATION_BYPASS",
        "ATTESTATION_KEY_COMPROMISE",
        "USER_KEY_REMOTE_COMPROMISE",
        "USER_KEY_PHYSICAL_COMPROMISE",
    ] {
        assert_eq!(blocked_by(&json!([report(status, "2024-01-01")])).as_deref(), Some(status));
    }
    for status in ["NOT_FIDO_CERTIFIED", "SELF_ASSERTION_SUBMITTED", "FIDO_CERTIFIED_L3plus", "NEW"]
    {
        assert_eq!(entry(&json!([report(status, "2024-01-01")])).standing(&[]), Standing::Good);
    }
    assert_eq!(entry(&json!([])).standing(&[]), Standing::Good);
}

#[test]
fn a_newer_firmware_mends_a_compromise_but_no_revocation() {
    let versioned = |status: &str, date: &str, version: u64| {
        let mut report = report(status, date);
        report["authenticatorVersion"] = json!(version);
        report
    };
    let bypass = versioned("USER_VERIFICATION_BYPASS", "2024-01-01", 3);
    let update = versioned("UPDATE_AVAILABLE", "2024-03-01", 4);
    assert_eq!(entry(&json!([update, bypass])).standing(&[]), Standing::UpdateAvailable);
    // the same firmware, an earlier day, no firmware
    for other in [
        versioned("UPDATE_AVAILABLE", "2024-03-01", 3),
        versioned("UPDATE_AVAILABLE", "2023-03-01", 4),
        report("UPDATE_AVAILABLE", "2024-03-01"),
    ] {
        let blocked = blocked_by(&json!([other, bypass]));
        assert_eq!(blocked.as_deref(), Some("USER_VERIFICATION_BYPASS"), "{other}");
    }
    let revoked = versioned("REVOKED", "2024-01-01", 3);
    assert_eq!(blocked_by(&json!([update, revoked])).as_deref(), Some("REVOKED"));
    // nobody knows when, so nothing came later
    let undated = json!({ "status": "USER_VERIFICATION_BYPASS", "authenticatorVersion": 3 });
    assert!(blocked_by(&json!([update, undated])).is_some());
}

#[test]
fn a_report_about_one_certificate_blocks_that_alone() {
    let compromise = json!([{
        "status": "ATTESTATION_KEY_COMPROMISE",
        "effectiveDate": "2024-01-01",
        "certificate": "AQID",
    }]);
    let entry = entry(&compromise);
    assert!(matches!(entry.standing(&[&[9], &[1, 2, 3]]), Standing::Blocked(_)));
    assert_eq!(entry.standing(&[&[9]]), Standing::Good);
    let unreadable = json!([{ "status": "REVOKED", "certificate": "?" }]);
    assert!(blocked_by(&unreadable).is_some());
}

#[test]
fn the_highest_certification_counts() {
    let reports = json!([
        report("FIDO_CERTIFIED_L2", "2024-01-01"),
        report("FIDO_CERTIFIED_L1plus", "2025-01-01"),
        report("FIDO_CERTIFIED", "2020-01-01"),
    ]);
    assert_eq!(entry(&reports).certification(), Some("FIDO_CERTIFIED_L2"));
    assert_eq!(entry(&json!([])).certification(), None);
}
