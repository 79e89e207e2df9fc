//! What clients read before they ask for a token: the configuration and the keys.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::tenant::{self, Tenant};
use crate::error::Error;
use crate::request::Call;

/// How long clients may keep what they read here, seconds.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// `GET /{tenant}/v2.0/.well-known/openid-configuration` (OpenID Connect Discovery 1.0 §4).
pub(crate) async fn configuration(call: Call) -> Result<Response, Error> {
    let tenant = match tenant::of(&call).await {
        Ok(tenant) => tenant,
        Err(fault) => return Ok(fault.answer(&call.app, &call.info)),
    };
    Ok(cached(document(&call, &tenant)))
}

fn document(call: &Call, tenant: &Tenant) -> Value {
    let address = &call.app.settings().public_url;
    let at = format!("{address}/{}", tenant.segment);
    let issuer = if tenant.is_open {
        // Which organisation it will be is known only from the token.
        format!("{address}/{{tenantid}}/v2.0")
    } else {
        call.app.issuer(tenant.id)
    };
    json!({
        "issuer": issuer,
        "token_endpoint": format!("{at}/oauth2/v2.0/token"),
        "jwks_uri": format!("{at}/discovery/v2.0/keys"),
        // Named because Microsoft's libraries read it; interactive grants are not served yet.
        "authorization_endpoint": format!("{at}/oauth2/v2.0/authorize"),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "response_types_supported": [],
        "response_modes_supported": [],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": [format!("{address}/.default")],
        "claims_supported":
            ["sub", "iss", "aud", "exp", "iat", "nbf", "tid", "oid", "appid", "roles"],
        "request_uri_parameter_supported": false,
        "tenant_region_scope": null,
        "cloud_instance_name": host(call),
        "cloud_graph_host_name": host(call),
        "msgraph_host": host(call),
    })
}

fn host(call: &Call) -> &str {
    call.app.settings().public_url.host().unwrap_or_default()
}

/// `GET /{tenant}/discovery/v2.0/keys` (RFC 7517 §5).
pub(crate) async fn keys(call: Call) -> Result<Response, Error> {
    match tenant::of(&call).await {
        Ok(_) => Ok(cached(json!({ "keys": [call.app.jwk()] }))),
        Err(fault) => Ok(fault.answer(&call.app, &call.info)),
    }
}

fn cached(body: Value) -> Response {
    let mut answer = Json(body).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, CACHED);
    answer
}
