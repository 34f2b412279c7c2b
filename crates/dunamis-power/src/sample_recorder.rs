//! Keeping single samples, which means and standard errors do not need.

use crate::{Ledger, Observer, Sample};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The samples of one agent, in the order of their indices from 0: matrices of samples × |S|, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentSamples {
    /// Number of states.
    pub states: usize,
    /// What was drawn.
    pub rewards: Vec<f64>,
    /// The POWER that it gave.
    pub power: Vec<f64>,
}

/// The samples of one or two agents.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// Of one agent.
    SingleAgent(AgentSamples),
    /// Of two agents, in pairs.
    MultiAgent {
        /// Of H.
        h: AgentSamples,
        /// Of A.
        a: AgentSamples,
    },
}

impl AgentSamples {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.power.len().checked_div(self.states).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.power.is_empty()
    }

    /// POWER of one state in every sample.
    ///
    /// # Panics
    ///
    /// If there is no such state.
    pub fn power_at(&self, state: usize) -> impl ExactSizeIterator<Item = f64> + '_ {
        assert!(state < self.states, "no such state");
        self.power[state.min(self.power.len())..].iter().step_by(self.states).copied()
    }

    /// The reward of one state in every sample.
    ///
    /// # Panics
    ///
    /// If there is no such state.
    pub fn rewards_at(&self, state: usize) -> impl ExactSizeIterator<Item = f64> + '_ {
        assert!(state < self.states, "no such state");
        self.rewards[state.min(self.rewards.len())..].iter().step_by(self.states).copied()
    }

    fn put(&mut self, index: usize, rewards: &[f64], power: &[f64]) {
        self.states = power.len();
        let row = index * self.states..(index + 1) * self.states;
        put(&mut self.rewards, row.clone(), rewards);
        put(&mut self.power, row, power);
    }
}

fn put(matrix: &mut Vec<f64>, row: Range<usize>, values: &[f64]) {
    if matrix.len() < row.end {
        matrix.resize(row.end, f64::NAN);
    }
    matrix[row].copy_from_slice(values);
}

impl Samples {
    /// Number of samples.
    pub fn len(&self) -> usize {
        match self {
            Samples::SingleAgent(samples) | Samples::MultiAgent { h: samples, .. } => samples.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// An observer that keeps the first samples, and passes everything on to another observer.
///
/// It takes 16 bytes for each sample, state and agent.
///
/// ```
/// use dunamis_mdp::{Discount, TransitionModel};
/// use dunamis_power::{SampleRecorder, Samples, Sampling};
/// use dunamis_sampling::{IndependentRewards, Marginal, Seed};
/// use std::sync::Arc;
///
/// let mut builder = TransitionModel::builder();
/// let state = builder.state("only")?;
/// builder.transition(state, "stay", state, 1.0)?;
/// let law = IndependentRewards::identical(1, Marginal::UNIT)?;
///
/// let recorder = SampleRecorder::new(100, &());
/// let (model, sampling) = (Arc::new(builder.build()?), Sampling::new(4_000, Seed::new(1)));
/// dunamis_power::estimate(&model, &law, &Discount::new(0.5)?, &sampling, &recorder)?;
/// let Some(Samples::SingleAgent(samples)) = recorder.into_samples() else { unreachable!("one agent") };
/// assert_eq!(samples.len(), 100);
/// // Whoever stays has the same reward for ever.
/// assert!(samples.power_at(0).zip(samples.rewards_at(0)).all(|(power, reward)| (power - reward).abs() < 1e-9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SampleRecorder<'a> {
    wanted: u64,
    inner: &'a dyn Observer,
    samples: Mutex<Option<Samples>>,
}

impl<'a> SampleRecorder<'a> {
    /// Keeps the first `wanted` samples.
    pub fn new(wanted: u64, inner: &'a dyn Observer) -> Self {
        SampleRecorder { wanted, inner, samples: Mutex::new(None) }
    }

    /// What was kept; `None` if no sample was seen.
    pub fn into_samples(self) -> Option<Samples> {
        self.samples.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for SampleRecorder<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.inner.progress(done, total);
    }

    fn cancelled(&self) -> bool {
        self.inner.cancelled()
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        self.inner.ledger()
    }

    fn samples_wanted(&self) -> u64 {
        self.wanted.max(self.inner.samples_wanted())
    }

    fn sample(&self, index: u64, sample: Sample<'_>) {
        if index < self.inner.samples_wanted() {
            self.inner.sample(index, sample);
        }
        if index >= self.wanted {
            return;
        }
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let row = index as usize;
        match sample {
            Sample::SingleAgent { rewards, power } => {
                let kept = samples.get_or_insert_with(|| Samples::SingleAgent(AgentSamples::default()));
                if let Samples::SingleAgent(agent) = kept {
                    agent.put(row, rewards, power);
                }
            }
            Sample::MultiAgent { rewards_h, power_h, rewards_a, power_a } => {
                let empty = || Samples::MultiAgent { h: AgentSamples::default(), a: AgentSamples::default() };
                if let Samples::MultiAgent { h, a } = samples.get_or_insert_with(empty) {
                    h.put(row, rewards_h, power_h);
                    a.put(row, rewards_a, power_a);
                }
            }
        }
    }
}
