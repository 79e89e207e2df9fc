//! Answers in OData's form: entities, collections, counts, and their headers.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::ask;
use super::query::Query;
use crate::app::App;
use crate::error::Error;
use crate::request::Call;

/// What every JSON answer says of itself.
const JSON: HeaderValue = HeaderValue::from_static(
    "application/json;odata.metadata=minimal;odata.streaming=true;\
     IEEE754Compatible=false;charset=utf-8",
);
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
const ODATA_4: HeaderValue = HeaderValue::from_static("4.0");

/// A part of a list.
#[derive(Debug)]
pub(crate) struct Items {
    /// The entities.
    pub(crate) value: Vec<Value>,
    /// How many there are in all, where that was asked.
    pub(crate) count: Option<u64>,
    /// Where the next part begins.
    pub(crate) next: Option<String>,
}

impl Items {
    /// A list that is complete.
    pub(crate) const fn all(value: Vec<Value>) -> Self {
        Self { value, count: None, next: None }
    }
}

/// `https://host/v1.0`
pub(crate) fn base(call: &Call) -> String {
    root(&call.app, ask::version(call))
}

fn root(app: &App, version: ask::Version) -> String {
    format!("{}/{}", app.settings().public_url, version.segment())
}

/// One entity, under its context, e.g. `users/$entity`.
pub(crate) fn entity(call: &Call, context: &str, entity: Value) -> Response {
    json_response(StatusCode::OK, &in_context(call, context, entity))
}

/// An entity that was made; `path` is where it is from now on, behind the version.
pub(crate) fn created(call: &Call, context: &str, entity: Value, path: &str) -> Response {
    let mut answer = json_response(StatusCode::CREATED, &in_context(call, context, entity));
    if let Ok(location) = HeaderValue::try_from(format!("{}{path}", base(call))) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    answer
}

fn in_context(call: &Call, context: &str, entity: Value) -> Value {
    let mut members = Map::new();
    let context = format!("{}/$metadata#{context}", base(call));
    members.insert("@odata.context".to_owned(), Value::String(context));
    if let Value::Object(entity) = entity {
        members.extend(entity);
    } else {
        members.insert("value".to_owned(), entity);
    }
    Value::Object(members)
}

/// A list, or a part of one with the address of the next.
pub(crate) fn collection(call: &Call, context: &str, query: &Query, items: Items) -> Response {
    let mut members = Map::new();
    let context = format!("{}/$metadata#{context}", base(call));
    members.insert("@odata.context".to_owned(), Value::String(context));
    if let Some(count) = items.count {
        members.insert("@odata.count".to_owned(), json!(count));
    }
    if let Some(token) = &items.next {
        let address = &call.app.settings().public_url;
        let link = format!("{address}{}?{}", call.head.uri.path(), query.next(token));
        members.insert("@odata.nextLink".to_owned(), Value::String(link));
    }
    members.insert("value".to_owned(), Value::Array(items.value));
    json_response(StatusCode::OK, &Value::Object(members))
}

/// A number alone.
pub(crate) fn number(number: u64) -> Response {
    let text = HeaderValue::from_static("text/plain;charset=utf-8");
    respond(StatusCode::OK, Some(text), Body::from(number.to_string()))
}

/// Done, and nothing to say.
pub(crate) fn no_content() -> Response {
    respond(StatusCode::NO_CONTENT, None, Body::empty())
}

/// An answer whose body is sent piece by piece, of another type than Graph's JSON.
pub(crate) fn streamed(media_type: &'static str, body: Body) -> Response {
    respond(StatusCode::OK, Some(HeaderValue::from_static(media_type)), body)
}

/// The tag of a stored version.
pub(crate) fn with_tag(mut answer: Response, version: identity::Version) -> Response {
    if let Ok(tag) = HeaderValue::try_from(format!("W/\"{}\"", version.0)) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    respond(status, Some(JSON), Body::from(body.to_string()))
}

fn respond(status: StatusCode, media_type: Option<HeaderValue>, body: Body) -> Response {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    if let Some(media_type) = media_type {
        answer.headers_mut().insert(header::CONTENT_TYPE, media_type);
    }
    answer.headers_mut().insert(ODATA_VERSION, ODATA_4);
    answer
}

/// The answer to a request that failed.
pub(crate) fn failed(status: StatusCode, body: &Value) -> Response {
    let mut answer = Response::new(Body::from(body.to_string()));
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, plain);
    answer.headers_mut().insert(ODATA_VERSION, ODATA_4);
    answer
}

/// An entity with further members, in which one version tells more than the other.
pub(crate) fn extended(mut entity: Value, more: Value) -> Value {
    if let (Value::Object(members), Value::Object(more)) = (&mut entity, more) {
        members.extend(more);
    }
    entity
}

/// A list that was asked for without the parts that it cannot have.
///
/// # Errors
/// [`Error::BadRequest`] for an option that the list does not honour.
pub(crate) fn selected(
    query: &Query,
    entities: impl IntoIterator<Item = Value>,
    default: &[&str],
) -> Result<Vec<Value>, Error> {
    entities.into_iter().map(|entity| query.select(entity, default)).collect()
}
