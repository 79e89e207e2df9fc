//! Who the demo organisation consists of: names, departments and posts, all from the seed.

use identity::access::DirectoryRole;

use super::chance::{Chance, Purpose};

/// What the organisation is called.
pub(super) const ORGANISATION: &str = "Ward & Sons";
/// What its sign-in names end in; reserved for examples (RFC 2606 §2).
pub(super) const DOMAIN: &str = "ward.example";

/// A group and the group it is a member of.
#[derive(Debug)]
pub(super) struct DemoGroup {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    /// Its place in [`GROUPS`].
    pub(super) inside: Option<u64>,
    pub(super) kind: DemoGroupKind,
}

/// What a demo group is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DemoGroupKind {
    /// Holds groups only.
    Division,
    /// A security group that people belong to.
    Department,
    /// A security group of a few people, for trying policies.
    Pilot,
    /// Not a security group, so no policy may name it.
    MailingList,
}

const fn division(name: &'static str, inside: Option<u64>) -> DemoGroup {
    let description = "Everybody in the departments below";
    DemoGroup { name, description, inside, kind: DemoGroupKind::Division }
}

const fn department(name: &'static str, inside: u64) -> DemoGroup {
    let kind = DemoGroupKind::Department;
    DemoGroup { name, description: "A department", inside: Some(inside), kind }
}

/// The groups, each after the one that it is inside.
pub(super) const GROUPS: &[DemoGroup] = &[
    division("Everybody", None),
    division("Engineering", Some(0)),
    division("Sales", Some(0)),
    division("Services", Some(0)),
    department("Engineering, Platform", 1),
    department("Engineering, Mobile", 1),
    department("Engineering, Quality", 1),
    department("Sales, North", 2),
    department("Sales, South", 2),
    department("Finance", 3),
    department("People", 3),
    department("Support", 3),
    department("Contractors", 0),
    DemoGroup {
        name: "Passkey pilot",
        description: "The first to try a new passkey policy",
        inside: None,
        kind: DemoGroupKind::Pilot,
    },
    DemoGroup {
        name: "Newsletter",
        description: "A mailing list: no security group",
        inside: None,
        kind: DemoGroupKind::MailingList,
    },
];

/// Those of the first people who hold a role; everybody else holds none.
pub(super) const POSTS: &[DirectoryRole] = &[
    DirectoryRole::GlobalAdministrator,
    DirectoryRole::AuthenticationPolicyAdministrator,
    DirectoryRole::AuthenticationAdministrator,
    DirectoryRole::UserAdministrator,
    DirectoryRole::GlobalReader,
];

const GIVEN_NAMES: &[&str] = &[
    "Ada", "Ahmed", "Aiko", "Ana", "Anton", "Beatriz", "Bo", "Chidi", "Clara", "Dalia", "Daniel",
    "Edith", "Elif", "Emil", "Fatima", "Felix", "Grace", "Hana", "Henrik", "Ines", "Ivan", "Jamal",
    "Jonas", "Kavya", "Kenji", "Lars", "Leila", "Lucia", "Maja", "Malik", "Marta", "Mei", "Nadia",
    "Nils", "Noor", "Olga", "Omar", "Paula", "Pedro", "Priya", "Rafael", "Rosa", "Samir", "Sofia",
    "Tariq", "Thea", "Tomas", "Uma", "Vera", "Viktor", "Wanda", "Xenia", "Yara", "Yusuf", "Zoe",
];

const FAMILY_NAMES: &[&str] = &[
    "Abara", "Almeida", "Andersen", "Aydin", "Baker", "Bauer", "Bianchi", "Castro", "Chen",
    "Costa", "Diaz", "Dubois", "Eriksen", "Farah", "Fischer", "Garcia", "Haddad", "Hansen",
    "Horvat", "Ito", "Ivanova", "Jensen", "Kaur", "Khan", "Kim", "Kowalska", "Larsen", "Lee",
    "Lopez", "Marino", "Meyer", "Moreau", "Mori", "Nair", "Nguyen", "Novak", "Okafor", "Olsen",
    "Ortiz", "Park", "Patel", "Petrov", "Popescu", "Quist", "Rahman", "Rossi", "Sato", "Schmidt",
    "Silva", "Singh", "Tanaka", "Toth", "Usman", "Vargas", "Virtanen", "Ward", "Weber", "Yilmaz",
    "Zhang", "Zimmer",
];

/// The names of person number `ordinal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PersonName {
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    /// Before the `@`; unique, because it ends in the person's number.
    pub(super) local: String,
}

impl PersonName {
    pub(super) fn of(chance: Chance, ordinal: u64) -> Self {
        let (given, family) = if ordinal == 0 {
            ("Edith", "Ward")
        } else {
            let pick = |number: u64, names| chance.pick(Purpose::Name, number, names);
            let first = ordinal.wrapping_mul(2);
            (
                pick(first, GIVEN_NAMES).unwrap_or("Ada"),
                pick(first.wrapping_add(1), FAMILY_NAMES).unwrap_or("Ward"),
            )
        };
        let mut local = format!("{}.{}", given.to_lowercase(), family.to_lowercase());
        if ordinal > 0 {
            local.push_str(&ordinal.to_string());
        }
        Self { given, family, local }
    }
}

/// The place in [`GROUPS`] of the department that a person belongs to.
pub(super) fn department_of(chance: Chance, ordinal: u64) -> u64 {
    let departments: Vec<u64> = (0..)
        .zip(GROUPS)
        .filter(|(_, group)| group.kind == DemoGroupKind::Department)
        .map(|(place, _)| place)
        .collect();
    chance.pick(Purpose::Department, ordinal, &departments).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_stands_after_the_one_that_it_is_inside() {
        for (place, group) in (0..).zip(GROUPS) {
            assert!(group.inside.is_none_or(|inside| inside < place), "{}", group.name);
        }
    }

    #[test]
    fn names_differ_from_person_to_person() {
        let names: std::collections::BTreeSet<String> =
            (0..5_000).map(|ordinal| PersonName::of(Chance::new(1), ordinal).local).collect();
        assert_eq!(names.len(), 5_000);
        assert_eq!(PersonName::of(Chance::new(9), 0).local, "edith.ward");
    }
}
