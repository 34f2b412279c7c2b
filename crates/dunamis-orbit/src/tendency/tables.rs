//! Tendencies by counting contingency tables.

use super::Tendency;
use super::scaled::{Scaled, Width};
use crate::binomial::{falling, multinomial};
use crate::decision::Comparator;
use crate::utilities::Numbers;
use crate::{BasisChoice, Choice, DecisionFunction, Orbit, OrbitError, Utilities};
use dunamis_mdp::Rational;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive, Zero};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Coordinates that may change places without changing the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Class {
    coordinates: Vec<usize>,
    /// Whether no option sees these coordinates.
    invisible: bool,
}

/// Exchangeable coordinates: those whose columns over all options are equal; and, where the decision function sees nothing but the
/// utilities, those whose transposition maps $`A`$, $`B`$ and $`C`$ to themselves. The invisible ones come last.
fn classes(choice: &Choice, scaled: &Scaled, symmetric: bool) -> Vec<Class> {
    let mut by_column: BTreeMap<Vec<&BigInt>, Vec<usize>> = BTreeMap::new();
    for j in 0..choice.dimension() {
        by_column.entry(scaled.options.iter().map(|option| &option[j]).collect()).or_default().push(j);
    }
    let mut classes: Vec<Class> = Vec::new();
    let mut single = Vec::new();
    let mut invisible = None;
    for (column, coordinates) in by_column {
        if column.iter().all(|entry| entry.is_zero()) {
            invisible = Some(Class { coordinates, invisible: true });
        } else if coordinates.len() == 1 && symmetric {
            single.push(coordinates[0]);
        } else {
            classes.push(Class { coordinates, invisible: false });
        }
    }
    // Transpositions that preserve sets are an equivalence relation; coordinates with an equal column elsewhere are in no other class.
    let mut role = vec![0_u8; scaled.options.len()];
    choice.preferred().iter().for_each(|&x| role[x] += 1);
    choice.other().iter().for_each(|&x| role[x] += 2);
    let known: BTreeMap<&Vec<BigInt>, u8> = scaled.options.iter().zip(role.iter().copied()).collect();
    let exchangeable = |i: usize, j: usize| {
        scaled.options.iter().zip(&role).all(|(option, role)| {
            let mut image = option.clone();
            image.swap(i, j);
            known.get(&image) == Some(role)
        })
    };
    let mut merged: Vec<Class> = Vec::new();
    for j in single {
        match merged.iter_mut().find(|class| exchangeable(class.coordinates[0], j)) {
            Some(class) => class.coordinates.push(j),
            None => merged.push(Class { coordinates: vec![j], invisible: false }),
        }
    }
    classes.extend(merged);
    classes.extend(invisible);
    classes
}

/// A table that is partly filled: which values went to the coordinates before.
#[derive(Clone)]
struct Partial {
    class: usize,
    value: usize,
    /// How many coordinates of the class have a value.
    filled: usize,
    /// How often each value is left.
    left: Vec<usize>,
    /// In how many ways it can be filled so, with every entry of the reward told apart.
    ways: BigUint,
    utilities: Vec<BigInt>,
}

/// In how many ways $`f(B)`$ is greater than, and less than, $`f(A)`$.
type Ways = (BigUint, BigUint);

struct Tables<'a> {
    classes: Vec<Class>,
    scaled: &'a Scaled,
    comparator: Comparator<'a>,
}

