//! POWER of two agents, in the published order of optimization.

use crate::alignment::{Alignment, AlignmentSums, Products};
use crate::best_reply::{BestReply, Lane, ReplyScratch};
use crate::ledger::Bytes;
use crate::moments::Means;
use crate::rounds::Ending;
use crate::stream::{Observer, Sum, show, sum_over_samples};
use crate::tiles::{RewardTile, tiles};
use crate::{PowerError, PowerEstimate, Sampling, SeedPolicy};
use dunamis_mdp::{Discount, JointModel};
use dunamis_sampling::{CorrelatedRewards, SamplingMethod};
use dunamis_solve::Kernel;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::sync::Arc;

/// What two-agent POWER depends on besides the model and the law of rewards.
#[derive(Clone, Debug, PartialEq)]
pub struct MultiAgentSettings {
    /// H's discount.
    pub discount_h: Discount,
    /// A's discount.
    pub discount_a: Discount,
    /// A's policy while H learns.
    pub seed_policy: SeedPolicy,
    /// Whether to evaluate A's seed policy against H as a baseline; with a stochastic seed policy this takes longer than all
    /// the rest.
    pub seed_baseline: bool,
    /// How often the agents reply to each other: once as published; more for [iterated best response](estimate_multi_agent).
    pub rounds: NonZeroU32,
}

impl MultiAgentSettings {
    /// The published settings at one discount for both agents: uniform seed policy, with the baseline, one round.
    pub fn new(discount: Discount) -> Self {
        MultiAgentSettings {
            discount_a: discount.clone(),
            discount_h: discount,
            seed_policy: SeedPolicy::Uniform,
            seed_baseline: true,
            rounds: NonZeroU32::MIN,
        }
    }
}

/// POWER of both agents at every joint state, and their instrumental alignment.
#[derive(Clone, Debug, PartialEq)]
pub struct MultiAgentPower {
    /// $`\mathrm{POWER}_H`$: H's policy, learned against the seed policy, evaluated against the A that adapted to it.
    pub power_h: PowerEstimate,
    /// $`\mathrm{POWER}_A`$: A's optimal value against H's policy.
    pub power_a: PowerEstimate,
    /// H's optimal value against A's seed policy.
    pub power_h_seed: PowerEstimate,
    /// A's seed policy evaluated against H's policy, if asked for.
    pub power_a_seed: Option<PowerEstimate>,
    /// Instrumental alignment of `power_h` and `power_a`.
    pub alignment: Alignment,
    /// What was done.
    pub statistics: MultiAgentStatistics,
}

/// How two-agent POWER was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultiAgentStatistics {
    /// The kernel that solved H's problem; `None` for the [incumbent's arithmetic](crate::published).
    pub kernel_h: Option<Kernel>,
    /// Samples for which A's problem was solved on functional graphs.
    pub graph_samples: u64,
    /// Samples that needed general solvers, because of ties or chance.
    pub general_samples: u64,
    /// How iterated best response ended; all 0 for a single round.
    pub endings: Endings,
}

/// How many samples of iterated best response ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endings {
    /// H's reply to A's reply was the policy that H had: a Nash equilibrium in stationary policies.
    pub fixed_points: u64,
    /// H came back to an earlier policy, so that the replies go round in a circle for ever.
    pub cycles: u64,
    /// Neither, when the rounds were over.
    pub unsettled: u64,
}

impl Endings {
    fn add(&mut self, ending: Option<Ending>) {
        match ending {
            None => {}
            Some(Ending::FixedPoint) => self.fixed_points += 1,
            Some(Ending::Cycle) => self.cycles += 1,
            Some(Ending::Unsettled) => self.unsettled += 1,
        }
    }

    fn merge(&mut self, other: Endings) {
        self.fixed_points += other.fixed_points;
        self.cycles += other.cycles;
        self.unsettled += other.unsettled;
    }
}

