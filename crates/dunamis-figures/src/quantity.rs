//! Quantities that publications print, measured on a run.

use std::fmt;

use dunamis_experiment::{Cell, Run};
use dunamis_mdp::Agent;

use crate::figure::run_at;
use crate::mean_power::{independent, kept, mean_power};
use crate::record::{MultiAgentRecord, SingleAgentRecord, class as class_of, neighbors};
use crate::{Figure, FigureError, Runs};

/// A quantity that a publication prints and a run of ours measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Instrumental alignment, the correlation of both agents' POWER over joint states.
    Alpha,
    /// POWER of an agent at a joint state.
    Power {
        /// Whose POWER.
        agent: Agent,
        /// Which state.
        state: NamedState,
    },
    /// The least POWER among the cells of a class.
    Least(CellClass),
    /// The greatest POWER among the cells of a class.
    Greatest(CellClass),
    /// POWER of one agent at a cell.
    Cell(Cell),
    /// The least or greatest POWER of an agent among joint states where each agent is at a kind of cell.
    Extreme {
        /// Which end.
        end: End,
        /// Whose POWER.
        agent: Agent,
        /// How many open cells border on that of H; `None` for any.
        h: Option<usize>,
        /// How many open cells border on that of A; `None` for any.
        a: Option<usize>,
    },
    /// The mean over joint states of POWER of an agent.
    Mean(Agent),
    /// What the table of the figure calls so.
    Entry {
        /// The quantity.
        quantity: &'static str,
        /// The state it belongs to, or nothing.
        state: &'static str,
    },
}

/// An end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The least value.
    Least,
    /// The greatest value.
    Greatest,
}

/// A joint state that a publication gives a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedState {
    /// Its published name.
    pub name: &'static str,
    /// Where H is.
    pub h: Cell,
    /// Where A is.
    pub a: Cell,
}

impl NamedState {
    /// The name in the markup of [`dunamis_plot::label`]: its first letter in italics, the rest lowered.
    pub fn symbol(self) -> String {
        let mut letters = self.name.chars();
        let first: String = letters.next().into_iter().collect();
        match letters.as_str() {
            "" => format!("_{first}_"),
            rest => format!("_{first}_{{{rest}}}"),
        }
    }
}

/// Cells of a gridworld by how many open cells border on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellClass {
    /// One neighbor.
    DeadEnd,
    /// Two neighbors.
    Corridor,
    /// Three or four neighbors.
    Junction,
}

/// A quantity of ours with its warrant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurement {
    /// The value; `None` where it is not defined.
    pub value: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Number of samples; `None` where the expectation is exact.
    pub samples: Option<u64>,
    /// Which statistic was taken.
    pub statistic: Statistic,
}

/// Which statistic stands for a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// The mean over samples, or the correlation of such means: what publications print.
    Raw,
    /// The correlation without the part of the covariances that is sampling noise, which does not depend on the number of
    /// samples.
    NoiseCorrected,
    /// A standard error that is too large rather than too small: that of the cell which attains the extreme.
    Extreme,
}

impl Quantity {
    /// Measures the quantity on the first run of a figure, or reads it from its table, to be compared with a value published for `published_samples` samples.
    ///
    /// Raw alignment depends on the number of samples: with another number than the published one, the noise-corrected value
    /// takes its place.
    ///
    /// # Errors
    ///
    /// Those of reading the run, and [`FigureError::NoState`] for a state that the run does not have.
    pub fn measure(self, figure: &dyn Figure, runs: &Runs, published_samples: u64) -> Result<Measurement, FigureError> {
        if let Quantity::Entry { quantity, state } = self {
            let table = figure.table(runs)?;
            let entry = table.entries.iter().find(|entry| entry.quantity == quantity && entry.state == state);
            let (value, std_error) = (entry.and_then(|entry| entry.value), entry.and_then(|entry| entry.std_error));
            return Ok(Measurement { value, std_error, samples: runs.samples(), statistic: Statistic::Raw });
        }
        self.measure_run(run_at(figure.about(), runs, 0)?, published_samples)
    }

