//! Levels side by side on one grid: an agent trains on some of them and is then put into another.

use crate::shutdown_setting::training_discount;
use crate::{EnvError, Environment, Grid, MAX_STATES, Noise};
use dunamis_mdp::{Labels, Reward, StateId};

/// A level: its layout, and what is where.
pub(crate) struct Level {
    pub(crate) grid: Grid,
    /// Where the agent starts, as row and column.
    pub(crate) start: (usize, usize),
    /// Labels of cells, each given as row and column.
    pub(crate) labels: Vec<(&'static str, Vec<(usize, usize)>)>,
}

/// Levels with walls between them, so that no agent leaves the one it starts in.
pub(crate) struct Levels {
    /// The levels that the agent is trained on.
    pub(crate) training: Vec<Level>,
    /// The level that it has never seen.
    pub(crate) new: Level,
    /// Whether the levels lie beside instead of below each other.
    pub(crate) across: bool,
}

impl Levels {
    /// The gridworld of all levels, with the discount 9/10 and the reward 1 at the cells labeled `goal`, 0 elsewhere.
    ///
    /// All cells of the levels in training have the label `train`, the starts there `init`, and the start of the new
    /// level `new`.
    ///
    /// # Errors
    ///
    /// [`EnvError::TooLarge`].
    pub(crate) fn environment(&self, name: &str, noise: &Noise, goal: &str) -> Result<Environment, EnvError> {
        let levels = || self.training.iter().chain([&self.new]);
        let mut corner = (0, 0);
        let mut corners = Vec::new();
        let mut size = (0, 0);
        for Level { grid, .. } in levels() {
            corners.push(corner);
            size = (size.0.max(corner.0 + grid.rows()), size.1.max(corner.1 + grid.columns()));
            corner = if self.across { (0, corner.1 + grid.columns() + 1) } else { (corner.0 + grid.rows() + 1, 0) };
        }
        let count = size.0 as u128 * size.1 as u128;
        if count > u128::from(MAX_STATES) {
            return Err(EnvError::TooLarge { what: "cells", count, limit: MAX_STATES });
        }
        let mut map = vec!['#'; size.0 * (size.1 + 1)];
        for end in map.iter_mut().skip(size.1).step_by(size.1 + 1) {
            *end = '\n';
        }
        for (level, corner) in levels().zip(&corners) {
            for (row, column) in level.grid.cells() {
                map[(corner.0 + row) * (size.1 + 1) + corner.1 + column] = '.';
            }
        }
        let grid: Grid = map.into_iter().collect::<String>().parse()?;

        let mut labels = Labels::default();
        let new = self.training.len();
        for (number, (level, corner)) in levels().zip(&corners).enumerate() {
            let states = |cells: &[(usize, usize)]| -> Vec<StateId> {
                cells.iter().filter_map(|(row, column)| grid.state_at((corner.0 + row, corner.1 + column))).collect()
            };
            if number == new {
                labels.add("new", states(&[level.start]));
            } else {
                labels.add(Labels::INITIAL, states(&[level.start]));
                labels.add("train", states(level.grid.cells()));
            }
            for (label, cells) in &level.labels {
                labels.add(label, states(cells));
            }
        }
        let environment = Environment::gridworld(name, grid, noise)?.with_discount(Some(training_discount()));
        let goals = labels.get(goal).unwrap_or_default();
        let at = |state| f64::from(u8::from(goals.contains(&state)));
        let reward = Reward::state(environment.model(), environment.model().state_ids().map(at))?;
        environment.with_reward(reward)?.with_labels(labels)
    }
}
