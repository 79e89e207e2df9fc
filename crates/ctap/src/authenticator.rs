//! The software authenticator: what kind it is, what it holds, and how it lies.

use aws_lc_rs::digest;
use webauthn::{Aaguid, CredentialId, RpId, UserHandle};

use crate::attest::Attestation;
use crate::demo;
use crate::error::BrokenCrypto;
use crate::key::{KeyKind, KeyPair, Purpose};
use crate::lies::{Lies, SignatureLie};
use crate::vault::{HeldCredential, Vault};

/// An authenticator with the client platform in front of it, all derived from a seed.
///
/// A clone is a cloned device: both count on their own from there, which is what a signature
/// counter is to reveal.
#[derive(Clone, Debug)]
pub struct SoftwareAuthenticator {
    pub(crate) seed: [u8; 32],
    pub(crate) vault: Vault,
    pub(crate) next_index: u64,
    aaguid: Aaguid,
    /// What kind of authenticator this is; may be changed between ceremonies.
    pub model: Model,
    /// How it lies in the next ceremonies; honest by default.
    pub lies: Lies,
    /// The account the person picks when several could answer; without one, the newest answers.
    pub account: Option<UserHandle>,
}

/// The properties that tell one kind of authenticator from another.
#[derive(Clone, Debug)]
pub struct Model {
    /// The kinds of key it can make; the relying party's order decides among them.
    pub key_kinds: Vec<KeyKind>,
    /// How it attests when asked to.
    pub attestation: Attestation,
    /// Whether its credentials leave the device.
    pub binding: Binding,
    /// Whether it counts signatures.
    pub counter: Counter,
    /// Whether and when it verifies its user.
    pub verification: Verification,
    /// Whether it has room for discoverable credentials.
    pub storage: DiscoverableStorage,
    /// Whether it is part of the device the client runs on.
    pub attachment: Attachment,
    /// The transports it reports, in the standard's words.
    pub transports: Vec<&'static str>,
}

impl Model {
    /// A security key: device-bound, counting, verifies by PIN when asked, no attestation until
    /// [`Model::attestation`] is set.
    #[must_use]
    pub fn security_key() -> Self {
        Self {
            key_kinds: vec![KeyKind::Es256, KeyKind::EdDsa],
            attestation: Attestation::None,
            binding: Binding::DeviceBound,
            counter: Counter::Counting,
            verification: Verification::WhenAsked,
            storage: DiscoverableStorage::Present,
            attachment: Attachment::CrossPlatform,
            transports: vec!["nfc", "usb"],
        }
    }

    /// An app on a phone that keeps its passkeys on that phone: device-bound, not counting.
    #[must_use]
    pub fn phone_app() -> Self {
        Self {
            key_kinds: vec![KeyKind::Es256],
            attestation: Attestation::None,
            binding: Binding::DeviceBound,
            counter: Counter::AlwaysZero,
            verification: Verification::Always,
            storage: DiscoverableStorage::Present,
            attachment: Attachment::CrossPlatform,
            transports: vec!["hybrid", "internal"],
        }
    }

    /// A passkey provider that syncs: backed up, not counting, never attesting.
    #[must_use]
    pub fn synced_provider() -> Self {
        Self { binding: Binding::Synced, attachment: Attachment::Platform, ..Self::phone_app() }
    }

    /// The same model attesting in another way.
    #[must_use]
    pub fn attesting(self, attestation: Attestation) -> Self {
        Self { attestation, ..self }
    }
}

/// Whether a credential leaves its device (flags BE and BS, WebAuthn Level 3 §6.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Never: BE 0, BS 0.
    DeviceBound,
    /// It may but has not yet: BE 1, BS 0.
    BackupEligible,
    /// It has: BE 1, BS 1.
    Synced,
}

/// Whether an authenticator counts its signatures (§6.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// One more with every ceremony, per credential, 1 at registration.
    Counting,
    /// Always zero.
    AlwaysZero,
}

/// Whether and when an authenticator verifies its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It cannot.
    Unavailable,
    /// When the relying party requires or prefers it.
    WhenAsked,
    /// In every ceremony, as a phone does that must be unlocked.
    Always,
}

/// Whether an authenticator can keep discoverable credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscoverableStorage {
    /// It can.
    Present,
    /// It cannot; all its credentials must be named by the relying party.
    Absent,
}

/// Whether the authenticator is part of the client's device (§5.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// Part of it.
    Platform,
    /// Roaming: a key, or a phone beside a computer.
    CrossPlatform,
}

impl Attachment {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::CrossPlatform => "cross-platform",
        }
    }
}

impl SoftwareAuthenticator {
    /// An empty, honest authenticator.
    #[must_use]
    pub fn new(seed: [u8; 32], aaguid: Aaguid, model: Model) -> Self {
        Self {
            seed,
            vault: Vault::default(),
            next_index: 0,
            aaguid,
            model,
            lies: Lies::default(),
            account: None,
        }
    }

    /// The model identifier that it reports.
    #[must_use]
    pub fn aaguid(&self) -> Aaguid {
        self.aaguid
    }

    /// Takes over the demo credential of this number (see [`crate::demo_credential`]) as
    /// registered for this account, and returns its id. Discoverable, never used.
    pub fn adopt(&mut self, index: u64, rp_id: RpId, user_handle: UserHandle) -> CredentialId {
        let id = demo::credential_id(&self.seed, index);
        let held = HeldCredential {
            index,
            kind: KeyKind::Es256,
            rp_id,
            user_handle,
            is_discoverable: true,
            uses: 0,
        };
        self.vault.keep(id.clone(), held);
        self.next_index = std::cmp::max(self.next_index, index.saturating_add(1));
        id
    }

    /// The credentials held, ordered by id.
    pub fn credentials(&self) -> impl Iterator<Item = (&CredentialId, &HeldCredential)> {
        self.vault.iter()
    }

    /// The person deletes a credential on the device; says whether it was there.
    pub fn forget(&mut self, id: &CredentialId) -> bool {
        self.vault.forget(id)
    }

    /// What the counter shows after so many uses.
    pub(crate) fn sign_count(&self, uses: u32) -> u32 {
        match self.model.counter {
            Counter::Counting => uses,
            Counter::AlwaysZero => 0,
        }
    }

    /// The key of a credential.
    pub(crate) fn key(&self, kind: KeyKind, index: u64) -> Result<KeyPair, BrokenCrypto> {
        KeyPair::derive(&self.seed, kind, Purpose::CredentialKey, &index.to_be_bytes())
    }
}

/// Signs authenticator data and the hash of the client data (§6.3.3 step 11), or lies about it.
pub(crate) fn sign(
    key: &KeyPair,
    authenticator_data: &[u8],
    client_data_json: &[u8],
    lie: SignatureLie,
) -> Result<Vec<u8>, BrokenCrypto> {
    let hash = digest::digest(&digest::SHA256, client_data_json);
    let message = [authenticator_data, hash.as_ref()].concat();
    match lie {
        SignatureLie::Honest => key.sign(&message),
        SignatureLie::Flipped => {
            let mut signature = key.sign(&message)?;
            if let Some(last) = signature.last_mut() {
                *last ^= 1;
            }
            Ok(signature)
        }
        SignatureLie::Empty => Ok(Vec::new()),
        SignatureLie::ForeignKey => {
            KeyPair::derive(&[0; 32], key.kind(), Purpose::Foreign, &[])?.sign(&message)
        }
    }
}
