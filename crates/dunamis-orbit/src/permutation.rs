//! Permutations of coordinates.

use crate::OrbitError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A permutation $`\varphi`$ of $`\{0, \dots, d-1\}`$.
///
/// It acts on a vector by $`(\varphi \cdot x)_{\varphi(j)} = x_j`$ `[Turner et al. 2021, Def. 6.1]`, so that
/// $`(\varphi \cdot x)^\top (\varphi \cdot r) = x^\top r`$; see [`Permute`](crate::Permute).
///
/// Written in cycle notation, `(0 2)(1 4 3)`: every number goes to the next of its cycle, and `()` moves nothing. A text does
/// not say how many numbers there are: [`extended`](Self::extended) does.
///
/// ```
/// use dunamis_orbit::Permutation;
/// let cycle: Permutation = "(0 1 2)".parse()?;
/// assert_eq!(cycle.images(), [1, 2, 0]);
/// assert_eq!(cycle.inverse().to_string(), "(0 2 1)");
/// assert!(!cycle.is_involution());
/// # Ok::<(), dunamis_orbit::OrbitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permutation {
    images: Vec<u32>,
}

impl Permutation {
    /// The permutation of `size` numbers that moves nothing.
    pub fn identity(size: usize) -> Self {
        Permutation { images: (0..size as u32).collect() }
    }

    /// The permutation $`j \mapsto \mathtt{images}_j`$. $`O(d)`$.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NotAPermutation`].
    pub fn new(images: Vec<u32>) -> Result<Self, OrbitError> {
        let size = images.len();
        let mut seen = vec![false; size];
        for &image in &images {
            match seen.get_mut(image as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err(OrbitError::NotAPermutation { image: image as usize, size }),
            }
        }
        Ok(Permutation { images })
    }

    /// The permutation of `size` numbers that swaps the two of each pair.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NotAPermutation`] for a number in two pairs, [`OrbitError::OutOfRange`].
    pub fn swaps(size: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Result<Self, OrbitError> {
        let mut images = Permutation::identity(size).images;
        for (i, j) in pairs {
            if i.max(j) >= size {
                return Err(OrbitError::OutOfRange { number: i.max(j), size });
            }
            if let Some(&image) = [i, j].iter().find(|&&k| images[k] as usize != k) {
                return Err(OrbitError::NotAPermutation { image, size });
            }
            (images[i], images[j]) = (j as u32, i as u32);
        }
        Ok(Permutation { images })
    }

    /// How many numbers there are, moved or not.
    pub fn size(&self) -> usize {
        self.images.len()
    }

    /// $`\varphi(0), \varphi(1), \dots`$
    pub fn images(&self) -> &[u32] {
        &self.images
    }

    /// $`\varphi(j)`$; numbers beyond the size stay where they are.
    pub fn image(&self, j: usize) -> usize {
        self.images.get(j).map_or(j, |&image| image as usize)
    }

    /// The same permutation of `size` numbers: those beyond the present size stay where they are.
    ///
    /// # Errors
    ///
    /// [`OrbitError::OutOfRange`] if it moves a number that would not be there.
    pub fn extended(&self, size: usize) -> Result<Self, OrbitError> {
        match self.moved().last() {
            Some(number) if number >= size => Err(OrbitError::OutOfRange { number, size }),
            _ => Ok(Permutation { images: (0..size).map(|j| self.image(j) as u32).collect() }),
        }
    }

    /// $`\varphi^{-1}`$.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let mut images = vec![0; self.size()];
        for (j, &image) in self.images.iter().enumerate() {
            images[image as usize] = j as u32;
        }
        Permutation { images }
    }

    /// This permutation after another: $`j \mapsto \varphi(\psi(j))`$, of as many numbers as the larger has.
    #[must_use]
    pub fn after(&self, first: &Self) -> Self {
        let size = self.size().max(first.size());
        Permutation { images: (0..size).map(|j| self.image(first.image(j)) as u32).collect() }
    }

    /// Whether $`\varphi \circ \varphi`$ moves nothing.
    pub fn is_involution(&self) -> bool {
        self.images.iter().enumerate().all(|(j, &image)| self.images[image as usize] as usize == j)
    }

    /// Whether nothing is moved.
    pub fn is_identity(&self) -> bool {
        self.moved().next().is_none()
    }

    /// The numbers that are moved, in ascending order.
    pub fn moved(&self) -> impl Iterator<Item = usize> {
        self.images.iter().enumerate().filter(|&(j, &image)| j != image as usize).map(|(j, _)| j)
    }

