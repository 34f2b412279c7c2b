//! Per-state POWER against the values of an independent program; see `data/golden/README.md`.

use dunamis_envs::{Collision, JointEnvironment, load};
use dunamis_power::{MultiAgentSettings, PowerEstimate, Sampling, estimate, estimate_multi_agent, published};
use dunamis_sampling::{CorrelatedRewards, Correlation, IndependentRewards, Marginal, Seed};
use std::collections::HashMap;
use std::sync::Arc;

/// Fixed before any comparison was made.
const SEED: Seed = Seed::new(20_221_014);

/// The columns of one golden file, by name, in the order of `states`.
struct Golden(HashMap<String, Vec<f64>>);

impl Golden {
    fn read(file: &str, states: &dunamis_mdp::Names) -> Self {
        let path = format!("{}/data/golden/{file}", env!("CARGO_MANIFEST_DIR"));
        let mut reader = csv::Reader::from_path(path).unwrap();
        let headers = reader.headers().unwrap().clone();
        let mut columns: HashMap<String, Vec<f64>> =
            headers.iter().skip(1).map(|h| (h.to_owned(), vec![f64::NAN; states.len()])).collect();
        let mut rows = 0;
        for record in reader.records() {
            let record = record.unwrap();
            let state = states.get(&record[0]).unwrap_or_else(|| panic!("state {}", &record[0]));
            for (header, field) in headers.iter().zip(&record).skip(1) {
                columns.get_mut(header).unwrap()[state] = field.parse().unwrap();
            }
            rows += 1;
        }
        assert_eq!(rows, states.len());
        Golden(columns)
    }

    /// Compares means: no state off by more than 5.5 standard errors, and 1.3 in root mean square.
    fn check(&self, name: &str, ours: &PowerEstimate) {
        let (mean, se) = (&self.0[&format!("{name}_mean")], &self.0[&format!("{name}_se")]);
        let z: Vec<f64> = (0..mean.len())
            .map(|s| (ours.mean[s] - mean[s]) / (ours.std_error[s].powi(2) + se[s].powi(2)).sqrt())
            .collect();
        let largest = z.iter().fold(0.0_f64, |largest, z| largest.max(z.abs()));
        let rms = (z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64).sqrt();
        assert!(largest <= 5.5, "{name}: largest |z| is {largest}");
        assert!(rms <= 1.3, "{name}: root mean square z is {rms}");
        assert!(rms > 0.0, "{name}: nothing was compared");
        assert!(ours.solver_error < 1e-7, "{name}: {}", ours.solver_error);
    }

    /// The incumbent stops early: its bias, which the golden file holds for its own samples, must come out of ours as well.
    fn check_bias(&self, name: &str, loose: &PowerEstimate, exact: &PowerEstimate, allowance: f64) {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let bias = mean(&loose.mean) - mean(&exact.mean);
        let expected = mean(&self.0[&format!("{name}_mean_loose_float32")]) - mean(&self.0[&format!("{name}_mean")]);
        assert!((bias - expected).abs() < 0.02 * expected.abs() + allowance, "{name}: bias {bias}, golden {expected}");
    }
}

fn single(environment: &str, discount: &str, file: &str) {
    let model = Arc::clone(load(environment).unwrap().model());
    let law = IndependentRewards::identical(model.states().len(), Marginal::UNIT).unwrap();
    let ours = estimate(&model, &law, &discount.parse().unwrap(), &Sampling::new(40_000, SEED), &()).unwrap();
    let golden = Golden::read(file, model.states());
    golden.check("POWER", &ours);
    let loose =
        published::estimate(&model, &law, &discount.parse().unwrap(), &Sampling::new(2_000, SEED), &()).unwrap();
    let exact = estimate(&model, &law, &discount.parse().unwrap(), &Sampling::new(2_000, SEED), &()).unwrap();
    golden.check_bias("POWER", &loose, &exact, 2e-6);
}

#[test]
fn grid_at_0_6() {
    single("grid-3x3", "0.6", "grid3x3_single_g0.6.csv");
}

#[test]
fn maze_at_0_1() {
    single("maze-7x7", "0.1", "maze_single_g0.1.csv");
}

#[test]
fn maze_at_0_9() {
    single("maze-7x7", "0.9", "maze_single_g0.9.csv");
}

#[test]
fn maze_at_0_99() {
    single("maze-7x7", "0.99", "maze_single_g0.99.csv");
}

fn joint(environment: &str, discount: &str, correlation: f64, samples: u64, file: &str) {
    let joint = JointEnvironment::new(load(environment).unwrap(), Collision::None).unwrap();
    let model = joint.model();
    let law = IndependentRewards::identical(model.states().len(), Marginal::UNIT).unwrap();
    let law = CorrelatedRewards::new(Arc::new(law), Correlation::new(correlation).unwrap()).unwrap();
    let settings = MultiAgentSettings::new(discount.parse().unwrap());
    let ours = estimate_multi_agent(model, &law, &settings, &Sampling::new(samples, SEED), &()).unwrap();
    let golden = Golden::read(file, model.states());
    golden.check("POWER_H", &ours.power_h);
    golden.check("POWER_A", &ours.power_a);
    golden.check("POWER_Hseed", &ours.power_h_seed);
    golden.check("POWER_Aseed", ours.power_a_seed.as_ref().unwrap());
    assert_eq!(ours.statistics.general_samples, 0, "continuous rewards have no ties");
    let exact = estimate_multi_agent(model, &law, &settings, &Sampling::new(samples / 16, SEED), &()).unwrap();
    let loose =
        published::estimate_multi_agent(model, &law, &settings, &Sampling::new(samples / 16, SEED), &()).unwrap();
    // Now and then an early stop changes the policy of H somewhere, which adds sampling noise to its bias.
    golden.check_bias("POWER_H", &loose.power_h, &exact.power_h, 1e-5);
    golden.check_bias("POWER_A", &loose.power_a, &exact.power_a, 2e-6);
}

#[test]
fn joint_grid_with_independent_rewards() {
    joint("grid-3x3", "0.6", 0.0, 20_000, "joint3x3_g0.6_rho0.csv");
}

#[test]
fn joint_grid_with_correlated_rewards() {
    joint("grid-3x3", "0.6", 0.5, 20_000, "joint3x3_g0.6_rho0.5.csv");
}

#[test]
fn joint_maze() {
    joint("maze-7x7", "0.1", 0.0, 10_000, "joint_maze_overlap_g0.1.csv");
}
