//! Graph's JSON for the command line, which reads and prints policies in the same shape.

use identity::policy::Fido2Configuration;
use identity::policy::patch::Fido2Patch;
use serde_json::Value;

use super::body::Object;
use super::{fido2_configuration, impact};
use crate::error::Error;
use crate::operations::policy::Impact;

/// The FIDO2 configuration as `GET` shows it.
#[must_use]
pub fn fido2_json(configuration: &Fido2Configuration) -> Value {
    fido2_configuration::to_json(configuration)
}

/// What the body of a `PATCH` of the FIDO2 configuration asks for.
///
/// # Errors
/// [`Error::BadRequest`] that names the property by its path, the fault and the remedy.
pub fn fido2_patch(body: &[u8]) -> Result<Fido2Patch, Error> {
    fido2_configuration::parse(Object::read(body)?)
}

/// A preview as `POST …/fido2/impact` answers it.
#[must_use]
pub fn impact_json(impact: &Impact) -> Value {
    impact::to_json(impact)
}
