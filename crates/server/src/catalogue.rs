//! The names of authenticator models: facts from a file that we keep, nothing fetched.

use std::collections::BTreeMap;

use webauthn::Aaguid;

/// Lines of AAGUID, tab, name.
const FACTS: &str = include_str!("../../../catalogue/authenticators.tsv");

/// Names of models by AAGUID.
#[derive(Debug)]
pub struct Catalogue {
    names: BTreeMap<Aaguid, &'static str>,
}

impl Catalogue {
    /// The catalogue that we ship.
    #[must_use]
    pub fn shipped() -> Self {
        Self { names: FACTS.lines().filter_map(line).collect() }
    }

    /// What people call this model.
    #[must_use]
    pub fn name(&self, aaguid: Aaguid) -> Option<&'static str> {
        self.names.get(&aaguid).copied()
    }

    /// All models in the order of their names: for pickers.
    #[must_use]
    pub fn by_name(&self) -> Vec<(Aaguid, &'static str)> {
        let mut all: Vec<_> = self.names.iter().map(|(aaguid, name)| (*aaguid, *name)).collect();
        all.sort_by_key(|(aaguid, name)| (name.to_lowercase(), *aaguid));
        all
    }
}

fn line(line: &'static str) -> Option<(Aaguid, &'static str)> {
    let (aaguid, name) = line.split_once('\t')?;
    Some((aaguid.parse().ok()?, name.trim()))
}

#[cfg(test)]
mod tests {
    use identity::policy::key_restrictions::MICROSOFT_AUTHENTICATOR;

    use super::*;

    #[test]
    fn every_line_is_read_and_no_model_stands_twice() {
        let lines = FACTS.lines().filter(|line| !line.trim().is_empty()).count();
        let comments = FACTS.lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(Catalogue::shipped().names.len(), lines - comments);
    }

    #[test]
    fn the_two_models_of_microsoft_authenticator_have_names() {
        let catalogue = Catalogue::shipped();
        for aaguid in MICROSOFT_AUTHENTICATOR {
            assert!(catalogue.name(aaguid).unwrap().contains("Authenticator"));
        }
    }
}
