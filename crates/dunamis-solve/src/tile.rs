//! Tiles: a few reward vectors side by side, as batched kernels solve them.

use crate::tiled_value_iteration::Eliminated;

/// Samples in a tile.
pub const LANES: usize = 16;

/// One number per sample of a tile.
pub type Lanes = [f64; LANES];

/// The solutions of one tile of reward vectors, one column per lane; reused from tile to tile.
#[derive(Clone, Debug, Default)]
pub struct TileSolution {
    /// Optimal values: shape |S|.
    pub value: Vec<Lanes>,
    /// Values of the best action's successors, $`\max_a \sum_{s'} T V`$: shape |S|.
    pub ahead: Vec<Lanes>,
    /// The first best action, counted from the state's first pair: shape |S|.
    pub choice: Vec<[u32; LANES]>,
    /// Whether somewhere a second action ties with the best: closer than [`TIE_TOLERANCE`](crate::TIE_TOLERANCE) of the largest reward.
    pub tied: [bool; LANES],
    /// Bound on the distance of any value from the truth, rounding included.
    pub error: Lanes,
    /// Sweeps over the model, or rounds of policy iteration.
    pub sweeps: u32,
    /// Policies that were evaluated by elimination, over all lanes.
    pub eliminations: u32,
    pub(crate) work: Vec<Lanes>,
    pub(crate) backup: Vec<Lanes>,
    /// Values of distinct rows.
    pub(crate) rows: Vec<Lanes>,
    /// Shifts of the values, by class of states.
    pub(crate) shift: Vec<Lanes>,
    pub(crate) eliminated: Eliminated,
    /// Distinct rows that a policy chooses.
    pub(crate) chosen: Vec<[u32; LANES]>,
}

/// Gap between the bounds at which a lane is finished, as a part of the largest reward.
pub const GAP: f64 = 1e-11;

impl TileSolution {
    /// Makes room for `states` states.
    pub(crate) fn reset(&mut self, states: usize) {
        self.reset_values(states);
        self.choice.clear();
        self.choice.resize(states, [0; LANES]);
    }

    /// Makes room for the values of `states` states, without choices.
    pub(crate) fn reset_values(&mut self, states: usize) {
        // What is there is overwritten by every kernel.
        self.value.resize(states, [0.0; LANES]);
        self.ahead.resize(states, [0.0; LANES]);
        self.choice.clear();
        self.tied = [false; LANES];
        self.error = [f64::INFINITY; LANES];
        (self.sweeps, self.eliminations) = (0, 0);
    }
}

/// The largest size of a reward in each lane.
pub(crate) fn largest_reward(reward: &[Lanes]) -> Lanes {
    let mut largest = [0.0_f64; LANES];
    for reward in reward {
        for l in 0..LANES {
            largest[l] = largest[l].max(reward[l].abs());
        }
    }
    largest
}
