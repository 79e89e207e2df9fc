//! Security info: a person's own methods, adding, naming and deleting a passkey.

mod add;
mod passkey;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::Refusal;
use identity::access_pass::PassState;
use identity::policy::Verdict;

use super::destination::Destination;
use super::view::{Icon, Offer, SecurityInfo};
use super::words::{Reader, rule_sentence, sentence};
use super::{answer, frame, inside, shown, view};
use crate::error::Error;
use crate::operations::passkeys::PasskeyView;
use crate::operations::users::UserRef;
use crate::operations::{access_passes, passkeys, registration};
use crate::request::Call;
use crate::route::Route;

/// The routes of security info.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![inside(Method::GET, "/security-info", show)];
    routes.extend(add::routes());
    routes.extend(passkey::routes());
    routes
}

/// The person's own name for the operations.
fn own(call: &Call) -> Result<UserRef, Error> {
    Ok(UserRef::Id(call.signed_in()?.person.user.id))
}

/// Sends to sign in again whoever did so too long ago for this page (S91).
fn sign_in_again(call: &Call) -> Result<Option<Response>, Error> {
    let session = &call.signed_in()?.session;
    if session.is_fresh(call.app.settings().limits.security_info_ms, call.app.now()) {
        return Ok(None);
    }
    let asked = call.head.uri.path_and_query().map_or("/security-info", |asked| asked.as_str());
    let path = if call.head.method == Method::GET { asked } else { "/security-info" };
    let href = Destination::to(path).sign_in_href();
    Ok(Some(answer::see_other(&format!("{href}&why=old"))))
}

/// `GET /security-info`.
async fn show(call: Call) -> Result<Response, Error> {
    if let Some(elsewhere) = sign_in_again(&call)? {
        return Ok(elsewhere);
    }
    let own = own(&call)?;
    let passkeys = passkeys::list(&call.app, call.caller()?, &own).await?;
    let pass = access_passes::get(&call.app, call.caller()?, &own).await?;
    let mut methods: Vec<view::Method> = passkeys.iter().map(method).collect();
    let mut only_pass_until = None;
    if let Some(pass) = &pass {
        let state = pass.state(call.app.now());
        if methods.iter().all(|method| !method.usable) && state == PassState::Usable {
            only_pass_until = Some(shown::moment(pass.expires_at()));
        }
        methods.push(view::Method {
            usable: state == PassState::Usable,
            reason: shown::pass_state(state).to_owned(),
            ..shown::access_pass(pass)
        });
    }
    let (offers, not_offered) = offers(&call).await?;
    let page = SecurityInfo {
        frame: frame::signed_in(&call).await?,
        methods,
        only_pass_until,
        offers,
        not_offered,
    };
    answer::html(StatusCode::OK, &page)
}

/// One's own passkey with the verdict of today's policy.
fn method(view: &PasskeyView) -> view::Method {
    let mut method = shown::passkey(&view.passkey, view.model.as_deref());
    match &view.verdict {
        Verdict::Allowed { .. } => method.usable = true,
        Verdict::Refused(rule) => {
            method.reason = rule_sentence(rule, Reader::Person, view.model.as_deref());
        }
    }
    method.delete_href =
        format!("/security-info/passkeys/{}/delete", view.passkey.id.to_base64url());
    method
}

/// What may be added now, or why nothing may (S12, S19, S53, S84).
async fn offers(call: &Call) -> Result<(Vec<Offer>, String), Error> {
    let reason = match registration::offer(&call.app, call.signed_in()?).await {
        Ok(()) => String::new(),
        // Signing in again comes first, and the next page says so.
        Err(Error::Refused(Refusal::FreshSignInNeeded { .. } | Refusal::AccessPassTooOld)) => {
            String::new()
        }
        Err(Error::Refused(refusal @ Refusal::TooManyPasskeys { .. })) => {
            sentence(&refusal.to_string())
        }
        Err(Error::Refused(Refusal::Policy(rule))) => {
            let why = rule_sentence(&rule, Reader::Person, None);
            let text = format!("You cannot add a passkey. {why} Ask your administrator.");
            return Ok((Vec::new(), text));
        }
        Err(Error::Refused(refusal)) => return Ok((Vec::new(), sentence(&refusal.to_string()))),
        Err(error) => return Err(error),
    };
    let mut offers = Vec::new();
    if add::accepted(call).await?.offers_microsoft_authenticator() {
        offers.push(Offer {
            icon: Icon::Phone,
            title: "Passkey in Microsoft Authenticator".to_owned(),
            detail: "Kept in the app on your phone. Needs Android 14 or iOS 17, or later."
                .to_owned(),
            href: "/security-info/add?with=authenticator".to_owned(),
            reason: reason.clone(),
        });
    }
    offers.push(Offer {
        icon: Icon::Passkey,
        title: "Passkey".to_owned(),
        detail: "On this device, your phone or a security key.".to_owned(),
        href: "/security-info/add".to_owned(),
        reason,
    });
    Ok((offers, String::new()))
}
