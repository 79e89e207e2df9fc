//! Applications and their tokens; groups, roles and what may be done to whom.

use identity::Refusal;
use identity::access::{Caller, DirectoryRole, Permission};
use identity::directory::{MailGroup, Principal, RoleAssignable, SecurityGroup};

use super::world::{HERS, World, code};
use crate::error::Error;
use crate::operations::groups::{self, NewGroup};
use crate::operations::page::PageQuery;
use crate::operations::users::{UserQuery, UserRef};
use crate::operations::{applications, passkeys, roles, users};

fn group(name: &str, roles: RoleAssignable) -> NewGroup {
    NewGroup {
        display_name: name.parse().unwrap(),
        description: None,
        mail_nickname: name.to_owned(),
        security: SecurityGroup::Yes,
        mail: MailGroup::No,
        roles,
    }
}

#[tokio::test]
async fn a_client_gets_a_token_for_its_secret_and_for_our_resource_only() {
    let world = World::set_up().await;
    let (app, request, operator) = (&world.app, world.request(), Caller::Operator);
    let permissions = [Permission::UserReadAll].into();
    let name = "Reporter".parse().unwrap();
    let (added, secret, _) =
        applications::add(app, &operator, name, permissions, &request).await.unwrap();
    let client = added.client.to_string();
    for scope in [
        "https://graph.microsoft.com/.default",
        "http://localhost:8080/.default",
        "https://localhost/.default",
        "00000003-0000-0000-c000-000000000000/.default",
    ] {
        let token = applications::token(app, &client, secret.expose(), scope, &request).await;
        assert_eq!(token.unwrap().expires_in, 3600);
    }
    let scope = "https://graph.microsoft.com/.default";
    for (client, secret) in [(client.as_str(), "wrong"), ("nobody", secret.expose().as_str())] {
        let refused = applications::token(app, client, secret, scope, &request).await;
        assert_eq!(code(refused), "client-unknown");
    }
    let elsewhere =
        applications::token(app, &client, secret.expose(), "https://a.example/.default", &request);
    assert!(matches!(elsewhere.await, Err(Error::BadRequest { property: Some(_), .. })));
}

/// S5
#[tokio::test]
async fn a_weaker_administrator_may_not_touch_a_stronger_ones_passkeys() {
    let mut world = World::set_up().await;
    let (ben, mut key) = world.equipped("ben", 2, HERS).await;
    let (cleo, _) = world.equipped("cleo", 3, HERS).await;
    let (app, request) = (world.app.clone(), world.request());
    let role = DirectoryRole::AuthenticationAdministrator;
    let holder = Principal::User(ben.id);
    roles::assign(&app, &Caller::Operator, role, holder, &request).await.unwrap();
    let again = roles::assign(&app, &Caller::Operator, role, holder, &request).await;
    assert_eq!(code(again), "already-exists");

    let ben = super::world::caller(world.sign_in(&mut key).await.unwrap());
    let ada = UserRef::Id(world.ada().await.person.user.id);
    let hers = passkeys::list(&app, &Caller::Operator, &ada).await.unwrap();
    let id = &hers[0].passkey.id;
    let touched = passkeys::delete(&app, &ben, &ada, id, &request).await;
    assert_eq!(code(touched), "target-protected");
    let cleo = UserRef::Id(cleo.id);
    let hers = passkeys::list(&app, &ben, &cleo).await.unwrap();
    passkeys::delete(&app, &ben, &cleo, &hers[0].passkey.id, &request).await.unwrap();
}

