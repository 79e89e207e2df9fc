//! The rim: connections, limits, headers, and the way of a request through a route.

pub(crate) mod assets;
pub(crate) mod dispatch;
pub(crate) mod rim;
mod serve;
pub(crate) mod status;
pub(crate) mod stream;

pub use serve::serve;

/// Most bytes of a body; policies and credentials are far smaller.
pub const BODY_MAX: usize = 1024 * 1024;

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) std::net::SocketAddr);

/// The template of the route that answered, for the counters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Template(pub(crate) &'static str);
