//! First run, registration and sign-in.

use identity::access::Caller;
use identity::audit::Recorded;
use webauthn::Aaguid;

use super::world::{MINUTE_MS, World, asserted, authenticator, code, created, names, person};
use crate::operations::page::PageQuery;
use crate::operations::registration::RegistrarRef;
use crate::operations::reports::{LogFilter, sign_ins};
use crate::operations::users::UserRef;
use crate::operations::{access_passes, first_run, passkeys, registration, sign_in, users};

const KEY: Aaguid = Aaguid::from_bytes([2; 16]);

#[tokio::test]
async fn a_first_run_link_works_once_and_only_in_its_time() {
    let mut world = World::bare(|_| {});
    let old = first_run::new_link(&world.app).await.unwrap().unwrap();
    let token = first_run::new_link(&world.app).await.unwrap().unwrap();
    assert_eq!(code(first_run::check(&world.app, old.expose()).await), "first-run-link-invalid");
    let token = token.expose().as_str();
    world.clock.advance_ms(59 * MINUTE_MS);
    first_run::check(&world.app, token).await.unwrap();

    let options = first_run::begin(&world.app, token, &names()).await.unwrap();
    let response = created(&mut world.administrator, &options.to_json());
    let (app, request) = (&world.app, world.request());
    let (signed_in, _) =
        first_run::finish(app, token, &names(), response.clone(), &request).await.unwrap();
    assert_eq!(signed_in.person.user.upn.as_str(), "ada@example.org");

    let again = first_run::finish(app, token, &names(), response, &request).await;
    assert_eq!(code(again), "first-run-link-invalid");
    assert!(first_run::new_link(app).await.unwrap().is_none());
    world.ada().await;
}

#[tokio::test]
async fn an_expired_first_run_link_opens_nothing() {
    let world = World::bare(|_| {});
    let token = first_run::new_link(&world.app).await.unwrap().unwrap();
    world.clock.advance_ms(60 * MINUTE_MS);
    let begun = first_run::begin(&world.app, token.expose(), &names()).await;
    assert_eq!(code(begun), "first-run-link-invalid");
}

/// S108, S109, S117
#[tokio::test]
async fn a_person_registers_with_a_pass_and_signs_in_with_and_without_a_name() {
    let world = World::set_up().await;
    let (_, mut key) = world.equipped("ben", 2, KEY).await;
    let signed_in = world.sign_in(&mut key).await.unwrap();
    assert_eq!(signed_in.person.user.upn.as_str(), "ben@example.org");

    let (app, browser) = (&world.app, &world.browser);
    let named = sign_in::begin(app, Some("Ben@Example.org"), browser, &world.request()).await;
    let named = named.unwrap().to_json();
    assert_eq!(named["allowCredentials"].as_array().unwrap().len(), 1);
    let response = asserted(&mut key, &named);
    sign_in::finish(app, response, browser, &world.request()).await.unwrap();
}

/// S111
#[tokio::test]
async fn a_replayed_assertion_is_refused_and_recorded() {
    let mut world = World::set_up().await;
    let (app, browser) = (world.app.clone(), world.browser.clone());
    let options = sign_in::begin(&app, None, &browser, &world.request()).await.unwrap();
    let response = asserted(&mut world.administrator, &options.to_json());
    sign_in::finish(&app, response.clone(), &browser, &world.request()).await.unwrap();
    let replayed = sign_in::finish(&app, response, &browser, &world.request()).await;
    assert_eq!(code(replayed), "challenge-used");

    let filter = LogFilter { success: Some(false), ..LogFilter::default() };
    let log = sign_ins(&app, &Caller::Operator, &filter, &PageQuery::default()).await.unwrap();
    assert_eq!(log.items.len(), 1);
    assert!(
        matches!(&log.items[0].result, Recorded::Refused { code, .. } if code == "challenge-used")
    );
}

