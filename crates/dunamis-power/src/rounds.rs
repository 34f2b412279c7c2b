//! Replies to replies: when iterated best response ends.

use std::num::NonZeroU32;

/// How one sample of iterated best response ended; see [`Endings`](crate::Endings).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    FixedPoint,
    Cycle,
    Unsettled,
}

/// Counts rounds and remembers H's policies. Because A's reply is a function of H's policy, one that comes back brings with it
/// all that followed, so that a cycle is not walked to the last round but only to the place where the last round falls.
pub(crate) struct Rounds<P> {
    seen: Vec<P>,
    left: u32,
    ending: Ending,
}

impl<P: PartialEq> Rounds<P> {
    /// Begins with H's policy of round 1.
    pub(crate) fn new(rounds: NonZeroU32, first: P) -> Self {
        Rounds { seen: vec![first], left: rounds.get() - 1, ending: Ending::Unsettled }
    }

    /// Whether H replies once more.
    pub(crate) fn is_left(&self) -> bool {
        self.left > 0
    }

    /// Takes H's reply to A; whether A replies to that again.
    pub(crate) fn next(&mut self, policy: P) -> bool {
        self.left -= 1;
        if self.ending == Ending::Cycle {
            return true;
        }
        match self.seen.iter().position(|seen| *seen == policy) {
            Some(k) if k + 1 == self.seen.len() => {
                (self.left, self.ending) = (0, Ending::FixedPoint);
                false
            }
            Some(k) => {
                let period = self.seen.len() - k;
                self.left %= u32::try_from(period).expect("no more policies than rounds");
                self.ending = Ending::Cycle;
                true
            }
            None => {
                self.seen.push(policy);
                true
            }
        }
    }

    pub(crate) fn ending(&self) -> Ending {
        self.ending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Replies that follow a map end where plain iteration of the map does.
        #[test]
        fn shortcuts_end_where_the_long_way_does(
            map in proptest::collection::vec(0_usize..7, 7),
            rounds in 1_u32..40,
        ) {
            let mut long = vec![0];
            for _ in 1..rounds {
                long.push(map[long[long.len() - 1]]);
            }
            let (mut current, mut watched) = (0, Rounds::new(NonZeroU32::new(rounds).unwrap(), 0));
            while watched.is_left() {
                let next = map[current];
                if !watched.next(next) {
                    break;
                }
                current = next;
            }
            prop_assert_eq!(current, long[long.len() - 1]);
            let repeats = (1..long.len()).find_map(|k| Some((k, long[..k].iter().position(|p| *p == long[k])?)));
            let expected = match repeats {
                None => Ending::Unsettled,
                Some((k, first)) if first + 1 == k => Ending::FixedPoint,
                Some(_) => Ending::Cycle,
            };
            prop_assert_eq!(watched.ending(), expected);
        }
    }
}
