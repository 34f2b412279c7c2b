//! What an analysis gives, as it stands in the files of its run. Exact numbers are texts such as `2/3`.

use super::goal_records::{GoalsRecord, LikelihoodRecord};
use crate::{Analysis, Damage, RunKey};
use dunamis_mdp::TransitionModel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A complete run of an analysis. Everything in it comes from its files.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalysisRun {
    /// What identifies it.
    pub key: RunKey,
    /// Its directory.
    pub path: PathBuf,
    /// Whether it was there already.
    pub reused: bool,
    /// What was wrong with a directory that was in its place and is now replaced.
    pub replaced: Option<Damage>,
    /// What was computed, with all defaults spelled out.
    pub analysis: Analysis,
    /// How.
    pub manifest: AnalysisManifest,
    /// What came of it.
    pub results: AnalysisResults,
}

/// How an analysis was made, and the hashes of its files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalysisManifest {
    /// [`MANIFEST_SCHEMA`](crate::MANIFEST_SCHEMA).
    pub schema: u32,
    /// The run's key.
    pub key: RunKey,
    /// The version of dunamis that computed it.
    pub dunamis_version: String,
    /// [`NUMERICS_VERSION`](crate::NUMERICS_VERSION) of that version.
    pub numerics_version: u32,
    /// When the computation began: UTC as `YYYY-MM-DDThh:mm:ssZ`.
    pub started: String,
    /// Wall time of the computation in seconds.
    pub seconds: f64,
    /// BLAKE3 hashes of all other files of the run, in hexadecimal digits.
    pub files: BTreeMap<String, String>,
}

/// What came of an analysis; what was not asked for is absent or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnalysisResults {
    /// The model.
    pub model: Option<Arc<TransitionModel>>,
    /// By state, in the order asked for.
    pub options: Vec<StateOptions>,
    /// By state, then by discount.
    pub probability: Vec<ChanceRecord>,
    /// By state, then by number of steps.
    pub empowerment: Vec<EmpowermentRecord>,
    /// In the order asked for.
    pub embeddings: Vec<EmbeddingRecord>,
    /// In the order asked for.
    pub lemmas: Vec<LemmaRecord>,
    /// In the order asked for.
    pub comparisons: Vec<ComparisonRecord>,
    /// In the order asked for.
    pub goals: Vec<GoalsRecord>,
    /// In the order asked for.
    pub likelihoods: Vec<LikelihoodRecord>,
    /// In the order asked for.
    pub transitions: Vec<TransitionRecord>,
}

/// The options of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateOptions {
    /// The state.
    pub state: String,
    /// $`\mathcal F(s)`$.
    pub visit_distributions: Vec<VisitDistributionRecord>,
    /// $`\mathrm{RSD}(s)`$.
    pub recurrent_distributions: Vec<RecurrentDistributionRecord>,
    /// State-action pairs that visit distributions use, but no non-dominated one.
    pub dominated_pairs: Vec<(String, String)>,
}

/// A visit distribution as a function of the discount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitDistributionRecord {
    /// The action at every visited state.
    pub choices: BTreeMap<String, String>,
    /// Polynomials in γ, of visited states.
    pub numerators: BTreeMap<String, String>,
    /// The common denominator.
    pub denominator: String,
    /// Whether some reward makes it strictly best.
    pub non_dominated: bool,
}

/// A recurrent state distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurrentDistributionRecord {
    /// Probabilities of the states that have any.
    pub distribution: BTreeMap<String, String>,
    /// Actions of the state after which it can be had.
    pub actions: Vec<String>,
    /// Whether some reward makes it strictly best.
    pub non_dominated: bool,
}

/// POWER and optimality probabilities of a state under one discount, for rewards independent and uniform on [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChanceRecord {
    /// The state.
    pub state: String,
    /// The discount; `1` stands for what [`AtOne`](crate::AtOne) says.
    pub discount: String,
    /// POWER, exactly.
    pub power: String,
    /// The average optimal value, exactly; none for average rewards, for which it has no limit.
    pub average_value: Option<String>,
    /// The probability that an action is optimal, exactly, by action.
    pub optimal: BTreeMap<String, String>,
}

/// Empowerment of a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmpowermentRecord {
    /// The state.
    pub state: String,
    /// The number of steps.
    pub steps: u64,
    /// For deterministic models, how many states can be reached in exactly so many steps.
    pub reachable: Option<usize>,
    /// A lower bound in bits.
    pub lower: f64,
    /// An upper bound in bits.
    pub upper: f64,
}

/// Copies of one set of visit distribution functions in another, for every discount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingRecord {
    /// Its name.
    pub name: String,
    /// How many non-dominated functions `from` has.
    pub size_from: usize,
    /// How many functions `into` has.
    pub size_into: usize,
    /// The states that an involution exchanges, one involution for each copy; none if there is no copy.
    pub involutions: Vec<Vec<(String, String)>>,
    /// Whether some function of `into` that is non-dominated is outside of all copies.
    pub strict: bool,
}

/// Whether the general orbit lemma applies to a tabulated decision function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LemmaRecord {
    /// Its name.
    pub name: String,
    /// The involutions, in cycle notation over coordinates from 0.
    pub involutions: Vec<String>,
    /// The table, in lexicographic order of the elements.
    pub rows: Vec<LemmaRow>,
    /// The condition that fails, with a witness; none where the lemma applies.
    pub refusal: Option<String>,
    /// How many elements favor $`B`$.
    pub greater: String,
    /// How many elements favor $`A`$.
    pub less: String,
    /// How many elements favor neither.
    pub equal: String,
    /// How many times as many elements favor $`B`$ as favor $`A`$; none where no element favors $`A`$.
    pub ratio: Option<String>,
}

