//! Google's verdicts: read or refused, and judged by every demand.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::Timestamp;
use webauthn::evidence::Findings;
use webauthn::play_integrity::{Binding, Expectation, Verdict, judge};

fuzz_target!(|bytes: &[u8]| {
    let Ok(verdict) = Verdict::parse(bytes) else { return };
    let expectation = Expectation {
        package: "com.example.app",
        binding: Binding::Either("bound"),
        signing_digests: Some(&["digest".to_owned()]),
        app_verdicts: &["PLAY_RECOGNIZED".to_owned()],
        device_verdicts: &["MEETS_DEVICE_INTEGRITY".to_owned()],
        minimum_version: Some(5),
        licensed: true,
        max_age_ms: 600_000,
        at: Timestamp(1_795_348_800_000),
    };
    let mut findings = Findings::default();
    let judged = judge(&verdict, &expectation, &mut findings);
    assert_eq!(judged.is_err(), findings.has_failed());
    let _ = findings.to_json();
});
