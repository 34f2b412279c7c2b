//! How many samples, which, and when they are enough: [`Sampling`].

use crate::PowerError;
use dunamis_sampling::{SamplingMethod, Seed, StreamRng};

/// The samples of an estimate.
///
/// ```
/// use dunamis_power::Sampling;
/// use dunamis_sampling::{SamplingMethod, Seed};
///
/// let plain = Sampling::new(10_000, Seed::new(0));
/// let careful = plain.with_method(SamplingMethod::Sobol).until(1e-3);
/// assert_eq!((careful.samples, careful.until), (10_000, Some(1e-3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sampling {
    /// Number of samples; with `until`, the most.
    pub samples: u64,
    /// The seed of their streams.
    pub seed: Seed,
    /// How they are spread.
    pub method: SamplingMethod,
    /// Stop as soon as no standard error is larger than this, if it is given.
    ///
    /// Standard errors are looked at after 1,024 samples, and then whenever a quarter more of them have been drawn, rounded
    /// up to a multiple of 1,024; with Sobol sequences whenever their number has doubled. A largest standard error of 0 does not stop:
    /// it says that no sample has differed yet, not that none will.
    pub until: Option<f64>,
}

impl Sampling {
    /// This number of independent samples.
    pub const fn new(samples: u64, seed: Seed) -> Self {
        Sampling { samples, seed, method: SamplingMethod::Independent, until: None }
    }

    /// The same number, spread otherwise.
    pub const fn with_method(self, method: SamplingMethod) -> Self {
        Sampling { method, ..self }
    }

    /// At most as many, until no standard error is larger than `std_error`.
    pub const fn until(self, std_error: f64) -> Self {
        Sampling { until: Some(std_error), ..self }
    }

    /// The stream of a sample.
    pub(crate) fn stream(&self, sample: u64) -> StreamRng {
        self.method.stream(self.seed, sample)
    }

    /// Whether there can be so many samples.
    ///
    /// # Errors
    ///
    /// [`PowerError::NoSamples`], or [`PowerError::HalfPair`] for an odd number of antithetic samples.
    pub fn check(&self) -> Result<(), PowerError> {
        match self.method {
            _ if self.samples == 0 => Err(PowerError::NoSamples),
            SamplingMethod::Antithetic if self.samples % 2 == 1 => Err(PowerError::HalfPair { samples: self.samples }),
            _ => Ok(()),
        }
    }

    /// Whether so large a standard error is small enough.
    pub(crate) fn is_reached(&self, std_error: f64) -> bool {
        self.until.is_some_and(|target| 0.0 < std_error && std_error <= target)
    }

