//! Visit distributions: how often play visits every state, discounted.
//!
//! ```math
//! f^{\pi,s}(\gamma) = \sum_{t \ge 0} \gamma^t (T^\pi)^t e_s = (I - \gamma T^\pi)^{-1} e_s
//! ```
//!
//! with time starting at $`t = 0`$ at $`s`$ and $`T^\pi`$ acting on columns `[Turner et al. 2021, Def. 3.3]`. For every reward
//! on states, $`V^\pi_r(s, \gamma) = f^{\pi,s}(\gamma)^\top r`$ `[Turner et al. 2021, Def. 3.5]`. Entries are at least 0 and
//! do not fall as $`\gamma`$ grows; the total is $`1/(1-\gamma)`$, less what leaks.
//!
//! **Exactly**, each entry is a rational function of $`\gamma`$, and all have one denominator that is 1 at 0: the fraction in
//! lowest terms, so that two visit distributions are the same function exactly when their polynomials are equal. Degrees are
//! at most the number of visited states `[Turner et al. 2021, Lemma E.3]`. $`O(m^3)`$ rational operations for degree $`m`$.
//!
//! **Numerically**, one linear solve for one discount, with the error that its residual proves:
//! $`\lVert (I - \gamma T^\pi)^{-1} \rVert_1 \le 1/(1 - \gamma)`$.

use crate::generating_function::generating_function;
use crate::linear::LinearSystem;
use crate::m_matrix::slack;
use crate::{ExactChain, Polynomial, SolveError, StateMeasure};
use dunamis_mdp::{Discount, MarkovChain, Rational, StateId};
use num_traits::{One, Zero};

/// The discounted visits of every state by a chain that starts at `start`, shape |S|, with an error bound
/// `[Turner et al. 2021, Def. 3.3]`. The chain is taken as the `f64` it is given in; where its rows sum to less than 1, mass
/// leaks. One sparse linear solve.
///
/// # Errors
///
/// [`SolveError::StateOutOfRange`], and [`SolveError::Factorization`] when a system of more than 256 states does not fit into
/// memory.
pub fn discounted_visits(chain: &MarkovChain, start: StateId, discount: &Discount) -> Result<StateMeasure, SolveError> {
    let states = chain.states();
    check_state(start, states)?;
    let gamma = discount.value();
    let rows = || {
        (0..states).flat_map(|state| {
            let (next, probability) = chain.row(state);
            next.iter().zip(probability).map(move |(&next, &p)| (state, next as usize, gamma * p))
        })
    };
    let mut entries: Vec<_> = (0..states).map(|state| (state, state, 1.0)).collect();
    entries.extend(rows().map(|(state, next, p)| (next, state, -p)));
    let mut right = vec![0.0; states];
    right[start.index()] = 1.0;
    let mut mass = LinearSystem { entries, right }.solve()?;
    for x in &mut mass {
        // The exact entry is not negative, so this only brings it nearer.
        *x = x.max(0.0);
    }
    let mut residual: Vec<f64> = mass.iter().map(|x| -x).collect();
    residual[start.index()] += 1.0;
    let mut magnitude: Vec<f64> = mass.clone();
    magnitude[start.index()] += 1.0;
    let mut terms = vec![2; states];
    let mut row_mass = vec![0.0; states];
    for (state, next, p) in rows() {
        residual[next] += p * mass[state];
        magnitude[next] += p * mass[state];
        terms[next] += 1;
        row_mass[state] += p;
    }
    let distance: f64 =
        residual.iter().zip(&magnitude).zip(&terms).map(|((r, size), &terms)| r.abs() + slack(terms) * size).sum();
    // Rows may exceed 1 by rounding; the inverse is as large as one over what the heaviest row leaves of 1.
    let heaviest = row_mass.iter().fold(0.0, |heaviest: f64, &mass| heaviest.max(mass));
    let left = 1.0 - heaviest * (1.0 + slack(states));
    let error = distance * (1.0 + slack(states)) / left;
    Ok(StateMeasure { mass, error: if left > 0.0 && !error.is_nan() { error } else { f64::INFINITY } })
}

fn check_state(state: StateId, states: usize) -> Result<(), SolveError> {
    if state.index() < states { Ok(()) } else { Err(SolveError::StateOutOfRange { state: state.index(), states }) }
}

