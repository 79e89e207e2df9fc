//! Users: looked up by id and sign-in name, listed and searched by folded names.

use identity::directory::{AccountState, User, UserDetails, UserKind};
use identity::{UserId, Version};
use webauthn::{Timestamp, UserHandle};

use crate::body;
use crate::engine::fault::Fault;
use crate::engine::value::{Row, Value};
use crate::error::StoreError;
use crate::page::{After, NameRange, Page, PageRequest};
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

/// What [`read`] reads, in its order; `u` is the table.
macro_rules! columns {
    () => {
        "u.id, u.upn_folded, u.upn, u.display_name, u.enabled, u.guest, u.handle, u.details, \
         u.created_at, u.sessions_valid_from, u.version"
    };
}
pub(crate) use columns;

const BY_ID: &str =
    concat!("SELECT ", columns!(), " FROM users u WHERE u.tenant = $1 AND u.id = $2");
const BY_UPN: &str =
    concat!("SELECT ", columns!(), " FROM users u WHERE u.tenant = $1 AND u.upn_folded = $2");
const ALL: &str = concat!("SELECT ", columns!(), " FROM users u WHERE u.tenant = $1");
const PAGE_BY_NAME: &str = concat!(
    "SELECT ",
    columns!(),
    ", u.display_folded FROM users u WHERE u.tenant = $1 \
     AND (u.display_folded, u.id) > ($2, $3) \
     AND u.display_folded >= $4 AND u.display_folded < $5 \
     AND ($6 OR u.enabled = $7) AND ($8 OR u.guest = $9) \
     ORDER BY u.display_folded, u.id LIMIT $10"
);
const PAGE_BY_UPN: &str = concat!(
    "SELECT ",
    columns!(),
    ", u.upn_folded FROM users u WHERE u.tenant = $1 \
     AND (u.upn_folded, u.id) > ($2, $3) \
     AND u.upn_folded >= $4 AND u.upn_folded < $5 \
     AND ($6 OR u.enabled = $7) AND ($8 OR u.guest = $9) \
     ORDER BY u.upn_folded, u.id LIMIT $10"
);
// Without the filters an index alone can answer.
const COUNT_ALL_BY_NAME: &str = "SELECT COUNT(*) FROM users u WHERE u.tenant = $1 \
     AND u.display_folded >= $2 AND u.display_folded < $3";
const COUNT_ALL_BY_UPN: &str = "SELECT COUNT(*) FROM users u WHERE u.tenant = $1 \
     AND u.upn_folded >= $2 AND u.upn_folded < $3";
const COUNT_BY_NAME: &str = "SELECT COUNT(*) FROM users u WHERE u.tenant = $1 \
     AND u.display_folded >= $2 AND u.display_folded < $3 \
     AND ($4 OR u.enabled = $5) AND ($6 OR u.guest = $7)";
const COUNT_BY_UPN: &str = "SELECT COUNT(*) FROM users u WHERE u.tenant = $1 \
     AND u.upn_folded >= $2 AND u.upn_folded < $3 \
     AND ($4 OR u.enabled = $5) AND ($6 OR u.guest = $7)";
const SEARCH: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM users u JOIN (\
         SELECT id FROM (SELECT id FROM users WHERE tenant = $1 \
             AND display_folded >= $2 AND display_folded < $3 \
             ORDER BY display_folded, id LIMIT $4) by_name \
         UNION \
         SELECT id FROM (SELECT id FROM users WHERE tenant = $1 \
             AND upn_folded >= $2 AND upn_folded < $3 ORDER BY upn_folded LIMIT $4) by_upn\
     ) found ON found.id = u.id \
     WHERE u.tenant = $1 ORDER BY u.display_folded, u.id LIMIT $4"
);
const INSERT: &str = "INSERT INTO users (tenant, id, upn_folded, upn, display_folded, \
     display_name, enabled, guest, handle, details, created_at, sessions_valid_from, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