/// Estimates two-agent POWER from sampled pairs of reward vectors `[Harris & Suo 2022, part 2]`. For each pair:
///
/// 1. H finds its optimal policy $`\pi_H`$ while A follows the seed policy (ties uniform);
/// 2. A finds its optimal policy $`\pi_A`$ while H follows $`\pi_H`$ (ties uniform), which gives $`V_A`$;
/// 3. H's policy $`\pi_H`$ is evaluated, not optimized again, against $`\pi_A`$, which gives $`V_H`$;
///
/// and $`\mathrm{POWER}_X(s) = \frac{1-\gamma_X}{\gamma_X}\, \mathbb E[V_X(s) - R_X(s)]`$.
///
/// **Iterated best response.** With more than one [round](MultiAgentSettings::rounds), steps 1 and 2 are repeated: in round
/// $`k+1`$ H finds its optimal policy $`\pi_H^{k+1}`$ while A follows $`\pi_A^k`$, and A its optimal policy
/// $`\pi_A^{k+1}`$ while H follows $`\pi_H^{k+1}`$ (ties always uniform). $`V_A`$ and $`V_H`$ are those of the policies of
/// the last round, $`V_H`$ again evaluated against an A that had the last word. If $`\pi_H^{k+1} = \pi_H^k`$, each policy is
/// optimal against the other from every state: a Nash equilibrium in stationary policies, and further rounds change nothing.
/// If $`\pi_H^{k+1}`$ is an earlier policy, the replies go round in a circle for ever; the result is that of the last round
/// all the same. [`Endings`] counts both. The baselines stay those of round 1, when H learned against the seed policy.
///
/// Sample $`i`$ uses stream $`i`$ of the [method and seed](Sampling). The result is the same for any number of threads; memory does not grow with
/// the number of samples.
///
/// # Errors
///
/// As for [`estimate`](crate::estimate), and [`PowerError::NoStay`], [`PowerError::Model`], [`PowerError::Solve`].
pub fn estimate_multi_agent(
    joint: &Arc<JointModel>,
    law: &CorrelatedRewards,
    settings: &MultiAgentSettings,
    sampling: &Sampling,
    observer: &dyn Observer,
) -> Result<MultiAgentPower, PowerError> {
    let (sums, samples, kernel) = sum_pairs(joint, law, settings, sampling, observer)?;
    Ok(sums.finish(Some(kernel), |means, error| PowerEstimate::sampled(means, samples, sampling, error)))
}

/// The sums over sampled pairs, the number of samples, and how H's problem was solved.
pub(crate) fn sum_pairs(
    joint: &Arc<JointModel>,
    law: &CorrelatedRewards,
    settings: &MultiAgentSettings,
    sampling: &Sampling,
    observer: &dyn Observer,
) -> Result<(Sums, u64, Kernel), PowerError> {
    sampling.check()?;
    let n = check(joint, law)?;
    let reply = BestReply::new(joint, settings)?;
    let add = |sums: &mut Sums, (tile_h, tile_a, scratch): &mut (RewardTile, RewardTile, ReplyScratch), chunk| {
        for (first, lanes) in tiles(chunk) {
            for (lane, (rewards_h, rewards_a)) in tile_h.vectors.iter_mut().zip(&mut tile_a.vectors).enumerate() {
                law.sample(&mut sampling.stream(first + lane as u64), rewards_h, rewards_a)?;
            }
            tile_h.transpose(first)?;
            tile_a.transpose(first)?;
            reply.solve_tile(tile_h, tile_a, lanes, scratch, |l, lane| {
                show(observer, first + l as u64, lane.sample(&tile_h.vectors[l], &tile_a.vectors[l]));
                sums.push(lane, 1.0);
            })?;
        }
        Ok(())
    };
    let empty = || Sums::new(n, settings.seed_baseline, sampling.method);
    let scratch = || (RewardTile::new(n), RewardTile::new(n), ReplyScratch::new(n));
    let (sums, samples) = sum_over_samples(sampling, observer, empty, scratch, add)?;
    Ok((sums, samples, reply.kernel_h()))
}

/// Two-agent POWER over a finite law of pairs: the exact expectation, up to solver error.
///
/// # Errors
///
/// As for [`estimate_multi_agent`], and [`PowerError::NotFinite`] for laws without [`CorrelatedRewards::support`].
pub fn exact_multi_agent(
    joint: &Arc<JointModel>,
    law: &CorrelatedRewards,
    settings: &MultiAgentSettings,
) -> Result<MultiAgentPower, PowerError> {
    let n = check(joint, law)?;
    let outcomes = law.support().ok_or(PowerError::NotFinite)?;
    let reply = BestReply::new(joint, settings)?;
    let mut sums = Sums::new(n, settings.seed_baseline, SamplingMethod::Independent);
    let (mut tile_h, mut tile_a, mut scratch) = (RewardTile::new(n), RewardTile::new(n), ReplyScratch::new(n));
    for (first, lanes) in tiles(0..outcomes.len() as u64) {
        let here = &outcomes[first as usize..first as usize + lanes];
        for (lane, (rewards_h, rewards_a)) in tile_h.vectors.iter_mut().zip(&mut tile_a.vectors).enumerate() {
            let outcome = &here[lane.min(lanes - 1)];
            rewards_h.copy_from_slice(outcome.rewards_h);
            rewards_a.copy_from_slice(&outcome.rewards_a);
        }
        tile_h.transpose(first)?;
        tile_a.transpose(first)?;
        reply.solve_tile(&tile_h, &tile_a, lanes, &mut scratch, |lane, power| {
            sums.push(power, here[lane].probability);
        })?;
    }
    let mut power =
        sums.finish(Some(reply.kernel_h()), |means, error| PowerEstimate::exact(means.moments.mean.clone(), error));
    power.alignment = Alignment::of_exact(&power.power_h.mean, &power.power_a.mean);
    Ok(power)
}

