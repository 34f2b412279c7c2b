//! What identifies a run.

use std::fmt;
use std::str::FromStr;

/// Version of everything in the solvers and in POWER that decides the digits of a result. Raise it with any change that may
/// alter a number, however little: runs of older versions are then computed anew. (Changes of what is drawn have
/// [`dunamis_sampling::STREAM_VERSION`].)
pub const NUMERICS_VERSION: u32 = 3;

/// The name of a run: 128 bits of the BLAKE3 hash of all that its numbers depend on.
///
/// These are the resolved config without name and description, the model in its canonical JSON form with its layout, the
/// collision rule, the seed policy's file, [`NUMERICS_VERSION`] and [`dunamis_sampling::STREAM_VERSION`]. Where the
/// environment came from does not count, only what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey([u8; 16]);

/// A text that is not a run key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a run key has 32 lower-case hexadecimal digits")]
pub struct RunKeyError;

impl RunKey {
    pub(crate) fn of(identity: &str) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&blake3::hash(identity.as_bytes()).as_bytes()[..16]);
        RunKey(bytes)
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        RunKey(bytes)
    }

    pub(crate) fn bytes(self) -> [u8; 16] {
        self.0
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for RunKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for RunKey {
    type Err = RunKeyError;

    fn from_str(text: &str) -> Result<Self, RunKeyError> {
        let digits = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if text.len() != 32 || !text.bytes().all(digits) {
            return Err(RunKeyError);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| RunKeyError)?;
        Ok(RunKey(number.to_be_bytes()))
    }
}

impl serde::Serialize for RunKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for RunKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
