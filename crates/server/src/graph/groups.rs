//! `/groups`: list, read, create, change, delete.

pub(crate) mod members;
pub(crate) mod wire;

use axum::response::Response;
use identity::GroupId;
use identity::directory::{Group, RoleAssignable};

use super::answer::{self, Items};
use super::ask;
use super::body::{Member, fault, needed};
use super::filter::{self, Clause, Comparison};
use super::page;
use super::query::Query;
use crate::error::Error;
use crate::operations::groups::{self, GroupPatch, GroupQuery, NewGroup};
use crate::operations::page::Page;
use crate::request::Call;
use wire::GroupBody;

const SUPPORTED: &str =
    "eq or startswith on displayName, eq on id and securityEnabled, joined by and";

/// The groups that are wanted.
#[derive(Debug, Default)]
struct Wanted {
    query: GroupQuery,
    /// One group only.
    id: Option<String>,
    /// This name exactly; the query has it as a prefix.
    display_name: Option<String>,
}

/// `GET /groups`.
pub(crate) async fn list(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["select", "top", "filter", "count", "search", "orderby", "skiptoken"])?;
    let Page { items, next, total } = find(&call, &wanted(&query)?).await?;
    let shown = items.iter().map(wire::to_json);
    let items = Items {
        value: answer::selected(&query, shown, &[])?,
        count: total,
        next: next.map(|cursor| cursor.to_string()),
    };
    Ok(answer::collection(&call, "groups", &query, items))
}

/// `GET /groups/$count`.
pub(crate) async fn count(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["filter", "search"])?;
    query.demand_eventual("$count")?;
    let mut wanted = wanted(&query)?;
    wanted.query.page.with_total = true;
    wanted.query.page.top = store::PAGE_MAX;
    let total = find(&call, &wanted).await?.total;
    total.map(answer::number).ok_or_else(|| {
        fault("$filter", "cannot be counted: compare displayName by startswith instead")
    })
}

fn wanted(query: &Query) -> Result<Wanted, Error> {
    let mut wanted = Wanted::default();
    wanted.query.page = page::of(query)?;
    for clause in query.filter().map(filter::parse).transpose()?.unwrap_or_default() {
        narrow(&mut wanted, &clause)?;
    }
    if let Some((property, text)) = query.search()? {
        if !property.eq_ignore_ascii_case("displayName") || wanted.query.search.is_some() {
            return Err(fault("$search", "searches displayName only, and not beside $filter"));
        }
        wanted.query.search = Some(text);
    }
    let order = query.order().map(|order| order.strip_suffix(" asc").unwrap_or(order).trim());
    if order.is_some_and(|order| !order.eq_ignore_ascii_case("displayName")) {
        return Err(fault("$orderby", "sorts by displayName only, ascending"));
    }
    Ok(wanted)
}

fn narrow(wanted: &mut Wanted, clause: &Clause) -> Result<(), Error> {
    let text = clause.text();
    let is_name_free = wanted.query.search.is_none() && wanted.id.is_none();
    if clause.is("displayName", Comparison::StartsWith) && is_name_free {
        wanted.query.search = Some(text.to_owned());
    } else if clause.is("displayName", Comparison::Equal) && is_name_free {
        wanted.query.search = Some(text.to_owned());
        wanted.display_name = Some(text.to_lowercase());
    } else if clause.is("id", Comparison::Equal) && is_name_free {
        wanted.id = Some(text.to_owned());
    } else if clause.is("securityEnabled", Comparison::Equal) {
        wanted.query.security = Some(clause.truth()?);
    } else {
        return Err(clause.unsupported(SUPPORTED));
    }
    Ok(())
}

async fn find(call: &Call, wanted: &Wanted) -> Result<Page<Group>, Error> {
    let caller = call.caller()?;
    if let Some(id) = &wanted.id {
        let found = match id.parse() {
            Ok(id) => match groups::get(&call.app, caller, id).await {
                Ok(group) => Some(group),
                Err(Error::Refused(identity::Refusal::NotFound { .. })) => None,
                Err(other) => return Err(other),
            },
            Err(identity::InvalidId) => None,
        };
        let is_secure = |group: &Group| group.security == identity::directory::SecurityGroup::Yes;
        let fits = |group: &Group| wanted.query.security.is_none_or(|yes| yes == is_secure(group));
        let items: Vec<Group> = found.into_iter().filter(fits).collect();
        let total = u64::try_from(items.len()).ok().filter(|_| wanted.query.page.with_total);
        return Ok(Page { items, next: None, total });
    }
    let mut page = groups::page(&call.app, caller, &wanted.query).await?;
    if let Some(name) = &wanted.display_name {
        page.items.retain(|group| group.display_name.folded() == *name);
        // The directory counted a prefix. What fits whole is known once the list is.
        let is_whole = page.next.is_none() && wanted.query.page.after.is_none();
        let total = u64::try_from(page.items.len()).ok();
        page.total = page.total.and(total).filter(|_| is_whole);
    }
    Ok(page)
}

/// The group that the path names.
fn group(call: &Call) -> Result<GroupId, Error> {
    ask::id(call, "group", "the group")
}

/// `GET /groups/{group}`.
pub(crate) async fn get(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["select"])?;
    let group = groups::get(&call.app, call.caller()?, group(&call)?).await?;
    let shown = query.select(wire::to_json(&group), &[])?;
    Ok(answer::entity(&call, "groups/$entity", shown))
}

/// `POST /groups`.
pub(crate) async fn create(call: Call) -> Result<Response, Error> {
    let body = GroupBody::parse(ask::object(&call)?)?;
    let new = NewGroup {
        display_name: needed(body.display_name, "displayName")?,
        description: match body.description {
            Member::Set(text) => Some(text),
            Member::Absent | Member::Null => None,
        },
        mail_nickname: needed(body.mail_nickname, "mailNickname")?,
        security: needed(body.security, "securityEnabled")?,
        mail: needed(body.mail, "mailEnabled")?,
        roles: body.roles.unwrap_or(RoleAssignable::No),
    };
    let group = groups::create(&call.app, call.caller()?, new, &call.info).await?;
    let path = format!("/groups/{}", group.id);
    Ok(answer::created(&call, "groups/$entity", wire::to_json(&group), &path))
}

/// `PATCH /groups/{group}`.
pub(crate) async fn change(call: Call) -> Result<Response, Error> {
    let body = GroupBody::parse(ask::object(&call)?)?;
    let patch = GroupPatch {
        display_name: body.display_name,
        description: match body.description {
            Member::Absent => None,
            Member::Null => Some(None),
            Member::Set(text) => Some(Some(text)),
        },
        mail_nickname: body.mail_nickname,
        security: body.security,
        mail: body.mail,
        roles: body.roles,
    };
    groups::change(&call.app, call.caller()?, group(&call)?, patch, &call.info).await?;
    Ok(answer::no_content())
}

/// `DELETE /groups/{group}`.
pub(crate) async fn delete(call: Call) -> Result<Response, Error> {
    groups::delete(&call.app, call.caller()?, group(&call)?, &call.info).await?;
    Ok(answer::no_content())
}
