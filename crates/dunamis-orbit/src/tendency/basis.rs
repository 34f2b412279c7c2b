//! Tendencies between basis vectors, in closed form.

use super::Tendency;
use crate::binomial::{binomial, falling, multinomial};
use crate::{Choice, Extremal};
use dunamis_mdp::Rational;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, Zero};

/// A choice between basis vectors, of which only numbers matter; so many that nobody could list them, if need be.
///
/// If the extreme entry of the reward among the coordinates of $`C`$ occurs $`K`$ times there, then it stands at a uniformly random
/// $`K`$-subset of them, and $`X`$ misses it with probability $`\binom{c-x}{K} / \binom cK`$, where $`c = \lvert C \rvert`$ and
/// $`x = \lvert X \rvert`$.
///
/// ```
/// use dunamis_mdp::Rational;
/// use dunamis_orbit::{BasisChoice, Extremal};
/// let living = BasisChoice { dimension: 1_000_000, preferred: 51, other: 2, shared: 0, rest: 0 };
/// let tendency = living.tendency(Extremal::Largest, &vec![1; 1_000_000]).expect("it fits");
/// assert_eq!(tendency.weak(), Rational::new(51.into(), 53.into()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasisChoice {
    /// All coordinates, of options or not.
    pub dimension: usize,
    /// Options of $`B`$ that are not in $`A`$.
    pub preferred: usize,
    /// Options of $`A`$ that are not in $`B`$.
    pub other: usize,
    /// Options of both.
    pub shared: usize,
    /// Options of $`C`$ that are in neither.
    pub rest: usize,
}

/// Fractions with $`f(B) > f(A)`$ and with $`f(B) < f(A)`$.
pub(crate) type Split = (Rational, Rational);

impl BasisChoice {
    /// Orbits of at most this many decimal digits are counted with integers.
    pub const MAX_DIGITS: u32 = 1_000;

    /// How much integer arithmetic a closed form may take, in machine words times operations.
    const MAX_WORK: u128 = 2_000_000_000;

    /// The numbers of a choice between basis vectors, or between equal positive multiples of them; `None` for others.
    pub fn from_choice(choice: &Choice) -> Option<Self> {
        let options = choice.options().options();
        let nonzero = |option: &Vec<Rational>| {
            let mut entries = option.iter().filter(|entry| !entry.is_zero());
            entries.next().filter(|_| entries.next().is_none()).cloned()
        };
        let scale = nonzero(&options[0]).filter(|scale| *scale > Rational::zero())?;
        let alike = options.iter().all(|option| nonzero(option).as_ref() == Some(&scale));
        let shared = choice.preferred().iter().filter(|x| choice.other().contains(x)).count();
        let (preferred, other) = (choice.preferred().len() - shared, choice.other().len() - shared);
        let rest = options.len() - preferred - other - shared;
        alike.then_some(BasisChoice { dimension: choice.dimension(), preferred, other, shared, rest })
    }

    /// $`c`$: the number of options, if there are at most as many as coordinates.
    fn options(&self) -> Option<usize> {
        [self.preferred, self.other, self.shared, self.rest]
            .into_iter()
            .try_fold(0, usize::checked_add)
            .filter(|&options| 0 < options && options <= self.dimension)
    }

    /// The tendency on the orbit of a reward whose distinct entries, in ascending order, occur `multiplicities` times.
    ///
    /// `None` if the numbers do not fit together, or if the fractions have so many digits that sampling is the better idea:
    /// when ties are large, and so is the number of options. $`O(d + c \log c)`$ for entries without ties.
    pub fn tendency(&self, rule: Extremal, multiplicities: &[usize]) -> Option<Tendency> {
        let options = self.options()?;
        let total = multiplicities.iter().try_fold(0_usize, |sum, &m| sum.checked_add(m))?;
        if total != self.dimension || multiplicities.contains(&0) {
            return None;
        }
        let smallest_first = rule == Extremal::Smallest;
        let by_levels = (rule != Extremal::LargestFraction).then(|| {
            let runs = multiplicities.chunk_by(|a, b| a == b);
            if smallest_first { self.by_levels(options, runs) } else { self.by_levels(options, runs.rev()) }
        });
        let (greater, less) = if let Some(split) = by_levels.flatten() {
            split
        } else {
            let mut best_first = multiplicities.to_vec();
            if !smallest_first {
                best_first.reverse();
            }
            self.by_ties(rule, options, &best_first)?
        };
        let size = multinomial(multiplicities, Some(&BigUint::from(10_u32).pow(Self::MAX_DIGITS)));
        Tendency::from_fractions(greater, less, size)
    }

