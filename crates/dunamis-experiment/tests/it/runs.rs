//! Runs on disk.

use dunamis_envs::{Collision, JointEnvironment, load};
use dunamis_experiment::{
    Damage, Experiment, ExperimentError, Observer, PowerSettings, Run, RunPower, Samples, SingleAgent, run,
};
use dunamis_mdp::Discount;
use dunamis_power::{MultiAgentSettings, Sampling};
use dunamis_sampling::{
    CorrelatedRewards, Correlation, IndependentRewards, Marginal, RewardDistribution, SamplingMethod, Seed,
};
use ndarray::Array1;
use ndarray_npy::NpzReader;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

const SINGLE: &str = "name = 'one'\nsamples = 200\nseed = 3\nenvironment.name = 'grid-3x3'\npower.discount = 0.6";
const MULTI: &str = "name = 'two'\nsamples = 100\nseed = 5\nenvironment = { name = 'grid-3x3', collision = 'leak' }\n\
                     power = { agents = 2, discount = 0.6, correlation = 0.5 }";

fn experiment(text: &str) -> Experiment {
    text.parse().unwrap()
}

fn runs() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn compute(text: &str, runs: &TempDir) -> Run {
    run(&experiment(text), runs.path(), &()).unwrap()
}

/// Counts how many samples were computed.
#[derive(Default)]
struct Count(AtomicU64);

impl Observer for Count {
    fn progress(&self, done: u64, _: u64) {
        self.0.store(done, Ordering::Relaxed);
    }
}

struct Cancel;

impl Observer for Cancel {
    fn cancelled(&self) -> bool {
        true
    }
}

#[test]
fn one_agent_has_the_numbers_of_the_library() {
    let runs = runs();
    let run = compute(SINGLE, &runs);
    let environment = load("grid-3x3").unwrap();
    let law = IndependentRewards::identical(9, Marginal::UNIT).unwrap();
    let discount: Discount = "0.6".parse().unwrap();
    let power =
        dunamis_power::estimate(environment.model(), &law, &discount, &Sampling::new(200, Seed::new(3)), &()).unwrap();
    let RunPower::SingleAgent(estimates) = &run.power else { panic!("one agent") };
    assert_eq!((&estimates.mean, &estimates.std_error), (&power.mean, &power.std_error));
    assert_eq!(run.states[5], "(1, 2)");
    let layout = run.layout.as_ref().unwrap();
    assert_eq!((layout.rows, layout.columns, layout.cells[5]), (3, 3, (1, 2)));
    assert_eq!(run.manifest.solver_error, Some(power.solver_error));
    assert_eq!((run.manifest.samples, run.manifest.seed, run.manifest.alignment), (Some(200), Some(3), None));
    assert!(!run.reused && run.replaced.is_none());
    assert_eq!(run.experiment, experiment(SINGLE));
    assert_eq!(run.path, runs.path().join(run.key.to_string()));
}

#[test]
fn two_agents_have_the_numbers_of_the_library() {
    let runs = runs();
    let run = compute(MULTI, &runs);
    let joint = JointEnvironment::new(load("grid-3x3").unwrap(), Collision::Leak).unwrap();
    let law = IndependentRewards::identical(72, Marginal::UNIT).unwrap();
    let law = CorrelatedRewards::new(Arc::new(law), Correlation::new(0.5).unwrap()).unwrap();
    let settings = MultiAgentSettings::new("0.6".parse().unwrap());
    let power =
        dunamis_power::estimate_multi_agent(joint.model(), &law, &settings, &Sampling::new(100, Seed::new(5)), &())
            .unwrap();
    let RunPower::MultiAgent { h, a, h_seed, a_seed, positions, alignment } = &run.power else { panic!("two agents") };
    assert_eq!((&h.mean, &h.std_error), (&power.power_h.mean, &power.power_h.std_error));
    assert_eq!((&a.mean, &a.std_error), (&power.power_a.mean, &power.power_a.std_error));
    assert_eq!((&h_seed.mean, &h_seed.std_error), (&power.power_h_seed.mean, &power.power_h_seed.std_error));
    assert_eq!(a_seed.as_ref().unwrap().mean, power.power_a_seed.as_ref().unwrap().mean);
    assert_eq!(*alignment, power.alignment);
    assert_eq!(run.manifest.alignment, Some(power.alignment));
    let positions = positions.as_ref().unwrap();
    let named = positions.iter().map(|(h, a)| format!("({}, {})_H^({}, {})_A", h.0, h.1, a.0, a.1));
    assert!(named.eq(run.states.iter().cloned()));
}

