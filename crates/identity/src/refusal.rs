//! Every reason to say no, each with a stable code and a sentence for whoever has to act.

use std::fmt;

use webauthn::Timestamp;
use webauthn::authentication::AuthenticationError;
use webauthn::registration::RegistrationError;

use crate::access::{DirectoryRole, Permission};
use crate::access_pass::PassState;
use crate::policy::Rule;

/// A decision that says no. Closed, and matched in full wherever it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The application lacks every permission that would allow it.
    PermissionMissing {
        /// Any one of these would do.
        sufficient: Vec<Permission>,
    },
    /// The person holds no role that would allow it.
    RoleMissing {
        /// Any one of these would do.
        sufficient: Vec<DirectoryRole>,
    },
    /// The target holds a role that the caller's role may not act on (S5).
    TargetProtected,
    /// Nobody issues a pass to himself (S121).
    OwnAccessPass,
    /// The policy says no.
    Policy(Rule),
    /// Multifactor authentication is too long ago (S81).
    FreshSignInNeeded {
        /// How old it may be, ms.
        max_age_ms: i64,
    },
    /// A one-time pass was used too long ago to register a passkey (S83).
    AccessPassTooOld,
    /// The person holds as many passkeys as allowed (S84).
    TooManyPasskeys {
        /// How many are allowed.
        limit: usize,
    },
    /// The account may not sign in (S114).
    AccountDisabled,
    /// The ceremony's challenge is not one of ours, or was altered (S78).
    ChallengeForeign,
    /// The challenge was made for another person, session or purpose (S78).
    ChallengeMisplaced,
    /// The challenge is too old (S78).
    ChallengeExpired,
    /// The challenge was used before (S78, S111).
    ChallengeUsed,
    /// The registration is not what the standard demands (S79).
    Registration(RegistrationError),
    /// The credential is registered already, here or with somebody else (S80).
    CredentialKnown,
    /// No passkey with this id is on record.
    PasskeyUnknown,
    /// The assertion is not what the standard demands (S110).
    Authentication(AuthenticationError),
    /// The passkey belongs to somebody else than the name typed (S109).
    AnotherPersonsPasskey,
    /// What whoever signs in is told in place of the three before, which stay in the log: which of
    /// them it was would tell a stranger what exists (S109).
    PasskeyRejected,
    /// The counter went back: the authenticator may have been copied (S112).
    CounterWentBack,
    /// Too many failed attempts (S110).
    LockedOut {
        /// Until when.
        until: Timestamp,
    },
    /// The pass is not the one that was issued, or there is none. One answer for both.
    AccessPassWrong,
    /// The pass does not work now.
    AccessPassUnusable(PassState),
    /// The person may not use passes (S117).
    AccessPassNotAllowed,
    /// The client id or its secret is wrong. One answer for both.
    ClientUnknown,
    /// The first-run link is wrong, used, expired, or no longer needed.
    FirstRunLinkInvalid,
    /// A value is not acceptable.
    Property {
        /// Path of the property in Graph's words, e.g. `keyRestrictions/aaGuids/3`.
        property: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// What the request names does not exist.
    NotFound {
        /// What and which.
        what: String,
    },
    /// It exists already.
    AlreadyExists {
        /// The property that collides.
        property: &'static str,
    },
    /// Somebody was faster (S15).
    VersionConflict,
    /// The change would stop passkeys in use and the organisation asks for confirmation (S50).
    ConfirmationNeeded {
        /// Passkeys that would stop working.
        passkeys: u64,
        /// People concerned.
        people: u64,
    },
    /// No administrator who may change policy would have a way in (S9).
    AdministratorsLockedOut,
}

impl Refusal {
    /// The stable code: what tests, clients and the log rely on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PermissionMissing { .. } => "permission-missing",
            Self::RoleMissing { .. } => "role-missing",
            Self::TargetProtected => "target-protected",
            Self::OwnAccessPass => "own-access-pass",
            Self::Policy(rule) => rule.code(),
            Self::FreshSignInNeeded { .. } => "fresh-sign-in-needed",
            Self::AccessPassTooOld => "access-pass-too-old",
            Self::TooManyPasskeys { .. } => "too-many-passkeys",
            Self::AccountDisabled => "account-disabled",
            Self::ChallengeForeign => "challenge-foreign",
            Self::ChallengeMisplaced => "challenge-misplaced",
            Self::ChallengeExpired => "challenge-expired",
            Self::ChallengeUsed => "challenge-used",
            Self::Registration(error) => error.code(),
            Self::CredentialKnown => "credential-known",
            Self::PasskeyUnknown => "passkey-unknown",
            Self::Authentication(error) => error.code(),
            Self::AnotherPersonsPasskey => "another-persons-passkey",
            Self::PasskeyRejected => "passkey-rejected",
            Self::CounterWentBack => "counter-went-back",
            Self::LockedOut { .. } => "locked-out",
            Self::AccessPassWrong => "access-pass-wrong",
            Self::AccessPassUnusable(PassState::Expired) => "access-pass-expired",
            Self::AccessPassUnusable(PassState::NotYetValid) => "access-pass-not-yet-valid",
            Self::AccessPassUnusable(PassState::Used | PassState::Usable) => "access-pass-used",
            Self::AccessPassNotAllowed => "access-pass-not-allowed",
            Self::ClientUnknown => "client-unknown",
            Self::FirstRunLinkInvalid => "first-run-link-invalid",
            Self::Property { .. } => "property-invalid",
            Self::NotFound { .. } => "not-found",
            Self::AlreadyExists { .. } => "already-exists",
            Self::VersionConflict => "version-conflict",
            Self::ConfirmationNeeded { .. } => "confirmation-needed",
            Self::AdministratorsLockedOut => "administrators-locked-out",
        }
    }

    /// A value that is not acceptable.
    pub(crate) fn property(property: impl Into<String>, problem: impl fmt::Display) -> Self {
        Self::Property { property: property.into(), problem: problem.to_string() }
    }

    /// Something that the request names and that does not exist.
    pub(crate) fn not_found(what: impl fmt::Display) -> Self {
        Self::NotFound { what: what.to_string() }
    }
}

