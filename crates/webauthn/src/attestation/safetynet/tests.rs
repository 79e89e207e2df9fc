//! §8.5: an honest statement is worth what it says, and one lie in each part makes it worthless.

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::attestation::{AttestationError, AttestationKind};
use crate::jose::TokenError;
use crate::testing::certificate::{common_name, no_authority};
use crate::testing::token::{header, signed, signing_key};
use crate::testing::{Key, Member, Registration, Root, judge, sha256, statement};
use crate::trust::Demands;
use crate::x509::PathError;

const AT: i64 = 1_795_348_800_000;

/// A phone whose answer Google's service signs.
struct Phone {
    registration: Registration,
    root: Root,
    key: Key,
    leaf: Vec<u8>,
    answer: Value,
    demands: Demands,
}

impl Phone {
    fn new() -> Self {
        let registration = Registration { format: "android-safetynet", ..Registration::honest() };
        let (root, key) = (Root::new(), signing_key());
        let leaf = Root::template(&common_name("attest.android.com")).with(no_authority());
        let answer = json!({
            "nonce": BASE64.encode(&sha256(&registration.to_be_signed())),
            "timestampMs": AT - 2000,
            "ctsProfileMatch": true,
            "basicIntegrity": true,
            "apkPackageName": "com.google.android.gms",
        });
        let leaf = root.certify(&leaf, &key);
        Self { registration, root, key, leaf, answer, demands: Demands::default() }
    }

    fn verdict(&self) -> AttestationKind {
        let token = signed(&header(std::slice::from_ref(&self.leaf)), &self.answer, &self.key);
        self.judge("12874023", &token)
    }

    fn judge(&self, version: &str, token: &str) -> AttestationKind {
        let members =
            [("ver", Member::Text(version)), ("response", Member::Bytes(token.as_bytes()))];
        let mut anchors = self.root.anchors();
        anchors.demand(self.demands);
        let attestation = judge(&self.registration, &statement(&members), &anchors);
        if attestation.kind == AttestationKind::Trusted {
            assert_eq!(attestation.certificates, std::slice::from_ref(&self.leaf));
        }
        attestation.kind
    }
}

fn unverified(error: AttestationError) -> AttestationKind {
    AttestationKind::Unverified(error)
}

#[test]
fn an_honest_statement_is_trusted() {
    assert_eq!(Phone::new().verdict(), AttestationKind::Trusted);
}

#[test]
fn step_1_version_and_answer_are_there() {
    let phone = Phone::new();
    let token = signed(&header(std::slice::from_ref(&phone.leaf)), &phone.answer, &phone.key);
    assert_eq!(phone.judge("", &token), unverified(AttestationError::Malformed));
    let bad = unverified(AttestationError::Token(TokenError::Malformed));
    assert_eq!(phone.judge("1", "no token"), bad);
    assert_eq!(phone.judge("1", &token.replacen("ey", "", 1)), bad);
}

#[test]
fn step_2_the_answer_is_signed_by_its_certificate() {
    let mut phone = Phone::new();
    phone.key = signing_key();
    let bad = unverified(AttestationError::Token(TokenError::Signature));
    assert_eq!(phone.verdict(), bad);
    let phone = Phone::new();
    for algorithm in ["none", "HS256", "RS256"] {
        let mut header = header(std::slice::from_ref(&phone.leaf));
        header["alg"] = json!(algorithm);
        let token = signed(&header, &phone.answer, &phone.key);
        let kind = phone.judge("1", &token);
        assert_eq!(kind, unverified(AttestationError::Algorithm), "{algorithm}");
    }
    let bare = signed(&json!({ "alg": "ES256" }), &phone.answer, &phone.key);
    assert_eq!(phone.judge("1", &bare), unverified(AttestationError::Malformed));
}

#[test]
fn step_3_the_nonce_is_of_this_registration() {
    let mut phone = Phone::new();
    phone.answer["nonce"] = json!(BASE64.encode(&sha256(b"another")));
    assert_eq!(phone.verdict(), unverified(AttestationError::Signature));
    phone.answer.as_object_mut().unwrap().remove("nonce");
    assert_eq!(phone.verdict(), unverified(AttestationError::Malformed));
}

#[test]
fn step_4_the_certificate_is_the_services() {
    let mut phone = Phone::new();
    let leaf = Root::template(&common_name("www.example.org")).with(no_authority());
    phone.leaf = phone.root.certify(&leaf, &phone.key);
    assert_eq!(phone.verdict(), unverified(AttestationError::Host));
}

#[test]
fn step_5_the_phone_passed() {
    for lie in [json!(false), json!(null)] {
        let mut phone = Phone::new();
        if lie.is_null() {
            phone.answer.as_object_mut().unwrap().remove("ctsProfileMatch");
        } else {
            phone.answer["ctsProfileMatch"] = lie;
        }
        assert_eq!(phone.verdict(), unverified(AttestationError::Incompatible));
        phone.demands.safetynet_compatible = false;
        assert_eq!(phone.verdict(), AttestationKind::Trusted);
    }
}

#[test]
fn the_answer_is_of_this_hour() {
    for (offset, is_near) in
        [(-300_000, true), (300_000, true), (-300_001, false), (300_001, false)]
    {
        let mut phone = Phone::new();
        phone.answer["timestampMs"] = json!(AT + offset);
        let stale = unverified(AttestationError::Stale);
        let expected = if is_near { AttestationKind::Trusted } else { stale };
        assert_eq!(phone.verdict(), expected, "{offset}");
    }
    assert!(AttestationError::Stale.is_about_trust());
}

#[test]
fn step_6_the_service_leads_to_an_anchor() {
    let mut phone = Phone::new();
    phone.root = Root::new();
    let untrusted = unverified(AttestationError::Path(PathError::Untrusted));
    assert_eq!(phone.verdict(), untrusted);
}
