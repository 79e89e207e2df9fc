//! The authenticators of the demo organisation: models that exist, in a believable mix.

use ctap::{Counter, Model};
use identity::policy::key_restrictions::{
    MICROSOFT_AUTHENTICATOR_ANDROID, MICROSOFT_AUTHENTICATOR_IOS,
};
use webauthn::Aaguid;

use super::chance::{Chance, Purpose};

/// A kind of authenticator in the demo organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DemoModel {
    pub(super) aaguid: Aaguid,
    kind: Kind,
    /// In how many of a hundred passkeys it is met.
    share: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    PhoneApp,
    SecurityKey,
    Platform,
    Synced,
}

impl DemoModel {
    const fn new(aaguid: u128, kind: Kind, share: u64) -> Self {
        Self { aaguid: Aaguid::from_bytes(aaguid.to_be_bytes()), kind, share }
    }

    /// How it behaves in a ceremony.
    pub(super) fn behaviour(&self) -> Model {
        match self.kind {
            Kind::PhoneApp => Model::phone_app(),
            // Not counting, so that another authenticator can take the credential over and go on.
            Kind::SecurityKey => Model { counter: Counter::AlwaysZero, ..Model::security_key() },
            Kind::Platform => Model { transports: vec!["internal"], ..Model::phone_app() },
            Kind::Synced => Model::synced_provider(),
        }
    }
}

/// All of them; the shares add up to a hundred.
pub(super) const MODELS: &[DemoModel] = &[
    DemoModel { aaguid: MICROSOFT_AUTHENTICATOR_ANDROID, kind: Kind::PhoneApp, share: 22 },
    DemoModel { aaguid: MICROSOFT_AUTHENTICATOR_IOS, kind: Kind::PhoneApp, share: 26 },
    // YubiKey 5 Series with NFC
    DemoModel::new(0x2fc0_579f_8113_47ea_b116_bb5a_8db9_202a, Kind::SecurityKey, 14),
    // Security Key NFC by Yubico
    DemoModel::new(0xa4e9_fc6d_4cbe_4758_b8ba_3759_8bb5_bbaa, Kind::SecurityKey, 6),
    // Windows Hello (hardware)
    DemoModel::new(0x0898_7058_cadc_4b81_b6e1_30de_50dc_be96, Kind::Platform, 12),
    // Apple Passwords
    DemoModel::new(0xfbfc_3007_154e_4ecc_8c0b_6e02_0557_d7bd, Kind::Synced, 8),
    // Google Password Manager
    DemoModel::new(0xea9b_8d66_4d01_1d21_3ce4_b6b4_8cb5_75d4, Kind::Synced, 6),
    // 1Password
    DemoModel::new(0xbada_5566_a7aa_401f_bd96_4561_9a55_120d, Kind::Synced, 4),
    // an authenticator that hides its model
    DemoModel::new(0, Kind::SecurityKey, 2),
];

/// The model of a passkey. The first administrator's first one is Microsoft Authenticator, so that
/// a policy that allows only that leaves him a way in.
pub(super) fn of_passkey(chance: Chance, index: u64) -> DemoModel {
    model(if index == 0 { 0 } else { chance.below(Purpose::Model, index, 100) })
}

/// The model that a number from 0 to 99 stands for.
fn model(mut number: u64) -> DemoModel {
    let mut chosen = DemoModel::new(0, Kind::SecurityKey, 0);
    for model in MODELS {
        chosen = *model;
        match number.checked_sub(model.share) {
            Some(rest) => number = rest,
            None => break,
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_a_hundred_and_every_model_is_met() {
        assert_eq!(MODELS.iter().map(|model| model.share).sum::<u64>(), 100);
        for wanted in MODELS {
            let met = (0..100).filter(|number| model(*number) == *wanted).count();
            assert_eq!(u64::try_from(met).unwrap(), wanted.share);
        }
    }

    #[test]
    fn models_that_show_themselves_have_names() {
        let catalogue = server::Catalogue::shipped();
        for model in MODELS.iter().filter(|model| !model.aaguid.is_zero()) {
            assert!(catalogue.name(model.aaguid).is_some(), "{}", model.aaguid);
        }
    }
}
