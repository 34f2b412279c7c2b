//! The orbit on which a tendency is weakest.

use crate::arrangement::{Fan, primitive};
use crate::binomial::binomial;
use crate::tendency::{MeasureSettings, Split};
use crate::utilities::common_denominator;
use crate::{BasisChoice, Choice, DecisionFunction, Extremal, Orbit, OrbitError, Tendency};
use dunamis_mdp::Rational;
use dunamis_sampling::Seed;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::num::NonZeroU64;

/// The weakest tendency over the orbits of all rewards, with rewards that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorstOrbit {
    /// The lowest fraction with $`f(B) \ge f(A)`$.
    pub weak: Witness,
    /// The lowest ratio of $`f(B) > f(A)`$ to $`f(B) < f(A)`$; `None` if no orbit was seen where the latter occurs.
    pub ratio: Option<Witness>,
    /// What the numbers are.
    pub warrant: Warrant,
}

/// A number and a reward whose orbit has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The number.
    pub value: Rational,
    /// The reward, in descending order.
    pub reward: Vec<Rational>,
    /// The tendency on its orbit.
    pub tendency: Tendency,
}

/// What is known of the numbers of a [`WorstOrbit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warrant {
    /// Exact: the best of all order types, ties included, by dynamic programming.
    OrderTypes,
    /// Exact: every cell, of whatever dimension, of the hyperplanes on which a comparison of options changes.
    Cells {
        /// How many there are.
        cells: usize,
    },
    /// Upper bounds on the true numbers: the lowest of some orbits.
    Bound {
        /// How many orbits were tried.
        tried: usize,
    },
}

impl Warrant {
    /// Whether no orbit is worse.
    pub fn is_exact(self) -> bool {
        !matches!(self, Warrant::Bound { .. })
    }
}

/// How far to look for the worst orbit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorstOrbitSettings {
    /// The most cells to enumerate.
    pub max_cells: usize,
    /// How many orbits to try where there are more.
    pub tries: usize,
    /// What to draw these with.
    pub seed: Seed,
}

impl Default for WorstOrbitSettings {
    fn default() -> Self {
        WorstOrbitSettings { max_cells: 50_000, tries: 2_000, seed: Seed::new(0) }
    }
}

/// Most coordinates of a search over order types.
const MAX_ORDER_TYPES: usize = 64;

/// Most rearrangements of one hyperplane, and most elements of an orbit that is counted for one cell.
const MAX_HYPERPLANES: u64 = 100_000;

impl WorstOrbit {
    /// Finds the orbit on which $`B`$ is favored least.
    ///
    /// Exact where $`f`$ depends on the order of utilities alone and options are basis vectors or cells are few; an upper bound
    /// otherwise, and [`warrant`](Self::warrant) says so.
    ///
    /// # Errors
    ///
    /// [`OrbitError::OrbitTooLarge`] if not even single orbits can be counted.
    pub fn find(
        choice: &Choice,
        decision: &dyn DecisionFunction,
        settings: &WorstOrbitSettings,
    ) -> Result<Self, OrbitError> {
        if let Some((rule, basis)) = decision.extremal().zip(BasisChoice::from_choice(choice))
            && let Some(worst) = over_order_types(&basis, rule)
        {
            return Ok(worst);
        }
        if decision.properties().ordinal
            && let Some(rewards) = cells(choice, decision.extremal(), settings.max_cells)
        {
            let warrant = Warrant::Cells { cells: rewards.len() };
            return worst_of(choice, decision, rewards, warrant);
        }
        search(choice, decision, settings)
    }
}

fn tendency(choice: &Choice, decision: &dyn DecisionFunction, reward: &[Rational]) -> Result<Tendency, OrbitError> {
    let settings = MeasureSettings { max_elements: MAX_HYPERPLANES, samples: 1, ..MeasureSettings::default() };
    let measured = Tendency::measure(choice, decision, &Orbit::new(reward), &settings)?;
    measured.exact().cloned().ok_or(OrbitError::OrbitTooLarge { limit: MAX_HYPERPLANES.into() })
}

fn worst_of(
    choice: &Choice,
    decision: &dyn DecisionFunction,
    rewards: Vec<Vec<Rational>>,
    warrant: Warrant,
) -> Result<WorstOrbit, OrbitError> {
    let tendencies: Vec<Tendency> =
        rewards.par_iter().map(|reward| tendency(choice, decision, reward)).collect::<Result<_, _>>()?;
    Ok(WorstOrbit::lowest(rewards.into_iter().zip(tendencies), warrant).expect("the constant reward is there"))
}

