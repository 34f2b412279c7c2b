//! Empowerment: how much an agent can make a difference to where it is some steps later. It is not POWER, which asks what that
//! is worth.

use crate::PowerError;
use dunamis_mdp::{Rational, StateId, TransitionModel};
use num_traits::{ToPrimitive, Zero};
use std::collections::BTreeSet;

/// $`n`$-step empowerment of a state, in bits, between true bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Empowerment {
    /// For a deterministic model, how many states can be reached in exactly $`n`$ steps: empowerment is its binary logarithm.
    pub reachable: Option<usize>,
    /// A lower bound.
    pub lower: f64,
    /// An upper bound.
    pub upper: f64,
}

/// The most distinct distributions that are compared.
const LIMIT: usize = 10_000;

/// The capacity of the channel from what an agent does for $`n`$ steps to the state it is in afterwards,
/// $`E_n(s) = \max_{p} I(A^n; S_{t+n})`$ `[Klyubin, Polani & Nehaniv 2005]`. What it does may depend on the states on the way,
/// which makes no difference in deterministic models: there it is the binary logarithm of the number of states that can be
/// reached in exactly $`n`$ steps.
///
/// The distributions over last states are found exactly. For stochastic models their capacity is enclosed by the algorithm of
/// `[Blahut 1972]`, whose bounds hold at every step; the rounding of a sum of logarithms is added.
///
/// **Complexity.** $`O(n\, \mathrm{nnz})`$ for deterministic models; for others the number of distributions may grow
/// exponentially in $`n`$.
///
/// # Errors
///
/// [`PowerError::TooManyDistributions`] when more than 10,000 distributions over last states differ.
///
/// # Panics
///
/// If there is no such state.
///
/// ```
/// use dunamis_mdp::{StateId, TransitionModel};
/// let mut builder = TransitionModel::builder();
/// let (hub, left, right) = (builder.state("hub")?, builder.state("left")?, builder.state("right")?);
/// for (from, to) in [(hub, left), (hub, right), (left, hub), (right, hub)] {
///     builder.transition(from, ["hub", "left", "right"][to.index()], to, 1.0)?;
/// }
/// let model = builder.build()?;
/// let of = |state, steps| dunamis_power::empowerment(&model, state, steps).unwrap().reachable;
/// assert_eq!([of(hub, 1), of(hub, 2), of(left, 1), of(left, 2)], [Some(2), Some(1), Some(1), Some(2)]);
/// # Ok::<(), dunamis_mdp::ModelError>(())
/// ```
pub fn empowerment(model: &TransitionModel, state: StateId, steps: u64) -> Result<Empowerment, PowerError> {
    assert!(state.index() < model.states().len(), "the state belongs to another model");
    if model.is_deterministic() {
        let mut reached = BTreeSet::from([state.index()]);
        for _ in 0..steps {
            let next = |&state: &usize| {
                let pairs = model.available().pairs(StateId::new(state));
                pairs.flat_map(|pair| model.row(pair).0).map(|&next| next as usize).collect::<Vec<_>>()
            };
            reached = reached.iter().flat_map(next).collect();
        }
        let bits = (reached.len() as f64).log2();
        return Ok(Empowerment { reachable: Some(reached.len()), lower: bits.next_down(), upper: bits.next_up() });
    }
    let mut last: Vec<BTreeSet<Vec<Rational>>> = model
        .state_ids()
        .map(|state| {
            let mut point = vec![Rational::zero(); model.states().len()];
            point[state.index()] = Rational::from_integer(1.into());
            BTreeSet::from([point])
        })
        .collect();
    for _ in 0..steps {
        last = model.state_ids().map(|state| distributions(model, state, &last)).collect::<Result<_, _>>()?;
    }
    let rows: Vec<Vec<f64>> =
        last[state.index()].iter().map(|row| row.iter().map(|p| p.to_f64().unwrap_or(0.0)).collect()).collect();
    let (lower, upper) = capacity(&rows);
    Ok(Empowerment { reachable: None, lower, upper })
}

