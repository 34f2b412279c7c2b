//! `dunamis runs`: what was computed before.

mod list;
mod merge;
mod prune;
mod show;
mod table;
mod verify;

use crate::failure::{ExitStatus, Failure};
use crate::output::Output;
use clap::Subcommand;

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Arguments),
    Show(show::Arguments),
    Table(table::Arguments),
    Merge(merge::Arguments),
    Verify(verify::Arguments),
    Prune(prune::Arguments),
}

pub(crate) fn run(command: Command, output: Output) -> Result<ExitStatus, Failure> {
    match command {
        Command::List(arguments) => list::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments, output),
        Command::Show(arguments) => show::run(&arguments),
        Command::Table(arguments) => table::run(&arguments, output),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Prune(arguments) => prune::run(&arguments, output),
    }
}
