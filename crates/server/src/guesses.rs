//! Wrong access passes by the name typed, whoever has it, so that the lock-out of a name does not
//! tell whether somebody has it (S109).
//!
//! What locks a person out is counted in the store, for all servers. What a stranger is told is
//! counted here, in the same way for names that somebody has and names that nobody has.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use identity::{Limits, Refusal};
use webauthn::Timestamp;

use crate::secret::sha256;

/// Most names that are remembered; beyond that one of them is forgotten.
const NAMES_MAX: usize = 65_536;

/// Counts and windows by digest of the name: a name typed by mistake may be a password.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    by_name: Mutex<BTreeMap<[u8; 32], (u32, Timestamp)>>,
}

impl Guesses {
    /// Counts a wrong pass and answers it: wrong, until there were too many in a window.
    pub(crate) fn answer(&self, name: &str, now: Timestamp, limits: &Limits) -> Refusal {
        let window_ms = limits.failure_window_ms;
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
        if *count >= limits.failures {
            return Refusal::LockedOut { until: since.plus_ms(window_ms) };
        }
        *count = count.saturating_add(1);
        Refusal::AccessPassWrong
    }

    /// The right pass came: what was guessed before counts no more.
    pub(crate) fn forget(&self, name: &str) {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(name));
    }
}

fn key(name: &str) -> [u8; 32] {
    sha256(name.to_lowercase().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S109, S110
    #[test]
    fn wrong_passes_are_counted_by_name_in_any_case_and_forgotten_with_their_window() {
        let limits = Limits { failures: 2, failure_window_ms: 100, ..Limits::default() };
        let guesses = Guesses::default();
        let answer = |name: &str, now: i64| guesses.answer(name, Timestamp(now), &limits);
        assert_eq!(answer("Eve@example.org", 0), Refusal::AccessPassWrong);
        assert_eq!(answer("eve@example.org", 50), Refusal::AccessPassWrong);
        assert_eq!(answer("EVE@example.org", 99), Refusal::LockedOut { until: Timestamp(100) });
        assert_eq!(answer("ada@example.org", 99), Refusal::AccessPassWrong);
        assert_eq!(answer("eve@example.org", 100), Refusal::AccessPassWrong);
        assert_eq!(answer("eve@example.org", 100), Refusal::AccessPassWrong);
        guesses.forget("Eve@Example.org");
        assert_eq!(answer("eve@example.org", 101), Refusal::AccessPassWrong);
    }
}
