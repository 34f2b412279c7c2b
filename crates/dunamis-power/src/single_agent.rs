//! POWER of one agent.

use crate::estimate::PowerSum;
use crate::stream::{Observer, Sample, show, sum_over_samples};
use crate::tiles::{RewardTile, tiles};
use crate::{PowerError, PowerEstimate, Sampling};
use dunamis_mdp::{Criterion, Discount, Mdp, Reward, TransitionModel};
use dunamis_sampling::{RewardDistribution, SamplingMethod};
use dunamis_solve::{AverageReward, BatchSolver, BatchWorkspace, LANES, Solver, TileSolution};
use std::sync::Arc;

/// Estimates POWER at every state from sampled reward vectors, in the Bellman form of
/// `[Turner et al. 2021, Def. 5.2]`, which covers the limit $`\gamma \to 0`$ as well:
///
/// ```math
/// \mathrm{POWER}_{\mathcal D}(s, \gamma)
///   = \tfrac{1-\gamma}{\gamma}\, \mathbb E_{R \sim \mathcal D}\bigl[V^*_R(s,\gamma) - R(s)\bigr]
///   = (1-\gamma)\, \mathbb E_R \max_a \mathbb E_{s' \sim T(s,a)} V^*_R(s',\gamma).
/// ```
///
/// Sample $`i`$ uses stream $`i`$ of the [method and seed](Sampling). The result is the same for any number of threads; memory does not grow with
/// the number of samples.
///
/// # Errors
///
/// [`PowerError::NoSamples`], [`PowerError::HalfPair`], [`PowerError::States`], [`PowerError::Sample`], [`PowerError::NotANumber`] or
/// [`PowerError::Cancelled`].
pub fn estimate(
    model: &Arc<TransitionModel>,
    law: &dyn RewardDistribution,
    discount: &Discount,
    sampling: &Sampling,
    observer: &dyn Observer,
) -> Result<PowerEstimate, PowerError> {
    sampling.check()?;
    let n = check(model, law)?;
    let prepared =
        Prepared { solver: BatchSolver::new(Arc::clone(model), discount).values_only(), scale: 1.0 - discount.value() };
    let uniform = law.identical_uniform().filter(|_| sampling.method == SamplingMethod::Independent);
    let add = |sum: &mut PowerSum, scratch: &mut Scratch, chunk| {
        for (first, lanes) in tiles(chunk) {
            if let (Some(uniform), LANES) = (uniform, lanes) {
                scratch.tile.draw_uniform(uniform, sampling.seed, first);
                prepared.push_uniform(sum, scratch, first, observer);
                continue;
            }
            for (lane, rewards) in scratch.tile.vectors.iter_mut().enumerate() {
                law.sample(&mut sampling.stream(first + lane as u64), rewards)?;
            }
            prepared.push(sum, scratch, first, lanes, observer)?;
        }
        Ok(())
    };
    let empty = || PowerSum::new(n, sampling.method);
    let (sum, samples) = sum_over_samples(sampling, observer, empty, || Scratch::new(n), add)?;
    Ok(sum.sampled(samples, sampling))
}

/// POWER over a law that is uniform on a finite list of reward vectors: the exact expectation, up to solver error.
///
/// # Errors
///
/// [`PowerError::NotFinite`] for other laws, [`PowerError::States`], [`PowerError::NotANumber`].
pub fn exact(
    model: &Arc<TransitionModel>,
    law: &dyn RewardDistribution,
    discount: &Discount,
) -> Result<PowerEstimate, PowerError> {
    let n = check(model, law)?;
    let support = law.support().ok_or(PowerError::NotFinite)?;
    let prepared =
        Prepared { solver: BatchSolver::new(Arc::clone(model), discount).values_only(), scale: 1.0 - discount.value() };
    let (mut scratch, mut sum) = (Scratch::new(n), PowerSum::new(n, SamplingMethod::Independent));
    for (first, lanes) in tiles(0..support.len() as u64) {
        let vectors = &support[first as usize..first as usize + lanes];
        for (lane, rewards) in scratch.tile.vectors.iter_mut().enumerate() {
            rewards.copy_from_slice(&vectors[lane.min(lanes - 1)]);
        }
        prepared.push(&mut sum, &mut scratch, first, lanes, &())?;
    }
    Ok(sum.exact())
}

/// A model and a discount, ready for tiles.
struct Prepared {
    solver: BatchSolver,
    scale: f64,
}

impl Prepared {
    /// Adds the POWER samples of a full tile of uniform rewards.
    fn push_uniform(&self, sum: &mut PowerSum, scratch: &mut Scratch, first: u64, observer: &dyn Observer) {
        let Scratch { tile, solution, workspace, power } = scratch;
        self.solver.solve_tile(&tile.columns, solution, workspace);
        sum.push_tile(&solution.ahead, &solution.error, self.scale);
        for (lane, sample) in (0..LANES).zip(first..observer.samples_wanted()) {
            power.iter_mut().zip(&solution.ahead).for_each(|(power, ahead)| *power = self.scale * ahead[lane]);
            show(observer, sample, Sample::SingleAgent { rewards: tile.read(lane), power });
        }
    }

