//! A verdict convinces as a whole, and one lie or gap in each part makes it worthless.

use serde_json::{Value, json};

use super::*;
use crate::testing::certificate::public_key;
use crate::testing::token::{sealed, signed, signing_key};

const AT: Timestamp = Timestamp(1_795_348_800_000);
const KEY: [u8; 32] = [7; 32];

fn payload() -> Value {
    json!({
        "requestDetails": {
            "requestPackageName": "com.example.app",
            "nonce": "bm9uY2U=",
            "timestampMillis": AT.0.to_string(),
        },
        "appIntegrity": {
            "appRecognitionVerdict": "PLAY_RECOGNIZED",
            "packageName": "com.example.app",
            "certificateSha256Digest": ["digest"],
            "versionCode": "42",
        },
        "deviceIntegrity": {
            "deviceRecognitionVerdict": ["MEETS_BASIC_INTEGRITY", "MEETS_DEVICE_INTEGRITY", "NEW"],
            "deviceAttributes": { "sdkVersion": 36 },
        },
        "accountDetails": { "appLicensingVerdict": "UNLICENSED" },
        "new": [{}],
    })
}

fn judge_with(
    payload: &Value,
    alter: impl FnOnce(&mut Expectation<'_>),
) -> Result<(), PlayIntegrityError> {
    let verdict = Verdict::parse(payload.to_string().as_bytes())?;
    let mut expectation = Expectation {
        package: "com.example.app",
        binding: Binding::Nonce("bm9uY2U="),
        signing_digests: Some(&["other".to_owned(), "digest=".to_owned()]),
        app_verdicts: &["PLAY_RECOGNIZED".to_owned()],
        device_verdicts: &["MEETS_DEVICE_INTEGRITY".to_owned()],
        minimum_version: Some(42),
        licensed: false,
        max_age_ms: 600_000,
        at: AT,
    };
    alter(&mut expectation);
    judge(&verdict, &expectation, &mut Findings::default())
}

fn judge_altered(pointer: &str, value: Value) -> Result<(), PlayIntegrityError> {
    let mut payload = payload();
    *payload.pointer_mut(pointer).unwrap() = value;
    judge_with(&payload, |_| ())
}

#[test]
fn an_honest_verdict_convinces() {
    assert_eq!(judge_with(&payload(), |_| ()), Ok(()));
    assert_eq!(judge_with(&payload(), |e| e.signing_digests = None), Ok(()));
    assert_eq!(judge_with(&payload(), |e| e.binding = Binding::Either("bm9uY2U=")), Ok(()));
}

#[test]
fn each_lie_and_each_gap_is_told() {
    use PlayIntegrityError as E;
    let later = |ms: i64| json!(AT.plus_ms(ms).0.to_string());
    for (pointer, value, expected) in [
        ("/requestDetails/requestPackageName", json!("com.example.other"), E::Package),
        ("/requestDetails/requestPackageName", json!(null), E::Package),
        ("/requestDetails/nonce", json!("bm9uY2U"), E::Binding),
        ("/requestDetails/nonce", json!(null), E::Binding),
        ("/requestDetails/timestampMillis", later(-600_001), E::Age),
        ("/requestDetails/timestampMillis", later(60_001), E::Age),
        ("/requestDetails/timestampMillis", json!(null), E::Malformed),
        ("/requestDetails/timestampMillis", json!("soon"), E::Malformed),
        ("/requestDetails/timestampMillis", json!(AT.0), E::Malformed),
        ("/appIntegrity/appRecognitionVerdict", json!("UNRECOGNIZED_VERSION"), E::App),
        ("/appIntegrity/appRecognitionVerdict", json!("UNEVALUATED"), E::App),
        ("/appIntegrity/appRecognitionVerdict", json!(null), E::App),
        ("/appIntegrity/packageName", json!("com.example.other"), E::Package),
        ("/appIntegrity/packageName", json!(null), E::Package),
        ("/appIntegrity/certificateSha256Digest", json!(["evil"]), E::Signer),
        ("/appIntegrity/certificateSha256Digest", json!([]), E::Signer),
        ("/appIntegrity/versionCode", json!("41"), E::Version),
        ("/appIntegrity/versionCode", json!(null), E::Version),
        ("/deviceIntegrity/deviceRecognitionVerdict", json!(["MEETS_BASIC_INTEGRITY"]), E::Device),
        ("/deviceIntegrity/deviceRecognitionVerdict", json!([]), E::Device),
        ("/deviceIntegrity", json!({}), E::Device),
        ("/appIntegrity", json!({}), E::App),
        ("/requestDetails", json!({}), E::Package),
        ("/deviceIntegrity", json!([]), E::Malformed),
    ] {
        assert_eq!(judge_altered(pointer, value.clone()), Err(expected), "{pointer} {value}");
    }
}

#[test]
fn clocks_may_differ_a_little() {
    let later = |ms: i64| json!(AT.plus_ms(ms).0.to_string());
    for ms in [-600_000, 0, 60_000] {
        assert_eq!(judge_altered("/requestDetails/timestampMillis", later(ms)), Ok(()));
    }
}

#[test]
fn a_developers_test_is_never_trusted() {
    let mut payload = payload();
    payload["testingDetails"] = json!({ "isTestingResponse": true });
    assert_eq!(judge_with(&payload, |_| ()), Err(PlayIntegrityError::Test));
}

#[test]
fn a_request_hash_is_no_nonce_and_a_licence_counts_when_asked_for() {
    let hash = |e: &mut Expectation<'_>| e.binding = Binding::RequestHash("bm9uY2U=");
    assert_eq!(judge_with(&payload(), hash), Err(PlayIntegrityError::Binding));
    let licensed = |e: &mut Expectation<'_>| e.licensed = true;
    assert_eq!(judge_with(&payload(), licensed), Err(PlayIntegrityError::Licence));
    let mut payload = payload();
    payload["accountDetails"]["appLicensingVerdict"] = json!("LICENSED");
    assert_eq!(judge_with(&payload, licensed), Ok(()));
    payload["requestDetails"]["requestHash"] = json!("hash");
    assert_eq!(judge_with(&payload, |e| e.binding = Binding::RequestHash("hash")), Ok(()));
    assert_eq!(judge_with(&payload, |e| e.binding = Binding::Either("hash")), Ok(()));
}

#[test]
fn verdicts_about_computers_write_the_time_otherwise() {
    let mut payload = payload();
    let request = payload["requestDetails"].as_object_mut().unwrap();
    request.remove("timestampMillis");
    request.insert("requestTime".to_owned(), json!("2026-11-22T12:00:00Z"));
    assert_eq!(judge_with(&payload, |_| ()), Ok(()));
}

#[test]
fn a_token_is_opened_only_as_google_makes_them() {
    let google = signing_key();
    let keys = TokenKeys::new(&KEY, &public_key(&google)).unwrap();
    let inner = signed(&json!({ "alg": "ES256" }), &payload(), &google);
    let envelope = json!({ "alg": "A256KW", "enc": "A256GCM" });
    let open = |token: &str| open(token, &keys, &mut Findings::default()).map(|_| ());
    assert_eq!(open(&sealed(&envelope, &KEY, &inner)), Ok(()));

    let error = |error| Err(PlayIntegrityError::Token(error));
    assert_eq!(open(&inner), error(TokenError::Malformed));
    assert_eq!(open(&sealed(&envelope, &[8; 32], &inner)), error(TokenError::Decryption));
    let direct = json!({ "alg": "dir", "enc": "A256GCM" });
    assert_eq!(open(&sealed(&direct, &KEY, &inner)), error(TokenError::Algorithm));
    let stranger = signed(&json!({ "alg": "ES256" }), &payload(), &signing_key());
    assert_eq!(open(&sealed(&envelope, &KEY, &stranger)), error(TokenError::Signature));
    for algorithm in ["none", "HS256"] {
        let unsigned = signed(&json!({ "alg": algorithm }), &payload(), &google);
        assert_eq!(open(&sealed(&envelope, &KEY, &unsigned)), error(TokenError::Algorithm));
    }
    let bare = payload().to_string();
    assert_eq!(open(&sealed(&envelope, &KEY, &bare)), error(TokenError::Malformed));
    let list = signed(&json!({ "alg": "ES256" }), &json!([]), &google);
    assert_eq!(open(&sealed(&envelope, &KEY, &list)), Err(PlayIntegrityError::Malformed));
    assert_eq!(open(&"a".repeat(70_000)), error(TokenError::Malformed));
}
