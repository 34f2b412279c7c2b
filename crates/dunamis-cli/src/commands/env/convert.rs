//! `dunamis env convert` and `dunamis env formats`: models in files of other programs.

use crate::failure::Failure;
use crate::output::{self, Output, SCHEMA};
use crate::table::{Align, Table, counted};
use clap::Args;
use dunamis_envs::format::{self, Content};
use dunamis_envs::{Environment, Format, ImplicitEnvironment, JointEnvironment, MappedMdp, load};
use dunamis_mdp::{ImplicitMdp, nearest};
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

/// What to convert, and into what.
#[derive(Debug, Args)]
#[command(
    about = "Write an environment into a file of any format",
    long_about = "Write an environment into a file of any format.\n\n\
        The format follows from the extension of the file: dunamis env formats lists them. The file holds exactly the same \
        states, actions, probabilities and rewards. What the format cannot hold is never dropped in silence: the command \
        fails and names it, and --without leaves it out on purpose.",
    after_long_help = "\
Examples:
  dunamis env convert forest forest.json
  dunamis env convert forest.json forest.umb
  dunamis env convert forest.umb forest.drn
  dunamis env convert forest:p=1/3 forest.npz --without exact-numbers
  dunamis env convert maze-7x7 maze.gv --agents 2 --collision leak
  dunamis env convert implicit-grid:rows=100,columns=90,noise=1/10 grid.dmdp

A .dmdp file is for models that are larger than memory: dunamis solve uses it where it lies, and it
must not be changed meanwhile. An environment whose rows are computed (implicit-grid) is written
into such a file only, block by block; that of a grid with noise takes 125 bytes per state.

Whoever leaves something out (--without) keeps every optimal value but where rewards are left out:
  state-names      states are called by their numbers
  action-names     actions are called by their numbers
  partial-actions  every state has every action; a new one does what the first one there does
  labels           none
  discount         none
  leaks            lost mass goes to a new state without reward that is never left
  exact-numbers    fractions become the nearest doubles, so that values change by rounding
  rewards          none: values have no meaning any more
  rewardless       a model without reward gets the reward 0"
)]
pub(crate) struct Convert {
    /// A shipped name (with parameters), or the path of a map (.txt) or model (see dunamis env formats)
    #[arg(value_name = "ENV")]
    environment: String,

    /// The file to write; a model of several files takes its name for all of them
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The format, by its name in dunamis env formats or an extension [default: that of the file]
    #[arg(long, value_name = "NAME")]
    format: Option<String>,

    /// Leave something out that the format cannot hold; several with commas between them
    #[arg(long, value_name = "CONTENT", value_delimiter = ',', value_parser = content_of)]
    without: Vec<Content>,

    #[command(flatten)]
    joint: super::Joint,
}

/// A content by its name.
fn content_of(text: &str) -> Result<Content, ContentError> {
    let found = Content::ALL.into_iter().find(|content| content.name() == text);
    found.ok_or_else(|| ContentError { name: text.into() })
}

/// A name that is no content of model files.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` is nothing that can be left out: choose among {}", Content::ALL.map(|content| format!("`{}`", content.name())).join(", "))]
struct ContentError {
    name: String,
}

/// The name of a format in arguments: in lower case, with hyphens.
fn name_of(format: Format) -> String {
    format.name().to_lowercase().replace(' ', "-")
}

/// A format by its name or an extension.
fn format_of(name: &str) -> Result<Format, Failure> {
    let names: Vec<String> = Format::all().map(name_of).collect();
    let found = Format::all().zip(&names).find(|(_, known)| known.eq_ignore_ascii_case(name));
    let found = found.map(|(format, _)| format).or_else(|| Format::from_path(format!("model.{name}")));
    found.ok_or_else(|| Failure::UnknownFormat {
        name: name.into(),
        nearest: nearest(names.iter().map(String::as_str), name).map(Into::into),
    })
}

pub(super) fn run(convert: &Convert, output: Output) -> Result<(), Failure> {
    let format = convert.format.as_deref().map(format_of).transpose()?;
    if let Some(computed) = computed(convert, format)? {
        return write_computed(convert, &computed, output);
    }
    if let Some(joint) = super::joint(&convert.environment, convert.joint)? {
        return write_joint(convert, format, &joint);
    }
    let environment = load(&convert.environment)?;
    let given = environment.name().to_owned();
    let environment =
        convert.without.iter().try_fold(environment, |environment, &content| environment.without(content))?;
    match format {
        Some(format) => format::write_as(format, &environment, &convert.file)?,
        None => format::write(&environment, &convert.file)?,
    }
    output::data(&summary(&given, &environment, &convert.file.display().to_string()))
}

