//! Pages with one thing to say: an error, a message, a question.

use askama::Template;

use super::{Frame, Method};

/// A page that could not be shown or an action that was refused.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Everything around the page.
    pub frame: Frame,
    /// What happened, as a short sentence; the heading.
    pub what: String,
    /// The rule or fact behind it.
    pub why: String,
    /// What the reader can do.
    pub next: String,
    /// Ties the page to the logs.
    pub correlation_id: String,
    /// Where the button leads; empty for none.
    pub href: String,
    /// Text of the button.
    pub label: String,
}

/// Something is done.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "message.html")]
pub struct Message {
    /// Everything around the page.
    pub frame: Frame,
    /// What is done, as a short sentence; the heading.
    pub title: String,
    /// Paragraphs below it.
    pub paragraphs: Vec<String>,
    /// Where the button leads.
    pub href: String,
    /// Text of the button.
    pub label: String,
}

/// An administrator confirms that a person's method is deleted. `GET` and `POST`
/// [`Self::action_href`], as in `/admin/users/{id}/passkeys/{passkey}/delete`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "confirm.html")]
pub struct Confirm {
    /// Everything around the page.
    pub frame: Frame,
    /// The question; the heading.
    pub title: String,
    /// What follows from it.
    pub paragraphs: Vec<String>,
    /// What it is about, when it is a method.
    pub method: Option<Method>,
    /// Where the form posts.
    pub action_href: String,
    /// Text of the button that does it.
    pub label: String,
    /// Where "Cancel" leads.
    pub cancel_href: String,
}
