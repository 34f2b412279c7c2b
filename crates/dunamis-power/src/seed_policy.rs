//! How A behaves while H learns.

use crate::PowerError;
use dunamis_mdp::{
    Agent, Criterion, JointModel, Mdp, Reward, StateId, StochasticPolicy, TransitionModel, TransitionModelBuilder,
};
use dunamis_solve::{Solver, TotalReward};
use std::sync::Arc;

/// A's policy at the time when H learns `[Harris & Suo 2022, part 2]`: the first step of two-agent POWER.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SeedPolicy {
    /// Uniform over A's actions at each joint state: the published choice.
    #[default]
    Uniform,
    /// Always the action `stay`.
    Stay,
    /// A given policy of A over joint states.
    Given(StochasticPolicy),
    /// A mixture: at every step A follows each policy with the probability before it; these sum to 1.
    Mixture(Vec<(f64, SeedPolicy)>),
}

/// How far the weights of a mixture may sum to something else than 1.
const WEIGHT_TOLERANCE: f64 = 1e-9;

impl SeedPolicy {
    /// The policy for a joint model.
    ///
    /// # Errors
    ///
    /// [`PowerError::NoStay`] when A lacks `stay` somewhere, [`PowerError::Model`] when a given policy has another layout,
    /// [`PowerError::MixtureWeight`] or [`PowerError::MixtureSum`] when weights are no probabilities.
    pub fn resolve(&self, joint: &JointModel) -> Result<StochasticPolicy, PowerError> {
        let available = joint.available(Agent::A);
        match self {
            SeedPolicy::Uniform => Ok(StochasticPolicy::uniform(available)),
            SeedPolicy::Given(policy) => {
                let probabilities = policy.probabilities().to_vec();
                Ok(StochasticPolicy::new(available, joint.states(), joint.actions(Agent::A), probabilities)?)
            }
            SeedPolicy::Stay => {
                let stay = joint.actions(Agent::A).get("stay");
                let mut marked = vec![false; available.len()];
                for s in (0..joint.states().len()).map(StateId::new) {
                    let pair = stay.and_then(|stay| available.find(s, dunamis_mdp::ActionId::new(stay)));
                    let missing = || PowerError::NoStay { state: joint.states()[s.index()].to_owned() };
                    marked[pair.ok_or_else(missing)?] = true;
                }
                Ok(StochasticPolicy::uniform_over(available, &marked))
            }
            SeedPolicy::Mixture(parts) => {
                let weights: Vec<f64> = parts.iter().map(|&(weight, _)| weight).collect();
                check_weights(&weights)?;
                let mut probabilities = vec![0.0; available.len()];
                for (weight, part) in parts.iter().filter(|(weight, _)| *weight > 0.0) {
                    for (sum, p) in probabilities.iter_mut().zip(part.resolve(joint)?.probabilities()) {
                        *sum += weight * p;
                    }
                }
                // Rounding may take a sum beyond 1 by an ulp, which is no probability.
                for p in &mut probabilities {
                    *p = p.min(1.0);
                }
                Ok(StochasticPolicy::new(available, joint.states(), joint.actions(Agent::A), probabilities)?)
            }
        }
    }
}

/// Refuses weights of a mixture that are no probabilities summing to 1 (with tolerance 1e-9).
///
/// # Errors
///
/// [`PowerError::MixtureWeight`] or [`PowerError::MixtureSum`].
pub fn check_weights(weights: &[f64]) -> Result<(), PowerError> {
    if let Some(&weight) = weights.iter().find(|weight| !(0.0..=1.0).contains(*weight)) {
        return Err(PowerError::MixtureWeight { weight });
    }
    let sum: f64 = weights.iter().sum();
    if (sum - 1.0).abs() <= WEIGHT_TOLERANCE { Ok(()) } else { Err(PowerError::MixtureSum { sum }) }
}

