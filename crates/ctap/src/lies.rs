//! What a dishonest client or authenticator may say instead of the truth.

use webauthn::Aaguid;

/// One field for each thing that can be altered; the default tells no lie.
///
/// A lie replaces a value before anything that covers it is hashed or signed, so that a verifier
/// sees a consistent response with exactly that one thing wrong. [`Lies::signature`] and
/// [`Lies::statement_signature`] are the two that break a signature itself.
#[derive(Clone, Debug, Default)]
pub struct Lies {
    /// `type` in the client data, for instance `webauthn.get` at a registration.
    pub client_data_type: Option<String>,
    /// The challenge the client claims to answer, as bytes.
    pub challenge: Option<Vec<u8>>,
    /// The origin the client claims to be at; the honest check of the relying party id against
    /// the true origin stays.
    pub origin: Option<String>,
    /// `crossOrigin` in the client data.
    pub cross_origin: Option<bool>,
    /// `topOrigin` in the client data.
    pub top_origin: Option<String>,
    /// The whole client data, replacing all of the above.
    pub client_data_json: Option<Vec<u8>>,

    /// The relying party id that is hashed into the authenticator data.
    pub rp_id: Option<String>,
    /// The flag UP.
    pub user_present: Option<bool>,
    /// The flag UV.
    pub user_verified: Option<bool>,
    /// The flag BE.
    pub backup_eligible: Option<bool>,
    /// The flag BS.
    pub backup_state: Option<bool>,
    /// Bits of the flags byte to flip, after all else: reserved ones, AT or ED.
    pub flags_flipped: u8,
    /// The signature counter.
    pub sign_count: Option<u32>,
    /// The AAGUID in the attested credential data; the certificate keeps the true one.
    pub aaguid: Option<Aaguid>,
    /// The credential id in the attested credential data; the JSON keeps the true one.
    pub attested_credential_id: Option<Vec<u8>>,
    /// The algorithm label in the COSE key.
    pub algorithm: Option<i64>,
    /// The whole COSE key.
    pub cose_key: Option<Vec<u8>>,
    /// Bytes after the end of the authenticator data.
    pub authenticator_data_trailer: Vec<u8>,

    /// Sends the device's statement although the options ask for none.
    pub unasked_attestation: bool,
    /// The name of the attestation statement format.
    pub format: Option<String>,
    /// What is done to the attestation statement.
    pub statement: StatementLie,
    /// The algorithm label in the attestation statement.
    pub statement_algorithm: Option<i64>,
    /// What is done to the signature in the attestation statement.
    pub statement_signature: SignatureLie,
    /// What is wrong with the attestation certificate.
    pub certificate: CertificateLies,
    /// Bytes after the end of the attestation object.
    pub attestation_object_trailer: Vec<u8>,

    /// `id` in the JSON.
    pub id: Option<Vec<u8>>,
    /// `rawId` in the JSON.
    pub raw_id: Option<Vec<u8>>,
    /// `type` in the JSON.
    pub credential_type: Option<String>,
    /// The user handle in an assertion.
    pub user_handle: UserHandleLie,
    /// What is done to the signature of an assertion.
    pub signature: SignatureLie,
}

/// What is done to a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureLie {
    /// Nothing.
    #[default]
    Honest,
    /// One bit in its last byte is flipped.
    Flipped,
    /// It is left empty.
    Empty,
    /// It is made with a key of the same kind that nobody registered.
    ForeignKey,
}

/// What is done to an attestation statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatementLie {
    /// Nothing.
    #[default]
    Honest,
    /// It becomes an empty map under the format's true name.
    Dropped,
    /// Its certificate chain becomes an empty array.
    EmptyChain,
    /// Its certificates are given in reverse order.
    ReversedChain,
}

/// What is done to the user handle of an assertion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum UserHandleLie {
    /// Nothing.
    #[default]
    Honest,
    /// It is left out.
    Missing,
    /// It is another account's.
    Other(Vec<u8>),
}

/// What is wrong with the attestation certificate (WebAuthn Level 3 §8.2.1).
#[derive(Clone, Debug, Default)]
pub struct CertificateLies {
    /// The organisational unit in place of `Authenticator Attestation`.
    pub organizational_unit: Option<String>,
    /// Whether it claims to be a certification authority.
    pub is_authority: Option<bool>,
    /// The AAGUID in its extension.
    pub aaguid: Option<Aaguid>,
    /// Whether the extension with the AAGUID is critical.
    pub aaguid_is_critical: Option<bool>,
    /// When its validity begins and ends, as `UTCTime` (`YYMMDDhhmmssZ`).
    pub validity: Option<(String, String)>,
}
