//! Tendencies across several states at once.

use crate::{Choice, DecisionFunction, Orbit, OrbitError, Tendency, Utilities};
use dunamis_mdp::Rational;
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};
use std::cmp::Ordering;

/// On which part of an orbit a decision function favors $`B`$ in every one of several choices, such as those of several states.
///
/// What holds of each choice for most rewards need not hold of all for most rewards `[Turner et al. 2021, footnote 6]`;
/// [`guaranteed`](Self::guaranteed) is what the parts say about the whole.
///
/// ```
/// use dunamis_mdp::Rational;
/// use dunamis_orbit::{Choice, JointTendency, OptionSet, Optimal, Orbit};
/// let basis = |states: &[usize]| OptionSet::basis(3, states.iter().copied());
/// let choices = [Choice::between(&basis(&[1, 2])?, &basis(&[0])?)?, Choice::between(&basis(&[0, 2])?, &basis(&[1])?)?];
/// let orbit = Orbit::new([1, 2, 3].map(|r| Rational::from_integer(r.into())));
/// let joint = JointTendency::enumerate(&choices, &Optimal, &orbit)?;
/// assert!(joint.each().iter().all(|tendency| tendency.weak() == Rational::new(2.into(), 3.into())));
/// assert_eq!(*joint.weak(), Rational::new(1.into(), 3.into()));
/// # Ok::<(), dunamis_orbit::OrbitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointTendency {
    strict: Rational,
    weak: Rational,
    any: Rational,
    each: Vec<Tendency>,
}

impl JointTendency {
    /// The most elements of an orbit that are enumerated.
    pub const MAX_ELEMENTS: u64 = 5_000_000;

    /// Counts every element of the orbit of a reward. Each choice sees the utilities of its own options.
    /// $`O(N d m)`$ operations on rationals, for $`N`$ elements and $`m`$ options in all.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NoOptions`] without choices; [`OrbitError::RewardDimension`] unless the reward has an entry for every coordinate
    /// of each; [`OrbitError::OrbitTooLarge`] for more than [`MAX_ELEMENTS`](Self::MAX_ELEMENTS).
    pub fn enumerate(
        choices: &[Choice],
        decision: &dyn DecisionFunction,
        orbit: &Orbit<Rational>,
    ) -> Result<Self, OrbitError> {
        choices.iter().try_for_each(|choice| choice.check_dimension(orbit.dimension()))?;
        let size = orbit.size_within(&BigUint::from(Self::MAX_ELEMENTS)).and_then(|size| size.to_usize());
        let size = size.ok_or(OrbitError::OrbitTooLarge { limit: Self::MAX_ELEMENTS.into() })?;
        let mut orderings = vec![Vec::with_capacity(size); choices.len()];
        let [mut strict, mut weak, mut any] = [0_u64; 3];
        for reward in orbit {
            let now = choices.iter().map(|choice| preference(choice, decision, &reward));
            let (mut all_greater, mut none_less, mut greater) = (true, true, false);
            for (ordering, seen) in now.zip(&mut orderings) {
                all_greater &= ordering.is_gt();
                none_less &= ordering.is_ge();
                greater |= ordering.is_gt();
                seen.push(ordering);
            }
            strict += u64::from(all_greater);
            weak += u64::from(none_less);
            any += u64::from(greater);
        }
        let each: Vec<Tendency> = orderings.into_iter().filter_map(Tendency::of).collect();
        if each.is_empty() {
            return Err(OrbitError::NoOptions);
        }
        let fraction = |count: u64| Rational::new(count.into(), size.into());
        Ok(JointTendency { strict: fraction(strict), weak: fraction(weak), any: fraction(any), each })
    }

    /// The fraction of the orbit with $`f(B) > f(A)`$ in every choice.
    pub fn strict(&self) -> &Rational {
        &self.strict
    }

    /// The fraction of the orbit with $`f(B) \ge f(A)`$ in every choice.
    pub fn weak(&self) -> &Rational {
        &self.weak
    }

    /// The fraction of the orbit with $`f(B) > f(A)`$ in some choice.
    pub fn any(&self) -> &Rational {
        &self.any
    }

    /// The tendency of each choice.
    pub fn each(&self) -> &[Tendency] {
        &self.each
    }

    /// What tendencies of single choices guarantee together, whatever the choices: $`f(B) \ge f(A)`$ in all of them on at least
    /// $`1 - \sum_i p_i`$ of the orbit, where $`p_i`$ is the fraction with $`f(B) < f(A)`$ in the $`i`$-th (Boole's inequality);
    /// never less than 0.
    pub fn guaranteed<'a>(each: impl IntoIterator<Item = &'a Tendency>) -> Rational {
        let less: Rational = each.into_iter().map(Tendency::less).sum();
        (Rational::one() - less).max(Rational::zero())
    }
}

fn preference(choice: &Choice, decision: &dyn DecisionFunction, reward: &[Rational]) -> Ordering {
    let utility = |option: &Vec<Rational>| option.iter().zip(reward).map(|(x, r)| x * r).sum();
    let utilities = Utilities::new(&choice.options().options().iter().map(utility).collect::<Vec<Rational>>());
    decision.value(&utilities, choice.preferred()).cmp(&decision.value(&utilities, choice.other()))
}
