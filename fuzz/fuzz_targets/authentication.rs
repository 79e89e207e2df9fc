//! A whole sign-in from the browser's JSON; nobody signs by chance for a key nobody holds.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use webauthn::authentication::{AllowList, Expectation, StoredCredential, verify};
use webauthn::cose::PublicKey;
use webauthn::credential::AuthenticationResponse;
use webauthn::{
    Challenge, CredentialId, Embedding, RelyingParty, SignCount, UserHandle, UserVerification,
};

static RELYING_PARTY: LazyLock<RelyingParty> = LazyLock::new(|| RelyingParty {
    id: "example.org".parse().unwrap(),
    origins: vec!["https://example.org".parse().unwrap()],
    embedding: Embedding::Refused,
});

/// The generator of P-256 as a key: its private half is one, which no input contains.
static KEY: LazyLock<PublicKey> = LazyLock::new(|| {
    let x = [
        0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40,
        0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98,
        0xc2, 0x96,
    ];
    let y = [
        0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e,
        0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf,
        0x51, 0xf5,
    ];
    let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    PublicKey::parse(&[&head[..], &x, &[0x22, 0x58, 0x20], &y].concat()).unwrap()
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(response) = AuthenticationResponse::parse_json(bytes) else { return };
    let credential = StoredCredential {
        id: response.id().clone(),
        public_key: KEY.clone(),
        sign_count: SignCount(1),
        backup_eligible: false,
    };
    let ids: [CredentialId; 1] = [response.id().clone()];
    let expectation = Expectation {
        relying_party: &RELYING_PARTY,
        challenge: &Challenge::new([0; 16]).unwrap(),
        user_verification: UserVerification::Preferred,
        credential: &credential,
        allowed: AllowList::Only(&ids),
        user_handle: &UserHandle::new([0]).unwrap(),
    };
    let error = verify(&response, &expectation).unwrap_err();
    assert!((5..=21).contains(&error.step()));
});
