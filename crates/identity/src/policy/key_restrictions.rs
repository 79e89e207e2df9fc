//! Which authenticator models may be used, by AAGUID.

use webauthn::Aaguid;

/// Microsoft Authenticator for Android.
pub const MICROSOFT_AUTHENTICATOR_ANDROID: Aaguid =
    Aaguid::from_bytes(0xde1e_552d_db1d_4423_a619_566b_625c_dc84_u128.to_be_bytes());
/// Microsoft Authenticator for iOS.
pub const MICROSOFT_AUTHENTICATOR_IOS: Aaguid =
    Aaguid::from_bytes(0x90a3_ccdf_635c_4729_a248_9b70_9135_078f_u128.to_be_bytes());

/// The two models that the "Microsoft Authenticator" control adds and removes together (S52).
pub const MICROSOFT_AUTHENTICATOR: [Aaguid; 2] =
    [MICROSOFT_AUTHENTICATOR_ANDROID, MICROSOFT_AUTHENTICATOR_IOS];

/// A list of models and what it means (Graph `fido2KeyRestrictions`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRestrictions {
    /// Whether the list counts at all. When not, the list is kept but ignored.
    pub enforcement: Enforcement,
    /// Whether only the listed models may be used, or all but them.
    pub kind: RestrictionKind,
    /// The models, without duplicates, in the administrator's order.
    pub aaguids: Vec<Aaguid>,
}

/// Whether restrictions count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// Checked at registration and at every sign-in.
    Enforced,
    /// Ignored.
    Off,
}

/// What being on the list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestrictionKind {
    /// Only the listed models.
    Allow,
    /// All but the listed models.
    Block,
}

impl KeyRestrictions {
    /// Nothing restricted.
    #[must_use]
    pub fn off() -> Self {
        Self { enforcement: Enforcement::Off, kind: RestrictionKind::Block, aaguids: Vec::new() }
    }

    /// Whether a passkey of this model passes. A hidden model (all zero) is on no allow list.
    #[must_use]
    pub fn admit(&self, aaguid: Aaguid) -> bool {
        match (self.enforcement, self.kind) {
            (Enforcement::Off, _) => true,
            (Enforcement::Enforced, RestrictionKind::Allow) => {
                !aaguid.is_zero() && self.aaguids.contains(&aaguid)
            }
            (Enforcement::Enforced, RestrictionKind::Block) => !self.aaguids.contains(&aaguid),
        }
    }

    /// Whether any model at all can pass: an enforced empty allow list shuts everybody out (S47).
    #[must_use]
    pub fn admit_something(&self) -> bool {
        match (self.enforcement, self.kind) {
            (Enforcement::Enforced, RestrictionKind::Allow) => {
                self.aaguids.iter().any(|aaguid| !aaguid.is_zero())
            }
            (Enforcement::Enforced, RestrictionKind::Block) | (Enforcement::Off, _) => true,
        }
    }

    /// Whether the dedicated Microsoft Authenticator flow is offered: enforced, allow, and both
    /// models listed (S53, S54).
    #[must_use]
    pub fn offer_microsoft_authenticator(&self) -> bool {
        self.enforcement == Enforcement::Enforced
            && self.kind == RestrictionKind::Allow
            && self.lists_microsoft_authenticator()
    }

    /// Whether both models are on the list, whatever it means.
    #[must_use]
    pub fn lists_microsoft_authenticator(&self) -> bool {
        MICROSOFT_AUTHENTICATOR.iter().all(|aaguid| self.aaguids.contains(aaguid))
    }

    /// Adds exactly the two models; others stay (S52).
    pub fn add_microsoft_authenticator(&mut self) {
        for aaguid in MICROSOFT_AUTHENTICATOR {
            if !self.aaguids.contains(&aaguid) {
                self.aaguids.push(aaguid);
            }
        }
    }

    /// Removes exactly the two models; others stay (S52).
    pub fn remove_microsoft_authenticator(&mut self) {
        self.aaguids.retain(|aaguid| !MICROSOFT_AUTHENTICATOR.contains(aaguid));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enforced(kind: RestrictionKind, aaguids: Vec<Aaguid>) -> KeyRestrictions {
        KeyRestrictions { enforcement: Enforcement::Enforced, kind, aaguids }
    }

    #[test]
    fn the_two_models_are_those_of_the_document() {
        assert_eq!(
            MICROSOFT_AUTHENTICATOR.map(|aaguid| aaguid.to_string()),
            ["de1e552d-db1d-4423-a619-566b625cdc84", "90a3ccdf-635c-4729-a248-9b709135078f"]
        );
    }

    /// S40, S41, S42, S47
    #[test]
    fn lists_mean_what_they_say_and_a_hidden_model_is_on_no_allow_list() {
        let other = Aaguid::from_bytes([7; 16]);
        let allow = enforced(RestrictionKind::Allow, vec![other]);
        assert!(allow.admit(other) && !allow.admit(MICROSOFT_AUTHENTICATOR_IOS));
        let block = enforced(RestrictionKind::Block, vec![other]);
        assert!(!block.admit(other) && block.admit(MICROSOFT_AUTHENTICATOR_IOS));
        let zero = enforced(RestrictionKind::Allow, vec![Aaguid::ZERO]);
        assert!(!zero.admit(Aaguid::ZERO) && !zero.admit_something());
        assert!(!enforced(RestrictionKind::Allow, Vec::new()).admit_something());
    }

    /// S52, S53, S54
    #[test]
    fn the_app_option_adds_and_removes_exactly_two_models() {
        let other = Aaguid::from_bytes([7; 16]);
        let mut restrictions = enforced(RestrictionKind::Allow, vec![other]);
        restrictions.add_microsoft_authenticator();
        restrictions.add_microsoft_authenticator();
        assert_eq!(restrictions.aaguids.len(), 3);
        assert!(restrictions.offer_microsoft_authenticator());
        restrictions.enforcement = Enforcement::Off;
        assert!(!restrictions.offer_microsoft_authenticator());
        restrictions.remove_microsoft_authenticator();
        assert_eq!(restrictions.aaguids, [other]);
    }
}
