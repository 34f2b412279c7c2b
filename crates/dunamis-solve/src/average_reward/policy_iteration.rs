//! The gain of one end component by policy iteration over policies with a single recurrent class.

use super::component::{Component, ComponentGain, Rules, allowance};
use crate::end_components::strongly_connected;
use crate::linear::LinearSystem;
use crate::{SolveError, Termination};

/// Policy iteration from the best immediate rewards.
pub(crate) fn solve(component: &Component<'_>, rules: &Rules<'_>) -> Result<ComponentGain, SolveError> {
    solve_from(component, component.first_policy(), rules)
}

/// Policy iteration from a pair inside the component for every member.
pub(crate) fn solve_from(
    component: &Component<'_>,
    mut policy: Vec<u32>,
    rules: &Rules<'_>,
) -> Result<ComponentGain, SolveError> {
    let (mut lower, mut upper) = (f64::NEG_INFINITY, f64::INFINITY);
    let (mut iterations, mut checkpoint) = (0, Vec::new());
    loop {
        let bias = component.evaluate(&mut policy)?;
        iterations += 1;
        let (low, high) = rules.within_rewards(component.certify(&policy, &bias));
        // Bounds of all rounds hold; the last bias belongs to the best policy.
        (lower, upper) = (low.max(lower), high.min(upper));
        let changed = component.improve(&mut policy, &bias, rules.scale);
        let gain = |status| ComponentGain { lower, upper, bias, iterations, sweeps: 2 * iterations, status };
        if upper - lower <= rules.target {
            return Ok(gain(Termination::Converged));
        }
        if !changed || policy == checkpoint {
            return Ok(gain(Termination::PrecisionLimit));
        }
        if let Some(status) = rules.budget.spent(iterations, upper - lower, rules.target) {
            return Ok(gain(status));
        }
        if iterations.is_power_of_two() {
            checkpoint.clone_from(&policy);
        }
    }
}

