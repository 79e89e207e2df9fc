//! The list of people, and adding one.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::access::{Action, authorize};
use identity::directory::{AccountState, DisplayName, Principal, User, UserDetails, UserKind};
use identity::{Refusal, UserId};

use super::super::done::Done;
use super::super::form::Form;
use super::super::view::{AdminUsers, Field, NewPerson, UserRow};
use super::super::{answer, frame, inside};
use super::{ROWS, after};
use crate::error::Error;
use crate::operations::roles;
use crate::operations::users::{self, NewUser, UserQuery};
use crate::request::Call;
use crate::route::Route;

/// The routes of the list.
pub(super) fn routes() -> Vec<Route> {
    vec![inside(Method::GET, "/admin/users", show), inside(Method::POST, "/admin/users", add)]
}

/// `GET /admin/users?q=…`.
async fn show(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let may_add = authorize(caller, Action::WriteUsers).is_ok();
    let page = list(&call, may_add.then(NewPerson::default)).await?;
    answer::html(StatusCode::OK, &page)
}

async fn list(call: &Call, add: Option<NewPerson>) -> Result<AdminUsers, Error> {
    let query = call.query()?.get("q").unwrap_or_default().trim().to_owned();
    let after = after(call)?;
    let wanted = UserQuery {
        search: (!query.is_empty()).then(|| query.clone()),
        top: ROWS,
        after: after.clone(),
        ..UserQuery::default()
    };
    let found = users::page(&call.app, call.caller()?, &wanted).await?;
    let administrators = administrators(call).await?;
    Ok(AdminUsers {
        frame: frame::signed_in(call).await?,
        query,
        add,
        rows: found.items.iter().map(|user| row(user, &administrators)).collect(),
        first_href: after.map(|_| "/admin/users".to_owned()).unwrap_or_default(),
        next_href: found
            .next
            .map(|cursor| format!("/admin/users?after={cursor}"))
            .unwrap_or_default(),
    })
}

/// Everybody who holds a role himself.
async fn administrators(call: &Call) -> Result<BTreeSet<UserId>, Error> {
    let assignments = roles::assignments(&call.app, call.caller()?).await?;
    let users = assignments.into_iter().filter_map(|view| match view.assignment.principal {
        Principal::User(id) => Some(id),
        Principal::Group(_) => None,
    });
    Ok(users.collect())
}

fn row(user: &User, administrators: &BTreeSet<UserId>) -> UserRow {
    UserRow {
        href: format!("/admin/users/{}", user.id),
        display_name: user.display_name.as_str().to_owned(),
        user_principal_name: user.upn.as_str().to_owned(),
        kind: match user.kind {
            UserKind::Member => "Member".to_owned(),
            UserKind::Guest => "Guest".to_owned(),
        },
        enabled: user.state == AccountState::Enabled,
        administrator: administrators.contains(&user.id),
    }
}

/// `POST /admin/users`.
async fn add(call: Call) -> Result<Response, Error> {
    let form = Form::from(&call.form()?);
    let new = match read(&form) {
        Ok(new) => new,
        Err(wrong) => return again(&call, wrong).await,
    };
    match users::create(&call.app, call.caller()?, new, &call.info).await {
        Ok(user) => {
            let href = format!("/admin/users/{}", user.id);
            Ok(answer::see_other(&Done::PersonAdded.at(&href)))
        }
        Err(Error::Refused(Refusal::Property { problem, .. })) => {
            wrong_name(&call, &form, &problem).await
        }
        Err(Error::Refused(Refusal::AlreadyExists { .. })) => {
            wrong_name(&call, &form, "somebody has it already, choose another").await
        }
        Err(error) => Err(error),
    }
}

async fn wrong_name(call: &Call, form: &Form, problem: &str) -> Result<Response, Error> {
    let mut wrong = typed(form);
    wrong.user_principal_name.error = format!("user name: {problem}");
    again(call, wrong).await
}

async fn again(call: &Call, wrong: NewPerson) -> Result<Response, Error> {
    answer::html(StatusCode::UNPROCESSABLE_ENTITY, &list(call, Some(wrong)).await?)
}

fn typed(form: &Form) -> NewPerson {
    let field = |name: &str| Field { value: form.text(name).to_owned(), error: String::new() };
    NewPerson {
        display_name: field("display_name"),
        user_principal_name: field("user_principal_name"),
        guest: form.has("kind", "guest"),
    }
}

fn read(form: &Form) -> Result<NewUser, NewPerson> {
    let display_name = form.text("display_name").parse::<DisplayName>();
    let upn = form.text("user_principal_name").trim().parse();
    match (display_name, upn) {
        (Ok(display_name), Ok(upn)) => Ok(NewUser {
            upn,
            display_name,
            state: AccountState::Enabled,
            kind: if form.has("kind", "guest") { UserKind::Guest } else { UserKind::Member },
            details: UserDetails::default(),
        }),
        (display_name, upn) => {
            let mut wrong = typed(form);
            if let Err(error) = display_name {
                wrong.display_name.error = format!("name: {error}");
            }
            if let Err(error) = upn {
                wrong.user_principal_name.error = format!("user name: {error}");
            }
            Err(wrong)
        }
    }
}
