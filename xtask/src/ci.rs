//! `cargo xtask ci`: everything that must pass before a change is merged, on a laptop as on a server.

use crate::workspace::{Failure, Result, Workspace, output, run as run_command};
use crate::{clusters, doc, figures, generate, mpi, python, tidy};
use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Run the slow suites too, and fail where a tool is missing
    #[arg(long)]
    full: bool,
    /// Leave a step out; may be given several times
    #[arg(long, value_name = "STEP", value_parser = clap::builder::PossibleValuesParser::new(STEPS.iter().map(|step| step.name)))]
    skip: Vec<String>,
}

/// One step: it passes or fails by itself, whatever the others do.
struct Step {
    name: &'static str,
    /// Only with `--full`.
    slow: bool,
    tool: Option<Tool>,
    run: fn(&Workspace) -> Result<()>,
}

/// A tool that not every machine has.
struct Tool {
    /// The command that succeeds where the tool is there.
    probe: &'static [&'static str],
    /// What to say where it is not.
    missing: &'static str,
    /// How to get it, where that needs no one's consent.
    install: Option<fn(&Workspace) -> Result<()>>,
}

const RUSTFMT: Tool = Tool {
    probe: &["cargo", "fmt", "--version"],
    missing: "rustfmt is not installed: `rustup component add rustfmt`",
    install: None,
};

const CLIPPY: Tool = Tool {
    probe: &["cargo", "clippy", "--version"],
    missing: "clippy is not installed: `rustup component add clippy`",
    install: None,
};

const FUZZ: Tool = Tool {
    probe: &["cargo", "+nightly", "fuzz", "--version"],
    missing: "cargo-fuzz or a nightly toolchain is not installed: `cargo install cargo-fuzz`",
    install: None,
};

/// The names under which the tests of `dunamis-report` look for it too.
const CHROMIUM: Tool = Tool {
    probe: &[
        "sh",
        "-c",
        "command -v \"${DUNAMIS_CHROMIUM:-chromium}\" || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable",
    ],
    missing: "Chromium is not installed: `apt-get install chromium` as root, or name it in `DUNAMIS_CHROMIUM`",
    install: Some(|w| install(w, &["chromium"])),
};

const SCHEDULERS: Tool =
    Tool { probe: clusters::PROBE, missing: clusters::MISSING, install: Some(|w| install(w, clusters::PACKAGES)) };

const MPI: Tool = Tool { probe: mpi::PROBE, missing: mpi::MISSING, install: Some(|w| install(w, mpi::PACKAGES)) };

const PYTHON: Tool = Tool { probe: python::PROBE, missing: python::MISSING, install: Some(python::install) };

