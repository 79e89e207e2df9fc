//! The description of a key that Android's hardware puts into its certificate, in all versions.

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use crate::der::{self, NotDer, Reader, Tag};
use crate::evidence::Findings;

/// `KeyDescription`: version 1 (Keymaster 2) to 500 (`KeyMint` 5). Later ones read alike as far as
/// we know their members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDescription<'a> {
    /// The version of the description.
    pub attestation_version: u32,
    /// Who wrote the description.
    pub attestation_level: SecurityLevel,
    /// The version of the key store.
    pub key_version: u32,
    /// Where the key lives.
    pub key_level: SecurityLevel,
    /// What the key was made for.
    pub challenge: &'a [u8],
    /// What the phone's system enforces, and says.
    pub software_enforced: Authorizations<'a>,
    /// What the hardware enforces, and says.
    pub hardware_enforced: Authorizations<'a>,
}

/// Where something lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityLevel {
    /// In the phone's system.
    Software,
    /// In the processor's trusted environment.
    TrustedEnvironment,
    /// In a chip of its own.
    StrongBox,
}

impl SecurityLevel {
    const fn from_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::Software),
            1 => Some(Self::TrustedEnvironment),
            2 => Some(Self::StrongBox),
            _ => None,
        }
    }

    /// Android's word for it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Software => "software",
            Self::TrustedEnvironment => "trusted-environment",
            Self::StrongBox => "strongbox",
        }
    }
}

/// What the phone runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootOfTrust {
    /// Whether nobody can replace the system without wiping the phone.
    pub is_locked: bool,
    /// Whose system it is.
    pub state: BootState,
}

/// Whose system a phone runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootState {
    /// The maker's.
    Verified,
    /// The owner's own.
    SelfSigned,
    /// Anybody's.
    Unverified,
    /// One that failed to verify.
    Failed,
}

impl BootState {
    /// Android's word for it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::SelfSigned => "self-signed",
            Self::Unverified => "unverified",
            Self::Failed => "failed",
        }
    }
}

/// The app that made a key, as the phone's system says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// Names of the packages that share the app's identity, with their version codes.
    pub packages: Vec<(String, u64)>,
    /// SHA-256 of the certificates that signed them.
    pub signing_digests: Vec<Vec<u8>>,
}

impl Application {
    /// The digests as Google writes them elsewhere: base64url without padding.
    pub fn signing_digest_texts(&self) -> impl Iterator<Item = String> {
        self.signing_digests.iter().map(|digest| BASE64URL_NOPAD.encode(digest))
    }
}

/// One authorization list. Its members are all optional and known by their tags; those that we
/// do not know are passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorizations<'a> {
    /// What the key may be used for.
    pub purposes: Vec<u32>,
    /// Whether every app may use it.
    pub is_for_all_applications: bool,
    /// How the key came to be.
    pub origin: Option<u32>,
    /// What the phone runs.
    pub root_of_trust: Option<RootOfTrust>,
    /// The app that made the key.
    pub application: Option<Application>,
    /// Small numbers by their tags, such as versions and patch levels.
    numbers: Vec<(u32, u32)>,
    /// Names by their tags, such as the model's.
    names: Vec<(u32, &'a [u8])>,
}

/// The members of a list that are numbers, with what we call them.
const NUMBERS: [(u32, &str); 8] = [
    (2, "key-algorithm"),
    (3, "key-size"),
    (10, "curve"),
    (504, "user-authentication"),
    (705, "os-version"),
    (706, "os-patch-level"),
    (718, "vendor-patch-level"),
    (719, "boot-patch-level"),
];

/// The members of a list that are names, with what we call them. Numbers that name one phone
/// (serial, IMEI, MEID) are not among them: nobody here needs to know.
const NAMES: [(u32, &str); 6] = [
    (710, "brand"),
    (711, "device"),
    (712, "product"),
    (716, "manufacturer"),
    (717, "model"),
    (724, "module-hash"),
];

const MODULE_HASH: u32 = 724;

/// Most elements of a set; phones write a handful.
const MAX_SET: usize = 64;

/// The bytes are not a description of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotKeyDescription;

impl fmt::Display for NotKeyDescription {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the description of the key cannot be read")
    }
}

impl std::error::Error for NotKeyDescription {}

impl<'a> KeyDescription<'a> {
    /// Reads the extension's value: eight members, and nothing after.
    ///
    /// # Errors
    /// [`NotKeyDescription`] when they are not there, or a list names a tag twice.
    pub fn parse(value: &'a [u8]) -> Result<Self, NotKeyDescription> {
        let mut outer = Reader::new(value);
        let mut fields = Reader::new(outer.expect(Tag::Sequence)?);
        let attestation_version = der::small_number(fields.expect(Tag::Integer)?)?;
        let attestation_level = level(&mut fields)?;
        let key_version = der::small_number(fields.expect(Tag::Integer)?)?;
        let key_level = level(&mut fields)?;
        let challenge = fields.expect(Tag::OctetString)?;
        let _unique_id = fields.expect(Tag::OctetString)?;
        let software_enforced = Authorizations::read(fields.expect(Tag::Sequence)?)?;
        let hardware_enforced = Authorizations::read(fields.expect(Tag::Sequence)?)?;
        if !fields.is_empty() || !outer.is_empty() {
            return Err(NotKeyDescription);
        }
        Ok(Self {
            attestation_version,
            attestation_level,
            key_version,
            key_level,
            challenge,
            software_enforced,
            hardware_enforced,
        })
    }

