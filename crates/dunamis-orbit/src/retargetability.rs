//! Retargetability over one orbit, checked element by element.

use crate::{Orbit, Permutation, Permute, Tendency};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// That a decision function is retargetable from $`A`$ to $`B`$ over one orbit within a set of parameters $`\Theta`$, and therefore
/// favors $`B`$ at least `n` times as often as it favors $`A`$ there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retargetability<T> {
    /// How many permutations there are.
    pub n: usize,
    /// The permutations.
    pub permutations: Vec<Permutation>,
    /// The elements with $`f(A) > f(B)`$, each of which every permutation retargets.
    pub opposed: Vec<Vec<T>>,
    /// What the orbit looks like; `None` if none of it lies in $`\Theta`$.
    pub tendency: Option<Tendency>,
}

/// Why a decision function is not retargetable by some permutations, with an element of the orbit that shows it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRetargetable<T: fmt::Debug + fmt::Display> {
    /// Condition (1): an image does not favor $`B`$.
    #[error("condition 1: permutation {permutation} takes {} to {}, where B is not favored", list(.element), list(.image))]
    NotFavored {
        /// Number of the permutation.
        permutation: usize,
        /// An element with $`f(A) > f(B)`$.
        element: Vec<T>,
        /// Its image.
        image: Vec<T>,
    },
    /// Condition (2): an image is not a parameter.
    #[error("condition 2: permutation {permutation} takes {} out of the parameters, to {}", list(.element), list(.image))]
    LeavesParameters {
        /// Number of the permutation.
        permutation: usize,
        /// An element with $`f(A) > f(B)`$.
        element: Vec<T>,
        /// Its image.
        image: Vec<T>,
    },
    /// Condition (3): two permutations have an image in common.
    #[error("condition 3: permutation {first} takes {} to the same as permutation {second} takes {}", list(.element), list(.other))]
    ImagesMeet {
        /// Number of a permutation.
        first: usize,
        /// An element with $`f(A) > f(B)`$.
        element: Vec<T>,
        /// Number of another permutation.
        second: usize,
        /// Another such element, or the same.
        other: Vec<T>,
    },
    /// A condition of the general orbit lemma.
    #[error("condition {condition} of the orbit lemma fails for copy {copy} under permutation {permutation} at {}", list(.element))]
    Lemma {
        /// 1, 3 or 4.
        condition: u8,
        /// Number of the copy $`B^*`$.
        copy: usize,
        /// Number of the permutation.
        permutation: usize,
        /// The element.
        element: Vec<T>,
    },
    /// A permutation that is no involution, which the orbit lemma needs.
    #[error("permutation {permutation} is not an involution, which the orbit lemma needs")]
    NotAnInvolution {
        /// Number of the permutation.
        permutation: usize,
    },
    /// A permutation that moves coordinates that are not there.
    #[error("permutation {permutation} moves coordinates that are not there")]
    Dimension {
        /// Number of the permutation.
        permutation: usize,
    },
}

fn list<T: fmt::Display>(element: &[T]) -> String {
    let entries: Vec<String> = element.iter().map(T::to_string).collect();
    format!("({})", entries.join(", "))
}

impl<T: Clone + Ord + fmt::Debug + fmt::Display> Retargetability<T> {
    /// Whether $`\varphi`$ retargets every element of the orbit within $`\Theta`$ that favors $`A`$: simple retargetability
    /// `[Turner & Tadepalli 2022, Def. 3.3]`, from which $`f(B) \ge^1_\text{most} f(A)`$ follows on this orbit (Prop. 3.4).
    ///
    /// `compare` says how $`f(B \mid \theta)`$ compares with $`f(A \mid \theta)`$; any function will do.
    ///
    /// # Errors
    ///
    /// [`NotRetargetable`].
    pub fn simple(
        orbit: &Orbit<T>,
        parameters: impl Fn(&[T]) -> bool,
        compare: impl Fn(&[T]) -> Ordering,
        permutation: &Permutation,
    ) -> Result<Self, NotRetargetable<T>> {
        Retargetability::multiple(orbit, parameters, compare, std::slice::from_ref(permutation))
    }

