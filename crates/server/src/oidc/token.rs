//! The token endpoint: an application proves itself and gets an access token (RFC 6749 §4.4).

use std::collections::BTreeSet;

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use data_encoding::BASE64;
use serde_json::json;

use super::error::Fault;
use super::tenant;
use crate::error::Error;
use crate::operations::applications;
use crate::request::{Call, Pairs};
use crate::secret::Secret;

/// Most parameters of a request; clients send fewer than ten.
const PARAMETERS_MAX: usize = 32;

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) async fn issue(call: Call) -> Result<Response, Error> {
    Ok(match granted(&call).await {
        Ok(answer) => answer,
        Err(fault) => fault.answer(&call.app, &call.info),
    })
}

async fn granted(call: &Call) -> Result<Response, Fault> {
    tenant::of(call).await?;
    let form = call.form()?;
    expect_each_once(&form)?;
    match form.get("grant_type") {
        None | Some("") => return Err(Fault::missing("grant_type")),
        Some("client_credentials") => {}
        Some(other) => return Err(Fault::unsupported_grant(other)),
    }
    let (client, secret) = credentials(call.header("authorization"), &form)?;
    let scope = form.get("scope").map(str::trim).unwrap_or_default();
    if scope.is_empty() {
        return Err(Fault::missing("scope"));
    }
    let (app, secret) = (&call.app, secret.expose());
    let token = applications::token(app, &client, secret, scope, &call.info).await?;
    let body = json!({
        "token_type": "Bearer",
        "expires_in": token.expires_in,
        "ext_expires_in": token.expires_in,
        "access_token": token.jwt.expose(),
    });
    let mut answer = Json(body).into_response();
    // RFC 6749 §5.1: a token must not stay in a cache.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(answer)
}

/// No parameter may stand twice (RFC 6749 §3.2). Whoever asks is a stranger still, so the work is
/// bounded whatever he sends.
fn expect_each_once(form: &Pairs) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (name, _) in form.iter() {
        if !seen.insert(name) {
            return Err(Fault::repeated(name));
        }
        if seen.len() > PARAMETERS_MAX {
            return Err(Fault::too_many(PARAMETERS_MAX));
        }
    }
    Ok(())
}

/// Who asks and how it proves itself: in the header or in the body, not in both (RFC 6749 §2.3.1).
fn credentials(header: Option<&str>, form: &Pairs) -> Result<(String, Secret<String>), Fault> {
    let basic = header.and_then(|header| {
        let (scheme, credentials) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("basic").then_some(credentials.trim())
    });
    let Some(basic) = basic else {
        let client = form.get("client_id").filter(|client| !client.is_empty());
        let client = client.ok_or_else(|| Fault::missing("client_id"))?;
        let secret = form.get("client_secret").filter(|secret| !secret.is_empty());
        let secret = secret.ok_or_else(Fault::secret_missing)?;
        return Ok((client.to_owned(), Secret::new(secret.to_owned())));
    };
    let (client, secret) = read_basic(basic).ok_or_else(Fault::secret_missing)?;
    let other_client = form.get("client_id").is_some_and(|named| named != client);
    if other_client || form.get("client_secret").is_some() {
        return Err(Fault::two_ways());
    }
    Ok((client, Secret::new(secret)))
}

/// Both halves are form-encoded before they are joined.
fn read_basic(credentials: &str) -> Option<(String, String)> {
    let text = String::from_utf8(BASE64.decode(credentials.as_bytes()).ok()?).ok()?;
    let (client, secret) = text.split_once(':')?;
    let decoded = |half: &str| {
        let pairs = Pairs::parse(format!("v={half}").as_bytes()).ok()?;
        pairs.get("v").map(str::to_owned)
    };
    Some((decoded(client)?, decoded(secret)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Pairs {
        Pairs::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_client_proves_itself_in_the_header_or_in_the_body() {
        let in_body = credentials(None, &form("client_id=a&client_secret=b")).unwrap();
        assert_eq!((in_body.0.as_str(), in_body.1.expose().as_str()), ("a", "b"));
        let header = format!("Basic {}", BASE64.encode(b"a:b%2Bc"));
        let in_header = credentials(Some(&header), &form("client_id=a")).unwrap();
        assert_eq!((in_header.0.as_str(), in_header.1.expose().as_str()), ("a", "b+c"));
    }

    #[test]
    fn a_parameter_stands_once_and_there_are_few() {
        let numbered =
            |count: usize| -> String { (0..count).map(|number| format!("p{number}=1&")).collect() };
        assert!(expect_each_once(&form(&numbered(PARAMETERS_MAX))).is_ok());
        for refused in ["a=1&b=2&a=3", &numbered(PARAMETERS_MAX + 1), &numbered(Pairs::MAX)] {
            assert!(expect_each_once(&form(refused)).is_err());
        }
    }

    #[test]
    fn half_a_proof_and_two_proofs_are_refused() {
        let header = format!("Basic {}", BASE64.encode(b"a:b"));
        assert!(credentials(None, &form("client_id=a")).is_err());
        assert!(credentials(None, &form("client_secret=b")).is_err());
        assert!(credentials(Some(&header), &form("client_secret=b")).is_err());
        assert!(credentials(Some(&header), &form("client_id=c")).is_err());
        assert!(credentials(Some("Basic !"), &form("")).is_err());
        assert!(credentials(Some("Basic YQ=="), &form("")).is_err());
    }
}
