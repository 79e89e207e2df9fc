//! How long the server takes to say whom a policy change would stop, over HTTP, as an API client.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::client::{Answer, Connection};
use crate::measure::median;
use crate::place::Place;
use crate::process::{Server, operator};

/// Where the FIDO2 configuration is previewed.
const PREVIEW: &str = "/v1.0/policies/authenticationMethodsPolicy/\
     authenticationMethodConfigurations/fido2/impact";
/// The models of the demo that the previewed change would stop: half of its passkeys or so.
const STOPPED: [&str; 2] =
    ["de1e552d-db1d-4423-a619-566b625cdc84", "90a3ccdf-635c-4729-a248-9b709135078f"];

/// An API client that may read the policy.
pub(crate) struct Client {
    tenant: String,
    id: String,
    secret: String,
}

/// What a preview took and told.
pub(crate) struct Preview {
    pub(crate) took: Duration,
    pub(crate) stopping: u64,
}

impl Client {
    /// Registers the client, with the server not running yet.
    pub(crate) fn register(place: &Place) -> Result<Self> {
        let permission = "Policy.ReadWrite.AuthenticationMethod";
        let words = ["app", "add", "--name", "Benchmark", "--permission", permission];
        let printed = operator(place, &words)?;
        let text = |name: &str| -> Result<String> {
            let value = printed.get(name).and_then(Value::as_str);
            Ok(value.with_context(|| format!("app add printed no {name}"))?.to_owned())
        };
        Ok(Self { tenant: text("tenantId")?, id: text("clientId")?, secret: text("clientSecret")? })
    }

    /// Previews the same change several times; the median counts.
    pub(crate) async fn preview(&self, server: &Server, times: usize) -> Result<Preview> {
        let mut connection = Connection::open(server.port).await?;
        let token = self.token(&mut connection).await?;
        let change = json!({
            "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration",
            "keyRestrictions": {
                "isEnforced": true, "enforcementType": "block", "aaGuids": STOPPED,
            },
        });
        let headers = format!("content-type: application/json\r\nauthorization: Bearer {token}");
        let request = post(PREVIEW, &headers, &change.to_string());
        let mut answers = Vec::new();
        for _ in 0..times {
            answers.push(connection.exchange(&request).await?);
        }
        let told = answers.last().context("nothing was previewed")?;
        Ok(Preview {
            stopping: stopping(told)?,
            took: median(answers.iter().map(|answer| answer.took).collect()),
        })
    }

    async fn token(&self, connection: &mut Connection) -> Result<String> {
        let body = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&\
             scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
            self.id, self.secret
        );
        let path = format!("/{}/oauth2/v2.0/token", self.tenant);
        let kind = "content-type: application/x-www-form-urlencoded";
        let answer = connection.exchange(&post(&path, kind, &body)).await?;
        ensure!(answer.status == 200, "the token endpoint answered {}", answer.text());
        let answer: Value = serde_json::from_slice(&answer.body)?;
        let token = answer.get("access_token").and_then(Value::as_str);
        Ok(token.context("there is no token in the answer")?.to_owned())
    }
}

fn stopping(answer: &Answer) -> Result<u64> {
    ensure!(answer.status == 200, "the preview answered {}: {}", answer.status, answer.text());
    let told: Value = serde_json::from_slice(&answer.body)?;
    let count = told.get("stoppingPasskeys").and_then(Value::as_u64);
    count.context("the preview told no stoppingPasskeys")
}

fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head, body.to_owned()].concat().into_bytes()
}