    /// Whether $`\varphi_1, \dots, \varphi_n`$ retarget every element of the orbit within $`\Theta`$ that favors $`A`$: all images
    /// favor $`B`$ (1), lie in $`\Theta`$ (2), and those under different permutations differ (3)
    /// `[Turner & Tadepalli 2022, Def. 3.5]`. Then $`f(B) \ge^n_\text{most} f(A)`$ on this orbit (Thm 3.6).
    ///
    /// $`O(n)`$ comparisons and $`O(n \log n)`$ steps per element of the orbit, in this order: conditions (2) and (1) for every element,
    /// then (3).
    ///
    /// # Errors
    ///
    /// [`NotRetargetable`], with the first witness in lexicographic order.
    pub fn multiple(
        orbit: &Orbit<T>,
        parameters: impl Fn(&[T]) -> bool,
        compare: impl Fn(&[T]) -> Ordering,
        permutations: &[Permutation],
    ) -> Result<Self, NotRetargetable<T>> {
        check_dimensions(orbit, permutations)?;
        let elements: Vec<Vec<T>> = orbit.restricted(&parameters).collect();
        let tendency = Tendency::of(elements.iter().map(|element| compare(element)));
        let opposed: Vec<Vec<T>> = elements.into_iter().filter(|element| compare(element).is_lt()).collect();
        let mut images: BTreeMap<Vec<T>, (usize, usize)> = BTreeMap::new();
        for (place, element) in opposed.iter().enumerate() {
            for (permutation, by) in permutations.iter().enumerate() {
                let (element, image) = (element.clone(), element.permuted(by));
                if !parameters(&image) {
                    return Err(NotRetargetable::LeavesParameters { permutation, element, image });
                }
                if !compare(&image).is_gt() {
                    return Err(NotRetargetable::NotFavored { permutation, element, image });
                }
                // Images under one permutation differ, as it is injective.
                if let Some((first, before)) = images.insert(image, (permutation, place)) {
                    let second = permutation;
                    return Err(NotRetargetable::ImagesMeet {
                        first,
                        element: opposed[before].clone(),
                        second,
                        other: element,
                    });
                }
            }
        }
        Ok(Retargetability { n: permutations.len(), permutations: permutations.to_vec(), opposed, tendency })
    }

    /// Whether involutions $`\varphi_i`$ and sets $`B^*_i`$ satisfy the four conditions of the general orbit lemma on one orbit
    /// `[Turner & Tadepalli 2022, Lemma B.7]`, from which $`f(B) \ge^n_\text{most} f(A)`$ follows:
    ///
    /// 1. $`f(A \mid \theta) \le f(B^*_i \mid \varphi_i \theta)`$ where $`f(B \mid \theta) < f(A \mid \theta)`$;
    /// 2. then $`\varphi_i \theta \in \Theta`$;
    /// 3. $`f(B^*_i \mid \theta) \le f(B \mid \theta)`$;
    /// 4. $`f(B^*_j \mid \theta) \le f(B^*_j \mid \varphi_i \theta)`$ for $`i \ne j`$ where $`f(A \mid \theta) < f(B \mid \theta)`$.
    ///
    /// `values` gives $`f(A)`$, $`f(B)`$ and all $`f(B^*_i)`$ at a parameter.
    ///
    /// # Errors
    ///
    /// [`NotRetargetable`].
    pub fn by_orbit_lemma<V: Ord>(
        orbit: &Orbit<T>,
        parameters: impl Fn(&[T]) -> bool,
        values: impl Fn(&[T]) -> LemmaValues<V>,
        involutions: &[Permutation],
    ) -> Result<Self, NotRetargetable<T>> {
        check_dimensions(orbit, involutions)?;
        if let Some(permutation) = involutions.iter().position(|involution| !involution.is_involution()) {
            return Err(NotRetargetable::NotAnInvolution { permutation });
        }
        let (mut opposed, mut comparisons) = (Vec::new(), Vec::new());
        for element in orbit.restricted(&parameters) {
            let here = values(&element);
            let fails = |condition, copy, permutation| {
                Err(NotRetargetable::Lemma { condition, copy, permutation, element: element.clone() })
            };
            let order = here.b.cmp(&here.a);
            comparisons.push(order);
            for (i, involution) in involutions.iter().enumerate() {
                let image = element.permuted(involution);
                let there = values(&image);
                if here.copies[i] > here.b {
                    return fails(3, i, i);
                }
                if order.is_lt() && !parameters(&image) {
                    return Err(NotRetargetable::LeavesParameters { permutation: i, element, image });
                }
                if order.is_lt() && here.a > there.copies[i] {
                    return fails(1, i, i);
                }
                let shrinks = |&j: &usize| j != i && here.copies[j] > there.copies[j];
                if order.is_gt()
                    && let Some(j) = (0..involutions.len()).find(shrinks)
                {
                    return fails(4, j, i);
                }
            }
            if order.is_lt() {
                opposed.push(element);
            }
        }
        let tendency = Tendency::of(comparisons);
        Ok(Retargetability { n: involutions.len(), permutations: involutions.to_vec(), opposed, tendency })
    }
}

/// The values of a decision function that the orbit lemma speaks of; see [`Retargetability::by_orbit_lemma`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LemmaValues<V> {
    /// $`f(A)`$.
    pub a: V,
    /// $`f(B)`$.
    pub b: V,
    /// $`f(B^*_i)`$, one for each involution.
    pub copies: Vec<V>,
}

fn check_dimensions<T: Clone + Ord + fmt::Debug + fmt::Display>(
    orbit: &Orbit<T>,
    permutations: &[Permutation],
) -> Result<(), NotRetargetable<T>> {
    let fits = |permutation: &Permutation| permutation.extended(orbit.dimension()).is_ok();
    match permutations.iter().position(|permutation| !fits(permutation)) {
        Some(permutation) => Err(NotRetargetable::Dimension { permutation }),
        None => Ok(()),
    }
}
