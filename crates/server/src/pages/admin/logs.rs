//! The logs: changes and registrations, and sign-ins; filtered by request and by person.

use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::super::form::Form;
use super::super::view::{AdminLogs, Field, LogKind, LogRow};
use super::super::{answer, frame, inside};
use super::{ROWS, after, entries};
use crate::error::Error;
use crate::operations::page::{Cursor, PageQuery};
use crate::operations::reports::{self, LogFilter};
use crate::operations::users::{self, UserRef};
use crate::request::Call;
use crate::route::Route;

/// The route.
pub(super) fn routes() -> Vec<Route> {
    vec![inside(Method::GET, "/admin/logs", show)]
}

/// `GET /admin/logs?log=audit|sign-in&correlation=…&person=…`.
async fn show(call: Call) -> Result<Response, Error> {
    let query = Form::from(&call.query()?);
    let kind = if query.has("log", "sign-in") { LogKind::SignIn } else { LogKind::Audit };
    let field =
        |name: &str| Field { value: query.text(name).trim().to_owned(), ..Field::default() };
    let (mut correlation, mut person) = (field("correlation"), field("person"));
    let filter = filter(&call, &mut correlation, &mut person).await?;
    let after = after(&call)?;
    let part = PageQuery { top: ROWS, after: after.clone(), with_total: false };
    let (rows, next) = match filter {
        Some(filter) => read(&call, kind, &filter, &part).await?,
        None => (Vec::new(), None),
    };
    let base = query.without(&["after", "done"]).encode();
    let page = AdminLogs {
        frame: frame::signed_in(&call).await?,
        kind,
        correlation,
        person,
        rows,
        first_href: after.map(|_| format!("/admin/logs?{base}")).unwrap_or_default(),
        next_href: next.map(|next| format!("/admin/logs?{base}&after={next}")).unwrap_or_default(),
    };
    answer::html(StatusCode::OK, &page)
}

async fn read(
    call: &Call,
    kind: LogKind,
    filter: &LogFilter,
    part: &PageQuery,
) -> Result<(Vec<LogRow>, Option<Cursor>), Error> {
    let (app, caller) = (&call.app, call.caller()?);
    let catalogue = app.catalogue();
    Ok(match kind {
        LogKind::Audit => {
            let page = reports::audit(app, caller, filter, part).await?;
            let rows = page.items.iter().map(|entry| entries::change(entry, catalogue));
            (rows.collect(), page.next)
        }
        LogKind::SignIn => {
            let page = reports::sign_ins(app, caller, filter, part).await?;
            let rows = page.items.iter().map(|entry| entries::sign_in(entry, catalogue));
            (rows.collect(), page.next)
        }
    })
}

/// The filter; none when a field cannot be understood, which then says so.
async fn filter(
    call: &Call,
    correlation: &mut Field,
    person: &mut Field,
) -> Result<Option<LogFilter>, Error> {
    let mut filter = LogFilter::default();
    if !correlation.value.is_empty() {
        match correlation.value.parse() {
            Ok(id) => filter.correlation = Some(id),
            Err(error) => correlation.error = format!("correlation id: {error}"),
        }
    }
    if !person.value.is_empty() {
        let named = match person.value.parse() {
            Ok(id) => UserRef::Id(id),
            Err(_) => UserRef::Upn(person.value.clone()),
        };
        match users::get(&call.app, call.caller()?, &named).await {
            Ok(user) => filter.user = Some(user.id),
            Err(Error::Refused(refusal)) => person.error = format!("user name: {refusal}"),
            Err(error) => return Err(error),
        }
    }
    let is_clear = correlation.error.is_empty() && person.error.is_empty();
    Ok(is_clear.then_some(filter))
}
