//! The one decision about passkeys: registration, sign-in, the offer on pages, the list of usable
//! methods, the inventory and the preview all ask [`judge`].

use std::collections::BTreeSet;
use std::fmt;

use crate::directory::{Person, UserKind};
use crate::ids::{GroupId, ProfileId};
use crate::passkey::{AttestationLevel, PasskeyFacts, PasskeyType};
use crate::policy::MethodState;
use crate::policy::fido2::{Fido2Configuration, SelfService};
use crate::policy::key_restrictions::RestrictionKind;
use crate::policy::profile::{AttestationEnforcement, PasskeyProfile};
use crate::policy::target::Target;

/// What the decision reads about a person.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Member or guest.
    pub kind: UserKind,
    /// All groups, nesting included.
    pub groups: &'a BTreeSet<GroupId>,
}

impl<'a> From<&'a Person> for Subject<'a> {
    fn from(person: &'a Person) -> Self {
        Self { kind: person.user.kind, groups: &person.groups }
    }
}

/// The passkey in question.
#[derive(Clone, Copy, Debug)]
pub enum Candidate<'a> {
    /// This one.
    Known(&'a PasskeyFacts),
    /// Whichever the person may bring: yes if at least one passkey would be accepted. An offer is
    /// made on this, so an offer and its acceptance cannot differ.
    Any,
}

/// When the question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A person registers for himself.
    SelfRegistration,
    /// An administrator registers on behalf (S22).
    Provisioning,
    /// A sign-in; attestation and self-service are not asked (S21, S30).
    SignIn,
}

/// The answer, with what decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Allowed {
        /// The profile that the passkey meets in full.
        profile: ProfileId,
        /// The target that brings the profile.
        through: Target,
    },
    /// No.
    Refused(Rule),
}

impl Verdict {
    /// Whether the answer is yes.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed { .. })
    }
}

/// The first rule that says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The method is off (S10).
    MethodDisabled,
    /// Guests may not register here (S16).
    Guest,
    /// Self-service is off (S19, S20).
    SelfServiceDenied,
    /// In an excluded target, which beats every inclusion (S13).
    Excluded(Target),
    /// In no included target (S12).
    NotTargeted,
    /// Every profile that applies says no, each with its own reason (S58, S59).
    NoProfile(Vec<ProfileRefusal>),
}

/// Why one profile says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRefusal {
    /// The profile.
    pub profile: ProfileId,
    /// Its name, for whoever reads the reason.
    pub name: String,
    /// Its first demand that is not met.
    pub rule: ProfileRule,
}

/// A profile's demand that is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileRule {
    /// The profile does not take this type (S61, S62).
    TypeNotAllowed(PasskeyType),
    /// The profile needs a trusted attestation (S24, S31, S32).
    AttestationRequired,
    /// The model is not on the allow list (S41, S43).
    ModelNotListed,
    /// The model is on the block list (S42).
    ModelBlocked,
    /// No passkey can meet the profile (S47).
    NothingAllowed,
}

impl Rule {
    /// A stable code: for logs, headers and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MethodDisabled => "passkey-method-disabled",
            Self::Guest => "guests-not-allowed",
            Self::SelfServiceDenied => "self-service-denied",
            Self::Excluded(_) => "excluded-by-target",
            Self::NotTargeted => "not-targeted",
            Self::NoProfile(refusals) => match refusals.first().map(|refusal| refusal.rule) {
                Some(ProfileRule::TypeNotAllowed(_)) => "passkey-type-not-allowed",
                Some(ProfileRule::AttestationRequired) => "attestation-missing",
                Some(ProfileRule::ModelNotListed) => "model-not-listed",
                Some(ProfileRule::ModelBlocked) => "model-blocked",
                Some(ProfileRule::NothingAllowed) | None => "no-passkey-allowed",
            },
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MethodDisabled => formatter.write_str("passkeys are switched off"),
            Self::Guest => formatter.write_str("guests cannot register passkeys here"),
            Self::SelfServiceDenied => {
                formatter.write_str("people cannot register passkeys themselves here")
            }
            Self::Excluded(Target::AllUsers) => formatter.write_str("everybody is excluded"),
            Self::Excluded(Target::Group(group)) => {
                write!(formatter, "a member of the excluded group {group}")
            }
            Self::NotTargeted => formatter.write_str("in no group that may use passkeys"),
            Self::NoProfile(refusals) => {
                for (index, refusal) in refusals.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str("; ")?;
                    }
                    write!(formatter, "profile {}: {}", refusal.name, refusal.rule)?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for ProfileRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TypeNotAllowed(PasskeyType::Synced) => "synced passkeys are not allowed",
            Self::TypeNotAllowed(PasskeyType::DeviceBound) => {
                "device-bound passkeys are not allowed"
            }
            Self::AttestationRequired => "a trusted attestation is required",
            Self::ModelNotListed => "this model is not on the allow list",
            Self::ModelBlocked => "this model is on the block list",
            Self::NothingAllowed => "no passkey can meet it",
        })
    }
}

