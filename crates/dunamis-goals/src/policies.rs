//! Policies of a kind of agent.

use crate::belief::{Belief, Mixture};
use crate::restriction::Restriction;
use crate::setting::Reached;
use crate::{Behavior, GoalError, Rationality, Trajectory};
use dunamis_mdp::{Discount, StateId, StochasticPolicy, TransitionModel};
use dunamis_power::{Observer, PowerError};
use dunamis_sampling::{Seed, StreamRng};
use dunamis_solve::{BatchSolver, BatchWorkspace, LANES, Lanes, PolicyEvaluation, TileSolution};
use rayon::prelude::*;
use std::sync::Arc;

/// The policies of a kind of agent that starts in a given state: what it does in states that it can reach.
#[derive(Clone, Debug)]
pub struct Policies {
    model: Arc<TransitionModel>,
    start: StateId,
    /// States that can be reached.
    part: Restriction,
    /// For every pair of the model its number in the part.
    position: Vec<Option<usize>>,
    behavior: Behavior,
    discount: Discount,
    rationality: Rationality,
    solver: BatchSolver,
}

/// Scratch space for a tile of policies.
struct Tile {
    /// Lanes × goals of a policy × states that can be reached.
    goals: Vec<Vec<Vec<f64>>>,
    /// A goal of a policy × |S|.
    whole: Vec<Vec<f64>>,
    columns: Vec<Lanes>,
    solution: TileSolution,
    workspace: BatchWorkspace,
    values: Vec<f64>,
}

/// Tiles between two reports of progress.
const WAVE: u64 = 64;

impl Policies {
    /// The policies of a kind of agent that starts in `start`. Rewards of states that cannot be reached from there are not drawn
    /// where that saves time, and do not matter for a goal's spread.
    ///
    /// # Errors
    ///
    /// [`GoalError::StateOutOfRange`], [`GoalError::Dimension`] for laws or regions of another model, [`GoalError::Step`].
    pub fn new(
        model: &Arc<TransitionModel>,
        start: StateId,
        discount: &Discount,
        behavior: &Behavior,
        rationality: Rationality,
    ) -> Result<Self, GoalError> {
        let states = model.states().len();
        if start.index() >= states {
            return Err(GoalError::StateOutOfRange { state: start.index(), states });
        }
        behavior.check(model)?;
        let reached = Reached::new(model, &[start], |_| true);
        let part = Restriction::new(model, |state| reached.marks()[state.index()], |_| true)?;
        let mut position = vec![None; model.available().len()];
        for (number, &pair) in part.pairs.iter().enumerate() {
            position[pair] = Some(number);
        }
        let needed: Vec<usize> = part.states.iter().map(|state| state.index()).collect();
        Ok(Policies {
            start,
            position,
            behavior: behavior.marginal(&needed),
            discount: discount.clone(),
            rationality,
            solver: BatchSolver::new(Arc::clone(&part.model), discount),
            part,
            model: Arc::clone(model),
        })
    }

    /// The policy of each stream, in order, on the pairs that can be reached.
    fn of_streams(&self, tile: &mut Tile, streams: &mut [StreamRng]) -> Result<Vec<Vec<f64>>, GoalError> {
        for (lane, rng) in streams.iter_mut().enumerate() {
            self.behavior.draw(rng, &mut tile.whole)?;
            for (own, whole) in tile.goals[lane].iter_mut().zip(&tile.whole) {
                self.gather(whole, own);
            }
        }
        self.of_goals(tile, streams.len())
    }

    /// The rewards of states that can be reached.
    fn gather(&self, whole: &[f64], own: &mut [f64]) {
        for (own, state) in own.iter_mut().zip(&self.part.states) {
            *own = whole[state.index()];
        }
    }