    /// When standard errors are looked at again after `done`, a multiple of `step`.
    pub(crate) fn next_look(&self, done: u64, step: u64) -> u64 {
        match self.method {
            SamplingMethod::Sobol => 2 * done,
            _ => done + (done / 4).next_multiple_of(step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MultiAgentPower, MultiAgentSettings, PowerEstimate, SampleRecorder, Samples, Warrant};
    use crate::{estimate, estimate_multi_agent};
    use dunamis_envs::{Collision, JointEnvironment, load};
    use dunamis_sampling::{CorrelatedRewards, Correlation, IndependentRewards, Marginal};
    use std::sync::Arc;

    fn one_agent(gamma: &str, sampling: &Sampling) -> Result<PowerEstimate, PowerError> {
        let environment = load("grid-3x3").unwrap();
        let law = IndependentRewards::identical(9, Marginal::UNIT).unwrap();
        estimate(environment.model(), &law, &gamma.parse().unwrap(), sampling, &())
    }

    fn two_agents(gamma: &str, beta: f64, rule: Collision, sampling: &Sampling) -> (MultiAgentPower, Samples) {
        let joint = JointEnvironment::new(load("corridor-3").unwrap(), rule).unwrap();
        let law = Arc::new(IndependentRewards::identical(joint.model().states().len(), Marginal::UNIT).unwrap());
        let law = CorrelatedRewards::new(law, Correlation::new(beta).unwrap()).unwrap();
        let settings = MultiAgentSettings::new(gamma.parse().unwrap());
        let recorder = SampleRecorder::new(100, &());
        let power = estimate_multi_agent(joint.model(), &law, &settings, sampling, &recorder).unwrap();
        (power, recorder.into_samples().unwrap())
    }

    fn samples(power: &PowerEstimate) -> u64 {
        let Warrant::Sampled { samples, .. } = power.warrant else { panic!("sampled") };
        samples
    }

    /// An estimate that stops is the estimate from so many samples; it stops at the first look that suffices.
    #[test]
    fn stopping_changes_no_number() {
        for method in SamplingMethod::ALL {
            let plain = |samples| Sampling::new(samples, Seed::new(4)).with_method(method);
            let target = 2e-3;
            let stopped = one_agent("0.6", &plain(200_000).until(target)).unwrap();
            let n = samples(&stopped);
            assert!(n < 200_000 && stopped.largest_std_error() <= target, "{method} {n}");
            assert_eq!(stopped, one_agent("0.6", &plain(n)).unwrap(), "{method}");
            let mut look = 1_024;
            while look < n {
                assert!(one_agent("0.6", &plain(look)).unwrap().largest_std_error() > target, "{method} {look}");
                look = plain(1).next_look(look, 1_024);
            }
            assert_eq!(look, n, "{method}");
            let all = one_agent("0.6", &plain(3_000).until(1e-9)).unwrap();
            assert_eq!(all, one_agent("0.6", &plain(3_000)).unwrap(), "never reached");
            let both = two_agents("0.5", 0.0, Collision::Leak, &plain(100_000).until(4e-3)).0;
            let largest = both.power_h.largest_std_error().max(both.power_a.largest_std_error());
            assert!(largest <= 4e-3 && samples(&both.power_a) < 100_000, "{method}");
        }
    }

    #[test]
    fn no_method_depends_on_threads() {
        for method in SamplingMethod::ALL {
            let sampling = Sampling::new(2_000, Seed::new(8)).with_method(method);
            let [one, three] = [1, 3].map(|threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| {
                    (one_agent("0.9", &sampling).unwrap(), two_agents("0.9", 0.3, Collision::Block, &sampling))
                })
            });
            assert_eq!(one, three, "{method}");
        }
    }

    #[test]
    fn pairs_are_whole() {
        let error =
            one_agent("0.5", &Sampling::new(7, Seed::new(0)).with_method(SamplingMethod::Antithetic)).unwrap_err();
        assert_eq!(error.to_string(), "antithetic samples come in pairs: ask for 8 instead of 7");
    }

    /// Common random numbers: discounts, correlations and rules change what is done with the draws, not the draws.
    #[test]
    fn a_seed_is_the_same_draws_all_over_a_sweep() {
        for method in SamplingMethod::ALL {
            let sampling = Sampling::new(100, Seed::new(6)).with_method(method);
            let draws = |gamma, beta, rule| match two_agents(gamma, beta, rule, &sampling).1 {
                Samples::MultiAgent { h, a } => (h, a),
                Samples::SingleAgent(_) => panic!("two agents"),
            };
            let (h, a) = draws("0.5", 0.0, Collision::Leak);
            for rule in [Collision::Leak, Collision::Renormalize, Collision::Block] {
                let (other_h, other_a) = draws("0.9", 0.0, rule);
                assert_eq!((&other_h.rewards, &other_a.rewards), (&h.rewards, &a.rewards), "{method}");
                assert_ne!(other_h.power, h.power, "{method}");
            }
            let mut copied = vec![false; h.rewards.len()];
            for beta in [0.25, 0.5, 0.75, 1.0] {
                let (other_h, other_a) = draws("0.5", beta, Collision::Leak);
                assert_eq!(other_h.rewards, h.rewards, "{method}");
                for (i, copied) in copied.iter_mut().enumerate() {
                    assert!([h.rewards[i], a.rewards[i]].contains(&other_a.rewards[i]), "{method}");
                    let copies = other_a.rewards[i] == h.rewards[i];
                    assert!(copies || !*copied, "{method}: what is copied stays copied as the correlation grows");
                    *copied = copies;
                }
            }
        }
    }
}
