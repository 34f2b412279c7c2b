//! Which belief about an agent predicts which agent: every kind of agent is watched, and predicted by every kind.
//!
//! On average no belief predicts the agents of a kind better than the belief that they are of this kind (Gibbs): what another one
//! loses is the divergence of the two kinds, in nats for each trajectory. A column that loses little in every row is a good belief
//! about agents of whom nothing is known.

use crate::belief::Mixture;
use crate::{Behavior, Calibration, Estimate, GoalError, LogLikelihood, Policies, Rationality, Trajectory};
use dunamis_mdp::{Discount, StateId, TransitionModel};
use dunamis_power::Observer;
use dunamis_sampling::Seed;
use serde::Serialize;
use std::sync::Arc;

/// How agents are watched and predicted.
#[derive(Clone, Debug, PartialEq)]
pub struct LikelihoodSettings {
    /// The discount of all agents.
    pub discount: Discount,
    /// How closely all agents follow their goals.
    pub rationality: Rationality,
    /// Where agents start.
    pub start: StateId,
    /// Actions that are watched, at most.
    pub horizon: u64,
    /// Agents of each kind that are watched.
    pub trajectories: u64,
    /// Policies that stand for each kind in predictions: where goals that explain an action are rare, there should be many.
    pub policies: u64,
    /// The seed of everything.
    pub seed: Seed,
}

/// How one belief predicts the agents of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LikelihoodCell {
    /// Number of the kind that was watched.
    pub watched: usize,
    /// Number of the kind that was believed in.
    pub believed: usize,
    /// Log-likelihoods of the trajectories.
    pub log_likelihood: LogLikelihood,
    /// By what they exceed those of the belief in the kind that was watched, over the same trajectories.
    pub against_own: Estimate,
    /// By what they exceed those of agents who choose all actions alike, over the same trajectories.
    pub against_random: Estimate,
    /// Whether predicted probabilities came true.
    pub calibration: Calibration,
}

/// All kinds of agents, watched and believed in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LikelihoodTable {
    /// Names of the kinds, which are all watched and believed in.
    kinds: Vec<String>,
    /// Mean number of actions in the trajectories of each kind.
    steps: Vec<f64>,
    /// Row by row.
    cells: Vec<LikelihoodCell>,
}

impl LikelihoodTable {
    /// Watches and predicts agents of several kinds, each with a name. The policies that predict are drawn independently of
    /// the agents that are watched, even of the same kind.
    ///
    /// # Errors
    ///
    /// [`GoalError::NoDraws`] without trajectories or policies, [`GoalError::StateOutOfRange`], [`GoalError::Dimension`], and what
    /// drawing goals may give.
    pub fn new(
        model: &Arc<TransitionModel>,
        kinds: &[(String, Behavior)],
        settings: &LikelihoodSettings,
        observer: &dyn Observer,
    ) -> Result<Self, GoalError> {
        if settings.trajectories == 0 || settings.policies == 0 || settings.horizon == 0 {
            return Err(GoalError::NoDraws);
        }
        let count = kinds.len();
        let stage = |number: usize| Stage { observer, number: number as u64, stages: 2 * count as u64 };
        let policies = kinds.iter().map(|(_, behavior)| {
            Policies::new(model, settings.start, &settings.discount, behavior, settings.rationality)
        });
        let policies: Vec<Policies> = policies.collect::<Result<_, _>>()?;
        let seed = |purpose: &str, number: usize| settings.seed.derive(&format!("{purpose} {number}"));
        let mut watched = Vec::with_capacity(count);
        for (number, policies) in policies.iter().enumerate() {
            let (horizon, seed) = (settings.horizon, seed("watched", number));
            watched.push(policies.trajectories(horizon, settings.trajectories, seed, &stage(number))?);
        }
        let all = watched.concat();
        let each = settings.trajectories as usize;
        // By column and row.
        let mut beliefs = Vec::with_capacity(count);
        for (number, kind) in policies.iter().enumerate() {
            let belief = kind.believe(&all, settings.policies, seed("believed", number), &stage(count + number))?;
            beliefs.push((0..count).map(|row| belief.part(row * each..(row + 1) * each)).collect::<Vec<_>>());
        }
        let mut cells = Vec::with_capacity(count * count);
        for row in 0..count {
            let own = LogLikelihood::new(&beliefs[row][row]);
            for (column, belief) in beliefs.iter().enumerate() {
                let belief = &belief[row];
                let log_likelihood = LogLikelihood::new(belief);
                let random: Vec<f64> = belief.mixtures.iter().map(Mixture::random).collect();
                cells.push(LikelihoodCell {
                    watched: row,
                    believed: column,
                    against_own: Estimate::of_differences(&log_likelihood.trajectories, &own.trajectories),
                    against_random: Estimate::of_differences(&log_likelihood.trajectories, &random),
                    calibration: Calibration::new(belief),
                    log_likelihood,
                });
            }
        }
        let kinds = kinds.iter().map(|(name, _)| name.clone()).collect();
        let length = |all: &Vec<Trajectory>| all.iter().map(|one| one.len() as f64).sum::<f64>() / all.len() as f64;
        Ok(LikelihoodTable { kinds, steps: watched.iter().map(length).collect(), cells })
    }

