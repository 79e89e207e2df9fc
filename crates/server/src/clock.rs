//! The one clock of the server: the system's, or one that a test moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use webauthn::Timestamp;

/// Tells the time. Clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// Stands at this moment until [`Self::advance_ms`] moves it.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.0))))
    }

    /// Moves a fixed clock and all its clones; the machine's clock does not listen.
    pub fn advance_ms(&self, milliseconds: i64) {
        match &self.0 {
            Source::System => {}
            Source::Fixed(at) => {
                at.fetch_add(milliseconds, Ordering::SeqCst);
            }
        }
    }

    /// This moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(match &self.0 {
            Source::System => jiff::Timestamp::now().as_millisecond(),
            Source::Fixed(at) => at.load(Ordering::SeqCst),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_fixed_clock_move_together() {
        let clock = Clock::fixed(Timestamp(10));
        let clone = clock.clone();
        clock.advance_ms(5);
        assert_eq!(clone.now(), Timestamp(15));
    }
}
