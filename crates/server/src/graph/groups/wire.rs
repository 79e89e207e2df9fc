//! `group` on the wire.

use identity::directory::{DisplayName, Group, MailGroup, RoleAssignable, SecurityGroup};
use serde_json::{Value, json};

use crate::error::Error;
use crate::graph::body::{Member, Object, fault};
use crate::graph::moment;

/// The type, for lists that hold several.
pub(crate) const TYPE: &str = "#microsoft.graph.group";

/// Most characters of a description.
const DESCRIPTION_MAX: usize = 1_024;
/// Most characters of a mailbox alias.
const NICKNAME_MAX: usize = 64;

/// All properties of a group.
pub(crate) fn to_json(group: &Group) -> Value {
    json!({
        "id": group.id.to_string(),
        "createdDateTime": moment::to_text(group.created_at),
        "description": group.description,
        "displayName": group.display_name.as_str(),
        "groupTypes": [],
        "isAssignableToRole": group.roles == RoleAssignable::Yes,
        "mail": null,
        "mailEnabled": group.mail == MailGroup::Yes,
        "mailNickname": group.mail_nickname,
        "securityEnabled": group.security == SecurityGroup::Yes,
        "visibility": null,
    })
}

/// The properties of a group that a body sets.
#[derive(Debug)]
pub(crate) struct GroupBody {
    /// `displayName`
    pub(crate) display_name: Option<DisplayName>,
    /// `description`
    pub(crate) description: Member<String>,
    /// `mailNickname`
    pub(crate) mail_nickname: Option<String>,
    /// `mailEnabled`
    pub(crate) mail: Option<MailGroup>,
    /// `securityEnabled`
    pub(crate) security: Option<SecurityGroup>,
    /// `isAssignableToRole`
    pub(crate) roles: Option<RoleAssignable>,
}

impl GroupBody {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Error::BadRequest`] that names the property, the fault and the remedy.
    pub(crate) fn parse(mut body: Object) -> Result<Self, Error> {
        body.ignore(&["id", "createdDateTime", "mail", "visibility"]);
        if body.list("groupTypes")?.is_some_and(|types| !types.is_empty()) {
            let problem = "only plain groups are kept here: send [] or leave it out";
            return Err(fault("groupTypes", problem));
        }
        let parsed = Self {
            display_name: body.parsed("displayName")?,
            description: match body.clearable("description")? {
                Member::Set(text) => Member::Set(bounded("description", text, DESCRIPTION_MAX)?),
                other @ (Member::Absent | Member::Null) => other,
            },
            mail_nickname: nickname(&mut body)?,
            mail: body
                .boolean("mailEnabled")?
                .map(|is_mail| if is_mail { MailGroup::Yes } else { MailGroup::No }),
            security: body
                .boolean("securityEnabled")?
                .map(|is_secure| if is_secure { SecurityGroup::Yes } else { SecurityGroup::No }),
            roles: body.boolean("isAssignableToRole")?.map(|is_assignable| {
                if is_assignable { RoleAssignable::Yes } else { RoleAssignable::No }
            }),
        };
        body.finish()?;
        Ok(parsed)
    }
}

fn nickname(body: &mut Object) -> Result<Option<String>, Error> {
    let Some(text) = body.text("mailNickname")? else {
        return Ok(None);
    };
    let is_alias = |c: char| c.is_ascii_graphic() && !"@()\\[]\";:<>,".contains(c);
    if text.is_empty() || !text.chars().all(is_alias) {
        let problem = "expected letters, digits and marks without blanks or @()\\[]\";:<>,";
        return Err(fault("mailNickname", problem));
    }
    bounded("mailNickname", text, NICKNAME_MAX).map(Some)
}

fn bounded(name: &str, text: String, most: usize) -> Result<String, Error> {
    let is_odd = |c: char| c.is_control() && c != '\n';
    if text.chars().count() > most || text.chars().any(is_odd) {
        let problem = format!("expected at most {most} characters without control characters");
        return Err(fault(name, &problem));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::*;

    fn parse(body: &Value) -> Result<GroupBody, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        GroupBody::parse(Object::parse(&headers, body.to_string().as_bytes())?)
    }

    #[test]
    fn the_documented_body_of_a_security_group_is_taken() {
        let body = parse(&json!({
            "displayName": "Pilots",
            "description": null,
            "mailEnabled": false,
            "mailNickname": "pilots",
            "securityEnabled": true,
            "groupTypes": [],
        }))
        .unwrap();
        assert_eq!(body.security, Some(SecurityGroup::Yes));
        assert_eq!(body.mail, Some(MailGroup::No));
        assert_eq!(body.description, Member::Null);
    }

    #[test]
    fn each_wrong_member_is_named() {
        for (path, body) in [
            ("displayName", json!({ "displayName": " " })),
            ("description", json!({ "description": "x".repeat(1_025) })),
            ("mailNickname", json!({ "mailNickname": "a b" })),
            ("mailNickname", json!({ "mailNickname": "x".repeat(65) })),
            ("mailEnabled", json!({ "mailEnabled": null })),
            ("securityEnabled", json!({ "securityEnabled": 1 })),
            ("groupTypes", json!({ "groupTypes": ["Unified"] })),
            ("members@odata.bind", json!({ "members@odata.bind": [] })),
            ("members", json!({ "members": [] })),
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
