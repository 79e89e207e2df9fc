//! Temporary Access Passes: issue, read, delete; and the slow hash that stands for the secret.

use std::sync::OnceLock;

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64_NOPAD;
use identity::access::{Action, Caller, TargetPerson};
use identity::access_pass::AccessPass;
use identity::administration::{self, AccessPassRequest, PassWarning};
use identity::audit::Actor;
use identity::session::PassUsage;
use identity::{AccessPassId, UserId};
use tokio::sync::Semaphore;
use webauthn::Timestamp;

use crate::app::App;
use crate::error::Error;
use crate::operations::target;
use crate::operations::users::UserRef;
use crate::random;
use crate::request::RequestInfo;
use crate::secret::{Secret, is_equal};

/// Letters and digits that nobody confuses when reading aloud.
const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// Memory of the slow hash, KiB; passes of it; lanes (OWASP's first choice for argon2id).
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Bytes of the slow hash's result.
const HASH_BYTES: usize = 32;
/// Slow hashes at a time: each takes 19 MiB and a core for a while.
const HASHES_MAX: usize = 4;

/// The pass that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassRequest {
    /// How long, minutes; none for the policy's default.
    pub lifetime_minutes: Option<u32>,
    /// From when; none for now.
    pub starts_at: Option<Timestamp>,
    /// Once or often; none for the policy's choice.
    pub usage: Option<PassUsage>,
}

/// A pass with its secret, which is shown this once (S118).
#[derive(Clone, Debug)]
pub struct Issued {
    /// The pass.
    pub pass: AccessPass,
    /// What the person types.
    pub secret: Secret<String>,
    /// What the issuer should know (S117).
    pub warning: PassWarning,
}

/// Issues a pass, replacing an older one (S118).
///
/// # Errors
/// A refusal without permission, for oneself (S121), or for values outside the policy.
pub async fn issue(
    app: &App,
    caller: &Caller,
    user: &UserRef,
    asked: &PassRequest,
    request: &RequestInfo,
) -> Result<Issued, Error> {
    // Before anything slow: whoever may not, costs nothing.
    let (user, length) = app.gather(|snapshot| {
        let (person, _permit) = target(snapshot, caller, user, Action::WriteAccessPass)?;
        Ok((person.user.id, snapshot.access_pass_configuration()?.value.length))
    })?;
    let length = usize::try_from(length).unwrap_or_default();
    let secret = random::text(ALPHABET, length);
    let hash = slowly(secret.clone(), |secret| hash(&secret)).await?;
    let asked = AccessPassRequest {
        id: AccessPassId::new(app.uuid()),
        secret_hash: hash?,
        lifetime_minutes: asked.lifetime_minutes,
        starts_at: asked.starts_at,
        usage: asked.usage,
    };
    let actor = Actor::from(caller);
    let (pass, warning) = app
        .decide(|snapshot| {
            let user = UserRef::Id(user);
            let (person, permit) = target(snapshot, caller, &user, Action::WriteAccessPass)?;
            let facts = snapshot.issue_facts(person.user.id)?;
            let facts = facts.ok_or_else(|| Error::not_found("the user"))?;
            let context = app.context(request);
            Ok(administration::issue_access_pass(&actor, &permit, &facts, &asked, &context))
        })
        .await?;
    Ok(Issued { pass, secret: Secret::new(secret), warning })
}

/// A person's pass, whatever it is still worth. Its secret is not known any more.
///
/// # Errors
/// A refusal without permission or when there is no such user.
pub async fn get(app: &App, caller: &Caller, user: &UserRef) -> Result<Option<AccessPass>, Error> {
    app.gather(|snapshot| {
        let (person, _permit) = target(snapshot, caller, user, Action::ReadMethods)?;
        Ok(snapshot.access_pass_of(person.user.id)?)
    })
}

/// Deletes a person's pass and ends what was gained with it.
///
/// # Errors
/// A refusal without permission, or when there is no such user or pass.
pub async fn delete(
    app: &App,
    caller: &Caller,
    user: &UserRef,
    id: Option<AccessPassId>,
    request: &RequestInfo,
) -> Result<(), Error> {
    let actor = Actor::from(caller);
    app.decide(|snapshot| {
        let (person, permit) = target(snapshot, caller, user, Action::WriteAccessPass)?;
        let pass = pass_of(snapshot.access_pass_of(person.user.id)?, id, person.user.id);
        let target = TargetPerson::from(&person);
        let context = app.context(request);
        Ok(administration::delete_access_pass(&actor, &permit, &target, pass.as_ref(), &context))
    })
    .await
}

fn pass_of(pass: Option<AccessPass>, id: Option<AccessPassId>, user: UserId) -> Option<AccessPass> {
    pass.filter(|pass| pass.user == user && id.is_none_or(|id| id == pass.id))
}

/// Whether a secret is the one that was hashed. Computes one slow hash in every case, against a
/// hash of nothing where there is none, so that time tells nothing.
pub(super) async fn matches(
    _app: &App,
    on_record: Option<String>,
    secret: String,
) -> Result<bool, Error> {
    slowly((on_record, secret), |(on_record, secret)| {
        let parsed = on_record.as_deref().and_then(parse);
        let is_there = parsed.is_some();
        let (salt, expected) = parsed.unwrap_or(([0; 16], [0; HASH_BYTES]));
        let actual = stretch(&secret, &salt)?;
        Ok(is_equal(&actual, &expected) && is_there)
    })
    .await?
}

/// Runs a slow hash away from the threads that answer requests, a few at a time.
async fn slowly<I: Send + 'static, T: Send + 'static>(
    input: I,
    work: impl FnOnce(I) -> T + Send + 'static,
) -> Result<T, Error> {
    static SLOTS: OnceLock<Semaphore> = OnceLock::new();
    let slots = SLOTS.get_or_init(|| Semaphore::new(HASHES_MAX));
    let _slot = slots.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(move || work(input))
        .await
        .map_err(|_| Error::internal("a slow hash ended early"))
}

/// The slow hash of a secret in PHC text form.
fn hash(secret: &str) -> Result<String, Error> {
    let salt = random::bytes::<16>();
    let hash = stretch(secret, &salt)?;
    let (memory, passes, lanes) = COST;
    let (salt, hash) = (BASE64_NOPAD.encode(&salt), BASE64_NOPAD.encode(&hash));
    Ok(format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${hash}"))
}

/// Salt and hash out of the text form; none for other costs than ours.
fn parse(text: &str) -> Option<([u8; 16], [u8; HASH_BYTES])> {
    let (memory, passes, lanes) = COST;
    let rest = text.strip_prefix(&format!("$argon2id$v=19$m={memory},t={passes},p={lanes}$"))?;
    let (salt, hash) = rest.split_once('$')?;
    let salt = BASE64_NOPAD.decode(salt.as_bytes()).ok()?.try_into().ok()?;
    let hash = BASE64_NOPAD.decode(hash.as_bytes()).ok()?.try_into().ok()?;
    Some((salt, hash))
}

fn stretch(secret: &str, salt: &[u8; 16]) -> Result<[u8; HASH_BYTES], Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, Some(HASH_BYTES)).map_err(Error::internal)?;
    let mut out = [0; HASH_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(secret.as_bytes(), salt, &mut out)
        .map_err(Error::internal)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_back_and_only_the_same_secret_gives_it() {
        let text = hash("correct horse").unwrap();
        let (salt, expected) = parse(&text).unwrap();
        assert_eq!(stretch("correct horse", &salt).unwrap(), expected);
        assert_ne!(stretch("correct hors", &salt).unwrap(), expected);
        assert!(parse("$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA").is_none());
    }
}
