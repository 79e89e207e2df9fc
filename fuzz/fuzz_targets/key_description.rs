//! Descriptions of Android's keys and status lists: read or refused, and told.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::android::{KeyDescription, StatusList};
use webauthn::evidence::Findings;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(description) = KeyDescription::parse(bytes) {
        let mut findings = Findings::default();
        description.tell(&mut findings);
        let _ = (findings.to_string(), findings.to_json());
        let _ = description.hardware_enforced.number("os-patch-level");
    }
    if let Ok(list) = StatusList::parse(bytes) {
        assert_eq!(list.is_empty(), list.len() == 0);
        let _ = list.has(&[1, 2, 3]);
    }
});