impl Component<'_> {
    /// The best immediate reward everywhere.
    fn first_policy(&self) -> Vec<u32> {
        let best = |member| {
            self.pairs(member)
                .fold((f64::NEG_INFINITY, 0), |best, pair| {
                    let reward = self.reward(member, pair);
                    if reward > best.0 { (reward, pair as u32) } else { best }
                })
                .1
        };
        (0..self.members.len()).map(best).collect()
    }

    fn improve(&self, policy: &mut [u32], bias: &[f64], scale: f64) -> bool {
        let mut changed = false;
        for (member, choice) in policy.iter_mut().enumerate() {
            let (mut best, magnitude) = self.residual(member, *choice as usize, bias);
            // What is within the rounding of a backup is a tie, and ties keep the current action.
            best += allowance(self.longest_row) * magnitude.max(scale);
            for pair in self.pairs(member) {
                let residual = self.residual(member, pair, bias).0;
                if residual > best {
                    (best, *choice, changed) = (residual, pair as u32, true);
                }
            }
        }
        changed
    }

    /// Makes the policy's best recurrent class its only one and returns a bias: $`g + h = r + P h`$, $`h = 0`$ at one state.
    fn evaluate(&self, policy: &mut [u32]) -> Result<Vec<f64>, SolveError> {
        let mut best: Option<(f64, Vec<usize>, Vec<f64>)> = None;
        for class in self.recurrent_classes(policy) {
            let (gain, bias) = self.class_bias(policy, &class)?;
            if best.as_ref().is_none_or(|(known, ..)| gain > *known) {
                best = Some((gain, class, bias));
            }
        }
        let (gain, class, class_bias) = best.unwrap_or_default();
        let mut bias = vec![0.0; self.members.len()];
        let mut known = vec![false; self.members.len()];
        for (&member, h) in class.iter().zip(class_bias) {
            bias[member] = h;
            known[member] = true;
        }
        self.redirect(policy, &known);
        self.transient_bias(policy, gain, &mut known, &mut bias)?;
        Ok(bias)
    }

    /// The closed strongly connected classes of the policy's chain.
    fn recurrent_classes(&self, policy: &[u32]) -> Vec<Vec<usize>> {
        let component =
            strongly_connected(policy.len(), |member| self.row(policy[member] as usize).map(|(next, _)| next));
        let count = component.iter().max().map_or(0, |&last| last as usize + 1);
        let mut closed = vec![true; count];
        for (member, &pair) in policy.iter().enumerate() {
            for (next, _) in self.row(pair as usize) {
                if component[next] != component[member] {
                    closed[component[member] as usize] = false;
                }
            }
        }
        let mut classes = vec![Vec::new(); count];
        for (member, &class) in component.iter().enumerate() {
            classes[class as usize].push(member);
        }
        classes.into_iter().zip(closed).filter(|&(_, closed)| closed).map(|(class, _)| class).collect()
    }

    /// Gain and bias of a recurrent class, the bias 0 at its first member.
    fn class_bias(&self, policy: &[u32], class: &[usize]) -> Result<(f64, Vec<f64>), SolveError> {
        if let Some(cycle) = self.cycle(policy, class) {
            let sum: f64 = cycle.iter().map(|&member| self.reward(member, policy[member] as usize)).sum();
            let gain = sum / cycle.len() as f64;
            let mut at = vec![0.0; self.members.len()];
            // Backwards from the first member, whose bias is 0 before and after the round trip.
            let mut ahead = 0.0;
            for &member in cycle[1..].iter().rev() {
                ahead += self.reward(member, policy[member] as usize) - gain;
                at[member] = ahead;
            }
            return Ok((gain, class.iter().map(|&member| at[member]).collect()));
        }
        let mut position = vec![usize::MAX; self.members.len()];
        for (row, &member) in class.iter().enumerate() {
            position[member] = row;
        }
        // Column 0 holds the gain in place of the first member's bias.
        let mut entries = Vec::new();
        for (row, &member) in class.iter().enumerate() {
            entries.push((row, 0, 1.0));
            for (next, p) in self.row(policy[member] as usize) {
                // Differences p (h(s) - h(s')) keep rows free of the rounding of their sum.
                for (column, sign) in [(row, p), (position[next], -p)] {
                    if column != 0 {
                        entries.push((row, column, sign));
                    }
                }
            }
        }
        let right = class.iter().map(|&member| self.reward(member, policy[member] as usize)).collect();
        let mut bias = LinearSystem { entries, right }.solve()?;
        let gain = std::mem::replace(&mut bias[0], 0.0);
        Ok((gain, bias))
    }

    /// The members of a class in the order of their visits, when it is a cycle without chance.
    fn cycle(&self, policy: &[u32], class: &[usize]) -> Option<Vec<usize>> {
        let mut cycle = Vec::with_capacity(class.len());
        let mut member = class[0];
        loop {
            let mut row = self.row(policy[member] as usize);
            let (Some((next, _)), None) = (row.next(), row.next()) else { return None };
            cycle.push(member);
            if next == class[0] {
                return Some(cycle);
            }
            member = next;
        }
    }

    /// Lets every member outside of the known ones that never comes there walk to them.
    fn redirect(&self, policy: &mut [u32], known: &[bool]) {
        let mut reaches = known.to_vec();
        let mut front: Vec<usize> = (0..known.len()).filter(|&member| known[member]).collect();
        // First along the policy itself, so that only those change their action that must.
        for along_policy in [true, false] {
            let mut head = 0;
            while head < front.len() {
                for &(from, pair) in &self.incoming[front[head]] {
                    let from = from as usize;
                    if !reaches[from] && (!along_policy || policy[from] == pair) {
                        reaches[from] = true;
                        policy[from] = pair;
                        front.push(from);
                    }
                }
                head += 1;
            }
        }
    }

    /// The bias of transient members: $`h = r - g + P h`$.
    fn transient_bias(
        &self,
        policy: &[u32],
        gain: f64,
        known: &mut [bool],
        bias: &mut [f64],
    ) -> Result<(), SolveError> {
        // Members with one certain successor follow from it, without solving anything.
        let mut front: Vec<usize> = (0..known.len()).filter(|&member| known[member]).collect();
        while let Some(member) = front.pop() {
            for &(from, pair) in &self.incoming[member] {
                let from = from as usize;
                if !known[from] && policy[from] == pair && self.bellman.row(pair as usize).0.len() == 1 {
                    bias[from] = self.reward(from, pair as usize) - gain + bias[member];
                    known[from] = true;
                    front.push(from);
                }
            }
        }
        let unknown: Vec<usize> = (0..known.len()).filter(|&member| !known[member]).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let mut position = vec![usize::MAX; known.len()];
        for (row, &member) in unknown.iter().enumerate() {
            position[member] = row;
        }
        let (mut entries, mut right) = (Vec::new(), Vec::new());
        for (row, &member) in unknown.iter().enumerate() {
            let pair = policy[member] as usize;
            let mut constant = self.reward(member, pair) - gain;
            for (next, p) in self.row(pair) {
                entries.push((row, row, p));
                if known[next] {
                    constant += p * bias[next];
                } else {
                    entries.push((row, position[next], -p));
                }
            }
            right.push(constant);
        }
        let solved = LinearSystem { entries, right }.solve()?;
        for (&member, h) in unknown.iter().zip(solved) {
            bias[member] = h;
        }
        Ok(())
    }
}
