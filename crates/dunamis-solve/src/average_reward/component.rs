//! The gain of one end component, by policy iteration over policies with a single recurrent class.

use crate::bellman::Bellman;
use crate::end_components::{EndComponents, NONE, strongly_connected};
use crate::linear::LinearSystem;
use crate::observer::Budget;
use crate::{SolveError, Termination};

/// When to stop.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) target: f64,
    pub(crate) scale: f64,
    /// Policies per component.
    pub(crate) budget: Budget<'a>,
}

/// The gain of a component and its warrant.
#[derive(Clone, Debug)]
pub(crate) struct ComponentGain {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    /// $`h`$ by member; with it every bound can be checked again.
    pub(crate) bias: Vec<f64>,
    pub(crate) policies: usize,
    pub(crate) status: Termination,
}

/// Rounding of $`r + \sum p (h(s') - h(s))`$ relative to the sum of its absolute terms, normalization of rows included.
pub(crate) fn allowance(entries: usize) -> f64 {
    (2.002 * entries as f64 + 32.0) * f64::EPSILON
}

/// A component with its members numbered from 0.
struct Component<'a> {
    bellman: &'a Bellman<'a>,
    members: &'a [u32],
    /// Position of every state in its component.
    local: &'a [u32],
    inside: &'a [bool],
    /// For each member the members and pairs that lead to it.
    incoming: Vec<Vec<(u32, u32)>>,
    longest_row: usize,
}

pub(crate) fn solve(
    bellman: &Bellman<'_>,
    components: &EndComponents,
    index: usize,
    rules: &Rules<'_>,
) -> Result<ComponentGain, SolveError> {
    let component = Component::new(bellman, components, index);
    let mut policy = component.first_policy();
    let mut best: Option<ComponentGain> = None;
    let (mut policies, mut checkpoint) = (0, Vec::new());
    loop {
        let bias = component.evaluate(&mut policy)?;
        policies += 1;
        let (lower, upper) = component.certify(&policy, &bias);
        // No average exceeds the largest reward, whose own rounding is within one step.
        let (lower, upper) = (lower.max(-rules.scale.next_up()), upper.min(rules.scale.next_up()));
        // Bounds of all rounds hold; the last bias belongs to the best policy.
        let gain = match best {
            Some(known) => ComponentGain {
                lower: lower.max(known.lower),
                upper: upper.min(known.upper),
                bias,
                policies,
                status: Termination::Converged,
            },
            None => ComponentGain { lower, upper, bias, policies, status: Termination::Converged },
        };
        if gain.upper - gain.lower <= rules.target {
            return Ok(gain);
        }
        let changed = component.improve(&mut policy, &gain.bias, rules.scale);
        if !changed || policy == checkpoint {
            return Ok(ComponentGain { status: Termination::PrecisionLimit, ..gain });
        }
        if let Some(status) = rules.budget.spent(policies, gain.upper - gain.lower, rules.target) {
            return Ok(ComponentGain { status, ..gain });
        }
        if policies.is_power_of_two() {
            checkpoint.clone_from(&policy);
        }
        best = Some(gain);
    }
}

impl<'a> Component<'a> {
    fn new(bellman: &'a Bellman<'a>, components: &'a EndComponents, index: usize) -> Self {
        let members = &components.members[index];
        let local = &components.position;
        let mut longest_row = 0;
        let mut incoming = vec![Vec::new(); members.len()];
        for (position, &state) in members.iter().enumerate() {
            for pair in bellman.pairs(state as usize).filter(|&pair| components.inside[pair]) {
                longest_row = longest_row.max(bellman.row(pair).0.len());
                for &next in bellman.row(pair).0 {
                    incoming[local[next as usize] as usize].push((position as u32, pair as u32));
                }
            }
        }
        Component { bellman, members, local, inside: &components.inside, incoming, longest_row }
    }

    fn pairs(&self, member: usize) -> impl Iterator<Item = usize> {
        self.bellman.pairs(self.members[member] as usize).filter(|&pair| self.inside[pair])
    }

