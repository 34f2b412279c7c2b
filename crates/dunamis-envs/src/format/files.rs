//! From paths to bytes and back.

use super::{Format, FormatError, MappedMdp, Registration, by_extension, extension};
use crate::{EnvError, Environment};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The bytes of the files of one model, by extension; most formats have one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    /// A single file.
    pub fn of(extension: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Files(BTreeMap::from([(extension.into(), bytes.into())]))
    }

    /// The same with one more file.
    pub fn with(mut self, extension: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.insert(extension.into(), bytes.into());
        self
    }

    /// The file of an extension.
    pub fn get(&self, extension: &str) -> Option<&[u8]> {
        self.0.get(extension).map(Vec::as_slice)
    }

    /// All files, in alphabetical order of their extensions.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(extension, bytes)| (extension.as_str(), bytes.as_slice()))
    }

    /// The bytes of a format of one file.
    pub(super) fn only(&self) -> &[u8] {
        self.0.values().next().map_or(&[], Vec::as_slice)
    }
}

/// Reads the environment of a file; formats that share an extension are told apart by what the file says.
///
/// A model of several files is read from the path of any of them.
///
/// # Errors
///
/// [`EnvError::FileType`], [`EnvError::Read`] or [`EnvError::File`], with the path.
pub fn read(path: impl AsRef<Path>) -> Result<Environment, EnvError> {
    read_reward(path, None)
}

/// The same with the reward of a name, for files that hold several.
///
/// # Errors
///
/// As for [`read`].
pub fn read_reward(path: impl AsRef<Path>, reward: Option<&str>) -> Result<Environment, EnvError> {
    let path = path.as_ref();
    let shown = |path: &Path| path.display().to_string();
    let extension = extension(path).unwrap_or_default();
    let mut registrations = by_extension(&extension).filter(|registration| registration.read.is_some()).peekable();
    let Some(first) = registrations.peek() else {
        return Err(match by_extension(&extension).last() {
            Some(known) => EnvError::File {
                path: shown(path),
                source: Box::new(FormatError::WriteOnly { format: known.format }.into()),
            },
            None => EnvError::FileType { path: shown(path) },
        });
    };
    if first.format == Format::Dmdp {
        // Such a file may be larger than memory.
        let environment = MappedMdp::open(path)?.environment(reward).map(|environment| named(environment, path));
        return environment.map_err(|source| EnvError::File { path: shown(path), source: Box::new(source) });
    }
    let files = gather(path, &extension, first)?;
    let registration = registrations.find(|registration| (registration.recognizes)(&files));
    let registration = registration.or_else(|| by_extension(&extension).rfind(|known| known.read.is_some()));
    let format = registration.map_or(Format::Json, |registration| registration.format);
    let environment = format.decode(&files, reward).map_err(|source| {
        let part = match &source {
            EnvError::Format(error) => error.part().map(|part| path.with_extension(part)),
            _ => None,
        };
        // A single file may be spelt `.JSON`.
        let part = if files.0.len() > 1 { part } else { None };
        EnvError::File { path: shown(part.as_deref().unwrap_or(path)), source: Box::new(source) }
    })?;
    Ok(named(environment, path))
}

/// An environment that is called like its file.
fn named(environment: Environment, path: &Path) -> Environment {
    let path = path.display().to_string();
    environment.with_description(format!("model read from `{path}`")).with_name(path)
}

/// What the bytes of a single file say, with its path in every error.
pub(super) fn single<T>(path: &Path, parse: impl FnOnce(&Files) -> Result<T, EnvError>) -> Result<T, EnvError> {
    let shown = || path.display().to_string();
    let bytes = fs::read(path).map_err(|source| EnvError::Read { path: shown(), source })?;
    let files = Files::of(extension(path).unwrap_or_default(), bytes);
    parse(&files).map_err(|source| EnvError::File { path: shown(), source: Box::new(source) })
}

