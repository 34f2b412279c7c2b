//! The goals that are compatible with training, $`G_T`$ `[Krakovna & Kramár 2023, Def. 6]`.
//!
//! A goal $`\theta`$ is compatible when, under it, every observed action is optimal where it was observed:
//!
//! ```math
//! G_T = \{\theta : Q^*_\theta(s, a) \ge Q^*_\theta(s, b) + \varepsilon \text{ for every observed } (s, a) \text{ and every other } b\} .
//! ```
//!
//! What this set is depends on where the observed behavior and deviations from it lead:
//!
//! | behavior | deviations | set |
//! |---|---|---|
//! | stays where it was observed | stay too | a cone with one row for each deviation `[Ng & Russell 2000, Thm 3]` |
//! | stays where it was observed | lead to states where anything may be done | still a convex cone: a row for each deviation *and* each way to go on |
//! | leads to states where anything may be done | | a union of cones, one for each way to go on |
//!
//! "Optimal" may be read in two ways: with all actions counted, or [within training](Reading::WithinTraining), where only actions
//! that stay among the states of training count. In the first reading states outside of training matter to the goals that are
//! compatible as soon as *any* action leads there, even one that was never taken.

use crate::approximate_losses::ApproximateLosses;
use crate::deciding_states::DecidingStates;
use crate::{GoalBounds, GoalError, GoalRow, Training};
use dunamis_mdp::{Discount, Rational, RewardKind, StateId, TransitionModel};
use dunamis_solve::{ConstraintRelation, RewardPolyhedron};
use num_traits::{Signed, Zero};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which actions an optimal one is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// All that are available, wherever they lead.
    #[default]
    AllActions,
    /// Those that stay among the states of training.
    WithinTraining,
}

/// What kind of set the compatible goals are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A polyhedron, of which [`GoalSet::rows`] has all rows.
    Polyhedron,
    /// A polyhedron with too many rows to list: [`GoalSet::violated`] finds those that a goal violates.
    Implicit,
    /// A union of polyhedra, which need not be convex: membership can be decided, nothing more.
    Union,
}

/// What else is asked of compatible goals.
#[derive(Clone, Debug, PartialEq)]
pub struct GoalSettings {
    /// What optimal means.
    pub reading: Reading,
    /// By how much observed actions must be better than others, $`\varepsilon`$. A negative one describes training that stopped
    /// short of optimality: no single deviation gains more than $`-\varepsilon`$, so that what was observed loses at most
    /// $`-\varepsilon/(1-\gamma)`$ `[Kakade & Langford 2002, Lemma 6.1]`.
    pub margin: Rational,
    /// Bounds on rewards; $`[0, 1]^d`$ if none are given.
    pub bounds: Option<GoalBounds>,
}

impl Default for GoalSettings {
    fn default() -> Self {
        GoalSettings { reading: Reading::default(), margin: Rational::zero(), bounds: None }
    }
}

/// The goals that are compatible with training: see the module's description.
///
/// ```
/// use dunamis_goals::{GoalSet, GoalSettings, Training};
/// use dunamis_mdp::{Discount, Rational, TransitionModel};
/// let mut builder = TransitionModel::builder();
/// let (home, away) = (builder.state("home")?, builder.state("away")?);
/// builder.transition(home, "stay", home, 1.0)?;
/// builder.transition(home, "leave", away, 1.0)?;
/// builder.transition(away, "stay", away, 1.0)?;
/// let training = Training::new(builder.build()?, &[home, away], &[1, 2])?;
/// let goals = GoalSet::new(training, &Discount::new(0.5)?, GoalSettings::default())?;
/// let goal = |home: i64, away: i64| [home, away].map(|r| Rational::new(r.into(), 4.into()));
/// assert!(goals.contains(&goal(1, 3))? && !goals.contains(&goal(3, 1))? && !goals.contains(&goal(1, 5))?);
/// assert_eq!(goals.rows().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct GoalSet {
    training: Training,
    discount: Discount,
    reading: Reading,
    margin: Rational,
    bounds: GoalBounds,
    form: Form,
    core: Option<DecidingStates>,
    rows: Vec<GoalRow>,
}

