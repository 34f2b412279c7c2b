//! Decision functions: how likely an option of a set is chosen.

mod anti_optimal;
mod best_of_k;
mod boltzmann;
mod combination;
mod custom;
mod epsilon_greedy;
mod epsilon_optimal;
mod error;
mod fraction_optimal;
mod optimal;
mod parameter;
mod quantilizing;
mod rank_dependent;
mod satisficing;
mod uniform;

pub use anti_optimal::AntiOptimal;
pub use best_of_k::BestOfK;
pub use boltzmann::Boltzmann;
pub use combination::Combination;
pub use custom::Custom;
pub use epsilon_greedy::EpsilonGreedy;
pub use epsilon_optimal::{EpsilonOptimal, FractionEpsilonOptimal};
pub use error::DecisionError;
pub use fraction_optimal::FractionOptimal;
pub use optimal::Optimal;
pub use quantilizing::Quantilizing;
pub use rank_dependent::RankDependent;
pub use satisficing::Satisficing;
pub use uniform::Uniform;

use crate::{Choice, ExponentialRatio, Utilities};
use dunamis_mdp::{Rational, nearest};
use parameter::Parameters;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// How the values that a decision function gives to $`B`$ and to $`A`$ compare, for given utilities.
pub type Comparator<'a> = Box<dyn Fn(&Utilities) -> Ordering + Send + Sync + 'a>;

/// What is known of a decision function. Claims are promises of its author; those of this crate are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "four promises that have nothing to do with each other")]
pub struct Properties {
    /// $`f(\varphi X \mid \varphi C, \varphi \theta) = f(X \mid C, \theta)`$ for every permutation: it sees the utilities of
    /// options and nothing else, and treats options of equal utility alike `[Turner & Tadepalli 2022, Def. A.12, Lemma B.11]`.
    pub jointly_invariant: bool,
    /// $`f(X \mid C, \theta) \le f(Y \mid C, \theta)`$ for $`X \subseteq Y`$.
    pub monotone: bool,
    /// It depends only on how the utilities of options compare, not on how far they are apart.
    pub ordinal: bool,
    /// It is never negative, so that products of increasing functions increase.
    pub nonnegative: bool,
}

impl Properties {
    /// Of a probability that follows from the order of the utilities.
    pub const ORDINAL: Self = Properties { jointly_invariant: true, monotone: true, ordinal: true, nonnegative: true };
    /// Of a probability that follows from the utilities themselves.
    pub const CARDINAL: Self = Properties { ordinal: false, ..Properties::ORDINAL };
    /// Of a function of which nothing is known.
    pub const UNKNOWN: Self =
        Properties { jointly_invariant: false, monotone: false, ordinal: false, nonnegative: false };
}

/// How the options of extreme utility decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extremal {
    /// Whether one of the largest utility is in the subset: [`Optimal`].
    Largest,
    /// How many of the largest utility are in the subset: [`FractionOptimal`].
    LargestFraction,
    /// Whether one of the smallest utility is in the subset: [`AntiOptimal`].
    Smallest,
}

/// A decision function $`f(X \mid C, \theta)`$: how much a decision-maker with utility $`\theta`$ favors a subset $`X`$ of its
/// options $`C`$, such as the probability of choosing from it `[Turner & Tadepalli 2022, Sec. 3]`.
///
/// Of $`\theta`$ it sees the expected utilities $`x^\top \theta`$ of all options.
pub trait DecisionFunction: Send + Sync {
    /// The registered name with its parameters.
    fn name(&self) -> String;

    /// What is known of it.
    fn properties(&self) -> Properties;

    /// $`f(X \mid C, \theta)`$, exactly, from the utilities of all options of $`C`$ and the places of those of $`X`$, each at
    /// most once.
    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio;

    /// Which options of extreme utility decide, if nothing else does; this is what closed forms exist for.
    fn extremal(&self) -> Option<Extremal> {
        None
    }

    /// Compares $`f(B)`$ with $`f(A)`$ for a choice whose utilities are multiples of `unit`; the place for what is prepared once
    /// and used for every element of an orbit.
    fn comparator<'a>(&'a self, choice: &'a Choice, _unit: &Rational) -> Comparator<'a> {
        Box::new(|utilities| self.value(utilities, choice.preferred()).cmp(&self.value(utilities, choice.other())))
    }
}