/// The bytes of a file, and of its siblings if its format has any.
fn gather(path: &Path, extension: &str, registration: &Registration) -> Result<Files, EnvError> {
    let bytes = |path: &Path| fs::read(path);
    let error = |path: &Path, source| EnvError::Read { path: path.display().to_string(), source };
    let mut files = Files::of(extension, bytes(path).map_err(|source| error(path, source))?);
    for sibling in registration.extensions.iter().filter(|&&other| registration.siblings && other != extension) {
        let path = path.with_extension(sibling);
        match bytes(&path) {
            Ok(bytes) => files = files.with(*sibling, bytes),
            Err(source) if source.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(error(&path, source)),
        }
    }
    Ok(files)
}

/// Writes an environment in the format of the path's extension, the own one where several share it.
///
/// A reader sees the old file or the new one, never a part: the bytes go to a file beside it, which then takes its place. Of
/// a model of several files each is replaced so, and files of an older model that the new one does not have are removed.
///
/// # Errors
///
/// [`EnvError::FileType`], [`EnvError::Format`] when the format cannot hold the environment, [`EnvError::Write`].
pub fn write(environment: &Environment, path: impl AsRef<Path>) -> Result<(), EnvError> {
    let path = path.as_ref();
    let format = Format::from_path(path).ok_or_else(|| EnvError::FileType { path: path.display().to_string() })?;
    write_as(format, environment, path)
}

/// The same in a given format, whatever the extension; the files of a model of several get their usual extensions.
///
/// # Errors
///
/// As for [`write()`].
pub fn write_as(format: Format, environment: &Environment, path: impl AsRef<Path>) -> Result<(), EnvError> {
    let path = path.as_ref();
    save(format, &format.encode(environment)?, path)
}

/// Writes the files of a model.
pub(super) fn save(format: Format, files: &Files, path: &Path) -> Result<(), EnvError> {
    let registration = format.registration();
    let place = |extension: &str| if registration.siblings { path.with_extension(extension) } else { path.into() };
    let error = |path: &Path, source| EnvError::Write { path: path.display().to_string(), source };
    let mut written = Vec::with_capacity(files.0.len());
    for (extension, bytes) in files.iter() {
        let place: PathBuf = place(extension);
        let temporary = temporary(&place, bytes, format).map_err(|source| error(&place, source))?;
        written.push((place, temporary));
    }
    for (place, temporary) in written {
        temporary.persist(&place).map_err(|failed| error(&place, failed.error))?;
    }
    for stale in registration.extensions.iter().filter(|&&other| registration.siblings && files.get(other).is_none()) {
        match fs::remove_file(place(stale)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(error(&place(stale), source)),
            _ => {}
        }
    }
    Ok(())
}

/// A file beside its place, complete and on the disk.
fn temporary(place: &Path, bytes: &[u8], format: Format) -> io::Result<tempfile::NamedTempFile> {
    // What may be mapped into memory must not be written into.
    let mut file = beside(place, if format == Format::Dmdp { 0o444 } else { 0o666 })?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Writes a file beside its place, with these permissions where the system is a Unix, and puts it there once it is complete and
/// on the disk: a reader sees the old file or the new one, never a part.
///
/// # Errors
///
/// Those of `write`, and of the system.
pub fn replace<T, E: From<io::Error>>(
    place: &Path,
    permissions: u32,
    write: impl FnOnce(&mut fs::File) -> Result<T, E>,
) -> Result<T, E> {
    let mut file = beside(place, permissions)?;
    let written = write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(place).map_err(|failed| failed.error)?;
    Ok(written)
}

/// An empty file beside its place.
fn beside(place: &Path, permissions: u32) -> io::Result<tempfile::NamedTempFile> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // Temporary files are private by default; the file is as public as any other file of its user.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(permissions));
    #[cfg(not(unix))]
    let _ = permissions;
    // The name of the temporary file is nobody's concern.
    builder.prefix(".").tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))
}
