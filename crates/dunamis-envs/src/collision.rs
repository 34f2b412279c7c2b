//! What happens when two agents would come to the same place.

use crate::EnvError;
use dunamis_mdp::Shortfall;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What happens when two agents would come to the same place.
///
/// Under every rule but [`Collision::None`] no joint state has both agents at one place. The rules speak of outcomes: where
/// moves are noisy, only the colliding part of a joint move's probability is affected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Collision {
    /// Nothing: agents may share a place.
    #[default]
    None,
    /// The outcome is not available, and its probability is lost for ever and worth 0: the published no-overlap rule
    /// `[Harris & Suo 2022, part 3]`, under which a collision ends the world.
    Leak,
    /// The outcome is not available, and the joint move is drawn again until an available one comes out.
    #[serde(alias = "renormalise")]
    Renormalize,
    /// Both agents stay where they are.
    Block,
}

impl Collision {
    /// All rules.
    pub const ALL: [Collision; 4] = [Collision::None, Collision::Leak, Collision::Renormalize, Collision::Block];

    /// The name in configs and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Collision::None => "none",
            Collision::Leak => "leak",
            Collision::Renormalize => "renormalize",
            Collision::Block => "block",
        }
    }

    /// What becomes of the probability that a joint model lacks. Under [`Collision::None`] and [`Collision::Block`] it
    /// lacks none, unless the model of a single agent leaks already, and that stays as it is.
    pub fn shortfall(self) -> Shortfall {
        match self {
            Collision::None | Collision::Leak | Collision::Block => Shortfall::Leak,
            Collision::Renormalize => Shortfall::Renormalize,
        }
    }
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Collision {
    type Err = EnvError;

    /// # Errors
    ///
    /// [`EnvError::UnknownCollision`] unless the text is one of the names, or `renormalise`.
    fn from_str(text: &str) -> Result<Self, EnvError> {
        let name = if text == "renormalise" { "renormalize" } else { text };
        let rule = Collision::ALL.into_iter().find(|rule| rule.name() == name);
        rule.ok_or_else(|| EnvError::UnknownCollision { name: text.into() })
    }
}

/// Whether two agents may exchange their places in one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Swaps {
    /// They may, as under the published rule.
    #[default]
    Allowed,
    /// An exchange counts as a collision.
    Forbidden,
}

impl fmt::Display for Swaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Swaps::Allowed => "allowed",
            Swaps::Forbidden => "forbidden",
        })
    }
}

impl FromStr for Swaps {
    type Err = EnvError;

    /// # Errors
    ///
    /// [`EnvError::UnknownSwaps`].
    fn from_str(text: &str) -> Result<Self, EnvError> {
        match text {
            "allowed" => Ok(Swaps::Allowed),
            "forbidden" => Ok(Swaps::Forbidden),
            _ => Err(EnvError::UnknownSwaps { name: text.into() }),
        }
    }
}

/// How two agents get in each other's way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JointRules {
    /// What a collision leads to.
    pub collision: Collision,
    /// Whether a swap is one.
    pub swaps: Swaps,
}

impl From<Collision> for JointRules {
    /// The rule with swaps allowed.
    fn from(collision: Collision) -> Self {
        JointRules { collision, swaps: Swaps::Allowed }
    }
}
