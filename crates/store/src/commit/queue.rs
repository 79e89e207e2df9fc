//! The bounded queue between those who decide and those who commit.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::{CommitError, Work};

/// Called once, after the unit is durable or has failed.
pub(crate) type Done = Box<dyn FnOnce(Result<(), CommitError>) + Send>;

/// What one caller wants written, and whom to tell.
pub(crate) struct Unit {
    pub(crate) work: Work,
    pub(crate) done: Done,
}

impl Unit {
    /// Tells the caller. A caller that panics must not take the committer with it: the others
    /// wait for their answers, and nobody would write any more.
    pub(crate) fn answer(self, answer: Result<(), CommitError>) {
        drop(catch_unwind(AssertUnwindSafe(|| (self.done)(answer))));
    }
}

/// Units that wait.
pub(crate) struct Queue {
    limit: usize,
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    units: VecDeque<Unit>,
    is_closed: bool,
    /// Committers with nothing to do; while all are busy nobody needs to be woken.
    idle: usize,
}

impl Queue {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, state: Mutex::default(), arrived: Condvar::new() }
    }

    /// Lets a unit wait, or answers at once that there is no room.
    pub(crate) fn push(&self, unit: Unit) {
        let mut state = self.state();
        if state.is_closed || state.units.len() >= self.limit {
            drop(state);
            unit.answer(Err(CommitError::Busy));
            return;
        }
        state.units.push_back(unit);
        let is_awaited = state.idle > 0;
        drop(state);
        if is_awaited {
            self.arrived.notify_one();
        }
    }

    /// Takes up to `most` units as soon as there is one; none when closed and empty.
    pub(crate) fn take(&self, most: usize) -> Option<Vec<Unit>> {
        let mut state = self.state();
        while state.units.is_empty() {
            if state.is_closed {
                return None;
            }
            state.idle = state.idle.saturating_add(1);
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle = state.idle.saturating_sub(1);
        }
        let count = std::cmp::min(state.units.len(), most);
        Some(state.units.drain(..count).collect())
    }

    /// Takes no more units; those that wait are still committed.
    pub(crate) fn close(&self) {
        self.state().is_closed = true;
        self.arrived.notify_all();
    }

    /// How many units wait.
    pub(crate) fn depth(&self) -> usize {
        self.state().units.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
