//! What need not be read again: the last FIDO2 configuration, checked by its version at every use.

use std::sync::{Arc, Mutex, PoisonError};

use identity::Version;
use identity::policy::{Fido2Configuration, Versioned};

/// Shared by all connections of a store.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    fido2: Mutex<Option<Arc<Versioned<Fido2Configuration>>>>,
}

impl Cache {
    /// The configuration that was read last.
    pub(crate) fn fido2(&self) -> Option<Arc<Versioned<Fido2Configuration>>> {
        self.fido2.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers a configuration unless a newer one is known.
    pub(crate) fn remember_fido2(&self, read: &Versioned<Fido2Configuration>) {
        let mut known = self.fido2.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|known| known.version < read.version) {
            *known = Some(Arc::new(read.clone()));
        }
    }
}

/// Asks for the body of a configuration only if its version is another than this one.
pub(crate) fn version_of(known: Option<&Arc<Versioned<Fido2Configuration>>>) -> Version {
    known.map_or(Version(-1), |known| known.version)
}
