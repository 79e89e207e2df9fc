//! Access tokens: JSON Web Tokens signed with ES256 (RFC 7519, RFC 7515, RFC 9068 in spirit),
//! with the claims that clients of Microsoft Graph know.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, KeyPair as _, UnparsedPublicKey};
use data_encoding::BASE64URL_NOPAD;
use identity::application::Application;
use identity::{ClientId, TenantId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use webauthn::Timestamp;

use crate::keys::Keys;
use crate::secret::Secret;

/// How long an access token works, seconds.
pub const LIFETIME_S: u32 = 3600;
/// How much the clocks of servers on one database may differ, seconds: a token that one has just
/// issued is not from the future for another.
const LEEWAY_S: i64 = 60;
/// Whom tokens are for: the application id of Microsoft Graph, as its clients expect it.
pub const GRAPH_RESOURCE: &str = "00000003-0000-0000-c000-000000000000";

/// A token as the token endpoint hands it out.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token.
    pub jwt: Secret<String>,
    /// How long it works, seconds.
    pub expires_in: u32,
}

/// The public half of the signing key, as a JSON Web Key set lists it (RFC 7517).
#[derive(Clone, Debug, Serialize)]
pub struct Jwk {
    /// Key type: `EC`.
    pub kty: &'static str,
    /// What the key does: `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// Algorithm: `ES256`.
    pub alg: &'static str,
    /// Curve: `P-256`.
    pub crv: &'static str,
    /// Name of the key in token headers.
    pub kid: String,
    /// First coordinate, base64url.
    pub x: String,
    /// Second coordinate, base64url.
    pub y: String,
}

/// For whom a token is issued.
#[derive(Debug)]
pub(crate) struct Grant<'a> {
    /// The application.
    pub(crate) application: &'a Application,
    /// The organisation.
    pub(crate) tenant: TenantId,
    /// Who issues it.
    pub(crate) issuer: String,
    /// Names this one token (`uti`).
    pub(crate) unique: Uuid,
    /// Now.
    pub(crate) now: Timestamp,
}

/// What a token that we issued says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The application.
    pub(crate) client: ClientId,
    /// The organisation.
    pub(crate) tenant: TenantId,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenFault {
    /// Not one of ours, altered, not yet valid, or for somebody else.
    Invalid,
    /// Too old.
    Expired,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'a str,
    kid: &'a str,
}

#[derive(Deserialize)]
struct ReadHeader<'a> {
    alg: &'a str,
    kid: &'a str,
}

#[derive(Serialize)]
struct WrittenClaims<'a> {
    aud: &'a str,
    iss: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    app_displayname: &'a str,
    appid: String,
    /// `1`: the application proved itself with a secret.
    appidacr: &'a str,
    idtyp: &'a str,
    oid: String,
    sub: String,
    tid: String,
    roles: Vec<&'a str>,
    uti: String,
    ver: &'a str,
}

#[derive(Deserialize)]
struct ReadClaims<'a> {
    aud: &'a str,
    iss: &'a str,
    nbf: i64,
    exp: i64,
    appid: &'a str,
    tid: &'a str,
}

impl Keys {
    /// Issues a token; none when the crypto library fails.
    pub(crate) fn issue(&self, grant: &Grant<'_>) -> Option<AccessToken> {
        let header = Header { typ: "JWT", alg: "ES256", kid: &self.key_id };
        let iat = grant.now.0.div_euclid(1000);
        let application = grant.application;
        let claims = WrittenClaims {
            aud: GRAPH_RESOURCE,
            iss: &grant.issuer,
            iat,
            nbf: iat,
            exp: iat.saturating_add(i64::from(LIFETIME_S)),
            app_displayname: application.display_name.as_str(),
            appid: application.client.to_string(),
            appidacr: "1",
            idtyp: "app",
            oid: application.id.to_string(),
            sub: application.id.to_string(),
            tid: grant.tenant.to_string(),
            roles: application.permissions.iter().map(|permission| permission.name()).collect(),
            uti: BASE64URL_NOPAD.encode(grant.unique.as_bytes()),
            ver: "2.0",
        };
        let mut jwt = encode(&header)?;
        jwt.push('.');
        jwt.push_str(&encode(&claims)?);
        let signature = self.token.sign(&SystemRandom::new(), jwt.as_bytes()).ok()?;
        jwt.push('.');
        jwt.push_str(&BASE64URL_NOPAD.encode(signature.as_ref()));
        Some(AccessToken { jwt: Secret::new(jwt), expires_in: LIFETIME_S })
    }

    /// Reads a token that we issued for ourselves. The signature is checked before anything inside
    /// is believed, and there is one algorithm, so none can be chosen by whoever sent it.
    pub(crate) fn verify(
        &self,
        jwt: &str,
        issuer_of: impl FnOnce(TenantId) -> String,
        now: Timestamp,
    ) -> Result<Claims, TokenFault> {
        let (signed, signature) = jwt.rsplit_once('.').ok_or(TokenFault::Invalid)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenFault::Invalid)?;
        let header = decode(header)?;
        let header: ReadHeader<'_> = read(&header)?;
        if header.alg != "ES256" || header.kid != self.key_id {
            return Err(TokenFault::Invalid);
        }
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.token.public_key().as_ref())
            .verify(signed.as_bytes(), &decode(signature)?)
            .map_err(|_| TokenFault::Invalid)?;
        let claims = decode(claims)?;
        let claims: ReadClaims<'_> = read(&claims)?;
        let client: ClientId = claims.appid.parse().map_err(|_| TokenFault::Invalid)?;
        let tenant: TenantId = claims.tid.parse().map_err(|_| TokenFault::Invalid)?;
        let seconds = now.0.div_euclid(1000);
        let is_early = seconds.saturating_add(LEEWAY_S) < claims.nbf;
        if claims.aud != GRAPH_RESOURCE || claims.iss != issuer_of(tenant) || is_early {
            return Err(TokenFault::Invalid);
        }
        if seconds >= claims.exp {
            return Err(TokenFault::Expired);
        }
        Ok(Claims { client, tenant })
    }

    /// The public half of the signing key.
    pub(crate) fn jwk(&self) -> Jwk {
        let (x, y) = self.coordinates();
        Jwk { kty: "EC", usage: "sig", alg: "ES256", crv: "P-256", kid: self.key_id.clone(), x, y }
    }
}

fn encode(part: &impl Serialize) -> Option<String> {
    serde_json::to_vec(part).ok().map(|json| BASE64URL_NOPAD.encode(&json))
}

fn decode(part: &str) -> Result<Vec<u8>, TokenFault> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenFault::Invalid)
}

fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, TokenFault> {
    serde_json::from_slice(json).map_err(|_| TokenFault::Invalid)
}
