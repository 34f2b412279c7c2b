//! The same bits for any number of threads, and samples that do not know their company.

use dunamis_envs::{Collision, JointEnvironment, load};
use dunamis_mdp::Discount;
use dunamis_power::{MultiAgentPower, MultiAgentSettings, Sampling, estimate, estimate_multi_agent};
use dunamis_sampling::{CorrelatedRewards, Correlation, IndependentRewards, Marginal, RewardDistribution, Seed};
use dunamis_solve::solve_batch;
use std::sync::Arc;

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

fn two_agents(environment: &str, collision: Collision, samples: u64) -> MultiAgentPower {
    let joint = JointEnvironment::new(load(environment).unwrap(), collision).unwrap();
    let law = IndependentRewards::identical(joint.model().states().len(), Marginal::UNIT).unwrap();
    let law = CorrelatedRewards::new(Arc::new(law), Correlation::new(0.5).unwrap()).unwrap();
    let settings = MultiAgentSettings::new("0.9".parse().unwrap());
    estimate_multi_agent(joint.model(), &law, &settings, &Sampling::new(samples, Seed::new(9)), &()).unwrap()
}

#[test]
fn threads_change_nothing() {
    for (environment, collision) in
        [("grid-3x3", Collision::None), ("grid-3x3", Collision::Leak), ("corridor-3", Collision::Block)]
    {
        let one = with_threads(1, || two_agents(environment, collision, 1_500));
        for threads in [2, 4] {
            assert_eq!(one, with_threads(threads, || two_agents(environment, collision, 1_500)));
        }
    }
    let model = Arc::clone(load("stochastic-4").unwrap().model());
    let law = IndependentRewards::identical(4, Marginal::UNIT).unwrap();
    let run = || estimate(&model, &law, &"0.99".parse().unwrap(), &Sampling::new(3_333, Seed::new(2)), &()).unwrap();
    let one = with_threads(1, run);
    assert_eq!(one, with_threads(4, run));
}

/// The mean over n samples is the mean of what each sample's reward vector gives alone, for every n: tiles and chunks that
/// are not full change nothing.
#[test]
fn a_sample_does_not_depend_on_its_company() {
    let (seed, discount): (_, Discount) = (Seed::new(2), "0.9".parse().unwrap());
    let model = Arc::clone(load("stochastic-4").unwrap().model());
    let law = IndependentRewards::identical(4, Marginal::UNIT).unwrap();
    let mut sum = [0.0; 4];
    for sample in 0..37_u64 {
        let mut rewards = [0.0; 4];
        law.sample(&mut seed.stream(sample), &mut rewards).unwrap();
        let alone = solve_batch(&model, &rewards, &discount);
        for s in 0..4 {
            sum[s] += (1.0 - 0.9) / 0.9 * (alone.value(0)[s] - rewards[s]);
        }
        let together = estimate(&model, &law, &discount, &Sampling::new(sample + 1, seed), &()).unwrap();
        for s in 0..4 {
            assert!((together.mean[s] - sum[s] / (sample + 1) as f64).abs() < 1e-11);
        }
    }
}