/// The policy of a single agent that goes to `goal` in the fewest moves, in expectation, and keeps to it: uniform over all
/// actions after which the expected number of moves to the goal is smallest. Where the goal cannot be reached with
/// certainty, it is uniform over all actions.
///
/// As a seed policy it makes an A that wants one place and minds nobody: lift it to joint states.
///
/// # Errors
///
/// [`PowerError::Solve`] when the solver of the shortest path problem fails.
///
/// # Panics
///
/// If `goal` is not a state of the model.
pub fn policy_toward(model: &TransitionModel, goal: StateId) -> Result<StochasticPolicy, PowerError> {
    let mdp = walk_to(model, goal)?;
    let solution = TotalReward::default().solve(&mdp, &Criterion::Total)?;
    let moves_left: Vec<f64> = solution.value.iter().map(|value| -value).collect();
    let longest = moves_left.iter().filter(|moves| moves.is_finite()).fold(1.0, |longest: f64, &m| longest.max(m));
    let tie = solution.tie_tolerance.max(1e-9 * longest);
    let available = model.available();
    let mut fastest = vec![false; available.len()];
    for s in model.state_ids() {
        let after: Vec<f64> = available.pairs(s).map(|pair| moves_after(model, pair, &moves_left)).collect();
        let least = after.iter().copied().fold(f64::INFINITY, f64::min);
        for (pair, moves) in available.pairs(s).zip(after) {
            fastest[pair] = moves <= least + tie;
        }
    }
    Ok(StochasticPolicy::uniform_over(available, &fastest))
}

/// Expected moves to the goal after an action; infinite where it may never be reached.
fn moves_after(model: &TransitionModel, pair: usize, moves_left: &[f64]) -> f64 {
    if model.leak(pair) > 0.0 {
        return f64::INFINITY;
    }
    let (next, probability) = model.row(pair);
    next.iter().zip(probability).map(|(&next, p)| p * moves_left[next as usize]).sum()
}

