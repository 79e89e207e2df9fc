//! Links between our own documents lead somewhere.

use super::complaint::Complaint;
use super::tree::Tree;

/// Every relative link of a Markdown file names a file or folder of the repository.
pub(super) fn resolve(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.with_extension(&["md"]) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, target) in links(text) {
            let what = match joined(folder, target) {
                None => format!("`{target}` leads out of the repository: link what is in it"),
                Some(file) if !tree.has(&file) => {
                    format!("`{target}` leads nowhere: correct or remove the link")
                }
                Some(_) => continue,
            };
            complaints.push(Complaint::new(path, line, what));
        }
    }
    complaints
}

/// The relative targets of `](target)` outside code, without fragment and title.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        // Every other piece between backticks is code.
        for prose in line.split('`').step_by(2) {
            for after in prose.split("](").skip(1) {
                let target = after.split([')', ' ', '#']).next().unwrap_or_default();
                if !target.is_empty() && !target.contains(':') {
                    found.push((number, target));
                }
            }
        }
    }
    found
}

/// The path that a link in a folder means; `None` if it climbs out of the repository.
fn joined(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<String> {
        let tree = Tree::of(&[("docs/one.md", text), ("README.md", ""), ("docs/two.md", "")]);
        resolve(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_link_that_leads_nowhere_is_told() {
        let found = complaints("# One\n[a](two.md#part) [b](../README.md) [c](three.md)\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("docs/one.md:2: `three.md`"), "{found:?}");
    }

    #[test]
    fn a_link_out_of_the_repository_is_told() {
        assert_eq!(complaints("[a](../../elsewhere/x.md)").len(), 1);
    }

    #[test]
    fn addresses_fragments_and_code_are_left_alone() {
        let text = "[a](https://example.org/x) [b](#part) `[c](x)`\n```\n[d](y)\n```\n[e](..)\n";
        assert_eq!(complaints(text), Vec::<String>::new());
    }
}
