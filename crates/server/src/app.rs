//! The server as a value: store, clock, randomness, keys and settings, shared by every request.

use std::fmt;
use std::sync::Arc;

use identity::registration::Terms;
use identity::{Change, Context, Outcome, TenantId};
use store::{CommitError, Engine, Options, Snapshot, Store, StoreError};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::oneshot;
use uuid::Uuid;
use webauthn::cose::Algorithm;
use webauthn::trust::TrustAnchors;
use webauthn::{Embedding, RelyingParty, Timestamp};

use crate::catalogue::Catalogue;
use crate::error::{Error, StartError};
use crate::guesses::Guesses;
use crate::keys::{Jwk, Keys, ROOT_KEY, TOKEN_KEY};
use crate::metrics::Metrics;
use crate::random;
use crate::request::RequestInfo;
use crate::seal::Purpose;
use crate::settings::Settings;
use crate::throttle::Throttles;

/// How often a decision is taken again because its facts had moved meanwhile. Many, because a
/// registration must get through while somebody changes the policy again and again.
const ATTEMPTS: u32 = 32;

/// Algorithms offered to authenticators, best first.
const ALGORITHMS: [Algorithm; 5] =
    [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Es384, Algorithm::Ps256, Algorithm::Rs256];

/// The server. Cheap to clone; all clones are the same server.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    settings: Settings,
    store: Store,
    keys: Keys,
    terms: Terms,
    catalogue: Catalogue,
    metrics: Metrics,
    throttles: Throttles,
    guesses: Guesses,
}

impl App {
    /// Opens the data, made and migrated where needed, and loads or makes the server's keys.
    ///
    /// # Errors
    /// [`StartError`] names the setting or the part that is at fault.
    pub fn open(settings: Settings) -> Result<Self, StartError> {
        let terms = terms(&settings)?;
        let (store, keys) = where_blocking_is_allowed(|| open(&settings))?;
        Ok(Self(Arc::new(Inner {
            throttles: Throttles::new(settings.request_budget),
            settings,
            store,
            keys,
            terms,
            catalogue: Catalogue::shipped(),
            metrics: Metrics::default(),
            guesses: Guesses::default(),
        })))
    }

