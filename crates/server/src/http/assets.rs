//! Serves the hashed assets, compressed where the client takes it.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::assets::{CACHE_CONTROL, find};
use crate::error::Error;
use crate::request::Call;

/// `GET /assets/{file}`.
pub(crate) async fn get(call: Call) -> Result<Response, Error> {
    let asset = find(call.head.uri.path()).ok_or(Error::UnknownPath)?;
    let accepted = call.header(header::ACCEPT_ENCODING.as_str()).unwrap_or_default();
    let (encoding, bytes) = asset.negotiate(accepted);
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}
