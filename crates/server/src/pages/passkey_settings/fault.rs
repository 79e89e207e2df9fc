//! What is wrong with a draft, and at which control.

use identity::{GroupId, ProfileId};

use super::super::view::{Problem, Tab};

/// One thing that keeps a draft from being previewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The control.
    pub(super) place: Place,
    /// What is wrong, naming the faulty value, and what to do.
    pub(super) text: String,
}

/// A control of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The field for groups to be included.
    IncludeAdd,
    /// The field for groups to be excluded.
    ExcludeAdd,
    /// The row of an included group.
    Include(GroupId),
    /// The row of an excluded group.
    Exclude(GroupId),
    /// The profiles as a whole.
    Profiles,
    /// The name of a profile.
    Name(ProfileId),
    /// The types of a profile.
    Types(ProfileId),
    /// The list of a profile.
    Aaguids(ProfileId),
}

impl Fault {
    /// A fault at this control.
    pub(super) fn new(place: Place, text: impl Into<String>) -> Self {
        Self { place, text: text.into() }
    }

    /// The line of the summary above the form.
    pub(super) fn problem(&self) -> Problem {
        let (anchor, tab) = match self.place {
            Place::IncludeAdd => ("include_add".to_owned(), Tab::Enable),
            Place::ExcludeAdd => ("exclude_add".to_owned(), Tab::Enable),
            Place::Include(group) => (format!("include-{group}"), Tab::Enable),
            Place::Exclude(group) => (format!("exclude-{group}"), Tab::Enable),
            Place::Profiles => ("add-profile".to_owned(), Tab::Configure),
            Place::Name(profile) => (format!("name-{profile}"), Tab::Configure),
            Place::Types(profile) => (format!("type-{profile}"), Tab::Configure),
            Place::Aaguids(profile) => (format!("aaguids-{profile}"), Tab::Configure),
        };
        Problem { anchor, tab, text: super::super::words::sentence(&self.text) }
    }
}

/// The message to show at a control; empty when it is fine.
pub(super) fn at(faults: &[Fault], place: Place) -> String {
    let texts: Vec<&str> =
        faults.iter().filter(|it| it.place == place).map(|it| it.text.as_str()).collect();
    texts.join("; ")
}
