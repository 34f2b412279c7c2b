//! A joint state as a plan of the gridworld with both agents in it.

use dunamis_mdp::Agent;
use dunamis_plot::{GridDiagram, OKABE_ITO, Plot};

use crate::caption;
use crate::figure::{About, Figure, Runs, run_at};
use crate::record::{MultiAgentRecord, open};
use crate::{FigureError, NamedState, Table};

/// The positions of both agents in a joint state; the caption quotes POWER there in every experiment.
#[derive(Clone, Copy, Debug)]
pub struct StateDiagram {
    /// What is known of it before anything has run.
    pub about: About,
    /// The state.
    pub state: NamedState,
}

impl Figure for StateDiagram {
    fn about(&self) -> &About {
        &self.about
    }

    fn caption(&self, runs: &Runs) -> Result<String, FigureError> {
        let NamedState { h, a, .. } = self.state;
        let mut sentences = vec![format!("_H_ is at {}, _A_ at {}.", caption::cell(h), caption::cell(a))];
        for index in 0..self.about.experiments.len() {
            let record = MultiAgentRecord::read(run_at(&self.about, runs, index)?)?;
            let setting = caption::setting(&record.setting);
            if !sentences.contains(&setting) {
                sentences.push(setting);
            }
            sentences.push(record.setting.collision.to_owned());
            let power = |agent| {
                let (value, std_error) = record.power_at(agent, self.state)?;
                Ok(format!("{} is {}", caption::power(agent), caption::with_error(value, std_error)))
            };
            let power = Agent::BOTH.into_iter().map(power).collect::<Result<Vec<_>, FigureError>>()?;
            sentences.push(format!("Then {}.", power.join(", ")));
        }
        Ok(sentences.join(" "))
    }

    fn draw(&self, runs: &Runs) -> Result<dunamis_plot::Figure, FigureError> {
        let record = MultiAgentRecord::read(run_at(&self.about, runs, 0)?)?;
        record.power_at(Agent::H, self.state)?;
        let NamedState { h, a, .. } = self.state;
        let diagram = GridDiagram::new(open(record.layout))?
            .axis_titles("row", "column")
            .marker(h.0, h.1, "H", OKABE_ITO[4])?
            .marker(a.0, a.1, "A", OKABE_ITO[5])?;
        Ok(diagram.figure().title(self.about.title).caption(self.caption(runs)?))
    }

    fn table(&self, runs: &Runs) -> Result<Table, FigureError> {
        let mut table = Table::default();
        for (index, experiment) in self.about.experiments.iter().enumerate() {
            let record = MultiAgentRecord::read(run_at(&self.about, runs, index)?)?;
            for agent in Agent::BOTH {
                let (value, std_error) = record.power_at(agent, self.state)?;
                let state = &record.states[record.state(self.state)?];
                table.push(format!("POWER_{agent} in {}", experiment.name), state, value, std_error);
            }
        }
        Ok(table)
    }
}