    /// One table for several places, such as new mazes: means of means, with standard errors over places, because what is seen in
    /// one place has the place in common.
    ///
    /// # Errors
    ///
    /// [`GoalError::DifferentTables`] unless all tables are of the same kinds of agents, and there is one at least.
    pub fn pooled(tables: &[LikelihoodTable]) -> Result<Self, GoalError> {
        let first = tables.first().ok_or(GoalError::DifferentTables)?;
        if tables.iter().any(|table| table.kinds != first.kinds) {
            return Err(GoalError::DifferentTables);
        }
        let mean = |numbers: Vec<f64>| numbers.iter().sum::<f64>() / numbers.len() as f64;
        let pooled = |number: usize| {
            let cells: Vec<&LikelihoodCell> = tables.iter().map(|table| &table.cells[number]).collect();
            let over_places = |estimate: &dyn Fn(&LikelihoodCell) -> f64| {
                Estimate::of(&cells.iter().map(|cell| estimate(cell)).collect::<Vec<_>>())
            };
            LikelihoodCell {
                watched: cells[0].watched,
                believed: cells[0].believed,
                against_own: over_places(&|cell| cell.against_own.mean),
                against_random: over_places(&|cell| cell.against_random.mean),
                log_likelihood: LogLikelihood::pooled(
                    &cells.iter().map(|cell| &cell.log_likelihood).collect::<Vec<_>>(),
                ),
                calibration: Calibration::pooled(&cells.iter().map(|cell| &cell.calibration).collect::<Vec<_>>()),
            }
        };
        Ok(LikelihoodTable {
            kinds: first.kinds.clone(),
            steps: (0..first.steps.len()).map(|k| mean(tables.iter().map(|table| table.steps[k]).collect())).collect(),
            cells: (0..first.cells.len()).map(pooled).collect(),
        })
    }

    /// Names of the kinds, which are all watched and believed in.
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// Mean number of actions in the trajectories of each kind.
    pub fn steps(&self) -> &[f64] {
        &self.steps
    }

    /// All cells, row by row.
    pub fn cells(&self) -> &[LikelihoodCell] {
        &self.cells
    }

    /// The cell of a kind that was watched and one that was believed in; `None` for numbers that do not exist.
    pub fn cell(&self, watched: usize, believed: usize) -> Option<&LikelihoodCell> {
        self.cells.iter().find(|cell| cell.watched == watched && cell.believed == believed)
    }
}

/// A part of the work, told to the observer of the whole in thousandths of a part.
struct Stage<'a> {
    observer: &'a dyn Observer,
    number: u64,
    stages: u64,
}

impl Observer for Stage<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.observer.progress(1_000 * self.number + 1_000 * done / total.max(1), 1_000 * self.stages);
    }

    fn cancelled(&self) -> bool {
        self.observer.cancelled()
    }
}
