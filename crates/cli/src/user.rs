//! `keyward user add`: adds a person, with roles and groups.

use anyhow::{Context as _, Result};
use identity::GroupId;
use identity::access::DirectoryRole;
use identity::directory::{AccountState, Group, Principal, UserDetails, UserKind};
use serde_json::json;
use server::operations::groups::{self, GroupQuery};
use server::operations::page::PageQuery;
use server::operations::roles;
use server::operations::users::{self, NewUser, UserRef};

use crate::command::UserAdd;
use crate::config::Config;
use crate::failure::WrongInput;
use crate::operator::Operator;
use crate::output::{Audience, fields};
use crate::suggestion::nearest;

/// Adds the person. Roles and groups are looked up first, so that a misspelt one adds nobody.
pub(crate) fn add(config: &Config, audience: Audience, add: &UserAdd) -> Result<()> {
    let new = NewUser {
        upn: add.upn.parse().map_err(|problem| WrongInput(format!("--upn: {problem}")))?,
        display_name: add
            .name
            .parse()
            .map_err(|problem| WrongInput(format!("--name: {problem}")))?,
        state: AccountState::Enabled,
        kind: if add.guest { UserKind::Guest } else { UserKind::Member },
        details: UserDetails::default(),
    };
    let wanted: Vec<DirectoryRole> =
        add.roles.iter().map(|name| role(name)).collect::<Result<_, _>>()?;
    let operator = Operator::open(config, audience)?;
    operator.organisation()?;
    let joined: Vec<Group> =
        add.groups.iter().map(|name| group(&operator, name)).collect::<Result<_>>()?;
    let (app, request, caller) = (&operator.app, &operator.request, &operator.caller);
    let user = operator.run(users::create(app, caller, new, request))?;
    let principal = Principal::User(user.id);
    for role in &wanted {
        operator
            .run(roles::assign(app, caller, *role, principal, request))
            .with_context(|| format!("{} was added, but not as {role}", user.upn))?;
    }
    for group in &joined {
        operator.run(groups::add_member(app, caller, group.id, principal, request)).with_context(
            || format!("{} was added, but not to {}", user.upn, group.display_name),
        )?;
    }
    let (id, upn) = (user.id.to_string(), user.upn.as_str());
    let roles: Vec<&str> = wanted.iter().map(|role| role.display_name()).collect();
    let groups: Vec<&str> = joined.iter().map(|group| group.display_name.as_str()).collect();
    let json = json!({
        "id": id,
        "userPrincipalName": upn,
        "displayName": user.display_name.as_str(),
        "userType": if add.guest { "Guest" } else { "Member" },
        "roles": roles,
        "groups": groups,
    });
    let mut words = fields(&[("id", &id), ("sign-in name", upn)]);
    words.push_str(&format!(
        "\nThe way in for a person without a passkey: keyward pass issue {upn}\n"
    ));
    operator.audience.show(&json, &words)
}

/// A user by object id, or else by sign-in name.
pub(crate) fn user_ref(text: &str) -> UserRef {
    text.parse().map_or_else(|_| UserRef::Upn(text.to_owned()), UserRef::Id)
}

fn role(name: &str) -> Result<DirectoryRole, WrongInput> {
    let by_name = || {
        let mut all = DirectoryRole::ALL.iter().copied();
        all.find(|role| role.display_name().eq_ignore_ascii_case(name))
    };
    DirectoryRole::from_template_id(name).or_else(by_name).ok_or_else(|| {
        let names: Vec<&str> = DirectoryRole::ALL.iter().map(|role| role.display_name()).collect();
        let hint = nearest(name, names.iter().copied()).map_or_else(
            || format!("choose among {}", names.join(", ")),
            |near| format!("did you mean {near:?}?"),
        );
        WrongInput(format!("--role: there is no {name:?}: {hint}"))
    })
}

/// A group by id, or else by its whole name.
fn group(operator: &Operator, name: &str) -> Result<Group> {
    let (app, caller) = (&operator.app, &operator.caller);
    if let Ok(id) = name.parse::<GroupId>() {
        return operator.run(groups::get(app, caller, id)).context("--group");
    }
    let page = PageQuery { top: store::PAGE_MAX, ..PageQuery::default() };
    let query = GroupQuery { search: Some(name.to_owned()), security: None, page };
    let mut found = operator.run(groups::page(app, caller, &query))?.items;
    found.retain(|group| group.display_name.folded() == name.to_lowercase());
    match (found.pop(), found.is_empty()) {
        (Some(group), true) => Ok(group),
        (Some(_), false) => {
            let problem = format!("--group: several groups are called {name:?}: use an id");
            Err(WrongInput(problem).into())
        }
        (None, _) => Err(WrongInput(format!("--group: there is no group {name:?}")).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_go_by_name_or_id_and_misspelt_ones_are_understood() {
        for name in ["global administrator", "62e90394-69f5-4237-9190-012177145e10"] {
            assert_eq!(role(name).unwrap(), DirectoryRole::GlobalAdministrator);
        }
        let error = role("Global Administator").unwrap_err().to_string();
        assert!(error.ends_with("did you mean \"Global Administrator\"?"), "{error}");
        assert!(role("king").unwrap_err().to_string().contains("choose among Global"));
    }

    #[test]
    fn a_user_is_named_by_id_or_by_sign_in_name() {
        assert!(matches!(user_ref("00000000-0000-0000-0000-000000000001"), UserRef::Id(_)));
        assert!(matches!(user_ref("ana@example.org"), UserRef::Upn(_)));
    }
}
