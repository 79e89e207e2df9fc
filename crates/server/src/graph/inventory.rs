//! The inventory of authenticator models and its export, which are ours.

mod export;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use identity::access::{Action, authorize};
use serde_json::{Value, json};

use super::answer::{self, Items};
use super::body::fault;
use super::{ask, moment};
use crate::error::Error;
use crate::export::Format;
use crate::operations::reports::{self, InventoryLineView};
use crate::request::Call;

/// `GET /reports/authenticationMethods/passkeyInventory`.
pub(crate) async fn get(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&[])?;
    let lines = reports::inventory(&call.app, call.caller()?).await?;
    let items = Items::all(lines.iter().map(line_json).collect());
    Ok(answer::collection(&call, "keyward.passkeyInventory", &query, items))
}

fn line_json(view: &InventoryLineView) -> Value {
    let line = &view.line;
    json!({
        "aaGuid": line.count.aaguid.to_string(),
        "model": view.model,
        "passkeys": line.count.passkeys,
        "people": line.count.people,
        "lastUsedDateTime": line.count.last_used_at.map(moment::to_text),
        "usablePasskeys": line.usable,
        "refusedPasskeys": line.refused,
        "rule": line.rule.as_ref().map(|rule| rule.code()),
        "reason": line.rule.as_ref().map(ToString::to_string),
    })
}

/// `GET /reports/authenticationMethods/passkeyInventory/export`: a row a passkey, sent as it is
/// read, so that it costs the same memory for a hundred and for a million.
pub(crate) async fn export(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["format"])?;
    let format = match query.format().map(str::to_ascii_lowercase).as_deref() {
        None | Some("csv") => Format::Csv,
        Some("json") => Format::Json,
        Some(_) => return Err(fault("format", "is neither csv nor json: send one of them")),
    };
    let people_without = query.flag("includeUsersWithoutPasskeys")?;
    let caller = call.caller()?.clone();
    drop(authorize(&caller, Action::ReadLogs)?);
    // Once a file has begun, a fault can only break it off: what is away is noticed before.
    call.app.read(|snapshot| snapshot.organisation())?;
    let body = export::started(call.app, caller, people_without, format);
    let mut answer = answer::streamed(format.content_type(), body);
    let disposition = format!("attachment; filename=\"{}\"", format.file_name());
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(answer)
}
