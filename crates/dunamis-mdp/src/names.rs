//! State and action names, and the small integers that stand for them.

use std::collections::HashMap;
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The id with this number.
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("fewer than 2^32 states and actions"))
            }

            /// Its number, for indexing arrays.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

id! {
    /// A state of a model, numbered from 0 in the order of construction.
    StateId
}
id! {
    /// An action name of a model, numbered from 0 in the order of first use; an action need not be available everywhere.
    ActionId
}

/// Distinct names, numbered from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    names: Vec<Box<str>>,
    index: HashMap<Box<str>, u32>,
}

impl Names {
    /// Adds a name; `None` if it is there already.
    pub(crate) fn add(&mut self, name: &str) -> Option<usize> {
        if self.index.contains_key(name) {
            return None;
        }
        let index = self.names.len();
        self.names.push(name.into());
        self.index.insert(name.into(), u32::try_from(index).ok()?);
        Some(index)
    }

    /// The number of a name, added if it is new.
    pub(crate) fn intern(&mut self, name: &str) -> usize {
        match self.get(name) {
            Some(index) => index,
            None => self.add(name).expect("a new name"),
        }
    }

    /// The number of a name, by hash lookup.
    pub fn get(&self, name: &str) -> Option<usize> {
        self.index.get(name).map(|&i| i as usize)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// All names in order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// The name nearest to a misspelt one, for hints: at most two edits away.
    pub fn nearest(&self, misspelt: &str) -> Option<&str> {
        nearest(self.iter(), misspelt)
    }
}

/// The name nearest to a misspelt one, for hints: at most two edits away, and fewer than half of its letters; of equally near
/// ones the first in the alphabet.
pub fn nearest<'a>(names: impl IntoIterator<Item = &'a str>, misspelt: &str) -> Option<&'a str> {
    names
        .into_iter()
        .filter(|name| name.len().abs_diff(misspelt.len()) <= 2)
        .map(|name| (edit_distance(name, misspelt), name))
        .filter(|&(distance, name)| distance <= 2 && 2 * distance < name.chars().count())
        .min()
        .map(|(_, name)| name)
}

impl std::ops::Index<usize> for Names {
    type Output = str;

    fn index(&self, index: usize) -> &str {
        &self.names[index]
    }
}

/// Levenshtein's distance between two names.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let substitute = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_found() {
        let mut names = Names::default();
        assert_eq!(names.add("left"), Some(0));
        assert_eq!(names.add("left"), None);
        assert_eq!(names.intern("right"), 1);
        assert_eq!(names.intern("left"), 0);
        assert_eq!(&names[1], "right");
        assert_eq!(names.nearest("rihgt"), Some("right"));
        assert_eq!(names.nearest("upwards"), None);
    }
}
