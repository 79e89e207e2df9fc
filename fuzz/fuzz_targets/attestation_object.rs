//! A whole registration around an attestation object; without anchors nothing is ever trusted.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use webauthn::attestation::{AttestationKind, AttestationObject};
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::cose::Algorithm;
use webauthn::credential::RegistrationResponse;
use webauthn::registration::{Expectation, verify};
use webauthn::trust::TrustAnchors;
use webauthn::{
    Challenge, CredentialId, Embedding, RelyingParty, Timestamp, UserPresence, UserVerification,
};

static RELYING_PARTY: LazyLock<RelyingParty> = LazyLock::new(|| RelyingParty {
    id: "example.org".parse().unwrap(),
    origins: vec!["https://example.org".parse().unwrap()],
    embedding: Embedding::Refused,
});

fuzz_target!(|bytes: &[u8]| {
    let challenge = Challenge::new([0; 16]).unwrap();
    let client_data = format!(
        r#"{{"type":"webauthn.create","challenge":"{}","origin":"https://example.org"}}"#,
        challenge.to_base64url()
    );
    let Ok(response) =
        RegistrationResponse::new(attested_id(bytes), client_data.into(), bytes.into(), vec![])
    else {
        return;
    };
    let expectation = Expectation {
        relying_party: &RELYING_PARTY,
        challenge: &challenge,
        user_verification: UserVerification::Preferred,
        user_presence: UserPresence::NotRequired,
        algorithms: &Algorithm::ALL,
        anchors: &TrustAnchors::default(),
        at: Timestamp(1_795_348_800_000),
    };
    match verify(&response, &expectation) {
        Ok(verified) => assert_ne!(verified.attestation().kind, AttestationKind::Trusted),
        Err(error) => assert!((5..=25).contains(&error.step())),
    }
});

/// The id in the object, as an honest client would repeat it.
fn attested_id(bytes: &[u8]) -> CredentialId {
    AttestationObject::parse(bytes)
        .ok()
        .and_then(|object| {
            let data = AuthenticatorData::parse(object.authenticator_data()).ok()?;
            CredentialId::new(data.attested()?.credential_id).ok()
        })
        .unwrap_or_else(|| CredentialId::new([0]).unwrap())
}