impl GoalSet {
    /// The goals compatible with training under a discount. $`O(n^3)`$ rational operations for $`n`$ states that decide, and for
    /// each way to go on that is listed.
    ///
    /// # Errors
    ///
    /// [`GoalError::LeavesTraining`] where an action leaves training that is read to stay there, [`GoalError::Dimension`] and
    /// [`GoalError::EmptyBounds`] for bounds, [`GoalError::Solve`] for rows that do not sum to exactly 1.
    pub fn new(training: Training, discount: &Discount, settings: GoalSettings) -> Result<Self, GoalError> {
        let dimension = training.model().states().len();
        let bounds = settings.bounds.unwrap_or_else(|| GoalBounds::unit(dimension));
        bounds.check(dimension)?;
        let core = DecidingStates::new(&training, settings.reading)?;
        let mut set = GoalSet {
            training,
            discount: discount.clone(),
            reading: settings.reading,
            margin: settings.margin,
            bounds,
            form: Form::Polyhedron,
            core,
            rows: Vec::new(),
        };
        if let Some(core) = &set.core {
            set.form = core.form();
            if set.form == Form::Polyhedron {
                let mut rows = BTreeSet::new();
                for support in core.completions() {
                    rows.extend(set.rows_of(core, &support)?);
                }
                set.rows = rows.into_iter().collect();
            }
        }
        Ok(set)
    }

    /// What the goals are compatible with.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// The model, whose states have the rewards.
    pub fn model(&self) -> &Arc<TransitionModel> {
        self.training.model()
    }

    /// Number of rewards, |S|.
    pub fn dimension(&self) -> usize {
        self.model().states().len()
    }

    /// The discount.
    pub fn discount(&self) -> &Discount {
        &self.discount
    }

    /// What optimal means.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// By how much observed actions are better.
    pub fn margin(&self) -> &Rational {
        &self.margin
    }

    /// The bounds on rewards.
    pub fn bounds(&self) -> &GoalBounds {
        &self.bounds
    }

    /// What kind of set it is.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The rows of a [`Form::Polyhedron`], distinct and in the order of pairs; none for other forms. Rows of a redundant deviation
    /// are listed as well.
    pub fn rows(&self) -> &[GoalRow] {
        &self.rows
    }

    /// The states whose rewards decide about compatibility, ascending: permuting others does not.
    pub fn deciding(&self) -> Vec<StateId> {
        self.core.as_ref().map(|core| core.part.states.clone()).unwrap_or_default()
    }

    /// The part of the model that decides, with the states and pairs of the whole model behind its own.
    pub(crate) fn deciding_part(&self) -> Option<(&TransitionModel, &[StateId], &[usize])> {
        self.core.as_ref().map(|core| (core.part.model.as_ref(), &core.part.states[..], &core.part.pairs[..]))
    }

    /// What every pair of an observed state is worth, when play follows the observations wherever there are any and is optimal
    /// elsewhere. Pairs outside of the [reading](Reading) are left out. Exact.
    ///
    /// # Errors
    ///
    /// [`GoalError::Dimension`], [`GoalError::Solve`].
    pub fn worths(&self, goal: &[Rational]) -> Result<Vec<(usize, Rational)>, GoalError> {
        Ok(self.compared(goal)?.into_iter().map(|(pair, _, worth)| (pair, worth)).collect())
    }

