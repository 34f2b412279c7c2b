//! Reachability up to probability: which states reach a goal with probability 0, with probability 1, or at all.
//!
//! Only the graph counts, so that the answers are exact; $`O(\mathrm{nnz})`$ per pass, and as many passes as the nested fixed
//! points take rounds: one or two as a rule, $`|S|`$ at worst `[de Alfaro 1997, ch. 3]`.

use crate::SolveError;
use crate::bellman::Bellman;
use crate::end_components::NONE;
use dunamis_mdp::{StateId, TransitionModel};

/// From where some policy reaches a goal with probability one, and such a policy. Exact, from the graph alone.
///
/// ```
/// use dunamis_mdp::{StateId, TransitionModel};
/// use dunamis_solve::AlmostSureReach;
/// let mut builder = TransitionModel::builder();
/// let (start, goal, lost) = (builder.state("start")?, builder.state("goal")?, builder.state("lost")?);
/// builder.transition(start, "try", start, 0.9)?;
/// builder.transition(start, "try", goal, 0.1)?;
/// builder.transition(start, "risk", goal, 0.9)?;
/// builder.transition(start, "risk", lost, 0.1)?;
/// builder.transition(goal, "stay", goal, 1.0)?;
/// builder.transition(lost, "stay", lost, 1.0)?;
/// let model = builder.build()?;
/// let reach = AlmostSureReach::new(&model, &[false, true, false])?;
/// assert_eq!((reach.steps(start), reach.steps(lost)), (Some(1), None));
/// assert_eq!((reach.pair(start), reach.pair(lost)), (Some(0), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlmostSureReach {
    steps: Vec<Option<u32>>,
    pair: Vec<Option<u32>>,
}

impl AlmostSureReach {
    /// Finds the states from which some policy is in the goal at some time with probability one `[de Alfaro 1997, ch. 3]`; mass
    /// that leaks never gets there. $`O(|S| \cdot \mathrm{nnz})`$ at worst, a few passes as a rule.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] unless `goal` has one mark for each state.
    pub fn new(model: &TransitionModel, goal: &[bool]) -> Result<Self, SolveError> {
        let (expected, actual) = (model.states().len(), goal.len());
        if expected != actual {
            return Err(SolveError::Length { what: "the goal", expected, actual });
        }
        let bellman = Bellman::rewardless(model);
        let keeps = |pair: usize| model.leak(pair) == 0.0;
        let distance = almost_sure(&bellman, &Predecessors::new(&bellman), goal, keeps, |_| false);
        let inside = |next: &u32| distance[*next as usize] != NONE;
        let pair = |state: usize| {
            let safe = |&pair: &usize| keeps(pair) && bellman.row(pair).0.iter().all(inside);
            let nearest = |&pair: &usize| bellman.row(pair).0.iter().map(|&next| distance[next as usize]).min();
            let pairs = bellman.pairs(state).filter(safe);
            pairs.min_by_key(nearest).filter(|_| distance[state] != NONE).map(|pair| pair as u32)
        };
        let pair = (0..expected).map(pair).collect();
        Ok(AlmostSureReach { steps: distance.iter().map(|&d| (d != NONE).then_some(d)).collect(), pair })
    }

    /// The least number of steps in which the goal can be reached without ever leaving these states, 0 in the goal; `None`
    /// where no policy reaches it with probability one.
    ///
    /// # Panics
    ///
    /// If the state is not one of the model.
    pub fn steps(&self, state: StateId) -> Option<usize> {
        self.steps[state.index()].map(|steps| steps as usize)
    }

    /// The first pair of the state that never leaves the states from which the goal is reached with probability one, and that
    /// may bring it nearest. Taking these pairs reaches the goal with probability one, and where moves are certain in the least
    /// number of steps. In the goal itself it is a pair after which the goal is reached *again* with probability one, `None` if there
    /// is no such pair.
    ///
    /// # Panics
    ///
    /// If the state is not one of the model.
    pub fn pair(&self, state: StateId) -> Option<usize> {
        self.pair[state.index()].map(|pair| pair as usize)
    }
}

/// The edges of a model, backwards.
pub(crate) struct Predecessors {
    starts: Vec<usize>,
    /// State and pair.
    from: Vec<(u32, u32)>,
}

