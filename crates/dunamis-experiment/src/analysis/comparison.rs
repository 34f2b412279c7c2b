//! Two sets of options, and what is asked of them.

use dunamis_mdp::Number;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Two sets of options $`A`$ and $`B`$ within everything that can be chosen, $`C`$, and what is asked of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// What it is called.
    pub name: String,
    /// The sets.
    #[serde(flatten)]
    pub sets: OptionSets,
    /// Decision functions by their specifications, such as `boltzmann:temperature=1`.
    pub rules: Vec<String>,
    /// Rewards whose orbits are counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<Vec<Number>>,
    /// Whether every rearrangement of the rewards is listed with the values of both sets.
    pub list: bool,
    /// Whether the orbit that favors `B` least is searched for.
    pub worst: bool,
    /// Whether copies of `A` in `B` are searched for.
    pub copies: bool,
}

/// The sets of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionSets {
    /// Vectors, one coordinate per outcome.
    Vectors {
        /// $`A`$.
        a: Vec<Vec<Number>>,
        /// $`B`$.
        b: Vec<Vec<Number>>,
        /// $`C`$; both sets together if it is not given.
        c: Option<Vec<Vec<Number>>>,
    },
    /// So many outcomes each, all different.
    Counts {
        /// $`|A|`$, in decimal digits.
        a: String,
        /// $`|B|`$, in decimal digits.
        b: String,
    },
    /// What a state's actions lead to: recurrent state distributions, or visit distributions where there is a discount. Rewards
    /// are permuted over the states that are reachable after the choice.
    Actions {
        /// The state.
        state: String,
        /// Actions of $`A`$.
        a: Vec<String>,
        /// Actions of $`B`$.
        b: Vec<String>,
        /// The discount, if rewards are discounted.
        discount: Option<Number>,
    },
}

impl Serialize for OptionSets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            OptionSets::Vectors { a, b, c } => {
                map.serialize_entry("a", a)?;
                map.serialize_entry("b", b)?;
                if let Some(c) = c {
                    map.serialize_entry("c", c)?;
                }
            }
            OptionSets::Counts { a, b } => {
                map.serialize_entry("a", a)?;
                map.serialize_entry("b", b)?;
            }
            OptionSets::Actions { state, a, b, discount } => {
                map.serialize_entry("state", state)?;
                map.serialize_entry("a", a)?;
                map.serialize_entry("b", b)?;
                if let Some(discount) = discount {
                    map.serialize_entry("discount", discount)?;
                }
            }
        }
        map.end()
    }
}
