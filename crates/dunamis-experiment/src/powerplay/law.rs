//! Reward distributions.

use super::yaml::{Node, Place};
use super::{ImportError, ImportProblem};
use dunamis_mdp::nearest;
use dunamis_sampling::{Bernoulli, Beta, JaynesPrior, Marginal, Pareto, RewardError, Uniform, Univariate};

/// The law of reward vectors, by the names of states.
pub(super) struct Law {
    pub(super) default: Marginal,
    pub(super) states: Vec<(String, Place, Marginal)>,
    pub(super) same: Vec<Vec<(String, Place)>>,
    pub(super) reject_constant: bool,
}

const KEYS: &[&str] = &["default_dist", "state_dists", "allow_all_equal_rewards", "states_with_identical_rewards"];

/// Distributions with the number of their parameters.
const DISTRIBUTIONS: [(&str, usize, &str); 6] = [
    ("uniform", 2, "2 parameters, the ends of its interval"),
    ("uniform_0_1_manual", 0, "no parameters"),
    ("jaynes_prior", 0, "no parameters"),
    ("beta", 2, "2 parameters, both positive"),
    ("pareto", 2, "2 parameters, scale and shape"),
    ("bernoulli", 1, "1 parameter, the probability of 1"),
];

impl Law {
    pub(super) fn read(node: &Node) -> Result<Self, ImportError> {
        node.map("a map with `default_dist`")?;
        node.allow(KEYS)?;
        let default = node.get("default_dist");
        let default = default.ok_or_else(|| ImportProblem::MissingKey { key: "default_dist" }.at(node.place))?;
        let default = marginal(default)?;
        let mut states = Vec::new();
        if let Some(of_states) = node.get("state_dists").filter(|node| !node.is_nothing()) {
            for (state, place, law) in of_states.map("a map from states to distributions")? {
                states.push((state.clone(), *place, marginal(law)?));
            }
        }
        let mut same = Vec::new();
        if let Some(groups) = node.get("states_with_identical_rewards").filter(|node| !node.is_nothing()) {
            for group in groups.list("a list of lists of states")? {
                let states = group.list("a list of states")?.iter();
                let states = states.map(|state| Ok((state.text("a state")?.to_owned(), state.place)));
                same.push(states.collect::<Result<Vec<_>, ImportError>>()?);
            }
            // A group of one state shares nothing.
            same.retain(|group| group.len() > 1);
        }
        let allow = node.get("allow_all_equal_rewards").map(Node::boolean).transpose()?;
        Ok(Law { default, states, same, reject_constant: !allow.unwrap_or(true) })
    }

    /// Whether a reward may be negative.
    pub(super) fn may_be_negative(&self) -> bool {
        let laws = self.states.iter().map(|(_, _, law)| law);
        laws.chain([&self.default]).any(|law| law.support().0 < 0.0)
    }
}

fn marginal(node: &Node) -> Result<Marginal, ImportError> {
    node.map("a map with `dist_name` and `params`")?;
    node.allow(&["dist_name", "params"])?;
    let name_node = node.get("dist_name");
    let name_node = name_node.ok_or_else(|| ImportProblem::MissingKey { key: "dist_name" }.at(node.place))?;
    let name = name_node.text("the name of a distribution")?;
    let names = || DISTRIBUTIONS.iter().map(|(name, _, _)| *name);
    let Some(&(name, count, expected)) = DISTRIBUTIONS.iter().find(|(known, _, _)| *known == name) else {
        let nearest = nearest(names(), name).map(Into::into);
        let known = names().map(Into::into).collect();
        return Err(ImportProblem::UnknownDistribution { name: name.into(), nearest, known }.at(name_node.place));
    };
    let parameters = node.get("params").filter(|node| !node.is_nothing());
    let place = parameters.map_or(node.place, |node| node.place);
    let list = parameters.map_or(Ok(&[][..]), |node| node.list("a list of parameters"))?;
    let values = list.iter().map(|node| node.number("a number").map(|number| number.value()));
    let values = values.collect::<Result<Vec<f64>, ImportError>>()?;
    if values.len() != count {
        return Err(ImportProblem::Parameters { distribution: name, expected, found: values.len() }.at(place));
    }
    let law: Result<Marginal, RewardError> = match name {
        "uniform" => Uniform::new(values[0], values[1]).map(Marginal::Uniform),
        // Its bins all have the same probability.
        "uniform_0_1_manual" => Ok(Marginal::UNIT),
        "jaynes_prior" => Ok(Marginal::JaynesPrior(JaynesPrior {})),
        "beta" => Beta::new(values[0], values[1]).map(Marginal::Beta),
        "pareto" => Pareto::new(values[0], values[1]).map(Marginal::Pareto),
        _ => Bernoulli::new(values[0]).map(Marginal::Bernoulli),
    };
    law.map_err(|error| ImportProblem::Law(error).at(place))
}
