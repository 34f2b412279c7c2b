//! `dunamis env draw`: a picture of an environment.

use super::{Joint, joint};
use crate::commands::policy::World;
use crate::failure::Failure;
use crate::output;
use crate::selection;
use crate::whole_file;
use clap::{Args, ValueEnum};
use dunamis_envs::load;
use dunamis_figures::{FigureError, ModelDrawing, ModelForm};
use dunamis_mdp::{Names, StateId};
use dunamis_plot::{Label, Plot};
use std::io;
use std::path::{Path, PathBuf};

/// What to draw, and how.
#[derive(Debug, Args)]
#[command(
    about = "Draw an environment: the plan of a gridworld, or states and actions as a graph",
    long_about = "Draw an environment: the plan of a gridworld, or states and actions as a graph.\n\n\
        The graph lays itself out. A sure action is an arrow, named unless it has the name of the state it leads to; an action \
        whose outcome is left to chance is a dot, from which arrows with their probabilities part. Actions with the same outcome \
        share an arrow. Rewards of states are colors, rewards of actions stand in brackets. Beyond 60 states actions have no \
        names, and a graph of more than 200 states is refused: --state and --steps draw a part of it. A plan shows walls, and \
        where cells side by side do not lead to each other.\n\n\
        With --agents 2, and of the file of a joint model, it draws joint states and joint moves.",
    after_long_help = "\
Examples:
  dunamis env draw case-study --out case-study.svg
  dunamis env draw maze-7x7 --out maze.png
  dunamis env draw maze-7x7 --policy mine.json --out mine.svg    what a policy does, in red
  dunamis env draw frozen-lake --as graph --out lake.svg         every branch of chance
  dunamis env draw taxi --state '(0, 0) red to blue' --out part.svg
                                                                 what is within reach of a state
  dunamis env draw mdps/stochastic_graph_4_states.gv --out graph.svg"
)]
pub(crate) struct Draw {
    /// A shipped name (with parameters), or the path of a map (.txt) or model (see dunamis env formats)
    #[arg(value_name = "ENV")]
    environment: String,

    /// The file to write: .svg or .png
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Plan or graph [default: a plan where there is a grid]
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Option<Form>,

    /// Draw what a policy does in red: uniform, stay or a file
    #[arg(long, value_name = "POLICY")]
    policy: Option<String>,

    /// Draw only what can be reached from a state, or from several between commas
    #[arg(long, value_name = "STATE")]
    state: Vec<String>,

    /// Number of steps from there
    #[arg(long, value_name = "N", default_value_t = 2, requires = "state")]
    steps: usize,

    /// The title, in place of the name of the environment
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// Pixels of a PNG per pixel of the picture
    #[arg(long, value_name = "FACTOR", default_value_t = 2.0)]
    scale: f64,

    #[command(flatten)]
    joint: Joint,
}

/// How a model is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The plan of a gridworld
    Grid,
    /// States and actions
    Graph,
}

impl Draw {
    fn form(&self) -> ModelForm {
        match self.form {
            None => ModelForm::Auto,
            Some(Form::Grid) => ModelForm::Grid,
            Some(Form::Graph) => ModelForm::Graph,
        }
    }

    /// The states to begin at, and how many steps to go on; `None` for all states.
    fn around(&self, names: &Names) -> Result<Option<(Vec<StateId>, usize)>, Failure> {
        let states = selection::named(&self.state, names)?;
        Ok((!states.is_empty()).then(|| (states.into_iter().map(StateId::new).collect(), self.steps)))
    }
}

/// A name without the folders of a path.
fn last_part(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

pub(crate) fn run(arguments: &Draw) -> Result<(), Failure> {
    let extension = arguments.out.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let is_svg = match extension.as_deref() {
        Some("svg") => true,
        Some("png") => false,
        _ => return Err(Failure::StillExtension { path: arguments.out.display().to_string() }),
    };
    let drawing = ModelDrawing { form: arguments.form(), ..ModelDrawing::default() };
    let (name, figure) = match joint(&arguments.environment, arguments.joint)? {
        Some(_) if arguments.policy.is_some() => return Err(Failure::NeedsOneAgent { option: "--policy" }),
        Some(joint) => {
            let around = arguments.around(joint.model().states())?;
            (joint.name().to_owned(), ModelDrawing { around, ..drawing }.joint_figure(&joint)?)
        }
        None => {
            let environment = load(&arguments.environment)?;
            let policy = |name: &String| World::Single(&environment).policy(name, Path::new(""));
            let policy = arguments.policy.as_ref().map(policy).transpose()?;
            let around = arguments.around(environment.model().states())?;
            let drawing = ModelDrawing { around, policy: policy.as_ref(), ..drawing };
            (environment.name().to_owned(), drawing.figure(&environment)?)
        }
    };
    let title = arguments.title.as_ref().map_or_else(|| Label::plain(last_part(&name)), |title| Label::parse(title));
    let scene = figure.title(title).scene().map_err(FigureError::from)?;
    let bytes =
        if is_svg { scene.to_svg().into_bytes() } else { scene.to_png(arguments.scale).map_err(FigureError::from)? };
    whole_file::write(&arguments.out, |file: &mut dyn io::Write| file.write_all(&bytes))?;
    output::data(&format!("{}\n", arguments.out.display()))
}
