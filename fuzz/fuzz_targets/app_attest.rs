//! What apps on Apple devices send: objects, assertions and receipts; none is ever believed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::app_attest::{self, Environment, assertion, receipt};
use webauthn::evidence::Findings;
use webauthn::trust::roots::Root;
use webauthn::{SignCount, Timestamp};

const APP_ID: &str = "ABCDE12345.com.example.app";
const AT: Timestamp = Timestamp(1_795_348_800_000);

fuzz_target!(|bytes: &[u8]| {
    let root = Root::AppleG3.anchor();
    let anchors: Vec<_> = root.iter().collect();
    let mut findings = Findings::default();
    let expectation = app_attest::Expectation {
        app_id: APP_ID,
        environment: Environment::Production,
        key_id: None,
        client_data_hash: &[0; 32],
        anchors: &anchors,
        receipt_anchors: &anchors,
        at: AT,
    };
    assert!(app_attest::verify(bytes, &expectation, &mut findings).is_err());
    assert!(findings.has_failed());
    let expectation = assertion::Expectation {
        app_id: APP_ID,
        public_key: &[],
        previous: SignCount(0),
        client_data_hash: &[0; 32],
    };
    assert!(assertion::verify(bytes, &expectation, &mut findings).is_err());
    let expectation = receipt::Expectation {
        app_id: APP_ID,
        environment: Environment::Production,
        point: &[4; 65],
        anchors: &anchors,
        max_age_ms: None,
        at: AT,
    };
    assert!(receipt::verify(bytes, &expectation, &mut findings).is_err());
    let _ = receipt::describe(bytes, &mut findings);
});
