//! An API client: a token by client credentials, and requests in Graph's shape.

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::program::Server;

/// Permissions for everything that these tests do.
pub(crate) const PERMISSIONS: &[&str] = &[
    "User.ReadWrite.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "Policy.ReadWrite.AuthenticationMethod",
    "AuditLog.Read.All",
];

/// What `keyward app add --json` printed.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) tenant: String,
    pub(crate) client: String,
    pub(crate) secret: String,
}

impl Credentials {
    /// The command that makes them.
    pub(crate) fn command() -> Vec<&'static str> {
        let mut words = vec!["app", "add", "--name", "Test"];
        words.extend(PERMISSIONS.iter().flat_map(|name| ["--permission", *name]));
        words
    }

    pub(crate) fn read(printed: &Value) -> Self {
        let text = |name: &str| printed[name].as_str().unwrap().to_owned();
        Self { tenant: text("tenantId"), client: text("clientId"), secret: text("clientSecret") }
    }
}

/// A client that is signed in to one server.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    client: Client,
    /// Where the server listens.
    base: String,
    /// What browsers call the server: the host that it answers to.
    host: String,
    token: String,
}

impl Graph {
    /// Gets a token.
    pub(crate) async fn sign_in(server: &Server, credentials: &Credentials) -> Self {
        let host = server.url.split("://").nth(1).unwrap().to_owned();
        let base = format!("http://{}", server.listen);
        let client = Client::new();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={}",
            credentials.client, credentials.secret, "https%3A%2F%2Fgraph.microsoft.com%2F.default",
        );
        let answer = client
            .post(format!("{base}/{}/oauth2/v2.0/token", credentials.tenant))
            .header("host", &host)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{body}");
        let token = body["access_token"].as_str().unwrap().to_owned();
        Self { client, base, host, token }
    }

    /// Sends a request; an error means that the server did not answer.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<Response> {
        let mut request = self
            .client
            .request(method, format!("{}/v1.0{path}", self.base))
            .header("host", &self.host)
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await
    }

    /// Sends a request and reads the whole answer: only then is it acknowledged.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<(StatusCode, Value)> {
        let answer = self.send(method, path, body).await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    /// Reads something that exists.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, None).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// Creates a user; its id, unless the server went away.
    pub(crate) async fn create_user(&self, name: &str) -> reqwest::Result<String> {
        let body = json!({
            "accountEnabled": true,
            "displayName": name,
            "mailNickname": name,
            "userPrincipalName": format!("{name}@example.org"),
        });
        let (status, body) = self.ask(Method::POST, "/users", Some(&body)).await?;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        Ok(body["id"].as_str().unwrap().to_owned())
    }

    /// The origin that pages of the server have.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.host)
    }
}
