//! CSV files that are complete or absent.

use crate::failure::Failure;
use crate::whole_file;
use std::path::Path;

/// Writes a table in place of what was there: a reader sees the old file or the new one, never a part.
///
/// # Errors
///
/// [`Failure::WriteFile`].
pub(crate) fn write<const N: usize>(
    path: &Path,
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), Failure> {
    whole_file::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(columns)?;
        for row in rows {
            writer.write_record(row)?;
        }
        writer.flush()
    })
}
