//! What every request and every answer goes through.

use reqwest::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, COOKIE, HOST,
    ORIGIN, RETRY_AFTER,
};
use reqwest::{Client, StatusCode};
use serde_json::json;
use server::RequestBudget;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{World, attribute};

#[tokio::test]
async fn every_answer_carries_an_id_and_the_security_headers() {
    let world = World::start().await;
    for path in ["/healthz", "/sign-in", "/nowhere", "/v1.0/users", "/v1.0/nowhere"] {
        let request = Client::new().get(format!("{}{path}", world.url));
        let answer = request.header("client-request-id", "my-own-id").send().await.unwrap();
        let headers = answer.headers();
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("client-request-id"), Some("my-own-id"), "{path}");
        assert_eq!(header("request-id").map(str::len), Some(36), "{path}");
        assert_eq!(header("x-content-type-options"), Some("nosniff"));
        assert_eq!(header("referrer-policy"), Some("same-origin"), "or forms send origin null");
        assert_eq!(header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(header("strict-transport-security"), None, "not on http");
        assert_eq!(headers[CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(
            headers[CONTENT_SECURITY_POLICY],
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
             require-trusted-types-for 'script'"
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn machines_learn_that_the_server_lives_is_ready_and_what_it_did() {
    let world = World::start().await;
    let get = async |path: &str| {
        let answer = Client::new().get(format!("{}{path}", world.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    };
    assert_eq!(get("/healthz").await, "ok\n");
    assert_eq!(get("/readyz").await, "ready\n");
    let metrics = get("/metrics").await;
    let line = r#"keyward_requests_total{method="GET",route="/healthz",status="200"} 1"#;
    assert!(metrics.contains(line), "{metrics}");
    world.stop().await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_before_it_is_read() {
    let world = World::start().await;
    let request = Client::new().post(format!("{}/common/oauth2/v2.0/token", world.url));
    let answer = request.body(vec![b'a'; server::BODY_MAX + 1]).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    world.stop().await;
}

#[tokio::test]
async fn a_name_of_another_site_does_not_reach_our_pages() {
    let world = World::start().await;
    let request = Client::new().get(format!("{}/sign-in", world.url));
    let answer = request.header(HOST, "attacker.example").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
    world.stop().await;
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_is_refused() {
    let (world, browser, _) = World::set_up().await;
    let page = browser.page("/security-info").await;
    let csrf = attribute(&page, "name=\"csrf\" value");
    let send = async |csrf: &str, origin: &str, site: &str| {
        let request = browser.client.post(format!("{}/sign-out", world.url));
        let request = request.header(ORIGIN, origin).header("sec-fetch-site", site);
        let body = crate::world::form(&[("csrf", csrf)]);
        let kind = "application/x-www-form-urlencoded";
        request.header("content-type", kind).body(body).send().await.unwrap().status()
    };
    assert_eq!(send("", &world.url, "same-origin").await, StatusCode::FORBIDDEN);
    assert_eq!(send("AAAA", &world.url, "same-origin").await, StatusCode::FORBIDDEN);
    assert_eq!(send(&csrf, "http://a.example", "same-origin").await, StatusCode::FORBIDDEN);
    assert_eq!(send(&csrf, &world.url, "cross-site").await, StatusCode::FORBIDDEN);
    browser.page("/security-info").await;
    assert_eq!(send(&csrf, &world.url, "same-origin").await, StatusCode::OK);
    let after = browser.get("/security-info").await;
    assert_eq!(after.status(), StatusCode::SEE_OTHER, "signed out");
    world.stop().await;
}

#[tokio::test]
async fn an_invented_session_cookie_opens_nothing() {
    let (world, _, _) = World::set_up().await;
    for cookie in ["keyward=AAAA", "keyward=", "keyward=not%20base64", "keyward"] {
        let request = Client::builder().redirect(reqwest::redirect::Policy::none());
        let request = request.build().unwrap().get(format!("{}/security-info", world.url));
        let answer = request.header(COOKIE, cookie).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{cookie}");
    }
    world.stop().await;
}

#[tokio::test]
async fn one_address_may_not_ask_without_end() {
    let world =
        World::start_with(|settings| settings.request_budget = RequestBudget::PerMinute(4)).await;
    let browser = world.browser();
    let page = browser.page("/sign-in").await;
    let body = json!({
        "csrf": attribute(&page, "data-csrf"),
        "context": attribute(&page, "data-context"),
    });
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(browser.post_json("/sign-in/options", &body).await.0);
    }
    let refused = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(statuses, [StatusCode::OK, StatusCode::OK, refused]);
    let request = browser.client.post(format!("{}/sign-in/options", world.url));
    let answer = request.json(&body).send().await.unwrap();
    let wait: u32 = answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert_eq!(wait, 15);
    world.clock.advance_ms(15_000);
    assert_eq!(browser.post_json("/sign-in/options", &body).await.0, StatusCode::OK);
    world.stop().await;
}

#[tokio::test]
async fn what_was_accepted_is_finished_after_the_server_was_told_to_end() {
    let world = World::start().await;
    let address = world.listens.trim_start_matches("http://").to_owned();
    let mut begun = TcpStream::connect(&address).await.unwrap();
    let head = "POST /common/oauth2/v2.0/token HTTP/1.1\r\nhost: localhost\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 3\r\n\r\na";
    begun.write_all(head.as_bytes()).await.unwrap();
    // The next answer comes after the server has read what stands before.
    Client::new().get(format!("{}/healthz", world.url)).send().await.unwrap();
    let ending = tokio::spawn(world.stop());
    // The listener closes at once; until then connections are taken.
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    begun.write_all(b"=b").await.unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert!(answer.contains("request-id"), "{answer}");
    ending.await.unwrap();
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_travel_compressed() {
    let world = World::start().await;
    let href = server::assets::KEYWARD_CSS.href;
    for (accepted, encoding) in [("br", Some("br")), ("gzip", Some("gzip")), ("identity", None)] {
        let request = Client::new().get(format!("{}{href}", world.url));
        let answer = request.header(ACCEPT_ENCODING, accepted).send().await.unwrap();
        let found = answer.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap());
        assert_eq!(found, encoding);
        assert_eq!(answer.headers()[CACHE_CONTROL], server::assets::CACHE_CONTROL);
    }
    world.stop().await;
}

/// S1: a stranger is answered nothing anywhere but where everybody may be.
#[tokio::test]
async fn every_route_that_is_not_public_turns_a_stranger_away() {
    let (world, _, _) = World::set_up().await;
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for route in server::all_routes() {
        let path = route.path.replace(['{', '}'], "");
        let request = client.request(route.method.clone(), format!("{}{path}", world.url));
        let status = request.send().await.unwrap().status();
        match route.access {
            server::route::Access::Public => assert!(!status.is_server_error(), "{route:?}"),
            server::route::Access::Bearer(_) => {
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{route:?}");
            }
            server::route::Access::Browser => assert!(!status.is_server_error(), "{route:?}"),
            server::route::Access::Session => {
                let turned_away = [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED];
                assert!(turned_away.contains(&status), "{route:?} {status}");
            }
        }
    }
    world.stop().await;
}
