//! Acknowledged means durable: a server that is killed under load has kept all that it answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ctap::{Model, SoftwareAuthenticator};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::sleep;
use webauthn::Aaguid;

use crate::graph::{Credentials, Graph};
use crate::program::{Data, random};

/// How often the server is killed.
const KILLS: u32 = 100;
/// Clients that write at the same time, beside the one that changes the policy.
const WRITERS: u32 = 4;
/// Most microseconds between the beginning of the load and the kill.
const LONGEST_US: u64 = 300_000;

/// What somebody was told about a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    /// The passkey's id, once its registration was acknowledged.
    passkey: Option<String>,
    /// The passkey's deletion was acknowledged.
    passkey_deleted: bool,
    /// The user's deletion was acknowledged.
    deleted: bool,
    /// A request about the user was not answered, so it may have happened or not.
    unsure: bool,
}

/// All that was acknowledged so far.
#[derive(Debug, Default)]
struct Ledger {
    users: BTreeMap<String, Told>,
    /// The last policy that was acknowledged, and one that was not answered.
    policy: Option<String>,
    policy_unsure: Option<String>,
}

type Shared = Arc<Mutex<Ledger>>;

/// The server killed a hundred times at random moments has every user, passkey, deletion and
/// policy that it acknowledged, and whole data.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_killed_a_hundred_times_has_kept_all_that_it_acknowledged() {
    let data = Data::with_organisation();
    let credentials = Credentials::read(&data.json(&Credentials::command()));
    let ledger = Shared::default();
    let number = Arc::new(AtomicU32::new(0));
    let mut touched = Vec::new();
    for kill in 0..KILLS {
        let server = data.serve();
        let graph = Graph::sign_in(&server, &credentials).await;
        check(&graph, &ledger, &touched).await;
        let before: Vec<String> = ledger.lock().unwrap().users.keys().cloned().collect();
        let mut load: Vec<_> = (0..WRITERS)
            .map(|_| {
                let (graph, ledger) = (graph.clone(), Arc::clone(&ledger));
                tokio::spawn(people_come_and_go(graph, ledger, Arc::clone(&number)))
            })
            .collect();
        load.push(tokio::spawn(policies_change(graph, Arc::clone(&ledger), kill)));
        // The moment of the kill is what is being tried out, so it is drawn, not waited for.
        sleep(Duration::from_micros(random() % LONGEST_US)).await;
        server.kill();
        for client in load {
            client.await.unwrap();
        }
        let ledger = ledger.lock().unwrap();
        let is_new = |id: &&String| before.binary_search(id).is_err();
        touched = ledger.users.keys().filter(is_new).cloned().collect();
    }
    let server = data.serve();
    let graph = Graph::sign_in(&server, &credentials).await;
    let everybody: Vec<String> = ledger.lock().unwrap().users.keys().cloned().collect();
    assert!(everybody.len() > 500, "too little was written to prove anything: {}", everybody.len());
    check(&graph, &ledger, &everybody).await;
    assert_eq!(server.stop(), 0);
    assert_eq!(data.json(&["check"])["isWhole"], json!(true));
}

/// Adds people with a passkey each, deletes some passkeys and some people, until the server goes.
async fn people_come_and_go(graph: Graph, ledger: Shared, number: Arc<AtomicU32>) {
    loop {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let Ok(id) = graph.create_user(&format!("person{number}")).await else { return };
        ledger.lock().unwrap().users.insert(id.clone(), Told::default());
        let note = |change: fn(&mut Told, String), text: String| {
            change(ledger.lock().unwrap().users.get_mut(&id).unwrap(), text);
        };
        note(|told, _| told.unsure = true, String::new());
        let Ok(passkey) = provision(&graph, &id, number).await else { return };
        note(|told, passkey| told.passkey = Some(passkey), passkey.clone());
        if number.is_multiple_of(3) {
            let path = format!("/users/{id}/authentication/fido2Methods/{passkey}");
            if !is_deleted(&graph, &path).await {
                return;
            }
            note(|told, _| told.passkey_deleted = true, String::new());
        }
        if number.is_multiple_of(5) {
            if !is_deleted(&graph, &format!("/users/{id}")).await {
                return;
            }
            note(|told, _| told.deleted = true, String::new());
        }
        note(|told, _| told.unsure = false, String::new());
    }
}

