//! `/organization`: the one organisation of this server.

use axum::response::Response;
use serde_json::json;

use super::answer::{self, Items};
use super::{ask, moment};
use crate::error::Error;
use crate::operations::organisation;
use crate::request::Call;

/// `GET /organization`.
pub(crate) async fn list(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["select", "top"])?;
    let found = organisation::current(&call.app).await?;
    let shown = found.iter().map(|organisation| {
        json!({
            "id": organisation.id.to_string(),
            "createdDateTime": moment::to_text(organisation.created_at),
            "displayName": organisation.display_name.as_str(),
            "tenantType": "AAD",
            "verifiedDomains": [{
                "capabilities": "",
                "isDefault": true,
                "isInitial": true,
                "name": organisation.domain,
                "type": "Managed",
            }],
        })
    });
    let items = Items::all(answer::selected(&query, shown, &[])?);
    Ok(answer::collection(&call, "organization", &query, items))
}
