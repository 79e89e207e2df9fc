//! Adding a passkey: what is accepted, said before the device is touched; then the ceremony.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::policy::key_restrictions::{Enforcement, RestrictionKind};
use identity::policy::{AttestationEnforcement, PasskeyProfile, PasskeyTypes};
use identity::{Limits, Refusal};
use serde_json::{Value, json};
use webauthn::credential::RegistrationResponse;

use super::super::destination::Destination;
use super::super::view::{FreshMfa, Icon, Notice, SecurityInfoAdd};
use super::super::words::{Occasion, notice};
use super::super::{answer, frame, inside, unknown_credential};
use super::own;
use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::operations::registration::RegistrarRef;
use crate::operations::{passkeys, registration};
use crate::request::Call;
use crate::route::{Access, Route};

/// The routes of adding.
pub(super) fn routes() -> Vec<Route> {
    let ceremony = answer::registration_face;
    vec![
        inside(Method::GET, "/security-info/add", show),
        Route::new(
            Method::POST,
            "/security-info/passkeys/options",
            Access::Session,
            ceremony,
            options,
        ),
        Route::new(Method::POST, "/security-info/passkeys", Access::Session, ceremony, finish),
    ]
}

/// What the person's own profiles accept.
pub(super) struct Accepted(Vec<PasskeyProfile>);

/// Reads it.
pub(super) async fn accepted(call: &Call) -> Result<Accepted, Error> {
    let effective = passkeys::effective(&call.app, call.caller()?, &own(call)?).await?;
    Ok(Accepted(effective.into_iter().map(|it| it.profile).collect()))
}

impl Accepted {
    /// Whether the app has an entry of its own (S53, S54).
    pub(super) fn offers_microsoft_authenticator(&self) -> bool {
        self.0.iter().any(|profile| profile.key_restrictions.offer_microsoft_authenticator())
    }

    /// Whether the app can only be used from within: every profile that names it wants proof,
    /// which does not travel across devices (S56).
    fn is_in_app_only(&self) -> bool {
        let mut naming = self
            .0
            .iter()
            .filter(|profile| profile.key_restrictions.offer_microsoft_authenticator())
            .peekable();
        naming.peek().is_some()
            && naming.all(|it| it.attestation == AttestationEnforcement::RegistrationOnly)
    }

    fn rules(&self) -> Vec<String> {
        let all = |test: fn(&PasskeyProfile) -> bool| !self.0.is_empty() && self.0.iter().all(test);
        let mut rules = Vec::new();
        if all(|it| it.types == PasskeyTypes::DeviceBound) {
            rules.push("Only passkeys that stay on one device; synced ones are refused.");
        }
        if all(|it| it.types == PasskeyTypes::Synced) {
            rules.push("Only passkeys that are synced between devices.");
        }
        if all(|it| it.attestation == AttestationEnforcement::RegistrationOnly) {
            rules.push("The authenticator has to prove its make.");
        }
        rules.into_iter().map(str::to_owned).collect()
    }

    /// The only models accepted; nothing when some profile accepts others too.
    fn models(&self, catalogue: &Catalogue) -> Vec<String> {
        let mut models = Vec::new();
        for profile in &self.0 {
            let restrictions = &profile.key_restrictions;
            match (restrictions.enforcement, restrictions.kind) {
                (Enforcement::Enforced, RestrictionKind::Allow) => {}
                (Enforcement::Off, _) | (Enforcement::Enforced, RestrictionKind::Block) => {
                    return Vec::new();
                }
            }
            for aaguid in &restrictions.aaguids {
                let name =
                    catalogue.name(*aaguid).map_or_else(|| aaguid.to_string(), str::to_owned);
                if !models.contains(&name) {
                    models.push(name);
                }
            }
        }
        models
    }
}

/// `GET /security-info/add`.
async fn show(call: Call) -> Result<Response, Error> {
    match registration::offer(&call.app, call.signed_in()?).await {
        Ok(()) => {}
        Err(Error::Refused(
            refusal @ (Refusal::FreshSignInNeeded { .. } | Refusal::AccessPassTooOld),
        )) => return gate(&call, &refusal).await,
        // The list says why.
        Err(Error::Refused(_)) => return Ok(answer::see_other("/security-info")),
        Err(error) => return Err(error),
    }
    let accepted = accepted(&call).await?;
    let with_app = call.query()?.get("with") == Some("authenticator")
        && accepted.offers_microsoft_authenticator();
    let page = if with_app { authenticator(&accepted) } else { any(&accepted, &call) };
    answer::html(StatusCode::OK, &SecurityInfoAdd { frame: frame::signed_in(&call).await?, ..page })
}

