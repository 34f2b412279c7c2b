//! Gymnasium's taxi: fetch a passenger and take them where they want to go.

use crate::{EnvError, Environment};
use dunamis_mdp::{Labels, Names, Reward, Rows, StateId, TransitionModel};

/// Rows and columns of the town.
const SIDE: usize = 5;

/// The stands red, green, yellow and blue, as row and column.
const STANDS: [(usize, usize); 4] = [(0, 0), (0, 4), (4, 0), (4, 3)];

/// A passenger who sits in the taxi.
const ABOARD: usize = 4;

/// Whether there is a wall to the right of a place.
fn wall(row: usize, column: usize) -> bool {
    matches!((row, column), (0 | 1, 1) | (3 | 4, 0 | 2))
}

/// The taxi `[Dietterich 2000; Gymnasium, Taxi-v3]`.
///
/// A state has the taxi's row and column in a town of 5 × 5 places, where the passenger is (a stand, or aboard) and where
/// they want to go, in this order: 500 states. Every move costs 1, also against a wall or the edge of the town. `pickup`
/// where the passenger waits and `dropoff` at a stand with the passenger aboard cost 1, anywhere else 10 without effect;
/// `dropoff` where they want to go is rewarded with 20 and ends the ride. All states of a passenger who has arrived have the
/// label `goal`, are never left and have no reward. Rides begin anywhere with a passenger who waits elsewhere than they want
/// to go: these states have the label `init`.
pub(crate) fn taxi() -> Result<Environment, EnvError> {
    let actions = ["south", "north", "east", "west", "pickup", "dropoff"];
    let (mut names, mut next, mut rewards) = (Vec::new(), Vec::new(), Vec::new());
    let (mut waiting, mut arrived) = (Vec::new(), Vec::new());
    for s in 0..SIDE * SIDE * 20 {
        let (row, column, passenger, goal) = (s / 100, s / 20 % SIDE, s / 4 % 5, s % 4);
        let state = |row: usize, column: usize, passenger: usize| ((row * SIDE + column) * 5 + passenger) * 4 + goal;
        let stand = |k: usize| ["red", "green", "yellow", "blue"].get(k).copied().unwrap_or("aboard");
        names.push(format!("({row}, {column}) {} to {}", stand(passenger), stand(goal)));
        if passenger == goal {
            arrived.push(StateId::new(s));
        } else if passenger != ABOARD {
            waiting.push(StateId::new(s));
        }
        let here = STANDS.iter().position(|&place| place == (row, column));
        for action in 0..actions.len() {
            let (to, reward) = match action {
                _ if passenger == goal => (s, 0),
                0 => (state((row + 1).min(SIDE - 1), column, passenger), -1),
                1 => (state(row.saturating_sub(1), column, passenger), -1),
                2 if column + 1 < SIDE && !wall(row, column) => (state(row, column + 1, passenger), -1),
                3 if column > 0 && !wall(row, column - 1) => (state(row, column - 1, passenger), -1),
                2 | 3 => (s, -1),
                4 if here == Some(passenger) => (state(row, column, ABOARD), -1),
                5 if passenger == ABOARD && here == Some(goal) => (state(row, column, goal), 20),
                5 if passenger == ABOARD && here.is_some() => (state(row, column, here.unwrap_or(ABOARD)), -1),
                _ => (s, -10),
            };
            next.push(to as u32);
            rewards.push(f64::from(reward));
        }
    }
    let rows = Rows::certain(actions.len() as u32, next);
    let model = TransitionModel::from_rows(Names::new(names)?, Names::new(actions)?, rows)?;
    let mut labels = Labels::default();
    labels.add(Labels::INITIAL, waiting);
    labels.add("goal", arrived);
    let reward = Reward::state_action(&model, rewards)?;
    Environment::new("taxi", model).with_reward(reward)?.with_labels(labels)
}