const STEPS: &[Step] = &[
    Step { name: "fmt", slow: false, tool: Some(RUSTFMT), run: |w| cargo(w, &["fmt", "--all", "--check"]) },
    Step {
        name: "clippy",
        slow: false,
        tool: Some(CLIPPY),
        run: |w| cargo(w, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Step { name: "test", slow: false, tool: None, run: |w| cargo(w, &["test", "--workspace", "--no-fail-fast"]) },
    Step { name: "doc", slow: false, tool: None, run: |w| doc::run(w, &doc::Arguments::strict()) },
    Step { name: "tidy", slow: false, tool: None, run: tidy::run },
    Step { name: "generate", slow: false, tool: None, run: |w| generate::run(w, &generate::Arguments::check_tested()) },
    Step { name: "figures", slow: false, tool: None, run: |w| figures::run(w, &figures::Arguments::quick_check()) },
    Step { name: "browser", slow: false, tool: Some(CHROMIUM), run: browser },
    Step { name: "python", slow: false, tool: Some(PYTHON), run: |w| python::run(w, &python::Arguments::default()) },
    Step { name: "slow-tests", slow: true, tool: None, run: slow_tests },
    Step { name: "clusters", slow: true, tool: Some(SCHEDULERS), run: clusters::run },
    Step { name: "mpi", slow: true, tool: Some(MPI), run: mpi::run },
    Step { name: "wheel", slow: true, tool: Some(PYTHON), run: |w| python::run(w, &python::Arguments::wheel()) },
    Step { name: "fuzz", slow: true, tool: Some(FUZZ), run: fuzz },
];

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    run_command(&mut workspace.cargo(arguments))
}

/// Installs the schedulers if they are not there and this task may; tests skip what is still missing.
pub(crate) fn install_schedulers(workspace: &Workspace) {
    if !SCHEDULERS.is_there_at_last(workspace) {
        println!("{}", SCHEDULERS.missing);
    }
}

/// The step `mpi`, by itself: where MPI is missing and may not be installed, it says so.
pub(crate) fn run_mpi(workspace: &Workspace) -> Result<()> {
    if !MPI.is_there_at_last(workspace) {
        println!("SKIPPED ({})", MPI.missing);
        return Ok(());
    }
    mpi::run(workspace)
}

/// The step `python`, by itself: where Python or its packages are missing, it says so.
pub(crate) fn run_python(workspace: &Workspace, arguments: &python::Arguments) -> Result<()> {
    if !PYTHON.is_there_at_last(workspace) {
        println!("SKIPPED ({})", PYTHON.missing);
        return Ok(());
    }
    python::run(workspace, arguments)
}

/// Debian's packages, where this task may install any.
fn install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    if output(workspace.command("id").arg("-u"))?.trim() != "0" {
        return Err(Failure::new("only root installs packages"));
    }
    let apt = |arguments: &[&str]| {
        let mut command = workspace.command("apt-get");
        command.args(["-qq", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=30"]).args(arguments);
        run_command(command.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}

/// The tests of reports in a browser, which pass by saying so where there is none. All packages are named, so that nothing is
/// built anew for other features.
fn browser(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo(&["test", "--workspace", "--test", "browser", "--", "--nocapture"]);
    run_command(command.env("DUNAMIS_BROWSER_TESTS", "1"))
}

/// The tests once more, with the suites that take long, and other cases for the property tests than in every run before.
fn slow_tests(workspace: &Workspace) -> Result<()> {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    eprintln!("property tests with PROPTEST_RNG_SEED={seed}");
    let mut command = workspace.cargo(&["test", "--workspace", "--no-fail-fast"]);
    run_command(
        command.env("DUNAMIS_SLOW_TESTS", "1").env("DUNAMIS_KILLS", "200").env("PROPTEST_RNG_SEED", seed.to_string()),
    )
}

/// Every fuzz target for a short while, from its seeds and from what earlier runs have found; all of them, even after one fails.
fn fuzz(workspace: &Workspace) -> Result<()> {
    let mut failed = Vec::new();
    for target in output(&mut nightly_fuzz(workspace, &["list"]))?.split_whitespace() {
        let [corpus, seeds] = ["corpus", "seeds"].map(|folder| format!("fuzz/{folder}/{target}"));
        let fail = |error| Failure::new(format!("cannot make `{corpus}`: {error}"));
        std::fs::create_dir_all(workspace.path(&corpus)).map_err(fail)?;
        let arguments = ["run", target, &corpus, &seeds, "--", "-max_total_time=20", "-verbosity=0"];
        if run_command(&mut nightly_fuzz(workspace, &arguments)).is_err() {
            failed.push(target.to_owned());
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("inputs that break {}", failed.join(", ")))) }
}

fn nightly_fuzz(workspace: &Workspace, arguments: &[&str]) -> std::process::Command {
    // The toolchain is chosen by rustup's own `cargo`, unless the one that runs this task has fixed it.
    let mut command = workspace.command("cargo");
    command.args(["+nightly", "fuzz"]).args(arguments).env_remove("RUSTUP_TOOLCHAIN");
    command
}

impl Tool {
    fn is_there(&self, workspace: &Workspace) -> bool {
        let mut command = workspace.command(self.probe[0]);
        output(command.args(&self.probe[1..])).is_ok()
    }

    /// Whether it is there now; if it was not, after getting it.
    fn is_there_at_last(&self, workspace: &Workspace) -> bool {
        self.is_there(workspace)
            || self.install.is_some_and(|install| install(workspace).is_ok() && self.is_there(workspace))
    }
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped(&'static str),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Passed => f.write_str("passed"),
            Outcome::Failed(why) => write!(f, "FAILED ({why})"),
            Outcome::Skipped(why) => write!(f, "SKIPPED ({why})"),
        }
    }
}

/// The outcome of a step that is due; with `--full`, a missing tool is a failure.
fn outcome(tool_is_there: bool, tool: Option<&Tool>, full: bool, run: impl FnOnce() -> Result<()>) -> Outcome {
    match tool {
        Some(tool) if !tool_is_there && full => Outcome::Failed(tool.missing.into()),
        Some(tool) if !tool_is_there => Outcome::Skipped(tool.missing),
        _ => run().map_or_else(|failure| Outcome::Failed(failure.message), |()| Outcome::Passed),
    }
}

/// The steps that are due, in order.
fn due(full: bool, skip: &[String]) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| (full || !step.slow) && !skip.iter().any(|name| name == step.name))
}

