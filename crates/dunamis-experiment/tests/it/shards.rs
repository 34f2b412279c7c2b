//! Sweeps that several processes divide.

use crate::errors::chain;
use dunamis_experiment::{
    ExperimentError, MANIFEST_SCHEMA, Manifest, Run, Shard, ShardRun, Sweep, clear_unfinished, list, list_unfinished,
    merge, run_shard, run_sweep,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Points with and without samples, of one agent and of two, with samples that are kept.
const SWEEPS: &[&str] = &[
    "name = 'one'\nsamples = [100, 250]\nsampling = ['independent', 'antithetic', 'sobol']\nkeep-samples = 20\n\
     environment.name = 'candy'\npower.discount = [0.6, \"3/5\"]",
    "name = 'two'\nsamples = 150\nkeep-samples = 33\nenvironment = { name = 'corridor-3', collision = ['leak', 'block'] }\n\
     power = { agents = 2, discount = 0.6, correlation = 0.5, rounds = [1, 3] }",
    "name = 'limit'\nsamples = 60\nenvironment.name = 'candy'\npower.limit = 'one'",
    "name = 'old'\nsamples = 60\nenvironment.name = 'corridor-3'\npower = { agents = 2, discount = 0.9, as-published = true }",
    "name = 'exact'\nenvironment.name = 'corridor-3'\npower.discount = [0.1, 0.2, 0.3]\n\
     reward = { vectors = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], exact = true }",
];

fn sweep(text: &str) -> Sweep {
    text.parse().unwrap()
}

fn runs() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn shard(sweep: &Sweep, shard: &str, runs: &TempDir) -> ShardRun {
    run_shard(sweep, shard.parse().unwrap(), runs.path(), &(), |_| ()).unwrap()
}

/// All files of a run; times and threads are those of nobody.
fn files(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |entry: fs::DirEntry| {
        let (name, mut bytes) = (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap());
        if name == "manifest.json" {
            let manifest = Manifest::from_json(&String::from_utf8(bytes).unwrap()).unwrap();
            assert_eq!((manifest.schema, manifest.threads > 0), (MANIFEST_SCHEMA, true));
            let manifest = Manifest { started: String::new(), seconds: 0.0, threads: 0, ..manifest };
            bytes = manifest.to_json().into_bytes();
        }
        (name, bytes)
    };
    fs::read_dir(run).unwrap().map(|entry| read(entry.unwrap())).collect()
}

/// What an undisturbed sweep gives.
fn undivided(sweep: &Sweep) -> BTreeMap<String, BTreeMap<String, Vec<u8>>> {
    let runs = runs();
    all(&run_sweep(sweep.clone(), runs.path(), |_, _| (), |_| ()).unwrap().runs)
}

fn all(runs: &[Run]) -> BTreeMap<String, BTreeMap<String, Vec<u8>>> {
    runs.iter().map(|run| (run.key.to_string(), files(&run.path))).collect()
}

fn part_files(parts: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(parts).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|end| end == "part"));
    found.sort();
    found
}

#[test]
fn dividing_changes_no_byte() {
    for text in SWEEPS {
        let sweep = sweep(text);
        let expected = undivided(&sweep);
        for count in [1, 2, 5, 40] {
            let runs = runs();
            let mut units = 0;
            let mut parts = None;
            for number in (1..=count).rev() {
                let done = shard(&sweep, &format!("{number}/{count}"), &runs);
                assert_eq!(shard(&sweep, &format!("{number}/{count}"), &runs).known, done.computed + done.known);
                units += done.computed;
                parts = Some(done.parts);
            }
            let merged = merge(parts.as_ref().unwrap(), &(), |_| ()).unwrap();
            assert_eq!(all(&merged.runs), expected, "{text} {count}");
            assert!(units >= merged.runs.len() as u64);
            assert!(!parts.unwrap().exists(), "parts are removed when they are runs");
            assert_eq!(list(runs.path()).unwrap().len(), expected.len());
            // Whoever comes later finds everything done, and leaves nothing.
            assert_eq!(shard(&sweep, "1/2", &runs).computed, 0);
            assert_eq!(list_unfinished(runs.path()).unwrap(), []);
            let run = &merged.runs[0];
            assert!(run.manifest.started.starts_with("20") && run.manifest.seconds > 0.0, "{:?}", run.manifest);
        }
    }
}

