//! Policies that stop with probability one.

use super::{Move, ShortestPath};

impl ShortestPath<'_> {
    /// A policy that stops with probability one: stops where it may, otherwise most probably comes nearer to where it may.
    /// (Any chance to come nearer makes a proper policy, but small ones make play so long that no digit is left.)
    pub(super) fn proper_policy(&self) -> Vec<Move> {
        let mut incoming = vec![Vec::new(); self.stop.len()];
        let leaks = |(_, pair): (u32, u32)| self.model.leak(pair as usize) > 0.0;
        let mut distance = vec![u32::MAX; self.stop.len()];
        let mut front = Vec::new();
        for (node, exits) in self.exits.iter().enumerate() {
            for &exit in exits {
                for (to, _) in self.parts(node, exit).1 {
                    incoming[to].push(node);
                }
            }
            let may_stop = exits.is_empty() || self.stop[node] > f64::NEG_INFINITY;
            let steps = u32::from(!may_stop);
            if may_stop || exits.iter().any(|&exit| leaks(exit)) {
                distance[node] = steps;
                front.push(node);
            }
        }
        // Nodes at distance 0 first.
        front.sort_by_key(|&node| distance[node]);
        let mut head = 0;
        while head < front.len() {
            let to = front[head];
            head += 1;
            for &node in &incoming[to] {
                if distance[node] == u32::MAX {
                    distance[node] = distance[to] + 1;
                    front.push(node);
                }
            }
        }
        let nearer = |node: usize, exit: (u32, u32)| {
            let (_, others, mass) = self.parts(node, exit);
            let near = others.filter(|&(to, _)| distance[to] < distance[node]);
            near.fold(self.model.leak(exit.1 as usize), |sum, (_, p)| sum + p) / mass
        };
        let choose = |node: usize| {
            let moves = self.exits[node].iter().map(|&exit| (nearer(node, exit), exit));
            let best = moves.reduce(|best, other| if other.0 > best.0 { other } else { best });
            best.map(|(_, exit)| exit).filter(|_| distance[node] > 0)
        };
        (0..self.stop.len()).map(choose).collect()
    }

    /// Whether a policy stops with probability one from every node.
    pub(super) fn is_proper(&self, policy: &[Move]) -> bool {
        let mut incoming = vec![Vec::new(); policy.len()];
        let mut front = Vec::new();
        let mut stops = vec![false; policy.len()];
        for (node, choice) in policy.iter().enumerate() {
            if let Some(exit) = *choice {
                for (to, _) in self.parts(node, exit).1 {
                    incoming[to].push(node);
                }
            }
            if choice.is_none_or(|(_, pair)| self.model.leak(pair as usize) > 0.0) {
                stops[node] = true;
                front.push(node);
            }
        }
        while let Some(to) = front.pop() {
            for &node in &incoming[to] {
                if !stops[node] {
                    stops[node] = true;
                    front.push(node);
                }
            }
        }
        stops.into_iter().all(|stops| stops)
    }
}
