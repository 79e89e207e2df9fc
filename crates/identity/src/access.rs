//! Who may do what: directory roles, Graph permissions, and the one function that decides.

mod permission;
mod role;

use std::collections::BTreeSet;

pub use permission::Permission;
pub use role::DirectoryRole;

use crate::directory::{Person, UserPrincipalName};
use crate::ids::{ClientId, UserId};
use crate::refusal::Refusal;
use crate::session::Session;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// An API client on its own; its permissions alone decide.
    Application {
        /// What it calls itself.
        client: ClientId,
        /// What it is called.
        name: String,
        /// What it was granted.
        permissions: BTreeSet<Permission>,
    },
    /// A signed-in person on our own pages; roles decide.
    Person(Box<SignedInPerson>),
    /// Whoever runs commands on the server's own data: has the data already.
    Operator,
}

/// A person with the session that he acts in.
#[derive(Clone, Debug)]
pub struct SignedInPerson {
    /// The person as the directory has him now, not as he was at sign-in.
    pub person: Person,
    /// The session.
    pub session: Session,
}

/// A person whom an action is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetPerson {
    /// The user.
    pub id: UserId,
    /// The user's sign-in name, for the records.
    pub upn: UserPrincipalName,
    /// Roles held; they decide who may touch the person's methods.
    pub roles: BTreeSet<DirectoryRole>,
    /// Whether the person is protected by a role-assignable group.
    pub in_role_assignable_group: bool,
}

impl From<&Person> for TargetPerson {
    fn from(person: &Person) -> Self {
        Self {
            id: person.user.id,
            upn: person.user.upn.clone(),
            roles: person.roles.clone(),
            in_role_assignable_group: person.in_role_assignable_group,
        }
    }
}

/// What is asked for. Each action names the permissions and the roles that allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the authentication methods policy.
    ReadMethodsPolicy,
    /// Change the authentication methods policy, or preview a change.
    WriteMethodsPolicy,
    /// Read users.
    ReadUsers,
    /// Create, change or delete users other than oneself.
    WriteUsers,
    /// Change or delete this user.
    WriteUser(TargetPerson),
    /// Read groups and members.
    ReadGroups,
    /// Create, change or delete groups.
    WriteGroups,
    /// Create or change a role-assignable group or its members: a way to a role.
    WriteRoleAssignableGroups,
    /// Add or remove members.
    WriteGroupMembers,
    /// Read this person's authentication methods.
    ReadMethods(TargetPerson),
    /// Delete or provision this person's passkeys.
    WritePasskeys(TargetPerson),
    /// Issue or delete this person's Temporary Access Pass.
    WriteAccessPass(TargetPerson),
    /// Read audit and sign-in logs and reports about methods.
    ReadLogs,
    /// Read roles and their holders.
    ReadRoles,
    /// Assign roles.
    WriteRoles,
    /// Register API clients.
    WriteApplications,
}

/// Proof that an action was allowed; only [`authorize`] makes one.
#[derive(Clone, Debug)]
#[must_use]
pub struct Permit {
    action: Action,
}

impl Permit {
    /// What was allowed.
    #[must_use]
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// Whether the permit lets its holder change this person's passkeys.
    #[must_use]
    pub fn covers_passkeys_of(&self, user: UserId) -> bool {
        matches!(&self.action, Action::WritePasskeys(target) if target.id == user)
    }

    /// Whether the permit lets its holder issue or delete this person's access pass.
    #[must_use]
    pub fn covers_access_pass_of(&self, user: UserId) -> bool {
        matches!(&self.action, Action::WriteAccessPass(target) if target.id == user)
    }

    /// Whether the permit lets its holder change or delete this user.
    #[must_use]
    pub fn covers_user(&self, user: UserId) -> bool {
        matches!(&self.action, Action::WriteUser(target) if target.id == user)
    }
}

