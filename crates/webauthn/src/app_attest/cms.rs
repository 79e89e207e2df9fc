//! Signed messages (CMS, RFC 5652), as far as receipts need them: one signer, content inside.

use aws_lc_rs::digest;

use crate::cose::BadSignature;
use crate::der::{NotDer, Reader, Tag};
use crate::x509::{Certificate, oid};

/// Longest message; Apple's have under five thousand bytes.
const MAX_MESSAGE: usize = 64 * 1024;

/// Deepest nesting of open-ended elements.
const MAX_DEPTH: usize = 16;

/// Most certificates in a message.
const MAX_CERTIFICATES: usize = 8;

/// A message with one signer.
pub(super) struct SignedMessage<'a> {
    content: &'a [u8],
    certificates: Vec<&'a [u8]>,
    signer: SignerInfo<'a>,
}

struct SignerInfo<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    /// The attributes that are signed in place of the content, as they stand there.
    attributes: Option<&'a [u8]>,
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> SignedMessage<'a> {
    /// Reads a message in DER; nothing may follow.
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, NotDer> {
        let mut outer = Reader::new(der);
        let mut info = Reader::new(outer.expect(Tag::Sequence)?);
        if !outer.is_empty() || info.expect(Tag::ObjectIdentifier)? != oid::CMS_SIGNED {
            return Err(NotDer);
        }
        let mut wrapped = Reader::new(info.expect(Tag::Context(0))?);
        let mut data = Reader::new(wrapped.expect(Tag::Sequence)?);
        let _version = data.expect(Tag::Integer)?;
        let _digests = data.expect(Tag::Set)?;
        let mut inside = Reader::new(data.expect(Tag::Sequence)?);
        if inside.expect(Tag::ObjectIdentifier)? != oid::CMS_DATA {
            return Err(NotDer);
        }
        let content = Reader::new(inside.expect(Tag::Context(0))?).expect(Tag::OctetString)?;
        let mut listed = Reader::new(data.take_if(Tag::Context(0))?.unwrap_or_default());
        let mut certificates = Vec::new();
        while !listed.is_empty() && certificates.len() < MAX_CERTIFICATES {
            certificates.push(listed.next()?.raw);
        }
        let _revocations = data.take_if(Tag::Context(1))?;
        let mut signers = Reader::new(data.expect(Tag::Set)?);
        let signer = SignerInfo::read(signers.expect(Tag::Sequence)?)?;
        if !signers.is_empty() || !data.is_empty() {
            return Err(NotDer);
        }
        Ok(Self { content, certificates, signer })
    }

    /// What was signed.
    pub(super) const fn content(&self) -> &'a [u8] {
        self.content
    }

    /// The signer's certificate.
    pub(super) fn signer(&self) -> Option<&'a [u8]> {
        self.certificates.iter().copied().find(|der| {
            Certificate::parse(der).is_ok_and(|certificate| {
                certificate.issuer() == self.signer.issuer
                    && certificate.serial() == self.signer.serial
            })
        })
    }

    /// The certificates from the signer's on, each but the last issued by the next as their names
    /// have it: messages carry them as a set, without order.
    pub(super) fn chain(&self) -> Vec<&'a [u8]> {
        let mut chain: Vec<&[u8]> = self.signer().into_iter().collect();
        while let Some(last) = chain.last().and_then(|der| Certificate::parse(der).ok()) {
            let issuer = self.certificates.iter().find(|der| {
                !chain.contains(der)
                    && Certificate::parse(der).is_ok_and(|c| c.subject() == last.issuer())
            });
            let Some(issuer) = issuer else { break };
            chain.push(issuer);
        }
        chain
    }

    /// Checks that the signer signed the content, or attributes that name its hash.
    pub(super) fn verify(&self) -> Result<(), BadSignature> {
        let signer = self.signer().and_then(|der| Certificate::parse(der).ok());
        let signer = signer.ok_or(BadSignature)?;
        let Some(attributes) = self.signer.attributes else {
            return signer.verify_named(self.signer.algorithm, self.content, self.signer.signature);
        };
        let hash = digest::digest(&digest::SHA256, self.content);
        if message_digest(attributes) != Ok(hash.as_ref()) {
            return Err(BadSignature);
        }
        // §5.4: signed as a set, though they stand there under a tag of their own
        let signed = [&[0x31], attributes.get(1..).unwrap_or_default()].concat();
        signer.verify_named(self.signer.algorithm, &signed, self.signer.signature)
    }
}

impl<'a> SignerInfo<'a> {
    fn read(content: &'a [u8]) -> Result<Self, NotDer> {
        let mut fields = Reader::new(content);
        let _version = fields.expect(Tag::Integer)?;
        let mut name = Reader::new(fields.expect(Tag::Sequence)?);
        let issuer = name.next()?.raw;
        let serial = name.expect(Tag::Integer)?;
        let mut hash = Reader::new(fields.expect(Tag::Sequence)?);
        if hash.expect(Tag::ObjectIdentifier)? != oid::SHA256 {
            return Err(NotDer);
        }
        let mut ahead = fields;
        let first = ahead.next()?;
        let attributes = if first.tag == Tag::Context(0) {
            fields = ahead;
            Some(first.raw)
        } else {
            None
        };
        let mut named = Reader::new(fields.expect(Tag::Sequence)?);
        let algorithm = named.expect(Tag::ObjectIdentifier)?;
        let signature = fields.expect(Tag::OctetString)?;
        Ok(Self { issuer, serial, attributes, algorithm, signature })
    }
}

