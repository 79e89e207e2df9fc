//! The Temporary Access Pass: a short-lived secret that bootstraps a person without any method.

use webauthn::Timestamp;

use crate::ids::{AccessPassId, UserId};
use crate::session::PassUsage;

/// A pass on record. Its secret is not here: only a slow hash of it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPass {
    /// Its id.
    pub id: AccessPassId,
    /// Whose it is; a person has at most one.
    pub user: UserId,
    /// Slow hash of the secret, in PHC text form.
    pub secret_hash: String,
    /// From when it works.
    pub starts_at: Timestamp,
    /// How long it works, in minutes: 10 to 43200 (S118).
    pub lifetime_minutes: u32,
    /// Once or many times.
    pub usage: PassUsage,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// Why a pass does or does not work (Graph `methodUsabilityReason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassState {
    /// Works.
    Usable,
    /// Its time has not come.
    NotYetValid,
    /// Its time is over.
    Expired,
    /// Was good for one use, which has happened (S119).
    Used,
}

impl AccessPass {
    /// When the pass and everything gained with it ends (S120).
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.starts_at.plus_ms(i64::from(self.lifetime_minutes).saturating_mul(60_000))
    }

    /// What the pass is worth at this moment, policy apart.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> PassState {
        if now < self.starts_at {
            return PassState::NotYetValid;
        }
        if now >= self.expires_at() {
            return PassState::Expired;
        }
        match (self.usage, self.used_at) {
            (PassUsage::Once, Some(_)) => PassState::Used,
            (PassUsage::Once, None) | (PassUsage::Many, _) => PassState::Usable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S119, S120
    #[test]
    fn a_pass_works_in_its_time_and_a_one_time_pass_once() {
        let mut pass = AccessPass {
            id: AccessPassId::new(uuid::Uuid::nil()),
            user: UserId::new(uuid::Uuid::nil()),
            secret_hash: String::new(),
            starts_at: Timestamp(1_000),
            lifetime_minutes: 10,
            usage: PassUsage::Once,
            created_at: Timestamp(0),
            used_at: None,
        };
        assert_eq!(pass.state(Timestamp(999)), PassState::NotYetValid);
        assert_eq!(pass.state(Timestamp(1_000)), PassState::Usable);
        assert_eq!(pass.state(Timestamp(601_000)), PassState::Expired);
        pass.used_at = Some(Timestamp(2_000));
        assert_eq!(pass.state(Timestamp(3_000)), PassState::Used);
        pass.usage = PassUsage::Many;
        assert_eq!(pass.state(Timestamp(3_000)), PassState::Usable);
    }
}
