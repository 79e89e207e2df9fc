//! A person's passkeys: list, read, rename, delete, and register on behalf or for oneself.

pub(crate) mod wire;

use axum::response::Response;
use identity::access::{Caller, SignedInPerson};
use identity::passkey::PasskeyName;
use identity::refusal::Refusal;
use serde_json::{Value, json};
use webauthn::CredentialId;

use super::answer::{self, Items};
use super::ask::{self, Version};
use super::body::{Object, fault, needed};
use super::{moment, passkey_id};
use crate::error::Error;
use crate::operations::passkeys::{self, PasskeyView};
use crate::operations::registration::{self, RegistrarRef};
use crate::operations::users::UserRef;
use crate::request::Call;
use wire::NewPasskey;

/// The option that says how long the options of a registration are good for.
const TIMEOUT: &str = "challengeTimeoutInMinutes";

/// `GET …/fido2Methods`.
pub(crate) async fn list(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    let user = ask::user(&call)?;
    let views = passkeys::list(&call.app, call.caller()?, &user).await?;
    let version = ask::version(&call);
    let value = views.iter().map(|view| wire::to_json(view, version)).collect();
    Ok(answer::collection(&call, &context(&call), &query, Items::all(value)))
}

/// `GET …/fido2Methods/{method}`.
pub(crate) async fn get(call: Call) -> Result<Response, Error> {
    let user = ask::user(&call)?;
    let view = find(&call, &user).await?;
    let shown = wire::to_json(&view, ask::version(&call));
    Ok(answer::entity(&call, &format!("{}/$entity", context(&call)), shown))
}

/// `DELETE …/fido2Methods/{method}`.
pub(crate) async fn delete(call: Call) -> Result<Response, Error> {
    let user = ask::user(&call)?;
    let mut refused = unknown(&call);
    for id in ask::passkey_ids(&call) {
        match passkeys::delete(&call.app, call.caller()?, &user, &id, &call.info).await {
            Err(error) if is_unknown(&error) => refused = error,
            other => return other.map(|()| answer::no_content()),
        }
    }
    Err(refused)
}

/// `PATCH …/fido2Methods/{method}`: the name is all that can be changed.
pub(crate) async fn rename(call: Call) -> Result<Response, Error> {
    let mut body = ask::object(&call)?;
    body.ignore(&["id", "createdDateTime", "lastUsedDateTime", "aaGuid", "model"]);
    body.ignore(&["attestationCertificates", "attestationLevel", "passkeyType"]);
    let name: Option<PasskeyName> = body.parsed("displayName")?;
    let name = needed(name, "displayName")?;
    body.finish()?;
    let user = ask::user(&call)?;
    let view = find(&call, &user).await?;
    let (caller, id) = (call.caller()?, &view.passkey.id);
    passkeys::rename(&call.app, caller, &user, id, &name, &call.info).await?;
    Ok(answer::no_content())
}

/// The passkey that the path names: a token can be read in two ways, the one on record counts.
async fn find(call: &Call, user: &UserRef) -> Result<PasskeyView, Error> {
    find_among(call, user, &ask::passkey_ids(call)).await
}

async fn find_among(
    call: &Call,
    user: &UserRef,
    ids: &[CredentialId],
) -> Result<PasskeyView, Error> {
    let mut refused = unknown(call);
    for id in ids {
        match passkeys::get(&call.app, call.caller()?, user, id).await {
            Err(error) if is_unknown(&error) => refused = error,
            other => return other,
        }
    }
    Err(refused)
}

fn unknown(call: &Call) -> Error {
    Error::not_found(format_args!("the passkey '{}'", call.path.get("method")))
}

fn is_unknown(error: &Error) -> bool {
    matches!(error, Error::Refused(Refusal::NotFound { .. }))
}

/// `GET …/fido2Methods/creationOptions`.
pub(crate) async fn creation_options(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    let timeout = timeout(query.custom(TIMEOUT), ask::version(&call))?;
    let user = ask::user(&call)?;
    let begun =
        registration::begin(&call.app, registrar(&call, &user)?, timeout, &call.info).await?;
    let options = json!({
        "challengeTimeoutDateTime": moment::to_text(begun.expires_at),
        "publicKey": begun.options.to_json(),
    });
    let context = "microsoft.graph.webauthnCredentialCreationOptions";
    Ok(answer::entity(&call, context, options))
}

fn timeout(text: Option<&str>, version: Version) -> Result<Option<u32>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if version == Version::V1 {
        return Err(fault(TIMEOUT, "is not known in v1.0, where it is 5 minutes: use beta"));
    }
    let minutes = text.parse().map(Some);
    minutes.map_err(|_| fault(TIMEOUT, &format!("{text:?} is not a whole number of minutes")))
}

/// `POST …/fido2Methods`.
pub(crate) async fn create(call: Call) -> Result<Response, Error> {
    let body = ask::object(&call)?;
    create_from(&call, body).await
}

/// Registers what a body carries.
pub(crate) async fn create_from(call: &Call, body: Object) -> Result<Response, Error> {
    let NewPasskey { response, name } = NewPasskey::parse(body)?;
    let user = ask::user(call)?;
    let registrar = registrar(call, &user)?;
    let passkey = registration::finish(&call.app, registrar, response, name, &call.info).await?;
    let holder = UserRef::Id(passkey.user);
    let shown = match find_among(call, &holder, std::slice::from_ref(&passkey.id)).await {
        Ok(view) => wire::to_json(&view, ask::version(call)),
        // Deleted again meanwhile: it was registered nevertheless.
        Err(_) => json!({ "id": passkey_id::token(&passkey.id) }),
    };
    let path = format!(
        "/users/{}/authentication/fido2Methods/{}",
        passkey.user,
        passkey_id::token(&passkey.id)
    );
    Ok(answer::created(call, &format!("{}/$entity", context(call)), shown, &path))
}

/// Who registers: a person for himself in his session, everybody else on behalf.
fn registrar<'a>(call: &'a Call, user: &'a UserRef) -> Result<RegistrarRef<'a>, Error> {
    let caller = call.caller()?;
    Ok(match caller {
        Caller::Person(signed_in) if is_own(signed_in, user) => RegistrarRef::Own(signed_in),
        Caller::Person(_) | Caller::Application { .. } | Caller::Operator => {
            RegistrarRef::OnBehalf(caller, user)
        }
    })
}

fn is_own(signed_in: &SignedInPerson, user: &UserRef) -> bool {
    let own = &signed_in.person.user;
    match user {
        UserRef::Id(id) => *id == own.id,
        UserRef::Upn(upn) => upn.to_lowercase() == own.upn.folded(),
    }
}

fn context(call: &Call) -> String {
    format!("users('{}')/authentication/fido2Methods", call.path.get("user"))
}

/// The passkeys of the person whom the path names, each with its type, for the list of all
/// methods.
pub(crate) async fn shown(call: &Call) -> Result<Vec<(CredentialId, Value)>, Error> {
    let user = ask::user(call)?;
    let views = passkeys::list(&call.app, call.caller()?, &user).await?;
    let version = ask::version(call);
    let shown = |view: &PasskeyView| (view.passkey.id.clone(), wire::to_json(view, version));
    Ok(views.iter().map(shown).collect())
}
