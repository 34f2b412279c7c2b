//! Part files: the sums of chunks of samples, as the shards of a computation leave them.
//!
//! A part file is written by one process, to its end and never again, so that it may end anywhere when that process is killed; nobody
//! changes it later. It has 16 bytes that say what it is, and then records. All numbers are little-endian:
//!
//! | bytes | are |
//! |---|---|
//! | 16 | the key of the run |
//! | 8 | the chunk |
//! | 8 | when the process began, in seconds since 1970 |
//! | 8 | the wall time that it took since its last record, in seconds, as `f64` |
//! | 8 | its number of threads |
//! | 8 | the length of the content |
//! | 16 | the start of the BLAKE3 hash of the bytes of this record before it |
//! | length | the content |
//! | 16 | the start of the BLAKE3 hash of the bytes of this record before it |
//!
//! The first hash makes the length believable: what ends too early was torn, and what has another hash was changed.

use crate::RunKey;
use std::io::{self, Read, Seek, SeekFrom};

/// What every part file begins with. Its number rises with any change of the format, of contents, or of what sums consist of, so that
/// the parts of another version are refused.
pub(crate) const MAGIC: &[u8; 16] = b"dunamis part 1\r\n";

/// Bytes of a record before its first hash.
const NUMBERS: usize = 56;

/// Bytes of a hash.
const HASH: usize = 16;

/// Bytes of a record before its content.
const HEADER: usize = NUMBERS + HASH;

/// What a record says besides its content.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartHeader {
    /// The run.
    pub key: RunKey,
    /// The chunk of its samples.
    pub chunk: u64,
    /// When the process began, in seconds since 1970.
    pub started: u64,
    /// The wall time that it took since its last record, in seconds.
    pub seconds: f64,
    /// Its number of threads.
    pub threads: u64,
    /// The length of the content.
    pub length: u64,
}

/// A record of a part file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartRecord {
    /// What it says of its content.
    pub header: PartHeader,
    /// Where it begins in the file.
    pub at: u64,
}

/// How a part file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartEnd {
    /// After a whole record.
    Whole,
    /// In the midst of a record, which was never finished.
    Torn,
    /// With something that nobody has written so; nothing behind it is believed.
    Changed {
        /// The record, from 0.
        record: usize,
        /// Where it begins.
        at: u64,
    },
}

/// The records of a part file.
#[derive(Clone, Debug, PartialEq)]
pub struct PartContents {
    /// All that can be believed.
    pub records: Vec<PartRecord>,
    /// How it ends.
    pub end: PartEnd,
}

/// How much of a part file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartDepth {
    /// Headers only; a content that was changed is not noticed.
    Headers,
    /// Everything.
    Content,
}

impl PartHeader {
    fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..16].copy_from_slice(&self.key.bytes());
        let numbers = [self.chunk, self.started, self.seconds.to_bits(), self.threads, self.length];
        for (place, number) in bytes[16..NUMBERS].chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        let hash = start(&blake3::hash(&bytes[..NUMBERS]));
        bytes[NUMBERS..].copy_from_slice(&hash);
        bytes
    }

    /// `None` if it was changed.
    fn from_bytes(bytes: &[u8; HEADER]) -> Option<Self> {
        let (key, rest) = bytes.split_first_chunk::<16>()?;
        let mut numbers = rest.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight")));
        let header = PartHeader {
            key: RunKey::from_bytes(*key),
            chunk: numbers.next()?,
            started: numbers.next()?,
            seconds: f64::from_bits(numbers.next()?),
            threads: numbers.next()?,
            length: numbers.next()?,
        };
        (start(&blake3::hash(&bytes[..NUMBERS])) == bytes[NUMBERS..]).then_some(header)
    }
}

fn start(hash: &blake3::Hash) -> [u8; HASH] {
    *hash.as_bytes().first_chunk().expect("a hash has 32 bytes")
}

/// The bytes of a record; the length in the header is that of the content.
pub(crate) fn record(header: PartHeader, content: &[u8]) -> Vec<u8> {
    let header = PartHeader { length: content.len() as u64, ..header };
    let mut bytes = Vec::with_capacity(HEADER + content.len() + HASH);
    bytes.extend(header.to_bytes());
    bytes.extend(content);
    let hash = start(&blake3::hash(&bytes));
    bytes.extend(hash);
    bytes
}

impl PartContents {
    /// Reads a part file to its end, or as far as it can be believed. Memory does not depend on the length of contents.
    ///
    /// # Errors
    ///
    /// Only what the reader has; no bytes are an error.
    pub fn read(reader: &mut (impl Read + Seek), depth: PartDepth) -> io::Result<Self> {
        let mut contents = PartContents { records: Vec::new(), end: PartEnd::Whole };
        let end = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        let mut magic = Vec::new();
        reader.take(MAGIC.len() as u64).read_to_end(&mut magic)?;
        if !MAGIC.starts_with(&magic) {
            contents.end = PartEnd::Changed { record: 0, at: 0 };
            return Ok(contents);
        }
        let mut at = magic.len() as u64;
        if magic.len() < MAGIC.len() {
            contents.end = PartEnd::Torn;
            return Ok(contents);
        }
        while at < end {
            let changed = PartEnd::Changed { record: contents.records.len(), at };
            let mut header = [0; HEADER];
            if !read_exact(reader, &mut header)? {
                contents.end = PartEnd::Torn;
                break;
            }
            let Some(found) = PartHeader::from_bytes(&header) else {
                contents.end = changed;
                break;
            };
            let rest = (end - at).checked_sub((HEADER + HASH) as u64);
            if rest.is_none_or(|rest| rest < found.length) {
                contents.end = PartEnd::Torn;
                break;
            }
            if depth == PartDepth::Content && !is_intact(reader, &header, found.length)? {
                contents.end = changed;
                break;
            }
            contents.records.push(PartRecord { header: found, at });
            at += (HEADER + HASH) as u64 + found.length;
            reader.seek(SeekFrom::Start(at))?;
        }
        Ok(contents)
    }
}

