//! Orbits of vectors under permutations of their entries.

use crate::binomial::multinomial;
use crate::{OrbitError, Permutation};
use dunamis_mdp::Rational;
use dunamis_sampling::{StreamRng, uniform_permutation};
use num_bigint::BigUint;
use num_traits::{One, Zero};

/// The orbit $`S_d \cdot \theta = \{\varphi \cdot \theta\}`$ of a vector: the set of its distinct rearrangements
/// `[Turner & Tadepalli 2022, Def. 3.1]`.
///
/// Every rearrangement is the image of the vector under equally many permutations, [`stabilizer_order`](Self::stabilizer_order) of
/// them; fractions of the orbit are therefore fractions of all permutations.
///
/// ```
/// use dunamis_orbit::Orbit;
/// let orbit = Orbit::new(vec![5, 3, 3, 0]);
/// assert_eq!(orbit.size(), 12_u32.into());
/// assert_eq!(orbit.iter().next(), Some(vec![0, 3, 3, 5]));
/// assert_eq!(orbit.rank(&[5, 3, 3, 0])?, 11_u32.into());
/// # Ok::<(), dunamis_orbit::OrbitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orbit<T = Rational> {
    /// The distinct entries, in ascending order.
    values: Vec<T>,
    /// How often each of them occurs.
    multiplicities: Vec<usize>,
    /// The vector itself: the place of each entry among the values.
    codes: Vec<u32>,
}

impl<T: Clone + Ord> Orbit<T> {
    /// The orbit of a vector. $`O(d \log d)`$.
    pub fn new(representative: impl Into<Vec<T>>) -> Self {
        let representative = representative.into();
        let mut order: Vec<usize> = (0..representative.len()).collect();
        order.sort_by(|&i, &j| representative[i].cmp(&representative[j]));
        let (mut values, mut multiplicities) = (Vec::<T>::new(), Vec::new());
        let mut codes = vec![0; order.len()];
        for j in order {
            if values.last() == Some(&representative[j]) {
                *multiplicities.last_mut().expect("one per value") += 1;
            } else {
                values.push(representative[j].clone());
                multiplicities.push(1);
            }
            codes[j] = values.len() as u32 - 1;
        }
        Orbit { values, multiplicities, codes }
    }

    /// The number of entries $`d`$.
    pub fn dimension(&self) -> usize {
        self.codes.len()
    }

    /// The distinct entries, in ascending order.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// How often each distinct entry occurs.
    pub fn multiplicities(&self) -> &[usize] {
        &self.multiplicities
    }

    /// The vector that the orbit was made of.
    pub fn representative(&self) -> Vec<T> {
        self.decode(&self.codes)
    }

    pub(crate) fn decode(&self, codes: &[u32]) -> Vec<T> {
        codes.iter().map(|&code| self.values[code as usize].clone()).collect()
    }

    /// How many elements there are: the multinomial coefficient $`d! / \prod_i m_i!`$. Its digits cost
    /// $`O(d)`$ multiplications of growing integers.
    pub fn size(&self) -> BigUint {
        multinomial(&self.multiplicities, None).expect("there is no limit")
    }

    /// How many elements there are, if they are at most `limit`; decided after $`O(\log \mathtt{limit})`$ multiplications.
    pub fn size_within(&self, limit: &BigUint) -> Option<BigUint> {
        multinomial(&self.multiplicities, Some(limit))
    }

    /// How many permutations leave a given element as it is: $`\prod_i m_i!`$.
    pub fn stabilizer_order(&self) -> BigUint {
        self.multiplicities.iter().flat_map(|&m| 2..=m).fold(BigUint::one(), |product, k| product * k)
    }

    /// The stabilizer of the representative, a Young subgroup: the blocks of coordinates whose entries are equal, in the order of
    /// these entries. A permutation leaves the vector as it is if and only if it maps each block to itself.
    pub fn stabilizer_blocks(&self) -> Vec<Vec<usize>> {
        let mut blocks = vec![Vec::new(); self.values.len()];
        for (j, &code) in self.codes.iter().enumerate() {
            blocks[code as usize].push(j);
        }
        blocks
    }

    /// Transpositions of neighbors within the blocks, which generate the stabilizer.
    pub fn stabilizer_generators(&self) -> Vec<Permutation> {
        let swap =
            |pair: &[usize]| Permutation::swaps(self.dimension(), [(pair[0], pair[1])]).expect("two coordinates");
        self.stabilizer_blocks().iter().flat_map(|block| block.windows(2)).map(swap).collect()
    }

