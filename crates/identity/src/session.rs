//! Sessions: who is signed in, how, since when, and what that is still good for.

use webauthn::{CredentialId, Timestamp};

use crate::ids::{AccessPassId, SessionId, UserId};

/// A person signed in on one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Digest of the cookie's secret.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// How the person proved it.
    pub method: SignInMethod,
    /// When the proof was given; freshness is measured from here (S81).
    pub authenticated_at: Timestamp,
    /// When the session ends by itself; with an access pass, no later than the pass (S120).
    pub expires_at: Timestamp,
}

/// How somebody signed in. Each of them counts as multifactor authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInMethod {
    /// With this passkey, user verification included.
    Passkey(CredentialId),
    /// With a Temporary Access Pass.
    AccessPass {
        /// The pass; deleting it ends the session.
        id: AccessPassId,
        /// Whether it was good for one use only.
        usage: PassUsage,
    },
}

/// How often a pass may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassUsage {
    /// Once.
    Once,
    /// As often as wanted until it expires.
    Many,
}

impl Session {
    /// Whether the session is alive: not expired, and not older than the user's last revocation.
    #[must_use]
    pub fn is_alive(&self, sessions_valid_from: Timestamp, now: Timestamp) -> bool {
        now < self.expires_at && self.authenticated_at >= sessions_valid_from
    }

    /// Whether the proof is no older than `max_age_ms`. A proof from the future is not fresh: a
    /// clock that jumped must not open the gate.
    #[must_use]
    pub fn is_fresh(&self, max_age_ms: i64, now: Timestamp) -> bool {
        let age = now.since_ms(self.authenticated_at);
        (0..=max_age_ms).contains(&age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(authenticated_at: i64) -> Session {
        Session {
            id: SessionId::from_digest([1; 32]),
            user: UserId::new(uuid::Uuid::nil()),
            method: SignInMethod::AccessPass {
                id: AccessPassId::new(uuid::Uuid::nil()),
                usage: PassUsage::Once,
            },
            authenticated_at: Timestamp(authenticated_at),
            expires_at: Timestamp(10_000),
        }
    }

    #[test]
    fn a_session_dies_by_expiry_and_by_revocation() {
        assert!(session(100).is_alive(Timestamp(100), Timestamp(9_999)));
        assert!(!session(100).is_alive(Timestamp(100), Timestamp(10_000)));
        assert!(!session(100).is_alive(Timestamp(101), Timestamp(200)));
    }

    /// S81
    #[test]
    fn freshness_ends_after_its_age_and_never_starts_in_the_future() {
        assert!(session(100).is_fresh(50, Timestamp(150)));
        assert!(!session(100).is_fresh(50, Timestamp(151)));
        assert!(!session(100).is_fresh(50, Timestamp(99)));
    }
}