    /// Adds the POWER samples of a filled tile.
    fn push(
        &self,
        sum: &mut PowerSum,
        scratch: &mut Scratch,
        first: u64,
        lanes: usize,
        observer: &dyn Observer,
    ) -> Result<(), PowerError> {
        scratch.tile.transpose(first)?;
        self.solver.solve_tile(&scratch.tile.columns, &mut scratch.solution, &mut scratch.workspace);
        for lane in 0..lanes {
            for (power, ahead) in scratch.power.iter_mut().zip(&scratch.solution.ahead) {
                *power = self.scale * ahead[lane];
            }
            let (rewards, power) = (&scratch.tile.vectors[lane], &scratch.power);
            show(observer, first + lane as u64, Sample::SingleAgent { rewards, power });
            sum.push(power, self.scale * scratch.solution.error[lane]);
        }
        Ok(())
    }
}

struct Scratch {
    tile: RewardTile,
    solution: TileSolution,
    workspace: BatchWorkspace,
    power: Vec<f64>,
}

impl Scratch {
    fn new(states: usize) -> Self {
        Scratch {
            tile: RewardTile::new(states),
            solution: TileSolution::default(),
            workspace: BatchWorkspace::default(),
            power: vec![0.0; states],
        }
    }
}

/// The limit $`\gamma \to 1`$ of POWER: the expected optimal average reward,
/// $`\mathbb E_R \max_{d \in \mathrm{RSD}(s)} d^\top r`$ `[Turner et al. 2021, Lemma 5.3]`.
///
/// # Errors
///
/// As for [`estimate`], and [`PowerError::Solve`].
pub fn estimate_average(
    model: &Arc<TransitionModel>,
    law: &dyn RewardDistribution,
    sampling: &Sampling,
    observer: &dyn Observer,
) -> Result<PowerEstimate, PowerError> {
    sampling.check()?;
    let n = check(model, law)?;
    let add = |sum: &mut PowerSum, rewards: &mut Vec<f64>, chunk| {
        for sample in chunk {
            law.sample(&mut sampling.stream(sample), rewards)?;
            let power = push_gain(sum, model, rewards)?;
            show(observer, sample, Sample::SingleAgent { rewards, power: &power });
        }
        Ok(())
    };
    let empty = || PowerSum::new(n, sampling.method);
    let (sum, samples) = sum_over_samples(sampling, observer, empty, || vec![0.0; n], add)?;
    Ok(sum.sampled(samples, sampling))
}

/// The limit $`\gamma \to 1`$ of POWER over a finite list of reward vectors.
///
/// # Errors
///
/// As for [`exact`], and [`PowerError::Solve`].
pub fn exact_average(model: &Arc<TransitionModel>, law: &dyn RewardDistribution) -> Result<PowerEstimate, PowerError> {
    let n = check(model, law)?;
    let mut sum = PowerSum::new(n, SamplingMethod::Independent);
    for rewards in law.support().ok_or(PowerError::NotFinite)? {
        push_gain(&mut sum, model, rewards)?;
    }
    Ok(sum.exact())
}

/// Adds the optimal average rewards for one reward vector, and returns them.
fn push_gain(sum: &mut PowerSum, model: &Arc<TransitionModel>, rewards: &[f64]) -> Result<Vec<f64>, PowerError> {
    let reward = Reward::state(model, rewards.iter().copied())?;
    let mdp = Mdp::new(Arc::clone(model), reward)?;
    let solution = AverageReward::default().solve(&mdp, &Criterion::Average)?;
    sum.push(&solution.value, solution.gap());
    Ok(solution.value)
}

pub(crate) fn check(model: &TransitionModel, law: &dyn RewardDistribution) -> Result<usize, PowerError> {
    let n = model.states().len();
    if law.states() == n { Ok(n) } else { Err(PowerError::States { law: law.states(), model: n }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SampleRecorder, Samples};
    use dunamis_envs::load;
    use dunamis_sampling::{IndependentRewards, Marginal, SampleError, Seed, StreamRng, Uniform};

    /// A law that does not say what it is.
    #[derive(Debug)]
    struct Secret(IndependentRewards);

    impl RewardDistribution for Secret {
        fn states(&self) -> usize {
            self.0.states()
        }

        fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError> {
            self.0.sample(rng, rewards)
        }
    }

    /// Uniform rewards are drawn in tiles: the same samples, and the same estimate up to the order of sums.
    #[test]
    fn tiles_of_uniform_rewards_are_the_same_samples() {
        for (environment, marginal) in
            [("grid-3x3", Marginal::UNIT), ("maze-7x7:noise=0.2", Marginal::Uniform(Uniform::new(-1.0, 2.5).unwrap()))]
        {
            let environment = load(environment).unwrap();
            let model = environment.model();
            let law = IndependentRewards::identical(model.states().len(), marginal).unwrap();
            let discount = "0.9".parse().unwrap();
            // Not whole tiles at the end.
            let sampling = Sampling::new(1_003, Seed::new(5));
            let observed = |law: &dyn RewardDistribution| {
                let recorder = SampleRecorder::new(40, &());
                let power = estimate(model, law, &discount, &sampling, &recorder).unwrap();
                let Samples::SingleAgent(samples) = recorder.into_samples().unwrap() else { panic!("one agent") };
                (power, samples)
            };
            let (fast, fast_samples) = observed(&law);
            let (plain, samples) = observed(&Secret(law));
            assert_eq!(fast_samples.rewards, samples.rewards);
            assert_eq!(fast_samples.power, samples.power);
            assert_eq!(fast.solver_error, plain.solver_error);
            for s in 0..model.states().len() {
                assert!((fast.mean[s] - plain.mean[s]).abs() < 1e-13);
                assert!((fast.std_error[s] - plain.std_error[s]).abs() < 1e-13);
            }
        }
    }
}
