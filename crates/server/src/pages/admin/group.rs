//! One group and its direct members.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::access::{Action, authorize};
use identity::directory::{Group, Principal, RoleAssignable, SecurityGroup, User};
use identity::{GroupId, Refusal};

use super::super::done::Done;
use super::super::form::Form;
use super::super::view::{AdminGroup, ChangeMembers, MemberRow};
use super::super::{answer, frame, inside};
use super::{ROWS, after, fact, groups as list};
use crate::error::Error;
use crate::operations::groups::{self, GroupQuery, Member};
use crate::operations::page::PageQuery;
use crate::operations::users::{self, UserQuery};
use crate::request::Call;
use crate::route::Route;

/// People and groups that a search proposes.
const FOUND: u32 = 20;

/// The routes of one group.
pub(super) fn routes() -> Vec<Route> {
    vec![
        inside(Method::GET, "/admin/groups/{group}", show),
        inside(Method::POST, "/admin/groups/{group}/members", add),
        inside(Method::POST, "/admin/groups/{group}/members/remove", remove),
    ]
}

/// `GET /admin/groups/{id}`.
async fn show(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let id = id(&call)?;
    let group = groups::get(&call.app, caller, id).await?;
    let after = after(&call)?;
    let query = PageQuery { top: ROWS, after: after.clone(), with_total: false };
    let members = groups::members(&call.app, caller, id, false, &query).await?;
    let policy = list::policy_of(&call.app, caller).await?;
    let mut facts = vec![fact("Object id", id.to_string()), fact("Kind", kind(&group))];
    if let Some(policy) = policy {
        let role = list::role_in(&policy, &group);
        let role = if role.is_empty() { "Not named".to_owned() } else { role };
        facts.push(fact("Passkey policy", role));
    }
    if let Some(description) = &group.description {
        facts.push(fact("Description", description.clone()));
    }
    let page = AdminGroup {
        frame: frame::signed_in(&call).await?,
        display_name: group.display_name.as_str().to_owned(),
        facts,
        change: change(&call, &group, &members.items).await?,
        members: members.items.iter().map(row).collect(),
        first_href: after.map(|_| format!("/admin/groups/{id}")).unwrap_or_default(),
        next_href: members
            .next
            .map(|cursor| format!("/admin/groups/{id}?after={cursor}"))
            .unwrap_or_default(),
    };
    answer::html(StatusCode::OK, &page)
}

fn kind(group: &Group) -> &'static str {
    match (group.security, group.roles) {
        (SecurityGroup::Yes, RoleAssignable::Yes) => "Security group that may hold roles",
        (SecurityGroup::Yes, RoleAssignable::No) => "Security group",
        (SecurityGroup::No, _) => "Not a security group",
    }
}

/// The search for new members, for whoever may add them.
async fn change(
    call: &Call,
    group: &Group,
    members: &[Member],
) -> Result<Option<ChangeMembers>, Error> {
    let caller = call.caller()?;
    let action = match group.roles {
        RoleAssignable::Yes => Action::WriteRoleAssignableGroups,
        RoleAssignable::No => Action::WriteGroupMembers,
    };
    if authorize(caller, action).is_err() {
        return Ok(None);
    }
    let query = call.query()?.get("add").unwrap_or_default().trim().to_owned();
    let mut found = Vec::new();
    if !query.is_empty() {
        let wanted = UserQuery { search: Some(query.clone()), top: FOUND, ..UserQuery::default() };
        let people = users::page(&call.app, caller, &wanted).await?;
        found.extend(people.items.iter().map(person));
        let wanted = GroupQuery {
            search: Some(query.clone()),
            security: None,
            page: PageQuery { top: FOUND, ..PageQuery::default() },
        };
        let others = groups::page(&call.app, caller, &wanted).await?;
        found.extend(others.items.iter().filter(|it| it.id != group.id).map(nested));
        let known: Vec<String> = members.iter().map(|member| row(member).member).collect();
        found.retain(|row| !known.contains(&row.member));
    }
    let href = format!("/admin/groups/{}", group.id);
    Ok(Some(ChangeMembers {
        add_href: format!("{href}/members"),
        remove_href: format!("{href}/members/remove"),
        search_href: href,
        query,
        found,
    }))
}

fn row(member: &Member) -> MemberRow {
    match member {
        Member::User(user) => person(user),
        Member::Group(group) => nested(group),
    }
}

fn person(user: &User) -> MemberRow {
    MemberRow {
        member: format!("user:{}", user.id),
        href: format!("/admin/users/{}", user.id),
        display_name: user.display_name.as_str().to_owned(),
        detail: user.upn.as_str().to_owned(),
        kind: "Person".to_owned(),
    }
}

fn nested(group: &Group) -> MemberRow {
    MemberRow {
        member: format!("group:{}", group.id),
        href: format!("/admin/groups/{}", group.id),
        display_name: group.display_name.as_str().to_owned(),
        detail: group.id.to_string(),
        kind: "Group".to_owned(),
    }
}

/// `POST /admin/groups/{id}/members`. Twice is once.
async fn add(call: Call) -> Result<Response, Error> {
    let (id, member) = (id(&call)?, member(&call)?);
    match groups::add_member(&call.app, call.caller()?, id, member, &call.info).await {
        Ok(()) | Err(Error::Refused(Refusal::AlreadyExists { .. })) => {
            let href = format!("/admin/groups/{id}");
            Ok(answer::see_other(&Done::MemberAdded.at(&href)))
        }
        Err(error) => Err(error),
    }
}

/// `POST /admin/groups/{id}/members/remove`.
async fn remove(call: Call) -> Result<Response, Error> {
    let (id, member) = (id(&call)?, member(&call)?);
    groups::remove_member(&call.app, call.caller()?, id, member, &call.info).await?;
    Ok(answer::see_other(&Done::MemberRemoved.at(&format!("/admin/groups/{id}"))))
}

fn id(call: &Call) -> Result<GroupId, Error> {
    let text = call.path.get("group");
    text.parse().map_err(|_| Error::not_found(format_args!("the group {text}")))
}

fn member(call: &Call) -> Result<Principal, Error> {
    let form = Form::from(&call.form()?);
    let text = form.text("member");
    let principal = match text.split_once(':') {
        Some(("user", id)) => id.parse().ok().map(Principal::User),
        Some(("group", id)) => id.parse().ok().map(Principal::Group),
        Some(_) | None => None,
    };
    principal.ok_or_else(|| Error::bad_property("member", "choose a person or a group"))
}
