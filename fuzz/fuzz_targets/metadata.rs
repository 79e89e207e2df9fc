//! Lists of models: nothing that a stranger makes is one, and what might be in one is judged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::Timestamp;
use webauthn::evidence::Findings;
use webauthn::mds::{Expectation, FIDO_SIGNER, verify};
use webauthn::trust::roots::Root;

fuzz_target!(|text: &str| {
    let root = Root::GlobalSignR3.anchor();
    let anchors: Vec<_> = root.iter().collect();
    let expectation = Expectation {
        anchors: &anchors,
        signer: Some(FIDO_SIGNER),
        at_least: 0,
        at: Timestamp(1_795_348_800_000),
    };
    assert!(verify(text, &expectation, &mut Findings::default()).is_err());
});