    /// By how much every pair of an observed state is worth less than what was observed there, as [`GoalSet::worths`] has it;
    /// negative for pairs that are worth more. Exact.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn losses(&self, goal: &[Rational]) -> Result<Vec<(usize, Rational)>, GoalError> {
        Ok(self.compared(goal)?.into_iter().map(|(pair, own, worth)| (pair, own - worth)).collect())
    }

    /// Pairs with the value of their state and what they are worth.
    fn compared(&self, goal: &[Rational]) -> Result<Vec<(usize, Rational, Rational)>, GoalError> {
        let (expected, actual) = (self.dimension(), goal.len());
        if expected != actual {
            return Err(GoalError::Dimension { expected, actual });
        }
        let Some(core) = &self.core else { return Ok(Vec::new()) };
        let own = core.own(goal);
        let value = core.solve(&own, &self.discount)?.value;
        let (model, gamma) = (&core.part.model, self.discount.exact());
        let mut compared = Vec::new();
        for (pair, &whole) in core.part.pairs.iter().enumerate() {
            let state = model.available().state(pair).index();
            if core.observed[state] {
                let later: Rational = model.exact_row(pair).iter().map(|(next, p)| p * &value[next.index()]).sum();
                compared.push((whole, value[state].clone(), &own[state] + &gamma * later));
            }
        }
        Ok(compared)
    }

    /// What decides in doubles, where it is clear; `None` where nothing was observed or equality is asked.
    pub(crate) fn approximate_losses(&self) -> Option<ApproximateLosses> {
        let core = self.core.as_ref()?;
        let available = core.part.model.available();
        let observed = |state: usize| available.pairs(StateId::new(state)).filter(|&pair| core.supported[pair]).count();
        let unique = (0..core.observed.len()).all(|state| observed(state) <= 1);
        let open = |pair: &usize| core.observed[available.state(*pair).index()] && !core.supported[*pair];
        let deviations = (0..available.len()).filter(open).collect();
        let parts = (core.part.clone(), Arc::clone(&core.faithful.model));
        unique.then(|| ApproximateLosses::new(parts, deviations, &self.discount, &self.margin))
    }

    /// Whether a goal is compatible with training and keeps to its bounds. Exact; one exact solution of the part of the model that
    /// decides, where no deviation pays exactly when no single one does.
    ///
    /// # Errors
    ///
    /// As for [`GoalSet::losses`].
    pub fn contains(&self, goal: &[Rational]) -> Result<bool, GoalError> {
        Ok(self.is_compatible(goal)? && self.bounds.admits(goal))
    }

    /// The same whatever the bounds.
    pub(crate) fn is_compatible(&self, goal: &[Rational]) -> Result<bool, GoalError> {
        let holds = |(pair, loss): &(usize, Rational)| {
            if self.training.observed()[*pair] { loss.is_zero() } else { *loss >= self.margin }
        };
        Ok(self.losses(goal)?.iter().all(holds))
    }

    /// Rows that a goal violates, most of all first; none exactly when it is compatible (bounds apart). For every form but
    /// [`Form::Union`].
    ///
    /// # Errors
    ///
    /// As for [`GoalSet::losses`]; [`GoalError::NotConvex`] for a union.
    pub fn violated(&self, goal: &[Rational]) -> Result<Vec<GoalRow>, GoalError> {
        let rows = match self.form {
            Form::Union => return Err(GoalError::NotConvex),
            Form::Implicit => self.binding(goal)?,
            Form::Polyhedron => self.rows.clone(),
        };
        let violates = |row: &GoalRow| {
            let slack = row.slack(goal);
            let amount = if row.equality { slack.abs() } else { -slack };
            amount.is_positive().then_some(amount)
        };
        let mut violated: Vec<(Rational, GoalRow)> =
            rows.into_iter().filter_map(|row| violates(&row).map(|amount| (amount, row))).collect();
        violated.sort_by(|a, b| b.0.cmp(&a.0));
        Ok(violated.into_iter().map(|(_, row)| row).collect())
    }

    /// Rows of the best way to go on under a goal where nothing was observed: a goal that satisfies them strictly is compatible.
    pub(crate) fn binding(&self, goal: &[Rational]) -> Result<Vec<GoalRow>, GoalError> {
        match &self.core {
            Some(core) => self.rows_of(core, &core.completion(goal, &self.discount)?),
            None => Ok(Vec::new()),
        }
    }

    /// The rows of observed states when play goes on by `support` elsewhere.
    fn rows_of(&self, core: &DecidingStates, support: &[bool]) -> Result<Vec<GoalRow>, GoalError> {
        let model = &core.part.model;
        let polyhedron = RewardPolyhedron::of_support(model, support, &self.discount, RewardKind::State)?;
        let mut rows = Vec::new();
        for constraint in polyhedron.constraints() {
            let state = core.part.states[model.available().state(constraint.pair).index()];
            let pair = core.part.pairs[constraint.pair];
            if !self.training.is_observed(state) {
                continue;
            }
            let equality = constraint.relation == ConstraintRelation::Zero;
            let bound = if equality { Rational::zero() } else { self.margin.clone() };
            if constraint.coefficients.iter().all(Zero::is_zero) && !bound.is_positive() {
                continue;
            }
            let mut coefficients = vec![Rational::zero(); self.dimension()];
            for (state, x) in core.part.states.iter().zip(&constraint.coefficients) {
                coefficients[state.index()] = x.clone();
            }
            rows.push(GoalRow { pair, coefficients, bound, equality });
        }
        Ok(rows)
    }
}
