//! The byte strings of WebAuthn as types: each knows its limits and keeps them.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;

macro_rules! byte_string {
    ($(#[$docs:meta])* $name:ident, $min:expr, $max:expr) => {
        $(#[$docs])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Vec<u8>);

        impl $name {
            /// Fewest bytes accepted.
            pub const MIN: usize = $min;
            /// Most bytes accepted.
            pub const MAX: usize = $max;

            /// Takes the bytes if their number is within the limits.
            ///
            /// # Errors
            /// [`InvalidLength`] when there are too few or too many.
            pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, InvalidLength> {
                let bytes = bytes.into();
                if bytes.len() < Self::MIN || bytes.len() > Self::MAX {
                    return Err(InvalidLength { min: Self::MIN, max: Self::MAX });
                }
                Ok(Self(bytes))
            }

            /// Reads base64url without padding, as the standard's JSON carries it; nothing else.
            ///
            /// # Errors
            /// [`InvalidLength`] when the text is not base64url or outside the limits.
            pub fn from_base64url(text: &str) -> Result<Self, InvalidLength> {
                let length = InvalidLength { min: Self::MIN, max: Self::MAX };
                Self::new(BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| length)?)
            }

            /// The bytes themselves.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// Base64url without padding.
            #[must_use]
            pub fn to_base64url(&self) -> String {
                BASE64URL_NOPAD.encode(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.to_base64url())
            }
        }
    };
}

byte_string! {
    /// Names one credential (WebAuthn Level 3 §4, *credential ID*): 1 to 1023 bytes.
    CredentialId, 1, 1023
}
byte_string! {
    /// The opaque name of an account on an authenticator (§5.4.3): 1 to 64 random bytes, never
    /// the person's name, so that a rename breaks nothing and a stolen key tells nothing (S18).
    UserHandle, 1, 64
}
byte_string! {
    /// What the authenticator signs to prove that it answers *this* ceremony (§13.4.3). Ours are
    /// sealed values far longer than the 16 bytes that the standard advises.
    Challenge, 1, 2048
}

/// A byte string outside its limits, or text that is not base64url without padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidLength {
    /// Fewest bytes accepted.
    pub min: usize,
    /// Most bytes accepted.
    pub max: usize,
}

impl fmt::Display for InvalidLength {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "expected base64url without padding of {} to {} bytes",
            self.min, self.max
        )
    }
}

impl std::error::Error for InvalidLength {}

/// The signature counter (§6.1.1). Zero twice means that the authenticator does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignCount(pub u32);

/// Milliseconds since the Unix epoch, UTC. Time is always an argument, never read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Reads a moment as RFC 3339 writes it, `2026-11-22T12:00:00Z`.
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|moment| Self(moment.as_millisecond()))
    }

    /// This moment plus `milliseconds`, stopping at the ends of time.
    #[must_use]
    pub const fn plus_ms(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this moment; negative if `earlier` is later.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_kept_at_both_ends() {
        assert!(CredentialId::new([]).is_err());
        assert!(CredentialId::new([0; 1023]).is_ok());
        assert!(CredentialId::new([0; 1024]).is_err());
        assert!(UserHandle::new([0; 65]).is_err());
        assert!(Challenge::new([0; 2049]).is_err());
    }

    #[test]
    fn only_strict_base64url_is_read() {
        assert_eq!(CredentialId::from_base64url("AQI").unwrap().as_bytes(), [1, 2]);
        for text in ["AQI=", "AQJ", "A+I", "A/I", " AQI", ""] {
            assert!(CredentialId::from_base64url(text).is_err(), "{text}");
        }
    }
}
