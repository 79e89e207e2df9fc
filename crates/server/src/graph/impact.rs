//! The impact preview, which is ours: what a PATCH would do, without doing it.

use axum::response::Response;
use identity::administration::PolicyChange;
use identity::refusal::Refusal;
use serde_json::{Value, json};

use super::answer::{self, Items};
use super::fido2_methods::wire::passkey_type;
use super::methods_policy::{Method, method};
use super::{ask, fido2_configuration, page, passkey_id};
use crate::error::Error;
use crate::operations::page::Page;
use crate::operations::policy::{self, AffectedPerson, Impact, ModelImpact, StoppingPasskey};
use crate::request::Call;

/// `POST …/authenticationMethodConfigurations/fido2/impact`: the body is a PATCH's. With `$top`
/// or `$skiptoken` the answer is the list of all people concerned, part by part.
pub(crate) async fn preview(call: Call) -> Result<Response, Error> {
    if method(&call)? != Method::Fido2 {
        return Err(Error::UnknownPath);
    }
    let query = ask::query(&call)?;
    query.only(&["top", "skiptoken"])?;
    let patch = fido2_configuration::parse(ask::object(&call)?)?;
    let change = PolicyChange::Patch(Box::new(patch));
    let (app, caller) = (&call.app, call.caller()?);
    if query.is_paged() {
        let part = page::of(&query)?;
        let Page { items, next, total } = policy::affected(app, caller, change, &part).await?;
        let items = Items {
            value: items.iter().map(person_json).collect(),
            count: total,
            next: next.map(|cursor| cursor.to_string()),
        };
        return Ok(answer::collection(&call, "keyward.affectedPeople", &query, items));
    }
    let impact = policy::preview(app, caller, change, &call.info).await?;
    Ok(answer::entity(&call, "keyward.policyImpact", to_json(&impact)))
}

/// The whole preview.
pub(super) fn to_json(impact: &Impact) -> Value {
    let people = |people: &[AffectedPerson]| people.iter().map(person_json).collect::<Vec<_>>();
    json!({
        "currentVersion": impact.current.version.0,
        "passkeysBefore": impact.passkeys_before,
        "stoppingPasskeys": impact.stopping_passkeys,
        "stoppingPeople": impact.stopping_people,
        "peopleLeftWithNone": impact.people_left_with_none,
        "startingPasskeys": impact.starting_passkeys,
        "byModel": impact.by_model.iter().map(model_json).collect::<Vec<_>>(),
        "administrators": people(&impact.administrators),
        "affectedPeople": people(&impact.sample),
        "isAffectedPeopleComplete": impact.sample_is_complete,
        "warnings": impact.warnings,
        "refusal": impact.refusal.as_ref().map(refusal_json),
        "current": fido2_configuration::to_json(&impact.current.value),
        "proposed": fido2_configuration::to_json(&impact.proposed),
    })
}

fn refusal_json(refusal: &Refusal) -> Value {
    json!({ "code": refusal.code(), "message": refusal.to_string() })
}

fn model_json(model: &ModelImpact) -> Value {
    json!({
        "aaGuid": model.aaguid.to_string(),
        "model": model.model,
        "stoppingPasskeys": model.passkeys,
        "rule": model.rule.code(),
        "reason": model.rule.to_string(),
    })
}

fn person_json(affected: &AffectedPerson) -> Value {
    let user = &affected.person.user;
    let roles: Vec<&str> = affected.person.roles.iter().map(|role| role.display_name()).collect();
    json!({
        "id": user.id.to_string(),
        "displayName": user.display_name.as_str(),
        "userPrincipalName": user.upn.as_str(),
        "roles": roles,
        "isLeftWithNone": affected.left_with_none,
        "passkeys": affected.passkeys.iter().map(passkey_json).collect::<Vec<_>>(),
    })
}

fn passkey_json(stopping: &StoppingPasskey) -> Value {
    let passkey = &stopping.passkey;
    json!({
        "id": passkey_id::token(&passkey.id),
        "displayName": passkey.name.as_str(),
        "aaGuid": passkey.facts.aaguid.to_string(),
        "model": stopping.model,
        "passkeyType": passkey_type(passkey.facts.passkey_type),
        "rule": stopping.rule.code(),
        "reason": stopping.rule.to_string(),
    })
}