impl PartRecord {
    /// The content, read again; `None` if it is no longer what it was.
    ///
    /// # Errors
    ///
    /// Only what the reader has.
    pub fn content(&self, reader: &mut (impl Read + Seek)) -> io::Result<Option<Vec<u8>>> {
        reader.seek(SeekFrom::Start(self.at))?;
        let mut bytes = Vec::new();
        reader.take((HEADER + HASH) as u64 + self.header.length).read_to_end(&mut bytes)?;
        let Some((before, hash)) = bytes.split_last_chunk::<HASH>() else { return Ok(None) };
        let whole = before.len() as u64 == HEADER as u64 + self.header.length;
        if !whole || before[..HEADER] != self.header.to_bytes() || start(&blake3::hash(before)) != *hash {
            return Ok(None);
        }
        bytes.truncate(bytes.len() - HASH);
        bytes.drain(..HEADER);
        Ok(Some(bytes))
    }
}

/// Whether a content is followed by its hash.
fn is_intact(reader: &mut impl Read, header: &[u8; HEADER], length: u64) -> io::Result<bool> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header).update_reader(reader.by_ref().take(length))?;
    let mut hash = [0; HASH];
    Ok(read_exact(reader, &mut hash)? && start(&hasher.finalize()) == hash)
}

/// Whether there were as many bytes.
fn read_exact(reader: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn read(bytes: &[u8], depth: PartDepth) -> PartContents {
        PartContents::read(&mut Cursor::new(bytes), depth).unwrap()
    }

    /// A file of records with these contents, the records, and where each of them ends.
    fn file(contents: &[(u128, u64, Vec<u8>)]) -> (Vec<u8>, Vec<PartRecord>, Vec<usize>) {
        let (mut bytes, mut records, mut ends) = (MAGIC.to_vec(), Vec::new(), vec![MAGIC.len()]);
        for (key, chunk, content) in contents {
            let header = PartHeader {
                key: RunKey::from_bytes(key.to_le_bytes()),
                chunk: *chunk,
                started: chunk.rotate_left(7),
                seconds: *chunk as f64 / 3.0,
                threads: 2,
                length: content.len() as u64,
            };
            records.push(PartRecord { header, at: bytes.len() as u64 });
            bytes.extend(record(header, content));
            ends.push(bytes.len());
        }
        (bytes, records, ends)
    }

    fn contents() -> impl Strategy<Value = Vec<(u128, u64, Vec<u8>)>> {
        proptest::collection::vec((any::<u128>(), any::<u64>(), proptest::collection::vec(any::<u8>(), 0..90)), 0..5)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(contents in contents()) {
            let (bytes, records, _) = file(&contents);
            for depth in [PartDepth::Headers, PartDepth::Content] {
                prop_assert_eq!(read(&bytes, depth), PartContents { records: records.clone(), end: PartEnd::Whole });
            }
            for (record, (.., content)) in records.iter().zip(&contents) {
                let found = record.content(&mut Cursor::new(&bytes)).unwrap();
                prop_assert_eq!(found.as_ref(), Some(content));
            }
        }

        /// Whatever is cut off, all records before are there, and the rest of one is known as such.
        #[test]
        fn what_is_cut_off_is_torn(contents in contents(), cut in any::<prop::sample::Index>()) {
            let (mut bytes, mut records, ends) = file(&contents);
            bytes.truncate(cut.index(bytes.len() + 1));
            records.truncate(ends.iter().filter(|&&end| end <= bytes.len()).count().saturating_sub(1));
            let end = if ends.contains(&bytes.len()) { PartEnd::Whole } else { PartEnd::Torn };
            for depth in [PartDepth::Headers, PartDepth::Content] {
                prop_assert_eq!(read(&bytes, depth), PartContents { records: records.clone(), end });
            }
        }

        /// No flipped bit is believed, and its record is named.
        #[test]
        fn what_is_changed_is_refused(contents in contents(), bit in any::<prop::sample::Index>()) {
            let (mut bytes, records, ends) = file(&contents);
            let bit = bit.index(8 * bytes.len());
            bytes[bit / 8] ^= 1 << (bit % 8);
            let before = ends.iter().filter(|&&end| end <= bit / 8).count();
            let record = before.saturating_sub(1);
            let at = if before == 0 { 0 } else { ends[record] as u64 };
            let found = read(&bytes, PartDepth::Content);
            prop_assert_eq!(found, PartContents { records: records[..record].to_vec(), end: PartEnd::Changed { record, at } });
            if before > 0 {
                prop_assert_eq!(records[record].content(&mut Cursor::new(&bytes)).unwrap(), None);
            }
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), magic in any::<bool>()) {
            let bytes = if magic { [&MAGIC[..], &bytes].concat() } else { bytes };
            prop_assert_eq!(read(&bytes, PartDepth::Content).records, []);
        }
    }
}
