//! `dunamis env edit`: a model with some things changed.

use super::Joint;
use crate::failure::Failure;
use crate::output;
use crate::table::counted;
use clap::Args;
use dunamis_envs::{Environment, format, load};
use dunamis_mdp::edit::Patch;
use dunamis_mdp::{Draft, ModelError, Shortfall};
use std::path::PathBuf;

/// What to edit, and how.
#[derive(Debug, Args)]
#[command(
    about = "Write a model with some things changed, as a patch says",
    long_about = "Write a model with some things changed, as a patch says.\n\n\
        A patch is a JSON file with a list of edits, which are carried out in order: forbid an action, redirect it, add one, \
        delete a state. Models of two agents are edited like any other: `agent` says whose action is meant, and `at` selects \
        the states where an agent is at a place. Rewards and labels are left out; a model that is wrong afterwards is not \
        written, and the command says everything that is wrong with it.",
    after_long_help = "\
Example: save this as patch.json, then dunamis env edit corridor-3 patch.json mine.gv --agents 2
  {\"schema\": 1,
   \"edits\": [
     {\"edit\": \"forbid\", \"at\": {\"A\": \"(0, 2)\"}, \"agent\": \"H\", \"action\": \"stay\"},
     {\"edit\": \"delete\", \"state\": \"(0, 0)_H^(0, 0)_A\", \"arriving\": \"forbid\"}]}

Edits, each with `state` (a name or a list), `at` (places of H and A), or everywhere:
  forbid    \"action\": NAME, with \"agent\": \"H\" or \"A\"; or \"action_h\": NAME, \"action_a\": NAME
  redirect  the same, and \"to\": STATE or {STATE: PROBABILITY, …}
  add       the same
  delete    \"arriving\": \"forbid\", \"lose\", \"renormalize\" or {\"redirect\": STATE}: what leads there"
)]
pub(crate) struct Edit {
    /// A shipped name (with parameters), or the path of a map (.txt) or model (see dunamis env formats)
    #[arg(value_name = "ENV")]
    environment: String,

    /// The patch (.json)
    #[arg(value_name = "PATCH")]
    patch: PathBuf,

    /// The file to write, .json or .gv for two agents
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    joint: Joint,
}

pub(super) fn run(edit: &Edit) -> Result<(), Failure> {
    let path = edit.patch.display().to_string();
    let text = std::fs::read_to_string(&edit.patch).map_err(|source| Failure::Read { path: path.clone(), source })?;
    let wrong = |source| Failure::Patch { path: path.clone(), source };
    let patch = Patch::from_json(&text).map_err(wrong)?;
    let joint = super::joint(&edit.environment, edit.joint)?;
    let (name, shortfall, mut draft) = if let Some(joint) = &joint {
        (joint.name().to_owned(), joint.model().shortfall(), Draft::from(&**joint.model()))
    } else {
        let environment = load(&edit.environment)?;
        (environment.name().to_owned(), Shortfall::Leak, Draft::from(&**environment.model()))
    };
    patch.apply(&mut draft).map_err(|error| wrong(ModelError::Edit(Box::new(error))))?;
    let errors = draft.errors();
    if !errors.is_empty() {
        let problems = errors.iter().map(|error| error.problem.to_string()).collect();
        return Err(Failure::Edited { path, problems });
    }
    let wrong = |error: dunamis_mdp::DraftError| Failure::Model(error.problem);
    let states = draft.states().len() as u64;
    if joint.is_some() {
        format::write_joint(&draft.joint_model(shortfall).map_err(wrong)?, &edit.file)?;
    } else {
        format::write(&Environment::new("edited", draft.model().map_err(wrong)?), &edit.file)?;
    }
    let (edits, states) = (counted(patch.edits.len() as u64, "edit"), counted(states, "state"));
    output::data(&format!("{name}, {edits} → {}: {states}\n", edit.file.display()))
}