fn summary(results: &[(&'static str, Outcome, Duration)]) -> String {
    let line = |(name, outcome, time): &(&str, Outcome, Duration)| {
        let outcome = outcome.to_string();
        let first = outcome.lines().next().unwrap_or_default();
        format!("{name:<12}{:>8.1} s  {first}\n", time.as_secs_f64())
    };
    results.iter().map(line).collect()
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut results = Vec::new();
    for step in due(arguments.full, &arguments.skip) {
        println!("\n=== {} ===", step.name);
        let start = Instant::now();
        let there = step.tool.as_ref().is_none_or(|tool| tool.is_there_at_last(workspace));
        let outcome = outcome(there, step.tool.as_ref(), arguments.full, || (step.run)(workspace));
        println!("{}: {outcome}, {:.1} s", step.name, start.elapsed().as_secs_f64());
        results.push((step.name, outcome, start.elapsed()));
    }
    println!("\n=== summary ===\n{}", summary(&results));
    let failed: Vec<&str> = results
        .iter()
        .filter(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)))
        .map(|(name, ..)| *name)
        .collect();
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("failed: {}", failed.join(", ")))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(full: bool, skip: &[&str]) -> Vec<&'static str> {
        let skip: Vec<String> = skip.iter().map(|&name| name.to_owned()).collect();
        due(full, &skip).map(|step| step.name).collect()
    }

    #[test]
    fn slow_steps_come_only_in_full() {
        assert_eq!(
            names(false, &[]),
            ["fmt", "clippy", "test", "doc", "tidy", "generate", "figures", "browser", "python"]
        );
        assert_eq!(names(true, &[]).len(), STEPS.len());
        assert_eq!(
            names(false, &["test", "figures"]),
            ["fmt", "clippy", "doc", "tidy", "generate", "browser", "python"]
        );
    }

    #[test]
    fn missing_tools_are_skipped_but_fail_in_full() {
        let never = || panic!("the step ran without its tool");
        assert_eq!(outcome(false, Some(&CLIPPY), false, never), Outcome::Skipped(CLIPPY.missing));
        assert_eq!(outcome(false, Some(&CLIPPY), true, never), Outcome::Failed(CLIPPY.missing.into()));
        assert_eq!(outcome(true, Some(&CLIPPY), true, || Ok(())), Outcome::Passed);
        assert_eq!(outcome(true, None, false, || Err(Failure::new("no"))), Outcome::Failed("no".into()));
    }

    #[test]
    fn the_summary_has_a_line_per_step() {
        let results = [
            ("fmt", Outcome::Skipped("no rustfmt"), Duration::from_millis(40)),
            ("tidy", Outcome::Failed("2 findings\nand more".into()), Duration::from_secs(100)),
        ];
        let expected = "\
fmt              0.0 s  SKIPPED (no rustfmt)
tidy           100.0 s  FAILED (2 findings
";
        assert_eq!(summary(&results), expected);
    }
}
