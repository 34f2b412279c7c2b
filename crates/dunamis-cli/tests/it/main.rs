//! The `dunamis` binary, as a user meets it.

mod bad_input;
mod documents;
mod drawings;
mod environments;
mod figures;
mod goals;
mod help;
mod interrupted;
mod orbits;
mod reports;
mod runs;
mod shards;
mod terminal;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// What schedulers say of the process that runs the tests is nothing to the binary.
const SCHEDULERS: &[&str] = &["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "HQ_TASK_ID", "OMPI_COMM_WORLD_RANK"];

/// A directory of its own for one test, in which the binary runs.
struct Workplace(TempDir);

impl Workplace {
    fn new() -> Self {
        Workplace(TempDir::new().expect("a temporary directory"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file.
    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).expect("a writable directory");
    }

    /// The binary with arguments that are separated by spaces; `'…'` keeps spaces together.
    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dunamis"));
        let words = arguments.split('\'').enumerate().flat_map(|(i, part)| {
            let quoted = i % 2 == 1;
            if quoted { vec![part] } else { part.split_whitespace().collect() }
        });
        command.args(words).current_dir(self.path()).stdin(Stdio::null());
        for variable in ["COLUMNS", "CLICOLOR_FORCE", "RAYON_NUM_THREADS"].iter().chain(SCHEDULERS) {
            command.env_remove(variable);
        }
        command
    }

    /// What the binary answers.
    fn answer(&self, arguments: &str) -> Answer {
        Answer::from(self.command(arguments).output().expect("the binary starts"))
    }

    /// The JSON document that the binary prints.
    fn document(&self, arguments: &str) -> serde_json::Value {
        let answer = self.answer(arguments);
        assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""), "{arguments}");
        serde_json::from_str(&answer.stdout).expect(arguments)
    }
}

/// What the binary answered.
#[derive(Debug)]
struct Answer {
    /// The exit code; `None` when a signal ended the binary.
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Answer {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", self.stderr)?;
        }
        match self.code {
            Some(0) => Ok(()),
            Some(code) => write!(f, "--- exit code {code}"),
            None => f.write_str("--- ended by a signal"),
        }
    }
}
