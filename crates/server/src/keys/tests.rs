//! Keys derive the same way each time, and tokens are believed only unaltered and in their time.

use identity::access::Permission;
use identity::application::Application;
use identity::{ApplicationId, ClientId, TenantId};
use uuid::Uuid;
use webauthn::Timestamp;

use super::token::Claims;
use super::{Grant, Keys, LIFETIME_S, TokenFault};

fn keys(root: u8) -> Keys {
    Keys::new(&[root; 32], &Keys::new_token_key().unwrap()).unwrap()
}

fn issue(keys: &Keys, at: i64) -> String {
    let application = Application {
        id: ApplicationId::new(Uuid::from_u128(1)),
        client: ClientId::new(Uuid::from_u128(2)),
        display_name: "Reporter".parse().unwrap(),
        secret_digest: [0; 32],
        permissions: [Permission::UserReadAll].into(),
        created_at: Timestamp(0),
    };
    let tenant = TenantId::new(Uuid::from_u128(3));
    let grant = Grant {
        application: &application,
        tenant,
        issuer: issuer(tenant),
        unique: Uuid::from_u128(4),
        now: Timestamp(at),
    };
    keys.issue(&grant).unwrap().jwt.expose().clone()
}

fn issuer(tenant: TenantId) -> String {
    format!("https://login.example/{tenant}/v2.0")
}

#[test]
fn a_token_is_believed_in_its_time_and_not_after() {
    let keys = keys(1);
    let jwt = issue(&keys, 10_000);
    let claims = Claims {
        client: ClientId::new(Uuid::from_u128(2)),
        tenant: TenantId::new(Uuid::from_u128(3)),
    };
    let end = 10_000 + i64::from(LIFETIME_S) * 1000;
    assert_eq!(keys.verify(&jwt, issuer, Timestamp(end - 1)), Ok(claims));
    assert_eq!(keys.verify(&jwt, issuer, Timestamp(end)), Err(TokenFault::Expired));
}

#[test]
fn a_token_of_a_server_whose_clock_is_a_little_ahead_is_believed() {
    let keys = keys(1);
    let jwt = issue(&keys, 100_000);
    assert!(keys.verify(&jwt, issuer, Timestamp(40_000)).is_ok());
    assert_eq!(keys.verify(&jwt, issuer, Timestamp(39_000)), Err(TokenFault::Invalid));
}

#[test]
fn a_token_with_any_byte_altered_is_refused() {
    let keys = keys(1);
    let jwt = issue(&keys, 10_000);
    for index in 0..jwt.len() {
        let mut bytes = jwt.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(bytes).unwrap();
        assert!(keys.verify(&altered, issuer, Timestamp(10_000)).is_err(), "{index}");
    }
}

#[test]
fn a_token_of_another_server_or_without_signature_is_refused() {
    let (ours, theirs) = (keys(1), keys(1));
    let jwt = issue(&theirs, 10_000);
    assert!(ours.verify(&jwt, issuer, Timestamp(10_000)).is_err());
    let unsigned = jwt.rsplit_once('.').unwrap().0;
    assert!(ours.verify(&format!("{unsigned}."), issuer, Timestamp(10_000)).is_err());
    assert!(ours.verify("", issuer, Timestamp(10_000)).is_err());
    let elsewhere = |_| "https://other.example/v2.0".to_owned();
    assert!(theirs.verify(&jwt, elsewhere, Timestamp(10_000)).is_err());
}

#[test]
fn the_algorithm_is_not_for_the_sender_to_choose() {
    let keys = keys(1);
    let jwt = issue(&keys, 10_000);
    let claims = jwt.split('.').nth(1).unwrap();
    let header = data_encoding::BASE64URL_NOPAD
        .encode(format!(r#"{{"alg":"none","kid":"{}"}}"#, keys.jwk().kid).as_bytes());
    assert!(keys.verify(&format!("{header}.{claims}."), issuer, Timestamp(10_000)).is_err());
}

/// S109
#[test]
fn decoys_are_stable_for_a_name_and_differ_between_names_and_servers() {
    let (one, other) = (keys(1), keys(2));
    assert_eq!(one.decoy("ada@example.org", 0), keys(1).decoy("ada@example.org", 0));
    assert_ne!(one.decoy("ada@example.org", 0), one.decoy("ada@example.org", 1));
    assert_ne!(one.decoy("ada@example.org", 0), one.decoy("eve@example.org", 0));
    assert_ne!(one.decoy("ada@example.org", 0), other.decoy("ada@example.org", 0));
}

#[test]
fn a_form_token_belongs_to_one_cookie() {
    let keys = keys(1);
    assert_eq!(keys.form_token(&[1; 32]), keys.form_token(&[1; 32]));
    assert_ne!(keys.form_token(&[1; 32]), keys.form_token(&[2; 32]));
}

#[test]
fn keys_of_another_size_are_not_taken() {
    assert!(Keys::new(&[1; 16], &Keys::new_token_key().unwrap()).is_err());
    assert!(Keys::new(&[1; 32], &[]).is_err());
}
