//! The `dunamis` command: environments, optimal values, POWER, experiments and figures from a terminal.
//!
//! Data goes to stdout, everything else to stderr. The exit code is 0 when all is well, 1 when a published value is missed
//! without a reason or a solution is not verified, 2 when the command could not do what it was asked to, and 130 after Ctrl-C.
//!
//! | module | noun |
//! |---|---|
//! | `cli` | the arguments |
//! | `commands` | one file per command |
//! | `argument` | how single arguments are read |
//! | `run_path`, `config_runs`, `run_table` | runs by their names, runs that configs ask for, how several are compared |
//! | `setting`, `drawing` | the settings of `--set`, exact answers or samples |
//! | `output`, `progress`, `solver_progress`, `interrupt` | what is written to the terminal, and Ctrl-C |
//! | `selection`, `table`, `heat_map` | which states are shown, text layouts |
//! | `verdict` | certificates and refusals |
//! | `csv_file`, `whole_file` | tables in files, and files that are complete or absent |
//! | `failure`, `hint` | errors and what to do about them |
//!
//! # Invariants
//!
//! - Only `output` writes to stdout or stderr, and both kinds of progress draw bars; nothing is drawn where stderr is no terminal.
//! - A command computes nothing itself: it parses, calls a library and lays the answer out.

mod argument;
mod cli;
mod commands;
mod config_runs;
mod csv_file;
mod drawing;
mod failure;
mod heat_map;
mod hint;
mod interrupt;
mod output;
mod progress;
mod run_path;
mod run_table;
mod selection;
mod setting;
mod solver_progress;
mod table;
mod verdict;
mod whole_file;

use clap::Parser;
use cli::Cli;
use failure::{ExitStatus, Failure};
use output::Output;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error).into(),
    };
    interrupt::listen();
    let output = Output::new(cli.quiet);
    let result = start_threads(cli.threads).and_then(|()| commands::run(cli.command, output));
    let status = match result {
        Ok(status) => status,
        // Whoever read our stdout has seen enough, as in `dunamis env list | head -1`.
        Err(failure) if failure.is_cancelled() => ExitStatus::Interrupted,
        Err(failure) if failure.is_broken_pipe() => ExitStatus::Success,
        Err(failure) => output::failure(&failure),
    };
    status.into()
}

fn start_threads(threads: Option<std::num::NonZeroUsize>) -> Result<(), Failure> {
    let Some(threads) = threads else { return Ok(()) };
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build_global()?)
}
