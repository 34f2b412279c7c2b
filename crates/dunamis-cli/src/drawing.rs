//! How probabilities are found: exactly, or from rewards that are drawn.

use crate::argument;
use clap::{Args, ValueEnum};
use dunamis_power::ProbabilityMethod;
use dunamis_sampling::Seed;

/// Exact answers or samples.
#[derive(Clone, Debug, Args)]
pub(crate) struct Drawing {
    /// Exact, sampled, or whichever is possible
    #[arg(long, value_enum, value_name = "METHOD", default_value = "auto")]
    method: Method,

    /// Number of samples, where there is no exact answer
    #[arg(long, value_name = "N", default_value = "10000", value_parser = argument::samples)]
    pub(crate) samples: u64,

    /// Seed of the samples
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,

    /// Level of confidence of the intervals
    #[arg(long, value_name = "LEVEL", default_value_t = 0.99)]
    pub(crate) confidence: f64,
}

/// Exact or sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Exact where that does not take too long.
    Auto,
    /// Exact or an error.
    Exact,
    /// From samples.
    Sampled,
}

impl Drawing {
    pub(crate) fn method(&self) -> ProbabilityMethod {
        match self.method {
            Method::Auto => ProbabilityMethod::Auto,
            Method::Exact => ProbabilityMethod::Exact,
            Method::Sampled => ProbabilityMethod::Sampled,
        }
    }

    pub(crate) fn seed(&self) -> Seed {
        Seed::new(self.seed)
    }
}