/// The environment whose rows are to be written as they come, if they are computed or already lie in such a file.
fn computed(convert: &Convert, format: Option<Format>) -> Result<Option<ImplicitEnvironment>, Failure> {
    let mapped = Format::from_path(&convert.environment) == Some(Format::Dmdp);
    let to_mapped = format.or_else(|| Format::from_path(&convert.file)) == Some(Format::Dmdp);
    if mapped && !(to_mapped && convert.without.is_empty()) {
        return Ok(None);
    }
    let environment = ImplicitEnvironment::load(&convert.environment)?;
    let name = || convert.environment.clone();
    match &environment {
        Some(_) if !to_mapped => Err(Failure::ComputedFormat { environment: name() }),
        Some(_) if convert.joint.agents > 1 => Err(Failure::StoredOnly { option: "--agents 2", environment: name() }),
        Some(_) if !convert.without.is_empty() => Err(Failure::StoredOnly { option: "--without", environment: name() }),
        _ => Ok(environment),
    }
}

/// Writes rows as they are computed.
fn write_computed(convert: &Convert, environment: &ImplicitEnvironment, output: Output) -> Result<(), Failure> {
    let _spinner = output.spinner("writing");
    let file = &convert.file;
    let (states, written) = match environment {
        ImplicitEnvironment::Grid(grid) => (grid.states(), MappedMdp::create(file, grid)?),
        ImplicitEnvironment::Garnet(garnet) => (garnet.states(), MappedMdp::create(file, garnet)?),
        ImplicitEnvironment::Mapped(mapped) => (mapped.states(), MappedMdp::create(file, &**mapped)?),
        _ => return Err(Failure::ComputedFormat { environment: convert.environment.clone() }),
    };
    output::data(&format!(
        "{} → {}: {}, {}, {}, {:.1} bytes per state\n",
        convert.environment,
        file.display(),
        counted(states, "state"),
        counted(written.pairs, "state-action pair"),
        counted(written.transitions, "transition"),
        written.size as f64 / states as f64
    ))
}

/// Writes a model of two agents.
fn write_joint(convert: &Convert, format: Option<Format>, joint: &JointEnvironment) -> Result<(), Failure> {
    if !convert.without.is_empty() {
        return Err(Failure::JointWithout);
    }
    match format {
        Some(format) => format::write_joint_as(format, joint.model(), &convert.file)?,
        None => format::write_joint(joint.model(), &convert.file)?,
    }
    let (states, pairs) = (joint.model().states().len() as u64, joint.model().pairs() as u64);
    let (states, pairs) = (counted(states, "joint state"), counted(pairs, "pair") + " of moves");
    output::data(&format!("{} → {}: {states}, {pairs}\n", joint.name(), convert.file.display()))
}

fn summary(given: &str, environment: &Environment, file: &str) -> String {
    let model = environment.model();
    let mut text = format!(
        "{given} → {file}: {}, {}",
        counted(model.states().len() as u64, "state"),
        counted(model.available().len() as u64, "state-action pair")
    );
    text.push_str(if environment.reward().is_some() { ", with reward" } else { ", without reward" });
    let labels = environment.labels().names().count();
    if labels > 0 {
        let _ = write!(text, ", {}", counted(labels as u64, "label"));
    }
    if let Some(discount) = environment.discount() {
        let _ = write!(text, ", discount {discount}");
    }
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Formats {
    schema: u64,
    formats: Vec<FormatEntry>,
}

#[derive(Serialize)]
struct FormatEntry {
    name: String,
    title: &'static str,
    summary: &'static str,
    extensions: &'static [&'static str],
    reads: bool,
    writes: bool,
    holds: Vec<&'static str>,
}

impl FormatEntry {
    fn new(format: Format) -> Self {
        FormatEntry {
            name: name_of(format),
            title: format.name(),
            summary: format.summary(),
            extensions: format.extensions(),
            reads: format.reads(),
            writes: format.writes(),
            holds: Content::ALL.into_iter().filter(|&content| format.holds(content)).map(Content::name).collect(),
        }
    }

    fn holds_text(&self) -> String {
        match self.holds.len() {
            0 => "nothing beyond the model".to_owned(),
            all if all == Content::ALL.len() => "everything".to_owned(),
            _ => self.holds.join(", "),
        }
    }
}

/// Prints the list of formats.
pub(super) fn formats(json: bool) -> Result<(), Failure> {
    let formats: Vec<FormatEntry> = Format::all().map(FormatEntry::new).collect();
    if json {
        return output::json(&Formats { schema: SCHEMA, formats });
    }
    let mut table = Table::new([
        ("format", Align::Left),
        ("extensions", Align::Left),
        ("", Align::Left),
        ("what it is, and what it holds beside states, actions and probabilities", Align::Left),
    ]);
    for format in &formats {
        let extensions: Vec<String> = format.extensions.iter().map(|extension| format!(".{extension}")).collect();
        let access = match (format.reads, format.writes) {
            (true, true) => "read, write",
            (true, false) => "read",
            _ => "write",
        };
        table.row([&format.name, &extensions.join(" "), access, format.summary]);
        table.row(["", "", "", &format!("holds: {}", format.holds_text())]);
    }
    output::data(&table.to_string())
}
