//! Two servers on one PostgreSQL: what one began the other finishes, and nothing happens twice.

use std::collections::BTreeMap;

use ctap::{Model, SoftwareAuthenticator};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use webauthn::Aaguid;

use crate::database::Database;
use crate::graph::{Credentials, Graph};
use crate::program::{Data, Run, Server, command};

/// How often the same answer is sent to both at once.
const ROUNDS: u32 = 20;
/// What browsers call the service, whichever server answers.
const PUBLIC_URL: &str = "http://localhost:8080";

/// Two servers of one service.
#[derive(Debug)]
struct Pair {
    one: Server,
    other: Server,
    credentials: Credentials,
    _data: Data,
}

impl Pair {
    fn start(database: &Database) -> Self {
        let data = Data::empty();
        let url = database.url();
        // Both at once: they race to make the tables, the keys and the settings.
        let start = || {
            let database = ["--database-url", &url, "--public-url", PUBLIC_URL];
            Server::start(&[&database[..], &["--data", data.text()]].concat())
        };
        let (one, other) = std::thread::scope(|scope| {
            let other = scope.spawn(start);
            (start(), other.join().unwrap())
        });
        let on_database = |arguments: &[&str]| {
            let place = ["--database-url", &url, "--data", data.text(), "--json"];
            Run::of(command(&[arguments, &place].concat())).done()
        };
        on_database(&["init", "--organisation", "Example", "--domain", "example.org"]);
        let printed = on_database(&Credentials::command());
        let credentials = Credentials::read(&serde_json::from_str(&printed).unwrap());
        Self { one, other, credentials, _data: data }
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

fn key(number: u32) -> SoftwareAuthenticator {
    let mut seed = [1; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    SoftwareAuthenticator::new(seed, Aaguid::from_bytes([7; 16]), Model::security_key())
}

/// Registers a passkey: options from one server, and the same answer sent to both, twice each, at
/// the same moment. Returns what was answered.
async fn register(
    pair: [&Graph; 2],
    user: &str,
    key: &mut SoftwareAuthenticator,
) -> Vec<StatusCode> {
    let path = format!("/users/{user}/authentication/fido2Methods");
    let options = pair[0].get(&format!("{path}/creationOptions")).await;
    let body = key.make_graph_method(&options, &pair[0].origin(), "Key").unwrap();
    let send = |graph: &Graph| {
        let (graph, path, body) = (graph.clone(), path.clone(), body.clone());
        tokio::spawn(async move { graph.ask(Method::POST, &path, Some(&body)).await.unwrap().0 })
    };
    let sent = [send(pair[1]), send(pair[0]), send(pair[1]), send(pair[0])];
    let mut statuses = Vec::new();
    for answer in sent {
        statuses.push(answer.await.unwrap());
    }
    statuses
}

fn exactly_one(statuses: &[StatusCode], success: StatusCode) {
    let successes = statuses.iter().filter(|status| **status == success).count();
    assert_eq!(successes, 1, "{statuses:?}");
    let refused = statuses.iter().filter(|status| status.is_client_error()).count();
    assert_eq!(refused + successes, statuses.len(), "{statuses:?}");
}

#[test]
fn a_registration_begun_at_one_server_is_finished_once_at_either() {
    let database = Database::create();
    let pair = Pair::start(&database);
    runtime().block_on(async {
        let one = Graph::sign_in(&pair.one, &pair.credentials).await;
        let other = Graph::sign_in(&pair.other, &pair.credentials).await;
        for round in 0..ROUNDS {
            let user = one.create_user(&format!("person{round}")).await.unwrap();
            let statuses = register([&one, &other], &user, &mut key(round)).await;
            exactly_one(&statuses, StatusCode::CREATED);
            let path = format!("/users/{user}/authentication/fido2Methods");
            let held = other.get(&path).await;
            assert_eq!(held["value"].as_array().unwrap().len(), 1, "{held}");
        }
    });
}

/// A browser that speaks to whichever server it is told.
#[derive(Debug)]
struct Browser {
    client: Client,
    cookie: String,
    csrf: String,
    context: String,
}

impl Browser {
    async fn open(server: &Server) -> Self {
        let client = Client::new();
        let address = format!("http://{}/sign-in", server.listen);
        let page = client.get(address).header("host", "localhost:8080").send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let cookies: Vec<String> = page
            .headers()
            .get_all("set-cookie")
            .iter()
            .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned())
            .collect();
        let html = page.text().await.unwrap();
        let attribute = |name: &str| {
            let (_, rest) = html.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let (csrf, context) = (attribute("data-csrf"), attribute("data-context"));
        Self { client, cookie: cookies.join("; "), csrf, context }
    }

    fn post(&self, server: &Server, path: &str, more: &Value) -> reqwest::RequestBuilder {
        let mut body: BTreeMap<String, Value> = serde_json::from_value(more.clone()).unwrap();
        body.insert("csrf".to_owned(), json!(self.csrf));
        body.insert("context".to_owned(), json!(self.context));
        self.client
            .post(format!("http://{}{path}", server.listen))
            .header("host", "localhost:8080")
            .header("origin", PUBLIC_URL)
            .header("sec-fetch-site", "same-origin")
            .header("cookie", &self.cookie)
            .json(&body)
    }
}

#[test]
fn a_sign_in_begun_at_one_server_is_finished_once_at_either() {
    let database = Database::create();
    let pair = Pair::start(&database);
    runtime().block_on(async {
        let one = Graph::sign_in(&pair.one, &pair.credentials).await;
        let other = Graph::sign_in(&pair.other, &pair.credentials).await;
        let user = one.create_user("ana").await.unwrap();
        let mut key = key(1_000);
        exactly_one(&register([&one, &other], &user, &mut key).await, StatusCode::CREATED);
        for _ in 0..ROUNDS {
            let browser = Browser::open(&pair.one).await;
            let options = browser.post(&pair.one, "/sign-in/options", &json!({})).send().await;
            let options: Value = options.unwrap().json().await.unwrap();
            let credential = key.get_assertion(&options["publicKey"], PUBLIC_URL).unwrap();
            let answer = json!({ "credential": credential });
            let send = |server| {
                let request = browser.post(server, "/sign-in/passkey", &answer);
                tokio::spawn(async move { request.send().await.unwrap().status() })
            };
            let sent = [send(&pair.other), send(&pair.one), send(&pair.other), send(&pair.one)];
            let mut statuses = Vec::new();
            for answer in sent {
                statuses.push(answer.await.unwrap());
            }
            exactly_one(&statuses, StatusCode::OK);
        }
    });
}
