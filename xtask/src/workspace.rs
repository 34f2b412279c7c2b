//! The workspace on disk: its root, its packages, its files, and commands run in it.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a task failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    /// The exit code to leave with.
    pub(crate) code: u8,
}

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure with exit code 1.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into(), code: 1 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Folders that hold no sources; they only matter where git cannot tell.
const NO_SOURCES: &[&str] = &[".git", "target", "runs", "corpus", "artifacts"];

/// The workspace on disk.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

/// A member of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// From the root, with forward slashes; empty for the root itself.
    pub(crate) folder: String,
    /// `package.metadata.dunamis.layer`.
    pub(crate) layer: Option<u64>,
    /// Names of the members it depends on, for whatever purpose.
    pub(crate) dependencies: Vec<String>,
}

/// A file of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// From the root, with forward slashes.
    pub(crate) path: String,
    /// Empty where the file is no text.
    pub(crate) text: String,
}

impl Source {
    /// Whether the name ends so, without a dot.
    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }
}

impl Workspace {
    /// The workspace that this task belongs to.
    pub(crate) fn find() -> Result<Self> {
        // What cargo says now is right even where the compiled value is not: the folder may have moved since.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).parent().map(Path::to_owned);
        let root = root.ok_or_else(|| Failure::new("the workspace was not found: run `cargo xtask` inside of it"))?;
        Ok(Workspace { root })
    }

    /// A path given from the root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A cargo command, run at the root by the cargo that runs this task.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(&self.root).args(arguments);
        command
    }

    /// A command of another program, run at the root.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The members of the workspace.
    pub(crate) fn packages(&self) -> Result<Vec<Package>> {
        let text = output(&mut self.cargo(&["metadata", "--format-version", "1", "--no-deps"]))?;
        read_packages(&text, &self.root)
    }

    /// All files that belong to the workspace, sorted by path.
    pub(crate) fn sources(&self) -> Result<Vec<Source>> {
        let mut git = self.command("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        // A copy without history, or a machine without git, has no list of its own.
        let paths = match output(&mut git) {
            Ok(list) => list.split_terminator('\0').map(str::to_owned).collect(),
            Err(_) => self.walk()?,
        };
        let read = |path: String| match std::fs::read(self.path(&path)) {
            Ok(bytes) => Some(Ok(Source { path, text: String::from_utf8(bytes).unwrap_or_default() })),
            // Listed by git, but deleted since.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => Some(Err(Failure::new(format!("cannot read `{path}`: {error}")))),
        };
        paths.into_iter().filter_map(read).collect()
    }

    /// The paths of all files below the root, folders without sources left out.
    fn walk(&self) -> Result<BTreeSet<String>> {
        let mut files = BTreeSet::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            let fail = |error| Failure::new(format!("cannot read `{}`: {error}", folder.display()));
            for entry in std::fs::read_dir(&folder).map_err(fail)? {
                let path = entry.map_err(fail)?.path();
                if !path.is_dir() {
                    files.extend(self.relative(&path));
                } else if !NO_SOURCES.iter().any(|name| path.ends_with(name)) {
                    folders.push(path);
                }
            }
        }
        Ok(files)
    }

    fn relative(&self, path: &Path) -> Option<String> {
        path.strip_prefix(&self.root).ok().map(with_slashes)
    }
}

fn with_slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Runs a command that talks to the terminal.
///
/// # Errors
///
/// If it cannot start or does not succeed; the failure has its exit code.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        return Ok(());
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Failure { message: format!("`{}` failed ({status})", shown(command)), code })
}

/// What a command writes to its standard output, away from any terminal.
///
/// # Errors
///
/// If it cannot start or does not succeed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("`{}` failed ({})\n{}", shown(command), output.status, said.trim_end())));
    }
    String::from_utf8(output.stdout).map_err(|_| Failure::new(format!("`{}` wrote no text", shown(command))))
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be started: {error}", shown(command)))
}

/// The program's name and arguments, as one would type them.
fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(name).chain(command.get_args()).map(|word| word.to_string_lossy());
    words.collect::<Vec<_>>().join(" ")
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
}

#[derive(Deserialize)]
struct MetadataPackage {
    name: String,
    manifest_path: PathBuf,
    metadata: Option<MetadataTables>,
    dependencies: Vec<MetadataDependency>,
}

#[derive(Deserialize)]
struct MetadataTables {
    dunamis: Option<MetadataDunamis>,
}

#[derive(Deserialize)]
struct MetadataDunamis {
    layer: Option<u64>,
}

#[derive(Deserialize)]
struct MetadataDependency {
    name: String,
    path: Option<PathBuf>,
}

/// Reads what `cargo metadata` prints.
fn read_packages(text: &str, root: &Path) -> Result<Vec<Package>> {
    let metadata: Metadata = serde_json::from_str(text)
        .map_err(|error| Failure::new(format!("`cargo metadata` printed an unknown form: {error}")))?;
    let package = |package: MetadataPackage| {
        let folder = package.manifest_path.parent().unwrap_or(root);
        let ours = package.dependencies.into_iter().filter(|dependency| dependency.path.is_some());
        Package {
            folder: with_slashes(folder.strip_prefix(root).unwrap_or(folder)),
            layer: package.metadata.and_then(|tables| tables.dunamis?.layer),
            dependencies: ours.map(|dependency| dependency.name).collect(),
            name: package.name,
        }
    };
    Ok(metadata.packages.into_iter().map(package).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_read_from_metadata() {
        let text = r#"{"packages": [
            {"name": "sphere", "manifest_path": "/r/crates/sphere/Cargo.toml",
             "metadata": {"dunamis": {"layer": 3}, "docs": {}},
             "dependencies": [{"name": "circle", "path": "/r/crates/circle"}, {"name": "serde", "path": null}]},
            {"name": "task", "manifest_path": "/r/task/Cargo.toml", "metadata": null, "dependencies": []}]}"#;
        let packages = read_packages(text, Path::new("/r")).unwrap();
        let sphere = Package {
            name: "sphere".into(),
            folder: "crates/sphere".into(),
            layer: Some(3),
            dependencies: vec!["circle".into()],
        };
        let task = Package { name: "task".into(), folder: "task".into(), layer: None, dependencies: vec![] };
        assert_eq!(packages, [sphere, task]);
        assert!(read_packages("{}", Path::new("/r")).is_err());
    }

    #[test]
    fn the_walk_finds_what_git_would() {
        let workspace = Workspace::find().unwrap();
        let walked = workspace.walk().unwrap();
        for path in ["Cargo.toml", "xtask/src/workspace.rs", ".cargo/config.toml"] {
            assert!(walked.contains(path), "{path}");
            assert!(workspace.sources().unwrap().iter().any(|source| source.path == path), "{path}");
        }
        assert!(!walked.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
    }

    #[test]
    fn failures_say_what_was_run() {
        let workspace = Workspace::find().unwrap();
        let failure = output(&mut workspace.cargo(&["no-such-command"])).unwrap_err();
        assert!(failure.to_string().starts_with("`cargo no-such-command` failed"), "{failure}");
        let failure = run(&mut workspace.command("no-such-program")).unwrap_err();
        assert!(failure.to_string().starts_with("`no-such-program` cannot be started"), "{failure}");
    }
}
