//! `dunamis env`: which environments there are, and what they look like.

mod check;
mod convert;
mod draw;
mod edit;

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::table::{Align, Table, wrap};
use check::Check;
use clap::{Args, Subcommand};
use convert::Convert;
use draw::Draw;
use dunamis_envs::{
    Collision, Entry, Environment, Format, IMPLICIT_REGISTRY, ImplicitEntry, JointEnvironment, JointRules, MappedMdp,
    Parameter, REGISTRY, Swaps, find, load, load_given, load_joint,
};
use dunamis_mdp::{Agent, Shortfall, StateId};
use edit::Edit;
use serde::Serialize;
use std::fmt::Write;

/// Most states whose transitions are shown unasked.
const SMALL: usize = 40;

/// Columns for descriptions.
const TEXT: usize = 96;

/// What to do with environments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the shipped environments with their parameters
    #[command(
        long_about = "List the shipped environments with their parameters.\n\n\
            An environment is a rewardless MDP: states, actions, and where the actions lead. Wherever a command takes ENV, \
            it takes one of these names, a name with parameters such as garnet:states=50,seed=7, or the path of a file of \
            your own: a map (.txt, with # for walls and . for open cells) or a model (see dunamis env formats).",
        after_long_help = "\
Examples:
  dunamis env list
  dunamis env list --json | jq -r '.environments[].name'"
    )]
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    Show(Show),
    Draw(Draw),
    Convert(Convert),
    Edit(Edit),
    Check(Check),
    /// List the file formats of models, and what each can hold
    #[command(
        long_about = "List the file formats of models, and what each can hold.\n\n\
            Wherever a command takes the path of a model, it takes a file of any format that is read; the extension says which \
            one. Of a file with several rewards, model.umb:reward=NAME takes one.",
        after_long_help = "\
Examples:
  dunamis env formats
  dunamis env formats --json | jq -r '.formats[] | select(.writes).name'"
    )]
    Formats {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// Which environment to show, and how.
#[derive(Debug, Args)]
#[command(
    about = "Show an environment: its map, states, actions and transitions",
    long_about = "Show an environment: its map, states, actions and transitions.\n\n\
        With --json it prints the model in the form that every command reads back, so that a copy can be edited. With \
        --agents 2 it shows the joint model, in which H and A move at the same time, as it does for the file of one. Of a .dmdp \
        file it shows how large it is and what it stores, without --all or --json.",
    after_long_help = "\
Examples:
  dunamis env show case-study
  dunamis env show maze-7x7:noise=0.1 --all
  dunamis env show candy --json > mine.json && dunamis power mine.json --discount 0.9
  dunamis env show corridor-3 --agents 2 --collision leak
  dunamis env show grid.dmdp"
)]
pub(crate) struct Show {
    /// A shipped name (with parameters), or the path of a map (.txt) or model (see dunamis env formats)
    #[arg(value_name = "ENV")]
    environment: String,

    /// Print the model as JSON
    #[arg(long)]
    json: bool,

    /// Show all transitions, however many there are
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    joint: Joint,
}

/// Whether there are two agents, and how they get in each other's way.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Joint {
    /// Number of agents in the environment
    #[arg(long, value_name = "1|2", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) agents: u8,

    /// What happens when two agents would come to the same place: none, leak, renormalize or block [default: none]
    #[arg(
        long,
        value_name = "RULE",
        long_help = "What happens when two agents would come to the same place [default: none]:\n  \
            none         they share it\n  \
            leak         the move is not available; its probability is lost, worth 0 (as published)\n  \
            renormalize  the move is not available, and the others are scaled up\n  \
            block        both stay where they are"
    )]
    pub(crate) collision: Option<Collision>,

    /// Whether two agents may exchange places: allowed or forbidden [default: allowed]
    #[arg(long, value_name = "RULE")]
    pub(crate) swaps: Option<Swaps>,
}

impl Joint {
    /// The rules for two agents; `None` for one agent.
    ///
    /// # Errors
    ///
    /// [`Failure::NeedsTwoAgents`] for a rule without them.
    pub(crate) fn rules(self) -> Result<Option<JointRules>, Failure> {
        let given = [(self.collision.is_some(), "--collision"), (self.swaps.is_some(), "--swaps")];
        match given.into_iter().find(|(given, _)| *given) {
            Some((_, option)) if self.agents == 1 => Err(Failure::NeedsTwoAgents { option }),
            _ if self.agents == 1 => Ok(None),
            _ => Ok(Some(JointRules {
                collision: self.collision.unwrap_or_default(),
                swaps: self.swaps.unwrap_or_default(),
            })),
        }
    }
}

