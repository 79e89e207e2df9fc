//! The one source of randomness of the server.

use uuid::{Builder, Uuid};

/// Bytes that nobody can guess.
#[expect(clippy::expect_used, reason = "without randomness nothing may go on: the request ends")]
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> Uuid {
    Builder::from_random_bytes(bytes()).into_uuid()
}

/// `length` characters of `alphabet`, each equally likely.
///
/// Bytes above the last full multiple of the alphabet are thrown away, or the first characters
/// would come more often.
pub(crate) fn text(alphabet: &[u8], length: usize) -> String {
    let size = alphabet.len();
    let fair = 256_usize.saturating_sub(256_usize.checked_rem(size).unwrap_or_default());
    let mut text = String::with_capacity(length);
    while text.len() < length && size > 0 {
        for byte in bytes::<64>().map(usize::from).into_iter().filter(|byte| *byte < fair) {
            if text.len() == length {
                break;
            }
            let index = byte.checked_rem(size).unwrap_or_default();
            text.extend(alphabet.get(index).copied().map(char::from));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_the_length_asked_for_and_only_letters_of_the_alphabet() {
        let drawn = text(b"abc", 200);
        assert_eq!(drawn.len(), 200);
        assert!(drawn.chars().all(|letter| "abc".contains(letter)));
        assert!("abc".chars().all(|letter| drawn.contains(letter)));
    }

    #[test]
    fn an_empty_alphabet_gives_nothing() {
        assert_eq!(text(b"", 3), "");
    }
}
