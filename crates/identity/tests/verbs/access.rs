//! Who may do what.

use identity::Refusal;
use identity::access::{
    Action, Caller, DirectoryRole, Permission, authorize, sufficient_permissions, sufficient_roles,
};

use crate::people::{application, person, signed_in, target};

fn every_action() -> Vec<Action> {
    let other = target(2, &[]);
    vec![
        Action::ReadMethodsPolicy,
        Action::WriteMethodsPolicy,
        Action::ReadUsers,
        Action::WriteUsers,
        Action::WriteUser(other.clone()),
        Action::ReadGroups,
        Action::WriteGroups,
        Action::WriteRoleAssignableGroups,
        Action::WriteGroupMembers,
        Action::ReadMethods(other.clone()),
        Action::WritePasskeys(other.clone()),
        Action::WriteAccessPass(other),
        Action::ReadLogs,
        Action::ReadRoles,
        Action::WriteRoles,
        Action::WriteApplications,
    ]
}

/// S1, S73: exactly the permissions that are named, one by one, and nothing by default.
#[test]
fn each_permission_allows_exactly_what_it_names() {
    for action in every_action() {
        assert!(authorize(&application(&[]), action.clone()).is_err(), "{action:?}");
        for permission in Permission::ALL {
            let allowed = authorize(&application(&[*permission]), action.clone()).is_ok();
            let named = sufficient_permissions(&action).contains(permission);
            assert_eq!(allowed, named, "{action:?} {permission}");
        }
    }
}

/// S1, S3, S4
#[test]
fn each_role_allows_exactly_what_it_names() {
    for action in every_action() {
        let nobody = signed_in(person(1, &[]));
        assert!(authorize(&nobody, action.clone()).is_err(), "{action:?}");
        for role in DirectoryRole::ALL {
            let caller = signed_in(person(1, &[*role]));
            let allowed = authorize(&caller, action.clone()).is_ok();
            assert_eq!(allowed, sufficient_roles(&action).contains(role), "{action:?} {role}");
        }
    }
    let conditional = signed_in(person(1, &[DirectoryRole::ConditionalAccessAdministrator]));
    assert!(authorize(&conditional, Action::WriteMethodsPolicy).is_err());
}

/// S5
#[test]
fn an_authentication_administrator_may_not_touch_administrators() {
    let caller = signed_in(person(1, &[DirectoryRole::AuthenticationAdministrator]));
    let ordinary = Action::WritePasskeys(target(2, &[DirectoryRole::ReportsReader]));
    assert!(authorize(&caller, ordinary).is_ok());
    let administrator = target(2, &[DirectoryRole::AuthenticationPolicyAdministrator]);
    let refusal = authorize(&caller, Action::WritePasskeys(administrator.clone())).unwrap_err();
    assert_eq!(refusal, Refusal::TargetProtected);
    let privileged = signed_in(person(1, &[DirectoryRole::PrivilegedAuthenticationAdministrator]));
    assert!(authorize(&privileged, Action::WritePasskeys(administrator)).is_ok());
}

/// An application needs the right to roles before it may touch those who hold one.
#[test]
fn an_application_that_writes_users_may_not_touch_administrators() {
    let administrator = target(2, &[DirectoryRole::GlobalAdministrator]);
    let writer = application(&[Permission::UserReadWriteAll]);
    let refusal = authorize(&writer, Action::WriteUser(administrator.clone())).unwrap_err();
    assert_eq!(refusal, Refusal::TargetProtected);
    assert!(authorize(&writer, Action::WriteUser(target(2, &[]))).is_ok());
    let both = [Permission::UserReadWriteAll, Permission::RoleManagementReadWriteDirectory];
    assert!(authorize(&application(&both), Action::WriteUser(administrator)).is_ok());
}

#[test]
fn members_of_role_assignable_groups_are_protected_like_administrators() {
    let caller = signed_in(person(1, &[DirectoryRole::AuthenticationAdministrator]));
    let mut member = target(2, &[]);
    member.in_role_assignable_group = true;
    let refusal = authorize(&caller, Action::WriteAccessPass(member)).unwrap_err();
    assert_eq!(refusal, Refusal::TargetProtected);
}

/// S121, even for the strongest role.
#[test]
fn nobody_issues_a_pass_to_himself() {
    let global = [DirectoryRole::GlobalAdministrator];
    let caller = signed_in(person(1, &global));
    let refusal = authorize(&caller, Action::WriteAccessPass(target(1, &global))).unwrap_err();
    assert_eq!(refusal, Refusal::OwnAccessPass);
}

#[test]
fn a_person_without_roles_reads_and_deletes_his_own_methods_only() {
    let caller = signed_in(person(1, &[]));
    for number in [1, 2] {
        let own = number == 1;
        for action in
            [Action::ReadMethods(target(number, &[])), Action::WritePasskeys(target(number, &[]))]
        {
            assert_eq!(authorize(&caller, action).is_ok(), own);
        }
    }
}

#[test]
fn the_operator_owns_the_data_anyway() {
    for action in every_action() {
        assert!(authorize(&Caller::Operator, action).is_ok());
    }
}