pub(crate) fn run(command: Command, output: Output) -> Result<ExitStatus, Failure> {
    match command {
        Command::List { json: true } => output::json(&List::of_registry())?,
        Command::List { json: false } => output::data(&list())?,
        Command::Draw(draw) => draw::run(&draw)?,
        Command::Convert(convert) => convert::run(&convert, output)?,
        Command::Edit(edit) => edit::run(&edit)?,
        Command::Check(check) => return check::run(&check),
        Command::Formats { json } => convert::formats(json)?,
        Command::Show(show) => match joint(&show.environment, show.joint)? {
            None => show_single(&show, output)?,
            Some(joint) => show_joint(&show, &joint, output)?,
        },
    }
    Ok(ExitStatus::Success)
}

#[derive(Serialize)]
struct List {
    schema: u64,
    environments: Vec<ListEntry>,
    /// Those whose rows are computed.
    implicit: Vec<ListEntry>,
}

#[derive(Serialize)]
struct ListEntry {
    name: &'static str,
    aliases: &'static [&'static str],
    description: &'static str,
    source: &'static str,
    parameters: Vec<ListParameter>,
}

#[derive(Serialize)]
struct ListParameter {
    key: &'static str,
    default: Option<&'static str>,
    description: &'static str,
}

impl List {
    fn of_registry() -> Self {
        let parameters = |parameters: &'static [Parameter]| {
            let shown = |p: &Parameter| ListParameter { key: p.key, default: p.default, description: p.description };
            parameters.iter().map(shown).collect()
        };
        let entry = |entry: &Entry| ListEntry {
            name: entry.name,
            aliases: entry.aliases,
            description: entry.description,
            source: entry.source,
            parameters: parameters(entry.parameters),
        };
        let implicit = |entry: &ImplicitEntry| ListEntry {
            name: entry.name,
            aliases: &[],
            description: entry.description,
            source: entry.source,
            parameters: parameters(entry.parameters),
        };
        List {
            schema: SCHEMA,
            environments: REGISTRY.iter().map(entry).collect(),
            implicit: IMPLICIT_REGISTRY.iter().map(implicit).collect(),
        }
    }
}

fn list() -> String {
    let mut table = Table::new([("name", Align::Left), ("description", Align::Left)]);
    for entry in REGISTRY {
        table.row([entry.name, entry.description]);
        if !entry.aliases.is_empty() {
            table.row([String::new(), format!("also: {}", entry.aliases.join(", "))]);
        }
        if !entry.parameters.is_empty() {
            let keys: Vec<&str> = entry.parameters.iter().map(|parameter| parameter.key).collect();
            table.row([String::new(), format!("parameters: {}", keys.join(", "))]);
        }
    }
    let mut computed = Table::new([("rows computed", Align::Left), ("description (for dunamis solve)", Align::Left)]);
    for entry in IMPLICIT_REGISTRY {
        let keys: Vec<&str> = entry.parameters.iter().map(|parameter| parameter.key).collect();
        computed.row([entry.name, entry.description]);
        computed.row([String::new(), format!("parameters: {}", keys.join(", "))]);
    }
    format!("{table}\n{computed}")
}

fn show_single(show: &Show, output: Output) -> Result<(), Failure> {
    if !show.json && !show.all && Format::from_path(&show.environment) == Some(Format::Dmdp) {
        let mapped = MappedMdp::open(&show.environment)?;
        let actions = mapped.action_names().join(", ");
        return output::data(&format!("{}: {mapped}\nactions: {actions}\n", show.environment));
    }
    let environment = load(&show.environment)?;
    let model = environment.model();
    if show.json {
        let files = Format::Json.encode(&environment)?;
        return output::data(&files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect::<String>());
    }
    let states = model.states().len();
    let complete = show.all || states <= SMALL;
    let mut text = if complete { environment.to_string() } else { outline(&environment) };
    text.push_str(&parameters(&show.environment));
    output::data(&text)?;
    if !complete {
        output.note(&format!("the transitions of {states} states are left out: `--all` or `--json` shows them"));
    }
    Ok(())
}

/// What there is to say of a large environment.
fn outline(environment: &Environment) -> String {
    let model = environment.model();
    let (states, pairs) = (model.states().len(), model.available().len());
    let mut text = format!("{}: {states} states, {pairs} state-action pairs\n", environment.name());
    text.extend(wrap(environment.description(), TEXT).into_iter().flat_map(|line| [line, "\n".into()]));
    if let Some(grid) = environment.grid() {
        let _ = write!(text, "\n{} × {} cells\n{grid}", grid.rows(), grid.columns());
    }
    let actions: Vec<&str> = model.actions().iter().collect();
    let _ = writeln!(text, "\nactions: {}", actions.join(", "));
    text
}

