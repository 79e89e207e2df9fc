//! COSE algorithms and public keys (WebAuthn Level 3 §5.8.5, §6.5.1.1), verified by aws-lc-rs.

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::{
    self, EcdsaVerificationAlgorithm, ParsedPublicKey, PqdsaVerificationAlgorithm, RsaParameters,
    RsaPublicKeyComponents,
};

use crate::cbor::{self, CborError, Map, Value};
use crate::coded::coded;
use crate::ed448;

/// A signature algorithm with its IANA COSE number, hash and curve all settled.
///
/// [`Algorithm::Es256`] and its kin are the standard's polymorphic numbers, each bound to the one
/// curve that §5.8.5 allows; [`Algorithm::Esp256`] and its kin say the same thing in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256 (-7).
    Es256,
    /// ECDSA on P-384 with SHA-384 (-35).
    Es384,
    /// ECDSA on P-521 with SHA-512 (-36).
    Es512,
    /// Ed25519, under the polymorphic number (-8).
    EdDsa,
    /// ECDSA on P-256 with SHA-256, fully specified (-9).
    Esp256,
    /// ECDSA on P-384 with SHA-384, fully specified (-51).
    Esp384,
    /// ECDSA on P-521 with SHA-512, fully specified (-52).
    Esp512,
    /// Ed25519, fully specified (-19).
    Ed25519,
    /// Ed448, fully specified (-53).
    Ed448,
    /// ECDSA on secp256k1 with SHA-256 (-47).
    Es256k,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (-257).
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (-258).
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 (-259).
    Rs512,
    /// RSASSA-PSS with SHA-256, salt as long as the hash (-37).
    Ps256,
    /// RSASSA-PSS with SHA-384, salt as long as the hash (-38).
    Ps384,
    /// RSASSA-PSS with SHA-512, salt as long as the hash (-39).
    Ps512,
    /// ML-DSA-44 (-48).
    MlDsa44,
    /// ML-DSA-65 (-49).
    MlDsa65,
    /// ML-DSA-87 (-50).
    MlDsa87,
    /// RSASSA-PKCS1-v1_5 with SHA-1 (-65535): broken hash, only for policy that still has old TPMs.
    Rs1,
}

impl Algorithm {
    /// Every algorithm that can be verified. Which are *offered* is policy.
    pub const ALL: [Self; 20] = [
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Esp256,
        Self::Esp384,
        Self::Esp512,
        Self::Ed25519,
        Self::Ed448,
        Self::Es256k,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
        Self::Rs1,
    ];

    /// The number in the IANA registry *COSE Algorithms*.
    #[must_use]
    pub const fn identifier(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Esp256 => -9,
            Self::Ed25519 => -19,
            Self::Es384 => -35,
            Self::Es512 => -36,
            Self::Ps256 => -37,
            Self::Ps384 => -38,
            Self::Ps512 => -39,
            Self::Es256k => -47,
            Self::MlDsa44 => -48,
            Self::MlDsa65 => -49,
            Self::MlDsa87 => -50,
            Self::Esp384 => -51,
            Self::Esp512 => -52,
            Self::Ed448 => -53,
            Self::Rs256 => -257,
            Self::Rs384 => -258,
            Self::Rs512 => -259,
            Self::Rs1 => -65535,
        }
    }

    /// The algorithm with that number, if it can be verified.
    #[must_use]
    pub fn from_identifier(identifier: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.identifier() == identifier)
    }

    pub(crate) const fn scheme(self) -> Scheme {
        match self {
            Self::Es256 | Self::Esp256 => Scheme::Ecdsa(Curve::P256),
            Self::Es384 | Self::Esp384 => Scheme::Ecdsa(Curve::P384),
            Self::Es512 | Self::Esp512 => Scheme::Ecdsa(Curve::P521),
            Self::Es256k => Scheme::Ecdsa(Curve::Secp256k1),
            Self::EdDsa | Self::Ed25519 => Scheme::Ed25519,
            Self::Ed448 => Scheme::Ed448,
            Self::Rs256 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
            Self::Rs512 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
            Self::Ps256 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
            Self::Ps384 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA384),
            Self::Ps512 => Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA512),
            Self::Rs1 => Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
            Self::MlDsa44 => Scheme::MlDsa(&signature::ML_DSA_44, 1312),
            Self::MlDsa65 => Scheme::MlDsa(&signature::ML_DSA_65, 1952),
            Self::MlDsa87 => Scheme::MlDsa(&signature::ML_DSA_87, 2592),
        }
    }
}