    /// This moment, by the server's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.settings.clock.now()
    }

    /// Bytes that nobody can guess.
    #[must_use]
    #[expect(clippy::unused_self, reason = "randomness belongs to the app, as the clock does")]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        random::bytes()
    }

    /// A random UUID.
    #[must_use]
    #[expect(clippy::unused_self, reason = "randomness belongs to the app, as the clock does")]
    pub fn uuid(&self) -> Uuid {
        random::uuid()
    }

    /// The circumstances of one decision.
    #[must_use]
    pub fn context(&self, request: &RequestInfo) -> Context {
        Context {
            now: self.now(),
            correlation: request.correlation,
            unique: self.uuid(),
            ip: request.ip.clone(),
            user_agent: request.user_agent.clone(),
        }
    }

    /// What we ask of authenticators.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.0.terms
    }

    /// Names of authenticator models.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// What the operator decided.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Whether people reach the server by https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.settings.public_url.is_https()
    }

    /// Who issues tokens for an organisation.
    #[must_use]
    pub fn issuer(&self, tenant: TenantId) -> String {
        format!("{}/{tenant}/v2.0", self.0.settings.public_url)
    }

    /// The public half of the key that signs tokens.
    #[must_use]
    pub fn jwk(&self) -> Jwk {
        self.0.keys.jwk()
    }

    /// Seals what a page hands back untouched: nobody can read or alter it.
    ///
    /// # Errors
    /// [`Error::Internal`] when the crypto library fails.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let sealed = self.keys().sealer().seal(Purpose::Page, plain, self.random());
        sealed.ok_or_else(|| Error::internal("nothing could be sealed"))
    }

    /// Opens what [`Self::seal`] made; none for anything else.
    #[must_use]
    pub fn open_sealed(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.keys().sealer().open(Purpose::Page, sealed)
    }

    /// The store, for work below decisions: backup, check, bulk loading.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Reads: everything is of one moment. Short reads only; see [`Self::read_long`].
    ///
    /// # Errors
    /// When the database is away or broken.
    pub fn read<T>(
        &self,
        read: impl FnOnce(&mut Snapshot<'_>) -> Result<T, StoreError>,
    ) -> Result<T, Error> {
        Ok(self.blocking(|| self.0.store.read(read))?)
    }

    /// Reads, and may find fault with the request on the way.
    pub(crate) fn gather<T>(
        &self,
        gather: impl FnOnce(&mut Snapshot<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.read(|snapshot| Ok(gather(snapshot)))?
    }

    /// Reads for as long as it takes, away from the threads that answer requests.
    ///
    /// # Errors
    /// When the database is away or broken.
    pub async fn read_long<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Snapshot<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        let app = self.clone();
        let reading = tokio::task::spawn_blocking(move || app.0.store.read(read));
        Ok(reading.await.map_err(|_| Error::internal("a long read ended early"))??)
    }

    /// Reads for as long as it takes, and may find fault with the request on the way.
    pub(crate) async fn gather_long<T: Send + 'static>(
        &self,
        gather: impl FnOnce(&mut Snapshot<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.read_long(|snapshot| Ok(gather(snapshot))).await?
    }

    /// Gathers and decides, then records; again if what was read had moved meanwhile. A refusal
    /// becomes an error only after what it recorded is durable.
    ///
    /// # Errors
    /// [`Error::Refused`] when the decision says no, or whatever broke; then nothing was written.
    pub async fn decide<T>(
        &self,
        mut decide: impl FnMut(&mut Snapshot<'_>) -> Result<Outcome<T>, Error>,
    ) -> Result<T, Error> {
        for _ in 0..ATTEMPTS {
            let outcome =
                self.blocking(|| self.0.store.read(|snapshot| Ok(decide(snapshot))))??;
            match self.commit(outcome.changes).await {
                Ok(()) => return outcome.verdict.map_err(Error::Refused),
                Err(CommitError::Contended(guard)) => {
                    tracing::debug!(?guard, "decided on stale facts: deciding again");
                }
                Err(CommitError::Busy) => return Err(Error::Unavailable { retry_after_s: 1 }),
                Err(CommitError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable { retry_after_s: 1 })
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn throttles(&self) -> &Throttles {
        &self.0.throttles
    }

    pub(crate) fn guesses(&self) -> &Guesses {
        &self.0.guesses
    }

    async fn commit(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        if changes.is_empty() {
            return Ok(());
        }
        let (sender, answer) = oneshot::channel();
        self.0.store.commit(changes, move |result| {
            // A receiver that is gone belongs to a client that has hung up.
            drop(sender.send(result));
        });
        let gone = StoreError::Unavailable { reason: "the committer is gone".to_owned() };
        answer.await.unwrap_or(Err(CommitError::Failed(gone)))
    }

    /// SQLite answers from memory in microseconds; PostgreSQL waits for a network, and the thread
    /// must be free of other tasks meanwhile.
    fn blocking<T>(&self, work: impl FnOnce() -> T) -> T {
        match self.0.store.engine() {
            Engine::Sqlite => work(),
            Engine::Postgres => where_blocking_is_allowed(work),
        }
    }
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("App").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

/// Runs work that may wait, on a thread that other tasks have left if this is one of theirs.
pub(crate) fn where_blocking_is_allowed<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        Ok(_) | Err(_) => work(),
    }
}

fn open(settings: &Settings) -> Result<(Store, Keys), StartError> {
    let store = Store::open(&settings.location, Options::default())?;
    let at = settings.clock.now();
    let root = store.server_key(ROOT_KEY, &random::bytes::<32>(), at)?;
    let token = store.server_key(TOKEN_KEY, &Keys::new_token_key()?, at)?;
    Ok((store, Keys::new(&root, &token)?))
}

fn terms(settings: &Settings) -> Result<Terms, StartError> {
    let wrong = |problem: &str| StartError::Setting {
        name: "public-url",
        problem: format!("{} {problem}", settings.public_url),
    };
    let id = settings.rp_id().map_err(|_| wrong("is no web address: use https://host"))?;
    if id.as_str().parse::<std::net::Ipv4Addr>().is_ok() {
        return Err(wrong("is an ip address, which browsers make no passkeys for: use a name"));
    }
    let is_local = id.as_str() == "localhost" || id.as_str().ends_with(".localhost");
    if !settings.public_url.is_https() && !is_local {
        return Err(wrong("is not https, and browsers make passkeys only there or on localhost"));
    }
    Ok(Terms {
        relying_party: RelyingParty {
            id,
            origins: vec![settings.public_url.clone()],
            embedding: Embedding::Refused,
        },
        algorithms: ALGORITHMS.to_vec(),
        anchors: TrustAnchors::default(),
        limits: settings.limits,
        counter_reaction: settings.counter_reaction,
    })
}
