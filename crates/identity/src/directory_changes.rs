//! Verb: changing users, groups, roles and applications.

use webauthn::Timestamp;

use crate::Outcome;
use crate::access::{Action, Permit};
use crate::application::Application;
use crate::audit::{
    Activity, Actor, AuditEntry, AuditTarget, AuditValue, Context, ModifiedProperty, Recorded,
};
use crate::change::{Change, Organisation};
use crate::directory::{
    AccountState, Group, Principal, RoleAssignable, RoleAssignment, SecurityGroup, User,
    UserDetails, UserKind, UserPrincipalName,
};
use crate::refusal::Refusal;

/// Who acts, by which permit, in which circumstances.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// For the record.
    pub actor: &'a Actor,
    /// The permission to do so.
    pub permit: &'a Permit,
    /// The circumstances.
    pub context: &'a Context,
}

/// Sets an organisation up without a person: for operators who seed one from the command line.
pub fn create_organisation(organisation: Organisation, context: &Context) -> Outcome<()> {
    let entry = AuditEntry {
        actor: Actor::Operator,
        ..AuditEntry::new(Activity::OrganisationCreated, AuditTarget::Organisation, context)
    };
    Outcome::accepted(
        (),
        vec![Change::CreateOrganisation(organisation), Change::Audit(Box::new(entry))],
    )
}

/// Adds a user. `domain` is the organisation's; `is_upn_taken` was read.
pub fn add_user(by: By<'_>, user: &User, domain: &str, is_upn_taken: bool) -> Outcome<User> {
    let verdict = if *by.permit.action() == Action::WriteUsers {
        check_upn(&user.upn, domain, is_upn_taken).map(|()| user.clone())
    } else {
        Err(Refusal::TargetProtected)
    };
    let mut changes = Vec::new();
    if verdict.is_ok() {
        changes.push(Change::AddUser(Box::new(user.clone())));
    }
    changes.push(audit(by, Activity::UserAdded, AuditTarget::from(user), &verdict, Vec::new()));
    Outcome { verdict, changes }
}

fn check_upn(upn: &UserPrincipalName, domain: &str, is_taken: bool) -> Result<(), Refusal> {
    if !upn.domain().eq_ignore_ascii_case(domain) {
        let problem = format!("the domain is not this organisation's: use {domain}");
        return Err(Refusal::property("userPrincipalName", problem));
    }
    if is_taken {
        return Err(Refusal::AlreadyExists { property: "userPrincipalName" });
    }
    Ok(())
}

/// What may be changed about a user; absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserPatch {
    /// New sign-in name.
    pub upn: Option<UserPrincipalName>,
    /// New display name.
    pub display_name: Option<crate::directory::DisplayName>,
    /// Enable or disable.
    pub state: Option<AccountState>,
    /// Member or guest.
    pub kind: Option<UserKind>,
    /// New descriptive properties, complete.
    pub details: Option<UserDetails>,
}

/// What was read to decide on a change of a user.
#[derive(Clone, Copy, Debug)]
pub struct UserFacts<'a> {
    /// The user.
    pub current: &'a User,
    /// The organisation's domain.
    pub domain: &'a str,
    /// Whether the new sign-in name belongs to somebody else.
    pub is_upn_taken: bool,
    /// Whether nobody else who may change policy could sign in (S9).
    pub is_last_way_in: bool,
}

/// Changes a user. Passkeys stay whatever the name becomes (S18); disabling ends sessions (S114).
pub fn change_user(by: By<'_>, facts: UserFacts<'_>, patch: &UserPatch) -> Outcome<User> {
    let UserFacts { current, domain, is_upn_taken, is_last_way_in } = facts;
    let verdict = match &patch.upn {
        Some(upn) if *upn != current.upn => check_upn(upn, domain, is_upn_taken),
        Some(_) | None => Ok(()),
    }
    .and_then(|()| permitted_for(by.permit, current))
    .and_then(|()| {
        let disables = patch.state == Some(AccountState::Disabled);
        if disables && is_last_way_in { Err(Refusal::AdministratorsLockedOut) } else { Ok(()) }
    })
    .map(|()| patched(current, patch, by.context.now));
    let mut changes = Vec::new();
    let mut modified = Vec::new();
    if let Ok(user) = &verdict {
        modified = user_differences(current, user);
        changes.push(Change::ReplaceUser(Box::new(user.clone())));
    }
    let target = AuditTarget::from(current);
    changes.push(audit(by, Activity::UserUpdated, target, &verdict, modified));
    Outcome { verdict, changes }
}

/// A permit to write one user is for that user only.
fn permitted_for(permit: &Permit, user: &User) -> Result<(), Refusal> {
    if permit.covers_user(user.id) { Ok(()) } else { Err(Refusal::TargetProtected) }
}

