//! A person's passkeys as they are on record, each with what today's policy says of it.

use identity::access::{Action, Caller, TargetPerson};
use identity::administration;
use identity::audit::Actor;
use identity::directory::{Group, Person};
use identity::passkey::{Passkey, PasskeyName};
use identity::policy::{
    Candidate, Fido2Configuration, Moment, PasskeyProfile, Subject, Target, Verdict, judge,
};
use store::Snapshot;
use webauthn::CredentialId;

use crate::app::App;
use crate::error::Error;
use crate::operations::target;
use crate::operations::users::UserRef;
use crate::request::RequestInfo;

/// A passkey with what people want to know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyView {
    /// The passkey.
    pub passkey: Passkey,
    /// Format of its attestation statement, e.g. `packed`; `none` when there was none.
    pub format: String,
    /// Certificates of the statement, leaf first, DER.
    pub certificates: Vec<Vec<u8>>,
    /// Whether it could sign in today, and by which rule (S45).
    pub verdict: Verdict,
    /// The model's name, where the catalogue knows it.
    pub model: Option<String>,
}

/// A profile that applies to somebody, and through what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveProfile {
    /// The profile.
    pub profile: PasskeyProfile,
    /// The target that brings it.
    pub through: Target,
    /// The group, when the target is one.
    pub group: Option<Group>,
}

/// A person's passkeys, the oldest first. A person may read his own.
///
/// # Errors
/// A refusal without permission or when there is no such user.
pub async fn list(app: &App, caller: &Caller, user: &UserRef) -> Result<Vec<PasskeyView>, Error> {
    app.gather(|snapshot| {
        let (person, _permit) = target(snapshot, caller, user, Action::ReadMethods)?;
        let configuration = snapshot.fido2_configuration()?.value;
        let mut views = Vec::new();
        for passkey in snapshot.passkeys_of(person.user.id)? {
            views.push(view(app, snapshot, &configuration, &person, passkey)?);
        }
        Ok(views)
    })
}

/// One passkey of a person.
///
/// # Errors
/// A refusal without permission, or when there is no such user or passkey.
pub async fn get(
    app: &App,
    caller: &Caller,
    user: &UserRef,
    id: &CredentialId,
) -> Result<PasskeyView, Error> {
    app.gather(|snapshot| {
        let (person, _permit) = target(snapshot, caller, user, Action::ReadMethods)?;
        let passkey = snapshot.passkey(id)?.filter(|passkey| passkey.user == person.user.id);
        let passkey = passkey.ok_or_else(|| Error::not_found("the passkey"))?;
        let configuration = snapshot.fido2_configuration()?.value;
        view(app, snapshot, &configuration, &person, passkey)
    })
}

fn view(
    app: &App,
    snapshot: &mut Snapshot<'_>,
    configuration: &Fido2Configuration,
    person: &Person,
    passkey: Passkey,
) -> Result<PasskeyView, Error> {
    let candidate = Candidate::Known(&passkey.facts);
    let verdict = judge(configuration, Subject::from(person), candidate, Moment::SignIn);
    let evidence = snapshot.evidence(&passkey.id)?;
    let (format, certificates) = evidence.map_or_else(
        || ("none".to_owned(), Vec::new()),
        |evidence| (evidence.format, evidence.certificates),
    );
    let model = app.catalogue().name(passkey.facts.aaguid).map(str::to_owned);
    Ok(PasskeyView { passkey, format, certificates, verdict, model })
}

/// Deletes a passkey: it signs nobody in from this moment (S90, S144).
///
/// # Errors
/// A refusal without permission, or when there is no such user or passkey.
pub async fn delete(
    app: &App,
    caller: &Caller,
    user: &UserRef,
    id: &CredentialId,
    request: &RequestInfo,
) -> Result<(), Error> {
    let actor = Actor::from(caller);
    app.decide(|snapshot| {
        let (person, permit) = target(snapshot, caller, user, Action::WritePasskeys)?;
        let passkey = snapshot.passkey(id)?;
        let target = TargetPerson::from(&person);
        let keep = match caller {
            Caller::Person(own) if own.person.user.id == target.id => Some(own.session.id),
            Caller::Person(_) | Caller::Application { .. } | Caller::Operator => None,
        };
        let found = (passkey.as_ref(), keep);
        let context = app.context(request);
        Ok(administration::delete_passkey(&actor, &permit, &target, found, &context))
    })
    .await
}

/// Renames a passkey.
///
/// # Errors
/// A refusal without permission, or when there is no such user or passkey.
pub async fn rename(
    app: &App,
    caller: &Caller,
    user: &UserRef,
    id: &CredentialId,
    name: &PasskeyName,
    request: &RequestInfo,
) -> Result<(), Error> {
    let actor = Actor::from(caller);
    app.decide(|snapshot| {
        let (person, permit) = target(snapshot, caller, user, Action::WritePasskeys)?;
        let passkey = snapshot.passkey(id)?;
        let target = TargetPerson::from(&person);
        let context = app.context(request);
        let renamed = (passkey.as_ref(), name);
        Ok(administration::rename_passkey(&actor, &permit, &target, renamed, &context))
    })
    .await
}

/// The profiles that apply to a person, with the target that brings each (S64).
///
/// # Errors
/// A refusal without permission or when there is no such user.
pub async fn effective(
    app: &App,
    caller: &Caller,
    user: &UserRef,
) -> Result<Vec<EffectiveProfile>, Error> {
    app.gather(|snapshot| {
        let (person, _permit) = target(snapshot, caller, user, Action::ReadMethods)?;
        let configuration = snapshot.fido2_configuration()?.value;
        let mut effective = Vec::new();
        for (through, profile) in configuration.effective_profiles(&person.groups) {
            let group = match through {
                Target::AllUsers => None,
                Target::Group(id) => snapshot.group(id)?,
            };
            effective.push(EffectiveProfile { profile: profile.clone(), through, group });
        }
        Ok(effective)
    })
}
