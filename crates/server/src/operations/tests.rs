//! Whole lives of passkeys through the operations, on a real store with a clock that the tests
//! move.

mod admission;
mod ceremonies;
mod names;
mod policies;
mod world;
