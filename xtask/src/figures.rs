//! `cargo xtask figures`: every published figure, made by the release build of the command line; from few samples by the one for
//! development, which takes less time to build.

use crate::dunamis::{Build, Dunamis};
use crate::workspace::{Result, Workspace, run as run_command};

/// Which figures to make, and how.
#[derive(Debug, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(after_help = "\
Examples:
  cargo xtask figures                     all figures into target/figures, as SVG, PNG and CSV
  cargo xtask figures h3-fig4 --check     one figure, its values compared with the published ones
  cargo xtask figures -- --threads 1      what follows `--` goes to `dunamis figure run` as it is

Exit codes: 0 all is well, 1 a published value is missed without a reason, 2 error.")]
pub(crate) struct Arguments {
    /// The figures to make [default: all]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Take few samples: shows that everything works, within seconds
    #[arg(long)]
    quick: bool,
    /// Print the published values beside ours; fail when one is missed without a reason
    #[arg(long)]
    check: bool,
    /// Print where the time went
    #[arg(long)]
    timings: bool,
    /// Also repeat the arithmetic behind the published figures (slow)
    #[arg(long)]
    as_published: bool,
    /// Also take so many samples that the alignment is known to ±0.02 (slow)
    #[arg(long)]
    precise: bool,
    /// Folder for the figures
    #[arg(long, value_name = "FOLDER", default_value = OUT)]
    out: Option<String>,
    /// Folder for the runs they are drawn from; complete runs are used again
    #[arg(long, value_name = "FOLDER", default_value = RUNS)]
    runs: Option<String>,
    /// Passed on to `dunamis figure run`
    #[arg(last = true, value_name = "ARGUMENTS")]
    passed_on: Vec<String>,
    /// The build of the quick figures.
    #[arg(skip)]
    quick_build: Build,
}

const OUT: &str = "target/figures";
const RUNS: &str = "target/runs";

impl Arguments {
    /// All figures from few samples, with their values compared.
    pub(crate) fn quick_check() -> Self {
        Arguments { quick: true, check: true, quick_build: Build::Tests, ..Default::default() }
    }

    /// The arguments of `dunamis`.
    fn command_line(&self) -> Vec<&str> {
        let mut line = vec!["figure", "run"];
        if self.ids.is_empty() {
            line.push("--all");
        }
        line.extend(self.ids.iter().map(String::as_str));
        line.extend(["--out", self.out.as_deref().unwrap_or(OUT)]);
        line.extend(["--runs", self.runs.as_deref().unwrap_or(RUNS)]);
        let flags = [
            (self.quick, "--quick"),
            (self.check, "--check"),
            (self.timings, "--timings"),
            (self.as_published, "--as-published"),
            (self.precise, "--precise"),
        ];
        line.extend(flags.into_iter().filter_map(|(given, flag)| given.then_some(flag)));
        line.extend(self.passed_on.iter().map(String::as_str));
        line
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let build = if arguments.quick { arguments.quick_build } else { Build::Release };
    run_command(&mut Dunamis::build(workspace, build)?.command(&arguments.command_line()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn command_line(words: &str) -> String {
        Line::parse_from(words.split_whitespace()).arguments.command_line().join(" ")
    }

    #[test]
    fn flags_and_ids_reach_the_command_line() {
        assert_eq!(command_line("figures"), "figure run --all --out target/figures --runs target/runs");
        assert_eq!(
            command_line("figures h3-fig4 --check --quick h3-s1 --out here -- --threads 1"),
            "figure run h3-fig4 h3-s1 --out here --runs target/runs --quick --check --threads 1"
        );
        assert_eq!(
            command_line("figures --precise --as-published --timings"),
            "figure run --all --out target/figures --runs target/runs --timings --as-published --precise"
        );
        assert_eq!(Arguments::default().command_line().join(" "), command_line("figures"));
    }
}
