//! Uniformly random permutations.

use std::num::NonZeroU64;

use crate::StreamRng;

/// A permutation $`\varphi`$ of $`\{0, \dots, \mathtt{size} - 1\}`$, uniform on $`S_\mathtt{size}`$, as the list of its
/// images $`\varphi(0), \varphi(1), \dots`$
///
/// Fisher–Yates [Durstenfeld 1964]: for `last` from `size - 1` down to 1, the entry at `last` changes places with that at
/// [`below(last + 1)`](StreamRng::below). Linear time.
///
/// ```
/// use dunamis_sampling::{Seed, uniform_permutation};
///
/// let mut images = uniform_permutation(5, &mut Seed::new(1).stream(0));
/// images.sort_unstable();
/// assert_eq!(images, [0, 1, 2, 3, 4]);
/// ```
pub fn uniform_permutation(size: usize, rng: &mut StreamRng) -> Vec<usize> {
    let mut images: Vec<usize> = (0..size).collect();
    for last in (1..size).rev() {
        let bound = NonZeroU64::MIN.saturating_add(last as u64);
        images.swap(last, rng.below(bound) as usize);
    }
    images
}
