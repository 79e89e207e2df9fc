//! What is recognised, and how it is told.

use super::*;

/// The first test vector of the standard: `none` with ES256.
const NONE: &str = "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVgl\
                    AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8FAAAAAQ";

#[test]
fn an_attestation_object_is_recognised_in_base64_and_in_an_answer() {
    let tree = read(NONE.as_bytes()).unwrap();
    let text = tree.to_string();
    assert!(text.starts_with("attestation object, format none\n"), "{text}");
    assert!(text.contains("flags: user present, user verified"), "{text}");
    let json = format!(r#"{{"id":"x","response":{{"attestationObject":"{NONE}"}}}}"#);
    assert_eq!(read(json.as_bytes()), Some(tree));
}

#[test]
fn a_token_is_told_with_header_and_payload() {
    let token = format!(
        "{}.{}.AA",
        BASE64URL_NOPAD.encode(br#"{"alg":"ES256"}"#),
        BASE64URL_NOPAD.encode(br#"{"nonce":"n","list":[1]}"#)
    );
    let text = read(token.as_bytes()).unwrap().to_string();
    assert_eq!(
        text,
        "signed token, not verified\n  algorithm: ES256\n  payload\n    nonce: n\n    list\n      \
         -: 1\n"
    );
}

#[test]
fn a_certificate_is_told_from_der_and_pem() {
    let der = webauthn::trust::roots::Root::AppleG3.der();
    let text = read(der).unwrap().to_string();
    assert!(text.contains("Apple Root CA - G3"), "{text}");
    assert!(text.contains("authority: yes"), "{text}");
    let pem =
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64.encode(der));
    assert_eq!(read(pem.as_bytes()).unwrap().to_string(), text);
}

#[test]
fn what_is_nothing_of_this_is_refused() {
    for bytes in [&b""[..], b"{}", b"hello", b"\xff\xff", b"a.b.c"] {
        assert_eq!(read(bytes), None, "{bytes:?}");
    }
}
