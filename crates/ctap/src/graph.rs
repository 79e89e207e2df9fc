//! Registration through Microsoft Graph's provisioning calls, as provisioning clients do it.

use serde_json::{Value, json};

use crate::authenticator::SoftwareAuthenticator;
use crate::error::CeremonyError;

impl SoftwareAuthenticator {
    /// Answers `fido2Methods/creationOptions`: takes a `webauthnCredentialCreationOptions` body
    /// (`{"publicKey": …}`) and returns the body for `POST …/fido2Methods`.
    ///
    /// # Errors
    /// [`CeremonyError`] as [`SoftwareAuthenticator::make_credential`].
    pub fn make_graph_method(
        &mut self,
        creation_options: &Value,
        origin: &str,
        display_name: &str,
    ) -> Result<Value, CeremonyError> {
        let options =
            creation_options.get("publicKey").ok_or(CeremonyError::Options("publicKey"))?;
        let made = self.make_credential(options, origin)?;
        let member = |path: &str| made.pointer(path).cloned().unwrap_or_default();
        Ok(json!({
            "displayName": display_name,
            "publicKeyCredential": {
                "id": member("/id"),
                "response": {
                    "clientDataJSON": member("/response/clientDataJSON"),
                    "attestationObject": member("/response/attestationObject"),
                },
                "clientExtensionResults": member("/clientExtensionResults"),
            },
        }))
    }
}