/// One line of the registry [`DECISIONS`].
#[derive(Clone, Copy, Debug)]
pub struct DecisionInfo {
    /// The registered name.
    pub name: &'static str,
    /// The names of its parameters, all of which must be given.
    pub parameters: &'static [&'static str],
    /// What it is, in one line.
    pub summary: &'static str,
}

/// Declares the registry and how a name becomes a decision function: a line per function.
macro_rules! decisions {
    ($($name:literal: $summary:literal, $function:ident($($key:literal $field:ident),*) => $made:expr;)+) => {
        /// Every decision function that has a name, in the order in which they are listed.
        pub const DECISIONS: &[DecisionInfo] =
            &[$(DecisionInfo { name: $name, parameters: &[$($key),*], summary: $summary }),+];

        /// A decision function as written in commands and files: `optimal`, `boltzmann:temperature=1/2`,
        /// `epsilon-greedy:epsilon=1/10,steps=100`.
        ///
        /// ```
        /// use dunamis_orbit::{Decision, DecisionFunction};
        /// let decision: Decision = "quantilizing:fraction=0.25".parse()?;
        /// assert_eq!(decision.to_string(), "quantilizing:fraction=1/4");
        /// assert!(decision.properties().ordinal);
        /// # Ok::<(), dunamis_orbit::DecisionError>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Decision {
            $(#[doc = concat!("See [`", stringify!($function), "`].")] $function($function)),+
        }

        impl Decision {
            fn function(&self) -> &dyn DecisionFunction {
                match self {
                    $(Decision::$function(function) => function),+
                }
            }
        }

        impl FromStr for Decision {
            type Err = DecisionError;

            fn from_str(text: &str) -> Result<Self, DecisionError> {
                let (name, parameters) = text.split_once(':').unwrap_or((text, ""));
                match name.trim() {
                    $($name => {
                        let _given = Parameters::new($name, &[$($key),*], parameters)?;
                        $(let $field = _given.get($key)?;)*
                        Ok(Decision::$function($made))
                    })+
                    unknown => Err(DecisionError::UnknownDecision {
                        name: unknown.chars().take(60).collect(),
                        nearest: nearest(DECISIONS.iter().map(|info| info.name), unknown),
                    }),
                }
            }
        }
    };
}

decisions! {
    "optimal": "1 if an option of the subset has the largest utility", Optimal() => Optimal;
    "fraction-optimal": "a uniformly random option of the largest utility", FractionOptimal() => FractionOptimal;
    "anti-optimal": "1 if an option of the subset has the smallest utility", AntiOptimal() => AntiOptimal;
    "epsilon-optimal": "1 if an option of the subset has the largest utility up to epsilon",
        EpsilonOptimal("epsilon" epsilon) => EpsilonOptimal::new(epsilon)?;
    "fraction-epsilon-optimal": "a uniformly random option of the largest utility up to epsilon",
        FractionEpsilonOptimal("epsilon" epsilon) => FractionEpsilonOptimal::new(epsilon)?;
    "boltzmann": "probabilities in proportion to exponentials of utilities",
        Boltzmann("temperature" temperature) => Boltzmann::new(temperature)?;
    "best-of-k": "the best of k uniform draws", BestOfK("k" k) => BestOfK::new(&k)?;
    "satisficing": "a uniformly random option with at least the threshold; 0 if there is none",
        Satisficing("threshold" threshold) => Satisficing::new(threshold);
    "quantilizing": "a uniformly random option of the best fraction",
        Quantilizing("fraction" fraction) => Quantilizing::new(fraction)?;
    "epsilon-greedy": "the arm that a bandit learner holds after its steps",
        EpsilonGreedy("epsilon" epsilon, "steps" steps) => EpsilonGreedy::new(epsilon, &steps)?;
    "uniform": "a uniformly random option", Uniform() => Uniform;
}

impl DecisionFunction for Decision {
    fn name(&self) -> String {
        self.function().name()
    }

    fn properties(&self) -> Properties {
        self.function().properties()
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        self.function().value(utilities, subset)
    }

    fn extremal(&self) -> Option<Extremal> {
        self.function().extremal()
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, unit: &Rational) -> Comparator<'a> {
        self.function().comparator(choice, unit)
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// 1 or 0.
fn indicator(condition: bool) -> ExponentialRatio {
    Rational::from_integer(i32::from(condition).into()).into()
}

/// $`p / q`$.
fn fraction(p: usize, q: usize) -> Rational {
    Rational::new(p.into(), q.into())
}
