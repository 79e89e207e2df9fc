//! The authenticator data (WebAuthn Level 3 §6.1): what an authenticator says and signs.

use aws_lc_rs::digest;

use crate::authenticator::{Binding, SoftwareAuthenticator};

const UP: u8 = 0x01;
const UV: u8 = 0x04;
const BE: u8 = 0x08;
const BS: u8 = 0x10;
const AT: u8 = 0x40;

/// The bytes for one ceremony.
///
/// `attested` is the attested credential data of a registration, without the AAGUID in front:
/// the credential id and the COSE key.
pub(crate) fn write(
    authenticator: &SoftwareAuthenticator,
    rp_id: &str,
    user_verified: bool,
    sign_count: u32,
    attested: Option<(&[u8], &[u8])>,
) -> Vec<u8> {
    let lies = &authenticator.lies;
    let rp_id = lies.rp_id.as_deref().unwrap_or(rp_id);
    let (eligible, backed_up) = match authenticator.model.binding {
        Binding::DeviceBound => (false, false),
        Binding::BackupEligible => (true, false),
        Binding::Synced => (true, true),
    };
    let flags = [
        (UP, lies.user_present.unwrap_or(true)),
        (UV, lies.user_verified.unwrap_or(user_verified)),
        (BE, lies.backup_eligible.unwrap_or(eligible)),
        (BS, lies.backup_state.unwrap_or(backed_up)),
        (AT, attested.is_some()),
    ];
    let told = flags.iter().filter(|(_, is_set)| *is_set).fold(0, |told, (bit, _)| told | bit);

    let mut out = digest::digest(&digest::SHA256, rp_id.as_bytes()).as_ref().to_vec();
    out.push(told ^ lies.flags_flipped);
    out.extend_from_slice(&lies.sign_count.unwrap_or(sign_count).to_be_bytes());
    if let Some((id, cose_key)) = attested {
        let id = lies.attested_credential_id.as_deref().unwrap_or(id);
        out.extend_from_slice(lies.aaguid.unwrap_or(authenticator.aaguid()).as_bytes());
        out.extend_from_slice(&u16::try_from(id.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend_from_slice(id);
        out.extend_from_slice(cose_key);
    }
    out.extend_from_slice(&lies.authenticator_data_trailer);
    out
}
