//! All visit distribution functions of a state.
//!
//! $`\mathcal F(s) = \{f^{\pi,s} : \pi \in \Pi\}`$ over the deterministic policies `[Turner et al. 2021, Def. 3.3]`, and the
//! recurrent state distributions $`\mathrm{RSD}(s)`$, their limits as $`\gamma \to 1`$ `[Turner et al. 2021, Def. 6.10]`.
//!
//! What a policy does where it never comes does not matter, nor which of two actions with the same successors it takes. So
//! choices are made one by one, each at a state that the choices before lead to, and policies are counted only as far as
//! they matter: $`n`$ states in a row with two ways each have $`n + 1`$ policies if one of the two ends the walk, not
//! $`2^n`$. Functions are compared exactly.

use crate::exact_chain::exact_row;
use crate::visit_distribution::reached;
use crate::{SolveError, VisitDistribution};
use dunamis_mdp::{DeterministicPolicy, Rational, StateId, TransitionModel};
use std::collections::BTreeSet;

/// A row of an exact model: successors, ascending, with their probabilities.
type Row = Vec<(usize, Rational)>;

/// $`\mathcal F(s)`$: the distinct visit distribution functions of a state, each with a policy that has it.
///
/// ```
/// use dunamis_mdp::TransitionModel;
/// use dunamis_solve::VisitDistributionSet;
/// let mut builder = TransitionModel::builder();
/// let (hub, end) = (builder.state("hub")?, builder.state("end")?);
/// builder.transition(hub, "stay", hub, 1.0)?;
/// builder.transition(hub, "leave", end, 1.0)?;
/// builder.transition(end, "stay", end, 1.0)?;
/// let model = builder.build()?;
/// let set = VisitDistributionSet::new(&model, hub, VisitDistributionSet::DEFAULT_LIMIT)?;
/// assert_eq!(set.functions().len(), 2);
/// assert_eq!(set.recurrent_distributions().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct VisitDistributionSet {
    start: StateId,
    functions: Vec<VisitDistribution>,
    policies: Vec<DeterministicPolicy>,
    policy_count: usize,
}

impl VisitDistributionSet {
    /// A limit of the number of policies that suits tests and figures: seconds for models of a dozen states.
    pub const DEFAULT_LIMIT: usize = 20_000;

    /// $`\mathcal F(s)`$ of a start, in the order of enumeration (first actions first).
    ///
    /// # Errors
    ///
    /// [`SolveError::TooManyPolicies`] when more than `limit` policies differ where they go, found before any function is
    /// computed; [`SolveError::StateOutOfRange`]; [`SolveError::InexactRow`] for a reachable row that is not a distribution
    /// exactly.
    pub fn new(model: &TransitionModel, start: StateId, limit: usize) -> Result<Self, SolveError> {
        Self::enumerate(model, start, None, limit)
    }

    /// $`\mathcal F(s \mid \pi(s') = a)`$: only policies that choose the given state-action pair
    /// `[Turner et al. 2021, Def. 3.4]`.
    ///
    /// # Errors
    ///
    /// As for [`VisitDistributionSet::new`]; [`SolveError::PairOutOfRange`].
    pub fn with_choice(model: &TransitionModel, start: StateId, pair: usize, limit: usize) -> Result<Self, SolveError> {
        let pairs = model.available().len();
        if pair >= pairs {
            return Err(SolveError::PairOutOfRange { pair, pairs });
        }
        Self::enumerate(model, start, Some(pair), limit)
    }

    fn enumerate(
        model: &TransitionModel,
        start: StateId,
        fixed: Option<usize>,
        limit: usize,
    ) -> Result<Self, SolveError> {
        let states = model.states().len();
        if start.index() >= states {
            return Err(SolveError::StateOutOfRange { state: start.index(), states });
        }
        let choices = choices(model, start.index(), fixed)?;
        let partial = partial_policies(&choices, start.index(), limit)?;
        let mut seen = BTreeSet::new();
        let (mut functions, mut policies) = (Vec::new(), Vec::new());
        for policy in &partial {
            let row = |state: usize| -> &[(usize, Rational)] {
                policy[state].map_or(&[], |choice| &choices[state][choice as usize].1)
            };
            let function = VisitDistribution::of_rows(states, start.index(), row);
            if seen.insert(function.clone()) {
                functions.push(function);
                policies.push(complete(model, &choices, policy, fixed));
            }
        }
        Ok(VisitDistributionSet { start, functions, policies, policy_count: partial.len() })
    }

