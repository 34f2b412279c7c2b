//! What can be wrong with a map, a noise, a parameter or a name.

use crate::FormatError;
use dunamis_mdp::ModelError;

/// Why something is not an environment. Every variant names the place; causes are chained, not repeated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvError {
    /// A map without a single character.
    #[error("the map is empty: draw it with `#` for walls and `.` for open cells")]
    EmptyMap,
    /// Lines of different lengths.
    #[error(
        "line {line} of the map ends after column {cells}, but line 1 has {expected} cells: make all lines equally long"
    )]
    RaggedMap {
        /// The line that differs, from 1.
        line: usize,
        /// Its length.
        cells: usize,
        /// The length of the first line.
        expected: usize,
    },
    /// Neither wall nor open cell.
    #[error(
        "line {line}, column {column} of the map: `{}` is unknown: write `#` for a wall and `.` for an open cell",
        .found.escape_default()
    )]
    UnknownCharacter {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// The character.
        found: char,
    },
    /// Nothing but walls.
    #[error("the map of {rows} × {columns} cells has no open cell: leave at least one `.`")]
    NoOpenCell {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// A rectangle that reaches beyond the grid.
    #[error(
        "the corner ({row}, {column}) lies outside the grid of {rows} × {columns} cells: rows and columns count from 0"
    )]
    CornerOutside {
        /// Row of the corner.
        row: usize,
        /// Column of the corner.
        column: usize,
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// More than this version builds.
    #[error("{count} {what} are too many: at most {limit} can be built")]
    TooLarge {
        /// States or transitions.
        what: &'static str,
        /// How many were asked for.
        count: u128,
        /// How many are possible.
        limit: u64,
    },
    /// A number that has to be a probability.
    #[error("{what} is {value}, but must lie in [0, 1]")]
    Probability {
        /// Which number.
        what: &'static str,
        /// The offending value.
        value: f64,
    },
    /// Directional noise in excess of all noise.
    #[error("the biased directions get {sum} of the noise together, but the noise level is {level}: raise the level")]
    BiasSum {
        /// Sum of the biases.
        sum: f64,
        /// The noise level.
        level: f64,
    },
    /// A number that is too small.
    #[error("{what} is {value}, but must be at least {least}")]
    TooSmall {
        /// Which number.
        what: &'static str,
        /// The offending value.
        value: usize,
        /// The least possible one.
        least: usize,
    },
    /// A number outside of its range.
    #[error("{what} is {value}, but must be at least {least} and at most {most}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// The offending value.
        value: usize,
        /// The least possible one.
        least: usize,
        /// The largest possible one.
        most: usize,
    },
    /// A maze whose walls do not fit between its cells.
    #[error(
        "a maze of {size} × {size} cells cannot have walls between its corridors: choose an odd size of at least 3"
    )]
    MazeSize {
        /// Cells on each side.
        size: usize,
    },
    /// A range of counts that holds none.
    #[error("{what} ranges from {low} to {high}, which is no number: put the smaller one first")]
    EmptyRange {
        /// Which number.
        what: &'static str,
        /// Where it starts.
        low: usize,
        /// Where it ends.
        high: usize,
    },
    /// More distinct successors than states.
    #[error("{branching} distinct successors need as many states, but there are {states}: lower `branching`")]
    Branching {
        /// Successors wanted.
        branching: usize,
        /// States there are.
        states: usize,
    },
    /// A collision rule of another name.
    #[error("`{name}` is no collision rule: choose `none`, `leak`, `renormalize` or `block`")]
    UnknownCollision {
        /// The unknown name.
        name: String,
    },
    /// Neither `allowed` nor `forbidden`.
    #[error("`{name}` does not say whether agents may swap places: choose `allowed` or `forbidden`")]
    UnknownSwaps {
        /// The unknown name.
        name: String,
    },
    /// Nothing says what a forbidden swap leads to.
    #[error("swaps are forbidden, but the collision rule is `none`: choose `leak`, `renormalize` or `block`")]
    SwapsWithoutRule,
    /// Fewer than two places for two agents.
    #[error("two agents who may not share a place need at least 2 states, but `{base}` has 1")]
    NoRoom {
        /// The single-agent environment.
        base: String,
    },
    /// A rule for building a joint model, and a model that is built already.
    #[error(
        "`{path}` is a model of two agents as it is, so that the rule `{rule}` has no place: choose `leak` or `renormalize` \
         for missing mass, or remove the rule"
    )]
    GivenRules {
        /// The path.
        path: String,
        /// The rule.
        rule: &'static str,
    },
    /// A model that leaks, under the rule that redraws what is missing.
    #[error("`{base}` leaks mass, which the collision rule `renormalize` would draw again: choose another rule")]
    LeakingBase {
        /// The single-agent environment.
        base: String,
    },
    /// A name that is not registered.
    #[error("there is no environment `{name}`{}", suggestions(.nearest))]
    UnknownEnvironment {
        /// The unknown name.
        name: String,
        /// Registered names that resemble it.
        nearest: Vec<String>,
    },
    /// A parameter that the environment does not have.
    #[error("`{environment}` has no parameter `{key}`{}", parameter_hint(.nearest.as_deref(), .known))]
    UnknownParameter {
        /// The environment.
        environment: String,
        /// The unknown key.
        key: String,
        /// The nearest known key.
        nearest: Option<String>,
        /// All known keys.
        known: Vec<String>,
    },
    /// One parameter given twice.
    #[error("the parameter `{key}` of `{environment}` is given twice")]
    DuplicateParameter {
        /// The environment.
        environment: String,
        /// The key.
        key: String,
    },
    /// Not of the form `key=value`.
    #[error("`{text}` is no parameter of `{environment}`: write `key=value`, with commas between several")]
    ParameterSyntax {
        /// The environment.
        environment: String,
        /// The offending text.
        text: String,
    },
    /// A value that the parameter cannot take.
    #[error("`{key}` of `{environment}` cannot be `{value}`: {expected}")]
    ParameterValue {
        /// The environment.
        environment: String,
        /// The key.
        key: String,
        /// The offending value.
        value: String,
        /// What it has to be.
        expected: String,
    },
    /// A file that is neither a map nor a model.
    #[error(
        "`{path}` is neither a map (`.txt`) nor a model ({}): rename it to say which",
        crate::format::readable_extensions()
    )]
    FileType {
        /// The path.
        path: String,
    },
    /// A file that cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The path.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A file that cannot be written.
    #[error("cannot write `{path}`")]
    Write {
        /// The path.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A file whose text is no environment.
    #[error("`{path}` does not describe an environment")]
    File {
        /// The path.
        path: String,
        /// What is wrong with it.
        source: Box<EnvError>,
    },
    /// A layout for another number of states.
    #[error("the grid has {cells} open cells, but the model has {states} states")]
    Layout {
        /// Open cells of the grid.
        cells: usize,
        /// States of the model.
        states: usize,
    },
    /// A label of a state that does not exist.
    #[error("the label `{label}` has the state number {state}, but the model has {states} states")]
    LabeledState {
        /// The label.
        label: String,
        /// The number of the state, from 0.
        state: usize,
        /// States of the model.
        states: usize,
    },
    /// Bytes that are no model file, or a model that a format cannot hold.
    #[error(transparent)]
    Format(FormatError),
    /// A model, reward or policy that is not well-formed.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl From<FormatError> for EnvError {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::Model(error) => EnvError::Model(error),
            error => EnvError::Format(error),
        }
    }
}

fn suggestions(nearest: &[String]) -> String {
    let names = nearest.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    let question = if names.is_empty() { String::new() } else { format!(": did you mean {names}?") };
    format!("{question} (a path to a `.txt` map or a `.json` model works as well)")
}

fn parameter_hint(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(name) => format!(": did you mean `{name}`?"),
        None if known.is_empty() => ": it has none".to_owned(),
        None => {
            let names = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
            format!(": it has {}", names.join(", "))
        }
    }
}
