//! Orbits counted by visiting all permutations.

use dunamis_mdp::Rational;
use num_traits::{One, ToPrimitive, Zero};

/// How many permutations favor B, favor A, or neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) greater: u64,
    pub(crate) less: u64,
    pub(crate) equal: u64,
}

impl Count {
    /// Whether $`\ge^{n/m}_\text{most}`$ holds, and with it the fraction.
    pub(crate) fn satisfies(self, n: u64, m: u64) -> bool {
        let all = self.greater + self.less + self.equal;
        m * self.greater >= n * self.less && (n + m) * (self.greater + self.equal) >= n * all
    }
}

/// Calls `visit` with every arrangement of the entries at `places`; the others stay. Permutations are counted, so that equal
/// entries repeat an arrangement as often as every other.
pub(crate) fn each_permutation<T: Clone>(entries: &[T], places: &[usize], visit: &mut dyn FnMut(&[T])) {
    fn go<T: Clone>(entries: &mut Vec<T>, places: &[usize], from: usize, visit: &mut dyn FnMut(&[T])) {
        if from + 1 >= places.len() {
            return visit(entries);
        }
        for other in from..places.len() {
            entries.swap(places[from], places[other]);
            go(entries, places, from + 1, visit);
            entries.swap(places[from], places[other]);
        }
    }
    go(&mut entries.to_vec(), places, 0, visit);
}

/// Whole numbers that are proportional to the coordinates of all vectors, so that products with whole rewards compare alike.
pub(crate) fn scaled(sets: &[&[Vec<Rational>]]) -> Vec<Vec<Vec<i128>>> {
    let gcd = |mut x: i128, mut y: i128| {
        while y != 0 {
            (x, y) = (y, x % y);
        }
        x.abs()
    };
    let small = |x: &num_bigint::BigInt| x.to_i128().expect("a small number");
    let entries = || sets.iter().flat_map(|set| set.iter().flatten());
    let common = entries().fold(1_i128, |common, x| {
        let denominator = small(x.denom());
        common / gcd(common, denominator) * denominator
    });
    let whole = |x: &Rational| small((x * Rational::from_integer(common.into())).numer());
    sets.iter().map(|set| set.iter().map(|vector| vector.iter().map(whole).collect()).collect()).collect()
}

/// Counts the permutations of a reward at which B is optimal in C and A is not, and the other way round.
pub(crate) fn count_optimal(sets: &[Vec<Vec<i128>>], reward: &[i128], places: &[usize]) -> Count {
    let [a, b, c] = sets else { panic!("three sets") };
    let mut count = Count::default();
    each_permutation(reward, places, &mut |reward| {
        let best = |set: &[Vec<i128>]| {
            set.iter().map(|x| x.iter().zip(reward).map(|(x, r)| x * r).sum::<i128>()).max().expect("an option")
        };
        let top = best(c);
        match (best(b) == top, best(a) == top) {
            (true, false) => count.greater += 1,
            (false, true) => count.less += 1,
            _ => count.equal += 1,
        }
    });
    count
}

/// A rational from two small numbers.
pub(crate) fn ratio(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator.into(), denominator.into())
}

/// A vector that averages some basis vectors.
pub(crate) fn average(dimension: usize, states: &[usize]) -> Vec<Rational> {
    let mut vector = vec![Rational::zero(); dimension];
    for &state in states {
        vector[state] += Rational::one() / Rational::from_integer(states.len().into());
    }
    vector
}
