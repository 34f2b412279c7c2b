//! How often a state is visited: $`V_{s,\gamma} = \mathbb E^\pi \sum_{t \ge 1} \gamma^{t-1} \mathbb 1[s_t = s]`$ from the new
//! state on `[Krakovna & Kramár 2023, Def. 9]`.
//!
//! Let $`W^\pi(x)`$ be the discounted number of visits from $`x`$ on, counted from $`t = 0`$: the value of $`x`$ when $`s`$ pays 1
//! at every visit and all other states pay nothing. Then $`V^\pi = \sum_y T(y \mid s_{new}, \pi(s_{new}))\, W^\pi(y)`$, and one
//! policy attains the largest $`V`$ at a discount, $`V^*_{s,\gamma}`$. For a fixed policy $`V`$ is a rational function of
//! $`\gamma`$ with a power series of coefficients $`\ge 0`$; it grows without bound as $`\gamma \to 1`$ when the policy reaches
//! and revisits $`s`$ `[Krakovna & Kramár 2023, Prop. 2]`.
//!
//! Only states that can be reached from the new one and that can reach $`s`$ matter. Everything is exact.

use crate::GoalError;
use crate::restriction::Restriction;
use crate::setting::{Reached, marks};
use dunamis_mdp::{DeterministicPolicy, Discount, Mdp, Rational, Reward, StateId, TransitionModel};
use dunamis_orbit::RationalFunction;
use dunamis_orbit::{VisitBound, VisitEvidence, VisitWitness};
use dunamis_solve::{PolicyValue, Polynomial, evaluate_exact, solve_exact};
use num_traits::{One, Zero};

/// The visits to one state from a new one.
///
/// ```
/// use dunamis_goals::VisitCount;
/// use dunamis_mdp::TransitionModel;
/// let mut builder = TransitionModel::builder();
/// let (new, a, b) = (builder.state("new")?, builder.state("a")?, builder.state("b")?);
/// builder.transition(new, "go", a, 1.0)?;
/// builder.transition(a, "go", b, 1.0)?;
/// builder.transition(b, "stay", b, 1.0)?;
/// let model = builder.build()?;
/// let visits = VisitCount::new(&model, new, b)?;
/// let optimal = visits.optimum(&"2/5".parse()?)?;
/// assert_eq!(optimal.visits, "2/3".parse()?);
/// assert_eq!(visits.function(&optimal.policy)?.to_string(), "γ/(1 - γ)");
/// assert_eq!(visits.threshold()?.to_string(), "1/2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct VisitCount<'a> {
    model: &'a TransitionModel,
    new: StateId,
    state: StateId,
    /// `None` when the state cannot be visited.
    relevant: Option<Relevant>,
}

/// The part of a model that matters.
#[derive(Clone, Debug)]
pub(crate) struct Relevant {
    /// The target pays 1.
    pub(crate) mdp: Mdp,
    states: Vec<StateId>,
    pairs: Vec<usize>,
    pub(crate) new: StateId,
}

/// The most visits under a discount.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OptimalVisits {
    /// $`V^*_{s,\gamma}`$.
    pub visits: Rational,
    /// A policy that attains it.
    pub policy: DeterministicPolicy,
    /// Evidence of as many visits; `None` when there are none at all.
    pub witness: Option<VisitWitness>,
}

impl<'a> VisitCount<'a> {
    /// The visits to `state` from `new` on. $`O(\mathrm{nnz})`$.
    ///
    /// # Errors
    ///
    /// [`GoalError::StateOutOfRange`].
    pub fn new(model: &'a TransitionModel, new: StateId, state: StateId) -> Result<Self, GoalError> {
        marks(model, &[new, state])?;
        Ok(VisitCount { model, new, state, relevant: Relevant::new(model, new, state)? })
    }

    pub(crate) fn relevant(&self) -> Option<&Relevant> {
        self.relevant.as_ref()
    }

    /// $`V^\pi_{s,\gamma}`$ of a policy, exactly.
    ///
    /// # Errors
    ///
    /// [`GoalError::ForeignPolicy`], [`GoalError::Solve`] for rows that do not sum to 1.
    pub fn under(&self, policy: &DeterministicPolicy, discount: &Discount) -> Result<Rational, GoalError> {
        let Some(relevant) = &self.relevant else { return Ok(Rational::zero()) };
        let policy = relevant.restrict(self.model, policy)?;
        let value = evaluate_exact(&relevant.mdp, &policy, discount)?;
        Ok(relevant.after(policy.pairs()[relevant.new.index()] as usize, &value))
    }

    /// $`V^\pi_{s,\gamma}`$ of a policy as a function of the discount. $`O(|S|^3)`$ rational operations on what matters: meant for
    /// up to some dozens of states.
    ///
    /// # Errors
    ///
    /// As for [`VisitCount::under`].
    pub fn function(&self, policy: &DeterministicPolicy) -> Result<RationalFunction, GoalError> {
        let one = Polynomial::new(vec![Rational::one()]);
        let Some(relevant) = &self.relevant else { return Ok(RationalFunction::new(&Polynomial::default(), &one)?) };
        let policy = relevant.restrict(self.model, policy)?;
        let value = PolicyValue::new(&relevant.mdp, &policy)?;
        Ok(RationalFunction::new(&relevant.after_function(&policy, &value), value.denominator())?)
    }

