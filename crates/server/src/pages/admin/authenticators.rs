//! Authenticators in use: every model once, with the verdict of today's policy; and the export.

use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use identity::access::{Action, Caller, authorize};

use super::super::shown::{counted, moment};
use super::super::view::{AdminAuthenticators, ModelRow, Tone, Verdict};
use super::super::words::{GroupNames, Reader, rule_sentence};
use super::super::{answer, frame, inside};
use crate::app::App;
use crate::error::Error;
use crate::export::Format;
use crate::http::stream;
use crate::operations::reports::{self, InventoryLineView};
use crate::request::Call;
use crate::route::Route;

/// Bytes of the file that are sent at a time.
const PORTION: usize = 16 * 1024;

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        inside(Method::GET, "/admin/authenticators", show),
        inside(Method::GET, "/admin/authenticators/export", export),
    ]
}

/// `GET /admin/authenticators`.
async fn show(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let lines = reports::inventory(&call.app, caller).await?;
    let totals = reports::totals(&call.app, caller).await?;
    let mut rows: Vec<ModelRow> = lines.iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.passkeys));
    let page = AdminAuthenticators {
        frame: frame::signed_in(&call).await?,
        rows,
        passkeys: totals.passkeys,
        people: totals.users.saturating_sub(totals.people_without),
        people_without: totals.people_without,
        export_href: "/admin/authenticators/export".to_owned(),
    };
    answer::html(StatusCode::OK, &page)
}

fn row(view: &InventoryLineView) -> ModelRow {
    let line = &view.line;
    ModelRow {
        aaguid: line.count.aaguid.to_string(),
        model: view.model.clone().unwrap_or_default(),
        passkeys: line.count.passkeys,
        people: line.count.people,
        last_used: line.count.last_used_at.map(moment),
        verdict: verdict(view),
    }
}

/// Counts of passkeys of enabled people decide; a model may be allowed for some of them only.
fn verdict(view: &InventoryLineView) -> Verdict {
    let line = &view.line;
    let names = GroupNames::new();
    let reason = line.rule.as_ref().map_or_else(String::new, |rule| {
        rule_sentence(rule, Reader::Administrator(&names), view.model.as_deref())
    });
    let (tone, label, reason) = match (line.usable, line.refused) {
        (0, 0) => (Tone::Info, "Idle", "Only disabled people hold it.".to_owned()),
        (_, 0) => (Tone::Good, "Allowed", String::new()),
        (0, _) => (Tone::Bad, "Blocked", reason),
        (_, refused) => {
            let refused = counted(refused, "passkey is", "passkeys are");
            (Tone::Warning, "Mixed", format!("{refused} refused. {reason}"))
        }
    };
    Verdict { tone, label: label.to_owned(), reason }
}

/// `GET /admin/authenticators/export?format=csv|json&people=all`: written while it is read, so
/// that a large organisation needs no large memory.
async fn export(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?.clone();
    drop(authorize(&caller, Action::ReadLogs)?);
    let query = call.query()?;
    let format = match query.get("format") {
        Some("csv") => Format::Csv,
        Some("json") => Format::Json,
        Some(_) | None => return Err(Error::bad_property("format", "choose csv or json")),
    };
    let people_without = query.get("people") == Some("all");
    let (sender, body) = stream::channel();
    tokio::spawn(write(call.app, caller, format, people_without, sender));
    Ok(file(format, body))
}

fn file(format: Format, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    let name = format!("attachment; filename=\"{}\"", format.file_name());
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// Writes the file into the body of the answer.
async fn write(
    app: App,
    caller: Caller,
    format: Format,
    people_without: bool,
    sender: stream::Sender,
) {
    let open = Arc::new(Mutex::new((format.opening(), true)));
    let (filling, feeding) = (Arc::clone(&open), sender.clone());
    let result = reports::export(&app, &caller, people_without, move |row| {
        let mut open = filling.lock().unwrap_or_else(PoisonError::into_inner);
        let (text, is_first) = &mut *open;
        text.push_str(&format.row(&row, *is_first));
        *is_first = false;
        if text.len() < PORTION {
            return ControlFlow::Continue(());
        }
        match feeding.blocking_send(Ok(Bytes::from(std::mem::take(text)))) {
            Ok(()) => ControlFlow::Continue(()),
            // The reader has hung up.
            Err(_) => ControlFlow::Break(()),
        }
    })
    .await;
    let last = match result {
        Ok(()) => {
            let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(Bytes::from(std::mem::take(&mut open.0) + format.closing()))
        }
        Err(error) => {
            tracing::error!(%error, "an export was broken off");
            Err(io::Error::other("the export was broken off"))
        }
    };
    // Nobody is left to tell if this fails.
    drop(sender.send(last).await);
}
