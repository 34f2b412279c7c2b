//! Files that are complete or absent.

use crate::failure::Failure;
use dunamis_envs::format;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file in place of what was there: a reader sees the old file or the new one, never a part.
///
/// # Errors
///
/// [`Failure::WriteFile`].
pub(crate) fn write(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    format::replace(path, 0o666, |file| write(file))
        .map_err(|source| Failure::WriteFile { path: path.display().to_string(), source })
}
