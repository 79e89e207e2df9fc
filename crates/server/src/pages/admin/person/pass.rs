//! A person's Temporary Access Pass: issuing, shown once; deleting.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::Refusal;
use identity::access::{Action, authorize};
use identity::access_pass::PassState;
use identity::administration::PassWarning;
use identity::directory::User;
use identity::policy::AccessPassConfiguration;
use identity::session::PassUsage;

use super::super::super::done::Done;
use super::super::super::view::{self, Confirm, Field, IssuedPass, PassForm};
use super::super::super::{answer, frame, inside, shown};
use super::{href, page, refused, target, user};
use crate::error::Error;
use crate::operations::access_passes::{self, Issued, PassRequest};
use crate::operations::policy;
use crate::operations::users::UserRef;
use crate::request::Call;
use crate::route::Route;

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        inside(Method::POST, "/admin/users/{user}/access-pass", issue),
        inside(Method::GET, "/admin/users/{user}/access-pass/delete", ask),
        inside(Method::POST, "/admin/users/{user}/access-pass/delete", delete),
    ]
}

/// The empty form, or why the reader may not use it for this person (S121).
pub(super) async fn form(call: &Call, user: &User) -> Result<PassForm, Error> {
    let caller = call.caller()?;
    if let Err(refusal) = authorize(caller, Action::WriteAccessPass(target(user))) {
        return Ok(PassForm { refused: refused(&Error::Refused(refusal)), ..PassForm::default() });
    }
    let configuration = configuration(call).await?;
    let existing = access_passes::get(&call.app, caller, &UserRef::Id(user.id)).await?;
    let now = call.app.now();
    Ok(PassForm {
        action_href: format!("{}/access-pass", href(user)),
        refused: String::new(),
        lifetime_minutes: Field::default(),
        limits: limits(configuration.as_ref()),
        one_time: configuration.is_none_or(|it| it.usage == PassUsage::Once),
        replaces: existing.is_some_and(|pass| match pass.state(now) {
            PassState::Usable | PassState::NotYetValid => true,
            PassState::Expired | PassState::Used => false,
        }),
    })
}

/// The policy for passes, for whoever may read it.
async fn configuration(call: &Call) -> Result<Option<AccessPassConfiguration>, Error> {
    let caller = call.caller()?;
    if authorize(caller, Action::ReadMethodsPolicy).is_err() {
        return Ok(None);
    }
    Ok(Some(policy::access_pass(&call.app, caller).await?.value))
}

fn limits(configuration: Option<&AccessPassConfiguration>) -> String {
    configuration.map_or_else(
        || "Leave it empty for the usual time.".to_owned(),
        |policy| {
            format!(
                "From {} to {}; {} when left empty.",
                policy.minimum_lifetime_minutes,
                policy.maximum_lifetime_minutes,
                policy.default_lifetime_minutes
            )
        },
    )
}

/// The pass in the list of methods, for whoever may read them.
pub(super) async fn method(call: &Call, user: &User) -> Result<Option<view::Method>, Error> {
    let caller = call.caller()?;
    let pass = match access_passes::get(&call.app, caller, &UserRef::Id(user.id)).await {
        Ok(pass) => pass,
        Err(Error::Refused(Refusal::RoleMissing { .. })) => None,
        Err(error) => return Err(error),
    };
    Ok(pass.map(|pass| {
        let state = pass.state(call.app.now());
        let may_delete = authorize(caller, Action::WriteAccessPass(target(user))).is_ok();
        let delete_href = format!("{}/access-pass/delete", href(user));
        view::Method {
            usable: state == PassState::Usable,
            reason: shown::pass_state(state).to_owned(),
            delete_href: if may_delete { delete_href } else { String::new() },
            ..shown::access_pass(&pass)
        }
    }))
}

/// `POST /admin/users/{id}/access-pass`: answered with the page itself, the only time that the
/// value is known (S118).
async fn issue(call: Call) -> Result<Response, Error> {
    let user = user(&call).await?;
    let sent = call.form()?;
    let typed = sent.get("lifetime_minutes").unwrap_or_default().trim().to_owned();
    let is_once = sent.get("one_time") == Some("yes");
    let lifetime_minutes = match typed.as_str() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| "lifetime: type whole minutes".to_owned()),
    };
    let result = match lifetime_minutes {
        Err(problem) => Err(problem),
        Ok(lifetime_minutes) => {
            let usage = if is_once { PassUsage::Once } else { PassUsage::Many };
            let asked = PassRequest { lifetime_minutes, starts_at: None, usage: Some(usage) };
            let target = UserRef::Id(user.id);
            let caller = call.caller()?;
            match access_passes::issue(&call.app, caller, &target, &asked, &call.info).await {
                Ok(issued) => Ok(issued),
                Err(Error::Refused(Refusal::Property { problem, .. })) => Err(problem),
                Err(error) => return Err(error),
            }
        }
    };
    let mut form = form(&call, &user).await?;
    match result {
        Ok(issued) => {
            let page = page(&call, &user, form, Some(shown_once(&issued))).await?;
            answer::html(StatusCode::OK, &page)
        }
        Err(error) => {
            form.lifetime_minutes = Field { value: typed, error };
            form.one_time = is_once;
            let page = page(&call, &user, form, None).await?;
            answer::html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn shown_once(issued: &Issued) -> IssuedPass {
    IssuedPass {
        value: issued.secret.expose().clone(),
        expires: shown::moment(issued.pass.expires_at()),
        one_time: issued.pass.usage == PassUsage::Once,
        warning: match issued.warning {
            PassWarning::None => String::new(),
            PassWarning::OutOfScope => {
                "The policy for access passes does not include this person, so the pass will not \
                 sign in: change the policy first."
                    .to_owned()
            }
        },
    }
}

/// `GET /admin/users/{id}/access-pass/delete`.
async fn ask(call: Call) -> Result<Response, Error> {
    let user = user(&call).await?;
    let page = Confirm {
        frame: frame::signed_in(&call).await?,
        title: format!("Delete the access pass of {}?", user.display_name),
        paragraphs: vec!["It stops working, and sessions opened with it end.".to_owned()],
        method: method(&call, &user).await?,
        action_href: format!("{}/access-pass/delete", href(&user)),
        label: "Delete access pass".to_owned(),
        cancel_href: href(&user),
    };
    answer::html(StatusCode::OK, &page)
}

/// `POST /admin/users/{id}/access-pass/delete`.
async fn delete(call: Call) -> Result<Response, Error> {
    let user = user(&call).await?;
    let target = UserRef::Id(user.id);
    access_passes::delete(&call.app, call.caller()?, &target, None, &call.info).await?;
    Ok(answer::see_other(&Done::PassDeleted.at(&href(&user))))
}