/// The values of a decision function at one element of an orbit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LemmaRow {
    /// The element.
    pub reward: Vec<String>,
    /// $`f(A)`$.
    pub a: String,
    /// $`f(B)`$.
    pub b: String,
    /// $`f(B^*_i)`$.
    pub copies: Vec<String>,
}

/// What came of comparing two sets of options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonRecord {
    /// Its name.
    pub name: String,
    /// What the coordinates stand for: states, or numbers from 1.
    pub coordinates: Vec<String>,
    /// The vectors of $`A`$; empty where outcomes are only counted.
    pub a: Vec<Vec<String>>,
    /// The vectors of $`B`$.
    pub b: Vec<Vec<String>>,
    /// The vectors of $`C`$.
    pub c: Vec<Vec<String>>,
    /// How many options $`A`$ has.
    pub size_a: String,
    /// How many options $`B`$ has.
    pub size_b: String,
    /// The orbits asked for: by reward, then by rule.
    pub orbits: Vec<OrbitRecord>,
    /// The orbits that favor $`B`$ least, by rule, if asked for.
    pub worst: Vec<WorstRecord>,
    /// Copies of $`A`$ in $`B`$, if asked for and if there are any.
    pub copies: Option<CopiesRecord>,
    /// Outcomes that are only counted: $`n/(n+1)`$ for $`n = \lfloor |B|/|A| \rfloor`$.
    pub floor_bound: Option<String>,
    /// Outcomes that are only counted: $`|B|/(|B|+|A|)`$, if $`|B| \ge |A|`$.
    pub fractional_bound: Option<String>,
}

/// On how much of an orbit a rule favors one set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrbitRecord {
    /// The decision function.
    pub rule: String,
    /// One element of the orbit.
    pub reward: Vec<String>,
    /// How many elements favor $`B`$.
    pub greater: Option<String>,
    /// How many elements favor $`A`$.
    pub less: Option<String>,
    /// How many elements favor neither.
    pub equal: Option<String>,
    /// The fraction that does not favor $`A`$.
    pub weak: String,
    /// How many times as many elements favor $`B`$ as favor $`A`$; none where no element favors $`A`$.
    pub ratio: Option<String>,
    /// Every element with the values of both sets, if asked for.
    pub rearrangements: Vec<RearrangementRecord>,
}

/// One element of an orbit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RearrangementRecord {
    /// The element.
    pub reward: Vec<String>,
    /// The value of $`A`$.
    pub a: ValueRecord,
    /// The value of $`B`$.
    pub b: ValueRecord,
}

/// A value of a decision function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueRecord {
    /// A fraction, or a ratio of sums of exponentials.
    pub exact: String,
    /// The same in decimals.
    pub value: f64,
}

/// The orbit that favors $`B`$ least.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorstRecord {
    /// The decision function.
    pub rule: String,
    /// The smallest fraction of an orbit that does not favor $`A`$.
    pub weak: String,
    /// The smallest number of times as many elements favor $`B`$ as favor $`A`$, if any orbit has elements that favor $`A`$.
    pub ratio: Option<String>,
    /// A reward whose orbit has the smallest fraction.
    pub reward: Vec<String>,
    /// Whether no orbit is worse; otherwise both numbers are those of the worst orbit that was tried.
    pub exact: bool,
}

/// Copies of $`A`$ in $`B`$ that leave the set of all choices as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopiesRecord {
    /// How many there are.
    pub count: usize,
    /// The involution of every copy, in cycle notation over coordinates from 0.
    pub involutions: Vec<String>,
    /// The places in $`B`$ of every copy.
    pub images: Vec<Vec<usize>>,
    /// Whether there is proof that no more exist.
    pub exhaustive: bool,
    /// $`n/(n+1)`$: on at least this fraction of every orbit $`B`$ is not less.
    pub bound: String,
    /// $`m`$ and $`n`$ of the slots of the fractional law.
    pub slots: Option<(usize, usize)>,
    /// $`n/(n+m)`$ of the fractional law.
    pub fractional_bound: Option<String>,
}

/// A search for transitions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransitionRecord {
    /// What it is called.
    pub name: String,
    /// Samples at every discount.
    pub samples: u64,
    /// By discount, ascending.
    pub contrasts: Vec<ContrastRecord>,
    /// By discount, ascending.
    pub transitions: Vec<CriticalRecord>,
}

/// The best state of the set against the best of all others, at one discount; pairs have the set first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContrastRecord {
    /// The discount.
    pub discount: f64,
    /// Difference of their POWER, without the bias of choosing the best.
    pub difference: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The states with most POWER, by all samples.
    pub best: [String; 2],
    /// Their POWER.
    pub power: [f64; 2],
    /// Its standard errors.
    pub power_std_error: [f64; 2],
    /// POWER of the other agent, averaged over the states of the set and over all others.
    pub mean_of_other: [f64; 2],
    /// Noise-corrected alignment.
    pub noise_corrected: Option<f64>,
    /// Its standard error.
    pub noise_corrected_std_error: Option<f64>,
    /// Rank correlation.
    pub rank: Option<f64>,
}

/// A discount at which the sign of the difference changes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriticalRecord {
    /// The interval of discounts,
    pub low: f64,
    /// between whose ends the sign changes.
    pub high: f64,
    /// The critical discount.
    pub critical: f64,
    /// Its standard error; none where the sign is not clear on both sides.
    pub std_error: Option<f64>,
    /// Whether the set has the best state above it.
    pub rising: bool,
}
