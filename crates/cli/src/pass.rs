//! `keyward pass issue`: the way in for a person without a passkey.

use anyhow::Result;
use identity::administration::PassWarning;
use identity::session::PassUsage;
use serde_json::json;
use server::operations::access_passes::{self, PassRequest};

use crate::command::PassIssue;
use crate::config::Config;
use crate::operator::Operator;
use crate::output::{Audience, fields};
use crate::user::user_ref;

/// Issues a pass and prints it, which nobody can do a second time.
pub(crate) fn issue(config: &Config, audience: Audience, issue: &PassIssue) -> Result<()> {
    let operator = Operator::open(config, audience)?;
    operator.organisation()?;
    let user = user_ref(&issue.user);
    let request = PassRequest {
        lifetime_minutes: issue.lifetime,
        starts_at: None,
        usage: issue.once.then_some(PassUsage::Once),
    };
    let issued = operator.run(access_passes::issue(
        &operator.app,
        &operator.caller,
        &user,
        &request,
        &operator.request,
    ))?;
    let secret = issued.secret.expose();
    let minutes = issued.pass.lifetime_minutes;
    let is_once = issued.pass.usage == PassUsage::Once;
    let is_usable = issued.warning == PassWarning::None;
    let json = json!({
        "temporaryAccessPass": secret,
        "lifetimeInMinutes": minutes,
        "isUsableOnce": is_once,
        "isUsable": is_usable,
    });
    let mut words = fields(&[
        ("pass", secret),
        ("lifetime", &format!("{minutes} minutes")),
        ("works", if is_once { "once" } else { "until it expires" }),
    ]);
    if !is_usable {
        words.push_str("\nThe policy lets this person use no pass, so it will not sign in.\n");
    }
    audience.show(&json, &words)
}