    /// Notes what the description says.
    pub fn tell(&self, findings: &mut Findings) {
        findings.learned("attestation-version", self.attestation_version);
        findings.learned("attestation-security-level", self.attestation_level.label());
        findings.learned("key-security-level", self.key_level.label());
        self.hardware_enforced.tell(findings);
        if let Some(application) = &self.software_enforced.application {
            let packages = application.packages.iter();
            let packages: Vec<_> =
                packages.map(|(name, version)| format!("{name} {version}")).collect();
            findings.learned("packages", packages);
            let digests: Vec<_> = application.signing_digest_texts().collect();
            findings.learned("signing-digests", digests);
        }
    }
}

fn level(fields: &mut Reader<'_>) -> Result<SecurityLevel, NotDer> {
    let number = der::small_number(fields.expect(Tag::Enumerated)?)?;
    SecurityLevel::from_number(number).ok_or(NotDer)
}

impl<'a> Authorizations<'a> {
    const PURPOSE: u32 = 1;
    const ALL_APPLICATIONS: u32 = 600;
    const ORIGIN: u32 = 702;
    const ROOT_OF_TRUST: u32 = 704;
    const APPLICATION: u32 = 709;

    /// The number under a tag that we have a name for, such as a patch level.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u32> {
        let (tag, _) = NUMBERS.iter().find(|(_, own)| *own == name)?;
        self.numbers.iter().find(|(own, _)| own == tag).map(|(_, number)| *number)
    }

    fn read(content: &'a [u8]) -> Result<Self, NotDer> {
        let mut list = Self::default();
        let mut seen = Vec::new();
        let mut members = Reader::new(content);
        while !members.is_empty() {
            let member = members.next()?;
            let Tag::Context(tag) = member.tag else { return Err(NotDer) };
            // two readers that keep the first and the last value would see different keys
            if seen.contains(&tag) {
                return Err(NotDer);
            }
            seen.push(tag);
            list.take(tag, member.content)?;
        }
        Ok(list)
    }

    fn take(&mut self, tag: u32, content: &'a [u8]) -> Result<(), NotDer> {
        let mut value = Reader::new(content);
        match tag {
            Self::PURPOSE => {
                let mut purposes = Reader::new(value.expect(Tag::Set)?);
                while !purposes.is_empty() {
                    if self.purposes.len() == MAX_SET {
                        return Err(NotDer);
                    }
                    self.purposes.push(der::small_number(purposes.expect(Tag::Integer)?)?);
                }
            }
            Self::ALL_APPLICATIONS => self.is_for_all_applications = true,
            Self::ORIGIN => self.origin = Some(der::small_number(value.expect(Tag::Integer)?)?),
            // whoever needs one asks for it: one that cannot be read is none
            Self::ROOT_OF_TRUST => self.root_of_trust = RootOfTrust::read(&mut value).ok(),
            Self::APPLICATION => {
                // what the system says about apps decides nothing by itself: a bent one is none
                let octets = value.expect(Tag::OctetString)?;
                self.application = Application::read(octets).ok();
            }
            _ if NUMBERS.iter().any(|(own, _)| *own == tag) => {
                if let Ok(number) = value.expect(Tag::Integer).and_then(der::small_number) {
                    self.numbers.push((tag, number));
                }
            }
            _ if NAMES.iter().any(|(own, _)| *own == tag) => {
                if let Ok(name) = value.expect(Tag::OctetString) {
                    self.names.push((tag, name));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn tell(&self, findings: &mut Findings) {
        if let Some(root) = &self.root_of_trust {
            findings.learned("verified-boot", root.state.label());
            findings.learned("boot-loader-locked", root.is_locked);
        }
        for (tag, name) in NUMBERS {
            if let Some((_, number)) = self.numbers.iter().find(|(own, _)| *own == tag) {
                findings.learned(name, *number);
            }
        }
        for (tag, name) in NAMES {
            let Some((_, value)) = self.names.iter().find(|(own, _)| *own == tag) else { continue };
            let text = match tag {
                MODULE_HASH => HEXLOWER.encode(value),
                _ => String::from_utf8_lossy(value).into_owned(),
            };
            findings.learned(name, text);
        }
    }
}

impl RootOfTrust {
    fn read(value: &mut Reader<'_>) -> Result<Self, NotDer> {
        let mut fields = Reader::new(value.expect(Tag::Sequence)?);
        let _key = fields.expect(Tag::OctetString)?;
        // some phones write one for true where DER has 255
        let is_locked = fields.expect(Tag::Boolean)?.iter().any(|byte| *byte != 0);
        let state = match der::small_number(fields.expect(Tag::Enumerated)?)? {
            0 => BootState::Verified,
            1 => BootState::SelfSigned,
            2 => BootState::Unverified,
            3 => BootState::Failed,
            _ => return Err(NotDer),
        };
        Ok(Self { is_locked, state })
    }
}

impl Application {
    fn read(octets: &[u8]) -> Result<Self, NotDer> {
        let mut outer = Reader::new(octets);
        let mut fields = Reader::new(outer.expect(Tag::Sequence)?);
        let mut application = Self::default();
        let mut packages = Reader::new(fields.expect(Tag::Set)?);
        while !packages.is_empty() && application.packages.len() < MAX_SET {
            let mut package = Reader::new(packages.expect(Tag::Sequence)?);
            let name = package.expect(Tag::OctetString)?;
            let version = der::number(package.expect(Tag::Integer)?)?;
            application.packages.push((String::from_utf8_lossy(name).into_owned(), version));
        }
        let mut digests = Reader::new(fields.expect(Tag::Set)?);
        while !digests.is_empty() && application.signing_digests.len() < MAX_SET {
            application.signing_digests.push(digests.expect(Tag::OctetString)?.to_vec());
        }
        Ok(application)
    }
}
