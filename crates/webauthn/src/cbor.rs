//! Strict reading of the little CBOR that WebAuthn needs, with limits on depth and number.
//!
//! CTAP2 asks authenticators for canonical CBOR, yet real ones send long-form lengths and
//! Java's clients indefinite maps: both are read. What would let two readers see two different
//! things is refused: repeated keys, bytes after the item, tags, and strings in pieces.

use minicbor::data::Type;
use minicbor::decode::Decoder;

use crate::coded::coded;

/// Deepest nesting of arrays and maps, as CTAP2 §8 allows an authenticator.
pub const MAX_DEPTH: usize = 4;

/// Most data items in one reading; the largest honest attestation object has under a hundred.
pub const MAX_ITEMS: usize = 512;

/// One data item, borrowed from the bytes it was read from.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'b> {
    /// An integer of either sign.
    Integer(i128),
    /// A byte string.
    Bytes(&'b [u8]),
    /// A text string.
    Text(&'b str),
    /// A boolean.
    Bool(bool),
    /// An array.
    Array(Vec<Self>),
    /// A map without repeated keys.
    Map(Map<'b>),
    /// Anything else of fixed size (null, undefined, simple values, floats), as it was written.
    Other(&'b [u8]),
}

impl<'b> Value<'b> {
    /// The byte string, if it is one.
    #[must_use]
    pub const fn as_bytes(&self) -> Option<&'b [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// The text, if it is one.
    #[must_use]
    pub const fn as_text(&self) -> Option<&'b str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The integer, if it is one that fits.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(integer) = self { i64::try_from(*integer).ok() } else { None }
    }

    /// The elements, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(elements) = self { Some(elements) } else { None }
    }

    /// The map, if it is one.
    #[must_use]
    pub const fn as_map(&self) -> Option<&Map<'b>> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }
}

/// A map's entries in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map<'b>(Vec<(Value<'b>, Value<'b>)>);

impl<'b> Map<'b> {
    /// The value under an integer key.
    #[must_use]
    pub fn at(&self, key: i64) -> Option<&Value<'b>> {
        let key = i128::from(key);
        self.0
            .iter()
            .find(|(k, _)| matches!(k, Value::Integer(i) if *i == key))
            .map(|(_, value)| value)
    }

    /// The value under a text key.
    #[must_use]
    pub fn named(&self, key: &str) -> Option<&Value<'b>> {
        self.0.iter().find(|(k, _)| k.as_text() == Some(key)).map(|(_, value)| value)
    }

    /// The entries in the order in which they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&Value<'b>, &Value<'b>)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why bytes were not read as CBOR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CborError {
    /// The bytes end early or do not follow the encoding.
    Malformed,
    /// Bytes follow the item.
    TrailingBytes,
    /// A map names a key twice.
    RepeatedKey,
    /// Arrays and maps are nested too deeply.
    TooDeep,
    /// There are too many items.
    TooManyItems,
    /// A tag or a string in pieces, which WebAuthn never needs.
    Unsupported,
}

impl CborError {
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => ("cbor-malformed", "the cbor is malformed or cut short"),
            Self::TrailingBytes => ("cbor-trailing-bytes", "bytes follow the cbor item"),
            Self::RepeatedKey => ("cbor-repeated-key", "a cbor map names a key twice"),
            Self::TooDeep => ("cbor-too-deep", "the cbor is nested too deeply"),
            Self::TooManyItems => ("cbor-too-many-items", "the cbor has too many items"),
            Self::Unsupported => ("cbor-unsupported", "the cbor has a tag or a string in pieces"),
        }
    }
}

coded!(CborError);

/// Reads exactly one item from all of `bytes`, nested at most `max_depth` deep.
///
/// # Errors
/// [`CborError`] when the bytes are not one item within the limits.
pub fn read(bytes: &[u8], max_depth: usize) -> Result<Value<'_>, CborError> {
    let (value, raw) = read_first(bytes, max_depth)?;
    if raw.len() == bytes.len() { Ok(value) } else { Err(CborError::TrailingBytes) }
}

