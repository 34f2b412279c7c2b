//! Solutions for average and total reward, by exact optimality equations.

use super::{EXACT_STATES, Proved, Rows, Verification, VerifyError, check_bounds};
use crate::{Sensitivity, Solution, rounding, solve_sensitive};
use dunamis_mdp::{Mdp, ModelError, Number, Rational, Reward, TransitionModel};
use num_traits::{One, Signed, Zero};

/// Gain $`g`$, bias $`h`$ and one more vector $`y`$ that solve the optimality equations.
struct Witness {
    gain: Vec<Rational>,
    bias: Vec<Rational>,
    next: Vec<Rational>,
    /// Chosen pairs.
    policy: Vec<usize>,
}

impl Witness {
    fn propose(mdp: &Mdp, sensitivity: Sensitivity) -> Result<Self, VerifyError> {
        let solution = solve_sensitive(mdp, sensitivity)?;
        let mut terms = solution.expansion.terms.into_iter();
        let states = mdp.model().states().len();
        let mut term = || terms.next().unwrap_or_else(|| vec![Rational::zero(); states]);
        let (bias, next) = (term(), term());
        let policy = solution.policy.pairs().iter().map(|&pair| pair as usize).collect();
        Ok(Witness { gain: solution.expansion.gain, bias, next, policy })
    }

    /// Whether the gain is the optimal gain: proved by the policy from below and by all actions from above.
    fn proves_gain(&self, rows: &Rows<'_>) -> bool {
        let Witness { gain, bias, policy, .. } = self;
        (0..rows.states()).all(|state| {
            let slack = |pair: usize| {
                let moved = rows.expected(pair, gain);
                let worth = rows.reward(state, pair) + rows.expected(pair, bias);
                (&gain[state] - moved, &gain[state] + &bias[state] - worth)
            };
            let own = slack(policy[state]);
            own.0.is_zero()
                && own.1.is_zero()
                && rows
                    .pairs(state)
                    .map(slack)
                    .all(|(first, second)| first.is_positive() || (first.is_zero() && !second.is_negative()))
        })
    }

    /// Whether no policy has a limit of expected sums above the bias, given that the optimal gain is 0.
    fn bounds_total(&self, rows: &Rows<'_>) -> bool {
        let Witness { bias, next, .. } = self;
        (0..rows.states()).all(|state| {
            rows.pairs(state).all(|pair| {
                let slack = &bias[state] - rows.reward(state, pair) - rows.expected(pair, bias);
                let conserves = || &bias[state] + &next[state] >= rows.expected(pair, next);
                slack.is_positive() || (slack.is_zero() && conserves())
            })
        })
    }

    /// Whether the bias is 0 at the recurrent states of the policy, so that its sums tend to the bias.
    fn is_attained(&self, rows: &Rows<'_>) -> bool {
        let reach: Vec<Vec<bool>> = (0..rows.states()).map(|state| self.reached(rows, state)).collect();
        let leaks = |state: usize| !rows.mass(self.policy[state]).is_one();
        let is_recurrent = |state: usize| {
            let after = |other: usize| !reach[state][other] || (reach[other][state] && !leaks(other));
            (0..rows.states()).all(after)
        };
        (0..rows.states()).all(|state| self.bias[state].is_zero() || !is_recurrent(state))
    }

