//! The first bytes of a file: what kind of file it is, how large the model is, and where everything lies.

use super::super::FormatError;
use super::block::{ALIGNMENT, Shape, aligned};
use super::column::PLAIN;
use super::tables::SECTIONS;

/// Bytes that no text file begins with, and that a transfer as text changes.
pub(super) const MAGIC: [u8; 8] = *b"DMDP\r\n\x1a\n";

/// The version that this module reads and writes.
const VERSION: u32 = 1;

/// Its length, a multiple of the alignment.
pub(super) const LENGTH: u64 = 384;

/// Most states of a file, so that 32 bits number successors.
pub(super) const MOST_STATES: u64 = 1 << 32;

/// Blocks have at most two to this many states.
const MOST_BLOCK_LOG: u32 = 20;

/// The successors of a row, where that varies.
const VARIES: u32 = u32::MAX;

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) offset: u64,
    /// In bytes, without the zeros up to the next part.
    pub(super) length: u64,
    /// Of its bytes, the zeros included.
    pub(super) hash: [u8; 32],
}

impl Section {
    /// A part with its bytes, to which the zeros are added.
    pub(super) fn of(offset: u64, bytes: &mut Vec<u8>) -> Self {
        let length = bytes.len() as u64;
        bytes.resize(aligned(length) as usize, 0);
        Section { offset, length, hash: *blake3::hash(bytes).as_bytes() }
    }

    /// Its bytes, if they are those that were written.
    pub(super) fn bytes<'a>(&self, file: &'a [u8], place: &str) -> Result<&'a [u8], FormatError> {
        let damaged = || FormatError::Damaged { place: place.into() };
        let start = usize::try_from(self.offset).map_err(|_| damaged())?;
        let length = usize::try_from(self.length).map_err(|_| damaged())?;
        let padded = length.checked_next_multiple_of(ALIGNMENT as usize).ok_or_else(damaged)?;
        let bytes = file.get(start..).and_then(|rest| rest.get(..padded)).ok_or_else(damaged)?;
        if blake3::hash(bytes).as_bytes() == &self.hash { Ok(&bytes[..length]) } else { Err(damaged()) }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.offset.to_le_bytes());
        bytes.extend(self.length.to_le_bytes());
        bytes.extend(self.hash);
    }
}

/// What the header says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    pub(super) shape: Shape,
    pub(super) pairs: u64,
    pub(super) entries: u64,
    /// Bytes of the file.
    pub(super) length: u64,
    /// In the order of [`SECTIONS`].
    pub(super) sections: [Section; 6],
}

impl Header {
    /// Its bytes, the last of which are a hash of all that they say about the file.
    pub(super) fn write(&self) -> Vec<u8> {
        let Shape { states, block_log, row_length, lists, probability, of_entries, lost, reward, of_pairs } =
            self.shape;
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(block_log.to_le_bytes());
        for number in [states, self.pairs, self.entries, self.length] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(row_length.unwrap_or(VARIES).to_le_bytes());
        bytes.extend([lists, probability, lost, reward, u8::from(of_entries), u8::from(of_pairs)]);
        bytes.resize(64, 0);
        self.sections.iter().for_each(|section| section.write(&mut bytes));
        bytes.extend(blake3::hash(&bytes).as_bytes());
        bytes
    }

    /// Reads and checks the header of a file.
    pub(super) fn parse(file: &[u8]) -> Result<Self, FormatError> {
        let wrong =
            |found: String, expected: String| FormatError::Binary { place: "the header".into(), found, expected };
        if !file.starts_with(&MAGIC) {
            let start: String =
                file.iter().take(8).flat_map(|&byte| std::ascii::escape_default(byte)).map(char::from).collect();
            return Err(wrong(format!("`{start}`"), format!("`{}`", MAGIC.escape_ascii())));
        }
        let Some(header) = file.get(..LENGTH as usize) else {
            return Err(wrong(format!("a file of {} bytes", file.len()), format!("at least {LENGTH}")));
        };
        let mut fields = Fields(&header[MAGIC.len()..]);
        let version = fields.u32();
        if version != VERSION {
            return Err(FormatError::Unsupported {
                place: "the header".into(),
                what: format!("version {version} of the format"),
                instead: "write the file with this version of dunamis, or read it with a newer one",
            });
        }
        let (said, hash) = header.split_at(header.len() - 32);
        if blake3::hash(said).as_bytes() != hash {
            return Err(FormatError::Damaged { place: "the header".into() });
        }
        let block_log = fields.u32();
        let [states, pairs, entries, length] = std::array::from_fn(|_| fields.u64());
        let row_length = Some(fields.u32()).filter(|&length| length != VARIES);
        let [lists, probability, lost, reward, of_entries, of_pairs] = fields.take();
        let reserved: [u8; 6] = fields.take();
        if length != file.len() as u64 {
            return Err(wrong(format!("a file of {} bytes", file.len()), format!("{length}: copy it again")));
        }
        if states == 0 || states > MOST_STATES {
            return Err(wrong(format!("{states} states"), format!("at least 1 and at most {MOST_STATES}")));
        }
        if block_log > MOST_BLOCK_LOG {
            return Err(wrong(format!("blocks of 2^{block_log} states"), format!("at most 2^{MOST_BLOCK_LOG}")));
        }
        if row_length == Some(0) {
            return Err(wrong("rows without successors only".into(), "first entries of such rows".into()));
        }
        let code = |width: u8| width <= 2;
        let number = |width: u8| width <= 2 || width == PLAIN;
        let probabilities = if of_entries == 1 { number(probability) } else { code(probability) };
        let flags = of_entries <= 1 && of_pairs <= 1 && reserved == [0; 6];
        if !(code(lists) && probabilities && number(lost) && number(reward) && flags) {
            let found = [lists, probability, lost, reward, of_entries, of_pairs];
            return Err(wrong(format!("the widths {found:?}"), "those of version 1".into()));
        }
        let (of_entries, of_pairs) = (of_entries == 1, of_pairs == 1);
        let shape = Shape { states, block_log, row_length, lists, probability, of_entries, lost, reward, of_pairs };
        let sections =
            std::array::from_fn(|_| Section { offset: fields.u64(), length: fields.u64(), hash: fields.take() });
        let header = Header { shape, pairs, entries, length, sections };
        header.check_places()?;
        Ok(header)
    }

    /// Refuses sections that are not one after the other.
    fn check_places(&self) -> Result<(), FormatError> {
        let mut place = LENGTH;
        for (section, name) in self.sections.iter().zip(SECTIONS) {
            let is_index = name == SECTIONS[5];
            // Blocks are between the tables and the index.
            let right = if is_index { section.offset >= place } else { section.offset == place };
            let end =
                section.offset.checked_add(section.length).and_then(|end| end.checked_next_multiple_of(ALIGNMENT));
            match end.filter(|&end| right && end <= self.length) {
                Some(end) => place = end,
                None => {
                    return Err(FormatError::Binary {
                        place: name.into(),
                        found: format!("{} bytes at {}", section.length, section.offset),
                        expected: format!("a section at {place} that ends within the file"),
                    });
                }
            }
        }
        Ok(())
    }

    /// Where the blocks begin.
    pub(super) fn blocks_start(&self) -> u64 {
        aligned(self.sections[4].offset + self.sections[4].length)
    }
}

/// Bytes that are read one after the other; zeros where there are none left.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.0.split_first_chunk() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => [0; N],
        }
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}
