//! `dunamis draw`: pictures and animations of runs that anyone made.

use crate::config_runs::{ConfigRuns, Gathered};
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output};
use crate::whole_file;
use clap::{Args, ValueEnum};
use dunamis_experiment::RolloutSettings;
use dunamis_figures::{Picture, RolloutView, Selection, Sequence, Shown, View};
use dunamis_mdp::Agent;
use dunamis_plot::{Animation, Plot};
use std::io;
use std::path::{Path, PathBuf};

/// What to draw, of which runs, and where to.
#[derive(Debug, Args)]
#[command(
    about = "Draw runs: pictures, and animations of sweeps",
    long_about = "Draw runs: pictures, and animations of sweeps.\n\n\
        A run is named by its key or its directory. Several runs, or the config of a sweep, are drawn together when they differ in one \
        variable: side by side on common scales in a picture, one after the other in an animation. What the config of a sweep \
        asks for and is not there yet is computed first. Single samples can be drawn of runs with `keep-samples` in their config.",
    after_long_help = "\
The file's extension decides: .svg and .png are pictures, .apng and .gif are animations, .csv is the
numbers drawn, with their standard errors.

Examples:
  dunamis draw runs/3f… --out power.svg                        POWER at every state
  dunamis draw runs/3f… --what alignment --out alignment.png   POWER of A against POWER of H
  dunamis draw patience.toml --out patience.gif                POWER while the discount grows
  dunamis draw patience.toml --what sweep --out sweep.svg      alignment and mean POWER against it
  dunamis draw maze.toml --set 'power.discount=[0.1, 0.9]' --out pair.svg
                                                               the same at other settings
  dunamis draw runs/3f… --what histogram-2d --state '(0, 0)' --state '(2, 2)' --out pair.svg
                                                               how samples at two states go together
  dunamis draw runs/3f… --what rollout --sample 7 --out rollout.gif
                                                               what both agents do in one sample"
)]
pub(crate) struct Arguments {
    /// Keys of runs or their starts, paths of run directories, or configs (.toml)
    #[arg(value_name = "RUN", required = true)]
    sources: Vec<PathBuf>,

    #[command(flatten)]
    runs: ConfigRuns,

    /// What to draw
    #[arg(long, value_enum, value_name = "WHAT", default_value = "power")]
    what: What,

    /// Only one of two agents
    #[arg(long, value_enum, value_name = "AGENT", ignore_case = true)]
    agent: Option<WhichAgent>,

    /// A state by its name; can be given several times
    #[arg(long = "state", value_name = "STATE")]
    states: Vec<String>,

    /// Draw the logarithms of counts
    #[arg(long)]
    log: bool,

    /// The kept sample whose policies are drawn
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    sample: usize,

    /// Steps of a rollout
    #[arg(long, value_name = "N", default_value_t = 30)]
    steps: usize,

    /// The file to write: .svg, .png, .apng, .gif or .csv
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// The title, in place of what is drawn of which run
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// Pixels of the file per pixel of the picture [default: 2, in animations 1.5]
    #[arg(long, value_name = "FACTOR")]
    scale: Option<f64>,

    /// Milliseconds that a frame of an animation lasts
    #[arg(long, value_name = "MS", default_value_t = 500)]
    delay: u32,
}

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// POWER at every state
    Power,
    /// The variance of POWER over samples, at every state
    Variance,
    /// How samples of POWER are distributed at every state
    Histogram,
    /// How samples of POWER at two states go together
    #[value(name = "histogram-2d")]
    Histogram2d,
    /// POWER of A against POWER of H
    Alignment,
    /// Rewards of A against rewards of H at one state
    Rewards,
    /// Alignment and mean POWER against the variable in which runs differ
    Sweep,
    /// Rewards and policies of a kept sample, at the state that is named
    Policy,
    /// A walk under these policies from that state, a frame for each step
    Rollout,
}

/// An agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WhichAgent {
    /// The human
    #[value(name = "H")]
    H,
    /// The AI
    #[value(name = "A")]
    A,
}

impl What {
    fn view(self, log: bool) -> Option<View> {
        Some(match self {
            What::Power => View::Map(Shown::Mean),
            What::Variance => View::Map(Shown::Variance),
            What::Histogram => View::Histogram { log },
            What::Histogram2d => View::Pairs { log },
            What::Alignment => View::Alignment { rewards: false },
            What::Rewards => View::Rewards,
            What::Sweep => View::Sweep,
            What::Policy | What::Rollout => return None,
        })
    }