pub(crate) fn check(joint: &JointModel, law: &CorrelatedRewards) -> Result<usize, PowerError> {
    let n = joint.states().len();
    if law.states() == n { Ok(n) } else { Err(PowerError::States { law: law.states(), model: n }) }
}

/// Everything that is summed over samples.
pub(crate) struct Sums {
    h: Means,
    a: Means,
    h_seed: Means,
    a_seed: Option<Means>,
    /// The first of a pair whose second is still to come.
    half: Option<Lane>,
    products: Products,
    alignment: AlignmentSums,
    error_h: f64,
    error_a: f64,
    graph_samples: u64,
    general_samples: u64,
    endings: Endings,
}

impl Sums {
    pub(crate) fn new(n: usize, seed_baseline: bool, method: SamplingMethod) -> Self {
        Sums {
            h: Means::new(n, method),
            a: Means::new(n, method),
            h_seed: Means::new(n, method),
            a_seed: seed_baseline.then(|| Means::new(n, method)),
            half: None,
            products: Products::default(),
            alignment: AlignmentSums::new(n, method),
            error_h: 0.0,
            error_a: 0.0,
            graph_samples: 0,
            general_samples: 0,
            endings: Endings::default(),
        }
    }

    /// Adds one sample.
    pub(crate) fn push(&mut self, lane: &Lane, weight: f64) {
        self.error_h = self.error_h.max(lane.error_h);
        self.error_a = self.error_a.max(lane.error_a);
        *(if lane.general { &mut self.general_samples } else { &mut self.graph_samples }) += 1;
        self.endings.add(lane.ending);
        if self.h.method() != SamplingMethod::Antithetic {
            self.push_independent(lane, weight);
        } else if let Some(mut pair) = self.half.take() {
            pair.average(lane);
            self.push_independent(&pair, weight);
        } else {
            self.half = Some(lane.clone());
        }
    }

    fn push_independent(&mut self, lane: &Lane, weight: f64) {
        self.h.push(&lane.power_h, weight);
        self.a.push(&lane.power_a, weight);
        self.h_seed.push(&lane.power_h_seed, weight);
        if let Some(a_seed) = &mut self.a_seed {
            a_seed.push(&lane.power_a_seed, weight);
        }
        self.products.push(&lane.power_h, &lane.power_a);
    }

    pub(crate) fn of_groups(&self) -> &AlignmentSums {
        &self.alignment
    }

    pub(crate) fn finish(
        &self,
        kernel_h: Option<Kernel>,
        estimate: impl Fn(&Means, f64) -> PowerEstimate,
    ) -> MultiAgentPower {
        MultiAgentPower {
            power_h: estimate(&self.h, self.error_h),
            power_a: estimate(&self.a, self.error_a),
            power_h_seed: estimate(&self.h_seed, self.error_h),
            power_a_seed: self.a_seed.as_ref().map(|means| estimate(means, self.error_a)),
            alignment: self.alignment.alignment(),
            statistics: MultiAgentStatistics {
                kernel_h,
                graph_samples: self.graph_samples,
                general_samples: self.general_samples,
                endings: self.endings,
            },
        }
    }
}

impl Sum for Sums {
    fn merge(&mut self, chunk: u64, other: &Self) {
        self.h.merge(chunk, &other.h);
        self.a.merge(chunk, &other.a);
        self.h_seed.merge(chunk, &other.h_seed);
        if let (Some(mine), Some(theirs)) = (&mut self.a_seed, &other.a_seed) {
            mine.merge(chunk, theirs);
        }
        self.alignment.push(chunk, &other.h.moments, &other.a.moments, other.products);
        self.error_h = self.error_h.max(other.error_h);
        self.error_a = self.error_a.max(other.error_a);
        self.graph_samples += other.graph_samples;
        self.general_samples += other.general_samples;
        self.endings.merge(other.endings);
    }

    /// Of POWER of both agents; baselines are not waited for.
    fn largest_std_error(&self) -> f64 {
        let (h, a) = (self.h.largest_std_error(), self.a.largest_std_error());
        if h.is_nan() { h } else { a.max(h) }
    }

    fn transfer(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        // Chunks have whole pairs, and groups of alignment consist of whole chunks.
        let means = [&mut self.h, &mut self.a, &mut self.h_seed].into_iter().chain(&mut self.a_seed);
        means.into_iter().try_for_each(|means| means.transfer(bytes))?;
        self.products.transfer(bytes)?;
        bytes.number(&mut self.error_h)?;
        bytes.number(&mut self.error_a)?;
        let Endings { fixed_points, cycles, unsettled } = &mut self.endings;
        let counts = [&mut self.graph_samples, &mut self.general_samples, fixed_points, cycles, unsettled];
        counts.into_iter().try_for_each(|count| bytes.count(count))
    }
}
