//! What permutations of states act on.

use crate::{OptionSet, Permutation};

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