/// Reads the item that `bytes` begin with, and gives the part of `bytes` that it takes up.
///
/// # Errors
/// [`CborError`] when no item within the limits stands there.
pub fn read_first(bytes: &[u8], max_depth: usize) -> Result<(Value<'_>, &[u8]), CborError> {
    let mut reader = Reader { decoder: Decoder::new(bytes), items_left: MAX_ITEMS };
    let value = reader.item(max_depth)?;
    let raw = bytes.get(..reader.decoder.position()).ok_or(CborError::Malformed)?;
    Ok((value, raw))
}

struct Reader<'b> {
    decoder: Decoder<'b>,
    items_left: usize,
}

impl<'b> Reader<'b> {
    fn item(&mut self, depth_left: usize) -> Result<Value<'b>, CborError> {
        self.items_left = self.items_left.checked_sub(1).ok_or(CborError::TooManyItems)?;
        match self.decoder.datatype().map_err(malformed)? {
            Type::U8
            | Type::U16
            | Type::U32
            | Type::U64
            | Type::I8
            | Type::I16
            | Type::I32
            | Type::I64
            | Type::Int => Ok(Value::Integer(i128::from(self.decoder.int().map_err(malformed)?))),
            Type::Bytes => Ok(Value::Bytes(self.decoder.bytes().map_err(malformed)?)),
            Type::String => Ok(Value::Text(self.decoder.str().map_err(malformed)?)),
            Type::Bool => Ok(Value::Bool(self.decoder.bool().map_err(malformed)?)),
            Type::Array | Type::ArrayIndef => self.array(depth_left),
            Type::Map | Type::MapIndef => self.map(depth_left),
            Type::Null | Type::Undefined | Type::Simple | Type::F16 | Type::F32 | Type::F64 => {
                self.other()
            }
            Type::Tag | Type::BytesIndef | Type::StringIndef => Err(CborError::Unsupported),
            Type::Break | Type::Unknown(_) => Err(CborError::Malformed),
        }
    }

    fn array(&mut self, depth_left: usize) -> Result<Value<'b>, CborError> {
        let depth_left = depth_left.checked_sub(1).ok_or(CborError::TooDeep)?;
        let mut left = self.decoder.array().map_err(malformed)?;
        // grown item by item: a length is only believed as far as bytes follow
        let mut elements = Vec::new();
        while self.has_next(&mut left)? {
            elements.push(self.item(depth_left)?);
        }
        Ok(Value::Array(elements))
    }

    fn map(&mut self, depth_left: usize) -> Result<Value<'b>, CborError> {
        let depth_left = depth_left.checked_sub(1).ok_or(CborError::TooDeep)?;
        let mut left = self.decoder.map().map_err(malformed)?;
        let mut entries: Vec<(Value<'b>, Value<'b>)> = Vec::new();
        while self.has_next(&mut left)? {
            let key = self.item(depth_left)?;
            // two readers that keep the first and the last value would see different statements
            if entries.iter().any(|(earlier, _)| *earlier == key) {
                return Err(CborError::RepeatedKey);
            }
            entries.push((key, self.item(depth_left)?));
        }
        Ok(Value::Map(Map(entries)))
    }

    /// Whether another element follows: by the count, or until the break of an open-ended one.
    fn has_next(&mut self, left: &mut Option<u64>) -> Result<bool, CborError> {
        if let Some(count) = left {
            let Some(less) = count.checked_sub(1) else { return Ok(false) };
            *count = less;
            return Ok(true);
        }
        if self.decoder.datatype().map_err(malformed)? != Type::Break {
            return Ok(true);
        }
        self.decoder.set_position(self.decoder.position().saturating_add(1));
        Ok(false)
    }

    fn other(&mut self) -> Result<Value<'b>, CborError> {
        let start = self.decoder.position();
        self.decoder.skip().map_err(malformed)?;
        let raw = self.decoder.input().get(start..self.decoder.position());
        Ok(Value::Other(raw.ok_or(CborError::Malformed)?))
    }
}