const REPLACE: &str = "UPDATE users SET upn_folded = $3, upn = $4, display_folded = $5, \
     display_name = $6, enabled = $7, guest = $8, handle = $9, details = $10, created_at = $11, \
     sessions_valid_from = $12, version = $13 \
     WHERE tenant = $1 AND id = $2 AND version + 1 = $13 \
     AND NOT EXISTS (SELECT 1 FROM users o \
         WHERE o.tenant = $1 AND o.upn_folded = $3 AND o.id <> $2)";
const REVOKE: &str = "UPDATE users SET sessions_valid_from = $3, version = version + 1 \
     WHERE tenant = $1 AND id = $2";
const DELETE: &str = "DELETE FROM users WHERE tenant = $1 AND id = $2";
const LOCK: &str = "UPDATE users SET version = version WHERE tenant = $1 AND id = $2";
const EXISTS_WITH_UPN: &str = "SELECT 1 FROM users WHERE tenant = $1 AND upn_folded = $2";
const VERSION: &str = "SELECT 1 FROM users WHERE tenant = $1 AND id = $2 AND version = $3";

/// Which users a list holds, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserQuery {
    /// The name by which the list is sorted and narrowed.
    pub name: UserName,
    /// Only users whose name begins so, without regard to case; empty for all.
    pub prefix: String,
    /// Only accounts in this state.
    pub state: Option<AccountState>,
    /// Only users of this kind.
    pub kind: Option<UserKind>,
}

/// A name to sort and search by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserName {
    /// The display name.
    #[default]
    Display,
    /// The sign-in name.
    Upn,
}

impl Snapshot<'_> {
    /// The user with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn user(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.first(BY_ID, &[id.into()], read)
    }

    /// The user with this sign-in name, in any case.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn user_by_upn(&mut self, upn: &str) -> Result<Option<User>, StoreError> {
        self.first(BY_UPN, &[upn.to_lowercase().into()], read)
    }

    /// One page of users.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn users(
        &mut self,
        query: &UserQuery,
        request: &PageRequest,
    ) -> Result<Page<User>, StoreError> {
        let sql = match query.name {
            UserName::Display => PAGE_BY_NAME,
            UserName::Upn => PAGE_BY_UPN,
        };
        let mut params = request.start();
        params.extend(narrowed(query));
        params.push(request.limit_and_one());
        let found = self.all(sql, &params, |row| {
            let user = read(row)?;
            let after = After { name: row.text("folded name")?, id: user.id.as_uuid() };
            Ok((user, after))
        })?;
        Ok(Page::cut(found, request))
    }

    /// How many users a list holds.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn users_count(&mut self, query: &UserQuery) -> Result<u64, StoreError> {
        if query.state.is_none() && query.kind.is_none() {
            let range = NameRange::of(&query.prefix);
            let sql = match query.name {
                UserName::Display => COUNT_ALL_BY_NAME,
                UserName::Upn => COUNT_ALL_BY_UPN,
            };
            return self.count(sql, &[range.from.into(), range.to.into()]);
        }
        let sql = match query.name {
            UserName::Display => COUNT_BY_NAME,
            UserName::Upn => COUNT_BY_UPN,
        };
        self.count(sql, &narrowed(query))
    }

    /// The first users whose display name or sign-in name begins so: for pickers.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn users_search(&mut self, prefix: &str, limit: u32) -> Result<Vec<User>, StoreError> {
        let range = NameRange::of(prefix);
        self.all(SEARCH, &[range.from.into(), range.to.into(), limit.into()], read)
    }
}

fn narrowed(query: &UserQuery) -> Vec<Value> {
    let range = NameRange::of(&query.prefix);
    let enabled = query.state.map(|state| state == AccountState::Enabled);
    let guest = query.kind.map(|kind| kind == UserKind::Guest);
    vec![
        range.from.into(),
        range.to.into(),
        enabled.is_none().into(),
        enabled.unwrap_or_default().into(),
        guest.is_none().into(),
        guest.unwrap_or_default().into(),
    ]
}