fn patched(current: &User, patch: &UserPatch, now: Timestamp) -> User {
    let mut user = current.clone();
    if let Some(upn) = &patch.upn {
        user.upn = upn.clone();
    }
    if let Some(display_name) = &patch.display_name {
        user.display_name = display_name.clone();
    }
    if let Some(kind) = patch.kind {
        user.kind = kind;
    }
    if let Some(details) = &patch.details {
        user.details = details.clone();
    }
    if let Some(state) = patch.state {
        if state == AccountState::Disabled && user.state == AccountState::Enabled {
            // never earlier than before: a clock that stepped back must revive no session
            user.sessions_valid_from = std::cmp::max(user.sessions_valid_from, now.plus_ms(1));
        }
        user.state = state;
    }
    user.version = current.version.next();
    user
}

fn user_differences(old: &User, new: &User) -> Vec<ModifiedProperty> {
    let enabled = |user: &User| (user.state == AccountState::Enabled).to_string();
    let kind = |user: &User| format!("{:?}", user.kind);
    [
        ModifiedProperty::text("userPrincipalName", Some(old.upn.as_str()), Some(new.upn.as_str())),
        ModifiedProperty::text(
            "displayName",
            Some(old.display_name.as_str()),
            Some(new.display_name.as_str()),
        ),
        ModifiedProperty::text("accountEnabled", Some(&enabled(old)), Some(&enabled(new))),
        ModifiedProperty::text("userType", Some(&kind(old)), Some(&kind(new))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Deletes a user with everything that belongs to him.
///
/// `is_last_way_in` says whether nobody else who may change policy could sign in (S9).
pub fn delete_user(by: By<'_>, user: &User, is_last_way_in: bool) -> Outcome<()> {
    let verdict = match permitted_for(by.permit, user) {
        Ok(()) if is_last_way_in => Err(Refusal::AdministratorsLockedOut),
        verdict => verdict,
    };
    let mut changes = Vec::new();
    if verdict.is_ok() {
        changes.push(Change::DeleteUser(user.id));
    }
    let target = AuditTarget::from(user);
    changes.push(audit(by, Activity::UserDeleted, target, &verdict, Vec::new()));
    Outcome { verdict, changes }
}

/// Adds a group.
pub fn add_group(by: By<'_>, group: &Group) -> Outcome<Group> {
    let verdict = permitted_for_group(by.permit, group).map(|()| group.clone());
    let mut changes = Vec::new();
    if verdict.is_ok() {
        changes.push(Change::AddGroup(Box::new(group.clone())));
    }
    let target = AuditTarget::from(group);
    changes.push(audit(by, Activity::GroupAdded, target, &verdict, Vec::new()));
    Outcome { verdict, changes }
}

/// Replaces a group's properties. Whether roles may be assigned to it never changes, and what a
/// policy names stays a security group.
pub fn change_group(
    by: By<'_>,
    current: &Group,
    proposed: Group,
    is_in_policy: bool,
) -> Outcome<Group> {
    let verdict = if is_in_policy && proposed.security == SecurityGroup::No {
        let problem = "the passkey policy names this group: remove it there first";
        Err(Refusal::property("securityEnabled", problem))
    } else if proposed.roles == current.roles {
        permitted_for_group(by.permit, current)
            .map(|()| Group { version: current.version.next(), ..proposed })
    } else {
        let problem = "is fixed when the group is created: make a new group";
        Err(Refusal::property("isAssignableToRole", problem))
    };
    let mut changes = Vec::new();
    let mut modified = Vec::new();
    if let Ok(group) = &verdict {
        modified = group_differences(current, group);
        changes.push(Change::ReplaceGroup(Box::new(group.clone())));
    }
    let target = AuditTarget::from(current);
    changes.push(audit(by, Activity::GroupUpdated, target, &verdict, modified));
    Outcome { verdict, changes }
}

fn group_differences(old: &Group, new: &Group) -> Vec<ModifiedProperty> {
    let security = |group: &Group| (group.security == SecurityGroup::Yes).to_string();
    [
        ModifiedProperty::text(
            "displayName",
            Some(old.display_name.as_str()),
            Some(new.display_name.as_str()),
        ),
        ModifiedProperty::text(
            "description",
            old.description.as_deref(),
            new.description.as_deref(),
        ),
        ModifiedProperty::text("securityEnabled", Some(&security(old)), Some(&security(new))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Deletes a group. `is_in_policy` says whether a configuration names it: then it is refused,
/// because the deletion would silently change who may use passkeys.
pub fn delete_group(by: By<'_>, group: &Group, is_in_policy: bool) -> Outcome<()> {
    let verdict = if is_in_policy {
        let problem = "the passkey policy names this group: remove it there first";
        Err(Refusal::property("id", problem))
    } else {
        permitted_for_group(by.permit, group)
    };
    let mut changes = Vec::new();
    if verdict.is_ok() {
        changes.push(Change::DeleteGroup(group.id));
    }
    let target = AuditTarget::from(group);
    changes.push(audit(by, Activity::GroupDeleted, target, &verdict, Vec::new()));
    Outcome { verdict, changes }
}

/// Adds a member; `name` is its name for the record.
pub fn add_member(
    by: By<'_>,
    group: &Group,
    (member, name): (Principal, &str),
    is_member: bool,
) -> Outcome<()> {
    let verdict = if is_member {
        Err(Refusal::AlreadyExists { property: "members" })
    } else if group.roles == RoleAssignable::Yes && matches!(member, Principal::Group(_)) {
        let problem = "a role-assignable group takes users only";
        Err(Refusal::property("members", problem))
    } else {
        permitted_for_group(by.permit, group)
    };
    let mut changes = Vec::new();
    if verdict.is_ok() {
        changes.push(Change::AddMember { group: group.id, member });
    }
    let modified = vec![member_property(AuditValue::Null, AuditValue::Text(name.to_owned()))];
    changes.push(audit(by, Activity::MemberAdded, AuditTarget::from(group), &verdict, modified));
    Outcome { verdict, changes }
}

/// Removes a direct member.
pub fn remove_member(
    by: By<'_>,
    group: &Group,
    (member, name): (Principal, &str),
    is_member: bool,
) -> Outcome<()> {
    let verdict = if is_member {
        permitted_for_group(by.permit, group)
    } else {
        Err(Refusal::not_found("the member"))
    };
    let mut changes = Vec::new();
    if verdict.is_ok() {
        changes.push(Change::RemoveMember { group: group.id, member });
    }
    let modified = vec![member_property(AuditValue::Text(name.to_owned()), AuditValue::Null)];
    changes.push(audit(by, Activity::MemberRemoved, AuditTarget::from(group), &verdict, modified));
    Outcome { verdict, changes }
}

fn member_property(old: AuditValue, new: AuditValue) -> ModifiedProperty {
    ModifiedProperty { name: "members".to_owned(), old, new }
}

/// A role-assignable group is a way to a role, so it needs the permit for that.
fn permitted_for_group(permit: &Permit, group: &Group) -> Result<(), Refusal> {
    let sufficient = match group.roles {
        RoleAssignable::Yes => matches!(permit.action(), Action::WriteRoleAssignableGroups),
        RoleAssignable::No => matches!(
            permit.action(),
            Action::WriteRoleAssignableGroups | Action::WriteGroups | Action::WriteGroupMembers
        ),
    };
    if sufficient { Ok(()) } else { Err(Refusal::TargetProtected) }
}

/// Assigning and taking roles away needs the permit for roles.
fn roles_permitted(permit: &Permit) -> Result<(), Refusal> {
    if *permit.action() == Action::WriteRoles { Ok(()) } else { Err(Refusal::TargetProtected) }
}

/// Assigns a role; `holder` is who gets it, for the record.
pub fn assign_role(
    by: By<'_>,
    assignment: RoleAssignment,
    holder: AuditTarget,
    is_held: bool,
) -> Outcome<RoleAssignment> {
    let verdict = roles_permitted(by.permit).and_then(|()| {
        if is_held {
            return Err(Refusal::AlreadyExists { property: "roleDefinitionId" });
        }
        Ok(assignment)
    });
    let mut changes = Vec::new();
    if verdict.is_ok() {
        changes.push(Change::AssignRole(assignment));
    }
    let name = assignment.role.display_name();
    let modified = ModifiedProperty::text("Role", None, Some(name)).into_iter().collect();
    changes.push(audit(by, Activity::RoleAssigned, holder, &verdict, modified));
    Outcome { verdict, changes }
}

/// Takes a role away.
///
/// `is_last_way_in` says whether its holder is the last who may change policy and could sign in.
pub fn remove_role(
    by: By<'_>,
    assignment: RoleAssignment,
    holder: AuditTarget,
    is_last_way_in: bool,
) -> Outcome<()> {
    let verdict = roles_permitted(by.permit).and_then(|()| {
        if is_last_way_in && assignment.role.is_policy_capable() {
            return Err(Refusal::AdministratorsLockedOut);
        }
        Ok(())
    });
    let mut changes = Vec::new();
    if verdict.is_ok() {
        changes.push(Change::RemoveRole(assignment.id));
    }
    let name = assignment.role.display_name();
    let modified = ModifiedProperty::text("Role", Some(name), None).into_iter().collect();
    changes.push(audit(by, Activity::RoleRemoved, holder, &verdict, modified));
    Outcome { verdict, changes }
}

/// Adds an application.
pub fn add_application(by: By<'_>, application: Application) -> Outcome<Application> {
    let verdict = if *by.permit.action() == Action::WriteApplications {
        Ok(application.clone())
    } else {
        Err(Refusal::TargetProtected)
    };
    let target = AuditTarget::Application {
        id: application.id,
        name: application.display_name.as_str().to_owned(),
    };
    let mut changes = Vec::new();
    if verdict.is_ok() {
        changes.push(Change::AddApplication(Box::new(application)));
    }
    changes.push(audit(by, Activity::ApplicationAdded, target, &verdict, Vec::new()));
    Outcome { verdict, changes }
}

fn audit<T>(
    by: By<'_>,
    activity: Activity,
    target: AuditTarget,
    verdict: &Result<T, Refusal>,
    modified: Vec<ModifiedProperty>,
) -> Change {
    Change::Audit(Box::new(AuditEntry {
        actor: by.actor.clone(),
        result: Recorded::from(verdict),
        modified,
        ..AuditEntry::new(activity, target, by.context)
    }))
}
