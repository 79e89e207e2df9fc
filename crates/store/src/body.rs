//! The JSON bodies that rows carry: their shapes belong to the store and to nobody else, so that
//! what is written today can be read by every later version.

pub(crate) mod audit;
pub(crate) mod details;
pub(crate) mod policy;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;

/// Writes a body.
pub(crate) fn write<T: Serialize>(body: &T) -> Result<String, StoreError> {
    serde_json::to_string(body).map_err(StoreError::misuse)
}

/// Reads a body, if it is one.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}
