//! "Did you mean": the known name that is nearest to a misspelt one.

/// The nearest of `known`, if one is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let near = known.map(|name| (distance(&word, &name.to_lowercase()), name));
    let (steps, name) = near.min_by_key(|(steps, _)| *steps)?;
    let bearable = std::cmp::max(2, word.chars().count().div_ceil(3));
    (steps <= bearable).then_some(name)
}

/// How many letters must be added, removed or exchanged (Levenshtein distance).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, letter) in (1_usize..).zip(one.chars()) {
        let mut diagonal = index.saturating_sub(1);
        let mut left = index;
        let mut next = vec![left];
        for (above, compared) in row.iter().skip(1).zip(other.chars()) {
            let exchange = diagonal.saturating_add(usize::from(letter != compared));
            let step = std::cmp::min(*above, left).saturating_add(1);
            diagonal = *above;
            left = std::cmp::min(exchange, step);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_single_letters() {
        for (one, other, steps) in [
            ("", "", 0),
            ("", "ab", 2),
            ("abc", "abc", 0),
            ("kitten", "sitting", 3),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(one, other), steps, "{one} {other}");
        }
    }

    #[test]
    fn a_slip_is_understood_and_something_else_is_not() {
        let known = || ["User.Read.All", "Group.Read.All"].into_iter();
        assert_eq!(nearest("user.raed.all", known()), Some("User.Read.All"));
        assert_eq!(nearest("Mail.Send", known()), None);
    }
}
