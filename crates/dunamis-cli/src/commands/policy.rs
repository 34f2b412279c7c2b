//! `dunamis policy`: policies of environments, made and edited.

use crate::commands::env::{Joint, joint};
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output};
use crate::table::counted;
use crate::whole_file;
use clap::{Args, Subcommand};
use dunamis_envs::{Environment, JointEnvironment, format, load};
use dunamis_mdp::edit::{PolicyEntries, PolicyLayout, PolicyPatch};
use dunamis_mdp::{Agent, ModelError, StateId, StochasticPolicy};
use std::path::{Path, PathBuf};

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Edit(Edit),
}

/// Which policy to edit, and how.
#[derive(Debug, Args)]
#[command(
    about = "Write a policy of an environment: uniform, staying, of a file, with the edits of a patch",
    long_about = "Write a policy of an environment: uniform, staying, of a file, with the edits of a patch.\n\n\
        A patch is a JSON file with a list of edits, which are carried out in order: set the distribution at states, mix \
        another policy in, lift a policy of one agent to joint states, where it is followed wherever the other agent is. With \
        two agents the policy is A's unless --agent says H. Such a policy is what power.seed-policy and power.against of a \
        config take, and --seed-policy of dunamis power.",
    after_long_help = "\
Example: save this as patch.json, then dunamis policy edit corridor-3 left.json --patch patch.json --agents 2
  {\"schema\": 1,
   \"edits\": [
     {\"edit\": \"set\", \"at\": {\"A\": \"(0, 1)\"}, \"distribution\": {\"left\": 1}},
     {\"edit\": \"set\", \"at\": {\"A\": \"(0, 1)\", \"H\": \"(0, 0)\"}, \"distribution\": {\"stay\": \"1/2\", \"right\": \"1/2\"}},
     {\"edit\": \"mix\", \"policy\": \"uniform\", \"weight\": 0.1}]}

Edits:
  set   \"distribution\": {ACTION: PROBABILITY, …} at `state` (a name or a list), `at` places of H and A, or everywhere
  mix   \"policy\": uniform, stay or FILE, with \"weight\": from 0 to 1
  lift  \"policy\": FILE of one agent"
)]
pub(crate) struct Edit {
    /// A shipped name (with parameters), or the path of a map (.txt) or model (see dunamis env formats)
    #[arg(value_name = "ENV")]
    environment: String,

    /// The file to write, .json or .gv
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The policy to begin with: uniform, stay or a file
    #[arg(long, value_name = "POLICY", default_value = "uniform")]
    from: String,

    /// The edits (.json)
    #[arg(long, value_name = "PATCH")]
    patch: Option<PathBuf>,

    /// Whose policy it is, of two agents: H or A
    #[arg(long, value_name = "H|A", value_parser = agent, default_value = "A")]
    agent: Agent,

    #[command(flatten)]
    joint: Joint,
}

/// An agent by its letter.
fn agent(text: &str) -> Result<Agent, String> {
    match text {
        "H" | "h" => Ok(Agent::H),
        "A" | "a" => Ok(Agent::A),
        _ => Err("choose `H` or `A`".into()),
    }
}

/// Where a policy is followed.
pub(crate) enum World<'a> {
    Single(&'a Environment),
    Joint(&'a JointEnvironment, Agent),
}

pub(crate) fn run(command: Command, _: Output) -> Result<ExitStatus, Failure> {
    match command {
        Command::Edit(arguments) => edit(&arguments)?,
    }
    Ok(ExitStatus::Success)
}

fn edit(arguments: &Edit) -> Result<(), Failure> {
    let (single, pair);
    let world = if let Some(joint) = joint(&arguments.environment, arguments.joint)? {
        pair = joint;
        World::Joint(&pair, arguments.agent)
    } else {
        single = load(&arguments.environment)?;
        World::Single(&single)
    };
    let mut policy = world.policy(&arguments.from, Path::new(""))?;
    let mut edits = 0;
    if let Some(path) = &arguments.patch {
        let wrong = |source| Failure::Patch { path: path.display().to_string(), source };
        let patch = PolicyPatch::from_json(&read(path)?).map_err(wrong)?;
        edits = patch.edits.len() as u64;
        // Files that a patch names lie beside it.
        let beside = path.parent().unwrap_or(Path::new(""));
        let mixed = |name: &str| world.policy(name, beside);
        policy = patch.apply(world.layout(), policy, mixed, |name| entries(&beside.join(name)))?;
    }
    let text = match &world {
        World::Single(environment) => format::policy_text(&arguments.file, environment.model(), &policy)?,
        World::Joint(joint, agent) => format::joint_policy_text(&arguments.file, joint.model(), *agent, &policy)?,
    };
    whole_file::write(&arguments.file, |file| file.write_all(text.as_bytes()))?;
    let path = arguments.file.display();
    let states = counted(world.layout().states.len() as u64, "state");
    output::data(&format!("{}, {} → {path}: a policy over {states}\n", arguments.from, counted(edits, "edit")))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|source| Failure::Read { path: path.display().to_string(), source })
}

/// What a file says of a policy, whatever model it is for.
fn entries(path: &Path) -> Result<PolicyEntries, Failure> {
    let wrong = |source| Failure::Policy { path: path.display().to_string(), source: Box::new(source) };
    format::policy_entries(path, &read(path)?).map_err(wrong)
}

impl World<'_> {
    fn layout(&self) -> PolicyLayout<'_> {
        match self {
            World::Single(environment) => {
                let model = environment.model();
                let (states, actions, available) = (model.states(), model.actions(), model.available());
                PolicyLayout { states, actions, available, agent: None }
            }
            World::Joint(joint, agent) => {
                let model = joint.model();
                let (states, actions, available) = (model.states(), model.actions(*agent), model.available(*agent));
                PolicyLayout { states, actions, available, agent: Some(*agent) }
            }
        }
    }

    /// A policy by its name or file.
    pub(crate) fn policy(&self, name: &str, directory: &Path) -> Result<StochasticPolicy, Failure> {
        let layout = self.layout();
        match name {
            "uniform" => Ok(StochasticPolicy::uniform(layout.available)),
            "stay" => {
                let stays = |pair| &layout.actions[layout.available.action(pair).index()] == "stay";
                let lacking = |s: &usize| !layout.available.pairs(StateId::new(*s)).any(stays);
                if let Some(s) = (0..layout.states.len()).find(lacking) {
                    let state = StateId::new(s);
                    let available = layout.available.at(state).iter().map(|a| layout.actions[a.index()].to_owned());
                    let (state, available) = (layout.states[s].to_owned(), available.collect());
                    return Err(ModelError::UnavailableAction { state, action: "stay".into(), available }.into());
                }
                let marked: Vec<bool> = (0..layout.available.len()).map(stays).collect();
                Ok(StochasticPolicy::uniform_over(layout.available, &marked))
            }
            path => {
                let path = directory.join(path);
                let text = read(&path)?;
                let policy = match self {
                    World::Single(environment) => format::policy(&path, &text, environment.model()),
                    World::Joint(joint, agent) => format::joint_policy(&path, &text, joint.model(), *agent),
                };
                policy.map_err(|source| Failure::Policy { path: path.display().to_string(), source: Box::new(source) })
            }
        }
    }
}
