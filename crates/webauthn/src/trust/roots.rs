//! The roots that Apple, Google and the FIDO Alliance publish, as they stood in November 2026.
//!
//! Nobody is trusted because of this list: whoever sets up trust takes from it what is wanted.

use super::Anchor;

/// A published root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// Apple WebAuthn Root CA, of the format `apple`.
    AppleWebauthn,
    /// Apple App Attestation Root CA.
    AppleAppAttest,
    /// Apple Root CA - G3, above those who sign receipts.
    AppleG3,
    /// Google's root for keys in phones, RSA. Its certificate was renewed several times.
    GoogleRsa,
    /// Google's root for keys in phones from 2026 on, P-384.
    GoogleEc,
    /// `GlobalSign` Root CA - R3, above the signer of the FIDO Metadata Service. It stands above
    /// countless others too, so the signer's name must be checked.
    GlobalSignR3,
}

impl Root {
    /// The certificate in DER.
    #[must_use]
    pub const fn der(self) -> &'static [u8] {
        match self {
            Self::AppleWebauthn => include_bytes!("roots/apple_webauthn.der"),
            Self::AppleAppAttest => include_bytes!("roots/apple_app_attest.der"),
            Self::AppleG3 => include_bytes!("roots/apple_g3.der"),
            Self::GoogleRsa => include_bytes!("roots/google_rsa.der"),
            Self::GoogleEc => include_bytes!("roots/google_ec.der"),
            Self::GlobalSignR3 => include_bytes!("roots/globalsign_r3.der"),
        }
    }

    /// The root as an anchor; `None` never happens, as a test shows.
    #[must_use]
    pub fn anchor(self) -> Option<Anchor> {
        Anchor::from_certificate(self.der()).ok()
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest;
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn every_root_is_the_one_that_its_owner_publishes() {
        for (root, fingerprint) in [
            (
                Root::AppleWebauthn,
                "0915dd5c07a28db549d1f677bb5a75d4bfbe9561a773424327762e9e02f9bb29",
            ),
            (
                Root::AppleAppAttest,
                "1cb9823ba28ba6ad2d33a006941de2ae4f513ef1d4e831b9f7e0fa7b6242c932",
            ),
            (Root::AppleG3, "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179"),
            (Root::GoogleRsa, "cedb1cb6dc896ae5ec797348bce9286753c2b38ee71ce0fbe34a9a1248800dfc"),
            (Root::GoogleEc, "6d9db4ce6c5c0b293166d08986e05774a8776ceb525d9e4329520de12ba4bcc0"),
            (
                Root::GlobalSignR3,
                "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b",
            ),
        ] {
            let hash = digest::digest(&digest::SHA256, root.der());
            assert_eq!(HEXLOWER.encode(hash.as_ref()), fingerprint, "{root:?}");
            assert!(root.anchor().is_some(), "{root:?}");
        }
    }
}
