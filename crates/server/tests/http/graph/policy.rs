//! The authentication methods policy: the document's own requests, edits that collide, previews.

use identity::access::Permission;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::ImpactConfirmation;

use super::{answered, delete, get, mighty, patch, post};
use crate::world::{World, authenticator};

const SEED: &str = "/beta/authenticationMethodsPolicy/authenticationMethodConfigurations/FIDO2";
const FIDO2: &str =
    "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Fido2";
const PASS: &str = concat!(
    "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations",
    "/TemporaryAccessPass"
);

/// The body that the document sends; `more` are the models that an organisation keeps.
fn seed(more: &[&str]) -> Value {
    let mut models =
        vec!["90a3ccdf-635c-4729-a248-9b709135078f", "de1e552d-db1d-4423-a619-566b625cdc84"];
    models.extend(more);
    json!({
        "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration",
        "isAttestationEnforced": true,
        "keyRestrictions": { "isEnforced": true, "enforcementType": "allow", "aaGuids": models },
    })
}

/// The model of the first administrator's authenticator.
const HERS: &str = "01010101-0101-0101-0101-010101010101";

/// S2, S49, S71, S72, S74
#[tokio::test]
async fn the_document_s_requests_work_in_every_spelling() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let body = seed(&[HERS]);
    let changed = patch(&api, SEED, &body).await;
    assert_eq!((changed.status, changed.body), (StatusCode::NO_CONTENT, json!("")));
    for spelling in [
        SEED,
        FIDO2,
        "/beta/policies/authenticationmethodspolicy/authenticationmethodconfigurations/fido2",
        "/V1.0//policies/authenticationMethodsPolicy/authenticationMethodConfigurations('Fido2')",
        "/beta/authenticationMethodConfigurations/fido2",
        "/v1.0/authenticationMethodConfigurations%28%27FIDO2%27%29",
    ] {
        let read = get(&api, spelling).await;
        assert_eq!(read.status, StatusCode::OK, "{spelling}");
        assert_eq!(read.body["id"], "Fido2");
        assert_eq!(read.body["@odata.type"], body["@odata.type"]);
        assert_eq!(read.body["isAttestationEnforced"], true);
        assert_eq!(read.body["keyRestrictions"], body["keyRestrictions"]);
        assert_eq!(read.body["passkeyProfiles"][0]["keyRestrictions"], body["keyRestrictions"]);
        let context = read.body["@odata.context"].as_str().unwrap();
        assert!(context.ends_with("/$metadata#authenticationMethodConfigurations/$entity"));
        assert_eq!(read.headers["odata-version"], "4.0");
    }
    let policy = get(&api, "/beta/policies/authenticationMethodsPolicy").await.body;
    let ids: Vec<&Value> = policy["authenticationMethodConfigurations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|configuration| &configuration["id"])
        .collect();
    assert_eq!(ids, ["Fido2", "TemporaryAccessPass"]);
    let log = get(
        &api,
        "/v1.0/auditLogs/directoryAudits?$filter=activityDisplayName eq \
                  'Authentication Methods Policy Update'",
    )
    .await
    .body;
    let changed = &log["value"][0]["targetResources"][0]["modifiedProperties"][0];
    assert!(changed["newValue"].as_str().unwrap().contains(HERS), "{log}");
    assert_eq!(log["value"][0]["initiatedBy"]["app"]["displayName"], "Client");
    world.stop().await;
}

/// An official client loses the types of a profile between reading and writing.
#[tokio::test]
async fn what_was_read_can_be_written_back_with_a_profile_short_of_a_member() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let before = get(&api, FIDO2).await.body;
    let mut body = before.clone();
    body["passkeyProfiles"][0].as_object_mut().unwrap().remove("passkeyTypes");
    assert_eq!(patch(&api, FIDO2, &body).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&api, FIDO2).await.body, before);
    world.stop().await;
}

/// S15
#[tokio::test]
async fn an_edit_of_what_somebody_else_changed_is_refused() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let read = get(&api, FIDO2).await;
    let tag = read.headers["etag"].to_str().unwrap().to_owned();
    let body = json!({ "isSelfServiceRegistrationAllowed": false });
    let with = async |tag: &str| {
        let request = api.request(reqwest::Method::PATCH, FIDO2).header("if-match", tag);
        answered(request.json(&body)).await
    };
    assert_eq!(with(&tag).await.status, StatusCode::NO_CONTENT);
    let late = with(&tag).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(late.body["error"]["code"], "PreconditionFailed");
    assert_eq!(late.code(), "version-conflict");
    assert_eq!(with("*").await.status, StatusCode::NO_CONTENT);
    assert_eq!(with("tag").await.target(), "If-Match");
    assert_eq!(delete(&api, FIDO2).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&api, FIDO2).await.body["isSelfServiceRegistrationAllowed"], true);
    world.stop().await;
}

