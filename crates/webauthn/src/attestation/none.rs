//! The format `none` (§8.7): nothing is said, and nothing may be said.

use super::AttestationError;
use super::statement::{self, Basis};
use crate::cbor::Value;

/// §8.7: the statement is an empty map. One with content was meant for another format, and
/// somebody renamed it.
pub(super) fn verify<'a>(statement: &Value<'a>) -> Result<Basis<'a>, AttestationError> {
    if statement::members(statement)?.is_empty() {
        Ok(Basis::Nothing)
    } else {
        Err(AttestationError::NotEmpty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor;

    #[test]
    fn only_the_empty_map_says_nothing() {
        let judge = |bytes: &[u8]| verify(&cbor::read(bytes, 4).unwrap()).map(|_| ());
        assert_eq!(judge(&[0xa0]), Ok(()));
        assert_eq!(judge(&[0xa1, 1, 1]), Err(AttestationError::NotEmpty));
        assert_eq!(judge(&[0x80]), Err(AttestationError::Malformed));
        assert_eq!(judge(&[0xf6]), Err(AttestationError::Malformed));
    }
}