/// S7
#[tokio::test]
async fn members_of_nested_groups_are_found_below_and_circles_end() {
    let world = World::set_up().await;
    let ben = world.person("ben").await;
    let (app, request, operator) = (&world.app, world.request(), Caller::Operator);
    let make = |name: &'static str| {
        let operator = &operator;
        let request = &request;
        async move {
            groups::create(app, operator, group(name, RoleAssignable::No), request).await.unwrap()
        }
    };
    let (upper, lower) = (make("upper").await, make("lower").await);
    for (parent, child) in [
        (upper.id, Principal::Group(lower.id)),
        (lower.id, Principal::Group(upper.id)),
        (lower.id, Principal::User(ben.id)),
    ] {
        groups::add_member(app, &operator, parent, child, &request).await.unwrap();
    }
    let query = PageQuery { with_total: true, ..PageQuery::default() };
    let direct = groups::members(app, &operator, upper.id, false, &query).await.unwrap();
    assert_eq!(direct.total, Some(1));
    let all = groups::members(app, &operator, upper.id, true, &query).await.unwrap();
    assert_eq!(all.items.len(), 3);
    let ben = UserRef::Id(ben.id);
    assert_eq!(groups::member_of(app, &operator, &ben, false).await.unwrap().len(), 1);
    assert_eq!(groups::member_of(app, &operator, &ben, true).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_group_that_may_hold_no_roles_is_assigned_none() {
    let world = World::set_up().await;
    let (app, request, operator) = (&world.app, world.request(), Caller::Operator);
    let plain = groups::create(app, &operator, group("plain", RoleAssignable::No), &request);
    let holder = Principal::Group(plain.await.unwrap().id);
    let role = DirectoryRole::GlobalReader;
    let assigned = roles::assign(app, &operator, role, holder, &request).await;
    assert!(matches!(assigned, Err(Error::Refused(Refusal::Property { .. }))));
}

#[tokio::test]
async fn users_are_listed_in_parts_and_found_by_either_name() {
    let world = World::set_up().await;
    for name in ["ben", "bert", "cleo"] {
        world.person(name).await;
    }
    let (app, operator) = (&world.app, Caller::Operator);
    let mut query = UserQuery { top: 3, with_total: true, ..UserQuery::default() };
    let first = users::page(app, &operator, &query).await.unwrap();
    assert_eq!((first.items.len(), first.total), (3, Some(4)));
    query.after = first.next;
    let second = users::page(app, &operator, &query).await.unwrap();
    assert_eq!((second.items.len(), second.next), (1, None));
    let search = UserQuery { search: Some("be".to_owned()), ..UserQuery::default() };
    assert_eq!(users::page(app, &operator, &search).await.unwrap().items.len(), 2);
    let upn = UserQuery { upn: Some("CLEO@example.org".to_owned()), ..UserQuery::default() };
    assert_eq!(users::page(app, &operator, &upn).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_user_of_another_domain_or_with_a_taken_name_is_not_created() {
    let world = World::set_up().await;
    let (app, request, operator) = (&world.app, world.request(), Caller::Operator);
    for (upn, expected) in
        [("ada@elsewhere.example", "property-invalid"), ("ADA@example.org", "already-exists")]
    {
        let new = users::NewUser {
            upn: upn.parse().unwrap(),
            display_name: "Ada".parse().unwrap(),
            state: identity::directory::AccountState::Enabled,
            kind: identity::directory::UserKind::Member,
            details: Default::default(),
        };
        assert_eq!(code(users::create(app, &operator, new, &request).await), expected);
    }
}

#[tokio::test]
async fn a_group_that_the_policy_names_is_not_deleted() {
    let mut world = World::set_up().await;
    let ada = super::world::caller(world.ada().await);
    let (app, request) = (&world.app, world.request());
    let made = groups::create(app, &ada, group("keys", RoleAssignable::No), &request).await;
    let id = made.unwrap().id;
    let change = identity::administration::PolicyChange::Patch(Box::new(
        identity::policy::patch::Fido2Patch {
            exclude: Some(vec![identity::policy::Target::Group(id)]),
            ..Default::default()
        },
    ));
    crate::operations::policy::change_fido2(app, &ada, change, None, false, &request)
        .await
        .unwrap();
    assert_eq!(code(groups::delete(app, &ada, id, &request).await), "property-invalid");
    let unknown = identity::GroupId::new(uuid::Uuid::nil());
    assert_eq!(code(groups::delete(app, &ada, unknown, &request).await), "not-found");
}
