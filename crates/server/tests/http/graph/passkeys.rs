//! Passkeys and passes of a person, by an application and by the person's own scripts.

use ctap::SoftwareAuthenticator;
use identity::access::Permission;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use webauthn::Aaguid;

use super::{Answer, answered, delete, get, mighty, patch, post};
use crate::world::{Api, World, attribute, authenticator};

const MODEL: Aaguid = Aaguid::from_bytes([2; 16]);
const METHODS: &str = "/v1.0/users/ben@example.org/authentication/fido2Methods";

async fn begun(api: &Api) -> Value {
    let options = get(api, &format!("{METHODS}/creationOptions")).await;
    assert_eq!(options.status, StatusCode::OK, "{}", options.body);
    options.body
}

async fn provision(world: &World, api: &Api, key: &mut SoftwareAuthenticator) -> Answer {
    let options = begun(api).await;
    let body = key.make_graph_method(&options, &world.url, "Red key").unwrap();
    post(api, METHODS, &body).await
}

/// S22, S77, S90, S140, S144
#[tokio::test]
async fn a_passkey_is_provisioned_listed_renamed_and_deleted() {
    let (world, _, _) = World::set_up().await;
    let (ben, _) = world.person("ben").await;
    let api = mighty(&world).await;
    let mut key = authenticator(2, MODEL);
    let options = begun(&api).await;
    assert_eq!(options["publicKey"]["authenticatorSelection"]["requireResidentKey"], true);
    assert_eq!(options["publicKey"]["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["challengeTimeoutDateTime"], "2027-01-15T08:05:00Z");
    let created = provision(&world, &api, &mut key).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let shown = &created.body;
    assert_eq!(shown["displayName"], "Red key");
    assert_eq!(shown["aaGuid"], MODEL.to_string());
    assert_eq!(shown["passkeyType"], "deviceBound");
    assert_eq!(shown["attestationLevel"], "notAttested");
    let id = shown["id"].as_str().unwrap();
    let one = format!("{METHODS}/{id}");
    assert!(
        created.headers["location"]
            .to_str()
            .unwrap()
            .ends_with(&format!("/v1.0/users/{}/authentication/fido2Methods/{id}", ben.id))
    );

    let list = get(&api, METHODS).await.body;
    assert_eq!(list["value"][0]["id"], *id);
    assert!(list["value"][0].get("lastUsedDateTime").is_none());
    let beta = get(&api, &METHODS.replace("v1.0", "beta")).await.body;
    assert_eq!(beta["value"][0].get("lastUsedDateTime"), Some(&Value::Null));
    let plain = &id[..id.len() - 1];
    for spelling in [one.clone(), format!("{METHODS}('{id}')"), format!("{METHODS}/{plain}")] {
        assert_eq!(get(&api, &spelling).await.body["id"], *id, "{spelling}");
    }
    let methods = get(&api, "/beta/users/ben@example.org/authentication/methods").await.body;
    let types: Vec<&Value> =
        methods["value"].as_array().unwrap().iter().map(|method| &method["@odata.type"]).collect();
    assert_eq!(
        types,
        [
            "#microsoft.graph.fido2AuthenticationMethod",
            "#microsoft.graph.temporaryAccessPassAuthenticationMethod",
        ]
    );

    assert_eq!(
        patch(&api, &one, &json!({ "displayName": "Blue" })).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(get(&api, &one).await.body["displayName"], "Blue");
    assert_eq!(patch(&api, &one, &json!({ "displayName": "" })).await.target(), "displayName");
    assert_eq!(delete(&api, &one).await.status, StatusCode::NO_CONTENT);
    for gone in
        [delete(&api, &one).await, get(&api, &one).await, get(&api, &format!("{METHODS}/x")).await]
    {
        assert_eq!(gone.body["error"]["code"], "Request_ResourceNotFound");
    }
    world.stop().await;
}

#[tokio::test]
async fn all_spellings_of_creation_options_are_one_function() {
    let (world, _, _) = World::set_up().await;
    world.person("ben").await;
    let api = mighty(&world).await;
    let beta = METHODS.replace("v1.0", "beta");
    let name = "challengeTimeoutInMinutes";
    for (spelling, end) in [
        (format!("{METHODS}/creationOptions"), "08:05"),
        (format!("{METHODS}/creationOptions()"), "08:05"),
        (format!("{beta}/creationOptions({name}=10)"), "08:10"),
        (format!("{beta}/creationOptions?{name}=10"), "08:10"),
        (format!("{beta}/creationOptions({name}=@{name})"), "08:05"),
        (format!("{beta}/creationOptions({name}=@{name})?{name}=10"), "08:10"),
        (format!("{beta}/creationOptions({name}=@p)?@p=10"), "08:10"),
        (format!("{beta}/microsoft.graph.creationOptions()"), "08:05"),
    ] {
        let options = get(&api, &spelling).await;
        assert_eq!(options.status, StatusCode::OK, "{spelling} {}", options.body);
        let until = options.body["challengeTimeoutDateTime"].as_str().unwrap();
        assert!(until.contains(end), "{spelling} {until}");
    }
    for wrong in ["4", "43201", "x", "-5"] {
        let refused = get(&api, &format!("{beta}/creationOptions({name}={wrong})")).await;
        assert_eq!((refused.status.as_u16(), refused.target()), (400, name), "{wrong}");
    }
    let refused = get(&api, &format!("{METHODS}/creationOptions?{name}=10")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    world.stop().await;
}

/// S78, S79, S80
#[tokio::test]
async fn a_challenge_that_is_used_old_foreign_or_answered_elsewhere_is_refused() {
    let (world, _, _) = World::set_up().await;
    world.person("ben").await;
    world.person("eve").await;
    let api = mighty(&world).await;
    let mut key = authenticator(2, MODEL);
    let url = &world.url;

    let options = begun(&api).await;
    let body = key.make_graph_method(&options, url, "Key").unwrap();
    let eve = METHODS.replace("ben", "eve");
    let refused = post(&api, &eve, &body).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "challenge-misplaced"));
    let refused = post(&api, METHODS, &body).await;
    assert_eq!(refused.code(), "challenge-used", "burned by the attempt for somebody else");

    let body = authenticator(3, MODEL).make_graph_method(&begun(&api).await, url, "Key").unwrap();
    world.clock.advance_ms(5 * 60_000 + 1);
    let refused = post(&api, METHODS, &body).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "challenge-expired"));

    let mut options = begun(&api).await;
    let challenge = options["publicKey"]["challenge"].as_str().unwrap().to_owned();
    let altered = format!("{}AAAA", &challenge[..challenge.len() - 4]);
    options["publicKey"]["challenge"] = json!(altered);
    let body = authenticator(4, MODEL).make_graph_method(&options, url, "Key").unwrap();
    assert_eq!(post(&api, METHODS, &body).await.code(), "challenge-foreign");

    let mut fresh = authenticator(5, MODEL);
    let options = begun(&api).await;
    let body = fresh.make_graph_method(&options, url, "Key").unwrap();
    assert_eq!(post(&api, METHODS, &body).await.status, StatusCode::CREATED);
    let again = post(&api, METHODS, &body).await;
    assert_eq!(again.code(), "challenge-used");
    let list = get(&api, METHODS).await.body;
    assert_eq!(list["value"].as_array().unwrap().len(), 1, "nothing was half written");
    world.stop().await;
}

