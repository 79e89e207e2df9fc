//! How a passkey's id stands in an address: the "URL token" form of its credential id.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use webauthn::CredentialId;

/// Base64url without padding, followed by one digit: how many padding characters were left out.
pub(crate) fn token(id: &CredentialId) -> String {
    let text = id.to_base64url();
    let padding = padding_of(text.len());
    format!("{text}{padding}")
}

const fn padding_of(length: usize) -> usize {
    (4 - length % 4) % 4
}

/// Which credential ids a client may mean, best guess first. A token that ends in `1` may also be
/// plain base64url, so there can be two; whoever looks them up takes the one on record.
pub(crate) fn candidates(text: &str) -> Vec<CredentialId> {
    from_token(text).into_iter().chain(CredentialId::from_base64url(text).ok()).collect()
}

fn from_token(text: &str) -> Option<CredentialId> {
    let (body, digit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let padding: usize = digit.parse().ok()?;
    (padding == padding_of(body.len())).then(|| CredentialId::from_base64url(body).ok()).flatten()
}

/// Reads bytes that a client sends in any of the three encodings seen from official clients:
/// base64url without padding, the same with padding, and standard base64.
pub(crate) fn lenient_bytes(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    if text.len() - body.len() > 2 {
        return None;
    }
    let encoding = if body.contains(['+', '/']) { BASE64_NOPAD } else { BASE64URL_NOPAD };
    encoding.decode(body.as_bytes()).ok()
}

/// Reads a credential id in one of these encodings or as a token.
pub(crate) fn lenient(text: &str) -> Option<CredentialId> {
    lenient_bytes(text).and_then(|bytes| CredentialId::new(bytes).ok()).or_else(|| from_token(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(bytes: &[u8]) -> CredentialId {
        CredentialId::new(bytes).unwrap()
    }

    #[test]
    fn the_documented_form_is_a_digit_longer() {
        assert_eq!(token(&id(&[1])), "AQ2");
        assert_eq!(token(&id(&[1, 2])), "AQI1");
        assert_eq!(token(&id(&[1, 2, 3])), "AQID0");
        assert_eq!(token(&id(&[0xfb; 16])), "-_v7-_v7-_v7-_v7-_v7-w2");
    }

    #[test]
    fn every_id_is_found_again_by_token_and_by_plain_text() {
        for length in 1..=70_u8 {
            for fill in [0, 0x5a, 0xd7, 0xff] {
                let id = id(&vec![fill; usize::from(length)]);
                assert_eq!(candidates(&token(&id)).first(), Some(&id));
                assert!(candidates(&id.to_base64url()).contains(&id), "{id:?}");
            }
        }
    }

    #[test]
    fn what_is_neither_names_nothing() {
        for text in ["", "0", "A", "AQI=", "AQ I", "AQ3", "ä1", "…"] {
            assert_eq!(candidates(text), [], "{text}");
        }
    }

    #[test]
    fn bodies_may_come_padded_or_in_the_standard_alphabet() {
        for text in ["-_8", "-_8=", "+/8", "+/8="] {
            assert_eq!(lenient(text), Some(id(&[0xfb, 0xff])), "{text}");
        }
        assert_eq!(lenient("AQ2"), Some(id(&[1])));
        for text in ["-_8===", "-/8", "a", ""] {
            assert_eq!(lenient(text), None, "{text}");
        }
    }
}
