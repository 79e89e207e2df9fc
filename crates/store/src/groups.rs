//! Groups, who is in them, and the directory roles that users and groups hold.

use std::collections::{BTreeMap, BTreeSet};

use identity::access::DirectoryRole;
use identity::directory::{
    Group, MailGroup, Principal, RoleAssignable, RoleAssignment, SecurityGroup,
};
use identity::{GroupId, RoleAssignmentId, UserId};
use uuid::Uuid;

use crate::engine::fault::Fault;
use crate::engine::value::{Row, Value};
use crate::error::StoreError;
use crate::page::{After, NameRange, Page, PageRequest};
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

/// What [`read`] reads, in its order; `g` is the table.
macro_rules! columns {
    () => {
        "g.id, g.display_name, g.description, g.mail_nickname, g.security, g.mail, \
         g.role_assignable, g.created_at, g.version"
    };
}

/// All groups above a user: from the user upwards, so it costs what the user's own groups cost
/// however large the tenant is. UNION drops what was seen, so circles end.
macro_rules! reached {
    () => {
        "WITH RECURSIVE reached(group_id) AS (\
             SELECT m.group_id FROM memberships m WHERE m.tenant = $1 AND m.user_id = $2 \
             UNION \
             SELECT n.group_id FROM reached r \
             JOIN nestings n ON n.tenant = $1 AND n.child_id = r.group_id) "
    };
}

const BY_ID: &str =
    concat!("SELECT ", columns!(), " FROM groups g WHERE g.tenant = $1 AND g.id = $2");
const ALL: &str = concat!("SELECT ", columns!(), " FROM groups g WHERE g.tenant = $1");
const ALL_MEMBERSHIPS: &str = "SELECT group_id, user_id FROM memberships WHERE tenant = $1";
const ALL_NESTINGS: &str = "SELECT group_id, child_id FROM nestings WHERE tenant = $1";
const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    ", g.display_folded FROM groups g WHERE g.tenant = $1 \
     AND (g.display_folded, g.id) > ($2, $3) \
     AND g.display_folded >= $4 AND g.display_folded < $5 AND ($6 OR g.security = $7) \
     ORDER BY g.display_folded, g.id LIMIT $8"
);
const COUNT: &str = "SELECT COUNT(*) FROM groups g WHERE g.tenant = $1 \
     AND g.display_folded >= $2 AND g.display_folded < $3 AND ($4 OR g.security = $5)";
const INSERT: &str = "INSERT INTO groups (tenant, id, display_folded, display_name, \
     description, mail_nickname, security, mail, role_assignable, created_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
const REPLACE: &str = "UPDATE groups SET display_folded = $3, display_name = $4, \
     description = $5, mail_nickname = $6, security = $7, mail = $8, role_assignable = $9, \
     created_at = $10, version = $11 \
     WHERE tenant = $1 AND id = $2 AND version + 1 = $11";
const DELETE: &str = "DELETE FROM groups WHERE tenant = $1 AND id = $2";
const SECURITY: &str = "SELECT security FROM groups WHERE tenant = $1 AND id = $2";

// One pass over the groups: a column that is empty tells which of the three a row is about.
const STANDING: &str = concat!(
    reached!(),
    "SELECT g.id, g.role_assignable, a.role \
     FROM reached r CROSS JOIN groups g LEFT JOIN role_assignments a \
         ON g.role_assignable = TRUE AND a.tenant = $1 AND a.group_id = g.id \
     WHERE g.tenant = $1 AND g.id = r.group_id \
     UNION ALL \
     SELECT NULL, NULL, a.role FROM role_assignments a WHERE a.tenant = $1 AND a.user_id = $2"
);
// CROSS JOIN keeps SQLite from reading all groups in the order of their names.
const ABOVE_USER: &str = concat!(
    reached!(),
    "SELECT ",
    columns!(),
    " FROM reached r CROSS JOIN groups g WHERE g.tenant = $1 AND g.id = r.group_id \
     ORDER BY g.display_folded, g.id"
);
const OF_USER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM memberships m CROSS JOIN groups g \
     WHERE m.tenant = $1 AND m.user_id = $2 AND g.tenant = $1 AND g.id = m.group_id \
     ORDER BY g.display_folded, g.id"
);
const OF_GROUP: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM nestings n CROSS JOIN groups g \
     WHERE n.tenant = $1 AND n.child_id = $2 AND g.tenant = $1 AND g.id = n.group_id \
     ORDER BY g.display_folded, g.id"
);
// The members in the order groups first, then users, each by id; `name` of the page says which.
const CHILDREN: &str = "SELECT child_id FROM nestings \
     WHERE tenant = $1 AND group_id = $2 AND child_id > $3 ORDER BY child_id LIMIT $4";
