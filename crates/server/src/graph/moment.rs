//! Moments as Graph writes them: UTC with `Z`, in seconds, or finer where it matters.

use webauthn::Timestamp;

use super::body::fault;
use crate::error::Error;

/// `2026-06-01T10:05:00Z`; milliseconds only if there are any.
pub(crate) fn to_text(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| "0001-01-01T00:00:00Z".to_owned(), |moment| moment.to_string())
}

/// Reads a moment with an offset or `Z`.
///
/// # Errors
/// [`Error::BadRequest`] that names `property`.
pub(crate) fn parse(text: &str, property: &str) -> Result<Timestamp, Error> {
    let moment: Result<jiff::Timestamp, _> = text.trim().parse();
    moment.map(|moment| Timestamp(moment.as_millisecond())).map_err(|_| {
        fault(property, &format!("{text:?} is no moment: send one such as 2026-06-01T10:05:00Z"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc_and_read_with_any_offset() {
        let at = Timestamp(1_780_308_300_000);
        assert_eq!(to_text(at), "2026-06-01T10:05:00Z");
        assert_eq!(to_text(at.plus_ms(7)), "2026-06-01T10:05:00.007Z");
        for text in
            ["2026-06-01T10:05:00Z", "2026-06-01T10:05:00.0000000Z", "2026-06-01T12:05:00+02:00"]
        {
            assert_eq!(parse(text, "x").unwrap(), at, "{text}");
        }
        for text in ["", "2026-06-01", "yesterday", "2026-13-01T00:00:00Z"] {
            assert!(parse(text, "x").is_err(), "{text}");
        }
    }
}
