//! Graph and the token endpoint, as scripts and official clients use them.

#[path = "graph/bad_input.rs"]
mod bad_input;
#[path = "graph/directory.rs"]
mod directory;
#[path = "graph/passkeys.rs"]
mod passkeys;
#[path = "graph/policy.rs"]
mod policy;
#[path = "graph/reports.rs"]
mod reports;
#[path = "graph/token.rs"]
mod token;

use identity::access::Permission;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::world::{Api, World};

/// An answer with everything that tests look at.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    /// Our own code of an error.
    fn code(&self) -> &str {
        self.body["error"]["innerError"]["code"].as_str().unwrap_or_default()
    }

    /// The property at fault.
    fn target(&self) -> &str {
        self.body["error"]["details"][0]["target"].as_str().unwrap_or_default()
    }
}

/// Sends a request as an application; `body` may be null for none.
async fn send(api: &Api, method: Method, path: &str, body: &Value) -> Answer {
    let mut request = api.request(method, path);
    if !body.is_null() {
        request = request.json(body);
    }
    answered(request).await
}

async fn answered(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status, headers, body }
}

async fn get(api: &Api, path: &str) -> Answer {
    send(api, Method::GET, path, &Value::Null).await
}

async fn post(api: &Api, path: &str, body: &Value) -> Answer {
    send(api, Method::POST, path, body).await
}

async fn patch(api: &Api, path: &str, body: &Value) -> Answer {
    send(api, Method::PATCH, path, body).await
}

async fn delete(api: &Api, path: &str) -> Answer {
    send(api, Method::DELETE, path, &Value::Null).await
}

/// An application that may do everything here.
async fn mighty(world: &World) -> Api {
    world
        .client(&[
            Permission::PolicyReadWriteAuthenticationMethod,
            Permission::UserReadWriteAll,
            Permission::GroupReadWriteAll,
            Permission::UserAuthenticationMethodReadWriteAll,
            Permission::RoleManagementReadWriteDirectory,
            Permission::AuditLogReadAll,
        ])
        .await
}
