//! The token endpoint and what clients read before it.

use data_encoding::BASE64;
use identity::access::{Caller, Permission};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use server::RequestInfo;
use server::operations::applications;

use crate::world::{World, form};

const FORM: &str = "application/x-www-form-urlencoded";

struct Known {
    tenant: String,
    client: String,
    secret: String,
    scope: String,
}

async fn known(world: &World) -> Known {
    let (app, request) = (&world.app, RequestInfo::operator(&world.app));
    let permissions = [Permission::UserReadAll].into();
    let name = "Reporter".parse().unwrap();
    let (application, secret, tenant) =
        applications::add(app, &Caller::Operator, name, permissions, &request).await.unwrap();
    Known {
        tenant: tenant.to_string(),
        client: application.client.to_string(),
        secret: secret.expose().clone(),
        scope: format!("{}/.default", world.url),
    }
}

async fn ask(
    world: &World,
    tenant: &str,
    fields: &[(&str, &str)],
    basic: Option<&str>,
) -> (StatusCode, Value) {
    let address = format!("{}/{tenant}/oauth2/v2.0/token", world.url);
    let mut request = Client::new().post(address).header("content-type", FORM);
    if let Some(credentials) = basic {
        let credentials = BASE64.encode(credentials.as_bytes());
        request = request.header("authorization", format!("Basic {credentials}"));
    }
    let answer = request.body(form(fields)).send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_secret_becomes_a_token_in_the_body_and_in_the_header() {
    let (world, _, _) = World::set_up().await;
    let known = known(&world).await;
    let grant = ("grant_type", "client_credentials");
    for scope in [&known.scope, "https://graph.microsoft.com/.default", "http://localhost/.default"]
    {
        let in_body = [
            grant,
            ("client_id", &known.client),
            ("client_secret", &known.secret),
            ("scope", scope),
            ("client_info", "1"),
        ];
        for tenant in [known.tenant.as_str(), "example.org", "organizations", "common"] {
            let (status, answer) = ask(&world, tenant, &in_body, None).await;
            assert_eq!(status, StatusCode::OK, "{tenant} {scope} {answer}");
            assert_eq!(answer["token_type"], "Bearer");
            assert_eq!(answer["expires_in"], 3600);
        }
    }
    let basic = format!("{}:{}", known.client, known.secret);
    let in_header = [grant, ("scope", known.scope.as_str())];
    let (status, answer) = ask(&world, &known.tenant, &in_header, Some(&basic)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let token = answer["access_token"].as_str().unwrap();
    let users = Client::new().get(format!("{}/v1.0/users", world.url)).bearer_auth(token);
    assert_eq!(users.send().await.unwrap().status(), StatusCode::OK);
    world.stop().await;
}

#[tokio::test]
async fn each_fault_has_oauth_s_code_and_a_number() {
    let (world, _, _) = World::set_up().await;
    let known = known(&world).await;
    let grant = ("grant_type", "client_credentials");
    let client = ("client_id", known.client.as_str());
    let secret = ("client_secret", known.secret.as_str());
    let scope = ("scope", known.scope.as_str());
    let nobody = ("client_id", "11111111-1111-1111-1111-111111111111");
    let wrong = ("client_secret", "wrong");
    // What is sent; status, code and number that come back.
    type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str, u32);
    let cases: &[Case<'_>] = &[
        (&[client, secret, scope], 400, "invalid_request", 900_144),
        (&[grant, secret, scope], 400, "invalid_request", 900_144),
        (&[grant, client, secret], 400, "invalid_request", 900_144),
        (&[grant, client, scope], 401, "invalid_client", 7_000_218),
        (&[grant, client, wrong, scope], 401, "invalid_client", 7_000_215),
        (&[grant, nobody, secret, scope], 401, "invalid_client", 7_000_215),
        (&[grant, ("client_id", "x"), secret, scope], 401, "invalid_client", 7_000_215),
        (&[grant, client, secret, ("scope", "User.Read")], 400, "invalid_scope", 70_011),
        (
            &[grant, client, secret, ("scope", "https://a.example/.default")],
            400,
            "invalid_scope",
            70_011,
        ),
        (
            &[("grant_type", "password"), client, secret, scope],
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (&[grant, client, client, secret, scope], 400, "invalid_request", 9_000_411),
    ];
    for (fields, status, error, number) in cases {
        let (answered, body) = ask(&world, &known.tenant, fields, None).await;
        assert_eq!(answered.as_u16(), *status, "{fields:?} {body}");
        assert_eq!(body["error"], *error, "{fields:?}");
        assert_eq!(body["error_codes"], json!([number]));
        let description = body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
        for member in ["trace_id", "correlation_id", "timestamp"] {
            assert!(body[member].is_string(), "{member}");
        }
    }
    let (status, body) = ask(&world, "other.example", &[grant, client, secret, scope], None).await;
    assert_eq!((status.as_u16(), body["error_codes"][0].as_u64()), (400, Some(90_002)));
    world.stop().await;
}

#[tokio::test]
async fn the_configuration_leads_to_the_token_endpoint_and_the_keys() {
    let (world, _, _) = World::set_up().await;
    let known = known(&world).await;
    let read = async |path: &str| -> Value {
        let answer = Client::new().get(format!("{}{path}", world.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    };
    let path = format!("/{}/v2.0/.well-known/openid-configuration", known.tenant);
    let document = read(&path).await;
    let base = format!("{}/{}", world.url, known.tenant);
    assert_eq!(document["issuer"], format!("{base}/v2.0"));
    assert_eq!(document["token_endpoint"], format!("{base}/oauth2/v2.0/token"));
    let keys = read(document["jwks_uri"].as_str().unwrap().strip_prefix(&world.url).unwrap()).await;
    assert_eq!(keys["keys"][0]["alg"], "ES256");
    let open = read("/common/v2.0/.well-known/openid-configuration").await;
    assert_eq!(open["issuer"], format!("{}/{{tenantid}}/v2.0", world.url));
    world.stop().await;
}

#[tokio::test]
async fn before_there_is_an_organisation_nobody_gets_a_token() {
    let world = World::start().await;
    let (status, body) = ask(&world, "common", &[("grant_type", "client_credentials")], None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["error_codes"], json!([90_002]));
    world.stop().await;
}
