//! Reports over all passkeys: one walk in the order of people, each passkey counted in its class.
//!
//! Policy tells passkeys apart by class only, so it is asked once a class however many passkeys
//! there are. The walk keeps one number a class and one person in mind: its memory does not grow
//! with the tenant, except by the members of groups that the policy names.

mod census;
mod export;
mod impact;

pub use export::{PasskeyLine, PersonLine};
pub use impact::{Fate, ImpactCount, ImpactPage};
