//! Orbits, retargetability and scaling laws: how strongly decision-making tends toward one set of options, with certificates.
//!
//! Permute any reward vector over states: for at least $`n/(n+1)`$ of its variants it is optimal to keep options open, when
//! those options contain $`n`$ copies of the rest `[Turner et al. 2021, Thm 6.13]`, `[Turner & Tadepalli 2022, Thm 3.6]`.
//!
//! ```
//! use dunamis_orbit::{OptionSet, Permutation, Permute};
//! let swap: Permutation = "(0 2)".parse::<Permutation>()?.extended(3)?;
//! let candy = OptionSet::basis(3, [0])?;
//! assert_eq!(candy.permuted(&swap), OptionSet::basis(3, [2])?);
//! # Ok::<(), dunamis_orbit::OrbitError>(())
//! ```
//!
//! | module | noun |
//! |---|---|
//! | `permutation`, `permute` | [`Permutation`], [`Permute`]: permutations of coordinates and what they act on |
//! | `option_set` | [`OptionSet`]: the outcomes of a choice, as distinct vectors |
//! | `automorphism` | [`AutomorphismSearch`]: involutions of states that respect the rows of a model |
//! | `copies` | [`Copies`], [`Slots`], [`CopySearch`]: how often one set of options is contained in another |
//! | `orbit` | [`Orbit`]: the distinct rearrangements of a vector |
//! | `choice` | [`Choice`]: which sets of options are compared, within which |
//! | `decision` | [`DecisionFunction`] and a file for each: [`Decision`] by name, [`Combination`], [`Custom`] |
//! | `tendency` | [`Tendency`]: on how much of an orbit a decision function favors one set to another |
//! | `worst_orbit`, `arrangement` | [`WorstOrbit`]: where a tendency is weakest, over all rewards |
//! | `retargetability` | [`Retargetability`] of any function over one orbit, or the condition that fails |
//! | `binomial` | binomial coefficients, for counting |
//! | `utilities`, `exponential` | [`Utilities`] of options and [`ExponentialRatio`], what is compared, exactly |
//! | `rational_function` | [`RationalFunction`]: coordinates that depend on the discount |
//! | `comparison`, `coordinate` | [`Comparison`]: how strongly one set is preferred to another; [`certify_counts`] |
//! | `action_choice` | [`ActionChoice`], [`certify_power`]: the same for actions and states of a model |
//! | `almost_symmetric` | [`Perturbation`] of options, and what it may do to probabilities |
//! | `featurized` | [`Features`] of states, and tendencies over their permutations |
//! | `several_states` | [`JointTendency`]: the same preference in several choices at once |
//! | `state_action_reward` | [`PairStates`]: rewards of state-action pairs as rewards of states |
//! | `observation_history` | [`Observations`] of states, and the [`HistoryTree`] of what is remembered of them |
//! | `option_document` | [`OptionDocument`]: sets of options in JSON |
//! | `refusal` | [`Refusal`]: why a claim is not certified |
//! | `certificate`, `explain` | [`Certificate`], [`Theorem`], [`Rule`]: a claim with everything that is needed to check it |
//! | `visit_witness` | [`VisitWitness`]: evidence that a state can be visited often enough; [`Strictness`] |
//! | `verify` | [`verify()`]: any certificate checked without the search; [`Verified`], [`CertificateError`] |
//! | `error` | [`OrbitError`] |
//!
//! # Invariants
//!
//! - Exact: coordinates are rationals, counts are big integers; nothing is decided by floating-point numbers.
//! - Nothing is printed or read from files, and nothing depends on the number of threads.

mod action_choice;
mod almost_symmetric;
mod arrangement;
mod automorphism;
mod binomial;
mod certificate;
mod choice;
mod comparison;
mod coordinate;
mod copies;
mod decision;
mod error;
mod explain;
mod exponential;
mod featurized;
mod observation_history;
mod option_document;
mod option_set;
mod orbit;
mod permutation;
mod permute;
mod rational_function;
mod refusal;
mod retargetability;
mod several_states;
mod state_action_reward;
mod tendency;
mod utilities;
mod verify;
mod visit_witness;
mod worst_orbit;

pub use action_choice::{ActionChoice, certify_power, reachable_after};
pub use almost_symmetric::{Perturbation, deviating_orbits};
pub use automorphism::AutomorphismSearch;
pub use certificate::{
    Alternatives, CERTIFICATE_SCHEMA, Certificate, Compatible, Dominated, Horizon, Options, Parts, Rule, Source,
    Theorem,
};
pub use choice::Choice;
pub use comparison::{Comparison, certify_counts};
pub use coordinate::Coordinate;
pub use copies::{Copies, CopySearch, Embedding, NoCopies, Slots, SupersetCopies};
pub use decision::{
    AntiOptimal, BestOfK, Boltzmann, Combination, Comparator, Custom, DECISIONS, Decision, DecisionError,
    DecisionFunction, DecisionInfo, EpsilonGreedy, EpsilonOptimal, Extremal, FractionEpsilonOptimal, FractionOptimal,
    Optimal, Properties, Quantilizing, RankDependent, Satisficing, Uniform,
};
pub use error::OrbitError;
pub use exponential::{ExponentialRatio, ExponentialSum};
pub use featurized::Features;
pub use observation_history::{HistoryTree, Memory, Observations};
pub use option_document::{OptionDocument, OptionDocumentError};
pub use option_set::OptionSet;
pub use orbit::{Orbit, Rearrangements};
pub use permutation::Permutation;
pub use permute::{Permute, permuted_policy};
pub use rational_function::RationalFunction;
pub use refusal::Refusal;
pub use retargetability::{LemmaValues, NotRetargetable, Retargetability};
pub use several_states::JointTendency;
pub use state_action_reward::PairStates;
pub use tendency::{
    BasisChoice, Confidence, Counts, ExactMethod, Interval, MeasureSettings, MeasuredTendency, SampledTendency,
    Tendency,
};
pub use utilities::Utilities;
pub use verify::{CertificateError, Verified, verify};
pub use visit_witness::{Strictness, VisitBound, VisitEvidence, VisitWitness, WitnessError};
pub use worst_orbit::{Warrant, Witness, WorstOrbit, WorstOrbitSettings};