    /// The fractions, level by level of the reward: of the ways $`(d)_c`$ to give entries to the options, $`(L)_m (U-m)_{c-m}`$ have a
    /// best entry of a level with $`L`$ worse entries and $`U`$ entries that are no better, but not at any of $`m`$ options.
    ///
    /// Takes the multiplicities of the entries in runs of equal ones, the best first.
    fn by_levels<'a>(&self, options: usize, runs: impl Iterator<Item = &'a [usize]> + Clone) -> Option<Split> {
        let levels = 1 + runs.clone().filter(|run| run[0] > 1).map(<[usize]>::len).sum::<usize>() as u128;
        let words = (options as u128 * 20).div_ceil(64);
        if options > 4_096 || levels * options as u128 * words * 6 > Self::MAX_WORK {
            return None;
        }
        let (mut greater, mut less) = (BigUint::zero(), BigUint::zero());
        let mut upper = self.dimension;
        for run in runs {
            if run[0] == 1 {
                // Entries without ties add up to a telescoping sum.
                let lower = upper - run.len();
                let ways = (falling(upper, options) - falling(lower, options)) / options;
                greater += &ways * self.preferred;
                less += ways * self.other;
                upper = lower;
                continue;
            }
            for &level in run {
                let lower = upper - level;
                let missing = |m: usize| falling(lower, m) * falling(upper - m, options - m);
                if upper >= options {
                    let neither = missing(self.preferred + self.other + self.shared);
                    greater += missing(self.other + self.shared) - &neither;
                    less += missing(self.preferred + self.shared) - &neither;
                }
                upper = lower;
            }
        }
        let all = BigInt::from(falling(self.dimension, options));
        Some((Rational::new(greater.into(), all.clone()), Rational::new(less.into(), all)))
    }

    /// The fractions, by the number of times that the best entry occurs among the options.
    fn by_ties(&self, rule: Extremal, options: usize, best_first: &[usize]) -> Option<Split> {
        let (mut greater, mut less) = (Rational::zero(), Rational::zero());
        for (ties, probability) in self.ties(options, best_first)? {
            let (more, fewer) = self.given_ties(rule, options, ties)?;
            greater += &probability * more;
            less += probability * fewer;
        }
        Some((greater, less))
    }

    /// How often the extreme entry occurs among the options, with probabilities.
    fn ties(&self, options: usize, best_first: &[usize]) -> Option<Vec<(usize, Rational)>> {
        if options == self.dimension {
            return Some(vec![(best_first[0], Rational::one())]);
        }
        let tied = best_first.iter().filter(|&&m| m > 1);
        let outside = self.dimension - options;
        let words = (options.min(outside) as u128 * 20).div_ceil(64);
        if tied.map(|&m| (m.min(options) + options.min(outside)) as u128).sum::<u128>() * words > Self::MAX_WORK {
            return None;
        }
        // ways[K]: choices of the entries of the options whose best one occurs K times; no choice without a tie is counted.
        let mut ways: Vec<BigUint> = vec![BigUint::zero(); options.min(best_first.iter().copied().max()?) + 1];
        let mut worse = self.dimension;
        for &level in best_first {
            worse -= level;
            if level == 1 || worse + level < options {
                continue;
            }
            let fewest = options.saturating_sub(worse).max(2);
            let most = level.min(options);
            if fewest > most {
                continue;
            }
            let (mut tied, mut others) = (binomial(level, fewest), binomial(worse, options - fewest));
            for ties in fewest..=most {
                ways[ties] += &tied * &others;
                if ties < most {
                    tied = tied * (level - ties) / (ties + 1);
                    let left = options - ties;
                    others = others * left / (worse - left + 1);
                }
            }
        }
        if ways.iter().all(Zero::is_zero) {
            return Some(vec![(1, Rational::one())]);
        }
        let all = binomial(self.dimension, options);
        ways[1] = &all - ways.iter().sum::<BigUint>();
        let all = BigInt::from(all);
        let ways = ways.into_iter().enumerate().filter(|(_, ways)| !ways.is_zero());
        Some(ways.map(|(ties, ways)| (ties, Rational::new(ways.into(), all.clone()))).collect())
    }

    /// The fractions for a given number of ties. For [`Extremal::Largest`] and [`Extremal::Smallest`] these are differences of the
    /// probabilities of missing some options, written with the smaller of two products.
    pub(crate) fn given_ties(&self, rule: Extremal, options: usize, ties: usize) -> Option<Split> {
        if rule == Extremal::LargestFraction {
            return self.fraction_given_ties(options, ties);
        }
        let both = self.preferred + self.other + self.shared;
        if ties.min(both) > 20_000 {
            return None;
        }
        // P(miss m) = (c-m)_K / (c)_K = (c-K)_m / (c)_m.
        let (denominator, misses): (BigUint, Box<dyn Fn(usize) -> BigUint>) = if ties <= both {
            (falling(options, ties), Box::new(move |m| falling(options - m, ties)))
        } else {
            let misses = move |m| falling(options - ties, m) * falling(options - m, both - m);
            (falling(options, both), Box::new(misses))
        };
        let neither = misses(both);
        let denominator = BigInt::from(denominator);
        let fraction = |missed: usize| Rational::new((misses(missed) - &neither).into(), denominator.clone());
        Some((fraction(self.other + self.shared), fraction(self.preferred + self.shared)))
    }

    /// Which of two hypergeometric numbers is larger.
    fn fraction_given_ties(&self, options: usize, ties: usize) -> Option<Split> {
        let (most_b, most_a) = (ties.min(self.preferred), ties.min(self.other));
        let words = (ties.min(options - ties) as u128 * 20).div_ceil(64) + 1;
        if (most_b as u128 + 1) * (most_a as u128 + 1) * words * ties as u128 > Self::MAX_WORK {
            return None;
        }
        let elsewhere = self.shared + self.rest;
        let row = |n: usize| -> Vec<BigUint> { (0..=ties.min(n)).map(|k| binomial(n, k)).collect() };
        let (of_b, of_a) = (row(self.preferred), row(self.other));
        let (mut greater, mut less) = (BigUint::zero(), BigUint::zero());
        for (b, a) in (0..=most_b).flat_map(|b| (0..=most_a).map(move |a| (b, a))) {
            if a == b || a + b > ties {
                continue;
            }
            let ways = &of_b[b] * &of_a[a] * binomial(elsewhere, ties - a - b);
            if b > a { greater += ways } else { less += ways }
        }
        let all = BigInt::from(binomial(options, ties));
        Some((Rational::new(greater.into(), all.clone()), Rational::new(less.into(), all)))
    }
}
