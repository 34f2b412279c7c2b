//! Sums of chunks that are kept outside of a computation, so that it can be divided and resumed.

use std::io;

/// Samples whose sum is one entry of a [`Ledger`]; chunk $`c`$ has the samples from $`16c`$ on.
pub const CHUNK: u64 = 16;

/// Where a computation looks up the sums of [chunks](CHUNK) of samples, and leaves those that it has computed: by a ledger,
/// samples are divided among processes, and a computation that was killed goes on where it was.
///
/// An estimate is the sum of its chunks in their order, whoever has computed them; so a ledger that knows all chunks gives the same
/// bits as a computation without one. As long as some chunks belong to [others](Entry::Elsewhere), there is no
/// estimate: the computation ends with [`PowerError::Incomplete`](crate::PowerError::Incomplete) when its own chunks are in the ledger.
///
/// A ledger is for one estimate: the same model, law, settings and [`Sampling`](crate::Sampling). It reaches the computation through
/// [`Observer::ledger`](crate::Observer::ledger).
///
/// ```
/// use dunamis_mdp::{Discount, TransitionModel};
/// use dunamis_power::{Entry, Ledger, Observer, PowerError, Sampling};
/// use dunamis_sampling::{IndependentRewards, Marginal, Seed};
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
///
/// /// Remembers sums of chunks, and computes every other one.
/// struct Half<'a>(&'a Mutex<BTreeMap<u64, Vec<u8>>>, u64);
///
/// impl Ledger for Half<'_> {
///     fn entry(&self, chunk: u64) -> Entry {
///         if self.0.lock().unwrap().contains_key(&chunk) {
///             return Entry::Known;
///         }
///         if chunk % 2 == self.1 { Entry::Missing } else { Entry::Elsewhere }
///     }
///     fn read(&self, chunk: u64) -> std::io::Result<Vec<u8>> {
///         Ok(self.0.lock().unwrap()[&chunk].clone())
///     }
///     fn keep(&self, chunk: u64, sum: Vec<u8>) -> std::io::Result<()> {
///         self.0.lock().unwrap().insert(chunk, sum);
///         Ok(())
///     }
/// }
///
/// impl Observer for Half<'_> {
///     fn ledger(&self) -> Option<&dyn Ledger> {
///         Some(self)
///     }
/// }
///
/// let mut builder = TransitionModel::builder();
/// let state = builder.state("only")?;
/// builder.transition(state, "stay", state, 1.0)?;
/// let (model, law) = (Arc::new(builder.build()?), IndependentRewards::identical(1, Marginal::UNIT)?);
/// let estimate = |observer: &dyn Observer| {
///     let sampling = Sampling::new(1_000, Seed::new(1));
///     dunamis_power::estimate(&model, &law, &Discount::new(0.5).unwrap(), &sampling, observer)
/// };
///
/// let sums = Mutex::default();
/// let odd = estimate(&Half(&sums, 1));
/// assert!(matches!(odd, Err(PowerError::Incomplete { missing: 32, chunks: 63 })));
/// assert_eq!(estimate(&Half(&sums, 0))?, estimate(&())?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Ledger: Sync {
    /// What is known of a chunk. It has to be the same answer during a whole computation, apart from chunks that it keeps.
    fn entry(&self, chunk: u64) -> Entry;

    /// The sum of a [known](Entry::Known) chunk, as it was [kept](Self::keep); called on any thread.
    ///
    /// # Errors
    ///
    /// Whatever goes wrong; the computation ends with it.
    fn read(&self, chunk: u64) -> io::Result<Vec<u8>>;

    /// Takes the sum of a chunk: lossless, little-endian, and the same bytes on every machine. Called once for each
    /// [missing](Entry::Missing) chunk, as soon as it is computed and its [samples](crate::Observer::sample) were shown, on any thread and
    /// in any order.
    ///
    /// # Errors
    ///
    /// Whatever goes wrong; the computation ends with it.
    fn keep(&self, chunk: u64, sum: Vec<u8>) -> io::Result<()>;
}