/// The decoder's own reasons all mean the same to us.
fn malformed(_: minicbor::decode::Error) -> CborError {
    CborError::Malformed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read4(bytes: &[u8]) -> Result<Value<'_>, CborError> {
        read(bytes, MAX_DEPTH)
    }

    #[test]
    fn ordinary_items_are_read() {
        let map = read4(&[0xa2, 0x01, 0x26, 0x61, b'a', 0x42, 1, 2]).unwrap();
        let map = map.as_map().unwrap();
        assert_eq!(map.at(1).unwrap().as_integer(), Some(-7));
        assert_eq!(map.named("a").unwrap().as_bytes(), Some(&[1_u8, 2][..]));
        assert_eq!((map.len(), map.at(2), map.named("b")), (2, None, None));
    }

    #[test]
    fn long_form_lengths_and_open_ended_maps_are_read() {
        assert_eq!(read4(&[0xb9, 0, 1, 1, 2]), read4(&[0xa1, 1, 2]));
        assert_eq!(read4(&[0xbf, 1, 2, 0xff]), read4(&[0xa1, 1, 2]));
        assert_eq!(read4(&[0x9f, 1, 2, 0xff]), read4(&[0x82, 1, 2]));
    }

    #[test]
    fn a_key_may_not_be_repeated_even_in_another_encoding() {
        assert_eq!(read4(&[0xa2, 1, 1, 1, 2]), Err(CborError::RepeatedKey));
        assert_eq!(read4(&[0xa2, 1, 1, 0x18, 1, 2]), Err(CborError::RepeatedKey));
        assert_eq!(
            read4(&[0xa1, 1, 0xa2, 0x61, b'a', 1, 0x61, b'a', 1]),
            Err(CborError::RepeatedKey)
        );
    }

    #[test]
    fn nothing_may_follow() {
        assert_eq!(read4(&[1, 0]), Err(CborError::TrailingBytes));
        let (value, raw) = read_first(&[0x82, 1, 2, 9, 9], MAX_DEPTH).unwrap();
        assert_eq!(
            (value, raw.len()),
            (Value::Array(vec![Value::Integer(1), Value::Integer(2)]), 3)
        );
    }

    #[test]
    fn nesting_stops_at_the_limit() {
        assert!(read4(&[0x81, 0x81, 0x81, 0x80]).is_ok());
        assert_eq!(read4(&[0x81, 0x81, 0x81, 0x81, 0x80]), Err(CborError::TooDeep));
        assert_eq!(read4(&[0x81; 100_000]), Err(CborError::TooDeep));
    }

    #[test]
    fn a_promised_length_is_not_believed() {
        for bytes in [
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..],
            &[0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x5a, 0x00, 0x10, 0, 0, 1],
            &[0x9f, 1],
            &[],
            &[0x1c],
            &[0xff],
            &[0x61, 0xff],
        ] {
            assert_eq!(read4(bytes), Err(CborError::Malformed), "{bytes:02x?}");
        }
        let mut many = vec![0x99, 0x03, 0xe8];
        many.extend([0; 1000]);
        assert_eq!(read4(&many), Err(CborError::TooManyItems));
    }

    #[test]
    fn tags_and_strings_in_pieces_are_refused() {
        assert_eq!(read4(&[0xc0, 1]), Err(CborError::Unsupported));
        assert_eq!(read4(&[0x5f, 0x41, 1, 0xff]), Err(CborError::Unsupported));
        assert_eq!(read4(&[0x7f, 0x61, b'a', 0xff]), Err(CborError::Unsupported));
    }

    #[test]
    fn values_that_webauthn_does_not_know_are_kept_as_they_are() {
        assert_eq!(read4(&[0xf6]), Ok(Value::Other(&[0xf6])));
        assert_eq!(read4(&[0xf9, 0x3c, 0]), Ok(Value::Other(&[0xf9, 0x3c, 0])));
        assert_eq!(read4(&[0xf5]), Ok(Value::Bool(true)));
    }
}
