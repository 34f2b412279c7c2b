//! Sweep configs as they are written.

use super::law::Law;
use super::yaml::{Node, Place};
use super::{ImportError, ImportProblem};
use dunamis_mdp::{Discount, Number, Rational};

/// A sweep config.
pub(super) struct Config {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) kind: Kind,
    pub(super) graph: Swept<String>,
    /// A's policy, of kinds that have one.
    pub(super) policy: Option<Swept<String>>,
    pub(super) discount: Swept<Number>,
    pub(super) discount_a: Option<Swept<Number>>,
    pub(super) correlation: Option<Swept<Number>>,
    pub(super) law: Swept<Law>,
    pub(super) samples: Swept<u64>,
    pub(super) seed: Swept<Option<u64>>,
    pub(super) threshold: Option<Number>,
    /// Parameters that have no effect, in the original or here.
    pub(super) idle: Vec<&'static str>,
}

/// The kinds of experiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One agent.
    SingleAgent,
    /// H, while A follows a fixed policy.
    FixedPolicy,
    /// H and A, both with rewards.
    WithReward,
}

impl Kind {
    /// The key of the model.
    pub(super) fn graph(self) -> &'static str {
        if self == Kind::SingleAgent { "mdp_graph" } else { "joint_mdp_graph" }
    }

    /// The key of A's policy.
    pub(super) fn policy(self) -> Option<&'static str> {
        match self {
            Kind::SingleAgent => None,
            Kind::FixedPolicy => Some("policy_graph_agent_A"),
            Kind::WithReward => Some("seed_policy_graph_agent_A"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::SingleAgent => "one agent",
            Kind::FixedPolicy => "H against a fixed A",
            Kind::WithReward => "two agents with rewards",
        }
    }
}

/// One value, or several with their names.
pub(super) struct Swept<T> {
    pub(super) values: Vec<(T, Place)>,
    pub(super) names: Option<Vec<String>>,
}

const ROOT: &[&str] = &["name", "description", "program", "parameters", "method", "project", "entity"];

const PARAMETERS: &[&str] = &[
    "mdp_graph",
    "joint_mdp_graph",
    "policy_graph_agent_A",
    "seed_policy_graph_agent_A",
    "discount_rate",
    "discount_rate_agent_A",
    "reward_distribution",
    "reward_correlation",
    "num_reward_samples",
    "convergence_threshold",
    "value_initializations",
    "num_workers",
    "random_seed",
];

