//! The archive: a tar file, plain or compressed.

use super::super::FormatError;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// Bytes that every archive may unpack to.
const FREE: u64 = 1 << 26;

/// Most times that an archive may unpack to more than its size; deflated data cannot reach it.
const MAX_RATIO: u64 = 2_000;

/// Memory for the dictionary of an xz archive, in KiB.
const XZ_MEMORY: u32 = 1 << 18;

/// Members of an archive by path.
#[derive(Default)]
pub(super) struct Archive(BTreeMap<String, Vec<u8>>);

fn broken(found: impl Into<String>) -> FormatError {
    let (place, expected) = ("the archive".into(), "a tar file, plain or compressed with gzip or xz".into());
    FormatError::Binary { place, found: found.into().escape_debug().to_string(), expected }
}

impl Archive {
    /// Unpacks an archive. Memory is bounded by a multiple of its size.
    pub(super) fn unpack(bytes: &[u8]) -> Result<Self, FormatError> {
        let tar = match bytes {
            [0x1f, 0x8b, ..] => Cow::Owned(inflate(bytes, flate2::bufread::MultiGzDecoder::new(bytes))?),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
                Cow::Owned(inflate(bytes, lzma_rust2::XzReader::new_mem_limit(bytes, true, XZ_MEMORY))?)
            }
            _ => Cow::Borrowed(bytes),
        };
        let mut members = BTreeMap::new();
        let mut archive = tar::Archive::new(&*tar);
        for entry in archive.entries().map_err(|error| broken(error.to_string()))? {
            let mut entry = entry.map_err(|error| broken(error.to_string()))?;
            // Anything but a regular file is no member, sparse files above all, which may claim any size.
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).map_err(|error| broken(error.to_string()))?;
            let path = path.strip_prefix("./").map(ToOwned::to_owned).unwrap_or(path);
            members.insert(path, content);
        }
        Ok(Archive(members))
    }

    /// Packs the members, compressed with gzip. The same members give the same bytes.
    pub(super) fn pack(&self) -> Vec<u8> {
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default()));
        // The index comes first, as readers expect.
        let order = |(path, _): &(&String, &Vec<u8>)| (path.as_str() != "index.json", (*path).clone());
        let mut members: Vec<(&String, &Vec<u8>)> = self.0.iter().collect();
        members.sort_by_key(order);
        for (path, content) in members {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            builder.append_data(&mut header, path, content.as_slice()).expect("writing to memory succeeds");
        }
        let encoder = builder.into_inner().expect("writing to memory succeeds");
        let mut packed = encoder.finish().expect("writing to memory succeeds");
        packed.flush().expect("writing to memory succeeds");
        packed
    }

    /// A member, if it is there.
    pub(super) fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// A member.
    pub(super) fn require(&self, path: &str) -> Result<&[u8], FormatError> {
        let missing = || FormatError::Binary {
            place: path.into(),
            found: "no such member of the archive".into(),
            expected: if path == "index.json" { "the index".into() } else { "one, as `index.json` says".into() },
        };
        self.get(path).ok_or_else(missing)
    }

    /// Adds a member.
    pub(super) fn add(&mut self, path: impl Into<String>, content: Vec<u8>) {
        self.0.insert(path.into(), content);
    }
}

fn inflate(packed: &[u8], reader: impl Read) -> Result<Vec<u8>, FormatError> {
    let limit = FREE + MAX_RATIO * packed.len() as u64;
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| broken(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(broken(format!("more than {limit} bytes when unpacked")));
    }
    Ok(bytes)
}
