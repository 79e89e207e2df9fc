//! The format `none` (§8.7): nothing is said, and nothing may be said.

use super::AttestationError;
use super::statement::{self, Evidence};
use crate::cbor::Value;

/// §8.7: the statement is an empty map. One with content was meant for another format, and
/// somebody renamed it.
pub(super) fn verify<'a>(statement: &Value<'a>) -> Result<Evidence<'a>, AttestationError> {
    if statement::members(statement)?.is_empty() {
        Ok(Evidence::Nothing)
    } else {
        Err(AttestationError::NotEmpty)
    }
}
