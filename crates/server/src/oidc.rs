//! OAuth 2.0 and OpenID Connect: discovery, keys, and the token endpoint.

mod discovery;
mod error;
mod tenant;
mod token;

use axum::http::Method;

use crate::route::{Access, Route};

/// Rows of the table of routes. The first segment names the organisation in any of the ways that
/// clients know: its id, its domain, `organizations` or `common`.
pub(crate) fn routes() -> Vec<Route> {
    const CONFIGURATION: &str = "/{tenant}/v2.0/.well-known/openid-configuration";
    const KEYS: &str = "/{tenant}/discovery/v2.0/keys";
    const TOKEN: &str = "/{tenant}/oauth2/v2.0/token";
    let public = Access::Public;
    vec![
        Route::new(Method::GET, CONFIGURATION, public, error::face, discovery::configuration),
        Route::new(Method::GET, KEYS, public, error::face, discovery::keys),
        Route::new(Method::POST, TOKEN, public, error::face, token::issue).throttled(),
    ]
}