/// Different divisions of one sweep make a whole, and so does a sweep of which some runs are there already.
#[test]
fn divisions_mix() {
    let sweep = sweep(SWEEPS[1]);
    let runs = runs();
    let parts = shard(&sweep, "1/2", &runs).parts;
    let first = Sweep { points: sweep.points[..1].to_vec(), ..sweep.clone() };
    run_sweep(first, runs.path(), |_, _| (), |_| ()).unwrap();
    for part in ["2/4", "4/4"] {
        shard(&sweep, part, &runs);
    }
    assert_eq!(all(&merge(&parts, &(), |_| ()).unwrap().runs), undivided(&sweep));
}

#[test]
fn parts_come_together_from_several_machines() {
    let sweep = sweep(SWEEPS[1]);
    let machines = [runs(), runs()];
    let [here, there] = [0, 1].map(|i| shard(&sweep, &format!("{}/2", i + 1), &machines[i]).parts);
    assert_eq!(here.file_name(), there.file_name());
    for part in part_files(&there) {
        fs::copy(&part, here.join(part.file_name().unwrap())).unwrap();
    }
    assert_eq!(all(&merge(&here, &(), |_| ()).unwrap().runs), undivided(&sweep));
}

#[test]
fn what_is_missing_is_named() {
    let sweep = sweep(SWEEPS[0]);
    let runs = runs();
    let parts = shard(&sweep, "2/9", &runs).parts;
    let error = merge(&parts, &(), |_| ()).unwrap_err();
    let ExperimentError::Unmerged(unmerged) = &error else { panic!("{error}") };
    let missing: usize = unmerged.missing.iter().map(|missing| missing.chunks.len()).sum();
    // Antithetic and other samples: 7 chunks of 100 and 16 of 250, and 3/5 is 0.6.
    assert_eq!((unmerged.chunks, missing), (3 * (7 + 16), 61));
    assert!(unmerged.missing.iter().all(|missing| missing.shard != "2/9".parse::<Shard>().unwrap()));
    for number in (1..=9).filter(|number| ![2, 5].contains(number)) {
        shard(&sweep, &format!("{number}/9"), &runs);
    }
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("`/.*/parts-[0-9a-f]{32}", "`PARTS");
    let _guard = settings.bind_to_scope();
    insta::assert_snapshot!(chain(&merge(&parts, &(), |_| ()).unwrap_err()));
    shard(&sweep, "5/9", &runs);
    assert_eq!(all(&merge(&parts, &(), |_| ()).unwrap().runs), undivided(&sweep));

    let exact = self::sweep(SWEEPS[4]);
    let parts = shard(&exact, "2/3", &runs);
    assert_eq!((parts.computed, parts.known), (1, 0));
    insta::assert_snapshot!(chain(&merge(&parts.parts, &(), |_| ()).unwrap_err()));
    fs::write(parts.parts.join("work.json"), "{}").unwrap();
    insta::assert_snapshot!(chain(&merge(&parts.parts, &(), |_| ()).unwrap_err()));
    shard(&exact, "1/3", &runs);
    shard(&exact, "3/3", &runs);
    merge(&parts.parts, &(), |_| ()).unwrap();
    insta::assert_snapshot!(chain(&merge(&parts.parts, &(), |_| ()).unwrap_err()));
}

