//! Which belief about an agent predicts which agent: every kind of agent is watched, and predicted by every kind.
//!
//! On average no belief predicts the agents of a kind better than the belief that they are of this kind (Gibbs): what another one
//! loses is the divergence of the two kinds, in nats for each trajectory. A column that loses little in every row is a good belief
//! about agents of whom nothing is known.

use crate::{Behavior, Calibration, Estimate, GoalError, LogLikelihood, Policies, PolicyBank, Rationality, Trajectory};
use dunamis_mdp::{Discount, StateId, TransitionModel};
use dunamis_power::{Observer, PowerError};
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
    /// Policies that stand for each kind in predictions.
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
    /// Names of the kinds that were watched.
    pub watched: Vec<String>,
    /// Names of the kinds that were believed in: the same.
    pub believed: Vec<String>,
    /// Mean number of actions in the trajectories of each kind.
    pub steps: Vec<f64>,
    /// Row by row.
    pub cells: Vec<LikelihoodCell>,
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
        let states = model.states().len();
        if settings.start.index() >= states {
            return Err(GoalError::StateOutOfRange { state: settings.start.index(), states });
        }
        if settings.trajectories == 0 || settings.policies == 0 || settings.horizon == 0 {
            return Err(GoalError::NoDraws);
        }
        let stages = (2 * kinds.len() + kinds.len() * kinds.len()) as u64;
        let stage = |number: usize| Stage { observer, number: number as u64, stages };
        let (mut banks, mut watched): (Vec<PolicyBank>, Vec<Vec<Trajectory>>) = (Vec::new(), Vec::new());
        for (number, (_, behavior)) in kinds.iter().enumerate() {
            let policies = Policies::new(model, &settings.discount, behavior, settings.rationality)?;
            let seed = |purpose: &str| settings.seed.derive(&format!("{purpose} {number}"));
            banks.push(policies.bank(settings.policies, seed("believed"), &stage(2 * number))?);
            let count = settings.trajectories;
            let seen = policies.trajectories(
                settings.start,
                settings.horizon,
                count,
                seed("watched"),
                &stage(2 * number + 1),
            )?;
            watched.push(seen);
        }
        let random = Policies::new(model, &settings.discount, &Behavior::Random, settings.rationality)?;
        let random = random.bank(1, settings.seed, &())?;
        let mut cells = Vec::with_capacity(kinds.len() * kinds.len());
        for (row, trajectories) in watched.iter().enumerate() {
            let even = LogLikelihood::new(&random, trajectories);
            let own = LogLikelihood::new(&banks[row], trajectories);
            for (column, bank) in banks.iter().enumerate() {
                if observer.cancelled() {
                    return Err(PowerError::Cancelled.into());
                }
                let log_likelihood = if row == column { own.clone() } else { LogLikelihood::new(bank, trajectories) };
                cells.push(LikelihoodCell {
                    watched: row,
                    believed: column,
                    against_own: Estimate::of_differences(&log_likelihood.trajectories, &own.trajectories),
                    against_random: Estimate::of_differences(&log_likelihood.trajectories, &even.trajectories),
                    calibration: Calibration::new(model, bank, trajectories),
                    log_likelihood,
                });
                stage(2 * kinds.len() + row * kinds.len() + column).progress(1, 1);
            }
        }
        let names: Vec<String> = kinds.iter().map(|(name, _)| name.clone()).collect();
        let length = |all: &Vec<Trajectory>| all.iter().map(|one| one.len() as f64).sum::<f64>() / all.len() as f64;
        Ok(LikelihoodTable {
            watched: names.clone(),
            believed: names,
            steps: watched.iter().map(length).collect(),
            cells,
        })
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
