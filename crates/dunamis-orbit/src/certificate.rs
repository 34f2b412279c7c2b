//! Certificates: claims about orbits with everything that is needed to check them.

use crate::VisitWitness;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fmt;

/// The version of the form that this crate writes.
pub const CERTIFICATE_SCHEMA: u32 = 1;

/// What a certificate's claim rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Theorem {
    /// $`n`$ copies, for every monotone and jointly invariant rule.
    #[serde(rename = "Turner & Tadepalli 2022, Prop. A.11")]
    Copies,
    /// $`n`$ copies of the non-dominated options, for optimality.
    #[serde(rename = "Turner & Tadepalli 2022, Lemma D.5")]
    OptimalCopies,
    /// $`n`$ copies among recurrent state distributions, for average rewards.
    #[serde(rename = "Turner et al. 2021, Thm. 6.13")]
    RecurrentCopies,
    /// One-cycles against one-cycles, counted.
    #[serde(rename = "Turner et al. 2021, Cor. 6.14")]
    OneCycles,
    /// $`n`$ parts that each copy every one of $`m`$ parts.
    #[serde(rename = "fractional scaling law")]
    Fractional,
    /// POWER from visit distribution functions, at every discount.
    #[serde(rename = "Turner et al. 2021, Prop. 6.6")]
    Power,
    /// POWER after either of two actions, at every discount.
    #[serde(rename = "Turner et al. 2021, Prop. 6.9")]
    PowerSeeking,
    /// POWER from recurrent state distributions, as the discount tends to 1.
    #[serde(rename = "Turner et al. 2021, Prop. 6.12")]
    RecurrentPower,
    /// Shutdown against states that can be visited again and again, among goals compatible with training.
    #[serde(rename = "Krakovna & Kramár 2023, Thm. 2")]
    TrainingCompatible,
}

impl Theorem {
    /// As it is cited.
    pub fn citation(self) -> &'static str {
        match self {
            Theorem::Copies => "Turner & Tadepalli 2022, Prop. A.11",
            Theorem::OptimalCopies => "Turner & Tadepalli 2022, Lemma D.5",
            Theorem::RecurrentCopies => "Turner et al. 2021, Thm. 6.13",
            Theorem::OneCycles => "Turner et al. 2021, Cor. 6.14",
            Theorem::Fractional => "fractional scaling law",
            Theorem::Power => "Turner et al. 2021, Prop. 6.6",
            Theorem::PowerSeeking => "Turner et al. 2021, Prop. 6.9",
            Theorem::RecurrentPower => "Turner et al. 2021, Prop. 6.12",
            Theorem::TrainingCompatible => "Krakovna & Kramár 2023, Thm. 2",
        }
    }
}

impl fmt::Display for Theorem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.citation())
    }
}

/// Whose tendency is claimed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// Optimal choice: $`\mathbb 1[\max_{x \in X} x^\top r \ge \max_{c \in C} c^\top r]`$.
    #[default]
    Optimal,
    /// Every rule $`f(X \mid C, r)`$ that grows with $`X`$ and does not change when options and reward are permuted alike:
    /// among others optimal, Boltzmann, satisficing, quantilizing and best-of-k choice `[Turner & Tadepalli 2022, Prop. A.11]`.
    Invariant,
    /// POWER, the expected maximum over the options.
    Power,
}

/// A set of options in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Options {
    /// Vectors, each coordinate an exact number or a function of the discount.
    Listed(Vec<Vec<String>>),
    /// So many distinct basis vectors, none of them in another set.
    Basis {
        /// How many.
        basis: String,
    },
}

/// Parts of both sets: every part of `b` is a copy of every part of `a`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// $`A_1, \dots, A_m`$, each as numbers of options of $`A`$.
    pub a: Vec<Vec<usize>>,
    /// $`B_1, \dots, B_n`$, each as numbers of options of $`B`$.
    pub b: Vec<Vec<usize>>,
}

