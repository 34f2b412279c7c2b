//! How samples are spread: [`SamplingMethod`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{MethodError, Seed, StreamRng};

/// How the samples of a mean are spread over the law.
///
/// Whatever the method, every single sample has exactly the law that is asked for, so that means are unbiased. What differs
/// is how samples depend on each other, and therefore how far a mean is from the truth, and which parts of it are independent
/// of each other and can tell a standard error.
///
/// ```
/// use dunamis_sampling::{SamplingMethod, Seed};
///
/// let seed = Seed::new(7);
/// let [u, v] = [6, 7].map(|sample| SamplingMethod::Antithetic.stream(seed, sample).uniform());
/// assert!((u + v - 1.0).abs() < 1e-15);
/// assert_eq!(u, seed.stream(6).uniform());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SamplingMethod {
    /// Independent samples.
    #[default]
    Independent,
    /// Samples $`2k`$ and $`2k+1`$ are a pair with mirrored uniform numbers, $`u`$ and $`1-u`$; pairs are independent
    /// `[Hammersley & Morton 1956]`. Where the reward grows with its uniform number, so that the errors of a pair tend to cancel.
    Antithetic,
    /// [`REPLICATES`](Self::REPLICATES) independent randomizations of a Sobol sequence `[Owen 1997]`, each an even spread of
    /// points over the unit cube whose coordinate $`k`$ is the $`k`$-th uniform number that a sample takes.
    ///
    /// Points are Owen-scrambled by hashing `[Burley 2020]` and shifted digit by digit with random numbers of full quality,
    /// which alone makes each of them exactly uniform. Coordinates beyond the first [`DIMENSIONS`](Self::DIMENSIONS) come from
    /// further sequences, scrambled and shuffled on their own: no number of states is too large, but coordinates of
    /// different sequences are only spread evenly one by one, not jointly.
    Sobol,
}

impl SamplingMethod {
    /// All methods.
    pub const ALL: [Self; 3] = [Self::Independent, Self::Antithetic, Self::Sobol];

    /// Independent randomizations under [`Sobol`](Self::Sobol).
    pub const REPLICATES: u64 = 32;

    /// Consecutive samples that belong to the same replicate under [`Sobol`](Self::Sobol); then it is the next one's turn.
    pub const BLOCK: u64 = 16;

    /// Coordinates of a Sobol sequence; those beyond come from further sequences.
    pub const DIMENSIONS: u64 = sobol_burley::NUM_DIMENSIONS as u64;

    /// The name in configs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::Antithetic => "antithetic",
            Self::Sobol => "sobol",
        }
    }

    /// The stream that belongs to sample `index`; [`Seed::stream`] if samples are independent.
    pub fn stream(self, seed: Seed, index: u64) -> StreamRng {
        match self {
            Self::Independent => seed.stream(index),
            Self::Antithetic => seed.stream(index & !1).mirrored(index % 2 == 1),
            Self::Sobol => {
                let block = index / Self::BLOCK;
                let point = block / Self::REPLICATES * Self::BLOCK + index % Self::BLOCK;
                StreamRng::sobol(seed, block % Self::REPLICATES, point)
            }
        }
    }
}

impl fmt::Display for SamplingMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for SamplingMethod {
    type Err = MethodError;

    fn from_str(name: &str) -> Result<Self, MethodError> {
        Self::ALL.into_iter().find(|method| method.name() == name).ok_or_else(|| MethodError { found: name.into() })
    }
}
