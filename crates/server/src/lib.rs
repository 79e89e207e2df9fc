//! The only HTTP: Graph, OAuth and pages over one set of operations.
//!
//! A request comes in at the rim (`http`), finds its [`route::Route`], and its handler in `graph`,
//! `oidc` or `pages` parses it and calls one of the [`operations`], which gather facts, take the
//! decision in `identity` and record it. The three surfaces never import each other; the command
//! line calls the same operations.

mod app;
mod catalogue;
mod clock;
mod error;
mod graph;
mod guesses;
mod http;
mod keys;
mod metrics;
mod oidc;
mod random;
mod request;
mod seal;
mod secret;
mod settings;
mod throttle;

pub mod assets;
pub mod caller;
pub mod export;
pub mod operations;
pub mod pages;
pub mod route;

pub use app::App;
pub use catalogue::Catalogue;
pub use clock::Clock;
pub use error::{Error, StartError, Why};
pub use graph::{fido2_json, fido2_patch, impact_json};
pub use http::{BODY_MAX, serve};
pub use keys::{AccessToken, GRAPH_RESOURCE, Jwk, LIFETIME_S};
pub use request::{Call, Pairs, PathParams, RequestInfo};
pub use secret::{BrowserSecret, Secret, SessionSecret};
pub use settings::{ImpactConfirmation, RequestBudget, Settings};

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{Method, Uri};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{MethodFilter, on};

use crate::http::dispatch::{dispatch, refuse};
use crate::http::{rim, status};
use crate::route::{Face, Route};

/// Every route that stands in a table.
#[must_use]
pub fn all_routes() -> Vec<Route> {
    let mut routes = status::routes();
    routes.extend(graph::routes());
    routes.extend(oidc::routes());
    routes.extend(pages::routes());
    routes
}

/// The whole server as one service.
pub fn router(app: App) -> Router {
    let mut table = Router::new();
    for route in all_routes() {
        table = add(table, route);
    }
    let table = table
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_path)
        .with_state(app.clone());
    // Layers around a table run after it was searched; these must run before.
    Router::new()
        .fallback_service(table)
        .layer(middleware::from_fn_with_state(app.clone(), respell))
        .layer(middleware::from_fn_with_state(app, rim::rim))
}

fn add(table: Router<App>, route: Route) -> Router<App> {
    let filter = filter(&route.method);
    let path = route.path;
    let route = Arc::new(route);
    let handler = move |State(app): State<App>, params: RawPathParams, request: Request| {
        let route = Arc::clone(&route);
        async move {
            let values = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            dispatch(app, &route, request, PathParams::new(values.collect())).await
        }
    };
    table.route(path, on(filter, handler))
}

/// Methods that our tables use; another one in a table would answer to nothing.
fn filter(method: &Method) -> MethodFilter {
    MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::TRACE)
}

/// Brings the many spellings of Graph's addresses to the one that stands in the table.
async fn respell(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match graph::canonical(request.uri()) {
        Ok(None) => {}
        Ok(Some(uri)) => *request.uri_mut() = uri,
        Err(error) => return refuse(&app, request, graph::face, &error),
    }
    next.run(request).await
}

async fn wrong_method(State(app): State<App>, request: Request) -> Response {
    let face = face_of(request.uri());
    refuse(&app, request, face, &Error::MethodNotAllowed)
}

async fn unknown_path(State(app): State<App>, request: Request) -> Response {
    let face = face_of(request.uri());
    refuse(&app, request, face, &Error::UnknownPath)
}

/// How errors look at an address that no route answers for.
fn face_of(uri: &Uri) -> Face {
    if graph::owns(uri) { graph::face } else { pages::page_face }
}
