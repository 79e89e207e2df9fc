//! Members of a group: read, and added and removed by reference.

use axum::response::Response;
use identity::directory::Principal;
use identity::{GroupId, UserId};
use serde_json::Value;
use uuid::Uuid;

use super::{group, wire};
use crate::app::App;
use crate::error::Error;
use crate::graph::answer::{self, Items};
use crate::graph::ask;
use crate::graph::body::{fault, needed};
use crate::graph::page;
use crate::graph::users;
use crate::operations::groups::{self, Member};
use crate::operations::page::{Page, PageQuery};
use crate::request::Call;

/// `GET /groups/{group}/members`.
pub(crate) async fn list(call: Call) -> Result<Response, Error> {
    members(&call, false).await
}

/// `GET /groups/{group}/transitiveMembers`.
pub(crate) async fn list_transitive(call: Call) -> Result<Response, Error> {
    members(&call, true).await
}

async fn members(call: &Call, is_transitive: bool) -> Result<Response, Error> {
    let query = ask::query(call)?;
    query.only(&["select", "top", "count", "skiptoken"])?;
    let (caller, part) = (call.caller()?, page::of(&query)?);
    let found = groups::members(&call.app, caller, group(call)?, is_transitive, &part).await?;
    let Page { items, next, total } = found;
    let mut value = Vec::with_capacity(items.len());
    for member in &items {
        value.push(match member {
            Member::User(user) => {
                let shown = query.select(users::wire::to_json(user), users::wire::DEFAULT);
                users::typed(users::TYPE, shown.or_else(|_| own(&user.id.to_string()))?)
            }
            Member::Group(group) => {
                let shown = query.select(wire::to_json(group), &[]);
                users::typed(wire::TYPE, shown.or_else(|_| own(&group.id.to_string()))?)
            }
        });
    }
    let items = Items { value, count: total, next: next.map(|cursor| cursor.to_string()) };
    Ok(answer::collection(call, "directoryObjects", &query, items))
}

/// What is left of a member that does not have what was selected: users and groups stand in one
/// list, and few properties are common to both.
fn own(id: &str) -> Result<Value, Error> {
    Ok(serde_json::json!({ "id": id }))
}

/// `GET /groups/{group}/members/$count`.
pub(crate) async fn count(call: Call) -> Result<Response, Error> {
    counted(&call, false).await
}

/// `GET /groups/{group}/transitiveMembers/$count`.
pub(crate) async fn count_transitive(call: Call) -> Result<Response, Error> {
    counted(&call, true).await
}

async fn counted(call: &Call, is_transitive: bool) -> Result<Response, Error> {
    let query = ask::query(call)?;
    query.only(&[])?;
    query.demand_eventual("$count")?;
    let part = PageQuery { top: 1, after: None, with_total: true };
    let caller = call.caller()?;
    let found = groups::members(&call.app, caller, group(call)?, is_transitive, &part).await?;
    Ok(answer::number(found.total.unwrap_or_default()))
}

/// `POST /groups/{group}/members/$ref`.
pub(crate) async fn add(call: Call) -> Result<Response, Error> {
    let body = ask::object(&call)?;
    let reference = needed(body.annotation("@odata.id").map(str::to_owned), "@odata.id")?;
    body.finish()?;
    // Clients name foreign hosts here: only the last segment says who is meant.
    let id = reference.trim_end_matches([')', '\'', '/']).rsplit(['/', '(', '\'']).next();
    let id = id.and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(|| {
        let problem = "does not end in an id: send https://host/v1.0/directoryObjects/{id}";
        fault("@odata.id", problem)
    })?;
    let member = principal(&call.app, id)?;
    groups::add_member(&call.app, call.caller()?, group(&call)?, member, &call.info).await?;
    Ok(answer::no_content())
}

/// `DELETE /groups/{group}/members/{member}/$ref`.
pub(crate) async fn remove(call: Call) -> Result<Response, Error> {
    let id: UserId = ask::id(&call, "member", "the member")?;
    let member = principal(&call.app, id.as_uuid())?;
    groups::remove_member(&call.app, call.caller()?, group(&call)?, member, &call.info).await?;
    Ok(answer::no_content())
}

/// Whom an id means: Graph's references do not say of which kind they are.
///
/// # Errors
/// A refusal if it means nobody.
pub(crate) fn principal(app: &App, id: Uuid) -> Result<Principal, Error> {
    let (user, group) = (UserId::new(id), GroupId::new(id));
    let found = app.read(|snapshot| {
        if snapshot.user(user)?.is_some() {
            return Ok(Some(Principal::User(user)));
        }
        Ok(snapshot.group(group)?.map(|_| Principal::Group(group)))
    })?;
    found.ok_or_else(|| Error::not_found(format_args!("the directory object {id}")))
}
