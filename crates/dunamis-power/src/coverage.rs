//! Nominal 95 % intervals contain the truth as often as they say.
//!
//! Every possible pair of reward vectors is solved beforehand; a repetition draws pairs from the real streams and sums what they
//! give as any estimate does. So the truth is known exactly, and thousands of repetitions take seconds.

use crate::best_reply::{BestReply, Lane, ReplyScratch};
use crate::multi_agent::Sums;
use crate::stream::sum_over_samples;
use crate::tiles::{RewardTile, tiles};
use crate::{Alignment, MultiAgentPower, MultiAgentSettings, PowerEstimate, Sampling};
use dunamis_envs::{Collision, JointEnvironment, load};
use dunamis_sampling::{
    Bernoulli, CorrelatedRewards, Correlation, FiniteSupport, IndependentRewards, Marginal, RewardDistribution,
    SamplingMethod, Seed,
};
use rayon::prelude::*;
use std::sync::Arc;

/// Quantiles of Student's t at 97.5 %: for as many degrees of freedom as one likes, for 64 groups, and for 32 replicates.
const T: f64 = 1.959_964;
const T_63: f64 = 1.998_341;
const T_31: f64 = 2.039_513;

/// A law of rewards 0 and 1, with every pair of reward vectors solved.
struct Solved {
    law: CorrelatedRewards,
    /// By the bits of H's rewards and then those of A's.
    lanes: Vec<Option<Lane>>,
    states: usize,
    truth: MultiAgentPower,
}

fn bits(rewards: &[f64]) -> usize {
    rewards.iter().fold(0, |bits, &reward| 2 * bits + usize::from(reward == 1.0))
}

impl Solved {
    /// `vectors` are equally likely, and are what `law` draws.
    fn new(collision: Collision, law: Arc<dyn RewardDistribution>, vectors: &[Vec<f64>]) -> Self {
        let joint = JointEnvironment::new(load("corridor-3").unwrap(), collision).unwrap();
        let settings = MultiAgentSettings::new("0.5".parse().unwrap());
        let reply = BestReply::new(joint.model(), &settings).unwrap();
        let states = joint.model().states().len();
        let pairs: Vec<(&Vec<f64>, &Vec<f64>)> =
            vectors.iter().flat_map(|h| vectors.iter().map(move |a| (h, a))).collect();
        let mut lanes = vec![None; 1 << (2 * states)];
        let (mut tile_h, mut tile_a) = (RewardTile::new(states), RewardTile::new(states));
        let mut scratch = ReplyScratch::new(states);
        let mut sums = Sums::new(states, true, SamplingMethod::Independent);
        for (first, count) in tiles(0..pairs.len() as u64) {
            let here = &pairs[first as usize..first as usize + count];
            for lane in 0..tile_h.vectors.len() {
                let (h, a) = here[lane.min(count - 1)];
                tile_h.vectors[lane].copy_from_slice(h);
                tile_a.vectors[lane].copy_from_slice(a);
            }
            tile_h.transpose(first).unwrap();
            tile_a.transpose(first).unwrap();
            let keep = |l: usize, lane: &Lane| {
                sums.push(lane, 1.0);
                lanes[bits(here[l].0) << states | bits(here[l].1)] = Some(lane.clone());
            };
            reply.solve_tile(&tile_h, &tile_a, count, &mut scratch, keep).unwrap();
        }
        let mut truth = sums.finish(None, |means, error| PowerEstimate::exact(means.moments.mean.clone(), error));
        truth.alignment = Alignment::of_exact(&truth.power_h.mean, &truth.power_a.mean);
        let law = CorrelatedRewards::new(law, Correlation::INDEPENDENT).unwrap();
        Solved { law, lanes, states, truth }
    }

    /// One joint state, uniformly chosen, has reward 1.
    fn one_hot(collision: Collision, states: usize) -> Self {
        let law = FiniteSupport::one_hot(states).unwrap();
        let vectors = law.support().unwrap().to_vec();
        Self::new(collision, Arc::new(law), &vectors)
    }

    /// Every joint state has reward 0 or 1, independently.
    fn coins(collision: Collision, states: usize) -> Self {
        let law = IndependentRewards::identical(states, Marginal::Bernoulli(Bernoulli::new(0.5).unwrap())).unwrap();
        let vector = |bits: usize| (0..states).map(|s| f64::from(u8::from(bits >> s & 1 == 1))).collect();
        Self::new(collision, Arc::new(law), &(0..1 << states).map(vector).collect::<Vec<_>>())
    }

    fn estimate(&self, sampling: &Sampling) -> MultiAgentPower {
        let add = |sums: &mut Sums, (h, a): &mut (Vec<f64>, Vec<f64>), chunk: std::ops::Range<u64>| {
            for sample in chunk {
                self.law.sample(&mut sampling.stream(sample), h, a)?;
                sums.push(self.lanes[bits(h) << self.states | bits(a)].as_ref().expect("a pair of the law"), 1.0);
            }
            Ok(())
        };
        let empty = || Sums::new(self.states, true, sampling.method);
        let scratch = || (vec![0.0; self.states], vec![0.0; self.states]);
        let (sums, samples) = sum_over_samples(sampling, &(), empty, scratch, add).unwrap();
        sums.finish(None, |means, error| PowerEstimate::sampled(means, samples, sampling, error))
    }

