//! Tokens are what they say only if they say what was asked for.

use serde_json::{Value, json};

use super::*;
use crate::testing::Key;
use crate::testing::token::{sealed, signed, signing_key};

fn point(key: &Key) -> Vec<u8> {
    [&[4][..], key.coordinates()].concat()
}

fn verify(token: &str, key: &Key) -> Result<Vec<u8>, TokenError> {
    Jws::parse(token)?.verify(SignedBy::Es256, &point(key))
}

#[test]
fn a_signed_token_gives_its_payload_to_the_right_key_alone() {
    let key = signing_key();
    let payload = json!({ "a": 1 });
    let token = signed(&json!({ "alg": "ES256" }), &payload, &key);
    assert_eq!(verify(&token, &key).unwrap(), payload.to_string().as_bytes());
    assert_eq!(verify(&token, &signing_key()), Err(TokenError::Signature));
    let (start, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = start.split_once('.').unwrap();
    let other = BASE64URL_NOPAD.encode(br#"{"a":2}"#);
    let altered = format!("{header}.{other}.{signature}");
    assert_eq!(verify(&altered, &key), Err(TokenError::Signature));
}

#[test]
fn a_token_does_not_choose_how_it_is_verified() {
    let key = signing_key();
    for algorithm in ["none", "None", "", "HS256", "RS256", "ES384", "es256"] {
        let token = signed(&json!({ "alg": algorithm }), &json!({}), &key);
        assert_eq!(verify(&token, &key), Err(TokenError::Algorithm), "{algorithm}");
    }
}

#[test]
fn the_signature_of_another_encoding_is_refused() {
    // in der, as certificates have it
    let key = Key::p256();
    let token = signed(&json!({ "alg": "ES256" }), &json!({}), &key);
    assert_eq!(verify(&token, &key), Err(TokenError::Signature));
}

#[test]
fn what_must_be_understood_and_is_not_is_refused() {
    let key = signing_key();
    for header in [
        json!({ "alg": "ES256", "crit": ["b64"], "b64": false }),
        json!({ "alg": "ES256", "zip": "DEF" }),
    ] {
        let token = signed(&header, &json!({}), &key);
        assert_eq!(verify(&token, &key), Err(TokenError::Algorithm));
    }
}

#[test]
fn other_shapes_are_refused() {
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    for text in [
        String::new(),
        "a.b".to_owned(),
        "..".to_owned(),
        format!("{}.{}.AA.AA", part(r#"{"alg":"ES256"}"#), part("{}")),
        format!("{}.{}.A=", part(r#"{"alg":"ES256"}"#), part("{}")),
        format!("{}.{}.AA", part("[]"), part("{}")),
        format!("{}.{}.AA", part(r#"["ES256"]"#), part("{}")),
        format!("{}.{}.AA", part(r#"{"alg":"ES256","alg":"none"}"#), part("{}")),
        format!("{}.{}.AA", part(r#"{"alg":"ES256","x5c":["_-"]}"#), part("{}")),
    ] {
        assert_eq!(Jws::parse(&text).err(), Some(TokenError::Malformed), "{text}");
        assert_eq!(Jwe::parse(&text).err(), Some(TokenError::Malformed), "{text}");
    }
}

const KEY: [u8; 32] = [7; 32];

fn envelope() -> Value {
    json!({ "alg": "A256KW", "enc": "A256GCM" })
}

#[test]
fn an_encrypted_token_opens_for_the_right_key_alone() {
    let token = sealed(&envelope(), &KEY, "content");
    assert_eq!(Jwe::parse(&token).unwrap().open(&KEY).unwrap(), b"content");
    let other = Jwe::parse(&token).unwrap().open(&[8; 32]);
    assert_eq!(other, Err(TokenError::Decryption));
}

#[test]
fn other_envelopes_are_refused() {
    for header in [
        json!({ "alg": "dir", "enc": "A256GCM" }),
        json!({ "alg": "A256KW", "enc": "A128GCM" }),
        json!({ "alg": "A256KW" }),
        json!({ "alg": "A128KW", "enc": "A256GCM" }),
    ] {
        let token = sealed(&header, &KEY, "content");
        assert_eq!(Jwe::parse(&token).unwrap().open(&KEY), Err(TokenError::Algorithm));
    }
}

#[test]
fn every_part_of_an_encrypted_token_is_bound() {
    let token = sealed(&envelope(), &KEY, "content");
    let parts: Vec<_> = token.split('.').collect();
    for position in 1..5 {
        let mut bytes = BASE64URL_NOPAD.decode(parts[position].as_bytes()).unwrap();
        bytes[0] ^= 1;
        let mut altered: Vec<_> = parts.iter().map(|part| (*part).to_owned()).collect();
        altered[position] = BASE64URL_NOPAD.encode(&bytes);
        let opened = Jwe::parse(&altered.join(".")).unwrap().open(&KEY);
        assert_eq!(opened, Err(TokenError::Decryption), "{position}");
    }
    // the header, by a space that changes nothing it says
    let header = BASE64URL_NOPAD.encode(br#"{"alg": "A256KW","enc":"A256GCM"}"#);
    let altered = format!("{header}.{}", parts[1..].join("."));
    assert_eq!(Jwe::parse(&altered).unwrap().open(&KEY), Err(TokenError::Decryption));
    // a tag cut short
    let tag = BASE64URL_NOPAD.decode(parts[4].as_bytes()).unwrap();
    let short = format!("{}.{}", parts[..4].join("."), BASE64URL_NOPAD.encode(&tag[..12]));
    assert_eq!(Jwe::parse(&short).err(), Some(TokenError::Malformed));
}
