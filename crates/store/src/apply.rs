//! Writes what a decision asked for: each change with its guard, all cases listed.

use identity::Change;

use crate::engine::fault::Fault;
use crate::error::StoreError;
use crate::passkeys::{Inserted, Touch};
use crate::tx::Writer;
use crate::users::Replaced;
use crate::{
    access_passes, applications, audit, groups, organisations, passkeys, policies, sessions,
    sign_ins, users,
};

/// What a change expected and did not find: the facts were stale, so gather and decide again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// The stored version is another one.
    Version,
    /// The key was used up before.
    Burned,
    /// The passkey's counter moved.
    Counter,
    /// The pass was used meanwhile.
    LastUse,
    /// Such a thing exists already: an id, a credential, a member, an assignment.
    Exists,
    /// Another user has the sign-in name.
    NameTaken,
    /// What the change is about does not exist, or not any more.
    Missing,
    /// The person holds as many passkeys as allowed.
    Limit,
    /// The organisation is set up already.
    SetUp,
}

/// Why a unit was not written.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// A guard failed: this unit only.
    Guard(Guard),
    /// The engine failed.
    Fault(Fault),
}

impl From<Fault> for Rejected {
    fn from(fault: Fault) -> Self {
        match fault {
            // Two at once: the slower one finds out from the engine instead of from the guard.
            Fault::ForeignKey => Self::Guard(Guard::Missing),
            Fault::Unique => Self::Guard(Guard::Exists),
            Fault::Retry | Fault::Unavailable(_) | Fault::Misuse(_) | Fault::Caller(_) => {
                Self::Fault(fault)
            }
        }
    }
}