    /// How often intervals of 95 % contain the truth.
    fn coverage(&self, method: SamplingMethod, samples: u64, repetitions: u64, until: Option<f64>) -> Coverage {
        let (t, t_alpha) = if method == SamplingMethod::Sobol { (T_31, T_31) } else { (T, T_63) };
        let inside = |estimate: f64, std_error: f64, truth: f64, t: f64| {
            // Rounding: some standard errors are 0.
            u32::from((estimate - truth).abs() <= t * std_error + 1e-12)
        };
        let one = |repetition: u64| {
            let sampling = Sampling { until, ..Sampling::new(samples, Seed::new(repetition)).with_method(method) };
            let power = self.estimate(&sampling);
            let mut hits = Vec::with_capacity(2 * self.states + 2);
            for (estimate, truth) in [(&power.power_h, &self.truth.power_h), (&power.power_a, &self.truth.power_a)] {
                let values = estimate.mean.iter().zip(&estimate.std_error).zip(&truth.mean);
                hits.extend(values.map(|((&mean, &error), &truth)| inside(mean, error, truth, t)));
            }
            let (alignment, alpha) = (power.alignment, self.truth.alignment.alpha.unwrap());
            let values = [
                (alignment.alpha, alignment.std_error),
                (alignment.noise_corrected, alignment.noise_corrected_std_error),
            ];
            for (value, error) in values {
                // What is not defined does not contain the truth.
                hits.push(value.zip(error).map_or(0, |(value, error)| inside(value, error, alpha, t_alpha)));
            }
            hits
        };
        let none = || vec![0; 2 * self.states + 2];
        let add = |mut sum: Vec<u32>, hits: Vec<u32>| {
            sum.iter_mut().zip(hits).for_each(|(sum, hit)| *sum += hit);
            sum
        };
        let hits = (0..repetitions).into_par_iter().map(one).reduce(none, add);
        let shares: Vec<f64> = hits.into_iter().map(|hits| f64::from(hits) / repetitions as f64).collect();
        let (power, alpha) = shares.split_at(2 * self.states);
        Coverage { power: power.to_vec(), raw: alpha[0], noise_corrected: alpha[1] }
    }
}

#[derive(Debug)]
struct Coverage {
    /// Of H at every joint state, then of A.
    power: Vec<f64>,
    raw: f64,
    noise_corrected: f64,
}

impl Coverage {
    fn line(&self, name: &str) -> String {
        let (low, high) = self.power.iter().fold((1.0_f64, 0.0_f64), |(low, high), &x| (low.min(x), high.max(x)));
        let mean = self.power.iter().sum::<f64>() / self.power.len() as f64;
        let (raw, corrected) = (self.raw, self.noise_corrected);
        format!("| {name} | {mean:.4} | {low:.3}–{high:.3} | {raw:.3} | {corrected:.3} |")
    }

    /// What the intervals of 95 % have to fulfil.
    fn is_right(&self) -> bool {
        let mean = self.power.iter().sum::<f64>() / self.power.len() as f64;
        (0.94..=0.96).contains(&mean)
            && self.power.iter().all(|share| (0.92..=0.98).contains(share))
            && (0.92..=0.98).contains(&self.noise_corrected)
    }
}

/// Repetitions, with seeds from 0.
const REPETITIONS: u64 = 4_000;

fn everything() -> bool {
    std::env::var_os("DUNAMIS_SLOW_TESTS").is_some_and(|value| value == "1")
}

#[test]
fn independent_samples() {
    let coverage = Solved::one_hot(Collision::None, 9).coverage(SamplingMethod::Independent, 1_024, REPETITIONS, None);
    assert!(coverage.is_right(), "{coverage:?}");
}

#[test]
fn antithetic_and_sobol_samples() {
    let coins = Solved::coins(Collision::Leak, 6);
    for method in [SamplingMethod::Antithetic, SamplingMethod::Sobol] {
        let coverage = coins.coverage(method, 1_024, REPETITIONS, None);
        assert!(coverage.is_right(), "{method}: {coverage:?}");
    }
}

/// The line of the table in `docs/guide/sampling.md` for every case: they are computed and checked if `DUNAMIS_SLOW_TESTS=1`.
#[test]
fn every_case() {
    if !everything() {
        return;
    }
    let solved = [
        ("one cell, overlaps", Solved::one_hot(Collision::None, 9)),
        ("one cell, leak", Solved::one_hot(Collision::Leak, 6)),
        ("coins, leak", Solved::coins(Collision::Leak, 6)),
    ];
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    for (name, solved) in solved {
        for method in SamplingMethod::ALL {
            // A list of this symmetry is its own mirror image: pairs tell hardly more than single samples, too few for α.
            let too_few = name == "one cell, leak" && method == SamplingMethod::Antithetic;
            for samples in [1_024, 2_048] {
                let coverage = solved.coverage(method, samples, REPETITIONS, None);
                lines.push(coverage.line(&format!("{name} | {method} | {samples}")));
                if !too_few && !coverage.is_right() {
                    wrong.push(lines[lines.len() - 1].clone());
                }
            }
        }
        // Stopping when it looks precise enough makes intervals a little too short.
        let coverage = solved.coverage(SamplingMethod::Independent, 100_000, REPETITIONS, Some(8e-3));
        lines.push(coverage.line(&format!("{name} | independent | until 0.008")));
        if !coverage.is_right() {
            wrong.push(lines[lines.len() - 1].clone());
        }
    }
    assert!(wrong.is_empty(), "{}\nof\n{}", wrong.join("\n"), lines.join("\n"));
    let guide = include_str!("../../../docs/guide/sampling.md");
    let missing: Vec<String> = lines.into_iter().filter(|line| !guide.contains(line)).collect();
    assert!(missing.is_empty(), "not in the guide:\n{}", missing.join("\n"));
}
