//! From an analysis to its results.

use super::goals::TrainedAgent;
use super::likelihood::{Place, watch};
use super::options::state_options;
use super::results::{AnalysisResults, EmpowermentRecord};
use super::transition::Search;
use super::{Analysis, Likelihood, chances, compare, embedding, orbit_lemma};
use crate::{ConfigError, ConfigProblem, ExperimentError, NUMERICS_VERSION, RunKey};
use dunamis_envs::Environment;
use dunamis_mdp::{Names, StateId, TransitionModel, nearest};
use dunamis_power::{Observer, PowerError};
use serde::Serialize;
use std::sync::Arc;

/// The environment of an analysis, if it has one, with every name looked up.
pub(super) struct Inputs {
    model: Option<Arc<TransitionModel>>,
    options: Vec<StateId>,
    probability: Vec<StateId>,
    empowerment: Vec<StateId>,
    embeddings: Vec<[(StateId, Option<usize>); 2]>,
    lemmas: Vec<orbit_lemma::Tabulated>,
    comparisons: Vec<compare::Sets>,
    agents: Vec<TrainedAgent>,
    places: Vec<Vec<Place>>,
    searches: Vec<Search>,
}

impl Inputs {
    pub(super) fn read(analysis: &Analysis) -> Result<Self, ConfigError> {
        let load = |settings: &crate::EnvironmentSettings| dunamis_envs::load(&settings.specification());
        let environment = analysis.environment.as_ref().map(load).transpose();
        let environment: Option<Environment> =
            environment.map_err(|error| ConfigProblem::Environment(error).at(["environment", "name"]))?;
        let agent = |(index, goals)| environment.iter().map(move |of| TrainedAgent::read(index, goals, of));
        let agents = analysis.goals.iter().enumerate().flat_map(agent).collect::<Result<_, _>>()?;
        let of = |(index, likelihood)| environment.iter().map(move |own| places(index, likelihood, own));
        let places = analysis.likelihoods.iter().enumerate().flat_map(of).collect::<Result<_, _>>()?;
        let environment = environment.map(Arc::new);
        let search = |(index, transition)| environment.iter().map(move |of| Search::read(index, transition, of));
        let searches = analysis.transitions.iter().enumerate().flat_map(search).collect::<Result<_, _>>()?;
        let model = environment.as_ref().map(|environment| Arc::clone(environment.model()));
        let states = |section: &str, names: Option<&Vec<String>>| match (names, &model) {
            (Some(names), Some(model)) if names.is_empty() => Ok(model.state_ids().collect()),
            (Some(names), Some(model)) => find_all(section, names, model.states()),
            _ => Ok(Vec::new()),
        };
        let comparisons = analysis.comparisons.iter().enumerate();
        let embeddings = analysis.embeddings.iter().enumerate();
        let lemmas = analysis.lemmas.iter().enumerate();
        Ok(Inputs {
            options: states("options", analysis.options.as_ref().map(|section| &section.states))?,
            probability: states("probability", analysis.probability.as_ref().map(|section| &section.states))?,
            empowerment: states("empowerment", analysis.empowerment.as_ref().map(|section| &section.states))?,
            embeddings: embeddings
                .map(|(index, embedding)| embedding::starts(index, embedding, model.as_deref()))
                .collect::<Result<_, _>>()?,
            lemmas: lemmas.map(|(index, lemma)| orbit_lemma::tabulated(index, lemma)).collect::<Result<_, _>>()?,
            comparisons: comparisons
                .map(|(index, comparison)| compare::sets(index, comparison, model.as_deref()))
                .collect::<Result<_, _>>()?,
            agents,
            places,
            searches,
            model,
        })
    }

    pub(super) fn key(&self, analysis: &Analysis) -> RunKey {
        #[derive(Serialize)]
        struct Identity {
            numerics_version: u32,
            analysis: Analysis,
            model: Option<String>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            agents: Vec<String>,
        }
        // Names do not count, nor where the model came from.
        let analysis = Analysis { name: String::new(), description: None, environment: None, ..analysis.clone() };
        let model = self.model.as_ref().map(|model| model.to_json(None));
        let places = self.places.iter().flatten().map(Place::document);
        let policies = self.searches.iter().map(Search::document).filter(|text| !text.is_empty());
        let agents = self.agents.iter().map(TrainedAgent::document).chain(places).chain(policies).collect();
        let identity = Identity { numerics_version: NUMERICS_VERSION, analysis, model, agents };
        RunKey::of(&serde_json::to_string(&identity).expect("structs, strings and finite numbers"))
    }