/// S3, S73
#[tokio::test]
async fn whoever_may_only_read_changes_nothing() {
    let (world, _, _) = World::set_up().await;
    let api = world.client(&[Permission::PolicyReadAuthenticationMethod]).await;
    assert_eq!(get(&api, FIDO2).await.status, StatusCode::OK);
    for refused in [
        patch(&api, FIDO2, &seed(&[])).await,
        delete(&api, FIDO2).await,
        post(&api, &format!("{FIDO2}/impact"), &seed(&[])).await,
    ] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(refused.body["error"]["code"], "Authorization_RequestDenied");
        let message = refused.body["error"]["message"].as_str().unwrap();
        assert!(message.contains("Policy.ReadWrite.AuthenticationMethod"), "{message}");
    }
    world.stop().await;
}

/// S9, S50, S70
#[tokio::test]
async fn the_preview_says_who_stops_and_the_last_administrator_is_not_locked_out() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let impact = post(&api, &format!("{SEED}/impact"), &seed(&[])).await;
    assert_eq!(impact.status, StatusCode::OK, "{}", impact.body);
    let impact = impact.body;
    for (member, expected) in [
        ("passkeysBefore", json!(1)),
        ("stoppingPasskeys", json!(1)),
        ("stoppingPeople", json!(1)),
        ("peopleLeftWithNone", json!(1)),
        ("isAffectedPeopleComplete", json!(true)),
    ] {
        assert_eq!(impact[member], expected, "{member} {impact}");
    }
    let ada = &impact["affectedPeople"][0];
    assert_eq!(ada["userPrincipalName"], "ada@example.org");
    assert_eq!(ada["passkeys"][0]["rule"], "model-not-listed");
    assert_eq!(impact["administrators"][0]["roles"], json!(["Global Administrator"]));
    assert_eq!(impact["byModel"][0]["aaGuid"], HERS);
    assert_eq!(impact["refusal"]["code"], "administrators-locked-out");
    assert_eq!(impact["proposed"]["isAttestationEnforced"], true);
    let listed = post(&api, &format!("{SEED}/impact?$top=1"), &seed(&[])).await.body;
    assert_eq!(listed["value"].as_array().unwrap().len(), 1, "{listed}");

    let refused = patch(&api, SEED, &seed(&[])).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.code(), "administrators-locked-out");
    assert_eq!(get(&api, SEED).await.body["keyRestrictions"]["isEnforced"], false);
    world.stop().await;
}

/// S50
#[tokio::test]
async fn where_the_operator_wants_it_a_change_that_stops_passkeys_is_confirmed_first() {
    let world = World::start_with(|settings| {
        settings.impact_confirmation = ImpactConfirmation::Required;
    })
    .await;
    let mut browser = world.browser();
    let token = server::operations::first_run::new_link(&world.app).await.unwrap().unwrap();
    let mut hers = authenticator(1, webauthn::Aaguid::from_bytes([1; 16]));
    browser.first_run(token.expose(), &mut hers).await;
    let (_, pass) = world.person("ben").await;
    let his_browser = world.browser();
    his_browser.sign_in_with_pass("ben@example.org", &pass).await;
    let page = his_browser.page("/security-info/add").await;
    let mut his = authenticator(2, webauthn::Aaguid::from_bytes([2; 16]));
    let (status, _) = his_browser.register(&page, "/security-info/passkeys", &mut his).await;
    assert_eq!(status, StatusCode::OK);

    let api = mighty(&world).await;
    let asked = patch(&api, SEED, &seed(&[HERS])).await;
    assert_eq!((asked.status, asked.code()), (StatusCode::CONFLICT, "confirmation-needed"));
    let message = asked.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("1 passkeys of 1 people") && message.contains("?confirm=true"));
    let confirmed = patch(&api, &format!("{SEED}?confirm=true"), &seed(&[HERS])).await;
    assert_eq!(confirmed.status, StatusCode::NO_CONTENT);
    world.stop().await;
}

/// S117, S118
#[tokio::test]
async fn the_access_pass_configuration_is_read_changed_and_checked() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let before = get(&api, PASS).await;
    assert_eq!(before.body["defaultLifetimeInMinutes"], 60);
    assert_eq!(patch(&api, PASS, &before.body).await.status, StatusCode::NO_CONTENT);
    let body = json!({ "isUsableOnce": true, "maximumLifetimeInMinutes": 1440 });
    assert_eq!(patch(&api, PASS, &body).await.status, StatusCode::NO_CONTENT);
    let after = get(&api, PASS).await.body;
    assert_eq!(
        (&after["isUsableOnce"], &after["maximumLifetimeInMinutes"]),
        (&json!(true), &json!(1440))
    );
    for (property, body) in [
        ("defaultLength", json!({ "defaultLength": 7 })),
        ("maximumLifetimeInMinutes", json!({ "maximumLifetimeInMinutes": 43_201 })),
        ("defaultLifetimeInMinutes", json!({ "defaultLifetimeInMinutes": 1441 })),
    ] {
        let refused = patch(&api, PASS, &body).await;
        assert_eq!((refused.status.as_u16(), refused.target()), (400, property));
    }
    for missing in ["MicrosoftAuthenticator", "Sms", "nothing"] {
        let path = FIDO2.replace("Fido2", missing);
        let read = get(&api, &path).await;
        assert_eq!(read.body["error"]["code"], "Request_ResourceNotFound", "{missing}");
    }
    world.stop().await;
}
