//! Users: list, read, create, change, delete, sign out everywhere.

use std::fmt;

use identity::access::{Action, Caller, TargetPerson, authorize};
use identity::audit::Actor;
use identity::directory::{
    AccountState, DisplayName, User, UserDetails, UserKind, UserPrincipalName,
};
use identity::directory_changes::{self, By, UserFacts, UserPatch};
use identity::{UserId, Version, sign_in};
use store::{Snapshot, UserName};
use webauthn::UserHandle;

use crate::app::App;
use crate::error::Error;
use crate::operations::page::{Cursor, Page, PageQuery};
use crate::operations::{is_last_way_in, organisation_of, target};
use crate::request::RequestInfo;

/// How a request names a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRef {
    /// By object id.
    Id(UserId),
    /// By sign-in name, in any case.
    Upn(String),
}

impl fmt::Display for UserRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Upn(upn) => upn.fmt(formatter),
        }
    }
}

/// Which users are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserQuery {
    /// Whose display name or sign-in name begins so: one part only, for pickers.
    pub search: Option<String>,
    /// Whose display name begins so.
    pub name_prefix: Option<String>,
    /// Whose sign-in name begins so; sorts by sign-in name.
    pub upn_prefix: Option<String>,
    /// Whose sign-in name is this one.
    pub upn: Option<String>,
    /// Enabled ones or disabled ones only.
    pub enabled: Option<bool>,
    /// Members or guests only.
    pub kind: Option<UserKind>,
    /// How many at most.
    pub top: u32,
    /// After which place; none for the beginning.
    pub after: Option<Cursor>,
    /// Whether to count the whole list.
    pub with_total: bool,
}

impl Default for UserQuery {
    fn default() -> Self {
        Self {
            search: None,
            name_prefix: None,
            upn_prefix: None,
            upn: None,
            enabled: None,
            kind: None,
            top: 100,
            after: None,
            with_total: false,
        }
    }
}

/// A user to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Sign-in name in the organisation's domain.
    pub upn: UserPrincipalName,
    /// What people read.
    pub display_name: DisplayName,
    /// Whether the account may sign in.
    pub state: AccountState,
    /// Member or guest.
    pub kind: UserKind,
    /// Descriptive properties.
    pub details: UserDetails,
}

/// One part of the list of users.
///
/// # Errors
/// A refusal without permission; otherwise when the database is away or broken.
pub async fn page(app: &App, caller: &Caller, query: &UserQuery) -> Result<Page<User>, Error> {
    drop(authorize(caller, Action::ReadUsers)?);
    app.gather(|snapshot| {
        if let Some(upn) = &query.upn {
            let found = snapshot.user_by_upn(upn)?.filter(|user| is_wanted(user, query));
            return Ok(whole(found.into_iter().collect()));
        }
        if let Some(prefix) = &query.search {
            let mut found = snapshot.users_search(prefix, query.top)?;
            found.retain(|user| is_wanted(user, query));
            return Ok(whole(found));
        }
        list(snapshot, query)
    })
}

fn list(snapshot: &mut Snapshot<'_>, query: &UserQuery) -> Result<Page<User>, Error> {
    let (name, prefix) = match (&query.name_prefix, &query.upn_prefix) {
        (_, Some(prefix)) => (UserName::Upn, prefix.as_str()),
        (Some(prefix), None) => (UserName::Display, prefix.as_str()),
        (None, None) => (UserName::Display, ""),
    };
    let wanted = store::UserQuery {
        name,
        prefix: prefix.to_owned(),
        state: query.enabled.map(state),
        kind: query.kind,
    };
    let part = PageQuery { top: query.top, after: query.after.clone(), with_total: false };
    let found = snapshot.users(&wanted, &part.request())?;
    let total = query.with_total.then(|| snapshot.users_count(&wanted)).transpose()?;
    Ok(Page::of(found, total, |user| user))
}

/// A list that is complete as it stands.
fn whole(users: Vec<User>) -> Page<User> {
    let total = u64::try_from(users.len()).ok();
    Page { items: users, next: None, total }
}

fn is_wanted(user: &User, query: &UserQuery) -> bool {
    query.enabled.is_none_or(|enabled| user.state == state(enabled))
        && query.kind.is_none_or(|kind| user.kind == kind)
}

fn state(is_enabled: bool) -> AccountState {
    if is_enabled { AccountState::Enabled } else { AccountState::Disabled }
}