const USERS: &str = "SELECT user_id FROM memberships \
     WHERE tenant = $1 AND group_id = $2 AND user_id > $3 ORDER BY user_id LIMIT $4";
const COUNT_MEMBERS: &str = "SELECT (SELECT COUNT(*) FROM nestings \
     WHERE tenant = $1 AND group_id = $2) + (SELECT COUNT(*) FROM memberships \
     WHERE tenant = $1 AND group_id = $2)";
const HAS_USER: &str =
    "SELECT 1 FROM memberships WHERE tenant = $1 AND group_id = $2 AND user_id = $3";
const HAS_CHILD: &str =
    "SELECT 1 FROM nestings WHERE tenant = $1 AND group_id = $2 AND child_id = $3";
const ADD_USER: &str = "INSERT INTO memberships (tenant, group_id, user_id) \
     VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const ADD_CHILD: &str = "INSERT INTO nestings (tenant, group_id, child_id) \
     VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const REMOVE_USER: &str =
    "DELETE FROM memberships WHERE tenant = $1 AND group_id = $2 AND user_id = $3";
const REMOVE_CHILD: &str =
    "DELETE FROM nestings WHERE tenant = $1 AND group_id = $2 AND child_id = $3";

const ROLES: &str = "SELECT id, role, user_id, group_id FROM role_assignments \
     WHERE tenant = $1 ORDER BY id";
const ROLE: &str = "SELECT id, role, user_id, group_id FROM role_assignments \
     WHERE tenant = $1 AND id = $2";
const ASSIGN: &str = "INSERT INTO role_assignments (tenant, id, role, user_id, group_id) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const UNASSIGN: &str = "DELETE FROM role_assignments WHERE tenant = $1 AND id = $2";
// Down from role-assignable groups to people, for those who hold one of two roles.
const HOLDERS: &str = "WITH RECURSIVE below(group_id) AS (\
         SELECT a.group_id FROM role_assignments a \
         JOIN groups g ON g.tenant = $1 AND g.id = a.group_id AND g.role_assignable = TRUE \
         WHERE a.tenant = $1 AND a.role IN ($2, $3) \
         UNION \
         SELECT n.child_id FROM below b \
         JOIN nestings n ON n.tenant = $1 AND n.group_id = b.group_id) \
     SELECT a.user_id FROM role_assignments a \
     WHERE a.tenant = $1 AND a.role IN ($2, $3) AND a.user_id IS NOT NULL \
     UNION \
     SELECT m.user_id FROM below b \
     JOIN memberships m ON m.tenant = $1 AND m.group_id = b.group_id";

// The same for those who hold any role at all.
const ALL_HOLDERS: &str = "WITH RECURSIVE below(group_id) AS (\
         SELECT a.group_id FROM role_assignments a \
         JOIN groups g ON g.tenant = $1 AND g.id = a.group_id AND g.role_assignable = TRUE \
         WHERE a.tenant = $1 \
         UNION \
         SELECT n.child_id FROM below b \
         JOIN nestings n ON n.tenant = $1 AND n.group_id = b.group_id) \
     SELECT a.user_id FROM role_assignments a WHERE a.tenant = $1 AND a.user_id IS NOT NULL \
     UNION \
     SELECT m.user_id FROM below b \
     JOIN memberships m ON m.tenant = $1 AND m.group_id = b.group_id";

