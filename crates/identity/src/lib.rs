//! Who may use which passkey, and every decision Keyward takes: pure, no IO, clock or randomness.
//!
//! Nouns first (`ids` … `change`), then verbs (`registration` … `report`): the verbs are what the
//! server calls. A verb takes facts that were read and a [`Context`], and returns an [`Outcome`]:
//! a verdict, and the [`Change`]s to record whatever the verdict is. Nouns never import verbs.
#![warn(clippy::arithmetic_side_effects)]

mod ids;

pub mod access;
pub mod access_pass;
pub mod application;
pub mod audit;
pub mod change;
pub mod directory;
pub mod passkey;
pub mod policy;
pub mod refusal;
pub mod session;

pub mod administration;
pub mod directory_changes;
pub mod first_run;
pub mod impact;
pub mod registration;
pub mod report;
pub mod sign_in;

pub use audit::Context;
pub use change::Change;
pub use ids::{
    AccessPassId, ApplicationId, ClientId, CorrelationId, GroupId, InvalidId, ProfileId,
    RoleAssignmentId, SessionId, TenantId, UserId, Version,
};
pub use refusal::Refusal;

/// What a decision ends in: the verdict, and what to record whether it is yes or no.
///
/// A refusal is a result: its challenge is burned and its entry written in the same commit, so
/// that an attacker cannot try the same challenge twice (house rule, and CVE lesson 7).
#[derive(Debug)]
#[must_use = "the changes must be recorded, refusals included"]
pub struct Outcome<T> {
    /// Yes with its value, or no with its reason.
    pub verdict: Result<T, Refusal>,
    /// What to record, in this order, in one commit.
    pub changes: Vec<Change>,
}

impl<T> Outcome<T> {
    /// A yes.
    pub fn accepted(value: T, changes: Vec<Change>) -> Self {
        Self { verdict: Ok(value), changes }
    }

    /// A no that is recorded.
    pub fn refused(refusal: Refusal, changes: Vec<Change>) -> Self {
        Self { verdict: Err(refusal), changes }
    }
}

/// Limits that an operator may set; the defaults follow the real product where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Passkeys that one person may register (S84).
    pub passkeys_per_user: usize,
    /// Passkey profiles including the default one.
    pub profiles: usize,
    /// Include and exclude targets together.
    pub targets: usize,
    /// Size of the FIDO2 configuration in bytes (S17).
    pub policy_bytes: usize,
    /// How old multifactor authentication may be when a passkey is registered, ms (S81).
    pub fresh_mfa_ms: i64,
    /// How long after its use a one-time pass still lets a passkey be registered, ms (S83).
    pub access_pass_registration_ms: i64,
    /// How old a session may be on the security info page, ms (S91).
    pub security_info_ms: i64,
    /// How long a sealed challenge lives, ms (S78).
    pub challenge_ms: i64,
    /// How long a session lives, ms.
    pub session_ms: i64,
    /// Failed attempts within the window before access passes are refused (S110).
    pub failures: u32,
    /// The window for failed attempts, and how long the refusal lasts, ms.
    pub failure_window_ms: i64,
}

/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            passkeys_per_user: 10,
            profiles: 10,
            targets: 60,
            policy_bytes: 512 * 1024,
            fresh_mfa_ms: 5 * MINUTE_MS,
            access_pass_registration_ms: 10 * MINUTE_MS,
            security_info_ms: 15 * MINUTE_MS,
            challenge_ms: 5 * MINUTE_MS,
            session_ms: 12 * 60 * MINUTE_MS,
            failures: 10,
            failure_window_ms: 15 * MINUTE_MS,
        }
    }
}