#[test]
fn without_a_baseline_there_are_no_columns_for_it() {
    let runs = runs();
    let run = compute(&MULTI.replace("agents = 2", "seed-baseline = false, agents = 2"), &runs);
    assert!(matches!(run.power, RunPower::MultiAgent { a_seed: None, .. }));
    let table = fs::read_to_string(run.path.join("power.csv")).unwrap();
    assert!(table.lines().next().unwrap().ends_with("power_h_seed,power_h_seed_se"));
}

#[test]
fn models_without_a_grid_have_no_cells() {
    let text = "name = 'x'\nsamples = 20\nenvironment.name = 'candy'\npower = { agents = 2, discount = 0.5 }";
    let runs = runs();
    let run = compute(text, &runs);
    assert!(run.layout.is_none() && !run.path.join("grid.json").exists());
    assert!(matches!(run.power, RunPower::MultiAgent { positions: None, .. }));
}

#[test]
fn exact_expectations_of_lists() {
    // Both agents have e_s with s uniform over the joint states of two cells in a row: POWER is the same everywhere.
    let text = "name = 'x'\nenvironment.name = 'grid:rows=1,columns=2'\npower = { agents = 2, discount = 0.5 }\n\
                reward = { exact = true, vectors = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] }";
    let runs = runs();
    let run = compute(text, &runs);
    let RunPower::MultiAgent { h, alignment, .. } = &run.power else { panic!("two agents") };
    assert!(h.mean.iter().all(|power| (power - h.mean[0]).abs() < 1e-12));
    assert!(h.std_error.iter().all(|&error| error == 0.0));
    assert_eq!((alignment.alpha, run.manifest.samples), (None, None));
    let one = "name = 'x'\nenvironment.name = 'candy'\npower.limit = 'one'\n\
               reward = { exact = true, vectors = [[0, 1, 0, 0, 0], [0, 0, 0, 0, 1]] }";
    let run = compute(one, &runs);
    assert!(matches!(&run.power, RunPower::SingleAgent(power) if power.mean.len() == run.states.len()));
}

#[test]
fn a_single_sample_has_no_standard_error_and_still_reads_back() {
    let runs = runs();
    let run = compute(&SINGLE.replace("200", "1"), &runs);
    let RunPower::SingleAgent(power) = &run.power else { panic!("one agent") };
    assert!(power.std_error.iter().all(|error| error.is_nan()));
    assert!(Run::load(&run.path).is_ok());
}

#[test]
fn the_published_arithmetic_has_no_error_bound() {
    let runs = runs();
    let run = compute(&format!("{SINGLE}\npower.as-published = true"), &runs);
    assert_eq!(run.manifest.solver_error, None);
    let ours = compute(SINGLE, &runs);
    assert_ne!(run.key, ours.key);
}

#[test]
fn arrays_are_the_table() {
    let runs = runs();
    let run = compute(MULTI, &runs);
    let mut arrays = NpzReader::new(fs::File::open(run.path.join("power.npz")).unwrap()).unwrap();
    let RunPower::MultiAgent { h, a_seed, .. } = &run.power else { panic!("two agents") };
    let power_h: Array1<f64> = arrays.by_name("power_h").unwrap();
    let power_a_seed_se: Array1<f64> = arrays.by_name("power_a_seed_se").unwrap();
    let a_col: Array1<u64> = arrays.by_name("a_col").unwrap();
    assert_eq!(power_h.to_vec(), h.mean);
    assert_eq!(power_a_seed_se.to_vec(), a_seed.as_ref().unwrap().std_error);
    assert_eq!(a_col.to_vec()[..3], [1, 2, 0]);
    assert_eq!(arrays.names().unwrap().len(), 12);
}

#[test]
fn tables_are_the_same_for_any_number_of_threads() {
    for text in [SINGLE, MULTI] {
        let tables = [1, 2, 4].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let run = pool.install(|| compute(text, &runs()));
            assert_eq!(run.manifest.threads, threads);
            run.manifest.files
        });
        assert_eq!(tables[0], tables[1]);
        assert_eq!(tables[0], tables[2]);
    }
}

