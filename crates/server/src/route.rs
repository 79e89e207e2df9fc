//! A route is data: method, path, who may call it, and the handler. Tests visit every row.

use std::fmt;
use std::pin::Pin;

use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use identity::access::Action;

use crate::app::App;
use crate::error::Error;
use crate::operations::nobody;
use crate::request::{Call, RequestInfo};

/// What a handler promises.
pub type Answer = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send>>;

/// Turns an error into the form of a surface: Graph's JSON, OAuth's JSON or a page.
pub type Face = fn(&Failure<'_>) -> Response;

/// A request that failed.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// The server.
    pub app: &'a App,
    /// Why.
    pub error: &'a Error,
    /// The circumstances.
    pub info: &'a RequestInfo,
    /// Method, address and headers.
    pub head: &'a Parts,
}

/// One row of the table of routes.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path as a template: `/v1.0/users/{user}`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether requests are counted per address.
    pub throttle: Throttle,
    /// How errors look.
    pub face: Face,
    handler: Box<dyn Fn(Call) -> Answer + Send + Sync>,
}

impl Route {
    /// A row. `handler` is an `async fn(Call) -> Result<Response, Error>`.
    pub fn new<F, R>(
        method: Method,
        path: &'static str,
        access: Access,
        face: Face,
        handler: F,
    ) -> Self
    where
        F: Fn(Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Response, Error>> + Send + 'static,
    {
        Self {
            method,
            path,
            access,
            throttle: Throttle::Off,
            face,
            handler: Box::new(move |call| Box::pin(handler(call))),
        }
    }

    /// The same row, counted per address: for sign-in, tokens and the first run.
    #[must_use]
    pub fn throttled(mut self) -> Self {
        self.throttle = Throttle::PerAddress;
        self
    }

    /// Calls the handler.
    pub(crate) fn handle(&self, call: Call) -> Answer {
        (self.handler)(call)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} ({:?})", self.method, self.path, self.access)
    }
}

/// Whether requests are counted per address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// No.
    Off,
    /// Too many from one address are refused with 429.
    PerAddress,
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// An application with a bearer token and a permission for this; or a person with a session,
    /// for the scripts of our own pages, under the rules of [`Self::Session`].
    Bearer(ActionKind),
    /// Anybody with a browser, on our own pages: the host must be ours, and what writes must come
    /// from our own pages. A session is recognised where there is one.
    Browser,
    /// As [`Self::Browser`], and somebody must be signed in.
    Session,
}

/// What a route does, so far as it can be said before anything is read; the operation asks again
/// with the very target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// [`Action::ReadMethodsPolicy`].
    ReadMethodsPolicy,
    /// [`Action::WriteMethodsPolicy`].
    WriteMethodsPolicy,
    /// [`Action::ReadUsers`].
    ReadUsers,
    /// [`Action::WriteUsers`] and [`Action::WriteUser`].
    WriteUsers,
    /// [`Action::ReadGroups`].
    ReadGroups,
    /// [`Action::WriteGroups`].
    WriteGroups,
    /// [`Action::WriteGroupMembers`].
    WriteGroupMembers,
    /// [`Action::ReadMethods`].
    ReadMethods,
    /// [`Action::WritePasskeys`].
    WritePasskeys,
    /// [`Action::WriteAccessPass`].
    WriteAccessPass,
    /// [`Action::ReadLogs`].
    ReadLogs,
    /// [`Action::ReadRoles`].
    ReadRoles,
    /// [`Action::WriteRoles`].
    WriteRoles,
    /// [`Action::WriteApplications`].
    WriteApplications,
    /// Nothing that needs a permission: any application.
    Nothing,
}

impl ActionKind {
    /// The action, on nobody in particular; none where no permission is needed.
    #[must_use]
    pub fn action(self) -> Option<Action> {
        Some(match self {
            Self::ReadMethodsPolicy => Action::ReadMethodsPolicy,
            Self::WriteMethodsPolicy => Action::WriteMethodsPolicy,
            Self::ReadUsers => Action::ReadUsers,
            Self::WriteUsers => Action::WriteUsers,
            Self::ReadGroups => Action::ReadGroups,
            Self::WriteGroups => Action::WriteGroups,
            Self::WriteGroupMembers => Action::WriteGroupMembers,
            Self::ReadMethods => Action::ReadMethods(nobody()?),
            Self::WritePasskeys => Action::WritePasskeys(nobody()?),
            Self::WriteAccessPass => Action::WriteAccessPass(nobody()?),
            Self::ReadLogs => Action::ReadLogs,
            Self::ReadRoles => Action::ReadRoles,
            Self::WriteRoles => Action::WriteRoles,
            Self::WriteApplications => Action::WriteApplications,
            Self::Nothing => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_but_nothing_names_an_action() {
        assert!(ActionKind::WritePasskeys.action().is_some());
        assert!(ActionKind::Nothing.action().is_none());
    }
}
