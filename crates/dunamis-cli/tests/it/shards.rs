//! `dunamis run --shard` and `dunamis runs merge`, also when they are killed.

use crate::{Answer, Workplace};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Two points, with samples that are kept.
const SWEEP: &str = "name = 'two'\nsamples = 400\nkeep-samples = 40\n[environment]\nname = 'corridor-3'\ncollision = 'leak'\n\
                     [power]\nagents = 2\ndiscount = [0.5, 0.9]\n";

fn place() -> Workplace {
    let place = Workplace::new();
    place.file("sweep.toml", SWEEP);
    place
}

/// All directories in the directory of runs whose names begin so.
fn directories(place: &Path, start: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(place.join("runs")) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)));
    found.sort();
    found
}

/// All files in the directory of runs, but for the lines of manifests that say when and on what a run was computed.
fn files(place: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for run in directories(place, "") {
        for entry in std::fs::read_dir(&run).expect("a run").flatten() {
            let path = entry.path();
            let mut bytes = std::fs::read(&path).expect("a file");
            if path.ends_with("manifest.json") {
                let text = String::from_utf8(bytes).expect("text");
                let said = |line: &&str| !["threads", "started", "seconds"].iter().any(|key| line.contains(key));
                bytes = text.lines().filter(said).collect::<Vec<_>>().join("\n").into_bytes();
            }
            files.insert(path.strip_prefix(place).expect("inside").display().to_string(), bytes);
        }
    }
    files
}

fn filters() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("parts-[0-9a-f]{32}", "parts-ID");
    settings.add_filter("parts-[0-9a-f]{8}\\b", "parts-ID");
    settings.add_filter("runs/[0-9a-f]{32}", "runs/KEY");
    settings.add_filter("\\b[0-9a-f]{8}\\b", "KEY");
    settings.bind_to_scope()
}

#[test]
fn shards_are_merged() {
    let (whole, place) = (self::place(), self::place());
    let undivided = whole.answer("run sweep.toml");
    assert_eq!(undivided.code, Some(0));
    let _guard = filters();
    insta::assert_snapshot!("shard", place.answer("run sweep.toml --shard 2/3"));
    insta::assert_snapshot!("shard-again", place.answer("run sweep.toml --shard 2/3"));
    insta::assert_snapshot!("unfinished-list", place.answer("runs list"));
    assert_eq!(place.document("runs list --json")["unfinished"][0]["shards"], serde_json::json!(["2/3"]));
    insta::assert_snapshot!("merge-missing", place.answer("runs merge"));
    insta::assert_snapshot!("prune-keeps-parts", place.answer("runs prune"));
    assert_eq!(place.document("run sweep.toml --shard 1/3 --json")["computed"], 17);
    insta::assert_snapshot!("unfinished-verify", place.answer("runs verify"));
    let part = directories(place.path(), "parts-")[0].join("1-of-3.1.part");
    let mut bytes = std::fs::read(&part).expect("a part");
    // Records stand in the order in which threads were done, and the first one is longer than that whichever it is.
    bytes[300] ^= 1;
    std::fs::write(&part, bytes).expect("a part");
    insta::assert_snapshot!("unfinished-verify-changed", place.answer("runs verify"));
    assert_eq!(place.answer("run sweep.toml --shard 3/3").code, Some(0));
    insta::assert_snapshot!("merge-changed", place.answer("runs merge"));
    assert_eq!(place.answer("run sweep.toml --shard 1/3").code, Some(0));
    let parts = directories(place.path(), "parts-")[0].file_name().expect("a name").to_string_lossy().into_owned();
    let merged = place.answer(&format!("runs merge {}", &parts[..20]));
    assert_eq!((merged.code, &merged.stdout), (Some(0), &undivided.stdout));
    assert_eq!(files(place.path()), files(whole.path()));
    insta::assert_snapshot!("merge-nothing", place.answer("runs merge"));
    insta::assert_snapshot!("shard-of-complete-runs", place.answer("run sweep.toml --shard 1/3"));

    assert_eq!(place.answer("run sweep.toml --set seed=1 --shard 1/2").code, Some(0));
    let parts = directories(place.path(), "parts-")[0].file_name().expect("a name").to_string_lossy().into_owned();
    insta::assert_snapshot!("prune-parts", place.answer(&format!("runs prune {}", &parts[..20])));
    assert_eq!(place.document("runs list --json")["unfinished"], serde_json::json!([]));
}

