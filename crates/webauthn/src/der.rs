//! Reading single elements of DER: enough for the extensions that attestation formats define.
//!
//! Lengths may be longer than they need to be, because some phones write them so; lengths that
//! are not given, as BER allows, are refused.

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    pub(crate) content: &'a [u8],
    /// Tag, length and content as they stand there.
    pub(crate) raw: &'a [u8],
}

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Boolean,
    Integer,
    OctetString,
    Null,
    ObjectIdentifier,
    Enumerated,
    Sequence,
    Set,
    /// An explicit context tag of this number.
    Context(u32),
    /// Any other.
    Other,
}

/// Bytes that are not DER as far as we read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotDer;

/// A run of elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element, whatever it is.
    pub(crate) fn next(&mut self) -> Result<Element<'a>, NotDer> {
        let start = self.0;
        let tag = self.tag()?;
        let length = self.length()?;
        let (content, rest) = self.0.split_at_checked(length).ok_or(NotDer)?;
        self.0 = rest;
        let raw = start.get(..start.len().saturating_sub(rest.len())).ok_or(NotDer)?;
        Ok(Element { tag, content, raw })
    }

    /// The content of the next element if it is of that kind; otherwise nothing is read.
    pub(crate) fn take_if(&mut self, tag: Tag) -> Result<Option<&'a [u8]>, NotDer> {
        let mut ahead = *self;
        if self.is_empty() {
            return Ok(None);
        }
        let element = ahead.next()?;
        if element.tag != tag {
            return Ok(None);
        }
        *self = ahead;
        Ok(Some(element.content))
    }

    /// The content of the next element, which must be of that kind.
    pub(crate) fn expect(&mut self, tag: Tag) -> Result<&'a [u8], NotDer> {
        let element = self.next()?;
        if element.tag == tag { Ok(element.content) } else { Err(NotDer) }
    }

    fn byte(&mut self) -> Result<u8, NotDer> {
        let (first, rest) = self.0.split_first().ok_or(NotDer)?;
        self.0 = rest;
        Ok(*first)
    }

    fn tag(&mut self) -> Result<Tag, NotDer> {
        match self.byte()? {
            0x01 => Ok(Tag::Boolean),
            0x02 => Ok(Tag::Integer),
            0x04 => Ok(Tag::OctetString),
            0x05 => Ok(Tag::Null),
            0x06 => Ok(Tag::ObjectIdentifier),
            0x0a => Ok(Tag::Enumerated),
            0x30 => Ok(Tag::Sequence),
            0x31 => Ok(Tag::Set),
            0xbf => self.long_tag().map(Tag::Context),
            constructed @ 0xa0..=0xbe => Ok(Tag::Context(u32::from(constructed & 0x1f))),
            // other classes also have tags of several bytes, which nobody here needs
            other if other & 0x1f == 0x1f => Err(NotDer),
            _ => Ok(Tag::Other),
        }
    }

    /// A tag number in base 128, at most three digits.
    fn long_tag(&mut self) -> Result<u32, NotDer> {
        let mut number = 0_u32;
        for _ in 0..3 {
            let digit = self.byte()?;
            number = number.wrapping_shl(7) | u32::from(digit & 0x7f);
            if digit & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(NotDer)
    }

    fn length(&mut self) -> Result<usize, NotDer> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(usize::from(first));
        }
        let digits = first & 0x7f;
        if digits == 0 || digits > 4 {
            return Err(NotDer);
        }
        let mut length = 0_usize;
        for _ in 0..digits {
            length = length.checked_shl(8).ok_or(NotDer)? | usize::from(self.byte()?);
        }
        Ok(length)
    }
}

/// A small non-negative integer or enumerated value.
pub(crate) fn small_number(content: &[u8]) -> Result<u32, NotDer> {
    match content {
        [first, ..] if first & 0x80 == 0 && content.len() <= 4 => {
            Ok(content.iter().fold(0_u32, |sum, byte| sum.wrapping_shl(8) | u32::from(*byte)))
        }
        _ => Err(NotDer),
    }
}

/// A non-negative integer of at most 63 bits.
pub(crate) fn number(content: &[u8]) -> Result<u64, NotDer> {
    match content {
        [first, ..] if first & 0x80 == 0 && content.len() <= 8 => {
            Ok(content.iter().fold(0_u64, |sum, byte| sum.wrapping_shl(8) | u64::from(*byte)))
        }
        _ => Err(NotDer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_follow_each_other() {
        let mut reader = Reader::new(&[0x02, 1, 7, 0x30, 0x81, 2, 0x05, 0, 0xbf, 0x84, 0x58, 0]);
        assert_eq!(reader.expect(Tag::Integer), Ok(&[7][..]));
        assert_eq!(reader.expect(Tag::Sequence), Ok(&[5, 0][..]));
        let raw = &[0xbf, 0x84, 0x58, 0];
        assert_eq!(reader.next(), Ok(Element { tag: Tag::Context(600), content: &[], raw }));
        assert!(reader.is_empty());
        assert_eq!(reader.next(), Err(NotDer));
    }

    #[test]
    fn what_is_cut_short_or_open_ended_is_refused() {
        for bytes in [
            &[0x30][..],
            &[0x30, 0x01],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x82, 1],
            &[0x30, 0x85, 0, 0, 0, 0, 0],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0xbf, 0x84],
            &[0xbf, 0x84, 0x84, 0x84, 0, 0],
            &[0x1f, 0x01, 0],
        ] {
            assert_eq!(Reader::new(bytes).next(), Err(NotDer), "{bytes:02x?}");
        }
    }

    #[test]
    fn small_numbers_are_small_and_not_negative() {
        assert_eq!(small_number(&[0]), Ok(0));
        assert_eq!(small_number(&[0, 0xff]), Ok(255));
        assert_eq!(small_number(&[0x7f, 0xff, 0xff, 0xff]), Ok(0x7fff_ffff));
        for content in [&[][..], &[0x80], &[1, 0, 0, 0, 0]] {
            assert_eq!(small_number(content), Err(NotDer));
        }
    }
}
