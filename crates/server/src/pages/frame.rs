//! What stands around a page: the organisation, who is signed in, which parts of the admin center
//! he may see, the token of the forms, and a message.

use axum::http::HeaderValue;
use identity::access::{Action, Caller, SignedInPerson, authorize};

use super::done::Done;
use super::view::{Area, Badge, Frame};
use crate::caller;
use crate::error::Error;
use crate::operations::organisation;
use crate::request::Call;
use crate::secret::BrowserSecret;

/// The frame of a page for somebody who is signed in.
pub(super) async fn signed_in(call: &Call) -> Result<Frame, Error> {
    let person = call.signed_in()?;
    Ok(Frame {
        organisation: organisation_name(call).await?,
        csrf: caller::page_token(&call.app, &call.head.headers).unwrap_or_default(),
        person: Some(badge(person)),
        notice: Done::notice(call.query()?.get("done").unwrap_or_default()),
    })
}

/// The frame of a page for strangers, and the cookie that binds a sign-in to this browser where it
/// has none yet.
pub(super) async fn stranger(call: &Call) -> Result<(Frame, Option<HeaderValue>), Error> {
    let (csrf, cookie) = match caller::browser_secret(&call.app, &call.head.headers) {
        Some(secret) => (caller::form_token(&call.app, &secret), None),
        None => {
            let secret = BrowserSecret::new(call.app.random());
            let cookie = caller::set_browser(&call.app, &secret);
            (caller::form_token(&call.app, &secret), Some(cookie))
        }
    };
    let frame = Frame { organisation: organisation_name(call).await?, csrf, ..Frame::default() };
    Ok((frame, cookie))
}

/// Whether the person may see this part of the admin center.
pub(super) fn may(caller: &Caller, area: Area) -> bool {
    let action = match area {
        Area::Settings => Action::ReadMethodsPolicy,
        Area::Authenticators | Area::Logs => Action::ReadLogs,
        Area::People => Action::ReadUsers,
        Area::Groups => Action::ReadGroups,
    };
    authorize(caller, action).is_ok()
}

fn badge(person: &SignedInPerson) -> Badge {
    const AREAS: [Area; 5] =
        [Area::Settings, Area::Authenticators, Area::People, Area::Groups, Area::Logs];
    let caller = Caller::Person(Box::new(person.clone()));
    Badge {
        display_name: person.person.user.display_name.as_str().to_owned(),
        user_principal_name: person.person.user.upn.as_str().to_owned(),
        areas: AREAS.into_iter().filter(|area| may(&caller, *area)).collect(),
    }
}

async fn organisation_name(call: &Call) -> Result<String, Error> {
    let organisation = organisation::current(&call.app).await?;
    Ok(organisation.map(|it| it.display_name.as_str().to_owned()).unwrap_or_default())
}