#[test]
fn complete_runs_are_reused_under_the_name_of_the_experiment() {
    let runs = runs();
    let first = compute(SINGLE, &runs);
    let count = Count::default();
    let again = run(&experiment(&SINGLE.replace("'one'", "'again'")), runs.path(), &count).unwrap();
    assert_eq!(count.0.load(Ordering::Relaxed), 0);
    assert!(again.reused);
    assert_eq!(again.experiment.name, "again");
    assert_eq!((again.power, again.manifest), (first.power, first.manifest));
    assert!(run(&experiment(MULTI), runs.path(), &count).is_ok_and(|run| !run.reused));
    assert_eq!(count.0.load(Ordering::Relaxed), 100);
}

type Harm<'a> = Box<dyn Fn() + 'a>;

/// Every way in which files can be wrong: the run is computed again, and what was wrong is told.
#[test]
fn damaged_runs_are_replaced() {
    let runs = runs();
    let first = compute(SINGLE, &runs);
    let file = |name: &str| first.path.join(name);
    let cut = |name: &str| {
        let content = fs::read(file(name)).unwrap();
        fs::write(file(name), &content[..content.len() / 2]).unwrap();
    };
    let edit = |from: &str, to: &str| {
        let text = fs::read_to_string(file("manifest.json")).unwrap();
        assert!(text.contains(from));
        fs::write(file("manifest.json"), text.replace(from, to)).unwrap();
    };
    let harms: Vec<(&str, Harm<'_>)> = vec![
        ("no manifest", Box::new(|| fs::remove_file(file("manifest.json")).unwrap())),
        ("no table", Box::new(|| fs::remove_file(file("power.csv")).unwrap())),
        ("no arrays", Box::new(|| fs::remove_file(file("power.npz")).unwrap())),
        ("no grid", Box::new(|| fs::remove_file(file("grid.json")).unwrap())),
        ("half a table", Box::new(|| cut("power.csv"))),
        ("half a manifest", Box::new(|| cut("manifest.json"))),
        ("half a config", Box::new(|| cut("config.toml"))),
        (
            "empty directory",
            Box::new(|| {
                fs::remove_dir_all(&first.path).unwrap();
                fs::create_dir(&first.path).unwrap();
            }),
        ),
        (
            "a file",
            Box::new(|| {
                fs::remove_dir_all(&first.path).unwrap();
                fs::write(&first.path, "").unwrap();
            }),
        ),
        ("another schema", Box::new(|| edit("\"schema\": 1", "\"schema\": 99"))),
        ("another key", Box::new(|| edit(&first.key.to_string(), &"0".repeat(32)))),
        ("a file elsewhere", Box::new(|| edit("power.npz", "../power.npz"))),
        (
            "a table that is not listed",
            Box::new(|| {
                let text = fs::read_to_string(file("manifest.json")).unwrap();
                let kept: Vec<&str> = text.lines().filter(|line| !line.contains("power.csv")).collect();
                fs::write(file("manifest.json"), kept.join("\n")).unwrap();
            }),
        ),
        ("other states", Box::new(|| edit("\"states\": 9", "\"states\": 8"))),
        ("other agents", Box::new(|| edit("\"agents\": 1", "\"agents\": 2"))),
    ];
    let mut report = String::new();
    for (what, harm) in harms {
        harm();
        assert!(
            matches!(Run::load(&first.path), Err(ExperimentError::Damaged { .. })) || what == "another key",
            "{what}"
        );
        let again = compute(SINGLE, &runs);
        assert!(!again.reused, "{what}");
        let damage: Damage = again.replaced.unwrap();
        writeln!(report, "{what}: {damage}").unwrap();
        assert_eq!(again.power, first.power, "{what}");
        assert!(compute(SINGLE, &runs).reused, "{what}");
    }
    // Where half a manifest ends depends on how many digits its times have.
    insta::with_settings!({ filters => [(r"line \d+ column \d+", "line … column …")] }, {
        insta::assert_snapshot!(report);
    });
}

fn partial_directories(runs: &Path) -> usize {
    let entries = fs::read_dir(runs).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.filter(|name| name.starts_with(".partial-")).count()
}

/// A killed run leaves a partial directory whose lock nobody holds, at any stage of its writing.
#[test]
fn what_killed_runs_leave_is_never_reused_and_goes_away() {
    let (runs, elsewhere) = (runs(), runs());
    let complete = compute(SINGLE, &elsewhere);
    let files = ["config.toml", "power.csv", "power.npz", "grid.json", "manifest.json"];
    for written in 0..=files.len() {
        let partial = runs.path().join(format!(".partial-{}-dead{written}", complete.key));
        fs::create_dir_all(partial.join("run")).unwrap();
        if written > 0 {
            fs::write(partial.join("lock"), "").unwrap();
        }
        for file in &files[..written] {
            fs::copy(complete.path.join(file), partial.join("run").join(file)).unwrap();
        }
    }
    assert_eq!(partial_directories(runs.path()), 6);
    let run = compute(SINGLE, &runs);
    assert!(!run.reused && run.replaced.is_none());
    assert_eq!(run.power, complete.power);
    assert_eq!(partial_directories(runs.path()), 0);
}

