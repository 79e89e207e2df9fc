//! `user` on the wire.

use identity::directory::{
    AccountState, DISPLAY_NAME_MAX, DisplayName, User, UserDetails, UserKind, UserPrincipalName,
};
use serde_json::{Value, json};

use crate::error::Error;
use crate::graph::body::{Member, Object, fault};
use crate::graph::moment;

/// What stands in an answer when nothing is selected.
pub(crate) const DEFAULT: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];

/// Members that a client sends back as it read them.
const READ_ONLY: &[&str] = &["id", "createdDateTime", "signInSessionsValidFromDateTime"];

/// Members about passwords, which Keyward does not have: taken and dropped.
const PASSWORDS: &[&str] = &["passwordProfile", "passwordPolicies"];

/// All properties of a user.
pub(crate) fn to_json(user: &User) -> Value {
    let details = &user.details;
    json!({
        "id": user.id.to_string(),
        "businessPhones": [],
        "displayName": user.display_name.as_str(),
        "givenName": details.given_name,
        "jobTitle": details.job_title,
        "mail": details.mail,
        "mobilePhone": details.mobile_phone,
        "officeLocation": details.office_location,
        "preferredLanguage": details.preferred_language,
        "surname": details.surname,
        "userPrincipalName": user.upn.as_str(),
        "accountEnabled": user.state == AccountState::Enabled,
        "createdDateTime": moment::to_text(user.created_at),
        "department": details.department,
        "mailNickname": details.mail_nickname,
        "signInSessionsValidFromDateTime": moment::to_text(user.sessions_valid_from),
        "usageLocation": details.usage_location,
        "userType": kind(user.kind),
    })
}

fn kind(kind: UserKind) -> &'static str {
    match kind {
        UserKind::Member => "Member",
        UserKind::Guest => "Guest",
    }
}

/// The properties of a user that a body sets.
#[derive(Debug)]
pub(crate) struct UserBody {
    /// `userPrincipalName`
    pub(crate) upn: Option<UserPrincipalName>,
    /// `displayName`
    pub(crate) display_name: Option<DisplayName>,
    /// `accountEnabled`
    pub(crate) state: Option<AccountState>,
    /// `userType`
    pub(crate) kind: Option<UserKind>,
    details: Vec<(Detail, Option<String>)>,
}

/// A descriptive property: where it is kept.
type Detail = fn(&mut UserDetails) -> &mut Option<String>;

const DETAILS: &[(&str, Detail)] = &[
    ("department", |details| &mut details.department),
    ("givenName", |details| &mut details.given_name),
    ("jobTitle", |details| &mut details.job_title),
    ("mail", |details| &mut details.mail),
    ("mailNickname", |details| &mut details.mail_nickname),
    ("mobilePhone", |details| &mut details.mobile_phone),
    ("officeLocation", |details| &mut details.office_location),
    ("preferredLanguage", |details| &mut details.preferred_language),
    ("surname", |details| &mut details.surname),
    ("usageLocation", |details| &mut details.usage_location),
];

impl UserBody {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Error::BadRequest`] that names the property, the fault and the remedy.
    pub(crate) fn parse(mut body: Object) -> Result<Self, Error> {
        body.ignore(READ_ONLY);
        body.ignore(PASSWORDS);
        if body.list("businessPhones")?.is_some_and(|phones| !phones.is_empty()) {
            let problem = "is not kept here: use mobilePhone, or leave it out";
            return Err(fault("businessPhones", problem));
        }
        let mut details = Vec::new();
        for (name, detail) in DETAILS {
            match body.clearable(name)? {
                Member::Absent => {}
                Member::Null => details.push((*detail, None)),
                Member::Set(text) => details.push((*detail, Some(described(name, text)?))),
            }
        }
        let parsed = Self {
            upn: body.parsed("userPrincipalName")?,
            display_name: body.parsed("displayName")?,
            state: body.boolean("accountEnabled")?.map(|is_enabled| {
                if is_enabled { AccountState::Enabled } else { AccountState::Disabled }
            }),
            kind: body
                .one_of("userType", &[("Member", UserKind::Member), ("Guest", UserKind::Guest)])?,
            details,
        };
        body.finish()?;
        Ok(parsed)
    }

    /// Whether a descriptive property is among them.
    pub(crate) fn has_details(&self) -> bool {
        !self.details.is_empty()
    }

    /// The descriptive properties after this body; none if it names none.
    pub(crate) fn details_over(&self, current: &UserDetails) -> Option<UserDetails> {
        if self.details.is_empty() {
            return None;
        }
        let mut details = current.clone();
        for (detail, value) in &self.details {
            detail(&mut details).clone_from(value);
        }
        Some(details)
    }
}

fn described(name: &str, text: String) -> Result<String, Error> {
    if text.chars().count() > DISPLAY_NAME_MAX || text.chars().any(char::is_control) {
        let problem =
            format!("expected at most {DISPLAY_NAME_MAX} characters without control characters");
        return Err(fault(name, &problem));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::*;

    fn parse(body: &Value) -> Result<UserBody, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        UserBody::parse(Object::parse(&headers, body.to_string().as_bytes())?)
    }

    #[test]
    fn the_documented_body_is_taken_and_its_password_dropped() {
        let body = parse(&json!({
            "accountEnabled": true,
            "displayName": "Ana",
            "mailNickname": "ana",
            "userPrincipalName": "ana@example.org",
            "passwordProfile": { "password": "hush", "forceChangePasswordNextSignIn": false },
        }))
        .unwrap();
        assert_eq!(body.upn, Some("ana@example.org".parse().unwrap()));
        let details = body.details_over(&UserDetails::default()).unwrap();
        assert_eq!(details.mail_nickname.as_deref(), Some("ana"));
    }

    #[test]
    fn absent_details_stay_null_ones_go() {
        let current = UserDetails {
            job_title: Some("Clerk".to_owned()),
            surname: Some("Soto".to_owned()),
            ..UserDetails::default()
        };
        let body = parse(&json!({ "jobTitle": null })).unwrap();
        let details = body.details_over(&current).unwrap();
        assert_eq!((details.job_title, details.surname.as_deref()), (None, Some("Soto")));
        assert!(parse(&json!({})).unwrap().details_over(&current).is_none());
    }

    #[test]
    fn each_wrong_member_is_named() {
        for (path, body) in [
            ("userPrincipalName", json!({ "userPrincipalName": "ana" })),
            ("userPrincipalName", json!({ "userPrincipalName": null })),
            ("displayName", json!({ "displayName": "" })),
            ("displayName", json!({ "displayName": "x".repeat(257) })),
            ("accountEnabled", json!({ "accountEnabled": "true" })),
            ("userType", json!({ "userType": "Robot" })),
            ("mail", json!({ "mail": 1 })),
            ("surname", json!({ "surname": "a\nb" })),
            ("businessPhones", json!({ "businessPhones": ["1"] })),
            ("nickname", json!({ "nickname": "x" })),
            ("manager@odata.bind", json!({ "manager@odata.bind": "x" })),
        ] {
            match parse(&body) {
                Err(Error::BadRequest { property: Some(property), .. }) => {
                    assert_eq!(property, path);
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }
}
