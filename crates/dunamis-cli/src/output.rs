//! The only place that writes to the terminal: data to stdout, everything else to stderr.

use crate::failure::{ExitStatus, Failure};
use crate::hint::{self, Hint};
use crate::progress::Progress;
use crate::solver_progress::{SolverProgress, Spinner};
use clap::error::{ContextKind, ErrorKind};
use dunamis_experiment::Damage;
use serde::Serialize;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write;

/// Version of the documents that `--json` prints.
pub(crate) const SCHEMA: u64 = 1;

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const CYAN: &str = "\x1b[1;36m";
const RESET: &str = "\x1b[0m";

/// Writes data to stdout, with a line feed at the end.
///
/// # Errors
///
/// [`Failure::Write`], also when the reader went away.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        stdout.write_all(b"\n")?;
    }
    Ok(stdout.flush()?)
}

/// Writes one JSON document to stdout.
///
/// # Errors
///
/// As for [`data`].
pub(crate) fn json(document: &impl Serialize) -> Result<(), Failure> {
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer_pretty(&mut stdout, document).map_err(std::io::Error::from)?;
    stdout.write_all(b"\n")?;
    Ok(stdout.flush()?)
}

/// Remarks on what commands do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    quiet: bool,
}

impl Output {
    /// An output that, when quiet, says nothing.
    pub(crate) fn new(quiet: bool) -> Self {
        Output { quiet }
    }

    /// Remarks on stderr what a reader may want to know, unless quiet.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            say(&format!("{CYAN}note{RESET}: {text}\n"));
        }
    }

    /// A progress bar over samples, drawn only on a terminal and unless quiet.
    pub(crate) fn progress(self, what: &str) -> Progress {
        Progress::new(what, self.quiet)
    }

    /// The progress of a solver, drawn only on a terminal and unless quiet.
    pub(crate) fn solver_progress(self, what: &str) -> SolverProgress {
        SolverProgress::new(what, self.quiet)
    }

    /// A spinner, drawn only on a terminal and unless quiet.
    pub(crate) fn spinner(self, what: &str) -> Spinner {
        Spinner::new(what, self.quiet)
    }
}

/// Warns on stderr of what makes a result worth less than asked for.
pub(crate) fn warning(text: &str) {
    say(&format!("{YELLOW}warning{RESET}: {text}\n"));
}

/// Warns of a directory that was in the place of a run, if there was one.
pub(crate) fn replaced(damage: Option<&Damage>) {
    if let Some(damage) = damage {
        warning(&format!("the directory that was in its place was no complete run and is replaced: {damage}"));
    }
}

/// Reports why a command failed.
pub(crate) fn failure(failure: &Failure) -> ExitStatus {
    say(&render(&failure.to_string(), failure.source(), failure.hint()));
    ExitStatus::Error
}

/// Answers arguments that are no command: a request for help, or a mistake.
pub(crate) fn usage(error: &clap::Error) -> ExitStatus {
    let wrong_value = error.kind() == ErrorKind::ValueValidation;
    if let (true, Some(cause)) = (wrong_value, error.source()) {
        let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "invalid value `{}` for `{}`",
            context(ContextKind::InvalidValue),
            context(ContextKind::InvalidArg)
        );
        say(&render(&message, Some(cause), hint::of_argument(cause)));
    } else if error.print().is_err() {
        // The reader went away, so that nobody is left to be told.
        return ExitStatus::Success;
    }
    if error.use_stderr() { ExitStatus::Error } else { ExitStatus::Success }
}

/// The message of an error, its causes and the way out.
fn render(message: &str, mut cause: Option<&dyn Error>, hint: Option<String>) -> String {
    let mut text = format!("{RED}error{RESET}: {message}\n");
    let mut last = message.to_owned();
    while let Some(error) = cause {
        let message = error.to_string();
        // Some messages end with their cause already.
        if !last.ends_with(&message) {
            let _ = writeln!(text, "  {RED}caused by{RESET}: {}", message.replace('\n', "\n    "));
            last = message;
        }
        cause = error.source();
    }
    if let Some(hint) = hint {
        let _ = writeln!(text, "  {CYAN}hint{RESET}: {hint}");
    }
    text
}

/// Writes to stderr, without colors where it is no terminal; a stderr that is gone is no reason to fail.
fn say(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}