impl From<StoreError> for Rejected {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// Applies the changes of one decision in their order.
pub(crate) fn apply(writer: &mut Writer<'_>, changes: &[Change]) -> Result<(), Rejected> {
    changes.iter().try_for_each(|change| apply_one(writer, change))
}

fn apply_one(writer: &mut Writer<'_>, change: &Change) -> Result<(), Rejected> {
    match change {
        Change::CreateOrganisation(organisation) => {
            guarded(organisations::insert(writer, organisation), Guard::SetUp)
        }
        Change::ReplaceFirstRunLink { digest, expires_at } => {
            guarded(organisations::replace_link(writer, (*digest, *expires_at)), Guard::SetUp)
        }
        Change::AddUser(_)
        | Change::ReplaceUser(_)
        | Change::DeleteUser(_)
        | Change::RevokeSessions { .. }
        | Change::AddGroup(_)
        | Change::ReplaceGroup(_)
        | Change::DeleteGroup(_)
        | Change::AddMember { .. }
        | Change::RemoveMember { .. }
        | Change::AssignRole(_)
        | Change::RemoveRole(_) => apply_to_directory(writer, change),
        Change::AddPasskey { .. }
        | Change::RenamePasskey { .. }
        | Change::DeletePasskey { .. }
        | Change::TouchPasskey { .. }
        | Change::IssueAccessPass(_)
        | Change::UseAccessPass { .. }
        | Change::DeleteAccessPass { .. } => apply_to_methods(writer, change),
        Change::ReplaceFido2Configuration { expected, configuration, at } => {
            guarded(policies::replace_fido2(writer, *expected, configuration, *at), Guard::Version)
        }
        Change::ReplaceAccessPassConfiguration { expected, configuration, at } => guarded(
            policies::replace_access_pass(writer, *expected, configuration, *at),
            Guard::Version,
        ),
        Change::ExpectFido2Configuration { expected } => {
            guarded(policies::fido2_stands(writer, *expected), Guard::Version)
        }
        Change::Burn { key, expires_at } => {
            guarded(sessions::burn(writer, *key, *expires_at), Guard::Burned)
        }
        Change::OpenSession(session) => guarded(sessions::insert(writer, session), Guard::Exists),
        Change::EndSession(session) => Ok(sessions::delete(writer, *session)?),
        Change::AddApplication(application) => {
            guarded(applications::insert(writer, application), Guard::Exists)
        }
        Change::CountFailure { user, at, window_ms } => {
            Ok(access_passes::count_failure(writer, *user, *at, *window_ms)?)
        }
        Change::ClearFailures(user) => Ok(access_passes::clear_failures(writer, *user)?),
        Change::Audit(entry) => Ok(audit::insert(writer, entry)?),
        Change::SignIn(entry) => Ok(sign_ins::insert(writer, entry)?),
    }
}

/// Users, groups and roles.
#[expect(clippy::wildcard_enum_match_arm, reason = "apply_one lists every case")]
fn apply_to_directory(writer: &mut Writer<'_>, change: &Change) -> Result<(), Rejected> {
    match change {
        Change::AddUser(user) => guarded(users::insert(writer, user), Guard::Exists),
        Change::ReplaceUser(user) => match users::replace(writer, user)? {
            Replaced::Yes => Ok(()),
            Replaced::Moved => Err(Rejected::Guard(Guard::Version)),
            Replaced::NameTaken => Err(Rejected::Guard(Guard::NameTaken)),
        },
        Change::DeleteUser(user) => guarded(users::delete(writer, *user), Guard::Missing),
        Change::RevokeSessions { user, valid_from } => {
            guarded(users::revoke_sessions(writer, *user, *valid_from), Guard::Missing)
        }
        Change::AddGroup(group) => guarded(groups::insert(writer, group), Guard::Exists),
        Change::ReplaceGroup(group) => guarded(groups::replace(writer, group), Guard::Version),
        Change::DeleteGroup(group) => guarded(groups::delete(writer, *group), Guard::Missing),
        Change::AddMember { group, member } => {
            guarded(groups::add_member(writer, *group, *member), Guard::Exists)
        }
        Change::RemoveMember { group, member } => {
            guarded(groups::remove_member(writer, *group, *member), Guard::Missing)
        }
        Change::AssignRole(assignment) => {
            guarded(groups::assign_role(writer, assignment), Guard::Exists)
        }
        Change::RemoveRole(id) => guarded(groups::remove_role(writer, *id), Guard::Missing),
        _ => Err(StoreError::misuse("the change is not one of the directory").into()),
    }
}

/// Passkeys and access passes.
#[expect(clippy::wildcard_enum_match_arm, reason = "apply_one lists every case")]
fn apply_to_methods(writer: &mut Writer<'_>, change: &Change) -> Result<(), Rejected> {
    match change {
        Change::AddPasskey { passkey, evidence, limit } => {
            guarded(users::lock(writer, passkey.user), Guard::Missing)?;
            match passkeys::insert(writer, passkey, *limit)? {
                Inserted::Yes => Ok(passkeys::insert_evidence(writer, &passkey.id, evidence)?),
                Inserted::Known => Err(Rejected::Guard(Guard::Exists)),
                Inserted::TooMany => Err(Rejected::Guard(Guard::Limit)),
            }
        }
        Change::RenamePasskey { user, id, name } => {
            guarded(passkeys::rename(writer, *user, id, name), Guard::Missing)
        }
        Change::DeletePasskey { user, id, keep } => {
            guarded(passkeys::delete(writer, *user, id), Guard::Missing)?;
            Ok(sessions::delete_of_passkey(writer, *user, id, *keep)?)
        }
        Change::TouchPasskey { id, expected, sign_count, backup_state, at } => {
            let touch = Touch {
                id,
                expected: *expected,
                sign_count: *sign_count,
                backup_state: *backup_state,
                at: *at,
            };
            match passkeys::touch(writer, touch)? {
                Some(true) => Ok(()),
                Some(false) => Err(Rejected::Guard(Guard::Counter)),
                None => Err(Rejected::Guard(Guard::Missing)),
            }
        }
        Change::IssueAccessPass(pass) => {
            sessions::delete_of_pass(writer, pass.user)?;
            Ok(access_passes::issue(writer, pass)?)
        }
        Change::UseAccessPass { id, expected, at } => {
            guarded(access_passes::use_up(writer, *id, *expected, *at), Guard::LastUse)
        }
        Change::DeleteAccessPass { user, id } => {
            guarded(access_passes::delete(writer, *user, *id), Guard::Missing)?;
            Ok(sessions::delete_of_pass(writer, *user)?)
        }
        _ => Err(StoreError::misuse("the change is not one of a method").into()),
    }
}

fn guarded(written: Result<bool, Fault>, guard: Guard) -> Result<(), Rejected> {
    if written? { Ok(()) } else { Err(Rejected::Guard(guard)) }
}