impl fmt::Display for Refusal {
    /// The full reason, for administrators and logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PermissionMissing { sufficient } => {
                formatter.write_str("the application needs one of the permissions ")?;
                list(formatter, sufficient)
            }
            Self::RoleMissing { sufficient } => {
                formatter.write_str("you need one of the roles ")?;
                list(formatter, sufficient)
            }
            Self::Policy(rule) => rule.fmt(formatter),
            Self::FreshSignInNeeded { max_age_ms } => write!(
                formatter,
                "the last multifactor sign-in is older than {} minutes: sign in again",
                max_age_ms.wrapping_div(60_000)
            ),
            Self::TooManyPasskeys { limit } => {
                write!(formatter, "{limit} passkeys are registered, which is the limit: delete one")
            }
            Self::Registration(error) => error.fmt(formatter),
            Self::Authentication(error) => error.fmt(formatter),
            Self::Property { property, problem } => write!(formatter, "{property}: {problem}"),
            Self::NotFound { what } => write!(formatter, "{what} does not exist"),
            Self::AlreadyExists { property } => {
                write!(formatter, "another object with the same {property} already exists")
            }
            Self::ConfirmationNeeded { passkeys, people } => write!(
                formatter,
                "{passkeys} passkeys of {people} people would stop working: send the request \
                 again with ?confirm=true if that is meant"
            ),
            Self::TargetProtected
            | Self::OwnAccessPass
            | Self::AccessPassTooOld
            | Self::AccountDisabled
            | Self::ChallengeForeign
            | Self::ChallengeMisplaced
            | Self::ChallengeExpired
            | Self::ChallengeUsed
            | Self::CredentialKnown
            | Self::PasskeyUnknown
            | Self::AnotherPersonsPasskey
            | Self::PasskeyRejected
            | Self::CounterWentBack
            | Self::LockedOut { .. }
            | Self::AccessPassWrong
            | Self::AccessPassUnusable(_)
            | Self::AccessPassNotAllowed
            | Self::ClientUnknown
            | Self::FirstRunLinkInvalid
            | Self::VersionConflict
            | Self::AdministratorsLockedOut => formatter.write_str(self.sentence()),
        }
    }
}

impl Refusal {
    /// The sentence of a refusal that carries nothing to insert.
    fn sentence(&self) -> &'static str {
        match self {
            Self::TargetProtected => {
                "the person holds a role that yours may not act on: ask a Privileged \
                 Authentication Administrator"
            }
            Self::OwnAccessPass => "nobody issues an access pass to himself: ask another one",
            Self::AccessPassTooOld => {
                "the one-time access pass was used too long ago: ask for a new one"
            }
            Self::AccountDisabled => "the account is disabled",
            Self::ChallengeForeign => "the challenge is not one of ours: start again",
            Self::ChallengeMisplaced => {
                "the challenge was made for another person, session or purpose: start again"
            }
            Self::ChallengeExpired => "the challenge has expired: start again",
            Self::ChallengeUsed => "the challenge was used before: start again",
            Self::CredentialKnown => "this passkey is registered already",
            Self::PasskeyUnknown => "no such passkey is registered here: it may have been deleted",
            Self::AnotherPersonsPasskey => "the passkey belongs to another person",
            Self::PasskeyRejected => {
                "the passkey is not one for this sign-in, or its answer is not valid"
            }
            Self::CounterWentBack => {
                "the authenticator's counter went back, so it may have been copied"
            }
            Self::LockedOut { .. } => "too many failed attempts: wait and try again",
            Self::AccessPassWrong => "the access pass is not valid for this name",
            Self::AccessPassUnusable(PassState::NotYetValid) => "the access pass is not valid yet",
            Self::AccessPassUnusable(PassState::Expired) => "the access pass has expired",
            Self::AccessPassUnusable(_) => "the access pass was used before",
            Self::AccessPassNotAllowed => "the policy lets this person use no access pass",
            Self::ClientUnknown => "the client id or its secret is wrong",
            Self::FirstRunLinkInvalid => {
                "the first-run link is wrong, used or expired: restart the server for a new one"
            }
            Self::VersionConflict => "somebody changed it meanwhile: read it again and retry",
            Self::AdministratorsLockedOut => {
                "no administrator who may change this policy would be able to sign in: keep a \
                 passkey of at least one of them usable"
            }
            Self::PermissionMissing { .. }
            | Self::RoleMissing { .. }
            | Self::Policy(_)
            | Self::FreshSignInNeeded { .. }
            | Self::TooManyPasskeys { .. }
            | Self::Registration(_)
            | Self::Authentication(_)
            | Self::Property { .. }
            | Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::ConfirmationNeeded { .. } => "refused",
        }
    }
}

fn list(formatter: &mut fmt::Formatter<'_>, items: &[impl fmt::Display]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            formatter.write_str(", ")?;
        }
        write!(formatter, "{item}")?;
    }
    Ok(())
}
