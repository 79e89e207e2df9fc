//! The organisation that this server serves.

use identity::change::Organisation;
use identity::directory::DisplayName;
use identity::{TenantId, directory_changes};

use crate::app::App;
use crate::error::Error;
use crate::request::RequestInfo;

/// The organisation, once it is set up.
///
/// # Errors
/// When the database is away or broken.
pub async fn current(app: &App) -> Result<Option<Organisation>, Error> {
    app.read(|snapshot| snapshot.organisation())
}

/// Sets an organisation up without a person: for operators on the command line.
///
/// # Errors
/// [`identity::Refusal::AlreadyExists`] when there is one.
pub async fn create(
    app: &App,
    display_name: DisplayName,
    domain: String,
    request: &RequestInfo,
) -> Result<Organisation, Error> {
    let id = TenantId::new(app.uuid());
    let organisation =
        Organisation { id, display_name, domain: domain.to_lowercase(), created_at: app.now() };
    app.decide(|snapshot| {
        if snapshot.organisation()?.is_some() {
            let refusal = identity::Refusal::AlreadyExists { property: "organization" };
            return Err(Error::Refused(refusal));
        }
        Ok(directory_changes::create_organisation(organisation.clone(), &app.context(request)))
    })
    .await?;
    Ok(organisation)
}
