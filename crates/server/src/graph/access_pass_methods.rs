//! A person's Temporary Access Pass: issue, read, delete.

use axum::response::Response;
use identity::AccessPassId;
use identity::access_pass::{AccessPass, PassState};
use identity::policy::{AccessPassConfiguration, MethodState};
use identity::session::PassUsage;
use serde_json::{Value, json};

use super::answer::{self, Items};
use super::body::Object;
use super::{ask, moment};
use crate::error::Error;
use crate::operations::access_passes::{self, PassRequest};
use crate::request::Call;

/// The type, for lists that hold several.
pub(crate) const TYPE: &str = "#microsoft.graph.temporaryAccessPassAuthenticationMethod";

/// `GET …/temporaryAccessPassMethods`: none or one.
pub(crate) async fn list(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    let value = shown(&call).await?.into_iter().map(|(_, pass)| pass).collect();
    Ok(answer::collection(&call, &context(&call), &query, Items::all(value)))
}

/// `GET …/temporaryAccessPassMethods/{method}`.
pub(crate) async fn get(call: Call) -> Result<Response, Error> {
    let id = id(&call)?;
    let found = shown(&call).await?.filter(|(known, _)| *known == id);
    let (_, pass) = found.ok_or_else(|| Error::not_found(format_args!("the access pass {id}")))?;
    Ok(answer::entity(&call, &format!("{}/$entity", context(&call)), pass))
}

/// `POST …/temporaryAccessPassMethods`.
pub(crate) async fn issue(call: Call) -> Result<Response, Error> {
    let body = ask::optional_object(&call)?;
    issue_from(&call, body).await
}

/// Issues what a body asks for; the secret is in this answer and in no other.
pub(crate) async fn issue_from(call: &Call, mut body: Object) -> Result<Response, Error> {
    body.ignore(&["id", "createdDateTime", "temporaryAccessPass", "isUsable"]);
    body.ignore(&["methodUsabilityReason"]);
    let starts_at = body.text("startDateTime")?;
    let asked = PassRequest {
        lifetime_minutes: body.number("lifetimeInMinutes")?,
        starts_at: starts_at.map(|at| moment::parse(&at, "startDateTime")).transpose()?,
        usage: body
            .boolean("isUsableOnce")?
            .map(|is_once| if is_once { PassUsage::Once } else { PassUsage::Many }),
    };
    body.finish()?;
    let user = ask::user(call)?;
    let issued = access_passes::issue(&call.app, call.caller()?, &user, &asked, &call.info).await?;
    let is_allowed = issued.warning == identity::administration::PassWarning::None;
    let mut pass = to_json(&issued.pass, call, is_allowed);
    if let Value::Object(members) = &mut pass {
        members.insert("temporaryAccessPass".to_owned(), json!(issued.secret.expose()));
    }
    let path = format!(
        "/users/{}/authentication/temporaryAccessPassMethods/{}",
        issued.pass.user, issued.pass.id
    );
    Ok(answer::created(call, &format!("{}/$entity", context(call)), pass, &path))
}

/// `DELETE …/temporaryAccessPassMethods/{method}`.
pub(crate) async fn delete(call: Call) -> Result<Response, Error> {
    let (user, id) = (ask::user(&call)?, id(&call)?);
    access_passes::delete(&call.app, call.caller()?, &user, Some(id), &call.info).await?;
    Ok(answer::no_content())
}

fn id(call: &Call) -> Result<AccessPassId, Error> {
    ask::id(call, "method", "the access pass")
}

fn context(call: &Call) -> String {
    format!("users('{}')/authentication/temporaryAccessPassMethods", call.path.get("user"))
}

/// The pass of the person whom the path names, as Graph shows it.
///
/// # Errors
/// A refusal without permission or when there is no such user.
pub(crate) async fn shown(call: &Call) -> Result<Option<(AccessPassId, Value)>, Error> {
    let user = ask::user(call)?;
    let pass = access_passes::get(&call.app, call.caller()?, &user).await?;
    let Some(pass) = pass else {
        return Ok(None);
    };
    let is_allowed = is_allowed(call, &pass)?;
    Ok(Some((pass.id, to_json(&pass, call, is_allowed))))
}

/// Whether the policy lets the holder use a pass at this moment (S117).
fn is_allowed(call: &Call, pass: &AccessPass) -> Result<bool, Error> {
    call.app.read(|snapshot| {
        let configuration: AccessPassConfiguration = snapshot.access_pass_configuration()?.value;
        if configuration.state == MethodState::Disabled {
            return Ok(false);
        }
        let person = snapshot.person(pass.user)?;
        Ok(person.is_some_and(|person| configuration.admit(&person.groups)))
    })
}

fn to_json(pass: &AccessPass, call: &Call, is_allowed: bool) -> Value {
    let (is_usable, reason) = match pass.state(call.app.now()) {
        PassState::Usable if is_allowed => (true, "EnabledByPolicy"),
        PassState::Usable => (false, "DisabledByPolicy"),
        PassState::NotYetValid => (false, "NotYetValid"),
        PassState::Expired => (false, "Expired"),
        PassState::Used => (false, "OneTimeUsed"),
    };
    json!({
        "id": pass.id.to_string(),
        // There in every answer, null but once: clients look for the member.
        "temporaryAccessPass": null,
        "createdDateTime": moment::to_text(pass.created_at),
        "startDateTime": moment::to_text(pass.starts_at),
        "lifetimeInMinutes": pass.lifetime_minutes,
        "isUsableOnce": pass.usage == PassUsage::Once,
        "isUsable": is_usable,
        "methodUsabilityReason": reason,
    })
}
