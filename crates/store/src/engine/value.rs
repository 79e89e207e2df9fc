//! The five kinds of value that both engines share, and rows read as typed fields.

use identity::change::BurnKey;
use identity::{SessionId, Version};
use uuid::Uuid;
use webauthn::{Aaguid, CredentialId, Timestamp};

use crate::error::StoreError;

/// A parameter or a field. UUIDs travel as their sixteen bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// SQL's NULL.
    Null,
    /// A truth value; SQLite keeps it as 0 or 1.
    Bool(bool),
    /// A whole number: counts, versions, milliseconds.
    Int(i64),
    /// UTF-8 text.
    Text(String),
    /// Bytes, UUIDs among them.
    Bytes(Vec<u8>),
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.0)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<Uuid> for Value {
    fn from(value: Uuid) -> Self {
        Self::Bytes(value.as_bytes().to_vec())
    }
}

macro_rules! ids {
    ($($name:ident)*) => {$(
        impl From<identity::$name> for Value {
            fn from(id: identity::$name) -> Self {
                id.as_uuid().into()
            }
        }
    )*};
}

ids! { TenantId UserId GroupId RoleAssignmentId ApplicationId ClientId AccessPassId CorrelationId }

impl From<&CredentialId> for Value {
    fn from(id: &CredentialId) -> Self {
        id.as_bytes().into()
    }
}

impl From<Aaguid> for Value {
    fn from(aaguid: Aaguid) -> Self {
        aaguid.as_bytes().as_slice().into()
    }
}

impl From<SessionId> for Value {
    fn from(id: SessionId) -> Self {
        id.as_bytes().as_slice().into()
    }
}

impl From<BurnKey> for Value {
    fn from(key: BurnKey) -> Self {
        key.0.as_slice().into()
    }
}

