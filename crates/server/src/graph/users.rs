//! `/users`: list, read, create, change, delete.

mod filter;
pub(crate) mod wire;

use axum::response::Response;
use identity::directory::{AccountState, UserDetails, UserKind};
use identity::directory_changes::UserPatch;
use serde_json::{Map, Value, json};

use super::answer::{self, Items};
use super::ask;
use super::body::needed;
use super::groups;
use crate::error::Error;
use crate::operations::page::Page;
use crate::operations::users::{self, NewUser};
use crate::request::Call;
use wire::UserBody;

/// The type, for lists that hold several.
pub(crate) const TYPE: &str = "#microsoft.graph.user";

/// `GET /users`.
pub(crate) async fn list(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["select", "top", "filter", "count", "search", "orderby", "skiptoken"])?;
    let wanted = filter::wanted(&query)?;
    let found = wanted.find(&call.app, call.caller()?).await?;
    let Page { items, next, total } = found;
    let shown = items.iter().map(wire::to_json);
    let items = Items {
        value: answer::selected(&query, shown, wire::DEFAULT)?,
        count: total.filter(|_| query.count().unwrap_or_default()),
        next: next.map(|cursor| cursor.to_string()),
    };
    Ok(answer::collection(&call, "users", &query, items))
}

/// `GET /users/$count`.
pub(crate) async fn count(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["filter", "search"])?;
    query.demand_eventual("$count")?;
    let total = filter::wanted(&query)?.count(&call.app, call.caller()?).await?;
    Ok(answer::number(total))
}

/// `GET /users/{user}`.
pub(crate) async fn get(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["select"])?;
    let user = users::get(&call.app, call.caller()?, &ask::user(&call)?).await?;
    let shown = query.select(wire::to_json(&user), wire::DEFAULT)?;
    Ok(answer::entity(&call, "users/$entity", shown))
}

/// `POST /users`.
pub(crate) async fn create(call: Call) -> Result<Response, Error> {
    let body = UserBody::parse(ask::object(&call)?)?;
    let details = body.details_over(&UserDetails::default()).unwrap_or_default();
    let new = NewUser {
        upn: needed(body.upn, "userPrincipalName")?,
        display_name: needed(body.display_name, "displayName")?,
        state: body.state.unwrap_or(AccountState::Enabled),
        kind: body.kind.unwrap_or(UserKind::Member),
        details,
    };
    let user = users::create(&call.app, call.caller()?, new, &call.info).await?;
    let query = ask::query(&call)?;
    let shown = query.select(wire::to_json(&user), wire::DEFAULT)?;
    Ok(answer::created(&call, "users/$entity", shown, &format!("/users/{}", user.id)))
}

/// `PATCH /users/{user}`.
pub(crate) async fn change(call: Call) -> Result<Response, Error> {
    let body = UserBody::parse(ask::object(&call)?)?;
    let user = ask::user(&call)?;
    let caller = call.caller()?;
    let details = if body.has_details() {
        let current = users::get(&call.app, caller, &user).await?;
        body.details_over(&current.details)
    } else {
        None
    };
    let patch = UserPatch {
        upn: body.upn,
        display_name: body.display_name,
        state: body.state,
        kind: body.kind,
        details,
    };
    users::change(&call.app, caller, &user, patch, &call.info).await?;
    Ok(answer::no_content())
}

/// `DELETE /users/{user}`.
pub(crate) async fn delete(call: Call) -> Result<Response, Error> {
    users::delete(&call.app, call.caller()?, &ask::user(&call)?, &call.info).await?;
    Ok(answer::no_content())
}

/// `POST /users/{user}/revokeSignInSessions`.
pub(crate) async fn revoke_sessions(call: Call) -> Result<Response, Error> {
    users::revoke_sessions(&call.app, call.caller()?, &ask::user(&call)?, &call.info).await?;
    Ok(answer::entity(&call, "Edm.Boolean", json!(true)))
}

/// `GET /users/{user}/memberOf`.
pub(crate) async fn member_of(call: Call) -> Result<Response, Error> {
    groups_of(&call, false).await
}

/// `GET /users/{user}/transitiveMemberOf`.
pub(crate) async fn transitive_member_of(call: Call) -> Result<Response, Error> {
    groups_of(&call, true).await
}

async fn groups_of(call: &Call, is_transitive: bool) -> Result<Response, Error> {
    let query = ask::query(call)?;
    query.only(&["select"])?;
    let user = ask::user(call)?;
    let found =
        crate::operations::groups::member_of(&call.app, call.caller()?, &user, is_transitive)
            .await?;
    let shown = found.iter().map(|group| typed(groups::wire::TYPE, groups::wire::to_json(group)));
    let items = Items::all(answer::selected(&query, shown, &[])?);
    Ok(answer::collection(call, "directoryObjects", &query, items))
}

/// An entity with its type, for lists that hold several types.
pub(crate) fn typed(name: &str, entity: Value) -> Value {
    let mut members = Map::new();
    members.insert("@odata.type".to_owned(), json!(name));
    if let Value::Object(entity) = entity {
        members.extend(entity);
    }
    Value::Object(members)
}