    /// $`V^*_{s,\gamma}`$, exactly, by policy iteration: meant for up to a few hundred states that matter.
    ///
    /// # Errors
    ///
    /// [`GoalError::Solve`] for rows that do not sum to 1.
    pub fn optimum(&self, discount: &Discount) -> Result<OptimalVisits, GoalError> {
        let Some(relevant) = &self.relevant else {
            let starts = self.model.available().starts();
            let first = starts[..starts.len() - 1].to_vec();
            let policy = DeterministicPolicy::new(self.model.available(), first)?;
            return Ok(OptimalVisits { visits: Rational::zero(), policy, witness: None });
        };
        let solution = solve_exact(&relevant.mdp, &discount.clone().into())?;
        let available = relevant.mdp.model().available();
        let mut pairs = solution.policy;
        let (mut visits, mut first) = (Rational::zero(), available.pairs(relevant.new).start);
        for pair in available.pairs(relevant.new) {
            let after = relevant.after(pair, &solution.value);
            if after > visits {
                (visits, first) = (after, pair);
            }
        }
        // At a discount above 0 the first move is optimal at every visit to the new state.
        if !discount.exact().is_zero() {
            pairs[relevant.new.index()] = first as u32;
        }
        let bound = |state: StateId| VisitBound {
            at: relevant.mdp.model().states()[state.index()].to_owned(),
            action: relevant.action(pairs[state.index()] as usize),
            visits: solution.value[state.index()].clone(),
        };
        let bounds = relevant.mdp.model().state_ids().map(bound).filter(|bound| !bound.visits.is_zero()).collect();
        let evidence = VisitEvidence::Bounds { first: relevant.action(first), bounds };
        let witness = VisitWitness { state: self.model.states()[self.state.index()].to_owned(), evidence };
        pairs[relevant.new.index()] = first as u32;
        let policy = relevant.extend(self.model, &pairs)?;
        Ok(OptimalVisits { visits, policy, witness: Some(witness) })
    }

    /// The state whose visits are counted.
    pub fn state(&self) -> StateId {
        self.state
    }

    /// The new state.
    pub fn new_state(&self) -> StateId {
        self.new
    }
}

impl Relevant {
    fn new(model: &TransitionModel, new: StateId, state: StateId) -> Result<Option<Self>, GoalError> {
        let reached = Reached::new(model, &[new], |_| true);
        let leads = leading_to(model, state);
        let after_new = model.available().pairs(new).flat_map(|pair| model.row(pair).0.iter().copied());
        if !after_new.into_iter().any(|next| leads[next as usize]) {
            return Ok(None);
        }
        let keep = |s: StateId| s == new || reached.marks()[s.index()] && leads[s.index()];
        let Restriction { model, states, pairs } = Restriction::new(model, keep, |_| true)?;
        let place = |of: StateId| states.binary_search(&of).map(StateId::new);
        let (Ok(new), Ok(target)) = (place(new), place(state)) else { return Ok(None) };
        let reward = Reward::state(&model, model.state_ids().map(|s| f64::from(u8::from(s == target))))?;
        Ok(Some(Relevant { mdp: Mdp::new(model, reward)?, states, pairs, new }))
    }

    /// The visits after a pair.
    fn after(&self, pair: usize, value: &[Rational]) -> Rational {
        let row = self.mdp.model().exact_row(pair);
        row.into_iter().fold(Rational::zero(), |sum, (next, p)| sum + p * &value[next.index()])
    }

    /// The numerator of the visits after the policy's pair at the new state.
    pub(crate) fn after_function(&self, policy: &DeterministicPolicy, value: &PolicyValue) -> Polynomial {
        let row = self.mdp.model().exact_row(policy.pairs()[self.new.index()] as usize);
        row.into_iter()
            .fold(Polynomial::default(), |sum, (next, p)| &sum + &(&Polynomial::new(vec![p]) * value.numerator(next)))
    }

    fn action(&self, pair: usize) -> String {
        let model = self.mdp.model();
        model.actions()[model.available().action(pair).index()].to_owned()
    }

    /// The policy of the whole model on the part.
    pub(crate) fn restrict(
        &self,
        whole: &TransitionModel,
        policy: &DeterministicPolicy,
    ) -> Result<DeterministicPolicy, GoalError> {
        DeterministicPolicy::new(whole.available(), policy.pairs().to_vec()).map_err(|_| GoalError::ForeignPolicy)?;
        let place = |state: &StateId| self.pairs.binary_search(&(policy.pairs()[state.index()] as usize));
        let pairs: Result<Vec<u32>, usize> = self.states.iter().map(|state| place(state).map(|k| k as u32)).collect();
        let pairs = pairs.map_err(|_| GoalError::ForeignPolicy)?;
        Ok(DeterministicPolicy::new(self.mdp.model().available(), pairs)?)
    }

    /// A policy of the part, with first actions elsewhere.
    pub(crate) fn extend(&self, whole: &TransitionModel, pairs: &[u32]) -> Result<DeterministicPolicy, GoalError> {
        let starts = whole.available().starts();
        let mut all = starts[..starts.len() - 1].to_vec();
        for (state, &pair) in self.states.iter().zip(pairs) {
            all[state.index()] = self.pairs[pair as usize] as u32;
        }
        Ok(DeterministicPolicy::new(whole.available(), all)?)
    }
}

/// One mark for each state from which a state can be reached, in no step or more.
fn leading_to(model: &TransitionModel, state: StateId) -> Vec<bool> {
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); model.states().len()];
    for from in model.state_ids() {
        for pair in model.available().pairs(from) {
            for &next in model.row(pair).0 {
                before[next as usize].push(from.index() as u32);
            }
        }
    }
    let mut leads = vec![false; before.len()];
    leads[state.index()] = true;
    let mut front = vec![state.index()];
    while let Some(to) = front.pop() {
        for &from in &before[to] {
            if !std::mem::replace(&mut leads[from as usize], true) {
                front.push(from as usize);
            }
        }
    }
    leads
}
