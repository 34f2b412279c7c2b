//! The table of solvers against the yardstick: time to a certified gap of 1e-6, divided by the time of plain value iteration
//! on the same model in the same run. Smaller is better.
//!
//! `cargo bench -p dunamis-benches --bench ratios -- [FILTER] [--solver NAME]… [--full]`; without `--full` only models of up
//! to 10⁵ states.
//!
//! The limit of the first solver counts its backups, with those of evaluation sweeps, and says how long reading their rows and
//! the values behind them takes: in one flat loop, without rows, actions or maxima.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a table is what this program makes")]

use dunamis_benches::{best_of, compare, forest, garnet, grid, joint, peak_memory};
use dunamis_mdp::{Criterion, Discount, Mdp};
use dunamis_solve::{Solver, SolverConfig, Tolerance, ValueIteration};
use std::error::Error;
use std::hint::black_box;

/// The gap between bounds that every solver is asked for.
const TOLERANCE: f64 = 1e-6;

type Build = fn() -> Result<Mdp, Box<dyn Error>>;

/// Name, whether it takes long, discounts, model.
const INSTANCES: &[(&str, bool, &[&str], Build)] = &[
    ("garnet-1e3", false, &["0.9", "0.99", "0.999"], || Ok(garnet(1_000)?)),
    ("garnet-1e4", false, &["0.9", "0.99", "0.999"], || Ok(garnet(10_000)?)),
    ("garnet-1e5", false, &["0.9", "0.99", "0.999"], || Ok(garnet(100_000)?)),
    ("grid-100x100", false, &["0.9", "0.99", "0.999"], || Ok(grid(100)?)),
    ("joint-10,000", false, &["0.9", "0.99", "0.999"], || joint(10)),
    ("forest-1e4", false, &["0.9", "0.99", "0.999"], || Ok(forest(10_000)?)),
    ("joint-160,000", true, &["0.9", "0.99", "0.999"], || joint(20)),
    ("grid-1000x1000", true, &["0.9", "0.99", "0.999"], || Ok(grid(1_000)?)),
    ("forest-1e6", true, &["0.9", "0.99", "0.999"], || Ok(forest(1_000_000)?)),
    ("garnet-1e6", true, &["0.9", "0.99", "0.999"], || Ok(garnet(1_000_000)?)),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let full = arguments.iter().any(|argument| argument == "--full");
    let named: Vec<&String> = arguments.windows(2).filter(|pair| pair[0] == "--solver").map(|pair| &pair[1]).collect();
    let filter = arguments.iter().find(|text| !text.starts_with("--") && !named.contains(text));
    let default = ["auto", "modified-policy-iteration", "policy-iteration"].map(str::to_owned);
    let solvers: Vec<&String> = if named.is_empty() { default.iter().collect() } else { named };
    let configs = solvers.iter().map(|solver| config(solver)).collect::<Result<Vec<_>, _>>()?;
    println!(
        "| instance | γ | one sweep / memory traffic | limit for {} | yardstick (sweeps) | {} |",
        solvers[0],
        solvers.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" | ")
    );
    println!("|{}", "---|".repeat(5 + solvers.len()));
    for (name, long, discounts, build) in INSTANCES {
        if (*long && !full) || filter.is_some_and(|filter| !name.contains(filter.as_str())) {
            continue;
        }
        let mdp = build()?;
        for text in *discounts {
            let discount: Discount = text.parse()?;
            let criterion = Criterion::Discounted(discount.clone());
            let flat = flat(&mdp);
            let traffic = sweep(&mdp, &criterion)? / flat;
            let all: Vec<&dyn Solver> = configs.iter().map(|config| config as &dyn Solver).collect();
            let comparison = compare(&mdp, &discount, TOLERANCE, &all)?;
            let limit = comparison.entries[0].passes(&mdp) * flat / comparison.seconds;
            println!("| {name} | {text} | {traffic:.2} | {limit:.4} | {comparison}");
        }
    }
    if let Some(peak) = peak_memory() {
        eprintln!("peak memory of the whole run: {:.0} MB", peak as f64 / 1e6);
    }
    Ok(())
}

/// A solver by its name, or with settings as in configuration files, but written in JSON.
fn config(solver: &str) -> Result<SolverConfig, Box<dyn Error>> {
    let config: SolverConfig = if solver.starts_with('{') {
        serde_json::from_str(solver)?
    } else {
        SolverConfig::from_name(solver).ok_or_else(|| format!("no solver `{solver}`"))?
    };
    Ok(config.with_tolerances(Some(Tolerance::Absolute(TOLERANCE)), None))
}

/// Seconds of one sweep of value iteration.
fn sweep(mdp: &Mdp, criterion: &Criterion) -> Result<f64, Box<dyn Error>> {
    let solver = |max_iterations| ValueIteration {
        max_iterations,
        tolerance: Tolerance::Absolute(f64::MIN_POSITIVE),
        ..ValueIteration::default()
    };
    let (few, some) = (best_of(|| solver(3).solve(mdp, criterion)), best_of(|| solver(13).solve(mdp, criterion)));
    Ok((some.0 - few.0) / (some.1?.statistics.iterations - few.1?.statistics.iterations) as f64)
}

/// Seconds for reading every probability once with the value it belongs to, in one flat loop without rows, actions or
/// maxima: the memory traffic of a sweep and nothing else.
fn flat(mdp: &Mdp) -> f64 {
    let matrix = mdp.model().matrix();
    let (next, probability) = (matrix.indices(), matrix.data());
    let value = vec![1.0; mdp.model().states().len()];
    let pass = || {
        let mut sums = [0.0; 4];
        for (next, probability) in next.chunks_exact(4).zip(probability.chunks_exact(4)) {
            for lane in 0..4 {
                sums[lane] += probability[lane] * value[next[lane] as usize];
            }
        }
        black_box(sums)
    };
    best_of(|| (0..10).map(|_| pass()[0]).sum::<f64>()).0 / 10.0
}