    /// The state from which all start.
    pub fn start(&self) -> StateId {
        self.start
    }

    /// The distinct functions.
    pub fn functions(&self) -> &[VisitDistribution] {
        &self.functions
    }

    /// For each function, the first policy that has it; where it never comes it takes the first action.
    pub fn policies(&self) -> &[DeterministicPolicy] {
        &self.policies
    }

    /// How many policies were compared: those that differ where they go, up to actions with the same successors.
    pub fn policy_count(&self) -> usize {
        self.policy_count
    }

    /// $`\mathrm{RSD}(s)`$: the distinct recurrent state distributions `[Turner et al. 2021, Def. 6.10]`, each of shape |S|,
    /// in the order of the functions.
    pub fn recurrent_distributions(&self) -> Vec<Vec<Rational>> {
        let mut seen = BTreeSet::new();
        let limits = self.functions.iter().map(VisitDistribution::recurrent_distribution);
        limits.filter(|limit| seen.insert(limit.clone())).collect()
    }
}

/// For every state that is reachable at all, the first pair of each distinct row.
fn choices(model: &TransitionModel, start: usize, fixed: Option<usize>) -> Result<Vec<Vec<(usize, Row)>>, SolveError> {
    let pairs = |state: usize| {
        let pairs = model.available().pairs(StateId::new(state));
        let fixed = fixed.filter(|pair| pairs.contains(pair));
        pairs.filter(move |&pair| fixed.is_none_or(|fixed| fixed == pair))
    };
    let states = model.states().len();
    let mut choices = vec![Vec::new(); states];
    let next = |state| pairs(state).flat_map(|pair| model.row(pair).0.iter().map(|&next| next as usize));
    for state in reached(states, start, next) {
        let mut seen = BTreeSet::new();
        for pair in pairs(state) {
            let row = exact_row(model, pair)?;
            if seen.insert(row.clone()) {
                choices[state].push((pair, row));
            }
        }
    }
    Ok(choices)
}

/// A choice for every state that is reached under the choices, and for no other.
type PartialPolicy = Vec<Option<u32>>;

fn partial_policies(
    choices: &[Vec<(usize, Row)>],
    start: usize,
    limit: usize,
) -> Result<Vec<PartialPolicy>, SolveError> {
    let mut complete = Vec::new();
    let mut open: Vec<PartialPolicy> = vec![vec![None; choices.len()]];
    while let Some(mut policy) = open.pop() {
        let successors = |state: usize| {
            let row = policy[state].map(|choice| &choices[state][choice as usize].1);
            row.into_iter().flatten().map(|&(next, _)| next)
        };
        let undecided = reached(choices.len(), start, successors).into_iter().find(|&state| policy[state].is_none());
        match undecided {
            None => complete.push(policy),
            Some(state) => {
                // The last is taken up first, so that policies come in the order of their first differing choice.
                for choice in (1..choices[state].len()).rev() {
                    let mut other = policy.clone();
                    other[state] = Some(choice as u32);
                    open.push(other);
                }
                policy[state] = Some(0);
                open.push(policy);
            }
        }
        // Every open one leads to at least one that is complete.
        if complete.len() + open.len() > limit {
            return Err(SolveError::TooManyPolicies { limit });
        }
    }
    Ok(complete)
}

fn complete(
    model: &TransitionModel,
    choices: &[Vec<(usize, Row)>],
    policy: &[Option<u32>],
    fixed: Option<usize>,
) -> DeterministicPolicy {
    let pair = |state: StateId| {
        let pairs = model.available().pairs(state);
        let pair = match policy[state.index()] {
            Some(choice) => choices[state.index()][choice as usize].0,
            None => fixed.filter(|pair| pairs.contains(pair)).unwrap_or(pairs.start),
        };
        pair as u32
    };
    DeterministicPolicy::new(model.available(), model.state_ids().map(pair).collect())
        .expect("a pair of its own for every state")
}