fn any(accepted: &Accepted, call: &Call) -> SecurityInfoAdd {
    SecurityInfoAdd {
        icon: Icon::Passkey,
        title: "Add a passkey".to_owned(),
        rules: accepted.rules(),
        models: accepted.models(call.app.catalogue()),
        steps: vec![
            "Choose “Create passkey”; your browser shows where it can be kept.".to_owned(),
            "Pick this device, your phone or a security key. With a phone, keep Bluetooth on at \
             both devices."
                .to_owned(),
            "Confirm with face, fingerprint or PIN.".to_owned(),
        ],
        ..SecurityInfoAdd::default()
    }
}

fn authenticator(accepted: &Accepted) -> SecurityInfoAdd {
    let install = "Install Microsoft Authenticator on your phone (Android 14 or iOS 17, or later).";
    let turn_on = "Turn it on as passkey provider in the settings of the phone.";
    let (steps, in_app_only) = if accepted.is_in_app_only() {
        let why = "Your organisation accepts only passkeys whose app has proven to be genuine. \
                   That proof is given inside the app and does not travel from one device to \
                   another, so this page cannot start it.";
        let add = "In the app, add your work or school account, sign in and choose to create a \
                   passkey.";
        (vec![install, turn_on, add], why)
    } else {
        let create = "Keep Bluetooth on at both devices, choose “Create passkey” and pick your \
                      phone.";
        let scan = "Scan the code with the camera of the phone and save in Authenticator.";
        (vec![install, turn_on, create, scan], "")
    };
    SecurityInfoAdd {
        icon: Icon::Phone,
        title: "Add a passkey in Microsoft Authenticator".to_owned(),
        steps: steps.into_iter().map(str::to_owned).collect(),
        in_app_only: in_app_only.to_owned(),
        ..SecurityInfoAdd::default()
    }
}

/// Why signing in again is needed first (S81, S83), and what to do without a way in (S82).
async fn gate(call: &Call, refusal: &Refusal) -> Result<Response, Error> {
    let Limits { fresh_mfa_ms, access_pass_registration_ms, .. } = call.app.settings().limits;
    let minutes = |ms: i64| ms.wrapping_div(60_000);
    let why = if *refusal == Refusal::AccessPassTooOld {
        format!(
            "Your one-time access pass was used more than {} minutes ago. Ask your administrator \
             for a new one, or sign in with a passkey that you have.",
            minutes(access_pass_registration_ms)
        )
    } else {
        format!(
            "Adding a passkey needs a sign-in of the last {} minutes; yours is older. Use a \
             passkey that you have, or a Temporary Access Pass from your administrator.",
            minutes(fresh_mfa_ms)
        )
    };
    let asked = call.head.uri.path_and_query().map_or("/security-info", |asked| asked.as_str());
    let page = FreshMfa {
        frame: frame::signed_in(call).await?,
        why,
        sign_in_href: Destination::to(asked).sign_in_href(),
    };
    answer::html(StatusCode::FORBIDDEN, &page)
}

/// `POST /security-info/passkeys/options`.
async fn options(call: Call) -> Result<Response, Error> {
    let own = RegistrarRef::Own(call.signed_in()?);
    let begun = registration::begin(&call.app, own, None, &call.info).await?;
    Ok(answer::json(StatusCode::OK, &json!({ "publicKey": begun.options.to_json() })))
}

/// `POST /security-info/passkeys`: all checks come before naming, so that nobody names a passkey
/// that is refused afterwards; the model's name stands until then.
async fn finish(call: Call) -> Result<Response, Error> {
    let credential = call.json()?.get("credential").unwrap_or(&Value::Null).to_string();
    let response = RegistrationResponse::parse_json(credential.as_bytes())
        .map_err(|error| Error::bad_property("credential", error))?;
    let id = response.id().clone();
    let own = RegistrarRef::Own(call.signed_in()?);
    match registration::finish(&call.app, own, response, None, &call.info).await {
        Ok(passkey) => {
            let location = format!("/security-info/passkeys/{}/name", passkey.id.to_base64url());
            Ok(answer::json(StatusCode::OK, &json!({ "location": location })))
        }
        Err(error) => {
            let said = with_leftover(&call, notice(&error, REGISTRATION, call.info.correlation))?;
            // A passkey that is registered already is no ghost: it must not be forgotten.
            let is_ghost = !matches!(&error, Error::Refused(Refusal::CredentialKnown));
            let unknown = is_ghost.then(|| unknown_credential(&call.app, &id));
            Ok(answer::refusal(&error, &said, unknown))
        }
    }
}

const REGISTRATION: Occasion = Occasion::Registration;

/// S88: the device has made a passkey that we did not keep; where the browser cannot hide it, the
/// person has to know which one to delete.
fn with_leftover(call: &Call, said: Notice) -> Result<Notice, Error> {
    let user = &call.signed_in()?.person.user;
    let site = call.app.terms().relying_party.id.as_str();
    let next = format!(
        "{} If your device or password manager now lists a passkey for {site} with the user name \
         {}, delete that entry: it does not work.",
        said.next, user.upn
    );
    Ok(Notice { next, ..said })
}
