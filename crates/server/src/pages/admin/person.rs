//! One person: methods with the rule that decides on each, account, Temporary Access Pass.

mod change;
mod effective;
mod pass;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::UserId;
use identity::access::{Action, Caller, TargetPerson, authorize};
use identity::directory::{AccountState, Group, Principal, User, UserKind};
use identity::policy::{Candidate, Moment, Subject, Verdict, judge};

use super::super::view::{self, AccountForm, AdminUser, Area, Fact, IssuedPass, PassForm};
use super::super::words::{GroupNames, Reader, rule_sentence, sentence, verdict_sentence};
use super::super::{answer, frame, inside, shown};
use super::{fact, groups as group_list};
use crate::error::Error;
use crate::operations::users::UserRef;
use crate::operations::{groups, passkeys, roles, users};
use crate::request::Call;
use crate::route::Route;

/// The routes of one person.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![inside(Method::GET, "/admin/users/{user}", show)];
    routes.extend(pass::routes());
    routes.extend(change::routes());
    routes
}

/// `GET /admin/users/{id}`.
async fn show(call: Call) -> Result<Response, Error> {
    let user = user(&call).await?;
    let form = pass::form(&call, &user).await?;
    answer::html(StatusCode::OK, &page(&call, &user, form, None).await?)
}

/// The person whom the address names.
async fn user(call: &Call) -> Result<User, Error> {
    let text = call.path.get("user");
    let missing = || Error::not_found(format_args!("the user {text}"));
    let id: UserId = text.parse().map_err(|_| missing())?;
    users::get(&call.app, call.caller()?, &UserRef::Id(id)).await
}

fn href(user: &User) -> String {
    format!("/admin/users/{}", user.id)
}

/// The whole page; `issued` is a pass at the only moment its value is known.
async fn page(
    call: &Call,
    user: &User,
    pass: PassForm,
    issued: Option<IssuedPass>,
) -> Result<AdminUser, Error> {
    let caller = call.caller()?;
    let reference = UserRef::Id(user.id);
    let above = groups::member_of(&call.app, caller, &reference, true).await?;
    let names = names(&above);
    let (usable, non_usable) = methods(call, user, &names).await?;
    let logs = format!(
        "/admin/logs?{}",
        super::super::form::Form::default().with("person", user.upn.as_str()).encode()
    );
    Ok(AdminUser {
        frame: frame::signed_in(call).await?,
        display_name: user.display_name.as_str().to_owned(),
        user_principal_name: user.upn.as_str().to_owned(),
        facts: facts(call, user, &above).await?,
        usable,
        non_usable,
        may_register: may_register(call, user, &above, &names).await?,
        account: account(caller, user),
        pass,
        issued,
        logs_href: if frame::may(caller, Area::Logs) { logs } else { String::new() },
    })
}

fn names(groups: &[Group]) -> GroupNames {
    groups.iter().map(|group| (group.id, group.display_name.as_str().to_owned())).collect()
}

/// Methods that today's policy lets sign in, and those it does not, each with its rule (S45).
async fn methods(
    call: &Call,
    user: &User,
    names: &GroupNames,
) -> Result<(Vec<view::Method>, Vec<view::Method>), Error> {
    let caller = call.caller()?;
    let target = UserRef::Id(user.id);
    let found = match passkeys::list(&call.app, caller, &target).await {
        Ok(found) => found,
        // Whoever may read people need not be one who may read their methods.
        Err(Error::Refused(identity::Refusal::RoleMissing { .. })) => Vec::new(),
        Err(error) => return Err(error),
    };
    let policy = group_list::policy_of(&call.app, caller).await?;
    let may_delete = authorize(caller, Action::WritePasskeys(self::target(user))).is_ok();
    let (mut usable, mut non_usable) = (Vec::new(), Vec::new());
    for found in &found {
        let model = found.model.as_deref();
        let mut method = shown::passkey(&found.passkey, model);
        let id = found.passkey.id.to_base64url();
        if may_delete {
            method.delete_href = format!("{}/passkeys/{id}/delete", href(user));
        }
        match (&found.verdict, &policy) {
            (verdict @ Verdict::Allowed { .. }, Some(policy)) => {
                method.reason = verdict_sentence(verdict, policy, names, model);
            }
            (Verdict::Allowed { .. }, None) => {}
            (Verdict::Refused(rule), _) => {
                method.reason = rule_sentence(rule, Reader::Administrator(names), model);
            }
        }
        method.usable = found.verdict.is_allowed();
        if method.usable { usable.push(method) } else { non_usable.push(method) }
    }
    if let Some(method) = pass::method(call, user).await? {
        if method.usable { usable.push(method) } else { non_usable.push(method) }
    }
    Ok((usable, non_usable))
}