    /// The policies for the goals of a tile.
    fn of_goals(&self, tile: &mut Tile, lanes: usize) -> Result<Vec<Vec<f64>>, GoalError> {
        let (available, count) = (self.part.model.available(), self.behavior.goals());
        if count == 0 {
            return Ok(vec![StochasticPolicy::uniform(available).probabilities().to_vec(); lanes]);
        }
        let mut policies = vec![vec![0.0; available.len()]; lanes];
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
                match &self.behavior {
                    Behavior::ActorCritic { step, .. } => {
                        self.disagree(&goals[0], &goals[1], *step, &tile.values, policy)?;
                    }
                    Behavior::Contexts(mixture) => {
                        let inside = |state: usize| mixture.regions()[self.part.states[state].index()] == goal;
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
        let available = self.part.model.available();
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
        let model = &self.part.model;
        let spreads = (spread(actor), spread(critic));
        self.follow(value, spreads.0, |_| true, policy);
        let chain = model.chain(&StochasticPolicy::unchecked(policy.to_vec()));
        let critic = PolicyEvaluation::default().evaluate(&chain, critic, &self.discount)?.value;
        // A goal without spread has no say.
        let part = |x: f64, spread: f64| if spread > 0.0 { x / spread } else { 0.0 };
        for state in 0..model.states().len() {
            let own = model.available().pairs(StateId::new(state));
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
        let (next, probability) = self.part.model.row(pair);
        let terms = next.iter().zip(probability).map(|(&next, p)| p * value[next as usize]);
        self.discount.value() * terms.sum::<f64>()
    }

    fn tile(&self) -> Tile {
        let (states, goals) = (self.part.states.len(), self.behavior.goals());
        Tile {
            goals: vec![vec![vec![0.0; states]; goals]; LANES],
            whole: vec![vec![0.0; self.model.states().len()]; goals],
            columns: vec![[0.0; LANES]; states],
            solution: TileSolution::default(),
            workspace: BatchWorkspace::default(),
            values: vec![0.0; states],
        }
    }

    /// Trajectories of as many agents, of at most `horizon` actions: agent $`i`$ and all it does use stream $`i`$ of the seed.
    ///
    /// # Errors
    ///
    /// [`GoalError::Sample`], [`GoalError::Solve`], [`GoalError::Power`] when cancelled.
    pub fn trajectories(
        &self,
        horizon: u64,
        count: u64,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<Vec<Trajectory>, GoalError> {
        let mut all = Vec::new();
        let act = |policy: Vec<f64>, mut rng: StreamRng| {
            let probability = |pair: usize| self.position[pair].map_or(0.0, |own| policy[own]);
            Trajectory::sample(&self.model, &probability, self.start, horizon, &mut rng)
        };
        self.waves(count, seed, observer, act, |part| all.extend(part))?;
        Ok(all)
    }

    /// The policies of as many agents, each with the probability of every pair of the model (shape |SA|, 0 for pairs that cannot
    /// be reached): policy $`i`$ uses stream $`i`$ of the seed.
    ///
    /// # Errors
    ///
    /// As for [`Policies::trajectories`].
    pub fn draw(&self, count: u64, seed: Seed) -> Result<Vec<Vec<f64>>, GoalError> {
        let mut all = Vec::new();
        let spread = |policy: Vec<f64>, _| -> Vec<f64> {
            self.position.iter().map(|own| own.map_or(0.0, |own| policy[own])).collect()
        };
        self.waves(count, seed, &(), spread, |part| all.extend(part))?;
        Ok(all)
    }

    /// What the actions of trajectories look like to someone who believes that agents are of this kind, from as many policies:
    /// policy $`i`$ uses stream $`i`$ of the seed. A law of goals on finitely many vectors gives each of them once instead, and an exact
    /// mixture. Memory does not grow with the number of policies.
    ///
    /// # Errors
    ///
    /// As for [`Policies::trajectories`]; [`GoalError::NoDraws`] for no policies, [`GoalError::UnreachedPair`] for trajectories
    /// of agents that start elsewhere.
    pub fn believe(
        &self,
        trajectories: &[Trajectory],
        count: u64,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<Belief, GoalError> {
        let mut mixtures = Vec::with_capacity(trajectories.len());
        for trajectory in trajectories {
            let unreached =
                trajectory.pairs().iter().find(|&&pair| self.position.get(pair).copied().flatten().is_none());
            if let Some(&pair) = unreached {
                return Err(GoalError::UnreachedPair { pair });
            }
            let taken: Vec<usize> = trajectory.pairs().iter().filter_map(|&pair| self.position[pair]).collect();
            mixtures.push(Mixture::new(self.part.model.available(), &taken));
        }
        let mut policies = 0;
        let mut add = |part: Vec<Vec<f64>>| {
            mixtures.par_iter_mut().for_each(|mixture| {
                for (policy, number) in part.iter().zip(policies..) {
                    mixture.add(policy, number);
                }
            });
            policies += part.len();
        };
        let mut exact = matches!(self.behavior, Behavior::Random);
        match &self.behavior {
            Behavior::Goals(law) if law.support().is_some() => {
                exact = true;
                let mut tile = self.tile();
                for vectors in law.support().unwrap_or_default().chunks(LANES) {
                    for (goals, vector) in tile.goals.iter_mut().zip(vectors) {
                        self.gather(vector, &mut goals[0]);
                    }
                    add(self.of_goals(&mut tile, vectors.len())?);
                }
            }
            Behavior::Random => self.waves(1, seed, observer, |policy, _| policy, add)?,
            _ => self.waves(count, seed, observer, |policy, _| policy, add)?,
        }
        if policies == 0 {
            return Err(GoalError::NoDraws);
        }
        Ok(Belief { mixtures, policies, exact })
    }

    /// What becomes of each policy and the rest of its stream, a part at a time and in order.
    fn waves<T: Send>(
        &self,
        count: u64,
        seed: Seed,
        observer: &dyn Observer,
        finish: impl Fn(Vec<f64>, StreamRng) -> T + Sync,
        mut take: impl FnMut(Vec<T>),
    ) -> Result<(), GoalError> {
        let (tiles, mut done) = (count.div_ceil(LANES as u64), 0);
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
                Ok(policies.into_iter().zip(streams).map(|(policy, rng)| finish(policy, rng)).collect::<Vec<T>>())
            };
            let parts: Vec<Vec<T>> =
                (wave.clone().into_par_iter().map_init(|| self.tile(), of_tile)).collect::<Result<_, GoalError>>()?;
            take(parts.into_iter().flatten().collect());
            done = wave.end;
            observer.progress((done * LANES as u64).min(count), count);
        }
        Ok(())
    }
}

/// The largest reward minus the smallest.
fn spread(goal: &[f64]) -> f64 {
    let largest = goal.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest - goal.iter().copied().fold(f64::INFINITY, f64::min)
}
