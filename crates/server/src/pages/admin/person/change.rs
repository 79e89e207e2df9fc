//! Acting on a person: deleting a passkey, switching the account, ending sessions.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::directory::AccountState;
use identity::directory_changes::UserPatch;
use webauthn::CredentialId;

use super::super::super::done::Done;
use super::super::super::view::Confirm;
use super::super::super::{answer, frame, inside, shown};
use super::{href, user};
use crate::error::Error;
use crate::operations::users::UserRef;
use crate::operations::{passkeys, users};
use crate::request::Call;
use crate::route::Route;

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        inside(Method::GET, "/admin/users/{user}/passkeys/{passkey}/delete", ask),
        inside(Method::POST, "/admin/users/{user}/passkeys/{passkey}/delete", delete),
        inside(Method::POST, "/admin/users/{user}/account", account),
    ]
}

/// `GET /admin/users/{id}/passkeys/{id}/delete`.
async fn ask(call: Call) -> Result<Response, Error> {
    let user = user(&call).await?;
    let id = id(&call)?;
    let target = UserRef::Id(user.id);
    let found = passkeys::get(&call.app, call.caller()?, &target, &id).await?;
    let mut method = shown::passkey(&found.passkey, found.model.as_deref());
    method.usable = found.verdict.is_allowed();
    let page = Confirm {
        frame: frame::signed_in(&call).await?,
        title: format!("Delete this passkey of {}?", user.display_name),
        paragraphs: vec![
            "From this moment on it cannot be used to sign in.".to_owned(),
            "It stays on the person’s device until they remove it there: tell them to.".to_owned(),
        ],
        method: Some(method),
        action_href: format!("{}/passkeys/{}/delete", href(&user), id.to_base64url()),
        label: "Delete passkey".to_owned(),
        cancel_href: href(&user),
    };
    answer::html(StatusCode::OK, &page)
}

/// `POST /admin/users/{id}/passkeys/{id}/delete`.
async fn delete(call: Call) -> Result<Response, Error> {
    let user = user(&call).await?;
    let target = UserRef::Id(user.id);
    passkeys::delete(&call.app, call.caller()?, &target, &id(&call)?, &call.info).await?;
    Ok(answer::see_other(&Done::TheirPasskeyDeleted.at(&href(&user))))
}

/// `POST /admin/users/{id}/account`.
async fn account(call: Call) -> Result<Response, Error> {
    let user = user(&call).await?;
    let (caller, target) = (call.caller()?, UserRef::Id(user.id));
    let form = call.form()?;
    let done = match form.get("action").unwrap_or_default() {
        "revoke" => {
            users::revoke_sessions(&call.app, caller, &target, &call.info).await?;
            Done::Revoked
        }
        "disable" => {
            let patch = UserPatch { state: Some(AccountState::Disabled), ..UserPatch::default() };
            users::change(&call.app, caller, &target, patch, &call.info).await?;
            Done::Disabled
        }
        "enable" => {
            let patch = UserPatch { state: Some(AccountState::Enabled), ..UserPatch::default() };
            users::change(&call.app, caller, &target, patch, &call.info).await?;
            Done::Enabled
        }
        _ => return Err(Error::bad_property("action", "choose enable, disable or revoke")),
    };
    Ok(answer::see_other(&done.at(&href(&user))))
}

fn id(call: &Call) -> Result<CredentialId, Error> {
    CredentialId::from_base64url(call.path.get("passkey"))
        .map_err(|_| Error::not_found("the passkey"))
}