/// What a [`Ledger`] says of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Its sum is there.
    Known,
    /// Its sum is to be computed here.
    Missing,
    /// Its sum is to be computed by someone else.
    Elsewhere,
}

/// The way of a sum to bytes or back: one description of what it consists of serves both.
pub(crate) enum Bytes<'a> {
    /// Bytes that were written.
    Written(Vec<u8>),
    /// Bytes that are still to be read.
    Unread(&'a [u8]),
}

impl Bytes<'_> {
    /// Writes a number, or reads it into its place; `None` where bytes have come to an end.
    pub(crate) fn number(&mut self, number: &mut f64) -> Option<()> {
        let mut bits = number.to_bits();
        self.count(&mut bits)?;
        *number = f64::from_bits(bits);
        Some(())
    }

    /// The same for all numbers of a vector, whose length is known.
    pub(crate) fn numbers(&mut self, numbers: &mut [f64]) -> Option<()> {
        numbers.iter_mut().try_for_each(|number| self.number(number))
    }

    /// The same for a count.
    pub(crate) fn count(&mut self, count: &mut u64) -> Option<()> {
        match self {
            Bytes::Written(bytes) => bytes.extend(count.to_le_bytes()),
            Bytes::Unread(bytes) => {
                let (first, rest) = bytes.split_first_chunk()?;
                (*count, *bytes) = (u64::from_le_bytes(*first), rest);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::PowerSum;
    use crate::stream::{Sum, read_sum, written};
    use crate::{MultiAgentSettings, Observer, PowerError, SampleRecorder, Sampling, published};
    use dunamis_envs::{Collision, JointEnvironment, load};
    use dunamis_mdp::{Discount, StateId};
    use dunamis_sampling::{CorrelatedRewards, Correlation, IndependentRewards, Marginal, SamplingMethod, Seed};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    /// A ledger in memory of one of several processes that divide the chunks.
    struct Share<'a> {
        sums: &'a Mutex<BTreeMap<u64, Vec<u8>>>,
        process: u64,
        processes: u64,
    }

    impl Ledger for Share<'_> {
        fn entry(&self, chunk: u64) -> Entry {
            match self.sums.lock().unwrap().contains_key(&chunk) {
                true => Entry::Known,
                false if chunk % self.processes == self.process => Entry::Missing,
                false => Entry::Elsewhere,
            }
        }

        fn read(&self, chunk: u64) -> io::Result<Vec<u8>> {
            Ok(self.sums.lock().unwrap()[&chunk].clone())
        }

        fn keep(&self, chunk: u64, sum: Vec<u8>) -> io::Result<()> {
            assert!(self.sums.lock().unwrap().insert(chunk, sum).is_none(), "once only");
            Ok(())
        }
    }

    impl Observer for Share<'_> {
        fn ledger(&self) -> Option<&dyn Ledger> {
            Some(self)
        }
    }

    /// An estimate is the same bits however its chunks are divided, and whatever was known before.
    fn dividing_changes_nothing(samples: u64, estimate: &dyn Fn(&dyn Observer) -> Result<String, PowerError>) {
        let whole = estimate(&()).unwrap();
        for processes in [1, 2, 3, 7, 1_000] {
            let sums = Mutex::default();
            for process in (0..processes.min(samples.div_ceil(CHUNK))).rev() {
                let share = Share { sums: &sums, process, processes };
                // A recorder passes the ledger on.
                match estimate(&SampleRecorder::new(1, &share)) {
                    Ok(divided) => assert_eq!((divided, process), (whole.clone(), 0)),
                    Err(PowerError::Incomplete { missing, chunks }) => {
                        assert_eq!((missing + sums.lock().unwrap().len() as u64, process > 0), (chunks, true));
                    }
                    Err(error) => panic!("{error}"),
                }
                // Nothing is computed twice.
                let _ = estimate(&share);
            }
            let last = *sums.lock().unwrap().keys().last().unwrap();
            sums.lock().unwrap().get_mut(&last).unwrap().pop();
            let damaged = estimate(&Share { sums: &sums, process: 0, processes });
            assert!(matches!(damaged, Err(PowerError::ChunkSum { chunk }) if chunk == last), "{damaged:?}");
        }
    }

    #[test]
    fn every_estimate_can_be_divided() {
        let joint = JointEnvironment::new(load("corridor-3").unwrap(), Collision::Leak).unwrap();
        let (model, discount) = (Arc::clone(load("grid-3x3").unwrap().model()), Discount::new(0.9).unwrap());
        let law = IndependentRewards::identical(9, Marginal::UNIT).unwrap();
        let pairs = Arc::new(IndependentRewards::identical(joint.model().states().len(), Marginal::UNIT).unwrap());
        let pairs = CorrelatedRewards::new(pairs, Correlation::new(0.3).unwrap()).unwrap();
        for method in SamplingMethod::ALL {
            for (samples, baseline, rounds) in [(90, true, 1), (2_054, false, 3)] {
                let sampling = Sampling::new(samples, Seed::new(3)).with_method(method);
                let mut settings = MultiAgentSettings::new(discount.clone());
                (settings.seed_baseline, settings.rounds) = (baseline, rounds.try_into().unwrap());
                dividing_changes_nothing(samples, &|observer| {
                    crate::estimate(&model, &law, &discount, &sampling, observer).map(|power| format!("{power:?}"))
                });
                dividing_changes_nothing(samples, &|observer| {
                    crate::estimate_multi_agent(joint.model(), &pairs, &settings, &sampling, observer)
                        .map(|power| format!("{power:?}"))
                });
            }
            let sampling = Sampling::new(50, Seed::new(3)).with_method(method);
            let settings = MultiAgentSettings::new(discount.clone());
            dividing_changes_nothing(50, &|observer| {
                crate::estimate_average(&model, &law, &sampling, observer).map(|power| format!("{power:?}"))
            });
            dividing_changes_nothing(50, &|observer| {
                published::estimate(&model, &law, &discount, &sampling, observer).map(|power| format!("{power:?}"))
            });
            dividing_changes_nothing(50, &|observer| {
                published::estimate_multi_agent(joint.model(), &pairs, &settings, &sampling, observer)
                    .map(|power| format!("{power:?}"))
            });
        }
        let optimality = crate::Optimality::Discounted(discount);
        dividing_changes_nothing(400, &|observer| {
            let (state, seed) = (StateId::new(0), Seed::new(1));
            crate::estimate_optimality_probability(&model, state, &optimality, &law, 400, seed, 0.95, observer)
                .map(|probability| format!("{probability:?}"))
        });
    }

    proptest! {
        #[test]
        fn sums_come_back_from_their_bytes(
            samples in proptest::collection::vec(proptest::array::uniform3(proptest::num::f64::ANY), 1..9),
            error in proptest::num::f64::ANY,
            cut in any::<proptest::sample::Index>(),
        ) {
            let empty = || PowerSum::new(3, SamplingMethod::Independent);
            let mut sum = empty();
            for sample in &samples {
                sum.push(sample, error);
            }
            let bytes = written(&mut sum);
            let mut back: PowerSum = read_sum(empty(), &bytes).unwrap();
            prop_assert_eq!(&written(&mut back), &bytes);
            let (mut one, mut other) = (empty(), empty());
            one.merge(0, &sum);
            other.merge(0, &back);
            prop_assert_eq!(written(&mut one), written(&mut other));
            let short = &bytes[..cut.index(bytes.len())];
            prop_assert!(read_sum(empty(), short).is_none());
            let long = [&bytes[..], &[0]].concat();
            prop_assert!(read_sum(empty(), &long).is_none());
        }
    }
}
