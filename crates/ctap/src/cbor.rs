//! Writes the CTAP2 canonical CBOR that authenticators emit (CTAP 2.2 §8).
//!
//! Writing only, and only the five major types that occur. The order of map keys is the caller's
//! duty, so that a lying authenticator can break it.

/// A growing CBOR text.
#[derive(Default)]
pub(crate) struct Cbor(Vec<u8>);

impl Cbor {
    /// Opens a map of `pairs` keys, each followed by its value.
    pub(crate) fn map(mut self, pairs: u64) -> Self {
        self.head(5, pairs);
        self
    }

    /// Opens an array of `items`.
    pub(crate) fn array(mut self, items: u64) -> Self {
        self.head(4, items);
        self
    }

    /// A text string.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.head(3, length(text.as_bytes()));
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// A byte string.
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.head(2, length(bytes));
        self.0.extend_from_slice(bytes);
        self
    }

    /// An integer of either sign.
    pub(crate) fn int(mut self, value: i64) -> Self {
        // a negative number n is written as -1 - n, which is its bitwise complement
        match u64::try_from(value) {
            Ok(positive) => self.head(0, positive),
            Err(_) => self.head(1, (!value).cast_unsigned()),
        }
        self
    }

    /// Something that is CBOR already.
    pub(crate) fn raw(mut self, cbor: &[u8]) -> Self {
        self.0.extend_from_slice(cbor);
        self
    }

    /// What was written.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A major type with its argument in the fewest bytes.
    fn head(&mut self, major: u8, argument: u64) {
        let major = major.wrapping_shl(5);
        if let Ok(byte) = u8::try_from(argument) {
            if byte < 24 {
                self.0.push(major | byte);
            } else {
                self.0.extend_from_slice(&[major | 24, byte]);
            }
        } else if let Ok(short) = u16::try_from(argument) {
            self.0.push(major | 25);
            self.0.extend_from_slice(&short.to_be_bytes());
        } else if let Ok(word) = u32::try_from(argument) {
            self.0.push(major | 26);
            self.0.extend_from_slice(&word.to_be_bytes());
        } else {
            self.0.push(major | 27);
            self.0.extend_from_slice(&argument.to_be_bytes());
        }
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_the_fewest_bytes_and_read_back() {
        for value in [0, 23, 24, 255, 256, 65_536, i64::MAX, -1, -7, -24, -25, -257, i64::MIN] {
            let bytes = Cbor::default().int(value).into_bytes();
            assert_eq!(minicbor::decode::<i64>(&bytes).unwrap(), value);
            assert_eq!(bytes, minicbor::to_vec(value).unwrap(), "{value}");
        }
    }

    #[test]
    fn long_strings_read_back() {
        let long = vec![7_u8; 70_000];
        let bytes = Cbor::default().bytes(&long).into_bytes();
        assert_eq!(minicbor::Decoder::new(&bytes).bytes().unwrap(), long);
    }
}
