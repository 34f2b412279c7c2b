//! Environments whose rows are computed, so that their size costs no memory.
//!
//! What is random in them is a hash of the seed, the state and the place of the draw: the finalizer of `SplitMix64`
//! `[Steele, Lea & Flood 2014]`, applied once for each of these. So every row can be computed by itself.

mod garnet;
mod grid;

use crate::parameters::Parameter;
use crate::registry::NOISE;
use crate::{EnvError, Format, MappedMdp, Move, Parameters};
use dunamis_mdp::{ImplicitMdp, Number};
use std::sync::Arc;

pub use garnet::ImplicitGarnet;
pub use grid::ImplicitGrid;

/// Most states of an implicit environment: whole numbers up to here are exact as `f64`.
pub const MAX_IMPLICIT_STATES: u64 = 1 << 53;

/// A shipped environment whose rows are computed.
#[derive(Clone, Copy, Debug)]
pub struct ImplicitEntry {
    /// Its name.
    pub name: &'static str,
    /// What it is, in one line.
    pub description: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// The parameters it takes.
    pub parameters: &'static [Parameter],
    build: fn(&Parameters<'_>) -> Result<ImplicitEnvironment, EnvError>,
}

impl ImplicitEntry {
    /// Builds the environment with parameters such as `rows=100,columns=100`; `None` takes the defaults.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the parameters.
    pub fn build(&self, parameters: Option<&str>) -> Result<ImplicitEnvironment, EnvError> {
        (self.build)(&Parameters::parse(self.name, self.parameters, parameters)?)
    }
}

const SEED: Parameter = Parameter { key: "seed", default: Some("0"), description: "seed of the hashes" };

/// All shipped environments whose rows are computed.
pub const IMPLICIT_REGISTRY: &[ImplicitEntry] = &[
    ImplicitEntry {
        name: "implicit-grid",
        description: "open gridworld of any size, with uniform random rewards of the cells",
        source: "[Harris & Suo 2022, part 1], with rewards",
        parameters: &[
            Parameter { key: "rows", default: Some("1000"), description: "number of rows" },
            Parameter { key: "columns", default: Some("1000"), description: "number of columns" },
            NOISE,
            SEED,
        ],
        build: |parameters| {
            let noise = parameters.number("noise")?.unwrap_or(Number::from(0.0));
            let (rows, columns) = (parameters.count("rows")?, parameters.count("columns")?);
            Ok(ImplicitEnvironment::Grid(ImplicitGrid::new(rows, columns, noise, parameters.count("seed")?)?))
        },
    },
    ImplicitEntry {
        name: "implicit-garnet",
        description: "random model: uniform successors, Dirichlet(1) probabilities, uniform rewards of state-action pairs",
        source: "after [Archibald, McKinnon & Thomas 1995]",
        parameters: &[
            Parameter { key: "states", default: Some("1000000"), description: "number of states" },
            Parameter { key: "actions", default: Some("4"), description: "actions of each state" },
            Parameter { key: "branching", default: Some("4"), description: "successors of each pair, at most 16" },
            Parameter {
                key: "reach",
                default: None,
                description: "largest distance of a successor on the ring of all states; anywhere without it",
            },
            SEED,
        ],
        build: |parameters| {
            let reach = parameters.text("reach").map(|_| parameters.count("reach")).transpose()?;
            let [actions, branching] = [parameters.count("actions")?, parameters.count("branching")?];
            let states = parameters.count("states")?;
            let garnet = ImplicitGarnet::new(states, actions, branching, reach, parameters.count("seed")?)?;
            Ok(ImplicitEnvironment::Garnet(garnet))
        },
    },
];

/// A shipped environment whose rows are computed, or one whose rows stay in a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ImplicitEnvironment {
    /// See [`ImplicitGrid`].
    Grid(ImplicitGrid),
    /// See [`ImplicitGarnet`].
    Garnet(ImplicitGarnet),
    /// A model in a file that is used where it lies.
    Mapped(Arc<MappedMdp>),
}

impl ImplicitEnvironment {
    /// The environment of a specification: a name from [`IMPLICIT_REGISTRY`], with parameters behind a colon if it has any, or the
    /// path of a file of [`Format::Dmdp`]. `None` for all else.
    ///
    /// # Errors
    ///
    /// What is wrong with the parameters or the file.
    pub fn load(specification: &str) -> Result<Option<Self>, EnvError> {
        if Format::from_path(specification) == Some(Format::Dmdp) {
            return Ok(Some(ImplicitEnvironment::Mapped(Arc::new(MappedMdp::open(specification)?))));
        }
        let (name, parameters) =
            specification.split_once(':').map_or((specification, None), |(name, text)| (name, Some(text)));
        let entry = IMPLICIT_REGISTRY.iter().find(|entry| entry.name == name.trim());
        entry.map(|entry| entry.build(parameters)).transpose()
    }

    /// The name of an action of a state.
    pub fn action_name(&self, state: u64, action: usize) -> String {
        match self {
            ImplicitEnvironment::Grid(grid) => grid.move_of(state, action).map_or("", Move::name).into(),
            ImplicitEnvironment::Garnet(_) => format!("a{action}"),
            ImplicitEnvironment::Mapped(mapped) => mapped.action_name(state, action).unwrap_or_default().into(),
        }
    }

    /// The name of a state.
    pub fn state_name(&self, state: u64) -> String {
        match self {
            ImplicitEnvironment::Grid(grid) => grid.state_name(state),
            ImplicitEnvironment::Garnet(_) => format!("s{state}"),
            ImplicitEnvironment::Mapped(_) => state.to_string(),
        }
    }

    /// The state of a name, if there is one.
    pub fn state(&self, name: &str) -> Option<u64> {
        let name = name.trim();
        let states = match self {
            ImplicitEnvironment::Grid(grid) => grid.states(),
            ImplicitEnvironment::Garnet(garnet) => garnet.states(),
            ImplicitEnvironment::Mapped(mapped) => mapped.states(),
        };
        let number = match self {
            ImplicitEnvironment::Grid(grid) => grid.state(name),
            ImplicitEnvironment::Garnet(_) => name.strip_prefix('s')?.parse().ok(),
            ImplicitEnvironment::Mapped(_) => name.parse().ok(),
        };
        number.filter(|&state| state < states)
    }
}

/// A word for a place under a seed.
#[inline]
fn hash(word: u64, place: u64) -> u64 {
    let number = (word ^ place).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A multiple of $`2^{-53}`$ in [0, 1), from the upper bits of a word.
#[inline]
fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * (f64::EPSILON / 2.0)
}

/// A number below a bound, from a word; uniform up to bound · 2⁻⁶⁴.
#[inline]
fn below(bound: u64, word: u64) -> u64 {
    ((u128::from(word) * u128::from(bound)) >> 64) as u64
}

/// Refuses what is not between 1 and the most that there may be.
fn check_states(states: u128) -> Result<u64, EnvError> {
    match u64::try_from(states) {
        Ok(0) => Err(EnvError::TooSmall { what: "the number of states", value: 0, least: 1 }),
        Ok(states) if states <= MAX_IMPLICIT_STATES => Ok(states),
        _ => Err(EnvError::TooLarge { what: "states", count: states, limit: MAX_IMPLICIT_STATES }),
    }
}