#[test]
fn cancelled_and_failed_runs_leave_nothing() {
    let runs = runs();
    let error = run(&experiment(SINGLE), runs.path(), &Cancel).unwrap_err();
    assert!(error.is_cancelled());
    let huge =
        format!("{SINGLE}\nreward.vectors = [[1e308, -1e308, 1e308, -1e308, 1e308, -1e308, 1e308, -1e308, 1e308]]");
    let _ = run(&experiment(&huge), runs.path(), &());
    let unknown = format!("{SINGLE}\nreward.states.nowhere.high = 2");
    assert!(matches!(run(&experiment(&unknown), runs.path(), &()), Err(ExperimentError::Config(_))));
    assert_eq!(partial_directories(runs.path()), 0);
    assert!(!runs.path().join(experiment(SINGLE).key().unwrap().to_string()).exists());
}

#[test]
fn runs_of_one_experiment_at_a_time_wait_for_each_other() {
    let runs = runs();
    let counts: Vec<Count> = (0..4).map(|_| Count::default()).collect();
    let results: Vec<Run> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            counts.iter().map(|count| scope.spawn(|| run(&experiment(MULTI), runs.path(), count).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|run| !run.reused).count(), 1);
    assert_eq!(counts.iter().filter(|count| count.0.load(Ordering::Relaxed) > 0).count(), 1);
    assert!(results.iter().all(|run| run.power == results[0].power));
}

#[test]
fn runs_within_a_thread_pool_do_not_wait() {
    use rayon::prelude::*;
    let runs = runs();
    let results: Vec<Run> =
        (0..8).into_par_iter().map(|_| run(&experiment(SINGLE), runs.path(), &()).unwrap()).collect();
    assert!(results.iter().all(|run| run.power == results[0].power));
    assert_eq!(partial_directories(runs.path()), 0);
    assert!(compute(SINGLE, &runs).reused);
}

#[test]
fn a_given_seed_policy_is_followed() {
    let (runs, directory) = (runs(), runs());
    let joint = JointEnvironment::new(load("grid-3x3").unwrap(), Collision::Leak).unwrap();
    let stay = dunamis_power::SeedPolicy::Stay.resolve(joint.model()).unwrap();
    let path = directory.path().join("stay.json");
    fs::write(&path, joint.model().policy_to_json(dunamis_mdp::Agent::A, &stay)).unwrap();
    let with =
        |policy: &str| compute(&MULTI.replace("agents = 2", &format!("agents = 2, seed-policy = '{policy}'")), &runs);
    let (given, named) = (with(path.to_str().unwrap()), with("stay"));
    assert_eq!(given.power, named.power);
    assert_ne!(given.key, named.key);
    let PowerSettings::MultiAgent(_) = given.experiment.power else { panic!("two agents") };
}

#[test]
fn noise_reaches_the_model() {
    let runs = runs();
    let experiment = Experiment::new("x", "grid-3x3:noise=1/5", SingleAgent::new("0.6".parse().unwrap()));
    let keyed = "name = 'x'\npower.discount = 0.6\nenvironment = { name = 'grid-3x3', noise = 0.2 }";
    assert_eq!(experiment.key().unwrap(), keyed.parse::<Experiment>().unwrap().key().unwrap());
    let biased = format!("{SINGLE}\nenvironment.noise = 0.2\nenvironment.noise-bias.up = '1/10'");
    assert_ne!(compute(&biased, &runs).power, compute(SINGLE, &runs).power);
}

