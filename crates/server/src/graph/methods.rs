//! `…/authentication/methods`: all methods of a person in one list, each with its type.

use axum::response::Response;
use serde_json::Value;

use super::answer::{self, Items};
use super::body::fault;
use super::users::typed;
use super::{access_pass_methods, ask, fido2_methods};
use crate::error::Error;
use crate::request::Call;

/// `GET …/authentication/methods`.
pub(crate) async fn list(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    let mut value = Vec::new();
    for (_, passkey) in fido2_methods::shown(&call).await? {
        value.push(typed(fido2_methods::wire::TYPE, passkey));
    }
    if let Some((_, pass)) = access_pass_methods::shown(&call).await? {
        value.push(typed(access_pass_methods::TYPE, pass));
    }
    Ok(answer::collection(&call, &context(&call), &query, Items::all(value)))
}

/// `GET …/authentication/methods/{method}`.
pub(crate) async fn get(call: Call) -> Result<Response, Error> {
    let name = call.path.get("method");
    let found = find(&call).await?;
    let found = found.ok_or_else(|| Error::not_found(format_args!("the method '{name}'")))?;
    Ok(answer::entity(&call, &format!("{}/$entity", context(&call)), found))
}

async fn find(call: &Call) -> Result<Option<Value>, Error> {
    let passkeys = fido2_methods::shown(call).await?;
    for id in ask::passkey_ids(call) {
        if let Some((_, passkey)) = passkeys.iter().find(|(known, _)| *known == id) {
            return Ok(Some(typed(fido2_methods::wire::TYPE, passkey.clone())));
        }
    }
    let pass = access_pass_methods::shown(call).await?;
    let pass = pass.filter(|(id, _)| id.to_string().eq_ignore_ascii_case(call.path.get("method")));
    Ok(pass.map(|(_, pass)| typed(access_pass_methods::TYPE, pass)))
}

/// `POST …/authentication/methods`: the type says what is made.
pub(crate) async fn create(call: Call) -> Result<Response, Error> {
    let body = ask::object(&call)?;
    let kind = body.annotation("@odata.type").unwrap_or_default().trim_start_matches('#');
    let is = |known: &str| known.trim_start_matches('#').eq_ignore_ascii_case(kind);
    if is(fido2_methods::wire::TYPE) {
        fido2_methods::create_from(&call, body).await
    } else if is(access_pass_methods::TYPE) {
        access_pass_methods::issue_from(&call, body).await
    } else {
        let problem = format!(
            "says what is made: send {} or {}",
            fido2_methods::wire::TYPE,
            access_pass_methods::TYPE
        );
        Err(fault("@odata.type", &problem))
    }
}

fn context(call: &Call) -> String {
    format!("users('{}')/authentication/methods", call.path.get("user"))
}
