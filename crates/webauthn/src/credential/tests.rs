//! The standard's JSON is read; what is missing, doubled or spelt otherwise is refused.

use serde_json::{Value, json};

use super::*;

fn registration() -> Value {
    json!({
        "id": "AQI",
        "rawId": "AQI",
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "clientExtensionResults": { "credProps": { "rk": true } },
        "response": {
            "clientDataJSON": "e30",
            "attestationObject": "oA",
            "authenticatorData": "AA",
            "publicKeyAlgorithm": -7,
            "transports": ["internal", "something-new"],
        },
    })
}

fn authentication() -> Value {
    json!({
        "id": "AQI",
        "rawId": "AQI",
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": "e30",
            "authenticatorData": "AA",
            "signature": "MA",
            "userHandle": "Bw",
        },
    })
}

fn register(json: &Value) -> Result<RegistrationResponse, CredentialError> {
    RegistrationResponse::parse_json(json.to_string().as_bytes())
}

fn authenticate(json: &Value) -> Result<AuthenticationResponse, CredentialError> {
    AuthenticationResponse::parse_json(json.to_string().as_bytes())
}

#[test]
fn a_registration_is_read() {
    let response = register(&registration()).unwrap();
    assert_eq!(response.id().as_bytes(), [1, 2]);
    assert_eq!(response.client_data_json(), b"{}");
    assert_eq!(response.attestation_object(), [0xa0]);
    assert_eq!(response.transports(), ["internal", "something-new"]);
}

#[test]
fn an_authentication_is_read() {
    let response = authenticate(&authentication()).unwrap();
    assert_eq!(response.id().as_bytes(), [1, 2]);
    assert_eq!(response.client_data_json(), b"{}");
    assert_eq!(response.authenticator_data(), [0]);
    assert_eq!(response.signature(), [0x30]);
    assert_eq!(response.user_handle().unwrap().as_bytes(), [7]);
    let mut without = authentication();
    without["response"]["userHandle"] = Value::Null;
    assert_eq!(authenticate(&without).unwrap().user_handle(), None);
}

#[test]
fn every_needed_member_is_missed_by_name() {
    for (member, name) in [(Member::Id, "id"), (Member::RawId, "rawId"), (Member::Type, "type")] {
        let mut json = registration();
        json.as_object_mut().unwrap().remove(name);
        assert_eq!(register(&json), Err(CredentialError::Missing(member)));
        assert_eq!(member.name(), name);
    }
    let mut json = authentication();
    json.as_object_mut().unwrap().remove("response");
    assert_eq!(authenticate(&json), Err(CredentialError::Missing(Member::Response)));
    for (member, name) in [
        (Member::ClientDataJson, "clientDataJSON"),
        (Member::AuthenticatorData, "authenticatorData"),
        (Member::Signature, "signature"),
    ] {
        let mut json = authentication();
        json["response"].as_object_mut().unwrap().remove(name);
        let error = authenticate(&json).unwrap_err();
        assert_eq!((error, member.name()), (CredentialError::Missing(member), name));
        assert_eq!(error.member(), Some(member));
    }
    let mut json = registration();
    json["response"].as_object_mut().unwrap().remove("attestationObject");
    assert_eq!(register(&json), Err(CredentialError::Missing(Member::AttestationObject)));
}

#[test]
fn only_strict_base64url_is_read() {
    for text in ["e30=", "e3+", "e3/", "e31", "e30\n", "e"] {
        let mut json = authentication();
        json["response"]["clientDataJSON"] = json!(text);
        let malformed = CredentialError::Malformed(Member::ClientDataJson);
        assert_eq!(authenticate(&json), Err(malformed), "{text:?}");
    }
    let mut json = authentication();
    json["response"]["userHandle"] = json!("");
    assert_eq!(authenticate(&json), Err(CredentialError::Malformed(Member::UserHandle)));
}

#[test]
fn id_type_and_raw_id_must_agree() {
    let mut json = authentication();
    json["rawId"] = json!("AQM");
    assert_eq!(authenticate(&json), Err(CredentialError::TwoIds));
    for id in ["", "AQ=="] {
        json["id"] = json!(id);
        json["rawId"] = json!(id);
        assert_eq!(authenticate(&json), Err(CredentialError::Malformed(Member::Id)));
    }
    let mut json = registration();
    json["type"] = json!("password");
    assert_eq!(register(&json), Err(CredentialError::NotPublicKey));
}

#[test]
fn doubled_members_arrays_and_other_types_are_refused() {
    for json in [
        r#"{"id":"AQI","id":"AQI","rawId":"AQI","type":"public-key","response":{}}"#,
        r#"["AQI","AQI","public-key",["e30","AA","MA",null]]"#,
        r#"{"id":"AQI","rawId":"AQI","type":"public-key","response":["e30","AA","MA",null]}"#,
        r#"{"id":1,"rawId":"AQI","type":"public-key","response":{}}"#,
        r#"{"id":"AQI","rawId":"AQI","type":"public-key","response":{}} 1"#,
        "null",
        "",
    ] {
        let error = AuthenticationResponse::parse_json(json.as_bytes());
        assert_eq!(error, Err(CredentialError::NotJson), "{json}");
    }
    assert_eq!(AuthenticationResponse::parse_json(&[0xff]), Err(CredentialError::NotJson));
    let deep = "[".repeat(100_000);
    let deep = format!(r#"{{"x":{deep}"#);
    assert_eq!(RegistrationResponse::parse_json(deep.as_bytes()), Err(CredentialError::NotJson));
}

#[test]
fn parts_have_limits() {
    let id = CredentialId::new([1]).unwrap();
    let new = |client_data: usize, object: usize, transports: Vec<String>| {
        RegistrationResponse::new(id.clone(), vec![0; client_data], vec![0; object], transports)
    };
    assert!(new(16 * 1024, 128 * 1024, vec!["x".repeat(32); 16]).is_ok());
    let too_long = |member| Err(CredentialError::TooLong(member));
    assert_eq!(new(16 * 1024 + 1, 1, vec![]), too_long(Member::ClientDataJson));
    assert_eq!(new(1, 128 * 1024 + 1, vec![]), too_long(Member::AttestationObject));
    assert_eq!(new(1, 1, vec![String::new(); 17]), too_long(Member::Transports));
    assert_eq!(new(1, 1, vec!["x".repeat(33)]), too_long(Member::Transports));
    let mut json = authentication();
    json["response"]["signature"] = json!("A".repeat(4 * 4096));
    assert_eq!(authenticate(&json), Err(CredentialError::TooLong(Member::Signature)));
    let mut json = authentication();
    json["response"]["authenticatorData"] = json!("A".repeat(4 * 8192));
    let too_long = CredentialError::TooLong(Member::AuthenticatorData);
    assert_eq!(authenticate(&json), Err(too_long));
}
