//! Groups and their members.

use std::collections::BTreeSet;

use identity::access::{Action, Caller, Permit, authorize};
use identity::audit::Actor;
use identity::directory::{
    DisplayName, Group, MailGroup, Principal, RoleAssignable, SecurityGroup, User,
};
use identity::directory_changes::{self, By};
use identity::{GroupId, Outcome, Version};
use store::{PageRequest, Snapshot};

use crate::app::App;
use crate::error::Error;
use crate::operations::page::{Cursor, Page, PageQuery};
use crate::operations::users::{self, UserRef};
use crate::request::RequestInfo;

/// Which groups are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupQuery {
    /// Whose name begins so.
    pub search: Option<String>,
    /// Security groups only, or the others only.
    pub security: Option<bool>,
    /// Which part of the list.
    pub page: PageQuery,
}

/// A group to be created.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// What people read.
    pub display_name: DisplayName,
    /// Free text.
    pub description: Option<String>,
    /// Alias of a mailbox; Graph demands one.
    pub mail_nickname: String,
    /// Whether policies may name it.
    pub security: SecurityGroup,
    /// Whether Graph shows it as mail-enabled.
    pub mail: MailGroup,
    /// Whether it may hold roles.
    pub roles: RoleAssignable,
}

/// What may be changed about a group; absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupPatch {
    /// New name.
    pub display_name: Option<DisplayName>,
    /// New text, or none any more.
    pub description: Option<Option<String>>,
    /// New alias.
    pub mail_nickname: Option<String>,
    /// Whether policies may name it.
    pub security: Option<SecurityGroup>,
    /// Whether Graph shows it as mail-enabled.
    pub mail: Option<MailGroup>,
    /// Whether it may hold roles; fixed at creation, so only the same value passes.
    pub roles: Option<RoleAssignable>,
}

/// A member with what people read about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// A user.
    User(Box<User>),
    /// A group.
    Group(Box<Group>),
}

/// One part of the list of groups.
///
/// # Errors
/// A refusal without permission.
pub async fn page(app: &App, caller: &Caller, query: &GroupQuery) -> Result<Page<Group>, Error> {
    drop(authorize(caller, Action::ReadGroups)?);
    let wanted = store::GroupQuery {
        prefix: query.search.clone().unwrap_or_default(),
        security: query
            .security
            .map(|is_security| if is_security { SecurityGroup::Yes } else { SecurityGroup::No }),
    };
    app.gather(|snapshot| {
        let found = snapshot.groups(&wanted, &query.page.request())?;
        let total = query.page.with_total.then(|| snapshot.groups_count(&wanted)).transpose()?;
        Ok(Page::of(found, total, |group| group))
    })
}

/// One group.
///
/// # Errors
/// A refusal without permission or when there is no such group.
pub async fn get(app: &App, caller: &Caller, group: GroupId) -> Result<Group, Error> {
    drop(authorize(caller, Action::ReadGroups)?);
    app.gather(|snapshot| existing(snapshot, group))
}

fn existing(snapshot: &mut Snapshot<'_>, group: GroupId) -> Result<Group, Error> {
    snapshot.group(group)?.ok_or_else(|| Error::not_found(format_args!("the group {group}")))
}

/// Creates a group.
///
/// # Errors
/// A refusal without permission.
pub async fn create(
    app: &App,
    caller: &Caller,
    new: NewGroup,
    request: &RequestInfo,
) -> Result<Group, Error> {
    let group = Group {
        id: GroupId::new(app.uuid()),
        display_name: new.display_name,
        description: new.description,
        mail_nickname: new.mail_nickname,
        security: new.security,
        mail: new.mail,
        roles: new.roles,
        created_at: app.now(),
        version: Version(1),
    };
    let permit = permit(caller, group.roles, Action::WriteGroups)?;
    app.decide(|_| {
        let context = app.context(request);
        let by = By { actor: &Actor::from(caller), permit: &permit, context: &context };
        Ok(directory_changes::add_group(by, &group))
    })
    .await
}

/// A role-assignable group is a way to a role and asks for more.
fn permit(caller: &Caller, roles: RoleAssignable, action: Action) -> Result<Permit, Error> {
    Ok(authorize(
        caller,
        match roles {
            RoleAssignable::Yes => Action::WriteRoleAssignableGroups,
            RoleAssignable::No => action,
        },
    )?)
}

