//! The server from outside: real sockets, real cookies, a software authenticator, a clock that the
//! tests move. Nothing inside the crate is touched but what an operator's command line calls.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "what is not as expected fails the test that finds it"
)]

#[path = "http/ceremonies.rs"]
mod ceremonies;
#[path = "http/database.rs"]
mod database;
#[path = "http/graph.rs"]
mod graph;
#[path = "http/rim.rs"]
mod rim;
#[path = "http/strangers.rs"]
mod strangers;
#[path = "http/two_servers.rs"]
mod two_servers;
#[path = "http/world.rs"]
mod world;