/// A file that ends anywhere costs the record that was torn; one that was changed costs all that follows, and is named.
#[test]
fn torn_and_changed_parts_are_computed_again() {
    let sweep = sweep(SWEEPS[1]);
    let expected = undivided(&sweep);
    let runs = runs();
    let parts = shard(&sweep, "1/2", &runs).parts;
    shard(&sweep, "2/2", &runs);
    let whole = fs::read(&part_files(&parts)[0]).unwrap();
    let places = [0, 1, 15, 16, 17, 90, 3_000, whole.len() / 2, whole.len() - 1];
    for (i, place) in places.into_iter().enumerate() {
        for path in part_files(&parts).into_iter().filter(|path| !path.ends_with("2-of-2.1.part")) {
            fs::remove_file(path).unwrap();
        }
        let changed = i % 2 == 1;
        let mut bytes = whole[..if changed { whole.len() } else { place }].to_vec();
        if changed {
            bytes[place] ^= 1 << (i % 8);
        }
        fs::write(parts.join("1-of-2.1.part"), &bytes).unwrap();
        let found = list_unfinished(runs.path()).unwrap();
        let checked = found[0].check().unwrap();
        assert_eq!(checked.len(), usize::from(changed), "{place}");
        let error = merge(&parts, &(), |_| ()).unwrap_err();
        let ExperimentError::Unmerged(unmerged) = error else { panic!("{error}") };
        assert_eq!(unmerged.changed, checked);
        assert!(unmerged.missing.iter().all(|missing| missing.shard.number() == 1));
        let missing: usize = unmerged.missing.iter().map(|missing| missing.chunks.len()).sum();
        let done = shard(&sweep, "1/2", &runs);
        assert_eq!(done.computed, missing as u64, "{place}");
        assert_eq!(fs::read(parts.join("1-of-2.1.part")).unwrap(), bytes, "nobody changes what is there");
        assert_eq!(list_unfinished(runs.path()).unwrap()[0].progress.as_ref().unwrap().known, 40);
    }
    assert_eq!(all(&merge(&parts, &(), |_| ()).unwrap().runs), expected);
}

#[test]
fn several_processes_may_do_the_same() {
    let sweep = sweep(SWEEPS[1]);
    let runs = runs();
    let both = |number: &str| {
        std::thread::scope(|scope| {
            let threads = [(); 2].map(|()| scope.spawn(|| shard(&sweep, number, &runs)));
            threads.map(|thread| thread.join().unwrap())
        })
    };
    let [a, b] = both("1/2");
    assert_eq!(a.computed + b.computed, 20, "one computes, and the other one waits: {a:?} {b:?}");
    both("2/2");
    let merged = std::thread::scope(|scope| {
        [(); 2].map(|()| scope.spawn(|| merge(&a.parts, &(), |_| ()))).map(|thread| thread.join().unwrap())
    });
    // One merges; the other one waits and finds the runs, or comes when there is nothing left to read.
    let expected = undivided(&sweep);
    assert!(merged.iter().any(Result::is_ok));
    for merged in merged.into_iter().flatten() {
        assert_eq!(all(&merged.runs), expected);
    }
}

#[test]
fn unfinished_sweeps_are_listed_and_left_alone() {
    let sweep = sweep(SWEEPS[1]);
    let runs = runs();
    let parts = shard(&sweep, "1/2", &runs).parts;
    assert_eq!(clear_unfinished(runs.path()).unwrap(), 0);
    assert_eq!(list(runs.path()).unwrap(), []);
    let found = list_unfinished(runs.path()).unwrap();
    let progress = found[0].progress.as_ref().unwrap();
    assert_eq!((progress.name.as_str(), progress.chunks, progress.known), ("two", 40, 20));
    assert_eq!(
        (found.len(), found[0].is_live(), &found[0].shards[..]),
        (1, false, &[("1/2".parse().unwrap(), false)][..])
    );
    let lock = fs::File::open(parts.join("1-of-2.lock")).unwrap();
    lock.lock().unwrap();
    assert!(list_unfinished(runs.path()).unwrap()[0].is_live() && found[0].remove().is_err());
    drop(lock);
    found[0].remove().unwrap();
    assert_eq!(list_unfinished(runs.path()).unwrap(), []);
}

#[test]
fn stopping_at_a_standard_error_is_refused() {
    let sweep = sweep("name = 'until'\nuntil-se = 0.01\nenvironment.name = 'candy'\npower.discount = 0.5");
    let error = run_shard(&sweep, Shard::WHOLE, "nowhere", &(), |_| ()).unwrap_err();
    insta::assert_snapshot!(chain(&error));
    assert!(!Path::new("nowhere").exists());
}