/// What it takes to check a signature of an algorithm.
#[derive(Clone, Copy)]
pub(crate) enum Scheme {
    Ecdsa(Curve),
    Ed25519,
    Ed448,
    Rsa(&'static RsaParameters),
    /// With the number of bytes of a public key.
    MlDsa(&'static PqdsaVerificationAlgorithm, usize),
}

/// The elliptic curves of ECDSA keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
}

impl Curve {
    /// The number in the IANA registry *COSE Elliptic Curves*.
    const fn identifier(self) -> i64 {
        match self {
            Self::P256 => 1,
            Self::P384 => 2,
            Self::P521 => 3,
            Self::Secp256k1 => 8,
        }
    }

    /// Bytes of one coordinate.
    const fn coordinate(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// ECDSA with the hash that COSE pairs with the curve.
    pub(crate) const fn ecdsa(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_ASN1,
            Self::P384 => &signature::ECDSA_P384_SHA384_ASN1,
            Self::P521 => &signature::ECDSA_P521_SHA512_ASN1,
            Self::Secp256k1 => &signature::ECDSA_P256K1_SHA256_ASN1,
        }
    }
}

/// A credential public key: the bytes as the authenticator wrote them, and the key in them.
#[derive(Clone)]
pub struct PublicKey {
    algorithm: Algorithm,
    cose: Vec<u8>,
    key: Key,
}

/// Who checks the signatures of a key.
#[derive(Clone)]
enum Key {
    /// The crypto library.
    Library(ParsedPublicKey),
    /// What the library does not have.
    Ed448(ed448::Key),
}

impl PublicKey {
    /// Reads a `COSE_Key`: algorithm, key type and curve must agree, the point must lie on the
    /// curve and an RSA modulus have 2048 to 8192 bits. Also for format `none`, where nothing else
    /// would ever look at the key until the owner stood before a closed door.
    ///
    /// # Errors
    /// [`KeyError`] when the bytes are not one usable public key.
    pub fn parse(cose: &[u8]) -> Result<Self, KeyError> {
        // one level, and one more for the optional list of key operations
        let value = cbor::read(cose, 2).map_err(KeyError::Cbor)?;
        let map = value.as_map().ok_or(KeyError::Malformed)?;
        let identifier = integer(map, label::ALGORITHM)?;
        let algorithm = Algorithm::from_identifier(identifier)
            .ok_or(KeyError::UnsupportedAlgorithm(identifier))?;
        let key = match algorithm.scheme() {
            Scheme::Ecdsa(curve) => Key::Library(elliptic(map, curve)?),
            Scheme::Ed25519 => Key::Library(octet_pair(map)?),
            Scheme::Ed448 => Key::Ed448(long_octet_pair(map)?),
            Scheme::Rsa(parameters) => Key::Library(rsa(map, parameters)?),
            Scheme::MlDsa(parameters, length) => Key::Library(lattice(map, parameters, length)?),
        };
        Ok(Self { algorithm, cose: cose.to_vec(), key })
    }

    /// The one algorithm this key signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The `COSE_Key` byte for byte as it was read.
    #[must_use]
    pub fn as_cose(&self) -> &[u8] {
        &self.cose
    }