/// All distributions over last states that one more step at the front can give.
fn distributions(
    model: &TransitionModel,
    state: StateId,
    last: &[BTreeSet<Vec<Rational>>],
) -> Result<BTreeSet<Vec<Rational>>, PowerError> {
    let mut all = BTreeSet::new();
    for pair in model.available().pairs(state) {
        let mut mixtures = BTreeSet::from([vec![Rational::zero(); model.states().len()]]);
        for (next, probability) in model.exact_row(pair) {
            let add = |mixture: &Vec<Rational>, row: &Vec<Rational>| {
                mixture.iter().zip(row).map(|(sum, x)| sum + &probability * x).collect::<Vec<_>>()
            };
            let rows = &last[next.index()];
            if mixtures.len().saturating_mul(rows.len()) > LIMIT {
                return Err(PowerError::TooManyDistributions { limit: LIMIT });
            }
            mixtures = mixtures.iter().flat_map(|mixture| rows.iter().map(move |row| add(mixture, row))).collect();
        }
        all.append(&mut mixtures);
        if all.len() > LIMIT {
            return Err(PowerError::TooManyDistributions { limit: LIMIT });
        }
    }
    Ok(all)
}

/// Bounds of the capacity of a channel, in bits; one row per input. Mass that leaks is an output of its own.
fn capacity(rows: &[Vec<f64>]) -> (f64, f64) {
    let outputs = rows.first().map_or(0, Vec::len) + 1;
    let rows: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let lost = (1.0 - row.iter().sum::<f64>()).max(0.0);
            row.iter().copied().chain([if lost > 1e-12 { lost } else { 0.0 }]).collect()
        })
        .collect();
    let mut weights = vec![1.0 / rows.len() as f64; rows.len()];
    let (mut lower, mut upper) = (0.0_f64, (rows.len() as f64).log2());
    // Every input's divergence from the mixture of all of them bounds the capacity: the mean from below, the largest from above.
    let slack = 8.0 * outputs as f64 * f64::EPSILON * (2.0 + upper);
    for _ in 0..20_000 {
        let mixture: Vec<f64> =
            (0..outputs).map(|y| rows.iter().zip(&weights).map(|(row, w)| w * row[y]).sum()).collect();
        let divergence = |row: &Vec<f64>| {
            let terms = row.iter().zip(&mixture).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * (p / q).log2());
            terms.sum::<f64>()
        };
        let divergences: Vec<f64> = rows.iter().map(divergence).collect();
        let mean: f64 = weights.iter().zip(&divergences).map(|(w, d)| w * d).sum();
        lower = lower.max(mean - slack);
        upper = upper.min(divergences.iter().fold(0.0, |a: f64, &b| a.max(b)) + slack);
        if upper - lower <= 4.0 * slack {
            break;
        }
        let scaled: Vec<f64> = weights.iter().zip(&divergences).map(|(w, d)| w * d.exp2()).collect();
        let total: f64 = scaled.iter().sum();
        weights = scaled.into_iter().map(|w| w / total).collect();
    }
    (lower.max(0.0), upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn channels_of_known_capacity() {
        let close = |(lower, upper): (f64, f64), exact: f64| {
            assert!(lower <= exact && exact <= upper && upper - lower < 1e-6, "{lower} {exact} {upper}");
        };
        close(capacity(&[vec![1.0, 0.0], vec![0.0, 1.0]]), 1.0);
        close(capacity(&[vec![0.5, 0.5, 0.0, 0.0], vec![0.0, 0.0, 0.5, 0.5], vec![0.5, 0.0, 0.5, 0.0]]), 1.0);
        close(capacity(&[vec![0.3, 0.7]]), 0.0);
        // A symmetric channel that errs one time in ten: 1 + 0.1 log 0.1 + 0.9 log 0.9.
        close(capacity(&[vec![0.9, 0.1], vec![0.1, 0.9]]), 1.0 + 0.1 * 0.1_f64.log2() + 0.9 * 0.9_f64.log2());
        // Erasures, as mass that leaks.
        close(capacity(&[vec![0.75, 0.0], vec![0.0, 0.75]]), 0.75);
    }

    proptest! {
        #[test]
        fn more_inputs_never_lower_it(rows in prop::collection::vec(prop::collection::vec(1_u32..9, 3), 2..5)) {
            let rows: Vec<Vec<f64>> = rows
                .iter()
                .map(|row| row.iter().map(|&x| f64::from(x) / f64::from(row.iter().sum::<u32>())).collect())
                .collect();
            let (some, all) = (capacity(&rows[1..]), capacity(&rows));
            prop_assert!(some.0 <= all.1 && all.0 <= all.1);
            prop_assert!(all.1 <= 3_f64.log2() + 1e-9);
        }
    }
}
