//! Directory roles and who holds them.

use identity::RoleAssignmentId;
use identity::access::{Action, Caller, DirectoryRole, TargetPerson, authorize};
use identity::audit::{Actor, AuditTarget};
use identity::directory::{Principal, RoleAssignable, RoleAssignment};
use identity::directory_changes::{self, By};
use identity::refusal::Refusal;
use store::Snapshot;

use crate::app::App;
use crate::error::Error;
use crate::operations::groups::principal_name;
use crate::operations::is_last_way_in;
use crate::request::RequestInfo;

/// A role assignment with the holder's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssignmentView {
    /// The assignment.
    pub assignment: RoleAssignment,
    /// The holder's sign-in name, or the group's name.
    pub holder: String,
}

/// Who holds which role.
///
/// # Errors
/// A refusal without permission.
pub async fn assignments(app: &App, caller: &Caller) -> Result<Vec<RoleAssignmentView>, Error> {
    drop(authorize(caller, Action::ReadRoles)?);
    app.gather(|snapshot| {
        let mut views = Vec::new();
        for assignment in snapshot.role_assignments()? {
            let holder = principal_name(snapshot, assignment.principal)?.unwrap_or_default();
            views.push(RoleAssignmentView { assignment, holder });
        }
        Ok(views)
    })
}

/// Gives somebody a role.
///
/// # Errors
/// A refusal without permission, when the holder does not exist or may hold no role, or holds it.
pub async fn assign(
    app: &App,
    caller: &Caller,
    role: DirectoryRole,
    principal: Principal,
    request: &RequestInfo,
) -> Result<RoleAssignment, Error> {
    let permit = authorize(caller, Action::WriteRoles)?;
    let assignment = RoleAssignment { id: RoleAssignmentId::new(app.uuid()), role, principal };
    app.decide(|snapshot| {
        let holder = holder(snapshot, principal)?;
        let is_held = snapshot
            .role_assignments()?
            .iter()
            .any(|known| known.role == role && known.principal == principal);
        let context = app.context(request);
        let by = By { actor: &Actor::from(caller), permit: &permit, context: &context };
        Ok(directory_changes::assign_role(by, assignment, holder, is_held))
    })
    .await
}

fn holder(snapshot: &mut Snapshot<'_>, principal: Principal) -> Result<AuditTarget, Error> {
    let missing = || Error::not_found("the holder of the role");
    match principal {
        Principal::User(id) => {
            let person = snapshot.person(id)?.ok_or_else(missing)?;
            Ok(AuditTarget::from(&TargetPerson::from(&person)))
        }
        Principal::Group(id) => {
            let group = snapshot.group(id)?.ok_or_else(missing)?;
            if group.roles == RoleAssignable::No {
                return Err(Error::Refused(Refusal::Property {
                    property: "principalId".to_owned(),
                    problem: "the group is not role-assignable: make a new one that is".to_owned(),
                }));
            }
            Ok(AuditTarget::from(&group))
        }
    }
}

/// Takes a role away.
///
/// # Errors
/// A refusal without permission or when there is no such assignment.
pub async fn remove(
    app: &App,
    caller: &Caller,
    id: RoleAssignmentId,
    request: &RequestInfo,
) -> Result<(), Error> {
    let permit = authorize(caller, Action::WriteRoles)?;
    app.decide(|snapshot| {
        let assignment = snapshot
            .role_assignment(id)?
            .ok_or_else(|| Error::not_found(format_args!("the role assignment {id}")))?;
        let holder = holder(snapshot, assignment.principal)?;
        let context = app.context(request);
        let by = By { actor: &Actor::from(caller), permit: &permit, context: &context };
        let is_last_way_in = match assignment.principal {
            Principal::User(user) => is_last_way_in(snapshot, user, app.now())?,
            Principal::Group(_) => false,
        };
        Ok(directory_changes::remove_role(by, assignment, holder, is_last_way_in))
    })
    .await
}