/// Registers a passkey on somebody's behalf; its id, unless the server went away.
async fn provision(graph: &Graph, user: &str, number: u32) -> reqwest::Result<String> {
    let path = format!("/users/{user}/authentication/fido2Methods");
    let (status, options) =
        graph.ask(Method::GET, &format!("{path}/creationOptions"), None).await?;
    assert_eq!(status, StatusCode::OK, "{options}");
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    let aaguid = Aaguid::from_bytes([7; 16]);
    let mut key = SoftwareAuthenticator::new(seed, aaguid, Model::security_key());
    let body = key.make_graph_method(&options, &graph.origin(), "Key").unwrap();
    loop {
        let (status, made) = graph.ask(Method::POST, &path, Some(&body)).await?;
        // the policy moves all the time here; a client that is told to try again tries again
        if status == StatusCode::SERVICE_UNAVAILABLE {
            continue;
        }
        assert_eq!(status, StatusCode::CREATED, "{made}");
        return Ok(made["id"].as_str().unwrap().to_owned());
    }
}

async fn is_deleted(graph: &Graph, path: &str) -> bool {
    let Ok((status, body)) = graph.ask(Method::DELETE, path, None).await else { return false };
    assert_eq!(status, StatusCode::NO_CONTENT, "{path}: {body}");
    true
}

const CONFIGURATION: &str =
    "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2";

/// Changes the policy again and again, until the server goes.
async fn policies_change(graph: Graph, ledger: Shared, kill: u32) {
    for step in 0_u32.. {
        let model = format!("{kill:08x}-0000-4000-8000-{step:012x}");
        let restrictions =
            json!({ "isEnforced": true, "enforcementType": "block", "aaGuids": [model] });
        ledger.lock().unwrap().policy_unsure = Some(model.clone());
        let body = json!({ "keyRestrictions": restrictions });
        let Ok((status, body)) = graph.ask(Method::PATCH, CONFIGURATION, Some(&body)).await else {
            return;
        };
        assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
        let mut ledger = ledger.lock().unwrap();
        ledger.policy = Some(model);
        ledger.policy_unsure = None;
    }
}

/// Holds the server against what was acknowledged: these users, and the policy.
async fn check(graph: &Graph, ledger: &Shared, users: &[String]) {
    check_policy(graph, ledger).await;
    for id in users {
        let told = ledger.lock().unwrap().users[id].clone();
        let (status, _) = graph.ask(Method::GET, &format!("/users/{id}"), None).await.unwrap();
        if told.deleted {
            assert_eq!(status, StatusCode::NOT_FOUND, "{id} came back");
            continue;
        }
        if status == StatusCode::NOT_FOUND && told.unsure {
            continue;
        }
        assert_eq!(status, StatusCode::OK, "{id} is gone: {told:?}");
        let path = format!("/users/{id}/authentication/fido2Methods");
        let held = graph.get(&path).await["value"].clone();
        let ids: Vec<&Value> =
            held.as_array().unwrap().iter().map(|passkey| &passkey["id"]).collect();
        match &told.passkey {
            Some(_) if told.passkey_deleted => assert!(ids.is_empty(), "{id}: it came back"),
            Some(passkey) if ids != [passkey] => assert!(told.unsure, "{id}: {passkey} is gone"),
            Some(_) | None => {}
        }
    }
}

async fn check_policy(graph: &Graph, ledger: &Shared) {
    let stored = graph.get(CONFIGURATION).await["keyRestrictions"]["aaGuids"][0].clone();
    let mut ledger = ledger.lock().unwrap();
    let stored = stored.as_str().map(str::to_owned);
    let is_acknowledged = stored == ledger.policy;
    let is_unsure = stored.is_some() && stored == ledger.policy_unsure;
    assert!(is_acknowledged || is_unsure, "{stored:?} is stored, but {ledger:?} was acknowledged");
    ledger.policy = stored;
    ledger.policy_unsure = None;
}
