//! Why there are no copies, or no more of them.

use crate::Permutation;
use serde::Serialize;

/// A condition for copies that fails, with a witness. Options are numbered by their places in their sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "condition", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoCopies {
    /// The sets have vectors of different lengths.
    #[error("the vectors of one set have {expected} coordinates, those of another {actual}: all must be of one space")]
    Dimension {
        /// Coordinates of the first set.
        expected: usize,
        /// Coordinates of the other.
        actual: usize,
    },
    /// A coordinate that may be permuted is not there.
    #[error("there is no coordinate {coordinate} to permute: there are {dimension}, counted from 0")]
    NoCoordinate {
        /// The coordinate.
        coordinate: usize,
        /// How many there are.
        dimension: usize,
    },
    /// The two sets share an option.
    #[error("option {a} of A is option {b} of B: the two sets must not share any")]
    Shared {
        /// Its place in A.
        a: usize,
        /// Its place in B.
        b: usize,
    },
    /// Too few vectors of B are permutations of one of A, so that no involution at all can do it.
    #[error("{}", too_few(*.option, *.needed, *.found))]
    Values {
        /// The option of A.
        option: usize,
        /// How many vectors of this kind the copies need.
        needed: usize,
        /// How many B has.
        found: usize,
    },
    /// Values match, and yet no involution takes all of A into B.
    #[error("no involution takes A into B, although every option of A has the values of one of B")]
    NoInvolution,
    /// Involutions take A into B, but each moves a set that must stay: this one is the simplest.
    #[error("`{involution}` takes A into B, but takes option {option} of fixed set {set} out of that set")]
    MovesConstraint {
        /// The involution.
        involution: Permutation,
        /// Place of the set among those that must be mapped onto themselves.
        set: usize,
        /// The option of that set whose image is not in it.
        option: usize,
    },
    /// Involutions take A into B, but each moves a coordinate that may not be permuted: this one is the simplest.
    #[error("`{involution}` takes A into B, but moves coordinate {coordinate}, which may not be permuted")]
    MovesFrozen {
        /// The involution.
        involution: Permutation,
        /// The coordinate.
        coordinate: usize,
    },
    /// Two disjoint images, of which one is moved by every involution that makes the other.
    #[error("`{involution}` makes the copy {image:?}, but takes option {moved} of the copy {other:?} out of that copy")]
    Incompatible {
        /// The involution.
        involution: Permutation,
        /// The copy it makes: options of B.
        image: Vec<usize>,
        /// The other copy.
        other: Vec<usize>,
        /// The option of the other copy whose image is not in it.
        moved: usize,
    },
    /// Images that overlap, where there are no others.
    #[error("the copies {image:?} and {other:?} share options")]
    Overlap {
        /// A copy: options of B.
        image: Vec<usize>,
        /// Another.
        other: Vec<usize>,
    },
    /// B has fewer copies than A has parts.
    #[error("A consists of {m} parts and B contains {n} such: at least as many copies as parts are needed")]
    FewerThanParts {
        /// Copies.
        n: usize,
        /// Parts.
        m: usize,
        /// Why there are no more copies, where that is known.
        #[source]
        because: Option<Box<NoCopies>>,
    },
    /// There are fewer copies than asked for.
    #[error("only {found} of the {wanted} copies wanted exist together")]
    Fewer {
        /// Copies found.
        found: usize,
        /// Copies asked for.
        wanted: usize,
        /// Why there are no more, where that is known; `None` when the search gave up.
        #[source]
        because: Option<Box<NoCopies>>,
    },
    /// Two state-action pairs that are not of one state, or are not there.
    #[error("there is no state with the state-action pairs {from} and {to}")]
    DifferentStates {
        /// A pair.
        from: usize,
        /// The other.
        to: usize,
    },
    /// No involution of the states takes what one action leads to into what the other leads to, row by row.
    #[error("no involution of the states takes the rows that one action leads to to rows that the other leads to")]
    NoAutomorphism,
    /// A permutation that is not an involution of the states, or moves the state where the choice is made.
    #[error("the permutation is not an involution of the states that keeps the one where the choice is made")]
    NotInvolution,
    /// A row that is not taken to where it should be.
    #[error("the row of state-action pair {pair} is not taken to a row of the image of its state")]
    RowNotMapped {
        /// The pair.
        pair: usize,
    },
    /// The search gave up.
    #[error("no copy was found in {limit} steps, and the search was not exhausted: raise the limit")]
    Limit {
        /// Steps.
        limit: u64,
    },
}

fn too_few(option: usize, needed: usize, found: usize) -> String {
    match found {
        0 => format!("no permutation of states takes option {option} of A to an option of B"),
        _ => format!(
            "permutations of states take option {option} of A to {found} options of B, and copies need {needed}"
        ),
    }
}
