//! Files that are complete or absent.

use crate::failure::Failure;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file in place of what was there: a reader sees the old file or the new one, never a part.
///
/// # Errors
///
/// [`Failure::WriteFile`].
pub(crate) fn write(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    replace(path, write).map_err(|source| Failure::WriteFile { path: path.display().to_string(), source })
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // Temporary files are private by default; a table is as public as any other file of its user.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The name of the temporary file is nobody's concern.
    let mut file = builder.prefix(".").tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    write(&mut file)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
