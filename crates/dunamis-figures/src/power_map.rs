//! A number at every state, as the environment is laid out: heat map, grid of heat maps, or bars.

use std::collections::BTreeMap;

use dunamis_experiment::{Cell, Estimates, Run, RunPower};
use dunamis_mdp::Agent;
use dunamis_plot::{Bar, BarChart, Block, BlockGrid, ColorScale, Figure, Grid, HeatMap, Plot};

use crate::record::{MultiAgentRecord, SingleAgentRecord};
use crate::{FigureError, caption};

/// Which number of a run is shown at every state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Shown {
    /// POWER.
    #[default]
    Mean,
    /// The variance of POWER over samples.
    Variance,
}

/// Numbers at every state of a run, and whose they are.
#[derive(Clone, Debug)]
pub(crate) struct PowerMap<'a> {
    run: &'a Run,
    /// `None` for the only agent.
    pub(crate) agent: Option<Agent>,
    shown: Shown,
    pub(crate) values: Vec<f64>,
    /// Standard errors of the values; `None` where they are not known.
    pub(crate) errors: Option<Vec<f64>>,
}

/// The agents of a run that are to be shown: all of them, or one of two.
pub(crate) fn agents(run: &Run, wanted: Option<Agent>) -> Result<Vec<Option<Agent>>, FigureError> {
    match (&run.power, wanted) {
        (RunPower::SingleAgent(_), None) => Ok(vec![None]),
        (RunPower::SingleAgent(_), Some(_)) => {
            Err(FigureError::Agents { run: run.experiment.name.clone(), expected: 2 })
        }
        (RunPower::MultiAgent { .. }, None) => Ok(Agent::BOTH.map(Some).to_vec()),
        (RunPower::MultiAgent { .. }, Some(agent)) => Ok(vec![Some(agent)]),
    }
}

/// POWER of an agent.
pub(crate) fn estimates(run: &Run, agent: Option<Agent>) -> Result<&Estimates, FigureError> {
    match (&run.power, agent) {
        (RunPower::SingleAgent(power), None) => Ok(power),
        (RunPower::MultiAgent { h, .. }, Some(Agent::H)) => Ok(h),
        (RunPower::MultiAgent { a, .. }, Some(Agent::A)) => Ok(a),
        (_, agent) => {
            let expected = if agent.is_some() { 2 } else { 1 };
            Err(FigureError::Agents { run: run.experiment.name.clone(), expected })
        }
    }
}

/// `POWER`, or `POWER_H` with the agent's letter.
pub(crate) fn symbol(agent: Option<Agent>) -> String {
    agent.map_or_else(|| "POWER".to_owned(), caption::power)
}

/// The same in a table.
pub(crate) fn column(agent: Option<Agent>) -> String {
    agent.map_or_else(|| "POWER".to_owned(), |agent| format!("POWER_{agent}"))
}

impl<'a> PowerMap<'a> {
    pub(crate) fn new(run: &'a Run, agent: Option<Agent>, shown: Shown) -> Result<Self, FigureError> {
        let power = estimates(run, agent)?;
        let (values, errors) = match shown {
            Shown::Mean => (power.mean.clone(), Some(power.std_error.clone())),
            Shown::Variance => {
                let variance = run.variance(power).filter(|variance| variance.iter().all(|v| v.is_finite()));
                let what = || FigureError::NoRecord { run: run.experiment.name.clone(), what: "samples".to_owned() };
                (variance.ok_or_else(what)?, None)
            }
        };
        Ok(PowerMap { run, agent, shown, values, errors })
    }

    /// What the numbers are, in markup.
    pub(crate) fn title(&self) -> String {
        let power = symbol(self.agent);
        if self.shown == Shown::Mean { power } else { format!("variance of {power}") }
    }

    /// What the numbers are, in a table.
    pub(crate) fn column(&self) -> String {
        let power = column(self.agent);
        if self.shown == Shown::Mean { power } else { format!("variance of {power}") }
    }

