//! The authentication methods policy: reading it, changing it, and seeing beforehand what a change
//! would do.

mod preview;
mod warnings;

use std::collections::{BTreeMap, BTreeSet};

use identity::access::{Action, Caller, authorize};
use identity::administration::{self, PolicyChange};
use identity::audit::Actor;
use identity::policy::{AccessPassConfiguration, Fido2Configuration, Target, Versioned};
use identity::{GroupId, Refusal, Version};
use webauthn::Aaguid;

pub use preview::{AffectedPerson, Impact, ModelImpact, StoppingPasskey, affected, preview};

use crate::app::App;
use crate::error::Error;
use crate::request::RequestInfo;
use crate::settings::ImpactConfirmation;

/// The FIDO2 configuration with its version.
///
/// # Errors
/// A refusal without permission.
pub async fn fido2(app: &App, caller: &Caller) -> Result<Versioned<Fido2Configuration>, Error> {
    drop(authorize(caller, Action::ReadMethodsPolicy)?);
    app.read(|snapshot| snapshot.fido2_configuration())
}

/// Changes the FIDO2 configuration. `if_match` is the version that the client read, if it said
/// so; `confirmed` that it knows what stops (S50).
///
/// # Errors
/// A refusal, recorded, that names the faulty property, the newer version, the missing
/// confirmation, or that no administrator would be left with a way in (S9).
pub async fn change_fido2(
    app: &App,
    caller: &Caller,
    change: PolicyChange,
    if_match: Option<Version>,
    confirmed: bool,
    request: &RequestInfo,
) -> Result<Versioned<Fido2Configuration>, Error> {
    let permit = authorize(caller, Action::WriteMethodsPolicy)?;
    let counted = match (app.settings().impact_confirmation, confirmed) {
        (ImpactConfirmation::Required, false) => preview::count(app, &change).await?,
        (ImpactConfirmation::Required, true) | (ImpactConfirmation::Off, _) => None,
    };
    let actor = Actor::from(caller);
    let named = named_groups(&change);
    let limits = &app.terms().limits;
    let mut version = Version(0);
    let value = app
        .decide(|snapshot| {
            let facts = snapshot.policy_facts(&named, app.now())?;
            version = facts.current.version.next();
            let impact = counted.map(|(counted_at, impact)| {
                // Counted against a policy that is gone: whoever asked must see the new one.
                if counted_at == facts.current.version { Ok(impact) } else { Err(()) }
            });
            let Ok(impact) = impact.transpose() else {
                return Err(Error::Refused(Refusal::VersionConflict));
            };
            let context = app.context(request);
            let asked = (&change, if_match, impact);
            let terms = (limits, &context);
            Ok(administration::change_fido2_configuration(&actor, &permit, &facts, asked, terms))
        })
        .await?;
    Ok(Versioned { value, version })
}

/// Passkeys on record by model: what whoever restricts models must know beforehand (S51).
///
/// # Errors
/// A refusal without permission.
pub async fn models_in_use(app: &App, caller: &Caller) -> Result<BTreeMap<Aaguid, u64>, Error> {
    drop(authorize(caller, Action::ReadMethodsPolicy)?);
    let (counts, _) = app.read_long(|snapshot| snapshot.census(&BTreeSet::new())).await?;
    Ok(counts.into_iter().map(|count| (count.aaguid, count.passkeys)).collect())
}

/// The groups that a change names.
fn named_groups(change: &PolicyChange) -> BTreeSet<GroupId> {
    let PolicyChange::Patch(patch) = change else { return BTreeSet::new() };
    let include = patch.include.iter().flatten().map(|include| include.target);
    let exclude = patch.exclude.iter().flatten().copied();
    groups_of(include.chain(exclude))
}

fn groups_of(targets: impl Iterator<Item = Target>) -> BTreeSet<GroupId> {
    targets
        .filter_map(|target| match target {
            Target::AllUsers => None,
            Target::Group(group) => Some(group),
        })
        .collect()
}

/// The Temporary Access Pass configuration with its version.
///
/// # Errors
/// A refusal without permission.
pub async fn access_pass(
    app: &App,
    caller: &Caller,
) -> Result<Versioned<AccessPassConfiguration>, Error> {
    drop(authorize(caller, Action::ReadMethodsPolicy)?);
    app.read(|snapshot| snapshot.access_pass_configuration())
}

/// Changes the Temporary Access Pass configuration; `proposed` is complete.
///
/// # Errors
/// A refusal, recorded, that names the faulty property; or that there is a newer version than
/// `if_match`.
pub async fn change_access_pass(
    app: &App,
    caller: &Caller,
    proposed: AccessPassConfiguration,
    if_match: Option<Version>,
    request: &RequestInfo,
) -> Result<Versioned<AccessPassConfiguration>, Error> {
    let permit = authorize(caller, Action::WriteMethodsPolicy)?;
    let actor = Actor::from(caller);
    let named = groups_of(proposed.include.iter().chain(&proposed.exclude).copied());
    let mut version = Version(0);
    let value = app
        .decide(|snapshot| {
            let current = snapshot.access_pass_configuration()?;
            if if_match.is_some_and(|version| version != current.version) {
                return Err(Error::Refused(Refusal::VersionConflict));
            }
            version = current.version.next();
            let context = app.context(request);
            let facts = snapshot.policy_facts(&named, context.now)?;
            Ok(administration::change_access_pass_configuration(
                &actor, &permit, &current, &proposed, &facts, &context,
            ))
        })
        .await?;
    Ok(Versioned { value, version })
}