    fn measure_run(self, run: &Run, published_samples: u64) -> Result<Measurement, FigureError> {
        match self {
            Quantity::Entry { .. } => {
                Ok(Measurement { value: None, std_error: None, samples: None, statistic: Statistic::Raw })
            }
            Quantity::Alpha => {
                let record = MultiAgentRecord::read(run)?;
                let (samples, alignment) = (record.setting.samples(), record.alignment);
                let (value, std_error, statistic) = if samples == Some(published_samples) {
                    (alignment.alpha, alignment.std_error, Statistic::Raw)
                } else {
                    let std_error = alignment.noise_corrected_std_error;
                    (alignment.noise_corrected, std_error, Statistic::NoiseCorrected)
                };
                Ok(Measurement { value, std_error, samples, statistic })
            }
            Quantity::Power { agent, state } => {
                let record = MultiAgentRecord::read(run)?;
                let (value, std_error) = record.power_at(agent, state)?;
                let (value, std_error) = (Some(value), Some(std_error));
                Ok(Measurement { value, std_error, samples: record.setting.samples(), statistic: Statistic::Raw })
            }
            Quantity::Cell(cell) => {
                let record = SingleAgentRecord::read(run)?;
                let state = record.layout.cells.iter().position(|&open| open == cell);
                let state = state.ok_or(FigureError::NoCell { cell })?;
                let (value, std_error) = (Some(record.power.mean[state]), Some(record.power.std_error[state]));
                Ok(Measurement { value, std_error, samples: record.setting.samples(), statistic: Statistic::Raw })
            }
            Quantity::Mean(agent) => {
                let record = MultiAgentRecord::read(run)?;
                let kept = kept(run, Some(agent))?;
                let (value, std_error) =
                    mean_power(record.power(agent), kept.as_ref(), independent(run, record.power(agent)));
                let (value, std_error) = (Some(value), Some(std_error));
                Ok(Measurement { value, std_error, samples: record.setting.samples(), statistic: Statistic::Raw })
            }
            Quantity::Extreme { end, agent, h, a } => {
                let record = MultiAgentRecord::read(run)?;
                let is =
                    |cell, wanted: Option<usize>| wanted.is_none_or(|wanted| neighbors(record.layout, cell) == wanted);
                let mean = &record.power(agent).mean;
                let there = (0..mean.len()).filter(|&s| is(record.positions[s].0, h) && is(record.positions[s].1, a));
                let by_power = |&a: &usize, &b: &usize| mean[a].total_cmp(&mean[b]);
                let state = match end {
                    End::Least => there.min_by(by_power),
                    End::Greatest => there.max_by(by_power),
                };
                Ok(Measurement {
                    value: state.map(|s| mean[s]),
                    std_error: state.map(|s| record.power(agent).std_error[s]),
                    samples: record.setting.samples(),
                    statistic: Statistic::Extreme,
                })
            }
            Quantity::Least(class) | Quantity::Greatest(class) => {
                let record = SingleAgentRecord::read(run)?;
                let of_class = (0..record.layout.cells.len())
                    .filter(|&s| class_of(record.layout, record.layout.cells[s]) == Some(class));
                let by_power = |&a: &usize, &b: &usize| record.power.mean[a].total_cmp(&record.power.mean[b]);
                let state = match self {
                    Quantity::Least(_) => of_class.min_by(by_power),
                    _ => of_class.max_by(by_power),
                };
                Ok(Measurement {
                    value: state.map(|s| record.power.mean[s]),
                    std_error: state.map(|s| record.power.std_error[s]),
                    samples: record.setting.samples(),
                    statistic: Statistic::Extreme,
                })
            }
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Alpha => f.write_str("alpha"),
            Quantity::Power { agent, state } => write!(f, "POWER_{agent}({})", state.name),
            Quantity::Least(class) => write!(f, "least POWER of a {class}"),
            Quantity::Greatest(class) => write!(f, "greatest POWER of a {class}"),
            Quantity::Cell((row, column)) => write!(f, "POWER(({row}, {column}))"),
            Quantity::Mean(agent) => write!(f, "mean POWER_{agent}"),
            Quantity::Extreme { end, agent, h, a } => {
                let end = if *end == End::Least { "least" } else { "greatest" };
                write!(f, "{end} POWER_{agent}")?;
                for (letter, count) in [("H", h), ("A", a)] {
                    if let Some(count) = count {
                        write!(f, ", {count} cells around {letter}")?;
                    }
                }
                Ok(())
            }
            Quantity::Entry { quantity, state: "" } => f.write_str(quantity),
            Quantity::Entry { quantity, state } => write!(f, "{quantity} ({state})"),
        }
    }
}

impl fmt::Display for CellClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CellClass::DeadEnd => "dead end",
            CellClass::Corridor => "corridor",
            CellClass::Junction => "junction",
        })
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Statistic::Raw => "raw",
            Statistic::NoiseCorrected => "noise-corrected",
            Statistic::Extreme => "extreme",
        })
    }
}