impl WorstOrbit {
    /// The first of those with the lowest numbers.
    fn lowest(orbits: impl IntoIterator<Item = (Vec<Rational>, Tendency)>, warrant: Warrant) -> Option<Self> {
        let (mut weak, mut ratio): (Option<Witness>, Option<Witness>) = (None, None);
        for (reward, tendency) in orbits {
            for (lowest, value) in [(&mut weak, Some(tendency.weak())), (&mut ratio, tendency.ratio())] {
                if let Some(value) = value
                    && lowest.as_ref().is_none_or(|lowest| value < lowest.value)
                {
                    *lowest = Some(Witness { value, reward: reward.clone(), tendency: tendency.clone() });
                }
            }
        }
        Some(WorstOrbit { weak: weak?, ratio, warrant })
    }
}

/// A reward in each cell of the hyperplanes $`\{(x - y)^\top \varphi r = 0\}`$ among the sorted rewards; `None` if there are too many.
fn cells(choice: &Choice, rule: Option<Extremal>, max_cells: usize) -> Option<Vec<Vec<Rational>>> {
    let (options, dimension) = (choice.options().options(), choice.dimension());
    let common = common_denominator(options.iter().flatten());
    let integers: Vec<Vec<BigInt>> =
        options.iter().map(|option| option.iter().map(|x| x.numer() * (&common / x.denom())).collect()).collect();
    let sum = |option: &Vec<BigInt>| option.iter().sum::<BigInt>();
    let shifts = integers.iter().any(|option| sum(option) != sum(&integers[0]));
    if dimension > 16 || (1_usize << dimension) > max_cells {
        return None;
    }
    // Where only the extreme options decide, it does not matter which of several of the same sets they are.
    let role = |x: usize| (choice.preferred().contains(&x), choice.other().contains(&x));
    let alike = |x: usize, y: usize| matches!(rule, Some(Extremal::Largest | Extremal::Smallest)) && role(x) == role(y);
    let mut shapes = BTreeSet::new();
    for (x, y) in (0..options.len()).flat_map(|x| (0..x).map(move |y| (x, y))) {
        if !alike(x, y) {
            let mut shape: Vec<BigInt> = integers[x].iter().zip(&integers[y]).map(|(a, b)| a - b).collect();
            shape.sort();
            shapes.insert(primitive(shape));
        }
    }
    let mut normals = BTreeSet::new();
    for shape in shapes {
        let orbit = Orbit::new(shape);
        orbit.size_within(&MAX_HYPERPLANES.into())?;
        // A normal vector and its opposite are one hyperplane.
        normals.extend(orbit.iter().map(|normal| {
            let leading = normal.iter().find(|entry| !entry.is_zero());
            let flip = leading.is_some_and(Signed::is_negative);
            if flip { normal.into_iter().map(|entry| -entry).collect() } else { normal }
        }));
    }
    let mut fan = Fan::of_sorted_rewards(dimension, shifts);
    for normal in &normals {
        fan.cut(normal);
        if fan.len() > max_cells {
            return None;
        }
    }
    let rational = |point: Vec<BigInt>| point.into_iter().map(Rational::from_integer).collect();
    Some(fan.interior_points(dimension).into_iter().map(rational).collect())
}

/// The exact extremes over all order types, for basis vectors.
///
/// The numbers of ways are sums over the levels of the reward, each of which depends only on its size and on the number of worse
/// entries; so the best order type with a given number of entries follows from those with fewer. The ratio is found by Dinkelbach's
/// method: a ratio is the lowest if and only if no order type has a smaller difference `[Dinkelbach 1967]`.
fn over_order_types(basis: &BasisChoice, rule: Extremal) -> Option<WorstOrbit> {
    let dimension = basis.dimension;
    if dimension > MAX_ORDER_TYPES {
        return None;
    }
    let options = basis.preferred + basis.other + basis.shared + basis.rest;
    let splits: Vec<Split> = (1..=options).map(|ties| basis.given_ties(rule, options, ties)).collect::<Option<_>>()?;
    // levels[l][k - 1]: what a level of k entries above l others contributes to the two fractions.
    let levels: Vec<Vec<Split>> = (0..dimension)
        .map(|worse| (1..=dimension - worse).map(|size| level(&splits, dimension, size, worse)).collect())
        .collect();
    let highest = |weigh: &dyn Fn(&Split) -> Rational| {
        let mut best: Vec<(Rational, usize)> = vec![(Rational::zero(), 0)];
        for entries in 1..=dimension {
            let with_top = |size: usize| (&best[entries - size].0 + weigh(&levels[entries - size][size - 1]), size);
            let top = (1..=entries).map(with_top).reduce(|a, b| if b.0 > a.0 { b } else { a }).expect("a level");
            best.push(top);
        }
        let (mut sizes, mut left) = (Vec::new(), dimension);
        while left > 0 {
            sizes.push(best[left].1);
            left -= best[left].1;
        }
        sizes
    };
    let orbit = |best_first: &[usize]| {
        let smallest = rule == Extremal::Smallest;
        let mut ascending = best_first.to_vec();
        if !smallest {
            ascending.reverse();
        }
        let entries = ascending.iter().enumerate().rev();
        let reward = entries.flat_map(|(value, &times)| vec![Rational::from_integer(value.into()); times]).collect();
        Some((reward, basis.tendency(rule, &ascending)?))
    };
    let mut orbits: Vec<(Vec<Rational>, Tendency)> = vec![orbit(&highest(&|level| level.1.clone()))?];
    while let Some(lowest) = orbits.last()?.1.ratio() {
        let next = orbit(&highest(&|level| &lowest * &level.1 - &level.0))?;
        match next.1.ratio() {
            Some(ratio) if ratio < lowest => orbits.push(next),
            _ => break,
        }
    }
    WorstOrbit::lowest(orbits, Warrant::OrderTypes)
}

