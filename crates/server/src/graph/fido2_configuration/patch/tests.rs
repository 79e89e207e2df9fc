//! The seed's body, a round trip, and every member wrong in its turn.

use axum::http::{HeaderMap, HeaderValue, header};
use identity::Limits;
use identity::policy::patch::{NamedGroups, merge};
use identity::policy::{Fido2Configuration, RestrictionKind};
use serde_json::{Value, json};

use super::*;
use crate::graph::fido2_configuration::to_json;

fn parsed(body: &Value) -> Result<Fido2Patch, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parse(Object::parse(&headers, body.to_string().as_bytes())?)
}

fn merged(body: &Value) -> Fido2Configuration {
    let current = Fido2Configuration::initial();
    merge(&current, &parsed(body).unwrap(), &NamedGroups::new(), &Limits::default()).unwrap()
}

/// S74
#[test]
fn the_document_s_body_is_read_back_as_it_was_sent() {
    let body = json!({
        "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration",
        "isAttestationEnforced": true,
        "keyRestrictions": {
            "isEnforced": true,
            "enforcementType": "allow",
            "aaGuids": [
                "90a3ccdf-635c-4729-a248-9b709135078f",
                "de1e552d-db1d-4423-a619-566b625cdc84",
            ],
        },
    });
    let shown = to_json(&merged(&body));
    assert_eq!(shown["isAttestationEnforced"], true);
    assert_eq!(shown["keyRestrictions"], body["keyRestrictions"]);
    let profile = &shown["passkeyProfiles"][0];
    assert_eq!(profile["keyRestrictions"], body["keyRestrictions"]);
    assert_eq!(profile["attestationEnforcement"], "registrationOnly");
}

#[test]
fn what_was_read_may_be_sent_back_and_changes_nothing() {
    let current = Fido2Configuration::initial();
    let mut body = to_json(&current);
    body["@odata.context"] = json!("https://graph.example/v1.0/$metadata#x/$entity");
    body["includeTargets@odata.context"] = json!("https://graph.example/v1.0/$metadata#y");
    assert_eq!(merged(&body), current);
}

#[test]
fn flags_come_in_any_order_and_case() {
    for (text, expected) in [
        ("deviceBound", PasskeyTypes::DeviceBound),
        ("Synced", PasskeyTypes::Synced),
        ("synced, deviceBound", PasskeyTypes::Any),
        ("deviceBound,synced,deviceBound", PasskeyTypes::Any),
        ("synced,synced", PasskeyTypes::Synced),
    ] {
        let body = json!({ "passkeyProfiles": [
            { "id": DEFAULT_PROFILE.to_string(), "passkeyTypes": text }
        ]});
        let profiles = parsed(&body).unwrap().profiles.unwrap();
        assert_eq!(profiles[0].types, Some(expected), "{text}");
    }
}

#[test]
fn words_are_read_in_any_case() {
    let body = json!({ "state": "DISABLED", "keyRestrictions": { "enforcementType": "Block" } });
    let patch = parsed(&body).unwrap();
    assert_eq!(patch.state, Some(MethodState::Disabled));
    assert_eq!(patch.key_restrictions.unwrap().kind, Some(RestrictionKind::Block));
}

/// A body in which exactly one member is wrong, and the path that the answer must name.
fn faults() -> Vec<(&'static str, Value)> {
    let guid = "90a3ccdf-635c-4729-a248-9b709135078f";
    let keys = |keys: Value| json!({ "keyRestrictions": keys });
    let include = |target: Value| json!({ "includeTargets": [{ "id": "all_users" }, target] });
    let profile = |profile: Value| json!({ "passkeyProfiles": [profile] });
    vec![
        ("state", json!({ "state": "on" })),
        ("state", json!({ "state": true })),
        ("state", json!({ "state": null })),
        ("isSelfServiceRegistrationAllowed", json!({ "isSelfServiceRegistrationAllowed": "yes" })),
        ("isAttestationEnforced", json!({ "isAttestationEnforced": 1 })),
        ("defaultPasskeyProfile", json!({ "defaultPasskeyProfile": guid })),
        ("isAttestationEnforcd", json!({ "isAttestationEnforcd": true })),
        ("keyRestrictions", keys(json!([]))),
        ("keyRestrictions", keys(json!(null))),
        ("keyRestrictions/isEnforced", keys(json!({ "isEnforced": "true" }))),
        ("keyRestrictions/enforcementType", keys(json!({ "enforcementType": "deny" }))),
        ("keyRestrictions/aaGuids", keys(json!({ "aaGuids": guid }))),
        ("keyRestrictions/aaGuids", keys(json!({ "aaGuids": null }))),
        ("keyRestrictions/aaGuids/1", keys(json!({ "aaGuids": [guid, "90a3ccdf"] }))),
        ("keyRestrictions/aaGuids/1", keys(json!({ "aaGuids": [guid, 7] }))),
        ("keyRestrictions/aaGuids/0", keys(json!({ "aaGuids": [guid.replace('-', "")] }))),
        ("keyRestrictions/aaguids", keys(json!({ "aaguids": [guid] }))),
        ("includeTargets", json!({ "includeTargets": {} })),
        ("includeTargets/1", include(json!("all_users"))),
        ("includeTargets/1/id", include(json!({ "targetType": "group" }))),
        ("includeTargets/1/id", include(json!({ "id": "everybody" }))),
        ("includeTargets/1/targetType", include(json!({ "targetType": "user", "id": guid }))),
        ("includeTargets/1/targetType", include(json!({ "targetType": "role", "id": guid }))),
        (
            "includeTargets/1/isRegistrationRequired",
            include(json!({ "id": guid, "isRegistrationRequired": 0 })),
        ),
        (
            "includeTargets/1/allowedPasskeyProfiles/0",
            include(json!({ "id": guid, "allowedPasskeyProfiles": ["default"] })),
        ),
        ("includeTargets/1/name", include(json!({ "id": guid, "name": "x" }))),
        ("excludeTargets/0/id", json!({ "excludeTargets": [{ "id": "" }] })),
        (
            "excludeTargets/0/isRegistrationRequired",
            json!({ "excludeTargets": [{ "id": guid, "isRegistrationRequired": true }] }),
        ),
        ("passkeyProfiles/0/id", profile(json!({ "name": "x" }))),
        ("passkeyProfiles/0/id", profile(json!({ "id": "1" }))),
        ("passkeyProfiles/0/name", profile(json!({ "id": guid, "name": "" }))),
        ("passkeyProfiles/0/passkeyTypes", profile(json!({ "id": guid, "passkeyTypes": "" }))),
        ("passkeyProfiles/0/passkeyTypes", profile(json!({ "id": guid, "passkeyTypes": [] }))),
        (
            "passkeyProfiles/0/passkeyTypes",
            profile(json!({ "id": guid, "passkeyTypes": "deviceBound,unknownFutureValue" })),
        ),
        (
            "passkeyProfiles/0/attestationEnforcement",
            profile(json!({ "id": guid, "attestationEnforcement": "always" })),
        ),
        (
            "passkeyProfiles/0/keyRestrictions/aaGuids/0",
            profile(json!({ "id": guid, "keyRestrictions": { "aaGuids": ["x"] } })),
        ),
        ("passkeyProfiles/0/types", profile(json!({ "id": guid, "types": "synced" }))),
    ]
}

#[test]
fn each_wrong_member_is_named_with_its_path() {
    for (path, body) in faults() {
        match parsed(&body) {
            Err(Error::BadRequest { property: Some(property), problem }) => {
                assert_eq!(property, path, "{body}");
                assert!(!problem.is_empty(), "{body}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}