/// Reads a user from the columns named above.
pub(crate) fn read(row: &mut Row) -> Result<User, StoreError> {
    row.of("users");
    let id = UserId::new(row.uuid("id")?);
    let upn_folded = row.text("upn_folded")?;
    let upn = row.optional_text("upn")?.unwrap_or(upn_folded);
    Ok(User {
        id,
        upn: upn.parse().map_err(|_| row.corrupt("upn"))?,
        display_name: row.parse("display_name")?,
        state: if row.bool("enabled")? { AccountState::Enabled } else { AccountState::Disabled },
        kind: if row.bool("guest")? { UserKind::Guest } else { UserKind::Member },
        handle: {
            let bytes = row.bytes("handle")?;
            UserHandle::new(bytes).map_err(|_| row.corrupt("handle"))?
        },
        details: match row.optional_text("details")? {
            None => UserDetails::default(),
            Some(text) => body::read::<body::details::Body>(&text)
                .ok_or_else(|| row.corrupt("details"))?
                .into(),
        },
        created_at: row.time("created_at")?,
        sessions_valid_from: row.time("sessions_valid_from")?,
        version: row.version("version")?,
    })
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "users", ALL, |row| read(row).map(drop))
}

/// Adds a user; false if the id, the sign-in name or the handle is taken.
pub(crate) fn insert(writer: &mut Writer<'_>, user: &User) -> Result<bool, Fault> {
    Ok(writer.execute(INSERT, &values(user)?)? == 1)
}

/// What became of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// It was done.
    Yes,
    /// The stored version is another one.
    Moved,
    /// Another user has the sign-in name.
    NameTaken,
}

/// Replaces a user whose stored version is the one before `user.version`.
pub(crate) fn replace(writer: &mut Writer<'_>, user: &User) -> Result<Replaced, Fault> {
    if writer.execute(REPLACE, &values(user)?)? == 1 {
        return Ok(Replaced::Yes);
    }
    let before = Version(user.version.0.saturating_sub(1));
    if !writer.exists(VERSION, &[user.id.into(), before.into()])? {
        return Ok(Replaced::Moved);
    }
    let taken = writer.exists(EXISTS_WITH_UPN, &[user.upn.folded().into()])?;
    Ok(if taken { Replaced::NameTaken } else { Replaced::Moved })
}

/// Voids what was opened before `valid_from`; false if there is no such user.
pub(crate) fn revoke_sessions(
    writer: &mut Writer<'_>,
    user: UserId,
    valid_from: Timestamp,
) -> Result<bool, Fault> {
    Ok(writer.execute(REVOKE, &[user.into(), valid_from.into()])? == 1)
}

/// Deletes a user and, by foreign keys, all that is his; false if there is no such user.
pub(crate) fn delete(writer: &mut Writer<'_>, user: UserId) -> Result<bool, Fault> {
    Ok(writer.execute(DELETE, &[user.into()])? == 1)
}

/// Makes others who count something of this user wait for this transaction; false if there is no
/// such user.
pub(crate) fn lock(writer: &mut Writer<'_>, user: UserId) -> Result<bool, Fault> {
    Ok(writer.execute(LOCK, &[user.into()])? == 1)
}

fn values(user: &User) -> Result<Vec<Value>, StoreError> {
    let folded = user.upn.folded();
    let written = (folded != user.upn.as_str()).then(|| user.upn.as_str());
    let details = (user.details != UserDetails::default())
        .then(|| body::write(&body::details::Body::from(&user.details)))
        .transpose()?;
    Ok(vec![
        user.id.into(),
        folded.into(),
        written.into(),
        user.display_name.folded().into(),
        user.display_name.as_str().into(),
        (user.state == AccountState::Enabled).into(),
        (user.kind == UserKind::Guest).into(),
        user.handle.as_bytes().into(),
        details.into(),
        user.created_at.into(),
        user.sessions_valid_from.into(),
        user.version.into(),
    ])
}
