//! Authentication: request options in, an authentication response out (§5.1.4, CTAP 2.2 §6.2).

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::authenticator::{SoftwareAuthenticator, sign};
use crate::authenticator_data;
use crate::client_data::{self, Ceremony};
use crate::error::CeremonyError;
use crate::lies::UserHandleLie;
use crate::options::RequestOptions;
use crate::vault::HeldCredential;

impl SoftwareAuthenticator {
    /// Signs in: takes `PublicKeyCredentialRequestOptionsJSON` and the origin of the page that
    /// calls, and returns `AuthenticationResponseJSON`.
    ///
    /// # Errors
    /// [`CeremonyError`] as a browser would throw.
    pub fn get_assertion(&mut self, options: &Value, origin: &str) -> Result<Value, CeremonyError> {
        let options = RequestOptions::parse(options, origin)?;
        let user_verified = self.verifies_user(options.user_verification)?;
        let account = self.account.as_ref();
        let id = self
            .vault
            .choose(&options.rp_id, &options.allowed, account)
            .ok_or(CeremonyError::NotAllowed)?;
        let held = self.vault.used(&id).ok_or(CeremonyError::NotAllowed)?;

        let authenticator_data = authenticator_data::write(
            self,
            options.rp_id.as_str(),
            user_verified,
            self.sign_count(held.uses),
            None,
        );
        let client_data =
            client_data::write(Ceremony::Authentication, &options.challenge, origin, &self.lies);
        let key = self.key(held.kind, held.index)?;
        let signature = sign(&key, &authenticator_data, &client_data, self.lies.signature)?;

        let mut response = json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
            "authenticatorData": BASE64URL_NOPAD.encode(&authenticator_data),
            "signature": BASE64URL_NOPAD.encode(&signature),
        });
        if let (Some(handle), Some(members)) = (self.told_handle(&held), response.as_object_mut()) {
            members.insert("userHandle".to_owned(), json!(BASE64URL_NOPAD.encode(handle)));
        }
        let mut credential = self.credential_json(id.as_bytes());
        if let Some(members) = credential.as_object_mut() {
            members.insert("response".to_owned(), response);
        }
        Ok(credential)
    }

    /// Only a discoverable credential knows its account (§6.3.3 step 13).
    fn told_handle<'a>(&'a self, held: &'a HeldCredential) -> Option<&'a [u8]> {
        match &self.lies.user_handle {
            UserHandleLie::Honest => held.is_discoverable.then(|| held.user_handle.as_bytes()),
            UserHandleLie::Missing => None,
            UserHandleLie::Other(handle) => Some(handle),
        }
    }
}
