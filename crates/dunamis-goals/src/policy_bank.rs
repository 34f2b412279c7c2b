//! Policies drawn from a kind of agent.

use crate::{Behavior, GoalError, Rationality, Trajectory};
use dunamis_mdp::{Discount, StateId, StochasticPolicy, TransitionModel};
use dunamis_power::{Observer, PowerError};
use dunamis_sampling::{Seed, StreamRng};
use dunamis_solve::{BatchSolver, BatchWorkspace, LANES, Lanes, PolicyEvaluation, TileSolution};
use rayon::prelude::*;
use std::sync::Arc;

/// Where policies are from.
#[derive(Clone, Debug)]
pub struct Policies<'a> {
    behavior: &'a Behavior,
    discount: Discount,
    rationality: Rationality,
    solver: BatchSolver,
}

/// Scratch space for a tile of policies.
struct Tile {
    /// Lanes × goals of a policy × |S|.
    goals: Vec<Vec<Vec<f64>>>,
    columns: Vec<Lanes>,
    solution: TileSolution,
    workspace: BatchWorkspace,
    values: Vec<f64>,
}

/// Tiles between two reports of progress.
const WAVE: u64 = 64;

impl<'a> Policies<'a> {
    /// The policies of a kind of agent on a model.
    ///
    /// # Errors
    ///
    /// [`GoalError::Dimension`] for laws or regions of another model, [`GoalError::Step`].
    pub fn new(
        model: &Arc<TransitionModel>,
        discount: &Discount,
        behavior: &'a Behavior,
        rationality: Rationality,
    ) -> Result<Self, GoalError> {
        behavior.check(model)?;
        let solver = BatchSolver::new(Arc::clone(model), discount);
        Ok(Policies { behavior, discount: discount.clone(), rationality, solver })
    }

    fn model(&self) -> &Arc<TransitionModel> {
        self.solver.model()
    }

    /// The policy of each stream, in order: shape |SA| each.
    fn of_streams(&self, tile: &mut Tile, streams: &mut [StreamRng]) -> Result<Vec<Vec<f64>>, GoalError> {
        for (goals, rng) in tile.goals.iter_mut().zip(streams.iter_mut()) {
            self.behavior.draw(rng, goals)?;
        }
        self.of_goals(tile, streams.len())
    }

    /// The policies for the goals of a tile.
    fn of_goals(&self, tile: &mut Tile, lanes: usize) -> Result<Vec<Vec<f64>>, GoalError> {
        let (model, count) = (self.model(), self.behavior.goals());
        let pairs = model.available().len();
        let mut policies = vec![vec![0.0; pairs]; lanes];
        if count == 0 {
            let uniform = StochasticPolicy::uniform(model.available());
            return Ok(vec![uniform.probabilities().to_vec(); lanes]);
        }
        let solved = if matches!(self.behavior, Behavior::ActorCritic { .. }) { 1 } else { count };
        for goal in 0..solved {
            for (state, column) in tile.columns.iter_mut().enumerate() {
                for (lane, entry) in column.iter_mut().enumerate() {
                    *entry = tile.goals[lane.min(lanes - 1)][goal][state];
                }
            }
            self.solver.solve_tile(&tile.columns, &mut tile.solution, &mut tile.workspace);
            for (lane, policy) in policies.iter_mut().enumerate() {
                for (value, column) in tile.values.iter_mut().zip(&tile.solution.value) {
                    *value = column[lane];
                }
                let goals = &tile.goals[lane];
                let spread = spread(&goals[goal]);
                match self.behavior {
                    Behavior::ActorCritic { step, .. } => {
                        self.disagree(&goals[0], &goals[1], *step, &tile.values, policy)?;
                    }
                    Behavior::Contexts(mixture) => {
                        let inside = |state: usize| mixture.regions()[state] == goal;
                        self.follow(&tile.values, spread, inside, policy);
                    }
                    _ => self.follow(&tile.values, spread, |_| true, policy),
                }
            }
        }
        Ok(policies)
    }