    pub(super) fn compute(
        self,
        analysis: &Analysis,
        observer: &dyn Observer,
    ) -> Result<AnalysisResults, ExperimentError> {
        let mut results = AnalysisResults { model: self.model.clone(), ..AnalysisResults::default() };
        let going = || if observer.cancelled() { Err(PowerError::Cancelled) } else { Ok(()) };
        if let Some(model) = &self.model {
            for &state in &self.options {
                going()?;
                results.options.push(state_options(model, state).map_err(PowerError::Solve)?);
            }
            if let Some(section) = &analysis.probability {
                for &state in &self.probability {
                    for discount in &section.discounts {
                        going()?;
                        results.probability.push(chances::chances(model, state, discount, section.at_one, observer)?);
                    }
                }
            }
            for &state in &self.empowerment {
                for steps in 1..=analysis.empowerment.as_ref().map_or(0, |section| section.steps) {
                    going()?;
                    let empowerment = dunamis_power::empowerment(model, state, steps)?;
                    results.empowerment.push(EmpowermentRecord {
                        state: model.states()[state.index()].to_owned(),
                        steps,
                        reachable: empowerment.reachable,
                        lower: empowerment.lower,
                        upper: empowerment.upper,
                    });
                }
            }
        }
        for (embedding, starts) in analysis.embeddings.iter().zip(&self.embeddings) {
            going()?;
            results
                .embeddings
                .extend(self.model.as_ref().map(|model| embedding::embed(model, embedding, starts)).transpose()?);
        }
        let lemmas = analysis.lemmas.iter().zip(&self.lemmas);
        results.lemmas = lemmas.map(|(lemma, table)| orbit_lemma::apply(lemma, table)).collect();
        for (comparison, sets) in analysis.comparisons.iter().zip(&self.comparisons) {
            going()?;
            results.comparisons.push(compare::compare(comparison, sets)?);
        }
        for (goals, agent) in analysis.goals.iter().zip(&self.agents) {
            going()?;
            results.goals.push(agent.study(goals, observer)?);
        }
        for (likelihood, places) in analysis.likelihoods.iter().zip(&self.places) {
            going()?;
            results.likelihoods.push(watch(likelihood, places, observer)?);
        }
        for (transition, search) in analysis.transitions.iter().zip(&self.searches) {
            going()?;
            results.transitions.push(search.run(&transition.name, observer)?);
        }
        Ok(results)
    }
}

/// All places of the section with this number: the environment of the analysis, and those named there.
fn places(index: usize, likelihood: &Likelihood, own: &Environment) -> Result<Vec<Place>, ConfigError> {
    let mut places = vec![Place::read(index, likelihood, own)?];
    for (number, name) in likelihood.places.iter().enumerate() {
        let path = ["likelihood".to_owned(), index.to_string(), "places".to_owned(), number.to_string()];
        let other = dunamis_envs::load(name).map_err(|error| ConfigProblem::Environment(error).at(path))?;
        places.push(Place::read(index, likelihood, &other)?);
    }
    Ok(places)
}

fn find_all(section: &str, names: &[String], states: &Names) -> Result<Vec<StateId>, ConfigError> {
    let find = |(index, name): (usize, &String)| {
        find_state(name, states).map_err(|problem| problem.at([section, "states", &index.to_string()]))
    };
    names.iter().enumerate().map(find).collect()
}

pub(super) fn find_state(name: &str, states: &Names) -> Result<StateId, ConfigProblem> {
    states.get(name).map(StateId::new).ok_or_else(|| ConfigProblem::UnknownState {
        name: name.into(),
        nearest: nearest(states.iter(), name).map(Into::into),
        example: states[0].into(),
    })
}