/// Which groups a list holds; sorted by display name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupQuery {
    /// Only groups whose name begins so, without regard to case; empty for all.
    pub prefix: String,
    /// Only groups that are, or are not, security groups.
    pub security: Option<SecurityGroup>,
}

/// Where somebody stands: the groups above him, and the roles he holds through them and directly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Every group, nesting included.
    pub(crate) groups: BTreeSet<GroupId>,
    /// Every role.
    pub(crate) roles: BTreeSet<DirectoryRole>,
    /// Whether one of the groups may hold roles.
    pub(crate) in_role_assignable_group: bool,
}

impl Snapshot<'_> {
    /// The group with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn group(&mut self, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.first(BY_ID, &[id.into()], read)
    }

    /// One page of groups.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn groups(
        &mut self,
        query: &GroupQuery,
        request: &PageRequest,
    ) -> Result<Page<Group>, StoreError> {
        let mut params = request.start();
        params.extend(narrowed(query));
        params.push(request.limit_and_one());
        let found = self.all(PAGE, &params, |row| {
            let group = read(row)?;
            let after = After { name: row.text("display_folded")?, id: group.id.as_uuid() };
            Ok((group, after))
        })?;
        Ok(Page::cut(found, request))
    }

    /// How many groups a list holds.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn groups_count(&mut self, query: &GroupQuery) -> Result<u64, StoreError> {
        self.count(COUNT, &narrowed(query))
    }

    /// One page of a group's direct members: groups first, then users, each by id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn members(
        &mut self,
        group: GroupId,
        request: &PageRequest,
    ) -> Result<Page<Principal>, StoreError> {
        /// In place of a name: which of the two kinds the page stands in.
        const AMONG_USERS: &str = "user";
        let after = request.after.as_ref();
        let start = |id: Uuid| [group.into(), id.into(), request.limit_and_one()];
        let mut found = Vec::new();
        if after.is_none_or(|after| after.name != AMONG_USERS) {
            let id = after.map_or(Uuid::nil(), |after| after.id);
            found = self.all(CHILDREN, &start(id), |row| {
                let id = row.of("nestings").uuid("child_id")?;
                Ok((Principal::Group(GroupId::new(id)), After { name: String::new(), id }))
            })?;
        }
        let id = match after {
            Some(after) if after.name == AMONG_USERS => after.id,
            Some(_) | None => Uuid::nil(),
        };
        found.extend(self.all(USERS, &start(id), |row| {
            let id = row.of("memberships").uuid("user_id")?;
            let after = After { name: AMONG_USERS.to_owned(), id };
            Ok((Principal::User(UserId::new(id)), after))
        })?);
        Ok(Page::cut(found, request))
    }

    /// How many direct members a group has.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn members_count(&mut self, group: GroupId) -> Result<u64, StoreError> {
        self.count(COUNT_MEMBERS, &[group.into()])
    }

    /// Whether somebody is a direct member.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn is_member(&mut self, group: GroupId, member: Principal) -> Result<bool, StoreError> {
        let (sql, id) = match member {
            Principal::User(id) => (HAS_USER, Value::from(id)),
            Principal::Group(id) => (HAS_CHILD, Value::from(id)),
        };
        self.exists(sql, &[group.into(), id])
    }

    /// The groups that somebody is in directly.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn groups_of(&mut self, member: Principal) -> Result<Vec<Group>, StoreError> {
        let (sql, id) = match member {
            Principal::User(id) => (OF_USER, Value::from(id)),
            Principal::Group(id) => (OF_GROUP, Value::from(id)),
        };
        self.all(sql, &[id], read)
    }

    /// The groups that a user is in, nesting included (S7).
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn groups_above(&mut self, user: UserId) -> Result<Vec<Group>, StoreError> {
        self.all(ABOVE_USER, &[user.into()], read)
    }

    /// Everybody who holds a directory role, directly or through a role-assignable group.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn role_holders(&mut self) -> Result<BTreeSet<UserId>, StoreError> {
        let found = self.all(ALL_HOLDERS, &[], |row| {
            row.of("role_assignments").uuid("user_id").map(UserId::new)
        })?;
        Ok(found.into_iter().collect())
    }

    /// All role assignments.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn role_assignments(&mut self) -> Result<Vec<RoleAssignment>, StoreError> {
        self.all(ROLES, &[], read_assignment)
    }

    /// The role assignment with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn role_assignment(
        &mut self,
        id: RoleAssignmentId,
    ) -> Result<Option<RoleAssignment>, StoreError> {
        self.first(ROLE, &[id.into()], read_assignment)
    }
}