    /// Chooses by values of what comes next, in some of the states.
    fn follow(&self, value: &[f64], spread: f64, inside: impl Fn(usize) -> bool, policy: &mut [f64]) {
        let available = self.model().available();
        for state in (0..available.states()).filter(|&state| inside(state)) {
            let own = available.pairs(StateId::new(state));
            for pair in own.clone() {
                policy[pair] = self.ahead(pair, value);
            }
            self.rationality.choose(&mut policy[own], spread);
        }
    }

    /// Chooses by the actor's values and the critic's advantages.
    fn disagree(
        &self,
        actor: &[f64],
        critic: &[f64],
        step: f64,
        value: &[f64],
        policy: &mut [f64],
    ) -> Result<(), GoalError> {
        let model = self.model();
        let spreads = (spread(actor), spread(critic));
        self.follow(value, spreads.0, |_| true, policy);
        let chain = model.chain(&StochasticPolicy::unchecked(policy.to_vec()));
        let critic = PolicyEvaluation::default().evaluate(&chain, critic, &self.discount)?.value;
        // A goal without spread has no say.
        let part = |x: f64, spread: f64| if spread > 0.0 { x / spread } else { 0.0 };
        let available = model.available();
        for state in 0..available.states() {
            let own = available.pairs(StateId::new(state));
            // What all actions of a state have in common does not matter for the choice.
            for pair in own.clone() {
                let (a, c) = (self.ahead(pair, value), self.ahead(pair, &critic));
                policy[pair] = part(a, spreads.0) + step * part(c, spreads.1);
            }
            self.rationality.choose(&mut policy[own], 1.0);
        }
        Ok(())
    }

    /// The discounted value of what follows a pair.
    fn ahead(&self, pair: usize, value: &[f64]) -> f64 {
        let (next, probability) = self.model().row(pair);
        let terms = next.iter().zip(probability).map(|(&next, p)| p * value[next as usize]);
        self.discount.value() * terms.sum::<f64>()
    }

    fn tile(&self) -> Tile {
        let states = self.model().states().len();
        Tile {
            goals: vec![vec![vec![0.0; states]; self.behavior.goals()]; LANES],
            columns: vec![[0.0; LANES]; states],
            solution: TileSolution::default(),
            workspace: BatchWorkspace::default(),
            values: vec![0.0; states],
        }
    }