    /// The elements in lexicographic order, each once.
    pub fn iter(&self) -> Rearrangements<'_, T> {
        let mut codes = self.codes.clone();
        codes.sort_unstable();
        Rearrangements { orbit: self, next: Some(codes) }
    }

    /// The elements in lexicographic order from that of a given rank.
    pub fn iter_from(&self, rank: &BigUint) -> Rearrangements<'_, T> {
        Rearrangements { orbit: self, next: self.unrank_codes(rank) }
    }

    /// How many elements precede a vector in lexicographic order. $`O(d \cdot v)`$ operations on big integers, for $`v`$ distinct
    /// values.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NotInOrbit`].
    pub fn rank(&self, element: &[T]) -> Result<BigUint, OrbitError> {
        let mut left = self.multiplicities.clone();
        let mut completions = self.size();
        let mut rank = BigUint::zero();
        let codes = self.encode(element)?;
        for (j, &code) in codes.iter().enumerate() {
            let remaining = codes.len() - j;
            let smaller: usize = left[..code as usize].iter().sum();
            rank += &completions * smaller / remaining;
            completions = completions * left[code as usize] / remaining;
            left[code as usize] -= 1;
        }
        Ok(rank)
    }

    /// The element that a given number of others precede in lexicographic order, if there are so many.
    pub fn unrank(&self, rank: &BigUint) -> Option<Vec<T>> {
        self.unrank_codes(rank).map(|codes| self.decode(&codes))
    }

    fn unrank_codes(&self, rank: &BigUint) -> Option<Vec<u32>> {
        let mut completions = self.size();
        if *rank >= completions {
            return None;
        }
        let mut rank = rank.clone();
        let mut left = self.multiplicities.clone();
        let mut codes = Vec::with_capacity(self.dimension());
        for remaining in (1..=self.dimension()).rev() {
            for code in 0..left.len() {
                let here = &completions * left[code] / remaining;
                if rank < here {
                    codes.push(code as u32);
                    left[code] -= 1;
                    completions = here;
                    break;
                }
                rank -= here;
            }
        }
        Some(codes)
    }

    fn encode(&self, element: &[T]) -> Result<Vec<u32>, OrbitError> {
        let (expected, actual) = (self.dimension(), element.len());
        if actual != expected {
            return Err(OrbitError::NotInOrbit { entry: actual.min(expected) });
        }
        let mut left = self.multiplicities.clone();
        let code = |(entry, value): (usize, &T)| match self.values.binary_search(value) {
            Ok(code) if left[code] > 0 => {
                left[code] -= 1;
                Ok(code as u32)
            }
            _ => Err(OrbitError::NotInOrbit { entry }),
        };
        element.iter().enumerate().map(code).collect()
    }

    /// Whether a vector is a rearrangement.
    pub fn contains(&self, element: &[T]) -> bool {
        self.encode(element).is_ok()
    }

    /// A permutation $`\varphi`$ with $`\varphi \cdot \theta =`$ `element` for the representative $`\theta`$: the one that keeps equal
    /// entries in order.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NotInOrbit`].
    pub fn permutation_to(&self, element: &[T]) -> Result<Permutation, OrbitError> {
        let mut places = vec![Vec::new(); self.values.len()];
        for (j, code) in self.encode(element)?.into_iter().enumerate().rev() {
            places[code as usize].push(j as u32);
        }
        let images = self.codes.iter().map(|&code| places[code as usize].pop().expect("as many of each value"));
        Permutation::new(images.collect())
    }

    /// A uniformly random element.
    pub fn sample(&self, rng: &mut StreamRng) -> Vec<T> {
        let from = uniform_permutation(self.dimension(), rng);
        from.into_iter().map(|j| self.values[self.codes[j] as usize].clone()).collect()
    }

    /// The elements within a set of parameters $`\Theta`$: $`(S_d \cdot \theta) \cap \Theta`$, in lexicographic order.
    pub fn restricted(&self, parameters: impl Fn(&[T]) -> bool) -> impl Iterator<Item = Vec<T>> {
        self.iter().filter(move |element| parameters(element))
    }
}

impl<'a, T: Clone + Ord> IntoIterator for &'a Orbit<T> {
    type Item = Vec<T>;
    type IntoIter = Rearrangements<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The elements of an orbit in lexicographic order: see [`Orbit::iter`].
#[derive(Clone, Debug)]
pub struct Rearrangements<'a, T> {
    orbit: &'a Orbit<T>,
    next: Option<Vec<u32>>,
}

impl<T: Clone + Ord> Iterator for Rearrangements<'_, T> {
    type Item = Vec<T>;

    fn next(&mut self) -> Option<Vec<T>> {
        let codes = self.next.as_mut()?;
        let element = self.orbit.decode(codes);
        if !next_rearrangement(codes) {
            self.next = None;
        }
        Some(element)
    }
}

/// Makes a sequence the next one in lexicographic order; `false` leaves the last one as it is `[Knuth 2011, Alg. L]`.
fn next_rearrangement(codes: &mut [u32]) -> bool {
    let Some(pivot) = codes.windows(2).rposition(|pair| pair[0] < pair[1]) else { return false };
    let larger = codes.iter().rposition(|&code| code > codes[pivot]).expect("the next one is larger");
    codes.swap(pivot, larger);
    codes[pivot + 1..].reverse();
    true
}
