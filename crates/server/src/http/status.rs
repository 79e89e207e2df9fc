//! What machines ask: is the process alive, can it reach its data, what has it done; and the plain
//! face of an error for them.

use axum::Json;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::error::Error;
use crate::http::assets;
use crate::request::Call;
use crate::route::{Access, Failure, Route};

/// The routes of the server itself.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/healthz", Access::Public, face, healthz),
        Route::new(Method::GET, "/readyz", Access::Public, face, readyz),
        Route::new(Method::GET, "/metrics", Access::Public, face, metrics),
        Route::new(Method::GET, "/assets/{file}", Access::Public, face, assets::get),
    ]
}

/// An error as small JSON.
pub(crate) fn face(failure: &Failure<'_>) -> Response {
    let body = json!({
        "code": failure.error.code(),
        "message": failure.error.public_message(),
        "requestId": failure.info.correlation.to_string(),
    });
    (failure.error.status(), Json(body)).into_response()
}

/// The process is alive.
async fn healthz(_: Call) -> Result<Response, Error> {
    Ok((StatusCode::OK, "ok\n").into_response())
}

/// The process can answer requests: its data is there.
async fn readyz(call: Call) -> Result<Response, Error> {
    call.app.read(|snapshot| snapshot.organisation())?;
    Ok((StatusCode::OK, "ready\n").into_response())
}

async fn metrics(call: Call) -> Result<Response, Error> {
    let text = call.app.metrics().text(&call.app.store().metrics())?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