    fn reached(&self, rows: &Rows<'_>, start: usize) -> Vec<bool> {
        let mut seen = vec![false; rows.states()];
        seen[start] = true;
        let mut open = vec![start];
        while let Some(state) = open.pop() {
            for (next, _) in rows.row(self.policy[state]) {
                if !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        seen
    }
}

fn check_size(rows: &Rows<'_>) -> Result<(), VerifyError> {
    if rows.states() > EXACT_STATES {
        return Err(VerifyError::Uncovered { what: "an undiscounted criterion on a model of this size" });
    }
    Ok(())
}

fn unproved() -> VerifyError {
    VerifyError::Uncovered { what: "this model" }
}

pub(super) fn verify_average(rows: &Rows<'_>, solution: &Solution) -> Result<Verification, VerifyError> {
    check_size(rows)?;
    let witness = Witness::propose(rows.mdp, Sensitivity::Average)?;
    if !witness.proves_gain(rows) {
        return Err(unproved());
    }
    let proved = Proved::exactly(witness.gain);
    check_bounds(rows, solution, &proved)?;
    let gain = &proved.lower;
    check_marks(rows, solution, |state, pair| &gain[state] - rows.expected(pair, gain))?;
    // The worst policy among the marks is the best one for the opposite reward.
    let marked = opposite(rows, &solution.optimal).map_err(|_| unproved())?;
    let worst = Witness::propose(&marked, Sensitivity::Average)?;
    if !worst.proves_gain(&Rows::new(&marked)) {
        return Err(unproved());
    }
    Ok(proved.verification(largest_sum(gain, &worst.gain)))
}

pub(super) fn verify_total(rows: &Rows<'_>, solution: &Solution) -> Result<Verification, VerifyError> {
    check_size(rows)?;
    let witness = Witness::propose(rows.mdp, Sensitivity::Bias)?;
    if !witness.proves_gain(rows) {
        return Err(unproved());
    }
    if !witness.gain.iter().all(Zero::is_zero) {
        return Err(VerifyError::Uncovered { what: "total reward where the optimal gain is not 0 everywhere" });
    }
    if !witness.bounds_total(rows) || !witness.is_attained(rows) {
        return Err(unproved());
    }
    let proved = Proved::exactly(witness.bias);
    check_bounds(rows, solution, &proved)?;
    let total = &proved.lower;
    check_marks(rows, solution, |state, pair| &total[state] - rows.reward(state, pair) - rows.expected(pair, total))?;
    let marked = opposite(rows, &solution.optimal).map_err(|_| unproved())?;
    let worst = Witness::propose(&marked, Sensitivity::Bias)?;
    if !worst.proves_gain(&Rows::new(&marked)) {
        return Err(unproved());
    }
    // A policy that loses at every step on average loses without bound.
    let stays = worst.gain.iter().all(Zero::is_zero) && worst.bounds_total(&Rows::new(&marked));
    Ok(proved.verification(if stays { largest_sum(total, &worst.bias) } else { f64::INFINITY }))
}

/// Largest sum of entries, rounded upwards.
fn largest_sum(x: &[Rational], y: &[Rational]) -> f64 {
    x.iter().zip(y).map(|(x, y)| rounding::above(&(x + y))).fold(0.0, f64::max)
}

/// Refuses marked actions that lose more than twice the tolerance.
fn check_marks(
    rows: &Rows<'_>,
    solution: &Solution,
    loss: impl Fn(usize, usize) -> Rational,
) -> Result<(), VerifyError> {
    let allowed = Rational::from_float(2.0 * solution.tie_tolerance).unwrap_or_else(Rational::zero);
    for state in 0..rows.states() {
        for pair in rows.pairs(state).filter(|&pair| solution.optimal[pair]) {
            let loss = loss(state, pair);
            if loss > allowed {
                let loss = rounding::below(&loss);
                return Err(VerifyError::FalseAction { state: rows.state(state), action: rows.action(pair), loss });
            }
        }
    }
    Ok(())
}

/// The MDP of the marked pairs with the opposite reward.
fn opposite(rows: &Rows<'_>, marks: &[bool]) -> Result<Mdp, ModelError> {
    let model = rows.mdp.model();
    let number = |x: Rational| Number::from_rational(x).unwrap_or(Number::from(f64::NAN));
    let mut builder = TransitionModel::builder();
    for name in model.states().iter() {
        builder.state(name)?;
    }
    for state in model.state_ids() {
        for pair in rows.pairs(state.index()).filter(|&pair| marks[pair]) {
            let action = &model.actions()[model.available().action(pair).index()];
            for (next, p) in model.exact_row(pair) {
                builder.transition(state, action, next, number(p))?;
            }
            let leak = model.exact_leak(pair);
            if !leak.is_zero() {
                builder.leak(state, action, number(leak))?;
            }
        }
    }
    let marked = builder.build()?;
    let mut reward = vec![Number::from(0.0); marked.available().len()];
    for state in model.state_ids() {
        for pair in marked.available().pairs(state) {
            let action = model.action(&marked.actions()[marked.available().action(pair).index()])?;
            if let Some(own) = model.available().find(state, action) {
                reward[pair] = number(-rows.reward(state.index(), own));
            }
        }
    }
    let reward = Reward::state_action(&marked, reward)?;
    Mdp::new(marked, reward)
}
