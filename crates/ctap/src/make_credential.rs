//! Registration: creation options in, a registration response out (§5.1.3, CTAP 2.2 §6.1).

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::attest::{self, Attestation};
use crate::authenticator::{Attachment, DiscoverableStorage, SoftwareAuthenticator, Verification};
use crate::authenticator_data;
use crate::cbor::Cbor;
use crate::client_data::{self, Ceremony};
use crate::demo;
use crate::error::CeremonyError;
use crate::key::KeyKind;
use crate::options::{CreationOptions, Requirement};
use crate::vault::HeldCredential;

impl SoftwareAuthenticator {
    /// Registers: takes `PublicKeyCredentialCreationOptionsJSON` and the origin of the page that
    /// calls, makes a credential and returns `RegistrationResponseJSON`.
    ///
    /// # Errors
    /// [`CeremonyError`] as a browser would throw; nothing is kept then.
    pub fn make_credential(
        &mut self,
        options: &Value,
        origin: &str,
    ) -> Result<Value, CeremonyError> {
        let options = CreationOptions::parse(options, origin)?;
        let kind = self.choose_kind(&options.algorithms)?;
        if self.vault.holds_any(&options.excluded, &options.rp_id) {
            return Err(CeremonyError::InvalidState);
        }
        if options.attachment.as_deref().is_some_and(|a| a != self.model.attachment.as_str()) {
            return Err(CeremonyError::NotAllowed);
        }
        let is_discoverable = self.makes_discoverable(options.resident_key)?;
        let user_verified = self.verifies_user(options.user_verification)?;

        let index = self.next_index;
        let id = demo::credential_id(&self.seed, index);
        let key = self.key(kind, index)?;
        let lies = &self.lies;
        let algorithm = lies.algorithm.unwrap_or(kind.identifier());
        let cose_key = lies.cose_key.clone().unwrap_or_else(|| key.public.cose(algorithm));
        let authenticator_data = authenticator_data::write(
            self,
            options.rp_id.as_str(),
            user_verified,
            self.sign_count(1),
            Some((id.as_bytes(), &cose_key)),
        );
        let client_data =
            client_data::write(Ceremony::Registration, &options.challenge, origin, lies);
        let asked = options.asks_for_attestation || lies.unasked_attestation;
        let attestation = if asked { &self.model.attestation } else { &Attestation::None };
        let (format, statement) =
            attest::statement(attestation, self, &key, &authenticator_data, &client_data)?;
        let mut object = Cbor::default().map(3).text("fmt").text(&format);
        object = object.text("attStmt").raw(&statement);
        object = object.text("authData").bytes(&authenticator_data);
        let object = object.raw(&lies.attestation_object_trailer).into_bytes();

        let mut response = self.credential_json(id.as_bytes());
        if let Some(members) = response.as_object_mut() {
            members.insert(
                "response".to_owned(),
                json!({
                    "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
                    "attestationObject": BASE64URL_NOPAD.encode(&object),
                    "authenticatorData": BASE64URL_NOPAD.encode(&authenticator_data),
                    "publicKey": BASE64URL_NOPAD.encode(&key.public.spki()),
                    "publicKeyAlgorithm": algorithm,
                    "transports": self.model.transports,
                }),
            );
            if options.asks_for_properties {
                let properties = json!({ "credProps": { "rk": is_discoverable } });
                members.insert("clientExtensionResults".to_owned(), properties);
            }
        }
        let (rp_id, user_handle) = (options.rp_id, options.user_handle);
        let held = HeldCredential { index, kind, rp_id, user_handle, is_discoverable, uses: 1 };
        self.vault.keep(id, held);
        self.next_index = index.saturating_add(1);
        Ok(response)
    }

    /// The members that both kinds of response share.
    pub(crate) fn credential_json(&self, id: &[u8]) -> Value {
        let lies = &self.lies;
        json!({
            "id": BASE64URL_NOPAD.encode(lies.id.as_deref().unwrap_or(id)),
            "rawId": BASE64URL_NOPAD.encode(lies.raw_id.as_deref().unwrap_or(id)),
            "type": lies.credential_type.as_deref().unwrap_or("public-key"),
            "authenticatorAttachment": self.model.attachment.as_str(),
            "clientExtensionResults": {},
        })
    }

    /// Whether the user is verified in this ceremony, if that satisfies the relying party.
    pub(crate) fn verifies_user(&self, wish: Requirement) -> Result<bool, CeremonyError> {
        match (self.model.verification, wish) {
            (Verification::Unavailable, Requirement::Required) => Err(CeremonyError::NotAllowed),
            (Verification::Unavailable, Requirement::Preferred | Requirement::Discouraged)
            | (Verification::WhenAsked, Requirement::Discouraged) => Ok(false),
            (Verification::WhenAsked, Requirement::Required | Requirement::Preferred)
            | (Verification::Always, _) => Ok(true),
        }
    }

    /// The first algorithm the relying party offers that the model has.
    fn choose_kind(&self, offered: &[i64]) -> Result<KeyKind, CeremonyError> {
        let has = |wanted: &i64| {
            self.model.key_kinds.iter().copied().find(|kind| kind.identifier() == *wanted)
        };
        offered.iter().find_map(has).ok_or(CeremonyError::NotSupported)
    }

    /// Platforms keep every credential discoverable, keys only those that are wanted so.
    fn makes_discoverable(&self, wish: Requirement) -> Result<bool, CeremonyError> {
        match (self.model.storage, wish) {
            (DiscoverableStorage::Absent, Requirement::Required) => Err(CeremonyError::NotAllowed),
            (DiscoverableStorage::Absent, Requirement::Preferred | Requirement::Discouraged) => {
                Ok(false)
            }
            (DiscoverableStorage::Present, Requirement::Required | Requirement::Preferred) => {
                Ok(true)
            }
            (DiscoverableStorage::Present, Requirement::Discouraged) => {
                Ok(self.model.attachment == Attachment::Platform)
            }
        }
    }
}