    /// The cycles of length two and more, each from its smallest number, in ascending order of these.
    pub fn cycles(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.size()];
        let mut cycles = Vec::new();
        for start in self.moved() {
            if seen[start] {
                continue;
            }
            let mut cycle = Vec::new();
            let mut j = start;
            while !seen[j] {
                seen[j] = true;
                cycle.push(j);
                j = self.image(j);
            }
            cycles.push(cycle);
        }
        cycles
    }
}

impl fmt::Display for Permutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_identity() {
            return f.write_str("()");
        }
        self.cycles().iter().try_for_each(|cycle| {
            let numbers: Vec<String> = cycle.iter().map(usize::to_string).collect();
            write!(f, "({})", numbers.join(" "))
        })
    }
}

impl FromStr for Permutation {
    type Err = OrbitError;

    fn from_str(text: &str) -> Result<Self, OrbitError> {
        let syntax = || OrbitError::CycleNotation { text: text.chars().take(60).collect() };
        let mut rest = text.trim();
        let mut cycles: Vec<Vec<u32>> = Vec::new();
        if rest.is_empty() {
            return Err(syntax());
        }
        while !rest.is_empty() {
            let (cycle, after) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or_else(syntax)?;
            let cycle = cycle.split([' ', ',']).filter(|number| !number.is_empty());
            cycles.push(cycle.map(str::parse).collect::<Result<_, _>>().map_err(|_| syntax())?);
            rest = after.trim_start();
        }
        let size = cycles.iter().flatten().max().map_or(0, |&largest| largest as usize + 1);
        // A number far beyond the length of the text would only cost memory.
        if size > Self::MAX_WRITTEN {
            return Err(syntax());
        }
        let mut images = Permutation::identity(size).images;
        let mut seen = vec![false; size];
        for cycle in &cycles {
            for (place, &j) in cycle.iter().enumerate() {
                if std::mem::replace(&mut seen[j as usize], true) {
                    return Err(OrbitError::NotAPermutation { image: j as usize, size });
                }
                images[j as usize] = cycle[(place + 1) % cycle.len()];
            }
        }
        Ok(Permutation { images })
    }
}

impl Permutation {
    /// One more than the largest number that a text may name.
    pub const MAX_WRITTEN: usize = 10_000_000;
}

impl Serialize for Permutation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Permutation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn any_permutation(size: usize) -> impl Strategy<Value = Permutation> {
        Just((0..size as u32).collect::<Vec<_>>()).prop_shuffle().prop_map(|images| Permutation::new(images).unwrap())
    }

    proptest! {
        #[test]
        fn group_laws(p in any_permutation(7), q in any_permutation(7), r in any_permutation(7)) {
            prop_assert!(p.after(&p.inverse()).is_identity());
            prop_assert_eq!(p.after(&q).after(&r), p.after(&q.after(&r)));
            prop_assert_eq!(p.after(&q).inverse(), q.inverse().after(&p.inverse()));
            prop_assert_eq!(p.is_involution(), p.after(&p).is_identity());
        }

        #[test]
        fn written_and_read(p in any_permutation(8)) {
            let read: Permutation = p.to_string().parse().unwrap();
            prop_assert_eq!(read.extended(8).unwrap(), p);
        }
    }

    #[test]
    fn messages() {
        let message = |text: &str| text.parse::<Permutation>().unwrap_err().to_string();
        insta::assert_snapshot!(message("(0 1"), @"`(0 1` is not a permutation: write disjoint cycles such as `(0 1)(2 4 3)`, or `()` for the identity");
        insta::assert_snapshot!(message("(0 1)(1 2)"), @"`1` is the image of two numbers, or too large: a permutation of 3 numbers takes each once");
        let long: Permutation = "(0 9)".parse().unwrap();
        insta::assert_snapshot!(long.extended(4).unwrap_err(), @"there is no coordinate 9: there are 4, counted from 0");
        assert!("".parse::<Permutation>().is_err());
        assert!("(99999999)".parse::<Permutation>().is_err());
        assert!("()".parse::<Permutation>().unwrap().is_identity());
        assert!(Permutation::new(vec![0, 2]).is_err());
        assert!(Permutation::swaps(3, [(0, 1), (1, 2)]).is_err());
        assert!(Permutation::swaps(3, [(0, 3)]).is_err());
    }
}
