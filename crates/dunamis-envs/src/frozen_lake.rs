//! Gymnasium's frozen lake: across the ice to the goal without falling into a hole.

use crate::{EnvError, Environment, Grid};
use dunamis_mdp::{Labels, Number, Rational, Reward, StateId, TransitionModel};

const SMALL: [&str; 4] = ["SFFF", "FHFH", "FFFH", "HFFG"];
const LARGE: [&str; 8] =
    ["SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"];

/// The directions in the order of Gymnasium, in which neighbors are at right angles.
const ACTIONS: [(&str, isize, isize); 4] = [("left", 0, -1), ("down", 1, 0), ("right", 0, 1), ("up", -1, 0)];

/// The frozen lake `[Gymnasium, FrozenLake-v1]`.
///
/// The cells of a square map are the states, row by row. A move goes to the next cell, or stays at the edge of the map; on
/// slippery ice it goes each with probability 1/3 where it should and to either side at right angles. Holes and the goal
/// are never left. The step into the goal is rewarded with 1, folded into the expected reward of state and action. The start
/// has the label `init`, the goal `goal`, holes `hole`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrozenLake {
    /// 8 × 8 cells instead of 4 × 4.
    pub large: bool,
    /// Whether moves slip.
    pub slippery: bool,
}

impl FrozenLake {
    /// The environment, with its reward.
    ///
    /// # Errors
    ///
    /// None: all lakes are models.
    pub fn environment(&self) -> Result<Environment, EnvError> {
        let map: &[&str] = if self.large { &LARGE } else { &SMALL };
        let side = map.len();
        let cell = |s: usize| map[s / side].as_bytes()[s % side];
        let ended = |s: usize| matches!(cell(s), b'G' | b'H');
        let step = |s: usize, (_, down, right): (&str, isize, isize)| {
            let clamp = |place: usize, by: isize| place.saturating_add_signed(by).min(side - 1);
            clamp(s / side, down) * side + clamp(s % side, right)
        };
        let thirds = |n: i64| Number::from_rational(Rational::new(n.into(), 3.into())).expect("thirds are in range");
        let (third, two_thirds) = (thirds(1), thirds(2));
        let mut builder = TransitionModel::builder();
        for s in 0..side * side {
            builder.state(&format!("({}, {})", s / side, s % side))?;
        }
        let mut rewards = Vec::new();
        for s in 0..side * side {
            for (a, &(action, ..)) in ACTIONS.iter().enumerate() {
                let turns: &[usize] = match (ended(s), self.slippery) {
                    (true, _) => &[],
                    (_, false) => &[0],
                    _ => &[3, 0, 1],
                };
                let mut next: Vec<usize> = turns.iter().map(|turn| step(s, ACTIONS[(a + turn) % 4])).collect();
                next.sort_unstable();
                let mut reward = Number::from(0.0);
                if turns.is_empty() {
                    next.push(s);
                }
                let parts = next.len();
                for alike in next.chunk_by(|a, b| a == b) {
                    let share = match (alike.len(), parts) {
                        (all, parts) if all == parts => Number::ONE,
                        (1, _) => third.clone(),
                        _ => two_thirds.clone(),
                    };
                    if cell(alike[0]) == b'G' && !ended(s) {
                        reward = share.clone();
                    }
                    builder.transition(StateId::new(s), action, StateId::new(alike[0]), share)?;
                }
                rewards.push(reward);
            }
        }
        let model = builder.build()?;
        let mut labels = Labels::default();
        for (label, letter) in [(Labels::INITIAL, b'S'), ("goal", b'G'), ("hole", b'H')] {
            labels.add(label, (0..side * side).filter(|&s| cell(s) == letter).map(StateId::new));
        }
        let reward = Reward::expected(&model, rewards)?;
        let environment = Environment::new("frozen-lake", model).with_reward(reward)?.with_labels(labels)?;
        environment.with_grid(Grid::new(side, side)?)
    }
}
