//! One of a person's own passkeys: naming and deleting it.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::passkey::{AttestationLevel, PasskeyName};
use webauthn::CredentialId;

use super::super::done::Done;
use super::super::view::{Fact, Field, SecurityInfoDelete, SecurityInfoName};
use super::super::{answer, frame, inside, shown};
use super::{method, own, sign_in_again};
use crate::error::Error;
use crate::operations::passkeys::{self, PasskeyView};
use crate::request::Call;
use crate::route::Route;

/// The routes of one passkey.
pub(super) fn routes() -> Vec<Route> {
    vec![
        inside(Method::GET, "/security-info/passkeys/{passkey}/name", show_name),
        inside(Method::POST, "/security-info/passkeys/{passkey}/name", take_name),
        inside(Method::GET, "/security-info/passkeys/{passkey}/delete", show_delete),
        inside(Method::POST, "/security-info/passkeys/{passkey}/delete", delete),
    ]
}

/// `GET /security-info/passkeys/{id}/name`.
async fn show_name(call: Call) -> Result<Response, Error> {
    if let Some(elsewhere) = sign_in_again(&call)? {
        return Ok(elsewhere);
    }
    let found = find(&call).await?;
    let name = Field { value: found.passkey.name.as_str().to_owned(), error: String::new() };
    answer::html(StatusCode::OK, &naming(&call, &found, name).await?)
}

/// `POST /security-info/passkeys/{id}/name`: an empty name keeps the one it has (S86).
async fn take_name(call: Call) -> Result<Response, Error> {
    if let Some(elsewhere) = sign_in_again(&call)? {
        return Ok(elsewhere);
    }
    let typed = call.form()?.get("name").unwrap_or_default().to_owned();
    if !typed.trim().is_empty() {
        match typed.parse::<PasskeyName>() {
            Ok(name) => {
                let caller = call.caller()?;
                let (own, id) = (own(&call)?, id(&call)?);
                passkeys::rename(&call.app, caller, &own, &id, &name, &call.info).await?;
            }
            Err(error) => {
                let found = find(&call).await?;
                let name = Field { value: typed, error: format!("name: {error}") };
                let page = naming(&call, &found, name).await?;
                return answer::html(StatusCode::UNPROCESSABLE_ENTITY, &page);
            }
        }
    }
    Ok(answer::see_other(&Done::PasskeyAdded.at("/security-info")))
}

/// `GET /security-info/passkeys/{id}/delete`: asks first, and says what stays on the device (S90).
async fn show_delete(call: Call) -> Result<Response, Error> {
    if let Some(elsewhere) = sign_in_again(&call)? {
        return Ok(elsewhere);
    }
    let id = id(&call)?;
    let all = passkeys::list(&call.app, call.caller()?, &own(&call)?).await?;
    let found = all
        .iter()
        .find(|view| view.passkey.id == id)
        .ok_or_else(|| Error::not_found("the passkey"))?;
    let others = all.iter().filter(|view| view.passkey.id != id);
    let page = SecurityInfoDelete {
        frame: frame::signed_in(&call).await?,
        action_href: format!("/security-info/passkeys/{}/delete", id.to_base64url()),
        method: method(found),
        reminder: shown::reminder(&found.passkey, found.model.as_deref()),
        last_one: others.into_iter().all(|view| !view.verdict.is_allowed()),
    };
    answer::html(StatusCode::OK, &page)
}

/// `POST /security-info/passkeys/{id}/delete`.
async fn delete(call: Call) -> Result<Response, Error> {
    if let Some(elsewhere) = sign_in_again(&call)? {
        return Ok(elsewhere);
    }
    let caller = call.caller()?;
    passkeys::delete(&call.app, caller, &own(&call)?, &id(&call)?, &call.info).await?;
    Ok(answer::see_other(&Done::PasskeyDeleted.at("/security-info")))
}

async fn find(call: &Call) -> Result<PasskeyView, Error> {
    passkeys::get(&call.app, call.caller()?, &own(call)?, &id(call)?).await
}

fn id(call: &Call) -> Result<CredentialId, Error> {
    CredentialId::from_base64url(call.path.get("passkey"))
        .map_err(|_| Error::not_found("the passkey"))
}

async fn naming(call: &Call, found: &PasskeyView, name: Field) -> Result<SecurityInfoName, Error> {
    let fact = |term: &str, value: &str| Fact { term: term.to_owned(), value: value.to_owned() };
    let attested = match found.passkey.facts.attestation {
        AttestationLevel::Attested => "Yes",
        AttestationLevel::NotAttested => "No",
    };
    Ok(SecurityInfoName {
        frame: frame::signed_in(call).await?,
        action_href: format!("/security-info/passkeys/{}/name", found.passkey.id.to_base64url()),
        icon: shown::icon(&found.passkey),
        name,
        facts: vec![
            fact("Provider", found.model.as_deref().unwrap_or("Unknown model")),
            fact("Type", shown::type_name(found.passkey.facts.passkey_type)),
            fact("Make proven by attestation", attested),
        ],
    })
}
