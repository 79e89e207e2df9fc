//! Applications: API clients with permissions of their own.

use std::collections::BTreeSet;

use webauthn::Timestamp;

use crate::access::Permission;
use crate::directory::DisplayName;
use crate::ids::{ApplicationId, ClientId};

/// An API client that signs in with a secret (OAuth 2.0 client credentials).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Object id.
    pub id: ApplicationId,
    /// What it presents at the token endpoint.
    pub client: ClientId,
    /// What people read.
    pub display_name: DisplayName,
    /// SHA-256 of its secret, which is 256 random bits, so a fast digest is enough.
    pub secret_digest: [u8; 32],
    /// What it may do without a user.
    pub permissions: BTreeSet<Permission>,
    /// When it was added.
    pub created_at: Timestamp,
}