/// One user. A person may read himself.
///
/// # Errors
/// A refusal without permission or when there is no such user.
pub async fn get(app: &App, caller: &Caller, user: &UserRef) -> Result<User, Error> {
    if let Some(own) = own(caller, user) {
        return Ok(own);
    }
    drop(authorize(caller, Action::ReadUsers)?);
    app.gather(|snapshot| {
        let found = match user {
            UserRef::Id(id) => snapshot.user(*id)?,
            UserRef::Upn(upn) => snapshot.user_by_upn(upn)?,
        };
        found.ok_or_else(|| Error::not_found(format_args!("the user {user}")))
    })
}

fn own(caller: &Caller, user: &UserRef) -> Option<User> {
    let Caller::Person(signed_in) = caller else { return None };
    let own = &signed_in.person.user;
    let is_own = match user {
        UserRef::Id(id) => *id == own.id,
        UserRef::Upn(upn) => upn.to_lowercase() == own.upn.folded(),
    };
    is_own.then(|| own.clone())
}

/// Creates a user with a random handle that says nothing about him (S18).
///
/// # Errors
/// A refusal without permission, for another domain, or when the name is taken.
pub async fn create(
    app: &App,
    caller: &Caller,
    new: NewUser,
    request: &RequestInfo,
) -> Result<User, Error> {
    let permit = authorize(caller, Action::WriteUsers)?;
    let now = app.now();
    let user = User {
        id: UserId::new(app.uuid()),
        upn: new.upn,
        display_name: new.display_name,
        state: new.state,
        kind: new.kind,
        handle: UserHandle::new(app.random::<32>()).map_err(Error::internal)?,
        details: new.details,
        created_at: now,
        sessions_valid_from: now,
        version: Version(1),
    };
    app.decide(|snapshot| {
        let organisation = organisation_of(snapshot)?;
        let is_taken = snapshot.user_by_upn(user.upn.as_str())?.is_some();
        let context = app.context(request);
        let by = By { actor: &Actor::from(caller), permit: &permit, context: &context };
        Ok(directory_changes::add_user(by, &user, &organisation.domain, is_taken))
    })
    .await
}

/// Changes a user.
///
/// # Errors
/// A refusal without permission for this user, when there is none, or for the new sign-in name.
pub async fn change(
    app: &App,
    caller: &Caller,
    user: &UserRef,
    patch: UserPatch,
    request: &RequestInfo,
) -> Result<User, Error> {
    app.decide(|snapshot| {
        let (person, permit) = target(snapshot, caller, user, Action::WriteUser)?;
        let organisation = organisation_of(snapshot)?;
        let is_taken = match &patch.upn {
            Some(upn) => {
                let holder = snapshot.user_by_upn(upn.as_str())?;
                holder.is_some_and(|holder| holder.id != person.user.id)
            }
            None => false,
        };
        let context = app.context(request);
        let by = By { actor: &Actor::from(caller), permit: &permit, context: &context };
        let facts = UserFacts {
            current: &person.user,
            domain: &organisation.domain,
            is_upn_taken: is_taken,
            is_last_way_in: is_last_way_in(snapshot, person.user.id, app.now())?,
        };
        Ok(directory_changes::change_user(by, facts, &patch))
    })
    .await
}

/// Deletes a user with everything that is his.
///
/// # Errors
/// A refusal without permission for this user or when there is none.
pub async fn delete(
    app: &App,
    caller: &Caller,
    user: &UserRef,
    request: &RequestInfo,
) -> Result<(), Error> {
    app.decide(|snapshot| {
        let (person, permit) = target(snapshot, caller, user, Action::WriteUser)?;
        let context = app.context(request);
        let by = By { actor: &Actor::from(caller), permit: &permit, context: &context };
        let is_last_way_in = is_last_way_in(snapshot, person.user.id, app.now())?;
        Ok(directory_changes::delete_user(by, &person.user, is_last_way_in))
    })
    .await
}

/// Signs a user out everywhere (S138).
///
/// # Errors
/// A refusal without permission for this user or when there is none.
pub async fn revoke_sessions(
    app: &App,
    caller: &Caller,
    user: &UserRef,
    request: &RequestInfo,
) -> Result<(), Error> {
    app.decide(|snapshot| {
        let (person, _permit) = target(snapshot, caller, user, Action::WriteUser)?;
        let person = TargetPerson::from(&person);
        Ok(sign_in::revoke_sessions(Actor::from(caller), &person, &app.context(request)))
    })
    .await
}
