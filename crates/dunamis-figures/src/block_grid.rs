//! POWER of two agents as grids of heat maps: one block for each position of the other agent.

use dunamis_experiment::Cell;
use dunamis_mdp::Agent;
use dunamis_plot::{BlockGrid, ColorMap, ColorScale, Extent, Panels, Plot};

use crate::caption;
use crate::figure::{About, Figure, Runs, run_at};
use crate::record::MultiAgentRecord;
use crate::{FigureError, NamedState, Table, power_map};

/// POWER of one or both agents at every joint state, or at some.
#[derive(Clone, Copy, Debug)]
pub struct BlockGridFigure {
    /// What is known of it before anything has run.
    pub about: About,
    /// What there is to see.
    pub remark: &'static str,
    /// What is drawn, from left to right.
    pub panels: &'static [Panel],
    /// States whose POWER the caption quotes.
    pub quoted: &'static [NamedState],
}

/// A block grid within a figure.
#[derive(Clone, Copy, Debug)]
pub struct Panel {
    /// Whose POWER it shows; the blocks stand for positions of the other agent.
    pub agent: Agent,
    /// Which positions of the other agent are shown in one row, on the color scale of the whole; `None` shows all of them
    /// where they lie in the gridworld.
    pub crop: Option<&'static [Cell]>,
}

impl Panel {
    /// All positions of the other agent.
    pub const fn whole(agent: Agent) -> Self {
        Panel { agent, crop: None }
    }

    /// Some positions of the other agent.
    pub const fn crop(agent: Agent, positions: &'static [Cell]) -> Self {
        Panel { agent, crop: Some(positions) }
    }

    fn shows(self, other: Cell) -> bool {
        self.crop.is_none_or(|positions| positions.contains(&other))
    }

    fn plot(self, record: &MultiAgentRecord<'_>) -> Result<BlockGrid, FigureError> {
        let mean = &record.power(self.agent).mean;
        let own = caption::power(self.agent);
        let Some(crop) = self.crop else {
            return Ok(power_map::block_grid(record, self.agent, mean)?.color_title(own));
        };
        let blocks = record.by_other(self.agent);
        let other = caption::letter(self.agent.other());
        let named = crop.iter().map(|&cell| {
            let states = blocks.get(&cell).ok_or(FigureError::NoCell { cell })?;
            Ok(Some(power_map::block(record, mean, cell, states)?.label(format!("{other} at {}", caption::cell(cell)))))
        });
        let plot = BlockGrid::new(vec![named.collect::<Result<_, FigureError>>()?])?.color_title(own);
        let scale = Extent::of(mean.iter().copied())?.map(|extent| ColorScale::new(ColorMap::default(), extent));
        Ok(match scale {
            Some(scale) => plot.scale(scale),
            None => plot,
        })
    }
}

impl BlockGridFigure {
    fn record<'a>(&self, runs: &'a Runs) -> Result<MultiAgentRecord<'a>, FigureError> {
        MultiAgentRecord::read(run_at(&self.about, runs, 0)?)
    }

    /// The panels with the states that each draws.
    fn drawn(&self, record: &MultiAgentRecord<'_>) -> impl Iterator<Item = (Panel, usize)> {
        let states = move |panel: Panel| {
            let shown = move |&state: &usize| panel.shows(record.position(panel.agent.other(), state));
            (0..record.states.len()).filter(shown).map(move |state| (panel, state))
        };
        self.panels.iter().copied().flat_map(states)
    }

    fn is_whole(&self) -> bool {
        self.panels.iter().all(|panel| panel.crop.is_none())
    }

    fn legend(&self) -> String {
        power_map::blocks_legend(if let [panel] = self.panels { Some(panel.agent) } else { None })
    }
}

impl Figure for BlockGridFigure {
    fn about(&self) -> &About {
        &self.about
    }

    fn caption(&self, runs: &Runs) -> Result<String, FigureError> {
        let record = self.record(runs)?;
        let setting = &record.setting;
        let mut sentences = vec![self.remark.to_owned(), caption::setting(setting), setting.collision.to_owned()];
        for panel in self.panels.iter().filter(|_| !self.quoted.is_empty()) {
            let quote = |&state: &NamedState| {
                let (value, std_error) = record.power_at(panel.agent, state)?;
                let (h, a) = (caption::cell(state.h), caption::cell(state.a));
                Ok(format!("{} with _H_ at {h} and _A_ at {a}", caption::with_error(value, std_error)))
            };
            let quotes = self.quoted.iter().map(quote).collect::<Result<Vec<_>, FigureError>>()?;
            sentences.push(format!("{} is {}.", caption::power(panel.agent), quotes.join(", ")));
        }
        let drawn = self.drawn(&record).map(|(panel, state)| record.power(panel.agent).std_error[state]);
        sentences.push(caption::std_errors(drawn));
        if self.is_whole() {
            sentences.push(caption::alignment(record.alignment));
        }
        Ok(sentences.join(" "))
    }

    fn draw(&self, runs: &Runs) -> Result<dunamis_plot::Figure, FigureError> {
        let record = self.record(runs)?;
        let figure = if let [panel] = self.panels {
            panel.plot(&record)?.figure()
        } else {
            let lettered = |panel: &Panel| Ok(panel.plot(&record)?.figure().title(caption::power(panel.agent)));
            let panels = Panels::new(self.panels.iter().map(lettered).collect::<Result<Vec<_>, FigureError>>()?);
            // One above the other, the digits stay as large as in a figure of one panel.
            panels.columns(1).figure()
        };
        Ok(figure.title(self.about.title).legend(self.legend()).caption(self.caption(runs)?))
    }

    fn table(&self, runs: &Runs) -> Result<Table, FigureError> {
        let record = self.record(runs)?;
        let mut table = Table::default();
        for (panel, state) in self.drawn(&record) {
            let power = record.power(panel.agent);
            let quantity = format!("POWER_{}", panel.agent);
            table.push(quantity, &record.states[state], power.mean[state], power.std_error[state]);
        }
        if self.is_whole() {
            table.push_alignment(record.alignment);
        }
        Ok(table)
    }
}
