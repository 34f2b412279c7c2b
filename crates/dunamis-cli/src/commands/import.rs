//! `dunamis import`: experiments of other programs.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::table::wrap;
use clap::{Args, Subcommand};
use dunamis_experiment::powerplay::{self, Change, ImportOptions, ImportedKind};
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

/// Columns for explanations.
const TEXT: usize = 92;

/// What to import.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Powerplay(Powerplay),
}

/// Which file of `POWERplay` to import, and how.
#[derive(Debug, Args)]
#[command(
    about = "Import a sweep config, model or policy of POWERplay",
    long_about = "Import a sweep config, model or policy of POWERplay.\n\n\
        A sweep config (.yaml) becomes a config that dunamis run takes, of whatever kind: one agent, H against an A with a \
        fixed policy, or both with rewards. Graphs are looked for beside the config, in mdps/ and policies/ beside or above \
        it, and in --models; those that the program ships are known. A graph (.gv) becomes a model or policy in JSON, though \
        every command reads .gv files as they are.\n\n\
        What the program does wrong is put right, and the command says what and why. With --as-published it is kept as far as \
        possible: values in single precision that stop early, missing actions worth 0, collisions that end the world.",
    after_long_help = "\
Examples:
  dunamis import powerplay my_first_sweep.yaml && dunamis run my_first_sweep.toml
  dunamis import powerplay configs/test_stochastic.yaml --out imported
  dunamis import powerplay sweep.yaml --models ~/POWERplay --as-published
  dunamis import powerplay mdps/joint_3x3_gridworld.gv --json"
)]
pub(crate) struct Powerplay {
    /// The sweep config (.yaml) or graph (.gv)
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Where to write [default: beside the file]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Keep the arithmetic and the collisions of the program
    #[arg(long)]
    as_published: bool,

    /// A directory with graphs, or with mdps/ and policies/; may be given several times
    #[arg(long, value_name = "DIR")]
    models: Vec<PathBuf>,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Command, output: Output) -> Result<ExitStatus, Failure> {
    match command {
        Command::Powerplay(arguments) => powerplay(&arguments, output),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    source: String,
    files: Vec<File>,
    changes: &'a [Change],
}

#[derive(Serialize)]
struct File {
    kind: ImportedKind,
    path: String,
}

fn powerplay(arguments: &Powerplay, output: Output) -> Result<ExitStatus, Failure> {
    let options = ImportOptions { models: arguments.models.clone(), as_published: arguments.as_published };
    let import = powerplay::import(&arguments.file, &options)?;
    let out = arguments.out.clone().or_else(|| arguments.file.parent().map(Into::into)).unwrap_or_default();
    import.write(&out)?;
    let path = |name: &String| out.join(name).display().to_string();
    let files = import.files.iter().map(|file| File { kind: file.kind, path: path(&file.name) }).collect();
    let document =
        Document { schema: SCHEMA, source: arguments.file.display().to_string(), files, changes: &import.changes };
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&text(&document))?;
        if let Some(config) = document.files.iter().find(|file| file.kind == ImportedKind::Config) {
            output.note(&format!("run it: `dunamis run {}`", config.path));
        }
    }
    Ok(ExitStatus::Success)
}

fn text(document: &Document<'_>) -> String {
    let mut text = String::new();
    for file in &document.files {
        let kind = match file.kind {
            ImportedKind::Config => "config",
            ImportedKind::Model => "model",
            ImportedKind::Policy => "policy",
        };
        let _ = writeln!(text, "{} → {kind} {}", document.source, file.path);
    }
    for change in document.changes {
        let _ = writeln!(text, "\n{}", change.subject);
        for (label, what) in
            [("POWERplay", &change.original), ("here", &change.here), ("to get it back", &change.original_again)]
        {
            for (i, line) in wrap(what, TEXT - 18).into_iter().enumerate() {
                let label = if i == 0 { format!("{label}:") } else { String::new() };
                let _ = writeln!(text, "  {label:<16}{line}");
            }
        }
    }
    text
}
