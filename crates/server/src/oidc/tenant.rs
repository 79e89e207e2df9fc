//! Which organisation an address means.

use identity::TenantId;
use identity::change::Organisation;

use super::error::Fault;
use crate::operations::organisation;
use crate::request::Call;

/// How the client named the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tenant {
    /// Its id.
    pub(crate) id: TenantId,
    /// The segment to use in addresses for this client: as it wrote it.
    pub(crate) segment: String,
    /// Whether the client left open which organisation it means; its issuer is then a template.
    pub(crate) is_open: bool,
}

/// The organisation that the path names: by id, by domain, or by leaving it open.
///
/// # Errors
/// A [`Fault`] if there is no such organisation here.
pub(crate) async fn of(call: &Call) -> Result<Tenant, Fault> {
    let segment = call.path.get("tenant");
    let found = organisation::current(&call.app).await?;
    found
        .and_then(|organisation| named(segment, &organisation))
        .ok_or_else(|| Fault::unknown_tenant(segment))
}

fn named(segment: &str, organisation: &Organisation) -> Option<Tenant> {
    let is = |name: &str| segment.eq_ignore_ascii_case(name);
    let is_open = is("organizations") || is("common");
    let is_ours = is(&organisation.id.to_string()) || is(&organisation.domain);
    (is_open || is_ours).then(|| Tenant {
        id: organisation.id,
        segment: segment.to_ascii_lowercase(),
        is_open,
    })
}

#[cfg(test)]
mod tests {
    use webauthn::Timestamp;

    use super::*;

    #[test]
    fn id_domain_and_open_names_mean_the_organisation() {
        let organisation = Organisation {
            id: TenantId::new(uuid::Uuid::from_u128(7)),
            display_name: "Example".parse().unwrap(),
            domain: "example.org".to_owned(),
            created_at: Timestamp(0),
        };
        for (segment, is_open) in [
            ("00000000-0000-0000-0000-000000000007", false),
            ("Example.org", false),
            ("organizations", true),
            ("Common", true),
        ] {
            let tenant = named(segment, &organisation).unwrap();
            assert_eq!((tenant.id, tenant.is_open), (organisation.id, is_open), "{segment}");
        }
        for segment in ["consumers", "other.example", "", "7"] {
            assert_eq!(named(segment, &organisation), None, "{segment}");
        }
    }
}
