//! The store from outside: every test runs on SQLite and on PostgreSQL.
#![cfg(test)]

#[path = "store/fixture.rs"]
mod fixture;
#[path = "store/nouns.rs"]
mod nouns;

#[path = "store/guards.rs"]
mod guards;
#[path = "store/keeping.rs"]
mod keeping;
#[path = "store/lists.rs"]
mod lists;
#[path = "store/reports.rs"]
mod reports;
#[path = "store/round_trip.rs"]
mod round_trip;
