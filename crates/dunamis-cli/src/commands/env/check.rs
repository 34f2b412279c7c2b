//! `dunamis env check`: everything that is wrong with a model.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, SCHEMA};
use crate::table::counted;
use clap::Args;
use dunamis_envs::{EnvError, Format, MappedMdp, format};
use dunamis_mdp::{Draft, ImplicitMdp, Remark};
use serde::Serialize;
use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

/// Most places that are named of one kind of remark.
const NAMED: usize = 3;

/// What to check.
#[derive(Debug, Args)]
#[command(
    about = "Explain everything that is wrong with a model file",
    long_about = "Explain everything that is wrong with a model file.\n\n\
        Of a model in JSON or a graph of POWERplay (.gv), of one agent or two, it names every problem with its place, not only \
        the first: states that do not exist, probabilities that do not sum to 1, states without actions. Remarks tell what is \
        right but may not be meant: states that no other leads to, states that are never left, probability that is lost. Of \
        other formats it names the first problem (of .dmdp files, which may be larger than memory, without remarks). The exit code is 1 when something is wrong.",
    after_long_help = "\
Examples:
  dunamis env check mine.json
  dunamis env check mdps/joint_3x3_gridworld.gv --json | jq '.errors[].problem'"
)]
pub(crate) struct Check {
    /// The model file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u64,
    file: String,
    agents: usize,
    states: usize,
    transitions: usize,
    errors: Vec<Finding>,
    remarks: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    place: Option<String>,
    problem: String,
}

/// A problem with its causes.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.ends_with(&message) {
            let _ = write!(text, ": {message}");
        }
        cause = error.source();
    }
    text
}

pub(super) fn run(check: &Check) -> Result<ExitStatus, Failure> {
    let file = check.file.display().to_string();
    let mut document = Document {
        schema: SCHEMA,
        file,
        agents: 1,
        states: 0,
        transitions: 0,
        errors: Vec::new(),
        remarks: Vec::new(),
    };
    match format::read_draft(&check.file) {
        Ok(Some(read)) => {
            let remarks = summary(read.draft.remarks());
            document.describe(&read.draft);
            let errors = read.draft.errors().into_iter();
            let problem = |problem: &dyn Error| with_causes(problem);
            document.errors = errors
                .map(|error| Finding {
                    place: error.place.map(|place| read.place(place)),
                    problem: problem(&error.problem),
                })
                .collect();
            document.remarks = remarks;
            // What only the whole file tells: rewards, labels, the discount.
            if document.errors.is_empty() && document.agents == 1 {
                document.errors.extend(format::read(&check.file).err().map(|error| whole(&error)));
            }
        }
        Ok(None) if Format::from_path(&check.file) == Some(Format::Dmdp) => match MappedMdp::open(&check.file) {
            Ok(mapped) => {
                document.states = mapped.states() as usize;
                document.transitions = mapped.transitions() as usize;
            }
            Err(error @ EnvError::Read { .. }) => return Err(error.into()),
            Err(error) => document.errors.push(whole(&error)),
        },
        Ok(None) => match format::read(&check.file) {
            Ok(environment) => {
                let draft = Draft::from(&**environment.model());
                document.describe(&draft);
                document.remarks = summary(draft.remarks());
            }
            Err(error @ EnvError::Read { .. }) => return Err(error.into()),
            Err(error) => document.errors.push(whole(&error)),
        },
        Err(error @ (EnvError::Read { .. } | EnvError::FileType { .. })) => return Err(error.into()),
        Err(error) => document.errors.push(whole(&error)),
    }
    if check.json {
        output::json(&document)?;
    } else {
        output::data(&document.text())?;
    }
    Ok(if document.errors.is_empty() { ExitStatus::Success } else { ExitStatus::Missed })
}

fn whole(error: &EnvError) -> Finding {
    let cause = if let EnvError::File { source, .. } = error { source } else { error };
    Finding { place: None, problem: with_causes(cause) }
}

/// The first remarks of each kind, and how many more there are.
fn summary(remarks: Vec<Remark>) -> Vec<Finding> {
    let finding = |problem: String| Finding { place: None, problem };
    let mut kinds: Vec<(std::mem::Discriminant<Remark>, Vec<Remark>)> = Vec::new();
    for remark in remarks {
        let kind = std::mem::discriminant(&remark);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, all)) => all.push(remark),
            None => kinds.push((kind, vec![remark])),
        }
    }
    let mut findings = Vec::new();
    for (_, all) in kinds {
        findings.extend(all.iter().take(NAMED).map(|remark| finding(remark.to_string())));
        if all.len() > NAMED {
            findings.push(finding(format!("and so in {} more cases", all.len() - NAMED)));
        }
    }
    findings
}

impl Document {
    fn describe(&mut self, draft: &Draft) {
        self.agents = draft.agents();
        self.states = draft.states().len();
        self.transitions = draft.transitions().len();
    }

    fn text(&self) -> String {
        let mut text = self.file.clone();
        if self.states > 0 {
            let (states, transitions) =
                (counted(self.states as u64, "state"), counted(self.transitions as u64, "transition"));
            let _ = write!(text, ": a model of {}, {states}, {transitions}", counted(self.agents as u64, "agent"));
        }
        text.push('\n');
        for (kind, findings) in [("error", &self.errors), ("remark", &self.remarks)] {
            for Finding { place, problem } in findings {
                let place = place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
                let _ = writeln!(text, "{kind}: {place}{problem}");
            }
        }
        let errors = self.errors.len() as u64;
        let verdict = if errors == 0 { "nothing is wrong".to_owned() } else { counted(errors, "error") };
        let _ = writeln!(text, "{verdict}");
        text
    }
}
