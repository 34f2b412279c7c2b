//! POWER of one agent as a heat map.

use dunamis_plot::{Grid, HeatMap, Plot};

use crate::caption;
use crate::figure::{About, Figure, Runs, run_at};
use crate::record::SingleAgentRecord;
use crate::{FigureError, Table};

/// POWER of one agent at every cell of a gridworld; the standard errors are in the caption and in the table.
#[derive(Clone, Copy, Debug)]
pub struct HeatMapFigure {
    /// What is known of it before anything has run.
    pub about: About,
    /// What there is to see.
    pub remark: &'static str,
}

impl HeatMapFigure {
    fn record<'a>(&self, runs: &'a Runs) -> Result<SingleAgentRecord<'a>, FigureError> {
        SingleAgentRecord::read(run_at(&self.about, runs, 0)?)
    }
}

impl Figure for HeatMapFigure {
    fn about(&self) -> &About {
        &self.about
    }

    fn caption(&self, runs: &Runs) -> Result<String, FigureError> {
        let record = self.record(runs)?;
        let errors = caption::std_errors(record.power.std_error.iter().copied());
        Ok(format!("{} {} {errors}", self.remark, caption::setting(&record.setting)))
    }

    fn draw(&self, runs: &Runs) -> Result<dunamis_plot::Figure, FigureError> {
        let record = self.record(runs)?;
        let layout = record.layout;
        let power = |cell| layout.cells.iter().position(|&open| open == cell).map(|state| record.power.mean[state]);
        let grid = Grid::from_fn(layout.rows, layout.columns, |r, c| power((r, c)))?;
        let map = HeatMap::new(grid).color_title("POWER").axis_titles("row", "column");
        Ok(map.figure().title(self.about.title).caption(self.caption(runs)?))
    }

    fn table(&self, runs: &Runs) -> Result<Table, FigureError> {
        let record = self.record(runs)?;
        let mut table = Table::default();
        table.push_power("POWER", record.states, record.power);
        Ok(table)
    }
}