/// The parameters that a registered environment takes.
fn parameters(specification: &str) -> String {
    let name = specification.split(':').next().unwrap_or(specification);
    let Some(entry) = find(name).filter(|entry| !entry.parameters.is_empty()) else { return String::new() };
    let mut table = Table::new([("parameter", Align::Left), ("default", Align::Left), ("meaning", Align::Left)]);
    for parameter in entry.parameters {
        table.row([parameter.key, parameter.default.unwrap_or("-"), parameter.description]);
    }
    format!("\n{table}source: {}\n", entry.source)
}

/// The environment of two agents that is meant: by rules, or because the file is one; `None` for one agent.
pub(crate) fn joint(specification: &str, agents: Joint) -> Result<Option<JointEnvironment>, Failure> {
    Ok(match agents.rules()? {
        None => load_given(specification, JointRules::default())?,
        Some(rules) => Some(load_joint(specification, rules)?),
    })
}

#[derive(Serialize)]
struct JointDocument<'a> {
    schema: u64,
    #[serde(flatten)]
    rules: Option<JointRules>,
    shortfall: Shortfall,
    states: Vec<&'a str>,
    transitions: Vec<JointTransition<'a>>,
}

#[derive(Serialize)]
struct JointTransition<'a> {
    from: &'a str,
    action_h: &'a str,
    action_a: &'a str,
    to: Option<&'a str>,
    probability: f64,
}

/// All transitions of a joint model. Probability that leads nowhere goes to `None`: it is lost, or, where the rule is to
/// renormalize, drawn again.
fn joint_transitions(joint: &JointEnvironment) -> Vec<JointTransition<'_>> {
    let model = joint.model();
    let names = |agent, state| {
        model.available(agent).at(state).iter().map(move |action| &model.actions(agent)[action.index()]).enumerate()
    };
    let mut transitions = Vec::new();
    for state in (0..model.states().len()).map(StateId::new) {
        for (i, action_h) in names(Agent::H, state) {
            for (j, action_a) in names(Agent::A, state) {
                let from = &model.states()[state.index()];
                let (next, probability) = model.row(state, i, j);
                let lost = 1.0 - probability.iter().sum::<f64>();
                let reached = next.iter().zip(probability).map(|(&to, &p)| (Some(&model.states()[to as usize]), p));
                let lost = (lost > 1e-9).then_some((None, lost));
                transitions.extend(reached.chain(lost).map(|(to, probability)| JointTransition {
                    from,
                    action_h,
                    action_a,
                    to,
                    probability,
                }));
            }
        }
    }
    transitions
}

fn show_joint(show: &Show, joint: &JointEnvironment, output: Output) -> Result<(), Failure> {
    let model = joint.model();
    let states = model.states().len();
    if show.json {
        let states = model.states().iter().collect();
        let (rules, shortfall) = (joint.rules(), model.shortfall());
        let transitions = joint_transitions(joint);
        return output::json(&JointDocument { schema: SCHEMA, rules, shortfall, states, transitions });
    }
    let mut text = format!("{} with two agents: {states} joint states, {} joint moves\n", joint.name(), model.pairs());
    match joint.rules() {
        Some(rules) => {
            let _ = writeln!(text, "collision rule {}, swaps {}", rules.collision, rules.swaps);
        }
        None => text.push_str(match model.shortfall() {
            Shortfall::Leak => "a model as it is; what its rows lack is lost\n",
            Shortfall::Renormalize => "a model as it is; what its rows lack is drawn again\n",
        }),
    }
    if let Some(grid) = joint.grid() {
        let _ = write!(text, "\n{} × {} cells\n{grid}", grid.rows(), grid.columns());
    }
    let complete = show.all || states <= SMALL;
    if complete {
        let missing = match model.shortfall() {
            Shortfall::Leak => "lost",
            Shortfall::Renormalize => "not available",
        };
        let mut from = "";
        for transition in joint_transitions(joint) {
            if transition.from != from {
                from = transition.from;
                let _ = writeln!(text, "\n{from}");
            }
            let JointTransition { action_h, action_a, to, probability, .. } = transition;
            let _ = write!(text, "  {action_h}, {action_a} → {}", to.unwrap_or(missing));
            if probability < 1.0 {
                let _ = write!(text, " [{probability}]");
            }
            text.push('\n');
        }
    }
    output::data(&text)?;
    if !complete {
        output.note(&format!("the transitions of {states} joint states are left out: `--all` or `--json` shows them"));
    }
    Ok(())
}
