//! `cargo xtask bench`: the benchmarks.

use crate::workspace::{Result, Workspace, run as run_command};

/// Which benchmarks, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Passed on to `cargo bench`, such as `--bench power` or a filter
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    run_command(workspace.cargo(&["bench", "--package", "dunamis-benches"]).args(&arguments.arguments))
}
