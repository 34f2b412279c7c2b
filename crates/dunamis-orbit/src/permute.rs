//! What permutations of states act on.

use crate::{OptionSet, Permutation};
use dunamis_mdp::{DeterministicPolicy, Rows, StateId, TransitionModel};

/// Something with one entry per state, on which permutations of states act from the left:
/// $`(\varphi \circ \psi) \cdot x = \varphi \cdot (\psi \cdot x)`$.
pub trait Permute {
    /// $`\varphi \cdot x`$: the entry of state $`j`$ becomes that of state $`\varphi(j)`$. States beyond the size of the
    /// permutation keep theirs.
    #[must_use]
    fn permuted(&self, by: &Permutation) -> Self;
}

impl<T: Clone> Permute for Vec<T> {
    fn permuted(&self, by: &Permutation) -> Self {
        let from = by.inverse();
        (0..self.len()).map(|j| self[from.image(j)].clone()).collect()
    }
}

impl<T: Clone + Ord> Permute for OptionSet<T> {
    fn permuted(&self, by: &Permutation) -> Self {
        self.mapped(|option| option.permuted(by))
    }
}

impl Permute for TransitionModel {
    /// $`T'(\varphi(s), a, \varphi(s')) = T(s, a, s')`$. Names stay in place, as those of coordinates do: an automorphism leaves
    /// the model equal to itself, and rewards and visit distributions permuted alike belong to the image.
    ///
    /// # Panics
    ///
    /// If the permutation moves states that are not there.
    fn permuted(&self, by: &Permutation) -> Self {
        let from = by.inverse();
        let mut rows = Rows { pairs: vec![0], starts: vec![0], ..Rows::default() };
        for state in 0..self.states().len() {
            for pair in self.available().pairs(StateId::new(from.image(state))) {
                let new_pair = rows.actions.len();
                let mut entries: Vec<_> =
                    self.number_row(pair).map(|(next, number)| (by.image(next) as u32, number)).collect();
                entries.sort_by_key(|(next, _)| *next);
                for (next, number) in entries {
                    rows.next.push(next);
                    rows.probability.push(number.value());
                    if !number.is_double() {
                        rows.exact.push((rows.next.len() - 1, number));
                    }
                }
                rows.leaks.extend(self.leak_number(pair).map(|leak| (new_pair, leak)));
                rows.actions.push(self.available().action(pair).index() as u32);
                rows.starts.push(rows.next.len());
            }
            rows.pairs.push(rows.actions.len() as u32);
        }
        TransitionModel::from_rows(self.states().clone(), self.actions().clone(), rows).expect("the same rows")
    }
}

/// The image of a policy of a model, as a policy of the image of the model: $`\pi'(\varphi(s)) = \pi(s)`$.
///
/// # Panics
///
/// If the policy belongs to another model.
pub fn permuted_policy(policy: &DeterministicPolicy, model: &TransitionModel, by: &Permutation) -> DeterministicPolicy {
    let image = model.permuted(by);
    let from = by.inverse();
    let pair = |state: usize| {
        let before = from.image(state);
        let place = policy.pairs()[before] - model.available().starts()[before];
        image.available().starts()[state] + place
    };
    DeterministicPolicy::new(image.available(), (0..model.states().len()).map(pair).collect())
        .expect("a pair per state")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain with a coin that is exactly 1/3, a leak, and unequal numbers of actions.
    fn model() -> TransitionModel {
        let mut builder = TransitionModel::builder();
        let states: Vec<StateId> = ["a", "b", "c", "d"].iter().map(|name| builder.state(name).unwrap()).collect();
        let number = |text: &str| text.parse::<dunamis_mdp::Number>().unwrap();
        for (from, action, to, probability) in [
            (0, "go", 1, "1/3"),
            (0, "go", 2, "2/3"),
            (0, "stay", 0, "1"),
            (1, "go", 3, "1"),
            (2, "go", 2, "1/2"),
            (3, "go", 3, "1"),
        ] {
            builder.transition(states[from], action, states[to], number(probability)).unwrap();
        }
        builder.leak(states[2], "go", number("1/2")).unwrap();
        builder.build().unwrap()
    }

    #[test]
    fn models_and_policies() {
        let model = model();
        let permutations: Vec<Permutation> =
            ["()", "(0 1)", "(0 1 2 3)", "(1 3)(0 2)", "(0 3 1)"].iter().map(|text| text.parse().unwrap()).collect();
        let policy = DeterministicPolicy::new(model.available(), vec![1, 2, 3, 4]).unwrap();
        for p in &permutations {
            let image = model.permuted(p);
            assert_eq!(image.permuted(&p.inverse()), model);
            let moved = permuted_policy(&policy, &model, p);
            for state in 0..4 {
                let (s, t) = (StateId::new(state), StateId::new(p.image(state)));
                assert_eq!(model.available().at(s), image.available().at(t));
                for (a, b) in model.available().pairs(s).zip(image.available().pairs(t)) {
                    let mut row: Vec<(StateId, _)> = model
                        .exact_row(a)
                        .into_iter()
                        .map(|(next, x)| (StateId::new(p.image(next.index())), x))
                        .collect();
                    row.sort();
                    assert_eq!(row, image.exact_row(b));
                    assert_eq!(model.exact_leak(a), image.exact_leak(b));
                }
                let action = |model: &TransitionModel, policy: &DeterministicPolicy, state: StateId| {
                    model.available().action(policy.pairs()[state.index()] as usize)
                };
                assert_eq!(action(&model, &policy, s), action(&image, &moved, t));
            }
            for q in &permutations {
                assert_eq!(image.permuted(q), model.permuted(&q.after(p)));
            }
        }
    }
}
