//! The list of groups, and adding one.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::access::{Action, Caller, authorize};
use identity::directory::{DisplayName, Group, MailGroup, RoleAssignable, SecurityGroup};
use identity::policy::{Fido2Configuration, Target};

use super::super::done::Done;
use super::super::view::{AdminGroups, Field, GroupRow, NewGroup};
use super::super::{answer, frame, inside};
use super::{ROWS, after};
use crate::app::App;
use crate::error::Error;
use crate::operations::groups::{self, GroupQuery};
use crate::operations::page::PageQuery;
use crate::operations::policy;
use crate::request::Call;
use crate::route::Route;

/// The routes of the list.
pub(super) fn routes() -> Vec<Route> {
    vec![inside(Method::GET, "/admin/groups", show), inside(Method::POST, "/admin/groups", add)]
}

/// `GET /admin/groups?q=…`.
async fn show(call: Call) -> Result<Response, Error> {
    let may_add = authorize(call.caller()?, Action::WriteGroups).is_ok();
    let page = list(&call, may_add.then(NewGroup::default)).await?;
    answer::html(StatusCode::OK, &page)
}

async fn list(call: &Call, add: Option<NewGroup>) -> Result<AdminGroups, Error> {
    let caller = call.caller()?;
    let query = call.query()?.get("q").unwrap_or_default().trim().to_owned();
    let after = after(call)?;
    let wanted = GroupQuery {
        search: (!query.is_empty()).then(|| query.clone()),
        security: None,
        page: PageQuery { top: ROWS, after: after.clone(), with_total: false },
    };
    let found = groups::page(&call.app, caller, &wanted).await?;
    let policy = policy_of(&call.app, caller).await?;
    let mut rows = Vec::new();
    for group in &found.items {
        rows.push(GroupRow {
            href: format!("/admin/groups/{}", group.id),
            display_name: group.display_name.as_str().to_owned(),
            security: group.security == SecurityGroup::Yes,
            members: members_count(&call.app, caller, group).await?,
            policy: policy.as_ref().map(|it| role_in(it, group)).unwrap_or_default(),
        });
    }
    let search = super::super::form::Form::default().with("q", &query).encode();
    let base = if query.is_empty() { String::new() } else { format!("{search}&") };
    Ok(AdminGroups {
        frame: frame::signed_in(call).await?,
        query,
        add,
        rows,
        first_href: after.map(|_| format!("/admin/groups?{base}")).unwrap_or_default(),
        next_href: found
            .next
            .map(|cursor| format!("/admin/groups?{base}after={cursor}"))
            .unwrap_or_default(),
    })
}

/// Direct members of a group.
pub(in super::super) async fn members_count(
    app: &App,
    caller: &Caller,
    group: &Group,
) -> Result<u64, Error> {
    let query = PageQuery { top: 1, after: None, with_total: true };
    Ok(groups::members(app, caller, group.id, false, &query).await?.total.unwrap_or_default())
}

/// The policy, for whoever may read it.
pub(super) async fn policy_of(
    app: &App,
    caller: &Caller,
) -> Result<Option<Fido2Configuration>, Error> {
    if authorize(caller, Action::ReadMethodsPolicy).is_err() {
        return Ok(None);
    }
    Ok(Some(policy::fido2(app, caller).await?.value))
}

/// What the policy says of a group.
pub(super) fn role_in(policy: &Fido2Configuration, group: &Group) -> String {
    let target = Target::Group(group.id);
    if policy.exclude.contains(&target) {
        return "Excluded".to_owned();
    }
    let include = policy.include.iter().find(|include| include.target == target);
    include.map_or_else(String::new, |include| {
        let profiles: Vec<&str> = include
            .profiles
            .iter()
            .filter_map(|id| policy.profile(*id))
            .map(|profile| profile.name.as_str())
            .collect();
        if profiles.is_empty() {
            "Included".to_owned()
        } else {
            format!("Included with {}", profiles.join(", "))
        }
    })
}

/// `POST /admin/groups`: a security group, the kind that policies may name.
async fn add(call: Call) -> Result<Response, Error> {
    let typed = call.form()?.get("display_name").unwrap_or_default().to_owned();
    let display_name = match typed.parse::<DisplayName>() {
        Ok(display_name) => display_name,
        Err(error) => {
            let wrong = Field { value: typed, error: format!("name: {error}") };
            let page = list(&call, Some(NewGroup { display_name: wrong })).await?;
            return answer::html(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let new = groups::NewGroup {
        mail_nickname: nickname(display_name.as_str()),
        display_name,
        description: None,
        security: SecurityGroup::Yes,
        mail: MailGroup::No,
        roles: RoleAssignable::No,
    };
    let group = groups::create(&call.app, call.caller()?, new, &call.info).await?;
    let href = format!("/admin/groups/{}", group.id);
    Ok(answer::see_other(&Done::GroupAdded.at(&href)))
}

/// The alias that Graph demands, from the name.
fn nickname(name: &str) -> String {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    if plain.is_empty() { "group".to_owned() } else { plain }
}
