//! The verbs that need no authenticator: access, access passes, policy changes, the first run.
#![cfg(test)]

#[path = "verbs/access.rs"]
mod access;
#[path = "verbs/access_pass.rs"]
mod access_pass;
#[path = "verbs/first_run.rs"]
mod first_run;
#[path = "verbs/people.rs"]
mod people;
#[path = "verbs/policy_change.rs"]
mod policy_change;
