//! The table of sampling methods: by how much they divide the variance of POWER and of alignment, at the same number of samples.
//!
//! `cargo run --release -p dunamis-power --example sampling_methods -- [--samples N] [--seeds K]`. Every number is a mean over seeds and, for
//! POWER, over states. It comes from standard errors, which `coverage` in `dunamis-power` checks.

#![allow(clippy::print_stdout, reason = "a table is what this program makes")]

use dunamis_envs::{Collision, JointEnvironment, load};
use dunamis_power::{MultiAgentSettings, PowerEstimate, Sampling, estimate, estimate_multi_agent};
use dunamis_sampling::{
    Bernoulli, Beta, CorrelatedRewards, Correlation, Exponential, IndependentRewards, Marginal, Normal, SamplingMethod,
    Seed,
};
use std::error::Error;
use std::sync::Arc;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, default: u64| -> Outcome<u64> {
        let given = arguments.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1].parse());
        Ok(given.transpose()?.unwrap_or(default))
    };
    let (samples, seeds) = (number("--samples", 8_192)?, number("--seeds", 4)?);
    println!("| POWER of one agent, {samples} samples | independent: std. error | antithetic | sobol |");
    println!("|---|---|---|---|");
    for (environment, gammas, law, marginal) in single()? {
        for gamma in gammas {
            let model = Arc::clone(load(environment)?.model());
            let rewards = IndependentRewards::identical(model.states().len(), marginal)?;
            let discount = gamma.parse()?;
            let variance = |method| -> Outcome<f64> {
                mean(seeds, |seed| {
                    let sampling = Sampling::new(samples, seed).with_method(method);
                    Ok(variance(&estimate(&model, &rewards, &discount, &sampling, &())?))
                })
            };
            let [independent, antithetic, sobol] = SamplingMethod::ALL.map(variance);
            let (independent, antithetic, sobol) = (independent?, antithetic?, sobol?);
            let (error, mirrored, spread) = (independent.sqrt(), independent / antithetic, independent / sobol);
            println!("| {environment}, γ = {gamma}, {law} | {error:.5} | {mirrored:.1} | {spread:.1} |");
        }
    }
    println!("\n| two agents, {samples} samples | | independent: std. error | antithetic | sobol |");
    println!("|---|---|---|---|---|");
    for (environment, gamma, beta) in [("grid-3x3", "0.6", 0.0), ("grid-3x3", "0.6", 0.5), ("grid-3x3", "0.9", 0.0)] {
        let joint = JointEnvironment::new(load(environment)?, Collision::None)?;
        let rewards = Arc::new(IndependentRewards::identical(joint.model().states().len(), Marginal::UNIT)?);
        let law = CorrelatedRewards::new(rewards, Correlation::new(beta)?)?;
        let settings = MultiAgentSettings { seed_baseline: false, ..MultiAgentSettings::new(gamma.parse()?) };
        let mut variances = [[0.0; 3]; 3];
        for (method, column) in SamplingMethod::ALL.into_iter().zip(0..) {
            for seed in 0..seeds {
                let sampling = Sampling::new(samples, Seed::new(seed)).with_method(method);
                let power = estimate_multi_agent(joint.model(), &law, &settings, &sampling, &())?;
                let alpha = power.alignment.noise_corrected_std_error.unwrap_or(f64::NAN).powi(2);
                for (row, value) in [variance(&power.power_h), variance(&power.power_a), alpha].into_iter().enumerate()
                {
                    variances[row][column] += value / seeds as f64;
                }
            }
        }
        for (what, [independent, antithetic, sobol]) in
            ["POWER of H", "POWER of A", "noise-corrected α"].into_iter().zip(variances)
        {
            let (error, mirrored, spread) = (independent.sqrt(), independent / antithetic, independent / sobol);
            println!("| {environment}, γ = {gamma}, β = {beta} | {what} | {error:.5} | {mirrored:.1} | {spread:.1} |");
        }
    }
    Ok(())
}

type Instance = (&'static str, Vec<&'static str>, &'static str, Marginal);

fn single() -> Outcome<Vec<Instance>> {
    Ok(vec![
        ("grid-3x3", vec!["0.6"], "uniform", Marginal::UNIT),
        ("maze-7x7", vec!["0.1", "0.9", "0.99"], "uniform", Marginal::UNIT),
        ("maze-7x7", vec!["0.9"], "normal", Marginal::Normal(Normal::new(0.0, 1.0)?)),
        ("maze-7x7", vec!["0.9"], "exponential", Marginal::Exponential(Exponential::new(1.0)?)),
        ("maze-7x7", vec!["0.9"], "bernoulli 0.1", Marginal::Bernoulli(Bernoulli::new(0.1)?)),
        ("maze-7x7", vec!["0.9"], "beta 2, 2", Marginal::Beta(Beta::new(2.0, 2.0)?)),
    ])
}

fn mean(seeds: u64, value: impl Fn(Seed) -> Outcome<f64>) -> Outcome<f64> {
    let mut sum = 0.0;
    for seed in 0..seeds {
        sum += value(Seed::new(seed))?;
    }
    Ok(sum / seeds as f64)
}

/// The mean over states of squared standard errors.
fn variance(power: &PowerEstimate) -> f64 {
    power.std_error.iter().map(|error| error * error).sum::<f64>() / power.std_error.len() as f64
}
