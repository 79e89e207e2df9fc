//! The first run: names of the organisation and its first administrator, then the first passkey.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::directory::{DisplayName, InvalidName};
use identity::first_run::Names;
use serde_json::{Value, json};
use webauthn::credential::RegistrationResponse;

use super::form::Form;
use super::view::{Field, FirstRun, FirstRunPasskey};
use super::words::{Occasion, notice};
use super::{answer, frame, open};
use crate::caller;
use crate::error::Error;
use crate::operations::first_run as operation;
use crate::request::Call;
use crate::route::{Access, Route};

/// The routes of the first run; they end with it.
pub(super) fn routes() -> Vec<Route> {
    use answer::registration_face;
    vec![
        open(Method::GET, "/first-run", show).throttled(),
        open(Method::POST, "/first-run", take_names).throttled(),
        Route::new(
            Method::POST,
            "/first-run/passkey/options",
            Access::Browser,
            registration_face,
            options,
        )
        .throttled(),
        Route::new(Method::POST, "/first-run/passkey", Access::Browser, registration_face, finish)
            .throttled(),
    ]
}

/// `GET /first-run?token=…`.
async fn show(call: Call) -> Result<Response, Error> {
    let token = call.query()?.get("token").unwrap_or_default().to_owned();
    operation::check(&call.app, &token).await?;
    let (frame, cookie) = frame::stranger(&call).await?;
    let page = FirstRun { frame, token, ..FirstRun::default() };
    Ok(answer::with_cookie(answer::html(StatusCode::OK, &page)?, cookie))
}

/// `POST /first-run`: the names are checked; they are stored with the first passkey only, so that
/// nothing is half set up.
async fn take_names(call: Call) -> Result<Response, Error> {
    let form = Form::from(&call.form()?).without(&["csrf"]);
    operation::check(&call.app, form.text("token")).await?;
    let (frame, _) = frame::stranger(&call).await?;
    match names(&form) {
        Ok(names) => {
            let page = FirstRunPasskey {
                frame,
                context: form.encode(),
                display_name: names.administrator.to_string(),
                user_principal_name: names.upn.to_string(),
            };
            answer::html(StatusCode::OK, &page)
        }
        Err(errors) => {
            let [organisation, display_name, user_principal_name] = *errors;
            let page = FirstRun {
                frame,
                token: form.text("token").to_owned(),
                organisation,
                display_name,
                user_principal_name,
            };
            answer::html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// `POST /first-run/passkey/options`.
async fn options(call: Call) -> Result<Response, Error> {
    let body = call.json()?;
    let (token, names) = context(&body)?;
    let options = operation::begin(&call.app, &token, &names).await?;
    Ok(answer::json(StatusCode::OK, &json!({ "publicKey": options.to_json() })))
}

/// `POST /first-run/passkey`: organisation, administrator, passkey and session in one step.
async fn finish(call: Call) -> Result<Response, Error> {
    let body = call.json()?;
    let (token, names) = context(&body)?;
    let credential = body.get("credential").unwrap_or(&Value::Null).to_string();
    let response = RegistrationResponse::parse_json(credential.as_bytes())
        .map_err(|error| Error::bad_property("credential", error))?;
    let id = response.id().clone();
    match operation::finish(&call.app, &token, &names, response, &call.info).await {
        Ok((_, secret)) => {
            let response = answer::json(StatusCode::OK, &json!({ "location": "/admin" }));
            Ok(answer::with_cookie(response, caller::set_session(&call.app, &secret)))
        }
        Err(error) => {
            let unknown = super::unknown_credential(&call.app, &id);
            let said = notice(&error, Occasion::Registration, call.info.correlation);
            Ok(answer::refusal(&error, &said, Some(unknown)))
        }
    }
}

/// Token and names as the page hands them back; checked like the first time.
fn context(body: &Value) -> Result<(String, Names), Error> {
    let form = Form::parse(body.get("context").and_then(Value::as_str).unwrap_or_default())?;
    let names = names(&form)
        .map_err(|_| Error::bad_request("the names are not those of the form: start again"))?;
    Ok((form.text("token").to_owned(), names))
}

/// The names, or the three fields with what is wrong.
fn names(form: &Form) -> Result<Names, Box<[Field; 3]>> {
    let organisation = form.text("organisation").parse::<DisplayName>();
    let administrator = form.text("display_name").parse::<DisplayName>();
    let upn = form.text("user_principal_name").trim().parse();
    let field = |name: &str, label: &str, error: Option<InvalidName>| Field {
        value: form.text(name).to_owned(),
        error: error.map(|error| format!("{label}: {error}")).unwrap_or_default(),
    };
    match (organisation, administrator, upn) {
        (Ok(organisation), Ok(administrator), Ok(upn)) => {
            Ok(Names { organisation, administrator, upn })
        }
        (organisation, administrator, upn) => Err(Box::new([
            field("organisation", "organisation", organisation.err()),
            field("display_name", "your name", administrator.err()),
            field("user_principal_name", "user name", upn.err()),
        ])),
    }
}
