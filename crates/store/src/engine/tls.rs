//! Where a PostgreSQL server is and how the way to it is protected.

use std::path::PathBuf;
use std::sync::Arc;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::StoreError;

/// A parsed `postgres://` address.
#[derive(Clone)]
pub(crate) struct Target {
    config: Config,
    protection: Protection,
}

/// How the way to the server is protected.
#[derive(Clone)]
enum Protection {
    /// Not at all: a Unix socket, this machine, or asked for.
    Plain,
    /// TLS; the certificate must be valid for the host's name.
    Tls(MakeRustlsConnect),
}

impl Target {
    /// Reads an address. Beside what the driver reads there are `sslmode=verify-full`, which is
    /// what `require` does here too, and `sslrootcert=FILE` (PEM) for a certificate authority of
    /// one's own. Without `sslmode`, TLS is left out only towards this machine: a setting that
    /// quietly falls back to plain text would protect from nobody.
    pub(crate) fn parse(address: &str) -> Result<Self, StoreError> {
        let (address, mode, roots) = split_options(address);
        let mut config: Config = address.parse().map_err(|error: postgres::Error| {
            StoreError::misuse(format_args!("the database url cannot be read: {error}"))
        })?;
        let plain = match mode.as_deref() {
            Some("disable") => true,
            Some("require" | "verify-full") => false,
            None | Some("prefer") => config.get_hosts().iter().all(is_this_machine),
            Some(other) => {
                return Err(StoreError::misuse(format_args!(
                    "sslmode {other} is not known: use disable, require or verify-full"
                )));
            }
        };
        config.application_name("keyward");
        let protection = if plain {
            config.ssl_mode(SslMode::Disable);
            Protection::Plain
        } else {
            config.ssl_mode(SslMode::Require);
            Protection::Tls(connector(roots)?)
        };
        Ok(Self { config, protection })
    }

    /// Opens a session.
    pub(crate) fn connect(&self) -> Result<Client, StoreError> {
        match &self.protection {
            Protection::Plain => self.config.connect(NoTls),
            Protection::Tls(connector) => self.config.connect(connector.clone()),
        }
        .map_err(|error| {
            let cause = std::error::Error::source(&error)
                .map_or_else(String::new, |source| format!(": {source}"));
            StoreError::unavailable(format_args!("cannot connect to postgresql: {error}{cause}"))
        })
    }
}

/// Takes the options that the driver does not read out of the query part.
fn split_options(address: &str) -> (String, Option<String>, Option<PathBuf>) {
    let Some((start, query)) = address.split_once('?') else {
        return (address.to_owned(), None, None);
    };
    let (mut mode, mut roots, mut kept) = (None, None, Vec::new());
    for option in query.split('&') {
        match option.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => roots = Some(PathBuf::from(value)),
            Some(_) | None => kept.push(option),
        }
    }
    let separator = if kept.is_empty() { "" } else { "?" };
    (format!("{start}{separator}{}", kept.join("&")), mode, roots)
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1" | "[::1]"),
    }
}

fn connector(roots: Option<PathBuf>) -> Result<MakeRustlsConnect, StoreError> {
    let mut store = RootCertStore::empty();
    match roots {
        Some(path) => {
            let unreadable = |error: &dyn std::fmt::Display| {
                StoreError::misuse(format_args!("sslrootcert {}: {error}", path.display()))
            };
            let certificates =
                CertificateDer::pem_file_iter(&path).map_err(|error| unreadable(&error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                store.add(certificate).map_err(|error| unreadable(&error))?;
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            let (_, _) = store.add_parsable_certificates(found.certs);
        }
    }
    if store.is_empty() {
        return Err(StoreError::misuse(
            "no certificate authority is known: name one with sslrootcert in the database url",
        ));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(StoreError::misuse)?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_options_are_taken_out_of_the_address() {
        let address = "postgres://a@db/x?sslmode=verify-full&connect_timeout=3&sslrootcert=/ca.pem";
        let (rest, mode, roots) = split_options(address);
        assert_eq!(rest, "postgres://a@db/x?connect_timeout=3");
        assert_eq!(mode.as_deref(), Some("verify-full"));
        assert_eq!(roots, Some(PathBuf::from("/ca.pem")));
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_plain_text_without_being_asked() {
        let plain =
            |address: &str| matches!(Target::parse(address).unwrap().protection, Protection::Plain);
        assert!(plain("postgres://a@localhost/x"));
        assert!(plain("postgres://a@%2Frun%2Fpostgresql/x"));
        assert!(plain("postgres://a@db.example/x?sslmode=disable"));
        assert!(Target::parse("postgres://a@db.example/x?sslmode=allow").is_err());
    }
}
