//! What the browser is asked: creation and request options in the standard's JSON (§5.1.8, §5.1.9).

use serde_json::{Map, Value, json};

use crate::bytes::{Challenge, CredentialId, UserHandle};
use crate::cose::Algorithm;
use crate::origin::RpId;

/// `PublicKeyCredentialCreationOptionsJSON`: how to make a passkey.
#[derive(Clone, Debug)]
pub struct CreationOptions {
    /// Where the passkey will work.
    pub rp_id: RpId,
    /// The organisation, for people.
    pub rp_name: String,
    /// The account, for machines.
    pub user_handle: UserHandle,
    /// The account's name, for people: a UPN.
    pub user_name: String,
    /// The person's name, for people.
    pub user_display_name: String,
    /// What the authenticator answers to.
    pub challenge: Challenge,
    /// Acceptable algorithms, best first.
    pub algorithms: Vec<Algorithm>,
    /// How long the client should wait.
    pub timeout_ms: u32,
    /// Passkeys the account already has, so that no authenticator makes a second one.
    pub exclude: Vec<Descriptor>,
    /// Whether the passkey must be found without a name typed first.
    pub resident_key: ResidentKey,
    /// Whether the authenticator must know its owner.
    pub user_verification: UserVerification,
    /// Only authenticators in the device, or only others; `None` for either.
    pub attachment: Option<Attachment>,
    /// How much the authenticator should prove about itself.
    pub attestation: AttestationConveyance,
    /// Which kind of authenticator the client should propose first.
    pub hints: Vec<Hint>,
    /// Inputs of client extensions, by their names.
    pub extensions: Map<String, Value>,
}

impl CreationOptions {
    /// The standard's JSON, for `PublicKeyCredential.parseCreationOptionsFromJSON`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut selection = json!({
            "residentKey": self.resident_key.name(),
            // what clients of Level 1 read instead
            "requireResidentKey": self.resident_key == ResidentKey::Required,
            "userVerification": self.user_verification.name(),
        });
        if let (Some(attachment), Value::Object(selection)) = (self.attachment, &mut selection) {
            selection.insert("authenticatorAttachment".to_owned(), json!(attachment.name()));
        }
        json!({
            "rp": { "id": self.rp_id.as_str(), "name": self.rp_name },
            "user": {
                "id": self.user_handle.to_base64url(),
                "name": self.user_name,
                "displayName": self.user_display_name,
            },
            "challenge": self.challenge.to_base64url(),
            "pubKeyCredParams": self.algorithms.iter().map(|algorithm| {
                json!({ "type": "public-key", "alg": algorithm.identifier() })
            }).collect::<Vec<_>>(),
            "timeout": self.timeout_ms,
            "excludeCredentials": self.exclude.iter().map(Descriptor::to_json).collect::<Vec<_>>(),
            "authenticatorSelection": selection,
            "attestation": self.attestation.name(),
            "hints": self.hints.iter().map(|hint| hint.name()).collect::<Vec<_>>(),
            "extensions": self.extensions,
        })
    }
}

/// `PublicKeyCredentialRequestOptionsJSON`: how to use a passkey.
#[derive(Clone, Debug)]
pub struct RequestOptions {
    /// Whose passkeys.
    pub rp_id: RpId,
    /// What the authenticator signs.
    pub challenge: Challenge,
    /// How long the client should wait.
    pub timeout_ms: u32,
    /// Which passkeys will do; empty for any that the authenticator finds by itself.
    pub allow: Vec<Descriptor>,
    /// Whether the authenticator must know its owner.
    pub user_verification: UserVerification,
    /// Which kind of authenticator the client should propose first.
    pub hints: Vec<Hint>,
    /// Inputs of client extensions, by their names.
    pub extensions: Map<String, Value>,
}

impl RequestOptions {
    /// The standard's JSON, for `PublicKeyCredential.parseRequestOptionsFromJSON`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "challenge": self.challenge.to_base64url(),
            "timeout": self.timeout_ms,
            "rpId": self.rp_id.as_str(),
            "allowCredentials": self.allow.iter().map(Descriptor::to_json).collect::<Vec<_>>(),
            "userVerification": self.user_verification.name(),
            "hints": self.hints.iter().map(|hint| hint.name()).collect::<Vec<_>>(),
            "extensions": self.extensions,
        })
    }
}

/// `PublicKeyCredentialDescriptorJSON`: one credential and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Which credential.
    pub id: CredentialId,
    /// What the client said at registration; empty when unknown.
    pub transports: Vec<String>,
}

