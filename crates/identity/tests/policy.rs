//! The policy's one decision: laws that hold for every policy, and the statements of behaviour.
#![cfg(test)]

#[path = "policy/laws.rs"]
mod laws;
#[path = "policy/merging.rs"]
mod merging;
#[path = "policy/statements.rs"]
mod statements;
#[path = "policy/world.rs"]
mod world;