    /// Checks `signature` over `message`. ECDSA signatures must be strict DER.
    ///
    /// # Errors
    /// [`BadSignature`] when it is not this key's signature of the message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        match &self.key {
            Key::Library(key) => key.verify_sig(message, signature).map_err(|_| BadSignature),
            Key::Ed448(key) => key.verify(message, signature),
        }
    }

    /// The uncompressed point, if it is one of that curve.
    pub(crate) fn point_on(&self, curve: Curve) -> Option<&[u8]> {
        match (self.algorithm.scheme(), &self.key) {
            (Scheme::Ecdsa(own), Key::Library(key)) if own == curve => Some(key.as_ref()),
            (_, Key::Library(_) | Key::Ed448(_)) => None,
        }
    }

    /// The key as `SubjectPublicKeyInfo` in DER.
    pub(crate) fn to_subject_public_key_info(&self) -> Option<Vec<u8>> {
        match &self.key {
            Key::Library(key) => key.as_der().ok().map(|der| der.as_ref().to_vec()),
            Key::Ed448(key) => Some(key.to_subject_public_key_info()),
        }
    }

    /// Whether it is the RSA key of these numbers, written without leading zeros.
    pub(crate) fn is_rsa(&self, n: &[u8], e: &[u8]) -> bool {
        let (Scheme::Rsa(parameters), Key::Library(own)) = (self.algorithm.scheme(), &self.key)
        else {
            return false;
        };
        let key = RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters);
        key.is_ok_and(|key| key.as_ref() == own.as_ref())
    }

    /// Whether it is the point of these coordinates, written without leading zeros.
    pub(crate) fn is_at(&self, curve: Curve, x: &[u8], y: &[u8]) -> bool {
        let coordinates = self.point_on(curve).and_then(|point| point.get(1..));
        coordinates
            .and_then(|both| both.split_at_checked(curve.coordinate()))
            .is_some_and(|(own_x, own_y)| is_padded(own_x, x) && is_padded(own_y, y))
    }
}

/// Whether `padded` is `number` after zeros.
fn is_padded(padded: &[u8], number: &[u8]) -> bool {
    padded.strip_suffix(number).is_some_and(|zeros| zeros.iter().all(|byte| *byte == 0))
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = data_encoding::BASE64URL_NOPAD.encode(&self.cose);
        write!(formatter, "PublicKey({:?}, {encoded})", self.algorithm)
    }
}

/// Two keys are equal when their bytes are.
impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.cose == other.cose
    }
}

impl Eq for PublicKey {}

/// The labels of a `COSE_Key` (RFC 9052 §7, RFC 9053 §7, RFC 8230 §4) and its key types.
mod label {
    pub(super) const KEY_TYPE: i64 = 1;
    pub(super) const ALGORITHM: i64 = 3;
    pub(super) const CURVE: i64 = -1;
    pub(super) const X: i64 = -2;
    pub(super) const Y: i64 = -3;
    pub(super) const MODULUS: i64 = -1;
    pub(super) const EXPONENT: i64 = -2;
    pub(super) const LATTICE: i64 = -1;

    pub(super) const OCTET_PAIR: i64 = 1;
    pub(super) const ELLIPTIC: i64 = 2;
    pub(super) const RSA: i64 = 3;
    pub(super) const ALGORITHM_PAIR: i64 = 7;
}

/// The curve number of Ed25519.
const ED25519: i64 = 6;
/// The curve number of Ed448.
const ED448: i64 = 7;

fn elliptic(map: &Map<'_>, curve: Curve) -> Result<ParsedPublicKey, KeyError> {
    agree(map, label::KEY_TYPE, label::ELLIPTIC)?;
    agree(map, label::CURVE, curve.identifier())?;
    // a boolean `y` would be a compressed point, which §6.5.1.1 forbids
    let (x, y) = (bytes(map, label::X)?, bytes(map, label::Y)?);
    if x.len() != curve.coordinate() || y.len() != curve.coordinate() {
        return Err(KeyError::Malformed);
    }
    let point = [&[4], x, y].concat();
    ParsedPublicKey::new(curve.ecdsa(), point).map_err(|_| KeyError::NotOnCurve)
}

fn octet_pair(map: &Map<'_>) -> Result<ParsedPublicKey, KeyError> {
    agree(map, label::KEY_TYPE, label::OCTET_PAIR)?;
    agree(map, label::CURVE, ED25519)?;
    let x = bytes(map, label::X)?;
    if x.len() != 32 {
        return Err(KeyError::Malformed);
    }
    ParsedPublicKey::new(&signature::ED25519, x).map_err(|_| KeyError::NotOnCurve)
}

fn long_octet_pair(map: &Map<'_>) -> Result<ed448::Key, KeyError> {
    agree(map, label::KEY_TYPE, label::OCTET_PAIR)?;
    agree(map, label::CURVE, ED448)?;
    let x = bytes(map, label::X)?.try_into().map_err(|_| KeyError::Malformed)?;
    ed448::Key::new(x).ok_or(KeyError::NotOnCurve)
}

