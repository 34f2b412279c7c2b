//! A model in a file that is used where it lies.

use super::super::files::replace;
use super::super::{Contents, FormatError};
use super::block::{Block, Shape};
use super::check;
use super::column::{items, number, range};
use super::header::Header;
use super::mapping::Bytes;
use super::row::RowSource;
use super::tables::{Probability, SECTIONS, Tables};
use super::write::{BLOCK_LOG, WriteError, write};
use crate::{EnvError, Environment, MAX_STATES, MAX_TRANSITIONS};
use dunamis_mdp::{ImplicitMdp, Labels, Names, Reward, Rows, TransitionModel};
use rayon::prelude::*;
use std::fmt;
use std::ops::Range;
use std::path::Path;

/// A Markov decision process in a file of [`Format::Dmdp`](crate::Format::Dmdp), whose rows stay there: they are read when they are asked for, from
/// memory that the system fills and empties as it sees fit, and that all processes share.
///
/// It exists only if every row was looked at: probabilities sum to 1 (with what the model loses, up to rounding), successors are states,
/// and all bytes are those that were written. No file makes it panic, whatever it holds.
///
/// The file must not be changed while it is in use. This crate never does so (it writes another file and renames it), files it
/// writes are read-only, and [`MappedMdp::unchanged`] tells afterwards; but a file that another program makes shorter ends the process.
///
/// ```
/// use dunamis_envs::{ImplicitGrid, MappedMdp};
/// use dunamis_mdp::ImplicitMdp;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("grid.dmdp");
/// let grid = ImplicitGrid::new(30, 40, 0.1, 7)?;
/// MappedMdp::create(&path, &grid)?;
/// let mapped = MappedMdp::open(&path)?;
/// assert_eq!(mapped.stored()?, grid.stored()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MappedMdp {
    bytes: Bytes,
    header: Header,
    tables: Tables,
    blocks: Vec<Block>,
    /// The states whose rows were looked at; there are no other rows.
    checked: Range<u64>,
}

/// What was written into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// State-action pairs.
    pub pairs: u64,
    /// Transitions.
    pub transitions: u64,
    /// Bytes of the file.
    pub size: u64,
}

impl fmt::Debug for MappedMdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedMdp").field("header", &self.header).finish_non_exhaustive()
    }
}