/// Changes a group.
///
/// # Errors
/// A refusal without permission or when there is no such group.
pub async fn change(
    app: &App,
    caller: &Caller,
    group: GroupId,
    patch: GroupPatch,
    request: &RequestInfo,
) -> Result<Group, Error> {
    write(app, (caller, request), group, Action::WriteGroups, |snapshot, by, current| {
        let is_in_policy = is_in_policy(snapshot, current.id)?;
        Ok(directory_changes::change_group(by, current, patched(current, &patch), is_in_policy))
    })
    .await
}

/// Whether a configuration names the group.
fn is_in_policy(snapshot: &mut Snapshot<'_>, group: GroupId) -> Result<bool, Error> {
    let passes = snapshot.access_pass_configuration()?.value;
    let target = identity::policy::Target::Group(group);
    Ok(snapshot.fido2_configuration()?.value.named_groups().contains(&group)
        || passes.include.contains(&target)
        || passes.exclude.contains(&target))
}

fn patched(current: &Group, patch: &GroupPatch) -> Group {
    let mut group = current.clone();
    if let Some(display_name) = &patch.display_name {
        group.display_name = display_name.clone();
    }
    if let Some(description) = &patch.description {
        group.description.clone_from(description);
    }
    if let Some(mail_nickname) = &patch.mail_nickname {
        group.mail_nickname.clone_from(mail_nickname);
    }
    group.security = patch.security.unwrap_or(group.security);
    group.mail = patch.mail.unwrap_or(group.mail);
    group.roles = patch.roles.unwrap_or(group.roles);
    group
}

/// Deletes a group that no policy names.
///
/// # Errors
/// A refusal without permission, when there is no such group, or when a policy names it.
pub async fn delete(
    app: &App,
    caller: &Caller,
    group: GroupId,
    request: &RequestInfo,
) -> Result<(), Error> {
    write(app, (caller, request), group, Action::WriteGroups, |snapshot, by, current| {
        let is_in_policy = is_in_policy(snapshot, current.id)?;
        Ok(directory_changes::delete_group(by, current, is_in_policy))
    })
    .await
}

/// Adds a member to a group.
///
/// # Errors
/// A refusal without permission, when group or member do not exist, or when it is one already.
pub async fn add_member(
    app: &App,
    caller: &Caller,
    group: GroupId,
    member: Principal,
    request: &RequestInfo,
) -> Result<(), Error> {
    write(app, (caller, request), group, Action::WriteGroupMembers, |snapshot, by, current| {
        let name =
            principal_name(snapshot, member)?.ok_or_else(|| Error::not_found("the member"))?;
        let is_member = snapshot.is_member(group, member)?;
        Ok(directory_changes::add_member(by, current, (member, &name), is_member))
    })
    .await
}

/// Removes a direct member from a group.
///
/// # Errors
/// A refusal without permission, when there is no such group, or when it is no member.
pub async fn remove_member(
    app: &App,
    caller: &Caller,
    group: GroupId,
    member: Principal,
    request: &RequestInfo,
) -> Result<(), Error> {
    write(app, (caller, request), group, Action::WriteGroupMembers, |snapshot, by, current| {
        let name = principal_name(snapshot, member)?.unwrap_or_default();
        let is_member = snapshot.is_member(group, member)?;
        Ok(directory_changes::remove_member(by, current, (member, &name), is_member))
    })
    .await
}

/// The name of a user or group for the record; none if it does not exist.
pub(super) fn principal_name(
    snapshot: &mut Snapshot<'_>,
    principal: Principal,
) -> Result<Option<String>, Error> {
    Ok(match principal {
        Principal::User(id) => snapshot.user(id)?.map(|user| user.upn.as_str().to_owned()),
        Principal::Group(id) => {
            snapshot.group(id)?.map(|group| group.display_name.as_str().to_owned())
        }
    })
}

/// What every change of a group has in common: the group, the permit that it asks for, the record.
async fn write<T>(
    app: &App,
    (caller, request): (&Caller, &RequestInfo),
    group: GroupId,
    action: Action,
    mut decide: impl FnMut(&mut Snapshot<'_>, By<'_>, &Group) -> Result<Outcome<T>, Error>,
) -> Result<T, Error> {
    let actor = Actor::from(caller);
    app.decide(|snapshot| {
        let Some(current) = snapshot.group(group)? else {
            drop(authorize(caller, action.clone())?);
            return Err(Error::not_found(format_args!("the group {group}")));
        };
        let permit = permit(caller, current.roles, action.clone())?;
        let context = app.context(request);
        let by = By { actor: &actor, permit: &permit, context: &context };
        decide(snapshot, by, &current)
    })
    .await
}