    /// Trajectories of as many agents: agent $`i`$ and all it does use stream $`i`$ of the seed.
    ///
    /// # Errors
    ///
    /// [`GoalError::Sample`], [`GoalError::Solve`], [`GoalError::Power`] when cancelled.
    pub fn trajectories(
        &self,
        start: StateId,
        horizon: u64,
        count: u64,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<Vec<Trajectory>, GoalError> {
        let act = |(policy, mut rng): (Vec<f64>, StreamRng)| {
            Trajectory::sample(self.model(), &policy, start, horizon, &mut rng)
        };
        self.draws(count, seed, observer, act)
    }

    /// The policies of as many agents, for predictions: policy $`i`$ uses stream $`i`$ of the seed. A law of goals on finitely many
    /// vectors gives each of them once instead, and an exact mixture. Takes `count` · |SA| numbers.
    ///
    /// # Errors
    ///
    /// As for [`Policies::trajectories`]; [`GoalError::NoDraws`] for none.
    pub fn bank(&self, count: u64, seed: Seed, observer: &dyn Observer) -> Result<PolicyBank, GoalError> {
        if let Behavior::Goals(law) = self.behavior
            && let Some(support) = law.support()
        {
            let mut tile = self.tile();
            let mut policies = Vec::with_capacity(support.len());
            for vectors in support.chunks(LANES) {
                for (goals, vector) in tile.goals.iter_mut().zip(vectors) {
                    goals[0].copy_from_slice(vector);
                }
                policies.extend(self.of_goals(&mut tile, vectors.len())?);
            }
            return PolicyBank::new(policies, true);
        }
        let exact = matches!(self.behavior, Behavior::Random);
        let policies = self.draws(if exact { 1 } else { count }, seed, observer, |(policy, _)| policy)?;
        PolicyBank::new(policies, exact)
    }

    /// What becomes of each policy and the rest of its stream.
    fn draws<T: Send>(
        &self,
        count: u64,
        seed: Seed,
        observer: &dyn Observer,
        finish: impl Fn((Vec<f64>, StreamRng)) -> T + Sync,
    ) -> Result<Vec<T>, GoalError> {
        let (tiles, mut done, mut all) = (count.div_ceil(LANES as u64), 0, Vec::new());
        while done < tiles {
            if observer.cancelled() {
                return Err(PowerError::Cancelled.into());
            }
            let wave = done..(done + WAVE).min(tiles);
            let of_tile = |tile: &mut Tile, number: u64| {
                let first = number * LANES as u64;
                let mut streams: Vec<StreamRng> =
                    (first..count.min(first + LANES as u64)).map(|index| seed.stream(index)).collect();
                let policies = self.of_streams(tile, &mut streams)?;
                Ok(policies.into_iter().zip(streams).map(&finish).collect::<Vec<T>>())
            };
            let parts: Vec<Result<Vec<T>, GoalError>> =
                wave.clone().into_par_iter().map_init(|| self.tile(), of_tile).collect();
            for part in parts {
                all.extend(part?);
            }
            done = wave.end;
            observer.progress((done * LANES as u64).min(count), count);
        }
        Ok(all)
    }
}

/// The largest reward minus the smallest.
fn spread(goal: &[f64]) -> f64 {
    let largest = goal.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest - goal.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Policies that stand for a kind of agent, each as likely as the others.
#[derive(Clone, Debug)]
pub struct PolicyBank {
    /// Shape N × |SA|.
    policies: Vec<Vec<f64>>,
    /// Their logarithms.
    logs: Vec<Vec<f64>>,
    exact: bool,
}

impl PolicyBank {
    fn new(policies: Vec<Vec<f64>>, exact: bool) -> Result<Self, GoalError> {
        if policies.is_empty() {
            return Err(GoalError::NoDraws);
        }
        let logs = policies.par_iter().map(|policy| policy.iter().map(|p| libm::log(*p)).collect()).collect();
        Ok(PolicyBank { policies, logs, exact })
    }

    /// Number of policies $`N`$, at least 1.
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Never true: there is a policy at least.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Whether the policies are all there are, and not drawn from more.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The probability of every pair under one of the policies, shape |SA|.
    pub fn policy(&self, index: usize) -> &[f64] {
        &self.policies[index]
    }

    /// The log-likelihood of a trajectory's actions under each policy.
    pub fn log_likelihoods(&self, trajectory: &Trajectory) -> Vec<f64> {
        self.logs.iter().map(|logs| trajectory.pairs().iter().map(|&pair| logs[pair]).sum()).collect()
    }

    /// The log of the mean likelihood of the actions taken in some of the states; `None` without any.
    pub(crate) fn log_mean_within(&self, trajectory: &Trajectory, inside: &dyn Fn(usize) -> bool) -> Option<f64> {
        let steps = trajectory.states().iter().zip(trajectory.pairs()).filter(|(state, _)| inside(**state));
        let pairs: Vec<usize> = steps.map(|(_, pair)| *pair).collect();
        let logs: Vec<f64> = self.logs.iter().map(|logs| pairs.iter().map(|&pair| logs[pair]).sum()).collect();
        (!pairs.is_empty()).then(|| log_mean(&logs))
    }

    /// The log of one policy's probability of a pair.
    pub(crate) fn log(&self, index: usize, pair: usize) -> f64 {
        self.logs[index][pair]
    }
}

/// The logarithm of the mean of numbers that are given by their logarithms.
pub(crate) fn log_mean(logs: &[f64]) -> f64 {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + libm::log(logs.iter().map(|log| libm::exp(log - largest)).sum::<f64>() / logs.len() as f64)
}
