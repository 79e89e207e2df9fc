//! One passkey's whole life as a browser sees it.

use identity::access::Permission;
use reqwest::StatusCode;
use serde_json::json;
use webauthn::Aaguid;

use crate::world::{World, authenticator};

const CONFIGURATION: &str =
    "/beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/FIDO2";
const HERS: Aaguid = Aaguid::from_bytes([1; 16]);
const HIS: Aaguid = Aaguid::from_bytes([2; 16]);

fn only(models: &[Aaguid]) -> serde_json::Value {
    let models: Vec<String> = models.iter().map(ToString::to_string).collect();
    json!({
        "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration",
        "keyRestrictions":
            { "isEnforced": true, "enforcementType": "allow", "aaGuids": models },
    })
}

/// S43, S44, S108, S117
#[tokio::test]
async fn a_passkey_is_registered_used_refused_by_policy_and_accepted_again() {
    let (world, _, _) = World::set_up().await;
    let (_, pass) = world.person("ben").await;
    let browser = world.browser();
    let arrived = browser.sign_in_with_pass("ben@example.org", &pass).await;
    assert_eq!(arrived.status(), StatusCode::SEE_OTHER);
    let page = browser.page("/security-info/add").await;
    let mut key = authenticator(2, HIS);
    let (status, answer) = browser.register(&page, "/security-info/passkeys", &mut key).await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    let (status, answer, _) = world.browser().sign_in(&mut key).await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    let api = world.client(&[Permission::PolicyReadWriteAuthenticationMethod]).await;
    assert_eq!(api.patch(CONFIGURATION, &only(&[HERS])).await, StatusCode::NO_CONTENT);
    let (status, answer, _) = world.browser().sign_in(&mut key).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(answer["refusal"]["code"], "model-not-listed");

    assert_eq!(api.patch(CONFIGURATION, &only(&[HERS, HIS])).await, StatusCode::NO_CONTENT);
    let (status, answer, _) = world.browser().sign_in(&mut key).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    world.stop().await;
}

/// S78, S111
#[tokio::test]
async fn a_replayed_assertion_is_refused_and_stands_in_the_log() {
    let (world, _, mut key) = World::set_up().await;
    let browser = world.browser();
    let (status, _, sent) = browser.sign_in(&mut key).await;
    assert_eq!(status, StatusCode::OK);
    let (status, answer) = browser.post_json("/sign-in/passkey", &sent).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(answer["refusal"]["code"], "challenge-used");

    let api = world.client(&[Permission::AuditLogReadAll]).await;
    let log = api.get("/beta/auditLogs/signIns").await;
    let text = log.to_string();
    assert!(text.contains("the challenge was used before"), "{text}");
    world.stop().await;
}

/// S78: a challenge that another browser was given is worth nothing here.
#[tokio::test]
async fn an_assertion_made_in_another_browser_is_refused() {
    let (world, _, mut key) = World::set_up().await;
    let (_, _, sent) = world.browser().sign_in(&mut key).await;
    let other = world.browser();
    let page = other.page("/sign-in").await;
    let mut sent = sent;
    sent["csrf"] = json!(crate::world::attribute(&page, "data-csrf"));
    let (status, answer) = other.post_json("/sign-in/passkey", &sent).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    world.stop().await;
}

/// S10, S20: what the page does not offer, its address does not give either.
#[tokio::test]
async fn a_model_that_is_not_allowed_is_refused_at_registration_and_nothing_is_kept() {
    let (world, _, _) = World::set_up().await;
    let api = world
        .client(&[
            Permission::PolicyReadWriteAuthenticationMethod,
            Permission::UserAuthMethodPasskeyReadAll,
        ])
        .await;
    assert_eq!(api.patch(CONFIGURATION, &only(&[HERS])).await, StatusCode::NO_CONTENT);
    let (ben, pass) = world.person("ben").await;
    let browser = world.browser();
    browser.sign_in_with_pass("ben@example.org", &pass).await;
    let page = browser.page("/security-info/add").await;
    let mut key = authenticator(2, HIS);
    let (status, answer) = browser.register(&page, "/security-info/passkeys", &mut key).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(answer["refusal"]["code"], "model-not-listed");
    assert!(answer["refusal"]["unknownCredential"]["credentialId"].is_string(), "{answer}");
    let methods = api.get(&format!("/v1.0/users/{}/authentication/fido2Methods", ben.id)).await;
    assert_eq!(methods["value"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let (world, browser, mut key) = World::set_up().await;
    let old = browser.session();
    let (status, answer, _) = browser.sign_in(&mut key).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    browser.page("/security-info").await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let request = client.build().unwrap().get(format!("{}/security-info", world.url));
    let answer = request.header(reqwest::header::COOKIE, old).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "to the sign-in page");
    world.stop().await;
}

#[tokio::test]
async fn the_first_run_link_works_once() {
    let (world, browser, mut key) = World::set_up().await;
    let page = browser.page("/security-info").await;
    assert!(page.contains("Ada"), "{page}");
    let gone = world.browser().get("/first-run?token=anything").await;
    assert_eq!(gone.status(), StatusCode::FORBIDDEN);
    let (status, _, _) = world.browser().sign_in(&mut key).await;
    assert_eq!(status, StatusCode::OK);
    world.stop().await;
}
