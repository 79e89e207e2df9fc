//! Style sheet, scripts and logo, embedded with a hash of their content in the name.
//!
//! `build.rs` makes one constant per file of `assets/`, as in [`KEYWARD_CSS`]; templates use its
//! [`Asset::href`] and [`Asset::integrity`], so a missing file is a compile error.

/// One embedded file. Its name changes with its content, so it may be cached for ever.
#[derive(Debug)]
pub struct Asset {
    /// Absolute path, as in `/assets/keyward.1f2e3d4c.css`.
    pub href: &'static str,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// Value of the `integrity` attribute (Subresource Integrity, SHA-384).
    pub integrity: &'static str,
    /// The bytes as written.
    pub identity: &'static [u8],
    /// The bytes for `Content-Encoding: gzip`.
    pub gzip: &'static [u8],
    /// The bytes for `Content-Encoding: br`.
    pub brotli: &'static [u8],
}

/// Value of `Cache-Control` for every asset. Answer with `Vary: Accept-Encoding` beside it.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The asset at an absolute request path.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    ALL.iter().copied().find(|asset| asset.href == path)
}

impl Asset {
    /// The smallest form that a client with this `Accept-Encoding` takes (RFC 9110 §12.5.3),
    /// and the `Content-Encoding` to name; none for the bytes as written.
    #[must_use]
    pub fn negotiate(&self, accept_encoding: &str) -> (Option<&'static str>, &'static [u8]) {
        if accepts(accept_encoding, "br") {
            (Some("br"), self.brotli)
        } else if accepts(accept_encoding, "gzip") {
            (Some("gzip"), self.gzip)
        } else {
            (None, self.identity)
        }
    }
}

/// Whether the header names this coding with a weight above zero. A wildcard is not taken up:
/// the bytes as written are always right.
fn accepts(accept_encoding: &str, coding: &str) -> bool {
    accept_encoding.split(',').any(|item| {
        let mut parts = item.split(';');
        let named = parts.next().is_some_and(|name| name.trim().eq_ignore_ascii_case(coding));
        let weight = parts.find_map(|part| part.trim().strip_prefix("q="));
        named
            && weight.and_then(|weight| weight.parse().ok()).is_none_or(|weight: f32| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::{ALL, KEYWARD_CSS, find};

    #[test]
    fn every_asset_is_found_under_its_hashed_name_only() {
        for asset in ALL {
            assert_eq!(find(asset.href).map(|found| found.integrity), Some(asset.integrity));
        }
        assert!(find("/assets/keyward.css").is_none());
        assert!(find("/assets/../Cargo.toml").is_none());
    }

    #[test]
    fn the_smallest_accepted_form_is_chosen() {
        let coding = |header| KEYWARD_CSS.negotiate(header).0;
        assert_eq!(coding("gzip, deflate, br"), Some("br"));
        assert_eq!(coding("gzip;q=0.5, br;q=0"), Some("gzip"));
        assert_eq!(coding("GZIP"), Some("gzip"));
        assert_eq!(coding("*"), None);
        assert_eq!(coding(""), None);
    }

    #[test]
    fn compression_is_worth_it() {
        assert!(KEYWARD_CSS.gzip.len() < KEYWARD_CSS.identity.len());
        assert!(KEYWARD_CSS.brotli.len() <= KEYWARD_CSS.gzip.len());
    }
}
