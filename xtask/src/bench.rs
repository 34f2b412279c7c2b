//! `cargo xtask bench`: the benchmarks, and their tables as a document.

use crate::workspace::{Failure, Result, Workspace, output, run as run_command};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Which benchmarks, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Count instructions of kernels under callgrind, and compare them with `benches/instructions.txt`
    #[arg(long, conflicts_with = "only")]
    instructions: bool,
    /// Write the counts that were found to that file
    #[arg(long, requires = "instructions")]
    accept: bool,
    /// Only these, passed on to `cargo bench`, such as `--bench power` or a filter; the document is left as it is
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    only: Vec<String>,
}

/// Where the tables are written.
const DOCUMENT: &str = "docs/benchmarks.md";

/// Where counts of instructions are kept.
const COUNTS: &str = "benches/instructions.txt";

/// More instructions than this part of the known count are a regression.
const GROWTH: f64 = 0.03;

/// Benchmarks that print tables: name, heading, what the table says.
const TABLES: &[(&str, &str, &str)] = &[
    (
        "batch",
        "POWER of one agent",
        "Samples per second over those of plain value iteration, one sample after the other, to an error of 1e-8; both draw the \
         rewards and gather mean and variance at every state. The traffic limit is reading and writing one number for each state and \
         sample; terms of sweeps are the successors that the kernel looked at.",
    ),
    (
        "multi_agent",
        "POWER of two agents",
        "The four runs of *scale and physical interactions*, with all three steps and both baselines. Rates of single steps are those of \
         one thread. What is far from the traffic limit is H's step against a random A at the larger discount: one sample needs about \
         100 sweeps and two to three eliminations, of 40,000 to 70,000 multiplications each.",
    ),
    (
        "ratios",
        "One model",
        "Time to a certified gap of 1e-6 over that of plain value iteration. Smaller is better. The limit for `auto` is the time of \
         reading the rows of all its backups, and the values behind them, in one flat loop. Models of up to 10⁵ states; \
         `cargo xtask bench -- --bench ratios -- --full` adds larger ones. `crates/dunamis-py/benches/peers.py` compares with \
         QuantEcon on the same arrays in one process.",
    ),
];

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if arguments.instructions {
        return instructions(workspace, arguments.accept);
    }
    if !arguments.only.is_empty() {
        return run_command(workspace.cargo(&["bench", "--package", "dunamis-benches"]).args(&arguments.only));
    }
    let mut document = String::from(
        "# Benchmarks\n\nWritten by `cargo xtask bench`. Ratios are taken in one run on one machine; nothing here is a time that \
         another machine would show.\n",
    );
    let _ = writeln!(document, "\nThis machine: {}.", machine());
    for (bench, heading, about) in TABLES {
        println!("{bench} …");
        let table = output(&mut workspace.cargo(&["bench", "--package", "dunamis-benches", "--bench", bench]))?;
        println!("{table}");
        let _ = write!(document, "\n## {heading}\n\n{about}\n\n{table}");
    }
    let path = workspace.path(DOCUMENT);
    std::fs::write(&path, document).map_err(|error| Failure::new(format!("cannot write `{DOCUMENT}`: {error}")))?;
    println!("{DOCUMENT} written");
    Ok(())
}

/// Processor and number of threads, as far as the system tells.
fn machine() -> String {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let vectors = ["avx512f", "avx2"].into_iter().find(|flag| text.split_whitespace().any(|word| word == *flag));
    let model = model.unwrap_or("unknown processor").trim();
    format!("{model}, {threads} threads, {}", vectors.unwrap_or("no wide vectors"))
}

/// Counts the instructions of all kernels and compares.
fn instructions(workspace: &Workspace, accept: bool) -> Result<()> {
    if output(workspace.command("valgrind").arg("--version")).is_err() {
        println!("SKIPPED (valgrind is not installed)");
        return Ok(());
    }
    let program = program(workspace)?;
    let path = workspace.path(COUNTS);
    let known = read_counts(&std::fs::read_to_string(&path).unwrap_or_default())?;
    let mut found = BTreeMap::new();
    let mut grown = Vec::new();
    for name in output(workspace.command(&program).arg("list"))?.lines() {
        // The difference leaves out what is done once.
        let [few, more] = [2, 6].map(|times| count(workspace, &program, name, times));
        let count = more?.saturating_sub(few?) / 4;
        let change = known.get(name).map(|&known| count as f64 / known as f64 - 1.0);
        let said = change.map_or("new".into(), |change| format!("{:+.1} %", 100.0 * change));
        println!("{name:30} {count:>12} instructions per tile  {said}");
        if change.is_none_or(|change| change > GROWTH) {
            grown.push(name.to_owned());
        }
        found.insert(name.to_owned(), count);
    }
    if accept {
        let mut text = "# Instructions per tile of 16 samples, counted by callgrind (which knows AVX2): `cargo xtask bench --instructions`.\n".to_owned();
        for (name, count) in &found {
            let _ = writeln!(text, "{name} {count}");
        }
        return std::fs::write(&path, text).map_err(|error| Failure::new(format!("cannot write `{COUNTS}`: {error}")));
    }
    if grown.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "more instructions than in `{COUNTS}`: {}; make them fewer, or run again with `--accept`",
        grown.join(", ")
    )))
}

/// The benchmark program for counting, built.
fn program(workspace: &Workspace) -> Result<PathBuf> {
    let bench = ["bench", "--package", "dunamis-benches", "--bench", "instructions", "--no-run"];
    let messages = output(workspace.cargo(&bench).arg("--message-format=json"))?;
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    };
    let programs: Vec<PathBuf> = messages.lines().filter_map(executable).collect();
    programs.into_iter().next_back().ok_or_else(|| Failure::new("cargo built no program for counting instructions"))
}

/// Instructions of so many repetitions.
fn count(workspace: &Workspace, program: &Path, name: &str, times: u64) -> Result<u64> {
    let mut valgrind = workspace.command("valgrind");
    // Its own output goes to the standard error, which `--log-fd` turns round.
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-fd=1"]).arg(program);
    let said = output(valgrind.args([name, &times.to_string()]))?;
    let counted = said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    counted.ok_or_else(|| Failure::new(format!("callgrind did not say how many instructions it counted:\n{said}")))
}

/// Reads lines of a name and a count; `#` starts a comment.
fn read_counts(text: &str) -> Result<BTreeMap<String, u64>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let entry = |line: &str| {
        let (name, count) = line.split_once(' ')?;
        Some((name.to_owned(), count.trim().parse().ok()?))
    };
    let wrong = |line: &str| Failure::new(format!("`{COUNTS}`: `{line}` is not a name and a count"));
    lines.map(|line| entry(line).ok_or_else(|| wrong(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read() {
        let counts = read_counts("# heading\na 12\n\nb-c 3\n").unwrap();
        assert_eq!(counts, BTreeMap::from([("a".into(), 12), ("b-c".into(), 3)]));
        assert!(read_counts("a twelve").unwrap_err().to_string().contains("`a twelve` is not a name and a count"));
    }

    #[test]
    fn the_committed_counts_belong_to_kernels() {
        let workspace = Workspace::find().unwrap();
        let counts = read_counts(&std::fs::read_to_string(workspace.path(COUNTS)).unwrap()).unwrap();
        let program = std::fs::read_to_string(workspace.path("benches/instructions.rs")).unwrap();
        assert!(!counts.is_empty());
        for name in counts.keys() {
            assert!(program.contains(&format!("\"{name}\"")), "{name}");
        }
    }
}
