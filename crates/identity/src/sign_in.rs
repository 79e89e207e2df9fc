//! Verb: signing in, with a passkey (WebAuthn Level 3 §7.2) or with an access pass.

mod access_pass;
mod passkey;

pub use access_pass::{AccessPassFacts, AccessPassSubmission, with_access_pass};
pub use passkey::{Assertion, PasskeyFound, SignInFacts, with_passkey};

use webauthn::{CredentialId, Timestamp};

use crate::Outcome;
use crate::audit::{Activity, Actor, AuditEntry, AuditTarget, Context};
use crate::change::Change;
use crate::directory::Person;
use crate::ids::{SessionId, UserId};
use crate::session::Session;

/// A sign-in that has begun. Sealed into the challenge, opened at the end.
#[derive(Debug, PartialEq, Eq)]
pub struct SignInCeremony {
    /// Whose passkeys are asked for.
    pub expected: ExpectedUser,
    /// Digest of the browser's own cookie: a challenge taken elsewhere is worth nothing.
    pub browser: [u8; 32],
    /// When the challenge ends.
    pub expires_at: Timestamp,
    /// Random; makes the challenge unique and is what gets burned.
    pub nonce: [u8; 32],
}

/// Whom a sign-in is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedUser {
    /// No name was typed: any discoverable passkey of ours (S108).
    Anyone,
    /// This user's name was typed (S109).
    Only(UserId),
    /// A name was typed that nobody has. Nothing can succeed, and nothing shows it (S109).
    Nobody,
}

/// A successful sign-in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// The session that was opened.
    pub session: Session,
    /// The passkey, if it was one.
    pub passkey: Option<CredentialId>,
}

/// Ends a session because its person asked for it.
pub fn sign_out(session: SessionId) -> Outcome<()> {
    Outcome::accepted((), vec![Change::EndSession(session)])
}

/// Voids all sessions of a person: signed out everywhere (S138).
pub fn revoke_sessions(
    actor: Actor,
    target: &crate::access::TargetPerson,
    context: &Context,
) -> Outcome<()> {
    let entry = AuditEntry {
        actor,
        ..AuditEntry::new(Activity::SessionsRevoked, AuditTarget::from(target), context)
    };
    Outcome::accepted(
        (),
        vec![
            Change::RevokeSessions { user: target.id, valid_from: context.now.plus_ms(1) },
            Change::Audit(Box::new(entry)),
        ],
    )
}