    /// Whether the states lie on a grid.
    pub(crate) fn on_grid(&self) -> bool {
        self.run.layout.is_some()
    }

    /// The map on a color scale, or on one of its own.
    pub(crate) fn figure(&self, scale: Option<ColorScale>) -> Result<Figure, FigureError> {
        if !self.on_grid() {
            let errors = self.errors.as_ref();
            let bars = self.run.states.iter().enumerate().map(|(state, name)| {
                Bar::new(dunamis_plot::Label::plain(name), self.values[state])
                    .error(errors.map_or(0.0, |errors| errors[state]))
            });
            let mut chart = BarChart::new(bars.collect()).value_title(self.title());
            if let Some(scale) = scale {
                chart = chart.range(scale.extent());
            }
            return Ok(chart.figure());
        }
        match self.agent {
            None => {
                let map = heat_map(&SingleAgentRecord::read(self.run)?, &self.values)?.color_title(self.title());
                Ok(scale.into_iter().fold(map, HeatMap::scale).figure())
            }
            Some(agent) => {
                let grid = block_grid(&MultiAgentRecord::read(self.run)?, agent, &self.values)?;
                let grid = grid.color_title(self.title());
                Ok(scale.into_iter().fold(grid, BlockGrid::scale).figure().legend(blocks_legend(Some(agent))))
            }
        }
    }
}

/// The sentence that says how to read a grid of heat maps.
pub(crate) fn blocks_legend(agent: Option<Agent>) -> String {
    match agent {
        Some(agent) => {
            let (own, other) = (caption::letter(agent), caption::letter(agent.other()));
            format!("Block: position of {other}, outlined in red. Cell: position of {own}.")
        }
        None => "Block: position of the other agent, outlined in red. Cell: position of the agent itself.".to_owned(),
    }
}

/// Values of one agent at the cells of its gridworld.
pub(crate) fn heat_map(record: &SingleAgentRecord<'_>, values: &[f64]) -> Result<HeatMap, FigureError> {
    let layout = record.layout;
    let place: BTreeMap<Cell, f64> = layout.cells.iter().copied().zip(values.iter().copied()).collect();
    let grid = Grid::from_fn(layout.rows, layout.columns, |r, c| place.get(&(r, c)).copied())?;
    Ok(HeatMap::new(grid).axis_titles("row", "column"))
}

/// Values at one position of the other agent, which is outlined.
pub(crate) fn block(
    record: &MultiAgentRecord<'_>,
    values: &[f64],
    other: Cell,
    states: &BTreeMap<Cell, usize>,
) -> Result<Block, FigureError> {
    let value = |row, column| states.get(&(row, column)).map(|&state| values[state]);
    let grid = Grid::from_fn(record.layout.rows, record.layout.columns, value)?;
    Ok(Block::new(grid).outlined(other.0, other.1))
}

/// Values of one of two agents: a heat map for each position of the other one, where that lies in the gridworld.
pub(crate) fn block_grid(
    record: &MultiAgentRecord<'_>,
    agent: Agent,
    values: &[f64],
) -> Result<BlockGrid, FigureError> {
    let blocks = record.by_other(agent);
    let (rows, columns) = (record.layout.rows, record.layout.columns);
    let other = caption::letter(agent.other());
    let row = |row| {
        let place = |column| blocks.get_key_value(&(row, column));
        let drawn = |column| place(column).map(|(&cell, states)| block(record, values, cell, states)).transpose();
        (0..columns).map(drawn).collect()
    };
    let plot = BlockGrid::new((0..rows).map(row).collect::<Result<_, FigureError>>()?)?;
    let numbers = |count: usize| (0..count).map(|index| index.to_string()).collect::<Vec<_>>();
    let plot = plot.position_labels(numbers(rows), numbers(columns));
    Ok(plot.axis_titles(format!("row of {other}"), format!("column of {other}")))
}