/// Decides whether a passkey may be registered or used. Absent and unknown mean no.
#[must_use]
pub fn judge(
    configuration: &Fido2Configuration,
    subject: Subject<'_>,
    candidate: Candidate<'_>,
    moment: Moment,
) -> Verdict {
    if configuration.state == MethodState::Disabled {
        return Verdict::Refused(Rule::MethodDisabled);
    }
    match moment {
        Moment::SelfRegistration | Moment::Provisioning if subject.kind == UserKind::Guest => {
            return Verdict::Refused(Rule::Guest);
        }
        Moment::SelfRegistration if configuration.self_service == SelfService::Denied => {
            return Verdict::Refused(Rule::SelfServiceDenied);
        }
        Moment::SelfRegistration | Moment::Provisioning | Moment::SignIn => {}
    }
    if let Some(target) = configuration.exclude.iter().find(|t| t.covers(subject.groups)) {
        return Verdict::Refused(Rule::Excluded(*target));
    }
    if configuration.include.iter().all(|include| !include.target.covers(subject.groups)) {
        return Verdict::Refused(Rule::NotTargeted);
    }
    let mut refusals = Vec::new();
    for (through, profile) in configuration.effective_profiles(subject.groups) {
        match unmet(profile, candidate, moment) {
            None => return Verdict::Allowed { profile: profile.id, through },
            Some(rule) => refusals.push(ProfileRefusal {
                profile: profile.id,
                name: profile.name.as_str().to_owned(),
                rule,
            }),
        }
    }
    Verdict::Refused(Rule::NoProfile(refusals))
}

/// The first demand of `profile` that the passkey does not meet.
fn unmet(
    profile: &PasskeyProfile,
    candidate: Candidate<'_>,
    moment: Moment,
) -> Option<ProfileRule> {
    let attestation_counts = match moment {
        Moment::SelfRegistration | Moment::Provisioning => {
            profile.attestation == AttestationEnforcement::RegistrationOnly
        }
        Moment::SignIn => false,
    };
    let facts = match candidate {
        Candidate::Known(facts) => facts,
        Candidate::Any => {
            // A synced passkey cannot be attested, so such a profile takes nothing (S32).
            let only_synced = !profile.types.admit(PasskeyType::DeviceBound);
            let impossible =
                !profile.key_restrictions.admit_something() || (attestation_counts && only_synced);
            return impossible.then_some(ProfileRule::NothingAllowed);
        }
    };
    if !profile.types.admit(facts.passkey_type) {
        return Some(ProfileRule::TypeNotAllowed(facts.passkey_type));
    }
    if !profile.key_restrictions.admit(facts.aaguid) {
        return Some(match profile.key_restrictions.kind {
            RestrictionKind::Allow => ProfileRule::ModelNotListed,
            RestrictionKind::Block => ProfileRule::ModelBlocked,
        });
    }
    let proven = facts.attestation == AttestationLevel::Attested
        && facts.passkey_type == PasskeyType::DeviceBound;
    if attestation_counts && !proven {
        return Some(ProfileRule::AttestationRequired);
    }
    None
}
