//! Copies of visit distribution functions of one state in those of another.

use super::compare::pair;
use super::compute::find_state;
use super::results::EmbeddingRecord;
use crate::{ConfigError, ConfigProblem, ExperimentError};
use dunamis_mdp::{StateId, TransitionModel};
use dunamis_orbit::{Copies, CopySearch, OptionSet, OrbitError, RationalFunction};
use dunamis_solve::VisitDistributionSet;
use serde::Serialize;
use std::collections::BTreeSet;

/// Whether the visit distribution functions from one start contain copies of the non-dominated ones from another
/// `[Turner et al. 2021, Def. 6.2, Prop. 6.6 and 6.9]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedding {
    /// What it is called.
    pub name: String,
    /// Whose functions are embedded.
    pub from: Start,
    /// In whose functions.
    pub into: Start,
}

/// A state, and the action that is taken there if it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The state.
    pub state: String,
    /// The action.
    pub action: Option<String>,
}

impl Serialize for Embedding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "kebab-case")]
        struct Keys<'a> {
            name: &'a str,
            from: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            from_action: Option<&'a str>,
            into: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            into_action: Option<&'a str>,
        }
        Keys {
            name: &self.name,
            from: &self.from.state,
            from_action: self.from.action.as_deref(),
            into: &self.into.state,
            into_action: self.into.action.as_deref(),
        }
        .serialize(serializer)
    }
}

/// Looks up the states and actions of the embedding with this number.
pub(super) fn starts(
    index: usize,
    embedding: &Embedding,
    model: Option<&TransitionModel>,
) -> Result<[(StateId, Option<usize>); 2], ConfigError> {
    let place = |key: &str| ["embedding".to_owned(), index.to_string(), key.to_owned()];
    let Some(model) = model else {
        let fix = "`environment.name`, since it is about the states of a model";
        return Err(ConfigProblem::MissingKey { fix }.at(["environment"]));
    };
    let start = |start: &Start, key: &str, action: &str| {
        let state = find_state(&start.state, model.states()).map_err(|problem| problem.at(place(key)))?;
        let taken =
            start.action.as_ref().map(|name| pair(model, state, name).map_err(|problem| problem.at(place(action))));
        Ok((state, taken.transpose()?))
    };
    Ok([start(&embedding.from, "from", "from-action")?, start(&embedding.into, "into", "into-action")?])
}

/// Searches for copies.
pub(super) fn embed(
    model: &TransitionModel,
    embedding: &Embedding,
    [from, into]: &[(StateId, Option<usize>); 2],
) -> Result<EmbeddingRecord, ExperimentError> {
    const LIMIT: usize = VisitDistributionSet::DEFAULT_LIMIT;
    let set = |&(state, pair): &(StateId, Option<usize>)| match pair {
        None => VisitDistributionSet::new(model, state, LIMIT),
        Some(pair) => VisitDistributionSet::with_choice(model, state, pair, LIMIT),
    };
    let (from, into) = (set(from).map_err(OrbitError::Solve)?, set(into).map_err(OrbitError::Solve)?);
    let all = OptionSet::<RationalFunction>::visit_distributions(&from);
    let undominated = from.non_dominated().indices().map(|index| all.options()[index].clone()).collect();
    let a = OptionSet::new(undominated)?;
    let b = OptionSet::<RationalFunction>::visit_distributions(&into);
    let copies = CopySearch::new(&a, &b).copies().ok();
    let name = |&state: &usize| model.states()[state].to_owned();
    let swaps = |cycle: &Vec<usize>| (name(&cycle[0]), name(&cycle[cycle.len() - 1]));
    let involutions = copies.iter().flat_map(Copies::embeddings);
    let involutions = involutions.map(|copy| copy.involution.cycles().iter().map(swaps).collect()).collect();
    let inside: BTreeSet<usize> = copies.iter().flat_map(Copies::images).flatten().copied().collect();
    Ok(EmbeddingRecord {
        name: embedding.name.clone(),
        size_from: a.len(),
        size_into: b.len(),
        involutions,
        strict: into.non_dominated().indices().any(|index| !inside.contains(&index)),
    })
}
