//! Which authenticator apps are genuine: plain values, with Microsoft Authenticator predefined.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::aaguid::Aaguid;
use crate::app_attest::Environment;

/// An authenticator app that statements may speak for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenuineApp {
    /// The model that the app says it is.
    pub aaguid: Aaguid,
    /// What people call it.
    pub name: String,
    /// How it proves that it is genuine.
    pub platform: Platform,
}

/// The systems that apps run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Platform {
    /// App Attest.
    Ios(IosApp),
    /// A key of the phone's hardware and Play Integrity.
    Android(AndroidApp),
}

/// An app as Apple knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IosApp {
    /// The ten characters of the team.
    pub team: String,
    /// The bundle identifier.
    pub bundle: String,
    /// From the store, or from a developer's machine.
    pub environment: Environment,
}

impl IosApp {
    /// Team and bundle as Apple writes them in one.
    #[must_use]
    pub fn app_id(&self) -> String {
        format!("{}.{}", self.team, self.bundle)
    }
}

/// An app as Google knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AndroidApp {
    /// The package's name.
    pub package: String,
    /// SHA-256 of the certificates that may have signed it, as Google writes them: base64url
    /// without padding. Without any nobody can prove to be this app.
    pub signing_digests: Vec<String>,
    /// What the phone must at least be.
    pub minimum_device: DeviceVerdict,
    /// The oldest version code that is still good enough.
    pub minimum_version: Option<u64>,
    /// Who can open the app's integrity tokens.
    pub response_keys: ResponseKeys,
    /// How old a token may be, in milliseconds.
    pub max_age_ms: i64,
}

/// What Google says about a phone, from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceVerdict {
    /// `MEETS_BASIC_INTEGRITY`: not obviously altered.
    Basic,
    /// `MEETS_DEVICE_INTEGRITY`: certified by Google.
    Device,
    /// `MEETS_STRONG_INTEGRITY`: proved by hardware, with recent patches.
    Strong,
}

impl DeviceVerdict {
    /// Google's word for it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Basic => "MEETS_BASIC_INTEGRITY",
            Self::Device => "MEETS_DEVICE_INTEGRITY",
            Self::Strong => "MEETS_STRONG_INTEGRITY",
        }
    }
}

/// Who can open an app's integrity tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseKeys {
    /// Only Google's endpoint.
    WithGoogle,
    /// We, with keys from the Play Console.
    Ours(TokenKeys),
}

/// The two keys of an app's integrity tokens.
#[derive(Clone)]
pub struct TokenKeys {
    decryption: [u8; 32],
    /// The uncompressed point on P-256.
    verification: Vec<u8>,
}

impl TokenKeys {
    /// Takes the AES-256 key and Google's verification key as `SubjectPublicKeyInfo` in DER.
    ///
    /// # Errors
    /// [`InvalidTokenKeys`] when they are not an AES-256 key and a key on P-256.
    pub fn new(decryption: &[u8], verification: &[u8]) -> Result<Self, InvalidTokenKeys> {
        let decryption = decryption.try_into().map_err(|_| InvalidTokenKeys)?;
        let verification = crate::x509::p256_point(verification).ok_or(InvalidTokenKeys)?;
        Ok(Self { decryption, verification })
    }

    pub(crate) const fn decryption(&self) -> &[u8; 32] {
        &self.decryption
    }

    pub(crate) fn verification(&self) -> &[u8] {
        &self.verification
    }
}

/// Compared in constant time: one of the keys is a secret.
impl PartialEq for TokenKeys {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.decryption, &other.decryption).is_ok()
            && self.verification == other.verification
    }
}

impl Eq for TokenKeys {}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenKeys(…)")
    }
}

/// The bytes are not an AES-256 key and a key on P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTokenKeys;

impl fmt::Display for InvalidTokenKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected an aes-256 key of 32 bytes and a key on p-256 in der")
    }
}

impl std::error::Error for InvalidTokenKeys {}

/// Microsoft Authenticator on Android.
pub const MICROSOFT_AUTHENTICATOR_ANDROID: Aaguid = Aaguid::from_bytes([
    0xde, 0x1e, 0x55, 0x2d, 0xdb, 0x1d, 0x44, 0x23, 0xa6, 0x19, 0x56, 0x6b, 0x62, 0x5c, 0xdc, 0x84,
]);

/// Microsoft Authenticator on iOS.
pub const MICROSOFT_AUTHENTICATOR_IOS: Aaguid = Aaguid::from_bytes([
    0x90, 0xa3, 0xcc, 0xdf, 0x63, 0x5c, 0x47, 0x29, 0xa2, 0x48, 0x9b, 0x70, 0x91, 0x35, 0x07, 0x8f,
]);

/// Microsoft Authenticator on both systems. Microsoft does not publish how it proves itself, nor
/// the digests of its signing certificates: on Android they must be added before anything passes.
#[must_use]
pub fn microsoft_authenticator() -> [GenuineApp; 2] {
    [
        GenuineApp {
            aaguid: MICROSOFT_AUTHENTICATOR_IOS,
            name: "Microsoft Authenticator for iOS".to_owned(),
            platform: Platform::Ios(IosApp {
                team: "SGGM6D27TK".to_owned(),
                bundle: "com.microsoft.azureauthenticator".to_owned(),
                environment: Environment::Production,
            }),
        },
        GenuineApp {
            aaguid: MICROSOFT_AUTHENTICATOR_ANDROID,
            name: "Microsoft Authenticator for Android".to_owned(),
            platform: Platform::Android(AndroidApp {
                package: "com.azure.authenticator".to_owned(),
                signing_digests: Vec::new(),
                minimum_device: DeviceVerdict::Device,
                minimum_version: None,
                response_keys: ResponseKeys::WithGoogle,
                max_age_ms: 10 * 60 * 1000,
            }),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microsofts_two_models_are_predefined() {
        let [ios, android] = microsoft_authenticator();
        assert_eq!(ios.aaguid.to_string(), "90a3ccdf-635c-4729-a248-9b709135078f");
        assert_eq!(android.aaguid.to_string(), "de1e552d-db1d-4423-a619-566b625cdc84");
        let Platform::Ios(ios) = ios.platform else { panic!("an app of ios") };
        assert_eq!(ios.app_id(), "SGGM6D27TK.com.microsoft.azureauthenticator");
    }

    #[test]
    fn verdicts_are_ordered() {
        assert!(DeviceVerdict::Basic < DeviceVerdict::Device);
        assert!(DeviceVerdict::Device < DeviceVerdict::Strong);
    }

    #[test]
    fn token_keys_are_of_the_right_kind_and_do_not_show() {
        assert_eq!(TokenKeys::new(&[0; 16], &[]), Err(InvalidTokenKeys));
        let key = crate::testing::Key::p256();
        let info = crate::testing::certificate::public_key(&key);
        let keys = TokenKeys::new(&[7; 32], &info).unwrap();
        assert_eq!(format!("{keys:?}"), "TokenKeys(…)");
        assert_ne!(keys, TokenKeys::new(&[8; 32], &info).unwrap());
    }
}
