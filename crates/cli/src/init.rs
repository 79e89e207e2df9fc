//! `keyward init`: sets an organisation up without a browser.

use anyhow::Result;
use identity::directory::UserPrincipalName;
use serde_json::json;
use server::operations::organisation;

use crate::command::Init;
use crate::config::Config;
use crate::failure::WrongInput;
use crate::operator::Operator;
use crate::output::{Audience, fields};

/// Creates the organisation and says what comes next.
pub(crate) fn run(config: &Config, audience: Audience, init: &Init) -> Result<()> {
    let name = init
        .organisation
        .parse()
        .map_err(|problem| WrongInput(format!("--organisation: {problem}")))?;
    // A domain is what makes a sign-in name valid.
    if format!("someone@{}", init.domain).parse::<UserPrincipalName>().is_err() {
        let domain = &init.domain;
        let problem = format!("--domain: {domain:?} is not a domain: write one like example.org");
        return Err(WrongInput(problem).into());
    }
    let operator = Operator::open_or_create(config, audience)?;
    let create =
        organisation::create(&operator.app, name, init.domain.to_lowercase(), &operator.request);
    let organisation = operator.run(create)?;
    let (tenant, domain) = (organisation.id.to_string(), organisation.domain);
    let name = organisation.display_name.as_str();
    let mut words = fields(&[("tenantId", &tenant), ("name", name), ("domain", &domain)]);
    words.push_str(&format!(
        "\nNext, its first administrator:\n\
         keyward user add --upn you@{domain} --name \"Your name\" --role \"Global Administrator\"\n\
         keyward pass issue you@{domain}\n"
    ));
    audience.show(&json!({ "tenantId": tenant, "displayName": name, "domain": domain }), &words)
}