/// The hash among the signed attributes.
fn message_digest(attributes: &[u8]) -> Result<&[u8], NotDer> {
    let mut list = Reader::new(Reader::new(attributes).next()?.content);
    let mut found = None;
    while !list.is_empty() {
        let mut attribute = Reader::new(list.expect(Tag::Sequence)?);
        let kind = attribute.expect(Tag::ObjectIdentifier)?;
        let mut values = Reader::new(attribute.expect(Tag::Set)?);
        if kind == oid::CMS_MESSAGE_DIGEST
            && found.replace(values.expect(Tag::OctetString)?).is_some()
        {
            return Err(NotDer);
        }
    }
    found.ok_or(NotDer)
}

/// Rewrites BER, in which lengths may be open-ended and octet strings in pieces, as DER. What is
/// DER already stays as it is, byte for byte, so that signatures inside still verify.
pub(super) fn to_der(bytes: &[u8]) -> Result<Vec<u8>, NotDer> {
    if bytes.len() > MAX_MESSAGE {
        return Err(NotDer);
    }
    let mut rest = bytes;
    let der = element(&mut rest, MAX_DEPTH)?;
    if rest.is_empty() { Ok(der) } else { Err(NotDer) }
}

/// The next element, rewritten.
fn element(rest: &mut &[u8], depth: usize) -> Result<Vec<u8>, NotDer> {
    let depth = depth.checked_sub(1).ok_or(NotDer)?;
    let start = *rest;
    let tag = take(rest)?;
    // long tags stand in certificates alone, which are DER and inside a definite length
    if tag & 0x1f == 0x1f {
        return Err(NotDer);
    }
    let is_constructed = tag & 0x20 != 0;
    let Some(length) = length(rest)? else {
        if !is_constructed {
            return Err(NotDer);
        }
        let mut parts = Vec::new();
        while !rest.starts_with(&[0, 0]) {
            parts.push(element(rest, depth)?);
        }
        *rest = rest.get(2..).ok_or(NotDer)?;
        return assemble(tag, &parts);
    };
    let (content, after) = rest.split_at_checked(length).ok_or(NotDer)?;
    *rest = after;
    let whole = start.get(..start.len().saturating_sub(after.len())).ok_or(NotDer)?;
    if !is_constructed {
        return Ok(whole.to_vec());
    }
    let mut inner = content;
    let mut parts = Vec::new();
    while !inner.is_empty() {
        match element(&mut inner, depth) {
            Ok(part) => parts.push(part),
            // too deep or too strange to be rewritten: it stays as it is, and is read strictly
            Err(NotDer) => return Ok(whole.to_vec()),
        }
    }
    if parts.concat() == content && tag != CONSTRUCTED_OCTETS {
        return Ok(whole.to_vec());
    }
    assemble(tag, &parts)
}

/// An octet string in pieces.
const CONSTRUCTED_OCTETS: u8 = 0x24;

/// An element of these parts; the pieces of an octet string become one.
fn assemble(tag: u8, parts: &[Vec<u8>]) -> Result<Vec<u8>, NotDer> {
    if tag != CONSTRUCTED_OCTETS {
        return Ok(with_header(tag, &parts.concat()));
    }
    let mut octets = Vec::new();
    for part in parts {
        octets.extend(Reader::new(part).expect(Tag::OctetString)?);
    }
    Ok(with_header(0x04, &octets))
}

fn with_header(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let digits = length.get(zeros..).unwrap_or_default();
    let mut der = vec![tag];
    match digits {
        [] => der.push(0),
        [only] if *only < 0x80 => der.push(*only),
        _ => {
            der.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
            der.extend(digits);
        }
    }
    der.extend(content);
    der
}

fn take(rest: &mut &[u8]) -> Result<u8, NotDer> {
    let (first, after) = rest.split_first().ok_or(NotDer)?;
    *rest = after;
    Ok(*first)
}

/// A length, or none if it is open-ended.
fn length(rest: &mut &[u8]) -> Result<Option<usize>, NotDer> {
    let first = take(rest)?;
    if first < 0x80 {
        return Ok(Some(usize::from(first)));
    }
    let digits = first & 0x7f;
    if digits == 0 {
        return Ok(None);
    }
    if digits > 4 {
        return Err(NotDer);
    }
    let mut length = 0_usize;
    for _ in 0..digits {
        length = length.checked_shl(8).ok_or(NotDer)? | usize::from(take(rest)?);
    }
    Ok(Some(length))
}

#[cfg(test)]
mod tests;
