//! What a stranger can find out about who exists: nothing.

use identity::access::Caller;
use identity::audit::Recorded;
use webauthn::{Aaguid, UserHandle};

use super::world::{MINUTE_MS, World, asserted, authenticator, code, person};
use crate::operations::page::PageQuery;
use crate::operations::reports::{LogFilter, sign_ins};
use crate::operations::users::UserRef;
use crate::operations::{access_passes, sign_in};

/// S109
#[tokio::test]
async fn options_for_a_name_that_nobody_has_look_like_any_other() {
    let world = World::set_up().await;
    world.equipped("ben", 2, Aaguid::from_bytes([2; 16])).await;
    let (app, browser) = (&world.app, &world.browser);
    let mut seen = Vec::new();
    for name in ["ben@example.org", "nobody@example.org", "nobody@example.org"] {
        let options = sign_in::begin(app, Some(name), browser, &world.request()).await.unwrap();
        seen.push(options.to_json());
    }
    let members = |options: &serde_json::Value| -> Vec<String> {
        options.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(members(&seen[0]), members(&seen[1]));
    let length = |options: &serde_json::Value| options["challenge"].as_str().unwrap().len();
    assert_eq!(length(&seen[0]), length(&seen[1]));
    assert_eq!(seen[1]["allowCredentials"], seen[2]["allowCredentials"]);
    assert!(!seen[1]["allowCredentials"].as_array().unwrap().is_empty());
}

/// S109
#[tokio::test]
async fn another_persons_passkey_does_not_answer_for_a_name() {
    let world = World::set_up().await;
    let (_, mut key) = world.equipped("ben", 2, Aaguid::from_bytes([2; 16])).await;
    let (app, browser) = (&world.app, &world.browser);
    let mut codes = Vec::new();
    for name in ["ada@example.org", "nobody@example.org"] {
        let options = sign_in::begin(app, Some(name), browser, &world.request()).await.unwrap();
        let mut options = options.to_json();
        options["allowCredentials"] = serde_json::json!([]);
        let response = asserted(&mut key, &options);
        codes.push(code(sign_in::finish(app, response, browser, &world.request()).await));
    }
    assert_eq!(codes, ["passkey-rejected", "passkey-rejected"]);
    let filter = LogFilter { success: Some(false), ..LogFilter::default() };
    let log = sign_ins(app, &Caller::Operator, &filter, &PageQuery::default()).await.unwrap();
    assert_eq!(log.items.len(), 2);
    for entry in log.items {
        let Recorded::Refused { code, .. } = entry.result else { panic!("{entry:?}") };
        assert_eq!(code, "another-persons-passkey");
    }
}

/// S109: whoever has many passkeys shows no more of them than anybody, the last used first.
#[tokio::test]
async fn of_many_passkeys_those_used_last_are_offered() {
    let world = World::set_up().await;
    let ben = world.person("ben").await;
    let (signed_in, _) = world.with_pass(&ben).await;
    let signed_in = person(signed_in);
    let mut keys = Vec::new();
    for seed in 2..7 {
        let mut key = authenticator(seed, Aaguid::from_bytes([2; 16]));
        world.clock.advance_ms(1_000);
        world.register(&signed_in, &mut key).await.unwrap();
        keys.push(key);
    }
    world.clock.advance_ms(1_000);
    world.sign_in(&mut keys[0]).await.unwrap();
    let (app, browser) = (&world.app, &world.browser);
    let options = sign_in::begin(app, Some("ben@example.org"), browser, &world.request()).await;
    let options = options.unwrap().to_json();
    let list = options["allowCredentials"].as_array().unwrap();
    let offered: Vec<&str> = list.iter().map(|it| it["id"].as_str().unwrap()).collect();
    let id = |index: usize| keys[index].credentials().next().unwrap().0.to_base64url();
    let mut expected = [id(0), id(3), id(4)];
    expected.sort_by_key(|id| data_encoding::BASE64URL_NOPAD.decode(id.as_bytes()).unwrap());
    assert_eq!(offered, expected);
}

/// S109: an id that we invented is taken, as a real one would be.
#[tokio::test]
async fn an_invented_credential_cannot_be_registered() {
    let mut world = World::set_up().await;
    let (app, browser) = (world.app.clone(), world.browser.clone());
    let named = sign_in::begin(&app, Some("nobody@example.org"), &browser, &world.request()).await;
    let id = named.unwrap().allow[0].id.as_bytes().to_vec();
    let ada = person(world.ada().await);
    let mut key = authenticator(3, Aaguid::from_bytes([2; 16]));
    (key.lies.id, key.lies.raw_id) = (Some(id.clone()), Some(id.clone()));
    key.lies.attested_credential_id = Some(id);
    assert_eq!(code(world.register(&ada, &mut key).await), "credential-known");
}

/// S110
#[tokio::test]
async fn guessing_locks_a_name_whether_or_not_somebody_has_it() {
    let world = World::set_up_with(|settings| settings.limits.failures = 2).await;
    let (app, request) = (&world.app, world.request());
    for name in ["ada@example.org", "nobody@example.org"] {
        let mut codes = Vec::new();
        for _ in 0..3 {
            codes.push(code(sign_in::with_access_pass(app, name, "guess", &request).await));
        }
        assert_eq!(codes, ["access-pass-wrong", "access-pass-wrong", "locked-out"], "{name}");
    }
    world.clock.advance_ms(15 * MINUTE_MS);
    for name in ["ada@example.org", "nobody@example.org"] {
        let again = sign_in::with_access_pass(app, name, "guess", &request).await;
        assert_eq!(code(again), "access-pass-wrong");
    }
}

/// S143: the log is for what concerns somebody; strangers cannot bury it.
#[tokio::test]
async fn what_strangers_invent_is_counted_and_fills_no_log() {
    let world = World::set_up().await;
    let (app, browser, request) = (&world.app, &world.browser, world.request());
    for name in ["nobody@example.org", "no name", "n\0ne@example.org"] {
        let refused = sign_in::with_access_pass(app, name, "guess", &request).await;
        assert_eq!(code(refused), "access-pass-wrong", "{name}");
    }
    let mut stranger = authenticator(66, Aaguid::from_bytes([2; 16]));
    stranger.adopt(0, "localhost".parse().unwrap(), UserHandle::new([6; 32]).unwrap());
    for name in ["nobody@example.org", "n\0ne"] {
        let options = sign_in::begin(app, Some(name), browser, &request).await.unwrap();
        let mut options = options.to_json();
        options["allowCredentials"] = serde_json::json!([]);
        let response = asserted(&mut stranger, &options);
        let refused = sign_in::finish(app, response, browser, &request).await;
        assert_eq!(code(refused), "passkey-rejected");
    }
    let foreign = serde_json::json!({ "challenge": "AAAAAAAAAAAAAAAAAAAAAA", "rpId": "localhost" });
    let refused = sign_in::finish(app, asserted(&mut stranger, &foreign), browser, &request).await;
    assert_eq!(code(refused), "challenge-foreign");

    let filter = LogFilter { success: Some(false), ..LogFilter::default() };
    let log = sign_ins(app, &Caller::Operator, &filter, &PageQuery::default()).await.unwrap();
    assert_eq!(log.items, []);
    let counted = app.metrics().text(&app.store().metrics()).unwrap();
    for line in [
        r#"keyward_ceremonies_total{ceremony="access-pass",result="access-pass-wrong"} 3"#,
        r#"keyward_ceremonies_total{ceremony="sign-in",result="passkey-rejected"} 2"#,
        r#"keyward_ceremonies_total{ceremony="sign-in",result="challenge-foreign"} 1"#,
    ] {
        assert!(counted.contains(line), "{line} in {counted}");
    }
}

/// S121
#[tokio::test]
async fn nobody_issues_a_pass_to_himself() {
    let mut world = World::set_up().await;
    let ada = world.ada().await;
    let own = UserRef::Id(ada.person.user.id);
    let ada = super::world::caller(ada);
    let asked = access_passes::PassRequest::default();
    let issued = access_passes::issue(&world.app, &ada, &own, &asked, &world.request()).await;
    assert_eq!(code(issued), "own-access-pass");
}

#[tokio::test]
async fn whoever_may_not_read_methods_learns_nothing_about_who_exists() {
    let world = World::set_up().await;
    let nobody = Caller::Application {
        client: identity::ClientId::new(uuid::Uuid::nil()),
        name: "curious".to_owned(),
        permissions: std::collections::BTreeSet::new(),
    };
    for name in ["ada@example.org", "nobody@example.org"] {
        let user = UserRef::Upn(name.to_owned());
        let listed = crate::operations::passkeys::list(&world.app, &nobody, &user).await;
        assert_eq!(code(listed), "permission-missing");
    }
}
