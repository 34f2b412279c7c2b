//! Gymnasium's cliff: along its edge or safely around it.

use crate::{EnvError, Environment, Grid};
use dunamis_mdp::{Labels, Names, Reward, Rows, StateId, TransitionModel};

const ROWS: usize = 4;
const COLUMNS: usize = 12;
const START: usize = (ROWS - 1) * COLUMNS;
const GOAL: usize = ROWS * COLUMNS - 1;

/// Walking along a cliff `[Sutton & Barto 2018, Example 6.6; Gymnasium, CliffWalking-v1]`.
///
/// The 4 × 12 cells are the states, row by row; the walk starts in the last row at the left, with the label `init`, and ends
/// there at the right, with the label `goal`, a state that is never left and has no reward. A move goes to the next cell, or
/// stays at the edge of the map, and costs 1; a move onto the cliff, which is the last row between start and goal, costs
/// 100 and leads back to the start. Nothing leads to the cells of the cliff, which are states all the same.
pub(crate) fn cliff_walking() -> Result<Environment, EnvError> {
    let actions = [("up", -1, 0), ("right", 0, 1), ("down", 1, 0), ("left", 0, -1)];
    let (mut next, mut rewards) = (Vec::new(), Vec::new());
    for s in 0..ROWS * COLUMNS {
        for (_, down, right) in actions {
            let clamp = |place: usize, by: isize, end: usize| place.saturating_add_signed(by).min(end - 1);
            let to = clamp(s / COLUMNS, down, ROWS) * COLUMNS + clamp(s % COLUMNS, right, COLUMNS);
            let (to, reward) = match to {
                _ if s == GOAL => (s, 0.0),
                cliff if START < cliff && cliff < GOAL => (START, -100.0),
                to => (to, -1.0),
            };
            next.push(to as u32);
            rewards.push(reward);
        }
    }
    let rows = Rows::certain(actions.len() as u32, next);
    let states = Names::new((0..ROWS * COLUMNS).map(|s| format!("({}, {})", s / COLUMNS, s % COLUMNS)))?;
    let model = TransitionModel::from_rows(states, Names::new(actions.map(|(name, ..)| name))?, rows)?;
    let mut labels = Labels::default();
    labels.add(Labels::INITIAL, [StateId::new(START)]);
    labels.add("goal", [StateId::new(GOAL)]);
    let reward = Reward::state_action(&model, rewards)?;
    let environment = Environment::new("cliff-walking", model).with_reward(reward)?.with_labels(labels)?;
    environment.with_grid(Grid::new(ROWS, COLUMNS)?)
}
