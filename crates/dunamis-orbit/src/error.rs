//! What can go wrong with orbits and options.

use crate::DecisionError;
use dunamis_mdp::ModelError;
use dunamis_solve::SolveError;

/// Why a permutation, an orbit or a set of options could not be made or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrbitError {
    /// A list of images that is not a permutation.
    #[error("`{image}` is the image of two numbers, or too large: a permutation of {size} numbers takes each once")]
    NotAPermutation {
        /// The image that is there twice or is out of range.
        image: usize,
        /// How many numbers are permuted.
        size: usize,
    },
    /// A text that is not in cycle notation.
    #[error("`{text}` is not a permutation: write disjoint cycles such as `(0 1)(2 4 3)`, or `()` for the identity")]
    CycleNotation {
        /// The text (shortened).
        text: String,
    },
    /// A number of a coordinate that is not there.
    #[error("there is no coordinate {number}: there are {size}, counted from 0")]
    OutOfRange {
        /// The number.
        number: usize,
        /// How many coordinates there are.
        size: usize,
    },
    /// A set of options without any.
    #[error("a set of options is empty: give at least one vector")]
    NoOptions,
    /// Vectors of different lengths.
    #[error("option {option} has {actual} coordinates where {expected} are needed")]
    Dimension {
        /// Position of the option.
        option: usize,
        /// Coordinates of the first option, or of the space.
        expected: usize,
        /// Coordinates found.
        actual: usize,
    },
    /// Vectors that do not stand for the options of a set.
    #[error("{actual} vectors stand for {expected} options: give one for each")]
    OptionCount {
        /// Options.
        expected: usize,
        /// Vectors.
        actual: usize,
    },
    /// One vector twice.
    #[error("option {option} is the same vector as option {first}: list every option once")]
    RepeatedOption {
        /// Position of the first.
        first: usize,
        /// Position of the second.
        option: usize,
    },
    /// An option of a subset that is not one of the whole set.
    #[error("option {option} of the set {set} cannot be chosen: C must contain every option of A and of B")]
    NotAnOption {
        /// `A` or `B`.
        set: &'static str,
        /// Position of the option.
        option: usize,
    },
    /// A reward of the wrong length.
    #[error("the reward has {actual} entries where the options have {expected} coordinates")]
    RewardDimension {
        /// Coordinates of the options.
        expected: usize,
        /// Entries of the reward.
        actual: usize,
    },
    /// A vector that is no rearrangement of the orbit's.
    #[error("the vector is not in the orbit: its entry {entry} does not occur there, or too often")]
    NotInOrbit {
        /// Position of the first entry that is one too many.
        entry: usize,
    },
    /// An orbit too large to be enumerated.
    #[error("the orbit has more than {limit} elements: count or sample instead of enumerating")]
    OrbitTooLarge {
        /// The largest number of elements that is enumerated.
        limit: u128,
    },
    /// A tree of histories too large to be built.
    #[error("there are more than {limit} histories: take fewer steps, or count them instead")]
    TooManyHistories {
        /// The largest number of histories that is built.
        limit: usize,
    },
    /// A sample of nothing.
    #[error("a tendency cannot be estimated from no samples: draw at least 1")]
    NoSamples,
    /// A name or parameter of a decision function.
    #[error(transparent)]
    Decision(#[from] DecisionError),
    /// A quotient by the zero polynomial.
    #[error("a rational function has the denominator 0")]
    ZeroDenominator,
    /// A text that is not a rational function.
    #[error("`{text}` is not a function of `γ`: write a quotient of polynomials such as `(1 + 1/2 γ)/(1 - γ^2)`")]
    RationalFunctionSyntax {
        /// The text (shortened).
        text: String,
    },
    /// An orbit too large to compare every element.
    #[error(
        "the orbit has more than {limit} elements, and coordinates that are not permuted matter: permute them too, or set their rewards to 0"
    )]
    TooManyElements {
        /// The most.
        limit: u64,
    },
    /// Names that do not fit the coordinates.
    #[error("there are {actual} names for {expected} coordinates{}", twice.as_ref().map(|name| format!(", `{name}` twice")).unwrap_or_default())]
    Names {
        /// Coordinates.
        expected: usize,
        /// Names.
        actual: usize,
        /// A name that is there twice.
        twice: Option<String>,
    },
    /// A state without the action.
    #[error("state `{state}` has no action `{action}`: it has `{}`", actions.join("`, `"))]
    NoAction {
        /// The state.
        state: String,
        /// The action.
        action: String,
        /// The actions it has.
        actions: Vec<String>,
    },
    /// A discount that is none, or 0.
    #[error(
        "`{text}` is not a discount above 0 and below 1: write a fraction such as `9/10` or a decimal such as `0.9`"
    )]
    Discount {
        /// The text.
        text: String,
    },
    /// A name that is not in the model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model could not be analyzed.
    #[error(transparent)]
    Solve(#[from] SolveError),
}