/// One part of a group's members, direct ones only or everybody below it (S7).
///
/// # Errors
/// A refusal without permission or when there is no such group.
pub async fn members(
    app: &App,
    caller: &Caller,
    group: GroupId,
    transitive: bool,
    query: &PageQuery,
) -> Result<Page<Member>, Error> {
    drop(authorize(caller, Action::ReadGroups)?);
    app.gather(|snapshot| {
        existing(snapshot, group)?;
        let (found, total) = if transitive {
            let below = below(snapshot, group)?;
            let total = u64::try_from(below.len()).ok();
            (part_of(below, query), total)
        } else {
            let found = snapshot.members(group, &query.request())?;
            let total = query.with_total.then(|| snapshot.members_count(group)).transpose()?;
            (found, total)
        };
        let mut items = Vec::with_capacity(found.items.len());
        for member in found.items {
            items.extend(described(snapshot, member)?);
        }
        let total = total.filter(|_| query.with_total);
        Ok(Page { items, next: found.next.map(Cursor::of), total })
    })
}

fn described(snapshot: &mut Snapshot<'_>, member: Principal) -> Result<Option<Member>, Error> {
    Ok(match member {
        Principal::User(id) => snapshot.user(id)?.map(|user| Member::User(Box::new(user))),
        Principal::Group(id) => snapshot.group(id)?.map(|group| Member::Group(Box::new(group))),
    })
}

/// Everybody below a group. What was seen is not walked again, so circles end.
fn below(snapshot: &mut Snapshot<'_>, group: GroupId) -> Result<BTreeSet<Principal>, Error> {
    let mut found = BTreeSet::new();
    let mut open = vec![group];
    while let Some(group) = open.pop() {
        let mut request = PageRequest::first(store::PAGE_MAX);
        loop {
            let page = snapshot.members(group, &request)?;
            for member in page.items {
                if found.insert(member)
                    && let Principal::Group(child) = member
                {
                    open.push(child);
                }
            }
            let Some(next) = page.next else { break };
            request.after = Some(next);
        }
    }
    Ok(found)
}

/// Cuts a part out of a list that is in memory; the place is the last principal seen.
fn part_of(all: BTreeSet<Principal>, query: &PageQuery) -> store::Page<Principal> {
    const USER: &str = "user";
    const GROUP: &str = "group";
    let request = query.request();
    let last = request.after.map(|after| match after.name.as_str() {
        GROUP => Principal::Group(GroupId::new(after.id)),
        _ => Principal::User(identity::UserId::new(after.id)),
    });
    let top = usize::try_from(std::cmp::min(query.top, store::PAGE_MAX)).unwrap_or(usize::MAX);
    let mut rest = all.into_iter().filter(|member| last.is_none_or(|last| *member > last));
    let items: Vec<Principal> = rest.by_ref().take(top).collect();
    let next = rest.next().and(items.last()).map(|member| match member {
        Principal::User(id) => store::After { name: USER.to_owned(), id: id.as_uuid() },
        Principal::Group(id) => store::After { name: GROUP.to_owned(), id: id.as_uuid() },
    });
    store::Page { items, next }
}

/// The groups that a user is in, directly or through nesting too.
///
/// # Errors
/// A refusal without permission or when there is no such user.
pub async fn member_of(
    app: &App,
    caller: &Caller,
    user: &UserRef,
    transitive: bool,
) -> Result<Vec<Group>, Error> {
    let user = users::get(app, caller, user).await?.id;
    app.read(|snapshot| {
        if transitive {
            snapshot.groups_above(user)
        } else {
            snapshot.groups_of(Principal::User(user))
        }
    })
}

#[cfg(test)]
mod tests {
    use identity::UserId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_list_in_memory_is_cut_into_parts_without_gap_or_repeat() {
        let all: BTreeSet<Principal> = (0..7)
            .map(|n| match n % 2 {
                0 => Principal::User(UserId::new(Uuid::from_u128(n))),
                _ => Principal::Group(GroupId::new(Uuid::from_u128(n))),
            })
            .collect();
        let mut seen = Vec::new();
        let mut query = PageQuery { top: 3, ..PageQuery::default() };
        loop {
            let part = part_of(all.clone(), &query);
            seen.extend(part.items);
            let Some(next) = part.next else { break };
            query.after = Some(Cursor::of(next));
        }
        assert_eq!(seen, all.into_iter().collect::<Vec<_>>());
    }
}
