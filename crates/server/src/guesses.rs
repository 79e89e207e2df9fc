//! Failed attempts against names that nobody has, so that the lock-out of a name does not tell
//! whether somebody has it (S109).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use webauthn::Timestamp;

use crate::secret::sha256;

/// Most names that are remembered; beyond that the oldest window goes.
const NAMES_MAX: usize = 65_536;

/// Counts and windows by digest of the name: a name typed by mistake may be a password.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    by_name: Mutex<BTreeMap<[u8; 32], (u32, Timestamp)>>,
}

impl Guesses {
    /// Failed attempts in the current window, and when it began; as the store answers for people.
    pub(crate) fn failures_of(&self, name: &str) -> Option<(u32, Timestamp)> {
        let by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        by_name.get(&key(name)).copied()
    }

    /// Counts a failed attempt; a new window begins when the old one is over.
    pub(crate) fn count(&self, name: &str, now: Timestamp, window_ms: i64) {
        let mut by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(name);
        if by_name.len() >= NAMES_MAX && !by_name.contains_key(&key) {
            by_name.retain(|_, (_, since)| now.since_ms(*since) < window_ms);
            if by_name.len() >= NAMES_MAX {
                by_name.pop_first();
            }
        }
        let (count, since) = by_name.entry(key).or_insert((0, now));
        if now.since_ms(*since) >= window_ms {
            (*count, *since) = (0, now);
        }
        *count = count.saturating_add(1);
    }
}

fn key(name: &str) -> [u8; 32] {
    sha256(name.to_lowercase().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_counted_by_name_in_any_case_and_forgotten_with_their_window() {
        let guesses = Guesses::default();
        guesses.count("Eve@example.org", Timestamp(0), 100);
        guesses.count("eve@example.org", Timestamp(50), 100);
        assert_eq!(guesses.failures_of("EVE@example.org"), Some((2, Timestamp(0))));
        guesses.count("eve@example.org", Timestamp(100), 100);
        assert_eq!(guesses.failures_of("eve@example.org"), Some((1, Timestamp(100))));
        assert_eq!(guesses.failures_of("ada@example.org"), None);
    }
}
