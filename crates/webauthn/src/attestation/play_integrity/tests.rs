//! What an app on Android sends with a passkey: the hardware's word about the key and Google's
//! about the app, each worthless without the other.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::attestation::{AttestationError, AttestationKind};
use crate::genuine::{AndroidApp, DeviceVerdict, GenuineApp, Platform, ResponseKeys, TokenKeys};
use crate::jose::TokenError;
use crate::play_integrity::PlayIntegrityError;
use crate::testing::android::{application, description, origin, purposes, root_of_trust};
use crate::testing::certificate::{common_name, extension, public_key};
use crate::testing::token::{sealed, signed, signing_key};
use crate::testing::{AAGUID, Key, Member, Registration, Root, cbor, judge, sha256, statement};
use crate::trust::TrustAnchors;
use crate::x509::oid;

const AT: i64 = 1_795_348_800_000;
const KEY: [u8; 32] = [7; 32];
const DIGEST: [u8; 3] = [9, 9, 9];

/// An app on a phone that makes a passkey.
struct Phone {
    registration: Registration,
    root: Root,
    google: Key,
    verdict: Value,
    app: AndroidApp,
}

impl Phone {
    fn new() -> Self {
        let registration = Registration { format: "compound", ..Registration::honest() };
        let bound = BASE64URL_NOPAD.encode(&sha256(&registration.to_be_signed()));
        let google = signing_key();
        let keys = TokenKeys::new(&KEY, &public_key(&google)).unwrap();
        let digest = BASE64URL_NOPAD.encode(&DIGEST);
        Self {
            verdict: json!({
                "requestDetails": {
                    "requestPackageName": "com.example.app",
                    "nonce": bound,
                    "timestampMillis": AT.to_string(),
                },
                "appIntegrity": {
                    "appRecognitionVerdict": "PLAY_RECOGNIZED",
                    "packageName": "com.example.app",
                    "certificateSha256Digest": [digest],
                    "versionCode": "5",
                },
                "deviceIntegrity": {
                    "deviceRecognitionVerdict": ["MEETS_DEVICE_INTEGRITY"],
                },
            }),
            registration,
            root: Root::new(),
            google,
            app: AndroidApp {
                package: "com.example.app".to_owned(),
                signing_digests: vec![digest],
                minimum_device: DeviceVerdict::Device,
                minimum_version: Some(5),
                response_keys: ResponseKeys::Ours(keys),
                max_age_ms: 60_000,
            },
        }
    }

    fn token(&self) -> String {
        let inner = signed(&json!({ "alg": "ES256" }), &self.verdict, &self.google);
        sealed(&json!({ "alg": "A256KW", "enc": "A256GCM" }), &KEY, &inner)
    }

    /// The hardware's statement.
    fn key_statement(&self) -> Vec<u8> {
        let hash = sha256(self.registration.client_data.to_string().as_bytes());
        let software = [application("com.example.app", 5, &DIGEST)];
        let hardware = [purposes(&[2]), origin(0), root_of_trust(0xff, 0)];
        let described = description([1, 1], &hash, &software, &hardware);
        let leaf = Root::template(&common_name("Android Keystore Key"));
        let leaf = leaf.with(extension(oid::ANDROID_KEY_DESCRIPTION, false, &described));
        let key = &self.registration.key;
        statement(&[
            ("alg", Member::Integer(-7)),
            ("sig", Member::Bytes(&key.sign(&self.registration.to_be_signed()))),
            ("x5c", Member::Certificates(&[self.root.certify(&leaf, key)])),
        ])
    }

    fn trust(&self) -> TrustAnchors {
        let mut anchors = self.root.anchors();
        anchors.trust_app(GenuineApp {
            aaguid: AAGUID,
            name: "App".to_owned(),
            platform: Platform::Android(self.app.clone()),
        });
        anchors
    }

    fn judge(&self, trust: &TrustAnchors) -> AttestationKind {
        let token = statement(&[("token", Member::Text(&self.token()))]);
        let mut compound = cbor(|e| {
            e.array(2).unwrap();
        });
        for (format, statement) in
            [("android-key", self.key_statement()), ("play-integrity", token)]
        {
            compound.extend(cbor(|e| {
                e.map(2).unwrap().str("fmt").unwrap().str(format).unwrap().str("attStmt").unwrap();
            }));
            compound.extend(statement);
        }
        judge(&self.registration, &compound, trust).kind
    }
}

fn error(error: PlayIntegrityError) -> AttestationKind {
    AttestationKind::Unverified(AttestationError::PlayIntegrity(error))
}

#[test]
fn a_passkey_of_a_genuine_app_is_trusted() {
    let phone = Phone::new();
    assert_eq!(phone.judge(&phone.trust()), AttestationKind::Trusted);
}

#[test]
fn the_token_is_bound_to_this_registration() {
    let mut phone = Phone::new();
    phone.verdict["requestDetails"]["nonce"] = json!("another");
    assert_eq!(phone.judge(&phone.trust()), error(PlayIntegrityError::Binding));
    let bound = BASE64URL_NOPAD.encode(&sha256(&phone.registration.to_be_signed()));
    phone.verdict["requestDetails"]["requestHash"] = json!(bound);
    assert_eq!(phone.judge(&phone.trust()), AttestationKind::Trusted);
}

#[test]
fn a_weak_phone_and_an_old_app_are_refused() {
    let mut phone = Phone::new();
    phone.app.minimum_device = DeviceVerdict::Strong;
    assert_eq!(phone.judge(&phone.trust()), error(PlayIntegrityError::Device));
    let mut phone = Phone::new();
    phone.verdict["appIntegrity"]["versionCode"] = json!("4");
    assert_eq!(phone.judge(&phone.trust()), error(PlayIntegrityError::Version));
}

#[test]
fn a_token_of_another_google_is_refused() {
    let mut phone = Phone::new();
    let trust = phone.trust();
    phone.google = signing_key();
    let bad = PlayIntegrityError::Token(TokenError::Signature);
    assert_eq!(phone.judge(&trust), error(bad));
}

#[test]
fn a_token_that_only_google_opens_waits_for_google() {
    let mut phone = Phone::new();
    phone.app.response_keys = ResponseKeys::WithGoogle;
    let mut trust = phone.trust();
    let undecoded = AttestationKind::Unverified(AttestationError::Undecoded);
    assert_eq!(phone.judge(&trust), undecoded);
    // ecdsa signs differently each time, so the token is made once
    let token = "opaque".to_owned();
    trust.know_token(token.clone(), phone.verdict.to_string().into_bytes());
    let members = statement(&[("token", Member::Text(&token))]);
    let registration = Registration { format: "play-integrity", ..phone.registration };
    let kind = judge(&registration, &members, &trust).kind;
    // right by itself, but it says nothing about the key
    assert_eq!(kind, AttestationKind::Unverified(AttestationError::AppEvidence));
}

#[test]
fn nobody_speaks_for_an_unknown_app() {
    let phone = Phone::new();
    let unknown = AttestationKind::Unverified(AttestationError::UnknownApp);
    assert_eq!(phone.judge(&phone.root.anchors()), unknown);
    let mut phone = Phone::new();
    phone.app.signing_digests.clear();
    let other = AttestationKind::Unverified(AttestationError::OtherApp);
    assert_eq!(phone.judge(&phone.trust()), other);
}
