//! Development tasks of the workspace: `cargo xtask help` lists them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "tasks talk to the terminal")]

mod bench;
mod ci;
mod clusters;
mod doc;
mod dunamis;
mod figures;
mod generate;
mod mpi;
mod python;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use workspace::Workspace;

/// Development tasks of the workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Task {
    /// Run everything that must pass before a change is merged
    Ci(ci::Arguments),
    /// Check the house rules that no compiler knows
    Tidy,
    /// Make the published figures, and compare their values with the published ones
    Figures(figures::Arguments),
    /// Write the documents that are generated from the code
    Generate(generate::Arguments),
    /// Build the API documentation with its mathematics rendered
    Doc(doc::Arguments),
    /// Run the scripts of the guide to clusters by real schedulers on this machine, as far as they are there
    Clusters,
    /// Solve models by several processes that MPI connects, and compare the bytes
    Mpi,
    /// Build the Python package, install it into a virtual environment and test it there
    Python(python::Arguments),
    /// Run the benchmarks
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = Workspace::find().and_then(|workspace| match arguments.task {
        Task::Ci(arguments) => ci::run(&workspace, &arguments),
        Task::Tidy => tidy::run(&workspace),
        Task::Figures(arguments) => figures::run(&workspace, &arguments),
        Task::Generate(arguments) => generate::run(&workspace, &arguments),
        Task::Doc(arguments) => doc::run(&workspace, &arguments),
        Task::Clusters => {
            ci::install_schedulers(&workspace);
            clusters::run(&workspace)
        }
        Task::Mpi => ci::run_mpi(&workspace),
        Task::Python(arguments) => ci::run_python(&workspace, &arguments),
        Task::Bench(arguments) => bench::run(&workspace, &arguments),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.code)
        }
    }
}
