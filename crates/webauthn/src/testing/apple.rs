//! What an app on an Apple device would send, and Apple's receipts, for tests.

use super::certificate::{Template, common_name, der, extension};
use super::{Key, Member, Registration, Root, Said, sha256, statement};
use crate::aaguid::Aaguid;
use crate::app_attest::Environment;
use crate::x509::oid;

pub(crate) const APP_ID: &str = "ABCDE12345.com.example.app";

/// An attestation about to be made by an app of the store over this hash.
pub(crate) struct App {
    pub(crate) registration: Registration,
    pub(crate) root: Root,
    /// The certificate's nonce covers the authenticator data as it is then, and this.
    pub(crate) client_data_hash: Vec<u8>,
    pub(crate) receipt: Vec<u8>,
    /// Whose certificate is shown; the registration's key as a rule.
    pub(crate) certified: Option<Key>,
}

impl App {
    pub(crate) fn new(client_data_hash: &[u8]) -> Self {
        let honest = Registration::honest();
        let point = [&[4][..], honest.key.coordinates()].concat();
        let key_id = sha256(&point);
        let said = Said {
            rp_id: APP_ID,
            flags: 0x40,
            sign_count: 0,
            aaguid: Aaguid::from_bytes(*Environment::Production.aaguid()),
            credential_id: key_id.clone(),
            cose: honest.key.cose(-7, 1),
            rest: Vec::new(),
        };
        Self {
            registration: Registration { format: "apple-appattest", said, id: key_id, ..honest },
            root: Root::new(),
            client_data_hash: client_data_hash.to_vec(),
            receipt: Vec::new(),
            certified: None,
        }
    }

    pub(crate) fn point(&self) -> Vec<u8> {
        [&[4][..], self.registration.key.coordinates()].concat()
    }

    /// The certificate of the key, with the nonce.
    pub(crate) fn leaf(&self) -> Vec<u8> {
        let signed = [self.registration.said.to_bytes(), self.client_data_hash.clone()].concat();
        let nonce = der(0x30, &der(0xa1, &der(0x04, &sha256(&signed))));
        let leaf = Root::template(&common_name("key"));
        let leaf = leaf.with(extension(oid::APPLE_NONCE, false, &nonce));
        self.root.certify(&leaf, self.certified.as_ref().unwrap_or(&self.registration.key))
    }

    /// Apple's statement: certificates and receipt.
    pub(crate) fn statement(&self) -> Vec<u8> {
        let leaf = [self.leaf()];
        statement(&[
            ("x5c", Member::Certificates(&leaf)),
            ("receipt", Member::Bytes(&self.receipt)),
        ])
    }

    pub(crate) fn object(&self) -> Vec<u8> {
        self.registration.object(&self.statement())
    }
}

/// A receipt about to be signed.
pub(crate) struct Receipt {
    pub(crate) fields: Vec<(u8, Vec<u8>)>,
    pub(crate) signer: Key,
    pub(crate) signer_template: Template,
    pub(crate) root: Root,
}

impl Receipt {
    /// An honest one for that certificate, written at noon of 22 November 2026.
    pub(crate) fn new(certificate: &[u8]) -> Self {
        let signer = Root::template(&common_name("Receipt Signing"));
        Self {
            fields: vec![
                (2, APP_ID.as_bytes().to_vec()),
                (3, certificate.to_vec()),
                (6, b"RECEIPT".to_vec()),
                (7, b"production".to_vec()),
                (12, b"2026-11-22T12:00:00.5Z".to_vec()),
                (17, b"3".to_vec()),
                (19, b"2026-11-23T12:00:00Z".to_vec()),
                (21, b"2027-02-20T12:00:00Z".to_vec()),
                (99, b"new".to_vec()),
            ],
            signer: Key::p256(),
            signer_template: signer.with(extension(oid::APPLE_RECEIPT_SIGNER, false, &[5, 0])),
            root: Root::new(),
        }
    }

    pub(crate) fn set(&mut self, number: u8, value: &[u8]) {
        self.fields.retain(|(own, _)| *own != number);
        self.fields.push((number, value.to_vec()));
    }

    pub(crate) fn content(&self) -> Vec<u8> {
        let field = |(number, value): &(u8, Vec<u8>)| {
            der(0x30, &[der(0x02, &[*number]), der(0x02, &[1]), der(0x04, value)].concat())
        };
        der(0x31, &self.fields.iter().flat_map(field).collect::<Vec<_>>())
    }

    /// In DER, signed over the content itself.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let content = self.content();
        let signature = self.signer.sign(&content);
        self.message(&der(0x04, &content), &[], &signature)
    }

    /// In DER, signed over attributes that name the content's hash.
    pub(crate) fn to_der_with_attributes(&self, hash: &[u8]) -> Vec<u8> {
        let named = [der(0x06, oid::CMS_MESSAGE_DIGEST), der(0x31, &der(0x04, hash))].concat();
        let attributes = der(0x30, &named);
        let signature = self.signer.sign(&der(0x31, &attributes));
        self.message(&der(0x04, &self.content()), &der(0xa0, &attributes), &signature)
    }

    /// In BER, the content in two pieces and everything around it open-ended.
    pub(crate) fn to_ber(&self) -> Vec<u8> {
        let content = self.content();
        let (first, second) = content.split_at(content.len() / 2);
        let pieces = [der(0x04, first), der(0x04, second)].concat();
        let signature = self.signer.sign(&content);
        let message = self.message(&open(0x24, &pieces), &[], &signature);
        // all elements from the outermost to the content's are opened one after the other
        reopen(&message, 3)
    }

    fn message(&self, content: &[u8], attributes: &[u8], signature: &[u8]) -> Vec<u8> {
        let certificate = self.root.certify(&self.signer_template, &self.signer);
        let sha256 = der(0x30, &der(0x06, oid::SHA256));
        let issuer = der(0x30, &[self.signer_template.issuer.clone(), vec![2, 1, 1]].concat());
        let ecdsa = der(0x30, &der(0x06, oid::ECDSA_SHA256));
        let signer =
            [&der(0x02, &[1]), &issuer, &sha256, attributes, &ecdsa, &der(0x04, signature)]
                .concat();
        let inside = [der(0x06, oid::CMS_DATA), der(0xa0, content)].concat();
        let data = [
            der(0x02, &[1]),
            der(0x31, &sha256),
            der(0x30, &inside),
            der(0xa0, &certificate),
            der(0x31, &der(0x30, &signer)),
        ]
        .concat();
        der(0x30, &[der(0x06, oid::CMS_SIGNED), der(0xa0, &der(0x30, &data))].concat())
    }
}

/// An element without a length, ended by two zeros.
pub(crate) fn open(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, 0x80], content, &[0, 0]].concat()
}

/// Opens the outermost constructed elements, so many levels deep.
fn reopen(der: &[u8], levels: usize) -> Vec<u8> {
    use crate::der::Reader;
    let mut reader = Reader::new(der);
    let mut bytes = Vec::new();
    while !reader.is_empty() {
        let element = reader.next().unwrap();
        let tag = element.raw[0];
        if levels > 0 && matches!(tag, 0x30 | 0xa0) {
            bytes.extend(open(tag, &reopen(element.content, levels - 1)));
        } else {
            bytes.extend(element.raw);
        }
    }
    bytes
}