/// S78
#[tokio::test]
async fn a_challenge_dies_with_its_time_and_in_another_browser() {
    let mut world = World::set_up().await;
    let (app, browser) = (world.app.clone(), world.browser.clone());
    let options = sign_in::begin(&app, None, &browser, &world.request()).await.unwrap();
    let response = asserted(&mut world.administrator, &options.to_json());
    let elsewhere = crate::secret::BrowserSecret::new([8; 32]);
    let stolen = sign_in::finish(&app, response.clone(), &elsewhere, &world.request()).await;
    assert_eq!(code(stolen), "challenge-misplaced");

    let options = sign_in::begin(&app, None, &browser, &world.request()).await.unwrap();
    let response = asserted(&mut world.administrator, &options.to_json());
    world.clock.advance_ms(5 * MINUTE_MS);
    let late = sign_in::finish(&app, response, &browser, &world.request()).await;
    assert_eq!(code(late), "challenge-expired");
}

/// S78, S80, S81
#[tokio::test]
async fn a_registration_needs_a_fresh_sign_in_and_an_unused_challenge() {
    let mut world = World::set_up().await;
    let ada = person(world.ada().await);
    let mut key = authenticator(3, KEY);
    let own = RegistrarRef::Own(&ada);
    let app = &world.app;
    let begun = registration::begin(app, own, None, &world.request()).await.unwrap();
    let response = created(&mut key, &begun.options.to_json());
    registration::finish(app, own, response.clone(), None, &world.request()).await.unwrap();
    let replayed = registration::finish(app, own, response, None, &world.request()).await;
    assert_eq!(code(replayed), "challenge-used");

    world.clock.advance_ms(5 * MINUTE_MS + 1);
    assert_eq!(code(registration::offer(app, &ada).await), "fresh-sign-in-needed");
    let late = registration::begin(app, own, None, &world.request()).await;
    assert_eq!(code(late), "fresh-sign-in-needed");
}

/// S144
#[tokio::test]
async fn a_deleted_passkey_signs_nobody_in() {
    let mut world = World::set_up().await;
    let (ben, mut key) = world.equipped("ben", 2, KEY).await;
    let ada = super::world::caller(world.ada().await);
    let (app, ben) = (&world.app, UserRef::Id(ben.id));
    let listed = passkeys::list(app, &ada, &ben).await.unwrap();
    let id = &listed[0].passkey.id;
    passkeys::delete(app, &ada, &ben, id, &world.request()).await.unwrap();
    assert_eq!(code(world.sign_in(&mut key).await), "passkey-unknown");
    assert_eq!(code(passkeys::get(app, &ada, &ben, id).await), "not-found");
}

/// S114, S138
#[tokio::test]
async fn a_disabled_person_is_refused() {
    let world = World::set_up().await;
    let (ben, mut key) = world.equipped("ben", 2, KEY).await;
    let patch = identity::directory_changes::UserPatch {
        state: Some(identity::directory::AccountState::Disabled),
        ..Default::default()
    };
    let ben = UserRef::Id(ben.id);
    users::change(&world.app, &Caller::Operator, &ben, patch, &world.request()).await.unwrap();
    assert_eq!(code(world.sign_in(&mut key).await), "account-disabled");
}

/// S118, S119
#[tokio::test]
async fn a_pass_is_replaced_by_the_next_and_deleted_with_its_sessions() {
    let world = World::set_up().await;
    let ben = world.person("ben").await;
    let (_, secret) = world.with_pass(&ben).await;
    let app = &world.app;
    let is_open = |secret: &crate::secret::SessionSecret| {
        app.read(|snapshot| snapshot.signed_in(secret.id())).unwrap().is_some()
    };
    assert!(is_open(&secret));
    let (_, newer) = world.with_pass(&ben).await;
    assert!(!is_open(&secret) && is_open(&newer));
    let ben = UserRef::Id(ben.id);
    access_passes::delete(app, &Caller::Operator, &ben, None, &world.request()).await.unwrap();
    assert!(!is_open(&newer));
}