#[test]
fn schedulers_say_which_shard() {
    let place = place();
    let auto = |choice: &str, variables: &[(&str, &str)]| {
        let mut command = place.command(&format!("run sweep.toml --shard {choice}"));
        Answer::from(command.envs(variables.iter().copied()).output().expect("the binary starts"))
    };
    let slurm = [
        ("SLURM_ARRAY_TASK_ID", "7"),
        ("SLURM_ARRAY_TASK_MIN", "5"),
        ("SLURM_ARRAY_TASK_STEP", "2"),
        ("SLURM_ARRAY_TASK_COUNT", "4"),
    ];
    assert!(auto("auto", &slurm).stdout.starts_with("two: shard 2/4, "));
    let rank = [("OMPI_COMM_WORLD_RANK", "2"), ("OMPI_COMM_WORLD_SIZE", "4")];
    assert!(auto("auto", &rank).stdout.starts_with("two: shard 3/4, "));
    assert!(auto("auto/4", &[("JOB_COMPLETION_INDEX", "0")]).stdout.starts_with("two: shard 1/4, "));
    assert!(auto("auto/4", &[("HQ_TASK_ID", "4")]).stdout.starts_with("two: shard 4/4, "));
    assert_eq!(place.answer("runs merge").code, Some(0));
    let until = place.answer("run sweep.toml --set until-se=0.01 --shard 1/2");
    let wrong = [auto("auto", &[]), auto("0/4", &[]), auto("four", &[]), auto("auto", &[("HQ_TASK_ID", "4")]), until];
    assert!(wrong.iter().all(|answer| answer.code == Some(2)));
    insta::assert_snapshot!(wrong.map(|answer| answer.stderr).join("\n"));
}

/// Random numbers [Vigna 2015].
struct SplitMix(u64);

impl SplitMix {
    /// Below 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Starts a command and kills it after a while; whether it had ended before.
fn ends_before(mut command: Command, after: Duration) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    std::thread::sleep(after);
    child.kill().expect("a child to kill");
    let answer = Answer::from(child.wait_with_output().expect("an ended child"));
    assert!(matches!(answer.code, None | Some(0)), "{answer}");
    answer.code == Some(0)
}

/// How long a command takes.
fn duration(mut command: Command) -> Duration {
    let begin = Instant::now();
    assert!(command.output().expect("the binary starts").status.success());
    begin.elapsed()
}

/// Shards and merges are killed at random instants and started again until everything is there; the runs have the bytes of an
/// undisturbed one. `DUNAMIS_KILLS` says how many times.
#[test]
fn no_kill_changes_a_byte() {
    let kills = std::env::var("DUNAMIS_KILLS").map_or(20, |kills| kills.parse().expect("a number of kills"));
    let config = SWEEP.replace("samples = 400", "samples = 6000").replace("corridor-3", "grid-3x3");
    let start = || {
        let place = Workplace::new();
        place.file("sweep.toml", &config);
        place
    };
    let whole = start();
    assert_eq!(whole.answer("run sweep.toml").code, Some(0));
    let expected = files(whole.path());
    assert_eq!(expected.len(), 2 * 6);
    let (mut random, mut killed) = (SplitMix(7), 0);
    let timed = start();
    let of_shard = duration(timed.command("run sweep.toml --shard 1/2"));
    assert_eq!(timed.answer("run sweep.toml --shard 2/2").code, Some(0));
    let of_merge = duration(timed.command("runs merge"));
    while killed < kills {
        let place = start();
        // Some instants come after the end, so that there is one.
        let mut until_done = |arguments: &str, usual: Duration| {
            while !ends_before(place.command(arguments), usual.mul_f64(1.2 * random.uniform())) {
                killed += 1;
            }
        };
        for shard in ["2/2", "1/2"] {
            until_done(&format!("run sweep.toml --shard {shard}"), of_shard);
        }
        until_done("runs merge", of_merge);
        assert_eq!(directories(place.path(), "parts-"), [""; 0].map(PathBuf::from));
        // What a killed merge had begun is cleared away by whoever comes next.
        assert_eq!(place.answer("runs prune").code, Some(0));
        assert_eq!(files(place.path()), expected, "after {killed} kills");
    }
}