impl From<Version> for Value {
    fn from(version: Version) -> Self {
        Self::Int(version.0)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row, read field by field in the order of the statement. A field of the wrong kind is
/// [`StoreError::Corrupt`] with the names given here: rows never fail without saying where.
#[derive(Debug)]
pub(crate) struct Row {
    table: &'static str,
    /// The first stays in its place when it is read: it names the row in errors.
    values: Vec<Value>,
    next: usize,
}

impl Row {
    /// A row of so many columns, without values yet. One is filled again and again: a report over
    /// a million rows would feel every allocation.
    pub(crate) fn new(columns: usize) -> Self {
        Self { table: "(unnamed)", values: Vec::with_capacity(columns), next: 0 }
    }

    /// Makes room for the values of the next row.
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.next = 0;
    }

    /// Puts in the next value, as an engine gives it.
    pub(crate) fn push(&mut self, value: Value) {
        self.values.push(value);
    }

    /// Says which table the row is of.
    pub(crate) fn of(&mut self, table: &'static str) -> &mut Self {
        self.table = table;
        self
    }

    /// Everything, for copies that do not look inside.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    /// Text.
    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, StoreError> {
        self.optional_text(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// Text or nothing.
    pub(crate) fn optional_text(
        &mut self,
        column: &'static str,
    ) -> Result<Option<String>, StoreError> {
        match self.take() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            Some(Value::Bool(_) | Value::Int(_) | Value::Bytes(_)) | None => {
                Err(self.corrupt(column))
            }
        }
    }

    /// A whole number.
    pub(crate) fn int(&mut self, column: &'static str) -> Result<i64, StoreError> {
        self.optional_int(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// A whole number or nothing.
    pub(crate) fn optional_int(&mut self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.take() {
            Some(Value::Int(number)) => Ok(Some(number)),
            Some(Value::Null) => Ok(None),
            Some(Value::Bool(_) | Value::Text(_) | Value::Bytes(_)) | None => {
                Err(self.corrupt(column))
            }
        }
    }

    /// A number that is never negative.
    pub(crate) fn count(&mut self, column: &'static str) -> Result<u64, StoreError> {
        let number = self.int(column)?;
        u64::try_from(number).map_err(|_| self.corrupt(column))
    }

    /// A truth value.
    pub(crate) fn bool(&mut self, column: &'static str) -> Result<bool, StoreError> {
        match self.take() {
            Some(Value::Bool(truth)) => Ok(truth),
            Some(Value::Int(0)) => Ok(false),
            Some(Value::Int(1)) => Ok(true),
            Some(Value::Int(_) | Value::Null | Value::Text(_) | Value::Bytes(_)) | None => {
                Err(self.corrupt(column))
            }
        }
    }

    /// Bytes.
    pub(crate) fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        self.optional_bytes(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// Bytes or nothing.
    pub(crate) fn optional_bytes(
        &mut self,
        column: &'static str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        match self.take() {
            Some(Value::Bytes(bytes)) => Ok(Some(bytes)),
            Some(Value::Null) => Ok(None),
            Some(Value::Bool(_) | Value::Int(_) | Value::Text(_)) | None => {
                Err(self.corrupt(column))
            }
        }
    }

    /// A UUID.
    pub(crate) fn uuid(&mut self, column: &'static str) -> Result<Uuid, StoreError> {
        self.optional_uuid(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// A truth value or nothing.
    pub(crate) fn optional_bool(
        &mut self,
        column: &'static str,
    ) -> Result<Option<bool>, StoreError> {
        match self.take() {
            Some(Value::Null) => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(Value::Int(0)) => Ok(Some(false)),
            Some(Value::Int(1)) => Ok(Some(true)),
            Some(Value::Int(_) | Value::Text(_) | Value::Bytes(_)) | None => {
                Err(self.corrupt(column))
            }
        }
    }

    /// A UUID or nothing.
    pub(crate) fn optional_uuid(
        &mut self,
        column: &'static str,
    ) -> Result<Option<Uuid>, StoreError> {
        let read = match self.peek() {
            Some(Value::Bytes(bytes)) => Uuid::from_slice(bytes).ok().map(Some),
            Some(Value::Null) => Some(None),
            Some(Value::Bool(_) | Value::Int(_) | Value::Text(_)) | None => None,
        };
        read.ok_or_else(|| self.corrupt(column))
    }

    /// The model of an authenticator.
    pub(crate) fn aaguid(&mut self, column: &'static str) -> Result<Aaguid, StoreError> {
        self.uuid(column).map(|uuid| Aaguid::from_bytes(*uuid.as_bytes()))
    }

    /// A credential id.
    pub(crate) fn credential(&mut self, column: &'static str) -> Result<CredentialId, StoreError> {
        CredentialId::new(self.bytes(column)?).map_err(|_| self.corrupt(column))
    }

    /// A credential id or nothing.
    pub(crate) fn optional_credential(
        &mut self,
        column: &'static str,
    ) -> Result<Option<CredentialId>, StoreError> {
        let Some(bytes) = self.optional_bytes(column)? else { return Ok(None) };
        CredentialId::new(bytes).map(Some).map_err(|_| self.corrupt(column))
    }

    /// The model of an authenticator, or nothing.
    pub(crate) fn optional_aaguid(
        &mut self,
        column: &'static str,
    ) -> Result<Option<Aaguid>, StoreError> {
        Ok(self.optional_uuid(column)?.map(|uuid| Aaguid::from_bytes(*uuid.as_bytes())))
    }

    /// A digest of 32 bytes.
    pub(crate) fn digest(&mut self, column: &'static str) -> Result<[u8; 32], StoreError> {
        <[u8; 32]>::try_from(self.bytes(column)?).map_err(|_| self.corrupt(column))
    }

    /// A version.
    pub(crate) fn version(&mut self, column: &'static str) -> Result<Version, StoreError> {
        self.int(column).map(Version)
    }

    /// A moment.
    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp)
    }

    /// A moment or nothing.
    pub(crate) fn optional_time(
        &mut self,
        column: &'static str,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_int(column)?.map(Timestamp))
    }

    /// Text that must parse into a noun.
    pub(crate) fn parse<T: std::str::FromStr>(
        &mut self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| self.corrupt(column))
    }

    /// The error that says which field of which row of which table cannot be read.
    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        let id = self.values.first().map_or_else(String::new, shown);
        StoreError::Corrupt { table: self.table, column, id }
    }

    /// The next field, moved out unless it is the first.
    fn take(&mut self) -> Option<Value> {
        let position = self.next;
        self.next = position.saturating_add(1);
        let value = self.values.get_mut(position)?;
        Some(if position == 0 { value.clone() } else { std::mem::replace(value, Value::Null) })
    }

    /// The next field, left where it is.
    fn peek(&mut self) -> Option<&Value> {
        let position = self.next;
        self.next = position.saturating_add(1);
        self.values.get(position)
    }
}

/// A value for an error message: UUIDs dashed, other bytes in hexadecimal.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "(unknown)".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => Uuid::from_slice(bytes).map_or_else(
            |_| bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            |uuid| uuid.to_string(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: impl IntoIterator<Item = Value>) -> Row {
        let mut row = Row::new(5);
        values.into_iter().for_each(|value| row.push(value));
        row
    }

    #[test]
    fn fields_are_read_in_order_and_keep_their_kind() {
        let mut row = row([
            Uuid::from_u128(7).into(),
            "Ana".into(),
            Value::Null,
            Value::Int(1),
            Value::Bool(false),
        ]);
        row.of("users");
        assert_eq!(row.uuid("id"), Ok(Uuid::from_u128(7)));
        assert_eq!(row.text("display_name"), Ok("Ana".to_owned()));
        assert_eq!(row.optional_text("mail"), Ok(None));
        assert_eq!(row.bool("enabled"), Ok(true));
        assert_eq!(row.bool("guest"), Ok(false));
    }

    #[test]
    fn a_field_of_the_wrong_kind_says_where_it_stands() {
        let mut row = row([Uuid::from_u128(7).into(), Value::Int(2)]);
        row.of("users");
        let id = Uuid::from_u128(7);
        assert_eq!(row.uuid("id"), Ok(id));
        assert_eq!(
            row.bool("enabled"),
            Err(StoreError::Corrupt { table: "users", column: "enabled", id: id.to_string() })
        );
        assert!(row.text("past the end").is_err());
    }
}
