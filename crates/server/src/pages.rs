//! The pages that people see: server-rendered, with plain forms; only a passkey ceremony itself
//! needs a script. A handler reads its form, asks an operation and fills a [`view`].

mod admin;
mod answer;
mod destination;
mod done;
mod first_run;
mod form;
mod frame;
mod passkey_settings;
mod security_info;
mod shown;
mod sign_in;
mod words;

pub mod view;

use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};
use webauthn::CredentialId;

use crate::app::App;
use crate::error::Error;
use crate::request::Call;
use crate::route::{Access, Route};

/// Every page.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![open(Method::GET, "/", home)];
    routes.extend(first_run::routes());
    routes.extend(sign_in::routes());
    routes.extend(security_info::routes());
    routes.extend(passkey_settings::routes());
    routes.extend(admin::routes());
    routes
}

/// How an error of a page looks; also for paths that nobody knows.
pub(crate) use answer::page_face;

/// `GET /`: security info, or signing in first.
async fn home(call: Call) -> Result<Response, Error> {
    let path = if call.person().is_some() { "/security-info" } else { "/sign-in" };
    Ok(answer::see_other(path))
}

/// A page for anybody with a browser.
fn open<F, R>(method: Method, path: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response, Error>> + Send + 'static,
{
    Route::new(method, path, Access::Browser, page_face, handler)
}

/// A page for people who are signed in.
fn inside<F, R>(method: Method, path: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response, Error>> + Send + 'static,
{
    Route::new(method, path, Access::Session, page_face, handler)
}

/// A passkey that we do not keep, as the browser's Signal API names it (S88).
fn unknown_credential(app: &App, id: &CredentialId) -> Value {
    json!({
        "rpId": app.terms().relying_party.id.as_str(),
        "credentialId": id.to_base64url(),
    })
}
