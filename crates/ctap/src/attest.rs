//! The attestation statements this authenticator makes (WebAuthn Level 3 §8.2, §8.7).

mod certificate;

use webauthn::Aaguid;

use crate::attest::certificate::{Issuer, Subject, authority, leaf};
use crate::authenticator::{SoftwareAuthenticator, sign};
use crate::cbor::Cbor;
use crate::error::BrokenCrypto;
use crate::key::{KeyKind, KeyPair, Purpose};
use crate::lies::{Lies, StatementLie};

/// How an authenticator attests when the relying party asks for it.
#[derive(Clone, Debug)]
pub enum Attestation {
    /// Not at all: format `none`.
    None,
    /// Format `packed`, signed with the credential's own key.
    SelfSigned,
    /// Format `packed`, signed with the model's batch key, whose certificate comes along.
    Certified(AttestationAuthority),
}

/// A manufacturer's own little certification authority, derived from a seed.
///
/// Its root is the trust anchor for all models it certifies.
#[derive(Clone, Debug)]
pub struct AttestationAuthority {
    seed: [u8; 32],
    manufacturer: String,
    root: Vec<u8>,
    intermediate: Option<Vec<u8>>,
}

impl AttestationAuthority {
    /// An authority that certifies batch keys with its root itself.
    ///
    /// The root's key and names are always the same for the same arguments; the signature inside
    /// its certificate differs from run to run, so compare its public key, not its bytes.
    ///
    /// # Errors
    /// [`BrokenCrypto`] when the crypto library refuses to work.
    pub fn new(seed: [u8; 32], manufacturer: &str) -> Result<Self, BrokenCrypto> {
        let mut authority =
            Self { seed, manufacturer: manufacturer.to_owned(), root: vec![], intermediate: None };
        let subject = authority.subject(ROOT);
        authority.root =
            self::authority(&subject, &authority.key(ROOT)?, &authority.issuer(ROOT)?)?;
        Ok(authority)
    }

    /// The same authority with an intermediate between its root and the batch keys.
    ///
    /// # Errors
    /// [`BrokenCrypto`] when the crypto library refuses to work.
    pub fn with_intermediate(self) -> Result<Self, BrokenCrypto> {
        let subject = self.subject(INTERMEDIATE);
        let certificate = authority(&subject, &self.key(INTERMEDIATE)?, &self.issuer(ROOT)?)?;
        Ok(Self { intermediate: Some(certificate), ..self })
    }

    /// The root certificate as DER, to be configured as a trust anchor.
    #[must_use]
    pub fn root_der(&self) -> &[u8] {
        &self.root
    }

    /// The intermediate certificate as DER, if there is one.
    #[must_use]
    pub fn intermediate_der(&self) -> Option<&[u8]> {
        self.intermediate.as_deref()
    }

    /// The chain for one model, its own certificate first, the root left out (§8.2).
    fn chain(&self, aaguid: Aaguid, lies: &Lies) -> Result<Vec<Vec<u8>>, BrokenCrypto> {
        let issuer = self.issuer(if self.intermediate.is_some() { INTERMEDIATE } else { ROOT })?;
        let unit = lies.certificate.organizational_unit.as_deref();
        let subject = Subject {
            manufacturer: &self.manufacturer,
            unit: Some(unit.unwrap_or("Authenticator Attestation")),
            common_name: "Attestation Batch",
        };
        let own = leaf(&subject, &self.batch_key(aaguid)?, &issuer, aaguid, &lies.certificate)?;
        Ok([Some(own), self.intermediate.clone()].into_iter().flatten().collect())
    }

    fn batch_key(&self, aaguid: Aaguid) -> Result<KeyPair, BrokenCrypto> {
        let purpose = Purpose::AttestationBatch;
        KeyPair::derive(&self.seed, KeyKind::Es256, purpose, aaguid.as_bytes())
    }

    fn key(&self, rank: Rank) -> Result<KeyPair, BrokenCrypto> {
        KeyPair::derive(&self.seed, KeyKind::Es256, rank.purpose, &[])
    }

    fn subject(&self, rank: Rank) -> Subject<'_> {
        Subject { manufacturer: &self.manufacturer, unit: None, common_name: rank.common_name }
    }

    fn issuer(&self, rank: Rank) -> Result<Issuer<'_>, BrokenCrypto> {
        Ok(Issuer { seed: &self.seed, subject: self.subject(rank), key: self.key(rank)? })
    }
}

/// A place in the hierarchy of an authority.
#[derive(Clone, Copy)]
struct Rank {
    purpose: Purpose,
    common_name: &'static str,
}

const ROOT: Rank = Rank { purpose: Purpose::AttestationRoot, common_name: "Attestation Root" };
const INTERMEDIATE: Rank =
    Rank { purpose: Purpose::AttestationIntermediate, common_name: "Attestation Intermediate" };

/// The name of the format and the statement as CBOR.
pub(crate) fn statement(
    attestation: &Attestation,
    authenticator: &SoftwareAuthenticator,
    credential_key: &KeyPair,
    authenticator_data: &[u8],
    client_data: &[u8],
) -> Result<(String, Vec<u8>), BrokenCrypto> {
    let lies = &authenticator.lies;
    let signed =
        |key: &KeyPair| sign(key, authenticator_data, client_data, lies.statement_signature);
    let (format, statement) = match attestation {
        Attestation::None => ("none", Cbor::default().map(0)),
        Attestation::SelfSigned => {
            let kind = credential_key.kind();
            let algorithm = lies.statement_algorithm.unwrap_or(kind.identifier());
            let statement = Cbor::default().map(2).text("alg").int(algorithm);
            ("packed", statement.text("sig").bytes(&signed(credential_key)?))
        }
        Attestation::Certified(authority) => {
            let aaguid = authenticator.aaguid();
            let key = authority.batch_key(aaguid)?;
            let algorithm = lies.statement_algorithm.unwrap_or(key.kind().identifier());
            let chain = told_chain(authority.chain(aaguid, lies)?, lies.statement);
            let mut statement = Cbor::default().map(3).text("alg").int(algorithm);
            statement = statement.text("sig").bytes(&signed(&key)?).text("x5c");
            statement = statement.array(u64::try_from(chain.len()).unwrap_or(u64::MAX));
            let certificates = chain.iter().map(Vec::as_slice);
            ("packed", certificates.fold(statement, Cbor::bytes))
        }
    };
    let statement = match lies.statement {
        StatementLie::Dropped => Cbor::default().map(0),
        StatementLie::Honest | StatementLie::EmptyChain | StatementLie::ReversedChain => statement,
    };
    let format = lies.format.as_deref().unwrap_or(format);
    Ok((format.to_owned(), statement.into_bytes()))
}

fn told_chain(mut chain: Vec<Vec<u8>>, lie: StatementLie) -> Vec<Vec<u8>> {
    match lie {
        StatementLie::Honest | StatementLie::Dropped => {}
        StatementLie::EmptyChain => chain.clear(),
        StatementLie::ReversedChain => chain.reverse(),
    }
    chain
}