/// S10, S41: the answer names the rule, and nothing is stored.
#[tokio::test]
async fn what_the_policy_forbids_is_refused_with_its_rule() {
    let (world, _, _) = World::set_up().await;
    world.person("ben").await;
    let api = mighty(&world).await;
    let policy =
        "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Fido2";
    let block = json!({ "keyRestrictions": { "isEnforced": true, "enforcementType": "block",
        "aaGuids": [MODEL.to_string()] } });
    assert_eq!(patch(&api, policy, &block).await.status, StatusCode::NO_CONTENT);
    let refused = provision(&world, &api, &mut authenticator(2, MODEL)).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "model-blocked"));
    assert_eq!(refused.body["error"]["code"], "accessDenied");
    assert_eq!(get(&api, METHODS).await.body["value"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn the_type_of_a_posted_method_says_what_it_is() {
    let (world, _, _) = World::set_up().await;
    world.person("ben").await;
    let api = mighty(&world).await;
    let methods = "/beta/users/ben@example.org/authentication/methods";
    let mut body =
        authenticator(2, MODEL).make_graph_method(&begun(&api).await, &world.url, "Key").unwrap();
    assert_eq!(post(&api, methods, &body).await.target(), "@odata.type");
    body["@odata.type"] = json!("#microsoft.graph.fido2AuthenticationMethod");
    let created = post(&api, methods, &body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let one = format!("{methods}/{}", created.body["id"].as_str().unwrap());
    assert_eq!(get(&api, &one).await.body["@odata.type"], body["@odata.type"]);
    world.stop().await;
}

/// S118, S119
#[tokio::test]
async fn a_pass_is_shown_once_replaced_and_deleted() {
    let (world, _, _) = World::set_up().await;
    world.person("ben").await;
    let api = mighty(&world).await;
    let passes = "/v1.0/users/ben@example.org/authentication/temporaryAccessPassMethods";
    let body = json!({ "isUsableOnce": true, "lifetimeInMinutes": 120 });
    let issued = post(&api, passes, &body).await;
    assert_eq!(issued.status, StatusCode::CREATED, "{}", issued.body);
    assert_eq!(issued.body["temporaryAccessPass"].as_str().unwrap().len(), 12);
    assert_eq!(issued.body["methodUsabilityReason"], "EnabledByPolicy");
    let list = get(&api, passes).await.body;
    assert_eq!(list["value"].as_array().unwrap().len(), 1, "one a person");
    let shown = &list["value"][0];
    assert_eq!(shown["id"], issued.body["id"]);
    assert_eq!(shown.get("temporaryAccessPass"), Some(&Value::Null));
    assert_eq!(shown["lifetimeInMinutes"], 120);
    for (property, body) in [
        ("lifetimeInMinutes", json!({ "lifetimeInMinutes": 5 })),
        ("lifetimeInMinutes", json!({ "lifetimeInMinutes": "60" })),
        ("startDateTime", json!({ "startDateTime": "tomorrow" })),
        ("startDateTime", json!({ "startDateTime": "2026-01-01T00:00:00Z" })),
        ("isUsable", json!({ "isUsabl": true })),
    ] {
        let refused = post(&api, passes, &body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(property.starts_with(refused.target()), "{property} {}", refused.body);
    }
    let empty = answered(api.request(Method::POST, passes)).await;
    assert_eq!(empty.status, StatusCode::CREATED, "a body may be left out");
    world.clock.advance_ms(3 * 3_600_000);
    let api = mighty(&world).await;
    let one = format!("{passes}/{}", empty.body["id"].as_str().unwrap());
    assert_eq!(get(&api, &one).await.body["methodUsabilityReason"], "Expired");
    assert_eq!(delete(&api, &one).await.status, StatusCode::NO_CONTENT);
    assert_eq!(delete(&api, &one).await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&api, passes).await.body["value"], json!([]));
    world.stop().await;
}

/// S1, S5: our own pages' scripts come with a cookie, and then roles decide.
#[tokio::test]
async fn a_person_s_own_script_reads_his_passkeys_and_nobody_else_s() {
    let (world, hers, _) = World::set_up().await;
    let (ben, pass) = world.person("ben").await;
    let his = world.browser();
    his.sign_in_with_pass("ben@example.org", &pass).await;
    let own = his.get("/v1.0/me/authentication/fido2Methods").await;
    assert_eq!(own.status(), StatusCode::OK);
    let own = his.get(&format!("/beta/users/{}", ben.id)).await;
    assert_eq!(own.status(), StatusCode::OK);
    for foreign in [
        "/v1.0/users",
        "/v1.0/users/ada@example.org/authentication/fido2Methods",
        "/v1.0/policies/authenticationMethodsPolicy",
        "/v1.0/roleManagement/directory/roleDefinitions",
        "/v1.0/auditLogs/signIns",
    ] {
        assert_eq!(his.get(foreign).await.status(), StatusCode::FORBIDDEN, "{foreign}");
    }
    assert_eq!(hers.get("/v1.0/users").await.status(), StatusCode::OK, "an administrator");

    let page = his.page("/security-info").await;
    let csrf = attribute(&page, "name=\"csrf\" value");
    let options = his.get("/v1.0/me/authentication/fido2Methods/creationOptions").await;
    assert_eq!(options.status(), StatusCode::OK);
    let options: Value = options.json().await.unwrap();
    let body = authenticator(2, MODEL).make_graph_method(&options, &world.url, "Mine").unwrap();
    let path = format!("{}/v1.0/me/authentication/fido2Methods", world.url);
    let forged = answered(his.client.post(&path).json(&body)).await;
    assert_eq!((forged.status, forged.code()), (StatusCode::FORBIDDEN, "forged-request"));
    let sent = answered(his.client.post(&path).header("x-csrf-token", csrf).json(&body)).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
    world.stop().await;
}

#[tokio::test]
async fn reading_passkeys_is_not_writing_them() {
    let (world, _, _) = World::set_up().await;
    world.person("ben").await;
    let api = world.client(&[Permission::UserAuthMethodPasskeyReadAll]).await;
    assert_eq!(get(&api, METHODS).await.status, StatusCode::OK);
    for refused in [
        get(&api, &format!("{METHODS}/creationOptions")).await,
        post(&api, METHODS, &json!({})).await,
        delete(&api, &format!("{METHODS}/AQID0")).await,
        get(&api, "/v1.0/users").await,
    ] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    world.stop().await;
}