async fn facts(call: &Call, user: &User, above: &[Group]) -> Result<Vec<Fact>, Error> {
    let caller = call.caller()?;
    let state = match user.state {
        AccountState::Enabled => "Enabled",
        AccountState::Disabled => "Disabled",
    };
    let kind = match user.kind {
        UserKind::Member => "member",
        UserKind::Guest => "guest",
    };
    let direct = groups::member_of(&call.app, caller, &UserRef::Id(user.id), false).await?;
    let listed = |names: Vec<&str>| {
        if names.is_empty() { "None".to_owned() } else { names.join(", ") }
    };
    let mut facts = vec![
        fact("Object id", user.id.to_string()),
        fact("Account", format!("{state} {kind}")),
        fact("Roles", listed(roles_of(call, user, above).await?)),
        fact("Groups", listed(direct.iter().map(|it| it.display_name.as_str()).collect())),
    ];
    facts.extend(effective::facts(call, user, &direct).await?);
    Ok(facts)
}

async fn roles_of(call: &Call, user: &User, above: &[Group]) -> Result<Vec<&'static str>, Error> {
    let mut names: Vec<&str> = roles::assignments(&call.app, call.caller()?)
        .await?
        .iter()
        .filter(|view| match view.assignment.principal {
            Principal::User(id) => id == user.id,
            Principal::Group(id) => above.iter().any(|group| group.id == id),
        })
        .map(|view| view.assignment.role.display_name())
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Whether the person could add a passkey now, for whoever may read the policy.
async fn may_register(
    call: &Call,
    user: &User,
    above: &[Group],
    names: &GroupNames,
) -> Result<String, Error> {
    let Some(policy) = group_list::policy_of(&call.app, call.caller()?).await? else {
        return Ok(String::new());
    };
    let groups = above.iter().map(|group| group.id).collect();
    let subject = Subject { kind: user.kind, groups: &groups };
    Ok(match judge(&policy, subject, Candidate::Any, Moment::SelfRegistration) {
        Verdict::Allowed { .. } => {
            format!("{} can add a passkey in Security info.", user.display_name)
        }
        Verdict::Refused(rule) => {
            let why = rule_sentence(&rule, Reader::Administrator(names), None);
            format!("{} cannot add a passkey now. {why}", user.display_name)
        }
    })
}

fn target(user: &User) -> TargetPerson {
    TargetPerson {
        id: user.id,
        upn: user.upn.clone(),
        roles: std::collections::BTreeSet::new(),
        in_role_assignable_group: false,
    }
}

/// The account's switches, for whoever might use them; the operation decides about this person.
fn account(caller: &Caller, user: &User) -> Option<AccountForm> {
    drop(authorize(caller, Action::WriteUser(target(user))).ok()?);
    Some(AccountForm {
        action_href: format!("{}/account", href(user)),
        enabled: user.state == AccountState::Enabled,
    })
}

/// A refusal as a sentence.
fn refused(error: &Error) -> String {
    sentence(&error.public_message())
}