/// Decides whether `caller` may do `action`: default no.
///
/// # Errors
/// The refusal names the permission or the roles that would allow it.
pub fn authorize(caller: &Caller, action: Action) -> Result<Permit, Refusal> {
    match caller {
        Caller::Operator => Ok(Permit { action }),
        Caller::Application { permissions, .. } => {
            let sufficient = sufficient_permissions(&action);
            if !sufficient.iter().any(|permission| permissions.contains(permission)) {
                return Err(Refusal::PermissionMissing { sufficient: sufficient.to_vec() });
            }
            // Renaming, disabling or deleting an administrator is as good as changing roles.
            if let Action::WriteUser(target) = &action
                && (!target.roles.is_empty() || target.in_role_assignable_group)
                && !permissions.contains(&Permission::RoleManagementReadWriteDirectory)
            {
                return Err(Refusal::TargetProtected);
            }
            Ok(Permit { action })
        }
        Caller::Person(signed_in) => authorize_person(&signed_in.person, action),
    }
}

fn authorize_person(person: &Person, action: Action) -> Result<Permit, Refusal> {
    if let Some(target) = target_of(&action) {
        // A person reads and deletes his own methods; freshness is asked by the verbs.
        let own = target.id == person.user.id;
        match (&action, own) {
            (Action::ReadMethods(_) | Action::WritePasskeys(_), true) => {
                return Ok(Permit { action });
            }
            // S121: whoever could issue himself a pass could turn one stolen session into a key.
            (Action::WriteAccessPass(_), true) => return Err(Refusal::OwnAccessPass),
            _ => {}
        }
    }
    let roles = sufficient_roles(&action);
    let held: Vec<DirectoryRole> =
        roles.iter().copied().filter(|role| person.roles.contains(role)).collect();
    if held.is_empty() {
        return Err(Refusal::RoleMissing { sufficient: roles.to_vec() });
    }
    if let Some(target) = target_of(&action)
        && is_write(&action)
        && !held.iter().any(|role| role.may_act_on(target))
    {
        return Err(Refusal::TargetProtected);
    }
    Ok(Permit { action })
}

fn target_of(action: &Action) -> Option<&TargetPerson> {
    match action {
        Action::ReadMethods(target)
        | Action::WritePasskeys(target)
        | Action::WriteAccessPass(target)
        | Action::WriteUser(target) => Some(target),
        Action::ReadMethodsPolicy
        | Action::WriteMethodsPolicy
        | Action::ReadUsers
        | Action::WriteUsers
        | Action::ReadGroups
        | Action::WriteGroups
        | Action::WriteRoleAssignableGroups
        | Action::WriteGroupMembers
        | Action::ReadLogs
        | Action::ReadRoles
        | Action::WriteRoles
        | Action::WriteApplications => None,
    }
}

fn is_write(action: &Action) -> bool {
    matches!(action, Action::WritePasskeys(_) | Action::WriteAccessPass(_) | Action::WriteUser(_))
}

