//! Certificates in words.

use crate::certificate::{Alternatives, Certificate, Compatible, Horizon, Options, Rule};
use std::fmt::Write;

/// More names than these are counted instead of listed.
const MOST_NAMES: usize = 12;

/// More involutions than these are left to the certificate.
const MOST_INVOLUTIONS: usize = 12;

/// Names between backticks, as alternatives.
fn either(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

impl Certificate {
    /// The claim and its proof in words, two paragraphs to paste into a text.
    pub fn explain(&self) -> String {
        format!("{}\n\n{}", self.claim(), self.proof())
    }

    /// The claim in words.
    pub fn claim(&self) -> String {
        if let Some(compatible) = &self.compatible {
            return self.claim_about_training(compatible);
        }
        let permuted = match self.permuted.len() {
            0 => "the coordinates".to_owned(),
            n if n == self.coordinates.len() && n > MOST_NAMES => format!("all {n} coordinates"),
            n if n > MOST_NAMES => format!("{n} of the {} coordinates", self.coordinates.len()),
            n => format!(
                "the {n} {} {}",
                if self.source.is_some() { "states" } else { "coordinates" },
                self.permuted.join(", ")
            ),
        };
        let ratio = match (self.n.as_str(), self.m.as_str()) {
            (n, m) if n == m => String::new(),
            (n, "1") => format!("{n} times "),
            (n, m) => format!("{n}/{m} times "),
        };
        let (a, b) = self.sides();
        match self.rule {
            Rule::Power => {
                let when = match self.source.as_ref().map(|source| &source.horizon) {
                    Some(Horizon::Average) => "as the discount tends to 1",
                    _ => "at every discount between 0 and 1",
                };
                format!(
                    "Permute any bounded reward distribution over {permuted}: {when}, POWER {b} is at least POWER {a} for at \
                     least {} of the variants.",
                    self.bound
                )
            }
            Rule::Optimal => {
                let optimal = match self.source.as_ref().map(|source| &source.horizon) {
                    None => "optimal".to_owned(),
                    Some(Horizon::Average) => "optimal for average reward".to_owned(),
                    Some(Horizon::Discount(discount)) => format!("optimal at the discount {discount}"),
                    Some(Horizon::EveryDiscount) => "optimal, at every discount between 0 and 1,".to_owned(),
                };
                format!(
                    "Permute any reward over {permuted}: for at least {} of the variants {b} is {optimal} or {a} is not. \
                     Variants for which {b} is and {a} is not are at least {ratio}as many as variants for which it is \
                     the other way round.",
                    self.bound
                )
            }
            Rule::Invariant => format!(
                "Permute any reward over {permuted}: every decision-making that is monotone and jointly invariant (optimal, \
                 Boltzmann, satisficing, quantilizing or best-of-k choice among others) chooses from B at least as often as \
                 from A for at least {} of the variants, and variants for which it prefers B are at least {ratio}as many \
                 as variants for which it prefers A.",
                self.bound
            ),
        }
    }

    fn claim_about_training(&self, compatible: &Compatible) -> String {
        let (shutdown, others) = self.sides();
        let discount = match self.source.as_ref().map(|source| &source.horizon) {
            Some(Horizon::Discount(discount)) => discount,
            _ => "γ",
        };
        let counted = if compatible.all_actions {
            "all actions counted"
        } else {
            "only actions counted that stay among the states of training"
        };
        format!(
            "Take any goal without negative rewards that is compatible with training ({counted}), and permute its rewards in any \
             way that leaves it compatible: for at least {} of the variants {shutdown} is not the only optimal choice at the discount \
             {discount}. Variants for which {others} is optimal and {shutdown} is not are at least {}as many as variants \
             for which it is the other way round.",
            self.bound,
            if self.n == "1" { String::new() } else { format!("{} times ", self.n) }
        )
    }

    fn proof_about_training(&self, compatible: &Compatible) -> String {
        let names: Vec<&str> = compatible.visits.iter().map(|visits| visits.state.as_str()).collect();
        let (states, each) = match names.len() {
            1 => (format!("The state {} can be visited", names[0]), "that of the state"),
            n if n <= MOST_NAMES => {
                (format!("Each of the states {} can be visited", names.join(", ")), "each of theirs")
            }
            n => (format!("Each of {n} states can be visited"), "each of theirs"),
        };
        let unseen = if compatible.all_actions {
            "cannot be reached from training by any action"
        } else {
            "were not visited in training"
        };
        format!(
            "Proof. {states} at least once, discounted and counted from the next step on, without shutting down; shutdown earns the \
             terminal state's reward once. So where shutdown is strictly best the terminal reward exceeds {each}, and after a swap of the two \
             refusing earns more. The terminal state and these states {unseen}, so that swapped goals stay compatible, and different \
             swaps give different goals. Hence the claim by {}.",
            self.theorem
        )
    }

    /// What A and B are.
    fn sides(&self) -> (String, String) {
        match self.source.as_ref().map(|source| &source.alternatives) {
            Some(Alternatives::Actions { prefer, over, .. }) if self.rule == Rule::Power => {
                (format!("after {}", either(over)), format!("after {}", either(prefer)))
            }
            Some(Alternatives::Actions { state, prefer, over }) => {
                (either(over), format!("{} at `{state}`", either(prefer)))
            }
            Some(Alternatives::States { prefer, over }) => (format!("of `{over}`"), format!("of `{prefer}`")),
            None => ("some option of A".into(), "some option of B".into()),
        }
    }

    /// The proof in words.
    pub fn proof(&self) -> String {
        if let Some(compatible) = &self.compatible {
            return self.proof_about_training(compatible);
        }
        if let (Options::Basis { basis: a }, Options::Basis { basis: b }) = (&self.a, &self.b) {
            return format!(
                "Proof. A consists of {a} basis vectors and B of {b} others. The swap of any of A with any of B keeps every \
                 other option where it is, so that these are parts of size one: n = {}, m = {} ({}).",
                self.n, self.m, self.theorem
            );
        }
        let kind = match self.source.as_ref().map(|source| &source.horizon) {
            None => "options",
            Some(Horizon::Average) => "recurrent state distributions",
            Some(Horizon::Discount(_)) => "visit distributions",
            Some(Horizon::EveryDiscount) => "visit distribution functions",
        };
        let count = |options: &Options| match options {
            Options::Listed(vectors) => vectors.len().to_string(),
            Options::Basis { basis } => basis.clone(),
        };
        let a = count(&self.a);
        let kind_of_a = if a == "1" { kind.trim_end_matches('s') } else { kind };
        let mut text = format!("Proof. A has {a} {kind_of_a} and B has {}. ", count(&self.b));
        match self.dominated_a.len() {
            0 => {}
            1 => text.push_str("One of A is a convex combination of others and never needed. "),
            more => {
                let _ = write!(text, "Of A, {more} are convex combinations of others and never needed. ");
            }
        }
        let parts =
            if self.m == "1" { "what is needed of A".to_owned() } else { format!("each of {} parts of A", self.m) };
        let copies = if self.n == "1" { "a copy".to_owned() } else { format!("{} disjoint copies", self.n) };
        let _ = write!(text, "B contains {copies} of {parts}: ");
        let all: Vec<String> = self.involutions.iter().flatten().map(|cycles| self.named(cycles)).collect();
        if all.len() <= MOST_INVOLUTIONS {
            let _ =
                write!(text, "the {} {} ", if all.len() == 1 { "involution" } else { "involutions" }, all.join(", "));
        } else {
            let _ = write!(text, "{} involutions, beginning with {}, ", all.len(), all[0]);
        }
        let (exchange, map) = if all.len() == 1 { ("exchanges", "maps") } else { ("each exchange", "map") };
        let _ = write!(text, "{exchange} a part of A with its copy");
        let _ = match self.rule {
            Rule::Power => write!(text, ". "),
            Rule::Invariant => write!(text, " and {map} every other part, and the set of all options, onto itself. "),
            Rule::Optimal => write!(
                text,
                " and {map} every other part onto itself, and so all other options that are neither dominated nor in B. "
            ),
        };
        let _ = write!(text, "Hence the claim by {}.", self.theorem);
        text
    }

    /// Cycle notation with the names of the coordinates.
    fn named(&self, cycles: &str) -> String {
        if self.source.is_none() && self.coordinates.iter().enumerate().all(|(k, name)| *name == k.to_string()) {
            return cycles.to_owned();
        }
        let name = |number: &str| number.parse().ok().and_then(|k: usize| self.coordinates.get(k)).cloned();
        let mut named = String::new();
        for piece in cycles.split_inclusive([' ', '(', ')']) {
            let (number, end) = piece.split_at(piece.len() - 1);
            named.push_str(&name(number).unwrap_or_else(|| number.to_owned()));
            named.push_str(end);
        }
        named
    }
}
