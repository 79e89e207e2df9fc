//! The format `android-key` (§8.4): the phone's secure hardware certifies the new key itself.

use super::AttestationError;
use super::statement::{self, Evidence, Subject};
use crate::cbor::Value;
use crate::der::{self, NotDer, Reader, Tag};
use crate::x509::{Certificate, oid};

/// §8.4, verification procedure.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
) -> Result<Evidence<'a>, AttestationError> {
    // step 1: algorithm, signature and certificates are there
    let members = statement::members(statement)?;
    let chain = statement::certificates(statement).ok_or(AttestationError::Malformed)?;
    let leaf = chain.first().ok_or(AttestationError::Malformed)?;
    let leaf = Certificate::parse(leaf).map_err(AttestationError::Certificate)?;
    let algorithm = statement::algorithm(members)?;
    if !leaf.has_key_for(algorithm) {
        return Err(AttestationError::Algorithm);
    }

    // step 2: signed by the certified key
    leaf.verify(algorithm, &subject.to_be_signed(), statement::bytes(members, "sig")?)
        .map_err(|_| AttestationError::Signature)?;

    // step 3: which is the new key
    if !leaf.is_of(subject.public_key) {
        return Err(AttestationError::PublicKey);
    }

    // steps 4 and 5: and what the hardware says about it
    let extension =
        leaf.extension(oid::ANDROID_KEY_DESCRIPTION).ok_or(AttestationError::Malformed)?;
    let description = KeyDescription::read(extension.value)
        .map_err(|NotDer| AttestationError::CertificateExtension)?;
    if description.challenge != subject.client_data_hash {
        return Err(AttestationError::Signature);
    }
    expect_own_signing_key(&description)?;

    // step 6
    Ok(Evidence::certified_by_android(chain))
}

/// Step 5: made on the phone, for signing, and for one application alone. Of the two lists the
/// union counts; who wants only what hardware enforces asks for more than the standard.
fn expect_own_signing_key(description: &KeyDescription<'_>) -> Result<(), AttestationError> {
    const GENERATED: u32 = 0;
    const SIGN: u32 = 2;
    let lists = [&description.software_enforced, &description.hardware_enforced];
    if lists.iter().any(|list| list.is_for_all_applications) {
        return Err(AttestationError::KeyScope);
    }
    let mut origins = lists.iter().filter_map(|list| list.origin).peekable();
    if origins.peek().is_none() || origins.any(|origin| origin != GENERATED) {
        return Err(AttestationError::KeyOrigin);
    }
    if !lists.iter().any(|list| list.purposes.contains(&SIGN)) {
        return Err(AttestationError::KeyPurpose);
    }
    Ok(())
}

/// Android's key description, as far as the standard asks for it.
struct KeyDescription<'a> {
    challenge: &'a [u8],
    software_enforced: Authorizations,
    hardware_enforced: Authorizations,
}

impl<'a> KeyDescription<'a> {
    fn read(value: &'a [u8]) -> Result<Self, NotDer> {
        let mut outer = Reader::new(value);
        let mut fields = Reader::new(outer.expect(Tag::Sequence)?);
        // versions and levels: of the attestation, then of the key master
        for tag in [Tag::Integer, Tag::Enumerated, Tag::Integer, Tag::Enumerated] {
            fields.expect(tag)?;
        }
        let challenge = fields.expect(Tag::OctetString)?;
        let _unique_id = fields.expect(Tag::OctetString)?;
        let software_enforced = Authorizations::read(fields.expect(Tag::Sequence)?)?;
        let hardware_enforced = Authorizations::read(fields.expect(Tag::Sequence)?)?;
        if !fields.is_empty() || !outer.is_empty() {
            return Err(NotDer);
        }
        Ok(Self { challenge, software_enforced, hardware_enforced })
    }
}

/// One authorization list. Its members are all optional and known by their tags; later versions
/// of Android add some, which are passed over.
#[derive(Default)]
struct Authorizations {
    purposes: Vec<u32>,
    is_for_all_applications: bool,
    origin: Option<u32>,
}

impl Authorizations {
    const PURPOSE: u32 = 1;
    const ALL_APPLICATIONS: u32 = 600;
    const ORIGIN: u32 = 702;

    fn read(content: &[u8]) -> Result<Self, NotDer> {
        let mut list = Self::default();
        let mut seen = Vec::new();
        let mut members = Reader::new(content);
        while !members.is_empty() {
            let member = members.next()?;
            let Tag::Context(number) = member.tag else { return Err(NotDer) };
            // two readers that keep the first and the last value would see different keys
            if seen.contains(&number) {
                return Err(NotDer);
            }
            seen.push(number);
            let mut value = Reader::new(member.content);
            match number {
                Self::PURPOSE => {
                    let mut purposes = Reader::new(value.expect(Tag::Set)?);
                    while !purposes.is_empty() {
                        list.purposes.push(der::small_number(purposes.expect(Tag::Integer)?)?);
                    }
                }
                Self::ALL_APPLICATIONS => list.is_for_all_applications = true,
                Self::ORIGIN => {
                    list.origin = Some(der::small_number(value.expect(Tag::Integer)?)?);
                }
                _ => {}
            }
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests;