impl Predecessors {
    pub(crate) fn new(bellman: &Bellman<'_>) -> Self {
        let mut starts = vec![0; bellman.states() + 1];
        for pair in 0..bellman.pair_count() {
            for &next in bellman.row(pair).0 {
                starts[next as usize + 1] += 1;
            }
        }
        for state in 0..bellman.states() {
            starts[state + 1] += starts[state];
        }
        let mut from = vec![(0, 0); starts[bellman.states()]];
        let mut free = starts.clone();
        for state in 0..bellman.states() {
            for pair in bellman.pairs(state) {
                for &next in bellman.row(pair).0 {
                    from[free[next as usize]] = (state as u32, pair as u32);
                    free[next as usize] += 1;
                }
            }
        }
        Predecessors { starts, from }
    }

    fn of(&self, state: usize) -> &[(u32, u32)] {
        &self.from[self.starts[state]..self.starts[state + 1]]
    }

    /// Steps to the goal along pairs that `usable` accepts, where each step need only be possible; [`NONE`] where there is
    /// no way.
    pub(crate) fn distance(&self, goal: &[bool], usable: impl Fn(usize, usize) -> bool) -> Vec<u32> {
        let mut distance: Vec<u32> = goal.iter().map(|&goal| if goal { 0 } else { NONE }).collect();
        let mut front: Vec<usize> = (0..goal.len()).filter(|&state| goal[state]).collect();
        let mut head = 0;
        while head < front.len() {
            let to = front[head];
            head += 1;
            for &(state, pair) in self.of(to) {
                if distance[state as usize] == NONE && usable(state as usize, pair as usize) {
                    distance[state as usize] = distance[to] + 1;
                    front.push(state as usize);
                }
            }
        }
        distance
    }
}

/// Where a policy exists that with probability one reaches the goal, or ends by a pair that `ends` names: by pairs that
/// `usable` accepts. Its states have a distance, the number of steps in which that is possible without ever leaving them; all
/// others have [`NONE`].
pub(crate) fn almost_sure(
    bellman: &Bellman<'_>,
    predecessors: &Predecessors,
    goal: &[bool],
    usable: impl Fn(usize) -> bool,
    ends: impl Fn(usize) -> bool,
) -> Vec<u32> {
    let mut inside = vec![true; goal.len()];
    loop {
        let stays = |pair: usize| usable(pair) && bellman.row(pair).0.iter().all(|&next| inside[next as usize]);
        let near: Vec<bool> = (0..goal.len())
            .map(|state| goal[state] || inside[state] && bellman.pairs(state).any(|pair| ends(pair) && stays(pair)))
            .collect();
        let distance = predecessors.distance(&near, |state, pair| inside[state] && stays(pair));
        let next: Vec<bool> = distance.iter().map(|&steps| steps != NONE).collect();
        if next == inside {
            return distance;
        }
        inside = next;
    }
}

/// The states outside of the goal from which some policy never reaches it: the largest set that a pair of every member stays in.
pub(crate) fn avoidable(bellman: &Bellman<'_>, predecessors: &Predecessors, goal: &[bool]) -> Vec<bool> {
    let mut avoids: Vec<bool> = goal.iter().map(|&goal| !goal).collect();
    let stays = |pair: usize, avoids: &[bool]| bellman.row(pair).0.iter().all(|&next| avoids[next as usize]);
    // Number of pairs of each state that stay; a state that loses its last one leaves, and takes others with it.
    let mut staying: Vec<bool> = (0..bellman.pair_count()).map(|pair| stays(pair, &avoids)).collect();
    let mut left: Vec<usize> =
        (0..goal.len()).map(|state| bellman.pairs(state).filter(|&pair| staying[pair]).count()).collect();
    let mut front: Vec<usize> = (0..goal.len()).filter(|&state| avoids[state] && left[state] == 0).collect();
    for &state in &front {
        avoids[state] = false;
    }
    while let Some(gone) = front.pop() {
        for &(state, pair) in predecessors.of(gone) {
            let state = state as usize;
            if std::mem::replace(&mut staying[pair as usize], false) {
                left[state] -= 1;
                if avoids[state] && left[state] == 0 {
                    avoids[state] = false;
                    front.push(state);
                }
            }
        }
    }
    avoids
}
