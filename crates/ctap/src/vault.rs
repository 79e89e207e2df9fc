//! The credentials an authenticator holds: data only, for keys are recomputed when used.

use std::collections::BTreeMap;

use webauthn::{CredentialId, RpId, UserHandle};

use crate::key::KeyKind;

/// One credential as its authenticator remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCredential {
    /// Its number: id and key derive from the authenticator's seed and this.
    pub index: u64,
    /// The kind of its key.
    pub kind: KeyKind,
    /// The relying party it belongs to.
    pub rp_id: RpId,
    /// The account it belongs to.
    pub user_handle: UserHandle,
    /// Whether it can be used without being named by the relying party.
    pub is_discoverable: bool,
    /// How often it has signed.
    pub uses: u32,
}

/// All credentials of one authenticator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vault {
    held: BTreeMap<CredentialId, HeldCredential>,
}

impl Vault {
    /// Keeps a credential. A discoverable one takes the place of an earlier discoverable one of
    /// the same account at the same relying party (CTAP 2.2 §6.1.2, step 17).
    pub(crate) fn keep(&mut self, id: CredentialId, credential: HeldCredential) {
        if credential.is_discoverable {
            self.held.retain(|_, other| {
                !other.is_discoverable
                    || other.rp_id != credential.rp_id
                    || other.user_handle != credential.user_handle
            });
        }
        self.held.insert(id, credential);
    }

    /// Whether any of these credentials of this relying party is held.
    pub(crate) fn holds_any(&self, ids: &[CredentialId], rp_id: &RpId) -> bool {
        ids.iter().any(|id| self.held.get(id).is_some_and(|held| held.rp_id == *rp_id))
    }

    /// The credential to answer with: of those named, or of the discoverable ones if none is
    /// named; of the given account if there is one, and the newest of what remains.
    pub(crate) fn choose(
        &self,
        rp_id: &RpId,
        named: &[CredentialId],
        account: Option<&UserHandle>,
    ) -> Option<CredentialId> {
        let fits = |held: &HeldCredential| {
            held.rp_id == *rp_id && account.is_none_or(|account| held.user_handle == *account)
        };
        let newest = |candidates: &mut dyn Iterator<Item = (&CredentialId, &HeldCredential)>| {
            candidates
                .filter(|(_, held)| fits(held))
                .max_by_key(|(_, held)| held.index)
                .map(|(id, _)| id.clone())
        };
        if named.is_empty() {
            newest(&mut self.held.iter().filter(|(_, held)| held.is_discoverable))
        } else {
            newest(&mut named.iter().filter_map(|id| self.held.get_key_value(id)))
        }
    }

    /// Counts one use and returns the credential as it is after it.
    pub(crate) fn used(&mut self, id: &CredentialId) -> Option<HeldCredential> {
        let held = self.held.get_mut(id)?;
        held.uses = held.uses.saturating_add(1);
        Some(held.clone())
    }

    /// Forgets a credential; says whether it was held.
    pub(crate) fn forget(&mut self, id: &CredentialId) -> bool {
        self.held.remove(id).is_some()
    }

    /// All credentials, ordered by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&CredentialId, &HeldCredential)> {
        self.held.iter()
    }
}