/// What a level of `size` entries with `worse` ones below contributes to the fractions with $`f(B) > f(A)`$ and $`f(B) < f(A)`$: its share
/// of the choices of entries for the options, for every number of ties at the top.
fn level(splits: &[Split], dimension: usize, size: usize, worse: usize) -> Split {
    let options = splits.len();
    let (mut greater, mut less) = (Rational::zero(), Rational::zero());
    let all = BigInt::from(binomial(dimension, options));
    for ties in options.saturating_sub(worse).max(1)..=size.min(options) {
        let ways = binomial(size, ties) * binomial(worse, options - ties);
        let probability = Rational::new(ways.into(), all.clone());
        let (more, fewer) = &splits[ties - 1];
        greater += &probability * more;
        less += probability * fewer;
    }
    (greater, less)
}

/// The lowest of some orbits: of 0-1 rewards, of random rewards with ties and without, and of variants of the worst so far.
fn search(
    choice: &Choice,
    decision: &dyn DecisionFunction,
    settings: &WorstOrbitSettings,
) -> Result<WorstOrbit, OrbitError> {
    let dimension = choice.dimension();
    let integer = |value: i64| Rational::from_integer(value.into());
    let mut rng = settings.seed.derive("worst orbit").stream(0);
    let mut below = |bound: usize| rng.below(NonZeroU64::new(bound as u64).unwrap_or(NonZeroU64::MIN)) as usize;
    let sorted = |mut reward: Vec<Rational>| {
        reward.sort_by(|a, b| b.cmp(a));
        reward
    };
    let mut seen: BTreeSet<Vec<Rational>> = BTreeSet::new();
    let mut orbits: Vec<(Vec<Rational>, Tendency)> = Vec::new();
    let mut lowest: Option<WorstOrbit> = None;
    for number in 0..settings.tries.max(1) {
        let reward = match &lowest {
            _ if number <= dimension => (0..dimension).map(|j| integer(i64::from(j < number))).collect(),
            Some(lowest) if number % 2 == 0 => {
                let witness = if number % 4 == 0 { Some(&lowest.weak) } else { lowest.ratio.as_ref() };
                let mut reward = witness.unwrap_or(&lowest.weak).reward.clone();
                let (j, from) = (below(dimension), below(dimension));
                reward[j] = match below(3) {
                    0 => reward[from].clone(),
                    1 => (&reward[j] + &reward[from]) / integer(2),
                    _ => &reward[j] + Rational::new((below(9) as i64 - 4).into(), (1_i64 << below(4)).into()),
                };
                reward
            }
            _ => {
                let (values, scale) = (1 + below(2 * dimension), integer(1 << below(5)) / integer(4));
                (0..dimension).map(|_| integer(below(values + 1) as i64) * &scale).collect()
            }
        };
        let reward = sorted(reward);
        if seen.insert(reward.clone()) {
            let tendency = tendency(choice, decision, &reward)?;
            orbits.push((reward, tendency));
            let warrant = Warrant::Bound { tried: seen.len() };
            let candidates = lowest.take().into_iter().flat_map(|worst| {
                [Some(worst.weak), worst.ratio].into_iter().flatten().map(|witness| (witness.reward, witness.tendency))
            });
            lowest = WorstOrbit::lowest(candidates.chain(orbits.pop()), warrant);
        }
    }
    Ok(lowest.expect("at least one orbit was tried"))
}