/// Where a user stands, in one statement.
pub(crate) fn standing(snapshot: &mut Snapshot<'_>, user: UserId) -> Result<Standing, StoreError> {
    let mut standing = Standing::default();
    snapshot.each(STANDING, &[user.into()], |row| {
        row.of("role_assignments");
        if let Some(group) = row.optional_uuid("group_id")? {
            standing.groups.insert(GroupId::new(group));
        }
        let is_role_assignable = row.optional_bool("role_assignable")?;
        standing.in_role_assignable_group |= is_role_assignable.unwrap_or_default();
        if let Some(role) = row.optional_uuid("role")? {
            standing.roles.insert(known_role(row, role)?);
        }
        Ok(())
    })?;
    Ok(standing)
}

/// The people who hold one of two roles, directly or through a role-assignable group.
pub(crate) fn holders(
    snapshot: &mut Snapshot<'_>,
    roles: [DirectoryRole; 2],
) -> Result<Vec<UserId>, StoreError> {
    let [one, other] = roles.map(role_value);
    snapshot.all(HOLDERS, &[one?, other?], |row| {
        row.of("role_assignments").uuid("user_id").map(UserId::new)
    })
}

/// Which of these groups exist, and whether they are security groups.
pub(crate) fn named(
    snapshot: &mut Snapshot<'_>,
    groups: &BTreeSet<GroupId>,
) -> Result<BTreeMap<GroupId, SecurityGroup>, StoreError> {
    let mut found = BTreeMap::new();
    for group in groups {
        let security = snapshot
            .first(SECURITY, &[(*group).into()], |row| row.of("groups").bool("security"))?;
        if let Some(security) = security {
            let security = if security { SecurityGroup::Yes } else { SecurityGroup::No };
            found.insert(*group, security);
        }
    }
    Ok(found)
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "groups", ALL, |row| read(row).map(drop))?;
    report.scan(snapshot, "memberships", ALL_MEMBERSHIPS, read_pair)?;
    report.scan(snapshot, "nestings", ALL_NESTINGS, read_pair)?;
    report.scan(snapshot, "role_assignments", ROLES, |row| read_assignment(row).map(drop))
}

fn read_pair(row: &mut Row) -> Result<(), StoreError> {
    row.of("memberships").uuid("group_id")?;
    row.uuid("member").map(drop)
}

/// Adds a group; false if the id is taken.
pub(crate) fn insert(writer: &mut Writer<'_>, group: &Group) -> Result<bool, Fault> {
    Ok(writer.execute(INSERT, &values(group))? == 1)
}

/// Replaces a group; false if its stored version is not the one before `group.version`.
pub(crate) fn replace(writer: &mut Writer<'_>, group: &Group) -> Result<bool, Fault> {
    Ok(writer.execute(REPLACE, &values(group))? == 1)
}

/// Deletes a group with memberships and roles; false if there is no such group.
pub(crate) fn delete(writer: &mut Writer<'_>, group: GroupId) -> Result<bool, Fault> {
    Ok(writer.execute(DELETE, &[group.into()])? == 1)
}

/// Adds a member; false if it is one already.
pub(crate) fn add_member(
    writer: &mut Writer<'_>,
    group: GroupId,
    member: Principal,
) -> Result<bool, Fault> {
    let (sql, id) = match member {
        Principal::User(id) => (ADD_USER, Value::from(id)),
        Principal::Group(id) => (ADD_CHILD, Value::from(id)),
    };
    Ok(writer.execute(sql, &[group.into(), id])? == 1)
}