fn rsa(map: &Map<'_>, parameters: &'static RsaParameters) -> Result<ParsedPublicKey, KeyError> {
    agree(map, label::KEY_TYPE, label::RSA)?;
    let (n, e) = (bytes(map, label::MODULUS)?, bytes(map, label::EXPONENT)?);
    // some authenticators write a sign byte, which RFC 8230 does not want
    let n = n.strip_prefix(&[0]).unwrap_or(n);
    let (Some(first), Some(last)) = (n.first(), n.last()) else { return Err(KeyError::Malformed) };
    let bits = u32::try_from(n.len()).map_err(|_| KeyError::RsaModulus)?;
    let bits = bits.saturating_mul(8).saturating_sub(first.leading_zeros());
    // an even modulus has the factor two, a short one is factored, a long one burns our time
    if *first == 0 || last.is_multiple_of(2) || !(2048..=8192).contains(&bits) {
        return Err(KeyError::RsaModulus);
    }
    if e.len() > 4 || e.last().is_none_or(|last| last.is_multiple_of(2)) || e == [1] {
        return Err(KeyError::RsaExponent);
    }
    RsaPublicKeyComponents { n, e }
        .to_parsed_public_key(parameters)
        .map_err(|_| KeyError::RsaModulus)
}

fn lattice(
    map: &Map<'_>,
    parameters: &'static PqdsaVerificationAlgorithm,
    length: usize,
) -> Result<ParsedPublicKey, KeyError> {
    agree(map, label::KEY_TYPE, label::ALGORITHM_PAIR)?;
    let key = bytes(map, label::LATTICE)?;
    // the library would also take a SubjectPublicKeyInfo here
    if key.len() != length {
        return Err(KeyError::Malformed);
    }
    ParsedPublicKey::new(parameters, key).map_err(|_| KeyError::Malformed)
}

fn agree(map: &Map<'_>, label: i64, expected: i64) -> Result<(), KeyError> {
    if integer(map, label)? == expected { Ok(()) } else { Err(KeyError::Mismatch) }
}

fn integer(map: &Map<'_>, label: i64) -> Result<i64, KeyError> {
    map.at(label).and_then(Value::as_integer).ok_or(KeyError::Malformed)
}

fn bytes<'b>(map: &Map<'b>, label: i64) -> Result<&'b [u8], KeyError> {
    map.at(label).and_then(Value::as_bytes).ok_or(KeyError::Malformed)
}

/// Why bytes are not a public key that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// Not one CBOR item.
    Cbor(CborError),
    /// A parameter is missing, of the wrong type or of the wrong length.
    Malformed,
    /// The algorithm with this number cannot be verified here.
    UnsupportedAlgorithm(i64),
    /// Key type or curve do not belong to the algorithm.
    Mismatch,
    /// The coordinates are no point of the curve.
    NotOnCurve,
    /// The RSA modulus is even, padded, or not of 2048 to 8192 bits.
    RsaModulus,
    /// The RSA exponent is even, one, or longer than 32 bits.
    RsaExponent,
}

impl KeyError {
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Cbor(error) => (error.code(), error.message()),
            Self::Malformed => {
                ("public-key-malformed", "a parameter of the public key is missing or malformed")
            }
            Self::UnsupportedAlgorithm(_) => {
                ("public-key-algorithm", "the public key's algorithm is not supported")
            }
            Self::Mismatch => (
                "public-key-mismatch",
                "the public key's type or curve does not belong to its algorithm",
            ),
            Self::NotOnCurve => ("public-key-not-on-curve", "the public key is not on its curve"),
            Self::RsaModulus => {
                ("public-key-rsa-modulus", "the rsa modulus must be odd and of 2048 to 8192 bits")
            }
            Self::RsaExponent => {
                ("public-key-rsa-exponent", "the rsa exponent must be odd and of at most 32 bits")
            }
        }
    }
}

coded!(KeyError);

/// The signature is not one of this key over this message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

impl fmt::Display for BadSignature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the signature does not verify")
    }
}

impl std::error::Error for BadSignature {}

#[cfg(test)]
mod tests;