    fn title(self) -> &'static str {
        match self {
            What::Power => "POWER",
            What::Variance => "Variance of POWER",
            What::Histogram => "Samples of POWER",
            What::Histogram2d => "Samples of POWER at pairs of states",
            What::Alignment => "Instrumental alignment",
            What::Rewards => "Rewards of both agents",
            What::Sweep => "Sweep",
            What::Policy => "Policies of one sample",
            What::Rollout => "Rollout of one sample",
        }
    }
}

/// What a file holds, by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Svg,
    Png,
    Apng,
    Gif,
    Csv,
}

impl Kind {
    fn of(path: &Path) -> Result<Self, Failure> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        Ok(match extension.as_deref() {
            Some("svg") => Kind::Svg,
            Some("png") => Kind::Png,
            Some("apng") => Kind::Apng,
            Some("gif") => Kind::Gif,
            Some("csv") => Kind::Csv,
            _ => return Err(Failure::PictureExtension { path: path.display().to_string() }),
        })
    }
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let kind = Kind::of(&arguments.out)?;
    let gathered = arguments.runs.gather(&arguments.sources, output)?;
    let sequence = match &gathered {
        Gathered::Sweep(sweep) => Sequence::of_sweep(sweep)?,
        Gathered::Runs(runs) => Sequence::of_runs(runs)?,
    };
    let agent = arguments.agent.map(|agent| if agent == WhichAgent::H { Agent::H } else { Agent::A });
    let selection = Selection { agent, states: arguments.states.clone() };
    let picture = match arguments.what.view(arguments.log) {
        Some(view) => view.draw(&sequence, &selection)?,
        None => rollout(&sequence, arguments, output)?,
    };
    let title = arguments.title.clone().unwrap_or_else(|| {
        let name = match &gathered {
            Gathered::Sweep(sweep) => &sweep.sweep.name,
            Gathered::Runs(_) => &sequence.runs[0].experiment.name,
        };
        format!("{}: {}", arguments.what.title(), name.replace('_', "\\_"))
    });
    let bytes = match kind {
        Kind::Csv => picture.table.to_csv()?,
        Kind::Svg | Kind::Png => {
            let figure = picture.figure.title(title.as_str()).caption(sequence.setting());
            let scene = figure.scene().map_err(dunamis_figures::FigureError::from)?;
            if kind == Kind::Svg {
                scene.to_svg().into_bytes()
            } else {
                scene.to_png(arguments.scale.unwrap_or(2.0)).map_err(dunamis_figures::FigureError::from)?
            }
        }
        Kind::Apng | Kind::Gif => {
            let animation = picture.animation(&title)?.ok_or(Failure::NothingMoves)?;
            film(animation, kind, arguments)?
        }
    };
    whole_file::write(&arguments.out, |file: &mut dyn io::Write| file.write_all(&bytes))?;
    output::data(&format!("{}\n", arguments.out.display()))?;
    Ok(ExitStatus::Success)
}

/// The policies of one sample of a single run, or a walk under them.
fn rollout(sequence: &Sequence<'_>, arguments: &Arguments, output: Output) -> Result<Picture, Failure> {
    let run = sequence.only().ok_or(Failure::OneRun)?;
    let start = arguments.states.first().cloned();
    let settings = RolloutSettings { sample: arguments.sample, start, steps: arguments.steps };
    let view = if arguments.what == What::Policy { RolloutView::Policy } else { RolloutView::Walk };
    let rollout = run.rollout(&settings)?;
    if rollout.leaves && view == RolloutView::Walk {
        let (taken, steps) = (rollout.path.len() - 1, arguments.steps);
        output.note(&format!("the walk ends after {taken} of {steps} steps: the next move leaves the model"));
    }
    Ok(view.draw(run, &rollout)?)
}

fn film(animation: Animation, kind: Kind, arguments: &Arguments) -> Result<Vec<u8>, Failure> {
    let film = animation.delay(arguments.delay).and_then(|animation| animation.render(arguments.scale.unwrap_or(1.5)));
    let bytes = film.and_then(|film| if kind == Kind::Gif { film.to_gif() } else { film.to_apng() });
    Ok(bytes.map_err(dunamis_figures::FigureError::from)?)
}