impl Config {
    pub(super) fn parse(text: &str) -> Result<Self, ImportError> {
        let root = Node::parse(text)?;
        root.map("a map with `name` and `parameters`")?;
        root.allow(ROOT)?;
        let missing = |key| ImportProblem::MissingKey { key }.at(root.place);
        let name = root.get("name").ok_or_else(|| missing("name"))?.text("a name")?.to_owned();
        let description = root.get("description").filter(|node| !node.is_nothing());
        let description = description.map(|node| node.text("a text").map(Into::into)).transpose()?;
        let parameters = root.get("parameters").ok_or_else(|| missing("parameters"))?;
        parameters.map("a map of parameters")?;
        parameters.allow(PARAMETERS)?;
        let has = |key: &str| parameters.get(key).is_some();
        let kind = match (has("mdp_graph"), has("joint_mdp_graph")) {
            (true, _) => Kind::SingleAgent,
            (false, true) if has("seed_policy_graph_agent_A") => Kind::WithReward,
            (false, true) if has("policy_graph_agent_A") => Kind::FixedPolicy,
            _ => return Err(ImportProblem::NoKind.at(parameters.place)),
        };
        let foreign: &[&str] = match kind {
            Kind::SingleAgent => &PARAMETERS[1..4],
            Kind::FixedPolicy => &["seed_policy_graph_agent_A"],
            Kind::WithReward => &["policy_graph_agent_A"],
        };
        let alone = ["discount_rate_agent_A", "reward_correlation"];
        for (key, place, _) in parameters.map("a map")? {
            if foreign.contains(&key.as_str()) || (kind != Kind::WithReward && alone.contains(&key.as_str())) {
                return Err(ImportProblem::OtherKind { key: key.clone(), kind: kind.name() }.at(*place));
            }
        }
        let required = |key: &'static str| {
            parameters.get(key).ok_or_else(|| ImportProblem::MissingKey { key }.at(parameters.place))
        };
        let graph = |node: &Node| node.text("the name of a graph").map(Into::into);
        let two = kind == Kind::WithReward;
        // The last value of the discount is allowed to be the limit only where there is one.
        let discounts = required("discount_rate")?;
        let discount = Swept::read(discounts, |node| discount(node, kind != Kind::WithReward))?;
        let threshold = parameters.get("convergence_threshold");
        let threshold = threshold.map(|node| Swept::read(node, |node| node.number("a number"))).transpose()?;
        let idle = ["value_initializations", "num_workers"].into_iter().filter(|key| has(key)).collect();
        Ok(Config {
            name,
            description,
            kind,
            graph: Swept::read(required(kind.graph())?, graph)?,
            policy: kind.policy().map(|key| Swept::read(required(key)?, graph)).transpose()?,
            discount,
            discount_a: two
                .then(|| Swept::read(required("discount_rate_agent_A")?, |node| self::discount(node, false)))
                .transpose()?,
            correlation: two.then(|| Swept::read(required("reward_correlation")?, correlation)).transpose()?,
            law: Swept::read(required("reward_distribution")?, Law::read)?,
            samples: Swept::read(required("num_reward_samples")?, samples)?,
            seed: match parameters.get("random_seed") {
                Some(node) => Swept::read(node, seed)?,
                None => Swept { values: vec![(None, parameters.place)], names: None },
            },
            threshold: threshold.and_then(|threshold| Some(threshold.values.into_iter().next()?.0)),
            idle,
        })
    }
}

fn discount(node: &Node, limit: bool) -> Result<Number, ImportError> {
    let number = node.number("a discount from 0 to 1")?;
    if limit && number.exact() == Rational::from_integer(1.into()) {
        return Ok(number);
    }
    Discount::new(number.clone()).map_err(|error| ImportProblem::Discount(error).at(node.place))?;
    Ok(number)
}

fn correlation(node: &Node) -> Result<Number, ImportError> {
    let number = node.number("a correlation from -1 to 1")?;
    if (-1.0..=1.0).contains(&number.value()) {
        return Ok(number);
    }
    let problem = ImportProblem::Range { what: "the correlation", found: number.to_string(), expected: "from -1 to 1" };
    Err(problem.at(node.place))
}

fn samples(node: &Node) -> Result<u64, ImportError> {
    match node.count("a number of samples")? {
        0 => {
            let (what, found) = ("the number of samples", "0".into());
            Err(ImportProblem::Range { what, found, expected: "at least 1" }.at(node.place))
        }
        samples => Ok(samples),
    }
}

fn seed(node: &Node) -> Result<Option<u64>, ImportError> {
    if node.is_nothing() { Ok(None) } else { node.count("a whole number, or `null`").map(Some) }
}

impl<T> Swept<T> {
    fn read(node: &Node, read: impl Fn(&Node) -> Result<T, ImportError>) -> Result<Self, ImportError> {
        node.map("`value: …`, or `values: […]` with `names: […]`")?;
        node.allow(&["value", "values", "names"])?;
        match (node.get("value"), node.get("values"), node.get("names")) {
            (Some(value), None, None) => Ok(Swept { values: vec![(read(value)?, value.place)], names: None }),
            (None, Some(values), Some(names)) => {
                let (list, named) = (values.list("a list of values")?, names.list("a list of names")?);
                if list.len() != named.len() || list.is_empty() {
                    let problem = ImportProblem::Names { values: list.len(), names: named.len() };
                    return Err(problem.at(names.place));
                }
                let values = list.iter().map(|value| Ok((read(value)?, value.place)));
                let names = named.iter().map(|name| name.text("a name").map(Into::into));
                Ok(Swept { values: values.collect::<Result<_, _>>()?, names: Some(names.collect::<Result<_, _>>()?) })
            }
            _ => Err(ImportProblem::Values.at(node.place)),
        }
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.values.iter().map(|(value, _)| value)
    }
}
