//! The commands, one file each.

pub(crate) mod analyze;
pub(crate) mod discounts;
pub(crate) mod draw;
pub(crate) mod env;
pub(crate) mod figure;
pub(crate) mod goals;
pub(crate) mod import;
pub(crate) mod orbit;
pub(crate) mod policy;
pub(crate) mod power;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod solve;

use crate::cli::Command;
use crate::failure::{ExitStatus, Failure};
use crate::output::Output;

/// Carries a command out.
pub(crate) fn run(command: Command, output: Output) -> Result<ExitStatus, Failure> {
    match command {
        Command::Env(command) => env::run(command, output),
        Command::Solve(arguments) => solve::run(&arguments, output),
        Command::Discounts(arguments) => discounts::run(&arguments, output),
        Command::Orbit(command) => orbit::run(command, output),
        Command::Goals(command) => goals::run(command, output),
        Command::Policy(command) => policy::run(command, output),
        Command::Power(arguments) => power::run(&arguments, output),
        Command::Run(arguments) => run::run(&arguments, output),
        Command::Report(arguments) => report::run(&arguments, output),
        Command::Runs(command) => runs::run(command, output),
        Command::Draw(arguments) => draw::run(&arguments, output),
        Command::Import(command) => import::run(command, output),
        Command::Analyze(arguments) => analyze::run(&arguments, output),
        Command::Figure(command) => figure::run(command, output),
    }
}