impl Tables<'_> {
    /// The classes that options see.
    fn visible(&self) -> usize {
        self.classes.iter().filter(|class| !class.invisible).count()
    }

    /// The tables with one more entry: how often the next value occurs in the present class.
    fn entries(&self, partial: &Partial) -> Vec<Partial> {
        let coordinates = &self.classes[partial.class].coordinates;
        let free = coordinates.len() - partial.filled;
        let available = partial.left[partial.value];
        let later: usize = partial.left[partial.value + 1..].iter().sum();
        let mut next = Partial { value: partial.value + 1, ..partial.clone() };
        let mut list = Vec::new();
        for times in 0..=free.min(available) {
            if times > 0 {
                // The value takes one more coordinate of those that are free, and one more of its own copies.
                next.ways = next.ways * (free - times + 1) / times * (available - times + 1);
                next.left[partial.value] -= 1;
                let coordinate = coordinates[next.filled];
                next.filled += 1;
                for (utility, option) in next.utilities.iter_mut().zip(&self.scaled.options) {
                    *utility += &option[coordinate] * &self.scaled.values[partial.value];
                }
            }
            match free - times {
                0 => list.push(Partial { class: partial.class + 1, value: 0, filled: 0, ..next.clone() }),
                missing if missing <= later => list.push(next.clone()),
                _ => {}
            }
        }
        list
    }

    fn count(&self, partial: Partial) -> Ways {
        let (mut greater, mut less) = (BigUint::zero(), BigUint::zero());
        let mut stack = vec![partial];
        let visible = self.visible();
        while let Some(partial) = stack.pop() {
            if partial.class < visible {
                stack.extend(self.entries(&partial));
                continue;
            }
            let numbers = match self.scaled.width() {
                Width::Large => Numbers::Large(partial.utilities),
                _ => Numbers::Double(partial.utilities.iter().map(|u| u.to_i128().expect("bounded")).collect()),
            };
            match (self.comparator)(&Utilities { numbers, unit: self.scaled.unit.clone() }) {
                Ordering::Greater => greater += partial.ways,
                Ordering::Less => less += partial.ways,
                Ordering::Equal => {}
            }
        }
        (greater, less)
    }

    /// How many tables there are at most.
    fn estimate(&self, values: usize) -> f64 {
        let compositions = |size: usize| -> f64 {
            let (n, k) = (size + values - 1, size.min(values - 1));
            (1..=k).map(|i| (n - k + i) as f64 / i as f64).product()
        };
        self.classes
            .iter()
            .filter(|class| !class.invisible)
            .map(|class| compositions(class.coordinates.len()))
            .product()
    }
}

impl Tendency {
    /// The most tables that are counted.
    pub const MAX_TABLES: f64 = 5e6;

    /// Counts, instead of the elements of an orbit, the contingency tables that say how often each value of the reward occurs in
    /// each class of exchangeable coordinates, at any number of coordinates.
    ///
    /// Two coordinates are exchangeable if their columns over all options are equal; for a decision function that is jointly
    /// invariant, also if their transposition maps $`A`$, $`B`$ and $`C`$ to themselves. `None` if there may be more than
    /// [`MAX_TABLES`](Self::MAX_TABLES).
    ///
    /// # Errors
    ///
    /// [`OrbitError::RewardDimension`].
    pub fn count_tables(
        choice: &Choice,
        decision: &dyn DecisionFunction,
        orbit: &Orbit,
    ) -> Result<Option<Self>, OrbitError> {
        Tendency::count_tables_within(choice, decision, orbit, Tendency::MAX_TABLES)
    }

    /// The same for at most `limit` tables.
    pub(super) fn count_tables_within(
        choice: &Choice,
        decision: &dyn DecisionFunction,
        orbit: &Orbit,
        limit: f64,
    ) -> Result<Option<Self>, OrbitError> {
        choice.check_dimension(orbit.dimension())?;
        let scaled = Scaled::new(choice, orbit);
        let tables = Tables {
            classes: classes(choice, &scaled, decision.properties().jointly_invariant),
            scaled: &scaled,
            comparator: decision.comparator(choice, &scaled.unit),
        };
        if tables.estimate(scaled.values.len()) > limit {
            return Ok(None);
        }
        let visible = tables.visible();
        let mut partials = vec![Partial {
            class: 0,
            value: 0,
            filled: 0,
            left: orbit.multiplicities().to_vec(),
            ways: BigUint::one(),
            utilities: vec![BigInt::zero(); scaled.options.len()],
        }];
        while partials.len() < 256 && partials.iter().any(|partial| partial.class < visible) {
            let more = |partial: &Partial| {
                if partial.class < visible { tables.entries(partial) } else { vec![partial.clone()] }
            };
            partials = partials.iter().flat_map(more).collect();
        }
        let (greater, less) = partials
            .into_par_iter()
            .map(|partial| tables.count(partial))
            .reduce(Ways::default, |a, b| (a.0 + b.0, a.1 + b.1));
        // Ways to give entries, told apart, to the coordinates that options see.
        let seen = tables.classes[..visible].iter().map(|class| class.coordinates.len()).sum();
        let all = BigInt::from(falling(orbit.dimension(), seen));
        let fraction = |ways: BigUint| Rational::new(ways.into(), all.clone());
        let limit = BigUint::from(10_u32).pow(BasisChoice::MAX_DIGITS);
        let size = multinomial(orbit.multiplicities(), Some(&limit));
        Ok(Tendency::from_fractions(fraction(greater), fraction(less), size))
    }
}