/// Removes a direct member; false if it is none.
pub(crate) fn remove_member(
    writer: &mut Writer<'_>,
    group: GroupId,
    member: Principal,
) -> Result<bool, Fault> {
    let (sql, id) = match member {
        Principal::User(id) => (REMOVE_USER, Value::from(id)),
        Principal::Group(id) => (REMOVE_CHILD, Value::from(id)),
    };
    Ok(writer.execute(sql, &[group.into(), id])? == 1)
}

/// Assigns a role; false if the holder has it, or the id is taken.
pub(crate) fn assign_role(
    writer: &mut Writer<'_>,
    assignment: &RoleAssignment,
) -> Result<bool, Fault> {
    let (user, group) = match assignment.principal {
        Principal::User(id) => (Value::from(id), Value::Null),
        Principal::Group(id) => (Value::Null, Value::from(id)),
    };
    let role = role_value(assignment.role)?;
    Ok(writer.execute(ASSIGN, &[assignment.id.into(), role, user, group])? == 1)
}

/// Takes a role away; false if there is no such assignment.
pub(crate) fn remove_role(writer: &mut Writer<'_>, id: RoleAssignmentId) -> Result<bool, Fault> {
    Ok(writer.execute(UNASSIGN, &[id.into()])? == 1)
}

fn narrowed(query: &GroupQuery) -> [Value; 4] {
    let range = NameRange::of(&query.prefix);
    let security = query.security.map(|security| security == SecurityGroup::Yes);
    [
        range.from.into(),
        range.to.into(),
        security.is_none().into(),
        security.unwrap_or_default().into(),
    ]
}

fn read(row: &mut Row) -> Result<Group, StoreError> {
    row.of("groups");
    Ok(Group {
        id: GroupId::new(row.uuid("id")?),
        display_name: row.parse("display_name")?,
        description: row.optional_text("description")?,
        mail_nickname: row.text("mail_nickname")?,
        security: if row.bool("security")? { SecurityGroup::Yes } else { SecurityGroup::No },
        mail: if row.bool("mail")? { MailGroup::Yes } else { MailGroup::No },
        roles: if row.bool("role_assignable")? { RoleAssignable::Yes } else { RoleAssignable::No },
        created_at: row.time("created_at")?,
        version: row.version("version")?,
    })
}

fn values(group: &Group) -> Vec<Value> {
    vec![
        group.id.into(),
        group.display_name.folded().into(),
        group.display_name.as_str().into(),
        group.description.as_deref().into(),
        group.mail_nickname.as_str().into(),
        (group.security == SecurityGroup::Yes).into(),
        (group.mail == MailGroup::Yes).into(),
        (group.roles == RoleAssignable::Yes).into(),
        group.created_at.into(),
        group.version.into(),
    ]
}

fn read_assignment(row: &mut Row) -> Result<RoleAssignment, StoreError> {
    row.of("role_assignments");
    let id = RoleAssignmentId::new(row.uuid("id")?);
    let role = read_role(row)?;
    let user = row.optional_uuid("user_id")?;
    let group = row.optional_uuid("group_id")?;
    let principal = match (user, group) {
        (Some(user), None) => Principal::User(UserId::new(user)),
        (None, Some(group)) => Principal::Group(GroupId::new(group)),
        (Some(_), Some(_)) | (None, None) => return Err(row.corrupt("user_id")),
    };
    Ok(RoleAssignment { id, role, principal })
}

fn read_role(row: &mut Row) -> Result<DirectoryRole, StoreError> {
    let role = row.uuid("role")?;
    known_role(row, role)
}

fn known_role(row: &Row, role: Uuid) -> Result<DirectoryRole, StoreError> {
    DirectoryRole::from_template_id(&role.to_string()).ok_or_else(|| row.corrupt("role"))
}

fn role_value(role: DirectoryRole) -> Result<Value, StoreError> {
    Ok(Uuid::try_parse(role.template_id()).map_err(StoreError::misuse)?.into())
}