impl MappedMdp {
    /// Opens a file and looks at every row, on all threads: one pass over the file.
    ///
    /// # Errors
    ///
    /// [`EnvError::Read`]; [`EnvError::File`] with a [`FormatError`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, EnvError> {
        Self::open_part(path, |states| 0..states)
    }

    /// Opens a file for a process that works on some of the states, which `part` chooses when it is told how many there are, and looks at
    /// their rows only. Other states then have no rows: solvers refuse them.
    ///
    /// # Errors
    ///
    /// As for [`MappedMdp::open`].
    pub fn open_part(path: impl AsRef<Path>, part: impl FnOnce(u64) -> Range<u64>) -> Result<Self, EnvError> {
        let path = path.as_ref();
        let shown = || path.display().to_string();
        let bytes = Bytes::open(path).map_err(|source| EnvError::Read { path: shown(), source })?;
        Self::new(bytes, part).map_err(|error| EnvError::File { path: shown(), source: Box::new(error.into()) })
    }

    /// The same from bytes in memory.
    ///
    /// # Errors
    ///
    /// [`FormatError`]. Never panics, and takes memory in proportion to the bytes.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, FormatError> {
        Self::new(Bytes::Read(bytes), |states| 0..states)
    }

    fn new(bytes: Bytes, part: impl FnOnce(u64) -> Range<u64>) -> Result<Self, FormatError> {
        let header = Header::parse(&bytes)?;
        let section = |k: usize| header.sections[k].bytes(&bytes, SECTIONS[k]);
        let tables = Tables::parse(&header.shape, [section(0)?, section(1)?, section(2)?, section(3)?, section(4)?])?;
        let index = section(5)?.to_vec();
        let blocks = check::blocks(&header, &index)?;
        let (part, log) = (part(header.shape.states), header.shape.block_log);
        let part = part.start >> log..part.end.div_ceil(1 << log).min(header.shape.blocks());
        let mapped = MappedMdp { bytes, header, tables, blocks, checked: part.start << log..part.end << log };
        let check = |number: u64| {
            let number = number as usize;
            mapped.check(number, mapped.blocks.get(number)?, &index).err()
        };
        match part.into_par_iter().find_map_first(check) {
            Some(error) => Err(error),
            None => Ok(mapped),
        }
    }

    /// Writes a model into a file, in place of what was there: a reader sees the old file or the new one, never a part. Looks at
    /// every row twice and keeps a few blocks of 1024 states in memory, besides what is distinct and 48 bytes for each block.
    /// The file is read-only; the bytes depend on the rows alone.
    ///
    /// # Errors
    ///
    /// [`EnvError::Write`]; [`FormatError::Row`] for what is no row, [`FormatError::TooMany`].
    pub fn create(path: impl AsRef<Path>, source: &impl RowSource) -> Result<Written, EnvError> {
        let path = path.as_ref();
        replace(path, 0o444, |file| write(file, source, BLOCK_LOG)).map_err(|error| match error {
            WriteError::Io(source) => EnvError::Write { path: path.display().to_string(), source },
            WriteError::Format(error) => error.into(),
        })
    }

    /// Refuses what was found from a file that someone has changed in the meantime, as far as its size and time of modification tell.
    ///
    /// # Errors
    ///
    /// [`FormatError::Changed`].
    pub fn unchanged(&self) -> Result<(), FormatError> {
        if self.bytes.is_changed() { Err(FormatError::Changed) } else { Ok(()) }
    }

    /// How many state-action pairs there are.
    pub fn pairs(&self) -> u64 {
        self.header.pairs
    }

    /// How many transitions there are.
    pub fn transitions(&self) -> u64 {
        self.header.entries
    }

    /// How many bytes the file has.
    pub fn size(&self) -> u64 {
        self.header.length
    }

    /// The names of all actions.
    pub fn action_names(&self) -> &[String] {
        &self.tables.names
    }

    /// The name of an action of a state.
    pub fn action_name(&self, state: u64, action: usize) -> Option<&str> {
        let name = *self.list(state)?.get(action)?;
        self.tables.names.get(name as usize).map(String::as_str)
    }

    /// The model in memory, as an environment; of its rewards, of which there is one, `reward` names the one to take.
    pub(in super::super) fn environment(&self, reward: Option<&str>) -> Result<Environment, EnvError> {
        self.contents()?.environment(reward)
    }

    pub(super) fn tables(&self) -> &Tables {
        &self.tables
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.header.shape
    }

    /// The block of a state, and its place there.
    #[inline]
    fn block(&self, state: u64) -> Option<(&Block, usize)> {
        let Shape { states, block_log, .. } = self.header.shape;
        let block = self.blocks.get((state >> block_log) as usize).filter(|_| state < states)?;
        Some((block, (state & ((1 << block_log) - 1)) as usize))
    }

    #[cfg(test)]
    pub(super) fn first_block(&self) -> Block {
        self.blocks[0]
    }

    /// A list of actions by its number.
    pub(super) fn list_at(&self, list: usize) -> Option<&[u32]> {
        self.tables.lists.get(list)
    }

    /// The actions of a state, by the numbers of their names; also of states whose rows were not looked at.
    #[inline]
    pub(super) fn list(&self, state: u64) -> Option<&[u32]> {
        let (block, place) = self.block(state)?;
        self.tables.lists.get(number(&self.bytes, block.lists, self.header.shape.lists, place)?)
    }

    /// The pairs of a state within its block.
    #[inline]
    fn pairs_of(&self, block: &Block, place: usize) -> Option<Range<usize>> {
        if self.header.shape.lists == 0 {
            let actions = self.tables.lists.get(0)?.len();
            return Some(place * actions..(place + 1) * actions);
        }
        range(&self.bytes, block.first_pairs, block.widths.0, place)
    }

    /// How many actions a state of a block has.
    #[inline]
    pub(super) fn actions_in(&self, block: &Block, place: usize) -> Option<usize> {
        let pairs = self.pairs_of(block, place)?;
        pairs.end.checked_sub(pairs.start)
    }

    /// A pair, in its block.
    #[inline]
    fn pair(&self, state: u64, action: usize) -> Option<(&Block, usize, usize)> {
        let (block, place) = self.block(state).filter(|_| self.checked.contains(&state))?;
        let pairs = self.pairs_of(block, place)?;
        let pair = pairs.start + action;
        (pair < pairs.end).then_some((block, place, pair))
    }

    /// The mass that a pair loses.
    pub(super) fn lost_mass(&self, state: u64, action: usize) -> Option<f64> {
        let (block, _, pair) = self.pair(state, action)?;
        self.tables.lost.value(&self.bytes, block.lost, pair)
    }

    /// Shows a row and returns its reward; `None` if the file has none there, which it is only asked while it is opened.
    #[inline]
    fn visit(&self, state: u64, action: usize, mut visit: impl FnMut(u64, f64)) -> Option<f64> {
        let (block, place, pair) = self.pair(state, action)?;
        let (bytes, shape): (&[u8], _) = (&self.bytes, &self.header.shape);
        let entries = if let Some(length) = shape.row_length {
            pair * length as usize..(pair + 1) * length as usize
        } else {
            range(bytes, block.first_entries, block.widths.1, pair)?
        };
        let next = items(bytes, block.next, &entries)?.iter().map(|&next| u64::from(u32::from_le_bytes(next)));
        match &self.tables.probability {
            Probability::Rows(width, rows) => {
                let row = rows.get(number(bytes, block.probability, *width, pair)?)?;
                if row.len() != next.len() {
                    return None;
                }
                next.zip(row).for_each(|(next, &probability)| visit(next, probability));
            }
            Probability::Entries(column) => column.visit(bytes, block.probability, &entries, next, visit)?,
        }
        self.tables.reward.value(bytes, block.reward, if shape.of_pairs { pair } else { place })
    }

    /// The model in memory.
    pub(super) fn contents(&self) -> Result<Contents, FormatError> {
        let counts = [
            ("states", self.header.shape.states, MAX_STATES),
            ("transitions", self.header.entries.max(self.header.pairs), MAX_TRANSITIONS),
        ];
        for (what, count, limit) in counts {
            if count > limit {
                let purpose = "are read into memory: `dunamis solve` uses the file where it lies";
                return Err(FormatError::TooMany { what, count, limit, purpose });
            }
        }
        let (mut rows, mut rewards) = Rows::of(self);
        let states = self.header.shape.states;
        rows.actions = (0..states).flat_map(|state| self.list(state).unwrap_or_default()).copied().collect();
        let pairs = (0..states).flat_map(|state| (0..self.actions(state)).map(move |action| (state, action)));
        let lost = pairs.map(|(state, action)| self.lost_mass(state, action).unwrap_or(0.0)).enumerate();
        rows.leaks = lost.filter(|&(_, lost)| lost > 0.0).map(|(pair, lost)| (pair, lost.into())).collect();
        if !self.header.shape.of_pairs {
            rewards = rows.pairs[..rows.pairs.len() - 1].iter().map(|&pair| rewards[pair as usize]).collect();
        }
        let names = (Names::numbered("", states as usize), Names::new(&self.tables.names)?);
        let model = TransitionModel::from_rows(names.0, names.1, rows)?;
        let reward = if self.header.shape.of_pairs {
            Reward::state_action(&model, rewards)?
        } else {
            Reward::state(&model, rewards)?
        };
        Ok(Contents { model, rewards: vec![("reward".into(), reward)], labels: Labels::default(), discount: None })
    }
}

impl ImplicitMdp for MappedMdp {
    fn states(&self) -> u64 {
        self.header.shape.states
    }

    #[inline]
    fn actions(&self, state: u64) -> usize {
        self.block(state).and_then(|(block, place)| self.actions_in(block, place)).unwrap_or(0)
    }

    #[inline]
    fn row(&self, state: u64, action: usize, visit: impl FnMut(u64, f64)) -> f64 {
        // No reward is not a number, so that solvers refuse what is no row.
        self.visit(state, action, visit).unwrap_or(f64::NAN)
    }
}
