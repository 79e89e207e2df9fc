//! Everything that can be asked of Keyward, whoever asks and however: gather, decide, record.
//!
//! An operation reads the facts, lets `identity` decide, and records what that decided. Graph,
//! OAuth, pages and the command line all come through here, so each rule stands in one place.

pub mod access_passes;
pub mod applications;
pub mod first_run;
pub mod groups;
pub mod organisation;
pub mod page;
pub mod passkeys;
pub mod policy;
pub mod registration;
pub mod reports;
pub mod roles;
pub mod sign_in;
pub mod users;

mod ceremony;

use std::collections::BTreeSet;

use identity::UserId;
use identity::access::{Action, Caller, Permit, TargetPerson, authorize};
use identity::administration;
use identity::change::Organisation;
use identity::directory::Person;
use store::Snapshot;
use webauthn::Timestamp;

use crate::error::Error;
use crate::operations::users::UserRef;

/// Whether nobody else who may change policy could sign in (S9).
fn is_last_way_in(
    snapshot: &mut Snapshot<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<bool, Error> {
    let facts = snapshot.policy_facts(&BTreeSet::new(), now)?;
    Ok(administration::is_last_way_in(&facts, user))
}

/// Stands for a person where only the kind of an action matters.
pub(crate) fn nobody() -> Option<TargetPerson> {
    Some(TargetPerson {
        id: UserId::new(uuid::Uuid::nil()),
        upn: "nobody@invalid".parse().ok()?,
        roles: BTreeSet::new(),
        in_role_assignable_group: false,
    })
}

/// The person whom an action is about, and the permit for it.
///
/// Whoever may not do it to anybody learns nothing about who exists: the answer is the same.
fn target(
    snapshot: &mut Snapshot<'_>,
    caller: &Caller,
    user: &UserRef,
    action: fn(TargetPerson) -> Action,
) -> Result<(Person, Permit), Error> {
    let person = match user {
        UserRef::Id(id) => snapshot.person(*id)?,
        UserRef::Upn(upn) => snapshot.person_by_upn(upn)?,
    };
    match person {
        Some(person) => {
            let permit = authorize(caller, action(TargetPerson::from(&person)))?;
            Ok((person, permit))
        }
        None => {
            if let Some(nobody) = nobody() {
                drop(authorize(caller, action(nobody))?);
            }
            Err(Error::not_found(format_args!("the user {user}")))
        }
    }
}

/// The organisation, without which nothing but setting it up makes sense.
fn organisation_of(snapshot: &mut Snapshot<'_>) -> Result<Organisation, Error> {
    snapshot.organisation()?.ok_or_else(|| Error::not_found("the organisation"))
}

#[cfg(test)]
mod tests;