impl Descriptor {
    fn to_json(&self) -> Value {
        let mut descriptor = json!({ "type": "public-key", "id": self.id.to_base64url() });
        // an empty list would mean that there is no way to reach it
        if let (false, Value::Object(members)) = (self.transports.is_empty(), &mut descriptor) {
            members.insert("transports".to_owned(), json!(self.transports));
        }
        descriptor
    }
}

macro_rules! names {
    (
        $(#[$docs:meta])*
        $name:ident { $($(#[$variant_docs:meta])* $variant:ident = $text:literal,)* }
    ) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_docs])* $variant,)*
        }

        impl $name {
            /// The standard's name for it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

names! {
    /// `UserVerificationRequirement` (§5.8.6).
    UserVerification {
        /// The authenticator must know its owner; an answer without is refused.
        Required = "required",
        /// If it can.
        Preferred = "preferred",
        /// Better not.
        Discouraged = "discouraged",
    }
}

names! {
    /// `ResidentKeyRequirement` (§5.4.6).
    ResidentKey {
        /// The authenticator must find the passkey without being told its id.
        Required = "required",
        /// If it can.
        Preferred = "preferred",
        /// Better not.
        Discouraged = "discouraged",
    }
}

names! {
    /// `AuthenticatorAttachment` (§5.4.5).
    Attachment {
        /// Built into the device in use.
        Platform = "platform",
        /// Carried along: a security key or a phone.
        CrossPlatform = "cross-platform",
    }
}

names! {
    /// `AttestationConveyancePreference` (§5.4.7).
    AttestationConveyance {
        /// No statement wanted; clients then hide the model of most security keys.
        None = "none",
        /// Whatever the client passes on.
        Indirect = "indirect",
        /// The authenticator's own statement.
        Direct = "direct",
        /// A statement that may name the very device, on managed platforms.
        Enterprise = "enterprise",
    }
}

names! {
    /// `PublicKeyCredentialHint` (§5.8.7).
    Hint {
        /// A key on USB, NFC or Bluetooth.
        SecurityKey = "security-key",
        /// The device in use.
        ClientDevice = "client-device",
        /// A phone across from the device in use.
        Hybrid = "hybrid",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor() -> Descriptor {
        Descriptor { id: CredentialId::new([1, 2]).unwrap(), transports: vec!["usb".to_owned()] }
    }

    /// S77
    #[test]
    fn creation_options_say_all_that_the_standard_asks() {
        let options = CreationOptions {
            rp_id: "login.example".parse().unwrap(),
            rp_name: "Example".to_owned(),
            user_handle: UserHandle::new([7; 32]).unwrap(),
            user_name: "ada@login.example".to_owned(),
            user_display_name: "Ada".to_owned(),
            challenge: Challenge::new([9; 16]).unwrap(),
            algorithms: vec![Algorithm::Es256, Algorithm::Rs256],
            timeout_ms: 60_000,
            exclude: vec![descriptor()],
            resident_key: ResidentKey::Required,
            user_verification: UserVerification::Required,
            attachment: Some(Attachment::CrossPlatform),
            attestation: AttestationConveyance::Direct,
            hints: vec![Hint::Hybrid],
            extensions: Map::from_iter([("credProps".to_owned(), Value::Bool(true))]),
        };
        let expected = json!({
            "rp": { "id": "login.example", "name": "Example" },
            "user": {
                "id": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
                "name": "ada@login.example",
                "displayName": "Ada",
            },
            "challenge": "CQkJCQkJCQkJCQkJCQkJCQ",
            "pubKeyCredParams": [
                { "type": "public-key", "alg": -7 },
                { "type": "public-key", "alg": -257 },
            ],
            "timeout": 60000,
            "excludeCredentials": [{ "type": "public-key", "id": "AQI", "transports": ["usb"] }],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
                "authenticatorAttachment": "cross-platform",
            },
            "attestation": "direct",
            "hints": ["hybrid"],
            "extensions": { "credProps": true },
        });
        assert_eq!(options.to_json(), expected);
    }

    #[test]
    fn request_options_name_no_transport_that_nobody_told() {
        let options = RequestOptions {
            rp_id: "login.example".parse().unwrap(),
            challenge: Challenge::new([9; 16]).unwrap(),
            timeout_ms: 60_000,
            allow: vec![Descriptor { transports: Vec::new(), ..descriptor() }],
            user_verification: UserVerification::Preferred,
            hints: Vec::new(),
            extensions: Map::new(),
        };
        let expected = json!({
            "challenge": "CQkJCQkJCQkJCQkJCQkJCQ",
            "timeout": 60000,
            "rpId": "login.example",
            "allowCredentials": [{ "type": "public-key", "id": "AQI" }],
            "userVerification": "preferred",
            "hints": [],
            "extensions": {},
        });
        assert_eq!(options.to_json(), expected);
    }
}
