//! What a state's options are.

use super::results::{RecurrentDistributionRecord, StateOptions, VisitDistributionRecord};
use dunamis_mdp::{Rational, StateId, TransitionModel};
use dunamis_solve::{NonDominated, SolveError, VisitDistributionSet};
use num_traits::Zero;
use std::collections::{BTreeMap, BTreeSet};

const LIMIT: usize = VisitDistributionSet::DEFAULT_LIMIT;

/// Everything about the options of a state.
pub(super) fn state_options(model: &TransitionModel, state: StateId) -> Result<StateOptions, SolveError> {
    let name = |state: StateId| model.states()[state.index()].to_owned();
    let set = VisitDistributionSet::new(model, state, LIMIT)?;
    let non_dominated: BTreeSet<usize> = set.non_dominated().indices().collect();
    // The pairs that a function's policy takes where it comes.
    let used = |index: usize| -> Vec<usize> {
        let (function, policy) = (&set.functions()[index], &set.policies()[index]);
        let visited = model.state_ids().filter(|&state| function.numerator(state).degree().is_some());
        visited.map(|state| policy.pairs()[state.index()] as usize).collect()
    };
    let action = |pair: usize| model.actions()[model.available().action(pair).index()].to_owned();
    let visit_distributions = set.functions().iter().enumerate().map(|(index, function)| {
        let visited = model.state_ids().filter(|&state| function.numerator(state).degree().is_some());
        VisitDistributionRecord {
            choices: used(index).into_iter().map(|pair| (name(model.available().state(pair)), action(pair))).collect(),
            numerators: visited.map(|state| (name(state), function.numerator(state).to_string())).collect(),
            denominator: function.denominator().to_string(),
            non_dominated: non_dominated.contains(&index),
        }
    });
    let everywhere: BTreeSet<usize> = (0..set.functions().len()).flat_map(used).collect();
    let undominated: BTreeSet<usize> = non_dominated.iter().copied().flat_map(used).collect();
    let pair = |&pair: &usize| (name(model.available().state(pair)), action(pair));
    Ok(StateOptions {
        state: name(state),
        visit_distributions: visit_distributions.collect(),
        recurrent_distributions: recurrent(model, state, &set)?,
        dominated_pairs: everywhere.difference(&undominated).map(pair).collect(),
    })
}

fn recurrent(
    model: &TransitionModel,
    state: StateId,
    set: &VisitDistributionSet,
) -> Result<Vec<RecurrentDistributionRecord>, SolveError> {
    let all = set.recurrent_distributions();
    let non_dominated = NonDominated::new(all.clone())?;
    let mut after: Vec<Vec<String>> = vec![Vec::new(); all.len()];
    for pair in model.available().pairs(state) {
        let action = &model.actions()[model.available().action(pair).index()];
        for distribution in recurrent_after(model, state, pair)? {
            if let Some(place) = all.iter().position(|other| *other == distribution) {
                after[place].push(action.to_owned());
            }
        }
    }
    let records =
        all.iter().zip(after).enumerate().map(|(index, (distribution, actions))| RecurrentDistributionRecord {
            distribution: positive(model, distribution),
            actions,
            non_dominated: non_dominated.contains(index),
        });
    Ok(records.collect())
}

/// $`\mathrm{RSD}(s \mid a)`$: what policies that take a pair at a state end in.
pub(super) fn recurrent_after(
    model: &TransitionModel,
    state: StateId,
    pair: usize,
) -> Result<Vec<Vec<Rational>>, SolveError> {
    Ok(VisitDistributionSet::with_choice(model, state, pair, LIMIT)?.recurrent_distributions())
}

/// The positive entries, by state.
fn positive(model: &TransitionModel, distribution: &[Rational]) -> BTreeMap<String, String> {
    let entries = model.states().iter().zip(distribution).filter(|(_, p)| !p.is_zero());
    entries.map(|(state, p)| (state.to_owned(), p.to_string())).collect()
}
