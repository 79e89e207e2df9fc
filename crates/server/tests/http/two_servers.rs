//! Two servers on one database share all state: what one began the other finishes, once.

use reqwest::StatusCode;
use serde_json::json;
use webauthn::Aaguid;

use crate::database::Database;
use crate::world::{World, attribute, authenticator};

/// Rounds of the race; a lost one would show within a few.
const ROUNDS: usize = 25;

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_a_challenge_is_redeemed_once_on_either_server() {
    redeemed_once(&Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_a_challenge_is_redeemed_once_on_either_server() {
    redeemed_once(&Database::postgres()).await;
}

/// S78, S111. Both servers stand behind one address, so both expect its origin; the browser's
/// cookies hold for both, because cookies know no ports.
async fn redeemed_once(database: &Database) {
    let one = World::start_on(database.location.clone(), |_| {}).await;
    let address = one.url.clone();
    let other = World::start_on(database.location.clone(), |settings| {
        settings.public_url = address.parse().unwrap();
        settings.clock = one.clock.clone();
    })
    .await;
    let mut browser = one.browser();
    let mut key = authenticator(1, Aaguid::from_bytes([1; 16]));
    let link = server::operations::first_run::new_link(&one.app).await.unwrap().unwrap();
    browser.first_run(link.expose(), &mut key).await;

    for _ in 0..ROUNDS {
        let page = browser.page("/sign-in").await;
        let (csrf, context) = (attribute(&page, "data-csrf"), attribute(&page, "data-context"));
        let asked = json!({ "csrf": csrf, "context": context });
        let (status, options) = browser.post_json("/sign-in/options", &asked).await;
        assert_eq!(status, StatusCode::OK, "{options}");
        let credential = key.get_assertion(&options["publicKey"], &one.url).unwrap();
        let body = json!({ "csrf": csrf, "context": context, "credential": credential });
        let send = async |url: &str| {
            let request = browser.client.post(format!("{url}/sign-in/passkey"));
            let request = request.header(reqwest::header::ORIGIN, &one.url);
            request.json(&body).send().await.unwrap().status()
        };
        let mut statuses = tokio::join!(send(&one.url), send(&other.listens), send(&other.listens));
        let (first, second, third) = &mut statuses;
        let mut statuses = [*first, *second, *third];
        statuses.sort();
        let used = StatusCode::BAD_REQUEST;
        assert_eq!(statuses, [StatusCode::OK, used, used]);
    }
    one.stop().await;
    other.stop().await;
}
