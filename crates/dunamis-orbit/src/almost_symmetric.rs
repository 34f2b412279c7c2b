//! Almost symmetric environments: what is left of tendencies when options move a little.

use crate::{OptionSet, OrbitError};
use dunamis_mdp::Rational;
use num_traits::{One, Signed, Zero};

/// Options that were moved: to each of a set another vector, in the same order. After the move some may coincide.
///
/// How probable optimality is under independent uniform rewards depends on where options stand in a Lipschitz way, with a constant
/// that grows as options approach each other. Guarantees for every orbit are not stable at all: on the orbits that are bad for
/// it, a preference may break down with the smallest move. What remains is that such orbits have little probability; how stable
/// optimal behavior is in other distances is the subject of `[Gunter, Liokumovich & Krakovna 2024]`.
///
/// ```
/// use dunamis_mdp::Rational;
/// use dunamis_orbit::{OptionSet, Perturbation};
/// let rational = |p: i64, q: i64| Rational::new(p.into(), q.into());
/// let moved = vec![vec![rational(99, 100), rational(1, 100)], vec![rational(0, 1), rational(1, 1)]];
/// let perturbation = Perturbation::new(&OptionSet::basis(2, [0, 1])?, moved)?;
/// assert_eq!(perturbation.size(), rational(1, 50));
/// assert_eq!(perturbation.probability_bound(&[0])?, rational(2, 25));
/// # Ok::<(), dunamis_orbit::OrbitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Perturbation {
    from: OptionSet,
    to: Vec<Vec<Rational>>,
}

impl Perturbation {
    /// Moves the options of a set.
    ///
    /// # Errors
    ///
    /// [`OrbitError::OptionCount`] unless there is a vector for each; [`OrbitError::Dimension`].
    pub fn new(from: &OptionSet, to: Vec<Vec<Rational>>) -> Result<Self, OrbitError> {
        let (expected, dimension) = (from.len(), from.dimension());
        if to.len() != expected {
            return Err(OrbitError::OptionCount { expected, actual: to.len() });
        }
        match to.iter().position(|vector| vector.len() != dimension) {
            Some(option) => Err(OrbitError::Dimension { option, expected: dimension, actual: to[option].len() }),
            None => Ok(Perturbation { from: from.clone(), to }),
        }
    }

    /// How far the options move at most: $`\varepsilon = \max_c \lVert c' - c \rVert_1`$.
    pub fn size(&self) -> Rational {
        let moves = self.from.options().iter().zip(&self.to).map(|(c, moved)| distances(c, moved).sum());
        moves.max().unwrap_or_else(Rational::zero)
    }

    /// How much the probability that a subset $`A`$ (by places in $`C`$) contains an optimal option changes at most, for any reward
    /// distribution on $`[0,1]^d`$ with independent uniform entries:
    ///
    /// ```math
    /// \lvert p(A' \ge C') - p(A \ge C) \rvert \le 4 \varepsilon \sum_{a \in A} \sum_{c \in C \setminus A} \frac{1}{\lVert a - c \rVert_\infty},
    /// ```
    ///
    /// and never more than 1. The difference $`\max_A - \max_{C \setminus A}`$ of utilities moves by at most $`2\varepsilon`$, so its sign
    /// changes only where $`\lvert (a - c)^\top r \rvert \le 2\varepsilon`$ for some pair; and $`(a - c)^\top r`$ has a density of at
    /// most $`1 / \lVert a - c \rVert_\infty`$, because it has one given all entries of the reward but one. There is no constant
    /// for all sets: $`p(\{e_1\} \ge \{e_1, y\})`$ is 1 for $`y = e_1`$ and 1/2 for every other
    /// $`y = (1 - \varepsilon) e_1 + \varepsilon e_2`$.
    ///
    /// # Errors
    ///
    /// [`OrbitError::OutOfRange`] for a place that is not there.
    pub fn probability_bound(&self, subset: &[usize]) -> Result<Rational, OrbitError> {
        let size = self.from.len();
        if let Some(&number) = subset.iter().find(|&&place| place >= size) {
            return Err(OrbitError::OutOfRange { number, size });
        }
        let options = self.from.options();
        let (a, others): (Vec<usize>, Vec<usize>) = (0..size).partition(|place| subset.contains(place));
        let pairs = a.iter().flat_map(|&a| others.iter().map(move |&c| (a, c)));
        let largest = |(a, c): (usize, usize)| distances(&options[a], &options[c]).max();
        let sum: Rational = pairs.filter_map(largest).map(|distance| distance.recip()).sum();
        Ok((self.size() * Rational::from_integer(4.into()) * sum).min(Rational::one()))
    }
}

/// How probable the orbits are at most on which a preference holds for a fraction of less than $`1 - \delta`$, when it holds with
/// probability $`p`$ under a distribution of rewards that no permutation changes: $`(1 - p) / \delta`$ by Markov's inequality, and
/// never more than 1; the fraction of the orbit of a random reward has the expectation $`p`$. `None` unless
/// $`0 \le p \le 1`$ and $`0 < \delta \le 1`$.
pub fn deviating_orbits(probability: &Rational, shortfall: &Rational) -> Option<Rational> {
    let one = Rational::one();
    let valid = !probability.is_negative() && *probability <= one && shortfall.is_positive() && *shortfall <= one;
    valid.then(|| ((&one - probability) / shortfall).min(one))
}

fn distances<'a>(x: &'a [Rational], y: &'a [Rational]) -> impl Iterator<Item = Rational> + 'a {
    x.iter().zip(y).map(|(x, y)| (x - y).abs())
}
