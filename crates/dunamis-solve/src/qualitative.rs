//! Reachability up to probability: which states reach a goal with probability 0, with probability 1, or at all.
//!
//! Only the graph counts, so that the answers are exact; $`O(\mathrm{nnz})`$ per pass, and as many passes as the nested fixed
//! points take rounds: one or two as a rule, $`|S|`$ at worst `[de Alfaro 1997, ch. 3]`.

use crate::bellman::Bellman;
use crate::end_components::NONE;

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
