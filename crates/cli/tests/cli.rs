//! The `keyward` program from outside: started as a process, judged by what it prints, answers and
//! keeps.
#![cfg(test)]

#[path = "cli/program.rs"]
mod program;

#[path = "cli/database.rs"]
mod database;
#[path = "cli/graph.rs"]
mod graph;

#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/durability.rs"]
mod durability;
#[path = "cli/operators.rs"]
mod operators;
#[path = "cli/policy.rs"]
mod policy;
#[path = "cli/reports.rs"]
mod reports;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/starting.rs"]
mod starting;
#[path = "cli/two_servers.rs"]
mod two_servers;
