//! Where a person goes after signing in, and the name typed on the way.

use super::form::Form;

/// Longest address that is carried through a sign-in.
const LONGEST: usize = 1024;

/// A path on this server, with its query. Nothing else is ever redirected to, or a link to our
/// sign-in page could end on somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnPath(String);

impl OwnPath {
    /// Takes a path of this server; anything else leads home.
    pub(super) fn or_home(text: &str) -> Self {
        if is_own(text) { Self(text.to_owned()) } else { Self("/".to_owned()) }
    }

    /// The path.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One slash in front and no character that a browser reads as something else: it takes `//`
/// and `/\` for another host, and drops tabs and line ends before it looks.
fn is_own(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// What a sign-in page hands back to us: the `context` of its forms and its ceremony. A person
/// may write anything into it: it holds nothing that he could not ask for anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    /// Where to go afterwards.
    pub(super) path: OwnPath,
    /// The name typed on the first step.
    pub(super) name: Option<String>,
}

impl Destination {
    /// To this path, for a name not typed yet.
    pub(super) fn to(path: &str) -> Self {
        Self { path: OwnPath::or_home(path), name: None }
    }

    /// Reads a context. What cannot be read leads home.
    pub(super) fn read(context: &str) -> Self {
        let form = Form::parse(context).unwrap_or_default();
        let name = form.text("name").trim();
        Self {
            path: OwnPath::or_home(form.text("return_to")),
            name: (!name.is_empty()).then(|| name.to_owned()),
        }
    }

    /// With this name.
    pub(super) fn with_name(&self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self.clone() }
    }

    /// The context that [`Self::read`] reads back.
    pub(super) fn context(&self) -> String {
        let form = Form::default().with("return_to", self.path.as_str());
        match &self.name {
            Some(name) => form.with("name", name).encode(),
            None => form.encode(),
        }
    }

    /// The sign-in page that leads here.
    pub(super) fn sign_in_href(&self) -> String {
        format!("/sign-in?{}", self.context())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An open redirect would lend our name to any phishing page.
    #[test]
    fn only_paths_of_this_server_are_gone_to() {
        for path in ["/", "/security-info/add?with=authenticator", "/admin/users/1#x"] {
            assert_eq!(OwnPath::or_home(path).as_str(), path);
        }
        for foreign in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "javascript:alert(1)",
            "security-info",
            " /x",
            "/ä",
        ] {
            assert_eq!(OwnPath::or_home(foreign).as_str(), "/", "{foreign:?}");
        }
        assert_eq!(OwnPath::or_home(&format!("/{}", "a".repeat(LONGEST))).as_str(), "/");
    }

    #[test]
    fn a_context_comes_back_and_nonsense_leads_home() {
        let destination = Destination::to("/security-info/add?with=x&y").with_name("zoë@e.org");
        assert_eq!(Destination::read(&destination.context()), destination);
        assert_eq!(Destination::read("return_to=//evil.example&name=+"), Destination::to("/"));
        assert_eq!(Destination::read("%"), Destination::to("/"));
    }
}
