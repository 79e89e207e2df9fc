//! Recorded cases of every kind: judged or refused, and the verdict is JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::Timestamp;
use webauthn::case::judge;

fuzz_target!(|text: &str| {
    let verdict = judge(text, Timestamp(1_795_348_800_000), |_| Ok(text.to_owned()));
    if let Ok(verdict) = verdict {
        assert_eq!(verdict.is_ok, verdict.code == "ok");
        let _ = verdict.to_json().to_string();
    }
});
