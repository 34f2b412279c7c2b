//! How well beliefs about trained agents predict what agents do in new places.

use super::goal_records::{BinRecord, EstimateRecord, LikelihoodCellRecord, LikelihoodRecord};
use crate::{ConfigError, ConfigProblem, ExperimentError};
use dunamis_envs::Environment;
use dunamis_goals::{
    Estimate, Features, GoalBounds, GoalError, GoalSet, GoalSettings, LikelihoodCell, LikelihoodSettings,
    LikelihoodTable, Rationality, SamplerSettings, Situation, agent_kinds,
};
use dunamis_mdp::{Discount, Number, Rational, StateId};
use dunamis_power::Observer;
use dunamis_sampling::Seed;
use serde::Serialize;

/// Kinds of agents that may have come out of training are watched in new places, and predicted by the belief in each kind: those of
/// [`agent_kinds`], with proximity to the states of some labels as features.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Likelihood {
    /// What it is called.
    pub name: String,
    /// Further places, by the names of their environments; what is seen is pooled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// Labels: proximity to the states of each is a feature, with a weight from −1 to 1.
    pub features: Vec<String>,
    /// The label of a region in which goals by context may differ from those elsewhere.
    pub context: String,
    /// The probability with which an agent does anything.
    pub tremble: Number,
    /// Actions that are watched, at most.
    pub horizon: u64,
    /// Agents of each kind that are watched in each place.
    pub trajectories: u64,
    /// Policies that stand for each kind in predictions.
    pub policies: u64,
    /// Seed of the random streams.
    pub seed: u64,
}

/// A place where trained agents are watched.
pub(super) struct Place {
    situation: Situation,
    goal: Vec<Rational>,
    discount: Discount,
    features: Features,
    regions: Vec<usize>,
}

impl Place {
    /// Of an environment, for the section with this number.
    pub(super) fn read(index: usize, likelihood: &Likelihood, environment: &Environment) -> Result<Self, ConfigError> {
        let at = |key: &str, place: &str, problem: ConfigProblem| {
            let index = index.to_string();
            problem.at(["likelihood", &index, key, place].into_iter().filter(|part| !part.is_empty()))
        };
        let refused = |error: GoalError| ConfigProblem::Goals(Box::new(error)).at(["environment", "name"]);
        let missing = |what: &'static str| {
            ConfigProblem::Untrained { environment: environment.name().into(), what }.at(["environment", "name"])
        };
        let situation = Situation::new(environment.model(), environment.labels()).map_err(refused)?;
        let goal = situation.goal(environment.reward().ok_or_else(|| missing("reward"))?).map_err(refused)?;
        let discount = environment.discount().cloned().ok_or_else(|| missing("discount"))?;
        let own = |state: &StateId| situation.states().binary_search(state).ok().map(StateId::new);
        let states = |key: &str, place: &str, label: &str| {
            let members = environment.labels().get(label).ok_or_else(|| {
                let known =
                    environment.labels().names().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
                at(key, place, ConfigProblem::UnknownLabel { name: label.to_owned(), known })
            })?;
            Ok::<Vec<StateId>, ConfigError>(members.iter().filter_map(own).collect())
        };
        let targets = likelihood.features.iter().enumerate();
        let targets =
            targets.map(|(number, label)| Ok((label.clone(), states("features", &number.to_string(), label)?)));
        let targets = targets.collect::<Result<Vec<_>, ConfigError>>()?;
        let features = Features::proximity(situation.model(), &targets);
        let features = features.map_err(|error| at("features", "", ConfigProblem::Goals(Box::new(error))))?;
        let context = states("context", "", &likelihood.context)?;
        let regions = situation.model().state_ids().map(|state| usize::from(context.contains(&state))).collect();
        Ok(Place { situation, goal, discount, features, regions })
    }

    /// What the results depend on.
    pub(super) fn document(&self) -> String {
        let goal: Vec<String> = self.goal.iter().map(ToString::to_string).collect();
        let features: Vec<Vec<String>> =
            self.features.values().iter().map(|values| values.iter().map(ToString::to_string).collect()).collect();
        let new = self.situation.new_state().index();
        let trained: Vec<usize> = self.situation.trained().iter().map(|state| state.index()).collect();
        let parts = (
            self.situation.model().to_json(None),
            goal,
            self.discount.to_string(),
            features,
            &self.regions,
            new,
            trained,
        );
        serde_json::to_string(&parts).expect("lists of texts and numbers")
    }

    fn table(
        &self,
        likelihood: &Likelihood,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<LikelihoodTable, GoalError> {
        let training = self.situation.training(&self.goal, &self.discount)?;
        let goals = GoalSet::new(training, &self.discount, GoalSettings::default())?;
        let one = Rational::from_integer(1.into());
        let weights = GoalBounds::uniform(self.features.len(), -one.clone(), one)?;
        let kinds = agent_kinds(&goals, &self.features, &weights, self.regions.clone(), &SamplerSettings::default())?;
        let settings = LikelihoodSettings {
            discount: self.discount.clone(),
            rationality: Rationality::tremble(likelihood.tremble.value())?,
            start: self.situation.new_state(),
            horizon: likelihood.horizon,
            trajectories: likelihood.trajectories,
            policies: likelihood.policies,
            seed,
        };
        LikelihoodTable::new(self.situation.model(), &kinds, &settings, observer)
    }
}

/// Watches agents in all places.
pub(super) fn watch(
    likelihood: &Likelihood,
    places: &[Place],
    observer: &dyn Observer,
) -> Result<LikelihoodRecord, ExperimentError> {
    let seed = |number: usize| Seed::new(likelihood.seed).derive(&format!("place {number}"));
    let tables = places.iter().enumerate().map(|(number, place)| place.table(likelihood, seed(number), observer));
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    let table = match tables.as_slice() {
        [table] => table.clone(),
        tables => LikelihoodTable::pooled(tables)?,
    };
    Ok(LikelihoodRecord {
        name: likelihood.name.clone(),
        places: places.len(),
        kinds: table.kinds().to_vec(),
        steps: table.steps().to_vec(),
        cells: table.cells().iter().map(cell).collect(),
    })
}

fn cell(cell: &LikelihoodCell) -> LikelihoodCellRecord {
    let bins = cell.calibration.bins.iter().filter(|bin| bin.count > 0).map(|bin| BinRecord {
        count: bin.count,
        predicted: bin.predicted,
        observed: estimate(bin.observed),
    });
    LikelihoodCellRecord {
        watched: cell.watched,
        believed: cell.believed,
        log_likelihood: estimate(cell.log_likelihood.mean),
        draws_std_error: cell.log_likelihood.draws_std_error,
        draws_bias: cell.log_likelihood.draws_bias,
        against_own: estimate(cell.against_own),
        against_random: estimate(cell.against_random),
        brier: estimate(cell.calibration.brier),
        expected_error: estimate(cell.calibration.expected_error),
        bins: bins.collect(),
    }
}

fn estimate(estimate: Estimate) -> EstimateRecord {
    EstimateRecord { mean: estimate.mean, std_error: Some(estimate.std_error).filter(|error| error.is_finite()) }
}