/// A visit distribution as an exact function of the discount, in lowest terms: equal values are equal functions.
///
/// ```
/// use dunamis_mdp::TransitionModel;
/// use dunamis_solve::{ExactChain, VisitDistribution};
/// let mut builder = TransitionModel::builder();
/// let (tick, tock) = (builder.state("tick")?, builder.state("tock")?);
/// builder.transition(tick, "go", tock, 1.0)?;
/// builder.transition(tock, "go", tick, 1.0)?;
/// let model = builder.build()?;
/// let chain = ExactChain::new(&model, &model.uniform_policy())?;
/// let visits = VisitDistribution::new(&chain, tick)?;
/// assert_eq!(visits.numerator(tock).to_string(), "γ");
/// assert_eq!(visits.denominator().to_string(), "1 - γ^2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitDistribution {
    /// By state.
    numerators: Vec<Polynomial>,
    denominator: Polynomial,
}

impl VisitDistribution {
    /// The visit distribution of a chain that starts at `start`.
    ///
    /// # Errors
    ///
    /// [`SolveError::StateOutOfRange`].
    pub fn new(chain: &ExactChain, start: StateId) -> Result<Self, SolveError> {
        check_state(start, chain.states())?;
        Ok(Self::of_rows(chain.states(), start.index(), |state| chain.row(state)))
    }

    /// `row` is asked only about states that are reached.
    pub(crate) fn of_rows<'a>(states: usize, start: usize, row: impl Fn(usize) -> &'a [(usize, Rational)]) -> Self {
        let reached = reached(states, start, |state| row(state).iter().map(|&(next, _)| next));
        let mut position = vec![usize::MAX; states];
        for (number, &state) in reached.iter().enumerate() {
            position[state] = number;
        }
        let mut first = vec![Rational::zero(); reached.len()];
        first[0] = Rational::one();
        let sum = generating_function(first, |visits| {
            let mut next = vec![Rational::zero(); reached.len()];
            for (&state, x) in reached.iter().zip(visits).filter(|(_, x)| !x.is_zero()) {
                for (to, p) in row(state) {
                    next[position[*to]] += p * x;
                }
            }
            next
        });
        let mut numerators = vec![Polynomial::default(); states];
        for (&state, numerator) in reached.iter().zip(sum.numerators) {
            numerators[state] = numerator;
        }
        VisitDistribution { numerators, denominator: sum.denominator }
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.numerators.len()
    }

    /// The numerator of a state's entry; the zero polynomial for states that are never visited.
    ///
    /// # Panics
    ///
    /// If the state is not one of the chain.
    pub fn numerator(&self, state: StateId) -> &Polynomial {
        &self.numerators[state.index()]
    }

    /// The common denominator. It is 1 at $`\gamma = 0`$ and has no root in $`[0, 1)`$.
    pub fn denominator(&self) -> &Polynomial {
        &self.denominator
    }

    /// The exact visits of every state under a discount, shape |S|.
    pub fn at(&self, discount: &Discount) -> Vec<Rational> {
        let point = discount.exact();
        let scale = self.denominator.at(&point).recip();
        self.numerators.iter().map(|numerator| numerator.at(&point) * &scale).collect()
    }

    /// $`\lim_{\gamma \to 1} (1 - \gamma) f(\gamma)`$, the recurrent state distribution `[Turner et al. 2021, Def. 6.10]`,
    /// shape |S|; its total is 1 less the mass that leaks in the end.
    pub fn recurrent_distribution(&self) -> Vec<Rational> {
        // A stochastic matrix has no Jordan block at 1, so the pole of f at 1 is simple.
        match self.denominator.without_root_one() {
            None => vec![Rational::zero(); self.states()],
            Some(rest) => {
                let one = Rational::one();
                let scale = rest.at(&one).recip();
                self.numerators.iter().map(|numerator| numerator.at(&one) * &scale).collect()
            }
        }
    }
}

/// States that are reached from `start`, which comes first.
pub(crate) fn reached<I: Iterator<Item = usize>>(
    states: usize,
    start: usize,
    successors: impl Fn(usize) -> I,
) -> Vec<usize> {
    let mut seen = vec![false; states];
    seen[start] = true;
    let mut reached = vec![start];
    let mut head = 0;
    while head < reached.len() {
        for next in successors(reached[head]) {
            if !std::mem::replace(&mut seen[next], true) {
                reached.push(next);
            }
        }
        head += 1;
    }
    reached
}