#[test]
fn kept_samples_are_what_is_averaged() {
    let runs = runs();
    for text in [
        SINGLE,
        MULTI,
        &format!("{SINGLE}\npower.as-published = true"),
        &SINGLE.replace("discount = 0.6", "limit = 'one'"),
    ] {
        let plain = compute(text, &runs);
        assert_eq!(plain.samples().unwrap(), None);
        let all = compute(&format!("keep-samples = 1_000\n{text}"), &runs);
        assert_eq!(all.power, plain.power, "keeping changes nothing");
        let n = plain.manifest.samples.unwrap() as usize;
        let pairs = match (all.samples().unwrap().unwrap(), &all.power) {
            (Samples::SingleAgent(samples), RunPower::SingleAgent(power)) => vec![(samples, power.clone())],
            (Samples::MultiAgent { h, a }, RunPower::MultiAgent { h: power_h, a: power_a, .. }) => {
                vec![(h, power_h.clone()), (a, power_a.clone())]
            }
            _ => panic!("as many agents"),
        };
        for (samples, power) in pairs {
            assert_eq!(samples.len(), n);
            let variance = all.variance(&power).unwrap();
            for state in 0..all.states.len() {
                let mean = samples.power_at(state).sum::<f64>() / n as f64;
                let squares = samples.power_at(state).map(|x| (x - mean).powi(2)).sum::<f64>();
                assert!((mean - power.mean[state]).abs() < 1e-12);
                assert!((squares / (n - 1) as f64 - variance[state]).abs() < 1e-12);
                assert!(samples.rewards_at(state).all(|reward| (0.0..1.0).contains(&reward)));
            }
        }
    }
}

#[test]
fn kept_samples_are_the_first_ones_for_any_number_of_threads() {
    let files = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let runs = runs();
        let run = pool.install(|| compute(&format!("keep-samples = 37\n{MULTI}"), &runs));
        assert_eq!(run.samples().unwrap().unwrap().len(), 37);
        fs::read(run.path.join("samples.npz")).unwrap()
    });
    assert!(files[0] == files[1]);
    let law = IndependentRewards::identical(9, Marginal::UNIT).unwrap();
    let runs = runs();
    let run = compute(&format!("keep-samples = 2\n{SINGLE}"), &runs);
    let Some(Samples::SingleAgent(samples)) = run.samples().unwrap() else { panic!("one agent") };
    let mut rewards = [0.0; 9];
    law.sample(&mut Seed::new(3).stream(1), &mut rewards).unwrap();
    assert_eq!(samples.rewards[9..], rewards);
}

#[test]
fn damaged_samples_are_found_out() {
    let runs = runs();
    let text = format!("keep-samples = 5\n{SINGLE}");
    let run = compute(&text, &runs);
    let file = run.path.join("samples.npz");
    fs::write(&file, "x").unwrap();
    let ExperimentError::Damaged { source, .. } = Run::load(&run.path).unwrap().samples().unwrap_err() else {
        panic!("damaged")
    };
    insta::assert_snapshot!(source, @"`samples.npz` was changed after the run: its hash is not the one in `manifest.json`");
    fs::remove_file(&file).unwrap();
    assert!(Run::load(&run.path).is_err());
    let again = compute(&text, &runs);
    assert!(again.replaced.is_some());
    assert_eq!(again.samples().unwrap().unwrap().len(), 5);
}

#[test]
fn runs_say_how_they_were_sampled_and_whether_that_sufficed() {
    let runs = runs();
    for text in [SINGLE, MULTI] {
        let plain = compute(text, &runs);
        assert_eq!(plain.manifest.sampling, Some(SamplingMethod::Independent));
        assert_eq!((plain.manifest.until_se, plain.manifest.until_se_reached), (None, None));
        for method in [SamplingMethod::Antithetic, SamplingMethod::Sobol] {
            let run = compute(&format!("sampling = '{method}'\n{text}"), &runs);
            assert_eq!((run.manifest.sampling, run.manifest.samples), (Some(method), plain.manifest.samples));
            assert_ne!(run.power, plain.power);
            let RunPower::SingleAgent(power) = &run.power else { continue };
            assert_eq!(run.variance(power), None, "errors of samples that are not independent do not tell it");
        }
    }
    let text = SINGLE.replace("samples = 200\n", "");
    let reached = compute(&format!("until-se = 0.004\n{text}"), &runs);
    let samples = reached.manifest.samples.unwrap();
    assert!(samples < 10_000 && reached.power.largest_std_error() <= 0.004);
    assert_eq!(reached.manifest.until_se_reached, Some(true));
    assert_eq!(reached.power, compute(&format!("samples = {samples}\n{text}"), &runs).power, "as long from the start");
    let missed = compute(&format!("until-se = 0.0001\nsamples = 2000\n{text}"), &runs);
    assert_eq!((missed.manifest.samples, missed.manifest.until_se_reached), (Some(2_000), Some(false)));
}
