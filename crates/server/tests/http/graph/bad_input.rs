//! What is wrong is named: the property, the fault, the remedy; and nothing is half written.

use identity::access::Permission;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{answered, get, mighty, patch, post};
use crate::world::World;

const FIDO2: &str =
    "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Fido2";
const MODEL: &str = "90a3ccdf-635c-4729-a248-9b709135078f";

fn keys(aaguids: &[&str]) -> Value {
    json!({ "state": "disabled", "keyRestrictions": {
        "isEnforced": true, "enforcementType": "allow", "aaGuids": aaguids,
    }})
}

/// S6, S17, S48
#[tokio::test]
async fn a_faulty_policy_is_refused_by_property_and_not_half_written() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let mail = json!({ "displayName": "Mail", "mailEnabled": true, "mailNickname": "mail",
        "securityEnabled": false });
    let mail = post(&api, "/v1.0/groups", &mail).await.body["id"].clone();
    let include = |id: &Value, profiles: Value| {
        json!({ "state": "disabled", "includeTargets":
            [{ "targetType": "group", "id": id, "allowedPasskeyProfiles": profiles }] })
    };
    let all = json!("all_users");
    let many: Vec<Value> = (0..70)
        .map(|n| {
            let id = format!("00000000-0000-0000-0000-{n:012}");
            json!({ "targetType": "group", "id": id })
        })
        .collect();
    let before = get(&api, FIDO2).await.body;
    for (property, body) in [
        (
            "keyRestrictions/aaGuids/3",
            keys(&[
                MODEL,
                "de1e552d-db1d-4423-a619-566b625cdc84",
                "00000000-0000-0000-0000-000000000001",
                "not-an-aaguid",
            ]),
        ),
        ("keyRestrictions/aaGuids/1", keys(&[MODEL, &MODEL.to_uppercase()])),
        ("keyRestrictions/aaGuids/0", keys(&["00000000-0000-0000-0000-000000000000"])),
        ("keyRestriction", json!({ "state": "disabled", "keyRestriction": {} })),
        ("state", json!({ "state": 1 })),
        ("includeTargets/0/id", include(&mail, json!([]))),
        ("includeTargets/0/id", include(&json!(MODEL), json!([]))),
        ("includeTargets/0/allowedPasskeyProfiles/0", include(&all, json!([MODEL]))),
        ("includeTargets", json!({ "includeTargets": many })),
        (
            "passkeyProfiles/0/passkeyTypes",
            json!({ "passkeyProfiles": [{ "id": MODEL, "name": "New" }] }),
        ),
        // S60: the target still names it
        ("includeTargets/0/allowedPasskeyProfiles/0", json!({ "passkeyProfiles": [] })),
        ("passkeyProfiles", json!({ "passkeyProfiles": [], "includeTargets": [] })),
    ] {
        let refused = patch(&api, FIDO2, &body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(refused.target(), property, "{}", refused.body);
        assert_eq!(refused.body["error"]["code"], "BadRequest");
        let message = refused.body["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("{property}: ")), "{message}");
        let impact = post(&api, &format!("{FIDO2}/impact"), &body).await;
        assert_eq!((impact.status, impact.target()), (StatusCode::BAD_REQUEST, property));
    }
    assert_eq!(get(&api, FIDO2).await.body, before);
    world.stop().await;
}

#[tokio::test]
async fn a_body_that_is_no_json_object_of_modest_size_is_refused() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let send = async |kind: &str, body: Vec<u8>| {
        let request = api.request(Method::PATCH, FIDO2).header("content-type", kind);
        answered(request.body(body)).await
    };
    for body in ["", "{", "[]", "null", r#"{"state":"enabled","state":"disabled"}"#, "\u{feff}{}"] {
        let refused = send("application/json", body.as_bytes().to_vec()).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(refused.body["error"]["innerError"]["request-id"].is_string());
    }
    let refused = send("text/plain", b"{}".to_vec()).await;
    assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(refused.code(), "media-type");
    let long = format!("{{\"state\":\"{}\"}}", "x".repeat(server::BODY_MAX));
    let refused = send("application/json", long.into_bytes()).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(refused.code(), "body-too-large");
    world.stop().await;
}

#[tokio::test]
async fn addresses_methods_and_options_that_are_wrong_are_told_apart() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    for (path, status, code) in [
        ("/v1.0/users/%zz", 400, "BadRequest"),
        ("/v1.0/users('ada'", 400, "BadRequest"),
        ("/v1.0/nothing", 404, "ResourceNotFound"),
        ("/v1.0/users/ada@example.org/nothing", 404, "ResourceNotFound"),
        ("/v1.0/users/eve@example.org", 404, "Request_ResourceNotFound"),
        ("/v1.0/groups/not-an-id", 404, "Request_ResourceNotFound"),
        ("/v1.0/users?$foo=1", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$top=0", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$skip=5", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$select=password", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$filter=mail eq 'x'", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$filter=displayName eq 'x", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$skiptoken=AAAA", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$search=\"displayName:x\"", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users/$count", 400, "Request_UnsupportedQuery"),
        ("/v1.0/auditLogs/signIns?$filter=createdDateTime ge now", 400, "Request_UnsupportedQuery"),
        ("/beta/me", 400, "BadRequest"),
        ("/v1.0/me/authentication/fido2Methods", 400, "BadRequest"),
    ] {
        let refused = get(&api, path).await;
        assert_eq!(refused.status.as_u16(), status, "{path} {}", refused.body);
        assert_eq!(refused.body["error"]["code"], code, "{path}");
        assert!(refused.body["error"]["message"].as_str().is_some_and(|text| !text.is_empty()));
    }
    let refused = answered(api.request(Method::PUT, FIDO2)).await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refused.body["error"]["code"], "methodNotAllowed");
    let allowed = refused.headers["allow"].to_str().unwrap();
    for method in ["GET", "PATCH", "DELETE"] {
        assert!(allowed.contains(method), "{allowed}");
    }
    world.stop().await;
}

/// S1
#[tokio::test]
async fn every_address_refuses_an_application_without_its_permission() {
    let (world, _, _) = World::set_up().await;
    let api = world.client(&[Permission::ApplicationReadAll]).await;
    for route in server::all_routes() {
        let server::route::Access::Bearer(kind) = route.access else { continue };
        if kind.action().is_none() {
            continue;
        }
        let path = route.path.replace("{configuration}", "Fido2").replace(['{', '}'], "");
        let refused = super::send(&api, route.method.clone(), &path, &Value::Null).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{route:?} {}", refused.body);
        assert_eq!(refused.body["error"]["code"], "Authorization_RequestDenied");
        assert_eq!(refused.code(), "permission-missing");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_token_that_is_missing_wrong_or_old_is_challenged() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let client = reqwest::Client::new();
    let address = format!("{}/v1.0/users", world.url);
    let missing = answered(client.get(&address)).await;
    let wrong = answered(client.get(&address).bearer_auth("a.b.c")).await;
    world.clock.advance_ms(3_600_000);
    let old = get(&api, "/v1.0/users").await;
    for (answer, code) in
        [(missing, "token-missing"), (wrong, "token-invalid"), (old, "token-expired")]
    {
        assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, code));
        assert_eq!(answer.body["error"]["code"], "InvalidAuthenticationToken");
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Bearer "), "{challenge}");
    }
    world.stop().await;
}