    fn reward(&self, member: usize, pair: usize) -> f64 {
        self.bellman.reward(self.members[member] as usize, pair)
    }

    /// Successors by position, with probabilities.
    fn row(&self, pair: usize) -> impl Iterator<Item = (usize, f64)> {
        let (next, probability) = self.bellman.row(pair);
        next.iter().zip(probability).map(|(&next, &p)| (self.local[next as usize] as usize, p))
    }

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

    /// $`r(s,a) + \sum p (h(s') - h(s))`$ and the sum of its absolute terms.
    fn residual(&self, member: usize, pair: usize, bias: &[f64]) -> (f64, f64) {
        let (mut sum, mut magnitude) = (0.0, 0.0);
        for (next, p) in self.row(pair) {
            let term = p * (bias[next] - bias[member]);
            sum += term;
            magnitude += term.abs();
        }
        let reward = self.reward(member, pair);
        (reward + sum, reward.abs() + magnitude)
    }

    /// True bounds of the component's gain from a policy and any bias.
    fn certify(&self, policy: &[u32], bias: &[f64]) -> (f64, f64) {
        let (mut lower, mut upper) = (f64::INFINITY, f64::NEG_INFINITY);
        for (member, &choice) in policy.iter().enumerate() {
            for pair in self.pairs(member) {
                let (residual, magnitude) = self.residual(member, pair, bias);
                let entries = self.bellman.row(pair).0.len();
                let error = if magnitude == 0.0 && self.bellman.is_zero_reward() {
                    0.0
                } else {
                    allowance(entries) * magnitude + (entries as f64 + 4.0) * f64::MIN_POSITIVE
                };
                let (low, high) = (residual - error, residual + error);
                upper = upper.max(if error == 0.0 { high } else { high.next_up() });
                if pair == choice as usize {
                    lower = lower.min(if error == 0.0 { low } else { low.next_down() });
                }
            }
        }
        // A NaN can only come from values that overflow; then nothing is known.
        if lower.is_nan() || upper.is_nan() { (f64::NEG_INFINITY, f64::INFINITY) } else { (lower, upper) }
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

    /// Marks the actions that attain the gain inside the component.
    pub(crate) fn mark(&self, gain: f64, bias: &[f64], tie_tolerance: f64, optimal: &mut [bool]) {
        for member in 0..self.members.len() {
            for pair in self.pairs(member) {
                optimal[pair] = self.residual(member, pair, bias).0 >= gain - tie_tolerance;
            }
        }
    }
}

/// Marks the actions that attain the gain of a component.
pub(crate) fn mark_optimal(
    bellman: &Bellman<'_>,
    components: &EndComponents,
    index: usize,
    gain: &ComponentGain,
    tie_tolerance: f64,
    optimal: &mut [bool],
) {
    let middle = 0.5 * gain.lower + 0.5 * gain.upper;
    Component::new(bellman, components, index).mark(middle, &gain.bias, tie_tolerance, optimal);
}

/// Marks, for members that have no marked exit, the actions that bring an exit nearer.
pub(crate) fn mark_ways_out(bellman: &Bellman<'_>, components: &EndComponents, index: usize, optimal: &mut [bool]) {
    let component = Component::new(bellman, components, index);
    let mut distance: Vec<u32> = (0..component.members.len())
        .map(|member| {
            let leaves = bellman.pairs(component.members[member] as usize).any(|pair| optimal[pair]);
            if leaves { 0 } else { NONE }
        })
        .collect();
    let mut front: Vec<usize> = (0..distance.len()).filter(|&member| distance[member] == 0).collect();
    let mut head = 0;
    while head < front.len() {
        let member = front[head];
        head += 1;
        for &(from, pair) in &component.incoming[member] {
            let from = from as usize;
            if distance[from] == NONE {
                distance[from] = distance[member] + 1;
                front.push(from);
            }
            if distance[from] == distance[member] + 1 {
                optimal[pair as usize] = true;
            }
        }
    }
}
