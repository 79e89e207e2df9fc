//! A user's descriptive properties as JSON.

use identity::directory::UserDetails;
use serde::{Deserialize, Serialize};

/// Absent members are left out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    surname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_nickname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    office_location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_location: Option<String>,
}

impl From<&UserDetails> for Body {
    fn from(details: &UserDetails) -> Self {
        let details = details.clone();
        Self {
            given_name: details.given_name,
            surname: details.surname,
            mail: details.mail,
            mail_nickname: details.mail_nickname,
            job_title: details.job_title,
            department: details.department,
            office_location: details.office_location,
            mobile_phone: details.mobile_phone,
            preferred_language: details.preferred_language,
            usage_location: details.usage_location,
        }
    }
}

impl From<Body> for UserDetails {
    fn from(body: Body) -> Self {
        Self {
            given_name: body.given_name,
            surname: body.surname,
            mail: body.mail,
            mail_nickname: body.mail_nickname,
            job_title: body.job_title,
            department: body.department,
            office_location: body.office_location,
            mobile_phone: body.mobile_phone,
            preferred_language: body.preferred_language,
            usage_location: body.usage_location,
        }
    }
}
