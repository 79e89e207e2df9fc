//! The AAGUID: the 128-bit identifier of an authenticator's model.

use std::fmt;
use std::str::FromStr;

/// The model identifier that an authenticator reports (WebAuthn Level 3 §6.5.1).
///
/// Only worth as much as the attestation beside it: without a trusted statement anybody can claim
/// any AAGUID. Shown and stored as the lower-case dashed text form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aaguid([u8; 16]);

impl Aaguid {
    /// All zero: the authenticator or the client hides its model. Matches no allow list (S48).
    pub const ZERO: Self = Self([0; 16]);

    /// Wraps the sixteen bytes as they stand in authenticator data.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes in network order.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Whether the model is hidden.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }
}

/// Where the dashes stand in the text form.
const DASHES: [usize; 4] = [8, 13, 18, 23];

impl FromStr for Aaguid {
    type Err = InvalidAaguid;

    /// Reads the dashed form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, in either case, nothing else.
    fn from_str(text: &str) -> Result<Self, InvalidAaguid> {
        if text.len() != 36 {
            return Err(InvalidAaguid);
        }
        let mut bytes = [0_u8; 16];
        let mut digits = 0_usize;
        for (position, character) in text.bytes().enumerate() {
            if DASHES.contains(&position) {
                if character != b'-' {
                    return Err(InvalidAaguid);
                }
                continue;
            }
            let value = hex_digit(character).ok_or(InvalidAaguid)?;
            let byte = bytes.get_mut(digits.wrapping_div(2)).ok_or(InvalidAaguid)?;
            *byte = byte.wrapping_shl(4) | value;
            digits = digits.wrapping_add(1);
        }
        Ok(Self(bytes))
    }
}

fn hex_digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(character.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(character.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                formatter.write_str("-")?;
            }
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Aaguid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Aaguid({self})")
    }
}

/// The text is not a dashed AAGUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidAaguid;

impl fmt::Display for InvalidAaguid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not an aaguid: expected xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
    }
}

impl std::error::Error for InvalidAaguid {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_case_is_read_and_lower_case_is_shown() {
        let aaguid: Aaguid = "DE1E552D-db1d-4423-a619-566b625cdc84".parse().unwrap();
        assert_eq!(aaguid.to_string(), "de1e552d-db1d-4423-a619-566b625cdc84");
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "de1e552ddb1d4423a619566b625cdc84",
            "{de1e552d-db1d-4423-a619-566b625cdc84}",
            "de1e552d-db1d-4423-a619-566b625cdc8",
            "de1e552d-db1d-4423-a619-566b625cdc8g",
            "de1e552ddb1d-4423-a619-566b625cdc84--",
        ] {
            assert_eq!(text.parse::<Aaguid>(), Err(InvalidAaguid), "{text}");
        }
    }
}
