//! What can go wrong when POWER is estimated.

use dunamis_mdp::ModelError;
use dunamis_sampling::{RewardError, SampleError};
use dunamis_solve::SolveError;

/// Why POWER could not be estimated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PowerError {
    /// No sample was asked for.
    #[error("POWER needs at least 1 sample")]
    NoSamples,
    /// Half an antithetic pair was asked for.
    #[error("antithetic samples come in pairs: ask for {} instead of {samples}", .samples.saturating_add(1))]
    HalfPair {
        /// Number of samples.
        samples: u64,
    },
    /// The reward law is over another number of states than the model.
    #[error("the reward law is over {law} states, but the model has {model}")]
    States {
        /// States of the law.
        law: usize,
        /// States of the model.
        model: usize,
    },
    /// An exact expectation was asked for, but the law is not a finite list.
    #[error("the reward law has no finite support: sample it")]
    NotFinite,
    /// A reward that is NaN or infinite was drawn.
    #[error("sample {sample} has a reward that is not finite: choose a reward law whose values are")]
    NotANumber {
        /// The sample.
        sample: u64,
    },
    /// A seed policy that always stays needs a `stay` action everywhere.
    #[error("the seed policy `stay` needs an action `stay` for agent A, but state `{state}` has none")]
    NoStay {
        /// The first state without it.
        state: String,
    },
    /// A weight of a mixture of seed policies that is no probability.
    #[error("the weight {weight} of the mixture is no probability: choose it from 0 to 1")]
    MixtureWeight {
        /// The weight.
        weight: f64,
    },
    /// Weights of a mixture of seed policies that are no distribution.
    #[error("the weights of the mixture sum to {sum}, not 1")]
    MixtureSum {
        /// Their sum.
        sum: f64,
    },
    /// The incumbent divides by the discount.
    #[error("the published arithmetic divides by the discount, which is 0: use a positive discount")]
    PublishedDiscount,
    /// A channel of too many inputs.
    #[error("more than {limit} distributions over last states differ: ask for fewer steps")]
    TooManyDistributions {
        /// The most that are compared.
        limit: usize,
    },
    /// A comparison of nothing.
    #[error("a transition is between two sets of states, along some discounts: give at least one of each")]
    EmptySet,
    /// An exact probability or expectation would take too long.
    #[error("there is no exact answer with more than {limit} {what}: sample instead")]
    Intractable {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// Mass is lost, where exact laws need all of it.
    #[error("there is no exact answer where mass leaks, as at state `{state}`: sample instead")]
    Leak {
        /// The first such state.
        state: String,
    },
    /// Options share rewards whose law is not uniform.
    #[error("options that share rewards have exact answers for uniform rewards only: sample instead")]
    NotUniform,
    /// A level of confidence that is none.
    #[error("the confidence is {confidence}, but must be above 0 and below 1")]
    Confidence {
        /// The level.
        confidence: f64,
    },
    /// Chunks of samples that others compute, as a [`Ledger`](crate::Ledger) says.
    #[error("{missing} of {chunks} chunks of samples belong to other processes and are not known yet")]
    Incomplete {
        /// How many they are.
        missing: u64,
        /// How many there are in all.
        chunks: u64,
    },
    /// What a [`Ledger`](crate::Ledger) gives as the sum of a chunk is no sum of this estimate.
    #[error(
        "what is kept as the sum of chunk {chunk} is none of this estimate: remove it, and compute the chunk again"
    )]
    ChunkSum {
        /// The chunk.
        chunk: u64,
    },
    /// A [`Ledger`](crate::Ledger) cannot read or keep a sum.
    #[error("the sum of a chunk of samples cannot be kept or read")]
    Ledger(#[from] std::io::Error),
    /// The observer asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// A reward law could not be made.
    #[error(transparent)]
    Law(#[from] RewardError),
    /// A reward could not be drawn.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A solver failed.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// A model or policy is wrong.
    #[error(transparent)]
    Model(#[from] ModelError),
}
