//! Android's list of certificates that must not be believed any more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Serial numbers of revoked and suspended certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusList {
    /// As the list writes them, in lower case and without leading zeros: nowadays in
    /// hexadecimal, in old entries in decimal.
    serials: BTreeSet<String>,
}

#[derive(Deserialize)]
struct List {
    entries: BTreeMap<String, IgnoredAny>,
}

impl StatusList {
    /// Reads the list as Google publishes it. Every entry counts, whatever its status: one that
    /// we cannot read is no reason to believe its certificate.
    ///
    /// # Errors
    /// [`InvalidStatusList`] when it is not such a list.
    pub fn parse(json: &[u8]) -> Result<Self, InvalidStatusList> {
        let list: List = serde_json::from_slice(json).map_err(|_| InvalidStatusList)?;
        Ok(Self { serials: list.entries.into_keys().map(|serial| spelled(&serial)).collect() })
    }

    /// Whether nobody is on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.serials.is_empty()
    }

    /// How many are on it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.serials.len()
    }

    /// Whether a serial number, as it stands in a certificate, is on the list in either spelling.
    #[must_use]
    pub fn has(&self, serial: &[u8]) -> bool {
        self.serials.contains(&spelled(&HEXLOWER.encode(serial)))
            || self.serials.contains(&decimal(serial))
    }
}

/// Lower case, without leading zeros.
fn spelled(serial: &str) -> String {
    let lower = serial.to_ascii_lowercase();
    lower.trim_start_matches('0').to_owned()
}

/// The number in decimal, without leading zeros.
fn decimal(serial: &[u8]) -> String {
    // base ten, least digit first
    let mut digits: Vec<u8> = Vec::new();
    for byte in serial {
        let mut carry = u16::from(*byte);
        for digit in &mut digits {
            let value = u16::from(*digit).wrapping_mul(256).wrapping_add(carry);
            *digit = u8::try_from(value.wrapping_rem(10)).unwrap_or_default();
            carry = value.wrapping_div(10);
        }
        while carry > 0 {
            digits.push(u8::try_from(carry.wrapping_rem(10)).unwrap_or_default());
            carry = carry.wrapping_div(10);
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0'.wrapping_add(*digit))).collect()
}

/// The bytes are not a status list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidStatusList;

impl fmt::Display for InvalidStatusList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected json with entries by serial number")
    }
}

impl std::error::Error for InvalidStatusList {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_found_in_both_spellings() {
        let list = br#"{"entries":{
            "2c8cdddfd5e03bfc": {"status":"REVOKED","reason":"KEY_COMPROMISE"},
            "0A1B": {"status":"SUSPENDED"},
            "6681152659205225093": {"status":"REVOKED"}
        }}"#;
        let list = StatusList::parse(list).unwrap();
        assert_eq!(list.len(), 3);
        assert!(list.has(&[0x2c, 0x8c, 0xdd, 0xdf, 0xd5, 0xe0, 0x3b, 0xfc]));
        assert!(list.has(&[0x00, 0x0a, 0x1b]));
        assert!(list.has(&6_681_152_659_205_225_093_u64.to_be_bytes()));
        assert!(!list.has(&[0x0a, 0x1c]));
        assert!(!list.has(&[]));
    }

    #[test]
    fn numbers_of_twenty_bytes_are_written_in_decimal() {
        assert_eq!(decimal(&[1, 0]), "256");
        assert_eq!(decimal(&u128::MAX.to_be_bytes()), u128::MAX.to_string());
        assert_eq!(decimal(&[0xff; 20]), "1461501637330902918203684832716283019655932542975");
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for json in ["", "{}", "[]", r#"{"entries":[]}"#, r#"{"entries":{}"#] {
            assert_eq!(StatusList::parse(json.as_bytes()), Err(InvalidStatusList), "{json}");
        }
        assert!(StatusList::parse(br#"{"entries":{}}"#).unwrap().is_empty());
    }
}
