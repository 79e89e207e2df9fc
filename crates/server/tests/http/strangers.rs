//! What somebody without an account can learn, and what he can use up: nothing that matters.

use ctap::{SignatureLie, SoftwareAuthenticator};
use data_encoding::BASE64URL_NOPAD;
use identity::access::Permission;
use reqwest::StatusCode;
use reqwest::header::{ORIGIN, RETRY_AFTER};
use serde_json::{Value, json};
use webauthn::{Aaguid, UserHandle};

use crate::world::{Browser, World, attribute, authenticator};

/// A sign-in that a page has begun.
struct Begun {
    csrf: String,
    context: String,
    options: Value,
}

/// Begins a sign-in, with a name or without.
async fn begin(browser: &Browser, name: Option<&str>) -> Begun {
    let mut page = browser.page("/sign-in").await;
    if let Some(name) = name {
        let csrf = attribute(&page, "name=\"csrf\" value");
        let fields = [("csrf", csrf.as_str()), ("user_principal_name", name)];
        page = browser.post("/sign-in", &fields).await.text().await.unwrap();
    }
    let (csrf, context) = (attribute(&page, "data-csrf"), attribute(&page, "data-context"));
    let asked = json!({ "csrf": csrf, "context": context });
    let (status, options) = browser.post_json("/sign-in/options", &asked).await;
    assert_eq!(status, StatusCode::OK, "{options}");
    Begun { csrf, context, options: options["publicKey"].clone() }
}

/// The ids that are offered.
fn offered(begun: &Begun) -> Vec<String> {
    let list = begun.options["allowCredentials"].as_array();
    let ids = list.into_iter().flatten().map(|it| it["id"].as_str().unwrap().to_owned());
    ids.collect()
}

/// An authenticator with a passkey that nobody has registered, which signs wrongly.
fn mallory() -> SoftwareAuthenticator {
    let mut key = authenticator(66, Aaguid::from_bytes([66; 16]));
    key.adopt(0, "localhost".parse().unwrap(), UserHandle::new([6; 32]).unwrap());
    key.lies.signature = SignatureLie::Flipped;
    key
}

/// Answers with junk for this id: status and body, but for the correlation id.
async fn answer_junk(browser: &Browser, mut begun: Begun, id: &str) -> (StatusCode, String) {
    begun.options["allowCredentials"] = json!([]);
    let mut key = mallory();
    let bytes = BASE64URL_NOPAD.decode(id.as_bytes()).unwrap();
    (key.lies.id, key.lies.raw_id) = (Some(bytes.clone()), Some(bytes));
    let credential = key.get_assertion(&begun.options, &browser.url).unwrap();
    let body = json!({ "csrf": begun.csrf, "context": begun.context, "credential": credential });
    let request = browser.client.post(format!("{}/sign-in/passkey", browser.url));
    let answer = request.header(ORIGIN, &browser.url).json(&body).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    let parts: Value = serde_json::from_str(&text).unwrap();
    let own = parts["refusal"]["correlationId"].as_str().unwrap();
    (status, text.replace(own, ""))
}

/// S109: the answer for somebody's credential and for an invented one are the same bytes.
#[tokio::test]
async fn a_wrong_answer_for_a_real_id_and_for_an_invented_one_read_the_same() {
    let (world, _, _) = World::set_up().await;
    let browser = world.browser();
    let mut answers = Vec::new();
    for name in ["ada@example.org", "nobody@example.org", "no name at all"] {
        let begun = begin(&browser, Some(name)).await;
        let id = offered(&begun).remove(0);
        answers.push(answer_junk(&browser, begun, &id).await);
        // The same id without a name.
        let begun = begin(&browser, None).await;
        answers.push(answer_junk(&browser, begun, &id).await);
    }
    let (status, first) = &answers[0];
    assert_eq!(*status, StatusCode::FORBIDDEN);
    assert!(first.contains("\"passkey-rejected\""), "{first}");
    assert!(!first.contains("unknownCredential"), "{first}");
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    let api = world.client(&[Permission::AuditLogReadAll]).await;
    let log = api.get("/beta/auditLogs/signIns").await.to_string();
    assert!(!log.contains("passkey-rejected"), "the log has the precise code: {log}");
    world.stop().await;
}

/// S88, S145: a passkey that nobody knows is forgotten by its browser, unless a name was typed.
#[tokio::test]
async fn only_a_passkey_that_came_by_itself_is_called_unknown() {
    let (world, _, _) = World::set_up().await;
    let browser = world.browser();
    let id = BASE64URL_NOPAD.encode(&[5; 32]);
    let begun = begin(&browser, None).await;
    let (status, body) = answer_junk(&browser, begun, &id).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["refusal"]["code"], "passkey-unknown");
    assert_eq!(body["refusal"]["unknownCredential"]["credentialId"], id.as_str());
    for name in ["ada@example.org", "nobody@example.org"] {
        let begun = begin(&browser, Some(name)).await;
        let (_, body) = answer_junk(&browser, begun, &id).await;
        assert!(body.contains("\"passkey-rejected\""), "{body}");
        assert!(!body.contains("unknownCredential"), "{body}");
    }
    world.stop().await;
}

/// S109, S110: too many wrong passes are told as such, with how long to wait, for every name.
#[tokio::test]
async fn a_lock_out_says_how_long_it_lasts_whoever_has_the_name() {
    let world = World::start_with(|settings| settings.limits.failures = 2).await;
    let (world, _, _) = world.with_ada().await;
    let browser = world.browser();
    for name in ["ada@example.org", "nobody@example.org"] {
        for _ in 0..2 {
            let wrong = browser.sign_in_with_pass(name, "guess").await;
            assert_eq!(wrong.status(), StatusCode::FORBIDDEN, "{name}");
            assert!(!wrong.headers().contains_key(RETRY_AFTER));
        }
        let locked = browser.sign_in_with_pass(name, "guess").await;
        assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS, "{name}");
        assert_eq!(locked.headers()[RETRY_AFTER], "900", "{name}");
    }
    world.stop().await;
}