/// An option that is a convex combination of others, so that no reward needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dominated {
    /// Its number in its set.
    pub option: usize,
    /// Numbers of other options of the same set, with positive weights of sum 1.
    pub weights: Vec<(usize, String)>,
}

/// How the future counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Horizon {
    /// Average reward: options are recurrent state distributions.
    Average,
    /// One discount, as an exact number: options are visit distributions there.
    Discount(String),
    /// Every discount in $`(0, 1)`$: options are visit distribution functions.
    EveryDiscount,
}

/// What is compared in a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Alternatives {
    /// Actions of a state: $`B`$ are the options that start with one of some, $`A`$ those that start with one of others,
    /// $`C`$ all.
    Actions {
        /// The state.
        state: String,
        /// The actions of $`B`$.
        prefer: Vec<String>,
        /// The actions of $`A`$.
        over: Vec<String>,
    },
    /// Two states: $`B`$ are the options of one, $`A`$ those of the other.
    States {
        /// The state of $`B`$.
        prefer: String,
        /// The state of $`A`$.
        over: String,
    },
}

/// Where the options come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What is compared.
    pub alternatives: Alternatives,
    /// How the future counts.
    pub horizon: Horizon,
    /// The transition model, in its JSON form.
    pub model: Box<RawValue>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (&self.alternatives, &self.horizon, self.model.get())
            == (&other.alternatives, &other.horizon, other.model.get())
    }
}

impl Eq for Source {}

/// What restricts the goals of a claim to those that are compatible with training, and who can take the place of shutdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Compatible {
    /// The states that were visited in training.
    pub trained: Vec<String>,
    /// Whether actions that leave these states count when it is asked what is optimal in training.
    pub all_actions: bool,
    /// For each option of $`B`$ the state whose reward changes places with that of the terminal state, with evidence that it
    /// can be visited at least once.
    pub visits: Vec<VisitWitness>,
}

/// A claim that $`B`$ is preferred to $`A`$, with what is needed to check it:
///
/// ```math
/// f(B \mid \theta) \ge^{n/m}_{\text{most}} f(A \mid \theta),
/// ```
///
/// so that $`f(B) \ge f(A)`$ on at least $`n/(n+m)`$ of every orbit under the permutations of the coordinates that are
/// permuted. [`verify`](crate::verify()) checks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of this form.
    pub schema: u32,
    /// What it rests on.
    pub theorem: Theorem,
    /// Whose tendency it is.
    pub rule: Rule,
    /// Number of parts of $`B`$.
    pub n: String,
    /// Number of parts of $`A`$.
    pub m: String,
    /// $`n/(n+m)`$ in lowest terms.
    pub bound: String,
    /// The model and the choice in it, if the options come from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The goals, if not all rewards: then the options are the rewards of single states, and the involutions swap two of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compatible: Option<Compatible>,
    /// Names of the coordinates; empty where options are only counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coordinates: Vec<String>,
    /// Names of the coordinates that are permuted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permuted: Vec<String>,
    /// The options $`A`$.
    pub a: Options,
    /// The options $`B`$.
    pub b: Options,
    /// All options $`C`$, where the rule chooses among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c: Option<Options>,
    /// The parts.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub parts: Parts,
    /// `involutions[j][i]` maps part $`A_j`$ onto $`B_i`$ and every other part onto itself; in cycle notation, of coordinates
    /// counted from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub involutions: Vec<Vec<String>>,
    /// For optimality: numbers of the options of $`C`$ that every involution maps onto themselves as a set. The others are
    /// options of $`B`$ or dominated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<usize>,
    /// Options of $`A`$ outside of all parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dominated_a: Vec<Dominated>,
    /// Options of $`C`$ that are neither kept nor in $`B`$.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dominated_c: Vec<Dominated>,
}

fn is_empty(parts: &Parts) -> bool {
    *parts == Parts::default()
}

impl Certificate {
    /// The JSON form, indented; vectors stay on one line each.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads the JSON form, without checking what it says.
    ///
    /// # Errors
    ///
    /// The place and what was expected there.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}
