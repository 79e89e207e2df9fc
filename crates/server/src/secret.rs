//! Values that must not reach a log: they print as nothing and compare in constant time.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use identity::SessionId;

/// Wraps a secret. There is no `Display`, and `Debug` shows only that it is there.
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one place that needs it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

macro_rules! cookie_secret {
    ($($(#[$docs:meta])* $name:ident;)*) => {$(
        $(#[$docs])*
        #[derive(Clone)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps random bytes.
            #[must_use]
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Reads what a cookie holds: base64url of 32 bytes.
            #[must_use]
            pub fn from_cookie(value: &str) -> Option<Self> {
                let bytes = BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
                bytes.try_into().ok().map(Self)
            }

            /// What the cookie holds.
            #[must_use]
            pub fn to_cookie(&self) -> String {
                BASE64URL_NOPAD.encode(&self.0)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// What stands in its place wherever it is kept.
            #[must_use]
            pub fn digest(&self) -> [u8; 32] {
                sha256(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}

cookie_secret! {
    /// What the session cookie holds. The store knows only its digest.
    SessionSecret;
    /// What the browser cookie holds: binds a sign-in to the browser that began it.
    BrowserSecret;
}

impl SessionSecret {
    /// How the store names the session.
    #[must_use]
    pub fn id(&self) -> SessionId {
        SessionId::from_digest(self.digest())
    }
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *to = *from;
    }
    out
}

/// Compares without telling by its time where the difference is.
pub(crate) fn is_equal(one: &[u8], other: &[u8]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hush")), "Secret(..)");
        assert_eq!(format!("{:?}", SessionSecret::new([7; 32])), "SessionSecret(..)");
    }

    #[test]
    fn a_cookie_reads_back_and_other_lengths_do_not() {
        let secret = BrowserSecret::new([7; 32]);
        let back = BrowserSecret::from_cookie(&secret.to_cookie()).unwrap();
        assert_eq!(back.as_bytes(), secret.as_bytes());
        assert!(BrowserSecret::from_cookie("AAAA").is_none());
        assert!(BrowserSecret::from_cookie("").is_none());
    }
}
