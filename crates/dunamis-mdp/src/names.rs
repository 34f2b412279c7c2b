//! State and action names, and the small integers that stand for them.

use crate::ModelError;
use hashbrown::HashTable;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

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

/// Distinct names, numbered from 0: one text, and a table of numbers. A million names of six letters take 20 MB.
#[derive(Clone, Default)]
pub struct Names {
    text: String,
    /// Where each name ends in the text.
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: RandomState,
}

impl Names {
    /// Names from a list.
    ///
    /// # Errors
    ///
    /// [`ModelError::DuplicateName`] for a name that is there already.
    pub fn new(names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, ModelError> {
        let mut all = Names::default();
        for name in names {
            let name = name.as_ref();
            all.add(name).ok_or_else(|| ModelError::DuplicateName { name: name.into() })?;
        }
        Ok(all)
    }

    /// The names `s0`, `s1`, … for the prefix `s`.
    pub fn numbered(prefix: &str, count: usize) -> Self {
        use std::fmt::Write;
        let mut all = Names::default();
        all.ends.reserve(count);
        all.text.reserve(count * (prefix.len() + 7));
        let mut name = prefix.to_owned();
        for index in 0..count {
            name.truncate(prefix.len());
            write!(name, "{index}").expect("strings take all text");
            all.add(&name).expect("numbers differ");
        }
        all
    }

    /// Adds a name; `None` if it is there already.
    pub(crate) fn add(&mut self, name: &str) -> Option<usize> {
        if self.get(name).is_some() {
            return None;
        }
        let index = self.ends.len();
        let number = u32::try_from(index).ok()?;
        self.text.push_str(name);
        self.ends.push(self.text.len());
        let Names { text, ends, table, hasher } = self;
        table.insert_unique(hasher.hash_one(name), number, |&i| hasher.hash_one(slice(text, ends, i as usize)));
        Some(index)
    }

    /// The number of a name, added if it is new.
    ///
    /// # Panics
    ///
    /// If there would be more than 2^32 names.
    pub fn intern(&mut self, name: &str) -> usize {
        match self.get(name) {
            Some(index) => index,
            None => self.add(name).expect("a new name"),
        }
    }

    /// The number of a name, by hash lookup.
    pub fn get(&self, name: &str) -> Option<usize> {
        let found = self.table.find(self.hasher.hash_one(name), |&index| &self[index as usize] == name);
        found.map(|&index| index as usize)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All names in order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len()).map(|index| &self[index])
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
        slice(&self.text, &self.ends, index)
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], index: usize) -> &'a str {
    &text[if index == 0 { 0 } else { ends[index - 1] }..ends[index]]
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.ends == other.ends && self.text == other.text
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
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
        assert_eq!(names, Names::new(["left", "right"]).unwrap());
        assert!(Names::new(["left", "left"]).is_err());
    }

    #[test]
    fn many_names_and_empty_ones() {
        let names = Names::numbered("s", 2_000);
        assert_eq!(
            (names.len(), &names[1_234], names.get("s1999"), names.get("s2000")),
            (2_000, "s1234", Some(1_999), None)
        );
        let empty = Names::new(["", "a"]).unwrap();
        assert_eq!((empty.get(""), empty.get("a"), &empty[0]), (Some(0), Some(1), ""));
    }
}
