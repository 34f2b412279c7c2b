//! Orbits, retargetability and scaling laws: how strongly decision-making tends toward one set of options, with certificates.
//!
//! Permute any reward vector over states: for at least $`n/(n+1)`$ of its variants it is optimal to keep options open, when
//! those options contain $`n`$ copies of the rest `[Turner et al. 2021, Thm 6.13]`, `[Turner & Tadepalli 2022, Thm 3.6]`.
//!
//! ```
//! use dunamis_orbit::{OptionSet, Permutation, Permute};
//! let swap: Permutation = "(0 2)".parse::<Permutation>()?.extended(3)?;
//! let candy = OptionSet::basis(3, [0])?;
//! assert_eq!(candy.permuted(&swap), OptionSet::basis(3, [2])?);
//! # Ok::<(), dunamis_orbit::OrbitError>(())
//! ```
//!
//! | module | noun |
//! |---|---|
//! | `permutation`, `permute` | [`Permutation`], [`Permute`]: permutations of coordinates and what they act on |
//! | `option_set` | [`OptionSet`]: the outcomes of a choice, as distinct vectors |
//! | `copies` | [`Copies`], [`Slots`], [`CopySearch`]: how often one set of options is contained in another |
//! | `error` | [`OrbitError`] |
//!
//! # Invariants
//!
//! - Exact: coordinates are rationals, counts are big integers; nothing is decided by floating-point numbers.
//! - Nothing is printed or read from files, and nothing depends on the number of threads.

mod copies;
mod error;
mod option_set;
mod permutation;
mod permute;

pub use copies::{Copies, CopySearch, Embedding, NoCopies, Slots};
pub use error::OrbitError;
pub use option_set::OptionSet;
pub use permutation::Permutation;
pub use permute::Permute;