/// Any one of these lets an application do it (graph-surface §7.1).
#[must_use]
pub fn sufficient_permissions(action: &Action) -> &'static [Permission] {
    use Permission as P;
    match action {
        Action::ReadMethodsPolicy => &[
            P::PolicyReadAuthenticationMethod,
            P::PolicyReadWriteAuthenticationMethod,
            P::PolicyReadAll,
        ],
        Action::WriteMethodsPolicy => &[P::PolicyReadWriteAuthenticationMethod],
        Action::ReadUsers => &[
            P::UserReadBasicAll,
            P::UserReadAll,
            P::UserReadWriteAll,
            P::DirectoryReadAll,
            P::DirectoryReadWriteAll,
        ],
        Action::WriteUsers | Action::WriteUser(_) => {
            &[P::UserReadWriteAll, P::DirectoryReadWriteAll]
        }
        Action::ReadGroups => &[
            P::GroupReadBasicAll,
            P::GroupReadAll,
            P::GroupReadWriteAll,
            P::GroupMemberReadBasicAll,
            P::GroupMemberReadAll,
            P::GroupMemberReadWriteAll,
            P::DirectoryReadAll,
            P::DirectoryReadWriteAll,
        ],
        Action::WriteGroups => &[P::GroupReadWriteAll, P::DirectoryReadWriteAll],
        Action::WriteGroupMembers => {
            &[P::GroupMemberReadWriteAll, P::GroupReadWriteAll, P::DirectoryReadWriteAll]
        }
        Action::ReadMethods(_) => &[
            P::UserAuthMethodPasskeyReadAll,
            P::UserAuthMethodPasskeyReadWriteAll,
            P::UserAuthenticationMethodReadAll,
            P::UserAuthenticationMethodReadWriteAll,
        ],
        Action::WritePasskeys(_) => {
            &[P::UserAuthMethodPasskeyReadWriteAll, P::UserAuthenticationMethodReadWriteAll]
        }
        Action::WriteAccessPass(_) => {
            &[P::UserAuthMethodTapReadWriteAll, P::UserAuthenticationMethodReadWriteAll]
        }
        Action::ReadLogs => &[P::AuditLogReadAll, P::ReportsReadAll],
        Action::ReadRoles => &[
            P::RoleManagementReadDirectory,
            P::RoleManagementReadWriteDirectory,
            P::DirectoryReadAll,
            P::DirectoryReadWriteAll,
        ],
        Action::WriteRoles | Action::WriteRoleAssignableGroups => {
            &[P::RoleManagementReadWriteDirectory]
        }
        Action::WriteApplications => &[P::ApplicationReadWriteAll],
    }
}

/// Any one of these lets a person do it (graph-surface §6.3).
#[must_use]
pub fn sufficient_roles(action: &Action) -> &'static [DirectoryRole] {
    use DirectoryRole as R;
    match action {
        Action::ReadMethodsPolicy => &[
            R::GlobalAdministrator,
            R::GlobalReader,
            R::AuthenticationPolicyAdministrator,
            R::SecurityAdministrator,
            R::SecurityReader,
        ],
        Action::WriteMethodsPolicy => {
            &[R::GlobalAdministrator, R::AuthenticationPolicyAdministrator]
        }
        Action::ReadUsers | Action::ReadGroups | Action::ReadRoles => &[
            R::GlobalAdministrator,
            R::GlobalReader,
            R::AuthenticationPolicyAdministrator,
            R::AuthenticationAdministrator,
            R::PrivilegedAuthenticationAdministrator,
            R::ConditionalAccessAdministrator,
            R::SecurityAdministrator,
            R::SecurityReader,
            R::UserAdministrator,
            R::PrivilegedRoleAdministrator,
            R::HelpdeskAdministrator,
            R::PasswordAdministrator,
            R::GroupsAdministrator,
            R::ReportsReader,
            R::DirectoryReaders,
        ],
        Action::WriteUsers | Action::WriteUser(_) => {
            &[R::GlobalAdministrator, R::UserAdministrator]
        }
        Action::WriteGroups | Action::WriteGroupMembers => {
            &[R::GlobalAdministrator, R::UserAdministrator, R::GroupsAdministrator]
        }
        Action::ReadMethods(_) => &[
            R::GlobalAdministrator,
            R::GlobalReader,
            R::AuthenticationAdministrator,
            R::PrivilegedAuthenticationAdministrator,
        ],
        Action::WritePasskeys(_) | Action::WriteAccessPass(_) => &[
            R::GlobalAdministrator,
            R::AuthenticationAdministrator,
            R::PrivilegedAuthenticationAdministrator,
        ],
        Action::ReadLogs => &[
            R::GlobalAdministrator,
            R::GlobalReader,
            R::ReportsReader,
            R::SecurityReader,
            R::SecurityAdministrator,
        ],
        Action::WriteRoles | Action::WriteRoleAssignableGroups => {
            &[R::GlobalAdministrator, R::PrivilegedRoleAdministrator]
        }
        Action::WriteApplications => {
            &[R::GlobalAdministrator, R::ApplicationAdministrator, R::CloudApplicationAdministrator]
        }
    }
}