/// The shortest path problem: every move costs 1 until play stops at the goal. Mass that leaks would stop without having
/// arrived, so that a state in which nobody arrives stands for it.
fn walk_to(model: &TransitionModel, goal: StateId) -> Result<Mdp, PowerError> {
    let lost = StateId::new(model.states().len());
    let mut builder = TransitionModelBuilder::default();
    for name in model.states().iter() {
        builder.state(name)?;
    }
    let lost_name =
        (0..=model.states().len()).map(|k| format!("lost {k}")).find(|name| model.states().get(name).is_none());
    builder.state(&lost_name.expect("more names than states"))?;
    for s in model.state_ids() {
        if s == goal {
            builder.transition(s, "stop", s, 1.0)?;
            continue;
        }
        for pair in model.available().pairs(s) {
            let action = &model.actions()[model.available().action(pair).index()];
            for (next, probability) in model.number_row(pair) {
                builder.transition(s, action, StateId::new(next), probability)?;
            }
            if let Some(leak) = model.leak_number(pair) {
                builder.transition(s, action, lost, leak)?;
            }
        }
    }
    builder.transition(lost, "stop", lost, 1.0)?;
    let walk = Arc::new(builder.build()?);
    let costs = walk.state_ids().map(|s| if s == goal { 0.0 } else { -1.0 });
    let reward = Reward::state(&walk, costs)?;
    Ok(Mdp::new(walk, reward)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_envs::load;

    fn actions(model: &TransitionModel, policy: &StochasticPolicy, state: &str) -> Vec<String> {
        let pairs = model.available().pairs(model.state(state).unwrap());
        let chosen = pairs.filter(|&pair| policy.probabilities()[pair] > 0.0);
        chosen.map(|pair| model.actions()[model.available().action(pair).index()].to_owned()).collect()
    }

    #[test]
    fn walks_take_all_shortest_paths_and_stay_at_the_goal() {
        let environment = load("grid-3x3").unwrap();
        let model = environment.model();
        let policy = policy_toward(model, model.state("(0, 0)").unwrap()).unwrap();
        for (state, expected) in
            [("(0, 0)", &["stay"][..]), ("(0, 2)", &["left"]), ("(2, 0)", &["up"]), ("(2, 2)", &["up", "left"])]
        {
            assert_eq!(actions(model, &policy, state), expected, "at {state}");
        }
    }

    /// Distances by breadth-first search, over the whole maze and every goal.
    #[test]
    fn every_action_of_a_walk_comes_closer() {
        let environment = load("maze-7x7").unwrap();
        let model = environment.model();
        for goal in model.state_ids() {
            let policy = policy_toward(model, goal).unwrap();
            let mut distance = vec![usize::MAX; model.states().len()];
            distance[goal.index()] = 0;
            let mut reached = std::collections::VecDeque::from([goal]);
            // Moves of a gridworld can be taken back.
            while let Some(s) = reached.pop_front() {
                for next in model.available().pairs(s).map(|pair| model.row(pair).0[0] as usize) {
                    if distance[next] == usize::MAX {
                        distance[next] = distance[s.index()] + 1;
                        reached.push_back(StateId::new(next));
                    }
                }
            }
            for s in model.state_ids() {
                let least = model.available().pairs(s).map(|p| distance[model.row(p).0[0] as usize]).min().unwrap();
                assert_eq!(least, distance[s.index()].saturating_sub(1));
                for pair in model.available().pairs(s) {
                    let closest = distance[model.row(pair).0[0] as usize] == least;
                    assert_eq!(
                        policy.probabilities()[pair] > 0.0,
                        closest,
                        "{} to {goal:?}",
                        &model.states()[s.index()]
                    );
                }
            }
        }
    }

    /// One way is short but may end in a pit: whoever must arrive takes the long one, and from the pit anything goes.
    #[test]
    fn certainty_comes_first() {
        let mut builder = TransitionModel::builder();
        let [start, long, goal, pit] = ["start", "long", "goal", "pit"].map(|name| builder.state(name).unwrap());
        builder.transition(start, "jump", goal, 0.9).unwrap();
        builder.transition(start, "jump", pit, 0.1).unwrap();
        builder.transition(start, "walk", long, 1.0).unwrap();
        builder.transition(start, "fall", goal, 0.9).unwrap();
        builder.leak(start, "fall", 0.1).unwrap();
        builder.transition(long, "walk", goal, 0.5).unwrap();
        builder.transition(long, "walk", long, 0.5).unwrap();
        builder.transition(goal, "stay", goal, 1.0).unwrap();
        builder.transition(pit, "stay", pit, 1.0).unwrap();
        builder.transition(pit, "wait", pit, 1.0).unwrap();
        let model = builder.build().unwrap();
        let policy = policy_toward(&model, goal).unwrap();
        assert_eq!(actions(&model, &policy, "start"), ["walk"]);
        assert_eq!(actions(&model, &policy, "pit"), ["stay", "wait"]);
    }

    #[test]
    fn mixtures_are_convex_combinations() {
        let joint =
            dunamis_envs::JointEnvironment::new(load("grid-3x3").unwrap(), dunamis_envs::Collision::None).unwrap();
        let mix = |weights: [f64; 2]| {
            let parts = weights.into_iter().zip([SeedPolicy::Stay, SeedPolicy::Uniform]).collect();
            SeedPolicy::Mixture(parts).resolve(joint.model())
        };
        let [stay, uniform] = [SeedPolicy::Stay, SeedPolicy::Uniform].map(|seed| seed.resolve(joint.model()).unwrap());
        let mixed = mix([0.75, 0.25]).unwrap();
        for ((mixed, s), u) in mixed.probabilities().iter().zip(stay.probabilities()).zip(uniform.probabilities()) {
            assert!((mixed - 0.75 * s - 0.25 * u).abs() < 1e-15);
        }
        assert_eq!(mix([1.0, 0.0]).unwrap(), stay);
        assert!(matches!(mix([0.5, 0.25]), Err(PowerError::MixtureSum { .. })));
        assert!(matches!(mix([1.5, -0.5]), Err(PowerError::MixtureWeight { .. })));
    }
}
